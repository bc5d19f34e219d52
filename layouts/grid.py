"""One grid's page: its figures, their course, its place among its siblings, its events, its team and its map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.parts.header import Choice
from layouts.parts.pages import page, panel
from layouts.parts.tables import events_head
from layouts.rank import words_for_browser

_GRAPH: Any = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False, "doubleClick": False}


def layout(*, topology_address: str = "/assets/geo/") -> Component:
    """The page with every id of the screen and nothing in it yet."""
    return page(
        ids.GRID_HEAD,
        "grid-page",
        word("nav.grid"),
        [
            html.Div(
                [html.Div(id=ids.GRID_NOTE, className="panel-note"), html.Div(id=ids.GRID_EXPORT)],
                className="page-note",
            ),
            html.Section(
                id=ids.GRID_CARDS, className="cards", **attributes({"aria-label": word("page.cards")})
            ),
            html.Div([_trend(), _siblings(), _map(topology_address)], className="row row-grid"),
            html.Div([_events(), _team()], className="row row-grid-lists"),
            _courses(),
            dcc.Store(id=ids.GRID_COURSES),
            dcc.Store(id=ids.GRID_DRAWN),
        ],
    )


def _trend() -> Component:
    return panel(
        "trend-panel",
        [html.H2(id=ids.GRID_TREND_TITLE)],
        [
            dcc.Graph(id=ids.GRID_TREND, config=_GRAPH, responsive=True, className="trend"),
            html.Div(id=ids.GRID_TREND_TABLE),
        ],
    )


def _siblings() -> Component:
    return panel(
        "rank-panel",
        [html.H2(id=ids.GRID_SIBLINGS_TITLE)],
        [html.Div(id=ids.GRID_SIBLINGS, className="scroll", tabIndex=0)],
    )


def _map(topology_address: str) -> Component:
    return panel(
        "map-panel",
        [
            html.H2(word("grid.map")),
            html.A(word("grid.open_map"), id=ids.GRID_MAP_LINK, href="/map", className="go panel-tools"),
        ],
        [
            dcc.Graph(
                id=ids.GRID_MAP,
                config=_GRAPH | {"topojsonURL": topology_address},
                responsive=True,
                className="map",
            )
        ],
    )


def _events() -> Component:
    return panel(
        "events-panel",
        [
            html.H2(word("event.heading")),
            html.Nav(
                id=ids.GRID_EVENTS_TABS,
                className="segments small",
                **attributes({"aria-label": word("page.lists")}),
            ),
            html.Div(id=ids.GRID_EVENTS_MORE, className="panel-tools"),
        ],
        [
            html.Div(
                html.Table([events_head(), html.Tbody(id=ids.GRID_EVENTS)], className="table events-table"),
                className="scroll",
                tabIndex=0,
            )
        ],
    )


def _team() -> Component:
    return html.Div(
        [
            panel("team-panel", [html.H2(word("grid.team"))], [html.Div(id=ids.GRID_TEAM)]),
            panel(
                "below-panel",
                [html.H2(id=ids.GRID_BELOW_TITLE)],
                [html.Div(id=ids.GRID_BELOW, className="scroll", tabIndex=0)],
            ),
        ],
        className="stack",
    )


def _courses() -> Component:
    return panel(
        "small-panel",
        [
            html.H2(word("grid.courses")),
            html.P(id=ids.GRID_COURSES_NOTE, className="panel-note"),
        ],
        [
            html.Div(
                id=ids.GRID_SMALL,
                className="small-multiples",
                **attributes({"data-words": words_for_browser()}),
            )
        ],
    )


def team(staff: Mapping[str, int], organisations: Mapping[str, int]) -> list[Component]:
    """The people of each role and the organisations of each kind."""
    if not staff and not organisations:
        return [html.P(word("grid.no_team"), className="quiet")]
    made: list[Component] = []
    for heading, unit, counts in (
        ("grid.staff", "grid.persons", staff),
        ("grid.organisations", "grid.units", organisations),
    ):
        if not counts:
            continue
        total = word(unit).format(n=f"{sum(counts.values()):,}")
        made.append(html.H3([word(heading), html.Span(total, className="team-total")]))
        made.append(
            html.Dl(
                [
                    html.Div([html.Dt(name), html.Dd(word(unit).format(n=f"{number:,}"))])
                    for name, number in counts.items()
                ],
                className="team-list",
            )
        )
    return made


def below(groups: Sequence[tuple[str, Sequence[Choice]]]) -> list[Component]:
    """The grids below by kind: ordinary ones, then the dedicated ones."""
    if not groups:
        return [html.P(word("rank.leaf"), className="quiet")]
    made: list[Component] = []
    for name, choices in groups:
        made.append(html.H3(name))
        made.append(
            html.Ul(
                [
                    html.Li(
                        [
                            html.A(choice.text, href=choice.href, className="go"),
                            *([html.Span(choice.note, className="soft")] if choice.note else []),
                        ]
                    )
                    for choice in choices
                ],
                className="below-list",
            )
        )
    return made

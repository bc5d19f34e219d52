"""The first screen: figures of one grid and all below it, on cards, a map, a trend, a ranking and lists."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.parts.header import place_row
from layouts.parts.tables import events_head

_GRAPH: Any = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False, "doubleClick": False}


def layout(*, topology_address: str = "/assets/geo/") -> Component:
    """The page with every id of the screen and nothing in it yet.

    `topology_address` holds an empty world: without it Plotly fetches one from the internet.
    """
    return html.Div(
        [
            dcc.Store(id=ids.VIEW),
            html.A(word("page.skip"), href=f"#{ids.PANELS}", className="skip"),
            _header(),
            html.Div(id=ids.NOTICES, className="notices", role="status"),
            html.Div(id=ids.EMPTY, className="empty", hidden=True),
            html.Main(_panels(topology_address), id=ids.PANELS, className="panels", hidden=True),
            html.Footer(
                [
                    html.Div(id=ids.FRESHNESS, className="fresh-list"),
                    html.Div(id=ids.LATEST_BULLETIN, className="fresh-bulletin"),
                ],
                className="fresh-row",
            ),
        ],
        id=ids.ROOT,
        className="page",
    )


def _header() -> Component:
    return html.Header(
        [
            place_row(ids.CITY, ids.CRUMBS, ids.AS_OF),
            html.Div(
                [
                    _picker(),
                    html.Nav(
                        id=ids.PERIODS,
                        className="segments",
                        **attributes({"aria-label": word("page.periods")}),
                    ),
                    html.Details(
                        [html.Summary(word("range.own")), html.Div(_range(), className="menu-list")],
                        className="menu range-menu",
                    ),
                ],
                className="head-row controls",
            ),
        ],
        className="head",
    )


def _picker() -> Component:
    return html.Div(
        [
            dcc.Input(
                id=ids.GRID_SEARCH,
                type="search",
                placeholder=word("picker.placeholder"),
                debounce=0.2,
                value="",
                className="picker-input",
            ),
            html.Div(id=ids.GRID_RESULTS, className="picker-results", tabIndex=-1),
        ],
        className="picker",
    )


def _range() -> Component:
    return html.Div(
        [
            # The browser's own calendar; Dash names no "date" in its list of types, yet hands it to the element.
            dcc.Input(id=ids.RANGE_FIRST, type="date", className="range-date"),  # type: ignore[arg-type]
            html.Span(word("range.to"), className="range-to"),
            dcc.Input(id=ids.RANGE_LAST, type="date", className="range-date"),  # type: ignore[arg-type]
            html.Button(word("range.apply"), id=ids.RANGE_APPLY, className="button", n_clicks=0),
            html.Span(id=ids.RANGE_PROBLEM, className="range-problem", role="alert"),
        ],
        className="range",
    )


def _panel(name: str, title: list[Component] | Component, body: list[Component]) -> Component:
    return html.Section([html.Div(title, className="panel-head"), *body], className=f"panel {name}")


def _panels(topology_address: str) -> list[Component]:
    config = _GRAPH | {"topojsonURL": topology_address}
    return [
        _attention(),
        html.Section(id=ids.CARDS, className="cards", **attributes({"aria-label": word("page.cards")})),
        html.Div(
            [
                _panel(
                    "map-panel",
                    [html.H2(id=ids.MAP_TITLE), html.P(id=ids.MAP_NOTE, className="panel-note")],
                    [
                        dcc.Graph(id=ids.MAP, config=config, responsive=True, className="map"),
                        html.Div(id=ids.MAP_LEGEND, className="legend"),
                    ],
                ),
                _panel(
                    "rank-panel",
                    html.H2(id=ids.RANK_TITLE),
                    [html.Div(id=ids.RANK, className="scroll", tabIndex=0)],
                ),
                html.Div(
                    [
                        _panel(
                            "trend-panel",
                            html.H2(id=ids.TREND_TITLE),
                            [dcc.Graph(id=ids.TREND, config=_GRAPH, responsive=True, className="trend")],
                        ),
                        _panel(
                            "channel-panel",
                            html.H2(id=ids.CHANNELS_TITLE),
                            [html.Div(id=ids.CHANNELS, className="scroll", tabIndex=0)],
                        ),
                    ],
                    className="stack",
                ),
            ],
            className="row row-map",
        ),
        html.Div(
            [
                _panel(
                    "category-panel",
                    html.H2(id=ids.CATEGORIES_TITLE),
                    [html.Div(id=ids.CATEGORIES, className="scroll", tabIndex=0)],
                ),
                _events(),
            ],
            className="row row-lists",
        ),
        html.Section(
            id=ids.ASSESS_BRIEF,
            className="panel assess-brief",
            **attributes({"aria-label": word("assess.page")}),
        ),
    ]


def _attention() -> Component:
    """What needs attention first."""
    columns = (
        ("attention.overdue", ids.ATTENTION_OVERDUE),
        ("attention.falls", ids.ATTENTION_FALLS),
        ("attention.missed", ids.ATTENTION_MISSED),
        ("attention.hot", ids.ATTENTION_HOT),
    )
    return html.Section(
        [
            html.Div([html.H2(word(title)), html.Div(id=name, className="attention-body")])
            for title, name in columns
        ],
        className="attention",
        **attributes({"aria-label": word("attention.heading")}),
    )


def _events() -> Component:
    return _panel(
        "events-panel",
        [
            html.H2(word("event.heading")),
            html.Nav(
                id=ids.EVENTS_TABS,
                className="segments small",
                **attributes({"aria-label": word("page.lists")}),
            ),
            html.Span(id=ids.EVENTS_COUNT, className="panel-note"),
        ],
        [
            html.Div(
                [
                    html.Table(
                        [events_head(), html.Tbody(id=ids.EVENTS_ROWS)], className="table events-table"
                    ),
                    html.Button(word("event.more"), id=ids.EVENTS_MORE, className="button more", n_clicks=0),
                ],
                className="scroll",
                tabIndex=0,
            ),
            dcc.Store(id=ids.EVENTS_PAGE),
        ],
    )

"""The map page: the grids of the city, coloured by an indicator, with a slim panel of what is in view."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.parts.header import Choice, place_row
from maps import style

_WORDS = (
    "map.loading",
    "map.failed",
    "map.open",
    "map.up",
    "map.rank",
    "map.few",
    "map.no_data",
    "map.points_overdue",
    "map.points_newest",
    "map.points_more",
    "map.points_unplaced",
    "map.heat",
    "map.dedicated",
    "map.areas",
    "map.table",
    "map.table_close",
    "map.table_more",
    "map.table_title",
    "map.table_grid",
    "map.table_code",
    "map.table_rank",
    "map.zoom_in",
    "map.zoom_out",
    "map.fit",
    "map.numerator",
    "map.denominator",
    "map.outside",
    "map.event",
    "map.cluster",
    "data.none",
)
"""The words that the browser's part of the map writes."""


def layout() -> Component:
    """The page with every id of the screen and nothing in it yet."""
    return html.Div(
        [
            dcc.Store(id=ids.MAP_SCENE),
            dcc.Store(id=ids.MAP_SHOWN),
            dcc.Store(id=ids.MAP_WITHOUT_GL),
            html.A(word("page.skip"), href=f"#{ids.MAP_CHILDREN}", className="skip"),
            _header(),
            html.Div(id=ids.MAP_NOTICES, className="notices", role="status"),
            html.Div(id=ids.MAP_EMPTY, className="empty", hidden=True),
            html.Main([_stage(), _side()], id=ids.MAP_BODY, className="map-body", hidden=True),
        ],
        id=ids.MAP_ROOT,
        className="page map-page",
    )


def later() -> list[Component]:
    """What the callbacks put into the page only when it is needed: Plotly is not loaded for a map that needs none."""
    return [plain_map({})]


def plain_map(figure: Any) -> Component:
    """The map without WebGL, as Plotly draws it."""
    config: Any = {
        "displayModeBar": False,
        "displaylogo": False,
        "scrollZoom": False,
        "doubleClick": False,
        "topojsonURL": "/assets/geo/",
    }
    return dcc.Graph(
        id=ids.MAP_PLAIN_GRAPH, figure=figure, config=config, responsive=True, className="map plain-graph"
    )


def _header() -> Component:
    return html.Header(
        [
            place_row(
                ids.MAP_CITY,
                ids.MAP_CRUMBS,
                ids.MAP_AS_OF,
                html.Span(id=ids.MAP_BADGES, className="badges"),
            ),
            html.Div(
                [
                    html.Div(id=ids.MAP_MENUS, className="menus"),
                    html.Nav(
                        id=ids.MAP_LEVELS,
                        className="segments",
                        **attributes({"aria-label": word("map.levels")}),
                    ),
                ],
                className="head-row controls",
            ),
        ],
        className="head",
    )


def _stage() -> Component:
    words = {key.partition(".")[2]: word(key) for key in _WORDS}
    return html.Section(
        [
            html.Div(
                id=ids.MAP_BOX,
                className="map-box",
                **attributes(
                    {
                        "data-words": json.dumps(words, ensure_ascii=False),
                        "data-style": json.dumps(style.MAP_THEMES),
                        "data-manifest": "/geometry/manifest",
                        "data-without": ids.MAP_WITHOUT_GL,
                    }
                ),
            ),
            html.Div(id=ids.MAP_PLAIN, className="map-plain", hidden=True),
            html.Nav(
                id=ids.MAP_LAYERS, className="map-layers", **attributes({"aria-label": word("map.layers")})
            ),
            html.P(id=ids.MAP_FOOT, className="map-foot"),
        ],
        className="map-stage",
        **attributes({"aria-label": word("map.label")}),
    )


def _side() -> Component:
    return html.Aside(
        [
            html.Section(id=ids.MAP_CARD, className="side-card"),
            html.Section(
                [
                    html.H2(id=ids.MAP_CHILDREN_TITLE),
                    html.Div(id=ids.MAP_CHILDREN, className="scroll", tabIndex=0),
                ],
                className="side-list",
            ),
            html.Section(
                [html.H2(id=ids.MAP_EVENTS_TITLE), html.Div(id=ids.MAP_EVENTS, className="side-events")],
                className="side-tail",
            ),
        ],
        className="map-side",
        **attributes({"aria-label": word("map.side")}),
    )


def badges(illustrative: bool, demo: bool) -> list[Component]:
    """What a viewer has to know of the city before he believes the map."""
    told = [word(key) for key, said in (("data.illustrative", illustrative), ("data.demo", demo)) if said]
    return [html.Span(text, className="badge") for text in told]


def layer_links(choices: Sequence[Choice]) -> list[Component]:
    """The layers over the map, each a link that puts it on or off."""
    return [
        html.A(
            [html.Span(className="layer-mark", **attributes({"aria-hidden": "true"})), choice.text],
            href=choice.href,
            className="layer is-on" if choice.current else "layer",
            role="switch",
            **attributes({"aria-checked": "true" if choice.current else "false"}),
        )
        for choice in choices
    ]


def card(
    label: str, value: str, n: str, changes: Sequence[Any], target: str, formula: str, when: str
) -> list[Component]:
    """The indicator over the whole scope, with what it was made from."""
    return [
        html.H2(label, className="side-label"),
        html.P([html.Span(value, className="side-value"), html.Span(n, className="side-n")]),
        html.P(list(changes), className="side-changes"),
        *([html.P(target, className="side-target")] if target else []),
        html.P(formula, className="side-formula"),
        html.P(when, className="side-when"),
    ]


def event_lines(lines: Sequence[tuple[str, str, str, str]], more: Choice) -> list[Component]:
    """Some events as (title, place and time, state, address of the trace), and the link to all of them."""
    items = [
        html.Li(
            [
                html.A(title, href=href, className="event-link"),
                html.Span(
                    [html.Span(where), html.Span(what, className="event-state")], className="event-sub"
                ),
            ]
        )
        for title, where, what, href in lines
    ]
    listed: Component = html.Ol(items) if items else html.P(word("event.none"), className="quiet")
    return [listed, html.A(more.text, href=more.href, className="go more-link")]

"""The ranking: the grids of a level compared on every indicator, and the course of one indicator for each of them."""

from __future__ import annotations

import json

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.parts.pages import page, panel

_WORDS = {
    "place": "rank.place",
    "grid": "rank.grid",
    "above": "rank.path",
    "rank": "board.rank",
    "unranked": "board.no_rank",
    "sort": "rank.sort_by",
    "open": "rank.grid_page",
    "table": "chart.table",
    "none": "data.none",
    "nothing": "rank.nothing",
}
"""The words that the browser's part writes."""


def words_for_browser() -> str:
    """The words of the browser's part as JSON."""
    return json.dumps({name: word(key) for name, key in _WORDS.items()}, ensure_ascii=False)


def layout() -> Component:
    """The page with every id of the screen and nothing in it yet."""
    return page(
        ids.RANK_HEAD,
        "rank-page",
        word("nav.rank"),
        [
            panel(
                "board-panel",
                [
                    html.H2(id=ids.RANK_HEADING),
                    html.Nav(
                        id=ids.RANK_LEVELS,
                        className="segments small",
                        **attributes({"aria-label": word("rank.levels")}),
                    ),
                    html.Div(id=ids.RANK_EXPORT, className="panel-tools"),
                    html.Div(id=ids.RANK_NOTE, className="panel-note"),
                ],
                [
                    html.Div(
                        id=ids.RANK_BOARD,
                        className="board",
                        tabIndex=0,
                        role="region",
                        **attributes({"aria-label": word("rank.board"), "data-words": words_for_browser()}),
                    )
                ],
            ),
            panel(
                "small-panel",
                [
                    html.H2(id=ids.RANK_COURSES_TITLE),
                    html.P(id=ids.RANK_COURSES_NOTE, className="panel-note"),
                ],
                [
                    html.Div(
                        id=ids.RANK_SMALL,
                        className="small-multiples",
                        **attributes({"data-words": words_for_browser()}),
                    )
                ],
            ),
            dcc.Store(id=ids.RANK_DATA),
            dcc.Store(id=ids.RANK_COURSES),
            dcc.Store(id=ids.RANK_DRAWN),
        ],
    )

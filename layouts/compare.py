"""The comparison: two grids, or two periods of one, side by side on every indicator, over time and by category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.parts.pages import page, panel
from layouts.text import Change

_GRAPH: Any = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False, "doubleClick": False}


@dataclass(frozen=True)
class Side:
    """One side of a row: the value, its n, and the list of events behind it ("": none)."""

    value: str
    n: str
    href: str = ""


@dataclass(frozen=True)
class Row:
    """A line of the comparison. `sure` says in words whether the difference is larger than chance; `href` chooses the
    indicator."""

    name: str
    first: Side
    second: Side
    difference: Change
    sure: str
    href: str = ""
    current: bool = False
    formula: str = ""


def layout() -> Component:
    """The page with every id of the screen and nothing in it yet."""
    return page(
        ids.COMPARE_HEAD,
        "compare-page",
        word("nav.compare"),
        [
            html.Section(
                [
                    _side(
                        "is-first",
                        word("compare.first"),
                        ids.COMPARE_FIRST,
                        (ids.COMPARE_FIRST_SEARCH, ids.COMPARE_FIRST_RESULTS, ids.COMPARE_FIRST_PERIODS),
                    ),
                    html.A(
                        "⇄",
                        id=ids.COMPARE_SWAP,
                        href="?",
                        className="button swap",
                        **attributes({"aria-label": word("compare.swap"), "title": word("compare.swap")}),
                    ),
                    _side(
                        "is-second",
                        word("compare.second"),
                        ids.COMPARE_SECOND,
                        (ids.COMPARE_SECOND_SEARCH, ids.COMPARE_SECOND_RESULTS, ids.COMPARE_SECOND_PERIODS),
                    ),
                ],
                className="sides",
                **attributes({"aria-label": word("compare.sides")}),
            ),
            html.Div(
                [
                    panel(
                        "compare-panel",
                        [
                            html.H2(word("compare.indicators")),
                            html.Div(id=ids.COMPARE_EXPORT, className="panel-tools"),
                            html.Div(id=ids.COMPARE_NOTE, className="panel-note"),
                        ],
                        [html.Div(id=ids.COMPARE_TABLE, className="compare-scroll", tabIndex=0)],
                    ),
                    html.Div(
                        [
                            panel(
                                "overlay-panel",
                                [html.H2(id=ids.COMPARE_TREND_TITLE)],
                                [
                                    dcc.Graph(
                                        id=ids.COMPARE_TREND,
                                        config=_GRAPH,
                                        responsive=True,
                                        className="trend",
                                    ),
                                    html.Div(id=ids.COMPARE_TREND_TABLE),
                                ],
                            ),
                            panel(
                                "difference-panel",
                                [html.H2(id=ids.COMPARE_CATEGORIES_TITLE)],
                                [html.Div(id=ids.COMPARE_CATEGORIES, className="compare-scroll", tabIndex=0)],
                            ),
                        ],
                        className="compare-side",
                    ),
                ],
                className="row row-compare",
            ),
        ],
    )


def _side(name: str, label: str, shown: str, chooser: tuple[str, str, str]) -> Component:
    search, results, periods = chooser
    return html.Div(
        [
            html.Div([html.Span(label, className="side-mark"), html.Div(id=shown, className="side-said")]),
            html.Div(
                [
                    html.Div(
                        [
                            html.Label(
                                [
                                    html.Span(f"{label}: {word('picker.placeholder')}", className="unseen"),
                                    dcc.Input(
                                        id=search,
                                        type="search",
                                        placeholder=word("picker.placeholder"),
                                        debounce=0.2,
                                        value="",
                                        className="picker-input",
                                    ),
                                ]
                            ),
                            html.Div(id=results, className="picker-results", tabIndex=-1),
                        ],
                        className="picker",
                    ),
                    html.Div(id=periods, className="menus"),
                ],
                className="side-choosers",
            ),
        ],
        className=f"compare-side-box {name}",
    )


def said(name: str, above: str, period: str) -> list[Component]:
    """What a side shows: its grid, what stands above it, and its period."""
    return [
        html.Strong(name),
        html.Span(above, className="soft"),
        html.Span(period, className="side-period"),
    ]


def table(rows: Sequence[Row], first: str, second: str, head: str) -> list[Component]:
    """The comparison as a table; the sides' names head their columns."""
    if not rows:
        return [html.P(word("data.none"), className="quiet")]
    heads = html.Tr(
        [
            html.Th(head, scope="col"),
            html.Th(first, scope="col", className="num is-first"),
            html.Th(second, scope="col", className="num is-second"),
            html.Th(word("compare.difference"), scope="col", className="num"),
        ]
    )
    return [
        html.Table(
            [html.Thead(heads), html.Tbody([_row(row) for row in rows])], className="table compare-table"
        )
    ]


def _row(row: Row) -> Component:
    name: Component | str = html.A(row.name, href=row.href, title=row.formula) if row.href else row.name
    return html.Tr(
        [
            html.Th(name, scope="row"),
            _value(row.first, "is-first"),
            _value(row.second, "is-second"),
            html.Td(
                [
                    html.Span(row.difference.text, className=f"compare-diff is-{row.difference.verdict}"),
                    html.Span(row.sure, className="cell-n"),
                ],
                className="num",
            ),
        ],
        className="is-current" if row.current else None,
    )


def _value(side: Side, name: str) -> Component:
    n: Component | str = html.A(side.n, href=side.href, className="go cell-n") if side.href and side.n else ""
    value: Component = html.Span(side.value, className="cell-value")
    if side.href and not side.n:
        value = html.A(side.value, href=side.href, className="go cell-value")
    elif side.n and not side.href:
        n = html.Span(side.n, className="cell-n")
    return html.Td([value, n], className=f"num {name}")

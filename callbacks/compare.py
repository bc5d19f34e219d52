"""The comparison's callbacks: two scenes at one instant, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import dash
import pandas as pd
from dash import Input, Output, html

from callbacks import heads, scenery, state
from callbacks.behind import events_behind
from callbacks.reads import City, Reads
from callbacks.state import Scene, ViewState, to_search
from data.grids import Tree
from data.indicators import INDICATORS, Figure, shown
from data.periods import PERIOD_KEYS, Period, days, named, previous
from data.shifts import shift
from data.words import word
from layouts import compare as page
from layouts import ids, rows, text
from layouts.compare import Row, Side
from layouts.parts.export import export_links
from layouts.parts.header import Choice
from layouts.parts.menus import Menu, menu
from layouts.parts.pages import chart_table, dates_form
from maps.charts import overlay
from maps.choropleth import count_text

MOST: Final = 25


def register(app: dash.Dash, reads: Reads) -> None:
    """Adds every callback of the comparison to the app."""
    failed = heads.register(app, reads, ids.COMPARE_HEAD, _controls)
    _register_sides(app, reads, failed)
    _register_panels(app, reads, failed)


def _register_sides(app: dash.Dash, reads: Reads, failed: Any) -> None:
    @app.callback(
        Output(ids.COMPARE_FIRST, "children"),
        Output(ids.COMPARE_FIRST_PERIODS, "children"),
        Output(ids.COMPARE_SECOND, "children"),
        Output(ids.COMPARE_SECOND_PERIODS, "children"),
        Output(ids.COMPARE_SWAP, "href"),
        Output(ids.COMPARE_SWAP, "hidden"),
        Output(ids.COMPARE_NOTE, "children"),
        Output(ids.COMPARE_EXPORT, "children"),
        Input(ids.COMPARE_HEAD.view, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def sides(data: Mapping[str, Any] | None) -> tuple[Any, ...]:
        _, tree, first = heads.met(reads, data)
        second = beside(tree, first)
        view, definition = first.view, INDICATORS[first.view.indicator]
        note = [
            html.P(word("board.formula").format(label=definition.label, formula=definition.formula)),
            html.P(word("compare.note")),
        ]
        return (
            _said(tree, first),
            _first_periods(first),
            _said(tree, second),
            _second_periods(first, second),
            to_search(view.exchanged()),
            first.grid is second.grid,
            note,
            export_links("compare", to_search(view)),
        )

    for search, results, href in (
        (ids.COMPARE_FIRST_SEARCH, ids.COMPARE_FIRST_RESULTS, _first_href),
        (ids.COMPARE_SECOND_SEARCH, ids.COMPARE_SECOND_RESULTS, _second_href),
    ):
        _register_picker(app, reads, failed, search, results, href)


def _register_picker(app: dash.Dash, reads: Reads, failed: Any, search: str, results: str, href: Any) -> None:
    @app.callback(
        Output(results, "children"),
        Input(search, "value"),
        Input(ids.COMPARE_HEAD.view, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def pick(wanted: str | None, data: Mapping[str, Any] | None) -> Any:
        _, tree, first = heads.met(reads, data)
        base = first.grid if href is _first_href else beside(tree, first).grid
        return scenery.picks(tree, base, wanted, lambda grid: href(first.view, tree, grid.code))


def _register_panels(app: dash.Dash, reads: Reads, failed: Any) -> None:
    @app.callback(
        Output(ids.COMPARE_TABLE, "children"),
        Input(ids.COMPARE_HEAD.view, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def figures(data: Mapping[str, Any] | None) -> Any:
        _, tree, first = heads.met(reads, data)
        second = beside(tree, first)
        one = reads.totals(first.question, tuple(INDICATORS))
        other = reads.totals(second.question, tuple(INDICATORS))
        made = [
            _row(
                INDICATORS[key].label,
                one[key],
                other[key],
                (_events(first, key), _events(second, key)),
                href=to_search(first.view.of(key)),
                current=key == first.view.indicator,
            )
            for key in INDICATORS
        ]
        return page.table(made, *_names(first, second), word("page.cards"))

    @app.callback(
        Output(ids.COMPARE_TREND, "figure"),
        Output(ids.COMPARE_TREND_TITLE, "children"),
        Output(ids.COMPARE_TREND_TABLE, "children"),
        Input(ids.COMPARE_HEAD.view, "data"),
        Input(ids.SCALE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def course(data: Mapping[str, Any] | None, scale: float | None) -> tuple[Any, str, Any]:
        _, tree, first = heads.met(reads, data)
        second, key = beside(tree, first), first.view.indicator
        # Both in the unit of the first, so that their parts stand above each other.
        second = replace(second, unit=first.unit)
        lines = []
        for scene in (first, second):
            frame = reads.by_time(scene.question, scene.unit, (key,))
            lines.append(rows.points(frame, key, scene.clock, state.buckets(scene), scene.unit, scene.as_of))
        names = _names(first, second)
        figure = overlay(key, lines[0], lines[1], names, scale=scenery.scaled(scale))
        title = word("trend.title").format(label=INDICATORS[key].label, unit=word(f"unit.{first.unit}"))
        told = []
        for place in range(max(map(len, lines))):
            cells: list[str] = []
            for line in lines:
                point = line[place] if place < len(line) else None
                cells += (
                    ["", "", ""]
                    if point is None
                    else [
                        point.label,
                        shown(key, point.value),
                        count_text(point.numerator, point.denominator),
                    ]
                )
            told.append(cells)
        n = word("figure.n_head")
        return (
            figure,
            title,
            chart_table((word("chart.when"), names[0], n, word("chart.when"), names[1], n), told),
        )

    @app.callback(
        Output(ids.COMPARE_CATEGORIES, "children"),
        Output(ids.COMPARE_CATEGORIES_TITLE, "children"),
        Input(ids.COMPARE_HEAD.view, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def categories(data: Mapping[str, Any] | None) -> tuple[Any, str]:
        _, tree, first = heads.met(reads, data)
        second, key = beside(tree, first), first.view.indicator
        frames = [reads.by_category(scene.question, (key,)) for scene in (first, second)]
        one, other = (_by_group(frame, key) for frame in frames)
        names = dict(zip(frames[0]["group"], frames[0]["name"], strict=True))
        found = [
            (code, one[code], other[code])
            for code in one
            if code in other and (one[code].numerator or other[code].numerator or one[code].denominator)
        ]
        found.sort(key=lambda each: -_weight(each[1], each[2]))
        made = [
            _row(
                names[code],
                mine,
                theirs,
                (_events(first, key, code), _events(second, key, code)),
            )
            for code, mine, theirs in found[:MOST]
        ]
        title = word("compare.categories").format(label=INDICATORS[key].label)
        return page.table(made, *_names(first, second), word("group.category")), title


def beside(tree: Tree, first: Scene) -> Scene:
    """The second side: its grid, its period, and the instant it is asked for.

    The period before, unless it is named otherwise, is asked when as much of it had passed as has passed of the first.
    """
    view, clock = first.view, first.clock
    grid = tree.get(view.other) if view.other and view.other in tree else first.grid
    as_of, live = first.as_of, first.live
    chosen = view.other_period or ("" if grid is not first.grid else state.PREVIOUS)
    if view.other_first is not None and view.other_last is not None:
        period = days(clock, view.other_first, view.other_last + timedelta(days=1))
    elif chosen == state.PREVIOUS:
        period = previous(clock, first.period)
        as_of, live = min(as_of, period.start + (as_of - first.period.start)), False
    elif chosen:
        period = named(clock, as_of, chosen)
    else:
        period = first.period
    scoped = view.within("" if grid.parent is None else grid.code)
    return replace(
        first, view=scoped, grid=grid, period=period, as_of=as_of, live=live, unit=state.unit_of(period)
    )


def _names(first: Scene, second: Scene) -> tuple[str, str]:
    """What tells the sides apart: their grids, or their periods, or both."""
    grids = first.grid is not second.grid
    periods = first.period != second.period
    made = [
        " · ".join(
            [
                *([scene.grid.name] if grids or not periods else []),
                *([text.span(scene.clock, scene.period)] if periods else []),
            ]
        )
        for scene in (first, second)
    ]
    return made[0], made[1]


def _row(
    name: str, one: Figure, other: Figure, hrefs: tuple[str, str], *, href: str = "", current: bool = False
) -> Row:
    moved = text.change(one.key, one, other)
    judged = shift(one, other)
    sure = ""
    if moved.verdict in ("better", "worse"):
        sure = word("compare.sure") if judged is not None else word("compare.chance")
    return Row(
        name,
        _side(one, hrefs[0]),
        _side(other, hrefs[1]),
        replace(moved, text=text.arrowed(one.key, moved)),
        sure,
        href,
        current,
        INDICATORS[one.key].formula,
    )


def _side(figure: Figure, href: str) -> Side:
    n = "" if figure.denominator is None else count_text(figure.numerator, figure.denominator)
    return Side(shown(figure.key, figure.value), n, href)


def _events(scene: Scene, key: str, category: str = "") -> str:
    """The list of the events behind a figure of a side; "" where no list holds them."""
    view = scene.view.alone()
    clock, period = scene.clock, scene.period
    first = clock.local(period.start).date()
    last = clock.local(max(period.start, period.end - 1)).date()
    if view.first is not None or period != named(clock, scene.as_of, view.period):
        view = replace(view, first=first, last=last)
    if category:
        view = view.by_category(category)
    return events_behind(view, key) or ""


def _by_group(frame: pd.DataFrame, key: str) -> dict[str, Figure]:
    kept = frame[(frame["key"] == key) & ~frame["own"].astype(bool)]
    return {
        str(code): Figure(
            key,
            None if pd.isna(value) else float(value),
            int(numerator),
            None if pd.isna(denominator) else int(denominator),
        )
        for code, value, numerator, denominator in zip(
            kept["group"], kept["value"], kept["numerator"], kept["denominator"], strict=True
        )
    }


def _weight(one: Figure, other: Figure) -> float:
    """By what a category is put first: how clearly its sides differ, then how much it counts."""
    judged = shift(one, other)
    size = (one.denominator or one.numerator) + (other.denominator or other.numerator)
    if INDICATORS[one.key].better == "none":
        return abs(one.numerator - other.numerator)
    return (1e9 + judged.times if judged is not None else 0.0) + size / 1e6


def _said(tree: Tree, scene: Scene) -> list[Any]:
    return page.said(scene.grid.name, scenery.beneath(tree, scene.grid), text.span(scene.clock, scene.period))


def _first_href(view: ViewState, tree: Tree, code: str) -> str:
    return to_search(view.within("" if tree.get(code).parent is None else code))


def _second_href(view: ViewState, tree: Tree, code: str) -> str:
    own = view.scope or tree.root.code
    return to_search(view.beside("" if code == own else code))


def _first_periods(first: Scene) -> list[Any]:
    view = first.view
    current = word(f"period.{view.period}") if view.first is None else text.span(first.clock, first.period)
    return [
        menu(Menu(word("map.menu_period"), current, scenery.periods(first))),
        _dates(first.period, first, ("from", "to"), "period"),
    ]


def _second_periods(first: Scene, second: Scene) -> list[Any]:
    view = first.view
    same = word("compare.same_period") if second.grid is not first.grid else word("compare.previous")
    choices = [
        Choice(same, to_search(view.beside_during("")), not view.other_period and view.other_first is None)
    ]
    if second.grid is not first.grid:
        choices.append(
            Choice(
                word("compare.previous"),
                to_search(view.beside_during(state.PREVIOUS)),
                view.other_period == state.PREVIOUS and view.other_first is None,
            )
        )
    choices += [
        Choice(
            word(f"period.{key}"),
            to_search(view.beside_during(key)),
            view.other_period == key and view.other_first is None,
        )
        for key in PERIOD_KEYS
    ]
    current = next((one.text for one in choices if one.current), text.span(second.clock, second.period))
    return [
        menu(Menu(word("map.menu_period"), current, choices)),
        _dates(second.period, second, ("with_from", "with_to"), "with_period"),
    ]


def _dates(period: Period, scene: Scene, names: tuple[str, str], drops: str) -> Any:
    clock = scene.clock
    first = clock.local(period.start).date()
    last = max(first, clock.local(period.end - 1).date())
    return html.Details(
        [
            html.Summary(word("range.own")),
            html.Div(dates_form(first, last, names, drops), className="menu-list"),
        ],
        className="menu range-menu",
    )


def _controls(city: City, _tree: Tree, found: Scene) -> list[Any]:
    menus = scenery.menus(found, city)
    # The periods stand with the sides.
    return [html.Div([menu(one) for place, one in enumerate(menus) if place != 1], className="menus")]

"""The ranking's callbacks: one table of every indicator for the grids of a level, and the course of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import dash
from dash import ClientsideFunction, Input, Output, html

from callbacks import heads, scenery, state
from callbacks.behind import queries_behind
from callbacks.reads import City, Reads, targets
from callbacks.state import Scene, to_search
from data.clocks import MINUTE
from data.grids import Tree
from data.indicators import INDICATORS, OVERDUE_OPEN
from data.kept import Kept
from data.periods import previous, split
from data.queries.figures import GridsCompared
from data.ranking import MINIMUM_DUE
from data.words import word
from layouts import boards, ids, text
from layouts.attributes import attributes
from layouts.parts import header
from layouts.parts.export import export_links
from layouts.parts.header import Choice
from layouts.parts.menus import menu

PATH: Final = "/rank"
MOST: Final = 700
"""So many grids are ranked at once: beyond, no reader follows, and the page would be slow."""

KEEP: Final = 5 * MINUTE


def register(app: dash.Dash, reads: Reads) -> None:
    """Adds every callback of the ranking to the app."""
    boards_of = Kept[GridsCompared](48)
    failed = heads.register(app, reads, ids.RANK_HEAD, _controls)

    @app.callback(
        Output(ids.RANK_DATA, "data"),
        Input(ids.RANK_HEAD.figures, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def board(data: Mapping[str, Any] | None) -> Any:
        city, tree, found = heads.met(reads, data)
        depth = depth_of(tree, found)
        if depth is None:
            return {"columns": [], "rows": []}
        return boards.board(
            compared(reads, boards_of, found, depth),
            targets(city),
            lambda code: scenery.beneath(tree, tree.get(code)),
            queries_behind(),
        )

    @app.callback(
        Output(ids.RANK_HEADING, "children"),
        Output(ids.RANK_LEVELS, "children"),
        Output(ids.RANK_NOTE, "children"),
        Output(ids.RANK_EXPORT, "children"),
        Input(ids.RANK_HEAD.view, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def said(data: Mapping[str, Any] | None) -> tuple[Any, ...]:
        city, tree, found = heads.met(reads, data)
        depth = depth_of(tree, found)
        view, definition = found.view, INDICATORS[found.view.indicator]
        chosen = next((one for one in levels(city, tree, found) if one[0] == depth), None)
        heading = (
            word("rank.nothing")
            if chosen is None
            else word("rank.heading").format(grid=found.grid.name, level=chosen[2], n=f"{chosen[3]:,}")
        )
        note = [
            html.P(periods_said(found)),
            html.P(word("board.formula").format(label=definition.label, formula=definition.formula)),
            html.P(
                word("rank.note").format(
                    label=definition.label, order=word(f"rank.order_{view.order}"), minimum=MINIMUM_DUE
                )
            ),
        ]
        return heading, _level_links(city, tree, found, depth), note, export_links("rank", to_search(view))

    @app.callback(
        Output(ids.RANK_COURSES, "data"),
        Output(ids.RANK_COURSES_TITLE, "children"),
        Output(ids.RANK_COURSES_NOTE, "children"),
        Input(ids.RANK_HEAD.view, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def courses(data: Mapping[str, Any] | None) -> tuple[Any, str, str]:
        _, tree, found = heads.met(reads, data)
        key, depth = found.view.indicator, depth_of(tree, found)
        label, unit = INDICATORS[key].label, state.unit_of(found.period)
        title = word("rank.small").format(label=label, unit=word(f"unit.{unit}"))
        if depth is None:
            return None, title, word("rank.nothing")
        if key == OVERDUE_OPEN:
            return None, title, word("rank.small_stock").format(label=label)
        answer = reads.courses(found.question, unit, key, depth)
        parts = dict(split(found.clock, found.period, unit))
        shorts = [text.bucket(found.clock, parts[one], unit)[1] for one in answer.labels]
        made = boards.small_multiples(answer, key, shorts)
        note = word("rank.small_note").format(
            low=made["low_text"], high=made["high_text"], minimum=MINIMUM_DUE
        )
        return made, title, note

    app.clientside_callback(
        ClientsideFunction("board", "draw"),
        Output(ids.RANK_DRAWN, "data"),
        Input(ids.RANK_DATA, "data"),
        Input(ids.RANK_COURSES, "data"),
        Input(ids.URL, "search"),
        prevent_initial_call=True,
    )


def compared(reads: Reads, kept: Kept[GridsCompared], found: Scene, depth: int | None) -> GridsCompared:
    """Every indicator of the grids at a depth, beside the period before: one answer for all who ask within minutes of a
    version of the store, for the figures of a past instant take the most time."""
    question, viewer = found.question, reads.viewer()
    key = (
        viewer.scope,
        question.scope,
        question.period,
        question.as_of // KEEP,
        question.categories,
        question.channels,
        depth,
    )
    edition = reads.version(), reads.now() // KEEP
    return kept.get(key, lambda: reads.compare_grids(question, depth, tuple(INDICATORS)), edition)


def levels(city: City, tree: Tree, found: Scene) -> list[tuple[int, str, str, int]]:
    """The levels below the scope as (depth, key, name, how many): a depth is called after its ordinary grids."""
    made = []
    for depth in range(found.grid.depth + 1, tree.max_depth + 1):
        grids = tree.at_depth(found.grid.code, depth)
        if not grids:
            break
        level = next((grid.level for grid in grids if grid.kind is None), grids[0].level)
        made.append((depth, level, city.levels.get(level, level), len(grids)))
    return made


def depth_of(tree: Tree, found: Scene) -> int | None:
    """The depth that is ranked: the level of the view where it lies below the scope and is not too large, else the
    children; None where there are none."""
    code, first = found.grid.code, found.grid.depth + 1
    if not tree.children(code):
        return None
    for depth in range(first, tree.max_depth + 1):
        level = tree.level(code, depth)
        if not len(level.ids):
            break
        if len(level.ids) <= MOST and tree.get(level.codes[0]).level == found.view.level:
            return depth
    return first


def periods_said(found: Scene) -> str:
    """The period and the one it is compared with, in words."""
    return word("board.period").format(
        period=text.span(found.clock, found.period),
        before=text.span(found.clock, previous(found.clock, found.period)),
    )


def _controls(city: City, tree: Tree, found: Scene) -> list[Any]:
    view = found.view
    orders = [
        Choice(word(f"rank.order_{order}"), to_search(view.ordered(order)), view.order == order)
        for order in state.ORDERS
    ]
    return [
        html.Div([menu(one) for one in scenery.menus(found, city)], className="menus"),
        html.Nav(
            header.segments(orders), className="segments", **attributes({"aria-label": word("rank.orders")})
        ),
    ]


def _level_links(city: City, tree: Tree, found: Scene, depth: int | None) -> list[Any]:
    known = levels(city, tree, found)
    if len(known) < 2:
        return []
    small = [one for one in known if one[3] <= MOST or one[0] == found.grid.depth + 1]
    links: list[Any] = header.segments(
        [
            Choice(f"{name} {n:,}", to_search(found.view.at_level(key)), at == depth)
            for at, key, name, n in small
        ]
    )
    links += [
        html.Span(word("rank.level_many").format(level=name, n=f"{n:,}"), className="segment is-off")
        for at, key, name, n in known
        if (at, key, name, n) not in small
    ]
    return links

"""The assessment on the first screen: the first and the last of the last month that was frozen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import dash
from dash import Input, Output
from dash.exceptions import PreventUpdate

from callbacks import assesslines as lines
from callbacks import shell, state
from callbacks.assessdesk import AssessDesk
from callbacks.assessmet import deepest
from callbacks.assessview import Asked
from callbacks.reads import City, Reads
from data.assessment.keeping import Standing
from data.grids import Grid, Tree
from data.words import word
from layouts import assessboard, assesstext, ids

BRIEF: Final = 3
"""So many of the first and of the last stand on the first screen."""


def register(app: dash.Dash, reads: Reads, desk: AssessDesk) -> None:
    """Adds the callback of the first screen's panel to the app."""

    @app.callback(
        Output(ids.ASSESS_BRIEF, "children"),
        Input(ids.VIEW, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def brief(data: Mapping[str, Any] | None) -> Any:
        city = reads.city()
        if data is None or city is None:
            raise PreventUpdate
        found = Asked(state.restored(data, reads.now())[0])
        tree = reads.tree()
        grid = tree.get(found.view.scope) if found.view.scope in tree else tree.root
        return brief_of(desk, city, found, tree, grid)


def brief_of(desk: AssessDesk, city: City, found: Asked, tree: Tree, grid: Grid) -> list[Any]:
    """The last frozen month's first and last of a scope; a sentence where there is none."""
    months = desk.months()
    frozen = desk.frozen(months[0]) if months else None
    if frozen is None:
        return assessboard.brief_nothing(word("assess.brief_none"), found.address())
    depth = deepest(frozen.rules, tree, grid)
    if not depth:
        return assessboard.brief_nothing(word("assess.brief_nobody").format(month=months[0]), found.address())
    board = desk.board(grid.code, months[0], depth)
    ranked = sorted((one for one in board.standings if one.rank is not None), key=_by_score, reverse=True)
    if not ranked:
        told = word("assess.brief_nobody").format(month=board.month)
        return assessboard.brief_nothing(told, found.address())
    last = ranked[max(BRIEF, len(ranked) - BRIEF) :]

    def rows(some: list[Standing]) -> list[tuple[str, str, str, str]]:
        return [
            (
                word("assess.brief_rank").format(
                    group=lines.group_name(tree, one.group), rank=one.rank, ranked=one.ranked
                )
                if one.group
                else word("assess.rank_of").format(rank=one.rank, ranked=one.ranked),
                one.name,
                assesstext.score_text(one.score),
                found.address(grid=one.code),
            )
            for one in some
        ]

    return assessboard.brief(
        word("assess.brief").format(month=board.month),
        word("assess.brief_note").format(
            level=lines.level_name(city, tree, grid.code, depth),
            ranked=f"{len(ranked):,}",
            version=board.rules.version,
        ),
        found.address(),
        [(word("assess.brief_first"), rows(ranked[:BRIEF])), (word("assess.brief_last"), rows(last))],
    )


def _by_score(one: Standing) -> Any:
    return one.score.value

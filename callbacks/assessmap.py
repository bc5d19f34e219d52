"""The map of the assessment: the scores of the month and the depth that the board ranks, grid by grid."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

import dash
from dash import ClientsideFunction, Input, Output, Patch, State, no_update

from callbacks import assesslines as lines
from callbacks import scenery, shell
from callbacks.assessdesk import AssessDesk
from callbacks.assessmet import Met, board_of, meet
from callbacks.assessview import Asked
from callbacks.outlines import OutlinesAt
from callbacks.reads import Reads
from data.assessment.arithmetic import Worked
from data.assessment.keeping import Board, Standing
from data.assessment.rules import AssessmentRules
from data.grids import Tree
from data.words import word
from layouts import assess as page
from layouts import assesstext, ids
from layouts.parts.header import Choice, segments
from maps.scoremap import FOCUS_AT, ScoreCell, ScoreClass, score_classes, score_map

FEWEST: Final = 2
"""One grid alone is no map."""


def register(app: dash.Dash, reads: Reads, desk: AssessDesk, outlines: OutlinesAt) -> None:
    """Adds the callbacks of the map to the app."""

    @app.callback(
        Output(ids.ASSESS_MAP, "hidden"),
        Output(ids.ASSESS_MAP_TITLE, "children"),
        Output(ids.ASSESS_MAP_SHADES, "children"),
        Output(ids.ASSESS_MAP_GRAPH, "figure"),
        Output(ids.ASSESS_MAP_KEY, "children"),
        Output(ids.ASSESS_MAP_SEEN, "data"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.ASSESS_TURN, "data"),
        Input(ids.SCALE, "data"),
        State(ids.ASSESS_MAP_SEEN, "data"),
        on_error=shell.failed,
    )
    def mapped(
        search: str | None, pathname: str | None, _turn: int | None, scale: float | None, seen: Any
    ) -> tuple[Any, ...]:
        met = meet(reads, desk, search, pathname)
        board = board_of(desk, met, met.month, met.depth) if met and met.found.part == "ranks" else None
        if met is None or board is None:
            return True, *[no_update] * 5
        cells = cells_of(board, met.found, met.tree)
        drawn = outlines(met.tree, met.grid.code, met.depth)
        undrawn = 0 if drawn is None else sum(one.code not in drawn.codes for one in cells)
        if drawn is None or len(cells) - undrawn < FEWEST:
            return True, *[no_update] * 5
        theme, focus = met.found.view.theme, met.found.grid or None
        figure = score_map(cells, drawn, theme, focus=focus, scale=scenery.scaled(scale))
        classes = score_classes(cells, theme)
        key = page.map_key(
            [(one.color, _class_text(one, met.found.shade)) for one in classes],
            _notes(met, board, classes, undrawn),
        )
        title = word("assess.map").format(
            scope=met.grid.name,
            level=lines.level_name(met.city, met.tree, met.grid.code, met.depth),
            month=board.month,
            what=_shade_name(met.found.shade),
        )
        outlined = figure["data"][FOCUS_AT]
        mark = _mark(title, {**figure, "data": [one for one in figure["data"] if one is not outlined]}, key)
        shades = segments(_shades(met.found, board.rules))
        kept = [mark, focus]
        if not isinstance(seen, list) or seen[:1] != [mark]:
            return False, title, shades, figure, key, kept
        # Thousands of polygons are drawn anew only where they look otherwise.
        patch = no_update if seen == kept else _outlined(outlined)
        return False, title, shades, patch, no_update, kept

    app.clientside_callback(
        ClientsideFunction("assess", "drill"),
        Output(ids.URL, "search", allow_duplicate=True),
        Output(ids.ASSESS_MAP_GRAPH, "clickData"),
        Input(ids.ASSESS_MAP_GRAPH, "clickData"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("assess", "folded"),
        Output(ids.ASSESS_MAP_FOLD, "open"),
        Input(ids.URL, "pathname"),
    )
    app.clientside_callback(
        ClientsideFunction("assess", "opened"),
        Input(ids.ASSESS_SHEET, "children"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
    )


def cells_of(board: Board, found: Asked, tree: Tree) -> list[ScoreCell]:
    """The grids of the board, or of the group that the address asks for, as they stand on the map."""
    return [
        _cell(one, board.rules, found.shade, tree)
        for one in board.standings
        if found.group is None or one.group == found.group
    ]


def _cell(one: Standing, rules: AssessmentRules, shade: str, tree: Tree) -> ScoreCell:
    score = one.score
    heaviest = score.of(rules.heaviest.key)
    if score.value is None:
        said = word("assess.map_no_score").format(why=assesstext.why_unranked(rules, score))
        rank = ""
    else:
        said = word("assess.map_score").format(score=assesstext.score_text(score))
        rank = lines.rank_said(rules, one, tree)
    if not shade:
        points = None if score.value is None else float(score.value)
        return ScoreCell(one.code, points, one.rank is not None, (one.name, said, rank, _cases(heaviest)))
    part = score.of(shade)
    points = None if part.reason or part.points is None else float(part.points)
    told = (one.name, _part_said(part), _cases(part), " · ".join(filter(None, (said, rank))))
    return ScoreCell(one.code, points, one.rank is not None, told)


def _part_said(part: Worked) -> str:
    if part.reason or part.points is None:
        return (
            f"{assesstext.named(part.key)} {word('assess.not_judged').format(why=assesstext.why_not(part))}"
        )
    return word("assess.map_part").format(
        dimension=assesstext.named(part.key), points=assesstext.rounded(part.points)
    )


def _cases(part: Worked) -> str:
    """The rate of a dimension with its n; where a mark alone made the points, that."""
    if part.rate is not None:
        return word("assess.map_cases").format(
            dimension=assesstext.named(part.key),
            rate=assesstext.percent(part.rate),
            n=assesstext.over(part.counted),
        )
    if part.points is not None and not part.reason:
        return word("assess.map_marked").format(dimension=assesstext.named(part.key))
    return ""


def _class_text(one: ScoreClass, shade: str) -> str:
    if one.kind == "few":
        text = word("assess.map_few")
    elif one.kind == "none":
        text = word("assess.map_none_part" if shade else "assess.map_none")
    elif one.low is None or one.high is None:
        key = "map.above" if one.high is None else "map.below"
        text = word(key).format(value=f"{one.low if one.high is None else one.high:.2f}")
    elif one.low == one.high:
        text = f"{one.low:.2f}"
    else:
        text = word("map.between").format(low=f"{one.low:.2f}", high=f"{one.high:.2f}")
    return word("assess.map_count").format(class_=text, n=f"{one.count:,}")


def _notes(met: Met, board: Board, classes: Sequence[ScoreClass], undrawn: int) -> list[str]:
    graded = sum(one.kind == "class" for one in classes) > 1
    said = {"map_open": not board.is_frozen, "map_classes": graded, "map_click": True}
    notes = [" ".join(word(f"assess.{key}") for key, holds in said.items() if holds)]
    if met.found.group is not None:
        named = lines.group_name(met.tree, met.found.group)
        notes.append(word("assess.map_group").format(group=named))
    if undrawn:
        notes.append(word("assess.map_undrawn").format(n=f"{undrawn:,}"))
    return [*notes, word("map.illustrative_foot")] if met.city.illustrative else notes


def _shades(found: Asked, rules: AssessmentRules) -> list[Choice]:
    return [
        Choice(_shade_name(key), found.search(shade=key), key == found.shade)
        for key in ("", *(one.key for one in rules.dimensions))
    ]


def _shade_name(shade: str) -> str:
    return assesstext.named(shade) if shade else word("assess.map_total")


def _outlined(trace: Any) -> Patch:
    patch = Patch()
    patch["data"][FOCUS_AT] = trace
    return patch


def _mark(*what: object) -> str:
    return blake2b(repr(what).encode(), digest_size=12).hexdigest()

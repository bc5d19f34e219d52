"""The callbacks of the assessment: what its page shows. What its viewers do is in assessacts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

import dash
from dash import Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks import assessacts, assessbrief, assessmap, shell
from callbacks import assesslines as lines
from callbacks.assessdesk import AssessDesk
from callbacks.assessmet import Met, board_of, meet
from callbacks.assessview import PARTS, PATH, Asked, asked
from callbacks.gridpage import At, below, way
from callbacks.outlines import OutlinesAt
from callbacks.paging import paged
from callbacks.reads import Reads
from data.access import Viewer, may
from data.assessment.appeals import Appeal
from data.assessment.keeping import Board, Standing
from data.assessment.months import month_before
from data.words import word
from layouts import assess as page
from layouts import assessboard, assesssheet, assesswork, ids
from layouts.parts.header import Choice, place
from layouts.parts.menus import Menu

MONTHS_OFFERED: Final = 24


def register(app: dash.Dash, reads: Reads, desk: AssessDesk, outlines: OutlinesAt) -> None:
    """Adds every callback of the page to the app."""
    _register_shown(app, reads, desk)
    assessmap.register(app, reads, desk, outlines)
    assessacts.register(app, reads, desk)
    assessbrief.register(app, reads, desk)


def _register_shown(app: dash.Dash, reads: Reads, desk: AssessDesk) -> None:
    @app.callback(
        Output(ids.ASSESS_PLACE, "children"),
        Output(ids.ASSESS_CONTROLS, "children"),
        Output(ids.ASSESS_NOTICE, "children"),
        Output(ids.ASSESS_GRIDS, "children"),
        Output(ids.ASSESS_BODY, "className"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        on_error=shell.failed,
    )
    def arrived(search: str | None, pathname: str | None) -> tuple[Any, ...]:
        met = meet(reads, desk, search, pathname)
        if met is None:
            return [], [], page.wrong(word("empty.title")), [], "panels assess-panels"
        tree, grid, found = met.tree, met.grid, met.found
        return (
            place(grid.name, way(tree, grid, _at(found)), word("assess.page"), demo=met.city.demo),
            page.controls(_parts(found), _depths(met), _menus(desk, met)),
            [node for one in met.problems for node in page.wrong(one)],
            page.offered(_offered(met)) if found.part in ("marks", "appeals") else [],
            f"panels assess-panels is-{found.part}" + (" has-sheet" if _shows_sheet(found) else ""),
        )

    @app.callback(
        Output(ids.ASSESS_BOARD, "children"),
        Output(ids.ASSESS_BOARD, "hidden"),
        Output(ids.ASSESS_SHEET, "children"),
        Output(ids.ASSESS_SHEET, "hidden"),
        Output(ids.ASSESS_RULES, "children"),
        Output(ids.ASSESS_RULES, "hidden"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.ASSESS_TURN, "data"),
        on_error=shell.failed,
    )
    def scored(search: str | None, pathname: str | None, _turn: int) -> tuple[Any, ...]:
        met = meet(reads, desk, search, pathname)
        if met is None or met.found.part not in ("ranks", "rules"):
            return [], True, [], True, [], True
        if met.found.part == "rules":
            title = word("assess.rules").format(version=met.rules.version)
            told = assesswork.rules(title, lines.rule_sentences(met.rules), lines.rule_lines(met.rules))
            return [], True, [], True, told, False
        board = board_of(desk, met, met.month, met.depth)
        shown = _board_shown(desk, met, board)
        sheet = _sheet(reads, desk, met, board) if met.found.grid else []
        return shown, False, sheet, not sheet, [], True

    @app.callback(
        Output(ids.ASSESS_MARK_STATE, "children"),
        Output(ids.ASSESS_MARK_FORM, "hidden"),
        Output(ids.ASSESS_TEMPLATE, "href"),
        Output(ids.ASSESS_MARKS, "children"),
        Output(ids.ASSESS_MARKS, "hidden"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.ASSESS_TURN, "data"),
        on_error=shell.failed,
    )
    def marked(search: str | None, pathname: str | None, _turn: int) -> tuple[Any, ...]:
        met = meet(reads, desk, search, pathname)
        if met is None or met.found.part != "marks":
            return [], True, "#", [], True
        found = desk.entries(met.month, met.grid.code)
        table = assesswork.entries(
            *paged(
                lines.entry_lines(found, met.found, met.tree, met.clock), met.found.page, met.found.at_page
            ),
            word("assess.entries_n").format(n=f"{len(found):,}"),
            word("assess.entries_none").format(month=met.month),
        )
        key = _why_no_marks(reads.viewer(), met)
        sheet = "/assess/template.csv?" + urlencode({"month": met.month, "scope": met.grid.code})
        told = word(key or "assess.marks_month").format(month=met.month)
        return page.note(told), bool(key), sheet, table, False

    @app.callback(
        Output(ids.ASSESS_APPEAL_STATE, "children"),
        Output(ids.ASSESS_APPEAL_FORM, "hidden"),
        Output(ids.ASSESS_APPEALS, "children"),
        Output(ids.ASSESS_APPEALS, "hidden"),
        Output(ids.ASSESS_DECIDE, "hidden"),
        Output(ids.ASSESS_DECIDE_ABOUT, "children"),
        Output(ids.ASSESS_DECIDE_MARKS, "hidden"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.ASSESS_TURN, "data"),
        on_error=shell.failed,
    )
    def objected(search: str | None, pathname: str | None, _turn: int) -> tuple[Any, ...]:
        met = meet(reads, desk, search, pathname)
        if met is None or met.found.part != "appeals":
            return [], True, [], True, True, [], True
        viewer = reads.viewer()
        found = desk.appeals(None, met.grid.code)
        key = "assess.appeal_role" if not may(viewer, "appeal") else ""
        key = key or ("" if met.frozen else "assess.appeal_open_month")
        told = page.note(word(key or "assess.appeal_month").format(month=met.month))
        open_ones = sum(one.decision is None for one in found)
        table = assesswork.appeals(
            [_appeal_line(one, met, viewer) for one in found],
            word("assess.appeals_n").format(n=f"{len(found):,}", open=f"{open_ones:,}"),
        )
        problem, about, marks_hidden = _deciding(desk, met, viewer)
        return [*told, *problem], bool(key), table, False, not about, about, marks_hidden

    @app.callback(
        Output(ids.ASSESS_MARK_GRID, "value"),
        Output(ids.ASSESS_APPEAL_GRID, "value"),
        Input(ids.URL, "search"),
        State(ids.URL, "pathname"),
        on_error=shell.failed,
    )
    def filled(search: str | None, pathname: str | None) -> tuple[Any, Any]:
        if (pathname or "").rstrip("/") != PATH:
            raise PreventUpdate
        grid = asked(search)[0].grid
        return (grid, grid) if grid else (no_update, no_update)


def _at(found: Asked) -> At:
    return lambda scope: found.search(
        view=found.view.within(scope), grid="", depth=0, group=None, appeal=None
    )


def _parts(found: Asked) -> list[Choice]:
    return [
        Choice(
            word(f"assess.part_{part}"),
            # The months that marks are entered for are others than those that stand.
            found.search(part=part, appeal=None, month="" if "marks" in (part, found.part) else found.month),
            part == found.part,
        )
        for part in PARTS
    ]


def _depths(met: Met) -> list[Choice]:
    if met.found.part != "ranks":
        return []
    return [
        Choice(
            lines.level_name(met.city, met.tree, met.grid.code, depth),
            met.found.search(depth=depth, group=None, grid=""),
            depth == met.depth,
        )
        for depth in sorted(met.rules.depths)
        if met.tree.at_depth(met.grid.code, depth)
    ]


def _menus(desk: AssessDesk, met: Met) -> list[Menu]:
    found = met.found
    frozen, running = desk.months()[:MONTHS_OFFERED], desk.running()
    offered = sorted({*frozen, running, month_before(running), met.month}, reverse=True)
    months = [
        Choice(
            word("assess.month_frozen" if one in frozen else "assess.month_open").format(month=one),
            found.search(month=one),
            one == met.month,
        )
        for one in offered
    ]
    current = word("assess.month_frozen" if met.frozen else "assess.month_open").format(month=met.month)
    made = [Menu(word("assess.month"), current, months)] if found.part != "rules" else []
    groups = _groups(desk, met) if found.part == "ranks" and met.depth else []
    if len(groups) > 1:
        every = Choice(word("assess.group_every"), found.search(group=None), found.group is None)
        made.append(
            Menu(
                word("assess.group"),
                every.text if found.group is None else lines.group_name(met.tree, found.group),
                [every]
                + [
                    Choice(lines.group_name(met.tree, one), found.search(group=one), one == found.group)
                    for one in groups
                ],
                narrowed=found.group is not None,
            )
        )
    assessed = [one for one in met.tree.children(met.grid.code) if one.depth <= max(met.rules.depths)]
    return [*made, *below(word("assess.children"), assessed, _at(found))]


def _groups(desk: AssessDesk, met: Met) -> list[str]:
    board = board_of(desk, met, met.month, met.depth)
    return [] if board is None else list(dict.fromkeys(one.group for one in board.standings))


def _board_shown(desk: AssessDesk, met: Met, board: Board | None) -> list[Any]:
    if board is None:
        levels = [lines.level_name(met.city, met.tree, met.tree.root.code, one) for one in met.rules.depths]
        said = word("assess.none_in_scope").format(
            scope=met.grid.name, levels=word("assess.comma").join(levels)
        )
        return page.note(said)
    before = month_before(met.month)
    frozen = desk.frozen(before)
    earlier = board_of(desk, met, before, met.depth) if frozen and met.depth in frozen.rules.depths else None
    level = lines.level_name(met.city, met.tree, met.grid.code, met.depth)
    return assessboard.board(
        lines.shown(board, earlier, met.found, met.tree, met.clock, level, met.grid.name)
    )


def _shows_sheet(found: Asked) -> bool:
    return found.part == "ranks" and bool(found.grid)


def _sheet(reads: Reads, desk: AssessDesk, met: Met, board: Board | None) -> list[Any]:
    """One grid's arithmetic; it may lie at another depth than the board, and anywhere in the viewer's scope."""
    close = met.found.search(grid="")
    if met.found.grid not in met.tree:
        told = word("problem.beyond" if met.tree.bounded else "problem.scope")
        return assesssheet.gone(told.format(value=met.found.grid[:40], city=met.tree.root.name), close)
    grid = met.tree.get(met.found.grid)
    one = _standing(board, grid.code)
    if one is None and grid.depth in met.rules.depths:
        board = board_of(desk, replace(met, grid=grid), met.month, grid.depth)
        one = _standing(board, grid.code)
    if one is None or board is None:
        levels = [lines.level_name(met.city, met.tree, met.tree.root.code, each) for each in met.rules.depths]
        said = word("assess.none_in_scope").format(scope=grid.name, levels=word("assess.comma").join(levels))
        return assesssheet.gone(said, close)
    return assesssheet.sheet(
        lines.sheet(
            board,
            one,
            met.found,
            met.tree,
            met.clock,
            desk.entries(met.month, grid.code),
            desk.revisions(grid.code, met.month),
            desk.history(grid.code),
            appeals=may(reads.viewer(), "appeal"),
        )
    )


def _standing(board: Board | None, code: str) -> Standing | None:
    return None if board is None else next((one for one in board.standings if one.code == code), None)


def _offered(met: Met) -> list[tuple[str, str]]:
    return [
        (one.code, one.name)
        for depth in sorted(met.rules.depths)
        for one in met.tree.at_depth(met.grid.code, depth)
    ]


def _why_no_marks(viewer: Viewer, met: Met) -> str:
    """The key of why nothing can be entered; "" where it can."""
    if not may(viewer, "assess"):
        return "assess.marks_role"
    if all(code == viewer.scope for code, _ in _offered(met)):
        return "assess.marks_itself"
    return "assess.marks_frozen" if met.frozen else ""


def _appeal_line(one: Appeal, met: Met, viewer: Viewer) -> assesswork.AppealLine:
    return lines.appeal_line(one, met.found, met.tree, met.clock, decides=decides(viewer, one))


def decides(viewer: Viewer, one: Appeal) -> bool:
    """Whether a viewer may decide an appeal of their scope."""
    return may(viewer, "assess") and one.author != viewer.name and one.grid != viewer.scope


def _deciding(desk: AssessDesk, met: Met, viewer: Viewer) -> tuple[list[Any], list[Any], bool]:
    """What stands above the form that decides, what it is about ([] hides it), and whether it asks for no numbers."""
    number = met.found.appeal
    if number is None:
        return [], [], True
    one = desk.appeal(number)
    if one is None or one.decision is not None:
        return page.note(word("assess.decide_none").format(number=number)), [], True
    if not decides(viewer, one):
        key = "assess.decide_by_other" if may(viewer, "assess") else "assess.refused"
        return page.note(word(key)), [], True
    counts = bool(one.events)
    line = _appeal_line(one, met, viewer)
    note = word("assess.decide_events_note" if counts else "assess.decide_mark_note")
    title = word("assess.decide_title").format(number=number)
    return [], assesswork.about(title, line, note), counts

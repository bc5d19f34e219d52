"""The callbacks of the assessment: what its page shows, and what its viewer enters, objects to and decides."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

import dash
from dash import Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from callbacks import assesslines as lines
from callbacks import shell, state
from callbacks.assessdesk import AssessDesk
from callbacks.assessfaults import fault_text
from callbacks.assessview import PARTS, PATH, Asked, asked
from callbacks.reads import City, Reads
from data.access import Viewer, may
from data.assessment.appeals import Appeal
from data.assessment.entries import AssessmentError, Taken, Wanted
from data.assessment.keeping import Board, Standing
from data.assessment.months import month_before
from data.assessment.rules import AssessmentRules
from data.clocks import ZoneClock
from data.grids import Grid, Tree, UnknownGrid
from data.words import word
from layouts import assess as page
from layouts import assessboard, assesssheet, assesstext, assesswork, ids
from layouts.parts.header import Choice
from layouts.parts.menus import Menu

MONTHS_OFFERED: Final = 24
BRIEF: Final = 3
"""So many of the first and of the last stand on the overview."""

MOST_REFUSED: Final = 100
_FIRST_ROW: Final = 2
"""Row 1 of a file is its header."""


@dataclass(frozen=True)
class Met:
    """An address that has met a city: the grid in view, the month and the depth that are shown, and the rules."""

    city: City
    found: Asked
    grid: Grid
    tree: Tree
    month: str
    depth: int
    frozen: bool
    rules: AssessmentRules
    problems: tuple[str, ...]

    @property
    def clock(self) -> ZoneClock:
        """The city's clock."""
        return ZoneClock.of(self.city.zone)


def register(app: dash.Dash, reads: Reads, desk: AssessDesk) -> None:
    """Adds every callback of the page to the app."""
    _register_shown(app, reads, desk)
    _register_acts(app, reads, desk)
    _register_brief(app, reads, desk)


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
        above = tree.ancestors(grid.code)
        way = [Choice(one.name, _at(found, one), one is grid) for one in ([*above, grid] if above else [])]
        return (
            page.place(grid.name, way, demo=met.city.demo),
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
        board = _board(desk, met, met.month, met.depth)
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
            *lines.paged(lines.entry_lines(found, met.found, met.tree, met.clock), met.found),
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


def _register_acts(app: dash.Dash, reads: Reads, desk: AssessDesk) -> None:
    @app.callback(
        Output(ids.ASSESS_NOTICE, "children", allow_duplicate=True),
        Output(ids.ASSESS_TURN, "data", allow_duplicate=True),
        Output(ids.ASSESS_MARK_VALUE, "value"),
        Input(ids.ASSESS_MARK_SAVE, "n_clicks"),
        State(ids.URL, "search"),
        State(ids.URL, "pathname"),
        State(ids.ASSESS_MARK_GRID, "value"),
        State(ids.ASSESS_MARK_DIMENSION, "value"),
        State(ids.ASSESS_MARK_VALUE, "value"),
        State(ids.ASSESS_MARK_REASON, "value"),
        State(ids.ASSESS_MARK_EVIDENCE, "value"),
        State(ids.ASSESS_TURN, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def entered(clicks: int | None, search: str | None, pathname: str | None, *given: Any) -> tuple[Any, ...]:
        met = meet(reads, desk, search, pathname) if clicks else None
        if met is None:
            raise PreventUpdate
        grid, dimension, mark, reason, evidence = (_typed(one) for one in given[:5])
        wanted = Wanted(met.month, grid, dimension, mark, reason, evidence)
        try:
            taken = desk.enter(wanted)
        except AssessmentError as error:
            return page.wrong(fault_text(str(error))), no_update, no_update
        told = word("assess.entered" if taken.entered else "assess.unchanged").format(
            grid=lines.name_of(met.tree, grid), dimension=assesstext.named(dimension), mark=mark
        )
        return page.done(told), (given[5] or 0) + 1, ""

    @app.callback(
        Output(ids.ASSESS_TAKEN, "children"),
        Output(ids.ASSESS_TURN, "data", allow_duplicate=True),
        Output(ids.ASSESS_UPLOAD, "contents"),
        Input(ids.ASSESS_UPLOAD, "contents"),
        State(ids.ASSESS_UPLOAD, "filename"),
        State(ids.ASSESS_TURN, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def uploaded(contents: str | None, name: str | None, turn: int | None) -> tuple[Any, ...]:
        if not contents:
            raise PreventUpdate
        file = _typed(name)[:80]
        try:
            taken = desk.enter_file(file, _content(contents))
        except AssessmentError as error:
            return page.wrong(fault_text(str(error))), no_update, None
        return file_told(file, taken), (turn or 0) + 1, None

    @app.callback(
        Output(ids.ASSESS_NOTICE, "children", allow_duplicate=True),
        Output(ids.ASSESS_TURN, "data", allow_duplicate=True),
        Output(ids.ASSESS_APPEAL_EVENTS, "value"),
        Output(ids.ASSESS_APPEAL_REASON, "value"),
        Output(ids.ASSESS_APPEAL_EVIDENCE, "value"),
        Input(ids.ASSESS_APPEAL_SAVE, "n_clicks"),
        State(ids.URL, "search"),
        State(ids.URL, "pathname"),
        State(ids.ASSESS_APPEAL_GRID, "value"),
        State(ids.ASSESS_APPEAL_DIMENSION, "value"),
        State(ids.ASSESS_APPEAL_EVENTS, "value"),
        State(ids.ASSESS_APPEAL_REASON, "value"),
        State(ids.ASSESS_APPEAL_EVIDENCE, "value"),
        State(ids.ASSESS_TURN, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def filed(clicks: int | None, search: str | None, pathname: str | None, *given: Any) -> tuple[Any, ...]:
        met = meet(reads, desk, search, pathname) if clicks else None
        if met is None:
            raise PreventUpdate
        try:
            number = desk.object_to(met.month, *(_typed(one) for one in given[:5]))
        except AssessmentError as error:
            return page.wrong(fault_text(str(error))), no_update, no_update, no_update, no_update
        told = page.done(word("assess.appealed").format(number=number))
        return told, (given[5] or 0) + 1, "", "", ""

    @app.callback(
        Output(ids.ASSESS_NOTICE, "children", allow_duplicate=True),
        Output(ids.ASSESS_TURN, "data", allow_duplicate=True),
        Output(ids.ASSESS_DECIDE_NOTE, "value"),
        Output(ids.ASSESS_DECIDE_EXCUSED, "value"),
        Output(ids.ASSESS_DECIDE_MARK, "value"),
        Input(ids.ASSESS_ALLOW, "n_clicks"),
        Input(ids.ASSESS_REFUSE, "n_clicks"),
        State(ids.URL, "search"),
        State(ids.ASSESS_DECIDE_NOTE, "value"),
        State(ids.ASSESS_DECIDE_EXCUSED, "value"),
        State(ids.ASSESS_DECIDE_MARK, "value"),
        State(ids.ASSESS_TURN, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def decided(_allow: int | None, _refuse: int | None, search: str | None, *given: Any) -> tuple[Any, ...]:
        number = asked(search)[0].appeal
        if number is None or not ctx.triggered or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        allowed = ctx.triggered_id == ids.ASSESS_ALLOW
        note, excused, mark = (_typed(one) for one in given[:3])
        try:
            revision = desk.decide(number, allowed, note, excused if allowed else "", mark if allowed else "")
        except AssessmentError as error:
            # Whoever came second sees what the first has done.
            return page.wrong(fault_text(str(error))), (given[3] or 0) + 1, no_update, no_update, no_update
        key = "assess.allowed_done" if allowed else "assess.refused_done"
        told = page.done(word(key).format(number=number, revision=revision))
        return told, (given[3] or 0) + 1, "", "", ""


def _register_brief(app: dash.Dash, reads: Reads, desk: AssessDesk) -> None:
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
    depth = _deepest(frozen.rules, tree, grid)
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


def meet(reads: Reads, desk: AssessDesk, search: str | None, pathname: str | None) -> Met | None:
    """What every part of the page needs; None without a city."""
    if (pathname or "").rstrip("/") != PATH:
        raise PreventUpdate
    city = reads.city()
    if city is None:
        return None
    tree = reads.tree()
    found, problems = asked(search)
    grid = tree.root
    if found.view.scope and found.view.scope in tree:
        grid = tree.get(found.view.scope)
    elif found.view.scope:
        key = "problem.beyond" if tree.bounded else "problem.scope"
        problems += (word(key).format(value=found.view.scope[:40], city=tree.root.name),)
        found = replace(found, view=found.view.within(""))
    running, months = desk.running(), desk.months()
    month = found.month
    if month > running:
        problems += (word("assess.future").format(month=month),)
        month = ""
    if not month:
        month = months[0] if months and found.part != "marks" else running
    fixed = desk.frozen(month)
    rules = desk.rules() if fixed is None else fixed.rules
    depth = found.depth if found.depth in rules.depths and tree.at_depth(grid.code, found.depth) else 0
    depth = depth or _deepest(rules, tree, grid)
    return Met(city, found, grid, tree, month, depth, fixed is not None, rules, problems)


def _deepest(rules: AssessmentRules, tree: Tree, grid: Grid) -> int:
    """The deepest depth that is assessed within a grid; 0 for none."""
    return max((one for one in rules.depths if tree.at_depth(grid.code, one)), default=0)


def _at(found: Asked, grid: Grid) -> str:
    scope = "" if grid.parent is None else grid.code
    return found.search(view=found.view.within(scope), grid="", depth=0, group=None, appeal=None)


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
    below = [
        one
        for one in met.tree.children(met.grid.code)
        if one.kind is None and one.depth <= max(met.rules.depths)
    ]
    if below:
        choices = [Choice(one.name, _at(found, one)) for one in below]
        made.append(Menu(word("assess.children"), f"{len(below):,}", choices))
    return made


def _groups(desk: AssessDesk, met: Met) -> list[str]:
    board = _board(desk, met, met.month, met.depth)
    return [] if board is None else list(dict.fromkeys(one.group for one in board.standings))


def _board(desk: AssessDesk, met: Met, month: str, depth: int) -> Board | None:
    try:
        return desk.board(met.grid.code, month, depth) if depth else None
    except (UnknownGrid, ValueError):
        return None


def _board_shown(desk: AssessDesk, met: Met, board: Board | None) -> list[Any]:
    if board is None:
        levels = [lines.level_name(met.city, met.tree, met.tree.root.code, one) for one in met.rules.depths]
        said = word("assess.none_in_scope").format(
            scope=met.grid.name, levels=word("assess.comma").join(levels)
        )
        return page.note(said)
    before = month_before(met.month)
    frozen = desk.frozen(before)
    earlier = _board(desk, met, before, met.depth) if frozen and met.depth in frozen.rules.depths else None
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
        board = _board(desk, replace(met, grid=grid), met.month, grid.depth)
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


def file_told(name: str, taken: Taken) -> list[Any]:
    """What became of a file: what was entered, and each row that was refused."""
    rows = [
        word("assess.row").format(row=one.place + _FIRST_ROW, why=fault_text(one.reason))
        for one in taken.refused[:MOST_REFUSED]
    ]
    left = len(taken.refused) - len(rows)
    said = word("assess.taken").format(
        file=name, entered=taken.entered, unchanged=taken.unchanged, refused=len(taken.refused)
    )
    return page.taken(said, rows, word("assess.rows_more").format(n=left) if left else "")


def _content(contents: str) -> bytes:
    """The bytes of a data address as browsers send a chosen file. Raises AssessmentError."""
    try:
        return base64.b64decode(contents.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise AssessmentError("expected a CSV file, found one that cannot be read") from None


def _typed(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)

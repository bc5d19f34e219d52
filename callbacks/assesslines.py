"""The assessment as the lines of its page: boards, the arithmetic of one grid, marks, appeals and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from callbacks import behind, navigation
from callbacks.assessview import Asked
from callbacks.paging import paged
from callbacks.reads import City
from data.assessment.appeals import Appeal
from data.assessment.arithmetic import Score, Worked
from data.assessment.entries import Entry
from data.assessment.keeping import Board, Revision, Standing
from data.assessment.lifting import lifts
from data.assessment.months import month_before
from data.assessment.rules import FULL, AssessmentRules
from data.bulletinplan import following, told
from data.clocks import ZoneClock
from data.grids import Tree, UnknownGrid
from data.indicators import NO_DATA
from data.words import word
from layouts import assessboard as boards
from layouts import assesssheet as sheets
from layouts import assesstext, assesswork, text
from layouts.assessboard import Column, Figure, RankLine
from layouts.assesstext import MarkSaid
from layouts.text import Change
from maps import sparks

MOST_EVENTS: Final = 30

_NO_CHANGE: Final = Change(NO_DATA, "none")


def changes(board: Board, before: Board | None) -> dict[str, Decimal]:
    """How the score of each grid has moved against the month before, where both have one."""
    earlier = {} if before is None else {one.code: one.score.value for one in before.standings}
    made = {}
    for one in board.standings:
        was = earlier.get(one.code)
        if one.score.value is not None and was is not None:
            made[one.code] = one.score.value - was
    return made


def changed(difference: Decimal | None) -> Change:
    """A change of a score as text."""
    if difference is None:
        return _NO_CHANGE
    if not difference:
        return Change(word("change.level"), "level")
    return Change(f"{difference:+.2f}", "better" if difference > 0 else "worse")


def columns(found: Asked, rules: AssessmentRules) -> list[Column]:
    """The columns of the board with where each leads; a second time turns the order round."""

    def one(key: str, name: str) -> Column:
        current = found.sort == key
        down = current and not found.descending
        way = "" if not current else _direction(key, found.descending)
        return Column(key, name, found.search(sort=key, descending=down), way)

    plain = [one(key, word(f"assess.{name}")) for key, name in _PLAIN]
    return plain + [one(part.key, assesstext.named(part.key)) for part in rules.dimensions]


_PLAIN: Final = (
    ("rank", "rank"),
    ("name", "grid"),
    ("score", "score"),
    ("change", "change"),
    ("weight", "weight"),
)
_RISING: Final = ("rank", "name")
"""These columns begin with the least, the others with the most."""


def _direction(key: str, turned: bool) -> str:
    return "ascending" if (key in _RISING) != turned else "descending"


def ordered(standings: Sequence[Standing], found: Asked, moved: Mapping[str, Decimal]) -> list[Standing]:
    """The grids in the order that the address asks for; those without what they are sorted by come last."""

    def value(one: Standing) -> Any:
        if found.sort == "name":
            return one.name
        if found.sort == "rank":
            return one.rank
        if found.sort == "score":
            return one.score.value
        if found.sort == "change":
            return moved.get(one.code)
        if found.sort == "weight":
            return one.score.weight
        part = _part(one.score, found.sort)
        return None if part is None or part.points is None else part.points

    have = [one for one in standings if value(one) is not None]
    have.sort(key=value, reverse=(found.sort not in _RISING) != found.descending)
    return have + [one for one in standings if value(one) is None]


def _part(score: Score, key: str) -> Worked | None:
    return next((one for one in score.parts if one.key == key), None)


def shown(
    board: Board,
    before: Board | None,
    found: Asked,
    tree: Tree,
    clock: ZoneClock,
    level: str,
    scope: str,
) -> boards.BoardShown:
    """A board as text."""
    moved = changes(board, before)
    wanted = [one for one in board.standings if found.group is None or one.group == found.group]
    ranked = ordered([one for one in wanted if one.rank is not None], found, moved)
    few = [one for one in wanted if one.rank is None]
    names = list(dict.fromkeys(one.group for one in board.standings))
    grouped = found.sort == "rank" and len({one.group for one in ranked}) > 1
    if grouped:
        ranked.sort(key=lambda one: names.index(one.group))
    listed, pages = paged([*ranked, *few], found.page, found.at_page)
    ranked, few = [one for one in listed if one.rank is not None], [one for one in listed if one.rank is None]
    lines = [_line(one, board, found, tree, moved) for one in ranked]
    if grouped:
        groups = [
            boards.Group(
                group_name(tree, name),
                [line for one, line in zip(ranked, lines, strict=True) if one.group == name],
            )
            for name in names
        ]
    else:
        groups = [boards.Group("", lines)]
    return boards.BoardShown(
        title=word("assess.board").format(scope=scope, level=level, month=board.month),
        frozen=board.is_frozen,
        state=state_of(board, clock),
        columns=columns(found, board.rules),
        groups=[one for one in groups if one.lines],
        few=[_line(one, board, found, tree, moved) for one in few],
        empty=_empty(board, wanted),
        change_note=word("assess.change_title").format(month=before.month)
        if before is not None
        else word("assess.change_none"),
        pages=pages,
    )


def _empty(board: Board, wanted: Sequence[Standing]) -> str:
    if not wanted:
        return word("assess.none_here")
    if all(one.score.value is None for one in board.standings):
        return word("assess.nothing").format(month=board.month)
    return ""


def state_of(board: Board, clock: ZoneClock) -> str:
    """Whether the scores stand, as of when, and by which rules."""
    return word("assess.frozen" if board.is_frozen else "assess.provisional").format(
        at=text.moment(clock, board.as_of), version=board.rules.version
    )


def _line(one: Standing, board: Board, found: Asked, tree: Tree, moved: Mapping[str, Decimal]) -> RankLine:
    above = tree.get(one.code).parent
    where = [] if above is None or above == tree.root.code else [tree.get(above).name]
    group = [one.group] if one.group and found.sort != "rank" else []
    return RankLine(
        rank=NO_DATA if one.rank is None else str(one.rank),
        name=one.name,
        note=" · ".join([*where, *group]),
        href=found.search(grid=one.code),
        score=assesstext.score_text(one.score),
        change=changed(moved.get(one.code)),
        weight=word("assess.weight_of").format(weight=one.score.weight, full=FULL),
        figures=[figure(part) for part in one.score.parts],
        revised=word("assess.revised").format(n=one.revision) if one.revision > 1 else "",
        why="" if one.rank is not None else assesstext.why_unranked(board.rules, one.score),
        current=one.code == found.grid,
    )


def figure(part: Worked) -> Figure:
    """A dimension in a cell: the rate with its n, or the points of a mark; a dash with the reason for one that is not
    judged."""
    if part.reason or part.points is None:
        return Figure(NO_DATA, word(f"assess.short_{part.reason}"), judged=False)
    if part.rate is None:
        points = word("assess.points").format(points=assesstext.rounded(part.points))
        return Figure(points, word("assess.mark_only"))
    n = assesstext.over(part.counted)
    if part.given.mark is None:
        return Figure(assesstext.percent(part.rate), n)
    return Figure(
        word("assess.points").format(points=assesstext.rounded(part.points)),
        word("assess.with_mark").format(n=n),
    )


def rank_said(rules: AssessmentRules, one: Standing, tree: Tree) -> str:
    """The rank of a grid in words, or why it has none. A grid of no group is one of all."""
    if one.rank is None:
        return word("assess.sheet_unranked").format(why=assesstext.why_unranked(rules, one.score))
    said = {"rank": one.rank, "ranked": one.ranked}
    if not one.group:
        return word("assess.sheet_rank_all").format(**said)
    return word("assess.sheet_rank").format(group=group_name(tree, one.group), **said)


def group_name(tree: Tree, group: str) -> str:
    """What a group of peers is called: those below the level-1 grids are named by the code of the one above."""
    return tree.get(group).name if group in tree else assesstext.grouped(group)


def sheet(
    board: Board,
    one: Standing,
    found: Asked,
    tree: Tree,
    clock: ZoneClock,
    entries: Sequence[Entry],
    revisions: Sequence[Revision],
    history: Sequence[tuple[str, Standing]],
    *,
    appeals: bool,
) -> sheets.Sheet:
    """All that is told of one grid's month."""
    marks = marks_of(entries, one, board, clock)
    parts = [
        sheets.PartLine(
            name=assesstext.named(part.key),
            weight=word("assess.weight_points").format(weight=part.weight),
            told=_told(part),
            steps=assesstext.steps(board.rules, board.rules.of(part.key), part, marks.get(part.key)),
            events=_events(part, board, one, found, clock),
            judged=not part.reason,
        )
        for part in one.score.parts
    ]
    sentences = assesstext.lift_sentences(lifts(board.rules, one.score))
    none = [] if one.score.value is None else [word("assess.lift_none")]
    return sheets.Sheet(
        title=word("assess.sheet").format(grid=one.name, month=board.month),
        state=state_of(board, clock),
        frozen=board.is_frozen,
        score=NO_DATA
        if one.score.value is None
        else word("assess.sheet_score").format(score=assesstext.score_text(one.score)),
        rank=rank_said(board.rules, one, tree),
        parts=parts,
        total=assesstext.sum_of(one.score),
        lifts=sentences or none,
        months=[_month(name, each, found) for name, each in reversed(history)],
        course=course(history),
        revisions=[_revision(each, clock, found) for each in revisions],
        close=found.search(grid=""),
        appeal=found.search(part="appeals") if appeals and board.is_frozen else "",
    )


def _told(part: Worked) -> str:
    if part.reason or part.points is None:
        return word("assess.not_judged").format(why=assesstext.why_not(part))
    return word("assess.contributes").format(
        points=assesstext.rounded(part.points), share=assesstext.rounded(assesstext.contribution(part))
    )


def marks_of(entries: Sequence[Entry], one: Standing, board: Board, clock: ZoneClock) -> dict[str, MarkSaid]:
    """Who gave the marks that count for a grid; those that an appeal has set since are left out. `entries` are the
    latest first."""
    made: dict[str, MarkSaid] = {}
    for entry in entries:
        part = _part(one.score, entry.dimension)
        if entry.grid != one.code or entry.at > board.as_of or entry.dimension in made or part is None:
            continue
        if part.given.mark == entry.mark:
            at = text.moment(clock, entry.at)
            made[entry.dimension] = MarkSaid(entry.author, at, entry.reason, entry.evidence)
    return made


def _events(part: Worked, board: Board, one: Standing, found: Asked, clock: ZoneClock) -> str:
    indicator = board.rules.of(part.key).indicator
    if not indicator or part.given.cases is None or not part.given.cases.due:
        return ""
    period = told("month", board.month, clock)
    first = clock.local(period.start).date()
    view = replace(
        found.view,
        scope=one.code,
        first=first,
        last=following("month", first) - timedelta(days=1),
        as_of=board.as_of,
        live=False,
    )
    return behind.events_behind(view, indicator) or ""


def _month(name: str, one: Standing, found: Asked) -> sheets.MonthLine:
    return sheets.MonthLine(
        name,
        assesstext.score_text(one.score),
        NO_DATA if one.rank is None else word("assess.rank_of").format(rank=one.rank, ranked=one.ranked),
        word("assess.weight_of").format(weight=one.score.weight, full=FULL),
        found.search(month=name),
    )


def course(history: Sequence[tuple[str, Standing]]) -> sheets.Course | None:
    """The months as pictures; None for fewer than two of them."""
    scores = [None if one.score.value is None else float(one.score.value) for _, one in history]
    known = [score for score in scores if score is not None]
    if len(known) < 2:
        return None
    ranks = [one.rank for _, one in history]
    worst = max((one.ranked for _, one in history), default=1)
    return sheets.Course(
        sparks.course(scores, low=min(known), high=max(known)),
        sparks.course(ranks, low=1, high=max(worst, 2), rising=False),
        word("assess.history_alt").format(
            scores=word("assess.comma").join(
                f"{name} {assesstext.score_text(one.score)}" for name, one in history
            ),
            ranks=word("assess.comma").join(
                f"{name} {NO_DATA if one.rank is None else one.rank}" for name, one in history
            ),
        ),
    )


def _revision(one: Revision, clock: ZoneClock, found: Asked) -> sheets.RevisionLine:
    why = word("assess.revision_first")
    if one.appeal_id is not None:
        why = word("assess.revision_by").format(who=one.by, number=one.appeal_id)
    return sheets.RevisionLine(
        word("assess.revised").format(n=one.revision),
        assesstext.score_text(one.score),
        text.moment(clock, one.at),
        why,
        "" if one.appeal_id is None else found.search(part="appeals", appeal=one.appeal_id),
    )


def entry_lines(
    entries: Sequence[Entry], found: Asked, tree: Tree, clock: ZoneClock
) -> list[assesswork.EntryLine]:
    """Marks as lines, the latest first; those that another has replaced say so."""
    seen: set[tuple[str, str]] = set()
    made = []
    for one in entries:
        key = (one.grid, one.dimension)
        made.append(
            assesswork.EntryLine(
                grid=name_of(tree, one.grid),
                href=found.search(part="ranks", grid=one.grid),
                dimension=assesstext.named(one.dimension),
                mark=assesstext.marked(one.mark),
                author=one.author,
                at=text.moment(clock, one.at),
                reason=one.reason,
                evidence=one.evidence,
                earlier=key in seen,
            )
        )
        seen.add(key)
    return made


def appeal_line(
    one: Appeal, found: Asked, tree: Tree, clock: ZoneClock, *, decides: bool
) -> assesswork.AppealLine:
    """An appeal as a line; `decides` whether its viewer may decide it."""
    state = "open" if one.decision is None else "allowed" if one.decision.allowed else "refused"
    links = [(f"#{number}", navigation.event_page(found.view, number)) for number in one.events[:MOST_EVENTS]]
    return assesswork.AppealLine(
        name=word("assess.appeal").format(number=one.id),
        about=word("assess.appeal_of").format(
            grid=name_of(tree, one.grid), month=one.month, dimension=assesstext.named(one.dimension)
        ),
        href=found.search(part="ranks", month=one.month, grid=one.grid, appeal=None),
        filed=word("assess.appeal_by").format(author=one.author, at=text.moment(clock, one.at)),
        reason=one.reason,
        evidence=one.evidence,
        state=state,
        told=word(f"assess.state_{state}"),
        events=links,
        decided=_decided(one, clock),
        decide=found.search(appeal=one.id) if decides and one.decision is None else "",
        current=one.id == found.appeal,
    )


def _decided(one: Appeal, clock: ZoneClock) -> list[str]:
    decision = one.decision
    if decision is None:
        return []
    state = word("assess.state_allowed" if decision.allowed else "assess.state_refused")
    said = [
        word("assess.appeal_decided").format(
            author=decision.author, at=text.moment(clock, decision.at), state=state, note=decision.note
        )
    ]
    gone, mark = decision.correction.excluded, decision.correction.mark
    if gone.due:
        said.append(word("assess.appeal_corrected").format(due=gone.due, met=gone.met))
    if mark is not None:
        said.append(word("assess.appeal_mark").format(mark=assesstext.rounded(mark)))
    return said


def rule_lines(rules: AssessmentRules) -> list[assesswork.RuleLine]:
    """The dimensions of the rules as lines."""
    return [
        assesswork.RuleLine(
            name=assesstext.named(one.key),
            weight=str(one.weight),
            measured=assesstext.measured_by(one),
            curve=assesstext.corners_text(one.curve),
            picture=sparks.corners([(float(rate), float(points)) for rate, points in one.curve.corners]),
            alt=word("assess.curve_alt").format(corners=assesstext.corners_text(one.curve)),
        )
        for one in rules.dimensions
    ]


def rule_sentences(rules: AssessmentRules) -> list[str]:
    """The rules in plain words."""
    share = rules.mark_share
    return [
        word("assess.rules_intro").format(full=FULL),
        word("assess.rules_evened").format(prior=rules.prior_cases),
        word("assess.rules_minimum").format(
            dimension=assesstext.named(rules.heaviest.key), minimum=rules.minimum_cases
        ),
        word("assess.rules_mark").format(
            mark=f"{assesstext.marked(100 * share)}%", facts=f"{assesstext.marked(100 * (1 - share))}%"
        ),
        word("assess.rules_frozen"),
    ]


def level_name(city: City, tree: Tree, scope: str, depth: int) -> str:
    """What the grids at a depth are called; the depth itself where the scope has none."""
    grids = tree.at_depth(scope, depth)
    level = next((one.level for one in grids if one.kind is None), "")
    return city.levels.get(level, level) or str(depth)


def name_of(tree: Tree, code: str) -> str:
    """A grid's name; its code where the tree has it no more."""
    try:
        return tree.get(code).name
    except UnknownGrid:
        return code


def earlier(board: Board) -> str:
    """The month before a board's."""
    return month_before(board.month)

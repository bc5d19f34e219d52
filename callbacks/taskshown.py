"""Tasks and duty as text: one line of a list, one task grid by grid, the board of a shift, and the grids to choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from callbacks.taskview import Asked
from data.clocks import HOUR, Instant, ZoneClock
from data.grids import Grid, Tree
from data.tasks.duty import Attendance, Board, Watch
from data.tasks.listing import Task
from data.tasks.states import EVERY, Share, Step, Verdict
from data.words import word
from layouts import taskparts, text
from layouts.taskparts import MOST_LINES, OpenTask, ShareGroup, ShareLine, StepLine, WatchGroup, WatchLine
from layouts.tasks import TaskLine, Urgency

SOON: Final = 4 * HOUR
MOST_STEPS: Final = 60
_LEVEL = 2
"""The depth of the level-1 grids, to which most is issued; a city without them issues to its deepest."""

_ALL = "all:"
_ATTENDANCES: Final[tuple[Attendance, ...]] = ("signed", "late", "waiting", "missing")


def line_of(task: Task, found: Asked, clock: ZoneClock, now: Instant) -> TaskLine:
    """A task as a line of the list."""
    return TaskLine(
        number=task.id,
        title=task.title,
        kind=word(f"tasks.kind_{task.kind}"),
        issued=word("tasks.issued_by").format(
            who=task.issued_by, at=text.short_moment(clock, task.issued_at, now)
        ),
        due=due_of(task, clock, now),
        urgency=_urgency(task, now),
        done=task.done,
        total=len(task.shares) - task.count("excused"),
        late=task.count("late"),
        overdue=task.count("overdue"),
        withdrawn=task.withdrawn_at is not None,
        href=found.search(task=task.id),
        current=found.task == task.id,
    )


def due_of(task: Task, clock: ZoneClock, now: Instant) -> str:
    """When a task is due, and how long that is from now while it is open."""
    at = text.short_moment(clock, task.due_at, now)
    if not task.is_open:
        return at
    key, length = (
        ("tasks.due_past", now - task.due_at) if task.due_at < now else ("tasks.due_in", task.due_at - now)
    )
    return word(key).format(at=at, length=text.length(length))


def _urgency(task: Task, now: Instant) -> Urgency:
    if not task.is_open:
        return "ended"
    if task.is_overdue:
        return "overdue"
    return "soon" if task.due_at - now < SOON else "later"


def task_of(
    task: Task,
    steps: Sequence[Step],
    found: Asked,
    tree: Tree,
    grid: Grid,
    clock: ZoneClock,
    handles: bool,
) -> tuple[list[Any], object]:
    """A task in view as components, and what they say."""
    now = task.as_of
    stands = task.withdrawn_at is None
    last = {step.grid: step for step in steps if step.what == "done"}
    parts = _by_parent(tree, grid, task.shares)
    whole = len(parts) == 1 or len(task.shares) <= 2 * MOST_LINES
    groups = [
        replace(made, open=True) if whole else made
        for made in (
            _group(name, shares, task, last, tree, clock, handles and stands) for name, shares in parts
        )
    ]
    acts = (
        [(act, word(f"tasks.act_{act}")) for act in ("extend", "withdraw")]
        if handles and stands and task.yours
        else []
    )
    shown = [_step(step, tree, clock, now) for step in reversed(steps[-MOST_STEPS:])]
    withdrawn = ""
    if task.withdrawn_at is not None:
        at = text.short_moment(clock, task.withdrawn_at, now)
        withdrawn = f"{word('tasks.withdrawn_short')} · {task.withdrawn_by} · {at} · {task.withdrawn_note}"
    made = OpenTask(
        line=line_of(task, found, clock, now),
        body=task.body,
        withdrawn=withdrawn,
        acts=acts,
        groups=groups,
        steps=shown,
        earlier=max(0, len(steps) - MOST_STEPS),
        close=found.search(task=None),
    )
    return taskparts.opened(made), made


def _group(
    name: str,
    shares: Sequence[Share],
    task: Task,
    last: dict[str, Step],
    tree: Tree,
    clock: ZoneClock,
    acts: bool,
) -> ShareGroup:
    now = task.as_of
    verdicts = [share.verdict(now) for share in shares]
    overdue = verdicts.count("overdue")
    lines = []
    for share, verdict in sorted(zip(shares, verdicts, strict=True), key=lambda one: _ORDER.index(one[1])):
        step = last.get(share.grid) if share.done_at is not None else None
        lines.append(
            ShareLine(
                grid=share.grid,
                name=_name(tree, share.grid),
                verdict=verdict,
                told=_told(share, verdict, clock, now),
                note="" if step is None else step.note,
                evidence="" if step is None else step.evidence,
                acts=_acts(share, task.yours) if acts else (),
            )
        )
    done = verdicts.count("on_time") + verdicts.count("late")
    return ShareGroup(name, done, overdue, lines, open=False)


_ORDER: Final[tuple[Verdict, ...]] = ("overdue", "not_due", "late", "on_time", "excused")
"""What needs somebody comes first."""


def _acts(share: Share, yours: bool) -> tuple[tuple[str, str], ...]:
    if share.done_at is None:
        return (("done", word("tasks.act_done")),)
    return (("return", word("tasks.act_return")),) if yours else ()


def _told(share: Share, verdict: Verdict, clock: ZoneClock, now: Instant) -> str:
    parts = [word(f"tasks.verdict_{verdict}")]
    if share.done_at is not None:
        parts += [text.short_moment(clock, share.done_at, now), share.done_by]
    if share.returned:
        key = "tasks.returned_once" if share.returned == 1 else "tasks.returned_times"
        parts.append(word(key).format(n=share.returned))
    return " · ".join(part for part in parts if part)


def _step(step: Step, tree: Tree, clock: ZoneClock, now: Instant) -> StepLine:
    told = word(f"tasks.step_{step.what}")
    if step.due_at is not None:
        told = told.format(due=text.moment(clock, step.due_at))
    if step.known_at > step.at:
        told += word("tasks.step_known").format(at=text.short_moment(clock, step.known_at, now))
    where = word("tasks.whole") if step.grid == EVERY else _name(tree, step.grid)
    return StepLine(
        text.short_moment(clock, step.at, now), f"{where} · {told} · {step.who}", step.note, step.evidence
    )


def board_of(
    board: Board, tree: Tree, grid: Grid, clock: ZoneClock, now: Instant, handles: bool
) -> tuple[list[Any], object]:
    """The board of the present shift as components, and what they say."""
    shift = board.slot
    if shift is None or not board.watches:
        sentence = word("tasks.duty_none" if shift is None else "tasks.duty_elsewhere")
        return taskparts.no_duty(sentence), sentence
    until = f"{clock.local(shift.ends_at):%H:%M}"
    over = "tasks.duty_until" if now <= shift.ends_at else "tasks.duty_over"
    day = f"{clock.local(shift.starts_at):%m-%d}"
    heading = (
        word("tasks.duty_shift").format(day=day, shift=shift.shift) + " · " + word(over).format(at=until)
    )
    counts = [
        (one, word(f"tasks.duty_{one}").format(n=board.count(one)))
        for one in _ATTENDANCES
        if board.count(one)
    ]
    watches = {watch.grid.code: watch for watch in board.watches}
    groups = []
    for name, codes in _by_parent_codes(tree, grid, list(watches)):
        mine = [watches[code] for code in codes]
        lines = [_watch(one, clock, handles) for one in sorted(mine, key=_missing_first)]
        absent = sum(one.sign_in is None for one in mine)
        groups.append(WatchGroup(name, len(mine) - absent, lines, open=grid.depth >= _LEVEL - 1))
    return taskparts.duty(heading, counts, groups), (heading, counts, groups)


def _missing_first(watch: Watch) -> int:
    return ("missing", "waiting", "late", "signed").index(watch.attendance)


def _watch(watch: Watch, clock: ZoneClock, handles: bool) -> WatchLine:
    at = "" if watch.sign_in is None else f"{clock.local(watch.sign_in.at):%H:%M}"
    told = word(f"tasks.attendance_{watch.attendance}").format(at=at)
    if watch.sign_in is not None:
        told += f" · {watch.sign_in.who}"
    return WatchLine(
        watch.grid.code, watch.grid.name, watch.attendance, told, handles and watch.sign_in is None
    )


def _by_parent(tree: Tree, grid: Grid, shares: Sequence[Share]) -> list[tuple[str, list[Share]]]:
    by_code = {share.grid: share for share in shares}
    return [
        (name, [by_code[code] for code in codes])
        for name, codes in _by_parent_codes(tree, grid, list(by_code))
    ]


def _by_parent_codes(tree: Tree, grid: Grid, codes: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Codes under the names of the grids directly below `grid` that they lie in, in the order of the tree."""
    groups: dict[str, list[str]] = {}
    for code in codes:
        above = [one.code for one in tree.ancestors(code)] if code in tree else []
        inside = [*above, code]
        place = inside.index(grid.code) + 1 if grid.code in inside else 0
        # A grid directly below stands under the one that is in view, beside its brothers.
        top = inside[place] if place < len(inside) - 1 else grid.code
        groups.setdefault(top, []).append(code)
    return [(_name(tree, top), found) for top, found in groups.items()]


def options_of(tree: Tree, grid: Grid) -> list[dict[str, str]]:
    """Of which grids something may be asked from a scope: all of its level 1, those of each grid below, single ones."""
    if grid.depth >= _level(tree):
        below = [one for one in tree.children(grid.code) if one.kind is None]
        return [{"value": one.code, "label": one.name} for one in (grid, *below)]
    made = []
    for one in (
        grid,
        *(each for each in tree.children(grid.code) if each.depth < _level(tree) and each.kind is None),
    ):
        count = len(_level_one(tree, one.code))
        if count:
            label = word("tasks.issue_all").format(name=one.name, n=count)
            made.append({"value": _ALL + one.code, "label": label})
    for one in _level_one(tree, grid.code):
        above = tree.get(one.parent).name if one.parent and one.parent in tree else ""
        made.append({"value": one.code, "label": f"{one.name} · {above}" if above else one.name})
    return made or [{"value": grid.code, "label": grid.name}]


def picked(tree: Tree, values: Any) -> tuple[str, ...]:
    """The codes that chosen options stand for, each once; what is unknown stays, to be refused."""
    codes: list[str] = []
    for value in values if isinstance(values, list) else []:
        if not isinstance(value, str):
            continue
        if value.startswith(_ALL) and value.removeprefix(_ALL) in tree:
            codes += (one.code for one in _level_one(tree, value.removeprefix(_ALL)))
        else:
            codes.append(value)
    return tuple(dict.fromkeys(codes))


def _level(tree: Tree) -> int:
    return min(_LEVEL, tree.max_depth)


def _level_one(tree: Tree, code: str) -> list[Grid]:
    return [one for one in tree.at_depth(code, _level(tree)) if one.kind is None]


def _name(tree: Tree, code: str) -> str:
    return tree.get(code).name if code in tree else code

"""Lists of tasks, and one of them with all that became of it, as of an instant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Select, exists, func, select

from data.clocks import Instant
from data.reference import reference_within
from data.schema import grid
from data.store import Store
from data.tasks.facts import steps_of
from data.tasks.keeping import no_task
from data.tasks.states import EVERY, Kind, Share, Step, Verdict, shares
from data.tasks.tables import task, task_share, task_step

Standing = Literal["open", "ended", "all"]

_COMMANDS: Final[tuple[Kind, ...]] = ("command",)
_MOST_COMMANDS: Final = 500


@dataclass(frozen=True)
class Task:
    """A task as it stood as of an instant, and the shares of the grids within the scope that was asked for, in the
    order of the tree. `yours` is true when the scope of the store, which is that of whoever asks, holds the grid that
    issued it."""

    id: int
    kind: Kind
    title: str
    body: str
    scope: str
    issued_by: str
    issued_at: Instant
    due_at: Instant
    withdrawn_at: Instant | None
    withdrawn_by: str
    withdrawn_note: str
    yours: bool
    as_of: Instant
    shares: tuple[Share, ...]

    def count(self, *verdicts: Verdict) -> int:
        """How many shares stand so."""
        return sum(share.verdict(self.as_of) in verdicts for share in self.shares)

    @property
    def done(self) -> int:
        """How many shares are done, in time or late."""
        return self.count("on_time", "late")

    @property
    def is_open(self) -> bool:
        """True while it stands and somebody has not done it."""
        return self.withdrawn_at is None and any(share.done_at is None for share in self.shares)

    @property
    def is_overdue(self) -> bool:
        """True when it is open and its due time has passed."""
        return self.is_open and self.due_at < self.as_of


@dataclass(frozen=True)
class TaskPage:
    """Some tasks of a list, how many there are of them in all, and the number of the page, which counts from 1."""

    tasks: tuple[Task, ...]
    total: int
    number: int


def tasks(
    store: Store,
    scope: str,
    as_of: Instant,
    standing: Standing = "open",
    *,
    kinds: Collection[Kind] | None = None,
    since: Instant | None = None,
    limit: int = 50,
) -> tuple[Task, ...]:
    """The tasks that grids within a scope were given by `as_of`: open ones with the most urgent first, else the latest
    issued first. `since` bounds when they were issued; no more than `limit` are given, of the open ones all. Raises
    UnknownGrid."""
    with store.reading() as connection:
        seen = _seen(store, connection, scope)
        wanted = _wanted(as_of, kinds, since)
        if standing == "open":
            return _open(connection, wanted, seen, as_of)
        found = _standing(connection, wanted, seen, as_of, standing)
        return _latest(connection, found, seen, as_of, 0, limit)


def page(
    store: Store,
    scope: str,
    as_of: Instant,
    standing: Standing,
    number: int,
    rows: int,
    *,
    kinds: Collection[Kind] | None = None,
) -> TaskPage:
    """A page of what `tasks` lists without a limit: that of a number, which counts from 1; the last one where there are
    not so many. Raises UnknownGrid."""
    with store.reading() as connection:
        seen = _seen(store, connection, scope)
        wanted = _wanted(as_of, kinds, None)
        if standing == "open":
            every = _open(connection, wanted, seen, as_of)
            number, first = _place(len(every), number, rows)
            return TaskPage(every[first : first + rows], len(every), number)
        found = _standing(connection, wanted, seen, as_of, standing)
        total = connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()
        number, first = _place(total, number, rows)
        return TaskPage(_latest(connection, found, seen, as_of, first, rows), total, number)


def _place(total: int, number: int, rows: int) -> tuple[int, int]:
    """A page that is there, and how many rows stand before it."""
    number = max(1, min(number, -(-total // rows)))
    return number, (number - 1) * rows


def _wanted(as_of: Instant, kinds: Collection[Kind] | None, since: Instant | None) -> Select[Any]:
    query = select(task).where(task.c.issued_at <= as_of)
    if kinds is not None:
        query = query.where(task.c.kind.in_(kinds))
    return query if since is None else query.where(task.c.issued_at >= since)


def _open(connection: Connection, wanted: Select[Any], seen: _Seen, as_of: Instant) -> tuple[Task, ...]:
    unsettled = select(task_share.c.task_id).where(
        task_share.c.settled_at.is_(None) | (task_share.c.settled_at > as_of)
    )
    rows = connection.execute(wanted.where(task.c.id.in_(unsettled.distinct()))).all()
    urgent = (one for one in _made(connection, rows, seen, as_of) if one.is_open)
    return tuple(sorted(urgent, key=lambda one: (one.due_at, one.id)))


def _standing(
    connection: Connection, wanted: Select[Any], seen: _Seen, as_of: Instant, standing: Standing
) -> Select[Any]:
    """Those of grids within the scope. What is open is few and worked from its steps; all others have ended."""
    inside = exists().where(
        task_share.c.task_id == task.c.id,
        grid.c.code == task_share.c.grid,
        # The sum keeps SQLite from walking through every grid of the scope for each task: shares are fewer.
        (grid.c.id + 0).between(seen.first, seen.last),
    )
    found = wanted.where(inside.correlate(task))
    if standing == "all":
        return found
    return found.where(task.c.id.not_in([one.id for one in _open(connection, wanted, seen, as_of)]))


def _latest(
    connection: Connection, found: Select[Any], seen: _Seen, as_of: Instant, first: int, rows: int
) -> tuple[Task, ...]:
    ordered = found.order_by(task.c.issued_at.desc(), task.c.id.desc()).offset(first).limit(rows)
    return tuple(_made(connection, connection.execute(ordered).all(), seen, as_of))


def commands(store: Store, scope: str, since: Instant, as_of: Instant) -> tuple[Task, ...]:
    """The commands that grids within a scope were given since an instant, the latest first. Raises UnknownGrid."""
    return tasks(store, scope, as_of, "all", kinds=_COMMANDS, since=since, limit=_MOST_COMMANDS)


def one_task(store: Store, scope: str, number: int, as_of: Instant) -> tuple[Task, tuple[Step, ...]]:
    """A task that a grid within a scope was given, and its steps that concern those grids, in order. Raises TaskError
    for none, UnknownGrid."""
    with store.reading() as connection:
        seen = _seen(store, connection, scope)
        rows = connection.execute(select(task).where(task.c.id == number, task.c.issued_at <= as_of)).all()
        found = _made(connection, rows, seen, as_of)
        if not found:
            raise no_task(number)
        steps = steps_of(connection, task_step.c.task_id == number, as_of).get(number, ())
    return found[0], tuple(step for step in steps if step.grid == EVERY or step.grid in seen.order)


@dataclass(frozen=True)
class _Seen:
    """By code: the place in the tree of every grid within a scope of the store, which are those from `first` to `last`;
    and the codes of all that the store knows."""

    order: dict[str, int]
    known: frozenset[str]
    first: int
    last: int


def _seen(store: Store, connection: Connection, scope: str) -> _Seen:
    tree = reference_within(store, connection).tree
    top = tree.get(scope)
    return _Seen(
        {each.code: each.id for each in tree if top.id <= each.id <= top.last_id},
        frozenset(each.code for each in tree),
        top.id,
        top.last_id,
    )


def _made(connection: Connection, rows: Sequence[Any], seen: _Seen, as_of: Instant) -> list[Task]:
    order = seen.order
    numbers = [row.id for row in rows]
    within: dict[int, list[str]] = {number: [] for number in numbers}
    for part in (numbers[first : first + 500] for first in range(0, len(numbers), 500)):
        for row in connection.execute(select(task_share).where(task_share.c.task_id.in_(part))):
            if row.grid in order:
                within[row.task_id].append(row.grid)
    mine = [number for number in numbers if within[number]]
    steps: dict[int, tuple[Step, ...]] = {}
    for part in (mine[first : first + 500] for first in range(0, len(mine), 500)):
        steps |= steps_of(connection, task_step.c.task_id.in_(part), as_of)
    return [
        _task(row, sorted(within[row.id], key=order.__getitem__), steps.get(row.id, ()), seen, as_of)
        for row in rows
        if within[row.id] and row.id in steps
    ]


def _task(row: Any, grids: list[str], steps: tuple[Step, ...], seen: _Seen, as_of: Instant) -> Task:
    withdrawn = next((step for step in steps if step.what == "withdrawn"), None)
    return Task(
        row.id,
        row.kind,
        row.title,
        row.body,
        row.scope,
        row.issued_by,
        row.issued_at,
        next(step.due_at for step in reversed(steps) if step.due_at is not None),
        None if withdrawn is None else withdrawn.at,
        "" if withdrawn is None else withdrawn.who,
        "" if withdrawn is None else withdrawn.note,
        row.scope in seen.known,
        as_of,
        tuple(shares(grids, [one for one in steps if one.grid == EVERY or one.grid in seen.order]).values()),
    )

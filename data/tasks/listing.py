"""Lists of tasks, and one of them with all that became of it, as of an instant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, select

from data.clocks import Instant
from data.reference import reference_within
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
        query = select(task).where(task.c.issued_at <= as_of)
        if kinds is not None:
            query = query.where(task.c.kind.in_(kinds))
        if since is not None:
            query = query.where(task.c.issued_at >= since)
        if standing == "open":
            unsettled = select(task_share.c.task_id).where(
                task_share.c.settled_at.is_(None) | (task_share.c.settled_at > as_of)
            )
            rows = connection.execute(query.where(task.c.id.in_(unsettled.distinct()))).all()
            urgent = (one for one in _made(connection, rows, seen, as_of) if one.is_open)
            return tuple(sorted(urgent, key=lambda one: (one.due_at, one.id)))
        rows = connection.execute(query.order_by(task.c.issued_at.desc(), task.c.id.desc())).all()
        found: list[Task] = []
        for part in (rows[first : first + limit] for first in range(0, len(rows), limit)):
            found += (
                one for one in _made(connection, part, seen, as_of) if standing == "all" or not one.is_open
            )
            if len(found) >= limit:
                break
    return tuple(found[:limit])


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
    """By code: the place in the tree of every grid within a scope of the store; and the codes of all that the store
    knows."""

    order: dict[str, int]
    known: frozenset[str]


def _seen(store: Store, connection: Connection, scope: str) -> _Seen:
    tree = reference_within(store, connection).tree
    top = tree.get(scope)
    return _Seen(
        {grid.code: grid.id for grid in tree if top.id <= grid.id <= top.last_id},
        frozenset(grid.code for grid in tree),
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

"""Tasks and duty as a bulletin reports them: as they stood at its instant, from what nothing changes afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from data.clocks import Instant
from data.periods import Period
from data.reference import reference
from data.store import Store
from data.tasks.duty import duty_plan
from data.tasks.facts import Counted, Due, centres, due_shares
from data.tasks.listing import tasks
from data.tasks.states import Kind
from data.tasks.tables import task, task_share


@dataclass(frozen=True)
class Issued:
    """A task that was issued in the period, and the codes of its grids."""

    kind: Kind
    grids: frozenset[str]


@dataclass(frozen=True)
class Late:
    """A task that is open though its due time has passed, and the codes of the grids that have not done it."""

    id: int
    kind: Kind
    title: str
    due_at: Instant
    grids: tuple[str, ...]


@dataclass(frozen=True)
class Reported:
    """What was issued and what was due in a period, what is late at its instant, the most urgent first, and the duty of
    each centre by its code. `recorded` is the codes of all grids that were ever given a task by then; `on_duty` False
    where the city keeps no duty."""

    recorded: frozenset[str]
    issued: tuple[Issued, ...]
    due: tuple[Due, ...]
    late: tuple[Late, ...]
    on_duty: bool
    duty: Mapping[str, Counted]


def reported(store: Store, scope: str, period: Period, as_of: Instant) -> Reported:
    """What is to be said of the grids within a scope of the store. Raises UnknownGrid."""
    city = reference(store)
    top = city.tree.get(scope)
    inside = {grid.code for grid in city.tree if top.id <= grid.id <= top.last_id}
    with store.reading() as connection:
        known = select(task_share.c.grid).join(task, task.c.id == task_share.c.task_id)
        recorded = connection.execute(known.where(task.c.issued_at <= as_of).distinct()).scalars()
        query = (
            select(task.c.id, task.c.kind, task_share.c.grid)
            .join(task_share, task.c.id == task_share.c.task_id)
            .where(task.c.issued_at >= period.start, task.c.issued_at < period.end, task.c.issued_at <= as_of)
            .order_by(task.c.id)
        )
        grids: dict[tuple[int, Kind], set[str]] = {}
        for number, kind, code in connection.execute(query):
            if code in inside:
                grids.setdefault((number, kind), set()).add(code)
        given = frozenset(recorded) & inside
        due = tuple(
            one for one in due_shares(connection, period.start, period.end, as_of) if one.share.grid in inside
        )
        duty = centres(connection, city, scope, period.start, period.end, as_of)
    late = tuple(
        Late(
            *(one.id, one.kind, one.title, one.due_at),
            tuple(share.grid for share in one.shares if share.verdict(as_of) == "overdue"),
        )
        for one in tasks(store, scope, as_of)
        if one.is_overdue
    )
    return Reported(
        recorded=given,
        issued=tuple(Issued(kind, frozenset(codes)) for (_, kind), codes in grids.items()),
        due=due,
        late=late,
        on_duty=bool(duty_plan(city)),
        duty=duty,
    )

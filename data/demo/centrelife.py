"""Writes what the demonstration's centres do: their whole past at once, and then what happens, as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select

from data.bulk import append_records
from data.clocks import Instant
from data.demo.centres import KEY, LONGEST, Centres, Planned
from data.demo.model import centre_words
from data.reference import Reference
from data.store import Store
from data.tasks.duty import put
from data.tasks.keeping import done, give_back, issue
from data.tasks.states import Step, TaskError, shares
from data.tasks.tables import duty_signin, task, task_share, task_step

_SIGN_IN = ("day", "shift", "grid", "at", "known_at", "who", "note", "via")
_STEP = ("task_id", "seq", "grid", "what", "at", "known_at", "due_at", "who", "note", "evidence")


def centres_of(city: Reference, seed: int) -> Centres:
    """The centres of a demonstration."""
    return Centres(seed, city, centre_words())


def fill_centres(store: Store, centres: Centres, start_at: Instant, until: Instant) -> None:
    """Writes the demonstration's tasks since an instant, and its duty since that is owed, up to another instant, in
    one transaction; what there was of it is taken out first."""
    clock = centres.city.clock
    planned = [
        one
        for one in centres.tasks(clock.day_number(start_at), clock.day_number(until))
        if one.issued_at <= until
    ]
    with store.keeping() as connection:
        _forget(connection)
        append_records(
            connection,
            duty_signin,
            _SIGN_IN,
            (
                (slot.day, slot.shift, grid, at, at, who, "", "demo")
                for slot, signed in centres.signed(0, until + 1)
                for grid, at, who in signed
            ),
        )
        if not planned:
            return
        numbers = connection.execute(
            insert(task).returning(task.c.id, sort_by_parameter_order=True), [_row(one) for one in planned]
        ).scalars()
        pairs = list(zip(numbers.all(), planned, strict=True))
        append_records(connection, task_share, ("task_id", "grid", "settled_at"), _shares(pairs, until))
        append_records(
            connection,
            task_step,
            _STEP,
            (
                (
                    number,
                    one.seq,
                    one.grid,
                    one.what,
                    one.at,
                    one.at,
                    one.due_at,
                    one.who,
                    one.note,
                    one.evidence,
                )
                for number, planned_ in pairs
                for one in _told(planned_, until)
            ),
        )


def forget_centres(store: Store) -> None:
    """Takes out the demonstration's tasks and sign-ins."""
    with store.keeping() as connection:
        _forget(connection)


@dataclass
class CentreLife:
    """What goes on in the centres. `advance` writes what has happened since the last time."""

    store: Store
    centres: Centres
    signed_until: Instant
    tasks_until: Instant
    _day: int = 0
    _planned: tuple[Planned, ...] = ()
    _numbers: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begin(cls, store: Store, centres: Centres, start_at: Instant, since: Instant) -> CentreLife:
        """Takes up the centres where the store stands. One that has none of their past, since it is older than they
        are, gets it first."""
        with store.reading() as connection:
            if (
                connection.execute(select(task.c.id).where(task.c.key.startswith(KEY)).limit(1)).first()
                is None
            ):
                known = None
            else:
                known = _known(connection)
        if known is None:
            fill_centres(store, centres, start_at, since)
            known = since, since
        return cls(store, centres, *known)

    def advance(self, until: Instant) -> int:
        """Writes the sign-ins and the steps of tasks until an instant; gives how many."""
        written = 0
        signed = list(self.centres.sign_ins(self.signed_until + 1, until + 1))
        if signed:
            with self.store.keeping() as connection:
                written += put(connection, signed, "demo")
        self.signed_until = max(self.signed_until, until)
        for planned, step in self._steps(until):
            with suppress(TaskError):
                # What people did meanwhile is not undone.
                self._act(planned, step)
                written += 1
        self.tasks_until = max(self.tasks_until, until)
        return written

    def _steps(self, until: Instant) -> Iterator[tuple[Planned, Step]]:
        day = self.centres.city.clock.day_number(until)
        first = self.centres.city.clock.day_number(self.tasks_until) - LONGEST
        if day != self._day or not self._planned:
            self._day, self._planned = day, tuple(self.centres.tasks(first, day))
        new = [
            (step.at, planned.order.key, step.seq, planned, step)
            for planned in self._planned
            for step in planned.steps
            if self.tasks_until < step.at <= until
        ]
        new.sort(key=lambda one: one[:3])
        return ((planned, step) for *_, planned, step in new)

    def _act(self, planned: Planned, step: Step) -> None:
        number = self._numbers.get(planned.order.key)
        if number is None:
            # An order with a key is issued once, whoever asks again hears its number.
            number = issue(self.store, planned.scope, planned.order, planned.who, planned.issued_at)
            self._numbers[planned.order.key] = number
        if step.what == "done":
            done(self.store, planned.scope, number, step.grid, step.who, step.at, step.note, step.evidence)
        elif step.what == "returned":
            give_back(self.store, planned.scope, number, step.grid, step.who, step.note, step.at)


def _known(connection: Connection) -> tuple[Instant, Instant]:
    """Until when the sign-ins and the steps of the demonstration are written."""
    signed = connection.execute(
        select(func.max(duty_signin.c.at)).where(duty_signin.c.via == "demo")
    ).scalar_one()
    mine = select(task.c.id).where(task.c.key.startswith(KEY))
    told = connection.execute(
        select(func.max(task_step.c.at)).where(task_step.c.task_id.in_(mine))
    ).scalar_one()
    return signed or told, told


def _forget(connection: Connection) -> None:
    connection.execute(delete(duty_signin).where(duty_signin.c.via == "demo"))
    mine = select(task.c.id).where(task.c.key.startswith(KEY)).scalar_subquery()
    for table in (task_step, task_share):
        connection.execute(delete(table).where(table.c.task_id.in_(mine)))
    connection.execute(delete(task).where(task.c.key.startswith(KEY)))


def _row(one: Planned) -> dict[str, object]:
    order = one.order
    return {
        "key": order.key,
        "kind": order.kind,
        "title": order.title,
        "body": order.body,
        "scope": one.scope,
        "issued_by": one.who,
        "issued_at": one.issued_at,
        "due_at": order.due_at,
        "withdrawn_at": None,
        "withdrawn_by": "",
        "withdrawn_note": "",
    }


def _told(one: Planned, until: Instant) -> tuple[Step, ...]:
    return tuple(step for step in one.steps if step.at <= until)


def _shares(pairs: list[tuple[int, Planned]], until: Instant) -> Iterator[tuple[int, str, Instant | None]]:
    for number, one in pairs:
        for share in shares(one.order.grids, _told(one, until)).values():
            yield number, share.grid, share.done_at

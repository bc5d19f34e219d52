"""Signing in for duty, and who has: once a centre and shift, and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from data.audit import Entry, record_in
from data.clocks import Instant
from data.grids import Grid, Tree
from data.reference import Reference, reference_within
from data.store import Store
from data.tasks.dutyplan import DutyPlan, Slot, on_duty, plan_of, present, slot
from data.tasks.states import TaskError
from data.tasks.tables import LENGTHS, duty_signin
from data.texts import storable

Attendance = Literal["signed", "late", "waiting", "missing"]
Via = Literal["page", "file", "terminal", "demo"]

OLDEST_DAYS: Final = 366
"""How far back a file may tell of sign-ins."""


@dataclass(frozen=True)
class SignIn:
    """Who signed in for a shift, when, and when that was written down."""

    grid: str
    slot: Slot
    at: Instant
    known_at: Instant
    who: str
    note: str

    @property
    def in_time(self) -> bool:
        """True when it was done before the time for it had ended; exactly then is in time."""
        return self.at <= self.slot.ends_at


@dataclass(frozen=True)
class Signed:
    """A sign-in that stands; `again` when it stood already and nothing was changed."""

    sign_in: SignIn
    again: bool


@dataclass(frozen=True)
class Watch:
    """How a grid's centre stands with a shift: signed in in time, too late, not yet, or missing with the time over."""

    grid: Grid
    attendance: Attendance
    sign_in: SignIn | None


@dataclass(frozen=True)
class Board:
    """A shift and how every centre within a scope stands with it; without a slot where no duty is owed."""

    slot: Slot | None
    watches: tuple[Watch, ...]

    def count(self, attendance: Attendance) -> int:
        """How many stand so."""
        return sum(one.attendance == attendance for one in self.watches)


def duty_plan(city: Reference) -> DutyPlan:
    """How the city keeps duty, and has kept it."""
    return plan_of(city.config.get("duty", {}))


def sign_in(
    store: Store,
    scope: str,
    grid: str,
    who: str,
    now: Instant,
    *,
    note: str = "",
    at: Instant | None = None,
    via: Via = "page",
    entry: Entry | None = None,
) -> Signed:
    """Signs a grid's centre in for the shift that has opened last, or had so `at` an earlier instant. Whoever comes
    twice is told so by `again`.

    Raises TaskError for a grid that owes no duty or lies beyond the scope, without a name, before the first shift has
    opened, for an instant to come, and where a file contradicts what is known.
    """
    with store.reading() as connection:
        city = reference_within(store, connection)
    plan, signed_at = duty_plan(city), now if at is None else at
    found = present(plan, city.clock, signed_at)
    _owed_by(plan, found, city, scope, grid)
    who, note = storable(who).strip(), storable(note).strip()
    if not who:
        raise TaskError("expected the name of whoever is on duty, found none: name them", "who")
    for what, value in (("who", who), ("note", note)):
        if len(value) > LENGTHS[what]:
            raise TaskError(
                f"expected {what} of at most {LENGTHS[what]} characters, found {len(value)}: shorten it",
                "long",
                most=LENGTHS[what],
            )
    if signed_at > now:
        raise TaskError("expected a sign-in that has happened, found one to come: mend its time", "future")
    if found is None or signed_at < now - OLDEST_DAYS * 86_400_000_000:
        raise TaskError(
            "expected a time at which a shift has opened since duty is owed, at most a year ago; found "
            f"{city.clock.local(signed_at):%Y-%m-%d %H:%M}: mend its time, or [duty] since in city.toml",
            "shift",
        )
    wanted = SignIn(grid, found, signed_at, now, who, note)
    with store.whole.keeping() as connection:
        new = put(connection, [wanted], via)
        if new and entry is not None:
            # What cannot be recorded is not done.
            record_in(connection, entry)
        known = wanted if new else _one(connection, found, grid)
    if not new and at is not None and known.at != at:
        raise TaskError(
            f"expected a sign-in that is not known yet, found {grid} signed in for {found.shift} at "
            f"{city.clock.local(known.at):%Y-%m-%d %H:%M:%S} by {known.who}: the first one stands",
            "known",
        )
    return Signed(known, not new)


def put(connection: Connection, sign_ins: list[SignIn], via: Via) -> int:
    """Writes sign-ins down, those that stand already left as they are; gives how many were new."""
    rows = [
        {
            "day": one.slot.day,
            "shift": one.slot.shift,
            "grid": one.grid,
            "at": one.at,
            "known_at": one.known_at,
            "who": one.who,
            "note": one.note,
            "via": via,
        }
        for one in sign_ins
    ]
    if not rows:
        return 0
    adding = _inserting(connection, duty_signin).on_conflict_do_nothing().returning(duty_signin.c.day)
    return len(connection.execute(adding, rows).all())


def board(store: Store, scope: str, at: Instant) -> Board:
    """The shift for which one signs in at an instant, and how the centres within a scope stand with it then, in the
    order of the tree. Raises UnknownGrid."""
    with store.reading() as connection:
        city = reference_within(store, connection)
        city.tree.get(scope)
        found = present(duty_plan(city), city.clock, at)
        if found is None:
            return Board(None, ())
        query = select(duty_signin).where(
            duty_signin.c.day == found.day, duty_signin.c.shift == found.shift, duty_signin.c.known_at <= at
        )
        known = {row.grid: _sign_in(row, found) for row in connection.execute(query)}
    watches = (
        Watch(grid, _attendance(known.get(grid.code), found, at), known.get(grid.code))
        for grid in on_duty(found.depth, city.tree, scope)
    )
    return Board(found, tuple(watches))


def sign_ins(
    store: Store, scope: str, start_at: Instant, end_at: Instant, limit: int = 1000
) -> tuple[SignIn, ...]:
    """The sign-ins within a scope that happened in a period, the latest first. Raises UnknownGrid."""
    with store.reading() as connection:
        city = reference_within(store, connection)
        plan = duty_plan(city)
        inside = {
            grid.code
            for depth in {rules.depth for rules in plan}
            for grid in on_duty(depth, city.tree, scope)
        }
        city.tree.get(scope)
        query = (
            select(duty_signin)
            .where(
                duty_signin.c.day.between(
                    city.clock.day_number(start_at) - 1, city.clock.day_number(end_at) + 1
                ),
                duty_signin.c.at >= start_at,
                duty_signin.c.at < end_at,
            )
            .order_by(duty_signin.c.at.desc(), duty_signin.c.grid)
        )
        found: list[SignIn] = []
        for row in connection.execute(query):
            if row.grid in inside:
                found.append(_sign_in(row, slot(plan, city.clock, row.day, row.shift)))
                if len(found) == limit:
                    break
    return tuple(found)


@lru_cache(maxsize=8)
def _owing(depth: int, tree: Tree, scope: str) -> frozenset[str]:
    """The codes of the grids that keep duty: a file asks for thousands of rows."""
    return frozenset(one.code for one in on_duty(depth, tree, scope))


def _owed_by(plan: DutyPlan, found: Slot | None, city: Reference, scope: str, grid: str) -> None:
    depth = found.depth if found is not None else plan[-1].depth if plan else 0
    if plan and grid in _owing(depth, city.tree, scope):
        return
    if not plan:
        raise TaskError(
            f"expected a city that keeps duty, found none in {city.name}: name the day since which it is owed as "
            "[duty] since in city.toml and load the pack again",
            "no_duty",
        )
    raise TaskError(
        f"expected the code of a grid within {scope} whose centre keeps duty (depth {depth}), found {grid!r}: "
        "see the list",
        "watch",
    )


def _attendance(found: SignIn | None, shift: Slot, at: Instant) -> Attendance:
    if found is not None:
        return "signed" if found.in_time else "late"
    return "waiting" if at <= shift.ends_at else "missing"


def _one(connection: Connection, found: Slot, grid: str) -> SignIn:
    query = select(duty_signin).where(
        duty_signin.c.day == found.day, duty_signin.c.shift == found.shift, duty_signin.c.grid == grid
    )
    return _sign_in(connection.execute(query).one(), found)


def _sign_in(row: Any, found: Slot) -> SignIn:
    return SignIn(row.grid, found, row.at, row.known_at, row.who, row.note)


def _inserting(connection: Connection, table: Table) -> Any:
    """An insert that may be told to do nothing where the row stands."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)

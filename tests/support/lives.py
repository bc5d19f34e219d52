"""Random lives of events, legal and illegal, with every instant where a comparison can be off by one.

All randomness comes from the given generator, so that a seed is a story; hypothesis gives one through `st.randoms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from data.clocks import DAY, HOUR, MINUTE, Instant, ZoneClock, parse_instant
from data.events import Operation
from data.lifecycle import (
    TRANSITIONS,
    UNSET,
    Kind,
    Refused,
    Report,
    Row,
    Status,
    Step,
    advance,
    begin,
    is_suspended,
)
from data.periods import Period
from data.reference import Reference
from tests.support.city import CATEGORIES, CHANNELS, NEW_YORK

SOURCES = ("hotline-12345", "patrol-app")

LATER_KINDS = tuple(kind for kind in Kind if kind is not Kind.REPORT)

_LIKELY = (Kind.ACCEPT, Kind.DISPATCH, Kind.HANDLE, Kind.VERIFY, Kind.CLOSE, Kind.RATE)
"""Steps that move an event on: drawn more often, so that lives reach their end."""

_SPRING = parse_instant("2026-03-08T07:00:00Z")
_AUTUMN = parse_instant("2026-11-01T06:00:00Z")
"""When New York's clocks change in 2026."""


def change_overs(zone: str) -> tuple[Instant, ...]:
    """The instants about which a test period should stand: New York's change-overs, elsewhere two ordinary noons."""
    return (_SPRING, _AUTUMN) if zone == NEW_YORK else (_SPRING + 9 * HOUR, _AUTUMN + 9 * HOUR)


def around(at: Instant, days: int) -> Period:
    """The period from `days` before an instant to as many after."""
    return Period(at - days * DAY, at + days * DAY)


def edges(clock: ZoneClock, period: Period) -> list[Instant]:
    """Every local hour and midnight and change-over of a period, and one microsecond either side of each."""
    hours = range(clock.hour_number(period.start), clock.hour_number(period.end) + 1)
    days = range(clock.day_number(period.start), clock.day_number(period.end) + 1)
    found = {clock.hour_start(hour) for hour in hours} | {clock.day_start(day) for day in days}
    found |= set(clock.transitions)
    near = {at + off for at in found for off in (-1, 0, 1)}
    return sorted(at for at in near if period.start <= at < period.end)


@dataclass
class Life:
    """One event as its generator sees it; `row` is None until it is reported."""

    source: str
    key: str
    row: Row | None = None
    kinds: set[Kind] = field(default_factory=set)
    steps: int = 0


class Lives:
    """Makes operations on events whose facts lie in a period of a city."""

    def __init__(self, reference: Reference, random: Random, period: Period) -> None:
        self.reference = reference
        self.random = random
        self.period = period
        self.edges = edges(reference.clock, period)
        self.grids = tuple(grid.code for grid in reference.tree)

    def report(self, life: Life, at: Instant) -> Report:
        """A report; its deadlines come from the limits, from the source, or are said not to exist."""
        random = self.random
        given = random.random()
        accept_due: Any = UNSET
        handle_due: Any = UNSET
        if given < 0.3:
            accept_due, handle_due = at + self.stretch(), at + self.stretch()
        elif given < 0.35:
            accept_due, handle_due = None, None
        return Report(
            source=life.source,
            key=life.key,
            at=at,
            channel=random.choice(CHANNELS),
            category=random.choice(CATEGORIES),
            grid=random.choice(self.grids),
            title=f"event {life.key}",
            accept_due_at=accept_due,
            handle_due_at=handle_due,
        )

    def stretch(self) -> int:
        """A length of time of nothing to some days, often a round one."""
        return self.random.choice((0, 1, 15 * MINUTE, HOUR, 4 * HOUR, DAY, self.random.randrange(3 * DAY)))

    def moment(self, life: Life) -> Instant:
        """A time for the life's next step: at or beside its deadlines, an hour's edge, or anywhere, never before."""
        random, row = self.random, life.row
        if row is None:
            return random.choice(self.edges) if random.random() < 0.5 else self._anywhere()
        last: Instant = row["last_step_at"]
        marks: list[Instant] = [
            row[name] + random.choice((-1, 0, 0, 1))
            for name in ("accept_due_at", "handle_due_at", "suspended_until")
            if row[name] is not None
        ]
        near = [at for at in marks if last <= at < self.period.end]
        pick = random.random()
        if near and pick < 0.4:
            return random.choice(near)
        if pick < 0.5:
            return last
        if pick < 0.7:
            later = [at for at in self.edges if last <= at < last + DAY]
            return random.choice(later) if later else last
        return last + random.randrange(12 * HOUR)

    def _anywhere(self) -> Instant:
        return self.random.randrange(self.period.start, self.period.end)

    def step(self, life: Life, at: Instant, wild: float = 0.15) -> Step:
        """A step at an instant, of any kind with the chance `wild`, else of one that the life's status allows."""
        random = self.random
        allowed: list[Kind] = []
        if life.row is not None and random.random() >= wild:
            status = Status(life.row["status"])
            allowed = [
                kind for kind in LATER_KINDS if status in TRANSITIONS[kind] and kind is not Kind.WITHDRAW
            ]
            allowed += 3 * [kind for kind in (*_LIKELY, *self._awaited(life, at)) if kind in allowed]
            allowed += [Kind.WITHDRAW] * (random.random() < 0.1)
        kind = random.choice(allowed or LATER_KINDS)
        life.steps += 1
        return Step(
            source=life.source,
            key=life.key,
            step_key=f"{life.steps}",
            kind=kind,
            at=at,
            actor=random.choice(("", "worker 7")),
            data=self.data(kind, at, life.row, wild),
        )

    def _awaited(self, life: Life, at: Instant) -> list[Kind]:
        """Rare steps whose time has come."""
        assert life.row is not None
        return [
            *(4 * [Kind.RESUME] if is_suspended(life.row, at) else []),
            *(2 * [Kind.RULE] if Kind.APPEAL in life.kinds and Kind.RULE not in life.kinds else []),
            *([Kind.JOIN] if Kind.WHISTLE in life.kinds else []),
            *([Kind.SUSPEND, Kind.EXTEND] if at <= (life.row["handle_due_at"] or 0) else []),
            *([Kind.APPEAL] if Kind.APPEAL not in life.kinds else []),
        ]

    def data(self, kind: Kind, at: Instant, row: Mapping[str, Any] | None, wild: float) -> dict[str, Any]:
        """What a step of the kind needs; with the chance `wild` something wrong or nothing."""
        random = self.random
        broken = random.random() < wild / 2
        due: Instant = (row or {}).get("handle_due_at") or at
        match kind:
            case Kind.RATE:
                rating = random.choice((0, 6, "5", True, None)) if broken else random.randint(1, 5)
                more: dict[str, Any] = (
                    {"solved": random.choice((True, False))} if random.random() < 0.7 else {}
                )
                return {"rating": rating, "by_default": random.random() < 0.2, **more}
            case Kind.CORRECT:
                grid = {"grid": "nowhere" if broken else random.choice(self.grids)}
                category = {"category": "nothing" if broken else random.choice(CATEGORIES)}
                return random.choice((grid, category, grid | category, {} if broken else grid))
            case Kind.EXTEND:
                return {"due_at": due if broken else max(due, at) + 1 + self.stretch()}
            case Kind.SUSPEND:
                return {"until": at if broken else at + 1 + self.stretch()}
            case Kind.WHISTLE | Kind.JOIN | Kind.DISPATCH:
                return {} if broken else {"unit": random.choice(("water", "roads"))}
            case Kind.RULE:
                return {} if broken else {"approved": random.random() < 0.7}
            case _:
                return {}

    def operation(self, life: Life, at: Instant | None = None, wild: float = 0.15) -> Operation:
        """The life's next operation, which the generator remembers as done when it is legal."""
        when = self.moment(life) if at is None else at
        made: Operation
        if life.row is None and self.random.random() >= wild / 4:
            made = self.report(life, when)
        else:
            made = self.step(life, when, wild)
        self.remember(life, made)
        return made

    def remember(self, life: Life, operation: Operation) -> bool:
        """Moves the life on; False when the operation is illegal."""
        rules = self.reference.rules
        try:
            if isinstance(operation, Report):
                life.row = begin(rules, operation)
                life.kinds.add(Kind.REPORT)
            elif life.row is None:
                return False
            else:
                life.row = advance(rules, life.row, operation, life.kinds)
                life.kinds.add(operation.kind)
        except Refused:
            return False
        return True

    def history(self, key: str, steps: int = 8) -> list[Operation]:
        """A whole legal life: a report and up to `steps` steps."""
        life = Life(self.random.choice(SOURCES), key)
        first = self.report(life, self.moment(life))
        told: list[Operation] = [first]
        self.remember(life, first)
        for _ in range(self.random.randint(0, steps)):
            step = self.step(life, self.moment(life), wild=0.0)
            if self.remember(life, step):
                told.append(step)
        return told

    def histories(self, count: int, prefix: str = "e") -> list[list[Operation]]:
        """Many legal lives."""
        return [self.history(f"{prefix}{number}") for number in range(count)]

    def mixture(self, count: int, events: int, wild: float = 0.15) -> list[Operation]:
        """Operations on some events, interleaved, legal and illegal, a few of them told twice."""
        lives = [Life(self.random.choice(SOURCES), f"m{number}") for number in range(events)]
        told: list[Operation] = []
        while len(told) < count:
            if told and self.random.random() < 0.05:
                told.append(self.random.choice(told))
            else:
                told.append(self.operation(self.random.choice(lives), wild=wild))
        return told


def latest(operations: Sequence[Operation]) -> Instant:
    """The latest instant of some operations."""
    return max(operation.at for operation in operations)

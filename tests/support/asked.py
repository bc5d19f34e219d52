"""A city with a random past, and random questions about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

import pandas as pd
from hypothesis import strategies as st
from sqlalchemy import update

from data.answers import Question
from data.clocks import DAY, HOUR, Instant
from data.events import Operation, Outcome, write
from data.lifecycle import Row
from data.periods import Period
from data.reference import Reference, reference
from data.schema import store_state
from data.store import Store
from tests.support.brute import EventRow, Told, brute_figures, event_rows, inside, replay
from tests.support.city import CATEGORIES, CHANNELS
from tests.support.lives import Lives, around, change_overs, edges, latest


@dataclass(frozen=True, repr=False)
class Past:
    """A store, what it was told, and how its events stand now."""

    store: Store
    reference: Reference
    period: Period
    operations: Sequence[Operation]
    outcomes: Sequence[Outcome]
    now: Instant
    rows: Sequence[EventRow]

    def at(self, as_of: Instant) -> Sequence[EventRow] | list[Row]:
        """The events as they stood at an instant."""
        if as_of >= self.now:
            return self.rows
        return replay(self.reference, self.operations, self.outcomes, as_of)

    def expected(self, question: Question, scope: str | None = None, period: Period | None = None) -> Told:
        """What the figures must be, by hand."""
        rows = inside(
            self.at(question.as_of),
            self.reference,
            scope or question.scope,
            question.categories,
            question.channels,
        )
        return brute_figures(rows, period or question.period, question.as_of)

    @contextmanager
    def counters_stale(self) -> Iterator[None]:
        """Makes the store answer from its events."""
        self._mark(1)
        try:
            yield
        finally:
            self._mark(0)

    def _mark(self, stale: int) -> None:
        with self.store.writing() as connection:
            connection.execute(update(store_state).values(counters_stale=stale))


def random_past(store: Store, seed: int, count: int = 900, events: int = 130, change: int = 0) -> Past:
    """Tells a store a random past about one of its zone's change-overs."""
    known = reference(store)
    period = around(change_overs(known.zone)[change], 4)
    operations = Lives(known, Random(seed), period).mixture(count, events)
    now = latest(operations)
    outcomes = [
        outcome
        for start in range(0, count, 60)
        for outcome in write(store, operations[start : start + 60], now)
    ]
    return Past(store, known, period, operations, outcomes, now, event_rows(store))


@st.composite
def periods(draw: st.DrawFn, past: Past) -> Period:
    """Whole days, whole hours, or anything, within the past and beside it."""
    clock, whole = past.reference.clock, past.period
    marks = st.sampled_from(edges(clock, whole))
    first, second = draw(marks), draw(marks)
    start, end = min(first, second), max(first, second)
    match draw(st.sampled_from(("ragged", "hours", "days", "all", "long"))):
        case "hours":
            return Period(
                clock.hour_start(clock.hour_number(start)), clock.hour_start(clock.hour_number(end) + 1)
            )
        case "days":
            return Period(
                clock.day_start(clock.day_number(start)), clock.day_start(clock.day_number(end) + 1)
            )
        case "all":
            return whole
        case "long":
            return Period(whole.start - 100 * DAY - HOUR // 3, whole.end + 30 * DAY)
    return Period(start, end)


def _wide(known: Reference) -> list[str]:
    """Every grid, those with many events more often: a leaf holds too few to be wrong about."""
    return [grid.code for grid in known.tree for _ in range(max(1, 12 >> 2 * grid.depth))]


_CATEGORY_FILTERS = (
    *(None,) * 9,
    (),
    *((code,) for code in CATEGORIES),
    CATEGORIES[:2],
    CATEGORIES[::2],
    CATEGORIES,
)
_CHANNEL_FILTERS = (*(None,) * 7, (), *((code,) for code in CHANNELS), CHANNELS[1:], CHANNELS)


@st.composite
def questions(draw: st.DrawFn, past: Past, *, back: bool = False) -> Question:
    """Any scope, period and filters; as of now, or with `back` as of some instant before."""
    known = {row[name] for row in past.rows for name in ("accept_due_at", "handle_due_at", "closed_at")}
    deadlines = {at + off for at in known if at is not None for off in (-1, 0, 1)}
    marks = sorted(
        {*edges(past.reference.clock, past.period), *deadlines, past.now, past.now + 1, past.now + DAY}
    )
    as_of = draw(st.sampled_from([at for at in marks if (at < past.now) == back]))
    return Question(
        scope=draw(st.sampled_from(_wide(past.reference))),
        period=draw(periods(past)),
        as_of=as_of,
        categories=draw(st.sampled_from(_CATEGORY_FILTERS)),
        channels=draw(st.sampled_from(_CHANNEL_FILTERS)),
    )


def told_by_group(frame: pd.DataFrame) -> dict[str, Told]:
    """A frame of figures as numerators and denominators by group and indicator."""
    told: dict[str, Told] = {}
    for group, key, numerator, denominator in zip(
        frame["group"], frame["key"], frame["numerator"], frame["denominator"], strict=True
    ):
        told.setdefault(group, {})[key] = (int(numerator), None if denominator is pd.NA else int(denominator))
    return told


def added(some: Sequence[Told]) -> Told:
    """Numerators and denominators, each summed."""
    return {
        key: (
            sum(each[key][0] for each in some),
            None if some[0][key][1] is None else sum(each[key][1] or 0 for each in some),
        )
        for key in (some[0] if some else {})
    }

"""How events are dealt with: deadlines by the city's own limits and calendar, and the life that each would have.

Everything follows from the seed and an event's number, so the same event has the same life whoever asks, and whoever
carries a history on knows what its maker had in mind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from data.calendars import CalendarKind, Limit
from data.clocks import DAY, HOUR, MINUTE, SECOND
from data.demo.chance import Bools, Floats, Ints
from data.demo.draws import early, exponential, normal, uniform
from data.demo.model import Model
from data.demo.places import Places
from data.loading import NULL
from data.reference import Reference

STAGES = ("accepted_at", "dispatched_at", "handled_at", "closed_at", "rated_at")
"""The instants that a life is made of, after the report."""

_NO_LIMIT = 2 * HOUR
"""What is taken as the time for a step that has no limit."""

_MORNING, _EVENING = 7 * HOUR + 30 * MINUTE, 22 * HOUR
"""Outside these local hours nobody settles what has working hours."""

_BEST = 2.2
"""No unit is better, or worse, than this."""


@dataclass(frozen=True)
class Cases:
    """Events as they come: a number each, when, and places in the lists of leaves, channels and happenings. `told_as`
    is the number by which its words and its point are drawn, None for its own: reports of one matter share it."""

    numbers: Ints
    reported_at: Ints
    leaf: Ints
    channel: Ints
    happening: Ints
    told_as: Ints | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def part(self, chosen: slice | Ints | Bools) -> Cases:
        """Some of them."""
        return Cases(
            self.numbers[chosen],
            self.reported_at[chosen],
            self.leaf[chosen],
            self.channel[chosen],
            self.happening[chosen],
            None if self.told_as is None else self.told_as[chosen],
        )

    @property
    def words(self) -> Ints:
        """The numbers by which words and points are drawn."""
        return self.numbers if self.told_as is None else self.told_as


class Due(NamedTuple):
    """Both deadlines of each case, NULL without one, and whether a calendar to come was guessed."""

    accept_at: Ints
    handle_at: Ints
    provisional: Bools
    working: Bools


@dataclass(frozen=True)
class Lives:
    """What would become of each case: the instants of STAGES (`rated_at` NULL where nobody rates), how content its
    citizen is (the lowest are dissatisfied), and how well its unit works."""

    stages: dict[str, Ints]
    content: Floats
    quality: Floats


@dataclass(frozen=True, eq=False)
class Handling:
    """The handling of a city's events under a seed."""

    seed: int
    model: Model
    places: Places
    city: Reference

    def due(self, cases: Cases) -> Due:
        """The deadlines of the cases, as the life cycle gives them to new events."""
        none = np.full(len(cases), NULL, dtype=np.int64)
        found = Due(none, none.copy(), np.zeros(len(cases), bool), np.zeros(len(cases), bool))
        pair = cases.happening * len(self.model.channels) + cases.channel
        limits: dict[tuple[int, Limit], list[int]] = {}
        for number in np.unique(pair).tolist():
            happening, channel = divmod(number, len(self.model.channels))
            both = self.city.limits_of(happening + 1, channel + 1)
            for which, limit in enumerate(both):
                if limit is not None:
                    limits.setdefault((which, limit), []).append(number)
        for (which, limit), pairs in limits.items():
            mine = np.flatnonzero(np.isin(pair, pairs))
            many = self.city.calendar.deadlines(cases.reported_at[mine], limit)
            found[which][mine] = many.at
            found.provisional[mine] |= many.provisional
            if which == 1:
                found.working[mine] = limit.kind is not CalendarKind.CONTINUOUS
        return found

    def lives(self, cases: Cases, due: Due) -> Lives:
        """The life of each case, on into the future. Steps come in their order; nothing is later than it would be
        for a unit that is never stuck."""
        quality = np.clip(self.places.quality(cases.leaf, cases.happening), -_BEST, _BEST)
        hard = np.array([each.hard for each in self.model.happenings])[cases.happening]
        slow = np.array([each.slow for each in self.model.channels])[cases.channel]
        accepted = self._accepted(cases, due, quality, slow)
        handled, late = self._handled(cases, due, accepted, quality, hard)
        share = 0.5 * early(self._draw("dispatch", cases), 3.0)
        dispatched = accepted + np.minimum((handled - accepted) * share, 3.0 * HOUR)
        check = (0.25 + 1.6 * exponential(self.seed, "close", cases.numbers)) * HOUR
        closed = handled + np.where(slow < 0.5, 0.4, 1.0) * check
        wait = 14.0 * HOUR * exponential(self.seed, "rate", cases.numbers)
        chance = np.array([each.rated for each in self.model.channels])[cases.channel]
        rates = self._draw("rates", cases) < np.clip(chance * (1.0 - 0.04 * quality), 0.0, 1.0)
        content = normal(self.seed, "content", cases.numbers) + 0.45 * quality - 1.0 * late - 0.12 * hard
        instants = (accepted, dispatched, handled, closed, closed + wait)
        stages = {
            name: at.astype(np.int64) // SECOND * SECOND for name, at in zip(STAGES, instants, strict=True)
        }
        stages["rated_at"] = np.where(rates, stages["rated_at"], NULL)
        return Lives(stages, content, quality)

    def _draw(self, name: str, cases: Cases) -> Floats:
        return uniform(self.seed, name, cases.numbers)

    def _accepted(self, cases: Cases, due: Due, quality: Floats, slow: Floats) -> Floats:
        none = np.full(len(cases), float(_NO_LIMIT))
        room: Floats = np.where(
            due.accept_at == NULL, none, (due.accept_at - cases.reported_at).astype(float)
        )
        late = self._draw("accepts late", cases) < _chance(-4.7, -0.7, quality)
        soon = room * early(self._draw("accepts", cases), 4.5 / slow)
        after = room + (0.05 + 0.6 * exponential(self.seed, "accepts after", cases.numbers)) * np.minimum(
            room, 6.0 * HOUR
        )
        found: Floats = cases.reported_at.astype(float) + np.where(late, after, np.minimum(soon, room))
        return found

    def _handled(
        self, cases: Cases, due: Due, accepted: Floats, quality: Floats, hard: Floats
    ) -> tuple[Floats, Bools]:
        due_at = np.where(due.handle_at == NULL, accepted + _NO_LIMIT * 12.0, due.handle_at.astype(float))
        room = due_at - accepted
        late = (self._draw("late", cases) < _chance(-3.75, -0.75, quality)) | (room <= 0)
        quick = self._draw("quick", cases) < 0.66 + 0.06 * quality - 0.12 * (hard - 1.0)
        speed = np.exp(0.16 * quality)
        share = early(self._draw("handles", cases), np.where(quick, 13.0, 3.2) * speed / np.sqrt(hard))
        soon = accepted + room * share
        # Whoever works by the clock leaves at night what can wait until the morning.
        wall = soon + self.city.clock.offset(accepted.astype(np.int64))
        into = wall % DAY
        night = due.working & ((into < _MORNING) | (into >= _EVENING))
        morning = (
            wall
            - into
            + _MORNING
            + np.where(into >= _EVENING, DAY, 0)
            + 2.5 * HOUR * self._draw("morning", cases)
        )
        soon = np.where(night, np.minimum(soon + np.maximum(morning - wall, 0.0), due_at), soon)
        limit = np.minimum(due_at - cases.reported_at, 6.0 * DAY)
        long = (0.02 + 0.4 * exponential(self.seed, "late by", cases.numbers)) * limit + 10 * MINUTE
        found = np.where(late, np.maximum(due_at, accepted) + long * np.exp(-0.2 * quality), soon)
        return found, late


def _chance(base: float, slope: float, quality: Floats) -> Floats:
    found: Floats = 1.0 / (1.0 + np.exp(-(base + slope * quality)))
    return found

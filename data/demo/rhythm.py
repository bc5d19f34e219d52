"""When events come: a volume for each day, channel and category, hours within the day, and the events themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.calendars import WorkingCalendar
from data.clocks import HOUR, MINUTE, SECOND, Instant
from data.demo.chance import Floats, Ints
from data.demo.draws import cumulated, normal, pick, uniform
from data.demo.model import HOURS, Model
from data.demo.surges import off_days, surges

_YEAR = 365
_GROWTH = (-0.01, 0.03)
"""Between which daily rates of growth the city's own is looked for."""

_SLOTS_A_MINUTE = 1_000
"""Numbers kept for the events of one minute; no city reports as many."""

# Weight of each hour of a working day, then of a day off, by the hours of a channel.
_CHANNEL_HOURS: dict[str, tuple[Sequence[float], Sequence[float]]] = {
    "citizen": (
        (3, 2, 1, 1, 1, 2, 7, 18, 34, 46, 44, 34, 24, 24, 34, 42, 44, 42, 44, 50, 46, 32, 18, 8),
        (4, 2, 1, 1, 1, 2, 6, 13, 24, 34, 36, 32, 26, 26, 30, 34, 36, 36, 42, 48, 46, 34, 20, 9),
    ),
    "night": (
        (26, 18, 11, 7, 5, 5, 8, 14, 20, 24, 25, 26, 27, 26, 25, 26, 29, 33, 38, 44, 50, 52, 48, 38),
        (32, 23, 14, 9, 6, 5, 7, 12, 17, 22, 24, 26, 28, 27, 26, 27, 30, 34, 40, 46, 52, 55, 52, 44),
    ),
    "duty": (
        (0, 0, 0, 0, 0, 0, 2, 10, 62, 100, 98, 70, 10, 14, 78, 100, 92, 48, 12, 7, 5, 2, 1, 0),
        (0, 0, 0, 0, 0, 0, 2, 10, 40, 62, 60, 42, 12, 14, 44, 56, 50, 30, 12, 8, 6, 2, 1, 0),
    ),
    "camera": (
        (9, 7, 6, 5, 6, 10, 22, 36, 42, 40, 38, 40, 38, 34, 36, 38, 40, 46, 50, 46, 38, 28, 19, 13),
        (9, 7, 6, 5, 6, 9, 18, 30, 40, 42, 42, 44, 40, 36, 38, 40, 42, 46, 50, 48, 40, 29, 19, 13),
    ),
    "sensor": (
        (44, 46, 47, 46, 44, 40, 34, 28, 24, 22, 21, 20, 20, 20, 21, 22, 23, 25, 28, 32, 36, 40, 43, 44),
        (44, 46, 47, 46, 44, 40, 34, 28, 24, 22, 21, 20, 20, 20, 21, 22, 23, 25, 28, 32, 36, 40, 43, 44),
    ),
}

# What the kind of happening makes of them.
_HAPPENING_HOURS: dict[str, Sequence[float]] = {
    "any": (1,) * 24,
    "day": (0.3,) * 6 + (0.8,) + (1,) * 11 + (0.9, 0.8, 0.6, 0.4, 0.3, 0.3),
    "office": (0.05,) * 7 + (0.4,) + (1.2,) * 4 + (0.7, 0.7) + (1.2,) * 4 + (0.4, 0.3, 0.2, 0.1, 0.05, 0.05),
    "evening": (0.5, 0.3, 0.2, 0.2, 0.2, 0.2) + (0.35,) * 11 + (0.8, 1.5, 2.2, 2.6, 2.4, 1.7, 0.9),
    "night": (2.2, 1.6, 1.1, 0.8, 0.7, 0.7, 0.6) + (0.35,) * 11 + (0.7, 1.1, 1.8, 2.8, 3.4, 3.0),
    "market": (0.1,) * 5 + (0.6, 1.8, 2.0, 1.3) + (0.8,) * 7 + (1.2, 2.0, 2.4, 2.0, 1.3, 0.7, 0.3, 0.1),
}


@dataclass(frozen=True)
class Arrivals:
    """New events in the order of time: instants, and places in the model's lists of channels and happenings."""

    reported_at: Ints
    channel: Ints
    happening: Ints

    def __len__(self) -> int:
        return len(self.reported_at)


@dataclass(frozen=True, eq=False)
class Rhythm:
    """The rhythm of a city's life under a seed."""

    seed: int
    model: Model
    calendar: WorkingCalendar

    def volumes(self, days: Ints) -> Floats:
        """Events by day, channel and happening, without growth; a usual day has about one in all."""
        happening = surges(self.seed, self.calendar, days)
        off = off_days(self.calendar, days)
        weekend = np.array([channel.weekend for channel in self.model.channels])
        holiday = np.array([channel.holiday for channel in self.model.channels])
        # A Saturday off is a weekend; a weekday off, and a festival's whole week, is a holiday.
        festive = off & (((days + 3) % 7 < 5) | (happening["festival"] > 0))
        by_day = (
            np.where(festive[:, None], holiday[None, :], np.where(off[:, None], weekend[None, :], 1.0))
            * (1.0 - 0.35 * np.minimum(happening["festival"], 1.0))[:, None]
        )
        channels = np.arange(len(self.model.channels))
        wobble = 0.045 * normal(self.seed, "day", days)[:, None] + 0.06 * normal(
            self.seed, "day and channel", days[:, None] * 100 + channels
        )
        factors = np.ones((len(days), len(self.model.happenings)))
        for place, each in enumerate(self.model.happenings):
            for surge, much in each.surges.items():
                factors[:, place] += much * happening[surge]
        found: Floats = (
            (by_day * np.exp(wobble))[:, :, None] * self.model.mix()[None, :, :] * factors[:, None, :]
        )
        return found

    @cached_property
    def hours(self) -> Floats:
        """Shares of the hours: by day off or not, channel, hours of the happening, hour."""
        channels = [_CHANNEL_HOURS[channel.hours] for channel in self.model.channels]
        table = np.array(
            [
                [
                    [np.array(channel[off], dtype=np.float64) * _HAPPENING_HOURS[name] for name in HOURS]
                    for channel in channels
                ]
                for off in (0, 1)
            ]
        )
        shares: Floats = table / table.sum(axis=-1, keepdims=True)
        return shares

    @cached_property
    def happening_hours(self) -> Ints:
        """Which hours each happening has."""
        return np.array([each.hours for each in self.model.happenings], dtype=np.int64)

    def growth(self, as_of_day: int) -> float:
        """The daily growth with which the full history reaches its published total on that day at today's pace."""
        days = np.arange(self.calendar.clock.day_number(self.founded_at), as_of_day + 1)
        by_day = self.volumes(days).sum(axis=(1, 2))
        usual = by_day[-_YEAR:].mean()
        low, high = _GROWTH
        for _ in range(50):
            middle = (low + high) / 2
            total = self.model.per_day * (by_day / usual * np.exp(middle * (days - as_of_day))).sum()
            low, high = (middle, high) if total > self.model.published.received else (low, middle)
        return (low + high) / 2

    @cached_property
    def founded_at(self) -> Instant:
        """The first moment of the city's history."""
        return self.calendar.clock.at(self.model.founded)

    def arrivals(self, start_day: int, as_of: Instant, count: int) -> Arrivals:
        """Exactly so many events from the start of a local day until before `as_of`."""
        clock = self.calendar.clock
        last_day = clock.day_number(as_of - 1)
        days = np.arange(start_day, last_day + 1)
        volumes = self.volumes(days) * np.exp(self.growth(last_day) * (days - last_day))[:, None, None]
        table, passed = self._until(days[-1], as_of)
        off = off_days(self.calendar, days).astype(np.int64)
        off[-1] = 2
        volumes[-1] *= table[2][:, self.happening_hours].sum(axis=-1)
        shape = volumes.shape
        steps = np.cumsum(volumes.ravel())
        order = np.arange(count, dtype=np.int64)
        chances = (order + uniform(self.seed, "which", order)) / count
        cell = np.clip(np.searchsorted(steps / steps[-1], chances, side="right"), 0, steps.size - 1)
        day, channel, happening = (part.astype(np.int64) for part in np.unravel_index(cell, shape))
        width = len(HOURS)
        rows = (off[day] * shape[1] + channel) * width + self.happening_hours[happening]
        hour = pick(cumulated(table.reshape(-1, 24)), rows, uniform(self.seed, "hour", order))
        starts = np.array([clock.day_start(int(number)) for number in days], dtype=np.int64)
        within = HOUR * uniform(self.seed, "within the hour", order)
        within = np.where((day == len(days) - 1) & (hour == passed[0]), within * passed[1], within)
        reported = starts[day] + hour * HOUR + within.astype(np.int64) // SECOND * SECOND
        order = np.argsort(reported, kind="stable")
        return Arrivals(reported[order], channel[order], happening[order])

    def _until(self, day: int, as_of: Instant) -> tuple[Floats, tuple[int, float]]:
        """The hours with a third kind of day, which ends at `as_of`; and the hour that is cut there, and where."""
        start = self.calendar.clock.day_start(int(day))
        hour, rest = divmod(as_of - start, HOUR)
        off = int(off_days(self.calendar, np.array([day]))[0])
        cut = self.hours[off].copy()
        cut[..., hour + 1 :] = 0.0
        if hour < 24:
            cut[..., hour] *= rest / HOUR
        return np.concatenate([self.hours, cut[None]]), (int(hour), rest / HOUR)

    def minute(self, number: int, level: float) -> tuple[Ints, Arrivals]:
        """The events of one minute (minutes since 1970) at so many events a usual day: their numbers, and what they
        are. The same minute has the same events, however often it is asked for; a higher level adds some."""
        start = number * MINUTE
        clock = self.calendar.clock
        day = clock.day_number(start)
        hour = min((start - clock.day_start(day)) // HOUR, 23)
        shares = self._hour_volumes(day, hour)
        expected = level * float(shares.sum()) / 60
        count = int(expected + float(uniform(self.seed, "minute", np.array([number]))[0]))
        numbers = number * _SLOTS_A_MINUTE + np.arange(min(count, _SLOTS_A_MINUTE), dtype=np.int64)
        cell = pick(
            cumulated(shares.reshape(1, -1)),
            np.zeros(len(numbers), np.int64),
            uniform(self.seed, "cell", numbers),
        )
        channel, happening = (part.astype(np.int64) for part in np.unravel_index(cell, shares.shape))
        at = start + (uniform(self.seed, "second", numbers) * 60).astype(np.int64) * SECOND
        order = np.argsort(at, kind="stable")
        return numbers[order], Arrivals(at[order], channel[order], happening[order])

    def _hour_volumes(self, day: int, hour: int) -> Floats:
        known = self._volumes_kept.get((day, hour))
        if known is None:
            self._volumes_kept.clear()
            off = int(off_days(self.calendar, np.array([day]))[0])
            known = self.volumes(np.array([day]))[0] * self.hours[off][:, self.happening_hours, hour]
            self._volumes_kept[day, hour] = known
        return known

    @cached_property
    def _volumes_kept(self) -> dict[tuple[int, int], Floats]:
        return {}

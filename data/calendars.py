"""Working calendars: which days are worked, and when a limit that starts at some instant runs out.

Whether a day is worked is asked of the city's own table first, of the package chinesecalendar second (for a
city in China), and of plain weekdays last. The package ends in 2026 and raises after; a day that it does not
know is taken as a plain weekday and marked provisional, so a deadline in the coming year is given before its
holidays are announced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, TypeAlias, cast, get_args

import chinese_calendar
import numpy as np
from numpy.typing import NDArray

from data.clocks import DAY, HOUR, MINUTE, SECOND, Instant, Int64Array, ZoneClock, date_of

Unit: TypeAlias = Literal["minutes", "hours", "days", "working_hours", "working_days"]

_LARGEST: Mapping[Unit, int] = {
    "minutes": 5_256_000,
    "hours": 87_600,
    "days": 3_650,
    "working_hours": 87_600,
    "working_days": 3_650,
}
"""About ten years: a limit beyond it is a slip of the pen."""

_LIMIT_TEXT = re.compile(r"(\d{1,9}) ((?:working )?[a-z]+)")
_JSON_KEYS = ("sessions", "holidays", "country", "settled_years")


class CalendarKind(StrEnum):
    """How a limit's time runs."""

    CONTINUOUS = "continuous"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True)
class Limit:
    """A time limit, such as 15 minutes or 5 working days. ValueError below 1 and beyond ten years."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise ValueError(f"Expected a unit out of {_unit_words()}, found {self.unit!r}.")
        if not 1 <= self.amount <= _LARGEST[self.unit]:
            raise ValueError(
                f"Expected a limit of 1 to {_LARGEST[self.unit]} {self.unit.replace('_', ' ')}, "
                f"found {self.amount}."
            )

    @staticmethod
    def parse(text: str) -> Limit:
        """The limit that a text such as "15 minutes" or "1 working day" means. ValueError for others."""
        matched = _LIMIT_TEXT.fullmatch(" ".join(text.lower().replace("_", " ").split()))
        unit = matched[2].replace(" ", "_") if matched else ""
        unit = unit if unit.endswith("s") else unit + "s"
        if matched is None or unit not in get_args(Unit):
            raise ValueError(
                f"Expected a number and one of {_unit_words()}, such as '5 working days', found {text!r}."
            )
        return Limit(int(matched[1]), cast(Unit, unit))

    @property
    def kind(self) -> CalendarKind:
        """How this limit's time runs."""
        if self.unit == "working_hours":
            return CalendarKind.WORKING_HOURS
        return CalendarKind.WORKING_DAYS if self.unit == "working_days" else CalendarKind.CONTINUOUS

    def __str__(self) -> str:
        words = self.unit.replace("_", " ")
        return f"{self.amount} {words.removesuffix('s') if self.amount == 1 else words}"


@dataclass(frozen=True, eq=False)
class Holidays(Mapping[date, bool]):
    """A city's own table: True for a day that is worked, False for a day off. Hashable."""

    days: Mapping[date, bool]

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", dict(self.days))

    def __getitem__(self, day: date) -> bool:
        return self.days[day]

    def __iter__(self) -> Iterator[date]:
        return iter(self.days)

    def __len__(self) -> int:
        return len(self.days)

    def __hash__(self) -> int:
        return hash(frozenset(self.days.items()))


@dataclass(frozen=True)
class CalendarConfig:
    """What a city says about its working time. Hashable.

    `sessions` are local times of a working day, in order and apart; an end of 00:00 is the end of the day.
    `holidays` is the city's own table. `country` is "CN" for the Chinese calendar, or "" for plain weekdays.
    `settled_years` are years beyond the package for which `holidays` is complete: their other days count as
    plain weekdays without a provisional mark. ValueError with a plain sentence for anything else.
    """

    sessions: tuple[tuple[time, time], ...] = ((time(8, 30), time(12)), (time(14), time(17, 30)))
    holidays: Mapping[date, bool] = Holidays({})
    country: Literal["CN", ""] = "CN"
    settled_years: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "holidays", Holidays(self.holidays))
        if self.country not in ("CN", ""):
            raise ValueError(
                "Expected country 'CN' for the Chinese calendar or '' for plain weekdays, "
                f"found {self.country!r}."
            )
        if not self.sessions:
            raise ValueError("Expected at least one working session such as 08:30 to 12:00, found none.")
        free_from = 0
        for open_wall, close_wall in _session_walls(self.sessions):
            if not free_from <= open_wall < close_wall:
                found = ", ".join(f"{opens:%H:%M} to {closes:%H:%M}" for opens, closes in self.sessions)
                raise ValueError(
                    f"Expected working sessions in order, apart, each ending after its start, found {found}."
                )
            free_from = close_wall

    def to_json(self) -> dict[str, Any]:
        """The configuration as a plain dict of JSON types; `from_json` reads it back."""
        return {
            "sessions": [[_time_text(opens), _time_text(closes)] for opens, closes in self.sessions],
            "holidays": {day.isoformat(): self.holidays[day] for day in sorted(self.holidays)},
            "country": self.country,
            "settled_years": list(self.settled_years),
        }

    @staticmethod
    def from_json(document: Mapping[str, Any]) -> CalendarConfig:
        """The configuration of a dict as `to_json` gives it; what is missing keeps its default.

        ValueError with a plain sentence for unknown keys and faulty values.
        """
        unknown = sorted(set(document) - set(_JSON_KEYS))
        if unknown:
            raise ValueError(
                f"Expected calendar keys out of {', '.join(_JSON_KEYS)}, found {', '.join(unknown)}."
            )
        settings: dict[str, Any] = {key: document[key] for key in ("country",) if key in document}
        try:
            if "sessions" in document:
                settings["sessions"] = tuple(
                    (time.fromisoformat(opens), time.fromisoformat(closes))
                    for opens, closes in document["sessions"]
                )
            if "holidays" in document:
                settings["holidays"] = {
                    date.fromisoformat(day): _flag(works) for day, works in document["holidays"].items()
                }
            if "settled_years" in document:
                settings["settled_years"] = tuple(int(year) for year in document["settled_years"])
        except (TypeError, ValueError, AttributeError) as error:
            raise ValueError(
                'Expected a calendar such as {"sessions": [["08:30", "12:00"]], '
                '"holidays": {"2027-01-01": false}, "country": "CN", "settled_years": [2027]}, '
                f"found a fault: {error}."
            ) from error
        return CalendarConfig(**settings)


@dataclass(frozen=True)
class Deadline:
    """When a limit runs out. `provisional`: it rests on a working day whose calendar is not announced yet."""

    at: Instant
    provisional: bool


@dataclass(frozen=True)
class Deadlines:
    """Many deadlines at once, as `Deadline` says one."""

    at: Int64Array
    provisional: NDArray[np.bool_]


@dataclass(frozen=True)
class _Day:
    """One local day: its sessions as instants (none on a day off), in order."""

    sessions: tuple[tuple[Instant, Instant], ...]
    provisional: bool


@dataclass(frozen=True)
class _Table:
    """The sessions of a run of days as columns: the number of their day, when they open and when they close.
    `provisional[i]` is how many of the first i days are."""

    first: int
    numbers: Int64Array
    opens: Int64Array
    closes: Int64Array
    provisional: NDArray[np.int64]

    @cached_property
    def worked(self) -> Int64Array:
        """The working time before each session, and behind the last."""
        return np.concatenate([[0], np.cumsum(self.closes - self.opens)])

    @cached_property
    def days(self) -> Int64Array:
        """The days that are worked."""
        return np.unique(self.numbers)

    def advance(self, clock: ZoneClock, starts: Int64Array, working_microseconds: int) -> Deadlines:
        """`WorkingCalendar.advance` of every start."""
        begun = np.searchsorted(self.closes, starts, side="right")
        target = self.worked[begun] + np.maximum(starts - self.opens[begun], 0) + working_microseconds
        ends = np.searchsorted(self.worked[1:], target, side="left")
        at = self.opens[ends] + target - self.worked[ends]
        return Deadlines(at, self._provisional(clock.day_number(starts), self.numbers[ends]))

    def working_days_later(self, clock: ZoneClock, starts: Int64Array, amount: int) -> Deadlines:
        """The same local time so many working days later, of every start or of the opening after it."""
        begun = np.searchsorted(self.closes, starts, side="right")
        begin = np.maximum(starts, self.opens[begun])
        time_of_day = begin + clock.offset(begin) - self.numbers[begun] * DAY
        number = self.days[np.searchsorted(self.days, self.numbers[begun]) + amount]
        at = clock.at_walls(number * DAY + time_of_day)
        return Deadlines(at, self._provisional(clock.day_number(starts), number))

    def _provisional(self, start: Int64Array, end: Int64Array) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = (
            self.provisional[end + 1 - self.first] > self.provisional[start - self.first]
        )
        return found


class WorkingCalendar:
    """The working time of one city. Keeps what it found out about each day, so make one and use it again."""

    def __init__(self, clock: ZoneClock, config: CalendarConfig) -> None:
        self.clock = clock
        self.config = config
        self._walls = _session_walls(config.sessions)
        self._days: dict[int, _Day] = {}

    def is_workday(self, day: date) -> tuple[bool, bool]:
        """Whether the day is worked, and whether that is provisional."""
        own = self.config.holidays.get(day)
        if own is not None:
            return own, False
        weekday = day.weekday() < 5
        if self.config.country == "":
            return weekday, False
        try:
            return bool(chinese_calendar.is_workday(day)), False
        except NotImplementedError:
            return weekday, day.year not in self.config.settled_years

    def deadline(self, start: Instant, limit: Limit) -> Deadline:
        """The last instant that is on time for a limit which starts at `start`.

        Minutes and hours run on without a stop. N days later is the same local time N calendar days later.
        Working hours run inside the sessions of working days. N working days later is the same local time N
        working days later; a start outside working time counts as at the opening of the next session (so a
        matter reported on Friday at 20:00 with one working day is due when Tuesday opens). Never earlier for
        a later start, except where the clocks go back: in the repeated hour the local time itself goes back.
        """
        if limit.unit == "minutes":
            return Deadline(start + limit.amount * MINUTE, False)
        if limit.unit == "hours":
            return Deadline(start + limit.amount * HOUR, False)
        if limit.unit == "days":
            wall = start + self.clock.offset(start)
            return Deadline(self.clock.at_wall(wall + limit.amount * DAY), False)
        if limit.unit == "working_hours":
            return self.advance(start, limit.amount * HOUR)
        return self._working_days_later(start, limit.amount)

    def deadlines(self, starts: Int64Array, limit: Limit) -> Deadlines:
        """`deadline` of every start; a test holds the two to each other."""
        plain = np.zeros(len(starts), dtype=bool)
        if limit.unit in ("minutes", "hours") or not len(starts):
            return Deadlines(starts + limit.amount * (MINUTE if limit.unit == "minutes" else HOUR), plain)
        if limit.unit == "days":
            return Deadlines(
                self.clock.at_walls(starts + self.clock.offset(starts) + limit.amount * DAY), plain
            )
        first, last = int(self.clock.day_number(starts.min())), int(self.clock.day_number(starts.max()))
        ahead = limit.amount
        while True:
            ahead *= 2
            table = self._table(first, last + 14 + ahead)
            # Enough is what suffices for the latest start without its own day.
            if limit.unit == "working_days" and (table.days > last).sum() > limit.amount:
                return table.working_days_later(self.clock, starts, limit.amount)
            spare = table.worked[-1] - table.worked[np.searchsorted(table.numbers, last + 1)]
            if limit.unit == "working_hours" and spare > limit.amount * HOUR:
                return table.advance(self.clock, starts, limit.amount * HOUR)

    def worked(self, start: Instant, end: Instant) -> int:
        """Microseconds of working time in [start, end). ValueError when `end` is before `start`."""
        if end < start:
            raise ValueError(f"Expected an end at or after the start {start}, found {end}; exchange the two.")
        total = 0
        for day in range(self.clock.day_number(start), self.clock.day_number(end) + 1):
            for opens, closes in self._day(day).sessions:
                total += max(0, min(closes, end) - max(opens, start))
        return total

    def advance(self, start: Instant, working_microseconds: int) -> Deadline:
        """The first instant by which so much working time has passed since `start`; `start` itself for none.

        ValueError for a negative amount.
        """
        left = working_microseconds
        if left < 0:
            raise ValueError(f"Expected an amount of working time of 0 or more, found {left} microseconds.")
        if left == 0:
            return Deadline(start, False)
        number = self.clock.day_number(start)
        provisional = False
        while True:
            day = self._day(number)
            provisional = provisional or day.provisional
            for opens, closes in day.sessions:
                begin = max(opens, start)
                if begin + left <= closes:
                    return Deadline(begin + left, provisional)
                left -= max(0, closes - begin)
            number += 1

    def remaining(self, at: Instant, deadline_at: Instant, unit: Unit) -> int:
        """Microseconds left at `at`, of working time for working units; 0 once the deadline is past."""
        if at >= deadline_at:
            return 0
        if unit in ("working_hours", "working_days"):
            return self.worked(at, deadline_at)
        return deadline_at - at

    def resume(self, deadline_at: Instant, paused_at: Instant, resumed_at: Instant, unit: Unit) -> Deadline:
        """The deadline after a suspension: what was left at the pause is added after the resumption.

        Never earlier than it was: a pause over a weekend in which nobody would have worked changes nothing. A
        pause that began after the deadline changes nothing either. ValueError when it resumes before it was
        paused.
        """
        if resumed_at < paused_at:
            raise ValueError(
                f"Expected a resumption at or after the pause at {paused_at}, found {resumed_at}; "
                "exchange the two."
            )
        if paused_at > deadline_at:
            return Deadline(deadline_at, False)
        left = self.remaining(paused_at, deadline_at, unit)
        if unit not in ("working_hours", "working_days"):
            return Deadline(resumed_at + left, False)
        moved = self.advance(resumed_at, left)
        return Deadline(max(moved.at, deadline_at), moved.provisional)

    def _working_days_later(self, start: Instant, amount: int) -> Deadline:
        number = self.clock.day_number(start)
        day = self._day(number)
        provisional = day.provisional
        while not day.sessions or day.sessions[-1][1] <= start:
            number += 1
            day = self._day(number)
            provisional = provisional or day.provisional
        begin = max(start, next(opens for opens, closes in day.sessions if closes > start))
        time_of_day = begin + self.clock.offset(begin) - number * DAY
        left = amount
        while left:
            number += 1
            day = self._day(number)
            provisional = provisional or day.provisional
            left -= bool(day.sessions)
        return Deadline(self.clock.at_wall(number * DAY + time_of_day), provisional)

    def _table(self, first: int, last: int) -> _Table:
        days = {number: self._day(number) for number in range(first, last + 1)}
        sessions = [(number, *session) for number, day in days.items() for session in day.sessions]
        numbers, opens, closes = np.array(sessions, dtype=np.int64).reshape(-1, 3).T
        provisional = np.cumsum([0, *(day.provisional for day in days.values())])
        return _Table(first, numbers, opens, closes, provisional)

    def _day(self, number: int) -> _Day:
        known = self._days.get(number)
        if known is None:
            works, provisional = self.is_workday(date_of(number))
            known = self._days[number] = _Day(self._sessions(number) if works else (), provisional)
        return known

    def _sessions(self, number: int) -> tuple[tuple[Instant, Instant], ...]:
        bounds = (
            (self.clock.at_wall(number * DAY + opens), self.clock.at_wall(number * DAY + closes))
            for opens, closes in self._walls
        )
        # A session within an hour that the clocks skip has no time in it.
        return tuple((opens, closes) for opens, closes in bounds if opens < closes)


def sessions_text(config: CalendarConfig) -> str:
    """The working hours of a day, such as "08:30–12:00, 14:00–17:30"."""
    return ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in config.sessions)


def _unit_words() -> str:
    return ", ".join(unit.replace("_", " ") for unit in get_args(Unit))


def _flag(works: object) -> bool:
    if not isinstance(works, bool):
        raise ValueError(f"a holiday table holds true (worked) or false (a day off), not {works!r}")
    return works


def _time_text(moment: time) -> str:
    return moment.isoformat(timespec="auto" if moment.second or moment.microsecond else "minutes")


def _session_walls(sessions: tuple[tuple[time, time], ...]) -> tuple[tuple[int, int], ...]:
    return tuple((_wall(opens), _wall(closes) or DAY) for opens, closes in sessions)


def _wall(moment: time) -> int:
    return moment.hour * HOUR + moment.minute * MINUTE + moment.second * SECOND + moment.microsecond

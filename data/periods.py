"""Half-open periods of time, in whole local days, weeks and months of a city's zone.

Nothing here reads a clock: whoever asks for "today" says what now is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias, get_args

from data.clocks import DAY, Instant, ZoneClock, date_of, day_of

Unit: TypeAlias = Literal["hour", "day", "week", "month"]

PERIOD_KEYS = ("today", "yesterday", "last_7_days", "last_30_days", "this_month", "last_month", "this_year")

_DAYS_SINCE_MONDAY = 3
"""Day number 0 (1970-01-01) is a Thursday."""


@dataclass(frozen=True)
class Period:
    """The instants from `start` up to, not including, `end`. ValueError when it ends before it starts."""

    start: Instant
    end: Instant

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError(
                f"Expected a period that ends at or after its start, found start {self.start} "
                f"after end {self.end} (microseconds since 1970); exchange the two."
            )


def today(clock: ZoneClock, now: Instant) -> Period:
    """The whole local day of `now`."""
    return last_days(clock, now, 1)


def yesterday(clock: ZoneClock, now: Instant) -> Period:
    """The whole local day before that of `now`."""
    day = clock.day_number(now)
    return _from_days(clock, day - 1, day)


def this_week(clock: ZoneClock, now: Instant) -> Period:
    """The whole local week of `now`, Monday to Sunday."""
    monday = _monday(clock.day_number(now))
    return _from_days(clock, monday, monday + 7)


def this_month(clock: ZoneClock, now: Instant) -> Period:
    """The whole local calendar month of `now`, its coming days included."""
    first = _local_date(clock, now).replace(day=1)
    return days(clock, first, _months_later(first, 1))


def last_month(clock: ZoneClock, now: Instant) -> Period:
    """The whole local calendar month before that of `now`."""
    first = _local_date(clock, now).replace(day=1)
    return days(clock, _months_later(first, -1), first)


def this_year(clock: ZoneClock, now: Instant) -> Period:
    """The whole local calendar year of `now`, its coming days included."""
    first = _local_date(clock, now).replace(month=1, day=1)
    return days(clock, first, _months_later(first, 12))


def last_days(clock: ZoneClock, now: Instant, n: int) -> Period:
    """The `n` whole local days that end with today, today included. ValueError for less than one day."""
    if n < 1:
        raise ValueError(f"Expected a number of days of at least 1, found {n}.")
    day = clock.day_number(now)
    return _from_days(clock, day + 1 - n, day + 1)


def days(clock: ZoneClock, first: date, end: date) -> Period:
    """The whole local days from `first` up to, not including, `end`. ValueError for an end before it."""
    if end < first:
        raise ValueError(f"Expected an end on or after the first day {first}, found {end}; exchange the two.")
    return _from_days(clock, day_of(first), day_of(end))


def named(clock: ZoneClock, now: Instant, key: str) -> Period:
    """The period of one of PERIOD_KEYS, as seen at `now`. ValueError for any other key."""
    match key:
        case "today":
            return today(clock, now)
        case "yesterday":
            return yesterday(clock, now)
        case "last_7_days":
            return last_days(clock, now, 7)
        case "last_30_days":
            return last_days(clock, now, 30)
        case "this_month":
            return this_month(clock, now)
        case "last_month":
            return last_month(clock, now)
        case "this_year":
            return this_year(clock, now)
        case _:
            raise ValueError(f"Expected a period out of {', '.join(PERIOD_KEYS)}, found {key!r}.")


def previous(clock: ZoneClock, period: Period) -> Period:
    """The period directly before, to compare with; it ends where `period` starts.

    A whole calendar month gives the month before and a whole calendar year the year before; other whole local
    days give as many local days (days of 23 and 25 hours count as one); anything else gives the same length
    of time.
    """
    if not _whole_days(clock, period):
        return Period(period.start - (period.end - period.start), period.start)
    first, end = _local_date(clock, period.start), _local_date(clock, period.end)
    for months in (1, 12):
        if first.day == 1 and (months == 1 or first.month == 1) and end == _months_later(first, months):
            return days(clock, _months_later(first, -months), first)
    return _from_days(clock, 2 * day_of(first) - day_of(end), day_of(first))


def same_last_year(clock: ZoneClock, period: Period) -> Period:
    """The same local dates (and times of day) one year earlier.

    Whole months stay whole months, so February stays February in and after a leap year. Otherwise the first
    and the last day each move back a year, 29 February to 28 February.
    """
    start = _year_earlier(clock, period.start)
    if period.start == period.end:
        return Period(start, start)
    end_day = clock.day_number(period.end)
    end_date = date_of(end_day)
    if period.end != clock.day_start(end_day):
        end = _year_earlier(clock, period.end)
    elif end_date.day == 1 and _is_first_of_month(clock, period.start):
        end = clock.at(end_date.replace(year=end_date.year - 1))
    else:
        end = clock.day_start(day_of(_date_a_year_earlier(date_of(end_day - 1))) + 1)
    if end <= start:
        # Hours around 29 February or a repeated hour: keep the length, do not turn the period round.
        end = start + (period.end - period.start)
    return Period(start, end)


def split(clock: ZoneClock, period: Period, unit: Unit) -> list[tuple[str, Period]]:
    """The period cut at local hours, days, weeks (from Monday) or months, in order, clipped to the period.

    Labels are local and unique: "2026-01-05T08", "2026-01-05", "2026-W02" (ISO week), "2026-01". The second
    of the two equal hours of an autumn change-over carries its offset: "2026-11-01T01-05:00". An empty period
    gives an empty list. ValueError for another unit.
    """
    if unit not in get_args(Unit):
        raise ValueError(f"Expected a unit out of {', '.join(get_args(Unit))}, found {unit!r}.")
    if period.start == period.end:
        return []
    first_day, last_day = clock.day_number(period.start), clock.day_number(period.end - 1)
    if unit == "hour":
        first_hour, last_hour = clock.hour_number(period.start), clock.hour_number(period.end - 1)
        starts = [clock.hour_start(hour) for hour in range(first_hour, last_hour + 2)]
        labels = [_hour_label(clock, start) for start in starts[:-1]]
    elif unit == "month":
        first, last = date_of(first_day).replace(day=1), date_of(last_day)
        count = 12 * (last.year - first.year) + last.month - first.month + 1
        months = [_months_later(first, number) for number in range(count + 1)]
        starts = [clock.at(month) for month in months]
        labels = [f"{month:%Y-%m}" for month in months[:-1]]
    elif unit == "week":
        mondays = range(_monday(first_day), last_day + 8, 7)
        starts = [clock.day_start(monday) for monday in mondays]
        labels = [f"{date_of(monday):%G-W%V}" for monday in mondays[:-1]]
    else:
        starts = [clock.day_start(day) for day in range(first_day, last_day + 2)]
        labels = [date_of(day).isoformat() for day in range(first_day, last_day + 1)]
    return [
        (label, Period(max(start, period.start), min(end, period.end)))
        for label, start, end in zip(labels, starts[:-1], starts[1:], strict=True)
        if start < end  # a date that the zone skipped has no time in it
    ]


def describe(clock: ZoneClock, period: Period) -> str:
    """The period as ISO text: "2026-01-01..2026-02-01" for whole local days (the end not included).

    Anything else is given as local times with their offsets,
    "2026-01-05T08:00:00+08:00..2026-01-05T09:30:00+08:00".
    """
    if _whole_days(clock, period):
        return f"{_local_date(clock, period.start)}..{_local_date(clock, period.end)}"
    return f"{clock.local(period.start).isoformat()}..{clock.local(period.end).isoformat()}"


def _from_days(clock: ZoneClock, first: int, end: int) -> Period:
    return Period(clock.day_start(first), clock.day_start(end))


def _local_date(clock: ZoneClock, at: Instant) -> date:
    return date_of(clock.day_number(at))


def _monday(day: int) -> int:
    return day - (day + _DAYS_SINCE_MONDAY) % 7


def _months_later(first: date, months: int) -> date:
    year, month = divmod(12 * first.year + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _is_day_start(clock: ZoneClock, at: Instant) -> bool:
    return clock.day_start(clock.day_number(at)) == at


def _is_first_of_month(clock: ZoneClock, at: Instant) -> bool:
    return _is_day_start(clock, at) and _local_date(clock, at).day == 1


def _whole_days(clock: ZoneClock, period: Period) -> bool:
    return _is_day_start(clock, period.start) and _is_day_start(clock, period.end)


def _date_a_year_earlier(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)


def _year_earlier(clock: ZoneClock, at: Instant) -> Instant:
    day, time_of_day = divmod(at + clock.offset(at), DAY)
    return clock.at_wall(day_of(_date_a_year_earlier(date_of(day))) * DAY + time_of_day)


def _hour_label(clock: ZoneClock, start: Instant) -> str:
    local = clock.local(start)
    label = f"{local:%Y-%m-%dT%H}"
    return label + local.isoformat()[-6:] if local.fold else label

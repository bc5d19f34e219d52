"""The periods and as-of instants that a bulletin compares: the same part of the time before, as it was known then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.bulletinplan import month_before
from data.clocks import Instant, ZoneClock, date_of
from data.periods import Period, days, previous

WEEKS: int = 4
"""How many weeks back the average of the same weekday goes."""

MONTHS: int = 12
"""How many months the trend shows."""


@dataclass(frozen=True)
class Moment:
    """A period, and the instant as of which it is asked for."""

    period: Period
    as_of: Instant


def cut(clock: ZoneClock, moment: Moment) -> Moment:
    """The moment with its period ended at the end of the as-of instant's day, where it goes on beyond."""
    end = clock.day_start(clock.day_number(moment.as_of) + 1)
    period = moment.period
    return Moment(Period(period.start, max(period.start, min(period.end, end))), moment.as_of)


def like(clock: ZoneClock, moment: Moment, period: Period) -> Moment:
    """Another period, as of the same hour as many days before or after its end."""
    after = _day(clock, moment.as_of) - _day(clock, moment.period.end)
    return Moment(period, _at_hour_of(clock, moment.as_of, _day(clock, period.end) + after))


def before(clock: ZoneClock, moment: Moment) -> Moment:
    """The period before, until the same hour."""
    return like(clock, moment, previous(clock, moment.period))


def weeks_before(clock: ZoneClock, moment: Moment) -> tuple[Moment, ...]:
    """The same weekdays of the four weeks before (of as many weeks as a longer period takes), the newest first."""
    first, end = _day(clock, moment.period.start), _day(clock, moment.period.end)
    step = timedelta(days=max(7, -(-(end - first).days // 7) * 7))
    return tuple(
        like(clock, moment, days(clock, first - back * step, end - back * step))
        for back in range(1, WEEKS + 1)
    )


def cumulative(clock: ZoneClock, moment: Moment) -> Moment:
    """The month of the period's last day, from its first day to the end of the period."""
    last = _day(clock, moment.period.end - 1)
    return Moment(days(clock, last.replace(day=1), last + timedelta(days=1)), moment.as_of)


def same_days_last_month(clock: ZoneClock, moment: Moment) -> Moment:
    """The same days of the month before, all of it where it is shorter."""
    first, end = _day(clock, moment.period.start), _day(clock, moment.period.end)
    earlier = month_before(first)
    until = min(earlier + (end - first), first.replace(day=1))
    return like(clock, moment, days(clock, earlier, until))


def months_back(clock: ZoneClock, moment: Moment, count: int = MONTHS) -> tuple[tuple[str, Moment], ...]:
    """Whole months that end with that of the period, the oldest first, with their labels (2026-10); the last one is the
    moment itself where it is not that whole month."""
    first = _day(clock, max(moment.period.start, moment.period.end - 1)).replace(day=1)
    found: list[tuple[str, Moment]] = [(f"{first:%Y-%m}", moment)]
    for _ in range(count - 1):
        end, first = first, month_before(first)
        found.append((f"{first:%Y-%m}", like(clock, moment, days(clock, first, end))))
    return tuple(reversed(found))


def is_whole_month(clock: ZoneClock, period: Period) -> bool:
    """Whether the period is one calendar month."""
    first = _day(clock, period.start)
    if first.day != 1 or period.start != clock.at(first):
        return False
    return period.end == clock.at((first + timedelta(days=32)).replace(day=1))


def _day(clock: ZoneClock, at: Instant) -> date:
    return date_of(clock.day_number(at))


def _at_hour_of(clock: ZoneClock, at: Instant, day: date) -> Instant:
    wall = clock.local(at).replace(tzinfo=None)
    return clock.at(datetime.combine(day, wall.time()))

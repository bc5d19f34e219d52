"""What a bulletin compares: the same part of the time before, across months, years and change-overs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from data.bulletinplan import month_before
from data.clocks import ZoneClock
from data.periods import days
from reports.content import moments
from reports.content.moments import Moment

SHANGHAI, NEW_YORK = ZoneClock.of("Asia/Shanghai"), ZoneClock.of("America/New_York")


def wall(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime.combine(date(year, month, day), time(hour))


def moment(clock: ZoneClock, first: date, end: date, as_of: datetime) -> Moment:
    return Moment(days(clock, first, end), clock.at(as_of))


def day(clock: ZoneClock, one: date, as_of: datetime) -> Moment:
    return moment(clock, one, one + timedelta(days=1), as_of)


def test_an_evening_is_compared_with_the_evening_before() -> None:
    now = day(SHANGHAI, date(2026, 3, 1), wall(2026, 3, 1, 20))
    assert moments.before(SHANGHAI, now) == day(SHANGHAI, date(2026, 2, 28), wall(2026, 2, 28, 20))


def test_a_morning_with_the_morning_before() -> None:
    now = day(SHANGHAI, date(2025, 12, 31), wall(2026, 1, 1, 8))
    assert moments.before(SHANGHAI, now) == day(SHANGHAI, date(2025, 12, 30), wall(2025, 12, 31, 8))


def test_a_day_of_23_hours_until_the_same_hour_of_the_clock() -> None:
    now = day(NEW_YORK, date(2026, 3, 8), wall(2026, 3, 8, 20))
    assert moments.before(NEW_YORK, now) == day(NEW_YORK, date(2026, 3, 7), wall(2026, 3, 7, 20))
    weeks = moments.weeks_before(NEW_YORK, now)
    assert [NEW_YORK.local(one.as_of).hour for one in weeks] == [20] * 4
    assert weeks[0] == day(NEW_YORK, date(2026, 3, 1), wall(2026, 3, 1, 20))


@pytest.mark.parametrize(
    ("today", "end_before"),
    [
        (date(2026, 11, 26), date(2026, 10, 27)),
        (date(2026, 3, 31), date(2026, 3, 1)),
        (date(2026, 3, 28), date(2026, 3, 1)),
        (date(2026, 1, 5), date(2025, 12, 6)),
        (date(2024, 3, 29), date(2024, 3, 1)),
    ],
)
def test_the_month_so_far_against_the_same_days(today: date, end_before: date) -> None:
    """The whole of the month before where it is shorter."""
    now = day(SHANGHAI, today, wall(today.year, today.month, today.day, 20))
    month = moments.cumulative(SHANGHAI, now)
    first = today.replace(day=1)
    assert month == Moment(days(SHANGHAI, first, today + timedelta(days=1)), now.as_of)
    before = moments.same_days_last_month(SHANGHAI, month)
    last = end_before - timedelta(days=1)
    assert before.period == days(SHANGHAI, month_before(first), end_before)
    assert before.as_of == SHANGHAI.at(wall(last.year, last.month, last.day, 20))


def test_a_month_against_the_month_before_as_its_own_bulletin_had_it() -> None:
    now = moment(SHANGHAI, date(2026, 3, 1), date(2026, 4, 1), wall(2026, 4, 3, 9))
    assert moments.before(SHANGHAI, now) == moment(
        SHANGHAI, date(2026, 2, 1), date(2026, 3, 1), wall(2026, 3, 3, 9)
    )
    assert moments.is_whole_month(SHANGHAI, now.period)


def test_twelve_months_end_with_this_one() -> None:
    now = moment(SHANGHAI, date(2026, 2, 1), date(2026, 3, 1), wall(2026, 3, 1, 9))
    found = moments.months_back(SHANGHAI, now)
    assert [label for label, _ in found][:2] == ["2025-03", "2025-04"]
    assert (len(found), found[-1]) == (12, ("2026-02", now))
    assert found[-2][1] == moment(SHANGHAI, date(2026, 1, 1), date(2026, 2, 1), wall(2026, 2, 1, 9))


def test_what_is_to_come_is_cut_off() -> None:
    now = moment(SHANGHAI, date(2026, 11, 1), date(2026, 12, 1), wall(2026, 11, 10, 9))
    assert moments.cut(SHANGHAI, now).period == days(SHANGHAI, date(2026, 11, 1), date(2026, 11, 11))
    over = moment(SHANGHAI, date(2026, 10, 1), date(2026, 11, 1), wall(2026, 11, 10, 9))
    assert moments.cut(SHANGHAI, over) == over

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import periods
from data.clocks import DAY, HOUR, MINUTE, Instant, ZoneClock, parse_instant
from data.periods import PERIOD_KEYS, Period, Unit

SHANGHAI = ZoneClock.of("Asia/Shanghai")
NEW_YORK = ZoneClock.of("America/New_York")
NOW = parse_instant("2026-01-07T10:00:00+08:00")

clocks = st.sampled_from((SHANGHAI, NEW_YORK, ZoneClock.of("Asia/Kolkata"), ZoneClock.of("Pacific/Apia")))
instants = st.integers(parse_instant("2001-01-01T00:00:00Z"), parse_instant("2058-01-01T00:00:00Z"))
dates = st.dates(date(2001, 1, 1), date(2058, 1, 1))
units: st.SearchStrategy[Unit] = st.sampled_from(("hour", "day", "week", "month"))


def between(first: str, end: str, clock: ZoneClock = SHANGHAI) -> Period:
    """The period between two local ISO dates or times."""
    return Period(clock.at(datetime.fromisoformat(first)), clock.at(datetime.fromisoformat(end)))


def test_a_period_does_not_end_before_it_starts() -> None:
    assert Period(5, 5).end == 5
    with pytest.raises(ValueError, match="found start 6 after end 5"):
        Period(6, 5)


@pytest.mark.parametrize(
    ("key", "first", "end"),
    [
        ("today", "2026-01-07", "2026-01-08"),
        ("yesterday", "2026-01-06", "2026-01-07"),
        ("last_7_days", "2026-01-01", "2026-01-08"),
        ("last_30_days", "2025-12-09", "2026-01-08"),
        ("this_month", "2026-01-01", "2026-02-01"),
        ("last_month", "2025-12-01", "2026-01-01"),
        ("this_year", "2026-01-01", "2027-01-01"),
    ],
)
def test_named_periods(key: str, first: str, end: str) -> None:
    assert periods.named(SHANGHAI, NOW, key) == between(first, end)


def test_every_key_has_a_period_and_no_other() -> None:
    assert all(periods.named(SHANGHAI, NOW, key).start < NOW for key in PERIOD_KEYS)
    with pytest.raises(ValueError, match="Expected a period out of today, yesterday"):
        periods.named(SHANGHAI, NOW, "tomorrow")


def test_the_day_is_that_of_the_city() -> None:
    late = parse_instant("2026-01-31T16:00:00Z")
    assert periods.today(SHANGHAI, late) == between("2026-02-01", "2026-02-02")
    assert periods.today(SHANGHAI, late - 1) == between("2026-01-31", "2026-02-01")
    assert periods.this_month(SHANGHAI, late) == between("2026-02-01", "2026-03-01")


def test_this_week_runs_from_monday() -> None:
    week = between("2026-01-05", "2026-01-12")
    assert periods.this_week(SHANGHAI, week.start) == week
    assert periods.this_week(SHANGHAI, week.end - 1) == week


def test_wrong_ranges_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1, found 0"):
        periods.last_days(SHANGHAI, NOW, 0)
    with pytest.raises(ValueError, match="exchange the two"):
        periods.days(SHANGHAI, date(2026, 1, 2), date(2026, 1, 1))


def test_new_york_days_of_23_and_25_hours() -> None:
    spring = periods.days(NEW_YORK, date(2026, 3, 8), date(2026, 3, 9))
    autumn = periods.days(NEW_YORK, date(2026, 11, 1), date(2026, 11, 2))
    assert spring.end - spring.start == 23 * HOUR
    assert autumn.end - autumn.start == 25 * HOUR
    for day in (spring, autumn):
        before = periods.previous(NEW_YORK, day)
        assert before.end == day.start
        assert before.end - before.start == DAY
    assert periods.previous(NEW_YORK, Period(spring.end, spring.end + DAY)) == spring


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (("2026-03-01", "2026-04-01"), ("2026-02-01", "2026-03-01")),
        (("2026-01-01", "2026-02-01"), ("2025-12-01", "2026-01-01")),
        (("2025-01-01", "2026-01-01"), ("2024-01-01", "2025-01-01")),
        (("2024-03-01", "2025-03-01"), ("2023-03-02", "2024-03-01")),
        (("2026-03-01", "2026-03-08"), ("2026-02-22", "2026-03-01")),
        (("2026-02-02", "2026-03-02"), ("2026-01-05", "2026-02-02")),
        (("2026-02-01", "2026-04-01"), ("2025-12-04", "2026-02-01")),
        (("2026-01-05T08:00", "2026-01-05T12:00"), ("2026-01-05T04:00", "2026-01-05T08:00")),
        (("2026-01-05", "2026-01-05"), ("2026-01-05", "2026-01-05")),
    ],
)
def test_previous(period: tuple[str, str], before: tuple[str, str]) -> None:
    assert periods.previous(SHANGHAI, between(*period)) == between(*before)


@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        (("2026-01-01", "2026-02-01"), ("2025-01-01", "2025-02-01")),
        (("2024-02-01", "2024-03-01"), ("2023-02-01", "2023-03-01")),
        (("2025-02-01", "2025-03-01"), ("2024-02-01", "2024-03-01")),
        (("2024-02-29", "2024-03-01"), ("2023-02-28", "2023-03-01")),
        (("2024-02-28", "2024-02-29"), ("2023-02-28", "2023-03-01")),
        (("2025-02-28", "2025-03-01"), ("2024-02-28", "2024-02-29")),
        (("2024-02-29", "2024-02-29"), ("2023-02-28", "2023-02-28")),
        (("2024-02-29T08:00", "2024-02-29T09:30"), ("2023-02-28T08:00", "2023-02-28T09:30")),
        (("2024-02-28T20:00", "2024-02-29T04:00"), ("2023-02-28T20:00", "2023-03-01T04:00")),
    ],
)
def test_same_last_year(period: tuple[str, str], earlier: tuple[str, str]) -> None:
    assert periods.same_last_year(SHANGHAI, between(*period)) == between(*earlier)


def test_same_last_year_across_change_overs() -> None:
    day = periods.days(NEW_YORK, date(2026, 3, 8), date(2026, 3, 9))
    earlier = periods.same_last_year(NEW_YORK, day)
    assert earlier == periods.days(NEW_YORK, date(2025, 3, 8), date(2025, 3, 9))
    assert earlier.end - earlier.start == DAY
    half_past_one = parse_instant("2026-11-01T01:30:00-04:00")
    repeated = Period(half_past_one, half_past_one + HOUR)
    assert periods.same_last_year(NEW_YORK, repeated) == Period(
        parse_instant("2025-11-01T01:30:00-04:00"), parse_instant("2025-11-01T02:30:00-04:00")
    )


def test_split_labels() -> None:
    week = between("2026-01-05", "2026-01-07")
    assert [label for label, _ in periods.split(SHANGHAI, week, "day")] == ["2026-01-05", "2026-01-06"]
    assert periods.split(SHANGHAI, week, "hour")[8] == (
        "2026-01-05T08",
        between("2026-01-05T08:00", "2026-01-05T09:00"),
    )
    assert periods.split(SHANGHAI, week, "week") == [("2026-W02", week)]
    assert periods.split(SHANGHAI, between("2025-12-31", "2026-02-02"), "month") == [
        ("2025-12", between("2025-12-31", "2026-01-01")),
        ("2026-01", between("2026-01-01", "2026-02-01")),
        ("2026-02", between("2026-02-01", "2026-02-02")),
    ]


def test_weeks_belong_to_the_iso_year() -> None:
    pieces = periods.split(SHANGHAI, between("2026-12-31", "2027-01-05"), "week")
    assert [label for label, _ in pieces] == ["2026-W53", "2027-W01"]


def test_split_refuses_other_units_and_takes_empty_periods() -> None:
    assert periods.split(SHANGHAI, Period(NOW, NOW), "hour") == []
    with pytest.raises(ValueError, match="hour, day, week, month, found 'year'"):
        periods.split(SHANGHAI, Period(NOW, NOW), "year")  # type: ignore[arg-type]


def test_hours_of_the_change_over_days() -> None:
    spring = periods.split(NEW_YORK, periods.days(NEW_YORK, date(2026, 3, 8), date(2026, 3, 9)), "hour")
    autumn = periods.split(NEW_YORK, periods.days(NEW_YORK, date(2026, 11, 1), date(2026, 11, 2)), "hour")
    assert [label[11:] for label, _ in spring[:4]] == ["00", "01", "03", "04"]
    assert [label[11:] for label, _ in autumn[:4]] == ["00", "01", "01-05:00", "02"]
    assert (len(spring), len(autumn)) == (23, 25)


def test_a_skipped_date_is_left_out() -> None:
    apia = ZoneClock.of("Pacific/Apia")
    pieces = periods.split(apia, periods.days(apia, date(2011, 12, 29), date(2012, 1, 1)), "day")
    assert [label for label, _ in pieces] == ["2011-12-29", "2011-12-31"]


def test_describe() -> None:
    assert periods.describe(SHANGHAI, between("2026-01-01", "2026-02-01")) == "2026-01-01..2026-02-01"
    assert (
        periods.describe(SHANGHAI, between("2026-01-05T08:00", "2026-01-05T09:30"))
        == "2026-01-05T08:00:00+08:00..2026-01-05T09:30:00+08:00"
    )


@given(clocks, instants, st.integers(1, 60 * DAY), units)
def test_pieces_cover_the_period_exactly(clock: ZoneClock, start: Instant, length: int, unit: Unit) -> None:
    period = Period(start, start + length)
    pieces = periods.split(clock, period, unit)
    assert pieces[0][1].start == period.start
    assert pieces[-1][1].end == period.end
    assert all(before[1].end == after[1].start for before, after in pairwise(pieces))
    assert all(piece.start < piece.end for _, piece in pieces)
    assert len({label for label, _ in pieces}) == len(pieces)


@given(clocks, dates, st.integers(0, 800))
def test_previous_of_whole_days_ends_at_the_start(clock: ZoneClock, first: date, length: int) -> None:
    period = periods.days(clock, first, date.fromordinal(first.toordinal() + length))
    before = periods.previous(clock, period)
    assert before.end == period.start
    assert before.start == clock.day_start(clock.day_number(before.start))


@given(clocks, instants, st.integers(0, 400 * DAY))
def test_last_year_is_a_period_about_a_year_earlier(clock: ZoneClock, start: Instant, length: int) -> None:
    period = Period(start, start + length)
    earlier = periods.same_last_year(clock, period)
    assert 363 * DAY < period.start - earlier.start < 368 * DAY
    assert abs((period.end - period.start) - (earlier.end - earlier.start)) <= 2 * DAY + 2 * HOUR


@given(clocks, instants)
def test_now_lies_in_today(clock: ZoneClock, now: Instant) -> None:
    today = periods.today(clock, now)
    assert today.start <= now < today.end
    assert periods.yesterday(clock, now).end == today.start
    assert periods.last_month(clock, now).end == periods.this_month(clock, now).start
    assert periods.last_days(clock, now, 7).end == today.end
    assert today.end - today.start >= 23 * HOUR - 30 * MINUTE

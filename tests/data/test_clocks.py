from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clocks import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Instant,
    ZoneClock,
    date_of,
    day_of,
    instant,
    iso,
    now,
    parse_instant,
)

ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Pyongyang",
    "UTC",
)
FROM = parse_instant("2000-01-02T00:00:00Z")
TO = parse_instant("2059-12-30T00:00:00Z")


@st.composite
def moments(draw: st.DrawFn) -> tuple[ZoneClock, Instant]:
    """A clock and an instant, half of the time within a few hours of one of its change-overs."""
    clock = ZoneClock.of(draw(st.sampled_from(ZONES)))
    anywhere = st.integers(FROM, TO)
    if not clock.transitions or draw(st.booleans()):
        return clock, draw(anywhere)
    nearby = st.sampled_from((-1, 0, 1)) | st.integers(-26 * HOUR, 26 * HOUR)
    return clock, draw(st.sampled_from(clock.transitions)) + draw(nearby)


def at(text: str) -> Instant:
    return parse_instant(text)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_now_is_the_present_in_microseconds() -> None:
    assert at("2024-01-01T00:00:00Z") < now() < at("2100-01-01T00:00:00Z")


def test_instant_is_exact_and_takes_any_zone() -> None:
    assert instant(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert instant(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1
    assert instant(datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))) == at("2026-01-01T00:00:00Z")


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="without one; add an offset"):
        instant(wall("2026-01-01T08:00:00"))
    for text in ("2026-01-01T08:00:00", "2026-01-01"):
        with pytest.raises(ValueError, match="add an offset"):
            parse_instant(text)


def test_parse_instant_reads_the_forms_that_come() -> None:
    expected = datetime(2025, 8, 1, 6, 35, 6, 539_000, tzinfo=UTC)
    for text in ("2025-08-01 06:35:06.539+00", " 2025-08-01T06:35:06.539Z ", "2025-08-01T14:35:06.539+08:00"):
        assert parse_instant(text) == instant(expected)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z"])
def test_parse_instant_says_what_it_expected(text: str) -> None:
    with pytest.raises(ValueError, match="Expected an ISO 8601 time"):
        parse_instant(text)


def test_iso_shows_fractions_only_where_there_are_some() -> None:
    whole = at("2026-02-10T23:00:00Z")
    assert iso(whole) == "2026-02-10T23:00:00Z"
    assert iso(whole + 539_000) == "2026-02-10T23:00:00.539Z"
    assert iso(whole + 539_001) == "2026-02-10T23:00:00.539001Z"


@given(st.integers(-(10**15), 10**16))
def test_iso_round_trip(moment: Instant) -> None:
    assert parse_instant(iso(moment)) == moment


def test_dates_and_day_numbers() -> None:
    assert day_of(date(1970, 1, 1)) == 0
    assert day_of(date(2026, 1, 1)) == 20_454
    assert date_of(day_of(date(2024, 2, 29))) == date(2024, 2, 29)


def test_shanghai_has_no_transitions() -> None:
    clock = ZoneClock.of("Asia/Shanghai")
    assert clock.transitions == ()
    assert clock.offsets == (8 * HOUR,)
    assert ZoneClock.of("Asia/Shanghai") is clock


def test_transitions_are_exact() -> None:
    clock = ZoneClock.of("America/New_York")
    assert len(clock.transitions) == 120
    assert len(clock.offsets) == 121
    assert at("2026-03-08T07:00:00Z") in clock.transitions
    assert at("2026-11-01T06:00:00Z") in clock.transitions
    assert clock.offset(at("2026-03-08T07:00:00Z") - 1) == -5 * HOUR
    assert clock.offset(at("2026-03-08T07:00:00Z")) == -4 * HOUR


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "America"])
def test_an_unknown_zone_is_named(zone: str) -> None:
    with pytest.raises(ValueError, match="Expected an IANA time zone"):
        ZoneClock.of(zone)


def test_new_york_day_of_23_hours() -> None:
    clock = ZoneClock.of("America/New_York")
    day = day_of(date(2026, 3, 8))
    assert clock.day_start(day) == at("2026-03-08T05:00:00Z")
    assert clock.day_start(day + 1) - clock.day_start(day) == 23 * HOUR
    assert clock.at(wall("2026-03-08T01:59:59")) == at("2026-03-08T06:59:59Z")
    assert clock.at(wall("2026-03-08T02:30:00")) == at("2026-03-08T07:00:00Z")
    assert clock.at(wall("2026-03-08T03:00:00")) == at("2026-03-08T07:00:00Z")
    assert clock.local(at("2026-03-08T07:00:00Z")).isoformat() == "2026-03-08T03:00:00-04:00"


def test_new_york_day_of_25_hours() -> None:
    clock = ZoneClock.of("America/New_York")
    day = day_of(date(2026, 11, 1))
    assert clock.day_start(day + 1) - clock.day_start(day) == 25 * HOUR
    assert clock.at(wall("2026-11-01T01:30:00")) == at("2026-11-01T05:30:00Z")
    assert clock.at(wall("2026-11-01T02:00:00")) == at("2026-11-01T07:00:00Z")
    hours = {clock.hour_number(clock.day_start(day) + minute * MINUTE) for minute in range(25 * 60)}
    assert len(hours) == 25


def test_kolkata_hours_begin_with_local_hours() -> None:
    clock = ZoneClock.of("Asia/Kolkata")
    eight = clock.at(wall("2026-01-05T08:00:00"))
    assert eight == at("2026-01-05T02:30:00Z")
    assert clock.hour_number(eight) == clock.hour_number(eight - 1) + 1
    assert clock.hour_start(clock.hour_number(eight + 59 * MINUTE)) == eight


def test_lord_howe_half_hour_change_over() -> None:
    clock = ZoneClock.of("Australia/Lord_Howe")
    day = day_of(date(2026, 4, 5))
    assert clock.day_start(day + 1) - clock.day_start(day) == 24 * HOUR + 30 * MINUTE


def test_a_skipped_date_is_empty() -> None:
    clock = ZoneClock.of("Pacific/Apia")
    skipped = day_of(date(2011, 12, 30))
    assert clock.day_start(skipped) == clock.day_start(skipped + 1)
    assert clock.day_number(clock.day_start(skipped)) == skipped + 1


def test_midnight_that_does_not_exist() -> None:
    clock = ZoneClock.of("America/Sao_Paulo")
    start = clock.at(date(2018, 11, 4))
    assert clock.local(start).isoformat() == "2018-11-04T01:00:00-02:00"
    assert clock.day_number(start - 1) == day_of(date(2018, 11, 3))


def test_at_refuses_an_aware_time() -> None:
    with pytest.raises(ValueError, match="Expected a local time without an offset"):
        ZoneClock.of("UTC").at(datetime(2026, 1, 1, tzinfo=UTC))


@given(moments())
def test_local_date_and_offset_are_those_of_zoneinfo(moment: tuple[ZoneClock, Instant]) -> None:
    clock, t = moment
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=t)).astimezone(ZoneInfo(clock.zone))
    offset = local.utcoffset()
    assert offset is not None
    assert clock.local(t) == local
    assert clock.offset(t) == offset // timedelta(microseconds=1)
    assert date_of(clock.day_number(t)) == local.date()


@given(moments())
def test_each_instant_lies_in_its_day_and_hour(moment: tuple[ZoneClock, Instant]) -> None:
    clock, t = moment
    day, hour = clock.day_number(t), clock.hour_number(t)
    assert clock.day_start(day) <= t < clock.day_start(day + 1)
    assert clock.hour_start(hour) <= t < clock.hour_start(hour + 1)
    assert clock.hour_number(clock.hour_start(hour)) == hour
    local = clock.local(clock.hour_start(hour))
    assert local.minute == 0 or clock.hour_start(hour) in clock.transitions


@given(moments(), st.integers(0, 3 * DAY))
def test_numbers_never_go_back(moment: tuple[ZoneClock, Instant], later: int) -> None:
    clock, t = moment
    assert clock.day_number(t) <= clock.day_number(t + later)
    assert clock.hour_number(t) <= clock.hour_number(t + later)
    assert clock.at_wall(t) <= clock.at_wall(t + later)


@given(moments())
def test_at_gives_back_the_first_of_equal_local_times(moment: tuple[ZoneClock, Instant]) -> None:
    clock, t = moment
    local = clock.local(t)
    found = clock.at(local.replace(tzinfo=None))
    assert found == t if local.fold == 0 else found < t
    assert clock.local(found).replace(tzinfo=None, fold=0) == local.replace(tzinfo=None, fold=0)


@given(st.sampled_from(ZONES), st.lists(st.integers(FROM, TO), max_size=20))
def test_arrays_equal_scalars(zone: str, instants: list[Instant]) -> None:
    clock = ZoneClock.of(zone)
    instants += [t + step for t in clock.transitions[:3] for step in (-1, 0, 1)]
    array = np.array(instants, dtype=np.int64)
    for method in (clock.offset, clock.day_number, clock.hour_number):
        found = method(array)
        assert found.dtype == np.int64
        assert found.tolist() == [method(t) for t in instants]


def test_what_is_no_int64_is_refused() -> None:
    clock = ZoneClock.of("America/New_York")
    for method in (clock.offset, clock.day_number, clock.hour_number):
        with pytest.raises(TypeError, match="Expected an int64 array"):
            method(np.array([1.5]))
        with pytest.raises(TypeError):
            method(1.5)  # type: ignore[call-overload]
    assert type(clock.day_number(np.int64(SECOND))) is int  # type: ignore[call-overload]

from __future__ import annotations

import json
import time as timer
from datetime import date, datetime, time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.calendars import CalendarConfig, CalendarKind, Deadline, Holidays, Limit, Unit, WorkingCalendar
from data.clocks import DAY, HOUR, MINUTE, Instant, ZoneClock, parse_instant

SHANGHAI = ZoneClock.of("Asia/Shanghai")
NEW_YORK = ZoneClock.of("America/New_York")
CHINA = WorkingCalendar(SHANGHAI, CalendarConfig())
BOSTON = WorkingCalendar(NEW_YORK, CalendarConfig(country=""))

instants = st.integers(parse_instant("2025-01-01T00:00:00Z"), parse_instant("2027-03-01T00:00:00Z"))
edges = st.builds(
    lambda day, moment, step: SHANGHAI.at(datetime.combine(day, moment)) + step,
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.sampled_from((time(0), time(8, 30), time(12), time(14), time(17, 30))),
    st.sampled_from((-1, 0, 1)),
)
starts = instants | edges
amounts = {"minutes": 10_000, "hours": 500, "days": 60, "working_hours": 200, "working_days": 40}
limits = st.sampled_from(sorted(amounts)).flatmap(
    lambda unit: st.builds(Limit, st.integers(1, amounts[unit]), st.just(unit))
)
calendars = st.sampled_from((CHINA, BOSTON))


def local(text: str, clock: ZoneClock = SHANGHAI) -> Instant:
    return clock.at(datetime.fromisoformat(text))


def due(start: str, limit: str, calendar: WorkingCalendar = CHINA) -> str:
    """The deadline of a local start, as local text."""
    deadline = calendar.deadline(local(start, calendar.clock), Limit.parse(limit))
    return f"{calendar.clock.local(deadline.at):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("day", ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"])
def test_make_up_working_days_of_2026(day: str) -> None:
    moment = date.fromisoformat(f"2026-{day}")
    assert moment.weekday() >= 5
    assert CHINA.is_workday(moment) == (True, False)


def test_spring_festival_of_2026_is_off() -> None:
    off = [day for day in range(13, 26) if not CHINA.is_workday(date(2026, 2, day))[0]]
    assert off == list(range(15, 24))
    assert due("2026-02-14T09:00", "1 working day") == "2026-02-24T09:00"
    assert due("2026-02-13T17:00", "4 working hours") == "2026-02-14T12:00"
    assert due("2026-02-14T17:00", "1 working hour") == "2026-02-24T09:00"


def test_a_year_without_a_calendar_is_provisional_and_does_not_raise() -> None:
    assert CHINA.is_workday(date(2027, 1, 4)) == (True, True)
    assert CHINA.is_workday(date(2027, 1, 3)) == (False, True)
    assert CHINA.is_workday(date(2003, 1, 1)) == (True, True)
    for limit in ("5 working days", "40 working hours"):
        deadline = CHINA.deadline(local("2026-12-30T10:00"), Limit.parse(limit))
        assert deadline.provisional
        assert deadline.at > local("2027-01-05T00:00")
    assert not CHINA.deadline(local("2026-12-30T10:00"), Limit(1, "working_days")).provisional
    assert not CHINA.deadline(local("2026-12-30T10:00"), Limit(10, "days")).provisional


def test_the_citys_own_table_comes_first() -> None:
    table = {date(2026, 1, 5): False, date(2026, 1, 10): True, date(2027, 1, 1): False}
    city = WorkingCalendar(SHANGHAI, CalendarConfig(holidays=table))
    assert city.is_workday(date(2026, 1, 5)) == (False, False)
    assert city.is_workday(date(2026, 1, 10)) == (True, False)
    assert city.is_workday(date(2027, 1, 1)) == (False, False)
    assert city.is_workday(date(2027, 1, 4)) == (True, True)
    settled = WorkingCalendar(SHANGHAI, CalendarConfig(holidays=table, settled_years=(2027,)))
    assert settled.is_workday(date(2027, 1, 4)) == (True, False)
    assert settled.is_workday(date(2028, 1, 4)) == (True, True)


def test_plain_weekdays() -> None:
    assert BOSTON.is_workday(date(2026, 2, 17)) == (True, False)
    assert BOSTON.is_workday(date(2026, 2, 14)) == (False, False)
    assert BOSTON.is_workday(date(2027, 1, 4)) == (True, False)


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2026-03-06T17:20", "15 minutes", "2026-03-06T17:35"),
        ("2026-03-06T17:20", "24 hours", "2026-03-07T17:20"),
        ("2026-03-06T17:20", "3 days", "2026-03-09T17:20"),
        ("2026-03-06T09:00", "3 working hours", "2026-03-06T12:00"),
        ("2026-03-06T08:30", "7 working hours", "2026-03-06T17:30"),
        ("2026-03-06T12:00", "1 working hour", "2026-03-06T15:00"),
        ("2026-03-06T16:30", "1 working hour", "2026-03-06T17:30"),
        ("2026-03-06T16:31", "1 working hour", "2026-03-09T08:31"),
        ("2026-03-06T17:30", "1 working hour", "2026-03-09T09:30"),
        ("2026-03-06T10:00", "1 working day", "2026-03-09T10:00"),
        ("2026-03-06T08:30", "5 working days", "2026-03-13T08:30"),
        ("2026-03-06T12:00", "1 working day", "2026-03-09T14:00"),
        ("2026-03-06T13:00", "1 working day", "2026-03-09T14:00"),
        ("2026-03-06T17:30", "1 working day", "2026-03-10T08:30"),
        ("2026-03-07T10:00", "1 working day", "2026-03-10T08:30"),
        ("2026-03-09T07:00", "1 working day", "2026-03-10T08:30"),
    ],
)
def test_deadlines(start: str, limit: str, end: str) -> None:
    assert due(start, limit) == end


def test_a_microsecond_before_and_at_the_end_of_a_session() -> None:
    closing = local("2026-03-06T17:30")
    limit = Limit(1, "working_days")
    assert CHINA.deadline(closing - 1, limit).at == local("2026-03-09T17:30") - 1
    assert CHINA.deadline(closing, limit).at == local("2026-03-10T08:30")


def test_new_york_change_over() -> None:
    assert due("2026-03-07T12:00", "1 day", BOSTON) == "2026-03-08T12:00"
    assert due("2026-03-07T12:00", "24 hours", BOSTON) == "2026-03-08T13:00"
    assert due("2026-03-07T02:30", "1 day", BOSTON) == "2026-03-08T03:00"
    assert due("2026-10-31T12:00", "24 hours", BOSTON) == "2026-11-01T11:00"
    assert due("2026-03-06T10:00", "1 working day", BOSTON) == "2026-03-09T10:00"
    assert due("2026-10-30T17:00", "1 working hour", BOSTON) == "2026-11-02T09:00"
    round_the_clock = WorkingCalendar(NEW_YORK, CalendarConfig(sessions=((time(0), time(0)),), country=""))
    every_day = WorkingCalendar(
        NEW_YORK,
        CalendarConfig(
            sessions=((time(0), time(0)),),
            holidays={date(2026, 3, 8): True, date(2026, 11, 1): True},
            country="",
        ),
    )
    assert (
        round_the_clock.worked(local("2026-03-08T00:00", NEW_YORK), local("2026-03-09T00:00", NEW_YORK)) == 0
    )
    for first, end, hours in (("2026-03-08", "2026-03-09", 23), ("2026-11-01", "2026-11-02", 25)):
        assert every_day.worked(local(first, NEW_YORK), local(end, NEW_YORK)) == hours * HOUR


def test_a_session_that_the_clocks_skip_has_no_time() -> None:
    config = CalendarConfig(
        sessions=((time(2), time(3)), (time(9), time(10))), holidays={date(2026, 3, 8): True}, country=""
    )
    night = WorkingCalendar(NEW_YORK, config)
    assert night.worked(local("2026-03-08", NEW_YORK), local("2026-03-09", NEW_YORK)) == HOUR


def test_worked_counts_sessions_only() -> None:
    assert CHINA.worked(local("2026-03-06T00:00"), local("2026-03-07T00:00")) == 7 * HOUR
    assert CHINA.worked(local("2026-03-06T11:00"), local("2026-03-06T15:00")) == 2 * HOUR
    assert CHINA.worked(local("2026-03-07T00:00"), local("2026-03-09T08:30")) == 0
    assert CHINA.worked(5, 5) == 0
    with pytest.raises(ValueError, match="exchange the two"):
        CHINA.worked(6, 5)


def test_advance_by_nothing_and_by_less() -> None:
    night = local("2026-03-06T20:00")
    assert CHINA.advance(night, 0) == Deadline(night, False)
    with pytest.raises(ValueError, match="0 or more, found -1"):
        CHINA.advance(night, -1)


@given(calendars, starts, starts, limits)
def test_a_later_start_is_never_due_earlier(
    calendar: WorkingCalendar, one: Instant, other: Instant, limit: Limit
) -> None:
    first, second = sorted((one, other))
    if calendar is BOSTON and limit.unit == "days" and calendar.clock.local(second).fold:
        return
    assert calendar.deadline(first, limit).at <= calendar.deadline(second, limit).at
    assert calendar.deadline(first, limit).at > first


@given(calendars, starts, st.integers(0, 400 * HOUR))
def test_advance_gives_the_first_instant_with_the_work_done(
    calendar: WorkingCalendar, start: Instant, work: int
) -> None:
    end = calendar.advance(start, work).at
    assert calendar.worked(start, end) == work
    assert end == start or calendar.worked(start, end - 1) == work - 1


@given(calendars, starts, st.integers(0, 40 * DAY), st.integers(0, 40 * DAY))
def test_worked_adds_up(calendar: WorkingCalendar, start: Instant, one: int, two: int) -> None:
    middle, end = start + one, start + one + two
    assert calendar.worked(start, middle) + calendar.worked(middle, end) == calendar.worked(start, end)


@given(starts, st.integers(1, 40))
def test_working_days_fall_on_working_days(start: Instant, amount: int) -> None:
    end = CHINA.deadline(start, Limit(amount, "working_days")).at
    assert CHINA.is_workday(SHANGHAI.local(end).date())[0]
    assert CHINA.worked(end, end + 1) == 1
    assert CHINA.worked(start, end) == amount * 7 * HOUR


def resumed(deadline: str, paused: str, back: str, unit: Unit) -> str:
    moved = CHINA.resume(local(deadline), local(paused), local(back), unit)
    return f"{SHANGHAI.local(moved.at):%Y-%m-%dT%H:%M}"


def test_suspension_of_continuous_time() -> None:
    assert resumed("2026-03-06T12:00", "2026-03-06T11:00", "2026-03-08T09:00", "hours") == "2026-03-08T10:00"
    assert resumed("2026-03-06T12:00", "2026-03-06T12:00", "2026-03-08T09:00", "hours") == "2026-03-08T09:00"


def test_suspension_over_a_weekend() -> None:
    friday, monday = "2026-03-06T16:30", "2026-03-09T08:30"
    assert resumed("2026-03-09T10:00", friday, monday, "working_hours") == "2026-03-09T11:00"
    assert resumed("2026-03-10T10:00", "2026-03-06T17:30", monday, "working_days") == "2026-03-10T10:00"
    assert (
        resumed("2026-03-10T08:30", "2026-03-07T09:00", "2026-03-08T09:00", "working_days")
        == "2026-03-10T08:30"
    )


def test_a_pause_after_the_deadline_changes_nothing() -> None:
    late = resumed("2026-03-06T12:00", "2026-03-06T12:01", "2026-03-16T12:00", "working_days")
    assert late == "2026-03-06T12:00"
    with pytest.raises(ValueError, match="Expected a resumption at or after the pause"):
        CHINA.resume(3, 2, 1, "hours")


def test_a_resumption_into_the_coming_year_is_provisional() -> None:
    assert CHINA.resume(
        local("2026-12-31T10:00"), local("2026-12-30T10:00"), local("2027-01-04T10:00"), "working_days"
    ).provisional


@given(starts, limits, st.integers(0, 30 * DAY), st.integers(0, 30 * DAY))
def test_suspended_time_does_not_count(start: Instant, limit: Limit, until: int, length: int) -> None:
    deadline = CHINA.deadline(start, limit).at
    paused, back = start + until, start + until + length
    moved = CHINA.resume(deadline, paused, back, limit.unit).at
    assert moved >= deadline
    assert CHINA.resume(deadline, paused, paused, limit.unit).at == deadline
    if paused <= deadline:
        left = CHINA.remaining(paused, deadline, limit.unit)
        assert CHINA.remaining(back, moved, limit.unit) == left
        assert CHINA.resume(deadline, paused, back + HOUR, limit.unit).at >= moved
    else:
        assert moved == deadline
        assert CHINA.remaining(paused, deadline, limit.unit) == 0


@given(limits)
def test_limits_round_trip(limit: Limit) -> None:
    assert Limit.parse(str(limit)) == limit


def test_limit_texts() -> None:
    assert Limit.parse("15 minutes") == Limit(15, "minutes")
    assert Limit.parse(" 5  Working Days ") == Limit(5, "working_days")
    assert Limit.parse("2 working_hours") == Limit(2, "working_hours")
    assert str(Limit(1, "working_days")) == "1 working day"
    assert [Limit(1, unit).kind for unit in ("minutes", "days", "working_hours", "working_days")] == [
        CalendarKind.CONTINUOUS,
        CalendarKind.CONTINUOUS,
        CalendarKind.WORKING_HOURS,
        CalendarKind.WORKING_DAYS,
    ]


@pytest.mark.parametrize(
    "text", ["", "soon", "5", "days", "5 weeks", "-5 days", "1.5 hours", "5 working minutes"]
)
def test_other_limit_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Expected a number and one of minutes, hours, days, working hours"):
        Limit.parse(text)


def test_limits_out_of_reason_are_refused() -> None:
    for text in ("0 minutes", "999999 days"):
        with pytest.raises(ValueError, match="Expected a limit of 1 to"):
            Limit.parse(text)
    with pytest.raises(ValueError, match="Expected a unit out of"):
        Limit(1, "weeks")  # type: ignore[arg-type]


def test_configuration_round_trip() -> None:
    config = CalendarConfig(
        sessions=((time(9), time(12)), (time(13, 0, 30), time(0))),
        holidays={date(2027, 2, 6): False, date(2027, 1, 31): True},
        settled_years=(2027,),
    )
    document = json.loads(json.dumps(config.to_json()))
    assert document == {
        "sessions": [["09:00", "12:00"], ["13:00:30", "00:00"]],
        "holidays": {"2027-01-31": True, "2027-02-06": False},
        "country": "CN",
        "settled_years": [2027],
    }
    again = CalendarConfig.from_json(document)
    assert again == config
    assert hash(again) == hash(config)
    assert CalendarConfig.from_json({}) == CalendarConfig()
    assert CalendarConfig.from_json(CalendarConfig(country="").to_json()).country == ""


def test_holidays_are_a_hashable_table_of_their_own() -> None:
    source = {date(2027, 1, 1): False}
    table = Holidays(source)
    source[date(2027, 1, 2)] = True
    assert table == {date(2027, 1, 1): False}
    assert len(table) == 1
    assert hash(table) == hash(Holidays({date(2027, 1, 1): False}))


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"session": []}, "found session"),
        ({"sessions": []}, "at least one working session"),
        ({"sessions": [["12:00", "08:30"]]}, "found 12:00 to 08:30"),
        ({"sessions": [["08:30", "12:00"], ["11:00", "17:00"]]}, "in order, apart"),
        ({"sessions": [["8h", "12:00"]]}, "found a fault: Invalid isoformat string"),
        ({"sessions": [["08:30"]]}, "found a fault"),
        ({"holidays": {"2027-02-30": False}}, "found a fault: day"),
        ({"holidays": {"2027-02-03": 1}}, "true .worked. or false"),
        ({"holidays": ["2027-02-03"]}, "found a fault"),
        ({"country": "US"}, "found 'US'"),
        ({"settled_years": ["soon"]}, "found a fault"),
    ],
)
def test_faulty_configurations_are_refused(document: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        CalendarConfig.from_json(document)


def test_deadlines_are_fast_once_the_days_are_known() -> None:
    limit, start = Limit(5, "working_days"), local("2026-03-02T09:00")

    def microseconds_each() -> float:
        begun = timer.perf_counter()
        for step in range(500):
            CHINA.deadline(start + step * MINUTE, limit)
        return (timer.perf_counter() - begun) * 1e6 / 500

    # The best of several runs, since other work on the machine only ever adds time. It takes about 10.
    assert min(microseconds_each() for _ in range(5)) < 100


@given(calendars, limits, st.lists(starts, min_size=1, max_size=20))
def test_many_deadlines_are_those_of_one_after_another(
    calendar: WorkingCalendar, limit: Limit, begun: list[Instant]
) -> None:
    many = calendar.deadlines(np.array(begun, dtype=np.int64), limit)
    found = [Deadline(at, flag) for at, flag in zip(many.at.tolist(), many.provisional.tolist(), strict=True)]
    assert found == [calendar.deadline(start, limit) for start in begun]


def test_many_deadlines_in_the_hours_that_clocks_skip_and_repeat() -> None:
    change_overs = [at + off for at in NEW_YORK.transitions[50:54] for off in (-HOUR, -1, 0, 1, HOUR)]
    for limit in (Limit(1, "days"), Limit(1, "working_days"), Limit(9, "working_hours")):
        many = BOSTON.deadlines(np.array(change_overs, dtype=np.int64), limit)
        assert many.at.tolist() == [BOSTON.deadline(at, limit).at for at in change_overs]
        back = [at - DAY for at in change_overs]
        assert BOSTON.deadlines(np.array(back, dtype=np.int64), limit).at.tolist() == [
            BOSTON.deadline(at, limit).at for at in back
        ]
    assert BOSTON.deadlines(np.zeros(0, dtype=np.int64), Limit(1, "days")).at.tolist() == []

"""What is owed: each edition exactly once, whatever the clock, the downtime and the zone do."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from data.bulletinplan import KINDS, BulletinKind, BulletinPlan, plan_of
from data.calendars import CalendarConfig, WorkingCalendar
from data.clocks import DAY, HOUR, MINUTE, Instant, ZoneClock, instant
from data.grids import plant
from data.owing import Key, due, latest_due, next_due
from tests.support.city import CITY, DISTRICT, NEW_YORK, SHANGHAI, STREET, small_nodes

TREE = plant(small_nodes())
SCOPES = (CITY, DISTRICT, STREET)
PLAN = BulletinPlan()
ZONED = st.sampled_from([SHANGHAI, NEW_YORK, "Australia/Lord_Howe", "UTC"])
STARTS_AT = st.integers(
    instant(datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC"))),
    instant(datetime(2028, 1, 1, tzinfo=ZoneInfo("UTC"))),
)


def calendar(zone: str) -> WorkingCalendar:
    return WorkingCalendar(ZoneClock.of(zone), CalendarConfig(country=""))


def starts(at: Instant, scopes: tuple[str, ...] = SCOPES) -> dict[tuple[BulletinKind, str], Instant]:
    return {(kind, scope): at for kind in KINDS for scope in scopes}


def local(zone: str, day: date, hour: int, minute: int = 0) -> Instant:
    return instant(datetime.combine(day, time(hour, minute), ZoneInfo(zone)))


def by_hand(zone: str, since: Instant, until: Instant) -> dict[Key, Instant]:
    """Every edition of the usual plan due in [since, until], day by day with the system's own zones."""
    found: dict[Key, Instant] = {}
    day = ZoneClock.of(zone).local(since).date() - timedelta(days=2)
    while local(zone, day, 0) <= until + DAY:
        times: list[tuple[BulletinKind, str, Instant]] = [
            ("morning", day.isoformat(), local(zone, day, 8)),
            ("evening", day.isoformat(), local(zone, day, 20)),
        ]
        if day.day == 1:
            times.append(("month", f"{day - timedelta(days=1):%Y-%m}", local(zone, day, 9)))
        found |= {
            (kind, scope, period): at
            for kind, period, at in times
            if since <= at <= until
            for scope in SCOPES
        }
        day += timedelta(days=1)
    return found


@given(ZONED, STARTS_AT, st.integers(0, 70 * DAY))
def test_what_is_owed_is_every_hour_that_has_come_and_nothing_else(
    zone: str, since: int, length: int
) -> None:
    now = since + length
    found = due(now, set(), starts(since), PLAN, TREE, calendar(zone))
    assert {one.key: one.due_at for one in found} == by_hand(zone, since, now)
    assert len(found) == len({one.key for one in found})
    assert all(one.as_of == one.due_at <= now for one in found)


@given(
    ZONED,
    STARTS_AT,
    st.lists(st.integers(-2 * HOUR, 9 * DAY), min_size=1, max_size=8),
    st.integers(1, 40),
)
def test_whenever_it_is_looked_each_edition_comes_once(
    zone: str, since: int, steps: list[int], most: int
) -> None:
    """The clock goes on by fits and starts, is set back at times, and not everything is made at each look."""
    now, last, made = since, since, Counter[Key]()
    for step in steps:
        now = max(since, now + step)
        last = max(last, now)
        made.update(one.key for one in due(now, made, starts(since), PLAN, TREE, calendar(zone))[:most])
    while found := due(last, made, starts(since), PLAN, TREE, calendar(zone)):
        made.update(one.key for one in found[:most])
    assert set(made) == set(by_hand(zone, since, last))
    assert set(made.values()) <= {1}


@given(ZONED, STARTS_AT, st.integers(0, 40 * DAY), st.integers(0, 40 * DAY))
def test_what_is_owed_only_grows(zone: str, since: int, first: int, more: int) -> None:
    earlier, later = (
        {one.key for one in due(at, set(), starts(since), PLAN, TREE, calendar(zone))}
        for at in (since + first, since + first + more)
    )
    assert earlier <= later


def test_three_days_of_downtime_leave_six_dailies_of_each_scope() -> None:
    since = local(SHANGHAI, date(2026, 11, 10), 12)
    found = due(since + 3 * DAY, set(), starts(since), PLAN, TREE, calendar(SHANGHAI))
    assert Counter((one.kind, one.scope) for one in found) == {
        (kind, scope): 3 for kind in ("morning", "evening") for scope in SCOPES
    }
    # The city's come first, each scope's in the order of their hours.
    assert [one.scope for one in found] == [CITY] * 6 + [DISTRICT] * 6 + [STREET] * 6
    assert [one.due_at for one in found[:6]] == sorted(one.due_at for one in found[:6])


def test_months_of_28_and_31_days_and_the_end_of_the_year() -> None:
    since = local(SHANGHAI, date(2026, 12, 15), 0)
    now = local(SHANGHAI, date(2027, 4, 1), 9)
    found = due(now, set(), starts(since, (CITY,)), PLAN, TREE, calendar(SHANGHAI))
    months = {one.period: one.due_at for one in found if one.kind == "month"}
    assert months == {
        "2026-12": local(SHANGHAI, date(2027, 1, 1), 9),
        "2027-01": local(SHANGHAI, date(2027, 2, 1), 9),
        "2027-02": local(SHANGHAI, date(2027, 3, 1), 9),
        "2027-03": local(SHANGHAI, date(2027, 4, 1), 9),
    }
    days = Counter(one.kind for one in found)
    assert (days["morning"], days["evening"]) == (17 + 31 + 28 + 31 + 1, 17 + 31 + 28 + 31)


def test_a_clock_that_goes_back_an_hour_owes_nothing_twice() -> None:
    cal = calendar(NEW_YORK)
    day = date(2026, 11, 1)
    plan = plan_of({"morning": {"at": "01:30"}, "evening": {"on": False}, "month": {"on": False}})
    since = local(NEW_YORK, day, 0)
    made: Counter[Key] = Counter()
    for minute in range(0, 5 * 60, 10):
        made.update(one.key for one in due(since + minute * MINUTE, made, starts(since), plan, TREE, cal))
    assert made == {("morning", scope, "2026-11-01"): 1 for scope in SCOPES}


def test_what_is_switched_off_or_gone_is_not_owed_and_what_has_no_start_neither() -> None:
    cal = calendar(SHANGHAI)
    since = local(SHANGHAI, date(2026, 11, 10), 0)
    off = plan_of({"morning": {"on": False}, "month": {"on": False}})
    found = due(since + DAY, set(), starts(since, (CITY, "gone")), off, TREE, cal)
    assert [(one.kind, one.scope) for one in found] == [("evening", CITY)]
    assert due(since + DAY, set(), {}, PLAN, TREE, cal) == []


def test_a_month_that_is_put_off_is_owed_on_the_first_day_that_is_worked() -> None:
    cal = WorkingCalendar(ZoneClock.of(SHANGHAI), CalendarConfig())
    plan = plan_of({"month": {"non_working": "later"}, "morning": {"on": False}, "evening": {"on": False}})
    since = local(SHANGHAI, date(2026, 4, 20), 0)
    at = local(SHANGHAI, date(2026, 5, 6), 9)
    assert due(at - 1, set(), starts(since, (CITY,)), plan, TREE, cal) == []
    (found,) = due(at, set(), starts(since, (CITY,)), plan, TREE, cal)
    assert (found.period, found.due_at) == ("2026-04", at)


def test_the_last_and_the_next_hour_of_each_kind() -> None:
    cal = calendar(SHANGHAI)
    now = local(SHANGHAI, date(2026, 11, 27), 18, 40)
    assert {kind: latest_due(now, kind, PLAN, cal) for kind in KINDS} == {
        "morning": local(SHANGHAI, date(2026, 11, 27), 8),
        "evening": local(SHANGHAI, date(2026, 11, 26), 20),
        "month": local(SHANGHAI, date(2026, 11, 1), 9),
    }
    assert {kind: next_due(now, kind, PLAN, cal) for kind in KINDS} == {
        "morning": local(SHANGHAI, date(2026, 11, 28), 8),
        "evening": local(SHANGHAI, date(2026, 11, 27), 20),
        "month": local(SHANGHAI, date(2026, 12, 1), 9),
    }
    assert next_due(now, "morning", plan_of({"morning": {"on": False}}), cal) is None

"""Duty: when shifts open and end, who owes them, and signing in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from data.clocks import DAY, HOUR, MINUTE, ZoneClock, day_of, parse_instant
from data.store import Store
from data.tasks.duty import board, sign_in, sign_ins
from data.tasks.dutyplan import DutyRules, changed, faults, plain_plan, plan_of, present, slot, slots
from data.tasks.states import TaskError
from tests.support.city import CELL, CITY, DISTRICT, OTHER_DISTRICT, STREET
from tests.support.duty import keeps_duty

CLOCK = ZoneClock.of("Asia/Shanghai")
SINCE = day_of(date(2026, 3, 1))
RULES = (DutyRules(SINCE),)
MORNING = parse_instant("2026-03-05T00:30:00Z")


def test_a_shift_opens_and_ends_around_its_start() -> None:
    found = slot(RULES, CLOCK, day_of(date(2026, 3, 5)), "08:30")
    assert (found.opens_at, found.starts_at, found.ends_at) == (
        MORNING - 60 * MINUTE,
        MORNING,
        MORNING + 15 * MINUTE,
    )


def test_what_is_owed_has_its_end_within_the_period() -> None:
    end = MORNING + 15 * MINUTE
    assert [one.shift for one in slots(RULES, CLOCK, end, end + 1)] == ["08:30"]
    assert slots(RULES, CLOCK, end + 1, end + HOUR) == ()
    assert slots(RULES, CLOCK, end - HOUR, end) == ()
    day = slots(RULES, CLOCK, CLOCK.day_start(SINCE - 5), CLOCK.day_start(SINCE + 1))
    assert [(one.day, one.shift) for one in day] == [(SINCE, "08:30"), (SINCE, "20:30")], "nothing before"
    assert slots((), CLOCK, 0, MORNING) == ()


def test_a_shift_near_midnight_belongs_to_the_day_that_it_starts_on() -> None:
    rules = (DutyRules(SINCE, ("00:10", "12:00"), 30, 15),)
    evening = CLOCK.day_start(SINCE + 1) - 20 * MINUTE
    found = present(rules, CLOCK, evening)
    assert found is not None
    assert (found.day, found.shift) == (SINCE + 1, "00:10")
    late = (DutyRules(SINCE, ("12:00", "23:50"), 30, 15),)
    assert [
        one.day for one in slots(late, CLOCK, CLOCK.day_start(SINCE + 1), CLOCK.day_start(SINCE + 1) + HOUR)
    ] == [SINCE]


def test_the_day_that_the_clocks_go_forward_has_its_shifts() -> None:
    new_york = ZoneClock.of("America/New_York")
    day = day_of(date(2026, 3, 8))
    found = slots((DutyRules(day),), new_york, new_york.day_start(day), new_york.day_start(day + 1))
    assert [one.starts_at - new_york.day_start(day) for one in found] == [7.5 * HOUR, 19.5 * HOUR]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"minute": 5}, '"minute" means nothing here'),
        ({"since": "1.3.2026"}, "since must be a day in quotes"),
        ({"since": 20260301}, "since must be a day in quotes"),
        ({"shifts": []}, "shifts must be a list"),
        ({"shifts": ["8:30"]}, "shifts must be a list"),
        ({"shifts": ["20:30", "08:30"]}, "in the order of the day"),
        ({"shifts": ["08:30", "09:45"]}, "further apart"),
        ({"shifts": ["00:10", "23:30"]}, "found 40 minutes"),
        ({"before_minutes": -1}, "before_minutes must be"),
        ({"after_minutes": True}, "after_minutes must be"),
        ({"depth": "2"}, "depth must be"),
    ],
)
def test_faults_of_a_pack(table: dict[str, object], sentence: str) -> None:
    (found,) = faults(table, set())
    assert sentence in found


def test_a_pack_without_faults() -> None:
    table = {"since": "2026-03-01", "shifts": ["06:00", "14:00", "22:00"], "before_minutes": 30, "depth": 1}
    assert faults(table, set()) == []
    assert plan_of(table) == (DutyRules(SINCE, ("06:00", "14:00", "22:00"), 30, 15, 1),)
    assert plan_of({}) == plan_of({"depth": 1}) == ()


def test_signing_in(store: Store) -> None:
    keeps_duty(store, since="2026-03-01")
    first = sign_in(store, CITY, STREET, "值班员", MORNING - HOUR, note="两人在岗")
    assert (first.again, first.sign_in.slot.shift, first.sign_in.in_time) == (False, "08:30", True)
    again = sign_in(store, CITY, STREET, "another", MORNING)
    assert (again.again, again.sign_in.who, again.sign_in.at) == (True, "值班员", MORNING - HOUR)
    assert sign_in(store, CITY, "110102", "b", MORNING + 15 * MINUTE).sign_in.in_time, "exactly at the end"
    assert not sign_in(store, CITY, "110201", "c", MORNING + 15 * MINUTE + 1).sign_in.in_time
    before = board(store, CITY, MORNING)
    assert [(one.grid.code, one.attendance) for one in before.watches] == [
        (STREET, "signed"),
        ("110102", "waiting"),
        ("110201", "waiting"),
        ("110202", "waiting"),
    ]
    after = board(store, CITY, MORNING + HOUR)
    assert [one.attendance for one in after.watches] == ["signed", "signed", "late", "missing"]
    assert (after.count("signed"), after.count("missing")) == (2, 1)
    assert [one.grid for one in sign_ins(store, CITY, MORNING - DAY, MORNING + DAY)] == [
        "110201",
        "110102",
        STREET,
    ]
    evening = board(store, CITY, MORNING + 11 * HOUR)
    assert evening.slot is not None
    assert evening.slot.shift == "20:30"
    assert evening.count("waiting") == 4


def test_a_scope_signs_in_only_its_own(store: Store) -> None:
    keeps_duty(store, since="2026-03-01")
    mine = store.within(DISTRICT)
    sign_in(mine, DISTRICT, STREET, "a", MORNING)
    assert [one.grid.code for one in board(mine, DISTRICT, MORNING).watches] == [STREET, "110102"]
    assert sign_ins(store.within(OTHER_DISTRICT), OTHER_DISTRICT, 0, MORNING + DAY) == ()
    with pytest.raises(TaskError, match="whose centre keeps duty"):
        sign_in(mine, DISTRICT, "110201", "a", MORNING)
    cell = board(store.within(CELL), CELL, MORNING)
    assert cell.watches == (), "its centre is above it"


def test_what_cannot_be_signed(store: Store) -> None:
    with pytest.raises(TaskError, match=r"since in city\.toml"):
        sign_in(store, CITY, STREET, "a", MORNING)
    assert board(store, CITY, MORNING).slot is None
    keeps_duty(store, since="2026-03-05")
    refused: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: sign_in(store, CITY, CELL, "a", MORNING), "keeps duty"),
        (lambda: sign_in(store, CITY, STREET, " ", MORNING), "name of whoever"),
        (lambda: sign_in(store, CITY, STREET, "a" * 65, MORNING), "at most 64"),
        (lambda: sign_in(store, CITY, STREET, "a", MORNING, at=MORNING + 1), "one to come"),
        (lambda: sign_in(store, CITY, STREET, "a", MORNING - 2 * HOUR), "since duty is owed"),
        (lambda: sign_in(store, CITY, STREET, "a", MORNING + 400 * DAY, at=MORNING), "at most a year"),
    )
    for act, sentence in refused:
        with pytest.raises(TaskError, match=sentence):
            act()
    sign_in(store, CITY, STREET, "a", MORNING)
    with pytest.raises(TaskError, match="the first one stands"):
        sign_in(store, CITY, STREET, "b", MORNING + HOUR, at=MORNING + 1, via="file")
    assert sign_in(store, CITY, STREET, "a", MORNING + HOUR, at=MORNING, via="file").again


OLD = DutyRules(SINCE)
NEW = DutyRules(SINCE + 10, ("07:00", "15:00", "23:00"), 30, 10, 1)
BOTH = (OLD, NEW, DutyRules(SINCE + 20, ()))


def test_every_day_has_the_shifts_of_the_plan_that_held_on_it() -> None:
    days = slots(BOTH, CLOCK, CLOCK.day_start(SINCE + 9), CLOCK.day_start(SINCE + 11))
    told = [(one.day - SINCE, one.shift, one.depth) for one in days]
    assert told == [(9, "08:30", 2), (9, "20:30", 2), (10, "07:00", 1), (10, "15:00", 1), (10, "23:00", 1)]
    assert (
        slot(BOTH, CLOCK, SINCE + 9, "20:30").ends_at - slot(BOTH, CLOCK, SINCE + 9, "20:30").opens_at
        == 75 * MINUTE
    )
    last = slots(BOTH, CLOCK, CLOCK.day_start(SINCE + 19), CLOCK.day_start(SINCE + 40))
    assert [(one.day - SINCE, one.shift) for one in last] == [(19, "07:00"), (19, "15:00"), (19, "23:00")]
    turn = CLOCK.day_start(SINCE + 10)
    for at, expected in ((0, (9, "20:30")), (6.5 * HOUR - 1, (9, "20:30")), (6.5 * HOUR, (10, "07:00"))):
        found = present(BOTH, CLOCK, turn + int(at))
        assert found is not None
        assert (found.day - SINCE, found.shift) == expected
    assert present(BOTH, CLOCK, CLOCK.day_start(SINCE + 21)) is None, "no longer kept"
    assert slot((), CLOCK, SINCE, "08:30").depth == 2, "what was signed in before a pack forgot it"


def test_where_two_plans_differ() -> None:
    later = (OLD, DutyRules(SINCE + 12, NEW.shifts, 30, 10, 1))
    assert changed(BOTH, BOTH, 0, SINCE + 99) is None
    assert changed((OLD,), BOTH, 0, SINCE + 9) is None
    assert changed((OLD,), BOTH, 0, SINCE + 10) == SINCE + 10
    assert changed(later, BOTH, 0, SINCE + 99) == SINCE + 10
    assert changed(later, BOTH, SINCE + 12, SINCE + 19) is None
    assert changed((), (OLD,), 0, SINCE + 99) == SINCE
    assert changed((OLD, DutyRules(SINCE + 5)), (OLD,), 0, SINCE + 99) is None, "the same said twice"
    assert plan_of(plain_plan(BOTH)) == BOTH


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ([{"since": "2026-03-01"}, {"shifts": ["06:00"]}], "[[duty]] number 2 must have since"),
        ([{"depth": 1}, {"since": "2026-03-01"}], "[[duty]] number 1 must have since"),
        ([{"since": "2026-03-01"}, {"since": "2026-03-01"}], "in the order of time"),
        ([{"since": "2026-04-01"}, {"since": "2026-03-01"}], "found 2026-03-01 below 2026-04-01"),
        ([{"since": "2026-03-01"}, {"since": "2026-04-01", "depth": -1}], "[[duty]] number 2 depth must be"),
        (
            [{"since": "2026-03-01", "shifts": []}, {"since": "2026-04-01"}],
            "[[duty]] number 1 shifts must be",
        ),
        (
            [
                {"since": "2026-03-01", "shifts": ["12:00", "23:50"]},
                {"since": "2026-04-01", "shifts": ["00:20", "12:00"]},
            ],
            "[[duty]] since 2026-04-01: its first shift must begin more than 75 minutes after the last one of the day "
            "before, else nobody knows to which a sign-in belongs; found 30 minutes",
        ),
    ],
)
def test_faults_of_several(tables: list[dict[str, object]], sentence: str) -> None:
    (found,) = faults(tables, set())
    assert sentence in found


def test_several_without_faults() -> None:
    tables: list[dict[str, object]] = [
        {"since": "2026-03-01"},
        {"since": "2026-04-01", "shifts": ["06:00"]},
        {"since": "2026-05-01", "shifts": []},
    ]
    assert faults(tables, set()) == []
    assert [one.shifts for one in plan_of(tables)] == [("08:30", "20:30"), ("06:00",), ()]


def test_signing_in_across_a_change(store: Store) -> None:
    keeps_duty(
        store,
        {"since": "2026-03-01"},
        {"since": "2026-03-06", "shifts": ["09:00"], "depth": 1, "after_minutes": 5},
    )
    sign_in(store, CITY, STREET, "a", MORNING)
    turn = parse_instant("2026-03-06T01:00:00Z")
    assert [one.grid.code for one in board(store, CITY, MORNING).watches] == [
        STREET,
        "110102",
        "110201",
        "110202",
    ]
    assert [one.grid.code for one in board(store, CITY, turn).watches] == [DISTRICT, OTHER_DISTRICT]
    with pytest.raises(TaskError, match=r"keeps duty \(depth 1\)"):
        sign_in(store, CITY, STREET, "a", turn)
    assert not sign_in(store, CITY, DISTRICT, "b", turn + 5 * MINUTE + 1).sign_in.in_time
    told = {one.grid: one for one in sign_ins(store, CITY, MORNING - DAY, turn + DAY)}
    assert (told[STREET].slot.shift, told[STREET].in_time) == ("08:30", True)
    assert (told[DISTRICT].slot.shift, told[DISTRICT].in_time) == ("09:00", False)

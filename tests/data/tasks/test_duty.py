"""Duty: when shifts open and end, who owes them, and signing in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from data.clocks import DAY, HOUR, MINUTE, ZoneClock, day_of, parse_instant
from data.store import Store
from data.tasks.duty import board, sign_in, sign_ins
from data.tasks.dutyplan import DutyRules, faults, present, rules_of, slot, slots
from data.tasks.states import TaskError
from tests.support.city import CELL, CITY, DISTRICT, OTHER_DISTRICT, STREET
from tests.support.duty import keeps_duty

CLOCK = ZoneClock.of("Asia/Shanghai")
SINCE = day_of(date(2026, 3, 1))
RULES = DutyRules(SINCE)
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
    assert slots(DutyRules(), CLOCK, 0, MORNING) == ()


def test_a_shift_near_midnight_belongs_to_the_day_that_it_starts_on() -> None:
    rules = DutyRules(SINCE, ("00:10", "12:00"), 30, 15)
    evening = CLOCK.day_start(SINCE + 1) - 20 * MINUTE
    found = present(rules, CLOCK, evening)
    assert found is not None
    assert (found.day, found.shift) == (SINCE + 1, "00:10")
    late = DutyRules(SINCE, ("12:00", "23:50"), 30, 15)
    assert [
        one.day for one in slots(late, CLOCK, CLOCK.day_start(SINCE + 1), CLOCK.day_start(SINCE + 1) + HOUR)
    ] == [SINCE]


def test_the_day_that_the_clocks_go_forward_has_its_shifts() -> None:
    new_york = ZoneClock.of("America/New_York")
    day = day_of(date(2026, 3, 8))
    found = slots(DutyRules(day), new_york, new_york.day_start(day), new_york.day_start(day + 1))
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
    assert rules_of(table) == DutyRules(SINCE, ("06:00", "14:00", "22:00"), 30, 15, 1)
    assert rules_of({}) == DutyRules()


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

from __future__ import annotations

from dataclasses import replace

import pytest

from data.alerting.deadlines import Held, Step, by_holder, pressing, step_of, whistles
from data.calendars import CalendarConfig, Limit, WorkingCalendar
from data.city import load_city
from data.clocks import DAY, HOUR, MINUTE, ZoneClock, parse_instant
from data.events import write
from data.grids import plant
from data.lifecycle import Kind, Report
from data.lifecycle import Step as LifeStep
from data.store import Store
from tests.support.city import CELL, SHANGHAI, STREET, city_pack, small_nodes

CALENDAR = WorkingCalendar(ZoneClock.of(SHANGHAI), CalendarConfig())
TREE = plant(small_nodes())
NOON = parse_instant("2026-03-05T11:00:00+08:00")
"""A Thursday, an hour before the midday break."""

SATURDAY = parse_instant("2026-03-07T11:00:00+08:00")


def held(due_at: int, limit: str | None, number: int = 1, unit: str = "u") -> Held:
    return Held(number, unit, TREE.get(CELL).id, due_at, None if limit is None else Limit.parse(limit))


@pytest.mark.parametrize(
    ("due", "limit", "step"),
    [
        ("2026-03-05T16:00:00+08:00", "8 working hours", 0),
        ("2026-03-05T17:31:00+08:00", "8 working hours", None),
        ("2026-03-05T14:00:00+08:00", "8 working hours", 1),
        ("2026-03-05T14:01:00+08:00", "8 working hours", 0),
        ("2026-03-05T10:59:59+08:00", "8 working hours", 2),
        ("2026-03-05T11:00:00+08:00", "8 working hours", 1),
        ("2026-03-04T10:59:59+08:00", "8 working hours", None),
        ("2026-03-05T13:00:00+08:00", "4 hours", 0),
        ("2026-03-05T13:01:00+08:00", "4 hours", None),
        ("2026-03-05T11:48:00+08:00", "4 hours", 1),
        ("2026-03-05T15:00:00+08:00", None, 0),
        ("2026-03-05T15:01:00+08:00", None, None),
    ],
)
def test_how_far_a_warning_goes(due: str, limit: str | None, step: int | None) -> None:
    found = step_of(held(parse_instant(due), limit), CALENDAR, NOON)
    assert (found.step if found else None) == step


def test_days_off_are_silent_unless_it_is_urgent() -> None:
    soon = SATURDAY + 30 * MINUTE
    assert step_of(held(soon, "8 working hours"), CALENDAR, SATURDAY) is None
    assert step_of(held(SATURDAY - HOUR, "2 working days"), CALENDAR, SATURDAY) is None
    assert step_of(held(soon, "4 hours"), CALENDAR, SATURDAY) == Step(1, True)
    made_up = parse_instant("2026-02-28T11:00:00+08:00")
    assert step_of(held(made_up + 30 * MINUTE, "8 working hours"), CALENDAR, made_up) == Step(1, False)


def test_one_warning_a_holder() -> None:
    other = TREE.get("110202")
    some = [
        held(NOON + 30 * MINUTE, "8 working hours", 3),
        held(NOON - HOUR, "8 working hours", 1),
        held(NOON + 100 * DAY, "8 working hours", 2),
        Held(9, "u", other.id, NOON + HOUR, None),
        held(NOON + HOUR, None, 5, "v"),
    ]
    mine, theirs, far = by_holder(some, CALENDAR, TREE, NOON)
    assert (mine.grid, mine.holder, mine.step, mine.observed) == (STREET, "u", 2, 2)
    assert mine.body["events"] == [1, 3]
    assert (mine.body["overdue"], mine.body["urgent"]) == (1, False)
    assert (theirs.holder, theirs.body["urgent"]) == ("v", True)
    assert far.grid == "110202"
    assert by_holder([], CALENDAR, TREE, NOON) == ()


def report(key: str, at: int) -> Report:
    return Report(source="s", key=key, at=at, channel="hotline", category="tree", grid=CELL, unit="绿化队")


def step(key: str, kind: Kind, at: int, **data: object) -> LifeStep:
    return LifeStep(source="s", key=key, step_key=f"{kind}{at}", kind=kind, at=at, data=data)


def test_open_events_of_the_store_are_warned_of(store: Store) -> None:
    """A tree has eight working hours: reported on Wednesday at 14:00 it is due on Thursday at 15:00."""
    wednesday = parse_instant("2026-03-04T14:00:00+08:00")
    write(
        store,
        [
            report("open", wednesday),
            report("handled", wednesday),
            step("handled", Kind.HANDLE, wednesday + HOUR),
            report("paused", wednesday),
            step("paused", Kind.SUSPEND, wednesday + HOUR, until=wednesday + 30 * DAY),
            report("fresh", NOON - HOUR),
        ],
        wednesday + DAY,
    )
    (found,) = pressing(store, NOON)
    assert (found.holder, found.observed, found.step, found.grid) == ("绿化队", 1, 0, STREET)
    assert pressing(store, wednesday + MINUTE) == ()
    (late,) = pressing(store, parse_instant("2026-03-05T15:00:01+08:00"))
    assert (late.step, late.body["overdue"]) == (2, 1)


def test_the_citys_own_times_hold(store: Store) -> None:
    """What is due on Thursday at 15:00 has two working hours left at eleven."""
    wednesday = parse_instant("2026-03-04T14:00:00+08:00")
    write(store, [report("open", wednesday), step("open", Kind.WHISTLE, NOON - HOUR, unit="住建局")], NOON)
    assert len(pressing(store, NOON)) == len(whistles(store, NOON)) == 1
    own = {"unit_minutes": 110, "above_minutes": 60, "whistle_minutes": 90, "whistle_centre_minutes": 120}
    load_city(store, replace(city_pack(), warning_plan=own), NOON)
    assert pressing(store, NOON) == ()
    assert whistles(store, NOON) == ()
    load_city(store, replace(city_pack(), warning_plan={"whistle_centre_minutes": 40}), NOON)
    (called,) = whistles(store, NOON)
    assert (called.step, called.body["waited_minutes"]) == (2, 60)


def test_whistles_that_nobody_answers(store: Store) -> None:
    at = parse_instant("2026-03-05T09:00:00+08:00")
    write(
        store,
        [
            report("waits", at),
            step("waits", Kind.WHISTLE, at + MINUTE, unit="住建局"),
            report("answered", at),
            step("answered", Kind.WHISTLE, at + MINUTE, unit="住建局"),
            step("answered", Kind.JOIN, at + 2 * MINUTE, unit="住建局"),
        ],
        at + DAY,
    )
    assert whistles(store, at + 30 * MINUTE) == ()
    (found,) = whistles(store, at + 31 * MINUTE)
    assert (found.step, found.body["waited_minutes"], found.category) == (1, 30, "tree")
    (later,) = whistles(store, at + 121 * MINUTE)
    assert later.step == 2
    assert later.matter == found.matter, "the same call is the same warning"
    assert whistles(store, SATURDAY) == ()

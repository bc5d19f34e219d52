from __future__ import annotations

from typing import Any

import pytest

from data.alerting.deadlines import Held, step_of
from data.calendars import CalendarConfig, Limit, WorkingCalendar
from data.clocks import HOUR, MINUTE, ZoneClock, parse_instant
from data.warningplan import DEFAULT, WarningPlan, faults, plan_of

NOON = parse_instant("2026-03-05T11:00:00+08:00")
CALENDAR = WorkingCalendar(ZoneClock.of("Asia/Shanghai"), CalendarConfig())


def test_what_a_city_leaves_out_has_its_default() -> None:
    assert plan_of({}) == DEFAULT
    assert plan_of({"unit_minutes": 90, "check_times": 3}) == WarningPlan(unit_minutes=90, check_times=3)
    assert faults({"unit_minutes": 90, "check_times": 3, "above_share": 0}, set()) == []


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"unit_minute": 5}, '"unit_minute" means nothing here; expected above_minutes, '),
        ({"unit_minutes": 0}, "unit_minutes must be a whole number from 1 to 43200; found 0"),
        ({"unit_minutes": True}, "unit_minutes must be a whole number from 1 to 43200; found True"),
        ({"whistle_minutes": "30"}, "whistle_minutes must be a whole number from 1 to 1440; found '30'"),
        ({"unit_share": 1.5}, "unit_share must be a number from 0 to 1; found 1.5"),
        ({"check_times": False}, "check_times must be a number from 1 to 100; found False"),
        (
            {"above_minutes": 300},
            "above_minutes must be at most unit_minutes (240), so that the unit is warned",
        ),
        ({"above_share": 0.6}, "above_share must be at most unit_share (0.5), so that the unit is warned"),
        ({"whistle_centre_minutes": 20}, "whistle_centre_minutes must be at least whistle_minutes (30)"),
        ({"again_days": 40}, "again_days must be at most check_days (30), the days that are looked at"),
    ],
)
def test_every_fault_has_its_sentence(table: dict[str, Any], told: str) -> None:
    (fault,) = faults(table, set())
    assert fault.startswith("[warnings]")
    assert told in fault


def test_a_plan_moves_the_steps() -> None:
    held = Held(1, "u", 1, NOON + 50 * MINUTE, Limit.parse("8 working hours"))
    steps = [
        step_of(held, CALENDAR, NOON, plan)
        for plan in (DEFAULT, WarningPlan(above_minutes=30), WarningPlan(unit_minutes=40, above_minutes=40))
    ]
    assert [None if step is None else step.step for step in steps] == [1, 0, None]
    late = Held(1, "u", 1, NOON - HOUR - MINUTE, Limit.parse("8 working hours"))
    assert step_of(late, CALENDAR, NOON) is not None
    assert step_of(late, CALENDAR, NOON, WarningPlan(fresh_hours=1)) is None

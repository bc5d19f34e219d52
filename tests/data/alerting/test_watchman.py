from __future__ import annotations

import pytest

from data.alerting.watchman import Watchman, owed
from data.clocks import DAY, HOUR, MINUTE, ZoneClock, parse_instant
from data.reference import NoCity
from data.store import Store
from tests.support.city import SHANGHAI

CLOCK = ZoneClock.of(SHANGHAI)
MORNING = parse_instant("2026-03-05T08:00:00+08:00")
EARLY = parse_instant("2026-03-05T02:30:00+08:00")
LONG_AGO = MORNING - 9 * DAY


def test_what_is_owed() -> None:
    assert owed(CLOCK, MORNING, MORNING - MINUTE, None, None) is None, "a process that has just begun waits"
    assert owed(CLOCK, MORNING, LONG_AGO, None, None) == "night"
    night = parse_instant("2026-03-05T03:00:00+08:00")
    assert owed(CLOCK, MORNING, LONG_AGO, night, MORNING - HOUR + 1) is None
    assert owed(CLOCK, MORNING, LONG_AGO, night, MORNING - HOUR) == "hour"
    assert owed(CLOCK, MORNING, LONG_AGO, night - 1, MORNING) == "night"
    assert owed(CLOCK, EARLY, LONG_AGO, night - DAY, EARLY) is None, "the night begins at three"
    assert owed(CLOCK, EARLY, LONG_AGO, night - DAY - 1, EARLY) == "night", (
        "a night that was missed is made up for"
    )


def test_a_day_of_ticks(sqlite_store: Store) -> None:
    watchman = Watchman(sqlite_store, MORNING)
    looks = [minute for minute in range(0, 240, 10) if watchman.tick(MORNING + minute * MINUTE) is not None]
    assert looks == [10, 70, 130, 190]


def test_without_a_city_there_is_nothing_to_look_at(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, pytest.raises(NoCity):
        Watchman(store, MORNING).tick(MORNING + DAY)

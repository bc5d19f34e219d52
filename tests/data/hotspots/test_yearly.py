from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from data.clocks import DAY, date_of, day_of
from data.hotspots.arrays import Ints
from data.hotspots.series import Days
from data.hotspots.yearly import day_classes, factors, festivals, same_day, weekday_factors
from tests.data.hotspots.made import AS_OF, CALENDAR, CLOCK, TODAY


def test_classes_of_days() -> None:
    """The Spring Festival of 2026: off from 15 to 23 February, worked on Saturday the 14th and the 28th."""
    first = day_of(date(2026, 2, 12))
    classes = day_classes(CALENDAR, first, day_of(date(2026, 3, 2)))
    assert classes[:4].tolist() == [3, 4, 8, 7], "Thursday, Friday, a worked Saturday, the holiday's Sunday"
    assert (classes[3:12] == 7).all()
    assert classes[12:].tolist() == [1, 2, 3, 4, 8, 6]


def test_festivals_move_and_years_are_laid_upon_each_other_by_them() -> None:
    feasts = festivals(CALENDAR, 2024, 2027)
    assert {year: date_of(day) for year, day in feasts.items()} == {
        2024: date(2024, 2, 10),
        2025: date(2025, 1, 28),
        2026: date(2026, 2, 15),
    }, "the package ends in 2026"
    assert date_of(same_day(day_of(date(2026, 2, 17)), 1, feasts)) == date(2025, 1, 30)
    plain = same_day(day_of(date(2026, 9, 16)), 1, feasts)
    assert date_of(plain) == date(2025, 9, 17)
    assert date_of(plain).weekday() == date(2026, 9, 16).weekday()
    unknown = same_day(day_of(date(2027, 2, 6)), 1, feasts)
    assert abs(unknown - day_of(date(2026, 2, 6))) <= 3, "a festival nobody has announced moves nothing"


def drawn(rate: float, first: int, end: int) -> tuple[Ints, Ints]:
    days = np.arange(first, end)
    return np.random.default_rng(2).poisson(rate, len(days)).astype(np.int64), days


def test_weekday_factors_are_learnt_and_borrowed() -> None:
    counts, days = drawn(100, TODAY - 400, TODAY)
    weekend = (days + 3) % 7 > 4
    busy = np.where(weekend, counts // 2, counts)
    rare = np.zeros(len(days), dtype=np.int64)
    rare[::50] = 1
    table = Days(TODAY - 400, np.stack([busy, rare]))
    found = weekday_factors(table, day_classes(CALENDAR, table.first, table.end))
    assert found[0, 5] / found[0, 2] == pytest.approx(0.5, abs=0.05)
    assert found[1, 5] < 0.85 * found[1, 2], "a rare category has the weekends of all"
    empty = weekday_factors(Days(TODAY, np.zeros((2, 0), dtype=np.int64)), np.zeros(0, dtype=np.int64))
    assert (empty == 1).all()


def test_a_season_that_came_every_year_is_expected() -> None:
    counts, days = drawn(40, TODAY - 1000, TODAY)
    of_year = np.array([date_of(int(day)).timetuple().tm_yday for day in days])
    this = date_of(TODAY).timetuple().tm_yday
    season = (of_year >= this - 8) & (of_year < this + 12)
    table = Days(TODAY - 1000, np.stack([np.where(season, counts * 3, counts), counts]))
    found = factors(CALENDAR, table, AS_OF)
    assert found.years == 2
    # Days at its beginning are taken with those before it, so the season comes in over some days.
    assert found.window(3)[0] / found.base()[0] * 56 / 3 == pytest.approx(2.7, abs=0.5)
    assert found.window(3)[1] / found.base()[1] * 56 / 3 == pytest.approx(1.0, abs=0.12)


def test_without_past_years_seasons_are_level() -> None:
    counts, _ = drawn(50, TODAY - 100, TODAY)
    found = factors(CALENDAR, Days(TODAY - 100, counts[None, :]), AS_OF)
    assert found.years == 0
    assert found.by_age.shape == (1, 63)
    assert found.by_age == pytest.approx(np.ones((1, 63)), abs=0.25)


def test_the_last_day_is_part_of_two_local_days() -> None:
    """On Saturday at noon half of the last 24 hours were a Friday."""
    days = np.arange(TODAY - 364, TODAY + 3)
    counts = np.where((days + 3) % 7 > 4, 0, 1000)
    table = Days(TODAY - 364, counts[None, :])
    noon = CLOCK.day_start(TODAY + 3) + DAY // 2
    friday_and_saturday = factors(CALENDAR, table, noon).by_age[0, 0]
    friday = factors(CALENDAR, table, noon - DAY // 2).by_age[0, 0]
    assert friday_and_saturday == pytest.approx(friday / 2, rel=0.1)

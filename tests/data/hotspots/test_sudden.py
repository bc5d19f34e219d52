from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data.clocks import DAY
from data.hotspots.baseline import judge, spreads, weeks_known
from data.hotspots.finding import Finding, Kind
from data.hotspots.hot import hot
from data.hotspots.series import daily, level_series
from data.hotspots.sudden import levels, sudden
from data.hotspots.yearly import factors
from tests.data.hotspots.made import AS_OF, CELLS, TODAY, TREE, Life

QUIET = (30.0, 12.0, 5.0, 1.0)


def found(life: Life, kinds: tuple[Kind, ...] = (Kind.SUDDEN, Kind.COMMON)) -> list[Finding]:
    return [each for each in hot(life.sight(), 1).findings if each.kind in kinds]


def test_series_are_sums_at_every_depth() -> None:
    life = Life((6.0, 3.0), 80)
    recent = life.sight().recent
    city = level_series(TREE, recent, 0)
    for depth in range(1, 5):
        series = level_series(TREE, recent, depth)
        assert series.recent.sum(axis=0).tolist() == city.recent.sum(axis=0).tolist()
        assert series.base.sum() == city.base.sum() == city.blocks.sum()
        assert (np.diff(series.place * 10 + series.category) > 0).all()
    rows = np.arange(len(city))
    assert daily(TREE, recent, city, rows, 7).sum(axis=1).tolist() == city.recent[:, 2].tolist()
    assert daily(TREE, recent, city, rows, 7)[:, -1].tolist() == city.recent[:, 0].tolist()


def test_events_above_a_depth_belong_to_none_of_its_series() -> None:
    life = Life((5.0,), 70)
    life.add(0, np.array([TREE.root.id] * 9), TODAY - 1)
    recent = life.sight().recent
    assert level_series(TREE, recent, 0).recent[0, 0] == level_series(TREE, recent, 1).recent[:, 0].sum() + 9


def test_expected_numbers_are_the_rate_of_eight_weeks_on_the_days_judged() -> None:
    life = Life((70.0,), 120, weekend=0.4)
    sight = life.sight()
    city = level_series(TREE, sight.recent, 0)
    judged = judge(city, city, factors(sight.calendar, sight.days, AS_OF), 8)
    # The last day is a Tuesday: more than a seventh of a week that has a quiet end.
    assert judged.expected[0, 0] == pytest.approx(70, abs=7)
    assert judged.expected[0, 2] == pytest.approx(70 * 5.8, rel=0.06)


def test_a_series_without_a_past_has_its_share() -> None:
    life = Life((40.0, 4.0), 90)
    cell = int(CELLS[3])
    life.burst(1, cell, 6)
    sight = life.sight()
    made = factors(sight.calendar, sight.days, AS_OF)
    city = level_series(TREE, sight.recent, 0)
    series = level_series(TREE, sight.recent, 4)
    judged = judge(series, city, made, 8)
    row = np.flatnonzero((series.place == cell) & (series.category == 1))[0]
    assert judged.expected[row, 0] < 6 * 4 / len(CELLS)
    assert judged.chance[row] < 1e-6


def test_the_spread_of_weeks_that_differ() -> None:
    life = Life((20.0, 20.0), 90)
    dice = np.random.default_rng(3)
    for week in range(1, 10):
        if dice.random() < 0.5:
            for day in range(7):
                life.add(1, dice.choice(CELLS, 25), TODAY - 7 * week - day)
    series = level_series(TREE, life.sight().recent, 0)
    even = np.ones((2, 8))
    wide = spreads(series, even, 8)
    assert wide[0] < 4 < 8 < wide[1]


def test_one_burst_is_one_matter_where_it_is() -> None:
    life = Life(QUIET, 120)
    cell = int(CELLS[10])
    life.burst(2, cell, 9)
    (matter,) = found(life)
    assert (matter.kind, matter.category_id, matter.grid_id) == (Kind.SUDDEN, 2, cell)
    assert matter.observed == 9
    assert matter.expected < 0.5
    assert (matter.since_at, matter.until_at) == (AS_OF - DAY, AS_OF)
    assert matter.chance < matter.share < 0.001
    assert matter.basis == "weeks"
    assert matter.ears is not None
    assert matter.ears[0] == pytest.approx(9.0, abs=0.5), (
        "of days with almost none: their deviation is the floor of one"
    )


def test_quiet_weeks_have_no_matters() -> None:
    matters = [found(Life(QUIET, 100, seed=seed)) for seed in range(12)]
    assert sum(map(len, matters)) <= 2


def test_a_rise_in_every_unit_is_common_and_told_once() -> None:
    life = Life(QUIET, 120)
    dice = np.random.default_rng(9)
    for day in (1, 2, 3):
        life.add(1, dice.choice(CELLS, 60), TODAY - day)
    (matter,) = (each for each in found(life) if each.category_id == 1)
    assert (matter.kind, matter.grid_id) == (Kind.COMMON, TREE.root.id)
    assert len(matter.grids) >= 6
    assert all(TREE.by_id(grid).depth == 2 for grid in matter.grids)
    assert matter.observed > 3 * matter.expected


def test_a_matter_of_its_own_within_a_wave_is_told_too() -> None:
    life = Life(QUIET, 120)
    dice = np.random.default_rng(9)
    life.add(1, dice.choice(CELLS, 70), TODAY - 1)
    cell = int(CELLS[20])
    life.burst(1, cell, 25)
    places = {matter.grid_id for matter in found(life)}
    assert places == {TREE.root.id, cell}


def test_a_district_is_told_when_no_grid_of_it_has_most() -> None:
    life = Life(QUIET, 120)
    district = TREE.get("1102")
    inside = CELLS[(district.id < CELLS) & (district.last_id >= CELLS)]
    life.add(0, np.random.default_rng(2).choice(inside, 50), TODAY - 1)
    (matter,) = found(life)
    assert (matter.kind, matter.grid_id) == (Kind.SUDDEN, district.id)


def test_all_series_count_as_tries() -> None:
    life = Life(QUIET, 120)
    sight = life.sight()
    made = factors(sight.calendar, sight.days, AS_OF)
    judged = levels(TREE, sight.recent, made, 8)
    _, tried = sudden(TREE, sight.recent, judged, 0)
    assert tried == sum(len(level_series(TREE, sight.recent, depth)) for depth in range(5))


def test_a_short_history_goes_by_the_week_before() -> None:
    life = Life((30.0, 12.0), 15)
    life.burst(1, int(CELLS[4]), 40)
    judgement = hot(life.sight(), 1)
    assert judgement.unjudged == ("short_history", "no_past_year")
    (matter,) = (each for each in judgement.findings if each.kind is Kind.SUDDEN)
    assert matter.basis == "days"
    assert TREE.by_id(matter.grid_id).depth == 2, "no deeper: seven days of a cell say nothing"
    assert weeks_known(15) == 1
    assert weeks_known(7) == weeks_known(0) == 0
    sight = life.sight()
    city, made = level_series(TREE, sight.recent, 0), factors(sight.calendar, sight.days, AS_OF)
    with pytest.raises(ValueError, match="use EARS"):
        judge(city, city, made, 1)


def test_no_events_and_none_lately_are_said_plainly() -> None:
    sight = Life((5.0,), 100).sight()
    none = np.zeros(0, dtype=np.int64)
    bare = replace(sight.recent, grid=none, category=none, age=none)
    assert hot(replace(sight, recent=bare), 1).unjudged == ("no_recent_events",)
    empty = hot(replace(sight, recent=bare, known_days=0), 1)
    assert (empty.findings, empty.series, empty.unjudged) == ((), 0, ("no_events",))

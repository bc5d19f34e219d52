"""Frequent, concentrated and announced matters, and how the kinds go together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from data.clocks import DAY, date_of, day_of
from data.hotspots.ahead import ahead
from data.hotspots.concentrated import cases_by_category, concentrated, smallest_holding
from data.hotspots.finding import Finding, Kind
from data.hotspots.frequent import frequent
from data.hotspots.hot import hot, named
from data.hotspots.series import Days
from tests.data.hotspots.made import AS_OF, CALENDAR, CELLS, CLOCK, TODAY, TREE, Life

RATES = (30.0, 12.0, 5.0)


def test_what_comes_again_and_again_in_one_grid_is_frequent() -> None:
    life = Life(RATES, 120)
    cell = int(CELLS[30])
    for day in range(1, 31, 2):
        life.burst(2, cell, 1, day)
    (matter,), tried = frequent(TREE, life.sight().recent)
    assert (matter.kind, matter.category_id, matter.grid_id) == (Kind.FREQUENT, 2, cell)
    assert matter.observed >= 15 > 3 * matter.expected
    assert matter.since_at == AS_OF - 30 * DAY
    assert matter.basis == "peers"
    assert tried > 200


def test_a_busy_grid_is_not_frequent_in_everything() -> None:
    life = Life(RATES, 120)
    cell = int(CELLS[30])
    for day in range(1, 31):
        for category, count in enumerate((6, 2, 1)):
            life.burst(category, cell, count, day)
    assert frequent(TREE, life.sight().recent)[0] == ()


def test_a_burst_of_one_day_is_sudden_and_not_frequent() -> None:
    life = Life(RATES, 120)
    life.burst(2, int(CELLS[30]), 15, 2)
    assert frequent(TREE, life.sight().recent)[0] == ()


def test_a_crowd_in_neighbouring_grids_is_concentrated() -> None:
    life = Life(RATES, 120)
    sight = life.sight()
    near = sorted(sight.positions, key=lambda grid: np.hypot(*np.subtract(sight.positions[grid], (2, 1))))[:3]
    dice = np.random.default_rng(4)
    cells = np.concatenate(
        [CELLS[(TREE.by_id(grid).id < CELLS) & (TREE.by_id(grid).last_id >= CELLS)] for grid in near]
    )
    for day in (1, 2, 3):
        life.add(1, dice.choice(cells, 14), TODAY - day)
    sight = life.sight()
    found, tried = concentrated(TREE, sight.recent, sight.positions, 5, permutations=199)
    assert tried == 3
    assert found[0].category_id == 1
    assert set(near) <= set(found[0].grids)
    assert found[0].observed >= 42 > 1.5 * found[0].expected
    assert found[0].since_at == AS_OF - 3 * DAY
    assert concentrated(TREE, sight.recent, sight.positions, 5, permutations=199)[0] == found
    assert concentrated(TREE, sight.recent, sight.positions, 5, categories=[0])[1] == 1


def test_what_is_told_already_excuses_no_concentration() -> None:
    """Of a crowd that is told as a sudden matter nothing more is said, and another that passes only beside it is not
    said either."""
    life = Life(RATES, 120)
    sight = life.sight()
    near = sorted(sight.positions, key=lambda grid: np.hypot(*np.subtract(sight.positions[grid], (2, 1))))[:3]
    cells = np.concatenate(
        [CELLS[(TREE.by_id(grid).id < CELLS) & (TREE.by_id(grid).last_id >= CELLS)] for grid in near]
    )
    dice = np.random.default_rng(4)
    for day in (1, 2, 3):
        life.add(1, dice.choice(cells, 14), TODAY - day)
        life.add(2, dice.choice(cells, 6), TODAY - day)
    sight = life.sight()

    def found(told: tuple[Finding, ...], share: float = 0.05) -> dict[int, Finding]:
        some, _ = concentrated(
            TREE, sight.recent, sight.positions, 5, told=told, permutations=199, share=share
        )
        return {each.category_id: each for each in some}

    assert set(found(())) == {1, 2}
    sure, weak = found(())[1], found(())[2]
    sudden = replace(
        sure, kind=Kind.SUDDEN, grid_id=TREE.root.id, grids=(TREE.root.id,), observed=sure.observed + 9
    )
    left = found((sudden,))
    assert (set(left), left[2].chance) == ({2}, weak.chance)
    assert left[2].share == pytest.approx(2 * weak.share)
    assert set(found((), 1.5 * weak.share)) == {1, 2}
    assert found((sudden,), 1.5 * weak.share) == {}


def test_many_calls_about_one_matter_are_no_crowd() -> None:
    """Matters of which each is reported five times in a day by one grid crowd nowhere, and their reports do: as if each
    were a case, every month would have a concentration."""
    cried = as_if_apart = 0
    for seed in range(12):
        life = Life((0.0,), 70, seed)
        dice = np.random.default_rng(seed)
        for day in range(1, 29):
            for cell in dice.choice(CELLS, 5):
                life.burst(0, int(cell), 5, day)
        sight = life.sight()
        (cases,) = cases_by_category(TREE, sight.recent, sight.positions)
        assert len(cases.row) == 28 * 5 * 5
        assert 28 * 5 * 0.9 < cases.counted.sum() <= 28 * 5
        cried += bool(cases.clusters(sight.positions, 3, 99))
        every = replace(cases, counted=np.ones(len(cases.row), dtype=bool))
        as_if_apart += bool(every.clusters(sight.positions, 3, 99))
    assert cried <= 3
    assert as_if_apart == 12


def test_reports_at_the_places_themselves_all_count() -> None:
    """Where no grid lies below the places, nothing says which reports are of one matter."""
    life = Life((2.0,), 70)
    place = next(each.id for each in TREE if each.depth == 3)
    life.burst(0, place, 8, 2)
    sight = life.sight()
    (cases,) = cases_by_category(TREE, sight.recent, sight.positions)
    mine = (cases.row == cases.grids.index(place)) & (cases.age == 1)
    assert cases.counted[mine].sum() >= 8


def test_a_wave_over_the_whole_city_is_no_concentration() -> None:
    life = Life(RATES, 120)
    life.add(1, np.random.default_rng(1).choice(CELLS, 80), TODAY - 1)
    sight = life.sight()
    assert concentrated(TREE, sight.recent, sight.positions, 5, permutations=199)[0] == ()


def test_the_smallest_grid_that_holds_them_all() -> None:
    street = TREE.get("110101")
    inside = [grid.id for grid in TREE if grid.parent == "110101"]
    assert smallest_holding(TREE, inside) == street.id
    assert smallest_holding(TREE, inside[:1]) == inside[0]
    assert smallest_holding(TREE, [inside[0], int(CELLS[-1])]) == TREE.root.id


def test_without_outlines_it_is_said_that_concentration_is_not_judged() -> None:
    judgement = hot(Life(RATES, 120).sight(positions=False), 1)
    assert "no_outlines" in judgement.unjudged
    assert all(each.kind is not Kind.CONCENTRATED for each in judgement.findings)


def winters(years: int, rise: float, *, skip: int | None = None) -> Days:
    """A category with a high December, and one without, over some years before the middle of November 2026."""
    today = day_of(date(2026, 11, 16))
    first = today - 365 * years
    days = np.arange(first, today)
    month = np.array([date_of(int(day)).month for day in days])
    year = np.array([date_of(int(day)).year for day in days])
    dice = np.random.default_rng(6)
    high = np.where((month == 12) & (year != skip), rise, 1.0)
    return Days(first, np.stack([dice.poisson(4 * high), dice.poisson(np.full(len(days), 4.0))]))


def test_a_season_is_announced_before_it_comes() -> None:
    as_of = CLOCK.day_start(day_of(date(2026, 11, 16))) + 8 * DAY // 24
    (matter,), years = ahead(CALENDAR, winters(3, 4.0), as_of, TREE.root)
    assert years == 2, "the third reaches back before the first day"
    assert (matter.kind, matter.category_id) == (Kind.AHEAD, 0)
    assert abs((matter.since_at - CLOCK.at(date(2026, 12, 1))) / DAY) < 6
    assert matter.since_at > as_of
    assert matter.expected == pytest.approx(120, abs=25)
    assert matter.observed == pytest.approx(120 * 2.5, rel=0.25)


def test_a_season_that_failed_once_is_not_announced() -> None:
    as_of = CLOCK.day_start(day_of(date(2026, 11, 16)))
    assert ahead(CALENDAR, winters(3, 4.0, skip=2024), as_of, TREE.root) == ((), 2)
    assert ahead(CALENDAR, winters(3, 1.2), as_of, TREE.root)[0] == ()
    few = winters(1, 4.0)
    assert ahead(CALENDAR, Days(few.first + 300, few.counts[:, 300:]), as_of, TREE.root) == ((), 0)


def test_a_festival_is_announced_by_its_own_date() -> None:
    """The Spring Festival of 2025 began on 28 January, that of 2026 on 15 February: fireworks come with it."""
    today = day_of(date(2026, 1, 25))
    days = np.arange(today - 500, today)
    eve = day_of(date(2025, 1, 28))
    counts = np.where(abs(days - eve) < 5, 40, 2)
    (matter,), years = ahead(CALENDAR, Days(today - 500, counts[None, :]), CLOCK.day_start(today), TREE.root)
    assert years == 1
    assert abs((matter.since_at - CLOCK.at(date(2026, 2, 11))) / DAY) <= 5


def test_a_surge_is_not_told_again_as_frequent() -> None:
    life = Life(RATES, 120)
    cell = int(CELLS[30])
    for day in range(1, 7):
        life.burst(2, cell, 4, day)
    matters = [each for each in hot(life.sight(), 1).findings if each.category_id == 2]
    assert [each.kind for each in matters] == [Kind.SUDDEN]
    assert named(tuple(matters), (7, 8, 9))[0].category_id == 9
    assert matters[0].key == f"sudden:2:{cell}"


def test_the_hour_leaves_out_what_changes_by_the_day() -> None:
    life = Life(RATES, 120)
    cell = int(CELLS[30])
    for day in range(1, 31, 2):
        life.burst(2, cell, 1, day)
    life.burst(1, int(CELLS[2]), 12)
    assert {each.kind for each in hot(life.sight(), 1).findings} == {Kind.SUDDEN, Kind.FREQUENT}
    assert {each.kind for each in hot(life.sight(), 1, hourly=True).findings} == {Kind.SUDDEN}

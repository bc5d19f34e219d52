from __future__ import annotations

import numpy as np
import pytest

from data.hotspots.scan import Zones, circles, gumbel_tail, scan
from tests.data.hotspots.plainscan import strongest


def square(side: int) -> tuple[np.ndarray, np.ndarray]:
    across, up = np.meshgrid(np.arange(side, dtype=float), np.arange(side, dtype=float))
    return across.ravel(), up.ravel()


@pytest.mark.parametrize("seed", range(6))
def test_the_strongest_cylinder_is_that_of_a_plain_search(seed: int) -> None:
    dice = np.random.default_rng(seed)
    x, y = square(4)
    x, y = x + dice.normal(0, 0.1, 16), y + dice.normal(0, 0.1, 16)
    place, age = dice.integers(0, 16, 60), dice.integers(0, 12, 60)
    place, age = np.append(place, [5, 5, 6, 6, 5]), np.append(age, [0, 1, 0, 2, 1])
    zones = circles(x, y, 6, 2.0)
    lists = [[int(near) for near in row if near >= 0] for row in zones.nearest]
    ratio, places, days, inside, expected = strongest(list(zip(place, age, strict=True)), lists, 4, 3)
    first = scan(place, age, zones, 4, 19, 1, significant=1.0)[0]
    assert (first.places, first.days, first.observed) == (places, days, inside)
    assert first.ratio_log == pytest.approx(ratio)
    assert first.expected == pytest.approx(expected)


def test_the_chance_is_that_of_permuted_days() -> None:
    """Beside the plain search under the same permutations: the rank of the real one among them."""
    dice = np.random.default_rng(3)
    x, y = square(3)
    place, age = dice.integers(0, 9, 40), dice.integers(0, 8, 40)
    zones = circles(x, y, 4, 1.5)
    lists = [[int(near) for near in row if near >= 0] for row in zones.nearest]
    found = scan(place, age, zones, 3, 49, 11, significant=1.0)[0]
    again, beaten = np.random.default_rng(11), 0
    for _ in range(49):
        permuted = again.permutation(age)
        beaten += strongest(list(zip(place, permuted, strict=True)), lists, 3, 3)[0] >= found.ratio_log - 1e-9
    assert found.chance == (1 + beaten) / 50


def test_a_cluster_is_found_and_a_busy_place_or_day_is_none() -> None:
    dice = np.random.default_rng(5)
    x, y = square(10)
    place, age = dice.integers(0, 100, 800), dice.integers(0, 28, 800)
    busy = np.full(150, 33)
    place, age = np.append(place, busy), np.append(age, dice.integers(0, 28, 150))
    place, age = np.append(place, dice.integers(0, 100, 60)), np.append(age, np.zeros(60, dtype=np.int64))
    zones = circles(x, y, 9, 2.0)
    assert scan(place, age, zones, 7, 199, 1, enough=10) == ()
    crowd = np.array([71, 72, 81, 82] * 5)
    found = scan(
        np.append(place, crowd), np.append(age, dice.integers(0, 3, 20)), zones, 7, 199, 1, significant=0.01
    )
    assert len(found) == 1
    assert {71, 72, 81, 82} <= set(found[0].places)
    assert found[0].days == 3
    assert found[0].observed >= max(20, 2 * found[0].expected)
    assert found[0].chance < 1e-3, "rarer than 199 permutations could say"


def test_the_same_seed_says_the_same_and_chances_are_honest() -> None:
    dice = np.random.default_rng(8)
    x, y = square(5)
    zones = circles(x, y, 5, 1.5)
    chances = []
    for _ in range(60):
        place, age = dice.integers(0, 25, 80), dice.integers(0, 14, 80)
        found = scan(place, age, zones, 5, 19, 2, significant=1.0)
        assert found == scan(place, age, zones, 5, 19, 2, significant=1.0)
        chances.append(found[0].chance if found else 1.0)
    assert np.mean(np.array(chances) <= 0.1) == pytest.approx(0.1, abs=0.1)


def test_chances_are_honest_in_the_tail() -> None:
    """Where nothing is planted, one scan in twenty has a chance of 5 % and one in a hundred of 1 %, be it a rank or
    read from the law; what is planted is rarer than the permutations can say."""
    dice = np.random.default_rng(20)
    x, y = square(8)
    zones = circles(x, y, 9, 2.0)
    chances = np.ones(400)
    for number in range(len(chances)):
        # Some places have ten times as many as others, and the last days more than those before.
        place = dice.choice(64, 150, p=np.linspace(1, 10, 64) / np.linspace(1, 10, 64).sum())
        age = np.minimum(dice.geometric(0.06, 150) - 1, 27)
        found = scan(place, age, zones, 5, 199, number, enough=10, significant=1.0)
        chances[number] = found[0].chance if found else 1.0
    assert 9 <= (chances <= 0.05).sum() <= 33
    assert (chances <= 0.01).sum() <= 10
    assert (chances <= 0.001).sum() <= 3
    crowd = np.array([9, 10, 17, 18] * 4)
    ages = np.append(age, np.zeros(16, dtype=np.int64))
    assert scan(np.append(place, crowd), ages, zones, 5, 199, 1, enough=10)[0].chance < 1e-5


def test_the_law_of_rare_chances_is_that_of_its_moments() -> None:
    dice = np.random.default_rng(6)
    maxima = dice.gumbel(5.0, 0.8, 200_000)
    assert gumbel_tail(5.0, maxima) == pytest.approx(1 - np.exp(-1), abs=0.01)
    for chance in (1e-2, 1e-4, 1e-8):
        value = 5.0 - 0.8 * np.log(-np.log1p(-chance))
        assert gumbel_tail(value, maxima) == pytest.approx(chance, rel=0.15)
    assert 0 < gumbel_tail(1e6, maxima) < 1e-200


def test_ending_early_says_that_it_is_nothing() -> None:
    dice = np.random.default_rng(4)
    x, y = square(5)
    place, age = dice.integers(0, 25, 100), dice.integers(0, 14, 100)
    zones = circles(x, y, 5, 1.5)
    exact = scan(place, age, zones, 5, 999, 2, significant=1.0)[0].chance
    early = scan(place, age, zones, 5, 999, 2, enough=10, significant=1.0)[0].chance
    assert early == pytest.approx(exact, abs=0.25)
    assert early > 0.02


def test_circles_grow_by_distance_and_end_at_their_reach() -> None:
    zones = circles(np.array([0.0, 1.0, 3.0, 3.0]), np.zeros(4), 3, 2.5)
    assert zones.nearest.tolist() == [[0, 1, -1], [1, 0, 2], [2, 3, 1], [3, 2, 1]]
    with pytest.raises(ValueError, match="leave out those without"):
        circles(np.array([np.nan]), np.array([0.0]), 3, 1.0)


def test_nothing_to_scan() -> None:
    none = np.zeros(0, dtype=np.int64)
    zones = circles(np.zeros(2), np.zeros(2), 3, 1.0)
    assert scan(none, none, zones, 7, 9, 1) == ()
    assert scan(np.array([0]), np.array([0]), zones, 7, 9, 1) == ()
    assert scan(np.array([0, 0]), np.array([0, 1]), Zones(np.zeros((0, 0), dtype=np.int64)), 7, 9, 1) == ()

"""Totals that are met exactly, and dice that a seed determines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.demo.chance import apportion, dice


@given(
    weights=st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40),
    spare=st.integers(0, 10_000),
    least=st.integers(0, 5),
)
def test_parts_sum_to_the_total_and_stay_near_their_share(
    weights: list[float], spare: int, least: int
) -> None:
    total = spare + least * len(weights)
    parts = apportion(weights, total, least)
    assert parts.sum() == total
    exact = np.array(weights) / sum(weights) * spare + least
    assert (np.abs(parts - exact) < 1).all()


def test_the_largest_remainders_are_rounded_up() -> None:
    assert apportion([3.3, 3.4, 3.3], 10).tolist() == [3, 4, 3]
    assert apportion([1, 1, 1], 2).tolist() == [1, 1, 0]


def test_nothing_for_nobody() -> None:
    assert apportion([], 0).tolist() == []
    assert apportion([0, 0], 4, least=2).tolist() == [2, 2]


@pytest.mark.parametrize(("weights", "total", "least"), [([1, 1], 1, 1), ([], 3, 0), ([0, 0], 3, 1)])
def test_a_total_that_cannot_be_met(weights: list[float], total: int, least: int) -> None:
    with pytest.raises(ValueError, match="expected at least"):
        apportion(weights, total, least)


def test_dice_depend_on_the_seed_and_the_work() -> None:
    rolls = [dice(seed, key).random() for seed, key in ((1, "a"), (1, "b"), (2, "a"), (1, "a"))]
    assert rolls[0] == rolls[3]
    assert len(set(rolls)) == 3

"""What counts as a move: against the noise that chance makes, and not for a reader's eye too small."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.indicators import Figure
from data.shifts import CERTAINTY, LEAST_POINTS, MINIMUM, missed, shift


def rate(numerator: int, denominator: int, key: str = "handling_timeliness") -> Figure:
    return Figure(key, numerator / denominator if denominator else None, numerator, denominator)


def count(number: int, key: str = "overdue_open") -> Figure:
    return Figure(key, float(number), number, None)


def test_a_clear_fall_is_told_with_its_size() -> None:
    found = shift(rate(900, 1000), rate(950, 1000))
    assert found is not None
    assert (found.direction, round(found.difference, 4)) == ("worse", -0.05)
    pooled = 1850 / 2000
    assert found.times == pytest.approx(0.05 / math.sqrt(pooled * (1 - pooled) * 2 / 1000))


def test_the_same_fall_of_few_events_is_noise() -> None:
    assert shift(rate(90, 100), rate(95, 100)) is None


def test_a_fall_that_nobody_sees_is_none_however_certain() -> None:
    many = 10_000_000
    assert shift(rate(int(0.946 * many), many), rate(int(0.950 * many), many)) is None
    assert shift(rate(int(0.944 * many), many), rate(int(0.950 * many), many)) is not None


@pytest.mark.parametrize(
    ("current", "before"),
    [
        (rate(0, 0), rate(95, 100)),
        (rate(0, 9), rate(1000, 1000)),
        (rate(0, 1000), rate(9, 9)),
        (rate(5, 10), None),
        (Figure("received", 5000.0, 5000, None), Figure("received", 1.0, 1, None)),
        (count(9), count(0)),
    ],
)
def test_what_cannot_be_judged_has_not_moved(current: Figure, before: Figure | None) -> None:
    assert shift(current, before) is None


def test_ten_events_are_enough() -> None:
    assert MINIMUM == 10
    assert shift(rate(0, 10), rate(10, 10)) is not None


def test_less_is_better_where_the_definition_says_so() -> None:
    found = shift(rate(60, 1000, "rework"), rate(20, 1000, "rework"))
    assert found is not None
    assert found.direction == "worse"
    stock = shift(count(1300), count(1000))
    assert stock is not None
    assert (stock.direction, stock.difference) == ("worse", 300.0)
    assert shift(count(1030), count(1000)) is None


@given(st.integers(10, 5000), st.integers(10, 5000), st.floats(0, 1), st.floats(0, 1))
def test_the_other_way_round_is_the_opposite(first: int, second: int, high: float, low: float) -> None:
    one, other = rate(int(first * high), first), rate(int(second * low), second)
    there, back = shift(one, other), shift(other, one)
    assert (there is None) == (back is None)
    if there and back:
        assert there.difference == pytest.approx(-back.difference)
        assert {there.direction, back.direction} == {"better", "worse"}


def test_chance_alone_is_seldom_told() -> None:
    random = Random(5)
    told = 0
    for _ in range(2000):
        first, second = (sum(random.random() < 0.9 for _ in range(400)) for _ in range(2))
        told += shift(rate(first, 400), rate(second, 400)) is not None
    assert told < 2000 * 0.02, (
        f"{told} of 2000 differences that are pure chance were told (at {CERTAINTY} deviations)"
    )
    assert LEAST_POINTS < 0.05


def test_a_target_is_missed_on_the_wrong_side_only() -> None:
    assert missed(rate(90, 100), 0.95) == pytest.approx(0.05)
    assert missed(rate(95, 100), 0.95) is None
    assert missed(rate(96, 100), 0.95) is None
    assert missed(rate(5, 100, "rework"), 0.03) == pytest.approx(0.02)
    assert missed(rate(3, 100, "rework"), 0.03) is None
    assert missed(rate(0, 9), 0.95) is None
    assert missed(rate(0, 0), 0.95) is None

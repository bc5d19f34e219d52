"""What counts as growth: a verdict that lets noise pass and overlooks no leak."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.trend import trend

TIMES = [30.0 * number for number in range(120)]


def noisy(seed: int, slope: float, level: float = 100.0, noise: float = 1.0) -> list[float]:
    rng = np.random.default_rng(seed)
    return [level + slope * at + float(rng.normal(0, noise)) for at in TIMES]


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_growth(seed: int) -> None:
    assert not trend(TIMES, noisy(seed, 0.0)).grows


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    found = [trend(TIMES, noisy(seed, 0.0)) for seed in range(20)]
    assert sum(one.low < 0 < one.high for one in found) >= 17


@pytest.mark.parametrize("seed", range(20))
def test_a_leak_is_found_even_with_outliers(seed: int) -> None:
    values = noisy(seed, 10 / TIMES[-1])
    values[7], values[60], values[100] = 500.0, 0.0, 700.0
    found = trend(TIMES, values)
    assert found.grows
    assert found.growth == pytest.approx(10, abs=2)


def test_a_small_steady_drift_within_two_per_cent_is_allowed() -> None:
    assert not trend(TIMES, [100 + 1.5 * at / TIMES[-1] for at in TIMES]).grows
    assert trend(TIMES, [100 + 2.5 * at / TIMES[-1] for at in TIMES]).grows


def test_what_falls_does_not_grow() -> None:
    assert not trend(TIMES, noisy(1, -10 / TIMES[-1])).grows


def test_a_long_series_is_thinned() -> None:
    times = [float(number) for number in range(5000)]
    assert trend(times, [1000 + 0.1 * at for at in times]).growth == pytest.approx(499, abs=2)


def test_too_few_values_have_no_trend() -> None:
    with pytest.raises(ValueError, match="expected at least 4 values"):
        trend([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])

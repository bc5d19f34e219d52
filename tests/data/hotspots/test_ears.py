from __future__ import annotations

import numpy as np
import pytest

from data.hotspots.ears import ears

SALMONELLA_NEWPORT = [
    *(0, 0, 4, 3, 3, 5, 3, 1, 1, 1, 3, 3, 1, 2),
    *(1, 0, 3, 3, 3, 1, 0, 0, 0, 1, 3, 0, 2, 2, 3, 3, 0, 3, 2, 1, 2, 1, 1, 0, 3, 1, 2, 0, 0, 2, 5),
]
"""Reports of Salmonella Newport in Germany by week: the last fourteen of 2010 and the first of 2011, on which the R
package surveillance is tested (1.20.3, its data salmNewport)."""

FIRST = 14


def test_upper_bounds_are_the_published_ones() -> None:
    """The package's own test names the first four bounds of C1 at 0.05; the others are its answers to the same data."""
    c1, c2 = ears(np.array(SALMONELLA_NEWPORT), least_deviation=0.0).upper_bounds(0.05)
    assert c1[FIRST : FIRST + 4].tolist() == pytest.approx([3.278854, 3.278854, 3.436517, 3.855617], abs=1e-6)
    assert c1[FIRST + 12 : FIRST + 16].tolist() == pytest.approx(
        [2.544510, 2.855617, 3.141331, 3.664370], abs=1e-6
    )
    assert c2[FIRST : FIRST + 6].tolist() == pytest.approx(
        [4.915356, 3.615565, 3.278854, 3.278854, 3.436517, 3.855617], abs=1e-6
    )
    floored, _ = ears(np.array(SALMONELLA_NEWPORT), least_deviation=1.0).upper_bounds(0.001)
    assert floored[FIRST : FIRST + 4].tolist() == pytest.approx(
        [4.804518, 4.804518, 5.075423, 5.611731], abs=1e-6
    )


def test_statistics_by_hand() -> None:
    """Seven days of 2, 4, 4, 4, 6, 4, 4: a mean of 4, squares of 8 over 6 degrees of freedom."""
    days = [2, 4, 4, 4, 6, 4, 4, 5, 6, 9, 9, 9]
    found = ears(np.array(days), least_deviation=0.5)
    deviation = (8 / 6) ** 0.5
    assert found.c1[7] == pytest.approx(1 / deviation)
    assert found.c2[9] == pytest.approx(5 / deviation)
    assert np.isnan(found.c1[6])
    assert np.isnan(found.c2[8])
    assert np.isnan(found.c3[10])
    # C3 sums what C2 is above 1 by, alarms included: (C2(9) - 1) + (C2(10) - 1) + (C2(11) - 1).
    assert found.c3[11] == pytest.approx(sum(max(0.0, found.c2[day] - 1) for day in (9, 10, 11)))
    assert found.c3[11] > found.c2[11]


def test_a_slow_rise_is_seen_by_c2_before_c1() -> None:
    found = ears(np.array([3, 4, 2, 3, 4, 2, 3, 3, 4, 6, 8, 9]))
    c1, c2, c3 = found.alarms()
    assert not c1[11]
    assert c2[10]
    assert c2[11]
    assert c3[11], "what two days have begun the third completes"


def test_sparse_series_have_a_floor() -> None:
    days = [0] * 9 + [2]
    assert not any(alarm[9] for alarm in ears(np.array(days)).alarms())
    assert ears(np.array(days), least_deviation=0.0).alarms()[1][9]
    with pytest.raises(ValueError, match="least deviation of 0 or more"):
        ears(np.array(days), least_deviation=-1.0)


def test_many_series_at_once_and_short_ones() -> None:
    table = np.array([SALMONELLA_NEWPORT, SALMONELLA_NEWPORT[::-1]])
    both = ears(table)
    assert both.c3[0].tolist() == pytest.approx(ears(table[0]).c3.tolist(), nan_ok=True)
    assert np.isnan(ears(np.array([1, 2])).c1).all()
    assert np.isnan(ears(np.zeros((3, 0))).c3).all()


def test_the_chance_of_a_day_is_honest() -> None:
    """Of series of equal days about one in a hundred has a chance of a hundredth or less."""
    dice = np.random.default_rng(7)
    chance = ears(dice.normal(100, 10, (20_000, 10))).chance()[:, -1]
    assert (chance <= 0.01).mean() == pytest.approx(0.01, abs=0.002)

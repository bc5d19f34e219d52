from __future__ import annotations

import numpy as np
import pytest

from data.hotspots.chances import count_tail, normal_quantile, normal_tail, student_tail
from data.hotspots.discovery import discoveries, focused


def test_tails_are_those_of_r() -> None:
    """ppois, pnbinom, pt and pnorm of R 4.2.2; the negative binomial of mean m and size m / (spread - 1)."""
    count = np.array([10, 10, 3, 120, 4])
    mean = np.array([3.0, 3.0, 7.5, 100.0, 20.0])
    spread = np.array([1.0, 2.0, 1.0, 2.5, 3.0])
    expected = [0.00110248813012, 0.0192871093750, 0.97974328494334, 0.11196837465598, 0.99835227867879]
    assert count_tail(count, mean, spread) == pytest.approx(expected, rel=1e-11)
    assert student_tail(np.array([2.5]))[0] == pytest.approx(0.02326411614208, rel=1e-12)
    assert normal_tail(np.array([3.09]))[0] == pytest.approx(0.00100078247661, rel=1e-12)
    assert normal_quantile(0.001) == pytest.approx(3.090232306, abs=1e-9)


def test_tails_at_the_edges() -> None:
    tails = count_tail(np.array([0, 0, 5, 1]), np.array([0.0, 9.0, 0.0, 1e-9]), np.ones(4))
    assert tails.tolist() == pytest.approx([1.0, 1.0, 0.0, 1e-9], rel=1e-6)
    far = count_tail(np.array([100_500]), np.array([100_000.0]), np.array([1.0]))[0]
    assert far == pytest.approx(0.0572, abs=0.0005), "a million terms are not needed for a large count"
    with pytest.raises(ValueError, match="spreads of 1 or more"):
        count_tail(np.array([1]), np.array([1.0]), np.array([0.5]))


def test_discoveries_of_the_paper() -> None:
    """The fifteen chances of Benjamini and Hochberg's example: four are discoveries at 0.05."""
    sure = (0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459)
    chances = np.array([*sure, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0])
    shares = discoveries(chances)
    assert (shares <= 0.05).sum() == 4
    assert shares[:6].tolist() == pytest.approx([0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.0638571428571])
    turned = discoveries(chances[::-1])
    assert turned.tolist() == shares[::-1].tolist()


def test_tests_that_were_left_out_count() -> None:
    assert discoveries(np.array([0.001]), 100).tolist() == [0.1]
    assert len(discoveries(np.zeros(0), 5)) == 0
    with pytest.raises(ValueError, match="at least 2 tests"):
        discoveries(np.array([0.1, 0.2]), 1)
    with pytest.raises(ValueError, match="has none and is left out"):
        discoveries(np.array([np.nan]))


def test_one_matter_in_many_series_excuses_no_other() -> None:
    """Ten series of one surge make a rare thing beside them a discovery, counted as ten; told once they do not."""
    chances = np.array([*np.full(10, 1e-9), 2e-3, 2e-2])
    assert (discoveries(chances, 100) <= 0.05).sum() == 11
    apart = focused(chances, 100, len)
    assert apart.tolist() == pytest.approx([*discoveries(chances, 100)[:11], 1.0])
    once = focused(chances, 100, lambda rows: len(set(np.maximum(rows, 9).tolist())))
    assert once[:10].tolist() == pytest.approx([1e-7] * 10)
    assert once[10] == pytest.approx(100 * 2e-3 / 2)
    assert once[11] == 1.0
    assert focused(chances[::-1], 100, lambda rows: 1).tolist()[1] == pytest.approx(0.2)
    assert focused(np.zeros(0), 5, len).tolist() == []


def test_of_thousands_that_stand_out_some_prefixes_are_looked_at() -> None:
    chances = np.sort(np.random.default_rng(1).uniform(0, 1e-3, 3000))
    asked: list[int] = []

    def told(rows: np.ndarray) -> int:
        asked.append(len(rows))
        return len(rows)

    found = focused(chances[::-1], 4000, told)[::-1]
    assert len(asked) <= 64
    assert (found >= discoveries(chances, 4000) - 1e-15).all(), "never surer than with every prefix"
    assert (found <= 0.05).all()

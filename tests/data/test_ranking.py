from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.indicators import INDICATORS
from data.ranking import MINIMUM_DUE, band, places, ranks

NONE = float("nan")


@pytest.mark.parametrize(
    ("key", "values", "due", "expected"),
    [
        ("completion", [0.9, 0.8, 0.9, 0.7], [10, 10, 10, 10], [1, 3, 1, 4]),
        ("completion", [0.9, 1.0, 0.8], [10, 9, 10], [1, 0, 2]),
        ("completion", [NONE, 0.5], [0, 10], [0, 1]),
        ("rework", [0.1, 0.2, 0.1], [10, 10, 10], [1, 3, 1]),
        ("overdue_open", [5.0, 0.0, 5.0], [0, 0, 0], [2, 1, 2]),
        ("received", [5.0, 7.0], [0, 0], [2, 1]),
        ("received", [NONE, 7.0], [0, 0], [0, 1]),
        ("received", [], [], []),
    ],
)
def test_ties_share_a_rank_and_too_few_have_none(
    key: str, values: list[float], due: list[int], expected: list[int]
) -> None:
    found = ranks(INDICATORS[key], np.array(values, dtype=np.float64), np.array(due, dtype=np.int64))
    assert found.tolist() == expected
    assert MINIMUM_DUE == 10


@pytest.mark.parametrize(
    ("key", "value", "target", "expected"),
    [
        ("completion", 0.95, 0.95, "good"),
        ("completion", 0.9499, 0.95, "yellow"),
        ("completion", 0.90, 0.95, "yellow"),
        ("completion", 0.8999, 0.95, "red"),
        ("rework", 0.03, 0.03, "good"),
        ("rework", 0.08, 0.03, "yellow"),
        ("rework", 0.0801, 0.03, "red"),
        ("completion", None, 0.95, "none"),
        ("completion", 0.5, None, "none"),
        ("received", 5.0, 9.0, "none"),
    ],
)
def test_a_miss_is_yellow_up_to_the_margin(
    key: str, value: float | None, target: float | None, expected: str
) -> None:
    assert band(INDICATORS[key], value, target, 0.05) == expected


@given(st.lists(st.none() | st.sampled_from([0.0, 50.0, 50.01, 99.99, 100.0])))
def test_places_are_shared_and_nothing_out_of_nothing(scores: list[float | None]) -> None:
    found = places(scores)
    for one, place in zip(scores, found, strict=True):
        assert place == (None if one is None else 1 + sum(x is not None and x > one for x in scores))

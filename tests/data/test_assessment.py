"""Scores from rates: the arithmetic by hand, what is missing, and places that are shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.assessment import DEFAULT, counted, faults, places, rules_of, score
from data.indicators import FOUR_RATES, figure

FULL = {
    "accept_on_time": 49,
    "accept_due": 50,
    "handle_on_time": 90,
    "handle_due": 100,
    "received_closed": 80,
    "received": 100,
    "satisfied": 19,
    "rated": 20,
}


def scored(measures: Mapping[str, int], table: Mapping[str, Any] | None = None) -> float | None:
    return score(rules_of(table or {}), {key: figure(key, measures) for key in FOUR_RATES})


def test_the_score_is_the_weighted_rates_over_the_weights_that_count() -> None:
    by_hand = (15 * 49 / 50 + 25 * 90 / 100 + 20 * 80 / 100 + 20 * 19 / 20) / 80 * 100
    assert scored(FULL) == round(by_hand, 2) == 90.25


def test_a_dimension_without_cases_is_left_out_and_none_is_no_score() -> None:
    assert scored({**FULL, "rated": 0}) == round((14.7 + 22.5 + 16) / 60 * 100, 2)
    assert scored({}) is None
    assert counted(DEFAULT, {key: figure(key, {}) for key in FOUR_RATES}) == ()


def test_a_city_has_its_own_weights_under_their_version() -> None:
    table = {"version": "2026-1", "weights": {"acceptance": 0, "handling": 100, "completion": 0, "rating": 0}}
    assert rules_of(table).version == "2026-1"
    assert scored(FULL, table) == 90.0
    assert rules_of({}) == DEFAULT
    assert (sum(one.weight for one in DEFAULT.dimensions), len(DEFAULT.dimensions)) == (100, 7)
    assert DEFAULT.judged_by == "handling_timeliness"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"weight": 1}, "means nothing here"),
        ({"weights": 7}, "must be points by dimension"),
        ({"version": "1", "weights": {"handeling": 1}}, "is no dimension"),
        ({"version": "1", "weights": {"handling": 2.5}}, "a whole number of points"),
        ({"version": "1", "weights": {"handling": -1}}, "a whole number of points"),
        ({"weights": {"handling": 30}}, "must have a version"),
        (
            {
                "version": "1",
                "weights": dict.fromkeys(("acceptance", "handling", "completion", "rating"), 0),
            },
            "a dimension that is measured",
        ),
    ],
)
def test_what_cannot_be_used(table: Mapping[str, Any], said: str) -> None:
    (fault,) = faults(table, set())
    assert said in fault


def test_what_can_be_used() -> None:
    for table in ({}, {"version": "2026-1"}, {"version": "2026-1", "weights": {"handling": 40, "centre": 0}}):
        assert faults(table, set()) == []


@given(st.lists(st.none() | st.sampled_from([0.0, 50.0, 50.01, 99.99, 100.0])))
def test_places_are_shared_and_nothing_out_of_nothing(scores: list[float | None]) -> None:
    found = places(scores)
    for one, place in zip(scores, found, strict=True):
        assert place == (None if one is None else 1 + sum(x is not None and x > one for x in scores))

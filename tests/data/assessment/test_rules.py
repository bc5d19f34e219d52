"""The rules of a pack, and curves."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.assessment.rules import DEFAULT, FULL, STRAIGHT, Curve, faults, rules_in, rules_of, target_curve

CORNERS = [[0.6, 0], [0.95, 90], [1, 100]]


def test_the_defaults_are_seven_dimensions_that_sum_to_a_hundred() -> None:
    assert rules_of({}) == DEFAULT
    assert (sum(one.weight for one in DEFAULT.dimensions), len(DEFAULT.dimensions)) == (FULL, 7)
    assert DEFAULT.judged_by == "handling_timeliness"
    assert [one.key for one in DEFAULT.dimensions if one.is_entered] == ["centre", "dispatching", "temporary"]


def test_a_city_has_its_own_rules_under_their_version() -> None:
    rules = rules_of(
        {
            "version": "2026-1",
            "weights": {"acceptance": 40, "handling": 0},
            "targets": {"acceptance": 0.98},
            "curves": {"completion": CORNERS},
            "prior_cases": 0,
            "minimum_cases": 1,
            "mark_share": 0.3,
            "depths": [2],
        }
    )
    assert (rules.version, rules.judged_by, rules.depths) == ("2026-1", "acceptance_timeliness", (2,))
    assert rules.mark_share == Fraction(3, 10), "as it is written, and not the nearest binary fraction"
    assert rules.of("acceptance").curve == target_curve(Fraction(98, 100))
    assert rules.of("completion").curve.points(Fraction(775, 1000)) == 45
    assert rules.of("rating").curve == STRAIGHT


@given(st.fractions(0, 1), st.fractions(0, 1))
def test_points_rise_with_the_rate_and_stay_within_a_hundred(one: Fraction, other: Fraction) -> None:
    low, high = sorted((one, other))
    for curve in (
        STRAIGHT,
        target_curve(Fraction(1, 3)),
        Curve(((Fraction(1, 2), Fraction(10)), (Fraction(1), Fraction(90)))),
    ):
        assert 0 <= curve.points(low) <= curve.points(high) <= FULL


def test_a_curve_at_its_corners_and_beyond() -> None:
    curve = rules_of({"version": "1", "curves": {"handling": CORNERS}}).of("handling").curve
    assert [curve.points(Fraction(rate)) for rate in ("0", "0.6", "0.95", "0.975", "1")] == [
        0,
        0,
        90,
        95,
        100,
    ]
    assert target_curve(Fraction(9, 10)).points(Fraction(95, 100)) == FULL


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"weight": 1}, "means nothing here"),
        ({"version": "1", "weights": 7}, "must be points by dimension"),
        ({"version": "1", "weights": {"handeling": 1}}, "is no dimension"),
        ({"version": "1", "weights": {"handling": 2.5}}, "a whole number of points"),
        ({"version": "1", "weights": {"handling": -1}}, "a whole number of points"),
        (
            {"version": "1", "weights": {"handling": 40}},
            "must sum to 100; found 115 (acceptance 15, handling 40,",
        ),
        ({"weights": {"handling": 25}}, "must have a version"),
        (
            {
                "version": "1",
                "weights": {
                    **dict.fromkeys(("acceptance", "handling", "completion", "rating"), 0),
                    "centre": 90,
                },
            },
            "a dimension that an indicator measures",
        ),
        ({"version": "1", "targets": {"handling": 0}}, "a rate above 0"),
        ({"version": "1", "targets": {"handling": 95}}, "a rate above 0"),
        ({"version": "1", "targets": []}, "must be rates by dimension"),
        ({"version": "1", "curves": {"handling": [[0, 0]]}}, "two or more corners"),
        ({"version": "1", "curves": {"handling": [[0.5, 50], [1, 40]]}}, "two or more corners"),
        ({"version": "1", "curves": {"handling": [[0.5, 0], [0.5, 40]]}}, "two or more corners"),
        ({"version": "1", "curves": {"handling": [[0, 0], [1, 101]]}}, "two or more corners"),
        ({"version": "1", "curves": 7}, "must be corners by dimension"),
        (
            {"version": "1", "curves": {"handling": CORNERS}, "targets": {"handling": 0.9}},
            "a target and a curve",
        ),
        ({"version": "1", "prior_cases": -1}, "a whole number up to 1000"),
        ({"version": "1", "minimum_cases": True}, "a whole number up to 1000"),
        ({"version": "1", "mark_share": 2}, "a share between 0 and 1"),
        ({"version": "1", "depths": []}, "a list of different depths"),
        ({"version": "1", "depths": [2, 2]}, "a list of different depths"),
        ({"version": "1", "depths": [0]}, "a list of different depths"),
    ],
)
def test_what_cannot_be_used(table: Mapping[str, Any], said: str) -> None:
    (fault,) = faults(table, set())
    assert said in fault


def test_what_can_be_used() -> None:
    for table in (
        {},
        {"version": "2026-1"},
        {"depths": [1, 2, 3]},
        {"version": "2026-1", "weights": {"handling": 30, "centre": 5}},
    ):
        assert faults(table, set()) == []


def test_several_tables_hold_each_from_its_month_on() -> None:
    tables = [{"version": "1", "prior_cases": 5}, {"version": "2", "since": "2026-12", "prior_cases": 9}]
    assert faults(tables, set()) == []
    assert [
        rules_in(tables, month).prior_cases for month in ("2001-01", "2026-11", "2026-12", "2027-01")
    ] == [5, 5, 9, 9]
    assert rules_in(tables[1:], "2026-11") == rules_in({}, "2026-11") == DEFAULT


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ([{"version": "1"}, {"version": "2"}], "[[assessment]] number 2 must have since"),
        (
            [{"version": "1", "since": "2026-12"}, {"version": "2", "since": "2026-12"}],
            "in the order of time",
        ),
        ([{"version": "1"}, {"version": "1", "since": "2026-12"}], "must each have a version of its own"),
        ([{"version": "1", "since": "2026-13"}], "since must be a month in quotes"),
    ],
)
def test_faults_of_several(tables: list[dict[str, Any]], sentence: str) -> None:
    (found,) = faults(tables, set())
    assert sentence in found

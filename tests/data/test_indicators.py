from __future__ import annotations

import re
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.indicators import FOUR_RATES, INDICATORS, NO_DATA, OVERDUE_OPEN, Indicator, figure, figures, shown
from data.measures import BY_MILESTONE, MEASURE_NAMES, MEASURES, MILESTONES

_DESIGN = {
    "received": ("received", None),
    "acceptance_timeliness": ("accept_on_time", "accept_due"),
    "handling_timeliness": ("handle_on_time", "handle_due"),
    "completion": ("received_closed", "received"),
    "on_time_closure": ("closed_on_time", "closed_judged"),
    "satisfaction": ("satisfied", "rated"),
    "rating_participation": ("closed_rated", "closed"),
    "overdue_open": ("overdue_open", None),
    "rework": ("closed_reworked", "closed"),
    "false_closure": ("closed_false", "closed_rated"),
}

MEASURED = st.dictionaries(st.sampled_from(MEASURE_NAMES), st.integers(0, 10**9))


def test_the_indicators_of_the_design_are_there() -> None:
    assert _DESIGN.items() <= {k: (d.numerator, d.denominator) for k, d in INDICATORS.items()}.items()


@pytest.mark.parametrize("definition", INDICATORS.values(), ids=lambda definition: definition.key)
def test_a_definition_is_whole(definition: Indicator) -> None:
    assert {definition.numerator, definition.denominator} <= {*MEASURE_NAMES, OVERDUE_OPEN, None}
    assert (definition.kind == "count") == (definition.denominator is None)
    assert definition.better in ("up", "down", "none")
    for field in fields(definition):
        value = getattr(definition, field.name)
        assert value or field.name in ("decimals", "target", "denominator"), field.name
    assert re.search(r"[\u4e00-\u9fff]", definition.label_zh)
    assert re.search(r"[\u4e00-\u9fff]", definition.formula)
    assert not re.search(r"[\u4e00-\u9fff]", definition.label_en + definition.formula_en)


def test_a_rate_divides_what_shares_a_milestone() -> None:
    at = {measure.name: measure.at for measure in MEASURES}
    for definition in INDICATORS.values():
        if definition.denominator is not None:
            assert at[definition.numerator] == at[definition.denominator]
    assert set(FOUR_RATES) <= {key for key, definition in INDICATORS.items() if definition.kind == "rate"}


def test_every_measure_hangs_on_one_milestone() -> None:
    assert len(set(MEASURE_NAMES)) == len(MEASURES) == sum(map(len, BY_MILESTONE.values()))
    assert list(BY_MILESTONE) == list(MILESTONES)


def test_nothing_to_divide_by_is_no_data() -> None:
    for key, made in figures({}).items():
        assert made.key == key
        assert made.numerator == 0
        if INDICATORS[key].kind == "count":
            assert (made.value, made.denominator) == (0.0, None)
        else:
            assert (made.value, made.denominator) == (None, 0)


@given(MEASURED, MEASURED)
def test_a_roll_up_divides_sums_and_averages_nothing(one: dict[str, int], other: dict[str, int]) -> None:
    both = {name: one.get(name, 0) + other.get(name, 0) for name in MEASURE_NAMES}
    for key, definition in INDICATORS.items():
        made, first, second = figure(key, both), figure(key, one), figure(key, other)
        assert made.numerator == first.numerator + second.numerator
        if definition.denominator is None:
            assert made.value == made.numerator
        else:
            assert made.denominator == (first.denominator or 0) + (second.denominator or 0)
            assert made.value == (made.numerator / made.denominator if made.denominator else None)


def test_a_roll_up_is_not_the_mean_of_rates() -> None:
    assert figure("completion", {"received_closed": 1 + 0, "received": 1 + 9}).value == 0.1


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("completion", 0.9712, "97.1%"),
        ("completion", 0.0, "0.0%"),
        ("completion", 1.0, "100.0%"),
        ("completion", None, NO_DATA),
        ("completion", float("nan"), NO_DATA),
        ("received", 5473.0, "5,473"),
        ("received", 0.0, "0"),
    ],
)
def test_how_a_value_is_shown(key: str, value: float | None, text: str) -> None:
    assert shown(key, value) == text


def test_an_unknown_indicator_raises() -> None:
    with pytest.raises(KeyError):
        figure("nothing", {})

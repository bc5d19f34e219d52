"""What holds of every score, and what is said where there is none."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from data.assessment.arithmetic import Cases, Given, score, worked
from data.assessment.rules import DEFAULT, KEYS


@st.composite
def cases(draw: st.DrawFn) -> Cases:
    due = draw(st.integers(0, 400))
    return Cases(draw(st.integers(0, due)), due)


@st.composite
def givens(draw: st.DrawFn) -> Given:
    mark = draw(st.none() | st.integers(0, 10_000))
    return Given(
        draw(st.none() | cases()), peers=draw(cases()), mark=None if mark is None else Fraction(mark, 100)
    )


@given(st.dictionaries(st.sampled_from(KEYS), givens()))
def test_a_score_lies_between_nothing_and_a_hundred_and_is_there_where_anything_was_judged(
    parts: dict[str, Given],
) -> None:
    found = score(DEFAULT, parts)
    judged = [one for one in found.parts if one.points is not None]
    assert (found.value is None) == (not judged)
    assert found.weight == sum(one.weight for one in judged)
    for one in found.parts:
        assert (one.reason == "") == (one.points is not None), "whatever is not judged says why"
        assert one.points is None or 0 <= one.points <= 100
    if found.value is not None:
        assert 0 <= found.value <= 100


@given(givens(), st.integers(0, 60))
def test_the_evened_rate_lies_between_ones_own_and_the_peers_and_nearer_to_ones_own_with_more_cases(
    one: Given, prior: int
) -> None:
    rules = replace(DEFAULT, prior_cases=prior)
    found = worked(rules, rules.of("handling"), one)
    if found.rate is None or found.evened is None:
        assert not found.counted.due
        return
    peers = one.peers.rate
    assert found.rate == found.evened if peers is None or not prior else True
    if peers is not None:
        assert min(found.rate, peers) <= found.evened <= max(found.rate, peers)
        tenfold = replace(one, cases=Cases(found.counted.met * 10, found.counted.due * 10))
        nearer = worked(rules, rules.of("handling"), tenfold).evened
        assert nearer is not None
        assert abs(nearer - found.rate) <= abs(found.evened - found.rate)


@given(givens())
def test_one_more_case_met_never_lowers_points(one: Given) -> None:
    if one.cases is None or one.cases.met == one.cases.due:
        return
    better = replace(one, cases=one.cases + Cases(1, 0))
    low, high = (worked(DEFAULT, DEFAULT.of("temporary"), each).points for each in (one, better))
    assert low is not None
    assert high is not None
    assert low < high


def test_excluded_cases_count_neither_way() -> None:
    found = worked(DEFAULT, DEFAULT.of("handling"), Given(Cases(8, 12), excluded=Cases(0, 2)))
    assert (found.rate, found.counted) == (Fraction(8, 10), Cases(8, 10))


def test_why_a_dimension_is_not_judged() -> None:
    rules = replace(DEFAULT, dimensions=(*DEFAULT.dimensions[:6], replace(DEFAULT.dimensions[6], weight=0)))
    found = score(
        rules,
        {
            "handling": Given(Cases(0, 0)),
            "temporary": Given(Cases(1, 1)),
            "dispatching": Given(mark=Fraction(40)),
        },
    )
    assert {one.key: one.reason for one in found.parts} == {
        "acceptance": "unrecorded",
        "handling": "none_due",
        "completion": "unrecorded",
        "rating": "unrecorded",
        "centre": "not_entered",
        "dispatching": "",
        "temporary": "no_weight",
    }
    assert (found.value, found.weight, found.too_few) == (Decimal(40), 5, True)
    assert found.ranked is None


def test_half_a_hundredth_goes_up() -> None:
    assert score(DEFAULT, {"handling": Given(Cases(1, 1600))}).value == Decimal("0.06")
    assert score(DEFAULT, {"handling": Given(Cases(1, 800))}).value == Decimal("0.13")

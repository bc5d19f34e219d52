"""Up, down and level follow from the numbers as printed, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clocks import ZoneClock, parse_instant
from data.indicators import FOUR_RATES, Figure, figure, shown
from data.periods import Period
from data.words import Language, speaking, word
from reports.wording import texts

SHANGHAI = ZoneClock.of("Asia/Shanghai")
RATES = st.tuples(st.integers(0, 3000), st.integers(0, 3000)).map(sorted)


def rate(key: str, counts: list[int]) -> Figure:
    numerator, denominator = counts
    return Figure(key, numerator / denominator if denominator else None, numerator, denominator)


def direction(language: Language, kind: str) -> dict[str, str]:
    """The words that only one direction has."""
    return {
        name: word(f"bulletin.{kind}_{name}")
        .format(than="\0", points="\1", n="\1")
        .split("\1")[0]
        .split("\0")[-1]
        for name in ("rose", "fell")
    }


@given(st.sampled_from(FOUR_RATES), RATES, RATES, st.sampled_from(["zh", "en"]))
def test_a_rate_moves_by_the_difference_of_what_is_printed(
    key: str, now: list[int], then: list[int], language: Language
) -> None:
    after, before = rate(key, now), rate(key, then)
    with speaking(language):
        sentence = texts.change_sentence(after, before, "T")
        cell = texts.change_cell(after, before)
        if after.value is None or before.value is None:
            assert sentence == word("bulletin.rate_incomparable").format(than="T")
            assert cell == word("bulletin.no_comparison")
            return
        change = Decimal(shown(key, after.value)[:-1]) - Decimal(shown(key, before.value)[:-1])
        name = "rose" if change > 0 else "fell" if change < 0 else "level"
        told = {"than": "T"} if name == "level" else {"than": "T", "points": abs(change)}
        assert sentence == word(f"bulletin.rate_{name}").format(**told)
        sign = "+" if change > 0 else texts.MINUS
        expected = word("bulletin.points").format(sign=sign, points=abs(change))
        assert cell == (expected if change else word("bulletin.same"))


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.sampled_from(["zh", "en"]))
def test_a_count_moves_by_its_difference(now: int, then: int, language: Language) -> None:
    with speaking(language):
        sentence = texts.count_sentence(now, then, "T")
        if now == then:
            assert sentence == word("bulletin.count_level").format(than="T")
        else:
            key = "bulletin.count_rose" if now > then else "bulletin.count_fell"
            assert sentence == word(key).format(than="T", n=f"{abs(now - then):,}")


def test_what_is_printed_alike_is_level() -> None:
    """94.96 % and 95.04 % are both 95.0 %."""
    with speaking("en"):
        low, high = rate("completion", [9496, 10000]), rate("completion", [9504, 10000])
        assert (shown("completion", low.value), shown("completion", high.value)) == ("95.0%", "95.0%")
        assert texts.change_sentence(high, low, "yesterday") == "level with yesterday"
        assert texts.change_sentence(figure("received", {}), figure("received", {"received": 1}), "then") == (
            "1 fewer than then"
        )


@pytest.mark.parametrize(
    ("start", "end", "as_of", "said"),
    [
        (
            "2026-11-25T16:00:00Z",
            "2026-11-26T16:00:00Z",
            "2026-11-26T12:00:00Z",
            "On November 26 until 20:00",
        ),
        ("2026-11-25T16:00:00Z", "2026-11-26T16:00:00Z", "2026-11-27T00:00:00Z", "On November 26"),
        (
            "2026-10-31T16:00:00Z",
            "2026-11-26T16:00:00Z",
            "2026-11-26T12:30:00Z",
            "From November 1 to 26, 20:30",
        ),
        ("2026-10-31T16:00:00Z", "2026-11-26T16:00:00Z", "2026-11-27T12:30:00Z", "From November 1 to 26"),
        (
            "2026-10-25T16:00:00Z",
            "2026-11-26T16:00:00Z",
            "2026-11-27T00:00:00Z",
            "From October 26 to November 26",
        ),
        ("2026-10-31T16:00:00Z", "2026-11-30T16:00:00Z", "2026-12-01T01:00:00Z", "In November 2026"),
    ],
)
def test_when(start: str, end: str, as_of: str, said: str) -> None:
    with speaking("en"):
        period = Period(parse_instant(start), parse_instant(end))
        assert texts.when(SHANGHAI, period, parse_instant(as_of)) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0.4, "0 min"),
        (59.9, "59 min"),
        (60, "1 h"),
        (23 * 60 + 59, "23 h"),
        (24 * 60, "1 d 0 h"),
        (1e6, "694 d 10 h"),
    ],
)
def test_lengths_are_whole_units_that_have_passed(minutes: float, said: str) -> None:
    with speaking("en"):
        assert texts.length(minutes) == said


def test_numbers_of_headings() -> None:
    assert [texts.numeral(place)[-1] for place in (1, 10, 11)] == [
        texts.numeral(1),
        texts.numeral(10),
        texts.numeral(1),
    ]
    with speaking("en"):
        assert [texts.numeral(place) for place in (1, 10, 11)] == ["1", "10", "11"]

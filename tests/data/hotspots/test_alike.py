from __future__ import annotations

import math

import numpy as np
import pytest

from data.clocks import HOUR, MINUTE
from data.hotspots.alike import Reports, candidates, cosine, matters, ngrams

PIPE = "金水区文化路86号院门口自来水管破裂，水流满街"
AGAIN = "文化路86号院门口自来水管破裂 水流满街！"
OTHER = "金水区文化路86号院楼上装修噪声扰民"
STEP = 100 / 111_320
"""A hundred metres as degrees of latitude."""


def alike(one: str, other: str) -> float:
    return cosine(ngrams(one), ngrams(other))


def reports(*rows: tuple[int, float, float, float, str]) -> Reports:
    """Rows of category, hours, hundreds of metres east and north, and text."""
    category, hours, east, north, texts = zip(*rows, strict=True)
    lat = 34.7 + np.array(north) * STEP
    return Reports(
        np.arange(len(rows)),
        np.array(category),
        np.round(np.array(hours) * HOUR).astype(np.int64),
        113.6 + np.array(east) * STEP / math.cos(math.radians(34.7)),
        lat,
        texts,
    )


def test_texts_that_say_the_same() -> None:
    assert alike(PIPE, PIPE) == pytest.approx(1.0)
    assert alike(PIPE, AGAIN) >= 0.88
    assert alike(PIPE, OTHER) < 0.7
    assert alike("１２号楼 漏水", "12号楼漏水") == pytest.approx(1.0), "full width is the same"
    assert alike("", PIPE) == alike("！？", PIPE) == 0.0


def test_the_cosine_by_hand() -> None:
    """漏水: 漏, 水, 漏水; 水管漏水: 水 twice, 管, 漏, 水管, 管漏, 漏水."""
    assert alike("漏水", "水管漏水") == pytest.approx((1 * 1 + 1 * 2 + 1 * 1) / math.sqrt(3 * 9))


def test_one_pipe_with_many_reports_is_one_matter() -> None:
    rows = [(1, number * 0.5, number % 3, 0.5, PIPE if number % 2 else AGAIN) for number in range(20)]
    found = matters(reports(*rows, (1, 3, 0, 0, OTHER), (2, 3, 0, 0, PIPE), (1, 3, 40, 0, PIPE)))
    assert found == (tuple(range(20)),)


def test_what_is_far_off_in_place_or_time_is_another_matter() -> None:
    here = (1, 0.0, 0.0, 0.0, PIPE)
    assert matters(reports(here, (1, 1.0, 2.9, 0.0, PIPE))) == ((0, 1),)
    assert matters(reports(here, (1, 1.0, 3.1, 0.0, PIPE))) == ()
    assert matters(reports(here, (1, 1.0, 0.0, -2.9, PIPE))) == ((0, 1),)
    assert matters(reports(here, (1, 48.0, 0.0, 0.0, PIPE))) == ((0, 1),)
    assert matters(reports(here, (1, 48.1, 0.0, 0.0, PIPE))) == ()
    linked = matters(reports(here, (1, 40.0, 0.0, 0.0, PIPE), (1, 80.0, 0.0, 0.0, PIPE)))
    assert linked == ((0, 1, 2),), "a matter that is reported on lasts"


def test_an_unknown_place_and_an_empty_text_match_nothing() -> None:
    unknown = (1, 0.0, math.nan, math.nan, PIPE)
    assert matters(reports(unknown, unknown)) == ()
    assert matters(reports((1, 0.0, 0.0, 0.0, ""), (1, 0.0, 0.0, 0.0, "  "))) == ()
    none = np.zeros(0, dtype=np.int64)
    assert matters(Reports(none, none, none, none.astype(float), none.astype(float), ())) == ()


def test_larger_matters_come_first() -> None:
    two = [(1, 0.0, 0.0, 0.0, PIPE), (1, 1.0, 0.0, 0.0, PIPE)]
    three = [(2, hour, 50.0, 0.0, OTHER) for hour in (1.0, 2.0, 3.0)]
    assert [len(rows) for rows in matters(reports(*two, *three))] == [3, 2]


def test_candidates_are_those_of_a_plain_search() -> None:
    dice = np.random.default_rng(3)
    count = 300
    many = reports(
        *[
            (int(kind), float(hour), float(east), float(north), "漏水")
            for kind, hour, east, north in zip(
                dice.integers(0, 3, count),
                dice.uniform(0, 200, count),
                dice.uniform(-20, 20, count),
                dice.uniform(-20, 20, count),
                strict=True,
            )
        ]
    )
    x = many.lon * 111_320 * math.cos(math.radians(float(np.median(many.lat))))
    y = many.lat * 111_320
    plain = {
        (one, other)
        for one in range(count)
        for other in range(one + 1, count)
        if many.category[one] == many.category[other]
        and math.hypot(x[one] - x[other], y[one] - y[other]) <= 300
        and abs(many.reported_at[one] - many.reported_at[other]) <= 48 * HOUR
    }
    first, second = candidates(many)
    found = [(min(pair), max(pair)) for pair in zip(first.tolist(), second.tolist(), strict=True)]
    assert len(found) == len(set(found))
    assert set(found) == plain
    assert len(plain) > 50
    assert MINUTE < HOUR

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps import wire
from tests.support.packed import numbers


@given(st.lists(st.integers(-(2**33), 2**33)))
def test_numbers_come_back(given_numbers: list[int]) -> None:
    body = wire.varints(np.array(given_numbers, dtype=np.int64))
    assert list(numbers(body)) == given_numbers


def test_small_numbers_take_one_byte() -> None:
    assert len(wire.varints(np.array([0, 63, -64], dtype=np.int64))) == 3
    assert len(wire.varints(np.array([64, -65], dtype=np.int64))) == 4


@given(st.lists(st.tuples(st.text(max_size=4), st.none() | st.text(max_size=4)), max_size=9))
def test_texts_come_back_from_what_stands_above_them(pairs: list[tuple[str, str | None]]) -> None:
    texts = [(first or "") + text if number % 2 else text for number, (text, first) in enumerate(pairs)]
    above = [first for _, first in pairs]
    short = wire.shortened(texts, above)
    assert [
        (first or "") + one[1:] if one[0] == "+" else one[1:] for one, first in zip(short, above, strict=True)
    ] == texts


def test_a_header_is_filled_up_so_that_numbers_behind_it_lie_evenly() -> None:
    for name in ("", "a", "ab", "abc", "网格"):
        body = wire.packed({"name": name}, b"\x01\x02\x03\x04")
        assert (len(body) - 4) % 4 == 0
        assert wire.unpacked(body) == ({"name": name}, b"\x01\x02\x03\x04")


def test_outlines_of_every_kind_are_counted() -> None:
    square, hole = shapely.box(0, 0, 1, 1), shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    pair = shapely.union_all([shapely.box(5, 5, 6, 6), shapely.box(8, 8, 9, 9)])
    outlines = np.array([square, None, hole, pair, shapely.Point(1, 2)], dtype=object)
    counts, sequences = wire.outline_numbers(outlines)
    assert counts == {"parts": 4, "rings": 5, "points": 20}
    assert [sequence.tolist() for sequence in sequences[:3]] == [[1, 0, 1, 2, 0], [1, 2, 1, 1], [4] * 5]

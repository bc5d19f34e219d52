"""Pieces that touch, and which hang together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from data.demo.tessellation.graph import borders, components


def test_neighbours_share_a_line_and_not_a_corner() -> None:
    touching = borders(np.array([box(0, 0, 2, 3), box(2, 0, 4, 3), box(2, 3, 4, 5)], dtype=object))
    pairs = {frozenset(pair) for pair in zip(touching.first.tolist(), touching.second.tolist(), strict=True)}
    assert pairs == {frozenset({0, 1}), frozenset({1, 2})}
    near, lengths = touching.around(1)
    assert dict(zip(near.tolist(), lengths.tolist(), strict=True)) == {0: 3.0, 2: 2.0}


def test_a_bent_border_counts_with_its_whole_length() -> None:
    left = Polygon([(0, 0), (2, 0), (3, 4), (2, 8), (0, 8)])
    right = Polygon([(2, 0), (9, 0), (9, 8), (2, 8), (3, 4)])
    touching = borders(np.array([left, right], dtype=object))
    assert touching.length.sum() == np.hypot(1, 4) * 2


def test_a_piece_without_neighbours() -> None:
    touching = borders(np.array([box(0, 0, 1, 1), box(5, 5, 6, 6)], dtype=object))
    near, lengths = touching.around(0)
    assert (len(near), len(lengths)) == (0, 0)


def test_parts_hang_together_within_their_group() -> None:
    row = np.array([box(x, 0, x + 1, 1) for x in range(5)], dtype=object)
    part = borders(row).parts(np.array([0, 0, 1, 0, 0]))
    assert part.tolist() == [0, 0, 2, 3, 3]


@given(
    st.integers(1, 30).flatmap(
        lambda count: st.tuples(
            st.just(count),
            st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=40),
        )
    )
)
def test_components_are_those_of_a_walk(given_: tuple[int, list[tuple[int, int]]]) -> None:
    count, links = given_
    first = np.array([link[0] for link in links], dtype=np.int64)
    second = np.array([link[1] for link in links], dtype=np.int64)
    lowest = list(range(count))
    for _ in range(count):
        for one, other in links:
            lowest[one] = lowest[other] = min(lowest[one], lowest[other])
    assert components(count, first, second).tolist() == lowest

"""Pieces that touch each other along a line, and which of them hang together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from data.demo.chance import Floats, Ints


@dataclass(frozen=True)
class Borders:
    """Which pieces touch: each border as a pair of pieces and its length, and each in both directions by piece."""

    count: int
    first: Ints
    second: Ints
    length: Floats

    @cached_property
    def _directed(self) -> tuple[Ints, Ints, Floats]:
        start = np.concatenate([self.first, self.second])
        order = np.argsort(start, kind="stable")
        ends = np.concatenate([self.second, self.first])[order]
        lengths = np.concatenate([self.length, self.length])[order]
        offsets = np.searchsorted(start[order], np.arange(self.count + 1))
        return offsets, ends, lengths

    def around(self, piece: int) -> tuple[Ints, Floats]:
        """The pieces that touch one, and how long each border is; a piece may come twice."""
        offsets, ends, lengths = self._directed
        its = slice(offsets[piece], offsets[piece + 1])
        return ends[its], lengths[its]

    def parts(self, group: Ints) -> Ints:
        """A number for each piece, the same for pieces of one group that hang together by borders."""
        within = group[self.first] == group[self.second]
        return components(self.count, self.first[within], self.second[within])


def borders(pieces: Any) -> Borders:
    """The borders between polygons whose corners have whole numbers: where they touch, they share corners."""
    corners, owner = shapely.get_coordinates(pieces, return_index=True)
    points = np.round(corners).astype(np.int64)
    along = owner[1:] == owner[:-1]
    start, end, owner = points[:-1][along], points[1:][along], owner[1:][along]
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    edges = np.where(turned[:, None], np.hstack([end, start]), np.hstack([start, end]))
    lengths = np.sqrt(((end - start).astype(np.float64) ** 2).sum(axis=1))
    order = np.lexsort(edges.T)
    same = (edges[order][1:] == edges[order][:-1]).all(axis=1)
    first, second = order[:-1][same], order[1:][same]
    return Borders(len(pieces), owner[first], owner[second], lengths[first])


def components(count: int, first: Ints, second: Ints) -> Ints:
    """For each of `count` things the lowest one that it is linked with, by way of others too."""
    lowest = np.arange(count, dtype=np.int64)
    while True:
        low = np.minimum(lowest[first], lowest[second])
        then = lowest.copy()
        # Hook the roots of both ends onto the lower one, then shorten the ways to the roots.
        np.minimum.at(then, lowest[first], low)
        np.minimum.at(then, lowest[second], low)
        while not np.array_equal(then, shorter := then[then]):
            then = shorter
        if np.array_equal(then, lowest):
            return lowest
        lowest = then

"""Frequent matters: where the same thing comes again and again, far more often than grids like it have it."""

from __future__ import annotations

import numpy as np

from data.clocks import DAY
from data.grids import Tree
from data.hotspots.chances import count_tail
from data.hotspots.discovery import SHARE, discoveries
from data.hotspots.finding import Finding, Kind
from data.hotspots.series import Recent

PERIOD_DAYS = 30

FEWEST, FEWEST_DAYS = 10, 5
"""Ten reports on five days of a month are frequent; ten on one day are sudden."""

TIMES = 2.0

_CAP = 25.0


def frequent(tree: Tree, recent: Recent, share: float = SHARE) -> tuple[tuple[Finding, ...], int]:
    """Grids of the two lowest depths with a category of the last 30 days that they have far more often than their share
    of all events and the category's share in the city explain; the most beyond it first. And how many were tried.

    Of a grid and the grid above it that are both too frequent, the lower one is told where it has most of the excess.
    """
    near = recent.age < PERIOD_DAYS
    if not near.any():
        return (), 0
    found: dict[tuple[int, int], Finding] = {}
    tried = 0
    for depth in range(max(1, tree.root.depth, tree.max_depth - 1), tree.max_depth + 1):
        some, count = _at_depth(tree, recent, near, depth, share)
        tried += count
        for each in some:
            above = found.get((each.category_id, int(tree.ancestor_ids(depth - 1)[each.grid_id])))
            if above is not None and each.excess >= 0.6 * above.excess:
                del found[each.category_id, above.grid_id]
            elif above is not None:
                continue
            found[each.category_id, each.grid_id] = each
    return tuple(sorted(found.values(), key=lambda each: (-each.excess, each.key))), tried


def _at_depth(
    tree: Tree, recent: Recent, near: np.ndarray, depth: int, share: float
) -> tuple[list[Finding], int]:
    grid = tree.ancestor_ids(depth)[recent.grid[near]]
    category, age = recent.category[near], recent.age[near]
    width = int(category.max()) + 1
    keys, row = np.unique(grid * width + category, return_inverse=True)
    observed = np.bincount(row)
    places, kinds = keys // width, keys % width
    by_place = np.bincount(grid, minlength=tree.places)
    by_kind = np.bincount(category, minlength=width)
    expected = by_place[places] * by_kind[kinds] / len(grid)
    off = np.minimum((observed - expected) ** 2, _CAP * np.maximum(expected, 1.0))
    spread = np.maximum(
        1.0,
        np.bincount(kinds, off, minlength=width)
        / np.maximum(np.bincount(kinds, expected, minlength=width), 1e-9),
    )
    days = np.bincount(np.unique(np.stack([row, age]), axis=1)[0], minlength=len(keys))
    chosen = np.flatnonzero((observed >= FEWEST) & (days >= FEWEST_DAYS) & (observed >= TIMES * expected))
    chances = count_tail(observed[chosen], expected[chosen], spread[kinds[chosen]])
    shares = discoveries(chances, len(keys))
    return [
        Finding(
            Kind.FREQUENT,
            int(kinds[place]),
            int(places[place]),
            (int(places[place]),),
            recent.as_of - PERIOD_DAYS * DAY,
            recent.as_of,
            int(observed[place]),
            float(expected[place]),
            float(chance),
            float(each),
            "peers",
        )
        for place, chance, each in zip(chosen.tolist(), chances.tolist(), shares.tolist(), strict=True)
        if each <= share and tree.by_id(int(places[place])).depth == depth
    ], len(keys)

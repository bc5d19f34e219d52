"""Matters that are concentrated in a region: the space-time permutation scan of every category over the grids above the
lowest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from data.clocks import DAY
from data.grids import Tree
from data.hotspots.discovery import SHARE, discoveries
from data.hotspots.finding import Finding, Kind
from data.hotspots.scan import Cluster, Zones, circles, scan
from data.hotspots.series import WINDOWS, Recent

PERIOD_DAYS = 28
LONGEST_DAYS = WINDOWS[-1]
NEAREST = 25
REACH_KM = 6.0

FEWEST = 6
TIMES = 1.5
PERMUTATIONS = 999

_ENOUGH = 10
"""Permuting ends when ten were as strong: then the chance is about one in a hundred or more."""


_Found: TypeAlias = tuple[int, tuple[int, ...], Cluster]
"""A category, the grids of a cluster, and the cluster."""


def place_depth(tree: Tree) -> int:
    """The depth of the grids that are the scan's places: above the lowest, where a grid has some events a month."""
    return max(1, tree.root.depth, tree.max_depth - 1)


def concentrated(
    tree: Tree,
    recent: Recent,
    positions: Mapping[int, tuple[float, float]],
    seed: int,
    *,
    categories: Sequence[int] | None = None,
    permutations: int = PERMUTATIONS,
    share: float = SHARE,
) -> tuple[tuple[Finding, ...], int]:
    """Concentrations of the last week among the last four, the surest first, and how many categories were tried.

    `positions` are the middles of the grids at `place_depth` in kilometres; grids without are left out. `categories`
    narrows what is tried. The same seed gives the same answer.
    """
    depth = place_depth(tree)
    near = recent.age < PERIOD_DAYS
    grid, category, age = tree.ancestor_ids(depth)[recent.grid[near]], recent.category[near], recent.age[near]
    placed = np.isin(grid, np.fromiter(positions, dtype=np.int64, count=len(positions)))
    grid, category, age = grid[placed], category[placed], age[placed]
    order = np.argsort(category, kind="stable")
    grid, category, age = grid[order], category[order], age[order]
    kinds, starts = np.unique(category, return_index=True)
    ends = np.append(starts[1:], len(category))
    found: list[_Found] = []
    chances: list[float] = []
    tried = 0
    for kind, start, end in zip(kinds.tolist(), starts.tolist(), ends.tolist(), strict=True):
        if categories is not None and kind not in categories:
            continue
        tried += 1
        if int((age[start:end] < LONGEST_DAYS).sum()) < FEWEST:
            continue
        places, row = np.unique(grid[start:end], return_inverse=True)
        zones = zones_of(places.tolist(), positions)
        clusters = scan(
            row,
            age[start:end],
            zones,
            LONGEST_DAYS,
            permutations,
            seed + kind,
            enough=_ENOUGH,
            least=FEWEST,
        )
        for cluster in clusters:
            if cluster.observed < TIMES * cluster.expected:
                continue
            grids = tuple(int(places[place]) for place in cluster.places)
            found.append((kind, grids, cluster))
            chances.append(cluster.chance)
    shares = _shares(found, chances, tried)
    made = [
        Finding(
            Kind.CONCENTRATED,
            kind,
            smallest_holding(tree, grids),
            grids,
            recent.as_of - cluster.days * DAY,
            recent.as_of,
            cluster.observed,
            cluster.expected,
            cluster.chance,
            each,
            "places",
        )
        for (kind, grids, cluster), each in zip(found, shares, strict=True)
        if each <= share
    ]
    return tuple(sorted(made, key=lambda each: (each.chance, -each.excess, each.key))), tried


def zones_of(places: Sequence[int], positions: Mapping[int, tuple[float, float]]) -> Zones:
    """The circles about some grids."""
    points = np.array([positions[place] for place in places], dtype=np.float64).reshape(-1, 2)
    return circles(points[:, 0], points[:, 1], NEAREST, REACH_KM)


def smallest_holding(tree: Tree, grids: Sequence[int]) -> int:
    """The smallest grid that holds all of some grids."""
    for depth in range(tree.max_depth, tree.root.depth, -1):
        lifted = {int(tree.ancestor_ids(depth)[grid]) for grid in grids}
        if len(lifted) == 1:
            return lifted.pop()
    return tree.root.id


def _shares(found: list[_Found], chances: list[float], tried: int) -> list[float]:
    """The share of false discoveries of each cluster: a category's strongest stands for it, its others follow it."""
    best: dict[int, float] = {}
    for (kind, _, _), chance in zip(found, chances, strict=True):
        best[kind] = min(chance, best.get(kind, 1.0))
    if not best:
        return []
    by_kind = dict(zip(best, discoveries(np.array(list(best.values())), tried).tolist(), strict=True))
    return [
        min(1.0, max(by_kind[kind], by_kind[kind] * chance / best[kind]))
        for (kind, _, _), chance in zip(found, chances, strict=True)
    ]

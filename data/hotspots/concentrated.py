"""Matters that are concentrated in a region: the space-time permutation scan of every category over the grids above the
lowest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.clocks import DAY
from data.grids import Tree
from data.hotspots.arrays import Bools, Ints
from data.hotspots.discovery import SHARE, discoveries
from data.hotspots.finding import Finding, Kind
from data.hotspots.once import says_more
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


@dataclass(frozen=True)
class Cases:
    """The placed reports of one category in the last four weeks: where each happened, as a row of `grids`, its age in
    days, and which of them count as cases.

    Ten calls about one burst pipe are one case: of a day's reports from one grid below the places the first counts. The
    scan takes cases to be independent and cries where they are not, so episodes are scanned, not encounters, as it is
    done with visits to doctors.
    """

    category: int
    grids: tuple[int, ...]
    row: Ints
    age: Ints
    counted: Bools

    def clusters(
        self, positions: Mapping[int, tuple[float, float]], seed: int, permutations: int = PERMUTATIONS
    ) -> tuple[Cluster, ...]:
        """The clusters of the cases, () where the last week has too few."""
        if self.few:
            return ()
        return scan(
            self.row[self.counted],
            self.age[self.counted],
            zones_of(self.grids, positions),
            LONGEST_DAYS,
            permutations,
            seed + self.category,
            enough=_ENOUGH,
            least=FEWEST,
        )

    @property
    def few(self) -> bool:
        """Whether the last week has too few cases for a cluster."""
        return int((self.counted & (self.age < LONGEST_DAYS)).sum()) < FEWEST

    def reports(self, cluster: Cluster) -> tuple[int, float]:
        """How many reports lie in a cluster, and how many its places and its days explain."""
        there, then = np.isin(self.row, cluster.places), self.age < cluster.days
        return int((there & then).sum()), float(there.sum()) * float(then.sum()) / len(self.row)


def cases_by_category(
    tree: Tree, recent: Recent, positions: Mapping[int, tuple[float, float]]
) -> tuple[Cases, ...]:
    """What is scanned: every category that has a placed case in the last four weeks."""
    near = recent.age < PERIOD_DAYS
    own, category, age = recent.grid[near], recent.category[near], recent.age[near]
    grid = tree.ancestor_ids(place_depth(tree))[own]
    placed = np.isin(grid, np.fromiter(positions, dtype=np.int64, count=len(positions)))
    own, grid, category, age = own[placed], grid[placed], category[placed], age[placed]
    order = np.argsort(category, kind="stable")
    own, grid, category, age = own[order], grid[order], category[order], age[order]
    counted = own == grid
    counted[np.unique((category * tree.places + own) * PERIOD_DAYS + age, return_index=True)[1]] = True
    kinds, starts = np.unique(category, return_index=True)
    found = []
    for kind, start, end in zip(kinds.tolist(), starts.tolist(), [*starts[1:], len(category)], strict=True):
        places, row = np.unique(grid[start:end], return_inverse=True)
        part = slice(start, end)
        found.append(Cases(kind, tuple(places.tolist()), row, age[part], counted[part]))
    return tuple(found)


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
    told: Sequence[Finding] = (),
    permutations: int = PERMUTATIONS,
    share: float = SHARE,
) -> tuple[tuple[Finding, ...], int]:
    """Concentrations of the last week among the last four, the surest first, and how many categories were tried.

    `positions` are the middles of the grids at `place_depth` in kilometres; grids without are left out. `categories`
    narrows what is tried: they are those that the same reports have pointed to, so all count as tests. What is the same
    as a sudden matter of `told` and says no more is left out, and its certainty excuses no other. The same seed gives
    the same answer.
    """
    cases = cases_by_category(tree, recent, positions)
    tried = [each for each in cases if categories is None or each.category in categories]
    found = [
        _finding(tree, recent, each, cluster)
        for each in tried
        for cluster in each.clusters(positions, seed, permutations)
        if cluster.observed >= TIMES * cluster.expected
    ]
    more = [each for each in found if each.observed >= TIMES * each.expected and says_more(tree, each, told)]
    made = [
        replace(each, share=false)
        for each, false in zip(more, _shares(more, len(cases)), strict=True)
        if false <= share
    ]
    return tuple(sorted(made, key=lambda each: (each.chance, -each.excess, each.key))), len(tried)


def _finding(tree: Tree, recent: Recent, cases: Cases, cluster: Cluster) -> Finding:
    grids = tuple(cases.grids[place] for place in cluster.places)
    observed, expected = cases.reports(cluster)
    return Finding(
        Kind.CONCENTRATED,
        cases.category,
        smallest_holding(tree, grids),
        grids,
        recent.as_of - cluster.days * DAY,
        recent.as_of,
        observed,
        expected,
        cluster.chance,
        1.0,
        "places",
    )


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


def _shares(found: list[Finding], tests: int) -> list[float]:
    """The share of false discoveries of each: a category's strongest stands for it, its others follow it."""
    best: dict[int, float] = {}
    for each in found:
        best[each.category_id] = min(each.chance, best.get(each.category_id, 1.0))
    by_kind = dict(zip(best, discoveries(np.array(list(best.values())), tests).tolist(), strict=True))
    return [min(1.0, by_kind[each.category_id] * (each.chance / best[each.category_id])) for each in found]

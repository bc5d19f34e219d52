"""What the detectors look at: recent events by place, category and age, and the city's days by category.

Days are counted back from the as-of instant: age 0 is the 24 hours before it. So the last day is always whole, whenever
somebody asks, and "today so far" need not be guessed from a morning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.clocks import DAY, Instant
from data.grids import Tree
from data.hotspots.arrays import Floats, Ints

WINDOWS = (1, 3, 7)
"""The lengths in days of what is judged at once: a burst, a few days, a week."""

GUARD = 7
BASE_DAYS = 56
"""What is usual is taken from eight weeks, the last one left out: it is being judged."""

SEEN_DAYS = GUARD + BASE_DAYS


@dataclass(frozen=True)
class Recent:
    """Events of the last SEEN_DAYS days, one row an event: their own grids, categories, and whole days of age."""

    as_of: Instant
    grid: Ints
    category: Ints
    age: Ints

    def __len__(self) -> int:
        return len(self.grid)

    @classmethod
    def of(cls, as_of: Instant, grid: Ints, category: Ints, reported_at: Ints) -> Recent:
        """The events of some columns that were reported within SEEN_DAYS before `as_of`."""
        age = (as_of - 1 - reported_at) // DAY
        seen = (reported_at < as_of) & (age < SEEN_DAYS)
        return cls(as_of, grid[seen], category[seen], age[seen])


@dataclass(frozen=True)
class Days:
    """The city's local days: `counts[i, j]` events of the i-th category on day `first + j`. Whole days only."""

    first: int
    counts: Ints

    @property
    def end(self) -> int:
        """The day after the last."""
        return self.first + int(self.counts.shape[1])

    def between(self, start: int, end: int) -> Ints:
        """Sums by category over days [start, end), as far as they are known."""
        low, high = (min(max(day - self.first, 0), self.counts.shape[1]) for day in (start, end))
        found: Ints = self.counts[:, low:high].sum(axis=1)
        return found

    def knows(self, start: int, end: int) -> bool:
        """Whether all days [start, end) are there."""
        return self.first <= start and end <= self.end


@dataclass(frozen=True)
class LevelSeries:
    """The series of the grids of one depth that have any event: one row a grid and category, as flat columns.

    `place` is the grid, `category` the place of the category among `Recent`'s; `recent[i]` holds the events in the last
    1, 3 and 7 days, `base` those of the eight weeks before, `blocks` those of each of these weeks.
    """

    depth: int
    place: Ints
    category: Ints
    recent: Ints
    base: Ints
    blocks: Ints

    def __len__(self) -> int:
        return len(self.place)


def level_series(tree: Tree, recent: Recent, depth: int) -> LevelSeries:
    """The series of a depth, by grid, then category. Events that lie in a grid above it belong to none."""
    lifted = tree.ancestor_ids(depth)[recent.grid]
    mine = _depths(tree)[lifted] == depth
    lifted, category, age = lifted[mine], recent.category[mine], recent.age[mine]
    width = int(category.max()) + 1 if len(category) else 1
    keys, row = np.unique(lifted * width + category, return_inverse=True)
    count = len(keys)

    def sums(chosen: np.ndarray) -> Ints:
        return np.bincount(row[chosen], minlength=count).astype(np.int64)

    weeks = BASE_DAYS // 7
    block = np.where(age >= GUARD, (age - GUARD) // 7, weeks)
    table = np.bincount(row * (weeks + 1) + block, minlength=count * (weeks + 1)).reshape(count, weeks + 1)
    return LevelSeries(
        depth,
        (keys // width).astype(np.int64),
        (keys % width).astype(np.int64),
        np.stack([sums(age < window) for window in WINDOWS], axis=1),
        sums(age >= GUARD),
        table[:, :weeks].astype(np.int64),
    )


def daily(tree: Tree, recent: Recent, series: LevelSeries, rows: Ints, days: int) -> Floats:
    """Counts by day of some of the series, the oldest of so many days first."""
    width = int(series.category.max()) + 1 if len(series) else 1
    wanted = series.place[rows] * width + series.category[rows]
    order = np.argsort(wanted)
    lifted = tree.ancestor_ids(series.depth)[recent.grid]
    near = recent.age < days
    keys = lifted[near] * width + recent.category[near]
    at = np.searchsorted(wanted[order], keys)
    at = np.minimum(at, len(rows) - 1) if len(rows) else at
    hit = wanted[order][at] == keys if len(rows) else np.zeros(len(keys), dtype=bool)
    found = np.zeros((len(rows), days))
    np.add.at(found, (order[at[hit]], days - 1 - recent.age[near][hit]), 1.0)
    return found


def _depths(tree: Tree) -> Ints:
    """The depth of each grid by id."""
    depths = np.zeros(tree.places, dtype=np.int64)
    for grid in tree:
        depths[grid.id] = grid.depth
    return depths

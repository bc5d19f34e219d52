"""Sudden matters at every depth of the tree, each told once: where it is, not at every grid above and below it; and
those that rise in many units at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data.clocks import DAY
from data.grids import Tree
from data.hotspots.arrays import Floats, Ints
from data.hotspots.baseline import Judged, judge
from data.hotspots.chances import count_tail
from data.hotspots.discovery import SHARE, discoveries, focused
from data.hotspots.ears import BASELINE_DAYS, LAG_DAYS, SUMMED_DAYS, ears
from data.hotspots.finding import Basis, Finding, Kind
from data.hotspots.series import WINDOWS, LevelSeries, Recent, daily, level_series
from data.hotspots.yearly import Factors

FEWEST = 4
"""Fewer reports than this are no hot event, however rare."""

FEWEST_ABOVE = 6
"""The same for grids above the two lowest depths."""

TIMES = 1.5
"""What is less than this many times the expected is no matter for a notice, however sure."""

_MOST_OF_IT = 0.6
"""A grid below that has so much of what is too many tells where it is better than the grid above."""

_ITS_OWN = 1e-4
"""A grid within a wave is told apart when it is this unlikely by the wave alone."""

_UNIT_CHANCE = 0.05
_UNITS_SHARE = 0.2
_FEWEST_UNITS = 3

EARS_DAYS = BASELINE_DAYS + LAG_DAYS + SUMMED_DAYS
"""Days that C3 of the last day needs."""


@dataclass(frozen=True)
class Level:
    """The series of a depth and how they were judged."""

    series: LevelSeries
    judged: Judged

    @property
    def observed(self) -> Ints:
        """Events in the window that is least likely."""
        return np.take_along_axis(self.series.recent, self.judged.window[:, None], axis=1)[:, 0]

    @property
    def expected(self) -> Floats:
        """What was expected in it."""
        return np.take_along_axis(self.judged.expected, self.judged.window[:, None], axis=1)[:, 0]


@dataclass(frozen=True)
class _Row:
    """A series that stands out."""

    level: int
    row: int
    grid_id: int
    last_id: int
    category: int
    observed: int
    expected: float
    chance: float
    share: float

    @property
    def excess(self) -> float:
        return self.observed - self.expected


def levels(tree: Tree, recent: Recent, factors: Factors, weeks: int) -> tuple[Level, ...]:
    """Every depth judged, the root first."""
    root = tree.root.depth
    series = [level_series(tree, recent, depth) for depth in range(root, tree.max_depth + 1)]
    city = series[0]
    return tuple(Level(each, judge(each, city, factors, weeks)) for each in series if len(each))


def sudden(
    tree: Tree, recent: Recent, judged: tuple[Level, ...], years: int, share: float = SHARE
) -> tuple[tuple[Finding, ...], int]:
    """Sudden and common matters, the surest first, and how many series were tried.

    The discoveries are those of all depths together. Categories of findings are places in the columns of `recent`.
    """
    tried = sum(len(level.series) for level in judged)
    picked, chances = [], []
    for number, level in enumerate(judged):
        fewest = FEWEST if level.series.depth >= tree.max_depth - 1 else FEWEST_ABOVE
        enough = (level.observed >= fewest) & (level.observed >= TIMES * level.expected)
        rows = np.flatnonzero(enough & (level.judged.chance < 0.05))
        picked.append(np.stack([np.full(len(rows), number), rows], axis=1))
        chances.append(level.judged.chance[rows])
    candidates = np.concatenate(picked) if picked else np.zeros((0, 2), dtype=np.int64)
    sure = discoveries(np.concatenate(chances) if chances else np.zeros(0), tried) <= share
    standing = [_row(tree, judged, number, row) for number, row in candidates[sure].tolist()]
    told = _surest(standing, tried, share)
    basis: Basis = "seasons" if years else "weeks"
    common = common_categories(judged, tree)
    found = []
    for row in told:
        units = common.get(row.category) if row.grid_id == tree.root.id else None
        found.append(_finding(tree, recent, judged[row.level], row, basis, units))
    return tuple(sorted(found, key=lambda each: (each.chance, -each.excess, each.key))), tried


def _surest(rows: list[_Row], tried: int, share: float) -> list[_Row]:
    """What is told of some series, so that no more than a share of it is false."""
    shares = focused(
        np.array([row.chance for row in rows]),
        tried,
        lambda some: len(told_once([rows[place] for place in some.tolist()])),
        share,
    )
    return told_once(
        [replace(row, share=each) for row, each in zip(rows, shares.tolist(), strict=True) if each <= share]
    )


def told_once(rows: list[_Row]) -> list[_Row]:
    """Of series that stand out in one category, one inside the other, those that say best where it is."""
    kept: list[_Row] = []
    by_category: dict[int, list[_Row]] = {}
    for row in rows:
        by_category.setdefault(row.category, []).append(row)
    for same in by_category.values():
        same.sort(key=lambda row: (row.grid_id, -row.last_id))
        kept += _descend(same)
    return kept


def _descend(rows: list[_Row]) -> list[_Row]:
    found: list[_Row] = []
    start = 0
    while start < len(rows):
        top, end = rows[start], start + 1
        while end < len(rows) and rows[end].grid_id <= top.last_id:
            end += 1
        below = rows[start + 1 : end]
        children = [row for row in below if row.level == min((each.level for each in below), default=0)]
        told = sum(row.excess for row in children)
        main = max(children, key=lambda row: row.excess, default=None)
        few = len(children) <= 2 and told >= _MOST_OF_IT * top.excess
        if main is not None and (few or main.excess >= _MOST_OF_IT * top.excess):
            found += _descend(below)
        else:
            found.append(top)
            found += [row for row in _descend(below) if _stands_alone(row, top)]
        start = end
    return found


def _stands_alone(row: _Row, wave: _Row) -> bool:
    """Whether a grid within a wave has much more than the wave brings everywhere."""
    times = wave.observed / max(wave.expected, 1e-9)
    mean = np.array([row.expected * times])
    return bool(count_tail(np.array([row.observed]), mean, np.array([1.0]))[0] < _ITS_OWN)


def common_categories(judged: tuple[Level, ...], tree: Tree) -> dict[int, tuple[int, ...]]:
    """By category: the units in which a matter rises at once, where they are more than chance and a fifth of all make.

    Units are the grids at depth 2, or at the deepest depth of a flatter city.
    """
    depth = max(tree.root.depth, min(2, tree.max_depth))
    level = next((each for each in judged if each.series.depth == depth), None)
    if level is None:
        return {}
    all_units = sum(1 for grid in tree if grid.depth == depth)
    rising = (level.judged.chance < _UNIT_CHANCE) & (level.series.recent[:, -1] > 0)
    found = {}
    for category in np.unique(level.series.category[rising]).tolist():
        units = level.series.place[rising & (level.series.category == category)]
        chance = count_tail(np.array([len(units)]), np.array([_UNIT_CHANCE * all_units]), np.array([1.0]))[0]
        if len(units) >= max(_FEWEST_UNITS, _UNITS_SHARE * all_units) and chance < 1e-3:
            found[category] = tuple(sorted(units.tolist()))
    return found


def _row(tree: Tree, judged: tuple[Level, ...], number: int, row: int) -> _Row:
    level = judged[number]
    grid = tree.by_id(int(level.series.place[row]))
    return _Row(
        number,
        row,
        grid.id,
        grid.last_id,
        int(level.series.category[row]),
        int(level.observed[row]),
        float(level.expected[row]),
        float(level.judged.chance[row]),
        1.0,
    )


def _finding(
    tree: Tree, recent: Recent, level: Level, row: _Row, basis: Basis, units: tuple[int, ...] | None
) -> Finding:
    rows = np.array([row.row])
    counts = daily(tree, recent, level.series, rows, EARS_DAYS)
    found = ears(counts)
    days = WINDOWS[int(level.judged.window[row.row])]
    return Finding(
        Kind.SUDDEN if units is None else Kind.COMMON,
        row.category,
        row.grid_id,
        units or (row.grid_id,),
        recent.as_of - days * DAY,
        recent.as_of,
        row.observed,
        row.expected,
        row.chance,
        row.share,
        basis,
        (float(found.c1[0, -1]), float(found.c2[0, -1]), float(found.c3[0, -1])),
    )


def sudden_by_ears(
    tree: Tree, recent: Recent, share: float = SHARE, deepest: int = 2
) -> tuple[tuple[Finding, ...], int]:
    """Sudden matters of a history too short for a baseline, by EARS C2 of the last day down to a depth; and how many
    series were tried."""
    tried = 0
    rows: list[_Row] = []
    by_row: dict[tuple[int, int], tuple[float, float, float]] = {}
    for number in range(tree.root.depth, max(tree.root.depth, min(deepest, tree.max_depth)) + 1):
        series = level_series(tree, recent, number)
        counts = daily(tree, recent, series, np.arange(len(series)), EARS_DAYS)
        found = ears(counts)
        mean, last, chance = found.mean2[:, -1], counts[:, -1], found.chance()[:, -1]
        tried += len(series)
        for row in np.flatnonzero((last >= FEWEST_ABOVE) & (last >= TIMES * mean)).tolist():
            grid = tree.by_id(int(series.place[row]))
            by_row[number, row] = (
                float(found.c1[row, -1]),
                float(found.c2[row, -1]),
                float(found.c3[row, -1]),
            )
            rows.append(
                _Row(
                    number,
                    row,
                    grid.id,
                    grid.last_id,
                    int(series.category[row]),
                    int(last[row]),
                    float(mean[row]),
                    float(chance[row]),
                    1.0,
                )
            )
    # Not focused: three depths count a matter three times at most, and where the city is no longer among the few that
    # are left, a rise of all of it is told of the one grid that has most.
    shares = discoveries(np.array([row.chance for row in rows]), tried)
    sure = [
        replace(row, share=each) for row, each in zip(rows, shares.tolist(), strict=True) if each <= share
    ]
    made = [
        Finding(
            Kind.SUDDEN,
            row.category,
            row.grid_id,
            (row.grid_id,),
            recent.as_of - DAY,
            recent.as_of,
            row.observed,
            row.expected,
            row.chance,
            row.share,
            "days",
            by_row[row.level, row.row],
        )
        for row in told_once(sure)
    ]
    return tuple(sorted(made, key=lambda each: (each.chance, -each.excess, each.key))), tried

"""How many events were to be expected in each series, and how likely so many more are by chance.

The expected number is the series' own rate over eight weeks, on the weekdays, holidays and season of the days judged. A
series of few events borrows from its neighbours: as long as it has not shown a rate of its own it is taken to have its
grid's share of the city's. Counts vary more than dice do; how much more is taken from the weeks of the baseline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.hotspots.arrays import Floats, Ints
from data.hotspots.chances import count_tail
from data.hotspots.series import BASE_DAYS, GUARD, WINDOWS, LevelSeries
from data.hotspots.yearly import Factors

BORROWED = 2.0
"""What is borrowed weighs as much as so many events."""

FEWEST_WEEKS = 2
"""With less than this there is no baseline, only EARS."""

_SHARE_FIRM = 5.0
_TWICE, _AND_SOME = 2.0, 5.0

_CAP = 16.0
"""A past week counts for four deviations of what it says of the spread at most: a past surge must not hide the next."""


@dataclass(frozen=True)
class Judged:
    """By series: what was expected in the last 1, 3 and 7 days, the spread, and the chance of so many in the window
    that is least likely (`window` is its place), corrected for there being several."""

    expected: Floats
    spread: Floats
    chance: Floats
    window: Ints


def weeks_known(days_known: int) -> int:
    """How many weeks of the baseline a history of so many days holds."""
    return max(0, min(BASE_DAYS, days_known - GUARD)) // 7


def judge(series: LevelSeries, city: LevelSeries, factors: Factors, weeks: int) -> Judged:
    """The series against their baselines, of which so many weeks are known. `city` holds the categories over the whole
    city. ValueError for fewer than FEWEST_WEEKS."""
    if weeks < FEWEST_WEEKS:
        raise ValueError(f"expected at least {FEWEST_WEEKS} weeks before the last, found {weeks}: use EARS")
    exposures = _exposures(factors, weeks)
    exposure = exposures.sum(axis=1)
    base = usual_weeks(series, weeks).sum(axis=1)
    borrowed = _borrowed(series, city, exposure, base, weeks)
    mine = exposure[series.category]
    rate = _rate(base, mine, borrowed)
    windows = np.stack([factors.window(length) for length in WINDOWS], axis=1)
    expected = rate[:, None] * windows[series.category]
    spread = (
        spreads(series, exposures, weeks)[series.category][:, None] + expected / (BORROWED + base)[:, None]
    )
    chances = np.ones(series.recent.shape)
    # Only what is more than expected can be too many.
    more = series.recent > expected
    chances[more] = count_tail(series.recent[more], expected[more], spread[more])
    window = chances.argmin(axis=1)
    least = np.take_along_axis(chances, window[:, None], axis=1)[:, 0]
    return Judged(expected, spread, np.minimum(1.0, least * len(WINDOWS)), window)


def _rate(base: Floats, exposure: Floats, borrowed: Floats) -> Floats:
    """The rate of each series: its own, taken towards the borrowed one.

    A gamma prior does that well from above and badly from below: a hospital has many times its share of what hospitals
    have, and a prior that expects next to nothing would hold it down for years. There the two are weighed by events.
    """
    gamma = (base + BORROWED) / (exposure + BORROWED / borrowed)
    own = base / np.maximum(exposure, 1e-12)
    weighed = (base * own + BORROWED * borrowed) / (base + BORROWED)
    found: Floats = np.where(own > borrowed, np.maximum(gamma, weighed), gamma)
    return found


def usual_weeks(series: LevelSeries, weeks: int) -> Floats:
    """Counts of the baseline's weeks by series; what is beyond two usual weeks was a surge itself and is left out."""
    seen = series.blocks[:, :weeks].astype(np.float64)
    found: Floats = np.minimum(seen, _TWICE * np.median(seen, axis=1, keepdims=True) + _AND_SOME)
    return found


def spreads(series: LevelSeries, exposures: Floats, weeks: int) -> Floats:
    """By category: the variance of a week's count as a multiple of its mean, at least 1, over the series of a depth. A
    category with few events is taken towards what all have."""
    count = len(exposures)
    seen = usual_weeks(series, weeks)
    shares = exposures / np.maximum(exposures.sum(axis=1, keepdims=True), 1e-12)
    mean = seen.sum(axis=1)[:, None] * shares[series.category]
    off = np.minimum((seen - mean) ** 2, _CAP * np.maximum(mean, 1.0)) * weeks / (weeks - 1)
    beyond = np.bincount(series.category, off.sum(axis=1), minlength=count)
    events = np.bincount(series.category, mean.sum(axis=1), minlength=count)
    every = max(1.0, float(beyond.sum() / events.sum())) if events.sum() else 1.0
    firm = events.sum() / max(1, int((events > 0).sum()))
    if not firm:
        return np.ones(count)
    found: Floats = np.maximum(1.0, (beyond + 0.25 * firm * every) / (events + 0.25 * firm))
    return found


def _exposures(factors: Factors, weeks: int) -> Floats:
    """The factors of each week of the baseline, by category."""
    parts = [factors.by_age[:, GUARD + 7 * week : GUARD + 7 * week + 7].sum(axis=1) for week in range(weeks)]
    found: Floats = np.stack(parts, axis=1)
    return found


def _borrowed(series: LevelSeries, city: LevelSeries, exposure: Floats, base: Floats, weeks: int) -> Floats:
    """The rate that each series would have if its grid had its share of every category."""
    whole = np.zeros(len(exposure))
    whole[city.category] = city.blocks[:, :weeks].sum(axis=1)
    rates = np.maximum(whole, 0.5) / np.maximum(exposure, 1e-9)
    _, grid = np.unique(series.place, return_inverse=True)
    by_grid = np.bincount(grid, base)
    firm = _SHARE_FIRM
    shares = (by_grid + firm * by_grid.mean()) / (by_grid.sum() + firm * by_grid.mean() * len(by_grid) + 1e-9)
    found: Floats = np.maximum(rates[series.category] * shares[grid], 1e-9)
    return found

"""EARS C1, C2 and C3: how far a day's count lies above the seven days before it, for series with no long history.

After the manual of the Early Aberration Reporting System. C1 takes the seven days before the day; C2 leaves two days
between, so that a slow rise does not raise its own baseline; C3 sums what C2 exceeded 1 by, over the day and the two
before it. No day is left out of the sum for having been an alarm itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.hotspots.arrays import Floats
from data.hotspots.chances import normal_quantile, student_tail

BASELINE_DAYS = 7
LAG_DAYS = 2
SUMMED_DAYS = 3

LEAST_DEVIATION = 1.0
"""A week of almost no events has almost no deviation: without a floor a second event would be an alarm."""

C1_C2_ALPHA, C3_ALPHA = 0.001, 0.025
"""The chances at which the manual's alarms are set: 3.09 and 1.96 deviations."""


@dataclass(frozen=True)
class Ears:
    """The statistics of each day (last axis), NaN where there is not enough before it, and the baselines of C1 and
    C2."""

    c1: Floats
    c2: Floats
    c3: Floats
    mean1: Floats
    deviation1: Floats
    mean2: Floats
    deviation2: Floats

    def alarms(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where C1, C2 and C3 are alarms by the manual's limits; never where a statistic is unknown."""
        high, low = normal_quantile(C1_C2_ALPHA), normal_quantile(C3_ALPHA)
        return self.c1 >= high, self.c2 >= high, self.c3 >= low

    def upper_bounds(self, alpha: float) -> tuple[Floats, Floats]:
        """The counts at which C1 and C2 become alarms of this chance."""
        limit = normal_quantile(alpha)
        return self.mean1 + limit * self.deviation1, self.mean2 + limit * self.deviation2

    def chance(self) -> Floats:
        """The chance of a day as high as each by C2, NaN where unknown: by Student's law, since the deviation of seven
        days is itself uncertain, and a new day differs from their mean by more than they do."""
        found: Floats = student_tail(self.c2 / np.sqrt(1.0 + 1.0 / BASELINE_DAYS))
        return found


def ears(counts: Floats, least_deviation: float = LEAST_DEVIATION) -> Ears:
    """The statistics of series of daily counts, days along the last axis; any series shorter than needed gives NaN.

    ValueError for a negative `least_deviation`. A deviation of 0 gives no statistic where the count is the mean, and
    infinity above it.
    """
    if least_deviation < 0:
        raise ValueError(f"expected a least deviation of 0 or more, found {least_deviation}")
    values = np.asarray(counts, dtype=np.float64)
    mean1, deviation1 = _baseline(values, 0, least_deviation)
    mean2, deviation2 = _baseline(values, LAG_DAYS, least_deviation)
    with np.errstate(divide="ignore", invalid="ignore"):
        c1 = (values - mean1) / deviation1
        c2 = (values - mean2) / deviation2
    over = np.maximum(0.0, c2 - 1.0)
    c3 = np.full(values.shape, np.nan)
    if values.shape[-1] >= SUMMED_DAYS:
        c3[..., SUMMED_DAYS - 1 :] = np.lib.stride_tricks.sliding_window_view(over, SUMMED_DAYS, axis=-1).sum(
            axis=-1
        )
    return Ears(c1, c2, c3, mean1, deviation1, mean2, deviation2)


def _baseline(values: Floats, lag: int, least_deviation: float) -> tuple[Floats, Floats]:
    """Mean and deviation of the seven days that end `lag` + 1 days before each day."""
    mean, deviation = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    first = BASELINE_DAYS + lag
    if values.shape[-1] > first:
        windows = np.lib.stride_tricks.sliding_window_view(
            values[..., : values.shape[-1] - lag - 1], BASELINE_DAYS, axis=-1
        )
        mean[..., first:] = windows.mean(axis=-1)
        deviation[..., first:] = np.maximum(windows.std(axis=-1, ddof=1), least_deviation)
    return mean, deviation

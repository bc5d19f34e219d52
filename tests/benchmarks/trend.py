"""Whether a series grows: a robust slope with its bounds, held against the series' own noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_Z = 1.96
_MOST_POINTS = 600
"""Slopes are taken between all pairs: longer series are thinned evenly."""

_NOISE = 3.0
_SMALL = 0.02


@dataclass(frozen=True)
class Trend:
    """A series over time. `growth` is what the robust slope (Theil-Sen) adds over the whole series, `low` and `high`
    the same for the bounds of its 95 % interval; `noise` is the robust scatter about the line; `level` the median."""

    level: float
    growth: float
    low: float
    high: float
    noise: float

    @property
    def allowed(self) -> float:
        """Growth up to here is no growth: three times the scatter, or two per cent of the level."""
        return max(_NOISE * self.noise, _SMALL * abs(self.level))

    @property
    def grows(self) -> bool:
        """True when even the lower bound of the growth is above what is allowed."""
        return self.low > self.allowed


def trend(times: Sequence[float], values: Sequence[float]) -> Trend:
    """The trend of values at ascending times; needs four of them. Raises ValueError."""
    if len(times) != len(values) or len(values) < 4:
        raise ValueError(f"expected at least 4 values with their times, found {len(values)} and {len(times)}")
    every = math.ceil(len(values) / _MOST_POINTS)
    x = np.asarray(times, dtype=float)[::every]
    y = np.asarray(values, dtype=float)[::every]
    first, second = np.triu_indices(len(x), 1)
    slopes = np.sort((y[second] - y[first]) / (x[second] - x[first]))
    slope = float(np.median(slopes))
    low, high = _bounds(slopes, len(x))
    span = float(x[-1] - x[0])
    rest = y - slope * x
    noise = 1.4826 * float(np.median(np.abs(rest - np.median(rest))))
    return Trend(float(np.median(y)), slope * span, low * span, high * span, noise)


def _bounds(slopes: np.ndarray, count: int) -> tuple[float, float]:
    """The slopes between which the true one lies with 95 % (Sen 1968, by Kendall's variance)."""
    spread = _Z * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = max(0, round((len(slopes) - spread) / 2))
    high = min(len(slopes) - 1, round((len(slopes) + spread) / 2))
    return float(slopes[low]), float(slopes[high])

"""The rules by which grids are ranked: too few to judge stand apart, and ties share a rank."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.indicators import Indicator

MINIMUM_DUE = 10
"""Grids with fewer events in the denominator are listed apart from a ranking."""


def ranks(
    definition: Indicator,
    value: NDArray[np.float64],
    denominator: NDArray[np.int64],
    minimum: int = MINIMUM_DUE,
) -> NDArray[np.int64]:
    """The rank of each grid, best first from 1 on; 0 for a rate of fewer than `minimum` events and for no data. Where
    neither direction is better, the larger number comes first."""
    worse = value if definition.better == "down" else -value
    apart = np.isnan(worse)
    if definition.kind == "rate":
        apart = apart | (denominator < max(minimum, 1))
    judged = np.sort(worse[~apart])
    found: NDArray[np.int64] = np.where(apart, 0, 1 + np.searchsorted(judged, worse))
    return found

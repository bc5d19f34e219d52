"""The rules by which grids are ranked: too few to judge stand apart, and ties share a rank."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

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


def places(scores: Sequence[int | float | Decimal | None]) -> list[int | None]:
    """The place of each score, best first from 1 on; equal scores share one, None has none."""
    given = [one for one in scores if one is not None]
    return [None if one is None else 1 + sum(other > one for other in given) for one in scores]


Band: TypeAlias = Literal["good", "yellow", "red", "none"]
"""How a value stands to its target."""


def band(definition: Indicator, value: float | None, target: float | None, margin: float) -> Band:
    """Exactly at the target is met, a miss by up to the margin is yellow, a larger one red; "none" where there is no
    value, no target, or neither direction is better."""
    if value is None or target is None or definition.better == "none":
        return "none"
    short = target - value if definition.better == "up" else value - target
    if short <= 0:
        return "good"
    # Rates are quotients: a hair's breadth of rounding is no verdict.
    return "yellow" if short <= margin + 1e-9 else "red"

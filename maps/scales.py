"""How values become colours: classes of about equally many grids, with breaks that a legend can print.

Classes are quantiles, since the values of small grids crowd near one end of the scale; where a target is set, it is the
middle break, and each side of it has classes of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.indicators import INDICATORS

TOO_FEW = 254
NO_DATA = 255
"""What stands in the place of a class where a grid is not coloured by its value."""

CLASSES = 7
SIDE = 3
"""Classes on a scale, and on each side of a target."""


@dataclass(frozen=True)
class Scale:
    """Breaks in ascending order; a value at a break belongs to the class above it. `colors` has a place in the palette
    for each class, of which there is one more than breaks; no colours: nothing to colour."""

    kind: Literal["sequence", "diverging"]
    breaks: tuple[float, ...]
    colors: tuple[int, ...]
    low: float | None
    high: float | None
    target: float | None = None


def scale(key: str, values: NDArray[np.float64], target: float | None) -> Scale:
    """The scale for the values (none of them NaN) of an indicator."""
    if not len(values):
        return Scale("sequence", (), (), None, None)
    definition = INDICATORS[key]
    decimals = definition.decimals + (2 if definition.kind == "rate" else 0)
    low, high = float(values.min()), float(values.max())
    if target is None or definition.better == "none":
        breaks = _quantiles(values, CLASSES, decimals)
        return Scale("sequence", breaks, _spread(len(breaks) + 1, CLASSES), low, high)
    below, above = values[values < target], values[values >= target]
    under = [value for value in _quantiles(below, SIDE, decimals) if value < target]
    over = [value for value in _quantiles(above, SIDE, decimals) if value > target]
    # The weakest colours of each side meet at the target.
    left = _spread(len(under) + 1, SIDE)
    right = [2 * SIDE - 1 - place for place in reversed(_spread(len(over) + 1, SIDE))]
    colors = [*left, *right]
    if definition.better == "down":
        colors = [2 * SIDE - 1 - place for place in colors]
    return Scale("diverging", (*under, target, *over), tuple(colors), low, high, target)


def parted(values: NDArray[np.float64], decimals: int) -> Scale:
    """The scale for values (none of them NaN) of which more is better and that have no target: about as many grids in
    each class, from the colour of one end for the least to that of the other for the most."""
    if not len(values):
        return Scale("diverging", (), (), None, None)
    breaks = _quantiles(values, 2 * SIDE, decimals)
    colors = _spread(len(breaks) + 1, 2 * SIDE)
    return Scale("diverging", breaks, colors, float(values.min()), float(values.max()))


def classes(found: Scale, values: NDArray[np.float64], few: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The class of each value, TOO_FEW where there are too few events to judge, NO_DATA where there is no value."""
    placed = np.searchsorted(np.array(found.breaks), np.nan_to_num(values), side="right").astype(np.uint8)
    placed[few] = TOO_FEW
    placed[np.isnan(values)] = NO_DATA
    return placed


def _quantiles(values: NDArray[np.float64], parts: int, decimals: int) -> tuple[float, ...]:
    """The distinct breaks between parts of about the same size, as they are printed; none that leaves a class empty."""
    if not len(values):
        return ()
    raw = np.quantile(values, np.arange(1, parts) / parts)
    breaks = np.unique(np.round(raw, decimals))
    kept: list[float] = []
    below = 0
    for value in breaks.tolist():
        count = int(np.count_nonzero(values < value))
        if below < count < len(values):
            kept.append(value)
            below = count
    return tuple(kept)


def _spread(count: int, of: int) -> tuple[int, ...]:
    """`count` places spread evenly over a palette of `of` colours, from its first to its last."""
    if count == 1:
        return (of // 2,)
    return tuple(round(place * (of - 1) / (count - 1)) for place in range(count))


def sizes(placed: NDArray[np.uint8], count: int) -> Sequence[int]:
    """How many grids each of the first `count` classes holds."""
    return [int(number) for number in np.bincount(placed, minlength=256)[:count]]

"""Dedicated grids: rectangles for schools, works and markets, each within one level-3 grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from data.demo.chance import Bools, Floats, Ints, apportion, dice
from data.demo.source import DedicatedKind
from data.demo.tessellation.plane import Plane, moved

_URBAN_WEIGHT = 3.0
"""How many times likelier an urban cell has one."""

_ROOM = 0.72
"""The most of the largest circle within the cell that half the diagonal may take."""

_TOLERANCE = 5.0


@dataclass(frozen=True)
class Dedicated:
    """One row a dedicated grid: the row of its cell, its kind, its rectangle in degrees with six decimals."""

    cell: Ints
    kind: tuple[str, ...]
    shape: Any


def dedicated_in(
    cells: Any, urban: Bools, count: int, kinds: Sequence[DedicatedKind], plane: Plane, seed: int
) -> Dedicated:
    """As many dedicated grids, one at most in each of the cells (on the mesh), in the order of the cells."""
    rng = dice(seed, "dedicated")
    weights = np.where(urban, _URBAN_WEIGHT, 1.0)
    chosen = np.sort(rng.choice(len(cells), count, replace=False, p=weights / weights.sum()))
    numbers = np.repeat(np.arange(len(kinds)), apportion([kind.share for kind in kinds], count))
    kind = rng.permutation(numbers)
    least = np.array([each.least_metres for each in kinds])[kind]
    most = np.array([each.most_metres for each in kinds])[kind]
    wanted = rng.uniform(least, most)
    shapes = _rectangles(moved(cells[chosen], plane.from_mesh), wanted, rng)
    return Dedicated(
        cell=chosen,
        kind=tuple(kinds[number].name for number in kind),
        shape=moved(shapes, lambda metres: np.round(plane.degrees(metres), 6)),
    )


def _rectangles(cells: Any, wanted: Floats, rng: np.random.Generator) -> Any:
    """A rectangle in the roomiest place of each cell; half its diagonal is as wanted where there is room for it."""
    circles = shapely.maximum_inscribed_circle(cells, tolerance=_TOLERANCE)
    middles = shapely.get_coordinates(circles).reshape(-1, 2, 2)[:, 0]
    half = np.minimum(wanted, _ROOM * shapely.length(circles))
    turn = rng.uniform(0, np.pi, len(cells))
    corner = np.arctan(rng.uniform(0.45, 1.0, len(cells)))
    angles = np.stack([corner, np.pi - corner, np.pi + corner, -corner], axis=1) + turn[:, None]
    ways = np.stack([np.cos(angles), np.sin(angles)], axis=2)
    return shapely.polygons(middles[:, None] + half[:, None, None] * ways)

"""Points spread over a polygon, and their clusters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from data.demo.chance import Floats, Ints

_SPARE = 1.3
"""How many more points are drawn than would fall into the polygon on average."""


def sample(
    polygon: shapely.Polygon,
    count: int,
    rng: np.random.Generator,
    density: Callable[[Floats], Floats] | None = None,
) -> Floats:
    """Points within the polygon, evenly or by a density between 0 and 1."""
    west, south, east, north = polygon.bounds
    batch = int(count * _SPARE * max(1.0, (east - west) * (north - south) / polygon.area)) + 16
    shapely.prepare(polygon)
    kept: list[Floats] = []
    while sum(map(len, kept)) < count:
        points = rng.uniform((west, south), (east, north), (batch, 2))
        points = points[shapely.contains_xy(polygon, points[:, 0], points[:, 1])]
        if density is not None:
            points = points[rng.random(len(points)) < density(points)]
        kept.append(points)
    return np.concatenate(kept)[:count]


def squared_distances(points: Floats, centres: Floats) -> Floats:
    """From each point (rows) to each centre (columns)."""
    east = points[:, 0, None] - centres[:, 0]
    north = points[:, 1, None] - centres[:, 1]
    return np.asarray(east * east + north * north)


def nearest(points: Floats, centres: Floats) -> Ints:
    """Of each point, the number of the nearest centre."""
    closest: Ints = squared_distances(points, centres).argmin(axis=1)
    return closest


def clusters(points: Floats, count: int, rng: np.random.Generator, rounds: int) -> tuple[Floats, Ints]:
    """The middles of as many clusters (k-means), and the cluster of each point. Some may stay empty."""
    middles = points[rng.choice(len(points), count, replace=False)].copy()
    for _ in range(rounds):
        own = nearest(points, middles)
        sizes = np.bincount(own, minlength=count)
        filled = sizes > 0
        for axis in (0, 1):
            sums = np.bincount(own, points[:, axis], minlength=count)
            middles[filled, axis] = sums[filled] / sizes[filled]
    return middles, nearest(points, middles)

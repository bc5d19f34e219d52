"""Corners of neighbours that lie on a long straight edge become corners of that edge too.

Between two ways of measuring a place, straight lines do not stay straight: without this, a long edge and the corners
that touch it would part by metres when they are converted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

_TOUCHING = 2e-5
"""Of the length of a long edge: how near to it a corner lies that touches it. Coordinates are often rounded so far."""


def with_corners(shapes: Any, long: float) -> Any:
    """The shapes with every corner that touches an edge longer than `long`, in their own unit, as a corner of it."""
    rings, polygon = shapely.get_rings(shapes, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    edge = np.flatnonzero(ring[1:] == ring[:-1])
    edge = edge[np.hypot(*(points[edge + 1] - points[edge]).T) > long]
    if not len(edge):
        return shapes
    corners = np.unique(points, axis=0)
    line, corner = shapely.STRtree(shapely.points(corners)).query(
        shapely.linestrings(np.stack([points[edge], points[edge + 1]], axis=1)),
        predicate="dwithin",
        distance=_TOUCHING * long,
    )
    along = corners[corner] - points[edge[line]]
    whole = points[edge[line] + 1] - points[edge[line]]
    share = (along * whole).sum(axis=1) / (whole**2).sum(axis=1)
    inner = (share > _TOUCHING) & (share < 1 - _TOUCHING)
    order = np.lexsort([share[inner], edge[line[inner]]])
    places, added = edge[line[inner]][order] + 1, corners[corner[inner]][order]
    if not len(places):
        return shapes
    touched = ring[places]
    points, ring = np.insert(points, places, added, axis=0), np.insert(ring, places, ring[places - 1])
    drawn = np.split(points, np.searchsorted(ring, np.arange(1, len(rings))))
    redrawn = np.array(shapes, dtype=object, copy=True)
    for at in np.unique(polygon[touched]):
        first, last = np.searchsorted(polygon, [at, at + 1])
        redrawn[at] = _through(shapes[at], drawn[first:last])
    return redrawn


def _through(shape: Any, rings: Sequence[NDArray[np.float64]]) -> Any:
    """The same polygon through other corners, ring by ring."""
    parts: list[Any] = []
    at = 0
    for part in shapely.get_parts(shape):
        end = at + 1 + shapely.get_num_interior_rings(part)
        parts.append(shapely.Polygon(rings[at], rings[at + 1 : end]))
        at = end
    return shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0]

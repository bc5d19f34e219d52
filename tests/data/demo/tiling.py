"""What makes grids a tiling, asserted exactly: every corner has six decimals, so areas are whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

TILING = ("city", "district", "level1", "level2", "level3")


def at_level(grids: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    return grids[grids["level"] == level].reset_index(drop=True)


def doubled_areas(shapes: Sequence[shapely.Geometry]) -> NDArray[np.int64]:
    """Twice each area in millionths of a degree squared, without rounding."""
    return np.array([sum(_doubled(piece) for piece in shapely.get_parts(shape)) for shape in shapes])


def _doubled(polygon: shapely.Polygon) -> int:
    rings = [polygon.exterior, *polygon.interiors]
    outer, *inner = (abs(_shoelace(shapely.get_coordinates(ring))) for ring in rings)
    return outer - sum(inner)


def _shoelace(corners: NDArray[np.float64]) -> int:
    mesh = np.round(corners * 1_000_000).astype(np.int64)
    assert np.abs(mesh / 1_000_000 - corners).max() < 1e-9, "a corner with more than six decimals"
    x, y = (mesh - mesh[0]).T
    return int((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


def assert_tiling(grids: gpd.GeoDataFrame) -> None:
    """Each level is a valid coverage, and each grid has exactly the area and the outline of its children together."""
    for level in TILING:
        shapes = at_level(grids, level).geometry
        assert shapes.is_valid.all(), level
        assert shapely.coverage_is_valid(shapes.to_numpy()), level
        if level not in ("city", "district"):
            assert set(shapes.geom_type) == {"Polygon"}, level
            assert shapely.get_num_interior_rings(shapes.to_numpy()).sum() == 0, level
    for upper, lower in pairwise(TILING):
        parents, children = at_level(grids, upper), at_level(grids, lower)
        assert set(children["parent"]) == set(parents["code"]), lower
        sums = dict.fromkeys(parents["code"], 0)
        for parent, area in zip(children["parent"], doubled_areas(children.geometry), strict=True):
            sums[parent] += int(area)
        assert list(sums.values()) == doubled_areas(parents.geometry).tolist(), lower
        unions = children.dissolve("parent", method="coverage").geometry.loc[parents["code"]]
        assert shapely.equals(unions.to_numpy(), parents.geometry.to_numpy()).all(), lower

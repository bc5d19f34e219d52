"""The outlines of grids, as stored."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import shapely
from sqlalchemy import select

from data.reference import reference_within
from data.schema import area, grid_shape
from data.store import Store

_IN_CHUNK = 500
"""Values named by one IN list."""


def shapes(store: Store, codes: Sequence[str]) -> gpd.GeoDataFrame:
    """code str, name str and geometry (EPSG:4326), one row for each of the grids that has an outline, in the order of
    `codes`; empty with the same columns. Raises UnknownGrid and NoCity."""
    with store.reading() as connection:
        tree = reference_within(store, connection).tree
        grids = [tree.get(code) for code in codes]
        ids = [grid.id for grid in grids]
        found = {
            row.grid_id: bytes(row.wkb)
            for start in range(0, len(ids), _IN_CHUNK)
            for row in connection.execute(
                select(grid_shape).where(grid_shape.c.grid_id.in_(ids[start : start + _IN_CHUNK]))
            )
        }
    drawn = [grid for grid in grids if grid.id in found]
    return gpd.GeoDataFrame(
        {"code": [grid.code for grid in drawn], "name": [grid.name for grid in drawn]},
        geometry=gpd.GeoSeries([shapely.from_wkb(found[grid.id]) for grid in drawn], crs="EPSG:4326"),
    )


def areas(store: Store) -> gpd.GeoDataFrame:
    """code str, name str, kind str and geometry (EPSG:4326) of what is drawn over the grids and is none, such as
    counties and development zones, in the order of drawing; empty with the same columns where the city has none."""
    with store.reading() as connection:
        rows = connection.execute(select(area).order_by(area.c.position)).all()
    return gpd.GeoDataFrame(
        {
            "code": [row.code for row in rows],
            "name": [row.name for row in rows],
            "kind": [row.kind for row in rows],
        },
        geometry=gpd.GeoSeries([shapely.from_wkb(bytes(row.wkb)) for row in rows], crs="EPSG:4326"),
    )

"""The whole tree of a made-up city with its outlines: districts, streets, communities, level-3 and dedicated grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.counters import Progress, quiet
from data.demo.chance import Ints
from data.demo.source import WGS84, Rules, Source
from data.demo.tessellation.communities import Communities, communities_of
from data.demo.tessellation.contiguity import settled
from data.demo.tessellation.dedicated import dedicated_in
from data.demo.tessellation.faces import cells_of, united
from data.demo.tessellation.plane import Plane, moved, off_mesh
from data.demo.tessellation.sites import sites_of

CITY, DISTRICT, STREET, COMMUNITY, CELL, DEDICATED = (
    *("city", "district", "level1", "level2", "level3"),
    "dedicated",
)
"""The keys of the levels in the pack's city.toml."""

COLUMNS = ("code", "name", "parent", "level", "kind", "status", "urban")

_PLACEHOLDER = "unverified-placeholder"


@dataclass(frozen=True)
class Tessellation:
    """A city's grids.

    `grids`: COLUMNS and geometry (EPSG:4326), the city first, then level by level, each by code. `parent` is None for
    the city, `kind` None for an ordinary grid, `status` "" for a grid whose name and code a source gives, else
    "unverified-placeholder" or "synthetic"; `urban` tells towns from villages (a unit is urban when most of it is).
    `areas`: code, name, kind ("county" or "zone") and geometry of what is drawn over the grids.
    """

    grids: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame


@dataclass(frozen=True)
class _Shapes:
    """The outlines of each level on the mesh, in the order of the source and its communities."""

    cells: Any
    communities: Any
    streets: Any
    owner: Ints
    """By cell."""


def tessellate(source: Source, seed: int, progress: Progress = quiet) -> Tessellation:
    """The grids of a source. The same source and seed give the same grids; another seed gives others.

    ValueError where a seed does not come out.
    """
    progress("placing the grids", 0.0)
    communities = communities_of(source, seed)
    plane = Plane.of(source.counties.geometry.to_numpy())
    sites = sites_of(source, plane, communities, seed)
    progress("drawing the grids", 0.35)
    cells = cells_of(source, plane, sites)
    progress("joining the grids", 0.75)
    owner = settled(cells, sites.county, sites.community, communities.street)
    in_communities = united(cells, owner, len(communities.code))
    in_streets = united(in_communities, communities.street, len(source.townships))
    shapes = _Shapes(cells, in_communities, in_streets, owner)
    progress("naming the grids", 0.85)
    lowest = _cells(source.rules, communities, shapes)
    levels = [
        _upper(source, shapes),
        _streets(source, shapes),
        _communities(source, communities, shapes),
        lowest,
        _dedicated(source.rules, communities, lowest, shapes, plane, seed),
    ]
    grids = pd.concat([level.sort_values("code") for level in levels], ignore_index=True)
    progress("naming the grids", 1.0)
    return Tessellation(gpd.GeoDataFrame(grids, crs=WGS84), _areas(source, shapes))


def _level(columns: dict[str, Any], on_mesh: Any) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"kind": None, "status": "", **columns}, geometry=moved(on_mesh, off_mesh), crs=WGS84
    )
    return frame[[*COLUMNS, "geometry"]]


def _upper(source: Source, shapes: _Shapes) -> gpd.GeoDataFrame:
    """The city and the units that answer for its streets."""
    districts, streets = source.districts, source.townships
    unit = streets["area_code"].map({code: row for row, code in enumerate(districts["code"])}).to_numpy()
    urban = streets["urban"].groupby(unit).mean() > 0.5
    outlines = united(shapes.streets, unit, len(districts))
    return _level(
        {
            "code": [source.city, *districts["code"]],
            "name": [source.city_name, *districts["name"]],
            "parent": [None, *[source.city] * len(districts)],
            "level": [CITY, *[DISTRICT] * len(districts)],
            "urban": [True, *urban],
        },
        np.array([shapely.coverage_union_all(shapes.streets), *outlines], dtype=object),
    )


def _streets(source: Source, shapes: _Shapes) -> gpd.GeoDataFrame:
    streets = source.townships
    return _level(
        {
            "code": streets["code"],
            "name": streets["name"],
            "parent": streets["area_code"],
            "level": STREET,
            "status": np.where(streets["name_status"] == _PLACEHOLDER, _PLACEHOLDER, ""),
            "urban": streets["urban"],
        },
        shapes.streets,
    )


def _communities(source: Source, communities: Communities, shapes: _Shapes) -> gpd.GeoDataFrame:
    return _level(
        {
            "code": communities.code,
            "name": communities.name,
            "parent": source.townships["code"].to_numpy()[communities.street],
            "level": COMMUNITY,
            "status": np.where(communities.placeholder, _PLACEHOLDER, ""),
            "urban": communities.urban,
        },
        shapes.communities,
    )


def _cells(rules: Rules, communities: Communities, shapes: _Shapes) -> gpd.GeoDataFrame:
    """The level-3 grids in the order of `shapes.cells`, numbered within their community from the north-west on."""
    numbers = _numbers(shapes)
    return _level(
        {
            "code": [
                f"{communities.code[own]}{number:03d}"
                for own, number in zip(shapes.owner, numbers, strict=True)
            ],
            "name": [
                rules.level3_name.format(community=communities.name[own], number=number)
                for own, number in zip(shapes.owner, numbers, strict=True)
            ],
            "parent": [communities.code[own] for own in shapes.owner],
            "level": CELL,
            "status": "synthetic",
            "urban": communities.urban[shapes.owner],
        },
        shapes.cells,
    )


def _numbers(shapes: _Shapes) -> Ints:
    """The number of each cell within its community: rows from north to south, in a row from west to east."""
    middles = shapely.get_coordinates(shapely.centroid(shapes.cells))
    counts = np.bincount(shapes.owner)
    height = np.sqrt(shapely.area(shapes.communities) / counts)[shapes.owner]
    top = shapely.bounds(shapes.communities)[:, 3][shapes.owner]
    row = np.floor((top - middles[:, 1]) / height)
    order = np.lexsort([middles[:, 0], row, shapes.owner])
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = np.arange(len(order)) - first[shapes.owner[order]] + 1
    return numbers


def _dedicated(
    rules: Rules,
    communities: Communities,
    lowest: gpd.GeoDataFrame,
    shapes: _Shapes,
    plane: Plane,
    seed: int,
) -> gpd.GeoDataFrame:
    order = np.argsort(lowest["code"].to_numpy(), kind="stable")
    urban = communities.urban[shapes.owner]
    made = dedicated_in(shapes.cells[order], urban[order], rules.dedicated, rules.kinds, plane, seed)
    owner = shapes.owner[order[made.cell]]
    frame = gpd.GeoDataFrame(
        {
            "parent": [communities.code[own] for own in owner],
            "kind": made.kind,
            "level": DEDICATED,
            "status": "synthetic",
            "urban": communities.urban[owner],
        },
        geometry=made.shape,
        crs=WGS84,
    )
    number = frame.groupby("parent").cumcount() + 1
    frame["code"] = frame["parent"] + "Z" + number.map("{:02d}".format)
    of_kind = frame.groupby(["parent", "kind"]).cumcount() + 1
    frame["name"] = [
        rules.dedicated_name.format(community=communities.name[own], kind=kind, number=of)
        for own, kind, of in zip(owner, made.kind, of_kind, strict=True)
    ]
    return frame[[*COLUMNS, "geometry"]]


def _areas(source: Source, shapes: _Shapes) -> gpd.GeoDataFrame:
    """The counties as their streets fill them, and the development zones."""
    streets = source.townships
    hosts = streets["host"].map({code: row for row, code in enumerate(source.counties["code"])}).to_numpy()
    zones = sorted(set(streets["zone"]) - {""})
    known = dict(zip(source.districts["name"], source.districts["code"], strict=True))
    codes = [known.get(name, f"zone-{number:02d}") for number, name in enumerate(zones, 1)]
    in_zones = [shapely.coverage_union_all(shapes.streets[streets["zone"] == name]) for name in zones]
    in_counties = united(shapes.streets, hosts, len(source.counties))
    return gpd.GeoDataFrame(
        {
            "code": [*source.counties["code"], *codes],
            "name": [*source.counties["name"], *zones],
            "kind": ["county"] * len(in_counties) + ["zone"] * len(in_zones),
        },
        geometry=moved(np.array([*in_counties, *in_zones], dtype=object), off_mesh),
        crs=WGS84,
    )

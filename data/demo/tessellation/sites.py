"""Seeds of the level-3 grids: streets within counties, communities within streets, grids within communities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from data.demo.chance import Floats, Ints, dice
from data.demo.source import Source
from data.demo.tessellation.communities import Communities
from data.demo.tessellation.plane import Plane, moved
from data.demo.tessellation.points import clusters, nearest, sample
from data.demo.tessellation.streets import street_cells

_POINTS_A_CELL = 40
_COMMUNITY_ROUNDS, _CELL_ROUNDS = 12, 6

_CROWDING = 20.0
"""How much denser a street is around its anchor when it is half town and half villages."""

_CORE = 0.33
"""The radius of that core, in radii of the street."""


@dataclass(frozen=True)
class Sites:
    """One row a level-3 grid: its seed in metres, the row of its community, the row of its county."""

    points: Floats
    community: Ints
    county: Ints


def sites_of(source: Source, plane: Plane, communities: Communities, seed: int) -> Sites:
    """The seeds of all level-3 grids, as many for each community as it has cells."""
    streets = source.townships
    anchors = plane.metres(streets[["lon", "lat"]].to_numpy(dtype=np.float64))
    points: list[Floats] = []
    owners: list[Ints] = []
    counties: list[Ints] = []
    for row, county in enumerate(source.counties.itertuples(index=False)):
        own = np.flatnonzero(streets["host"] == county.code)
        outline = moved(county.geometry, plane.metres)
        centres, cells = street_cells(outline, streets.iloc[own], anchors[own], dice(seed, county.code))
        for street, centre, cell in zip(own, centres, cells, strict=True):
            rng = dice(seed, streets["code"].iloc[street])
            members = np.flatnonzero(communities.street == street)
            for member, seeds in _street_sites(cell, centre, communities, members, rng):
                points.append(seeds)
                owners.append(np.full(len(seeds), member, dtype=np.int64))
                counties.append(np.full(len(seeds), row, dtype=np.int64))
    return Sites(np.concatenate(points), np.concatenate(owners), np.concatenate(counties))


def _street_sites(
    cell: shapely.Polygon,
    centre: Floats,
    communities: Communities,
    members: Ints,
    rng: np.random.Generator,
) -> list[tuple[int, Floats]]:
    """The seeds of each community of a street: urban ones where the street's centre is."""
    urban = communities.urban[members]
    mixed = urban.mean() * (1 - urban.mean())
    crowding = 1 + _CROWDING * mixed
    core = _CORE * np.sqrt(cell.area / np.pi)

    def density(points: Floats) -> Floats:
        away = ((points - centre) ** 2).sum(axis=1)
        return np.asarray((1 + (crowding - 1) * np.exp(-away / (2 * core**2))) / crowding)

    points = sample(cell, _POINTS_A_CELL * int(communities.cells[members].sum()), rng, density)
    middles, own = clusters(points, len(members), rng, _COMMUNITY_ROUNDS)
    from_centre = np.argsort(((middles - centre) ** 2).sum(axis=1), kind="stable")
    towns_first = np.concatenate([members[urban], members[~urban]])
    radius = 0.5 * np.sqrt(cell.area / len(members) / np.pi)
    found = []
    for cluster, member in zip(from_centre, towns_first, strict=True):
        count = int(communities.cells[member])
        near = points[own == cluster]
        if len(near) < 3 * count:
            around = cell.intersection(shapely.Point(middles[cluster]).buffer(radius))
            near = np.concatenate([near, sample(around, 6 * count, rng)])
        found.append((int(member), _community_sites(near, count, rng)))
    return found


def _community_sites(points: Floats, count: int, rng: np.random.Generator) -> Floats:
    """As many different ones of the points, spread over them."""
    middles, _ = clusters(points, count, rng, _CELL_ROUNDS)
    seeds = np.unique(points[nearest(middles, points)], axis=0)
    while len(seeds) < count:
        more = points[rng.choice(len(points), count - len(seeds))]
        seeds = np.unique(np.concatenate([seeds, more]), axis=0)
    return seeds

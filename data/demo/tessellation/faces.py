"""The one drawing from which every outline comes: counties and the borders between seeds, cut into faces."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from data.demo.chance import Floats, Ints
from data.demo.source import Source
from data.demo.tessellation.graph import Borders, borders
from data.demo.tessellation.plane import Plane, moved, on_mesh
from data.demo.tessellation.sites import Sites

_BEYOND = 8_000.0
"""Metres by which the borders between seeds run out of the county before they are cut."""

_STRAY_ROUNDS = 6


def outlines(source: Source) -> Any:
    """The outlines of the counties, on the mesh."""
    return moved(source.counties.geometry.to_numpy(), on_mesh)


def cells_of(source: Source, plane: Plane, sites: Sites) -> Any:
    """The polygon of each seed, on the mesh: what of its county is nearer to it than to another, less the pieces that
    a bend of the county cuts off, which go to a neighbour. Together they are the counties, without gap or overlap."""
    counties = outlines(source)
    faces = _faces(counties, plane, sites)
    county, owner = _owners(faces, counties, plane, sites)
    inside = owner >= 0
    faces, county, owner = faces[inside], county[inside], owner[inside]
    owner = _strays_given_away(faces, county, owner, len(sites.points))
    return united(faces, owner, len(sites.points))


def united(pieces: Any, owner: Ints, count: int) -> Any:
    """The union of each owner's pieces, in the owners' order. ValueError when one has none."""
    order = np.argsort(owner, kind="stable")
    ends = np.searchsorted(owner[order], np.arange(count + 1))
    if (np.diff(ends) == 0).any():
        raise ValueError("expected room for every grid, found none for one: another seed may do")
    groups = [pieces[order[start:end]] for start, end in pairwise(ends)]
    return np.array(
        [group[0] if len(group) == 1 else shapely.coverage_union_all(group) for group in groups],
        dtype=object,
    )


def _faces(counties: Any, plane: Plane, sites: Sites) -> Any:
    lines = list(shapely.boundary(counties))
    for row, county in enumerate(counties):
        around = moved(county, plane.from_mesh).buffer(_BEYOND)
        seeds = shapely.MultiPoint(sites.points[sites.county == row])
        between = shapely.voronoi_polygons(seeds, extend_to=around, only_edges=True)
        lines.append(shapely.intersection(moved(between, plane.to_mesh), county))
    drawing = shapely.union_all(np.array(lines, dtype=object), grid_size=1.0)
    return np.array(list(shapely.get_parts(shapely.polygonize(shapely.get_parts(drawing)))), dtype=object)


def _owners(faces: Any, counties: Any, plane: Plane, sites: Sites) -> tuple[Ints, Ints]:
    """Of each face its county and its nearest seed there; -1 for what lies in no county."""
    middles = shapely.point_on_surface(faces)
    county = np.full(len(faces), -1, dtype=np.int64)
    owner = np.full(len(faces), -1, dtype=np.int64)
    face, its = shapely.STRtree(counties).query(middles, predicate="within")
    county[face] = its
    points = shapely.points(plane.from_mesh(shapely.get_coordinates(middles)))
    for row in range(len(counties)):
        here, seeds = np.flatnonzero(county == row), np.flatnonzero(sites.county == row)
        owner[here] = seeds[shapely.STRtree(shapely.points(sites.points[seeds])).nearest(points[here])]
    return county, owner


def _strays_given_away(faces: Any, county: Ints, owner: Ints, count: int) -> Ints:
    """The owners, with pieces that don't hang together with an owner's largest given to the neighbour in the county
    with the longest border."""
    owner = owner.copy()
    touching = borders(faces)
    areas = shapely.area(faces)
    for _ in range(_STRAY_ROUNDS):
        strays = stray_pieces(touching, owner, areas, count)
        if not len(strays):
            break
        for stray in strays:
            near, lengths = touching.around(stray)
            fit = (county[near] == county[stray]) & (owner[near] != owner[stray])
            if fit.any():
                owner[stray] = longest(owner[near[fit]], lengths[fit])
    return owner


def stray_pieces(touching: Borders, group: Ints, areas: Floats, count: int) -> Ints:
    """The pieces outside their group's largest part."""
    part = touching.parts(group)
    size = np.bincount(part, areas, minlength=touching.count)
    main = np.full(count, -1, dtype=np.int64)
    by_size = np.argsort(size[part], kind="stable")
    main[group[by_size]] = part[by_size]
    return np.flatnonzero(part != main[group])


def longest(groups: Ints, lengths: Floats) -> int:
    """The group with the longest border in all; the lowest of several."""
    among, member = np.unique(groups, return_inverse=True)
    return int(among[np.bincount(member, lengths).argmax()])

"""The grids of a whole city, level by level, as a browser draws them: simplified once, so that the levels nest.

The leaves are simplified as one coverage and the levels above are unions of them: a border that two grids share, of
whatever level, is drawn from the same points.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from data.grids import Grid, Tree
from maps import wire

VERSION = 2
"""Raised when the same outlines would be packed into other bytes."""

DEDICATED = "dedicated"
"""The key of the level of dedicated grids, which lie inside ordinary ones and are drawn over them."""

_DETAIL = 0.005
"""How much of a leaf's width a detail must have to be kept."""

_FINEST, _COARSEST = 2e-5, 5e-4
_FILLED = 0.005
"""By how much the children of a grid may miss its area and still stand for it."""


@dataclass(frozen=True)
class Level:
    """Grids drawn together, in the order of the tree; `above` is each one's place in the level above, or -1."""

    key: str
    name: str
    depth: int
    dedicated: bool
    ids: NDArray[np.int64]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    above: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.codes)

    def within(self, grid: Grid) -> slice:
        """The places of the grids of this level in a scope: ids are preorder numbers, so they stand in one run."""
        first, last = np.searchsorted(self.ids, (grid.id, grid.last_id + 1))
        return slice(int(first), int(last))

    @cached_property
    def place_of(self) -> Mapping[str, int]:
        """The place of each grid, by its code."""
        return {code: place for place, code in enumerate(self.codes)}


@dataclass(frozen=True)
class LevelShapes:
    """A level with its outlines: `packed` for the browser; bounds are west, south, east, north, NaN without outline.
    `drawn` grids have an outline; `width` is the middle width of one and `area` what all cover, in degrees."""

    level: Level
    packed: bytes
    digest: str
    bounds: NDArray[np.float64]
    drawn: int
    width: float
    area: float


def levels_of(tree: Tree, names: Mapping[str, str], dedicated_name: str) -> tuple[Level, ...]:
    """The levels of a city from the city itself down, the dedicated grids last; `names` by the pack's level key."""
    by_depth: dict[int, list[Grid]] = {}
    special: list[Grid] = []
    for grid in tree:
        (special if grid.kind is not None else by_depth.setdefault(grid.depth, [])).append(grid)
    levels: list[Level] = []
    taken: set[str] = set()
    for depth in sorted(by_depth):
        grids = by_depth[depth]
        key = grids[0].level if grids[0].level not in taken else f"depth{depth}"
        taken.add(key)
        levels.append(_level(tree, key, names.get(key, key), depth, grids, levels))
    if special:
        key = special[0].level
        name = names.get(key, dedicated_name) if key not in taken else dedicated_name
        levels.append(_level(tree, DEDICATED, name, max(grid.depth for grid in special), special, levels))
    return tuple(levels)


def _level(
    tree: Tree, key: str, name: str, depth: int, grids: Sequence[Grid], upper: Sequence[Level]
) -> Level:
    dedicated = grids[0].kind is not None
    places = {
        grid_id: place
        for level in upper
        if level.depth == depth - 1
        for place, grid_id in enumerate(level.ids.tolist())
    }
    return Level(
        key=key,
        name=name,
        depth=depth,
        dedicated=dedicated,
        ids=np.array([grid.id for grid in grids], dtype=np.int64),
        codes=tuple(grid.code for grid in grids),
        names=tuple(grid.name for grid in grids),
        kinds=tuple(grid.kind or "" for grid in grids),
        above=np.array(
            [places.get(tree.get(grid.parent).id, -1) if grid.parent else -1 for grid in grids],
            dtype=np.int64,
        ),
    )


def content_key(levels: Sequence[Level], shapes: gpd.GeoDataFrame) -> str:
    """Names what `level_shapes` would make of these grids and outlines."""
    digest = hashlib.sha256(f"{VERSION}".encode())
    for level in levels:
        digest.update("\0".join((level.key, level.name, *level.codes, *level.names, *level.kinds)).encode())
        digest.update(level.above.tobytes())
    digest.update("\0".join(shapes["code"]).encode())
    for outline in shapely.to_wkb(np.asarray(shapes.geometry.array, dtype=object)):
        digest.update(outline or b"")
    return digest.hexdigest()[:20]


def level_shapes(levels: Sequence[Level], shapes: gpd.GeoDataFrame) -> tuple[LevelShapes, ...]:
    """Every level with its outlines from `shapes` [code, geometry in EPSG:4326]."""
    given = dict(zip(shapes["code"], np.asarray(shapes.geometry.array, dtype=object), strict=True))
    ordinary = [level for level in levels if not level.dedicated]
    made: dict[str, Any] = {}
    known = [np.array([given.get(code) for code in level.codes], dtype=object) for level in ordinary]
    below = [_has_below(ordinary, known, depth) for depth in range(len(ordinary))]
    leaves = [
        (depth, place)
        for depth, outlines in enumerate(known)
        for place in np.flatnonzero(_areal(outlines) & ~below[depth]).tolist()
    ]
    simple = _simplified(np.array([known[depth][place] for depth, place in leaves], dtype=object))
    drawn = [np.full(len(level), None, dtype=object) for level in ordinary]
    for (depth, place), outline in zip(leaves, simple, strict=True):
        drawn[depth][place] = outline
    for depth in range(len(ordinary) - 2, -1, -1):
        _unite(drawn[depth], known[depth], drawn[depth + 1], ordinary[depth + 1].above)
    for level, outlines in zip(ordinary, drawn, strict=True):
        made[level.key] = outlines
    for level in levels:
        if level.dedicated:
            made[level.key] = wire.quantised(
                np.array([given.get(code) for code in level.codes], dtype=object)
            )
    return tuple(
        _shaped(level, made[level.key], next((one for one in ordinary if one.depth == level.depth - 1), None))
        for level in levels
    )


def _areal(outlines: Any) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.isin(shapely.get_type_id(outlines), (3, 6)) & ~shapely.is_empty(outlines)
    return found


def _has_below(levels: Sequence[Level], known: Sequence[Any], depth: int) -> NDArray[np.bool_]:
    """Whether a grid has a grid with an outline anywhere below it."""
    found = np.zeros(len(levels[depth]), dtype=bool)
    if depth + 1 < len(levels):
        lower = _areal(known[depth + 1]) | _has_below(levels, known, depth + 1)
        places = levels[depth + 1].above[lower]
        found[places[places >= 0]] = True
    return found


def _simplified(outlines: Any) -> Any:
    """A coverage without details finer than a small part of a grid's width, on whole numbers."""
    if not len(outlines):
        return outlines
    outlines = np.array([_area(shapely.make_valid(outline)) for outline in outlines], dtype=object)
    width = math.sqrt(float(np.median(shapely.area(outlines))))
    tolerance = min(max(width * _DETAIL, _FINEST), _COARSEST)
    simple = shapely.coverage_simplify(outlines, tolerance)
    simple = np.where(shapely.is_empty(simple), outlines, simple)
    return wire.quantised(simple)


def _area(outline: Any) -> Any:
    """Only the areas of an outline: a repaired one may carry stray lines."""
    if outline.geom_type in ("Polygon", "MultiPolygon"):
        return outline
    parts = [part for part in shapely.get_parts(outline) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)


def _unite(drawn: Any, given: Any, lower: Any, above: NDArray[np.int64]) -> None:
    """Gives each grid the union of its children, or its own outline where they do not fill it."""
    has = _areal(lower) & (above >= 0)
    order = np.flatnonzero(has)
    order = order[np.argsort(above[order], kind="stable")]
    places, starts = np.unique(above[order], return_index=True)
    for place, children in zip(places.tolist(), np.split(order, starts[1:]), strict=True):
        if drawn[place] is not None:
            continue
        own = given[place]
        area = float(shapely.area(lower[children]).sum())
        filled = own is None or abs(area - shapely.area(own)) <= _FILLED * shapely.area(own)
        drawn[place] = _union(lower[children]) if filled else wire.quantised(_area(shapely.make_valid(own)))
    for place in np.flatnonzero(_areal(given)).tolist():
        if drawn[place] is None:
            drawn[place] = wire.quantised(_area(shapely.make_valid(given[place])))


def _union(outlines: Any) -> Any:
    try:
        return shapely.coverage_union_all(outlines)
    except shapely.errors.GEOSException:
        # Not one coverage: the parts overlap. The slower way takes anything.
        return shapely.union_all(shapely.make_valid(outlines))


def _shaped(level: Level, outlines: Any, upper: Level | None) -> LevelShapes:
    spots, rooms = _label_spots(outlines)
    counts, sequences = wire.outline_numbers(outlines)
    marks = np.nan_to_num(np.round(spots * wire.PER_DEGREE)).astype(np.int64)
    sequences += [
        wire.differences(level.above),
        wire.differences(marks[:, 0]),
        wire.differences(marks[:, 1]),
        np.round(rooms * wire.PER_DEGREE).astype(np.int64),
    ]
    above = [upper.codes[place] if upper and place >= 0 else None for place in level.above.tolist()]
    named = [upper.names[place] if upper and place >= 0 else None for place in level.above.tolist()]
    header = {
        "key": level.key,
        "count": len(level),
        "perDegree": wire.PER_DEGREE,
        **counts,
        "codes": wire.shortened(level.codes, above),
        "names": wire.shortened(level.names, named),
        "kinds": list(level.kinds) if level.dedicated else [],
    }
    body = wire.packed(header, b"".join(wire.varints(sequence) for sequence in sequences))
    areal = _areal(outlines)
    areas = shapely.area(outlines[areal])
    return LevelShapes(
        level=level,
        packed=body,
        digest=wire.digest(body),
        bounds=shapely.bounds(outlines).reshape(-1, 4),
        drawn=int(np.count_nonzero(~shapely.is_missing(outlines))),
        width=math.sqrt(float(np.median(areas))) if len(areas) else 0.0,
        area=float(areas.sum()),
    )


def _label_spots(outlines: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where a label stands best in each outline, and how far it is from there to the border; zeros without outline."""
    spots, rooms = np.zeros((len(outlines), 2)), np.zeros(len(outlines))
    there = ~shapely.is_missing(outlines)
    spots[there] = shapely.get_coordinates(shapely.centroid(outlines[there]))
    areal = np.flatnonzero(_areal(outlines))
    if not len(areal):
        return spots, rooms
    # A degree of longitude is shorter than one of latitude: circles are sought where both are the same.
    squeeze = max(math.cos(math.radians(float(np.median(spots[areal, 1])))), 0.05)
    largest = np.array([_largest(outline) for outline in outlines[areal]], dtype=object)
    squeezed = shapely.transform(largest, lambda xy: xy * np.array([squeeze, 1.0]))
    fine = np.maximum(np.sqrt(shapely.area(squeezed)) * 0.03, 1e-6)
    circles = shapely.maximum_inscribed_circle(squeezed, tolerance=fine)
    ends = shapely.get_coordinates(circles).reshape(-1, 2, 2)
    spots[areal] = ends[:, 0] / np.array([squeeze, 1.0])
    rooms[areal] = shapely.length(circles)
    return spots, rooms


def _largest(outline: Any) -> Any:
    return outline if outline.geom_type == "Polygon" else max(outline.geoms, key=lambda part: part.area)

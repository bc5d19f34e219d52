"""How the shapes of a tree of grids lie to each other, and the mending of small gaps and overlaps.

Pure geometry, in metres on a plane. The shapes without shapes below them, the leaves, ought to be a coverage: edges
that match, no overlaps, no narrow gaps. A shape with shapes below it ought to be filled by them. What is mended
is mended in the leaves, and a shape above becomes the union of what lies below it: mending each level alone would tear
them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]
Places = NDArray[np.int64]

_SPECK = 1e-4
"""Square metres that rounding makes."""
MATCHED_METRES = 1e-3
"""Metres that outlines may lie apart and still be called the same."""
_MEASURED = 5
_FEW = 500
_NOT_AT_ALL = 0.0
_FARTHEST = 3.0
"""Tolerances that a mended corner may lie from its old place: slivers that meet at a sharp angle have far tips."""


@dataclass(frozen=True)
class Spot:
    """A place where shapes disagree. `other` is the second grid of an overlap or the one above, -1 where none is."""

    grid: int
    other: int
    width: float
    area: float
    x: float
    y: float


@dataclass(frozen=True)
class Survey:
    """What was found. Wide spots are wider than the tolerance and left as they are; `gaps` and `overlaps` are the
    narrow ones. `shapes` are the mended ones, the very same objects where nothing was mended, and `moved` says how far.
    `torn` means that mending was wanted and did not succeed.
    """

    shapes: Shapes
    moved: NDArray[np.float64]
    wide_overlaps: list[Spot] = field(default_factory=list)
    outside: list[Spot] = field(default_factory=list)
    unfilled: list[Spot] = field(default_factory=list)
    enclosed: list[Spot] = field(default_factory=list)
    gaps: list[Spot] = field(default_factory=list)
    overlaps: list[Spot] = field(default_factory=list)
    torn: bool = False

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Which shapes were mended."""
        return self.moved >= 0


def survey(shapes: Shapes, above: Places, complete: NDArray[np.bool_], tolerance: float) -> Survey:
    """The disagreements of valid polygons, and the polygons with the narrow ones mended.

    `above` is the place of the nearest shape above each one, or -1; `complete` says of each whether everything below it
    has a shape, so that it can be expected to be filled.
    """
    if not len(shapes):
        return Survey(shapes, np.empty(0))
    leaves = np.flatnonzero(~np.isin(np.arange(len(shapes)), above))
    flawed = _flawed(shapes[leaves], tolerance)
    narrow, wide = _overlaps(shapes, leaves, leaves[flawed], tolerance)
    # A narrow inlet from outside looks like a gap, and is none.
    sound = not flawed.any() or bool(shapely.coverage_is_valid(shapes[leaves]))
    families = _families(shapes, above, sound=sound)
    nesting = _nesting(shapes, above, complete, families, tolerance)
    outside, unfilled, rests = nesting.outside, nesting.unfilled, nesting.rests
    gaps, enclosed = _gaps(shapes, leaves, above, nesting, tolerance, flawed=bool(flawed.any()))
    found = Survey(
        shapes,
        np.full(len(shapes), -1.0),
        wide_overlaps=wide,
        outside=outside,
        unfilled=unfilled,
        enclosed=enclosed,
        gaps=gaps,
        overlaps=narrow,
    )
    if not (flawed.any() or nesting.mismatched) or wide or outside:
        return found
    pieces: Shapes = np.array([*shapes[leaves], *(rest for _, rest in rests)], dtype=object)
    # What nothing fills is a piece too, and a neighbour may reach into it.
    dirty = flawed.any() or not shapely.coverage_is_valid(pieces, gap_width=tolerance)
    for cleaned in _cleaned(pieces, tolerance, [*gaps, *narrow]) if dirty else [pieces]:
        mended = _reassembled(shapes, above, leaves, cleaned, [owner for owner, _ in rests])
        moved = _moved(shapes, mended)
        if moved.max(initial=0.0) <= _FARTHEST * tolerance:
            return replace(found, shapes=mended, moved=moved)
    return replace(found, torn=True)


def _flawed(leaves: Shapes, tolerance: float) -> NDArray[np.bool_]:
    """Which leaves have an edge that lies badly to a neighbour's."""
    if len(leaves) < 2:
        return np.zeros(len(leaves), dtype=bool)
    edges = shapely.coverage_invalid_edges(leaves, gap_width=tolerance)
    flawed: NDArray[np.bool_] = ~shapely.is_empty(edges)
    return flawed


def _overlaps(
    shapes: Shapes, leaves: Places, suspects: Places, tolerance: float
) -> tuple[list[Spot], list[Spot]]:
    """Overlaps of the suspects with any leaf, narrow and wide."""
    if not len(suspects):
        return [], []
    # One that lies within another has all of the bad edges.
    found, suspect = shapely.STRtree(shapes[leaves]).query(shapes[suspects], predicate="intersects")[::-1]
    pairs = np.sort(np.column_stack([leaves[found], suspects[suspect]]), axis=1)
    first, second = np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0).T
    parts, owner = polygons_of(shapely.intersection(shapes[first], shapes[second]))
    return _spots(parts, first[owner], second[owner], tolerance)


def _families(shapes: Shapes, above: Places, *, sound: bool) -> dict[int, tuple[Places, Any]]:
    """By the place of each shape with shapes below it: their places, and their union."""
    order = np.argsort(above, kind="stable")
    parents, starts = np.unique(above[order], return_index=True)
    groups = np.split(order, starts[1:])
    is_parent = np.isin(np.arange(len(shapes)), parents)
    return {
        int(parent): (group, united(shapes[group], sound=sound and not is_parent[group].any()))
        for parent, group in zip(parents, groups, strict=True)
        if parent >= 0
    }


def united(shapes: Shapes, *, sound: bool = False) -> Any:
    """The union of shapes; quickly when they are known to be, or are, a sound coverage."""
    if len(shapes) == 1:
        return shapes[0]
    if sound or shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapes)


@dataclass(frozen=True)
class _Nesting:
    """How shapes lie in those above: what lies outside, and what is not filled from below.

    `rests` are the wide parts that nothing below fills, with the shape to fill, `cracks` the narrow ones; `mismatched`
    says that an outline differs at all from what lies below it.
    """

    outside: list[Spot] = field(default_factory=list)
    unfilled: list[Spot] = field(default_factory=list)
    rests: list[tuple[int, Any]] = field(default_factory=list)
    cracks: Shapes = field(default_factory=lambda: np.empty(0, dtype=object))
    mismatched: bool = False


def _nesting(
    shapes: Shapes,
    above: Places,
    complete: NDArray[np.bool_],
    families: dict[int, tuple[Places, Any]],
    tolerance: float,
) -> _Nesting:
    parents = np.array(list(families), dtype=np.int64)
    if not len(parents):
        return _Nesting()
    unions: Shapes = np.array([union for _, union in families.values()], dtype=object)
    differ = ~shapely.equals_exact(
        shapely.normalize(shapes[parents]), shapely.normalize(unions), tolerance=1e-9
    )
    parents, unions = parents[differ], unions[differ]
    apart = shapely.area(shapely.symmetric_difference(unions, shapes[parents])) > _SPECK
    parents, unions = parents[apart], unions[apart]
    extra, extra_owner = polygons_of(shapely.difference(unions, shapes[parents]))
    lacking, lacking_owner = polygons_of(shapely.difference(shapes[parents], unions))
    _, outside = _spots(
        extra,
        np.array(
            [
                _holder(shapes, families[int(parents[at])][0], part)
                for part, at in zip(extra, extra_owner, strict=True)
            ],
            dtype=np.int64,
        ),
        parents[extra_owner],
        tolerance,
    )
    wide = is_wide(lacking, tolerance)
    rests = [(int(parents[at]), part) for part, at in zip(lacking[wide], lacking_owner[wide], strict=True)]
    expected = wide & complete[parents[lacking_owner]]
    nobody = np.full(int(expected.sum()), -1, dtype=np.int64)
    _, unfilled = _spots(lacking[expected], parents[lacking_owner[expected]], nobody, tolerance)
    # A parent that is a hair's breadth off is as good as filled: rounding, not mending.
    seen = np.zeros(len(parents))
    np.add.at(seen, extra_owner, shapely.area(extra))
    np.add.at(seen, lacking_owner[~wide], shapely.area(lacking[~wide]))
    return _Nesting(
        outside,
        unfilled,
        rests,
        cracks=lacking[~wide],
        mismatched=bool((seen > MATCHED_METRES * shapely.length(unions)).any()),
    )


def _holder(shapes: Shapes, group: Places, part: Any) -> int:
    """Which of a group reaches furthest over a part."""
    if len(group) == 1:
        return int(group[0])
    return int(group[int(np.argmax(shapely.area(shapely.intersection(shapes[group], part))))])


def _gaps(
    shapes: Shapes,
    leaves: Places,
    above: Places,
    nesting: _Nesting,
    tolerance: float,
    *,
    flawed: bool,
) -> tuple[list[Spot], list[Spot]]:
    """Narrow gaps between the leaves, and wide ones between the topmost shapes."""
    tops = np.flatnonzero(above < 0)
    _, enclosed = _beside(_holes(united(shapes[tops])), shapes, tops, tolerance)
    # What one shape alone encloses is meant.
    enclosed = [spot for spot in enclosed if spot.other >= 0]
    if not flawed:
        return [], enclosed
    holes = _holes(shapely.union_all([*shapes[leaves], *(rest for _, rest in nesting.rests)]))
    narrow, _ = _beside(holes, shapes, leaves, tolerance)
    known, _ = shapely.STRtree(holes).query(nesting.cracks, predicate="intersects")
    other = ~np.isin(np.arange(len(nesting.cracks)), known)
    return narrow + _beside(nesting.cracks[other], shapes, leaves, tolerance)[0], enclosed


def _holes(union: Any) -> Shapes:
    polygons = shapely.get_parts(union)
    inner = [
        hole
        for polygon in polygons[shapely.get_num_interior_rings(polygons) > 0]
        for hole in polygon.interiors
    ]
    holes: Shapes = shapely.polygons(np.array(inner, dtype=object)) if inner else np.empty(0, dtype=object)
    return holes


def _beside(holes: Shapes, shapes: Shapes, among: Places, tolerance: float) -> tuple[list[Spot], list[Spot]]:
    """Holes as spots of the shapes that enclose them, narrow and wide."""
    if not len(holes):
        return [], []
    tree = shapely.STRtree(shapes[among])
    hole, found = tree.query(holes, predicate="dwithin", distance=MATCHED_METRES)
    told, first, counts = np.unique(hole, return_index=True, return_counts=True)
    other = np.where(counts > 1, among[found[np.minimum(first + 1, len(found) - 1)]], -1)
    return _spots(holes[told], among[found[first]], other, tolerance)


def polygons_of(found: Shapes) -> tuple[Shapes, Places]:
    """The polygons of an array of geometries that are no specks, and whose they are."""
    parts, owner = shapely.get_parts(found, return_index=True)
    nested = shapely.get_type_id(parts) > 3
    if nested.any():
        deeper, of = shapely.get_parts(parts[nested], return_index=True)
        parts, owner = (
            np.concatenate([parts[~nested], deeper]),
            np.concatenate([owner[~nested], owner[nested][of]]),
        )
    kept = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > _SPECK)
    return parts[kept], owner[kept]


def is_wide(parts: Shapes, tolerance: float) -> NDArray[np.bool_]:
    """Which polygons hold a circle as wide as the tolerance."""
    wide: NDArray[np.bool_] = shapely.area(parts) > np.pi * tolerance**2 / 4
    wide[wide] = ~shapely.is_empty(shapely.buffer(parts[wide], -tolerance / 2))
    return wide


def _spots(parts: Shapes, grid: Places, other: Places, tolerance: float) -> tuple[list[Spot], list[Spot]]:
    """The parts as spots, narrow and wide, the widest of each first."""
    if not len(parts):
        return [], []
    areas = shapely.area(parts)
    widths = 2 * areas / shapely.length(parts)
    wide = is_wide(parts, tolerance)
    for some in (wide, ~wide):
        # Measured exactly where it is told.
        first = np.flatnonzero(some)[np.argsort(-widths[some])][:_MEASURED]
        for at in first:
            circle = shapely.maximum_inscribed_circle(parts[at], tolerance=max(widths[at] / 20, 1e-3))
            widths[at] = 2 * shapely.length(circle)
    middles = shapely.get_coordinates(shapely.point_on_surface(parts))
    spots = [
        Spot(int(grid[at]), int(other[at]), float(widths[at]), float(areas[at]), *map(float, middles[at]))
        for at in np.argsort(-widths)
    ]
    order = wide[np.argsort(-widths)]
    return [s for s, far in zip(spots, order, strict=True) if not far], [
        s for s, far in zip(spots, order, strict=True) if far
    ]


def _cleaned(pieces: Shapes, tolerance: float, spots: Sequence[Spot]) -> Iterator[Shapes]:
    """The pieces as a sound coverage, in several ways.

    Corners are drawn together as little as will do, so that good lines stay as they are: not at all when the flaws are
    few (many would take a minute), by little more than the widest flaw, by the whole tolerance.
    """
    widest = max((spot.width for spot in spots), default=0.0)
    reaches = sorted({min(max(1.5 * widest, 0.01), tolerance), tolerance})
    for reach in [_NOT_AT_ALL, *reaches] if len(spots) < _FEW else reaches:
        try:
            cleaned: Shapes = shapely.coverage_clean(pieces, gap_width=tolerance, snapping_distance=reach)
        except shapely.errors.GEOSException:
            continue
        if (
            not shapely.is_empty(cleaned).any()
            and shapely.is_valid(cleaned).all()
            and (shapely.get_num_geometries(cleaned) <= shapely.get_num_geometries(pieces)).all()
            and shapely.coverage_is_valid(cleaned)
        ):
            yield cleaned


def _reassembled(
    shapes: Shapes, above: Places, leaves: Places, pieces: Shapes, owners: Iterable[int]
) -> Shapes:
    """The leaves as they are mended, and every shape above as the union of what lies below it."""
    mended = shapes.copy()
    mended[leaves] = pieces[: len(leaves)]
    below: dict[int, list[Any]] = {}
    for owner, rest in zip(owners, pieces[len(leaves) :], strict=True):
        below.setdefault(owner, []).append(rest)
    for at in _deepest_first(above):
        if at in below:
            group: Shapes = np.array(below[at], dtype=object)
            mended[at] = united(group)
        if above[at] >= 0:
            below.setdefault(int(above[at]), []).append(mended[at])
    same = shapely.equals_exact(shapely.normalize(shapes), shapely.normalize(mended), tolerance=1e-9)
    mended[same] = shapes[same]
    return mended


def _deepest_first(above: Places) -> list[int]:
    depth = np.zeros(len(above), dtype=np.int64)
    at = above.copy()
    while (at >= 0).any():
        depth += at >= 0
        at = np.where(at >= 0, above[at], -1)
    return [int(place) for place in np.argsort(-depth, kind="stable")]


def _moved(before: Shapes, after: Shapes) -> NDArray[np.float64]:
    """How far the corners of each shape lie from its other outline; -1 for one that stayed."""
    same = shapely.equals_exact(shapely.normalize(before), shapely.normalize(after), tolerance=1e-9)
    moved = np.where(same, -1.0, 0.0)
    for at in np.flatnonzero(~same):
        # Only corners that are new or gone can lie elsewhere.
        old, new = (
            corner_keys(shapely.get_coordinates(before[at])),
            corner_keys(shapely.get_coordinates(after[at])),
        )
        for corners, outline in ((np.setdiff1d(new, old), before[at]), (np.setdiff1d(old, new), after[at])):
            points = shapely.points(corners.real, corners.imag)
            moved[at] = shapely.distance(points, shapely.boundary(outline)).max(initial=moved[at])
    return moved


def corner_keys(points: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Points as one number each, to be compared and found."""
    return points[:, 0] + 1j * points[:, 1]

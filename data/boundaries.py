"""The shapes of a city's grids: each one checked, all of them held against each other, small flaws mended and told.

Lengths are metres on a plane through the middle of the city, true to about a hundredth of them at its edges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.coverage import (
    MATCHED_METRES,
    Places,
    Shapes,
    Spot,
    Survey,
    corner_keys,
    is_wide,
    polygons_of,
    survey,
)
from data.packfiles import Line, PackFiles, ancestors

TOLERANCE_METRES = 5.0
"""How wide a gap or an overlap may be to be closed, when city.toml does not say."""
WIDEST_TOLERANCE = 100
"""The most that it may say."""

_METRES_PER_DEGREE = 111_320.0
_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7
_REASON = re.compile(r"(.*)\[(\S+) (\S+)\]")


@dataclass(frozen=True)
class Shaped:
    """A grid with a shape in degrees, and how it is told."""

    where: str
    code: str
    name: str
    level: str
    shape: Any

    @property
    def told(self) -> str:
        """Its code and name."""
        return f"{self.code} ({self.name})" if self.name and self.name != self.code else self.code


class BoundaryChecker(PackFiles):
    """Checks and mends the shapes of a pack; faults, warnings and repairs are noted."""

    tolerance: float = TOLERANCE_METRES

    def checked(self, shaped: Sequence[Shaped], lines: Sequence[Line]) -> dict[str, Any]:
        """The shapes that can be used, by code, mended where they were flawed. `lines` are all grids of the pack."""
        usable = self._usable(shaped)
        if not usable:
            return {}
        plane = _Plane.of([one.shape for one in usable])
        untangled = self._untangled(usable, plane)
        usable = [one for one, (shape, _) in zip(usable, untangled, strict=True) if shape is not None]
        flat: Shapes = np.array([shape for shape, _ in untangled if shape is not None], dtype=object)
        mended = np.array([redrawn for shape, redrawn in untangled if shape is not None], dtype=bool)
        # One part alone is a polygon, whatever the file makes of it: the same shapes are to compare as the same.
        alone = (shapely.get_type_id(flat) == _MULTIPOLYGON) & (shapely.get_num_geometries(flat) == 1)
        flat[alone] = shapely.get_geometry(flat[alone], 0)
        tree = _Tree.of(lines, [one.code for one in usable])
        found = survey(flat[tree.ordinary], tree.above, tree.complete, self.tolerance)
        self._tell(found, [usable[at] for at in tree.ordinary], plane)
        self._tell_specials(found.shapes, flat, usable, tree, plane)
        flat[tree.ordinary], mended[tree.ordinary] = found.shapes, mended[tree.ordinary] | found.changed
        shapes: Shapes = np.array([one.shape for one in usable], dtype=object)
        shapes[mended] = plane.back(flat[mended])
        return dict(zip((one.code for one in usable), shapes, strict=True))

    def _usable(self, shaped: Sequence[Shaped]) -> list[Shaped]:
        """The first polygon of each code; everything else is a fault."""
        shapes: Shapes = np.array([one.shape for one in shaped], dtype=object)
        kinds, empty, bounds = shapely.get_type_id(shapes), shapely.is_empty(shapes), shapely.bounds(shapes)
        west, south, east, north = bounds.T if len(shapes) else np.empty((4, 0))
        astray = (west < -180) | (east > 180) | (south < -90) | (north > 90)
        others: list[str] = []
        blank: list[str] = []
        no_degrees: list[str] = []
        usable: dict[str, Shaped] = {}
        for one, kind, nothing, far, box in zip(shaped, kinds, empty, astray, bounds, strict=True):
            where = f"{one.where}: the shape of {one.told}"
            if nothing:
                blank.append(f"{where} is empty; draw it, or leave the grid without a shape in grids.csv")
            elif kind not in (_POLYGON, _MULTIPOLYGON, _COLLECTION):
                others.append(
                    f"{where} is a {one.shape.geom_type}; a grid needs a polygon, or no shape and a row in "
                    "grids.csv"
                )
            elif far:
                no_degrees.append(
                    f"{where} reaches from {box[0]:.6g}, {box[1]:.6g} to {box[2]:.6g}, {box[3]:.6g}, which are no "
                    "degrees; name the true crs in city.toml, or mend the shape"
                )
            elif one.code:
                usable.setdefault(one.code, one)
        for sentences in (blank, others, no_degrees):
            self.several(self.fault, sentences)
        return list(usable.values())

    def _untangled(self, shaped: Sequence[Shaped], plane: _Plane) -> list[tuple[Any, bool]]:
        """The shapes on the plane and valid, None for what nobody can guess, and whether they had to be mended."""
        flat = list(plane.flat(np.array([one.shape for one in shaped], dtype=object)))
        sound = shapely.is_valid(flat) & (shapely.get_type_id(flat) != _COLLECTION)
        faults: list[str] = []
        mended: list[str] = []
        for at in map(int, np.flatnonzero(~sound)):
            one, shape = shaped[at], flat[at]
            reason, where = _flaw(shape, plane)
            loop = _loop(shape, self.tolerance) if reason == "Self-intersection" else 0.0
            repaired = _valid(shape)
            if loop:
                faults.append(
                    f"{one.where}: the shape of {one.told} crosses itself at {where}, in a loop of "
                    f"{_area(loop)}; nobody can tell which side is meant: draw it anew there, or mend it with "
                    '"Fix geometries" in QGIS'
                )
            elif repaired.is_empty:
                faults.append(
                    f"{one.where}: the shape of {one.told} has no area ({reason} at {where}); draw it anew"
                )
            else:
                flat[at] = repaired
                mended.append(f"{one.where}: the shape of {one.told} was made valid ({reason} at {where})")
                continue
            flat[at] = None
        self.several(self.fault, faults)
        self.several(self.repaired, mended)
        return list(zip(flat, ~sound, strict=True))

    def _tell(self, found: Survey, grids: Sequence[Shaped], plane: _Plane) -> None:
        """Turns what was found among the ordinary grids into sentences."""

        def size(spot: Spot) -> str:
            return f"by up to {_metres(spot.width)} ({_area(spot.area)}) at {plane.place(spot.x, spot.y)}"

        def wider(spot: Spot) -> str:
            needed = int(np.ceil(spot.width)) + 1
            if needed > WIDEST_TOLERANCE:
                return "and check the rest of that file"
            return f"or say tolerance_metres = {needed} in city.toml to have it closed"

        self.several(
            self.fault,
            [
                f"the shapes of {grids[spot.grid].told} and {grids[spot.other].told} overlap {size(spot)}: mend one of "
                f"them, {wider(spot)}; a grid that is meant to lie over others needs a kind"
                for spot in found.wide_overlaps
            ],
        )
        self.several(
            self.fault,
            [
                f"the shape of {grids[spot.grid].told} lies outside its parent {grids[spot.other].told} {size(spot)}: "
                f"mend one of the two, name its true parent{_lies_in(spot, found.shapes, grids)}, {wider(spot)}"
                for spot in found.outside
            ],
        )
        self.several(self.warn, list(_unfilled(found, grids, plane)))
        self.several(
            self.warn,
            [
                f"{_area(spot.area)} between {grids[spot.grid].told} and {grids[spot.other].told} belong to no grid, "
                f"{_metres(spot.width)} wide at {plane.place(spot.x, spot.y)}: draw what is missing there, if it is "
                "the city's"
                for spot in found.enclosed
            ],
        )
        if found.torn:
            self.warn(
                f"the small gaps and overlaps could not be closed within {_metres(self.tolerance)}, so the shapes are "
                "left as they are: mend them with a topology checker, or try another tolerance_metres in city.toml"
            )
        self._tell_mended(found, grids, plane)

    def _tell_mended(self, found: Survey, grids: Sequence[Shaped], plane: _Plane) -> None:
        """One line for each level of which a shape was mended or a small flaw was found."""
        levels = np.array([one.level for one in grids], dtype=object)
        for level in dict.fromkeys(levels):
            of_level = levels == level
            moved = found.moved[of_level & found.changed]
            changed = int((moved > MATCHED_METRES).sum())
            parts = [
                _narrow(name, [spot for spot in spots if of_level[spot.grid]], grids, plane)
                for name, spots in (("gap", found.gaps), ("overlap", found.overlaps))
            ]
            parts = [part for part in parts if part]
            heads = (
                [
                    f"{changed:,} of {int(of_level.sum()):,} shapes mended, their edges moved by up to "
                    f"{_metres(moved.max())}"
                ]
                if changed
                else []
            )
            if found.changed.any() and (heads or parts):
                self.repaired(
                    f"{level or 'grids'}: " + "; ".join([*heads, *(f"{part} closed" for part in parts)])
                )
            elif len(moved):
                self.repaired(
                    f"{level or 'grids'}: {len(moved):,} of {int(of_level.sum()):,} shapes got corners that their "
                    "neighbours have on the same line"
                )

    def _tell_specials(
        self, shapes: Shapes, flat: Shapes, grids: Sequence[Shaped], tree: _Tree, plane: _Plane
    ) -> None:
        """Dedicated grids lie over others, so they only have to lie in the grid above."""
        inside = np.flatnonzero(tree.special_above >= 0)
        own, over = flat[tree.special[inside]], shapes[tree.special_above[inside]]
        astray = np.flatnonzero(~shapely.covered_by(own, over))
        parts, owner = polygons_of(shapely.difference(own[astray], over[astray]))
        wide = is_wide(parts, self.tolerance)
        by_grid: dict[int, float] = {}
        places: dict[int, str] = {}
        for part, at in zip(parts[wide], owner[wide], strict=True):
            by_grid[at] = by_grid.get(at, 0.0) + shapely.area(part)
            places.setdefault(at, plane.place(*shapely.get_coordinates(shapely.point_on_surface(part))[0]))
        self.several(
            self.warn,
            [
                f"the shape of {grids[tree.special[inside[astray[at]]]].told} lies outside "
                f"{grids[tree.ordinary[tree.special_above[inside[astray[at]]]]].told}, the grid above it, with "
                f"{_area(area)} at {places[at]}: mend one of the two, or name its true parent"
                for at, area in sorted(by_grid.items(), key=lambda item: -item[1])
            ],
        )


@dataclass(frozen=True)
class _Tree:
    """The places, among the shaped grids, of the ordinary ones and of those with a kind and all below them, `special`;
    of each one the place among the ordinary ones of the nearest above it that has a shape, or -1.
    """

    ordinary: Places
    above: Places
    complete: NDArray[np.bool_]
    special: Places
    special_above: Places

    @classmethod
    def of(cls, lines: Sequence[Line], codes: Sequence[str]) -> _Tree:
        parents = {line["code"]: line["parent"] for line in reversed(lines)}
        kinds = {line["code"]: line["kind"] for line in reversed(lines)}
        special = {
            code for code in parents if any(kinds.get(one) for one in (code, *ancestors(code, parents)))
        }
        ordinary = [at for at, code in enumerate(codes) if code not in special]
        place = {codes[at]: number for number, at in enumerate(ordinary)}

        def above(code: str) -> int:
            return next((place[one] for one in ancestors(code, parents) if one in place), -1)

        complete = np.ones(len(ordinary), dtype=bool)
        inner = {parents[code] for code in parents if code not in special}
        for code in parents:
            if (
                code not in place
                and code not in inner
                and code not in special
                and (holder := above(code)) >= 0
            ):
                complete[holder] = False
        rest = [at for at, code in enumerate(codes) if code in special]
        return cls(
            np.array(ordinary, dtype=np.int64),
            np.array([above(codes[at]) for at in ordinary], dtype=np.int64),
            complete,
            np.array(rest, dtype=np.int64),
            np.array([above(codes[at]) for at in rest], dtype=np.int64),
        )


@dataclass(frozen=True)
class _Plane:
    """Degrees as metres by two factors: straight lines stay straight, and every corner finds its way back exactly."""

    scale: NDArray[np.float64]
    degrees: NDArray[np.float64]

    @classmethod
    def of(cls, shapes: Sequence[Any]) -> _Plane:
        _, south, _, north = shapely.total_bounds(shapes)
        shrink = max(np.cos(np.radians((south + north) / 2)), 0.01)
        return cls(
            np.array([_METRES_PER_DEGREE * shrink, _METRES_PER_DEGREE]), shapely.get_coordinates(shapes)
        )

    def flat(self, shapes: Shapes) -> Shapes:
        flat: Shapes = shapely.transform(shapes, lambda points: points * self.scale)
        return flat

    def back(self, shapes: Shapes) -> Shapes:
        """Shapes in degrees: corners that came from degrees are the same ones again."""
        known, first = np.unique(corner_keys(self.degrees * self.scale), return_index=True)

        def degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
            keys = corner_keys(points)
            at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
            old: NDArray[np.float64] = np.where(
                (known[at] == keys)[:, None], self.degrees[first[at]], points / self.scale
            )
            return old

        back: Shapes = shapely.transform(shapes, degrees)
        return back

    def place(self, x: float, y: float) -> str:
        """A point of the plane as people read it, to a metre."""
        return f"{x / self.scale[0]:.5f}, {y / self.scale[1]:.5f}"


def _flaw(shape: Any, plane: _Plane) -> tuple[str, str]:
    """What is wrong with an invalid shape, and where."""
    found = _REASON.match(shapely.is_valid_reason(shape))
    if found is None:
        x, y = shapely.get_coordinates(shape)[0]
        return "it has parts that are no polygons", plane.place(x, y)
    return found[1], plane.place(float(found[2]), float(found[3]))


def _loop(shape: Any, tolerance: float) -> float:
    """The area of the largest loop, wider than the tolerance, that a self-crossing ring cuts off; 0 without one."""
    rings = [ring for ring in shapely.get_rings(shapely.get_parts(shape)) if not ring.is_simple]
    loops = [
        float(area)
        for ring in rings
        for face, area in _faces(ring)[1:]
        if is_wide(np.array([face], dtype=object), tolerance)[0]
    ]
    return max(loops, default=0.0)


def _faces(ring: Any) -> list[tuple[Any, float]]:
    """The polygons that a ring encloses, the largest first."""
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(shapely.linestrings(ring.coords))]))
    return sorted(((face, float(face.area)) for face in faces), key=lambda item: -item[1])


def _valid(shape: Any) -> Any:
    """The shape without its flaws: polygons alone."""
    parts, _ = polygons_of(
        np.array([shapely.make_valid(shape, method="structure", keep_collapsed=False)], dtype=object)
    )
    return shapely.union_all(parts)


def _narrow(name: str, spots: Sequence[Spot], grids: Sequence[Shaped], plane: _Plane) -> str:
    if not spots:
        return ""
    widest = max(spots, key=lambda spot: spot.width)
    beside = f"beside {grids[widest.grid].told}"
    if widest.other >= 0:
        beside = f"between {grids[widest.grid].told} and {grids[widest.other].told}"
    largest = max(spot.area for spot in spots)
    return (
        f"{len(spots):,} {name}{'s' if len(spots) > 1 else ''}, the widest {_metres(widest.width)} {beside} at "
        f"{plane.place(widest.x, widest.y)}, the largest {_area(largest)},"
    ).rstrip(",")


def _unfilled(found: Survey, grids: Sequence[Shaped], plane: _Plane) -> Iterator[str]:
    """One sentence for each grid that those below do not fill."""
    by_grid: dict[int, list[Spot]] = {}
    for spot in found.unfilled:
        by_grid.setdefault(spot.grid, []).append(spot)
    for grid, spots in sorted(by_grid.items(), key=lambda item: -sum(spot.area for spot in item[1])):
        largest = max(spots, key=lambda spot: spot.area)
        several = f" in {len(spots):,} places, the largest {_area(largest.area)}" if len(spots) > 1 else ""
        yield (
            f"{grids[grid].told} is not filled by the grids below it: {_area(sum(spot.area for spot in spots))} are "
            f"missing{several} at {plane.place(largest.x, largest.y)}, up to {_metres(spots[0].width)} wide: draw "
            "what is missing; until then events there count for this grid alone"
        )


def _lies_in(spot: Spot, shapes: Shapes, grids: Sequence[Shaped]) -> str:
    """Where a shape lies that is mostly outside its parent: the grid of the parent's level that holds its middle."""
    level = grids[spot.other].level
    if spot.area < shapely.area(shapes[spot.grid]) / 2:
        return ""
    middle = shapely.point_on_surface(shapes[spot.grid])
    holders = [
        one.told
        for one, shape in zip(grids, shapes, strict=True)
        if one.level == level and shapely.intersects(shape, middle)
    ]
    return f" (it lies in {holders[0]})" if holders else ""


def _metres(width: float) -> str:
    return f"{width:.0f} m" if width >= 10 else f"{width:.1f} m" if width >= 0.1 else f"{100 * width:.1f} cm"


def _area(square_metres: float) -> str:
    for unit, size in (("km²", 1e6), ("ha", 1e4)):
        if square_metres >= size:
            return f"{square_metres / size:,.1f} {unit}"
    return f"{square_metres:,.0f} m²" if square_metres >= 10 else f"{square_metres:.1g} m²"

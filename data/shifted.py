"""Shapes that are in another datum than they say, found by holding them against outlines that are trusted.

GCJ-02 and BD-09 move a city by half a kilometre to a whole one and look just like WGS-84. Which of the three a file is
in, only other outlines of the same places can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from data.coverage import Shapes, united
from data.importing.mapping import DATUMS
from data.packfiles import PackFiles, ancestors
from data.placing import Box, Placed, unshifted

AREAS_FILE = "areas.geojson"
_SHIPPED = Path(__file__).parent / "cities"
_OUTLINES = ("areas.geojson", "sources/counties.geojson")
_SAMPLES = 1500
_BETTER_METRES = 50.0
_BETTER_SHARE = 0.6
_NEAR_METRES = 250.0
_LIKE = 2.0
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Trusted:
    """Outlines on WGS-84 that other shapes are held against, and what they are called."""

    name: str
    codes: tuple[str, ...]
    shapes: Shapes

    @property
    def box(self) -> Box:
        """Where they lie."""
        west, south, east, north = (float(edge) for edge in shapely.total_bounds(self.shapes))
        return west, south, east, north


@dataclass(frozen=True)
class Fit:
    """How far outlines lie from the trusted ones, by the median of many points, in metres: as they are, and read in the
    datum that fits best.
    """

    datum: str
    metres: float
    metres_as_declared: float

    @property
    def shifted(self) -> bool:
        """Whether another datum fits so much better that it is no accident."""
        return self.metres_as_declared - self.metres > _BETTER_METRES and self.metres < min(
            _NEAR_METRES, _BETTER_SHARE * self.metres_as_declared
        )


class DatumChecker(PackFiles):
    """Warns of shapes that fit trusted outlines, or their parents of another file, better in another datum."""

    def check(self, placed: Sequence[Placed], parents: Mapping[str, str], trusted: Sequence[Trusted]) -> None:
        """Holds every layer against the first trusted outlines that cover about the same, else against its parents."""
        shapes = {
            line["code"]: (shape, each.layer.name)
            for each in placed
            for line, shape in zip(each.lines, each.shapes, strict=True)
        }
        for each in placed:
            districts = _districts(each, parents)
            near = next((one for one in trusted if comparable(districts, one.shapes)), None)
            if near is not None:
                self._warn(each, best_fit(districts, near.shapes, each.layer.source.datum), near.name)
                continue
            families = _families(each, parents)
            over = {
                code: shapes[code][0]
                for code in families
                if code in shapes and shapes[code][1] != each.layer.name and shapes[code][0].is_valid
            }
            if over:
                unions: Shapes = np.array([united(families[code]) for code in over], dtype=object)
                outlines: Shapes = np.array(list(over.values()), dtype=object)
                if comparable(unions, outlines):
                    self._warn(
                        each,
                        best_fit(unions, outlines, each.layer.source.datum),
                        "the shapes of their parents",
                    )

    def _warn(self, each: Placed, fit: Fit, trusted: str) -> None:
        if fit.shifted:
            declared, metres = each.layer.source.datum, fit.metres_as_declared
            names = {"wgs84": "WGS-84", "gcj02": "GCJ-02", "bd09": "BD-09"}
            self.warn(
                f"{each.layer.name}: read as {names[declared]}, its shapes lie {metres:.0f} m from {trusted}; read as "
                f"{names[fit.datum]}, only {fit.metres:.0f} m, {metres - fit.metres:.0f} m better: if that is their "
                f'datum, write datum = "{fit.datum}" in city.toml'
            )


def _districts(each: Placed, parents: Mapping[str, str]) -> Shapes:
    """A layer's outlines right below the city: unions of its topmost shapes."""
    # The city's own outline alone says less than those of its districts.
    codes = {line["code"] for line in each.lines if parents.get(line["code"])}
    tops: dict[str, list[Any]] = {}
    for line, shape in zip(each.lines, each.degrees, strict=True):
        path = [line["code"], *ancestors(line["code"], parents)]
        alone = line["code"] in codes or not codes
        if alone and not codes.intersection(path[1:]) and not line["kind"] and shape.is_valid and shape.area:
            tops.setdefault(path[-2] if len(path) > 1 else path[-1], []).append(shape)
    return _unions(tops)


def _families(each: Placed, parents: Mapping[str, str]) -> dict[str, Shapes]:
    """A layer's ordinary shapes by their parents."""
    families: dict[str, list[Any]] = {}
    for line, shape in zip(each.lines, each.degrees, strict=True):
        if not line["kind"] and shape.is_valid and shape.area:
            families.setdefault(parents.get(line["code"], ""), []).append(shape)
    return {code: np.array(group, dtype=object) for code, group in families.items()}


def _unions(groups: Mapping[str, Sequence[Any]]) -> Shapes:
    unions: Shapes = np.empty(len(groups), dtype=object)
    for at, group in enumerate(groups.values()):
        unions[at] = united(np.array(group, dtype=object))
    return unions


def trusted_outlines(folder: Path, codes: Iterable[str]) -> list[Trusted]:
    """The outlines that the pack's folder and the cities that come with Yiping have for any of the codes."""
    wanted = set(codes)
    files = [(AREAS_FILE, folder / AREAS_FILE)]
    files += [
        (f"the outlines of {path.name} that come with Yiping", path / name)
        for path in sorted(_SHIPPED.iterdir())
        for name in _OUTLINES
        if path.resolve() != folder.resolve()
    ]
    found = (_read(name, path, wanted) for name, path in files if path.is_file())
    return [outlines for outlines in found if outlines is not None]


def _read(name: str, path: Path, wanted: set[str]) -> Trusted | None:
    """The outlines of a file with a wanted code, or None. A file that cannot be read is for others to tell of."""
    try:
        frame = pyogrio.read_dataframe(path, force_2d=True)
    except (pyogrio.errors.DataSourceError, ValueError, OSError):
        return None
    if "code" not in frame.columns or not isinstance(frame, gpd.GeoDataFrame):
        return None
    frame = frame[frame["code"].astype(str).isin(wanted) & frame.geometry.notna()]
    if frame.empty:
        return None
    return Trusted(name, tuple(frame["code"].astype(str)), frame.geometry.to_numpy())


def best_fit(degrees: Shapes, trusted: Shapes, declared: str) -> Fit:
    """How shapes, in degrees of the datum that was declared, fit trusted ones when they are read in each of the three.

    Points of the trusted outlines are held against the edges of the shapes, so that shapes may be divided further than
    the trusted ones.
    """
    points = _samples(trusted)
    apart = {datum: _apart(unshifted(degrees, datum), points) for datum in DATUMS}
    best = min(DATUMS, key=lambda datum: apart[datum])
    return Fit(best, apart[best], apart[declared])


def comparable(degrees: Shapes, trusted: Shapes) -> bool:
    """Whether shapes cover about as much as the trusted ones, so that their outlines ought to be the same."""
    ratio = shapely.area(degrees).sum() / max(shapely.area(trusted).sum(), 1e-12)
    return bool(1 / _LIKE < ratio < _LIKE)


def _samples(shapes: Shapes) -> Shapes:
    """Points along the outlines, evenly spaced."""
    lines = shapely.boundary(shapes)
    step = shapely.length(lines).sum() / _SAMPLES
    points: Shapes = np.concatenate(
        [
            shapely.line_interpolate_point(line, np.arange(0, line.length, step))
            for line in lines
            for line in shapely.get_parts(line)
        ]
    )
    return points


def _apart(shapes: Shapes, points: Shapes) -> float:
    """The median distance of points from the edges of shapes, in metres."""
    middle = float(np.mean(shapely.get_y(points)))
    scale = np.array([_METRES_PER_DEGREE * max(np.cos(np.radians(middle)), 0.01), _METRES_PER_DEGREE])
    rings = shapely.get_rings(shapely.get_parts(shapes))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    corners = corners * scale
    along = ring[1:] == ring[:-1]
    edges = shapely.linestrings(np.stack([corners[:-1][along], corners[1:][along]], axis=1))
    flat = shapely.transform(points, lambda at: at * scale)
    _, metres = shapely.STRtree(edges).query_nearest(flat, return_distance=True, all_matches=False)
    return float(np.median(metres))

"""Where the shapes of a map file lie: its CRS and datum, and what its coordinates say when it names none or a wrong
one.

Everything comes out in WGS-84. CGCS2000 agrees with it to within a metre and is read as the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from data.corners import with_corners
from data.datums import to_wgs84
from data.mapfiles import MapLayer
from data.packfiles import Line, PackFiles

WGS84 = "EPSG:4326"
_SAME_AS_WGS84 = {4326, 4490}

Box = tuple[float, float, float, float]
"""West, south, east, north."""

_FAR_DEGREES = 50.0
"""A city may lie so far from the meridian of its zone (Xinjiang keeps Beijing's time)."""
_NAMED = 3
_LONG_METRES = 500.0
_METRES_PER_DEGREE = 111_320.0
_DEGREES = "EPSG:4490 (CGCS2000) or EPSG:4326 (WGS-84)"


@dataclass(frozen=True)
class Placed:
    """The features of a layer that have a shape: their rows, and the shapes in degrees of the layer's datum."""

    layer: MapLayer
    lines: Sequence[Line]
    degrees: Any

    @property
    def shapes(self) -> Any:
        """The shapes on WGS-84."""
        return unshifted(self.degrees, self.layer.source.datum)


class Placer(PackFiles):
    """Brings the shapes of a pack to WGS-84; `near` is where they ought to lie, when something trusted says so."""

    near: Box | None = None
    zone: str = ""

    def degrees(self, layer: MapLayer) -> Any | None:
        """The layer's shapes as an array, in degrees of the datum that it is in, by the file's CRS and what city.toml
        says; None and a fault when nobody can tell.
        """
        crs = self._crs(layer)
        if crs is None:
            return None
        box = _box(layer.frame)
        if box is not None and not self._plausible(layer, crs, box):
            return None
        geometry = layer.frame.geometry
        if crs.to_epsg() in _SAME_AS_WGS84:
            geometry = geometry.set_crs(WGS84, allow_override=True)
        else:
            corners = with_corners(geometry.to_numpy(), _LONG_METRES)
            geometry = gpd.GeoSeries(corners, crs=crs).to_crs(WGS84)
        return geometry.to_numpy()

    def _crs(self, layer: MapLayer) -> CRS | None:
        declared = layer.source.crs
        crs: CRS | None = layer.frame.crs
        if declared:
            try:
                named = CRS.from_user_input(declared)
            except CRSError:
                self.fault(f'city.toml: crs must be like "EPSG:4490"; found {declared!r}')
                return None
            # A GeoJSON file is read as WGS-84 unless it says otherwise, so that is no contradiction.
            assumed = layer.geojson and crs is not None and crs.to_epsg() == 4326
            if crs is not None and not assumed and not crs.equals(named):
                self.fault(
                    f"{layer.name} says its CRS is {crs.to_string()[:60]}, city.toml says {declared}: mend "
                    "whichever is wrong"
                )
                return None
            return named
        if crs is None:
            lacking = f" ({layer.projection} is missing)" if layer.projection else ""
            self.fault(
                f"{layer.name} names no CRS{lacking}, so nobody can tell where its shapes lie: "
                + self._remedy(_box(layer.frame))
            )
        return crs

    def _remedy(self, box: Box | None) -> str:
        likely = candidates(box, self.near) if box else []
        named = f"; its coordinates fit {', or '.join(likely[:_NAMED])}" if likely else ""
        if len(likely) > _NAMED:
            named += ", or another of EPSG:4534 to 4554: take the central meridian nearest to the city"
        return f'write the true one as crs = "EPSG:…" in city.toml{named}'

    def _plausible(self, layer: MapLayer, crs: CRS, box: Box) -> bool:
        if crs.is_geographic:
            if self._exchanged(box):
                self.fault(
                    f"{layer.name}: longitude and latitude are exchanged: the shapes reach from {_told(box)}, and the "
                    'first of each pair should be the longitude; "Swap X and Y coordinates" in QGIS mends it'
                )
                return False
            inside = _inside_degrees(shapely.bounds(layer.frame.geometry.to_numpy()))
            # A few shapes astray are told one by one; a whole file is told once.
            if 2 * np.count_nonzero(inside) < len(inside):
                self.fault(
                    f"{layer.name}: the CRS {crs.to_string()[:60]} is of degrees, but the shapes reach from "
                    f"{_told(box)}, which are no degrees; name the true crs: {self._remedy(box)}"
                )
                return False
        elif _inside_degrees(np.array([box]))[0]:
            self.fault(
                f"{layer.name}: the CRS {crs.to_string()[:60]} is of metres, but the shapes reach from {_told(box)}, "
                f"which look like degrees; name the true crs: {self._remedy(box)}"
            )
            return False
        return True

    def _exchanged(self, box: Box) -> bool:
        west, south, east, north = box
        x, y = (west + east) / 2, (south + north) / 2
        if max(abs(west), abs(east)) > 90 or max(abs(south), abs(north)) > 180:
            return False
        if max(abs(south), abs(north)) > 90:
            return True
        if self.near is not None:
            return not _meets(box, self.near) and _meets(_turned(box), self.near)
        middle = _meridian(self.zone)
        return middle is not None and abs(x - middle) > _FAR_DEGREES >= abs(y - middle)


def unshifted(geometry: Any, datum: str) -> Any:
    """Shapes in degrees of a datum as shapes on WGS-84."""
    if datum in ("", "wgs84"):
        return geometry
    return shapely.transform(
        with_corners(geometry, _LONG_METRES / _METRES_PER_DEGREE),
        lambda points: np.column_stack(to_wgs84(datum, points[:, 0], points[:, 1])),
    )


def candidates(box: Box, near: Box | None = None) -> list[str]:
    """The CRS that coordinates in a box may have, likeliest first; with `near`, those that put them there."""
    if _inside_degrees(np.array([box]))[0]:
        return [_DEGREES]
    found = [(code, told) for code, at, told in _projections(box) if near is None or _meets(at, near)]
    if found:
        return [told for _, told in found]
    turned = [told for _, at, told in _projections(_turned(box)) if near is None or _meets(at, near)]
    return [f"{told} with eastings and northings exchanged" for told in turned]


def _projections(box: Box) -> Iterator[tuple[int, Box, str]]:
    """Codes of Chinese and web projections that the size of the numbers allows, where they put the box, and how they
    are told.
    """
    easting, northing = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    zone, rest = divmod(easting, 1e6)
    codes: list[int] = []
    if 0 < northing < 6.3e6 and 1e5 < rest < 9e5:
        if 25 <= zone <= 45:
            codes.append(4513 + int(zone) - 25)
        elif 13 <= zone <= 23:
            codes.append(4491 + int(zone) - 13)
        elif zone == 0:
            # Without a zone's number the central meridian is anybody's: the middle ones first.
            codes += sorted(range(4534, 4555), key=lambda code: abs(code - 4547))
    # Some numbers could be a six-degree zone's as well as the web's.
    if abs(easting) > 1e6 and abs(easting) < 2.01e7 and abs(northing) < 2.01e7:
        codes.append(3857)
    for code in codes:
        at = _in_degrees(code, box)
        if at is not None:
            yield code, at, f"EPSG:{code} ({CRS.from_epsg(code).name})"


def _in_degrees(code: int, box: Box) -> Box | None:
    try:
        west, south, east, north = Transformer.from_crs(code, 4326, always_xy=True).transform_bounds(*box)
    except ProjError:
        return None
    return (west, south, east, north) if np.isfinite([west, south, east, north]).all() else None


def _meridian(zone: str) -> float | None:
    """The longitude that a zone's clock stands for."""
    try:
        offset = ZoneInfo(zone).utcoffset(datetime(2026, 1, 1, tzinfo=UTC))
    except (KeyError, ValueError, OSError):
        return None
    return None if offset is None else offset.total_seconds() / 240


def _inside_degrees(bounds: Any) -> Any:
    west, south, east, north = np.asarray(bounds).T
    # A shape that is missing has no bounds.
    return ~((west < -180) | (east > 180) | (south < -90) | (north > 90))


def _box(frame: gpd.GeoDataFrame) -> Box | None:
    west, south, east, north = (float(edge) for edge in frame.total_bounds)
    return (west, south, east, north) if np.isfinite([west, south, east, north]).all() else None


def _turned(box: Box) -> Box:
    return box[1], box[0], box[3], box[2]


def _meets(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _told(box: Box) -> str:
    return f"{box[0]:.8g}, {box[1]:.8g} to {box[2]:.8g}, {box[3]:.8g}"

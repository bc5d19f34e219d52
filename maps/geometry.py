"""Grid outlines made small for a browser: simplified as one coverage, so that neighbours keep sharing their borders."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

_PIXELS = 2400
_LABEL_SHARE = 0.0065
_LABEL_MAP = 560


@dataclass(frozen=True)
class Label:
    """Where a grid's name stands on the map."""

    code: str
    name: str
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Geometry:
    """Outlines ready to be served: a GeoJSON FeatureCollection whose feature ids are grid codes.

    `digest` names this very content, so that its address may be cached for ever. `bounds` is west, south, east, north.
    """

    digest: str
    body: bytes
    packed: bytes
    bounds: tuple[float, float, float, float]
    labels: tuple[Label, ...]
    codes: frozenset[str]


def browser_geometry(shapes: gpd.GeoDataFrame) -> Geometry | None:
    """The outlines of `shapes` [code, name, geometry in EPSG:4326] for a map of one screen; None if there are none.

    Details finer than about a pixel of a 2,400 pixel map are dropped; shared borders stay shared.
    """
    drawn = shapes[~(shapes.geometry.isna() | shapes.geometry.is_empty)]
    if drawn.empty:
        return None
    outlines = np.array(
        _polygons(shapely.make_valid(np.asarray(drawn.geometry.array, dtype=object))), dtype=object
    )
    west, south, east, north = (float(value) for value in shapely.total_bounds(outlines))
    tolerance = max(east - west, north - south, 1e-9) / _PIXELS
    simple = _polygons(shapely.coverage_simplify(outlines, tolerance))
    kept = [
        simple[index] if not simple[index].is_empty else _polygons(outlines[index : index + 1])[0]
        for index in range(len(simple))
    ]
    decimals = max(0, math.ceil(-math.log10(tolerance)) + 1)
    codes = [str(code) for code in drawn["code"]]
    names = [str(name) for name in drawn["name"]]
    body = _collection(codes, names, kept, decimals)
    return Geometry(
        digest=hashlib.sha256(body).hexdigest()[:16],
        body=body,
        packed=gzip.compress(body, 9, mtime=0),
        bounds=(west, south, east, north),
        labels=_labels(codes, names, kept, (west, south, east, north)),
        codes=frozenset(codes),
    )


def _polygons(outlines: Any) -> list[Any]:
    """Only the areas of each outline: a repaired or simplified one may carry stray lines and points."""
    areas = []
    for outline in outlines:
        parts = [part for part in shapely.get_parts(outline) if part.geom_type in {"Polygon", "MultiPolygon"}]
        areas.append(shapely.union_all(parts) if len(parts) != 1 else parts[0])
    return areas


def _collection(codes: list[str], names: list[str], outlines: list[Any], decimals: int) -> bytes:
    # d3 reads a ring on the sphere: an outer ring that runs counter-clockwise would paint all the rest of the world.
    features = [
        {
            "type": "Feature",
            "id": code,
            "properties": {"name": name},
            "geometry": _rounded(shapely.orient_polygons(outline, exterior_cw=True), decimals),
        }
        for code, name, outline in zip(codes, names, outlines, strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def _rounded(outline: Any, decimals: int) -> dict[str, Any]:
    found = shapely.geometry.mapping(outline)

    def walk(node: Any) -> Any:
        if node and isinstance(node[0], int | float):
            return [round(float(node[0]), decimals), round(float(node[1]), decimals)]
        return [walk(child) for child in node]

    return {"type": found["type"], "coordinates": walk(found["coordinates"])}


def _labels(
    codes: list[str], names: list[str], outlines: list[Any], bounds: tuple[float, float, float, float]
) -> tuple[Label, ...]:
    """Names of the larger grids, the largest first, each where its outline is widest; none that would cover another."""
    west, south, east, north = bounds
    whole = max((east - west) * (north - south), 1e-12)
    # Sizes of type in degrees, on a map about _LABEL_MAP pixels wide or, seen through Mercator, as high.
    squeeze = max(math.cos(math.radians((south + north) / 2)), 0.1)
    pixel = max(east - west, (north - south) / squeeze, 1e-9) / _LABEL_MAP
    found = []
    for code, name, outline in zip(codes, names, outlines, strict=True):
        biggest = max(shapely.get_parts(outline), key=lambda part: part.area)
        if biggest.area / whole >= _LABEL_SHARE:
            found.append((biggest.area, code, name, biggest))
    labels: list[Label] = []
    taken: list[Any] = []
    for _, code, name, biggest in sorted(found, key=lambda one: (-one[0], one[1])):
        spot = shapely.maximum_inscribed_circle(biggest, tolerance=5 * pixel).coords[0]
        width = sum(11.5 if ord(letter) > 0x2E7F else 6.4 for letter in name) * pixel
        frame = shapely.box(
            spot[0] - width / 2,
            spot[1] - 8 * pixel * squeeze,
            spot[0] + width / 2,
            spot[1] + 8 * pixel * squeeze,
        )
        if any(frame.intersects(other) for other in taken):
            continue
        taken.append(frame)
        labels.append(Label(code, name, round(spot[0], 5), round(spot[1], 5)))
    return tuple(labels)

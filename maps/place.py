"""Where an event happened: the outlines around it and its point, as a small picture without a map library."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import geopandas as gpd
from shapely.geometry import MultiPolygon, Polygon

WIDTH: Final = 640
HEIGHT: Final = 400
_MARGIN: Final = 0.25
"""How much of the grid's own size is shown around it."""


def place_svg(
    shapes: gpd.GeoDataFrame, code: str, point: tuple[float, float] | None, title: str
) -> str | None:
    """An SVG document of the grid `code` among the shapes beside it, with the event's point; None without an outline of
    the grid. Numbers and our own words stand in it, `title` is escaped."""
    own = shapes[shapes["code"] == code]
    if own.empty:
        return None
    west, south, east, north = (float(each) for each in own.total_bounds)
    if point is not None:
        west, east = min(west, point[0]), max(east, point[0])
        south, north = min(south, point[1]), max(north, point[1])
    narrow = math.cos(math.radians((south + north) / 2))
    size = max((east - west) * narrow / WIDTH, (north - south) / HEIGHT, 1e-9) * (1 + 2 * _MARGIN)
    middle = ((west + east) / 2, (south + north) / 2)

    def at(lon: float, lat: float) -> tuple[float, float]:
        return (
            round(WIDTH / 2 + (lon - middle[0]) * narrow / size, 1),
            round(HEIGHT / 2 - (lat - middle[1]) / size, 1),
        )

    parts = [
        f'<path d="{_path(row.geometry, at)}" fill="{"#dcebf8" if row.code == code else "#f4f6f8"}" '
        f'stroke="{"#1d5a94" if row.code == code else "#b8c2cd"}" '
        f'stroke-width="{2.5 if row.code == code else 1}" fill-rule="evenodd"/>'
        for row in sorted(shapes.itertuples(), key=lambda row: row.code == code)
    ]
    if point is not None:
        x, y = at(*point)
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="13" fill="#a6461d" fill-opacity="0.22"/>'
            f'<circle cx="{x}" cy="{y}" r="6" fill="#a6461d" stroke="#ffffff" stroke-width="2"/>'
        )
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<title>{escaped}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def _path(shape: Polygon | MultiPolygon, at: Callable[[float, float], tuple[float, float]]) -> str:
    polygons: Iterable[Polygon] = shape.geoms if isinstance(shape, MultiPolygon) else [shape]
    drawn = []
    for polygon in polygons:
        for ring in (polygon.exterior, *polygon.interiors):
            points: Sequence[tuple[float, float]] = [at(lon, lat) for lon, lat in ring.coords]
            drawn.append("M" + "L".join(f"{x} {y}" for x, y in points) + "Z")
    return "".join(drawn)

"""A map of grids for print: classes from light to dark, borders and names of what lies above them, legend and scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

from maps.scales import CLASSES
from maps.style import INK, INK_SOFT, SEQUENCE
from reports.document import GridMap
from reports.render import TypesetError

_INCH_MM: Final = 25.4
_HIGHEST_MM: Final = 128.0
_WIDE: Final = 1.25
"""From this ratio of width to height on, the legend stands below the map and not beside it."""

_BESIDE_MM: Final = 36.0
_LINE_MM: Final = 5.0
_SCALE_MM: Final = 6.0
"""The height of what stands below the map: a line of the legend, and the scale."""
_KM_PER_DEGREE: Final = 111.32
_NONE: Final = "#ffffff"
_DETAIL_MM: Final = 0.06
"""Finer details than this are not seen in print."""

_LARGER: Final = 1.01
"""By so much a grid is larger than one inside it; less is the same outline, drawn twice."""

_NAMED_CELLS: Final = 30
"""Up to so many grids have their own names on the map where nothing lies between them and the scope."""

_NAME_PT: Final = 6.5
_NAME_LINE: Final = 7
"""Names longer than this stand on two lines."""


def draw_map(asked: GridMap, shapes: gpd.GeoDataFrame, width_mm: float) -> tuple[Figure, float]:
    """The map as a figure, and its height in mm. Raises TypesetError when no grid of it has an outline."""
    given = dict(zip(shapes["code"], np.asarray(shapes.geometry.array, dtype=object), strict=True))
    names = {**dict(zip(shapes["code"], shapes["name"], strict=True)), **asked.names}
    codes = [code for code in asked.values if _areal(given.get(code))]
    if not codes:
        raise TypesetError(f"the map {asked.title!r} has no outline of any of its grids: leave the map out")
    cells = np.array([shapely.make_valid(given[code]) for code in codes], dtype=object)
    frame = given.get(asked.scope)
    bounds = shapely.total_bounds(cells if frame is None else np.array([*cells, frame], dtype=object))
    west, south, east, north = (float(edge) for edge in bounds)
    squeeze = max(math.cos(math.radians((south + north) / 2)), 0.05)
    ratio = max((east - west) * squeeze, 1e-9) / max(north - south, 1e-9)

    below = ratio >= _WIDE
    entries = [*asked.class_labels, *([asked.no_data_label] if asked.no_data_label else [])]
    columns = _columns(entries, width_mm)
    foot = _SCALE_MM + (math.ceil(len(entries) / columns) * _LINE_MM + 1 if below else 0)
    room = width_mm - (0 if below else _BESIDE_MM)
    map_height = min(room / ratio, _HIGHEST_MM)
    map_width = map_height * ratio
    height = map_height + foot
    figure = Figure(figsize=(width_mm / _INCH_MM, height / _INCH_MM))
    axes = figure.add_axes(
        (
            (room - map_width) / 2 / width_mm,
            foot / height,
            map_width / width_mm,
            map_height / height,
        )
    )
    per_mm = (north - south) / map_height
    simple = _simplified(cells, per_mm * _DETAIL_MM)
    _paint(axes, asked, codes, simple)
    detail = per_mm * _DETAIL_MM
    borders = _borders(asked, given, cells, math.inf if frame is None else frame.area)
    _strokes(axes, borders.inner.values(), 0.25, detail)
    _strokes(axes, borders.outer.values(), 0.7, detail)
    if frame is not None:
        _strokes(axes, [frame], 1.1, detail)
    labelled = borders.outer or (dict(zip(codes, cells, strict=True)) if len(codes) <= _NAMED_CELLS else {})
    _names(axes, {names.get(code, ""): outline for code, outline in labelled.items()}, per_mm, squeeze)
    margin = per_mm * 0.4
    axes.set_xlim(west - margin / squeeze, east + margin / squeeze)
    axes.set_ylim(south - margin, north + margin)
    axes.set_axis_off()
    _legend(figure, asked, below=below, columns=columns, height=height, width=width_mm)
    right = (room + map_width) / 2
    _scale_bar(figure, per_mm * _KM_PER_DEGREE, (right, foot - 1.5), (width_mm, height))
    return figure, height


def class_colors(count: int) -> tuple[str, ...]:
    """A colour for each of so many classes, light to dark."""
    if count <= 1:
        return (SEQUENCE[len(SEQUENCE) // 2],) * count
    if count <= CLASSES:
        return tuple(SEQUENCE[round(place * (CLASSES - 1) / (count - 1))] for place in range(count))
    ramp = mpl.colors.LinearSegmentedColormap.from_list("classes", SEQUENCE)
    return tuple(mpl.colors.to_hex(ramp(place / (count - 1))) for place in range(count))


def _areal(outline: Any) -> bool:
    return outline is not None and outline.geom_type in ("Polygon", "MultiPolygon") and not outline.is_empty


def _simplified(cells: NDArray[Any], tolerance: float) -> NDArray[Any]:
    polygons = np.array([_polygons(cell) for cell in cells], dtype=object)
    simple = shapely.coverage_simplify(polygons, tolerance)
    return np.where(shapely.is_empty(simple), polygons, simple)


def _polygons(outline: Any) -> Any:
    if outline.geom_type in ("Polygon", "MultiPolygon"):
        return outline
    parts = [part for part in shapely.get_parts(outline) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)


def _path(outlines: Iterable[Any]) -> Outline | None:
    """All rings of the outlines in one path, holes the other way round."""
    points: list[NDArray[np.float64]] = []
    codes: list[NDArray[np.uint8]] = []
    for outline in outlines:
        for polygon in shapely.get_parts(outline):
            oriented = shapely.orient_polygons(polygon)
            for ring in (oriented.exterior, *oriented.interiors):
                along = shapely.get_coordinates(ring)
                code = np.full(len(along), Outline.LINETO, dtype=np.uint8)
                code[0], code[-1] = Outline.MOVETO, Outline.CLOSEPOLY
                points.append(along)
                codes.append(code)
    return Outline(np.concatenate(points), np.concatenate(codes)) if points else None


def _paint(axes: Axes, asked: GridMap, codes: Sequence[str], cells: NDArray[Any]) -> None:
    colors = class_colors(len(asked.class_labels))
    line = 0.12 if len(codes) > 1_000 else 0.3
    placed = [_class(asked, asked.values[code]) for code in codes]
    for which in (None, *range(len(colors))):
        members = [cell for cell, found in zip(cells, placed, strict=True) if found == which]
        path = _path(members)
        if path is not None:
            color = _NONE if which is None else colors[which]
            # Seen on white paper and between dark neighbours alike.
            edge = "#9aa4ae" if which is None else "#ffffff"
            axes.add_artist(PathPatch(path, facecolor=color, edgecolor=edge, linewidth=line))


def _class(asked: GridMap, value: float | None) -> int | None:
    """The class of a value; one at a break belongs to the class above it."""
    if value is None:
        return None
    place = int(np.searchsorted(np.array(asked.bounds), value, side="right"))
    return min(place, len(asked.class_labels) - 1)


@dataclass(frozen=True)
class _Borders:
    """What lies between the scope and the grids of its map, by code: the highest of them, and those inside these."""

    outer: dict[str, Any]
    inner: dict[str, Any]


def _borders(asked: GridMap, given: dict[str, Any], cells: NDArray[Any], within: float) -> _Borders:
    """What is no grid of the map, holds some of them and is smaller than `within`, its scope."""
    codes = [
        code
        for code, outline in given.items()
        if code not in asked.values and code != asked.scope and _areal(outline)
    ]
    outlines = np.array([given[code] for code in codes], dtype=object)
    areas = shapely.area(outlines)
    points = shapely.STRtree(shapely.point_on_surface(cells))
    holders, held = points.query(outlines, predicate="intersects")
    larger = areas[holders] > shapely.area(cells)[held] * _LARGER
    places = np.unique(holders[larger & (areas[holders] * _LARGER < within)])
    found, sizes = outlines[places], areas[places]
    inside, around = shapely.STRtree(found).query(shapely.point_on_surface(found), predicate="within")
    deeper = set(inside[sizes[around] > sizes[inside] * _LARGER].tolist())
    named = {codes[place]: outlines[place] for place in places.tolist()}
    return _Borders(
        {code: outline for turn, (code, outline) in enumerate(named.items()) if turn not in deeper},
        {code: outline for turn, (code, outline) in enumerate(named.items()) if turn in deeper},
    )


def _strokes(axes: Axes, outlines: Iterable[Any], width: float, detail: float) -> None:
    lines = [
        shapely.get_coordinates(ring)
        for outline in outlines
        for polygon in shapely.get_parts(shapely.simplify(outline, detail))
        if polygon.geom_type == "Polygon"
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    axes.add_collection(LineCollection(lines, colors=INK, linewidths=width, joinstyle="round"))


def _names(axes: Axes, outlines: dict[str, Any], per_mm: float, squeeze: float) -> None:
    """Names on their outlines, the widest first; one that would run into another is left out."""
    taken: list[tuple[float, float, float, float]] = []
    em = _NAME_PT * _INCH_MM / 72 * per_mm
    for name, outline in sorted(outlines.items(), key=lambda pair: (-pair[1].area, pair[0])):
        spot = shapely.point_on_surface(outline)
        lines = _broken(name)
        wide = max((len(line) if not line.isascii() else 0.55 * len(line)) for line in lines) * em / squeeze
        high = len(lines) * em * 1.3
        box = (spot.x - wide / 2, spot.y - high / 2, spot.x + wide / 2, spot.y + high / 2)
        if not name or any(_overlap(box, other) for other in taken):
            continue
        taken.append(box)
        axes.text(
            spot.x,
            spot.y,
            "\n".join(lines),
            fontsize=_NAME_PT,
            ha="center",
            va="center",
            linespacing=1.05,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "#ffffff", "alpha": 0.78, "edgecolor": "none"},
        )


def _broken(name: str) -> list[str]:
    if name.isascii() or len(name) <= _NAME_LINE:
        return [name]
    half = math.ceil(len(name) / 2)
    return [name[:half], name[half:]]


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _columns(entries: Sequence[str], width_mm: float) -> int:
    widest = max((len(entry) if not entry.isascii() else 0.56 * len(entry)) for entry in entries)
    return max(1, min(len(entries), int(width_mm / (widest * 3.0 + 9))))


def _legend(
    figure: Figure, asked: GridMap, *, below: bool, columns: int, height: float, width: float
) -> None:
    handles = [
        Patch(facecolor=color, edgecolor=INK_SOFT, linewidth=0.4, label=label)
        for color, label in zip(class_colors(len(asked.class_labels)), asked.class_labels, strict=True)
    ]
    if asked.no_data_label:
        handles.append(Patch(facecolor=_NONE, edgecolor=INK_SOFT, linewidth=0.4, label=asked.no_data_label))
    place: dict[str, Any] = (
        {"loc": "lower center", "bbox_to_anchor": (0.5, 0.0), "ncols": columns}
        if below
        else {"loc": "center right", "bbox_to_anchor": (1.0, 0.5), "ncols": 1}
    )
    figure.legend(
        handles=handles,
        frameon=False,
        fontsize=8,
        handlelength=1.6,
        handleheight=0.9,
        columnspacing=1.5,
        borderaxespad=0.1,
        **place,
    )


def _scale_bar(
    figure: Figure, km_per_mm: float, spot: tuple[float, float], size: tuple[float, float]
) -> None:
    """A bar of a round length that ends at the spot, in mm from the lower left of a figure of this size."""
    most = km_per_mm * 32
    power = 10.0 ** math.floor(math.log10(most))
    length = next(times * power for times in (5, 2, 1) if times * power <= most)
    right, low = spot
    left = right - length / km_per_mm
    axes = figure.add_axes((0, 0, 1, 1), label="scale")
    axes.set_axis_off()
    axes.set_xlim(0, size[0])
    axes.set_ylim(0, size[1])
    axes.plot([left, left, right, right], [low, low - 1, low - 1, low], color=INK, linewidth=0.7)
    axes.text((left + right) / 2, low - 1.4, f"{length:g} km", fontsize=7, ha="center", va="top")

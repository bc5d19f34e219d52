"""The grids of a city pack: tree and shapes, from a map file and a table of grids without shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from data.datums import to_wgs84
from data.importing.mapping import DATUMS
from data.packfiles import LENGTHS, Line, PackFiles

WGS84 = "EPSG:4326"
GRID_COLUMNS = ("code", "name", "parent", "level", "kind", "area_km2")
GRID_FILES = ("grids.gpkg", "grids.geojson", "grids.shp")

_EQUAL_AREA = "EPSG:6933"
_SAME_AS_WGS84 = {4326, 4490}
"""CGCS2000 (4490) agrees with WGS-84 to within a metre and is read as the same."""


class GridReader(PackFiles):
    """Reads the grids of a pack; what is wrong is noted in `faults`."""

    def read(
        self, document: Mapping[str, Any], city: str, city_name: str, levels: Sequence[str]
    ) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
        """The grids and their shapes as CityPack describes them; `levels` are the keys of city.toml, the
        city's first.
        """
        lines = list(
            self.rows("grids.csv", ("code", "name", "parent"), ("level", "kind", "area_km2"), optional=True)
        )
        shaped, geometries = self._shape_file(document)
        lines += shaped
        if not lines:
            self.fault(
                f"no grids found: the pack needs one of {', '.join(GRID_FILES)}, or a grids.csv for grids "
                "without shapes"
            )
        if city and all(line["code"] != city for line in lines):
            root_level = levels[0] if levels else ""
            lines.insert(0, Line("city.toml", {"code": city, "name": city_name, "level": root_level}))
        lines.sort(key=lambda line: line["code"] != city)
        free = self.choice(document, "codes", ("prefix", "free")) == "free"
        depths = self._check_tree(lines, city, free)
        rows: list[tuple[str, str, str | None, str, str | None, float]] = []
        for line in lines:
            level = self._grid_level(line, depths.get(line["code"]), levels)
            if line["kind"] and len(line["kind"]) > LENGTHS["kind"]:
                self.fault(f"{line.where}: kind has over {LENGTHS['kind']} characters")
            area = self._area(line)
            parent, kind = line["parent"] or None, line["kind"] or None
            rows.append((line["code"], line["name"], parent, level, kind, area))
        grids = pd.DataFrame(rows, columns=list(GRID_COLUMNS))
        grids = grids.astype({"code": "str", "name": "str", "level": "str", "area_km2": "float64"})
        for column in ("parent", "kind"):
            grids[column] = pd.Series([row[GRID_COLUMNS.index(column)] for row in rows], dtype=object)
        shapes = gpd.GeoDataFrame(
            {"code": pd.Series(list(geometries), dtype="str")},
            geometry=gpd.GeoSeries(list(geometries.values()), crs=WGS84),
            crs=WGS84,
        )
        self._check_level_order(grids, levels)
        measured = dict(zip(shapes["code"], shapes.to_crs(_EQUAL_AREA).area / 1e6, strict=True))
        grids["area_km2"] = grids["area_km2"].fillna(grids["code"].map(measured))
        return grids, shapes

    def _check_tree(self, lines: Sequence[Line], city: str, free: bool) -> dict[str, int]:
        """Depth by code, for the grids that hang together; everything that is wrong with the tree becomes a
        fault.
        """
        first: dict[str, Line] = {}
        for line in lines:
            code = line["code"]
            for column in ("code", "name"):
                self.check_text(line.where, column, line[column])
            if code in first:
                self.fault(
                    f"{line.where}: the grid code {code} is already in {first[code].where}; codes must differ"
                )
            elif code:
                first[code] = line
        for code, line in first.items():
            parent = line["parent"]
            if code == city:
                if parent:
                    self.fault(
                        f"{line.where}: the city {code} has the parent {parent}; the city stands above all"
                    )
            elif not parent:
                self.fault(
                    f"{line.where}: the grid {code} names no parent; only the city ({city}) has none. "
                    "Name the code of the grid above it"
                )
            elif parent not in first:
                self.fault(f"{line.where}: the parent {parent} of the grid {code} does not exist")
            elif not free and not code.startswith(_stem(parent, city)):
                self.fault(
                    f"{line.where}: the code {code} does not start with its parent's, {_stem(parent, city)}; "
                    'mend it, or say codes = "free" in city.toml'
                )
        depths: dict[str, int] = {city: 0}
        for code in first:
            path: list[str] = []
            at = code
            while at not in depths and at in first and at not in path:
                path.append(at)
                at = first[at]["parent"]
            if at in path:
                circle = path[path.index(at) :]
                self.fault(
                    f"{first[at].where}: the grids {' → '.join([*circle, at][:8])} are each other's parents; "
                    "a grid cannot stand above itself"
                )
                depths.update(dict.fromkeys(path, -1))
            elif at in depths:
                base = depths[at]
                for steps, grid in enumerate(reversed(path), 1):
                    depths[grid] = base + steps if base >= 0 else -1
        return depths

    def _grid_level(self, line: Line, depth: int | None, levels: Sequence[str]) -> str:
        if line["level"]:
            if levels and line["level"] not in levels:
                self.fault(
                    f"{line.where}: the level {line['level']} is not in city.toml; found {', '.join(levels)}"
                )
            return line["level"]
        if depth is None or depth < 0 or not levels:
            return ""
        if depth >= len(levels):
            self.fault(
                f"{line.where}: the grid {line['code']} stands {depth} below the city, but city.toml names "
                "only "
                f"{len(levels)} levels; add a level"
            )
            return ""
        return levels[depth]

    def _check_level_order(self, grids: pd.DataFrame, levels: Sequence[str]) -> None:
        order = {level: number for number, level in enumerate(levels)}
        level_of = dict(zip(grids["code"], grids["level"], strict=True))
        for code, parent, level in zip(grids["code"], grids["parent"], grids["level"], strict=True):
            above = level_of.get(parent, "") if parent else ""
            if level in order and above in order and order[level] <= order[above]:
                self.fault(
                    f"the grid {code} has the level {level}, which does not stand below its parent's, "
                    f"{above}: "
                    "mend one of the two, or the order of [[levels]] in city.toml"
                )

    def _area(self, line: Line) -> float:
        text = line["area_km2"]
        try:
            area = float(text) if text else float("nan")
        except ValueError:
            area = -1.0
        if area < 0 or area == float("inf"):
            self.fault(f"{line.where}: area_km2 must be a number of square kilometres; found {text!r}")
            return float("nan")
        return area

    def _shape_file(self, document: Mapping[str, Any]) -> tuple[list[Line], dict[str, shapely.Geometry]]:
        found = [name for name in GRID_FILES if (self.folder / name).is_file()]
        if len(found) > 1:
            self.fault(f"found {' and '.join(found)}: keep one of them")
        if not found:
            return [], {}
        name = found[0]
        try:
            frame = gpd.read_file(self.folder / name)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
            self.fault(f"{name} cannot be read as a map file: {str(error).strip().splitlines()[0]}")
            return [], {}
        missing = [column for column in ("code", "name", "parent") if column not in frame.columns]
        if missing or not isinstance(frame, gpd.GeoDataFrame):
            columns = ", ".join(str(column) for column in frame.columns)
            self.fault(f"{name} lacks {', '.join(missing) or 'shapes'}; found the columns {columns}")
            return [], {}
        numeric = [
            column
            for column in ("code", "parent")
            if pd.api.types.is_numeric_dtype(frame[column].dropna()) and frame[column].notna().any()
        ]
        if numeric:
            self.fault(
                f"{name}: {' and '.join(numeric)} are numbers; save them as text, so that leading zeros and "
                "long codes "
                "survive"
            )
            return [], {}
        lines = [
            Line(
                f"{name} feature {number}",
                {
                    column: "" if pd.isna(row[column]) else str(row[column]).strip()
                    for column in GRID_COLUMNS
                    if column in frame.columns
                },
            )
            for number, (_, row) in enumerate(frame.drop(columns=frame.geometry.name).iterrows(), 1)
        ]
        geometry = self._placed(document, name, frame)
        if geometry is None:
            return lines, {}
        geometries: dict[str, shapely.Geometry] = {}
        for line, shape in zip(lines, geometry, strict=True):
            if shape is None:
                continue
            if self._check_shape(line, shape) and line["code"]:
                geometries.setdefault(line["code"], shape)
        return lines, geometries

    def _check_shape(self, line: Line, shape: shapely.Geometry) -> bool:
        if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
            kind = "empty" if shape.is_empty else f"a {shape.geom_type}"
            self.fault(
                f"{line.where}: the shape of {line['code']} is {kind}; a grid needs a polygon, or no shape"
            )
            return False
        if not shape.is_valid:
            self.fault(
                f"{line.where}: the shape of {line['code']} is not valid ({shapely.is_valid_reason(shape)}); "
                'mend it with "Fix geometries" in QGIS'
            )
            return False
        west, south, east, north = shape.bounds
        if west < -180 or east > 180 or south < -90 or north > 90:
            self.fault(
                f"{line.where}: the shape of {line['code']} reaches from {west:.6g}, {south:.6g} to "
                f"{east:.6g}, "
                f"{north:.6g}, which are no degrees; name the true crs in city.toml"
            )
            return False
        return True

    def _placed(
        self, document: Mapping[str, Any], name: str, frame: gpd.GeoDataFrame
    ) -> gpd.GeoSeries | None:
        """The shapes on WGS-84, by the file's CRS, the pack's `crs` and the pack's `datum`."""
        declared = self.text(document, "crs")
        datum = self.choice(document, "datum", DATUMS)
        crs = frame.crs
        if declared:
            try:
                named = gpd.GeoSeries([], crs=declared).crs
            except RuntimeError:
                self.fault(f'city.toml: crs must be like "EPSG:4490"; found {declared!r}')
                return None
            # A GeoJSON file is read as WGS-84 unless it says otherwise, so that is no contradiction.
            assumed = name.endswith(".geojson") and crs is not None and crs.to_epsg() == 4326
            if crs is not None and not assumed and not crs.equals(named):
                self.fault(
                    f"{name} says its CRS is {crs.to_string()[:60]}, city.toml says {declared}: mend "
                    "whichever is wrong"
                )
                return None
            crs = named
        if crs is None:
            self.fault(
                f'{name} names no CRS, so nobody can tell where its shapes lie: write crs = "EPSG:4490" '
                "(CGCS2000), "
                '"EPSG:4326" (WGS-84) or the true one in city.toml'
            )
            return None
        geometry = frame.geometry.force_2d()
        if datum != "wgs84" and crs.to_epsg() not in _SAME_AS_WGS84:
            self.fault(
                f'city.toml: datum = "{datum}" is for degrees, but the CRS of {name} is '
                f"{crs.to_string()[:60]}; "
                "leave one of them out"
            )
            return None
        if crs.to_epsg() in _SAME_AS_WGS84:
            geometry = geometry.set_crs(WGS84, allow_override=True)
        else:
            geometry = geometry.set_crs(crs, allow_override=True).to_crs(WGS84)
        if datum != "wgs84":
            moved = shapely.transform(
                geometry.to_numpy(),
                lambda points: np.column_stack(to_wgs84(datum, points[:, 0], points[:, 1])),
            )
            geometry = gpd.GeoSeries(moved, crs=WGS84)
        return geometry


def _stem(parent: str, city: str) -> str:
    """What a child's code starts with. A city's six digits end in zeros that its districts replace (410100,
    410102).
    """
    return parent.rstrip("0") if parent == city and parent.isdigit() else parent

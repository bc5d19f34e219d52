"""The grids of a city pack: tree and shapes, from a map file and a table of grids without shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from data.boundaries import TOLERANCE_METRES, WIDEST_TOLERANCE, BoundaryChecker, Shaped
from data.mapfiles import GRID_COLUMNS, GRID_FILES, GRID_FOLDER, MapLayer, MapReader
from data.packfiles import LENGTHS, Line, PackFiles
from data.placing import WGS84, Placed, Placer
from data.shifted import DatumChecker, Trusted, trusted_outlines

_EQUAL_AREA = "EPSG:6933"
_SPOILED = re.compile(r"\d{4,}\.0+|\d(\.\d+)?[eE]\+?\d+")
"""What spreadsheets make of long codes: 410102.0, 4.10102E+11."""


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
        shaped, placed, trusted = self._layers(document)
        lines += shaped
        if not lines:
            self.fault(
                f"no grids found: the pack needs one of {', '.join(GRID_FILES)}, a folder {GRID_FOLDER}/ of map files, "
                "or a grids.csv for grids without shapes"
            )
        if city and all(line["code"] != city for line in lines):
            root_level = levels[0] if levels else ""
            lines.insert(0, Line("city.toml", {"code": city, "name": city_name, "level": root_level}))
        lines.sort(key=lambda line: line["code"] != city)
        free = self.choice(document, "codes", ("prefix", "free")) == "free"
        depths = self._check_tree(lines, city, free)
        rows: list[tuple[str, str, str | None, str, str | None, float]] = []
        level_of: dict[str, str] = {}
        for line in lines:
            level = self._grid_level(line, depths.get(line["code"]), levels)
            if line["kind"] and len(line["kind"]) > LENGTHS["kind"]:
                self.fault(f"{line.where}: kind has over {LENGTHS['kind']} characters")
            area = self._area(line)
            parent, kind = line["parent"] or None, line["kind"] or None
            rows.append((line["code"], line["name"], parent, level, kind, area))
            level_of.setdefault(line["code"], level)
        grids = pd.DataFrame(rows, columns=list(GRID_COLUMNS))
        grids = grids.astype({"code": "str", "name": "str", "level": "str", "area_km2": "float64"})
        for column in ("parent", "kind"):
            grids[column] = pd.Series([row[GRID_COLUMNS.index(column)] for row in rows], dtype=object)
        self._check_level_order(grids, levels)
        DatumChecker(self.folder, self.found).check(
            placed, {line["code"]: line["parent"] for line in lines}, trusted
        )
        checker = BoundaryChecker(self.folder, self.found)
        checker.tolerance = self._tolerance(document)
        geometries = checker.checked(
            [
                Shaped(line.where, line["code"], line["name"], level_of[line["code"]], shape)
                for each in placed
                for line, shape in zip(each.lines, each.shapes, strict=True)
            ],
            lines,
        )
        shapes = gpd.GeoDataFrame(
            {"code": pd.Series(list(geometries), dtype="str")},
            geometry=gpd.GeoSeries(list(geometries.values()), crs=WGS84),
            crs=WGS84,
        )
        measured = dict(zip(shapes["code"], shapes.to_crs(_EQUAL_AREA).area / 1e6, strict=True))
        grids["area_km2"] = grids["area_km2"].fillna(grids["code"].map(measured))
        return grids, shapes

    def _tolerance(self, document: Mapping[str, Any]) -> float:
        metres = document.get("tolerance_metres", TOLERANCE_METRES)
        if (
            isinstance(metres, int | float)
            and not isinstance(metres, bool)
            and 0 < metres <= WIDEST_TOLERANCE
        ):
            return float(metres)
        self.fault(
            f"city.toml: tolerance_metres must be a number above 0, {WIDEST_TOLERANCE} at most; found {metres!r}"
        )
        return TOLERANCE_METRES

    def _check_tree(self, lines: Sequence[Line], city: str, free: bool) -> dict[str, int]:
        """Depth by code, for the grids that hang together; everything that is wrong with the tree becomes a
        fault.
        """
        first: dict[str, Line] = {}
        twice: list[str] = []
        spoiled: list[str] = []
        for line in lines:
            code = line["code"]
            for column in ("code", "name"):
                self.check_text(line.where, column, line[column])
            spoiled += [
                f"{line.where}: the {column} {line[column]} went through a spreadsheet's numbers; expected a code such "
                f"as {line[column].split('.')[0] or city}: save codes as text"
                for column in ("code", "parent")
                if _SPOILED.fullmatch(line[column])
            ]
            if code in first:
                twice.append(
                    f"{line.where}: the grid code {code} is already in {first[code].where}; codes must differ: give "
                    "one of the two its own, or delete it"
                )
            elif code:
                first[code] = line
        unheard: list[str] = []
        alien: list[str] = []
        unpadded = {code.lstrip("0"): code for code in first}
        for code, line in first.items():
            parent = line["parent"]
            if code == city:
                if parent:
                    self.fault(
                        f"{line.where}: the city {code} has the parent {parent}; the city stands above all"
                    )
            elif not parent:
                unheard.append(
                    f"{line.where}: the grid {code} names no parent; only the city ({city}) has none. "
                    "Name the code of the grid above it"
                )
            elif parent not in first:
                near = unpadded.get(parent.lstrip("0"))
                hint = f" ({near} is there: one of the two lost its leading zeros)" if near else ""
                unheard.append(
                    f"{line.where}: the parent {parent} of the grid {code} does not exist{hint}: add it, or name "
                    "another"
                )
            elif not free and not code.startswith(_stem(parent, city)):
                alien.append(
                    f"{line.where}: the code {code} does not start with its parent's, {_stem(parent, city)}; "
                    'mend it, or say codes = "free" in city.toml'
                )
        for sentences in (spoiled, twice, unheard, alien):
            self.several(self.fault, sentences)
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

    def _layers(self, document: Mapping[str, Any]) -> tuple[list[Line], list[Placed], list[Trusted]]:
        """The grids of the map files, the shapes of every layer whose place is known, and what to hold them against."""
        layers = MapReader(self.folder, self.found).layers(document)
        lines = [_lines(layer) for layer in layers]
        both = [line for some in lines for line in some]
        trusted = trusted_outlines(
            self.folder, {line["code"] for line in both} | {line["parent"] for line in both}
        )
        placer = Placer(self.folder, self.found)
        placer.zone, placer.near = str(document.get("zone", "")), trusted[0].box if trusted else None
        placed: list[Placed] = []
        for layer, some in zip(layers, lines, strict=True):
            degrees = placer.degrees(layer)
            if degrees is not None:
                there = ~shapely.is_missing(degrees)
                kept = [line for line, is_there in zip(some, there, strict=True) if is_there]
                placed.append(Placed(layer, kept, degrees[there]))
        return both, placed, trusted


def _lines(layer: MapLayer) -> list[Line]:
    table = layer.frame.drop(columns=layer.frame.geometry.name)
    cells = zip(*(table[column] for column in table.columns), strict=True)
    return [
        Line(f"{layer.name} feature {number}", dict(zip(table.columns, row, strict=True)))
        for number, row in enumerate(cells, 1)
    ]


def _stem(parent: str, city: str) -> str:
    """What a child's code starts with. A city's six digits end in zeros that its districts replace (410100,
    410102).
    """
    return parent.rstrip("0") if parent == city and parent.isdigit() else parent

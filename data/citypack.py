"""City packs: a folder that makes Yiping a city's own, read and checked as a whole.

Every fault is found before any is told, so that a pack is mended in one go and not one message at a time.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd

from data import bulletinplan, wallplan, warningplan
from data.assessment import rules as assessmentrules
from data.calendars import CalendarConfig, Limit
from data.clocks import ZoneClock
from data.importing.mapping import Mapping as ImportMapping
from data.importing.mapping import MappingError, read_mapping
from data.indicators import INDICATORS
from data.packareas import AreaFiles, no_areas
from data.packfiles import CODE, LENGTHS, Line
from data.packgrids import GridReader
from data.packpeople import PeopleFiles, no_organisations
from data.tasks import dutyplan

_TOP_KEYS = {
    "code",
    "name",
    "name_en",
    "zone",
    "codes",
    "datum",
    "crs",
    "issuer",
    "credit",
    "levels",
    "calendar",
    "targets",
    "unrecorded",
    "files",
    "bulletins",
    "assessment",
    "boundaries",
    "tolerance_metres",
    "illustrative",
    "demo",
    "duty",
    "build",
    "wall",
    "warnings",
}
_FAULTS_TOLD = 200


class PackError(ValueError):
    """A city pack that cannot be loaded; `faults` holds one sentence for each thing that is wrong, `warnings` and
    `repairs` what else was found.
    """

    def __init__(
        self, folder: Path, faults: Sequence[str], warnings: Sequence[str] = (), repairs: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self.faults = tuple(faults)
        self.warnings = tuple(warnings)
        self.repairs = tuple(repairs)
        told = [f"- {fault}" for fault in faults[:_FAULTS_TOLD]]
        if len(faults) > _FAULTS_TOLD:
            told.append(f"- and {len(faults) - _FAULTS_TOLD} more faults")
        super().__init__(f"the city pack {folder} cannot be used:\n" + "\n".join(told))


@dataclass(frozen=True)
class Level:
    """A level of the grid by its key and its official name; the first is the city itself."""

    key: str
    name: str


@dataclass(frozen=True)
class Category:
    """A small category under its large one, and its limits (None: no deadline is computed)."""

    code: str
    name: str
    top_code: str
    top_name: str
    accept_limit: Limit | None = None
    handle_limit: Limit | None = None


@dataclass(frozen=True)
class Channel:
    """Where events come from."""

    code: str
    name: str


@dataclass(frozen=True)
class EventFile:
    """A file of events that comes with the pack, and the mapping that reads it."""

    path: Path
    mapping: str


@dataclass(frozen=True)
class CityPack:
    """A city pack without a fault.

    `grids`: one row a grid, the city first, then in file order: code str, name str, parent str (None for the
    city), level str, kind str (None for an ordinary grid), area_km2 float64 (NaN without a shape or a stated
    area). `shapes`: code str and geometry (polygons, EPSG:4326), one row a grid that has one; empty with the
    same columns. `staff`: grid str, role str, headcount int64. `limits_by_channel`: (category, channel) to
    (accept, handle) limits. `organisations`: grid str, kind str, number int64. `areas`: code, name, kind, geometry of
    what is drawn over the grids. `illustrative`: the outlines are made up; `demo`: so are events and staff; `build`:
    what the pack was made from; `wall`, `bulletins`, `warning_plan`: how those are set up; `assessment`, `duty`: the
    same, each from its `since` on.
    `warnings`: what a person should look at; `repairs`: what was mended in the shapes.
    """

    folder: Path
    code: str
    name: str
    name_en: str
    zone: str
    levels: tuple[Level, ...]
    grids: pd.DataFrame
    shapes: gpd.GeoDataFrame
    categories: tuple[Category, ...]
    channels: tuple[Channel, ...]
    calendar: CalendarConfig
    targets: Mapping[str, float]
    mappings: Mapping[str, ImportMapping]
    staff: pd.DataFrame
    limits_by_channel: Mapping[tuple[str, str], tuple[Limit | None, Limit | None]]
    issuer: str
    credit: str
    files: tuple[EventFile, ...]
    bulletins: Mapping[str, Any]
    unrecorded: tuple[str, ...] = ()
    organisations: pd.DataFrame = field(default_factory=no_organisations)
    areas: gpd.GeoDataFrame = field(default_factory=no_areas)
    illustrative: bool = False
    demo: bool = False
    build: Mapping[str, Any] = field(default_factory=dict)
    wall: Mapping[str, Any] = field(default_factory=dict)
    assessment: tuple[Mapping[str, Any], ...] = ()
    warning_plan: Mapping[str, Any] = field(default_factory=dict)
    duty: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()


def read_pack(folder: Path) -> CityPack:
    """The city pack in a folder. Raises PackError listing every fault: what was expected, found, how to mend
    it.
    """
    folder = Path(folder)
    reader = _PackReader(folder)
    pack = reader.read()
    if pack is None or reader.faults:
        raise PackError(folder, reader.faults, reader.found.warnings, reader.found.repairs)
    return replace(pack, warnings=tuple(reader.found.warnings), repairs=tuple(reader.found.repairs))


class _PackReader(PeopleFiles, AreaFiles):
    def read(self) -> CityPack | None:
        document = self._city_toml()
        if document is None:
            return None
        for key in document:
            if key not in _TOP_KEYS:
                self.fault(
                    f'city.toml: "{key}" means nothing here; expected {", ".join(sorted(_TOP_KEYS))}. '
                    "Look for a slip of the pen"
                )
        code = self.required(document, "code", 64)
        if code and not CODE.fullmatch(code):
            self.fault(f"city.toml: the code {code!r} must have no blanks, commas, quotes or slashes")
        name = self.required(document, "name", 64)
        zone = self._zone(document)
        levels = self._levels(document)
        channels = self._channels()
        categories = self._categories()
        grids, shapes = GridReader(self.folder, self.found).read(
            document, code, name, [level.key for level in levels]
        )
        codes = set(grids["code"])
        mappings = self._mappings({one.code for one in categories}, codes, levels)
        return CityPack(
            folder=self.folder,
            code=code,
            name=name,
            name_en=self.text(document, "name_en"),
            zone=zone,
            levels=levels,
            grids=grids,
            shapes=shapes,
            categories=categories,
            channels=channels,
            calendar=self._calendar(document),
            targets=self._targets(document),
            unrecorded=self._unrecorded(document),
            mappings=MappingProxyType(mappings),
            staff=self.staff(codes),
            organisations=self.organisations(codes),
            areas=self.areas(),
            limits_by_channel=self._limits({one.code for one in categories}, {one.code for one in channels}),
            issuer=self.text(document, "issuer"),
            credit=self.text(document, "credit"),
            files=self._files(document, mappings),
            bulletins=MappingProxyType(self._checked(document, "bulletins", bulletinplan.faults, codes)),
            illustrative=self._flag(document, "illustrative"),
            demo=self._flag(document, "demo"),
            build=MappingProxyType(self._plain(document, "build")),
            wall=MappingProxyType(self._checked(document, "wall", wallplan.faults, codes)),
            warning_plan=MappingProxyType(self._checked(document, "warnings", warningplan.faults, codes)),
            duty=self._several(document, "duty", dutyplan.faults, codes),
            assessment=self._several(document, "assessment", assessmentrules.faults, codes),
        )

    def _city_toml(self) -> dict[str, Any] | None:
        path = self.folder / "city.toml"
        if not self.folder.is_dir():
            self.fault(f"{self.folder} is no folder: a city pack is a folder with a city.toml in it")
            return None
        if not path.is_file():
            self.fault("city.toml is missing: every pack has one, with at least code, name, zone and levels")
            return None
        try:
            return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            self.fault(f"city.toml is not UTF-8 text (byte {error.start}): save it as UTF-8")
        except tomllib.TOMLDecodeError as error:
            self.fault(f"city.toml is not valid TOML: {error}")
        return None

    def _flag(self, document: Mapping[str, Any], key: str) -> bool:
        value = document.get(key, False)
        if not isinstance(value, bool):
            self.fault(f"city.toml: {key} must be true or false, without quotes; found {value!r}")
        return value is True

    def _plain(self, document: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Kept as it is for the room that reads it, so long as the store can hold it."""
        table = self.table(document, key)
        try:
            json.dumps(table)
        except TypeError:
            self.fault(f'city.toml: [{key}] holds a date or a time; write it as text in quotes, like "08:00"')
            return {}
        return table

    def _checked(
        self,
        document: Mapping[str, Any],
        key: str,
        faults: Callable[[Mapping[str, Any], set[str]], list[str]],
        codes: set[str],
    ) -> dict[str, Any]:
        """How the city's walls, bulletins or warnings are set up, once it is known to be usable."""
        table = self._plain(document, key)
        found = faults(table, codes)
        for fault in found:
            self.fault(f"city.toml: {fault}")
        return {} if found else table

    def _several(
        self,
        document: Mapping[str, Any],
        key: str,
        faults: Callable[[Sequence[Mapping[str, Any]], set[str]], list[str]],
        codes: set[str],
    ) -> tuple[Mapping[str, Any], ...]:
        """How duty or the assessment is kept, once it is known to be usable: a table, or several of which each holds
        from its `since` on."""
        rows = document.get(key, [])
        if not isinstance(rows, list):
            rows = [self._plain(document, key)] if rows else []
        elif not all(isinstance(row, dict) for row in rows):
            self.fault(f"city.toml: [{key}] must be a table, or several [[{key}]]; found {rows!r}")
            return ()
        else:
            rows = [self._plain({key: row}, key) for row in rows]
        found = faults(rows, codes)
        for fault in found:
            self.fault(f"city.toml: {fault}")
        return () if found else tuple(MappingProxyType(row) for row in rows)

    def _zone(self, document: Mapping[str, Any]) -> str:
        zone = self.required(document, "zone", 64)
        try:
            ZoneClock.of(zone or "UTC")
        except ValueError:
            self.fault(f'city.toml: zone must be an IANA time zone such as "Asia/Shanghai"; found {zone!r}')
        return zone

    def _levels(self, document: Mapping[str, Any]) -> tuple[Level, ...]:
        rows = document.get("levels", [])
        levels: list[Level] = []
        if not isinstance(rows, list) or not rows:
            self.fault(
                'city.toml: levels are missing; write one [[levels]] with key = "…" and name = "…" for each'
            )
            return ()
        for number, row in enumerate(rows, 1):
            key, name = (row.get(part) if isinstance(row, dict) else None for part in ("key", "name"))
            if (
                isinstance(key, str)
                and isinstance(name, str)
                and key
                and name
                and set(row) == {"key", "name"}
            ):
                levels.append(Level(key, name))
            else:
                self.fault(
                    f'city.toml: [[levels]] number {number} must have key = "…" and name = "…"; found {row!r}'
                )
        for key, count in Counter(level.key for level in levels).items():
            if count > 1:
                self.fault(f"city.toml: the level {key} is listed {count} times")
            if len(key) > LENGTHS["level"]:
                self.fault(f"city.toml: the level key {key} has over {LENGTHS['level']} characters")
        return tuple(levels)

    def _calendar(self, document: Mapping[str, Any]) -> CalendarConfig:
        table = self.table(document, "calendar")
        for key in table:
            if key not in {"country", "sessions", "settled_years"}:
                self.fault(f'city.toml: [calendar] has "{key}"; expected country, sessions, settled_years')
        settings: dict[str, Any] = {"holidays": self._holidays()}
        if "country" in table:
            settings["country"] = table["country"]
        if "sessions" in table:
            settings["sessions"] = self._sessions(table["sessions"])
        if "settled_years" in table:
            years = table["settled_years"]
            if isinstance(years, list) and all(type(year) is int for year in years):
                settings["settled_years"] = tuple(years)
            else:
                self.fault(f"city.toml: [calendar] settled_years must be a list of years; found {years!r}")
        try:
            return CalendarConfig(**settings)
        except ValueError as error:
            self.fault(f"city.toml: [calendar] is not usable. {error}")
            return CalendarConfig()

    def _sessions(self, value: object) -> tuple[tuple[time, time], ...]:
        try:
            if not isinstance(value, list):
                raise ValueError
            ends = [str(item).split("-") for item in value]
            return tuple(
                (time.fromisoformat(first.strip()), time.fromisoformat(last.strip())) for first, last in ends
            )
        except ValueError:
            self.fault(
                'city.toml: [calendar] sessions must be a list like ["08:30-12:00", "14:00-17:30"]; '
                f"found {value!r}"
            )
            return CalendarConfig().sessions

    def _holidays(self) -> dict[date, bool]:
        days: dict[date, bool] = {}
        for line in self.rows("holidays.csv", ("date", "kind"), ("name",), optional=True):
            try:
                day = date.fromisoformat(line["date"])
            except ValueError:
                self.fault(f"{line.where}: the date must be like 2027-01-01; found {line['date']!r}")
                continue
            if line["kind"] not in ("holiday", "workday"):
                self.fault(f"{line.where}: kind must be holiday or workday; found {line['kind']!r}")
            elif day in days:
                self.fault(f"{line.where}: {day} is listed twice")
            else:
                days[day] = line["kind"] == "workday"
        return days

    def _unrecorded(self, document: Mapping[str, Any]) -> tuple[str, ...]:
        """Indicators whose facts the city's sources do not carry: they are "no data", not a zero."""
        keys = document.get("unrecorded", [])
        unknown = [key for key in keys if key not in INDICATORS] if isinstance(keys, list) else [keys]
        if unknown:
            self.fault(
                f"city.toml: unrecorded must list indicators such as 'rework'; found {unknown[0]!r}. "
                f"Known are {', '.join(INDICATORS)}"
            )
            return ()
        return tuple(keys)

    def _targets(self, document: Mapping[str, Any]) -> Mapping[str, float]:
        targets: dict[str, float] = {}
        for key, value in self.table(document, "targets").items():
            if key not in INDICATORS:
                self.fault(
                    f"city.toml: [targets] has {key!r}, which is no indicator; expected "
                    f"{', '.join(INDICATORS)}"
                )
            elif isinstance(value, bool) or not isinstance(value, int | float):
                self.fault(f"city.toml: [targets] {key} must be a number; found {value!r}")
            elif INDICATORS[key].kind == "rate" and not 0 <= value <= 1:
                self.fault(
                    f"city.toml: [targets] {key} is a rate, so it lies between 0 and 1; found {value!r}"
                )
            else:
                targets[key] = float(value)
        return MappingProxyType(targets)

    def _files(
        self, document: Mapping[str, Any], mappings: Mapping[str, ImportMapping]
    ) -> tuple[EventFile, ...]:
        rows = document.get("files", [])
        files: list[EventFile] = []
        for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
            path, mapping = (row.get(part) if isinstance(row, dict) else None for part in ("path", "mapping"))
            if not isinstance(path, str) or not isinstance(mapping, str):
                self.fault(
                    f'city.toml: [[files]] number {number} must have path = "…" and mapping = "…"; found '
                    f"{row!r}"
                )
                continue
            inside = (self.folder / path).resolve()
            if not inside.is_relative_to(self.folder.resolve()):
                self.fault(f"city.toml: [[files]] path {path} leads out of the pack's folder")
            elif not inside.is_file():
                self.fault(f"city.toml: [[files]] names {path}, which is not in the folder")
            if mapping not in mappings:
                found = ", ".join(sorted(mappings)) or "none"
                self.fault(
                    f"city.toml: [[files]] {path} names the mapping {mapping}; found in mappings/: {found}"
                )
            files.append(EventFile(self.folder / path, mapping))
        return tuple(files)

    def _mappings(
        self, categories: set[str], grids: set[str], levels: Sequence[Level]
    ) -> dict[str, ImportMapping]:
        mappings: dict[str, ImportMapping] = {}
        for path in sorted((self.folder / "mappings").glob("*.toml")):
            try:
                mapping = read_mapping(path)
            except MappingError as error:
                self.faults.extend(f"mappings/{path.name}: {fault}" for fault in error.faults)
                continue
            mappings[path.stem] = mapping
            where = f"mappings/{path.name}"
            if mapping.grid.level is not None and mapping.grid.level not in {level.key for level in levels}:
                self.fault(f"{where}: [grid] level {mapping.grid.level} is no level of city.toml")
            for name, code in mapping.grid.aliases.items():
                if code not in grids:
                    self.fault(f"{where}: the alias {name} leads to the grid {code}, which does not exist")
            category = mapping.fields["category"]
            for named in (category.default, category.unknown, category.constant):
                if named is not None and category.values.get(named, named) not in categories:
                    self.fault(f"{where}: the category {named} is not in categories.csv")
        return mappings

    def _channels(self) -> tuple[Channel, ...]:
        lines = list(self.rows("channels.csv", ("code", "name"), ()))
        self._check_table(lines, "channels.csv")
        return tuple(Channel(line["code"], line["name"]) for line in lines)

    def _categories(self) -> tuple[Category, ...]:
        required, optional = ("code", "name", "top_code", "top_name"), ("accept_limit", "handle_limit")
        lines = list(self.rows("categories.csv", required, optional))
        self._check_table(lines, "categories.csv")
        tops: dict[str, str] = {}
        for line in lines:
            if tops.setdefault(line["top_code"], line["top_name"]) != line["top_name"]:
                first = tops[line["top_code"]]
                self.fault(
                    f"{line.where}: the large category {line['top_code']} is called {line['top_name']!r} "
                    "here and "
                    f"{first!r} above; give it one name"
                )
        return tuple(
            Category(
                line["code"],
                line["name"],
                line["top_code"],
                line["top_name"],
                self._limit(line, "accept_limit"),
                self._limit(line, "handle_limit"),
            )
            for line in lines
        )

    def _limits(
        self, categories: set[str], channels: set[str]
    ) -> Mapping[tuple[str, str], tuple[Limit | None, Limit | None]]:
        limits: dict[tuple[str, str], tuple[Limit | None, Limit | None]] = {}
        required, optional = ("category", "channel"), ("accept_limit", "handle_limit")
        for line in self.rows("limits.csv", required, optional, optional=True):
            key = (line["category"], line["channel"])
            if key[0] not in categories:
                self.fault(f"{line.where}: the category {key[0]!r} is not in categories.csv")
            if key[1] not in channels:
                self.fault(f"{line.where}: the channel {key[1]!r} is not in channels.csv")
            if key in limits:
                self.fault(f"{line.where}: the category {key[0]} with the channel {key[1]} is listed twice")
            limits[key] = (self._limit(line, "accept_limit"), self._limit(line, "handle_limit"))
        return MappingProxyType(limits)

    def _limit(self, line: Line, column: str) -> Limit | None:
        if not line[column]:
            return None
        try:
            return Limit.parse(line[column])
        except ValueError as error:
            self.fault(f"{line.where}: {column} is not a limit. {error}")
            return None

    def _check_table(self, lines: Sequence[Line], file: str) -> None:
        """Codes and names are there, short enough, and each code is there once."""
        if not lines and (self.folder / file).is_file():
            self.fault(f"{file} has no rows: list at least one")
        first: dict[str, str] = {}
        for line in lines:
            for column in line.cells:
                if column in LENGTHS:
                    self.check_text(line.where, column, line[column])
            code = line["code"]
            if code and first.setdefault(code, line.where) != line.where:
                self.fault(f"{line.where}: the code {code} is already in {first[code]}; codes must differ")

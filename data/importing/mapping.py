"""How a column of a source file becomes a field of an event: a mapping, read from a TOML file of a city pack.

A mapping holds no rule of the store: it names columns, formats and translations, and says what to do with a
value that is missing. Whatever it leaves unsaid is refused rather than guessed (a stamp without an offset,
for one).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

TEXT_FIELDS = ("key", "category", "channel", "title", "description", "address", "unit", "actor")
RATING_FIELDS = ("rating", "solved", "by_default")
FACTS = ("reported", "accepted", "handled", "closed", "rated")
"""The facts of an event that a file may carry, in the order of its life. Each becomes one step."""

STEP_KEYS: Dictionary[str, str] = MappingProxyType(
    {"reported": "report", "accepted": "accept", "handled": "handle", "closed": "close", "rated": "rate"}
)
"""The step that a fact becomes. The key is the same in every import, so that a second one changes nothing."""

GRID_WAYS = ("code", "name", "point")
DATUMS = ("wgs84", "gcj02", "bd09")
ENCODINGS = ("auto", "utf-8", "gb18030")
_NOTHING: Dictionary[str, str] = MappingProxyType({})


class MappingError(ValueError):
    """A mapping that cannot be used; `faults` holds one sentence for each thing that is wrong."""

    def __init__(self, name: str, faults: list[str]) -> None:
        self.name = name
        self.faults = tuple(faults)
        super().__init__(
            f"the mapping {name} cannot be used:\n" + "\n".join(f"- {fault}" for fault in faults)
        )


@dataclass(frozen=True)
class Field:
    """Where a field's text comes from: columns (joined when there are several) or a constant, then
    translated.

    `default` stands in when the columns are empty; `unknown` stands in when a code cannot be found (None
    refuses).
    """

    columns: tuple[str, ...] = ()
    constant: str | None = None
    join: str = " "
    values: Dictionary[str, str] = field(default_factory=dict)
    default: str | None = None
    unknown: str | None = None


@dataclass(frozen=True)
class Due:
    """A deadline: from a column of the source, or (no field) as `empty` says: "limits" computes, "none" has
    none.

    `changed` says what becomes of a row that states another deadline than the recorded one: "refuse" it, or
    "keep" the recorded deadline and take the rest of the row.
    """

    field: Field | None = None
    empty: str = "limits"
    changed: str = "refuse"


@dataclass(frozen=True)
class GridRule:
    """How a row finds its grid: the ways in `by`, one after the other, until one finds a grid.

    `names` are columns from the wider to the narrower grid; the last filled one names the grid, those before
    it must be among its ancestors. `unlocated` says what becomes of a row that states no place: the city's
    own node or refusal.
    """

    by: tuple[str, ...]
    code: str | None = None
    names: tuple[str, ...] = ()
    level: str | None = None
    aliases: Dictionary[str, str] = field(default_factory=dict)
    unlocated: str = "refuse"


@dataclass(frozen=True)
class PointRule:
    """Which columns hold the position, on which datum, and whether one outside the city refuses or is
    dropped.
    """

    lon: str
    lat: str
    datum: str = "wgs84"
    outside: str = "refuse"


@dataclass(frozen=True)
class Mapping:
    """A whole mapping. `source` names the source system: with its key it identifies an event for ever."""

    name: str
    source: str
    fields: Dictionary[str, Field]
    times: Dictionary[str, Field]
    grid: GridRule
    title: str = ""
    point: PointRule | None = None
    accept_due: Due = field(default_factory=Due)
    handle_due: Due = field(default_factory=Due)
    notes: Dictionary[str, str] = field(default_factory=dict)
    zone: str | None = None
    formats: tuple[str, ...] = ("iso",)
    encoding: str = "auto"
    delimiter: str = ","
    sheet: str | None = None
    blanks: frozenset[str] = frozenset({""})

    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping reads, each once, in the order in which the mapping names them."""
        return tuple(dict.fromkeys(self._columns()))

    def _columns(self) -> Iterator[str]:
        for one in (*self.fields.values(), *self.times.values()):
            yield from one.columns
        for due in (self.accept_due, self.handle_due):
            if due.field is not None:
                yield from due.field.columns
        if "code" in self.grid.by and self.grid.code is not None:
            yield self.grid.code
        if "name" in self.grid.by:
            yield from self.grid.names
        if self.point is not None:
            yield self.point.lon
            yield self.point.lat
        yield from self.notes.values()


def read_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file, named after the file. Raises MappingError that lists everything wrong with
    it.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(path.stem, [f"{path} cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        reason = f"{path.name} is not UTF-8 text (byte {error.start}): save it as UTF-8"
        raise MappingError(path.stem, [reason]) from None
    except tomllib.TOMLDecodeError as error:
        raise MappingError(path.stem, [f"{path.name} is not valid TOML: {error}"]) from None
    return parse_mapping(path.stem, document)


def parse_mapping(name: str, document: Dictionary[str, Any]) -> Mapping:
    """The mapping that a parsed TOML document describes. Raises MappingError that lists everything wrong with
    it.
    """
    reader = _Reader(document)
    mapping = reader.mapping(name)
    if reader.faults or mapping is None:
        raise MappingError(name, reader.faults)
    return mapping


class _Reader:
    """Reads a document piece by piece and notes each fault, so that all of them are told at once."""

    def __init__(self, document: Dictionary[str, Any]) -> None:
        self.document = document
        self.faults: list[str] = []

    def fault(self, sentence: str) -> None:
        self.faults.append(sentence)

    def mapping(self, name: str) -> Mapping | None:
        known = {"source", "title", "file", "fields", "times", "due", "grid", "point", "notes"}
        self._unknown("the top level", self.document, known)
        source = self._text("source", self.document.get("source"))
        if not source:
            self.fault('"source" is missing: name the system that the file comes from, like source = "12345"')
        elif len(source) > 64:
            self.fault(f'"source" has {len(source)} characters; 64 at most')
        file = self._table("file", {"encoding", "delimiter", "sheet", "blanks"})
        times = self._table("times", {"zone", "formats", *FACTS})
        fields = {
            key: made
            for key, value in self._table("fields", {*TEXT_FIELDS, *RATING_FIELDS}).items()
            if (made := self._field(f"fields.{key}", value)) is not None
        }
        for key in ("key", "category", "channel"):
            if key not in fields:
                self.fault(f'[fields] lacks "{key}": say which column holds it, like {key} = "column"')
        facts = {
            key: made
            for key in FACTS
            if key in times and (made := self._field(f"times.{key}", times[key])) is not None
        }
        if "reported" not in facts:
            self.fault('[times] lacks "reported": say which column holds the instant of the report')
        if ("rated" in facts) != ("rating" in fields):
            self.fault('a rating needs both "rating" in [fields] and "rated" in [times]; only one is there')
        due = self._table("due", {"accept", "handle"})
        grid = self._grid()
        point = self._point()
        if grid is not None and "point" in grid.by and point is None:
            self.fault('[grid] by = [… "point"] needs a table [point] with lon and lat')
        notes = {
            key: text
            for key, value in self._table("notes", set(FACTS)).items()
            if (text := self._text(f"notes.{key}", value))
        }
        for key in sorted(set(notes) - set(facts)):
            self.fault(f'[notes] has "{key}", but [times] has no such fact')
        zone = self._zone(times.get("zone"))
        formats = self._texts("times.formats", times.get("formats", ["iso"]))
        if not formats:
            self.fault(
                '[times] formats is empty: leave it out for ISO 8601, or list patterns like "%Y/%m/%d %H:%M"'
            )
        blanks = self._texts("file.blanks", file.get("blanks", []))
        if grid is None or source is None:
            return None
        return Mapping(
            name=name,
            source=source,
            fields=MappingProxyType(fields),
            times=MappingProxyType(facts),
            grid=grid,
            title=self._text("title", self.document.get("title", "")) or "",
            point=point,
            accept_due=self._due("accept", due.get("accept", "limits")),
            handle_due=self._due("handle", due.get("handle", "limits")),
            notes=MappingProxyType(notes),
            zone=zone,
            formats=formats,
            encoding=self._choice("file.encoding", str(file.get("encoding", "auto")).lower(), ENCODINGS),
            delimiter=self._delimiter(file.get("delimiter", ",")),
            sheet=self._text("file.sheet", file["sheet"]) if "sheet" in file else None,
            blanks=frozenset({"", *blanks}),
        )

    def _grid(self) -> GridRule | None:
        table = self._table("grid", {"by", "code", "name", "level", "aliases", "unlocated"})
        ways = self._texts("grid.by", table.get("by", []))
        wrong = [way for way in ways if way not in GRID_WAYS]
        if not ways or wrong:
            found = f"found {', '.join(wrong)}" if wrong else "found none"
            self.fault(f"[grid] by must list ways to find the grid out of {', '.join(GRID_WAYS)}; {found}")
            return None
        for way in ("code", "name"):
            if way in ways and way not in table:
                self.fault(
                    f'[grid] by lists "{way}", so [grid] must say which column holds it: {way} = "column"'
                )
        names = table.get("name", [])
        return GridRule(
            by=ways,
            code=self._text("grid.code", table["code"]) if "code" in table else None,
            names=self._texts("grid.name", [names] if isinstance(names, str) else names),
            level=self._text("grid.level", table["level"]) if "level" in table else None,
            aliases=self._pairs("grid.aliases", table.get("aliases", {})),
            unlocated=self._choice("grid.unlocated", table.get("unlocated", "refuse"), ("city", "refuse")),
        )

    def _point(self) -> PointRule | None:
        if "point" not in self.document:
            return None
        table = self._table("point", {"lon", "lat", "datum", "outside"})
        lon, lat = (self._text(f"point.{key}", table.get(key)) for key in ("lon", "lat"))
        if not lon or not lat:
            self.fault('[point] must name the columns of both coordinates: lon = "column" and lat = "column"')
            return None
        datum = self._choice("point.datum", str(table.get("datum", "wgs84")).lower(), DATUMS)
        outside = self._choice("point.outside", table.get("outside", "refuse"), ("refuse", "drop"))
        return PointRule(lon, lat, datum, outside)

    def _due(self, key: str, value: object) -> Due:
        if value in ("limits", "none"):
            return Due(None, str(value))
        if isinstance(value, dict):
            rest = {name: item for name, item in value.items() if name not in ("empty", "changed")}
            empty = self._choice(f"due.{key}.empty", value.get("empty", "none"), ("none", "limits"))
            changed = self._choice(f"due.{key}.changed", value.get("changed", "refuse"), ("refuse", "keep"))
            return Due(self._field(f"due.{key}", rest), empty, changed)
        self.fault(
            f'[due] {key} must be "limits" (computed from the category\'s limits), "none" (there is none) or '
            f'{{ column = "…" }}; found {value!r}'
        )
        return Due()

    def _field(self, where: str, value: object) -> Field | None:
        if isinstance(value, str) and value:
            return Field(columns=(value,))
        if not isinstance(value, dict):
            self.fault(
                f'{where} must be a column\'s name or a table like {{ column = "…" }}; found {value!r}'
            )
            return None
        self._unknown(where, value, {"column", "columns", "constant", "join", "values", "default", "unknown"})
        sources = [key for key in ("column", "columns", "constant") if key in value]
        if len(sources) != 1:
            found = " and ".join(sources) or "none"
            self.fault(f"{where} needs exactly one of column, columns, constant; found {found}")
            return None
        columns = value.get("columns", [value["column"]] if "column" in value else [])
        texts = {
            key: self._text(f"{where}.{key}", value[key])
            for key in ("constant", "join", "default", "unknown")
            if key in value
        }
        return Field(
            columns=self._texts(f"{where}.columns", columns),
            constant=texts.get("constant"),
            join=texts.get("join") or " ",
            values=self._pairs(f"{where}.values", value.get("values", {})),
            default=texts.get("default"),
            unknown=texts.get("unknown"),
        )

    def _zone(self, value: object) -> str | None:
        if value is None:
            return None
        try:
            return ZoneInfo(str(value)).key
        except (KeyError, ValueError, OSError):
            self.fault(f'[times] zone must be a time zone like "Asia/Shanghai"; found {value!r}')
            return None

    def _delimiter(self, value: object) -> str:
        if isinstance(value, str) and len(value) == 1 and value not in '"\r\n':
            return value
        self.fault(f'file.delimiter must be one character such as "," or ";"; found {value!r}')
        return ","

    def _choice(self, where: str, value: object, among: tuple[str, ...]) -> str:
        if value in among:
            return str(value)
        self.fault(f"{where} must be one of {', '.join(among)}; found {value!r}")
        return among[0]

    def _text(self, where: str, value: object) -> str | None:
        if value is None or isinstance(value, str):
            return value
        self.fault(f"{where} must be text in quotes; found {value!r}")
        return None

    def _texts(self, where: str, value: object) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.fault(f"{where} must be a list of texts; found {value!r}")
        return ()

    def _pairs(self, where: str, value: object) -> Dictionary[str, str]:
        if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
            return MappingProxyType(dict(value))
        self.fault(f"{where} must be a table of texts; found {value!r}")
        return _NOTHING

    def _table(self, name: str, known: set[str]) -> dict[str, Any]:
        value = self.document.get(name, {})
        if not isinstance(value, dict):
            self.fault(f"[{name}] must be a table; found {value!r}")
            return {}
        self._unknown(f"[{name}]", value, known)
        return value

    def _unknown(self, where: str, table: Dictionary[str, Any], known: set[str]) -> None:
        for key in table:
            if key not in known:
                self.fault(
                    f'{where} has "{key}", which means nothing here; expected {", ".join(sorted(known))}'
                )

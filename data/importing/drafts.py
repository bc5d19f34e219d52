"""From rows of text to drafts of events: every value read, translated and checked, nothing written.

A row is refused with all of its faults at once, so that a file is mended in one go.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial

import numpy as np

from data.clocks import Instant, ZoneClock, instant, iso
from data.datums import to_wgs84
from data.importing.locate import NotFound, Places
from data.importing.mapping import FACTS, Due, Field, Mapping
from data.importing.readers import Row
from data.lifecycle import HIGHEST_RATING, LOWEST_RATING, UNSET, _Unset
from data.words import word

EARLIEST = instant(datetime(2000, 1, 1, tzinfo=UTC))
"""No event is older: an earlier stamp is a stand-in for "unknown" (1900-01-01, 1970-01-01) or a slip of the
pen.
"""

LATEST_DUE = instant(datetime(2100, 1, 1, tzinfo=UTC))

_LENGTHS = {"key": 128, "unit": 128, "actor": 64}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:?\d{2}.*", re.DOTALL)
_LIKE_A_DATE = re.compile(r"\d{4}\D\d{1,2}\D\d{1,2}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
_YES = frozenset({"true", "1", "yes", "y", "t", word("yes")})
_NO = frozenset({"false", "0", "no", "n", "f", word("no")})


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field of a row."""

    field: str
    reason: str


@dataclass(frozen=True)
class Rejection:
    """A row that cannot become an event, with every reason."""

    row: Row
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Draft:
    """A row that can. `at` holds the facts that the row states, in the order of an event's life.

    `category_stated` and `grid_stated` are False where the mapping's stand-in was taken: that says nothing
    new about an event that is known already.
    """

    row: Row
    key: str
    at: Dictionary[str, Instant]
    channel: str
    category: str
    category_stated: bool
    grid: str
    grid_stated: bool
    lon: float | None
    lat: float | None
    texts: Dictionary[str, str]
    notes: Dictionary[str, str]
    accept_due_at: Instant | _Unset | None
    handle_due_at: Instant | _Unset | None
    rating: int | None
    solved: bool | None
    by_default: bool


@dataclass(frozen=True)
class Book:
    """What a city knows: its places, and its categories and channels by code and by name."""

    places: Places
    categories: Dictionary[str, str]
    channels: Dictionary[str, str]


def by_code_and_name(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """From (code, name) pairs: a code by itself and by its name; a name that several codes share finds
    none.
    """
    names = [name for _, name in pairs]
    found = {name: code for code, name in pairs if names.count(name) == 1}
    return found | {code: code for code, _ in pairs}


def parse_stamp(text: str, formats: Sequence[str], clock: ZoneClock | None) -> Instant:
    """The instant that a text means in the first format that fits. Raises ValueError with a plain
    sentence.
    """
    for pattern in formats:
        try:
            if pattern in ("epoch", "epoch_ms"):
                return int(Decimal(text) * (1_000_000 if pattern == "epoch" else 1_000))
            if pattern == "iso":
                if _ISO.fullmatch(text) is None:
                    continue
                moment = datetime.fromisoformat(text)
            else:
                moment = datetime.strptime(text, pattern)  # noqa: DTZ007 the clock makes it aware below
        except (ValueError, InvalidOperation, OverflowError):
            continue
        if moment.tzinfo is not None:
            return instant(moment)
        if clock is None:
            raise ValueError(
                f"{quoted(text)} has no offset from UTC, and the mapping names no zone: say it with [times] "
                "zone"
            )
        return clock.at(moment)
    if "iso" in formats and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(
            f'{quoted(text)} is a date without a time of day; if it means its first moment, add "%Y-%m-%d" '
            "to [times] "
            "formats"
        )
    if _LIKE_A_DATE.match(text):
        raise ValueError(
            f"{quoted(text)} is no date and time that exists, or not written as {_told(formats)}"
        )
    raise ValueError(f"{quoted(text)} is no date and time as {_told(formats)}")


def _told(formats: Sequence[str]) -> str:
    return " or ".join("ISO 8601 (2026-02-10 08:05:00+08:00)" if one == "iso" else one for one in formats)


def quoted(text: str, most: int = 60) -> str:
    """The text in quotes on one line, shortened."""
    shown = text if len(text) <= most else text[:most] + "…"
    return '"' + " ".join(shown.split()) + '"'


class Drafter:
    """Makes drafts of the rows of one file. Facts after `now` are refused."""

    def __init__(self, mapping: Mapping, header: Sequence[str], book: Book, now: Instant) -> None:
        self._mapping = mapping
        self._book = book
        self._now = now
        self._column = {name: position for position, name in enumerate(header)}
        clock = ZoneClock.of(mapping.zone) if mapping.zone is not None else None
        # Stamps come again and again: a closing that is also the handling, a batch of rows closed together.
        self._instant = lru_cache(maxsize=1024)(partial(parse_stamp, formats=mapping.formats, clock=clock))
        fields = (*mapping.fields.values(), *mapping.times.values())
        dues = (due.field for due in (mapping.accept_due, mapping.handle_due) if due.field is not None)
        self._readers = {id(field): self._reader(field) for field in (*fields, *dues)}

    def drafts(self, rows: Sequence[Row]) -> list[Draft | Rejection]:
        """One draft or rejection for each row, in the order of the rows."""
        proper = [row for row in rows if row.fault is None]
        points = dict(zip((row.number for row in proper), self._points(proper), strict=True))
        return [
            Rejection(row, (Fault("", row.fault),))
            if row.fault is not None
            else self._draft(row, *points[row.number])
            for row in rows
        ]

    def _draft(self, row: Row, point: _Point, point_faults: list[Fault]) -> Draft | Rejection:
        faults: list[Fault] = list(point_faults)
        fields = self._mapping.fields
        texts = {name: self._text(row, name, fields[name], faults) for name in fields}
        key = texts.get("key", "")
        if not key:
            faults.append(
                Fault(
                    "key", f"{self._where(fields['key'])} is empty: an event needs its number in the source"
                )
            )
        at, dues = self._times(row, faults)
        category, category_stated = self._looked_up(row, "category", self._book.categories, faults)
        channel, _ = self._looked_up(row, "channel", self._book.channels, faults)
        grid, grid_stated = self._grid(row, point, bool(point_faults), faults)
        rating, solved, by_default = self._rating(texts, at, faults)
        notes = {fact: self._value(row, column) for fact, column in self._mapping.notes.items()}
        for fact, note in notes.items():
            if "\x00" in note:
                faults.append(Fault(f"notes.{fact}", "the text holds a NUL character: take it out"))
        if faults:
            return Rejection(row, tuple(faults))
        return Draft(
            row=row,
            key=key,
            at=at,
            channel=channel,
            category=category,
            category_stated=category_stated,
            grid=grid,
            grid_stated=grid_stated,
            lon=point.lon,
            lat=point.lat,
            texts={
                name: texts.get(name, "") for name in ("title", "description", "address", "unit", "actor")
            },
            notes=notes,
            accept_due_at=dues["accept"],
            handle_due_at=dues["handle"],
            rating=rating,
            solved=solved,
            by_default=by_default,
        )

    def _value(self, row: Row, column: str) -> str:
        text = row.cells[self._column[column]].strip()
        return "" if text in self._mapping.blanks else text

    def _raw(self, row: Row, field: Field) -> str:
        """What the row says, translated; "" where it says nothing."""
        return self._readers[id(field)](row.cells)

    def _reader(self, field: Field) -> Callable[[Sequence[str]], str]:
        """A field's columns looked up once for all rows."""
        constant, values, blanks, join = field.constant, dict(field.values), self._mapping.blanks, field.join
        positions = [self._column[column] for column in field.columns]

        def one(cells: Sequence[str]) -> str:
            text = cells[positions[0]].strip()
            return "" if text in blanks else values.get(text, text)

        def several(cells: Sequence[str]) -> str:
            text = join.join(part for at in positions if (part := cells[at].strip()) not in blanks)
            return values.get(text, text)

        if constant is not None:
            return lambda _cells: constant
        return one if len(positions) == 1 else several

    def _text(self, row: Row, name: str, field: Field, faults: list[Fault]) -> str:
        text = self._raw(row, field) or field.default or ""
        most = _LENGTHS.get(name)
        if "\x00" in text:
            faults.append(Fault(name, f"{self._where(field)} holds a NUL character: take it out"))
        if most is not None and len(text) > most:
            faults.append(Fault(name, f"{self._where(field)} has {len(text)} characters; {most} at most"))
        return text

    def _where(self, field: Field) -> str:
        return " + ".join(field.columns) or "the constant"

    def _looked_up(
        self, row: Row, name: str, codes: Dictionary[str, str], faults: list[Fault]
    ) -> tuple[str, bool]:
        field = self._mapping.fields[name]
        text = self._raw(row, field)
        stated = bool(text)
        text = text or field.default or ""
        code = codes.get(text)
        if code is None and text and field.unknown is not None:
            code, stated = codes.get(field.unknown), False
        if code is None:
            found = f"there is no {name} {quoted(text)}" if text else f"no {name} is stated"
            faults.append(
                Fault(
                    name,
                    f"{self._where(field)}: {found}; add it to the city pack, or to the mapping's values",
                )
            )
        return code or "", stated

    def _times(
        self, row: Row, faults: list[Fault]
    ) -> tuple[dict[str, Instant], dict[str, Instant | _Unset | None]]:
        at: dict[str, Instant] = {}
        count = len(faults)
        for fact, field in self._mapping.times.items():
            found = self._stamp(row, fact, field, self._now, faults)
            if found is not None:
                at[fact] = found
        if "reported" not in at and len(faults) == count:
            where = self._where(self._mapping.times["reported"])
            faults.append(Fault("reported", f"{where} is empty: an event needs the instant of its report"))
        if len(faults) == count:
            _check_order(at, faults)
        dues = {
            "accept": self._due(row, "accept_due", self._mapping.accept_due, at, faults),
            "handle": self._due(row, "handle_due", self._mapping.handle_due, at, faults),
        }
        return {fact: at[fact] for fact in FACTS if fact in at}, dues

    def _stamp(
        self, row: Row, name: str, field: Field, latest: Instant, faults: list[Fault]
    ) -> Instant | None:
        text = self._raw(row, field) or field.default or ""
        if not text:
            return None
        try:
            found = self._instant(text)
        except ValueError as error:
            faults.append(Fault(name, f"{self._where(field)}: {error}"))
            return None
        if EARLIEST <= found <= latest:
            return found
        if found < EARLIEST:
            reason = f"{quoted(text)} lies before {iso(EARLIEST)}, the earliest that is taken"
        elif latest == self._now:
            reason = f"{quoted(text)} lies in the future (it is {iso(self._now)} now)"
        else:
            reason = f"{quoted(text)} lies after {iso(latest)}, the latest that is taken"
        faults.append(Fault(name, f"{self._where(field)}: {reason}"))
        return None

    def _due(
        self, row: Row, name: str, due: Due, at: Dictionary[str, Instant], faults: list[Fault]
    ) -> Instant | _Unset | None:
        empty = UNSET if due.empty == "limits" else None
        if due.field is None:
            return empty
        found = self._stamp(row, name, due.field, LATEST_DUE, faults)
        if found is None:
            return empty
        if "reported" in at and found < at["reported"]:
            reason = f"the deadline {iso(found)} lies before the report at {iso(at['reported'])}"
            faults.append(Fault(name, f"{self._where(due.field)}: {reason}"))
        return found

    def _rating(
        self, texts: Dictionary[str, str], at: Dictionary[str, Instant], faults: list[Fault]
    ) -> tuple[int | None, bool | None, bool]:
        text = texts.get("rating", "")
        solved = self._flag("solved", texts.get("solved", ""), faults)
        by_default = bool(self._flag("by_default", texts.get("by_default", ""), faults))
        if not text and "rated" not in at:
            return None, solved, by_default
        if not text or "rated" not in at:
            if not any(fault.field == "rated" for fault in faults):
                lacking = "its instant is missing" if text else "the rating itself is missing"
                faults.append(Fault("rating", f"a rating needs both a value and an instant, and {lacking}"))
            return None, solved, by_default
        if (
            not re.fullmatch(r"\d{1,2}(\.0+)?", text)
            or not LOWEST_RATING <= int(float(text)) <= HIGHEST_RATING
        ):
            faults.append(
                Fault(
                    "rating",
                    f"a rating must be {LOWEST_RATING} to {HIGHEST_RATING}, found {quoted(text)}; translate "
                    "others "
                    "with values",
                )
            )
            return None, solved, by_default
        return int(float(text)), solved, by_default

    def _flag(self, name: str, text: str, faults: list[Fault]) -> bool | None:
        if not text:
            return None
        if text.lower() in _YES | _NO:
            return text.lower() in _YES
        faults.append(
            Fault(name, f"{name} must be true or false, found {quoted(text)}; translate others with values")
        )
        return None

    def _points(self, rows: Sequence[Row]) -> list[tuple[_Point, list[Fault]]]:
        """Every row's point on WGS-84 with the grid that holds it, and what is wrong with it."""
        rule = self._mapping.point
        if rule is None:
            return [(_NOWHERE, []) for _ in rows]
        read = [_coordinates(self._value(row, rule.lon), self._value(row, rule.lat)) for row in rows]
        good = [position for position, one in enumerate(read) if isinstance(one, tuple)]
        pairs = np.array([read[position] for position in good], dtype=np.float64).reshape(-1, 2)
        lon, lat = to_wgs84(rule.datum, pairs[:, 0], pairs[:, 1])
        grids = dict(zip(good, self._book.places.by_points(lon, lat), strict=True))
        moved = dict(zip(good, zip(lon.tolist(), lat.tolist(), strict=True), strict=True))
        found: list[tuple[_Point, list[Fault]]] = []
        for position, one in enumerate(read):
            if one is None:
                found.append((_NOWHERE, []))
                continue
            reason = one if isinstance(one, str) else None
            if reason is None and grids[position] is None and self._book.places.has_shapes:
                reason = "{:.6f}, {:.6f} lies in no grid of the city".format(*moved[position])
            if reason is None:
                found.append((_Point(*moved[position], grids[position]), []))
            elif rule.outside == "drop":
                found.append((_NOWHERE, []))
            else:
                found.append((_NOWHERE, [Fault("point", f"{rule.lon}, {rule.lat}: {reason}")]))
        return found

    def _grid(self, row: Row, point: _Point, bad_point: bool, faults: list[Fault]) -> tuple[str, bool]:
        """The grid's code, and whether the row stated a place."""
        rule, places = self._mapping.grid, self._book.places
        reasons: list[str] = []
        for way in rule.by:
            try:
                if way == "code" and rule.code is not None and (code := self._value(row, rule.code)):
                    return places.by_code(rule.aliases.get(code, code)), True
                if way == "name":
                    names = [name for column in rule.names if (name := self._value(row, column))]
                    if names and names[-1] in rule.aliases:
                        return places.by_code(rule.aliases[names[-1]]), True
                    if names:
                        return places.by_name(names, rule.level), True
                if way == "point" and point.grid is not None:
                    return point.grid, True
            except NotFound as error:
                reasons.append(str(error))
        if reasons:
            faults.append(Fault("grid", "; ".join(reasons)))
        elif "point" in rule.by and bad_point:
            return "", False
        elif rule.unlocated == "city":
            return places.tree.root.code, False
        else:
            faults.append(
                Fault(
                    "grid",
                    'the row states no place; if it may stand on the city itself, say unlocated = "city"',
                )
            )
        return "", False


@dataclass(frozen=True)
class _Point:
    lon: float | None
    lat: float | None
    grid: str | None


_NOWHERE = _Point(None, None, None)


def _coordinates(lon_text: str, lat_text: str) -> tuple[float, float] | str | None:
    """Longitude and latitude; None where neither is stated; a sentence where they cannot be right."""
    if not lon_text and not lat_text:
        return None
    if not lon_text or not lat_text:
        return "only one of the two coordinates is there"
    for text in (lon_text, lat_text):
        if not _NUMBER.fullmatch(text):
            return f"{quoted(text)} is no number of degrees"
    lon, lat = float(lon_text), float(lat_text)
    if lon == 0 and lat == 0:
        return "0, 0 is no place in the city: it stands for coordinates that nobody took; leave them empty"
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        swapped = " (are they swapped?)" if abs(lat) <= 180 and abs(lon) <= 90 else ""
        return f"{lon_text}, {lat_text} are no degrees of longitude and latitude{swapped}"
    return lon, lat


def _check_order(at: Dictionary[str, Instant], faults: list[Fault]) -> None:
    """Each fact comes at or after the report and the facts between; what is out of order is told of every fact."""
    stated = [fact for fact in FACTS if fact in at]
    for position, after in enumerate(stated):
        before = next((fact for fact in stated[:position] if at[after] < at[fact]), None)
        if before is not None:
            reason = f"it was {after} at {iso(at[after])}, before it was {before} at {iso(at[before])}"
            faults.append(Fault(after, reason))
    if "rated" in at and "closed" not in at:
        faults.append(Fault("rated", f"it was rated at {iso(at['rated'])}, but it is not closed"))

"""CSV files of sign-ins and of tasks that were done: each row taken or refused with its reason, none twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from data.clocks import Instant, ZoneClock, instant
from data.reference import reference
from data.store import Store
from data.tasks.duty import sign_in
from data.tasks.keeping import done
from data.tasks.states import TaskError
from data.texts import sheet_text
from data.words.tasks import WORDS

FileKind = Literal["duty", "done"]
FILE_KINDS: Final[tuple[FileKind, ...]] = get_args(FileKind)

COLUMNS: Final[Mapping[FileKind, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "duty": (("grid", "at", "who"), ("note",)),
    "done": (("task", "grid", "at"), ("who", "note", "evidence")),
}
"""By kind of file: the columns that it must have, and those that it may have."""

MOST_BYTES: Final = 2_000_000
MOST_ROWS: Final = 5_000


@dataclass(frozen=True)
class Rejected:
    """A row that was refused, counted as a spreadsheet does (the header is row 1), and why."""

    row: int
    why: TaskError


@dataclass(frozen=True)
class Taken:
    """What became of a file: rows that were new, rows that stood already, and those that were refused."""

    new: int
    again: int
    rejected: tuple[Rejected, ...]


def take(store: Store, scope: str, kind: FileKind, content: bytes, who: str, now: Instant) -> Taken:
    """Takes a file of sign-ins (`duty`) or of shares that were done (`done`) for grids within a scope; `who` is whoever
    brings it. Raises TaskError where the file cannot be read at all: then nothing was taken."""
    rows = _rows(kind, content)
    clock = reference(store).clock
    taker = _sign_in if kind == "duty" else _done
    new = again = 0
    rejected: list[Rejected] = []
    for number, cells in rows:
        try:
            if taker(store, scope, cells, clock, who, now):
                new += 1
            else:
                again += 1
        except TaskError as error:
            rejected.append(Rejected(number, error))
    return Taken(new, again, tuple(rejected))


def _sign_in(
    store: Store, scope: str, cells: Mapping[str, str], clock: ZoneClock, who: str, now: Instant
) -> bool:
    at = _instant(cells["at"], clock)
    return not sign_in(
        store, scope, cells["grid"], cells["who"], now, note=cells.get("note", ""), at=at, via="file"
    ).again


def _done(
    store: Store, scope: str, cells: Mapping[str, str], clock: ZoneClock, who: str, now: Instant
) -> bool:
    number = cells["task"]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise TaskError(
            f"expected the number of a task, found {number!r}: see the list", "none", number=number[:40]
        )
    return done(
        store,
        scope,
        int(number),
        cells["grid"],
        cells.get("who") or who,
        now,
        cells.get("note", ""),
        cells.get("evidence", ""),
        at=_instant(cells["at"], clock),
    )


def _instant(text: str, clock: ZoneClock) -> Instant:
    """A local time such as 2026-11-20 08:21, or one with its offset."""
    try:
        moment = datetime.fromisoformat(text)
        if len(text) < len("2026-11-20 08:21") or not 2000 <= moment.year < 2200:
            raise ValueError
        return clock.at(moment) if moment.tzinfo is None else instant(moment)
    except (ValueError, OverflowError):
        raise TaskError(
            f"expected a time such as 2026-11-20 08:21, found {text[:40]!r}: mend it",
            "moment",
            found=text[:40],
        ) from None


def _rows(kind: FileKind, content: bytes) -> list[tuple[int, Mapping[str, str]]]:
    """The rows of a file with their numbers. Raises TaskError."""
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    required, optional = COLUMNS[kind]
    try:
        header = [_column(cell) for cell in next(reader, [])]
        missing = [name for name in required if name not in header]
        unknown = [name for name in header if name not in (*required, *optional)]
        if missing or unknown or len(set(header)) != len(header):
            wanted = ", ".join(required) + " and, if wanted, " + ", ".join(optional)
            raise TaskError(
                f"expected the columns {wanted}; found {', '.join(header)[:200] or 'none'}: mend the header",
                "columns",
                wanted=", ".join((*required, *optional)),
                found=", ".join(header)[:200] or "–",
            )
        rows: list[tuple[int, Mapping[str, str]]] = []
        for number, row in enumerate(reader, start=2):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                raise TaskError(
                    f"expected {len(header)} cells in row {number} as in the header, found {len(row)}: mend the row",
                    "cells",
                    row=number,
                )
            rows.append((number, {name: cell.strip() for name, cell in zip(header, row, strict=True)}))
    except csv.Error as error:
        raise TaskError(
            f"expected a CSV file, found that it breaks off at line {reader.line_num} ({error}): export it again",
            "csv",
            row=reader.line_num,
        ) from None
    if not rows or len(rows) > MOST_ROWS:
        raise TaskError(
            f"expected 1 to {MOST_ROWS:,} rows, found {len(rows):,}: split the file",
            "rows",
            most=f"{MOST_ROWS:,}",
        )
    return rows


def _column(cell: str) -> str:
    """The column that a heading names, in either language; unknown headings stay as they are."""
    text = cell.strip()
    return _HEADINGS.get(text.casefold(), text)


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise TaskError(
            f"expected a file of at most {MOST_BYTES:,} bytes, found {len(content):,}: split it",
            "size",
            most=f"{MOST_BYTES // 1_000_000} MB",
        )
    text = sheet_text(content)
    if text is None:
        raise TaskError(
            "expected CSV text in UTF-8 or GB18030, found another file: save the table as CSV", "encoding"
        )
    return text


_HEADINGS: Final[Mapping[str, str]] = {
    heading.casefold(): name
    for name in {name for parts in COLUMNS.values() for part in parts for name in part}
    for heading in (name, *WORDS[f"tasks.column_{name}"])
}

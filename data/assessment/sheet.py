"""Marks in a file: a row a grid and dimension, as a spreadsheet saves it."""

from __future__ import annotations

import csv
import io
from typing import Final

from data.assessment.entries import AssessmentError, Wanted
from data.texts import sheet_text

COLUMNS: Final = ("month", "grid", "dimension", "mark", "reason", "evidence")
NAME: Final = "name"
"""A column that may stand beside them, for people: nothing of it is read."""

MOST_ROWS: Final = 20_000
MOST_BYTES: Final = 8 << 20


def wanted_of(content: bytes) -> tuple[Wanted, ...]:
    """The marks of a CSV file with the columns COLUMNS, in UTF-8 or GB 18030. Row n of the file, its header counted as
    row 1, is at n - 2. Raises AssessmentError for a file that is no such table; wrong rows are left to `enter`."""
    if len(content) > MOST_BYTES:
        raise AssessmentError(
            f"expected a file of at most {MOST_BYTES >> 20} MB, found {len(content) >> 20} MB"
        )
    rows = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        if sorted(name for name in header if name != NAME) != sorted(COLUMNS):
            raise AssessmentError(
                f"expected the columns {', '.join(COLUMNS)} in the first row, found {', '.join(header) or 'nothing'}: "
                "take the template along and fill it in"
            )
        places = [header.index(name) for name in COLUMNS]
        found = []
        for row in rows:
            if not any(cell.strip() for cell in row):
                row = [""] * len(header)
            cells = [*row, *([""] * (len(header) - len(row)))]
            found.append(Wanted(*(cells[place].strip() for place in places)))
            if len(found) > MOST_ROWS:
                raise AssessmentError(f"expected at most {MOST_ROWS} rows, found more: split the file")
    except csv.Error as error:
        raise AssessmentError(f"expected a CSV file, found one that cannot be read: {error}") from None
    while found and found[-1] == Wanted("", "", "", "", "", ""):
        found.pop()
    return tuple(found)


def _text(content: bytes) -> str:
    text = sheet_text(content)
    if text is None:
        raise AssessmentError(
            "expected text in UTF-8 or GB 18030, found something else: save the sheet as CSV"
        )
    return text

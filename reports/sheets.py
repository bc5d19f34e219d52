"""Tables as files: Excel, and CSV with a cover beside it. Rows are written as they come, whatever their number.

What people wrote into a cell stays text: a spreadsheet takes a text that begins like a formula for one, so such a text
gets an apostrophe before it, in both formats.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import xlsxwriter

Cell = str | int | float | None

MOST_ROWS: Final = 1_000_000
"""Rows of one sheet; a spreadsheet takes 1,048,576. The rest goes to a further sheet."""

LONGEST: Final = 32_000
"""Characters of a cell; a spreadsheet takes 32,767."""

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
"""What a formula begins with, or what a spreadsheet drops before one; the wide ones are narrowed by some."""

_EVERY: Final = 500

Told = Callable[[int], None]
"""Hears how many rows are written."""


@dataclass(frozen=True)
class Head:
    """A column: its name, how wide it is in characters, and how its numbers are shown ("" for text)."""

    name: str
    width: int = 14
    form: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table: its name, its columns, and its rows as they come."""

    name: str
    heads: Sequence[Head]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True)
class Cover:
    """What the first sheet says of the tables: a title, and pairs of a name and what it says."""

    name: str
    title: str
    lines: Sequence[tuple[str, str]]
    rows_label: str


def neutral(text: str) -> str:
    """The text as a cell that is no formula; characters that no file may hold are left out."""
    plain = "".join(one for one in text[:LONGEST] if one >= " " or one in "\t\n\r")
    return f"'{plain}" if plain.lstrip(" \u00a0\u3000").startswith(_DANGEROUS) else plain


def write_xlsx(
    path: Path,
    cover: Cover,
    sheets: Sequence[Sheet],
    told: Told = lambda _rows: None,
    folder: Path | None = None,
) -> int:
    """Writes an Excel file with its cover first; gives the number of rows. Temporary files go to `folder`."""
    options: dict[str, Any] = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
        "tmpdir": str(folder or path.parent),
    }
    # The cover says how many rows there are, which is known at the end alone: it is written last and stands first.
    book = xlsxwriter.Workbook(str(path), options)
    book.use_zip64()
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    named = book.add_format({"bold": True, "valign": "top"})
    front = book.add_worksheet(_sheet_name(cover.name, 0))
    written = 0
    numbered = 1
    for sheet in sheets:
        forms = [book.add_format({"num_format": head.form}) if head.form else None for head in sheet.heads]
        page: Any = None
        row = 0
        for cells in sheet.rows:
            if page is None or row > MOST_ROWS:
                page = _begin(book, sheet, numbered, bold)
                numbered += 1
                row = 1
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    page.write_string(row, column, neutral(cell))
                elif cell is not None:
                    page.write_number(row, column, cell, forms[column])
            row += 1
            written += 1
            if written % _EVERY == 0:
                told(written)
        if page is None:
            _begin(book, sheet, numbered, bold)
            numbered += 1
    front.set_column(0, 0, 18)
    front.set_column(1, 1, 90)
    front.write_string(0, 0, neutral(cover.title), bold)
    for place, (name, text) in enumerate([*cover.lines, (cover.rows_label, f"{written:,}")], start=2):
        front.write_string(place, 0, neutral(name), named)
        front.write_string(place, 1, neutral(text), wrapped)
    book.close()
    told(written)
    return written


def _begin(book: Any, sheet: Sheet, number: int, bold: Any) -> Any:
    page = book.add_worksheet(_sheet_name(sheet.name, number))
    page.freeze_panes(1, 0)
    for column, head in enumerate(sheet.heads):
        page.set_column(column, column, head.width)
        page.write_string(0, column, neutral(head.name), bold)
    return page


def _sheet_name(name: str, number: int) -> str:
    """A name that a sheet may have, and no other sheet of the file has."""
    plain = "".join(" " if one in "[]:*?/\\'" else one for one in name).strip() or "Sheet"
    return f"{plain[:26]} {number}" if number > 1 else plain[:31]


def write_csv(path: Path, cover: Cover, sheets: Sequence[Sheet], told: Told = lambda _rows: None) -> int:
    """Writes a ZIP file with a CSV file for each table and one for the cover; gives the number of rows.

    RFC 4180 has no place for remarks, so the tables hold nothing else. UTF-8 with a mark, by which Excel knows it.
    """
    written = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for number, sheet in enumerate(sheets, start=1):
            with (
                archive.open(f"{_file_name(sheet.name, number)}.csv", "w", force_zip64=True) as raw,
                io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text,
            ):
                writer = csv.writer(text, lineterminator="\r\n")
                writer.writerow([neutral(head.name) for head in sheet.heads])
                for cells in sheet.rows:
                    writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in cells])
                    written += 1
                    if written % _EVERY == 0:
                        told(written)
        with (
            archive.open(f"{_file_name(cover.name, 1)}.csv", "w") as raw,
            io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text,
        ):
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow([neutral(cover.title)])
            writer.writerows([neutral(name), neutral(said)] for name, said in cover.lines)
            writer.writerow([neutral(cover.rows_label), written])
    told(written)
    return written


def _file_name(name: str, number: int) -> str:
    return _sheet_name(name, number).replace(" ", "_")


@dataclass(frozen=True)
class Report:
    """A file that can be written: what it is called, its cover, its tables, and about how many rows they have (None:
    more than anybody counted)."""

    stem: str
    cover: Cover
    sheets: Callable[[], Sequence[Sheet]]
    rows: int | None

    def write(self, path: Path, form: str, told: Told = lambda _rows: None) -> int:
        """Writes the file in a form, "xlsx" or "csv"; gives the number of rows."""
        if form == "xlsx":
            return write_xlsx(path, self.cover, self.sheets(), told)
        return write_csv(path, self.cover, self.sheets(), told)


ENDINGS: Final = {"xlsx": "xlsx", "csv": "zip"}
"""How the file of each form ends."""

TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/zip",
}

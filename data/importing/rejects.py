"""The file of rejected rows: what was wrong, beside the row as it came, ready to be mended and imported
again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from data.importing.drafts import Rejection

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+([.][0-9]+)?")


def neutral(cell: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet would run it as a formula; numbers stay
    numbers.
    """
    return f"'{cell}" if cell.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(cell) else cell


class Rejects:
    """Writes `FILE.rejects.csv`, made when the first row is rejected and put in place when all are written.

    It stands beside the input, or in `fallback` where that folder cannot be written. Its columns are row,
    field, reason, then the input's own.
    """

    def __init__(self, source: Path, header: Sequence[str], fallback: Path) -> None:
        self._name = f"{source.name}.rejects.csv"
        self._folders = (source.parent, fallback)
        self._header = header
        self._file: TextIO | None = None
        self._writer: Any = None
        self._part: Path | None = None
        self.count = 0

    def add(self, rejection: Rejection) -> None:
        """Adds a row; several faults stand in one line, so that the file has one line for each rejected
        row.
        """
        if self._file is None:
            self._open()
        self.count += 1
        fields = "; ".join(dict.fromkeys(fault.field for fault in rejection.faults if fault.field))
        reasons = "; ".join(dict.fromkeys(fault.reason for fault in rejection.faults))
        cells = (fields, reasons, *rejection.row.cells)
        self._writer.writerow([rejection.row.number, *map(neutral, cells)])

    def finish(self) -> Path | None:
        """Puts the file in place and gives its path; None when nothing was rejected."""
        if self._file is None or self._part is None:
            return None
        self._file.close()
        self._file = None
        return self._part.replace(self._part.with_name(self._name))

    def abandon(self) -> None:
        """Takes the unfinished file away, after an import that failed as a whole."""
        if self._file is not None and self._part is not None:
            self._file.close()
            self._file = None
            self._part.unlink(missing_ok=True)

    def _open(self) -> None:
        beside, fallback = self._folders
        try:
            self._start(beside)
        except OSError:
            fallback.mkdir(parents=True, exist_ok=True)
            self._start(fallback)

    def _start(self, folder: Path) -> None:
        part = folder / f".{self._name}.part"
        # The mark at the start makes spreadsheets read the Chinese text as UTF-8.
        self._file = part.open("w", encoding="utf-8-sig", newline="")
        self._part = part
        self._writer = csv.writer(self._file)
        self._writer.writerow(["row", "field", "reason", *map(neutral, self._header)])

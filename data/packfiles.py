"""The files of a city pack: reading them, and noting every fault on the way instead of stopping at the
first.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LENGTHS = {"code": 64, "name": 128, "level": 32, "kind": 32, "top_code": 64, "top_name": 128, "role": 32}
"""The most characters that the store keeps of each text."""

_OF_A_KIND = 10

CODE = re.compile(r"[^\s,;\"'/\\?#&<>%]+")
"""What a code may be: it stands in addresses, files and commands."""


@dataclass(frozen=True)
class Line:
    """A row of one of the pack's tables, with where it stands."""

    where: str
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Findings:
    """Sentences about a pack: what keeps it from being used, what to look at, and what was mended on the way."""

    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)


class PackFiles:
    """A folder and what was found in it so far; `found` may be shared with another reader."""

    def __init__(self, folder: Path, found: Findings | None = None) -> None:
        self.folder = folder
        self.found = found or Findings()

    @property
    def faults(self) -> list[str]:
        """The faults so far."""
        return self.found.faults

    def fault(self, sentence: str) -> None:
        """Notes a fault."""
        self.found.faults.append(sentence)

    def warn(self, sentence: str) -> None:
        """Notes what a person should look at, although the pack can be used."""
        self.found.warnings.append(sentence)

    def repaired(self, sentence: str) -> None:
        """Notes what was mended."""
        self.found.repairs.append(sentence)

    def several(self, note: Callable[[str], None], sentences: Sequence[str]) -> None:
        """Notes sentences of one kind: the first ones, and how many there are beside them."""
        for sentence in sentences[:_OF_A_KIND]:
            note(sentence)
        if len(sentences) > _OF_A_KIND:
            note(f"and {len(sentences) - _OF_A_KIND:,} more of this kind; the last one: {sentences[-1]}")

    def text(self, document: Mapping[str, Any], key: str) -> str:
        """A text of city.toml; "" where there is none."""
        value = document.get(key, "")
        if isinstance(value, str):
            return value
        self.fault(f"city.toml: {key} must be text in quotes; found {value!r}")
        return ""

    def required(self, document: Mapping[str, Any], key: str, most: int) -> str:
        """A text of city.toml that has to be there."""
        value = self.text(document, key).strip()
        if not value and not isinstance(document.get(key), int | float | bool | list | dict):
            self.fault(f'city.toml: {key} is missing; write {key} = "…"')
        if len(value) > most:
            self.fault(f"city.toml: {key} has {len(value)} characters; {most} at most")
        return value

    def table(self, document: Mapping[str, Any], key: str) -> dict[str, Any]:
        """A table of city.toml; empty where there is none."""
        value = document.get(key, {})
        if isinstance(value, dict):
            return value
        self.fault(f"city.toml: [{key}] must be a table; found {value!r}")
        return {}

    def choice(self, document: Mapping[str, Any], key: str, among: Sequence[str]) -> str:
        """One of the words that city.toml may say; the first where it says none."""
        value = document.get(key, among[0])
        if value in among:
            return str(value)
        self.fault(f"city.toml: {key} must be one of {', '.join(among)}; found {value!r}")
        return among[0]

    def check_text(self, where: str, column: str, text: str) -> None:
        """A cell that has to be filled, in as many characters as the store keeps, and without odd ones in a
        code.
        """
        if not text:
            self.fault(f"{where}: {column} is empty; fill it in")
        elif len(text) > LENGTHS[column]:
            self.fault(f"{where}: {column} has {len(text)} characters; {LENGTHS[column]} at most")
        elif column in ("code", "top_code") and not CODE.fullmatch(text):
            self.fault(f"{where}: the code {text!r} must have no blanks, commas, quotes or slashes")

    def rows(
        self, name: str, required: Sequence[str], optional_columns: Sequence[str], *, optional: bool = False
    ) -> Iterator[Line]:
        """The rows of one of the pack's CSV files, cells stripped. Faults are noted, and the rows left
        out.
        """
        path = self.folder / name
        if not path.is_file():
            if not optional:
                self.fault(f"{name} is missing; it needs the columns {', '.join(required)}")
            return
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.fault(f"{name} is not UTF-8 text (byte {error.start}): save it as UTF-8")
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = [cell.strip() for cell in next(reader, [])]
            missing = [column for column in required if column not in header]
            unknown = [column for column in header if column not in (*required, *optional_columns)]
            if missing or unknown or len(set(header)) != len(header):
                expected = ", ".join(required) + (
                    f" and, if wanted, {', '.join(optional_columns)}" if optional_columns else ""
                )
                self.fault(f"{name}: expected the columns {expected}; found {', '.join(header) or 'none'}")
                return
            for row in reader:
                cells = [cell.strip() for cell in row]
                if not any(cells):
                    continue
                where = f"{name} line {reader.line_num}"
                if len(cells) != len(header):
                    self.fault(f"{where}: {len(cells)} cells where the header has {len(header)}")
                    continue
                yield Line(where, dict(zip(header, cells, strict=True)))
        except csv.Error as error:
            self.fault(f"{name} line {reader.line_num} cannot be read as CSV: {error}")


def ancestors(code: str, parents: Mapping[str, str]) -> Iterator[str]:
    """The codes above one, the nearest first, as far as they are known; a circle ends it."""
    seen = {code}
    while (code := parents.get(code, "")) and code not in seen:
        seen.add(code)
        yield code

"""The small city of docs/city-pack.md as files, and a CSV for its mapping."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from data.city import load_city
from data.citypack import CityPack, read_pack
from data.clocks import parse_instant
from data.importing.mapping import Mapping, parse_mapping
from data.store import Store

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "city-pack.md"
BOSTON = ROOT / "data" / "cities" / "boston"
NOW = parse_instant("2026-04-01T00:00:00Z")

COLUMNS = ("id", "kind", "from", "grid", "lon", "lat", "opened", "handled", "closed", "due")

PLAIN: dict[str, Any] = {
    "source": "plain",
    "fields": {"key": "id", "category": "kind", "channel": "from", "title": "kind"},
    "times": {"reported": "opened", "handled": "handled", "closed": "closed"},
    "due": {"accept": "none", "handle": {"column": "due"}},
    "grid": {"by": ["code"], "code": "grid", "unlocated": "refuse"},
    "point": {"lon": "lon", "lat": "lat"},
}
"""A mapping of COLUMNS, whose stamps carry their offsets."""


def page_files() -> dict[str, str]:
    """The files that docs/city-pack.md shows, by name."""
    blocks = re.findall(
        r"^```\w+ (\S+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return dict(blocks)


def write_files(folder: Path, files: dict[str, str]) -> Path:
    """The folder with the files in it."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def small_pack(folder: Path) -> CityPack:
    """The small city, read from a folder that is made for it."""
    return read_pack(write_files(folder, page_files()))


def small_store(url: str, folder: Path) -> Store:
    """An open store of the small city."""
    store = Store.open(url)
    load_city(store, small_pack(folder), NOW)
    return store


def plain(**changes: object) -> Mapping:
    """The plain mapping with some of its tables changed."""
    return parse_mapping("plain", {**PLAIN, **changes})


def row(key: str = "A1", **cells: str) -> dict[str, str]:
    """A sound row of COLUMNS with some cells changed."""
    sound = {
        "id": key,
        "kind": "0101",
        "from": "12345",
        "grid": "990102001",
        "opened": "2026-03-02T09:00:00+08:00",
    }
    return {column: cells.get(column, sound.get(column, "")) for column in COLUMNS}


def text_of(rows: Iterable[dict[str, str]]) -> str:
    """The rows as CSV text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def csv_file(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    """The rows as a CSV file."""
    path.write_text(text_of(rows), encoding="utf-8")
    return path


def rejected(path: Path) -> list[dict[str, str]]:
    """The rows of a file of rejects."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))

"""What a terminal shows: tables that line up, Chinese text included, and how far a long piece of work has come."""

from __future__ import annotations

import json
import time
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TextIO

import pandas as pd

from data.answers import Page
from data.citypack import CityPack, PackError
from data.clocks import ZoneClock
from data.grids import Grid
from data.indicators import INDICATORS, Figure, shown
from data.plain import plain_rows
from data.reference import Reference
from data.words import word

_BAR = 30
_REDRAW_SECONDS = 0.1
_LINE_SECONDS = 5.0


def width(text: str) -> int:
    """How many columns a terminal takes for the text: Chinese characters take two."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def table(header: Sequence[str], rows: Iterable[Sequence[object]], numbers: Collection[str] = ()) -> str:
    """The rows under their header, columns aligned, those named in `numbers` to the right; None is shown as a dash."""
    lines = [list(header), *(["—" if cell is None else _line(str(cell)) for cell in row] for row in rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(header))]
    right = [name in numbers for name in header]
    return "\n".join(
        "  ".join(
            " " * (room - width(cell)) + cell if to_right else cell + " " * (room - width(cell))
            for cell, room, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def _line(text: str) -> str:
    """The text on one line, without what a terminal would obey."""
    return "".join(
        " " if character.isspace() else character
        for character in text
        if character.isprintable() or character.isspace()
    )


_FIGURE = ("value", "numerator", "denominator")


def totals_table(figures: Mapping[str, Figure]) -> str:
    """Each indicator with its value as people read it, and what it was made from."""
    rows = [
        (key, INDICATORS[key].label_zh, shown(key, each.value), each.numerator, each.denominator)
        for key, each in figures.items()
    ]
    return table(("indicator", "name", *_FIGURE), rows, _FIGURE)


def groups_table(frame: pd.DataFrame) -> str:
    """Figures by group (FIGURE_COLUMNS), a line for each group and indicator."""
    rows = [(row["group"], row["name"], row["key"], *_figure(row["key"], row)) for row in plain_rows(frame)]
    return table(("group", "name", "indicator", *_FIGURE), rows, _FIGURE)


def rank_table(indicator: str, minimum: int, frame: pd.DataFrame) -> str:
    """A ranking (RANK_COLUMNS), and how many grids have too few to be ranked."""
    rows = [(row["rank"], row["code"], row["name"], *_figure(indicator, row)) for row in plain_rows(frame)]
    few = int(frame["too_few"].sum())
    note = f"\n\n{few} grids with fewer than {minimum} in the denominator have no rank" if few else ""
    return table(("rank", "code", "name", *_FIGURE), rows, ("rank", *_FIGURE)) + note


def _figure(indicator: str, row: Mapping[str, Any]) -> tuple[object, ...]:
    return shown(indicator, row["value"]), row["numerator"], row["denominator"]


def events_table(page: Page, clock: ZoneClock) -> str:
    """A page of events, times in the city's zone, and where the next page starts."""

    def local(at: Any) -> str | None:
        return None if pd.isna(at) else f"{clock.local(int(at)):%Y-%m-%d %H:%M}"

    rows = [
        (
            row.key,
            row.status,
            local(row.reported_at),
            local(row.handle_due_at),
            row.grid_name,
            row.category_name,
            row.title,
        )
        for row in page.rows.itertuples()
    ]
    more = f"\n\nmore: --after {page.next}" if page.next is not None else ""
    return table(("key", "status", "reported", "due", "grid", "category", "title"), rows) + more


def trace_table(trace: Mapping[str, Any]) -> str:
    """One event (`data.plain.plain_trace`): what is known of it, then its steps."""
    fields = [(name, value) for name, value in trace["event"].items() if value not in (None, "")]
    steps = [
        (step["seq"], step["kind"], step["at"], step["actor"], step["note"], _detail(step["detail"]))
        for step in trace["steps"]
    ]
    return (
        table(("field", "value"), fields)
        + "\n\n"
        + table(("step", "kind", "at", "actor", "note", "detail"), steps, ("step",))
    )


def _detail(detail: Mapping[str, Any]) -> str:
    return json.dumps(detail, ensure_ascii=False) if detail else ""


def grids_table(grids: Sequence[Grid]) -> str:
    """Grids in the order of the tree, set in by their depth below the first."""
    rows = [
        ("  " * (each.depth - grids[0].depth) + each.code, each.name, each.level, each.kind or "")
        for each in grids
    ]
    return table(("code", "name", "level", "kind"), rows)


def city_table(city: Reference, freshness: pd.DataFrame) -> str:
    """The city: its levels with their grids, and its sources (FRESHNESS_COLUMNS)."""
    names = {level["key"]: level["name"] for level in city.config["levels"]}
    held = pd.Series([grid.level for grid in city.tree]).value_counts(sort=False)
    levels = [(key, names.get(str(key), ""), f"{count:,}") for key, count in held.items()]
    sources = [tuple(row.values()) for row in plain_rows(freshness)]
    marks = [
        word(key)
        for key, flag in (("data.illustrative", "illustrative"), ("data.demo", "demo"))
        if city.config.get(flag)
    ]
    return "\n\n".join(
        (
            f"{', '.join((f'{city.name} ({city.code})', city.zone, *marks))}\n"
            f"{len(city.categories):,} categories, {len(city.channels):,} channels, {len(city.limits):,} time limits",
            table(("level", "name", "grids"), levels, ("grids",)),
            table(("source", "last report", "last heard of"), sources) if sources else "no events yet",
        )
    )


def plain_findings(found: CityPack | PackError) -> dict[str, Any]:
    """What is known of a city pack, as JSON takes it."""
    broken = isinstance(found, PackError)
    return {
        "folder": str(found.folder),
        "usable": not broken,
        "faults": list(found.faults) if isinstance(found, PackError) else [],
        "warnings": list(found.warnings),
        "repairs": list(found.repairs),
    }


def findings_text(found: CityPack | PackError) -> str:
    """What is known of a city pack, as people read it."""
    if isinstance(found, PackError):
        head = str(found)
    else:
        head = (
            f"{found.name} ({found.code}): no fault in {len(found.grids):,} grids, {len(found.shapes):,} shapes, "
            f"{len(found.categories):,} categories, {len(found.channels):,} channels, {len(found.mappings):,} mappings"
        )
    parts = [head]
    for title, sentences in (("to look at", found.warnings), ("mended when it is loaded", found.repairs)):
        if sentences:
            parts.append("\n".join((f"{title}:", *(f"- {sentence}" for sentence in sentences))))
    return "\n\n".join(parts)


class ProgressBar:
    """A `data.counters.Progress` on a stream: a bar that is redrawn on a terminal, now and then a line elsewhere.

    Use it in a with statement: a bar is taken away at the end, so that what follows stands on a line of its own.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._what = ""
        self._told_at = float("-inf")
        self._drawn = 0

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def __call__(self, what: str, share: float) -> None:
        """Shows what is being done and how much of it is done (0 to 1)."""
        now = time.monotonic()
        fresh = what != self._what
        if not fresh and now - self._told_at < (_REDRAW_SECONDS if self._terminal else _LINE_SECONDS):
            return
        self._what, self._told_at = what, now
        done = min(max(share, 0.0), 1.0)
        if self._terminal:
            filled = round(done * _BAR)
            line = f"  {what:<22} [{'#' * filled}{'.' * (_BAR - filled)}] {done:4.0%}"
            self._clear()
            self._stream.write(line)
            self._drawn = width(line)
        else:
            self._stream.write(f"  {what} …\n" if fresh else f"  {what} {done:.0%}\n")
        self._stream.flush()

    def _clear(self) -> None:
        if self._drawn:
            self._stream.write(f"\r{' ' * self._drawn}\r")
            self._stream.flush()
            self._drawn = 0

"""Answers of the store turned into the rows, cells and points that tables, maps and charts take."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from data.answers import Trace
from data.clocks import HOUR, MINUTE, Instant, ZoneClock
from data.indicators import INDICATORS, NO_DATA, shown
from data.periods import Period
from data.words import word
from layouts import text
from layouts.parts.header import SourceAge
from layouts.parts.tables import EventRow, GroupRow, RankRow
from layouts.parts.trace import StepLine
from maps.charts import Point
from maps.choropleth import Cell, count_text

MINIMUM = 10
"""Fewer due events than this are too few to judge a grid by (DESIGN, section 3)."""

_STALE = 24 * HOUR


def cells(frame: pd.DataFrame, key: str, *, own: bool = False) -> list[Cell]:
    """The cells of a map from FIGURE_COLUMNS; `own` takes the scope's own row instead of those of its children."""
    rate = INDICATORS[key].kind == "rate"
    return [
        Cell(
            code=row["group"],
            name=row["name"],
            value=None if pd.isna(row["value"]) else float(row["value"]),
            numerator=int(row["numerator"]),
            denominator=None if pd.isna(row["denominator"]) else int(row["denominator"]),
            too_few=rate and not pd.isna(row["denominator"]) and int(row["denominator"]) < MINIMUM,
        )
        for row in _records(frame[(frame["key"] == key) & (frame["own"] == own)])
    ]


def leaf_cell(frame: pd.DataFrame, key: str, code: str, name: str) -> Cell:
    """The cell of a grid without grids below, whose figures stand in its own row (no row: no events)."""
    for cell in cells(frame, key, own=True):
        return replace(cell, code=code, name=name)
    return Cell(code, name, None, 0, None if INDICATORS[key].kind == "count" else 0)


def rank_rows(
    frame: pd.DataFrame, key: str, current: str, href: Callable[[str], str]
) -> tuple[list[RankRow], list[RankRow]]:
    """The ranked grids and, apart, those with too few due events, from RANK_COLUMNS."""
    rate = INDICATORS[key].kind == "rate"
    judged = frame[~frame["too_few"].astype(bool)]
    highest = 1.0 if rate else float(judged["value"].max()) if not judged.empty else 1.0
    ranked: list[RankRow] = []
    few: list[RankRow] = []
    for row in _records(frame):
        value = None if pd.isna(row["value"]) else float(row["value"])
        denominator = None if pd.isna(row["denominator"]) else int(row["denominator"])
        made = RankRow(
            rank=NO_DATA if pd.isna(row["rank"]) else str(int(row["rank"])),
            name=row["name"],
            href=href(row["code"]),
            value=shown(key, value),
            n=count_text(int(row["numerator"]), denominator) if rate else None,
            share=(value or 0.0) / highest if highest and not row["too_few"] else 0.0,
            current=row["code"] == current,
        )
        (few if row["too_few"] else ranked).append(made)
    return ranked, few


def own_row(frame: pd.DataFrame, key: str) -> RankRow | None:
    """What lies in the scope itself and in none of its children; None where there is nothing."""
    for cell in cells(frame, key, own=True):
        if cell.numerator or cell.denominator:
            n = None if cell.denominator is None else count_text(cell.numerator, cell.denominator)
            return RankRow(NO_DATA, word("grid.own"), "", shown(key, cell.value), n, 0.0)
    return None


def group_rows(frame: pd.DataFrame, key: str) -> list[GroupRow]:
    """Categories or channels from FIGURE_COLUMNS, most received first; those without any figure are left out."""
    rate = INDICATORS[key].kind == "rate"
    received = {row["group"]: row for row in _records(frame[frame["key"] == "received"])}
    chosen = {row["group"]: row for row in _records(frame[frame["key"] == key])}
    total = sum(int(row["numerator"]) for row in received.values())
    most = max((int(row["numerator"]) for row in received.values()), default=0)
    rows = []
    for code, row in sorted(received.items(), key=lambda item: (-int(item[1]["numerator"]), item[1]["name"])):
        count, figure = int(row["numerator"]), chosen.get(code)
        denominator = None if figure is None or pd.isna(figure["denominator"]) else int(figure["denominator"])
        numerator = 0 if figure is None else int(figure["numerator"])
        if not count and not numerator and not denominator:
            continue
        rows.append(
            GroupRow(
                name=row["name"],
                received=f"{count:,}",
                share_text=f"{count / total:.1%}" if total else NO_DATA,
                share=count / most if most else 0.0,
                value=NO_DATA
                if figure is None or pd.isna(figure["value"])
                else shown(key, float(figure["value"])),
                n=count_text(numerator, denominator) if rate else None,
            )
        )
    return rows


def points(
    frame: pd.DataFrame,
    key: str,
    clock: ZoneClock,
    buckets: Sequence[tuple[str, Period]],
    unit: str,
    as_of: Instant,
) -> list[Point]:
    """The points of a trend: one for each bucket in order; a bucket that the answer lacks has no data.

    A bucket that is not over by `as_of` is marked as such.
    """
    found = {row["group"]: row for row in _records(frame[frame["key"] == key])}
    count = INDICATORS[key].kind == "count"
    made = []
    for label, bucket in buckets:
        full, short = text.bucket(clock, bucket, unit)
        open_ = bucket.end > as_of
        full = word("trend.partial").format(label=full) if open_ else full
        row = found.get(label)
        if row is None:
            made.append(Point(full, short, 0.0 if count else None, 0, None if count else 0, open_))
            continue
        denominator = None if pd.isna(row["denominator"]) else int(row["denominator"])
        value = None if pd.isna(row["value"]) else float(row["value"])
        made.append(Point(full, short, value, int(row["numerator"]), denominator, open_))
    return made


def event_list(
    frame: pd.DataFrame, clock: ZoneClock, now: Instant, href: Callable[[int], str]
) -> list[EventRow]:
    """The rows of the event list from EVENT_COLUMNS."""
    made = []
    for row in _records(frame):
        minutes = row["overdue_minutes"]
        late = not pd.isna(minutes) and float(minutes) > 0
        made.append(
            EventRow(
                key=row["key"],
                title=row["title"] or row["category_name"],
                category=row["category_name"]
                if row["title"] != row["category_name"]
                else row["channel_name"],
                grid=row["grid_name"],
                reported=text.short_moment(clock, _instant(row["reported_at"]), now),
                due=text.short_moment(clock, _instant(row["handle_due_at"]), now),
                overdue=text.length(int(float(minutes) * MINUTE)) if late else NO_DATA,
                status=word(f"status.{row['status']}"),
                href=href(int(row["id"])),
            )
        )
    return made


def source_ages(frame: pd.DataFrame, clock: ZoneClock, now: Instant) -> list[SourceAge]:
    """Each source with the age of its newest report; a day without any is marked."""
    made = []
    for row in _records(frame):
        newest = _instant(row["last_reported_at"])
        made.append(
            SourceAge(
                source=row["source"],
                newest=text.moment(clock, newest),
                age=text.age(newest, now),
                stale=newest is None or now - newest > _STALE,
            )
        )
    return made


_FACTS = (
    ("trace.category", "category_name"),
    ("trace.channel", "channel_name"),
    ("trace.grid", "grid_name"),
    ("trace.address", "address"),
    ("trace.unit", "unit"),
    ("trace.source", "source"),
    ("trace.description", "description"),
)
_INSTANTS = (
    ("trace.reported_at", "reported_at"),
    ("trace.accept_due_at", "accept_due_at"),
    ("trace.accepted_at", "accepted_at"),
    ("trace.handle_due_at", "handle_due_at"),
    ("trace.suspended_until", "suspended_until"),
    ("trace.handled_at", "handled_at"),
    ("trace.closed_at", "closed_at"),
)


def facts(trace: Trace, clock: ZoneClock) -> list[tuple[str, str]]:
    """The event's fields as pairs of a label and a text; what is unknown is left out."""
    event = trace.event
    made = [(word(label), str(event[name])) for label, name in _FACTS if event.get(name)]
    made += [
        (word(label), text.moment(clock, at))
        for label, name in _INSTANTS
        if (at := _instant(event.get(name))) is not None
    ]
    if event.get("extensions"):
        made.append((word("trace.extensions"), str(event["extensions"])))
    if event.get("due_provisional"):
        made.append((word("trace.handle_due_at"), word("trace.provisional")))
    return made


def step_lines(trace: Trace, clock: ZoneClock) -> list[StepLine]:
    """The event's steps; one that was recorded more than ten minutes after it happened says so."""
    made = []
    for row in _records(trace.steps):
        at, recorded = int(row["at"]), _instant(row["recorded_at"])
        late = recorded is not None and recorded - at > 10 * MINUTE
        made.append(
            StepLine(
                name=word(f"kind.{row['kind']}"),
                kind=str(row["kind"]),
                at=text.moment(clock, at),
                actor=str(row["actor"] or ""),
                note=str(row["note"] or ""),
                details=_details(row["detail"], clock),
                late=word("trace.recorded").format(at=text.moment(clock, recorded)) if late else "",
            )
        )
    return made


def _details(detail: Any, clock: ZoneClock) -> list[tuple[str, str]]:
    """The details of a step that have a name in words; a mapping, its JSON text, or nothing."""
    found = _mapping(detail)
    made = []
    for name, value in found.items():
        if name == "rating" and value in {1, 2, 3, 4, 5}:
            made.append((word("detail.rating"), word(f"rating.{value}")))
        elif name in {"due_at", "until", "handle_due_at", "accept_due_at"} and isinstance(value, int):
            made.append((word(f"detail.{name}"), text.moment(clock, value)))
        elif name in {"solved", "approved", "by_default"} and isinstance(value, bool):
            made.append((word(f"detail.{name}"), word("yes") if value else word("no")))
        elif name in {"unit", "grid", "category"} and value:
            made.append((word(f"detail.{name}"), str(value)))
        elif name == "changes" and isinstance(value, Mapping):
            made += _changes(value, clock)
    return made


def _changes(changes: Mapping[str, Any], clock: ZoneClock) -> list[tuple[str, str]]:
    """The deadlines that a step moved, as old and new."""
    return [
        (
            word(f"detail.{name}"),
            word("detail.changed").format(*(text.moment(clock, _instant(at)) for at in changes[name])),
        )
        for name in ("accept_due_at", "handle_due_at")
        if name in changes
    ]


def _mapping(detail: Any) -> Mapping[str, Any]:
    if isinstance(detail, str) and detail:
        detail = json.loads(detail)
    return detail if isinstance(detail, Mapping) else {}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = [frame[name].tolist() for name in frame.columns]
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _instant(value: Any) -> Instant | None:
    return None if value is None or pd.isna(value) else int(value)

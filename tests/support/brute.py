"""The indicators of DESIGN section 3 in plain Python over event rows: the judge of every faster way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import select

from data.clocks import HOUR, Instant
from data.events import Operation, Outcome
from data.grains import GRAINS, Grain
from data.indicators import Figure
from data.lifecycle import Kind, Report, Row, advance, begin
from data.measures import MEASURE_NAMES, MEASURES
from data.periods import Period
from data.reference import Reference
from data.schema import ROLLUP_KEY, event, rollup
from data.store import Store

EventRow: TypeAlias = Mapping[str, Any]

Told: TypeAlias = dict[str, tuple[int, int | None]]
"""Numerator and denominator by indicator; None for a count."""


def brute_figures(rows: Iterable[EventRow], period: Period, as_of: Instant) -> Told:
    """Every indicator over rows that are as they were at the as-of instant."""
    valid = [row for row in rows if row["withdrawn_at"] is None]

    def during(row: EventRow, name: str) -> bool:
        return row[name] is not None and period.start <= row[name] < period.end

    def in_time(row: EventRow) -> bool:
        return row["handled_at"] is not None and row["handled_at"] <= row["handle_due_at"]

    received = [row for row in valid if during(row, "reported_at") and row["reported_at"] <= as_of]
    accepted = [row for row in valid if during(row, "accepted_at")]
    closed = [row for row in valid if during(row, "closed_at")]
    judged = [row for row in valid if row["handle_due_at"] is not None and row["exempted_at"] is None]
    accept_due = [row for row in valid if during(row, "accept_due_at") and row["accept_due_at"] <= as_of]
    handle_due = [row for row in judged if during(row, "handle_due_at") and row["handle_due_at"] <= as_of]
    received_closed = [row for row in received if row["closed_at"] is not None]
    received_judged = [row for row in judged if row in received_closed]
    closed_judged = [row for row in judged if during(row, "closed_at")]
    rated = [row for row in valid if during(row, "rated_at")]
    closed_rated = [row for row in closed if row["rated_at"] is not None]
    overdue = [
        row
        for row in valid
        if row["closed_at"] is None and row["handle_due_at"] is not None and row["handle_due_at"] < as_of
    ]
    return {
        "received": (len(received), None),
        "accepted": (len(accepted), None),
        "closed": (len(closed), None),
        "acceptance_timeliness": (
            sum(
                row["accepted_at"] is not None and row["accepted_at"] <= row["accept_due_at"]
                for row in accept_due
            ),
            len(accept_due),
        ),
        "handling_timeliness": (sum(map(in_time, handle_due)), len(handle_due)),
        "completion": (len(received_closed), len(received)),
        "on_time_closure": (sum(map(in_time, closed_judged)), len(closed_judged)),
        "received_on_time_closure": (sum(map(in_time, received_judged)), len(received_judged)),
        "satisfaction": (sum(row["rating"] in (3, 4, 5) for row in rated), len(rated)),
        "rating_participation": (len(closed_rated), len(closed)),
        "overdue_open": (len(overdue), None),
        "rework": (sum(row["reworked_at"] is not None for row in closed), len(closed)),
        "false_closure": (
            sum(row["rating"] in (1, 2) and row["solved"] == 0 for row in closed_rated),
            len(closed_rated),
        ),
    }


def counted_by_hand(name: str, row: EventRow) -> bool:
    """Whether an event counts for a measure, from DESIGN section 3 in words."""
    if row["withdrawn_at"] is not None:
        return False
    due, handled, closed = row["handle_due_at"], row["handled_at"], row["closed_at"]
    has_verdict = due is not None and row["exempted_at"] is None
    on_time = has_verdict and handled is not None and not handled > due
    match name:
        case "received" | "accepted" | "accept_due" | "closed" | "rated":
            return True
        case "received_closed":
            return closed is not None
        case "received_closed_judged":
            return closed is not None and has_verdict
        case "received_closed_on_time":
            return closed is not None and on_time
        case "accept_on_time":
            accepted, accept_due = row["accepted_at"], row["accept_due_at"]
            return accepted is not None and accept_due is not None and not accepted > accept_due
        case "handle_due" | "closed_judged":
            return has_verdict
        case "handle_on_time" | "closed_on_time":
            return on_time
        case "closed_rated":
            return row["rated_at"] is not None
        case "closed_reworked":
            return row["reworked_at"] is not None
        case "closed_false":
            return row["rating"] in (1, 2) and row["solved"] == 0
        case "satisfied":
            return row["rating"] in (3, 4, 5)
    raise AssertionError(f"no words for the measure {name}")


def cells_by_hand(
    reference: Reference, rows: Iterable[EventRow], grains: Sequence[Grain] = GRAINS
) -> dict[tuple[int, ...], dict[str, int]]:
    """Every counter of the grains over event rows: measures by (grain, bucket, grid, category, channel)."""
    cells: dict[tuple[int, ...], dict[str, int]] = {}
    clock, tree = reference.clock, reference.tree
    for row in rows:
        line = [*(grid.id for grid in tree.ancestors(tree.by_id(row["grid_id"]).code)), row["grid_id"]]
        for measure in MEASURES:
            at = row[measure.at]
            if at is None or not counted_by_hand(measure.name, row):
                continue
            local = clock.local(at)
            days = local.date().toordinal() - date(1970, 1, 1).toordinal()
            for grain in grains:
                number = days if grain.unit.of == "day" else at // HOUR
                key = (
                    grain.id,
                    number // grain.unit.size,
                    line[-1] if grain.depth is None else line[min(grain.depth, len(line) - 1)],
                    row["category_id"] if grain.by_category else 0,
                    row["channel_id"] if grain.by_channel else 0,
                )
                cell = cells.setdefault(key, {})
                cell[measure.name] = cell.get(measure.name, 0) + 1
    return cells


def stored_cells(store: Store) -> dict[tuple[int, ...], dict[str, int]]:
    """The counters of a store as `cells_by_hand` gives them."""
    with store.reading() as connection:
        rows = connection.execute(select(rollup)).mappings().all()
    cells = {
        tuple(row[name] for name in ROLLUP_KEY): {name: row[name] for name in MEASURE_NAMES if row[name]}
        for row in rows
    }
    return {key: cell for key, cell in cells.items() if cell}


def told(figures: Mapping[str, Figure]) -> Told:
    """What figures say, without their values."""
    return {key: (figure.numerator, figure.denominator) for key, figure in figures.items()}


def event_rows(store: Store) -> list[dict[str, Any]]:
    """Every event row of a store, in the order of ids."""
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(select(event).order_by(event.c.id)).mappings()]


def replay(
    reference: Reference, operations: Sequence[Operation], outcomes: Sequence[Outcome], as_of: Instant
) -> list[Row]:
    """The event rows at an instant: what was applied up to it, told anew in the same order."""
    rows: dict[tuple[str, str], Row] = {}
    kinds: dict[tuple[str, str], set[Kind]] = {}
    for operation, outcome in zip(operations, outcomes, strict=True):
        if outcome.status not in ("added", "applied") or operation.at > as_of:
            continue
        place = operation.source, operation.key
        if isinstance(operation, Report):
            rows[place] = begin(reference.rules, operation)
            kinds[place] = {Kind.REPORT}
        else:
            rows[place] = advance(reference.rules, rows[place], operation, kinds[place])
            kinds[place].add(operation.kind)
    return list(rows.values())


def inside(
    rows: Iterable[EventRow],
    reference: Reference,
    scope: str,
    categories: Sequence[str] | None = None,
    channels: Sequence[str] | None = None,
) -> list[EventRow]:
    """The rows of a scope and filters."""
    grid = reference.tree.get(scope)
    wanted_categories = None if categories is None else {reference.categories[code].id for code in categories}
    wanted_channels = None if channels is None else {reference.channels[code].id for code in channels}
    return [
        row
        for row in rows
        if grid.id <= row["grid_id"] <= grid.last_id
        and (wanted_categories is None or row["category_id"] in wanted_categories)
        and (wanted_channels is None or row["channel_id"] in wanted_channels)
    ]

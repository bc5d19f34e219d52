"""Sums as of any instant. Those of a past one are today's counters, less what has become known since: few events are
changed, withdrawn or exempted later, and few are closed or rated long after the step before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, FromClause, literal_column, select

from data.clocks import DAY, ZoneClock
from data.facts import ArrayFacts
from data.measures import FACT_COLUMNS, KEY_COLUMNS, Measure
from data.periods import Period
from data.queries import sums
from data.queries.counted import Counted, Ints
from data.queries.plan import By, Plan
from data.reference import Reference
from data.schema import SLOW, event, event_past, slow
from data.store import State

_SETTLED_LATER = {
    "received_closed": "closed_at",
    "received_closed_judged": "closed_at",
    "received_closed_on_time": "closed_at",
    "closed_rated": "rated_at",
    "closed_false": "rated_at",
}
"""Measures that an ordinary step after their milestone still decides, and its instant. Every other one is settled at
its milestone: what follows can only overwrite, withdraw or exempt."""

_COLUMNS = (*KEY_COLUMNS, *FACT_COLUMNS)

_READ_BY = {
    "closed_at": ("reported_at", "closed_at", "handled_at", "handle_due_at", "exempted_at", "withdrawn_at"),
    "rated_at": ("closed_at", "rated_at", "withdrawn_at", "rating", "solved"),
}
"""The facts by which the measures are counted that a step settles later, the milestone before the step first."""


def sums_at(connection: Connection, reference: Reference, state: State, wanted: Plan) -> Counted:
    """`sums.sums` as of the plan's instant, now or past."""
    if state.counters_stale or wanted.as_of >= state.latest_at or not sums.has_grain(wanted):
        return sums.sums(connection, reference, state, wanted)
    return _then(connection, reference, state, wanted)


def _then(connection: Connection, reference: Reference, state: State, wanted: Plan) -> Counted:
    period = Period(wanted.period.start, max(wanted.period.start, min(wanted.period.end, wanted.as_of + 1)))
    if period.start == period.end:
        return Counted()
    today = replace(wanted, period=period, as_of=max(period.end, state.latest_at))
    totals = sums.sums(connection, reference, state, today)
    by_grid = _by_grid(reference, state, wanted)
    _add_changes(connection, reference, wanted, ((wanted.measures, period),), totals, by_grid)
    for step in _READ_BY:
        settled = tuple(each for each in wanted.measures if _SETTLED_LATER.get(each.name) == step)
        if settled:
            _take_recent(connection, reference, wanted, step, settled, period, totals, by_grid)
    return totals


def _by_grid(reference: Reference, state: State, wanted: Plan) -> bool:
    """Whether a scope is so small that what changed since is sought among all its events, not among all changes."""
    grids = wanted.scope.last_id - wanted.scope.id + 1
    return grids * sums.GRID_DAYS * DAY < (state.latest_at - wanted.as_of) * (reference.tree.places - 1)


def _take_recent(
    connection: Connection,
    reference: Reference,
    wanted: Plan,
    step: str,
    measures: Sequence[Measure],
    period: Period,
    totals: Counted,
    by_grid: bool,
) -> None:
    """Takes away what an ordinary step after the as-of instant has settled: it came soon after the one before, which is
    sought in the last days alone. What came slowly is among the changes."""
    before, *_ = _READ_BY[step]
    since = max(period.start - 1, wanted.as_of - SLOW - 1)
    at: ColumnElement[int] = literal_column(str(wanted.as_of))
    where = [
        *([] if by_grid else [event.c.category_id.in_(tuple(reference.category_by_id))]),
        event.c[before] > literal_column(str(since)),
        event.c[before] <= at,
        event.c[step] > at,
        event.c[step] - event.c[before] <= literal_column(str(SLOW)),
        *_untouched(at),
    ]
    facts = ArrayFacts(_facts(connection, event, wanted, where, by_grid, (*KEY_COLUMNS, *_READ_BY[step])))
    _add_counted(totals, reference.clock, wanted.by, -1, facts, measures, period)


def _untouched(at: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """SQL: since the instant neither changed nor withdrawn nor exempted."""
    return [
        event.c.changed_at.is_(None) | (event.c.changed_at <= at),
        event.c.withdrawn_at.is_(None) | (event.c.withdrawn_at <= at),
        event.c.exempted_at.is_(None) | (event.c.exempted_at <= at),
    ]


def _add_changes(
    connection: Connection,
    reference: Reference,
    wanted: Plan,
    asked: Sequence[tuple[tuple[Measure, ...], Period]],
    totals: Counted,
    by_grid: bool,
) -> None:
    """Takes away what the events that were touched since count for now, and adds what they counted for then."""
    at: ColumnElement[int] = literal_column(str(wanted.as_of))
    unchanged, standing, unexempted = _untouched(at)
    later = [
        [unchanged, event.c.withdrawn_at > at],
        [unchanged, standing, event.c.exempted_at > at],
    ]
    slow_steps = {
        _SETTLED_LATER[each.name] for measures, _ in asked for each in measures if each.name in _SETTLED_LATER
    }
    for number, name in enumerate(sorted(slow_steps)):
        # An event that was closed and rated since is taken for its closing.
        closed_before = [event.c.closed_at <= at] if number else []
        later.append([unchanged, standing, unexempted, slow(name), event.c[name] > at, *closed_before])
    overwritten = _facts(connection, event, wanted, [event.c.changed_at > at], by_grid)
    before = _facts(
        connection, event_past, wanted, [event_past.c.from_at <= at, event_past.c.until_at > at], False
    )
    filled = [_facts(connection, event, wanted, where, by_grid) for where in later]
    for sign, columns in (
        (-1, overwritten),
        (1, before),
        *((sign, each) for each in filled for sign in (-1, 1)),
    ):
        facts = ArrayFacts(columns) if sign < 0 else ArrayFacts(columns).as_of(wanted.as_of)
        for measures, period in asked:
            _add_counted(totals, reference.clock, wanted.by, sign, facts, measures, period)


def _facts(
    connection: Connection,
    table: FromClause,
    wanted: Plan,
    where: Sequence[ColumnElement[bool]],
    by_grid: bool,
    names: tuple[str, ...] = _COLUMNS,
) -> dict[str, NDArray[np.float64]]:
    """Keys and facts of some events within the plan's scope and filters, as float64 columns with NaN for unknown."""
    conditions = [*where, table.c.reported_at + 0 <= wanted.as_of]
    if wanted.scope.depth > 0:
        inside = table.c.grid_id if by_grid else table.c.grid_id + 0
        conditions.append(inside.between(wanted.scope.id, wanted.scope.last_id))
    for column, ids in ((table.c.category_id, wanted.categories), (table.c.channel_id, wanted.channels)):
        if ids is not None:
            conditions.append((column + 0).in_(ids))
    statement = select(*[table.c[name] for name in names]).where(*conditions)
    rows: Any = connection.execute(statement).fetchall()
    block = np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, len(names))
    return {name: block[:, place] for place, name in enumerate(names)}


def _add_counted(
    totals: Counted,
    clock: ZoneClock,
    by: By,
    sign: int,
    facts: ArrayFacts,
    measures: Sequence[Measure],
    period: Period,
) -> None:
    for measure in measures:
        at = facts.get(measure.at)
        hit = np.flatnonzero(
            (at >= period.start) & (at < period.end) & np.asarray(measure.when(facts), dtype=bool)
        )
        if len(hit):
            keys = _group(clock, by, facts.columns, at[hit].astype(np.int64), hit)
            totals.parts.append((keys, (measure.name,), np.full((len(hit), 1), sign, dtype=np.int64)))


def _group(
    clock: ZoneClock, by: By, columns: Mapping[str, NDArray[np.float64]], at: Ints, hit: NDArray[np.intp]
) -> Ints:
    if by == "nothing":
        return np.zeros(len(hit), dtype=np.int64)
    if by in ("hour", "day"):
        return clock.hour_number(at) if by == "hour" else clock.day_number(at)
    return columns[f"{by}_id"][hit].astype(np.int64)

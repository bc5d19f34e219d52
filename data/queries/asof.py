"""Sums as of any instant. Those of a past one are today's counters, less what has become known since: few events are
changed, withdrawn or exempted later, and few are closed or rated long after the step before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    literal,
    literal_column,
    or_,
    select,
)

from data.clocks import ZoneClock
from data.facts import ArrayFacts
from data.indicators import OVERDUE_OPEN
from data.measures import FACT_COLUMNS, KEY_COLUMNS, Measure
from data.periods import Period
from data.queries import sums
from data.queries.counted import Counted, Ints
from data.queries.plan import By, Plan
from data.queries.then import overwritten, unchanged
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
    if state.counters_stale or wanted.as_of >= state.latest_at:
        return sums.sums(connection, reference, state, wanted)
    if sums.has_grain(wanted):
        return _then(connection, reference, state, wanted)
    if sums.by_scope(reference, wanted, wanted.period.end - wanted.period.start):
        return _of_each(connection, reference, wanted)
    return sums.sums(connection, reference, state, wanted)


def _of_each(connection: Connection, reference: Reference, wanted: Plan) -> Counted:
    """The sums of a small scope, from each of its events as it stood then."""
    totals = Counted()
    for facts in _standing(connection, wanted):
        for measures, period in sums.by_range(wanted):
            _add_counted(totals, reference.clock, wanted.by, 1, facts, measures, period)
    return totals


def overdue_at(connection: Connection, reference: Reference, state: State, wanted: Plan) -> Counted:
    """`sums.overdue_open` as of the plan's instant, now or past."""
    if wanted.as_of >= state.latest_at or not _few_events(reference, state, wanted):
        return sums.overdue_open(connection, reference, state, wanted)
    totals = Counted()
    for facts in _standing(connection, wanted):
        at = facts.get("reported_at")
        late = facts.unknown("closed_at") & facts.unknown("withdrawn_at")
        late &= facts.get("handle_due_at") < wanted.as_of
        if wanted.by in ("hour", "day"):
            late &= (at >= wanted.period.start) & (at < wanted.period.end)
        hit = np.flatnonzero(late)
        if len(hit):
            keys = _group(reference.clock, wanted.by, facts.columns, at[hit].astype(np.int64), hit)
            totals.parts.append((keys, (OVERDUE_OPEN,), np.ones((len(hit), 1), dtype=np.int64)))
    return totals


def _few_events(reference: Reference, state: State, wanted: Plan) -> bool:
    """Whether a scope has fewer events than were changed since the plan's instant anywhere: one in ten is, or fewer."""
    return sums.by_scope(reference, wanted, (state.latest_at - wanted.as_of) // 10)


def _standing(connection: Connection, wanted: Plan) -> Iterator[ArrayFacts]:
    """The events of a small scope as they stood at the plan's instant: first those that still say the same."""
    at = literal(wanted.as_of, BigInteger)
    for table, where, by_grid in ((event, (unchanged(at),), True), (event_past, overwritten(at), False)):
        yield ArrayFacts(_facts(connection, table, wanted, Wanted(where), by_grid)).as_of(wanted.as_of)


def _then(connection: Connection, reference: Reference, state: State, wanted: Plan) -> Counted:
    period = Period(wanted.period.start, max(wanted.period.start, min(wanted.period.end, wanted.as_of + 1)))
    if period.start == period.end:
        return Counted()
    today = replace(wanted, period=period, as_of=max(period.end, state.latest_at))
    totals = sums.sums(connection, reference, state, today)
    settled = {
        step: tuple(each for each in wanted.measures if _SETTLED_LATER.get(each.name) == step)
        for step in _READ_BY
    }
    steps = [step for step, measures in settled.items() if measures]
    at = literal(wanted.as_of, BigInteger)
    by_grid = _few_events(reference, state, wanted)
    changed = [Wanted([event.c.changed_at > at]), *_filled_since(at, steps)]
    recent = [_settled_soon(reference, wanted, at, step, period, by_grid) for step in steps]
    touched, *others = _read(connection, wanted, [*changed, *recent], by_grid)
    before = Wanted(overwritten(at))

    def add(sign: int, columns: Mapping[str, NDArray[np.float64]], measures: Sequence[Measure]) -> None:
        facts = ArrayFacts(columns) if sign < 0 else ArrayFacts(columns).as_of(wanted.as_of)
        _add_counted(totals, reference.clock, wanted.by, sign, facts, measures, period)

    add(-1, touched, wanted.measures)
    add(1, _facts(connection, event_past, wanted, before, False), wanted.measures)
    filled = len(changed) - 1
    for columns in others[:filled]:
        add(-1, columns, wanted.measures)
        add(1, columns, wanted.measures)
    for step, columns in zip(steps, others[filled:], strict=True):
        add(-1, columns, settled[step])
    return totals


@dataclass(frozen=True)
class Wanted:
    """Some events: the conditions that tell them, and what of them is read."""

    where: Sequence[ColumnElement[bool]]
    names: tuple[str, ...] = _COLUMNS


def _settled_soon(
    reference: Reference, wanted: Plan, at: ColumnElement[int], step: str, period: Period, by_grid: bool
) -> Wanted:
    """What an ordinary step after the as-of instant has settled: it came soon after the one before, which is sought in
    the last days alone. What came slowly is among what was filled in since."""
    before, *_ = _READ_BY[step]
    since = max(period.start - 1, wanted.as_of - SLOW - 1)
    where = [
        *([] if by_grid else [event.c.category_id.in_(tuple(reference.category_by_id))]),
        event.c[before] > literal(since, BigInteger),
        event.c[before] <= at,
        event.c[step] > at,
        event.c[step] - event.c[before] <= literal_column(str(SLOW)),
        *_untouched(at),
    ]
    return Wanted(where, (*KEY_COLUMNS, *_READ_BY[step]))


def _untouched(at: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """SQL: since the instant neither changed nor withdrawn nor exempted."""
    return [
        unchanged(at),
        event.c.withdrawn_at.is_(None) | (event.c.withdrawn_at <= at),
        event.c.exempted_at.is_(None) | (event.c.exempted_at <= at),
    ]


def _filled_since(at: ColumnElement[int], steps: Sequence[str]) -> list[Wanted]:
    """What was withdrawn, exempted or slowly settled since: the event is as it was then, but for these instants."""
    same, standing, unexempted = _untouched(at)
    found = [
        [same, event.c.withdrawn_at > at],
        [same, standing, event.c.exempted_at > at],
    ]
    for number, name in enumerate(sorted(steps)):
        # An event that was closed and rated since is taken for its closing.
        closed_before = [event.c.closed_at <= at] if number else []
        found.append([same, standing, unexempted, slow(name), event.c[name] > at, *closed_before])
    return [Wanted(where) for where in found]


def _read(
    connection: Connection, plan: Plan, asked: Sequence[Wanted], by_grid: bool
) -> list[dict[str, NDArray[np.float64]]]:
    """The facts of each of the sets. A scope that is read as a whole is read once for all of them."""
    if not by_grid:
        return [_facts(connection, event, plan, each, False) for each in asked]
    conditions = [and_(*each.where) for each in asked]
    whole = Wanted([or_(*conditions)])
    block = _facts(connection, event, plan, whole, True, conditions)
    marks = [block.pop(f"in_{place}") == 1 for place in range(len(asked))]
    return [{name: block[name][mark] for name in each.names} for each, mark in zip(asked, marks, strict=True)]


def _facts(
    connection: Connection,
    table: FromClause,
    plan: Plan,
    asked: Wanted,
    by_grid: bool,
    marks: Sequence[ColumnElement[bool]] = (),
) -> dict[str, NDArray[np.float64]]:
    """Keys and facts of some events within the plan's scope and filters, as float64 columns with NaN for unknown, and
    a column `in_0`, `in_1`, … that is 1 where a mark holds."""
    conditions = [*asked.where, table.c.reported_at + 0 <= plan.as_of]
    if plan.scope.depth > 0:
        inside = table.c.grid_id if by_grid else table.c.grid_id + 0
        conditions.append(inside.between(plan.scope.id, plan.scope.last_id))
    for column, ids in ((table.c.category_id, plan.categories), (table.c.channel_id, plan.channels)):
        if ids is not None:
            conditions.append((column + 0).in_(ids))
    marked = [case((mark, literal_column("1")), else_=literal_column("0")) for mark in marks]
    columns = [*(table.c[name] for name in asked.names), *marked]
    rows: Any = connection.execute(select(*columns).where(*conditions)).fetchall()
    names = (*asked.names, *(f"in_{place}" for place in range(len(marks))))
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

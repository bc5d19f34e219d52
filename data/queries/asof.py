"""Sums as of any instant. Those of a past one are today's counters, less what has become known since: few events are
changed, withdrawn or exempted later, and few are closed or rated long after the step before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    Table,
    bindparam,
    literal,
    or_,
    select,
    union_all,
)

from data.clocks import ZoneClock
from data.facts import ArrayFacts, SqlFacts
from data.indicators import OVERDUE_OPEN
from data.measures import FACT_COLUMNS, KEY_COLUMNS, Measure
from data.periods import Period
from data.queries import own, sums
from data.queries.counted import Counted, Ints, numbers
from data.queries.plan import By, Plan
from data.queries.then import overwritten, unchanged
from data.reference import Reference
from data.schema import SLOW, event, event_past, slow
from data.store import State, plain_rows
from data.vectors import VectorCache

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

_LATE_SHARE = 100
"""One event in so many, or fewer, is closed late, times what an event costs more than an entry of an index."""

_NOW, _STANDING, _PAST = 1, 2, 3
"""What a row of `_touched` is: an event overwritten since as it is now, one that says the same but for what was
withdrawn or exempted since, and what an overwritten one said then."""


def sums_at(
    connection: Connection,
    reference: Reference,
    state: State,
    wanted: Plan,
    cache: VectorCache | None = None,
) -> Counted:
    """`sums.sums` as of the plan's instant, now or past. With a cache, a whole level's sums may come from its
    vectors."""
    if state.counters_stale or wanted.as_of >= state.latest_at:
        return _today(connection, reference, state, wanted, cache)
    vectors = cache is not None and own.serves(reference, state, replace(wanted, as_of=state.latest_at))
    if vectors or sums.has_grain(wanted):
        return _then(connection, reference, state, wanted, cache)
    if sums.by_scope(reference, wanted, wanted.period.end - wanted.period.start):
        return _of_each(connection, reference, wanted)
    return sums.sums(connection, reference, state, wanted)


def _today(
    connection: Connection, reference: Reference, state: State, wanted: Plan, cache: VectorCache | None
) -> Counted:
    if cache is not None and own.serves(reference, state, wanted):
        return own.by_level(connection, reference, cache, wanted)
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
    """Whether a scope's events are read sooner than the index of those that were closed late since the plan's instant
    anywhere: few are, and a whole event costs more than an entry of an index."""
    return sums.by_scope(reference, wanted, (state.latest_at - wanted.as_of) // _LATE_SHARE)


def _standing(connection: Connection, wanted: Plan) -> Iterator[ArrayFacts]:
    """The events of a small scope as they stood at the plan's instant: first those that still say the same."""
    at = literal(wanted.as_of, BigInteger)
    for table, where, by_grid in ((event, (unchanged(at),), True), (event_past, overwritten(at), False)):
        conditions = [*where, table.c.reported_at + 0 <= wanted.as_of]
        if wanted.scope.depth > 0:
            inside = table.c.grid_id if by_grid else table.c.grid_id + 0
            conditions.append(inside.between(wanted.scope.id, wanted.scope.last_id))
        for column, ids in ((table.c.category_id, wanted.categories), (table.c.channel_id, wanted.channels)):
            if ids is not None:
                conditions.append((column + 0).in_(ids))
        chosen = select(*[table.c[name] for name in _COLUMNS]).where(*conditions)
        rows = plain_rows(connection, chosen, {})
        yield ArrayFacts(_columns(_COLUMNS, rows)).as_of(wanted.as_of)


def _then(
    connection: Connection, reference: Reference, state: State, wanted: Plan, cache: VectorCache | None
) -> Counted:
    """Today's sums, less what a later step has settled, with what was overwritten, withdrawn or exempted since put back
    as it stood."""
    period = Period(wanted.period.start, max(wanted.period.start, min(wanted.period.end, wanted.as_of + 1)))
    if period.start == period.end:
        return Counted()
    today = replace(wanted, period=period, as_of=max(period.end, state.latest_at))
    totals = _today(connection, reference, state, today, cache)
    ways, touched = _touched(connection, wanted)

    def add(sign: int, facts: ArrayFacts, measures: Sequence[Measure], within: Period) -> None:
        _add_counted(totals, reference.clock, wanted.by, sign, facts, measures, within)

    present = ArrayFacts(_where(touched, ways != _PAST))
    add(-1, present, wanted.measures, period)
    add(1, ArrayFacts(_where(touched, ways != _NOW)).as_of(wanted.as_of), wanted.measures, period)
    for measures, before, step in _settled(wanted):
        _add_settled(connection, reference, wanted, period, measures, before, step, totals)
        # What is put back as it stood is not to be taken away twice.
        later = _where(present.columns, present.get(step) > wanted.as_of)
        add(1, ArrayFacts(later), measures, period)
    return totals


def _settled(wanted: Plan) -> Iterator[tuple[tuple[Measure, ...], str, str]]:
    """The wanted measures that a later step settles, with their milestone and that step."""
    groups: dict[tuple[str, str], list[Measure]] = defaultdict(list)
    for measure in wanted.measures:
        if measure.name in _SETTLED_LATER:
            groups[measure.at, _SETTLED_LATER[measure.name]].append(measure)
    for (before, step), measures in groups.items():
        yield tuple(measures), before, step


def _add_settled(
    connection: Connection,
    reference: Reference,
    wanted: Plan,
    period: Period,
    measures: tuple[Measure, ...],
    before: str,
    step: str,
    totals: Counted,
) -> None:
    """Takes away what the step settled after the as-of instant: it mostly came soon after the milestone before, which
    is sought in the last days alone; of what happened earlier only slow steps are still to come."""
    edge = min(max(period.start, wanted.as_of - SLOW + 1), period.end)
    values = {
        "as_of": wanted.as_of,
        "first_id": wanted.scope.id,
        "last_id": wanted.scope.last_id,
        "categories": tuple(reference.category_by_id) if wanted.categories is None else wanted.categories,
        "channels": wanted.channels or (),
    }
    names = tuple(measure.name for measure in measures)
    for slowly, part in ((False, Period(edge, period.end)), (True, Period(period.start, edge))):
        if part.start == part.end:
            continue
        statement = _settled_query(
            measures,
            before,
            step,
            SLOW if slowly else None,
            wanted.by,
            wanted.scope.depth > 0,
            wanted.categories is not None,
            wanted.channels is not None,
            connection.dialect.name == "sqlite",
            sums.offsets_within(reference.clock, part) if wanted.by in ("hour", "day") else None,
        )
        rows = plain_rows(connection, statement, values | {"start": part.start, "end": part.end})
        found = numbers(rows)
        if len(found):
            totals.parts.append((found[:, 0], names, -found[:, 1:]))


@lru_cache(maxsize=256)
def _settled_query(
    measures: tuple[Measure, ...],
    before: str,
    step: str,
    slow_after: int | None,
    by: By,
    below_city: bool,
    categories: bool,
    channels: bool,
    sqlite: bool,
    offsets: sums.Offsets | None,
) -> Select[Any]:
    """One row a group: the group, and how much each measure counts of what the step settled after the as-of instant.
    `slow_after` names the index that few are in, and stands here for the sake of the cache alone."""
    as_of = bindparam("as_of", type_=BigInteger)
    at = event.c[before]
    # Few are slow, and their indexes begin with the closing.
    leads = {before} if slow_after is None else {"closed_at"}
    began, ended = (
        event.c[name] if name in leads else sums.beside(event.c[name], sqlite) for name in (before, step)
    )
    where = [
        began >= bindparam("start", type_=BigInteger),
        began < bindparam("end", type_=BigInteger),
        ended > as_of,
    ]
    if below_city:
        inside = sums.beside(event.c.grid_id, sqlite)
        where.append(
            inside.between(bindparam("first_id", type_=Integer), bindparam("last_id", type_=Integer))
        )
    among: BindParameter[Any] = bindparam("categories", expanding=True)
    if slow_after is None:
        where.append(event.c.category_id.in_(among))
    else:
        where += [slow(step), *([(event.c.category_id + 0).in_(among)] if categories else [])]
    if channels:
        where.append((event.c.channel_id + 0).in_(bindparam("channels", expanding=True)))
    facts = SqlFacts(event.c)
    key = sums.event_group(by, event, at, offsets).label("key")
    query = select(key, *[sums.hits(measure.when(facts)) for measure in measures]).where(*where)
    return query if by == "nothing" else query.group_by("key")


def _touched(connection: Connection, wanted: Plan) -> tuple[Ints, Mapping[str, NDArray[np.float64]]]:
    """The events of the plan's scope and filters that were known at its instant and overwritten, withdrawn or exempted
    since: what each row is (_NOW, _STANDING, _PAST), and its keys and facts."""
    statement = _touched_query(
        wanted.scope.depth > 0,
        wanted.categories is not None,
        wanted.channels is not None,
        connection.dialect.name == "sqlite",
    )
    values = {
        "as_of": wanted.as_of,
        "first_id": wanted.scope.id,
        "last_id": wanted.scope.last_id,
        "categories": wanted.categories or (),
        "channels": wanted.channels or (),
    }
    columns = _columns(("way", *_COLUMNS), plain_rows(connection, statement, values))
    return columns.pop("way").astype(np.int64), columns


@lru_cache(maxsize=16)
def _touched_query(below_city: bool, categories: bool, channels: bool, sqlite: bool) -> CompoundSelect[Any]:
    as_of = bindparam("as_of", type_=BigInteger)
    withdrawn, exempted = event.c.withdrawn_at, event.c.exempted_at
    parts: list[tuple[int, Table, list[ColumnElement[bool]]]] = [
        (_NOW, event, [event.c.changed_at > as_of]),
        (_STANDING, event, [withdrawn > as_of, unchanged(as_of)]),
        (
            _STANDING,
            event,
            [exempted > as_of, unchanged(as_of), or_(withdrawn.is_(None), withdrawn <= as_of)],
        ),
        (_PAST, event_past, [*overwritten(as_of)]),
    ]
    selects = []
    for way, table, conditions in parts:
        where = [*conditions, sums.beside(table.c.reported_at, sqlite) <= as_of]
        if below_city:
            inside = sums.beside(table.c.grid_id, sqlite)
            where.append(
                inside.between(bindparam("first_id", type_=Integer), bindparam("last_id", type_=Integer))
            )
        if categories:
            where.append((table.c.category_id + 0).in_(bindparam("categories", expanding=True)))
        if channels:
            where.append((table.c.channel_id + 0).in_(bindparam("channels", expanding=True)))
        columns = [table.c[name] for name in _COLUMNS]
        selects.append(select(sums.plain(way).label("way"), *columns).where(*where))
    return union_all(*selects)


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, NDArray[np.float64]]:
    """Rows as float64 columns with NaN for unknown."""
    block = np.array(rows, dtype=np.float64).reshape(-1, len(names))
    return {name: block[:, place] for place, name in enumerate(names)}


def _where(
    columns: Mapping[str, NDArray[np.float64]], mark: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    return {name: column[mark] for name, column in columns.items()}


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

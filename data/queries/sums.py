"""The engine under every figure: sums of measures over a scope and a period, from counters where a grain has them.

Counters answer when nothing has happened after the as-of instant. A past as-of instant, a grouping that no grain keeps,
and the ragged ends of a period are counted from the events, whose indexes hold all that the measures need.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Executable,
    Integer,
    Select,
    Table,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    select,
    union_all,
)

from data.clocks import DAY, HOUR, Instant, ZoneClock
from data.facts import SqlFacts
from data.grains import DAYS, HOURS, Grain, Run, cover, family
from data.indicators import OVERDUE_OPEN
from data.measures import Measure
from data.periods import Period
from data.queries.counted import Counted, numbers
from data.queries.plan import By, Plan
from data.reference import Reference
from data.schema import TIME_FIRST, event, event_past, late
from data.store import State, driver_rows, plain_rows

_SEEK_LIMIT = 400
"""Up to so many buckets are sought one by one, which reads one grid's rows only; beyond, a range is read."""

GRID_DAYS = 10_000
"""Finding events by grid reads every row of the scope's past, finding them by time an index of the period: a row costs
ten times an index entry, and a past is taken to be a thousand days."""


def sums(connection: Connection, reference: Reference, state: State, wanted: Plan) -> Counted:
    """Sums of measures by group: 0 where nothing is grouped, else the id of the grid, category or channel, or the
    number of the local hour or day. A group without any event is absent or counts nothing."""
    totals = Counted()
    if state.counters_stale or wanted.as_of < state.latest_at:
        past = wanted.as_of < state.latest_at
        for measures, period in by_range(wanted):
            count_events(connection, reference, wanted, measures, period, past, totals)
        return totals
    grains = _grains(wanted)
    for measures, period in by_range(wanted):
        covered = cover(reference.clock, period, grains)
        read_counters(connection, reference, wanted, measures, covered.runs, totals)
        for remainder in covered.remainders:
            count_events(connection, reference, wanted, measures, remainder, False, totals)
    return totals


def by_range(wanted: Plan) -> Iterator[tuple[tuple[Measure, ...], Period]]:
    """Measures that share a range, with that range: deadlines end at the as-of instant, the others do not."""
    groups: dict[Period, list[Measure]] = defaultdict(list)
    for measure in wanted.measures:
        groups[wanted.range_of(measure.at)].append(measure)
    for period, measures in groups.items():
        if period.start < period.end:
            yield tuple(measures), period


def has_grain(wanted: Plan) -> bool:
    """Whether counters answer the plan."""
    return bool(_grains(wanted))


def _grains(wanted: Plan) -> tuple[Grain, ...]:
    """The grains that answer the plan, the longest unit first; () when none does."""
    depth = max(wanted.scope.depth, wanted.depth if wanted.by == "grid" else 0)
    by_category = wanted.categories is not None or wanted.by == "category"
    by_channel = wanted.channels is not None or wanted.by == "channel"
    grains = family(depth, by_category, by_channel)
    if wanted.by == "hour":
        return tuple(grain for grain in grains if grain.unit == HOURS)
    if wanted.by == "day":
        return tuple(grain for grain in grains if grain.unit in (HOURS, DAYS))
    return grains


def read_counters(
    connection: Connection,
    reference: Reference,
    wanted: Plan,
    measures: tuple[Measure, ...],
    runs: Iterable[Run],
    totals: Counted,
) -> None:
    """Adds the counters of some runs of buckets, by one statement for each unit that groups differently."""
    names = tuple(measure.name for measure in measures)
    postgresql = connection.dialect.name == "postgresql"
    of_hours = [run for run in runs if wanted.by == "day" and run[0].unit == HOURS]
    for some in (of_hours, [run for run in runs if run not in of_hours]):
        if not some:
            continue
        parts = [_counter_query(postgresql, names, run, wanted) for run in some]
        sql = " UNION ALL ".join(part for part, _ in parts)
        rows = driver_rows(connection, sql, tuple(chain.from_iterable(values for _, values in parts)))
        if some is of_hours:
            clock = reference.clock
            rows = [(clock.day_number(clock.hour_start(hour)), *values) for hour, *values in rows]
        totals.add(names, rows)


_GROUP_COLUMNS: dict[By, str] = {
    "nothing": "0",
    "grid": "grid_id",
    "category": "category_id",
    "channel": "channel_id",
    "hour": "bucket",
    "day": "bucket",
}


def _counter_query(
    postgresql: bool,
    names: tuple[str, ...],
    run: Run,
    wanted: Plan,
) -> tuple[str, tuple[Any, ...]]:
    """Driver SQL: it is the one statement of every figure, and building it anew would cost more than running it."""
    grain, first, last = run
    group = _GROUP_COLUMNS[wanted.by]
    seek = last - first <= _SEEK_LIMIT and wanted.scope.depth > 0
    conditions: list[str] = ["grain = ?"]
    values: list[Any] = [grain.id]

    def among(column: str, ids: Sequence[int]) -> None:
        if postgresql:
            conditions.append(f"{column} = ANY(?)")
            values.append(list(ids))
        else:
            conditions.append(f"{column} IN ({', '.join('?' * len(ids))})")
            values.extend(ids)

    if seek:
        among("bucket", range(first, last))
    else:
        conditions.append("bucket >= ? AND bucket < ?")
        values += [first, last]
    if grain.depth == wanted.scope.depth:
        # Whatever lies deeper in the scope was lifted to it.
        conditions.append("grid_id = ?")
        values.append(wanted.scope.id)
    elif wanted.scope.depth > 0:
        conditions.append("grid_id BETWEEN ? AND ?")
        values += [wanted.scope.id, wanted.scope.last_id]
    for column, ids in (("category_id", wanted.categories), ("channel_id", wanted.channels)):
        if ids is not None:
            among(column, ids)
    # A curve over the grain's own grid has one counter a bucket: nothing is left to sum.
    single = (
        group == "bucket"
        and grain.depth == wanted.scope.depth
        and not (grain.by_category or grain.by_channel)
    )
    sql = _counter_select(names, group, single) + " AND ".join(conditions)
    if group != "0" and not single:
        sql += f" GROUP BY {group}"
    return (sql.replace("?", "%s") if postgresql else sql), tuple(values)


@lru_cache(maxsize=256)
def _counter_select(names: tuple[str, ...], group: str, single: bool) -> str:
    column = "COALESCE({}, 0)" if single else "COALESCE(SUM({}), 0)"
    return f"SELECT {group}, {', '.join(column.format(name) for name in names)} FROM rollup WHERE "


def count_events(
    connection: Connection,
    reference: Reference,
    wanted: Plan,
    measures: tuple[Measure, ...],
    period: Period,
    past: bool,
    totals: Counted,
) -> None:
    """Adds what the events themselves say, by the measures' own conditions. For a past instant: the events as they are
    now with later facts hidden, minus those overwritten since, plus what the overwritten ones said then."""
    # What had not happened by then is out of the range: nobody accepts, closes or is due before the report.
    end = min(period.end, wanted.as_of + 1) if past else period.end
    values = {
        "start": period.start,
        "end": end,
        "as_of": wanted.as_of,
        "first_id": wanted.scope.id,
        "last_id": wanted.scope.last_id,
        "categories": tuple(reference.category_by_id) if wanted.categories is None else wanted.categories,
        "channels": wanted.channels or (),
    }
    by_grid = by_scope(reference, wanted, period.end - period.start)
    if by_grid and not past and wanted.by not in ("hour", "day"):
        statement: Executable = _scope_query(
            measures,
            wanted.by,
            wanted.scope.depth > 0,
            wanted.categories is not None,
            wanted.channels is not None,
        )
        found = numbers(plain_rows(connection, statement, values))
        if len(found):
            totals.parts.append((found[:, 0], tuple(measure.name for measure in measures), found[:, 1:]))
        return
    statement = _event_query(
        measures,
        wanted.by,
        wanted.scope.depth > 0,
        wanted.categories is not None,
        wanted.channels is not None,
        by_grid,
        past,
        offsets_within(reference.clock, period) if wanted.by in ("hour", "day") else None,
    )
    found = numbers(plain_rows(connection, statement, values))
    if not len(found):
        return
    for position, names in enumerate(_names_by_milestone(measures).values()):
        block = found[found[:, 1] == position]
        totals.parts.append((block[:, 2], names, block[:, :1] * block[:, 3 : 3 + len(names)]))


def by_scope(reference: Reference, wanted: Plan, length: int) -> bool:
    """Whether a scope is so small that events of a stretch of time of this length are sought among all of its own."""
    grids = wanted.scope.last_id - wanted.scope.id + 1
    return grids * GRID_DAYS * DAY < length * (reference.tree.places - 1)


def _names_by_milestone(measures: tuple[Measure, ...]) -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for measure in measures:
        names[measure.at] = (*names.get(measure.at, ()), measure.name)
    return names


def measure_by_own_grid(
    connection: Connection, reference: Reference, period: Period, measure: Measure
) -> list[tuple[int, int]]:
    """One measure over a period from the events of the whole city: (grid id, number) for each grid that has any."""
    statement = _event_query((measure,), "grid", False, False, False, False, False, None)
    values = {"start": period.start, "end": period.end, "categories": tuple(reference.category_by_id)}
    rows = plain_rows(connection, statement, values)
    return [(grid_id, number) for _, _, grid_id, number in rows if number]


Offsets: TypeAlias = tuple[tuple[Instant, int], ...]
"""The zone's offsets within a period: each holds before its instant; the last instant is the period's end."""


def offsets_within(clock: ZoneClock, period: Period) -> Offsets:
    inside = [at for at in clock.transitions if period.start < at < period.end]
    return tuple((at, clock.offset(at - 1)) for at in (*inside, period.end))


@lru_cache(maxsize=512)
def _event_query(
    measures: tuple[Measure, ...],
    by: By,
    below_city: bool,
    categories: bool,
    channels: bool,
    by_grid: bool,
    past: bool,
    offsets: Offsets | None,
) -> Select[Any] | CompoundSelect[Any]:
    """One row a milestone and group: sign, the milestone's place among those of the measures, group, and the
    milestone's measures (padded with zeros)."""
    selects: list[Select[Any]] = []
    by_milestone: dict[str, list[Measure]] = defaultdict(list)
    for measure in measures:
        by_milestone[measure.at].append(measure)
    widest = max(len(some) for some in by_milestone.values())
    for place, (milestone, some) in enumerate(by_milestone.items()):
        variants: list[tuple[int, Table, list[ColumnElement[bool]]]] = [(1, event, [])]
        if past:
            as_of = bindparam("as_of", type_=BigInteger)
            variants = [
                (1, event, []),
                (-1, event, [event.c.changed_at > as_of]),
                (1, event_past, [event_past.c.from_at <= as_of, event_past.c.until_at > as_of]),
            ]
        for sign, table, conditions in variants:
            facts = SqlFacts(table.c, bindparam("as_of", type_=BigInteger) if past else None)
            at = table.c[milestone]
            seek_time = table is event and sign == 1 and not by_grid
            when = at if seek_time else at + 0
            where = [
                when >= bindparam("start", type_=BigInteger),
                when < bindparam("end", type_=BigInteger),
                *conditions,
            ]
            if below_city:
                inside = table.c.grid_id if by_grid and table is event else table.c.grid_id + 0
                where.append(
                    inside.between(bindparam("first_id", type_=Integer), bindparam("last_id", type_=Integer))
                )
            if seek_time and milestone not in TIME_FIRST:
                where.append(table.c.category_id.in_(bindparam("categories", expanding=True)))
            elif categories:
                where.append((table.c.category_id + 0).in_(bindparam("categories", expanding=True)))
            if channels:
                where.append(table.c.channel_id.in_(bindparam("channels", expanding=True)))
            group = event_group(by, table, at, offsets)
            counted = [hits(measure.when(facts)) for measure in some]
            counted += [literal_column("0", Integer)] * (widest - len(counted))
            query = select(
                plain(sign).label("sign"),
                plain(place).label("milestone"),
                group.label("key"),
                *[column.label(f"measure_{position}") for position, column in enumerate(counted)],
            ).where(*where)
            selects.append(query if by == "nothing" else query.group_by("key"))
    return selects[0] if len(selects) == 1 else union_all(*selects)


@lru_cache(maxsize=256)
def _scope_query(
    measures: tuple[Measure, ...], by: By, below_city: bool, categories: bool, channels: bool
) -> Select[Any]:
    """One row a group: the group, and the measures, from one reading of all events of a small scope."""
    start, end = bindparam("start", type_=BigInteger), bindparam("end", type_=BigInteger)
    where: list[ColumnElement[bool]] = []
    if below_city:
        first, last = bindparam("first_id", type_=Integer), bindparam("last_id", type_=Integer)
        where.append(event.c.grid_id.between(first, last))
    for column, chosen in (("category", categories), ("channel", channels)):
        if chosen:
            among: BindParameter[Any] = bindparam(
                "categories" if column == "category" else "channels", expanding=True
            )
            where.append((event.c[f"{column}_id"] + 0).in_(among))
    facts = SqlFacts(event.c)
    counted = [
        hits((event.c[measure.at] >= start) & (event.c[measure.at] < end) & measure.when(facts))
        for measure in measures
    ]
    query = select(event_group(by, event, event.c.reported_at, None).label("key"), *counted).where(*where)
    return query if by == "nothing" else query.group_by("key")


def hits(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, plain(1)), else_=plain(0))), plain(0))


def plain(number: int) -> ColumnElement[int]:
    """A number written into the statement: a parameter each would make the statement slower than its answer."""
    return literal_column(str(number), Integer)


def overdue_open(connection: Connection, reference: Reference, state: State, wanted: Plan) -> Counted:
    """Events open at the as-of instant whose handling deadline is before it, by group; grouped by time they are counted
    under the hour or day of their report, and only those reported in the period."""
    past = wanted.as_of < state.latest_at
    by_time = wanted.by in ("hour", "day")
    statement = _overdue_query(
        wanted.by,
        wanted.scope.depth > 0,
        wanted.categories is not None,
        wanted.channels is not None,
        past,
        connection.dialect.name == "sqlite",
        offsets_within(reference.clock, wanted.period) if by_time else None,
    )
    values = {
        "as_of": wanted.as_of,
        "start": wanted.period.start,
        "end": wanted.period.end,
        "first_id": wanted.scope.id,
        "last_id": wanted.scope.last_id,
        "categories": wanted.categories or (),
        "channels": wanted.channels or (),
    }
    found = numbers(plain_rows(connection, statement, values))
    if not len(found):
        return Counted()
    return Counted([(found[:, 1], (OVERDUE_OPEN,), found[:, :1] * found[:, 2:])])


@lru_cache(maxsize=128)
def _overdue_query(
    by: By,
    below_city: bool,
    categories: bool,
    channels: bool,
    past: bool,
    sqlite: bool,
    offsets: Offsets | None,
) -> Select[Any] | CompoundSelect[Any]:
    """One row a group: sign, group, events. The past is put together as in `_event_query`; an event that was open then
    is open now, or was closed or withdrawn since. What was due by then had been reported: no deadline comes before."""
    as_of = bindparam("as_of", type_=BigInteger)
    now_open = event.c.closed_at.is_(None) & event.c.withdrawn_at.is_(None)
    # What is open now is found by its deadline, or by its grid in a part of the city and where grids are counted, whose
    # order the index has; the others by what came since.
    parts: list[tuple[int, Table, bool, list[ColumnElement[bool]]]] = [
        (1, event, by != "grid" and not below_city, [now_open])
    ]
    if past:
        then_open = open_at(event, as_of)
        known = beside(event.c.reported_at, sqlite) <= as_of
        parts += [
            # What was overdue then and is closed now was closed late.
            (1, event, False, [event.c.closed_at > as_of, late()]),
            (1, event, False, [event.c.withdrawn_at > as_of, known]),
            (-1, event, False, [event.c.changed_at > as_of, known, then_open]),
            (
                1,
                event_past,
                False,
                [event_past.c.from_at <= as_of, event_past.c.until_at > as_of, open_at(event_past, as_of)],
            ),
        ]
    selects: list[Select[Any]] = []
    for sign, table, by_due, conditions in parts:
        in_order = conditions[0] is now_open and not by_due
        due = table.c.handle_due_at if by_due else beside(table.c.handle_due_at, sqlite or in_order)
        where = [due < as_of, *conditions]
        if below_city:
            inside = table.c.grid_id if in_order else table.c.grid_id + 0
            where.append(inside.between(bindparam("first_id"), bindparam("last_id")))
        if categories:
            where.append(table.c.category_id.in_(bindparam("categories", expanding=True)))
        if channels:
            where.append(table.c.channel_id.in_(bindparam("channels", expanding=True)))
        if offsets is not None:
            where += [table.c.reported_at >= bindparam("start"), table.c.reported_at < bindparam("end")]
        group = (
            table.c.grid_id
            if in_order and by == "grid"
            else event_group(by, table, table.c.reported_at, offsets)
        )
        query = select(plain(sign).label("sign"), group.label("key"), func.count().label("number")).where(
            *where
        )
        selects.append(query if by == "nothing" else query.group_by("key"))
    return selects[0] if len(selects) == 1 else union_all(*selects)


def beside(column: ColumnElement[Any], sqlite: bool) -> ColumnElement[Any]:
    """A column that an index is not to begin with. SQLite looks at the sum within the index all the same, PostgreSQL
    only at the column itself."""
    return column + 0 if sqlite else column


def open_at(table: Table, as_of: ColumnElement[Instant]) -> ColumnElement[bool]:
    """SQL: neither closed nor withdrawn at an instant."""
    return (table.c.closed_at.is_(None) | (table.c.closed_at > as_of)) & (
        table.c.withdrawn_at.is_(None) | (table.c.withdrawn_at > as_of)
    )


def event_group(by: By, table: Table, at: ColumnElement[Any], offsets: Offsets | None) -> ColumnElement[Any]:
    if by == "nothing":
        return plain(0)
    if by in ("grid", "category", "channel"):
        # A sum keeps the planner from walking a whole index for the order of its groups.
        return table.c[f"{by}_id"] + plain(0)
    assert offsets is not None
    *changes, (_, last) = offsets
    offset: Any = literal(last, BigInteger)
    if changes:
        offset = case(*[(at < before, literal(value, BigInteger)) for before, value in changes], else_=offset)
    local: ColumnElement[Any] = (at + offset % HOUR) // HOUR if by == "hour" else (at + offset) // DAY
    return local

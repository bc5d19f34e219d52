"""Counters: a pure function of the event rows, kept by signed deltas and rebuilt from scratch to the same rows.

`cells` says what one event adds to the counters; a write nets minus the old row's cells and plus the new row's and ends
with one upsert in key order, so that concurrent writers lock counters in one order and cannot deadlock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, delete, func, select, update
from sqlalchemy.dialects import postgresql

from data import bulk
from data.clocks import ZoneClock
from data.facts import ArrayFacts, RowFacts
from data.grains import GRAINS, OWN_DAY, OWN_GRAINS, Grain, Unit
from data.grids import Tree
from data.measures import BY_MILESTONE, FACT_COLUMNS, KEY_COLUMNS, MEASURE_NAMES, MILESTONES
from data.schema import ROLLUP_KEY, event, rollup, rollup_vector, rollup_version, store_state

CellKey = tuple[int, int, int, int, int]
"""grain, bucket, grid_id, category_id, channel_id; 0 where the grain does not split."""

Deltas = dict[CellKey, list[int]]
"""Signed changes by cell, one number a measure in the order of MEASURES."""

Progress = Callable[[str, float], None]
"""Told what is being done and how much of it is done (0..1)."""

_POSITION = {name: position for position, name in enumerate(MEASURE_NAMES)}

_DENSE_LIMIT = 60_000_000
"""The largest table of cells that a rebuild counts as one dense array."""


def quiet(_what: str, _share: float) -> None:
    """A Progress that says nothing."""


@dataclass(frozen=True)
class Lifts:
    """What counters need of a city: its clock and, by depth, every grid's ancestor."""

    clock: ZoneClock
    by_depth: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, clock: ZoneClock, tree: Tree) -> Lifts:
        """The lifts of a tree, for the depths that the grains use."""
        depths = 1 + max(grain.depth for grain in GRAINS if grain.depth is not None)
        return cls(clock, tuple(tuple(tree.ancestor_ids(depth).tolist()) for depth in range(depths)))

    def grid(self, grain: Grain, grid_id: int) -> int:
        """The grid under which the grain counts an event of `grid_id`."""
        return grid_id if grain.depth is None else self.by_depth[grain.depth][grid_id]


def add_cells(deltas: Deltas, lifts: Lifts, row: Mapping[str, Any], sign: int) -> None:
    """Adds what an event row counts for, times `sign` (+1 or -1). The row needs KEY_COLUMNS and FACT_COLUMNS."""
    facts = RowFacts(row)
    grid_id, category_id, channel_id = (row[column] for column in KEY_COLUMNS)
    for milestone in MILESTONES:
        at = row[milestone]
        if at is None:
            continue
        hits = [_POSITION[measure.name] for measure in BY_MILESTONE[milestone] if measure.when(facts)]
        if not hits:
            continue
        hour, day = lifts.clock.hour_number(at), lifts.clock.day_number(at)
        for grain in GRAINS:
            unit = grain.unit
            key = (
                grain.id,
                (hour if unit.of == "hour" else day) // unit.size,
                lifts.grid(grain, grid_id),
                category_id if grain.by_category else 0,
                channel_id if grain.by_channel else 0,
            )
            cell = deltas.get(key)
            if cell is None:
                cell = deltas[key] = [0] * len(MEASURE_NAMES)
            for position in hits:
                cell[position] += sign


def touched_days(lifts: Lifts, row: Mapping[str, Any]) -> set[int]:
    """The local days on which the event has a milestone: the days whose vectors it may change."""
    return {
        lifts.clock.day_number(row[milestone]) for milestone in MILESTONES if row[milestone] is not None
    }


def apply(connection: Connection, deltas: Deltas, days: Iterable[int]) -> int:
    """Writes deltas and raises the versions of the buckets that they and `days` touch; gives the number of cells.

    Call it after the rows of the events are written: writers lock events first, then counters, then versions.
    """
    changed = sorted((key, values) for key, values in deltas.items() if any(values))
    if changed:
        cells = [(*key, *(value or None for value in values)) for key, values in changed]
        _upsert(connection, _ADD_CELLS, cells)
    own = {grain.id for grain in OWN_GRAINS}
    touched = {(key[0], key[1]) for key, _ in changed if key[0] in own} | {(OWN_DAY, day) for day in days}
    if touched:
        _upsert(connection, _RAISE_VERSIONS, [(grain, bucket, 1) for grain, bucket in sorted(touched)])
    return len(changed)


@dataclass(frozen=True)
class _Upsert:
    """An upsert as each driver takes it fastest: rows one by one on SQLite, columns as arrays on PostgreSQL."""

    sqlite: str
    postgresql: str

    @classmethod
    def of(cls, table: Table, key: Sequence[str], values: Mapping[str, str]) -> _Upsert:
        """The upsert of a table; `values` gives for each column its new value from {old} and {new}."""
        names = (*key, *values)
        head = f"INSERT INTO {table.name} ({', '.join(names)})"
        updates = ", ".join(
            f"{name} = {formula.format(old=f'{table.name}.{name}', new=f'excluded.{name}')}"
            for name, formula in values.items()
        )
        tail = f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {updates}"
        arrays = ", ".join(f"%s::{table.c[name].type.compile(_POSTGRESQL)}[]" for name in names)
        return cls(
            sqlite=f"{head} VALUES ({', '.join('?' for _ in names)}) {tail}",
            postgresql=f"{head} SELECT * FROM unnest({arrays}) {tail}",
        )


def _upsert(connection: Connection, statement: _Upsert, rows: list[tuple[Any, ...]]) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statement.sqlite, rows)
    else:
        arrays = tuple(list(column) for column in zip(*rows, strict=True))
        connection.exec_driver_sql(statement.postgresql, arrays)


_POSTGRESQL = postgresql.dialect()

_ADD_CELLS = _Upsert.of(
    rollup,
    ROLLUP_KEY,
    dict.fromkeys(MEASURE_NAMES, "NULLIF(COALESCE({old}, 0) + COALESCE({new}, 0), 0)"),
)

_RAISE_VERSIONS = _Upsert.of(rollup_version, ("grain", "bucket"), {"version": "{old} + {new}"})


def count(
    lifts: Lifts, columns: Mapping[str, NDArray[np.float64]]
) -> Iterator[tuple[Grain, NDArray[np.int64]]]:
    """The cells of many events at once, grain by grain: `cells` evaluated in numpy.

    Each array has a row a cell, in key order, with bucket, grid_id, category_id, channel_id and the measures; cells of
    zeros are left out. The columns are KEY_COLUMNS and FACT_COLUMNS as float64, NaN where unknown.
    """
    for parent, derived in _PASSES:
        yield from _count_pass(lifts, columns, parent, derived)


_PASSES: tuple[tuple[Grain, tuple[Grain, ...]], ...] = (
    (Grain(0, GRAINS[0].unit, 1, False, True, ""), tuple(g for g in GRAINS if g.unit.of == "hour")),
    (
        Grain(0, GRAINS[3].unit, 1, True, True, ""),
        tuple(g for g in GRAINS if g.unit == GRAINS[3].unit and g.depth in (0, 1)),
    ),
    (
        Grain(0, GRAINS[3].unit, 2, False, True, ""),
        tuple(g for g in GRAINS if g.unit == GRAINS[3].unit and g.depth == 2),
    ),
    (OWN_GRAINS[0], OWN_GRAINS),
)
"""What is counted from the events, and which grains are sums of it."""


@dataclass(frozen=True)
class _Axis:
    """The distinct values of one part of a cell's key, and where each event's value stands among them."""

    values: NDArray[np.int64]

    def index(self, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.searchsorted(self.values, wanted)


def _count_pass(
    lifts: Lifts, columns: Mapping[str, NDArray[np.float64]], parent: Grain, derived: tuple[Grain, ...]
) -> Iterator[tuple[Grain, NDArray[np.int64]]]:
    grid_ids = columns["grid_id"].astype(np.int64)
    if parent.depth is not None:
        grid_ids = np.asarray(lifts.by_depth[parent.depth], dtype=np.int64)[grid_ids]
    parts = [
        grid_ids,
        columns["category_id"].astype(np.int64) * parent.by_category,
        columns["channel_id"].astype(np.int64) * parent.by_channel,
    ]
    axes = [_Axis(np.unique(part)) for part in parts]
    indexes = [axis.index(part) for axis, part in zip(axes, parts, strict=True)]
    bucket_of = {milestone: _buckets(lifts.clock, parent.unit, columns[milestone]) for milestone in MILESTONES}
    bucket_axis = _Axis(np.unique(np.concatenate([buckets[buckets >= 0] for buckets in bucket_of.values()])))
    shape = (len(bucket_axis.values), *(len(axis.values) for axis in axes))

    accumulators = [_Accumulator(lifts, grain, parent, bucket_axis.values, axes) for grain in derived]
    facts = ArrayFacts(columns)
    slab = max(1, _DENSE_LIMIT // max(1, int(np.prod(shape[1:]))))
    base = np.ravel_multi_index(indexes, shape[1:]) if len(grid_ids) else grid_ids
    width = int(np.prod(shape[1:]))
    for milestone in MILESTONES:
        known = np.flatnonzero(bucket_of[milestone] >= 0)
        places = bucket_axis.index(bucket_of[milestone][known])
        for measure in BY_MILESTONE[milestone]:
            hit = np.asarray(measure.when(facts), dtype=bool)[known]
            hit_places, hit_base = places[hit], base[known][hit]
            for first in range(0, shape[0], slab):
                last = min(first + slab, shape[0])
                if slab >= shape[0]:
                    keys = hit_places * width + hit_base
                else:
                    inside = (hit_places >= first) & (hit_places < last)
                    keys = (hit_places[inside] - first) * width + hit_base[inside]
                dense = np.bincount(keys, minlength=(last - first) * width).reshape(last - first, *shape[1:])
                for accumulator in accumulators:
                    accumulator.add(_POSITION[measure.name], first, dense)
    for accumulator in accumulators:
        yield accumulator.grain, accumulator.rows()


def _buckets(clock: ZoneClock, unit: Unit, at: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bucket of each instant, -1 where it is unknown."""
    known = ~np.isnan(at)
    buckets = np.full(len(at), -1, dtype=np.int64)
    buckets[known] = unit.bucket(clock, at[known].astype(np.int64))
    return buckets


class _Accumulator:
    """Sums dense counts of a finer grain into one of its derived grains. Ancestors come in the order of their grids,
    since ids are preorder numbers, and longer buckets in the order of shorter ones: both sums are over runs."""

    def __init__(
        self, lifts: Lifts, grain: Grain, parent: Grain, buckets: NDArray[np.int64], axes: list[_Axis]
    ) -> None:
        self.grain = grain
        ratio = grain.unit.size // parent.unit.size
        self._bucket_values, self._bucket_index = np.unique(buckets // ratio, return_inverse=True)
        grids = axes[0].values
        if grain.depth is not None:
            grids = np.asarray(lifts.by_depth[grain.depth], dtype=np.int64)[grids]
        self._grid_values, self._grid_index = np.unique(grids, return_inverse=True)
        self._drop = tuple(
            axis
            for axis, (kept, had) in enumerate(
                ((grain.by_category, parent.by_category), (grain.by_channel, parent.by_channel)), start=2
            )
            if had and not kept
        )
        self._category_values = axes[1].values if grain.by_category else np.zeros(1, dtype=np.int64)
        self._channel_values = axes[2].values if grain.by_channel else np.zeros(1, dtype=np.int64)
        self._counts = np.zeros(
            (
                len(MEASURE_NAMES),
                len(self._bucket_values),
                len(self._grid_values),
                len(self._category_values),
                len(self._channel_values),
            ),
            dtype=np.int32,
        )

    def add(self, measure: int, first: int, dense: NDArray[np.int64]) -> None:
        """Adds a slab of buckets that begins at the parent's bucket index `first`."""
        summed = dense.sum(axis=self._drop, keepdims=True) if self._drop else dense
        target = self._counts[measure]
        buckets = self._bucket_index[first : first + len(dense)]
        if len(self._grid_values) == summed.shape[1]:
            by_grid = summed
        else:
            edges = np.searchsorted(self._grid_index, np.arange(len(self._grid_values)))
            by_grid = np.add.reduceat(summed, edges, axis=1)
        edges = np.flatnonzero(np.r_[True, buckets[1:] != buckets[:-1]])
        target[buckets[edges]] += np.add.reduceat(by_grid, edges, axis=0).astype(np.int32)

    def rows(self) -> NDArray[np.int64]:
        """Bucket, grid, category, channel and the measures of every cell that is not all zeros, in key order."""
        places = np.argwhere(self._counts.any(axis=0))
        keys = np.column_stack(
            [
                values[places[:, axis]]
                for axis, values in enumerate(
                    (self._bucket_values, self._grid_values, self._category_values, self._channel_values)
                )
            ]
        )
        measures = self._counts[:, *places.T].T
        return np.concatenate([keys, measures], axis=1)


def rebuild_in(connection: Connection, lifts: Lifts, progress: Progress = quiet) -> int:
    """Makes every counter anew from the events, in the caller's transaction, and gives the number of cells.

    The caller keeps other writers out (`Store.writing(alone=True)`).
    """
    columns = read_facts(connection, progress)
    connection.execute(delete(rollup))
    connection.execute(delete(rollup_vector))
    connection.execute(update(rollup_version).values(version=rollup_version.c.version + 1))
    written = 0
    with bulk.appending(connection, rollup, (*ROLLUP_KEY, *MEASURE_NAMES)) as append:
        for grain, rows in count(lifts, columns):
            progress("counters", grain.id / len(GRAINS))
            append(np.concatenate([np.full((len(rows), 1), grain.id), rows], axis=1), zero_is_null_from=5)
            written += len(rows)
    connection.execute(update(store_state).values(counters_stale=0, version=store_state.c.version + 1))
    return written


def read_facts(connection: Connection, progress: Progress = quiet) -> dict[str, NDArray[np.float64]]:
    """KEY_COLUMNS and FACT_COLUMNS of every event as float64 arrays, NaN where null; the order is the store's own."""
    names = (*KEY_COLUMNS, *FACT_COLUMNS)
    total = connection.execute(select(func.count()).select_from(event)).scalar_one()
    progress("reading events", 0.0)
    return bulk.read_numbers(connection, event, names, total, lambda share: progress("reading events", share))


@dataclass(frozen=True)
class Difference:
    """A counter that is not what the events say."""

    key: CellKey
    stored: tuple[int, ...]
    counted: tuple[int, ...]


def differences(
    connection: Connection, lifts: Lifts, limit: int = 20, progress: Progress = quiet
) -> tuple[int, int, list[Difference]]:
    """How many cells the events give, how many stored ones differ from them, and the first few of those."""
    columns = read_facts(connection, progress)
    cells = differing = 0
    found: list[Difference] = []
    names = (*ROLLUP_KEY, *MEASURE_NAMES)
    for grain, counted in count(lifts, columns):
        progress("comparing", grain.id / len(GRAINS))
        stored = bulk.read_rows(
            connection, select(*[rollup.c[name] for name in names[1:]]).where(rollup.c.grain == grain.id)
        )
        stored = stored[stored[:, 4:].any(axis=1)]
        stored = stored[np.lexsort(stored[:, 3::-1].T)]
        cells += len(counted)
        if stored.shape == counted.shape and (stored == counted).all():
            continue
        ours = {tuple(row[:4]): tuple(row[4:]) for row in counted.tolist()}
        theirs = {tuple(row[:4]): tuple(row[4:]) for row in stored.tolist()}
        nothing = (0,) * len(MEASURE_NAMES)
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key, nothing) != theirs.get(key, nothing):
                differing += 1
                if len(found) < limit:
                    found.append(
                        Difference((grain.id, *key), theirs.get(key, nothing), ours.get(key, nothing))
                    )
    return cells, differing, found

"""Counters: a pure function of the event rows, kept by signed deltas and rebuilt from scratch to the same rows.

`cells` says what one event adds to the counters; a write nets minus the old row's cells and plus the new row's and ends
with one upsert in key order, so that concurrent writers lock counters in one order and cannot deadlock.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, delete, func, select, update
from sqlalchemy.dialects import postgresql

from data import bulk
from data.aside import take_over, write_aside
from data.facts import ArrayFacts, RowFacts
from data.grains import GRAINS, OWN_GRAINS, Grain
from data.lifts import Lifts
from data.measures import BY_MILESTONE, FACT_COLUMNS, KEY_COLUMNS, MEASURE_NAMES, MILESTONES
from data.schema import ROLLUP_KEY, event, rollup, rollup_vector, rollup_version, store_state
from data.vectors import VectorKey, all_vectors, pack, store_vectors

CellKey = tuple[int, int, int, int, int]
"""grain, bucket, grid_id, category_id, channel_id; 0 where the grain does not split."""

Deltas = dict[CellKey, list[int]]
"""Signed changes by cell, one number a measure in the order of MEASURES."""

Progress = Callable[[str, float], None]
"""Told what is being done and how much of it is done (0..1)."""

_POSITION = {name: position for position, name in enumerate(MEASURE_NAMES)}

_DENSE_LIMIT = 30_000_000
"""The largest table of cells that a rebuild counts as one dense array; a larger one is mostly empty."""


def quiet(_what: str, _share: float) -> None:
    """A Progress that says nothing."""


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
    return {lifts.clock.day_number(row[milestone]) for milestone in MILESTONES if row[milestone] is not None}


def apply(connection: Connection, deltas: Deltas, days: Iterable[int]) -> int:
    """Writes deltas and raises the versions of the buckets that they and `days` touch; gives the number of cells.

    Call it after the rows of the events are written: writers lock events first, then counters, then versions.
    """
    changed = sorted((key, values) for key, values in deltas.items() if any(values))
    if changed:
        cells = [(*key, *(value or None for value in values)) for key, values in changed]
        _upsert(connection, _ADD_CELLS, cells)
    touched = {(grain.id, day // grain.unit.size) for grain in OWN_GRAINS for day in days}
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
    """The cells of many events at once, grain by grain: `add_cells` evaluated in numpy.

    Each array has a row a cell, in key order, with bucket, grid_id, category_id, channel_id and the measures; cells of
    zeros are left out. The columns are KEY_COLUMNS and FACT_COLUMNS as float64, NaN where unknown.
    """
    facts = ArrayFacts(columns)
    stages = [_Stage.of(lifts, columns, facts, milestone) for milestone in MILESTONES]
    for grain in GRAINS:
        yield grain, _count_grain(lifts, columns, stages, grain)


@dataclass(frozen=True)
class _Stage:
    """The events that have a milestone: which they are, when, and for each of its measures which of them count. In
    numbers of 32 bits, since all stages are held at once."""

    events: NDArray[np.int32]
    hours: NDArray[np.int32]
    days: NDArray[np.int32]
    hits: tuple[tuple[int, NDArray[np.int32]], ...]

    @classmethod
    def of(
        cls, lifts: Lifts, columns: Mapping[str, NDArray[np.float64]], facts: ArrayFacts, milestone: str
    ) -> _Stage:
        events = np.flatnonzero(~np.isnan(columns[milestone])).astype(np.int32)
        at = columns[milestone][events].astype(np.int64)
        return cls(
            events,
            lifts.clock.hour_number(at).astype(np.int32),
            lifts.clock.day_number(at).astype(np.int32),
            tuple(
                (
                    _POSITION[measure.name],
                    np.flatnonzero(np.asarray(measure.when(facts), dtype=bool)[events]).astype(np.int32),
                )
                for measure in BY_MILESTONE[milestone]
            ),
        )


def _count_grain(
    lifts: Lifts, columns: Mapping[str, NDArray[np.float64]], stages: Sequence[_Stage], grain: Grain
) -> NDArray[np.int64]:
    buckets = [
        (stage.hours if grain.unit.of == "hour" else stage.days) // grain.unit.size for stage in stages
    ]
    parts = [columns["grid_id"].astype(np.int64)]
    if grain.depth is not None:
        parts[0] = np.asarray(lifts.by_depth[grain.depth], dtype=np.int64)[parts[0]]
    for name, split in (("category_id", grain.by_category), ("channel_id", grain.by_channel)):
        if split:
            parts.append(columns[name].astype(np.int64))
    axes = [_Axis.of(buckets), *(_Axis.of([part]) for part in parts)]
    shape = tuple(len(axis.values) for axis in axes)
    rest = np.zeros(len(columns["grid_id"]), dtype=np.int64)
    for axis, part in zip(axes[1:], parts, strict=True):
        rest = rest * len(axis.values) + axis.places(part)
    keys = [
        axes[0].places(bucket) * math.prod(shape[1:]) + rest[stage.events]
        for bucket, stage in zip(buckets, stages, strict=True)
    ]
    size = math.prod(shape)
    known = np.arange(size)
    if size > _DENSE_LIMIT:
        known, packed = np.unique(np.concatenate(keys), return_inverse=True)
        keys = np.split(packed, np.cumsum([len(key) for key in keys])[:-1])
    counts = np.zeros((len(MEASURE_NAMES), len(known)), dtype=np.int64)
    for key, stage in zip(keys, stages, strict=True):
        for position, hits in stage.hits:
            counts[position] = np.bincount(key[hits], minlength=len(known))
    filled = np.flatnonzero(counts.any(axis=0))
    rows = np.zeros((len(filled), 4 + len(MEASURE_NAMES)), dtype=np.int64)
    columns_of_key = (0, 1, *((2,) if grain.by_category else ()), *((3,) if grain.by_channel else ()))
    for column, axis, places in zip(
        columns_of_key, axes, np.unravel_index(known[filled], shape), strict=True
    ):
        rows[:, column] = axis.values[places]
    rows[:, 4:] = counts[:, filled].T
    return rows


@dataclass(frozen=True)
class _Axis:
    """The distinct values of one part of a cell's key, in order."""

    values: NDArray[np.int64]

    @classmethod
    def of(cls, parts: Sequence[NDArray[np.signedinteger[Any]]]) -> _Axis:
        filled = [part for part in parts if len(part)]
        if not filled:
            return cls(np.zeros(0, dtype=np.int64))
        lowest = min(int(part.min()) for part in filled)
        present = np.zeros(max(int(part.max()) for part in filled) - lowest + 1, dtype=bool)
        for part in filled:
            present[part - lowest] = True
        return cls(np.flatnonzero(present) + lowest)

    def places(self, part: NDArray[np.signedinteger[Any]]) -> NDArray[np.int64]:
        """Where each value stands among the distinct ones."""
        if not len(part):
            return part.astype(np.int64)
        lookup = np.zeros(int(self.values[-1] - self.values[0]) + 1, dtype=np.int64)
        lookup[self.values - self.values[0]] = np.arange(len(self.values))
        placed: NDArray[np.int64] = lookup[part - self.values[0]]
        return placed


@dataclass(frozen=True)
class Tally:
    """Everything that the events count for: the cells of each grain in key order, and the packed vectors."""

    cells: tuple[tuple[Grain, NDArray[np.int64]], ...]
    vectors: tuple[tuple[VectorKey, bytes], ...]


def tally(lifts: Lifts, columns: Mapping[str, NDArray[np.float64]]) -> Tally:
    """Counts events from scratch; pure. The columns are those of `read_facts`."""
    return Tally(
        tuple(count(lifts, columns)),
        tuple(sorted((key, pack(vector)) for key, vector in all_vectors(lifts, columns))),
    )


def tally_aside(lifts: Lifts, columns: Mapping[str, NDArray[np.float64]], path: Path) -> Tally:
    """The tally, with its cells written to a file beside the store as well (data/aside.py)."""
    counted = tally(lifts, columns)
    write_aside(path, rollup, (_with_grain(grain, rows) for grain, rows in counted.cells))
    return counted


def _with_grain(grain: Grain, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.full((len(rows), 1), grain.id), rows], axis=1)


def rebuild_in(connection: Connection, lifts: Lifts, progress: Progress = quiet) -> int:
    """Makes every counter anew from the events, in the caller's transaction, and gives the number of cells.

    The caller keeps other writers out (`Store.writing(alone=True)`).
    """
    columns = read_facts(connection, progress)
    progress("counting", 0.0)
    return replace_counters(connection, tally(lifts, columns), progress)


def replace_counters(
    connection: Connection, counted: Tally, progress: Progress = quiet, written_aside: Path | None = None
) -> int:
    """Writes a tally in place of what was counted before; gives the number of cells. Cells that are `written_aside`
    are taken over from there."""
    connection.execute(delete(rollup))
    connection.execute(delete(rollup_vector))
    connection.execute(update(rollup_version).values(version=rollup_version.c.version + 1))
    total = sum(len(rows) for _, rows in counted.cells)
    progress("counters", 0.0)
    if written_aside is not None:
        take_over(connection, written_aside, [rollup])
    else:
        written = 0
        with bulk.appending(connection, rollup, (*ROLLUP_KEY, *MEASURE_NAMES)) as append:
            for grain, rows in counted.cells:
                append(_with_grain(grain, rows), zero_is_null_from=5)
                written += len(rows)
                progress("counters", written / max(1, total))
    progress("maps", 0.0)
    store_vectors(connection, counted.vectors)
    # The reference's version too: vectors that were made before are worth nothing now.
    connection.execute(
        update(store_state).values(
            counters_stale=0,
            version=store_state.c.version + 1,
            reference_version=store_state.c.reference_version + 1,
        )
    )
    return total


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

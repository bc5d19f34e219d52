"""The columnar door: plain histories by the million, checked as a whole by the rules that the life cycle applies to one
step after another. Their steps follow from their instants, so none are written: that halves the time and the store."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, func, insert, select, update

from data import counters
from data.clocks import Instant, iso
from data.events import Operation, bulk_add, new_ids
from data.lifecycle import HIGHEST_RATING, LOWEST_RATING, PLAIN_STAGES
from data.measures import FACT_COLUMNS, KEY_COLUMNS
from data.rebuilding import rebuild
from data.reference import reference_within
from data.schema import DEFERRED_INDEXES, event, source, store_state
from data.store import Store, StoreError, raise_version, state

NULL = -(2**62)
"""What stands for "unknown" in the integer columns of a `Histories`."""

_CHUNK = 100_000
_INDEXES_FROM = 100_000
"""From so many events on, an empty store gets its indexes after the rows."""


@dataclass(frozen=True)
class Histories:
    """Plain histories as columns of one length: int64 arrays with NULL for unknown, float64 with NaN, lists of text."""

    keys: Sequence[str]
    titles: Sequence[str]
    numbers: Mapping[str, NDArray[np.int64]]
    places: Mapping[str, NDArray[np.float64]]
    descriptions: Sequence[str] | None = None
    addresses: Sequence[str] | None = None
    units: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self.keys)


_NUMBERS = (
    "grid_id",
    "category_id",
    "channel_id",
    *(stage[0] for stage in PLAIN_STAGES),
    "accept_due_at",
    "handle_due_at",
    "rating",
    "solved",
)


_OPTIONAL = ("due_provisional",)
"""Columns of numbers that are zero where they are not given."""

_EVENTFUL_CHUNK = 10_000
"""Eventful histories written by one transaction."""


class BadHistories(ValueError):
    """Histories that no life cycle gives; the message says which rule is broken, where first, and how often."""


def load_histories(
    store: Store,
    source_name: str,
    histories: Histories,
    now: Instant,
    progress: counters.Progress = counters.quiet,
    eventful: Iterable[Sequence[Operation]] = (),
) -> int:
    """Loads whole new plain histories with indexes and counters, and gives their number. `eventful` ones of the same
    source, with steps that no columns hold, go in by `events.bulk_add` before the counters are made.

    Refused as a whole (BadHistories) when a plain one breaks a rule. While it runs, questions are answered from the
    events; a load that is cut off keeps whole chunks, and `rebuilding.finish_bulk` makes indexes and counters whole.
    """
    with store.writing(alone=True) as connection:
        reference = reference_within(store, connection)
        _check(
            histories, now, len(reference.tree), set(reference.category_by_id), set(reference.channel_by_id)
        )
        source_id = _new_source(connection, source_name, histories, now)
        connection.execute(update(store_state).values(counters_stale=1))
        empty = connection.execute(select(event.c.id).limit(1)).first() is None
        if empty and len(histories) >= _INDEXES_FROM:
            for index in DEFERRED_INDEXES:
                index.drop(connection, checkfirst=True)
        version = state(connection).version
    for start in range(0, len(histories), _CHUNK):
        end = min(start + _CHUNK, len(histories))
        progress("events", start / len(histories))
        with store.writing() as connection:
            ids = np.array(new_ids(connection, end - start), dtype=np.int64)
            _append(connection, event, _event_columns(histories, start, end, source_id, ids))
            raise_version(connection, _latest(histories, start, end))
            version += 1
    told = iter(eventful)
    added = 0
    while chunk := list(islice(told, _EVENTFUL_CHUNK)):
        progress("eventful histories", 0.0)
        for outcome in bulk_add(store, chunk, now):
            if outcome.status != "added":
                raise BadHistories(f"expected histories that the life cycle takes; found: {outcome.reason}")
        version += 1
        added += len(chunk)
    total = len(histories) + added
    loaded = (version, _all_facts(store, histories, added)) if empty else None
    # Millions of events need their room for the counting now, where the caller keeps them no longer either.
    del histories
    rebuild(store, progress, loaded)
    return total


def _all_facts(store: Store, histories: Histories, others: int) -> dict[str, NDArray[np.float64]]:
    """The columns that counters read, as `counters.read_facts` would give them: of the plain histories, and of the so
    many events that came in after them."""
    names = (*KEY_COLUMNS, *FACT_COLUMNS)
    with store.reading() as connection:
        latest = select(*(event.c[name] for name in names)).order_by(event.c.id.desc()).limit(others)
        rows = np.array([tuple(row) for row in connection.execute(latest)], dtype=np.float64)
    # One column after the other: together they fill the memory of a small machine.
    return {
        name: np.concatenate([_fact(histories, name), rows.reshape(-1, len(names))[:, place]])
        for place, name in enumerate(names)
    }


def _fact(histories: Histories, name: str) -> NDArray[np.float64]:
    if name not in histories.numbers:
        return np.full(len(histories), np.nan)
    facts = histories.numbers[name].astype(np.float64)
    facts[histories.numbers[name] == NULL] = np.nan
    return facts


def _check(histories: Histories, now: Instant, grids: int, categories: set[int], channels: set[int]) -> None:
    numbers = histories.numbers
    missing = [name for name in _NUMBERS if name not in numbers]
    if missing:
        raise BadHistories(
            f"expected the columns {', '.join(_NUMBERS)}, found none named {', '.join(missing)}"
        )
    if len(set(histories.keys)) != len(histories):
        raise BadHistories("expected every event key once: a key comes twice")
    rules: list[tuple[str, NDArray[np.bool_]]] = [
        ("every event is reported", numbers["reported_at"] != NULL),
        ("grids are ids of the tree", (numbers["grid_id"] >= 1) & (numbers["grid_id"] <= grids)),
        ("categories are ids of the city", np.isin(numbers["category_id"], sorted(categories))),
        ("channels are ids of the city", np.isin(numbers["channel_id"], sorted(channels))),
        ("what is closed was handled", (numbers["closed_at"] == NULL) | (numbers["handled_at"] != NULL)),
        ("what is rated was closed", (numbers["rated_at"] == NULL) | (numbers["closed_at"] != NULL)),
        ("a rating has its instant", (numbers["rating"] == NULL) == (numbers["rated_at"] == NULL)),
        (
            f"ratings are {LOWEST_RATING} to {HIGHEST_RATING}",
            (numbers["rating"] == NULL)
            | ((numbers["rating"] >= LOWEST_RATING) & (numbers["rating"] <= HIGHEST_RATING)),
        ),
    ]
    latest = numbers["reported_at"]
    for name, kind, _ in PLAIN_STAGES:
        at = numbers[name]
        rules.append((f"the {kind} comes after the step before it", (at == NULL) | (at >= latest)))
        rules.append((f"the {kind} is not after {iso(now)}", at <= now))
        latest = np.maximum(latest, at)
    for name in ("accept_due_at", "handle_due_at"):
        due = numbers[name]
        rules.append((f"{name} is not before the report", (due == NULL) | (due >= numbers["reported_at"])))
    for rule, holds in rules:
        broken = np.flatnonzero(~holds)
        if len(broken):
            raise BadHistories(
                f"expected that {rule}; found {len(broken)} events for which it does not hold, "
                f"the first with the key {histories.keys[int(broken[0])]!r}"
            )


def _new_source(connection: Connection, name: str, histories: Histories, now: Instant) -> int:
    if connection.execute(select(source.c.id).where(source.c.name == name)).first() is not None:
        raise StoreError(
            f"expected a source that is new to the store, found {name!r}: import its news instead"
        )
    source_id: int = (connection.execute(select(func.max(source.c.id))).scalar_one() or 0) + 1
    last = int(histories.numbers["reported_at"].max(initial=0))
    connection.execute(
        insert(source).values(id=source_id, name=name, last_reported_at=last, last_recorded_at=now)
    )
    return source_id


def _latest(histories: Histories, start: int, end: int) -> int:
    return max(int(histories.numbers[name][start:end].max()) for name, _, _ in PLAIN_STAGES)


def _event_columns(
    histories: Histories, start: int, end: int, source_id: int, ids: NDArray[np.int64]
) -> dict[str, _Column]:
    numbers = {name: histories.numbers[name][start:end] for name in _NUMBERS}
    reached = np.stack([numbers[name] != NULL for name, _, _ in PLAIN_STAGES])
    statuses = np.array([int(status) for _, _, status in PLAIN_STAGES])
    last_stage = len(PLAIN_STAGES) - 1 - np.argmax(reached[::-1], axis=0)
    columns: dict[str, _Column] = {
        "id": ids,
        "source_id": source_id,
        "source_key": histories.keys[start:end],
        **numbers,
        "status": statuses[last_stage],
        "last_step_at": np.max([numbers[name] for name, _, _ in PLAIN_STAGES], axis=0),
        "steps": reached.sum(axis=0),
        "implied": 1,
        "extensions": 0,
        **{
            name: histories.numbers[name][start:end] if name in histories.numbers else 0 for name in _OPTIONAL
        },
        "title": histories.titles[start:end],
        **{name: values[start:end] for name, values in histories.places.items()},
    }
    if histories.descriptions is not None:
        columns["description"] = histories.descriptions[start:end]
    if histories.addresses is not None:
        columns["address"] = histories.addresses[start:end]
    if histories.units is not None:
        columns["unit"] = histories.units[start:end]
    return columns


_Column: TypeAlias = NDArray[np.int64] | NDArray[np.float64] | Sequence[str | None] | int
"""Whole numbers with NULL for unknown, numbers with NaN for unknown, texts, or one number for every row."""


def _append(connection: Connection, table: Table, columns: Mapping[str, _Column]) -> None:
    """Appends columns to a table: CSV through COPY on PostgreSQL, one prepared statement on SQLite."""
    raw: Any = connection.connection.driver_connection
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        # A number written into the statement need not be bound for every row.
        marks = ", ".join(str(column) if isinstance(column, int) else "?" for column in columns.values())
        rows = zip(
            *(_values(column) for column in columns.values() if not isinstance(column, int)), strict=True
        )
        raw.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)
        return
    buffer = io.BytesIO()
    length = max(len(column) for column in columns.values() if not isinstance(column, int))
    arrow = pa.table({name: _array(column, length) for name, column in columns.items()})
    pyarrow.csv.write_csv(arrow, buffer, pyarrow.csv.WriteOptions(include_header=False))
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(buffer.getbuffer())


def _values(column: NDArray[np.int64] | NDArray[np.float64] | Sequence[str | None]) -> Sequence[Any]:
    if not isinstance(column, np.ndarray):
        return column
    unknown = np.isnan(column) if column.dtype == np.float64 else column == NULL
    if not unknown.any():
        values: list[Any] = column.tolist()
        return values
    objects = column.astype(object)
    objects[unknown] = None
    some: list[Any] = objects.tolist()
    return some


def _array(column: _Column, length: int) -> pa.Array:
    if isinstance(column, int):
        return pa.repeat(column, length)
    if not isinstance(column, np.ndarray):
        return pa.array(column, pa.string())
    return pa.array(column, mask=np.isnan(column) if column.dtype == np.float64 else column == NULL)

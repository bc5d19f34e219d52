"""Bulk transfer between numpy and either database, where a statement a row would be too slow."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql

_CHUNK = 200_000
"""Rows moved at a time."""

_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
_COPY_TRAILER = struct.pack("!h", -1)

_NULL = -(2**62)
"""What stands for null while numbers travel; no instant and no id comes near it."""


class Append(Protocol):
    """Writes a block of integer rows; columns from `zero_is_null_from` on are stored as null where they are zero."""

    def __call__(self, rows: NDArray[np.int64], *, zero_is_null_from: int) -> None: ...


@contextmanager
def appending(connection: Connection, table: Table, names: Sequence[str]) -> Iterator[Append]:
    """A function that appends blocks of integer rows to a table, by the fastest way the database has."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in names)
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"

        def insert(rows: NDArray[np.int64], *, zero_is_null_from: int) -> None:
            for start in range(0, len(rows), _CHUNK):
                raw.executemany(statement, rows[start : start + _CHUNK].tolist())

        yield insert
        return
    widths = [_width(table.c[name].type) for name in names]
    with (
        raw.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.write(_COPY_HEADER)

        def send(rows: NDArray[np.int64], *, zero_is_null_from: int) -> None:
            for start in range(0, len(rows), _CHUNK):
                copy.write(_copy_rows(rows[start : start + _CHUNK], widths, zero_is_null_from))

        yield send
        copy.write(_COPY_TRAILER)


def _width(column_type: Any) -> int:
    compiled = column_type.compile(dialect=postgresql.dialect())
    return {"SMALLINT": 2, "INTEGER": 4, "BIGINT": 8}[compiled]


def _copy_rows(rows: NDArray[np.int64], widths: Sequence[int], zero_is_null_from: int) -> bytes:
    """PostgreSQL's binary COPY of integer rows: each value as its length and big-endian bytes, null as length -1."""
    count = len(rows)
    size = 2 + sum(4 + width for width in widths)
    block = np.zeros((count, size), dtype=np.uint8)
    kept = np.ones((count, size), dtype=bool)
    block[:, :2] = np.frombuffer(struct.pack("!h", len(widths)), dtype=np.uint8)
    place = 2
    for column, width in enumerate(widths):
        values = rows[:, column]
        block[:, place : place + 4] = np.frombuffer(struct.pack("!i", width), dtype=np.uint8)
        block[:, place + 4 : place + 4 + width] = (
            values.astype(f">i{width}").view(np.uint8).reshape(count, width)
        )
        if column >= zero_is_null_from:
            null = values == 0
            block[null, place : place + 4] = 0xFF
            kept[:, place + 4 : place + 4 + width] = ~null[:, None]
        place += 4 + width
    return block[kept].tobytes()


def read_rows(connection: Connection, statement: Select[Any]) -> NDArray[np.int64]:
    """The rows of a query of integers as one array, nulls as zero; shape (0, columns) when there are none."""
    result = connection.execute(statement)
    blocks = [np.array([tuple(row) for row in rows], dtype=np.float64) for rows in result.partitions(_CHUNK)]
    if not blocks:
        return np.zeros((0, len(result.keys())), dtype=np.int64)
    return np.nan_to_num(np.concatenate(blocks)).astype(np.int64)


def read_numbers(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    total: int,
    progress: Callable[[float], None],
) -> dict[str, NDArray[np.float64]]:
    """Numeric columns of a whole table as float64 arrays, NaN where null."""
    columns = {name: np.empty(total, dtype=np.float64) for name in names}
    place = 0
    for block in _blocks(connection, table, names):
        end = place + len(block)
        for position, name in enumerate(names):
            columns[name][place:end] = block[:, position]
        place = end
        progress(place / total if total else 1.0)
    return columns


def _blocks(connection: Connection, table: Table, names: Sequence[str]) -> Iterator[NDArray[np.float64]]:
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        values = ", ".join(f"IFNULL({name}, {_NULL})" for name in names)
        cursor = raw.execute(f"SELECT {values} FROM {table.name}")
        while rows := cursor.fetchmany(_CHUNK):
            flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows) * len(names))
            yield _unmasked(flat.reshape(len(rows), len(names)))
        return
    stride = np.dtype(
        [("fields", ">i2"), *[(f, t) for n in names for f, t in ((f"l_{n}", ">i4"), (n, ">i8"))]]
    )
    values = ", ".join(f"COALESCE({name}, {_NULL})::bigint" for name in names)
    with (
        raw.cursor() as cursor,
        cursor.copy(f"COPY (SELECT {values} FROM {table.name}) TO STDOUT (FORMAT binary)") as copy,
    ):
        pending = bytearray()
        skip = len(_COPY_HEADER)
        for part in copy:
            pending += part
            if skip and len(pending) >= skip:
                del pending[:skip]
                skip = 0
            whole = len(pending) // stride.itemsize
            if not skip and whole >= _CHUNK:
                yield _decode(pending, whole, stride, names)
                del pending[: whole * stride.itemsize]
        whole = len(pending) // stride.itemsize
        if whole:
            yield _decode(pending, whole, stride, names)


def _decode(
    pending: bytearray, whole: int, stride: np.dtype[Any], names: Sequence[str]
) -> NDArray[np.float64]:
    rows = np.frombuffer(bytes(pending[: whole * stride.itemsize]), dtype=stride)
    return _unmasked(np.column_stack([rows[name].astype(np.int64) for name in names]))


def _unmasked(block: NDArray[np.int64]) -> NDArray[np.float64]:
    numbers = block.astype(np.float64)
    numbers[block == _NULL] = np.nan
    return numbers


def append_records(
    connection: Connection, table: Table, names: Sequence[str], records: Iterable[Sequence[Any]]
) -> None:
    """Appends rows of any type to a table: COPY on PostgreSQL, one prepared statement on SQLite."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in names)
        raw.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", records)
        return
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for record in records:
            copy.write_row(record)

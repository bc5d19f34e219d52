"""Counters written beside a SQLite store while the store itself is busy building indexes.

SQLite has one writer, but two files have two. Rows of a table that is made alike are then taken over as they are,
several times faster than they could be inserted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from data.store import Store

_SCHEMA = "aside"
_ROWS_AT_ONCE = 200_000


@contextmanager
def aside(store: Store) -> Iterator[Path]:
    """The path of a file beside the store, gone afterwards with whatever was left of it before."""
    path = Path(f"{store.file}.aside")
    path.unlink(missing_ok=True)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def write_aside(path: Path, table: Table, blocks: Iterable[NDArray[np.int64]]) -> int:
    """Writes blocks of integer rows, in the order of the table's key, to the table's like in the file; gives their
    number."""
    made = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"):
            made.execute(f"PRAGMA {pragma}")
        made.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
        insert = f"INSERT INTO {table.name} VALUES ({', '.join('?' for _ in table.columns)})"
        written = 0
        made.execute("BEGIN")
        for block in blocks:
            for start in range(0, len(block), _ROWS_AT_ONCE):
                made.executemany(insert, block[start : start + _ROWS_AT_ONCE].tolist())
            written += len(block)
        made.execute("COMMIT")
        return written
    finally:
        made.close()


def take_over(connection: Connection, path: Path, tables: Sequence[Table]) -> None:
    """Moves what was written aside into the store's own tables, which are empty. Once the transaction has ended,
    `let_go` parts from the file."""
    connection.exec_driver_sql(f"ATTACH ? AS {_SCHEMA}", (str(path),))
    for table in tables:
        connection.exec_driver_sql(f"INSERT INTO main.{table.name} SELECT * FROM {_SCHEMA}.{table.name}")


def let_go(store: Store) -> None:
    """Parts the store's writer from the file aside."""
    with store.writer_at_rest() as raw:
        if any(row[1] == _SCHEMA for row in raw.execute("PRAGMA database_list")):
            raw.execute(f"DETACH {_SCHEMA}")

"""The store: one SQLite file or one PostgreSQL database, opened the same way.

Readers see one consistent snapshot; writers are one at a time on SQLite and many on PostgreSQL. Every committed change
of events raises `version`, so a reader can tell that nothing changed without asking for anything else.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from alembic import command as alembic
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    Index,
    create_engine,
    event,
    func,
    insert,
    inspect,
    text,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from data import editiontables
from data.accounttables import make
from data.alerting import tables as alerttables
from data.assessment import tables as assessmenttables
from data.audittables import guard
from data.schema import metadata, store_state
from data.settings import masked
from data.tasks import tables as tasktables

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_TIMEOUT_SECONDS = 30
"""How long a SQLite writer waits for the writer before it."""

_PROGRESS_STEPS = 100_000
"""SQLite's virtual machine steps between two looks at a reader's time limit: about a millisecond."""

_CACHE_KIB = 65_536
_READER_CACHE_KIB = 8_192
"""Readers see the file through a mapping that all share: what each keeps of its own would only be kept again."""

_SORT_MEMORY_KIB = 524_288
"""What PostgreSQL may take to sort an index."""

_SORT_CACHE_KIB = 16_384
"""What SQLite may keep of an index while it sorts: runs that fit the processor's cache, and are then merged, take a
quarter less time than longer ones."""

_TRUSTED_SECONDS = 5
"""How long a pooled connection is taken to stand without asking: the question costs as much as a figure."""

_WRITER_LOCK = 7_215_353_019_582
"""PostgreSQL's advisory lock: shared by writers of events, exclusive for whoever changes the tree or rebuilds."""


class StoreError(Exception):
    """The store cannot be used as asked; the message says what was expected, what was found and how to mend it."""


@dataclass(frozen=True)
class _Bounds:
    whole: Store
    scope: str


@dataclass(frozen=True)
class State:
    """The row of `store_state`."""

    version: int
    reference_version: int
    latest_at: int
    counters_stale: bool


class Store:
    """An open store. Make one with `Store.open`; close it with `close` or a with statement.

    `scope` None is the whole city. `within` gives the same store bounded by one grid: what every query is asked
    through that a viewer sets off. `whole` is the store that it was taken from, or itself.
    """

    def __init__(self, url: str, reader: Engine, writer: Engine, bounds: _Bounds | None = None) -> None:
        self.url = url
        self._reader = reader
        self._writer = writer
        self._bounds = bounds
        self._within: dict[str, Store] = {}
        self.refused: Callable[[str, str], None] = lambda scope, code: None
        """Told of every grid that was asked for beyond a scope: the scope, and the code."""

    @property
    def whole(self) -> Store:
        """The store of the whole city."""
        return self if self._bounds is None else self._bounds.whole

    @property
    def scope(self) -> str | None:
        """The code of the grid by which the store is bounded; None for the whole city."""
        return None if self._bounds is None else self._bounds.scope

    def within(self, scope: str) -> Store:
        """The store bounded by a grid: it shares connections and caches, reads only, and knows no grid beyond. Whether
        there is such a grid is seen when it is asked."""
        whole = self.whole
        if self.scope not in (None, scope):
            raise StoreError(f"expected the store of the whole city, found one within {self.scope!r}")
        if (found := whole._within.get(scope)) is None:
            bounds = _Bounds(whole, scope)
            # Two threads that meet here take the same one.
            found = whole._within.setdefault(scope, Store(self.url, self._reader, self._writer, bounds))
        return found

    def beyond(self, code: str) -> None:
        """Tells whoever listens that a grid beyond the scope was asked for."""
        self.whole.refused(self.scope or "", code)

    def _unbounded(self) -> None:
        if self.scope is not None:
            raise StoreError(
                f"expected the store of the whole city to write to, found one within {self.scope!r}, which reads only"
            )

    @classmethod
    def open(
        cls,
        url: str,
        *,
        pool_size: int = 8,
        statement_timeout_seconds: float = 30,
        synchronous: str = "FULL",
        create: bool = True,
    ) -> Store:
        """Opens the store at a SQLAlchemy URL and brings its tables up to date; makes them when there are none.

        Raises StoreError when the URL is not SQLite or PostgreSQL, the database cannot be reached, or its tables were
        made by a newer Yiping.
        """
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise StoreError(
                "expected a database URL such as sqlite:///var/yiping.db or postgresql+psycopg://user@host/name, "
                "found one that cannot be read: mend YIPING_DATABASE_URL"
            ) from None
        backend = parsed.get_backend_name()
        if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"):
            raise StoreError(
                f"expected a sqlite or postgresql+psycopg URL, found {parsed.drivername!r}: mend YIPING_DATABASE_URL"
            )
        if backend == "sqlite":
            if parsed.database in (None, "", ":memory:"):
                raise StoreError(
                    "expected a file, such as sqlite:///var/yiping.db, found a SQLite store in memory, which nobody "
                    "else could read: mend YIPING_DATABASE_URL"
                )
            Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
            reader = _sqlite_engine(url, pool_size, "BEGIN", synchronous, statement_timeout_seconds)
            writer = _sqlite_engine(url, 1, "BEGIN IMMEDIATE", synchronous, None)
        else:
            url = parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
            reader = _postgres_engine(url, pool_size, statement_timeout_seconds)
            writer = _postgres_engine(url, pool_size, None)
        store = cls(masked(parsed.render_as_string(hide_password=False)), reader, writer)
        try:
            store._prepare(create)
        except StoreError:
            store.close()
            raise
        except DatabaseError as error:
            store.close()
            raise StoreError(
                f"cannot reach the database {store.url}: {_first_line(error)}. "
                "Start it, or mend YIPING_DATABASE_URL"
            ) from None
        return store

    @property
    def is_sqlite(self) -> bool:
        """True on the embedded store."""
        return self._writer.dialect.name == "sqlite"

    @property
    def file(self) -> Path:
        """The file of the embedded store."""
        return Path(self._writer.url.database or "")

    def create_index(self, connection: Connection, index: Index) -> None:
        """Creates an index that does not stand yet, in the caller's transaction."""
        if self.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA cache_size=-{_SORT_CACHE_KIB}")
        else:
            connection.execute(text(f"SET LOCAL maintenance_work_mem = '{_SORT_MEMORY_KIB}kB'"))
        index.create(connection, checkfirst=True)
        if self.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA cache_size=-{_CACHE_KIB}")

    @contextmanager
    def writer_at_rest(self) -> Iterator[sqlite3.Connection]:
        """The embedded store's writing connection outside a transaction."""
        self._unbounded()
        with self._writer.connect() as connection:
            raw: Any = connection.connection.driver_connection
            yield raw

    def close(self) -> None:
        """Gives every connection back; those of a bounded store are the whole one's."""
        if self._bounds is not None:
            return
        self._reader.dispose()
        self._writer.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on one consistent snapshot, with the statement timeout; it cannot write."""
        with self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """A transaction that commits at the end of the block. `alone` keeps every other writer out meanwhile."""
        self._unbounded()
        with self._writer.begin() as connection:
            if not self.is_sqlite:
                shared = "" if alone else "_shared"
                connection.execute(text(f"SELECT pg_advisory_xact_lock{shared}({_WRITER_LOCK})"))
            yield connection

    @contextmanager
    def keeping(self) -> Iterator[Connection]:
        """A transaction on tables without events; on PostgreSQL it does not wait for whoever has the events alone."""
        self._unbounded()
        with self._writer.begin() as connection:
            yield connection

    def version(self) -> int:
        """The store version: unchanged means that no event has changed."""
        with self.reading() as connection:
            return state(connection).version

    def state(self) -> State:
        """The whole state row."""
        with self.reading() as connection:
            return state(connection)

    def migrations_current(self) -> bool:
        """True when the tables are those of this program."""
        with self._reader.connect() as connection:
            return _revision(connection) == _head()

    def checkpoint(self) -> None:
        """Refreshes the planner's statistics; on SQLite folds the write-ahead log into the file, on PostgreSQL marks
        the pages that everybody sees, without which an index does not answer alone."""
        with self._writer.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            if self.is_sqlite:
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.execute("PRAGMA analysis_limit=1000")
                raw.execute("ANALYZE")
            else:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM (ANALYZE)"))

    def _prepare(self, create: bool) -> None:
        with self._writer.connect() as connection:
            if not self.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})"))
            elif create:
                connection.begin()
            if not inspect(connection).has_table(store_state.name):
                if not create:
                    raise StoreError(
                        f"expected a Yiping store at {self.url}, found an empty database: run `make run`"
                    )
                metadata.create_all(connection)
                make(connection)
                guard(connection)
                editiontables.guard(connection)
                alerttables.make(connection)
                tasktables.make(connection)
                assessmenttables.make(connection)
                connection.execute(
                    insert(store_state).values(
                        id=1, version=1, reference_version=1, latest_at=0, counters_stale=0
                    )
                )
                MigrationContext.configure(connection).stamp(_script(), _head())
            elif _revision(connection) != _head():
                known = {revision.revision for revision in _script().walk_revisions()}
                if _revision(connection) not in known:
                    raise StoreError(
                        f"the store at {self.url} was made by a newer Yiping (revision {_revision(connection)}): "
                        "update the program"
                    )
                config = _alembic_config()
                config.attributes["connection"] = connection
                alembic.upgrade(config, "head")
            connection.commit()


def state(connection: Connection) -> State:
    """The state row as the connection's snapshot sees it."""
    (row,) = driver_rows(
        connection, "SELECT version, reference_version, latest_at, counters_stale FROM store_state", ()
    )
    return State(row[0], row[1], row[2], bool(row[3]))


def driver_rows(connection: Connection, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that is asked many times a second, by the driver itself: a layer less halves the cost.

    Its errors are SQLAlchemy's all the same.
    """
    with _named(connection, sql):
        cursor = connection.connection.cursor()
        try:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
        finally:
            cursor.close()


def plain_rows(
    connection: Connection, statement: Executable, values: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """The rows of a statement as the driver makes them: an object for each of thousands costs more than reading."""
    cursor: Any = connection.execute(statement, values).cursor
    with _named(connection):
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@contextmanager
def _named(connection: Connection, sql: str = "") -> Iterator[None]:
    """Gives the driver's errors the names that SQLAlchemy has for them: who asks need not know which driver did."""
    dialect = connection.dialect
    driver_error = dialect.loaded_dbapi.Error
    try:
        yield
    except driver_error as error:
        gone = dialect.is_disconnect(error, connection.connection, None)
        raise DBAPIError.instance(
            sql, None, error, driver_error, connection_invalidated=gone, dialect=dialect
        ) from error


def raise_version(connection: Connection, latest_at: int) -> None:
    """Counts a commit of events; call it last in the transaction, since every writer waits for this row."""
    later = func.max if connection.dialect.name == "sqlite" else func.greatest
    connection.execute(
        update(store_state).values(
            version=store_state.c.version + 1, latest_at=later(store_state.c.latest_at, latest_at)
        )
    )


def _sqlite_engine(
    url: str, pool_size: int, begin: str, synchronous: str, statement_timeout_seconds: float | None
) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        reads = statement_timeout_seconds is not None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            f"cache_size=-{_READER_CACHE_KIB if reads else _CACHE_KIB}",
            "threads=2",
            "mmap_size=17179869184",
            # Only in files does SQLite sort an index by two threads and in runs that fit a cache: twice as fast.
            f"temp_store={'MEMORY' if reads else 'FILE'}",
            f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if reads:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if statement_timeout_seconds is not None:
            raw = connection.connection.driver_connection
            assert raw is not None
            ends = time.monotonic() + statement_timeout_seconds
            raw.set_progress_handler(lambda: time.monotonic() > ends, _PROGRESS_STEPS)
        connection.exec_driver_sql(begin)

    return engine


def _postgres_engine(url: str, pool_size: int, statement_timeout_seconds: float | None) -> Engine:
    options = "-c timezone=UTC -c jit=off"
    isolation = "READ COMMITTED"
    if statement_timeout_seconds is not None:
        # What a page asks is answered before helpers have started; the events of a street are sorted in memory.
        options += " -c max_parallel_workers_per_gather=0 -c work_mem=32MB"
        options += f" -c statement_timeout={int(statement_timeout_seconds * 1000)} -c default_transaction_read_only=on"
        isolation = "REPEATABLE READ"
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        isolation_level=isolation,
        connect_args={"options": options, "connect_timeout": 10},
    )

    @event.listens_for(engine, "checkin")
    def _checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _checkout(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        rested_seconds = time.monotonic() - record.info.get("used_at", math.inf)
        if rested_seconds > _TRUSTED_SECONDS and not _answers(connection):
            raise DisconnectionError

    return engine


def _answers(connection: Any) -> bool:
    """Whether a pooled connection still stands: a server that was restarted has dropped it."""
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error:
        return False
    return True


def _alembic_config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@cache
def _script() -> ScriptDirectory:
    # Reading the revisions takes as long as making the tables; they are the program's own and do not change.
    return ScriptDirectory.from_config(_alembic_config())


def _head() -> str:
    head = _script().get_current_head()
    assert head is not None
    return head


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().splitlines()[0]

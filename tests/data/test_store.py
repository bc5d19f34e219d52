from __future__ import annotations

import re
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, inspect, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from data.schema import SECONDARY_INDEXES, city, metadata, store_state
from data.store import MIGRATIONS, State, Store, StoreError, raise_version


def head() -> str:
    found = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("not a url", "expected a database URL such as sqlite:///var/yiping.db"),
        ("", "expected a database URL"),
        ("mysql://user:secret@host/name", "expected a sqlite or postgresql.psycopg URL, found 'mysql'"),
        ("postgresql+asyncpg://user:secret@host/name", r"expected a sqlite or postgresql\+psycopg URL"),
        ("sqlite+aiosqlite:///x.db", r"expected a sqlite or postgresql\+psycopg URL"),
        ("sqlite://", "expected a file"),
        ("sqlite:///:memory:", "expected a file"),
    ],
)
def test_a_url_that_is_no_store(
    url: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match=sentence) as caught:
        Store.open(url)
    assert "secret" not in str(caught.value)
    assert "YIPING_DATABASE_URL" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("secret", ["yiping:s3cret@", "yiping:s%40cret@"])
def test_a_server_that_does_not_answer(secret: str) -> None:
    with pytest.raises(
        StoreError, match=r"cannot reach the database .*Start it, or mend YIPING_DATABASE_URL"
    ) as caught:
        Store.open(f"postgresql+psycopg://{secret}127.0.0.1:1/nothing")
    assert "cret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_database_that_does_not_exist(postgresql_url: str) -> None:
    with pytest.raises(StoreError, match=r'cannot reach the database .*"nowhere" does not exist'):
        Store.open(re.sub(r"/[^/]*$", "/nowhere", postgresql_url))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("buy milk " * 1000)
    with pytest.raises(StoreError, match=r"cannot reach the database .*not a database"):
        Store.open(f"sqlite:///{file}")
    assert file.read_text() == "buy milk " * 1000


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot reach the database .*unable to open"):
        Store.open(f"sqlite:///{tmp_path}")


def test_folders_are_made_on_the_way(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'a' / 'b' / 'yiping.db'}") as store:
        assert store.version() == 1


def test_a_new_store(database_url: str) -> None:
    with Store.open(database_url) as store:
        assert store.state() == State(version=1, reference_version=1, latest_at=0, counters_stale=False)
        assert store.migrations_current()
        assert store.is_sqlite == database_url.startswith("sqlite")
        with store.reading() as connection:
            made = {name for name in inspect(connection).get_table_names() if not name.startswith("sqlite_")}
            assert made == {*metadata.tables, "alembic_version"}
            indexes = {index["name"] for index in inspect(connection).get_indexes("event")}
            assert {index.name for index in SECONDARY_INDEXES} <= indexes
            assert MigrationContext.configure(connection).get_current_revision() == head()
            assert not [
                each
                for each in compare_metadata(MigrationContext.configure(connection), metadata)
                if "sqlite_" not in str(each)
            ]
    with Store.open(database_url, create=False) as store:
        assert store.version() == 1


def test_an_empty_database_is_not_made_a_store_unasked(database_url: str) -> None:
    with pytest.raises(
        StoreError, match=r"expected a Yiping store at .*, found an empty database: run `make run`"
    ):
        Store.open(database_url, create=False)
    engine = create_engine(database_url, poolclass=NullPool)
    assert inspect(engine).get_table_names() == []


def test_a_store_of_a_newer_program_is_refused(database_url: str) -> None:
    with Store.open(database_url) as store, store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"was made by a newer Yiping .revision 9999.: update the program"):
        Store.open(database_url)
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


ADDED_TABLES = (
    *("grid_organisation", "area", "account", "session", "sign_in_failure", "wall_token"),
    *("audit", "audit_anchor", "wall_control"),
    *("search_segment", "search_block", "saved_view", "export_job"),
    *("edition", "edition_content", "edition_series", "edition_number"),
    *("bulletin_start", "delivery", "job_worker"),
    *("alert", "alert_step", "alert_look"),
    *("task", "task_share", "task_step", "duty_signin"),
)
"""The tables that came after the first revision."""


def test_every_migration_leads_to_the_newest(database_url: str) -> None:
    """A store of the first revision is brought up to date as it is opened: its tables and indexes are a new store's."""
    revisions = list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())
    with Store.open(database_url) as store:
        new = _made_of(store)
        with store.writing() as connection:
            for table in ADDED_TABLES:
                connection.execute(text(f"DROP TABLE {table}"))
            for name in ("slow_closed", "slow_rated", "late", "exempted", "accepted", "accept_due", "rated"):
                connection.execute(text(f"DROP INDEX ix_event_{name}"))
            for name in ("accepted", "accept_due", "rated"):
                connection.execute(text(f"CREATE INDEX ix_event_{name} ON event (category_id, {name}_at)"))
            connection.execute(
                text("UPDATE alembic_version SET version_num = :first"), {"first": revisions[-1].revision}
            )
        assert _made_of(store) != new
    with Store.open(database_url) as store:
        assert store.migrations_current()
        assert _made_of(store) == new


def _made_of(store: Store) -> dict[str, list[Any]]:
    """The columns of every table, index and unique constraint, by table."""
    with store.writing() as connection:
        inspector = inspect(connection)
        return {
            table: sorted(
                [("", [column["name"] for column in inspector.get_columns(table)])]
                + [(str(index["name"]), index["column_names"]) for index in inspector.get_indexes(table)]
                + [
                    (str(each["name"]), each["column_names"])
                    for each in inspector.get_unique_constraints(table)
                ]
            )
            for table in inspector.get_table_names()
        }


def test_two_processes_may_open_a_new_store_at_once(database_url: str) -> None:
    failures: list[Exception] = []

    def opens() -> None:
        try:
            Store.open(database_url).close()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=opens) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Store.open(database_url, create=False) as store:
        assert store.version() == 1


def test_a_reader_cannot_write(database_url: str) -> None:
    with Store.open(database_url) as store:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"), store.reading() as connection:
            connection.execute(update(store_state).values(version=99))
        assert store.version() == 1


def test_a_statement_that_takes_too_long_is_ended(database_url: str) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with Store.open(database_url, statement_timeout_seconds=0.2) as store:
        for _ in range(2):
            with (
                pytest.raises(DBAPIError, match=r"interrupted|statement timeout"),
                store.reading() as connection,
            ):
                connection.execute(text(endless))
        assert store.version() == 1


def test_a_reader_keeps_its_snapshot(database_url: str) -> None:
    with Store.open(database_url) as store:
        with store.reading() as reading:
            before = reading.execute(text("SELECT version FROM store_state")).scalar_one()
            with store.writing() as connection:
                raise_version(connection, 7)
            assert reading.execute(text("SELECT version FROM store_state")).scalar_one() == before
        assert store.state() == State(before + 1, 1, 7, False)
        with store.writing() as connection:
            raise_version(connection, 3)
        assert store.state().latest_at == 7


def write_half(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(
            insert(city).values(id=1, code="x", name="x", zone="UTC", config="{}", loaded_at=0)
        )
        raise_version(connection, 5)
        raise RuntimeError("half way")


def test_a_failed_write_leaves_nothing(database_url: str) -> None:
    with Store.open(database_url) as store:
        with pytest.raises(RuntimeError, match="half way"):
            write_half(store)
        assert store.version() == 1
        with store.writing(alone=True) as connection:
            assert connection.execute(text("SELECT count(*) FROM city")).scalar_one() == 0


def test_writing_alone_keeps_other_writers_out(database_url: str) -> None:
    with Store.open(database_url, pool_size=2) as store, Store.open(database_url) as other:
        order: list[str] = []
        began = threading.Event()

        def writes() -> None:
            began.set()
            with other.writing() as connection:
                order.append("other")
                raise_version(connection, 1)

        thread = threading.Thread(target=writes)
        with store.writing(alone=True) as connection:
            thread.start()
            began.wait()
            thread.join(0.3)
            order.append("alone")
            raise_version(connection, 1)
        thread.join()
        assert order == ["alone", "other"]
        assert store.version() == 3


def test_what_sqlite_is_told(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        # Indexes are sorted in files, which two threads can do; the small sorts of readers stay in memory.
        for opened, temporary in ((store.reading(), 2), (store.writing(), 1)):
            with opened as connection:
                found = {
                    name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
                    for name in ("journal_mode", "synchronous", "busy_timeout", "temp_store")
                }
                assert found == {
                    "journal_mode": "wal",
                    "synchronous": 2,
                    "busy_timeout": 30_000,
                    "temp_store": temporary,
                }
        store.checkpoint()
    path = sqlite_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


def test_what_postgresql_is_told(postgresql_url: str) -> None:
    with Store.open(postgresql_url, statement_timeout_seconds=7) as store:
        with store.reading() as connection:
            shown = {
                name: connection.execute(text(f"SHOW {name}")).scalar_one()
                for name in ("timezone", "jit", "statement_timeout", "transaction_isolation")
            }
            assert shown == {
                "timezone": "UTC",
                "jit": "off",
                "statement_timeout": "7s",
                "transaction_isolation": "repeatable read",
            }
        with store.writing() as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "0"
        store.checkpoint()

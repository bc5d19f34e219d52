"""What passes by itself, told from what a statement got wrong; and the driver's own errors by their usual names."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree

from data.away import is_away
from data.store import Store, driver_rows, plain_rows
from tests.support.postgres import Cluster

WRONG = "SELECT nothing FROM nowhere"


def raised(store: Store, sql: str, *, by_driver: bool) -> SQLAlchemyError:
    """The error of a statement."""
    with pytest.raises(SQLAlchemyError) as found, store.reading() as connection:
        driver_rows(connection, sql, ()) if by_driver else connection.execute(text(sql))
    return found.value


@pytest.mark.parametrize("by_driver", [True, False])
def test_a_statement_that_is_wrong_does_not_pass(database_url: str, by_driver: bool) -> None:
    with Store.open(database_url) as store:
        error = raised(store, WRONG, by_driver=by_driver)
        assert isinstance(error, OperationalError if store.is_sqlite else ProgrammingError)
        assert not is_away(error)


@pytest.mark.parametrize("by_driver", [True, False])
def test_a_connection_that_is_cut_off(postgresql_url: str, by_driver: bool) -> None:
    with Store.open(postgresql_url, create=True) as store:
        error = raised(store, "SELECT pg_terminate_backend(pg_backend_pid())", by_driver=by_driver)
        assert isinstance(error, DBAPIError)
        assert error.connection_invalidated
        assert is_away(error)
        # The next connection is another one.
        assert store.version() == 1


def test_a_server_that_stopped(postgres: Cluster, postgresql_url: str) -> None:
    with Store.open(postgresql_url, create=True) as store:
        postgres.stop()
        try:
            with pytest.raises(SQLAlchemyError) as found:
                store.version()
            assert is_away(found.value)
        finally:
            postgres.start()
        assert store.version() == 1


@pytest.mark.parametrize("by_driver", [True, False])
def test_an_answer_that_took_too_long(database_url: str, by_driver: bool) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with Store.open(database_url, statement_timeout_seconds=0.2) as store:
        assert is_away(raised(store, endless, by_driver=by_driver))


def test_rows_that_come_after_the_statement(sqlite_url: str) -> None:
    # SQLite works while it is read from: the first row comes at once, the rest never.
    endless = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i = 1 OR i < 0"
    )
    with (
        Store.open(sqlite_url, statement_timeout_seconds=0.2) as store,
        pytest.raises(OperationalError) as found,
        store.reading() as connection,
    ):
        plain_rows(connection, endless, {})
    assert is_away(found.value)


def test_no_connection_is_free() -> None:
    assert is_away(NoneFree("QueuePool limit of size 5 overflow 10 reached"))
    assert not is_away(ValueError("expected a grid, found none"))

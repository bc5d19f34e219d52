"""/health on a store that is well, and on stores that are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from api import health
from data.clocks import DAY, iso
from data.store import Store
from tests.support.commands import Commands
from tests.support.postgres import Cluster

LAST_REPORT = 1_770_764_044_094_464


def client(store: Store, now: int = LAST_REPORT + DAY) -> FlaskClient:
    server = Flask("tests")
    health.register(server, store, lambda: now)
    return server.test_client()


def test_a_store_that_is_well(boston: Commands) -> None:
    with Store.open(boston.url) as store:
        asked = client(store)
        ready = asked.get("/health/ready")
        whole = asked.get("/health")
        live = asked.get("/health/live")
    assert (ready.status_code, whole.status_code, live.status_code) == (200, 200, 200)
    assert live.json == {"live": True}
    assert ready.json is not None
    assert whole.json == {"live": True} | ready.json
    told = dict(ready.json)
    (source,) = told.pop("sources")
    assert source.pop("last_recorded_at") > "2026-02-10"
    assert source == {"source": "boston311", "last_reported_at": iso(LAST_REPORT), "age_seconds": 86_400}
    assert told.pop("store_version") > 1
    assert told == {
        "ready": True,
        "database": "reachable",
        "migrations": "current",
        "city": "boston",
        "counters": "current",
    }
    assert ready.headers["Cache-Control"] == "no-store"


def test_an_empty_store_is_ready_and_says_so(database_url: str) -> None:
    with Store.open(database_url) as store:
        answer = client(store).get("/health/ready")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["city"], answer.json["sources"]) == (None, [])


def test_tables_of_another_program_are_not_ready(database_url: str) -> None:
    with Store.open(database_url) as store:
        with store.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        answer = client(store).get("/health/ready")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": "reachable", "migrations": "outdated"}


def test_a_database_that_went_away(postgres: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    with postgres.database() as url:
        store = Store.open(url.replace("yiping@", "yiping:secret@"))
    try:
        asked = client(store)
        answer = asked.get("/health")
        assert answer.status_code == 503
        assert answer.json == {"live": True, "ready": False, "database": "unreachable", "migrations": None}
        assert asked.get("/health/live").status_code == 200
    finally:
        store.close()
    assert "secret" not in answer.text + caplog.text
    assert "not ready" in caplog.text


def test_a_file_that_went_away(tmp_path: Path) -> None:
    path = tmp_path / "yiping.db"
    with Store.open(f"sqlite:///{path}") as store:
        store.close()
        path.write_bytes(b"not a database any more" * 100)
        assert client(store).get("/health/ready").status_code == 503


def test_a_stranger_hears_nothing_of_the_city(boston: Commands) -> None:
    server = Flask("tests")
    with Store.open(boston.url) as store:
        health.register(server, store, lambda: LAST_REPORT, lambda: False)
        answer = server.test_client().get("/health")
    assert answer.json == {"live": True, "ready": True, "database": "reachable", "migrations": "current"}

"""How the program is, for whoever runs it: /health/live, /health/ready and /health. Never a secret, never a trace."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pandas as pd
from flask import Flask, Response, json
from sqlalchemy.exc import SQLAlchemyError

from data.clocks import SECOND, Instant, iso
from data.queries.lists import freshness
from data.reference import NoCity, reference
from data.store import Store, StoreError

_log = logging.getLogger(__name__)

Report = dict[str, Any]

_FOR_EVERYBODY = ("ready", "database", "migrations")


def register(
    server: Flask, store: Store, now: Callable[[], Instant], in_full: Callable[[], bool] = lambda: True
) -> None:
    """Adds the addresses to the server.

    /health/live answers 200 as long as the process answers at all. /health/ready answers 200 when the database is
    reachable and its tables are those of this program, else 503. /health is both together. Where `in_full` says no,
    whoever asks hears nothing of the city and its sources.
    """

    def report() -> Report:
        found = readiness(store, now())
        return found if in_full() else {key: found[key] for key in _FOR_EVERYBODY}

    def live() -> Response:
        return _answer({"live": True}, 200)

    def ready() -> Response:
        found = report()
        return _answer(found, 200 if found["ready"] else 503)

    def health() -> Response:
        found = report()
        return _answer({"live": True} | found, 200 if found["ready"] else 503)

    server.add_url_rule("/health/live", "yiping_live", live)
    server.add_url_rule("/health/ready", "yiping_ready", ready)
    server.add_url_rule("/health", "yiping_health", health)


def readiness(store: Store, now: Instant) -> Report:
    """Whether the store can be served, and the last event seen of each source with its age.

    Keys: ready; database ("reachable" or "unreachable"); migrations ("current", "outdated" or null); and where both are
    well: city (its code or null), store_version, counters ("current" or "stale"), sources (name, last_reported_at,
    last_recorded_at, age_seconds since the last report).
    """
    report: Report = {"ready": False, "database": "unreachable", "migrations": None}
    try:
        current = store.migrations_current()
        report |= {"database": "reachable", "migrations": "current" if current else "outdated"}
        if not current:
            return report
        state = store.state()
        report |= {
            "city": _city(store),
            "store_version": state.version,
            "counters": "stale" if state.counters_stale else "current",
            "sources": [
                _source(row["source"], row["last_reported_at"], row["last_recorded_at"], now)
                for row in freshness(store).to_dict("records")
            ],
            "ready": True,
        }
    except (SQLAlchemyError, StoreError) as error:
        # The message may quote the statement; its first line and its kind are enough, and go to the log alone.
        _log.warning("The store is not ready: %s", type(error).__name__)
        report |= {"ready": False, "database": "unreachable"}
    return report


def _source(name: str, reported_at: Any, recorded_at: Any, now: Instant) -> Report:
    reported = None if pd.isna(reported_at) else int(reported_at)
    return {
        "source": name,
        "last_reported_at": None if reported is None else iso(reported),
        "last_recorded_at": None if pd.isna(recorded_at) else iso(int(recorded_at)),
        "age_seconds": None if reported is None else (now - reported) // SECOND,
    }


def _city(store: Store) -> str | None:
    try:
        return reference(store).code
    except NoCity:
        return None


def _answer(body: Report, status: int) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False) + "\n",
        status,
        mimetype="application/json",
        headers={"Cache-Control": "no-store"},
    )

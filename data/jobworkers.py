"""Who makes bulletins, when each was last heard of, and from when on which scope is owed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import delete, func, insert, select, update

from data.bulletinplan import BulletinKind
from data.clocks import DAY, MINUTE, Instant
from data.deliveries import insert_new
from data.editiontables import bulletin_start, edition, job_worker
from data.store import Store

HEARD: Final = 3 * MINUTE
"""Whoever has given no sign of life for longer is taken to be gone."""

_FORGOTTEN = 1 * DAY


@dataclass(frozen=True)
class Worker:
    """A process that makes bulletins."""

    name: str
    started_at: Instant
    beat_at: Instant
    doing: str


def beat(store: Store, name: str, doing: str, now: Instant) -> None:
    """A sign of life; the first one is the start. Workers of yesterday are forgotten."""
    values = {"beat_at": now, "doing": doing[:255]}
    with store.keeping() as connection:
        mine = job_worker.c.name == name
        if not connection.execute(update(job_worker).where(mine).values(**values)).rowcount:
            connection.execute(insert(job_worker).values(name=name, started_at=now, **values))
        connection.execute(delete(job_worker).where(job_worker.c.beat_at < now - _FORGOTTEN))


def gone(store: Store, name: str) -> None:
    """A worker has ended."""
    with store.keeping() as connection:
        connection.execute(delete(job_worker).where(job_worker.c.name == name))


def workers(store: Store, now: Instant) -> list[Worker]:
    """Whoever was heard of lately, the one last heard of first."""
    query = (
        select(job_worker).where(job_worker.c.beat_at >= now - HEARD).order_by(job_worker.c.beat_at.desc())
    )
    with store.whole.reading() as connection:
        return [Worker(**row) for row in connection.execute(query).mappings()]


def starts(store: Store) -> dict[tuple[BulletinKind, str], Instant]:
    """Since when bulletins of a kind are owed to a scope; what was due before is not."""
    with store.whole.reading() as connection:
        rows = connection.execute(select(bulletin_start))
        return {(cast(BulletinKind, row.kind), row.scope): row.since_at for row in rows}


def start(
    store: Store, wanted: Iterable[tuple[BulletinKind, str]], since: Mapping[BulletinKind, Instant]
) -> None:
    """From now on bulletins of these kinds and scopes are owed, since an instant for each kind. What has begun before
    goes on as it began."""
    with store.keeping() as connection:
        for kind, scope in wanted:
            values = {"kind": kind, "scope": scope, "since_at": since[kind]}
            insert_new(connection, bulletin_start, values, ("kind", "scope"))


def edition_counts(store: Store) -> Mapping[str, int]:
    """How many editions there are of each state, in the whole city."""
    with store.whole.reading() as connection:
        rows = connection.execute(select(edition.c.state, func.count()).group_by(edition.c.state))
        return {str(state): int(count) for state, count in rows}

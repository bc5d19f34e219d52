"""Exports that were asked for: each is a row that whoever makes the file keeps alive, and whoever asked sees."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from data.clocks import DAY, HOUR, MINUTE, Instant
from data.schema import export_job
from data.store import Store

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]

KEPT: Final = 1 * DAY
"""How long a file can be fetched."""

SILENT: Final = 2 * MINUTE
"""A running job that gives no sign of life for so long is taken up again."""

MOST_WAITING: Final = 5
"""So many exports of one viewer wait or run at once."""

_TOLD: Final = 2 * HOUR
"""How long an export that failed or was ended is still listed."""


@dataclass(frozen=True)
class Job:
    """An export; `request` is everything that its file is made from."""

    id: str
    viewer: str
    scope: str
    kind: str
    form: str
    search: str
    state: JobState
    rows_done: int
    rows_total: int | None
    asked_at: Instant
    ended_at: Instant | None
    expires_at: Instant
    size: int | None
    fault: str | None
    request: Mapping[str, Any]

    @property
    def unfinished(self) -> bool:
        """True while somebody should be at work on it."""
        return self.state in ("waiting", "running")


class TooManyJobs(ValueError):
    """A viewer waits for as many exports as they may."""


_COLUMNS: Final = tuple(name for name in Job.__dataclass_fields__)


def ask(store: Store, job: Job) -> None:
    """Puts an export in line. Raises TooManyJobs."""
    with store.writing() as connection:
        mine = connection.execute(
            select(export_job.c.id).where(
                export_job.c.viewer == job.viewer, export_job.c.state.in_(("waiting", "running"))
            )
        ).all()
        if len(mine) >= MOST_WAITING:
            raise TooManyJobs(f"expected fewer than {MOST_WAITING} exports at once, found {len(mine)}")
        values = {name: getattr(job, name) for name in _COLUMNS}
        values["request"] = json.dumps(job.request, ensure_ascii=False)
        connection.execute(insert(export_job).values(**values, beat_at=job.asked_at))


def jobs_of(store: Store, viewer: str, scope: str) -> list[Job]:
    """The exports of a viewer in their scope, the newest first."""
    with store.reading() as connection:
        rows = connection.execute(
            select(*[export_job.c[name] for name in _COLUMNS])
            .where(export_job.c.viewer == viewer, export_job.c.scope == scope)
            .order_by(export_job.c.asked_at.desc())
            .limit(50)
        ).mappings()
        return [_job(row) for row in rows]


def job_of(store: Store, viewer: str, scope: str, number: str) -> Job | None:
    """One export of a viewer in their scope; None for anybody else's."""
    return next((job for job in jobs_of(store, viewer, scope) if job.id == number), None)


def claim(store: Store, now: Instant) -> Job | None:
    """The next export that waits, or that whoever made it has left lying; it is the caller's now."""
    left = and_(export_job.c.state == "running", export_job.c.beat_at < now - SILENT)
    with store.writing() as connection:
        row = (
            connection.execute(
                select(*[export_job.c[name] for name in _COLUMNS])
                .where(or_(export_job.c.state == "waiting", left), export_job.c.expires_at > now)
                .order_by(export_job.c.asked_at)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            .mappings()
            .one_or_none()
        )
        if row is None:
            return None
        connection.execute(
            update(export_job)
            .where(export_job.c.id == row["id"])
            .values(state="running", beat_at=now, rows_done=0)
        )
        return _job({**row, "state": "running"})


def beat(store: Store, number: str, rows: int, now: Instant, total: int | None = None) -> bool:
    """Says how far an export is; False when it was ended meanwhile."""
    told: dict[str, Any] = {"rows_done": rows, "beat_at": now}
    if total is not None:
        told["rows_total"] = total
    return _change(store, number, export_job.c.state == "running", told)


def finish(store: Store, number: str, rows: int, size: int, now: Instant) -> bool:
    """The file lies there; False when the export was ended meanwhile."""
    told = {"state": "done", "rows_done": rows, "rows_total": rows, "size": size}
    return _change(
        store,
        number,
        export_job.c.state == "running",
        told | {"ended_at": now, "beat_at": now, "expires_at": now + KEPT},
    )


def fail(store: Store, number: str, fault: str, now: Instant) -> None:
    """The export came to nothing, and why in one sentence."""
    told = {"state": "failed", "fault": fault[:500], "ended_at": now, "expires_at": now + _TOLD}
    _change(store, number, export_job.c.state == "running", told)


def cancel(store: Store, viewer: str, number: str, now: Instant) -> bool:
    """Ends one of the viewer's own exports; False when there is none that could be ended."""
    mine = and_(export_job.c.viewer == viewer, export_job.c.state.in_(("waiting", "running", "done")))
    return _change(store, number, mine, {"state": "cancelled", "ended_at": now, "expires_at": now + _TOLD})


def expire(store: Store, now: Instant) -> list[str]:
    """Forgets exports whose time is over, and gives the ids of all that are not to have a file any more."""
    with store.writing() as connection:
        gone = list(
            connection.execute(select(export_job.c.id).where(export_job.c.expires_at <= now)).scalars()
        )
        if gone:
            connection.execute(delete(export_job).where(export_job.c.id.in_(gone)))
        ended = connection.execute(
            select(export_job.c.id).where(export_job.c.state.in_(("cancelled", "failed")))
        ).scalars()
        return [*gone, *ended]


def known(store: Store) -> set[str]:
    """The ids of every export that is kept."""
    with store.reading() as connection:
        return set(connection.execute(select(export_job.c.id)).scalars())


def _change(store: Store, number: str, where: ColumnElement[bool], told: Mapping[str, Any]) -> bool:
    with store.writing() as connection:
        changed = connection.execute(
            update(export_job).where(export_job.c.id == number, where).values(**told)
        )
        return bool(changed.rowcount)


def _job(row: Mapping[Any, Any]) -> Job:
    return Job(**{**row, "request": json.loads(row["request"])})

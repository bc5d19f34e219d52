"""Where single events lie: the points of a map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Select, literal, select

from data.answers import Question
from data.queries.plan import Plan, plan
from data.queries.sums import open_at
from data.reference import reference_within
from data.schema import event
from data.store import Store, state

PointKind: TypeAlias = Literal["overdue", "newest"]

_BY_GRID_DEPTH = 2
"""From this depth on a scope's newest events are found by grid; above, by time until there are enough."""


@dataclass(frozen=True)
class Points:
    """Places of events in WGS-84, in the order of their ids. `unplaced` events have no coordinates; `more` is True when
    there were further ones beyond the limit."""

    ids: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    unplaced: int
    more: bool


def event_points(store: Store, question: Question, kind: PointKind, limit: int) -> Points:
    """Where events of the scope and filters lie, at most `limit` of them.

    `overdue`: open at the as-of instant with the deadline before it, the longest overdue first; `newest`: reported in
    the period, the newest first.
    """
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        if question.live:
            question = replace(question, as_of=max(question.as_of, now_state.latest_at))
        wanted = plan(reference, question)
        past = wanted.as_of < now_state.latest_at
        rows = connection.execute(_query(wanted, kind, past).limit(limit + 1)).all()
    taken = rows[:limit]
    placed = [row for row in taken if row.lon is not None and row.lat is not None]
    placed.sort(key=lambda row: row.id)
    return Points(
        ids=np.array([row.id for row in placed], dtype=np.int64),
        lon=np.array([row.lon for row in placed], dtype=np.float64),
        lat=np.array([row.lat for row in placed], dtype=np.float64),
        unplaced=len(taken) - len(placed),
        more=len(rows) > limit,
    )


def _query(wanted: Plan, kind: PointKind, past: bool) -> Select[Any]:
    as_of = literal(wanted.as_of, BigInteger)
    where: list[ColumnElement[bool]] = []
    if wanted.scope.depth > 0:
        by_grid = kind == "newest" and wanted.scope.depth >= _BY_GRID_DEPTH
        inside = event.c.grid_id if by_grid else event.c.grid_id + 0
        where.append(inside.between(wanted.scope.id, wanted.scope.last_id))
    if wanted.categories is not None:
        where.append((event.c.category_id + 0).in_(wanted.categories))
    if wanted.channels is not None:
        where.append((event.c.channel_id + 0).in_(wanted.channels))
    statement = select(event.c.id, event.c.lon, event.c.lat)
    if kind == "overdue":
        due = event.c.handle_due_at
        now_open = event.c.closed_at.is_(None) & event.c.withdrawn_at.is_(None)
        where += [open_at(event, as_of), event.c.reported_at + 0 <= as_of] if past else [now_open]
        return statement.where(*where, due < as_of).order_by(due, event.c.id)
    at = event.c.reported_at
    where += [at >= wanted.period.start, at < wanted.period.end, at <= as_of]
    return statement.where(*where).order_by(at.desc(), event.c.id.desc())

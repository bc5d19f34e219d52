"""Where single events lie: the points of a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Select, literal, select, union_all
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from data.answers import Question
from data.queries.plan import Plan, plan
from data.queries.then import known_then, open_then
from data.reference import Reference, reference_within
from data.schema import event
from data.store import Store, state

PointKind: TypeAlias = Literal["overdue", "newest"]

_NAMES = ("id", "lon", "lat")
_ORDER: Mapping[PointKind, str] = {"overdue": "handle_due_at", "newest": "reported_at"}

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
    """Where events of the scope and filters lie, at most `limit` of them: those that `list_events` lists first.

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
        query = _past_query(reference, wanted, kind) if past else _query(wanted, kind)
        rows = connection.execute(query.limit(limit + 1)).all()
    taken = rows[:limit]
    placed = sorted(
        (row.id, row.lon, row.lat) for row in taken if row.lon is not None and row.lat is not None
    )
    columns = np.array(placed, dtype=np.float64).reshape(-1, 3)
    return Points(
        ids=columns[:, 0].astype(np.int64),
        lon=columns[:, 1],
        lat=columns[:, 2],
        unplaced=len(taken) - len(placed),
        more=len(rows) > limit,
    )


def _query(wanted: Plan, kind: PointKind) -> Select[Any]:
    """The events as of now: indexes hold them in this order."""
    by_grid = kind == "newest" and wanted.scope.depth >= _BY_GRID_DEPTH
    where = _within(wanted, kind, event.c, by_grid)
    if kind == "overdue":
        where += [event.c.closed_at.is_(None), event.c.withdrawn_at.is_(None)]
    order = event.c[_ORDER[kind]]
    key = (order, event.c.id) if kind == "overdue" else (order.desc(), event.c.id.desc())
    return select(*[event.c[name] for name in _NAMES]).where(*where).order_by(*key)


def _past_query(reference: Reference, wanted: Plan, kind: PointKind) -> Select[Any]:
    """The events as of a past instant, put together from what stood then and what has been overwritten since."""
    branches = (
        open_then(wanted.as_of, tuple(reference.category_by_id), overdue=True)
        if kind == "overdue"
        else known_then(wanted.as_of)
    )
    names = (*_NAMES, _ORDER[kind])
    found = union_all(
        *[branch.select(names).where(*_within(wanted, kind, branch.facts, False)) for branch in branches]
    ).subquery()
    order = found.c[_ORDER[kind]]
    key = (order, found.c.id) if kind == "overdue" else (order.desc(), found.c.id.desc())
    return select(found).order_by(*key)


def _within(
    wanted: Plan, kind: PointKind, facts: ReadOnlyColumnCollection[str, Any], by_grid: bool
) -> list[ColumnElement[bool]]:
    """The scope, the filters, and the period or the deadline that tell which events are meant."""
    as_of = literal(wanted.as_of, BigInteger)
    where: list[ColumnElement[bool]] = []
    if wanted.scope.depth > 0:
        inside = facts["grid_id"] if by_grid else facts["grid_id"] + 0
        where.append(inside.between(wanted.scope.id, wanted.scope.last_id))
    if wanted.categories is not None:
        where.append((facts["category_id"] + 0).in_(wanted.categories))
    if wanted.channels is not None:
        where.append((facts["channel_id"] + 0).in_(wanted.channels))
    at = facts[_ORDER[kind]]
    if kind == "overdue":
        return [*where, at < as_of]
    return [*where, at >= wanted.period.start, at < wanted.period.end, at <= as_of]

"""What was received, by grid, category and channel at once: one reading of the events for the lists of many scopes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Connection, FromClause, func, literal, select

from data.answers import Question
from data.queries.plan import Plan, plan
from data.queries.sums import by_scope
from data.queries.then import overwritten
from data.reference import Reference, reference_within
from data.schema import event, event_past
from data.store import Store, state

Ints = NDArray[np.int64]

_KEYS = ("grid_id", "category_id", "channel_id")


@dataclass(frozen=True)
class Received:
    """How many events were received in a period, one place for each grid, category and channel that had any, in the
    order of the grids' ids: ids of the grid that the event lies on, of its category and channel, and the count."""

    grid_ids: Ints
    category_ids: Ints
    channel_ids: Ints
    counts: Ints

    def within(self, first_id: int, last_id: int) -> Received:
        """Those of one scope, by the ids of its grids."""
        start, end = np.searchsorted(self.grid_ids, (first_id, last_id + 1)).tolist()
        columns = (self.grid_ids, self.category_ids, self.channel_ids, self.counts)
        return Received(*(column[start:end] for column in columns))

    @property
    def total(self) -> int:
        """All of them."""
        return int(self.counts.sum())


def received(store: Store, question: Question) -> Received:
    """The events of the scope that were reported in the period and by the as-of instant, those withdrawn by then left
    out: the sums equal the indicator `received` of every scope, category and channel. Filters are not looked at."""
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        if question.live:
            question = replace(question, as_of=max(question.as_of, now_state.latest_at))
        wanted = plan(reference, question)
        at = literal(wanted.as_of, BigInteger)
        parts = [(1, _counted(connection, reference, wanted, event, ()))]
        if wanted.as_of < now_state.latest_at:
            # Few events are changed later: what they say today is taken away, what they said then is added.
            parts.append((-1, _counted(connection, reference, wanted, event, (event.c.changed_at > at,))))
            parts.append((1, _counted(connection, reference, wanted, event_past, overwritten(at))))
    return _added(parts)


def _counted(
    connection: Connection,
    reference: Reference,
    wanted: Plan,
    table: FromClause,
    conditions: tuple[ColumnElement[bool], ...],
) -> Ints:
    end = min(wanted.period.end, wanted.as_of + 1)
    withdrawn = table.c.withdrawn_at
    where = [*conditions, withdrawn.is_(None) | (withdrawn > wanted.as_of)]
    # What is sought by another instant must not be found by its report: "+ 0" keeps the index away.
    reported = table.c.reported_at + 0 if conditions else table.c.reported_at
    by_grid = not conditions and by_scope(reference, wanted, wanted.period.end - wanted.period.start)
    if by_grid:
        reported = table.c.reported_at + 0
    elif not conditions:
        where.append(table.c.category_id.in_(tuple(reference.category_by_id)))
    where += [reported >= wanted.period.start, reported < end]
    if wanted.scope.depth > 0:
        inside = table.c.grid_id if by_grid else table.c.grid_id + 0
        where.append(inside.between(wanted.scope.id, wanted.scope.last_id))
    keys = [table.c[name] for name in _KEYS]
    rows = connection.execute(select(*keys, func.count()).where(*where).group_by(*keys)).fetchall()
    return np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, len(_KEYS) + 1)


def _added(parts: list[tuple[int, Ints]]) -> Received:
    keys = np.concatenate([rows[:, :-1] for _, rows in parts])
    counts = np.concatenate([sign * rows[:, -1] for sign, rows in parts])
    if len(parts) > 1 and len(keys):
        keys, places = np.unique(keys, axis=0, return_inverse=True)
        counts = np.bincount(places.ravel(), weights=counts, minlength=len(keys)).astype(np.int64)
        keys, counts = keys[counts != 0], counts[counts != 0]
    order = np.argsort(keys[:, 0], kind="stable")
    return Received(keys[order, 0], keys[order, 1], keys[order, 2], counts[order])

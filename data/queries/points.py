"""Where single events lie: the points of a map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.answers import Question
from data.queries.listing import select_events
from data.queries.plan import plan
from data.reference import reference_within
from data.store import Store, state

PointKind: TypeAlias = Literal["overdue", "newest"]

_NAMES = ("id", "lon", "lat")


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
        query = select_events(reference, wanted, kind, _NAMES, past=past)
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

"""Events that somebody named by their numbers, as every list tells them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import select

from data.answers import EVENT_COLUMNS, frame_of
from data.clocks import Instant
from data.queries.lists import LISTED, listed, source_names
from data.reference import reference_within
from data.schema import event
from data.store import Store

_IN_CHUNK = 500


def named_events(store: Store, scope: str, ids: Sequence[int], as_of: Instant) -> pd.DataFrame:
    """The events of these numbers that lie in the scope and were not withdrawn (EVENT_COLUMNS), in the order of `ids`;
    personal data are hidden. Raises UnknownGrid."""
    with store.reading() as connection:
        reference = reference_within(store, connection)
        grid = reference.tree.get(scope)
        names = source_names(connection)
        rows = {
            row["id"]: listed(reference, names, dict(row), as_of)
            for start in range(0, len(ids), _IN_CHUNK)
            for row in connection.execute(
                select(*[event.c[name] for name in LISTED]).where(
                    event.c.id.in_(ids[start : start + _IN_CHUNK]),
                    event.c.grid_id.between(grid.id, grid.last_id),
                    event.c.withdrawn_at.is_(None),
                )
            ).mappings()
        }
    return frame_of([rows[number] for number in ids if number in rows], EVENT_COLUMNS)

"""Earlier events of the same category near an event: whether it is new, or comes again and again."""

from __future__ import annotations

import math
from typing import Any, Final

import pandas as pd
from sqlalchemy import select

from data.answers import frame_of
from data.clocks import DAY, Instant
from data.queries.filtered import LISTED, found_row
from data.queries.filters import NEARBY_COLUMNS
from data.queries.lists import UnknownEvent, source_names
from data.reference import reference_within
from data.schema import event
from data.store import Store

WITHIN_METRES: Final = 300
WITHIN_DAYS: Final = 30

_DEGREE_METRES: Final = 111_320
"""A degree of latitude."""

_MOST = 20


def nearby(store: Store, scope: str, event_id: int, as_of: Instant) -> pd.DataFrame:
    """NEARBY_COLUMNS: the events of the scope and of the same category that were reported within WITHIN_DAYS before an
    event and within WITHIN_METRES of it, the nearest first, 20 at most; none where its place is not known.

    Raises UnknownEvent when there is no such event in the scope.
    """
    with store.reading() as connection:
        reference = reference_within(store, connection)
        inside = reference.tree.get(scope)
        row = connection.execute(
            select(event.c.id, event.c.lon, event.c.lat, event.c.category_id, event.c.reported_at).where(
                event.c.id == event_id, event.c.grid_id.between(inside.id, inside.last_id)
            )
        ).one_or_none()
        if row is None:
            raise UnknownEvent(f"expected an event of {inside.name}, found no event {event_id} there")
        if row.lon is None or row.lat is None:
            return frame_of([], NEARBY_COLUMNS)
        narrow = math.cos(math.radians(row.lat)) or 1e-9
        tall, wide = WITHIN_METRES / _DEGREE_METRES, WITHIN_METRES / _DEGREE_METRES / narrow
        found = connection.execute(
            select(*[event.c[name] for name in (*LISTED, "lon", "lat")]).where(
                event.c.category_id == row.category_id,
                event.c.reported_at >= row.reported_at - WITHIN_DAYS * DAY,
                event.c.reported_at <= min(row.reported_at, as_of),
                event.c.id != event_id,
                (event.c.grid_id + 0).between(inside.id, inside.last_id),
                event.c.withdrawn_at.is_(None),
                event.c.lat.between(row.lat - tall, row.lat + tall),
                event.c.lon.between(row.lon - wide, row.lon + wide),
            )
        ).mappings()
        names = source_names(connection)
        near: list[dict[str, Any]] = []
        for other in found:
            metres = _DEGREE_METRES * math.hypot(other["lat"] - row.lat, (other["lon"] - row.lon) * narrow)
            if metres <= WITHIN_METRES:
                near.append({**found_row(reference, names, dict(other), as_of), "metres": metres})
    near.sort(key=lambda one: (one["metres"], -one["reported_at"], one["id"]))
    return frame_of(near[:_MOST], NEARBY_COLUMNS)

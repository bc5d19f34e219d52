"""What the detectors look at, read from the store: two months of events as columns, and the city's days from counters.

Counters hold what is so now. A past instant is seen with today's places and categories of the events, which is what a
detector may know of them, and with the days before it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from sqlalchemy import Connection, select

from data.clocks import DAY, Instant
from data.grids import Tree
from data.hotspots.concentrated import place_depth
from data.hotspots.hot import Sight
from data.hotspots.series import SEEN_DAYS, Days, Recent
from data.reference import Reference, reference_within
from data.schema import grid, grid_shape
from data.store import Store, driver_rows, state

_CITY_DAYS, _DISTRICT_DAYS = 7, 8
"""The grains that count days by category (data/grains.py)."""

_KM_A_DEGREE = 111.32

_SCANNED_AT_ONCE = 30 * DAY
"""Without counters all events are read: so many days a statement."""


@dataclass(frozen=True)
class Seen:
    """A sight of the city and what stands for what in it: the ids of the categories by place."""

    sight: Sight
    reference: Reference
    categories: tuple[int, ...]


def see(store: Store, as_of: Instant, *, hourly: bool = False) -> Seen:
    """The city as of an instant. `hourly` leaves out the days of the districts. Raises NoCity.

    A store within a scope shows that scope only: its root takes the city's place, and its days are counted from its
    own events.
    """
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        categories = tuple(sorted(reference.category_by_id))
        tree = reference.tree
        recent = _recent(connection, tree, categories, as_of)
        first_at = _first_at(connection, as_of)
        known_days = 0 if first_at is None else (as_of - 1 - first_at) // DAY + 1
        districts: Mapping[int, Days] = {}
        if first_at is None:
            days = Days(reference.clock.day_number(as_of - 1), np.zeros((len(categories), 0), dtype=np.int64))
        elif now_state.counters_stale or tree.bounded:
            days = _days_of_events(connection, reference, categories, first_at, as_of)
        else:
            days = _days(connection, reference, categories, _CITY_DAYS, as_of)[tree.root.id]
            if not hourly and tree.max_depth > 1:
                districts = _days(connection, reference, categories, _DISTRICT_DAYS, as_of)
                districts = {key: each for key, each in districts.items() if key != tree.root.id}
        positions = positions_of(connection, tree)
    sight = Sight(tree, reference.calendar, recent, days, districts, positions, known_days)
    return Seen(sight, reference, categories)


def _recent(connection: Connection, tree: Tree, categories: Sequence[int], as_of: Instant) -> Recent:
    rows = driver_rows(
        connection,
        "SELECT grid_id, category_id, reported_at FROM event "
        f"WHERE category_id IN ({_listed(categories)}) AND reported_at >= {as_of - SEEN_DAYS * DAY} "
        f"AND reported_at < {as_of} AND withdrawn_at IS NULL{_inside(tree)}",
        (),
    )
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Recent.of(
        as_of, columns[:, 0], np.searchsorted(np.array(categories), columns[:, 1]), columns[:, 2]
    )


def _first_at(connection: Connection, as_of: Instant) -> Instant | None:
    rows = driver_rows(connection, f"SELECT MIN(reported_at) FROM event WHERE reported_at < {as_of}", ())
    return None if rows[0][0] is None else int(rows[0][0])


def _days(
    connection: Connection, reference: Reference, categories: Sequence[int], grain: int, as_of: Instant
) -> dict[int, Days]:
    """Whole local days before the instant by grid of a grain, from the counters."""
    today = reference.clock.day_number(as_of)
    rows = driver_rows(
        connection,
        "SELECT bucket, grid_id, category_id, received FROM rollup "
        f"WHERE grain = {grain} AND bucket < {today} AND received IS NOT NULL",
        (),
    )
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4)
    if not len(columns):
        none = np.zeros((len(categories), 0), dtype=np.int64)
        return {reference.tree.root.id: Days(today, none)}
    first = int(columns[:, 0].min())
    places, row = np.unique(columns[:, 1], return_inverse=True)
    table = np.zeros((len(places), len(categories), today - first), dtype=np.int64)
    kind = np.searchsorted(np.array(categories), columns[:, 2])
    np.add.at(table, (row, kind, columns[:, 0] - first), columns[:, 3])
    return {int(place): Days(first, table[number]) for number, place in enumerate(places.tolist())}


def _days_of_events(
    connection: Connection,
    reference: Reference,
    categories: Sequence[int],
    first_at: Instant,
    as_of: Instant,
) -> Days:
    """The same from the events, for a scope and for a store whose counters are being made."""
    clock = reference.clock
    first, today = clock.day_number(first_at), clock.day_number(as_of)
    table = np.zeros((len(categories), today - first), dtype=np.int64)
    for start, end in _stretches(first_at, clock.day_start(today)):
        rows = driver_rows(
            connection,
            f"SELECT category_id, reported_at FROM event WHERE category_id IN ({_listed(categories)}) "
            f"AND reported_at >= {start} AND reported_at < {end} AND withdrawn_at IS NULL{_inside(reference.tree)}",
            (),
        )
        columns = np.array(rows, dtype=np.int64).reshape(-1, 2)
        kind = np.searchsorted(np.array(categories), columns[:, 0])
        np.add.at(table, (kind, clock.day_number(columns[:, 1]) - first), 1)
    return Days(first, table)


def _stretches(start: Instant, end: Instant) -> Iterator[tuple[Instant, Instant]]:
    while start < end:
        yield start, min(start + _SCANNED_AT_ONCE, end)
        start += _SCANNED_AT_ONCE


def positions_of(connection: Connection, tree: Tree) -> dict[int, tuple[float, float]]:
    """Where the grids of the scan lie, in kilometres east and north of a point of the city."""
    inside = (grid.c.depth == place_depth(tree)) & grid.c.id.between(tree.root.id, tree.root.last_id)
    rows = connection.execute(
        select(grid_shape.c.grid_id, grid_shape.c.wkb)
        .join(grid, grid.c.id == grid_shape.c.grid_id)
        .where(inside)
        .order_by(grid_shape.c.grid_id)
    ).all()
    if not rows:
        return {}
    middles = shapely.centroid(shapely.from_wkb([bytes(row.wkb) for row in rows]))
    lon, lat = shapely.get_x(middles), shapely.get_y(middles)
    east = _KM_A_DEGREE * math.cos(math.radians(float(np.nanmean(lat))))
    return {
        row.grid_id: (float(x) * east, float(y) * _KM_A_DEGREE)
        for row, x, y in zip(rows, lon.tolist(), lat.tolist(), strict=True)
        if math.isfinite(x) and math.isfinite(y)
    }


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(str(int(each)) for each in ids) or "NULL"


def _inside(tree: Tree) -> str:
    """The scope as a condition beside an index that begins with the category."""
    return f" AND grid_id + 0 BETWEEN {tree.root.id} AND {tree.root.last_id}" if tree.bounded else ""

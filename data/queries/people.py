"""Staff and organisations of a scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Integer, Table, func, select

from data.grids import Grid
from data.reference import reference_within
from data.schema import grid_organisation, grid_staff
from data.store import Store


@dataclass(frozen=True)
class People:
    """How many people of each role and how many organisations of each kind a scope has, the most first."""

    staff: Mapping[str, int]
    organisations: Mapping[str, int]


def people(store: Store, scope: str) -> People:
    """The sums over a grid and all below it. Raises UnknownGrid and NoCity."""
    with store.reading() as connection:
        grid = reference_within(store, connection).tree.get(scope)
        return People(
            staff=_sums(connection, grid_staff, grid_staff.c.role, grid_staff.c.headcount, grid),
            organisations=_sums(
                connection, grid_organisation, grid_organisation.c.kind, grid_organisation.c.number, grid
            ),
        )


def _sums(
    connection: Connection, table: Table, name: Column[str], count: Column[int], grid: Grid
) -> dict[str, int]:
    total = func.sum(count, type_=Integer).label("total")
    rows = connection.execute(
        select(name, total)
        .where(table.c.grid_id.between(grid.id, grid.last_id))
        .group_by(name)
        .order_by(total.desc(), name)
    )
    return {row[0]: int(row[1]) for row in rows}

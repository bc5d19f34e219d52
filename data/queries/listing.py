"""Which events a list names, and in what order, as of now and as of a past instant; a map's points are lists too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from sqlalchemy import BigInteger, ColumnElement, Select, and_, literal, or_, select, union_all
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from data.clocks import Instant
from data.queries.plan import Plan
from data.queries.then import known_then, open_then
from data.reference import Reference
from data.schema import event

ListKind: TypeAlias = Literal["overdue", "open", "newest", "all"]

ORDER: Mapping[ListKind, str] = {
    "overdue": "handle_due_at",
    "open": "handle_due_at",
    "newest": "reported_at",
    "all": "reported_at",
}
"""The instant by which a list is ordered."""

PageKey: TypeAlias = tuple[Instant | None, int]
"""The last row of a page: its instant, and its event's id."""

_BY_GRID_DEPTH = 2
"""From this depth on a scope's newest events are found by grid; above, by time until the page is full."""


def select_events(
    reference: Reference,
    wanted: Plan,
    kind: ListKind,
    names: Sequence[str],
    *,
    past: bool,
    after: PageKey | None = None,
) -> Select[Any]:
    """The events of a list in its order, behind the last row of a page: the columns of these names (for a past instant
    the instant of its order too, as their facts stood then)."""
    if past:
        return _as_of_past(reference, wanted, kind, names, after)
    return _as_of_now(wanted, kind, names, after)


def _as_of_now(wanted: Plan, kind: ListKind, names: Sequence[str], after: PageKey | None) -> Select[Any]:
    """The list as of now: its indexes hold the rows in its order."""
    by_grid = kind in ("newest", "all") and wanted.scope.depth >= _BY_GRID_DEPTH
    where = _within(wanted, kind, event.c, by_grid)
    order = event.c[ORDER[kind]]
    if kind in ("overdue", "open"):
        where.append(event.c.closed_at.is_(None) & event.c.withdrawn_at.is_(None))
    if after is not None:
        where.append(_beyond(kind, order, after))
    descending = kind == "newest"
    key = (order.desc(), event.c.id.desc()) if descending else (order, event.c.id)
    if kind == "open":
        key = (order.is_(None), *key)
    return select(*[event.c[name] for name in names]).order_by(*key).where(*where)


def _as_of_past(
    reference: Reference, wanted: Plan, kind: ListKind, names: Sequence[str], after: PageKey | None
) -> Select[Any]:
    """The list as of a past instant, put together from what stood then and what has been overwritten since."""
    if kind in ("overdue", "open"):
        branches = open_then(wanted.as_of, tuple(reference.category_by_id), overdue=kind == "overdue")
    else:
        branches = known_then(wanted.as_of)
    listed = tuple(dict.fromkeys((*names, ORDER[kind])))
    selects = []
    for branch in branches:
        where = _within(wanted, kind, branch.facts, False)
        if after is not None:
            where.append(_beyond(kind, branch.facts[ORDER[kind]], after))
        selects.append(branch.select(listed).where(*where))
    found = union_all(*selects).subquery()
    order = found.c[ORDER[kind]]
    if kind == "newest":
        return select(found).order_by(order.desc(), found.c.id.desc())
    return select(found).order_by(order.is_(None), order, found.c.id)


def _within(
    wanted: Plan, kind: ListKind, facts: ReadOnlyColumnCollection[str, Any], by_grid: bool
) -> list[ColumnElement[bool]]:
    """The scope, the filters, and the period or the deadline that the list is about."""
    where: list[ColumnElement[bool]] = []
    if wanted.scope.depth > 0:
        inside = facts["grid_id"] if by_grid else facts["grid_id"] + 0
        where.append(inside.between(wanted.scope.id, wanted.scope.last_id))
    if wanted.categories is not None:
        where.append((facts["category_id"] + 0).in_(wanted.categories))
    if wanted.channels is not None:
        where.append((facts["channel_id"] + 0).in_(wanted.channels))
    order = facts[ORDER[kind]]
    as_of = literal(wanted.as_of, BigInteger)
    if kind == "overdue":
        where.append(order < as_of)
    elif kind != "open":
        where += [order >= wanted.period.start, order < wanted.period.end, order <= as_of]
    return where


def _beyond(kind: ListKind, order: ColumnElement[Any], after: PageKey) -> ColumnElement[bool]:
    """What stands behind the last row of the page before."""
    at, event_id = after
    if at is None:
        return order.is_(None) & (event.c.id > event_id)
    if kind == "newest":
        return and_(order <= at, or_(order < at, and_(order == at, event.c.id < event_id)))
    tail = and_(order >= at, or_(order > at, and_(order == at, event.c.id > event_id)))
    return or_(order.is_(None), tail) if kind == "open" else tail

"""What a wall shows of single events as they move: those that came and closed lately, those about to be overdue, calls
that nobody has answered, and the units that work on a response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, case, func, literal, select

from data.answers import Question
from data.clocks import Instant
from data.lifecycle import Kind
from data.masking import masked
from data.queries.lists import status_key
from data.queries.plan import Plan, plan
from data.reference import Reference, reference_within
from data.schema import event, event_step
from data.store import Store, state


@dataclass(frozen=True)
class Moved:
    """An event that came or closed, and when."""

    id: int
    kind: Literal["reported", "closed"]
    at: Instant
    title: str
    category: str
    channel: str
    grid: str


@dataclass(frozen=True)
class Pressing:
    """An open event that needs somebody: since when (a call) or until when (a deadline) stands in `at`."""

    id: int
    title: str
    category: str
    grid: str
    unit: str
    status: str
    at: Instant


@dataclass(frozen=True)
class Listed:
    """How many there are, and the first of them."""

    total: int
    rows: tuple[Pressing, ...]


@dataclass(frozen=True)
class UnitWork:
    """A unit ("" where none is named): its open events, those overdue among them, and those closed since an instant."""

    name: str
    open: int
    overdue: int
    closed: int


_OPEN = event.c.closed_at.is_(None) & event.c.withdrawn_at.is_(None)
_ROW = (
    event.c.id,
    event.c.title,
    event.c.category_id,
    event.c.channel_id,
    event.c.grid_id,
)
_PRESSING = (*_ROW, event.c.unit, event.c.status, event.c.suspended_at, event.c.suspended_until)


def moved(store: Store, question: Question, limit: int) -> tuple[Moved, ...]:
    """The events of the scope and filters that were reported or closed in the period, the newest first, each once for
    its report and once for its closing; at most `limit`."""
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        wanted = plan(reference, question)
        found: list[Moved] = []
        for kind, at in (("reported", event.c.reported_at), ("closed", event.c.closed_at)):
            where = [
                at >= wanted.period.start,
                at < wanted.period.end,
                event.c.withdrawn_at.is_(None),
                *_inside(wanted),
            ]
            if kind == "closed":
                # Naming every category lets the index of closed events answer.
                where.append(event.c.category_id.in_(_categories(reference, wanted)))
            elif wanted.categories is not None:
                where.append((event.c.category_id + 0).in_(wanted.categories))
            rows = connection.execute(
                select(*_ROW, at.label("at"))
                .where(*where)
                .order_by(at.desc(), event.c.id.desc())
                .limit(limit)
            )
            found += [_moved(reference, row, kind) for row in rows]
    found.sort(key=lambda one: (-one.at, one.kind, -one.id))
    return tuple(found[:limit])


def due_soon(store: Store, question: Question, until: Instant, limit: int) -> Listed:
    """Open events of the scope and filters whose handling deadline lies from the as-of instant on, before `until`."""
    with store.reading() as connection:
        reference = reference_within(store, connection)
        wanted = plan(reference, question)
        due = event.c.handle_due_at
        where = [_OPEN, due >= question.as_of, due < until, *_inside(wanted), *_filters(wanted)]
        total = connection.execute(select(func.count()).select_from(event).where(*where)).scalar_one()
        rows = connection.execute(
            select(*_PRESSING, due.label("at")).where(*where).order_by(due, event.c.id).limit(limit)
        ).all()
        return Listed(total, tuple(_pressing(reference, row, question.as_of) for row in rows))


def unanswered(store: Store, question: Question, limit: int) -> Listed:
    """Open events of the scope for which a street has whistled and nobody has come since, the longest waiting first;
    `at` is the whistle that waits."""
    with store.reading() as connection:
        reference = reference_within(store, connection)
        wanted = plan(reference, question)
        whistled = _latest(Kind.WHISTLE)
        calls = (
            select(event_step.c.event_id, whistled.label("at"))
            .join(event, event.c.id == event_step.c.event_id)
            .where(
                _OPEN,
                # The steps of plain histories are implied, and hold no whistle.
                event.c.implied == 0,
                event_step.c.kind.in_((str(Kind.WHISTLE), str(Kind.JOIN))),
                event_step.c.at <= question.as_of,
                *_inside(wanted, seek=True),
                *_filters(wanted),
            )
            .group_by(event_step.c.event_id)
            .having(and_(whistled.is_not(None), whistled > func.coalesce(_latest(Kind.JOIN), 0)))
            .subquery()
        )
        total = connection.execute(select(func.count()).select_from(calls)).scalar_one()
        rows = connection.execute(
            select(*_PRESSING, calls.c.at)
            .join(calls, calls.c.event_id == event.c.id)
            .order_by(calls.c.at, event.c.id)
            .limit(limit)
        ).all()
        return Listed(total, tuple(_pressing(reference, row, question.as_of) for row in rows))


def unit_work(store: Store, question: Question, since: Instant) -> tuple[UnitWork, ...]:
    """Every unit with open events of the scope and filters, or closed ones from `since` on; the most open first."""
    with store.reading() as connection:
        reference = reference_within(store, connection)
        wanted = plan(reference, question)
        unit = func.coalesce(event.c.unit, "").label("unit")
        late = case((event.c.handle_due_at < literal(question.as_of, BigInteger), 1), else_=0)
        open_rows = connection.execute(
            select(unit, func.count(), func.sum(late, type_=Integer))
            .where(_OPEN, *_inside(wanted, seek=True), *_filters(wanted))
            .group_by(unit)
        ).all()
        categories = _categories(reference, wanted)
        closed_rows = connection.execute(
            select(unit, func.count())
            .where(
                event.c.category_id.in_(categories),
                event.c.closed_at >= since,
                event.c.withdrawn_at.is_(None),
                *_inside(wanted),
            )
            .group_by(unit)
        ).all()
    closed = {row[0]: int(row[1]) for row in closed_rows}
    opened = {row[0]: (int(row[1]), int(row[2])) for row in open_rows}
    made = [UnitWork(name, *opened.get(name, (0, 0)), closed.get(name, 0)) for name in {*opened, *closed}]
    return tuple(sorted(made, key=lambda one: (-one.open, -one.closed, one.name)))


def _latest(kind: Kind) -> ColumnElement[Any]:
    return func.max(case((event_step.c.kind == str(kind), event_step.c.at)))


def _inside(wanted: Plan, *, seek: bool = False) -> list[ColumnElement[bool]]:
    """The scope and channels: filters beside an index that is ordered by time, unless they `seek` by themselves."""
    made: list[ColumnElement[bool]] = []
    if wanted.scope.depth > 0:
        inside = event.c.grid_id if seek else event.c.grid_id + 0
        made.append(inside.between(wanted.scope.id, wanted.scope.last_id))
    if wanted.channels is not None:
        made.append((event.c.channel_id + 0).in_(wanted.channels))
    return made


def _categories(reference: Reference, wanted: Plan) -> tuple[int, ...]:
    return tuple(reference.category_by_id) if wanted.categories is None else wanted.categories


def _filters(wanted: Plan) -> list[ColumnElement[bool]]:
    return [] if wanted.categories is None else [(event.c.category_id + 0).in_(wanted.categories)]


def _moved(reference: Reference, row: Any, kind: Any) -> Moved:
    return Moved(
        row.id,
        kind,
        row.at,
        masked(row.title or "") or reference.category_by_id[row.category_id].name,
        reference.category_by_id[row.category_id].name,
        reference.channel_by_id[row.channel_id].name,
        reference.tree.by_id(row.grid_id).name,
    )


def _pressing(reference: Reference, row: Any, as_of: Instant) -> Pressing:
    return Pressing(
        row.id,
        masked(row.title or "") or reference.category_by_id[row.category_id].name,
        reference.category_by_id[row.category_id].name,
        reference.tree.by_id(row.grid_id).name,
        row.unit or "",
        status_key(row._mapping, as_of),
        row.at,
    )

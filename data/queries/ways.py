"""The ways to events that were asked for: which index leads there, in which order, and what else must hold.

A store of millions answers at once only by an index that either stands in the order wanted, where the page is soon
full, or holds few events. Each way is a statement that gives ids and what they are ordered by; the ways of a list share
no event, and the page is the first of all of them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, and_, func, literal, or_, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from data.clocks import Instant
from data.lifecycle import Status
from data.periods import Period
from data.queries.filters import STAGES, Filter, NotThen
from data.queries.plan import Plan
from data.queries.then import Branch, known_then, open_then
from data.reference import Reference
from data.schema import event, rated_low

BY_GRID_DEPTH: Final = 2
"""From this depth on a scope's events are found by grid: it holds few of them."""

_MOST_MERGED = 24
"""So many categories are gone through side by side, each in its own order; more are sorted together."""

_INSTANT: Final = {"reported": "reported_at", "due": "handle_due_at", "closed": "closed_at"}

OPEN_STATUSES: Final = (
    Status.REPORTED,
    Status.ACCEPTED,
    Status.DISPATCHED,
    Status.HANDLED,
    Status.VERIFIED,
)
_STATUS_OF: Final = {
    "reported": Status.REPORTED,
    "accepted": Status.ACCEPTED,
    "dispatched": Status.DISPATCHED,
    "handled": Status.HANDLED,
    "verified": Status.VERIFIED,
}


@dataclass(frozen=True)
class Segment:
    """A stretch of a list: its events stand together, in the order of `instant` or, for "overdue", of how long they
    were overdue. `unknown` takes those that lack the instant, by the report."""

    order: str
    descending: bool
    unknown: str = ""
    status: int | None = None
    rating: int | None = None
    unrated: bool = False


@dataclass(frozen=True)
class Key:
    """The last row of a page: its segment, what it is ordered by, and the event."""

    segment: int
    at: int
    id: int


@dataclass(frozen=True)
class Asked:
    """A question made concrete, with what is asked for beside it. `ids` narrows it to some events."""

    reference: Reference
    plan: Plan
    filter: Filter
    past: bool
    ids: tuple[int, ...] | None = None


def segments_of(asked: Filter) -> list[Segment]:
    """The stretches of a list in their order."""
    down = asked.descending
    if asked.sort == "rating":
        steps = sorted((1, 2, 3, 4, 5), reverse=down)
        rated = [Segment("reported", True, rating=step) for step in steps if _rated(asked, step)]
        return rated + ([Segment("reported", True, unrated=True)] if asked.rating in ("", "none") else [])
    if asked.sort == "status":
        return [Segment("reported", True, status=step) for step in sorted(_statuses(asked), reverse=down)]
    if asked.sort == "overdue":
        # What is open still has been overdue the longer the earlier it was due.
        return [Segment("overdue", down) if asked.overdue == "late" else Segment("due", not down)]
    if asked.sort == "reported":
        return [Segment("reported", down)]
    known = Segment(asked.sort, down)
    return [known, Segment("reported", True, unknown=_INSTANT[asked.sort])]


def _statuses(asked: Filter) -> Sequence[Status]:
    if asked.state == "withdrawn":
        return [Status.WITHDRAWN]
    if asked.state == "closed" or asked.overdue == "late":
        return [Status.CLOSED]
    if asked.state in _STATUS_OF:
        return [_STATUS_OF[asked.state]]
    return OPEN_STATUSES if asked.state or asked.overdue == "open" else [*OPEN_STATUSES, Status.CLOSED]


def _rated(asked: Filter, step: int) -> bool:
    if asked.rating == "low":
        return step <= 2
    return asked.rating in ("", str(step))


def is_sliced(asked: Asked, segment: Segment) -> bool:
    """Whether the way to a segment is so long that it is gone stretch by stretch."""
    return (
        not asked.past
        and asked.ids is None
        and segment.order in ("reported", "due", "closed")
        and found_by(asked, segment) is None
    )


def ways(
    asked: Asked, segment: Segment, after: Key | None, window: Period | None, limit: int | None
) -> list[Select[Any]]:
    """Statements that give (id, at, seq): the events of a segment behind a key, each at most `limit` of them in its
    order; without a limit all, in any order. `seq` names what an event said before it was overwritten."""
    made = []
    for branch in _branches(asked, segment):
        facts = branch.facts
        order = _order(asked, segment, facts)
        where = [*branch.where, *_conditions(asked, segment, facts, window is not None)]
        if window is not None:
            # The one range that the index is searched by: of two on a column SQLite may take the wider.
            where += [order >= window.start, order < window.end]
        if after is not None:
            free = order if window is None else order + literal(0, BigInteger)
            where.append(_beyond(segment, free, _id(facts), after, window is None))
        for lead in _leads(asked, segment, facts, branch, limit is not None):
            chosen = select(
                _id(facts).label("id"),
                order.label("at"),
                (facts["seq"] if facts is not event.c else literal(None, Integer)).label("seq"),
            ).where(*where, *lead)
            if limit is not None:
                chosen = chosen.order_by(
                    order.desc() if segment.descending else order,
                    _id(facts).desc() if segment.descending else _id(facts),
                ).limit(limit)
            made.append(chosen)
    return made


def _id(facts: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[int]:
    found: ColumnElement[int] = facts["id"] if facts is event.c else facts["event_id"]
    return found


def _branches(asked: Asked, segment: Segment) -> list[Branch]:
    if not asked.past:
        return [Branch(event.c, ())]
    wants = asked.filter
    if wants.state in STAGES or (segment.status is not None):
        raise NotThen(
            "expected the present for stages of handling, found a past instant: ask for open events"
        )
    if wants.state == "open" or wants.overdue == "open":
        categories = tuple(asked.reference.category_by_id)
        return open_then(asked.plan.as_of, categories, overdue=wants.overdue == "open")
    return known_then(asked.plan.as_of)


def found_by(asked: Asked, segment: Segment) -> str | None:
    """What the events are found by when that alone leaves few of them."""
    wants = asked.filter
    if asked.ids is not None:
        return "ids"
    if wants.state == "withdrawn":
        return "withdrawn"
    if wants.state not in ("", "closed") or wants.overdue == "open" or segment.status in OPEN_STATUSES:
        return "open"
    if wants.rating in ("1", "2", "low") or segment.rating in (1, 2):
        return "rating"
    if asked.plan.scope.depth >= BY_GRID_DEPTH:
        return "grid"
    if wants.overdue == "late" and segment.order in ("closed", "overdue"):
        return "late"
    return None


def _leads(
    asked: Asked,
    segment: Segment,
    facts: ReadOnlyColumnCollection[str, Any],
    branch: Branch,
    ordered: bool,
) -> list[list[ColumnElement[bool]]]:
    """The conditions that name the index; one statement for each list of them."""
    few = found_by(asked, segment)
    if asked.ids is not None:
        return [[_id(facts).in_(asked.ids)]]
    if asked.past or facts is not event.c:
        return [[]]
    if few == "open":
        still = and_(event.c.closed_at.is_(None), event.c.withdrawn_at.is_(None))
        if segment.order == "due":
            return [[still]]
        return [[still, event.c.status == status] for status in _open_statuses(asked, segment)]
    if few == "rating":
        low = (
            [segment.rating]
            if segment.rating
            else [1, 2]
            if asked.filter.rating == "low"
            else [int(asked.filter.rating)]
        )
        return [[rated_low(), event.c.rating == step] for step in low]
    if few is not None:
        return [[]]
    categories = asked.plan.categories
    if segment.order == "reported" and not segment.unknown:
        if categories is None:
            return [[]]
        if ordered and 0 < len(categories) <= _MOST_MERGED:
            return [[event.c.category_id == one] for one in categories]
        return [[event.c.category_id.in_(categories)]]
    if segment.unknown:
        return [[]]
    # Deadlines and closings are found by category: all of them are named.
    every = tuple(asked.reference.category_by_id) if categories is None else categories
    return [[event.c.category_id.in_(every)]]


def _open_statuses(asked: Asked, segment: Segment) -> Sequence[Status]:
    if segment.status is not None:
        return [Status(segment.status)]
    stage = _STATUS_OF.get(asked.filter.state)
    return OPEN_STATUSES if stage is None else [stage]


def _order(asked: Asked, segment: Segment, facts: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[int]:
    """What a segment is ordered by; as a sum where no index may be taken for the order's sake."""
    if segment.order == "overdue":
        length: ColumnElement[int] = (
            func.coalesce(facts["handled_at"], facts["closed_at"]) - facts["handle_due_at"]
        )
        return length
    found: ColumnElement[int] = facts[_INSTANT[segment.order]]
    if found_by(asked, segment) in ("grid", "ids", "withdrawn"):
        return found + literal(0, BigInteger)
    return found


def _beyond(
    segment: Segment, order: ColumnElement[int], number: ColumnElement[int], after: Key, leads: bool
) -> ColumnElement[bool]:
    at = literal(after.at, BigInteger)
    if segment.descending:
        behind = or_(order < at, and_(order == at, number < after.id))
        return and_(order <= at, behind) if leads else behind
    behind = or_(order > at, and_(order == at, number > after.id))
    return and_(order >= at, behind) if leads else behind


def _conditions(
    asked: Asked, segment: Segment, facts: ReadOnlyColumnCollection[str, Any], windowed: bool
) -> list[ColumnElement[bool]]:
    """Everything that must hold; a column that is not to lead stands in a sum, which no index has."""
    wants, wanted = asked.filter, asked.plan
    at = literal(wanted.as_of, BigInteger)
    where: list[ColumnElement[bool]] = []
    if wanted.scope.depth > 0:
        by_grid = found_by(asked, segment) == "grid" and not asked.past
        inside = facts["grid_id"] if by_grid else facts["grid_id"] + 0
        where.append(inside.between(wanted.scope.id, wanted.scope.last_id))
    if wanted.categories is not None:
        where.append((facts["category_id"] + 0).in_(wanted.categories))
    if wanted.channels is not None:
        where.append((facts["channel_id"] + 0).in_(wanted.channels))
    where += _in_period(asked, segment, facts, at, windowed)
    where += _in_state(asked, segment, facts, at)
    if wants.overdue == "open":
        where.append(facts["handle_due_at"] < at)
    elif wants.overdue == "late":
        ended = func.coalesce(facts["handled_at"], facts["closed_at"])
        where += [facts["closed_at"] > facts["handle_due_at"], ended > facts["handle_due_at"], ended <= at]
    where += _rated_so(asked, segment, facts, at)
    if segment.unknown:
        where.append(_unknown_by(facts[segment.unknown], segment.unknown, asked, at))
    elif segment.order in ("due", "closed"):
        known = facts[_INSTANT[segment.order]]
        where.append(known.is_not(None))
        if segment.order == "closed":
            where.append(known + 0 <= at)
    return where


def _in_period(
    asked: Asked,
    segment: Segment,
    facts: ReadOnlyColumnCollection[str, Any],
    at: ColumnElement[Instant],
    windowed: bool,
) -> list[ColumnElement[bool]]:
    by, few = asked.filter.by, found_by(asked, segment)
    where: list[ColumnElement[bool]] = []
    if asked.past:
        where.append(facts["reported_at"] + 0 <= at)
    if by == "any" or (windowed and segment.order == by):
        return where
    leads = segment.order == by and few not in ("ids", "withdrawn", "grid")
    column = facts[_INSTANT[by]] if leads else facts[_INSTANT[by]] + 0
    where += [column >= asked.plan.period.start, column < asked.plan.period.end]
    if by == "closed":
        where.append(facts["closed_at"] + 0 <= at)
    return where


def _in_state(
    asked: Asked, segment: Segment, facts: ReadOnlyColumnCollection[str, Any], at: ColumnElement[Instant]
) -> list[ColumnElement[bool]]:
    state, past = asked.filter.state, asked.past
    withdrawn, closed = facts["withdrawn_at"], facts["closed_at"]
    if state == "withdrawn":
        gone = [withdrawn > 0, *([withdrawn <= at] if past else [])]
        # Nothing that is withdrawn is overdue.
        return [*gone, withdrawn.is_(None)] if asked.filter.overdue == "open" else gone
    where = [or_(withdrawn.is_(None), withdrawn > at) if past else withdrawn.is_(None)]
    if state == "closed" or asked.filter.overdue == "late":
        where.append(closed <= at if past else closed.is_not(None))
    if state not in ("", "closed") or asked.filter.overdue == "open":
        where.append(or_(closed.is_(None), closed > at) if past else closed.is_(None))
    if state == "suspended":
        where += [event.c.suspended_at <= at, event.c.suspended_until > at]
    elif state in _STATUS_OF:
        where += [
            event.c.status + 0 == _STATUS_OF[state],
            or_(event.c.suspended_until.is_(None), event.c.suspended_until <= at),
        ]
    if segment.status is not None:
        where.append(event.c.status + 0 == segment.status)
    return where


def _rated_so(
    asked: Asked, segment: Segment, facts: ReadOnlyColumnCollection[str, Any], at: ColumnElement[Instant]
) -> list[ColumnElement[bool]]:
    key, rating, rated_at = asked.filter.rating, facts["rating"], facts["rated_at"]
    where: list[ColumnElement[bool]] = []
    if key == "none" or segment.unrated:
        where.append(or_(rated_at.is_(None), rated_at > at) if asked.past else rating.is_(None))
    elif key == "low":
        where.append(rating <= 2)
    elif key:
        where.append(rating == int(key))
    if segment.rating is not None:
        where.append(rating == segment.rating)
    if asked.past and (segment.rating is not None or key not in ("", "none")):
        where.append(rated_at <= at)
    return where


def _unknown_by(
    column: ColumnElement[Any], name: str, asked: Asked, at: ColumnElement[Instant]
) -> ColumnElement[bool]:
    if asked.past and name == "closed_at":
        return or_(column.is_(None), column > at)
    return column.is_(None)


def narrowed(asked: Asked, ids: Sequence[int]) -> Asked:
    """The same of some events alone."""
    return replace(asked, ids=tuple(ids))

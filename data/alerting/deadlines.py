"""Who holds what is about to be overdue: warned in good time, passed up as time runs out, silent on days off.

A limit in working time runs in working time, and nobody is warned of it on a day off. A limit in minutes, hours or days
runs through nights and holidays: it is urgent, and so is its warning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from data.alerting.keeping import CENTRE, MOST_EVENTS, Draft
from data.answers import Question
from data.calendars import CalendarKind, Limit, WorkingCalendar
from data.clocks import DAY, HOUR, MINUTE, Instant, date_of
from data.grids import Tree
from data.periods import Period
from data.queries.live import Pressing, unanswered
from data.reference import Reference, reference
from data.schema import event
from data.store import Store
from data.warningplan import DEFAULT, WarningPlan, plan_of

UNIT, ABOVE = 0, 1

_LOOK_AHEAD = 20 * DAY
"""The longest holiday with what is left before it."""

_LEVEL_ONE: Final = 2


@dataclass(frozen=True)
class Held:
    """An open event with a deadline that is near."""

    id: int
    unit: str
    grid_id: int
    due_at: Instant
    limit: Limit | None


@dataclass(frozen=True)
class Step:
    """How far the warning of an event goes, and whether its clock never stops."""

    step: int
    urgent: bool


def step_of(held: Held, calendar: WorkingCalendar, now: Instant, plan: WarningPlan = DEFAULT) -> Step | None:
    """How far an event is to be warned of; None while there is time, once it is long overdue, and on a day off for what
    runs in working time."""
    unit = "minutes" if held.limit is None else held.limit.unit
    urgent = held.limit is None or held.limit.kind is CalendarKind.CONTINUOUS
    today = date_of(calendar.clock.day_number(now))
    if now - held.due_at > plan.fresh_hours * HOUR or (not urgent and not calendar.is_workday(today)[0]):
        return None
    if held.due_at < now:
        return Step(CENTRE, urgent)
    left = calendar.remaining(now, held.due_at, unit)
    whole = _length(held.limit)
    if left <= min(plan.above_minutes * MINUTE, plan.above_share * whole):
        return Step(ABOVE, urgent)
    return Step(UNIT, urgent) if left <= min(plan.unit_minutes * MINUTE, plan.unit_share * whole) else None


def _length(limit: Limit | None) -> float:
    """A limit in its own time."""
    if limit is None:
        return float(DAY)
    if limit.unit == "working_days":
        return limit.amount * 8.0 * HOUR
    return float(
        limit.amount * {"minutes": MINUTE, "hours": HOUR, "working_hours": HOUR, "days": DAY}[limit.unit]
    )


def by_holder(
    held: Iterable[Held], calendar: WorkingCalendar, tree: Tree, now: Instant, plan: WarningPlan = DEFAULT
) -> tuple[Draft, ...]:
    """One warning for each unit in each level-1 grid, as far up as its most pressing event; by grid and unit. The grid
    of a warning that goes to the centre is still the unit's: where it is shown follows from its step."""
    groups: dict[tuple[int, str], list[tuple[Held, Step]]] = {}
    for each in held:
        step = step_of(each, calendar, now, plan)
        if step is not None:
            street = int(tree.ancestor_ids(_LEVEL_ONE)[each.grid_id])
            groups.setdefault((street, each.unit), []).append((each, step))
    made = []
    for (street, unit), some in sorted(groups.items()):
        some.sort(key=lambda pair: (pair[0].due_at, pair[0].id))
        late = sum(1 for each, _ in some if each.due_at < now)
        made.append(
            Draft(
                matter=f"due:{tree.by_id(street).code}:{unit}"[:255],
                kind="due",
                grid=tree.by_id(street).code,
                category="",
                since_at=some[0][0].due_at,
                observed=len(some),
                holder=unit,
                step=max(step.step for _, step in some),
                body={
                    "events": [each.id for each, _ in some[:MOST_EVENTS]],
                    "overdue": late,
                    "urgent": any(step.urgent for _, step in some),
                    "first_due_at": some[0][0].due_at,
                },
            )
        )
    return tuple(made)


def pressing(store: Store, now: Instant) -> tuple[Draft, ...]:
    """The deadline warnings of the whole city as of now."""
    known = reference(store)
    plan = plan_of(known.config.get("warnings", {}))
    with store.reading() as connection:
        rows = connection.execute(
            select(
                event.c.id,
                event.c.unit,
                event.c.grid_id,
                event.c.category_id,
                event.c.channel_id,
                event.c.handle_due_at,
            ).where(
                event.c.closed_at.is_(None),
                event.c.withdrawn_at.is_(None),
                event.c.handled_at.is_(None),
                # The clock of what is suspended stands still.
                event.c.suspended_at.is_(None) | (event.c.suspended_until <= now),
                event.c.handle_due_at >= now - plan.fresh_hours * HOUR,
                event.c.handle_due_at < now + _LOOK_AHEAD,
            )
        ).all()
    held = [
        Held(
            row.id,
            row.unit or "",
            row.grid_id,
            row.handle_due_at,
            known.limits_of(row.category_id, row.channel_id)[1],
        )
        for row in rows
    ]
    return by_holder(held, known.calendar, known.tree, now, plan)


def whistles(store: Store, now: Instant) -> tuple[Draft, ...]:
    """A warning for each call of a street that nobody has answered within the working time that the city allows."""
    known = reference(store)
    question = Question(known.tree.root.code, Period(now - DAY, now + 1), now)
    return tuple(
        draft
        for row in unanswered(store, question, MOST_EVENTS).rows
        if (draft := _whistle(known, store, row, now)) is not None
    )


def _whistle(known: Reference, store: Store, row: Pressing, now: Instant) -> Draft | None:
    plan = plan_of(known.config.get("warnings", {}))
    waited = known.calendar.worked(row.at, now)
    if (
        waited < plan.whistle_minutes * MINUTE
        or not known.calendar.is_workday(date_of(known.clock.day_number(now)))[0]
    ):
        return None
    with store.reading() as connection:
        found = connection.execute(
            select(event.c.grid_id, event.c.category_id).where(event.c.id == row.id)
        ).one_or_none()
    if found is None:
        return None
    return Draft(
        matter=f"whistle:{row.id}:{row.at}",
        kind="whistle",
        grid=known.tree.by_id(found.grid_id).code,
        category=known.category_by_id[found.category_id].code,
        since_at=row.at,
        observed=1,
        holder=row.unit,
        step=CENTRE if waited >= plan.whistle_centre_minutes * MINUTE else ABOVE,
        body={"events": [row.id], "waited_minutes": waited // MINUTE},
    )

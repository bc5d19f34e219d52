"""Which editions of bulletins are owed: those whose hour has come and that do not exist. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import date, timedelta

from data.bulletinplan import KINDS, BulletinKind, BulletinPlan, due_at, following, period_text
from data.calendars import WorkingCalendar
from data.clocks import Instant, ZoneClock
from data.editions import Owed
from data.grids import Tree

Key = tuple[BulletinKind, str, str]

_BEFORE = {"morning": 1, "evening": 1, "month": 62}
"""So many days before its hour a period may begin: a month that is put off is given in the second month after."""


def due(
    now: Instant,
    made: Container[Key],
    starts: Mapping[tuple[BulletinKind, str], Instant],
    plan: BulletinPlan,
    tree: Tree,
    calendar: WorkingCalendar,
) -> list[Owed]:
    """The editions that should exist and do not: of every kind and scope that has a start, those that were due from it
    until now. `made` holds the keys of those that exist, in whatever state. The scopes at the top come first, then what
    was due first."""
    found = []
    for kind in KINDS:
        since = {scope: at for (own, scope), at in starts.items() if own == kind and scope in tree}
        if not since or not plan.of(kind).on:
            continue
        for period, at in _times(kind, min(since.values()), now, plan, calendar):
            found += [
                Owed(kind, scope, period, at, at)
                for scope, since_at in since.items()
                if since_at <= at and (kind, scope, period) not in made
            ]
    places = {
        scope: (grid.depth, grid.id) for scope in {one.scope for one in found} for grid in [tree.get(scope)]
    }
    return sorted(found, key=lambda one: (places[one.scope][0], one.due_at, *places[one.scope], one.kind))


def latest_due(
    now: Instant, kind: BulletinKind, plan: BulletinPlan, calendar: WorkingCalendar
) -> Instant | None:
    """When the last edition of a kind was due; None where none was within two months."""
    times = [at for _, at in _times(kind, now - 62 * 86_400_000_000, now, plan, calendar)]
    return max(times, default=None)


def next_due(
    now: Instant, kind: BulletinKind, plan: BulletinPlan, calendar: WorkingCalendar
) -> Instant | None:
    """When the next edition of a kind will be due; None for a kind that is not given."""
    if not plan.of(kind).on:
        return None
    ahead = now + 62 * 86_400_000_000
    return min((at for _, at in _times(kind, now, ahead, plan, calendar) if at > now), default=None)


def _times(
    kind: BulletinKind, since: Instant, until: Instant, plan: BulletinPlan, calendar: WorkingCalendar
) -> Iterator[tuple[str, Instant]]:
    """The periods of a kind that are due from `since` to `until`, with their instants, in their order."""
    clock: ZoneClock = calendar.clock
    first: date = clock.local(since).date() - timedelta(days=_BEFORE[kind])
    if kind == "month":
        first = first.replace(day=1)
    while clock.at(first) <= until:
        period = period_text(kind, first)
        at = due_at(plan, kind, period, clock, calendar)
        if at is not None and since <= at <= until:
            yield period, at
        first = following(kind, first)

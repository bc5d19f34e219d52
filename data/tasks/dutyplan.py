"""When duty begins, who owes it, and until when a centre may sign in: the [duty] of a city pack. Pure.

A city that changes its shifts writes several, each with the day from which it holds: what a day owed is said by the one
that held on it, whatever is changed later. Nothing is owed before the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, Final, TypeAlias

from data.clocks import DAY, MINUTE, Instant, ZoneClock, date_of, day_of
from data.dated import in_force, order_faults, tables_of
from data.grids import Grid, Tree

_SHIFT = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_KEYS: Final = ("since", "shifts", "before_minutes", "after_minutes", "depth")
_DAY_MINUTES: Final = 1440
_DEEPEST: Final = 9
_EXAMPLE: Final = "2026-01-01"


@dataclass(frozen=True)
class DutyRules:
    """How duty is kept from the local day `since` on: the local times at which shifts begin (none: nobody owes any),
    how long before and after that a sign-in is in time, and at which depth the grids stand whose centres owe it."""

    since: int
    shifts: tuple[str, ...] = ("08:30", "20:30")
    before_minutes: int = 60
    after_minutes: int = 15
    depth: int = 2


DutyPlan: TypeAlias = tuple[DutyRules, ...]
"""The rules of a city in the order of the days from which they hold; none where nobody owes any."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One shift of one local day: from when on one may sign in, when it begins, until when that is in time, and at
    which depth the grids stand whose centres owe it."""

    day: int
    shift: str
    opens_at: Instant
    starts_at: Instant
    ends_at: Instant
    depth: int = DutyRules.depth


Tables: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""A [duty] of a city.toml, or its [[duty]] in their order."""


def plan_of(tables: Tables) -> DutyPlan:
    """The [duty] or [[duty]] of a city.toml in which `faults` finds nothing; the defaults hold for what each leaves
    out."""
    return tuple(
        DutyRules(
            day_of(date.fromisoformat(table["since"])),
            tuple(table.get("shifts", DutyRules.shifts)),
            table.get("before_minutes", DutyRules.before_minutes),
            table.get("after_minutes", DutyRules.after_minutes),
            table.get("depth", DutyRules.depth),
        )
        for table in tables_of(tables)
        if "since" in table
    )


def plain_plan(plan: DutyPlan) -> list[dict[str, Any]]:
    """The same as JSON types; `plan_of` takes it back."""
    return [
        {
            "since": date_of(one.since).isoformat(),
            "shifts": list(one.shifts),
            "before_minutes": one.before_minutes,
            "after_minutes": one.after_minutes,
            "depth": one.depth,
        }
        for one in plan
    ]


def faults(tables: Tables, grids: frozenset[str] | set[str]) -> list[str]:
    """A sentence for everything in a [duty], or in several, that cannot be used."""
    every = tables_of(tables)
    many = len(every) > 1
    found: list[str] = []
    for number, table in enumerate(every, 1):
        named = f"[[duty]] number {number}" if many else "[duty]"
        found += _faults(named, table, ends=number > 1)
    if found:
        return found
    found = order_faults("duty", [table.get("since") for table in every], _EXAMPLE)
    if many and "since" not in every[0]:
        found.insert(0, f'[[duty]] number 1 must have since = "{_EXAMPLE}": nothing is owed before it')
    return found or _meeting(plan_of(every))


def _faults(named: str, table: Mapping[str, Any], *, ends: bool) -> list[str]:
    found = [
        f'{named}: "{key}" means nothing here; expected {", ".join(_KEYS)}'
        for key in sorted(set(table) - set(_KEYS))
    ]
    if "since" in table and not _is_day(table["since"]):
        found.append(
            f'{named} since must be a day in quotes like "{_EXAMPLE}", or left out; found {table["since"]!r}'
        )
    shifts = table.get("shifts", list(DutyRules.shifts))
    if shifts == [] and ends:
        shifts = []
    elif not isinstance(shifts, list) or not shifts or not all(_is_shift(one) for one in shifts):
        found.append(
            f'{named} shifts must be a list of local times like ["08:30", "20:30"]; found {shifts!r}'
        )
        shifts = []
    minutes = {
        name: table.get(name, getattr(DutyRules, name)) for name in ("before_minutes", "after_minutes")
    }
    for name, value in minutes.items():
        if type(value) is not int or not 0 <= value <= _DAY_MINUTES:
            found.append(f"{named} {name} must be a whole number from 0 to {_DAY_MINUTES}; found {value!r}")
    depth = table.get("depth", DutyRules.depth)
    if type(depth) is not int or not 0 <= depth <= _DEEPEST:
        found.append(
            f"{named} depth must be a whole number from 0 to {_DEEPEST}, counted from the city; found {depth!r}"
        )
    if shifts and not found:
        found += _crowded(named, shifts, sum(minutes.values()))
    return found


def _crowded(named: str, shifts: Sequence[str], allowed_minutes: int) -> list[str]:
    """A sign-in has to belong to one shift alone."""
    starts = [_minutes(one) for one in shifts]
    if any(later <= earlier for earlier, later in pairwise(starts)):
        return [f"{named} shifts must be in the order of the day, each once; found {', '.join(shifts)}"]
    gaps = [later - earlier for earlier, later in pairwise([*starts, starts[0] + _DAY_MINUTES])]
    if min(gaps) <= allowed_minutes:
        return [
            f"{named} shifts must be further apart than before_minutes and after_minutes together "
            f"({allowed_minutes}), else nobody knows to which a sign-in belongs; found {min(gaps)} minutes"
        ]
    return []


def _meeting(plan: DutyPlan) -> list[str]:
    """The last shift of one and the first of the next must not overlap either."""
    found = []
    for earlier, later in pairwise(plan):
        if not earlier.shifts or not later.shifts:
            continue
        allowed = earlier.after_minutes + later.before_minutes
        gap = _minutes(later.shifts[0]) + _DAY_MINUTES - _minutes(earlier.shifts[-1])
        if gap <= allowed:
            found.append(
                f"[[duty]] since {date_of(later.since)}: its first shift must begin more than {allowed} minutes after "
                f"the last one of the day before, else nobody knows to which a sign-in belongs; found {gap} minutes"
            )
    return found


def changed(before: DutyPlan, after: DutyPlan, first: int, last: int) -> int | None:
    """The first local day from `first` to `last`, both included, on which two plans owe different things; None where
    they owe the same."""
    days = sorted({first, *(one.since for one in (*before, *after) if first < one.since <= last)})
    return next((day for day in days if _owed_on(before, day) != _owed_on(after, day)), None)


def _owed_on(plan: DutyPlan, day: int) -> DutyRules | None:
    """What holds on a day, without since when; None where nothing is owed."""
    rules = _rules_on(plan, day)
    return None if rules is None or not rules.shifts else replace(rules, since=0)


def _rules_on(plan: DutyPlan, day: int) -> DutyRules | None:
    return in_force(plan, day, lambda one: one.since)


def slot(plan: DutyPlan, clock: ZoneClock, day: int, shift: str) -> Slot:
    """A shift of a local day by the rules that hold on it; by the defaults where none do, as for what was signed in
    before a pack forgot it."""
    return _slot(_rules_on(plan, day) or DutyRules(day), clock, day, shift)


def _slot(rules: DutyRules, clock: ZoneClock, day: int, shift: str) -> Slot:
    starts_at = clock.at_wall(day * DAY + _minutes(shift) * MINUTE)
    return Slot(
        day,
        shift,
        starts_at - rules.before_minutes * MINUTE,
        starts_at,
        starts_at + rules.after_minutes * MINUTE,
        rules.depth,
    )


def _of_days(plan: DutyPlan, clock: ZoneClock, first: int, last: int) -> tuple[Slot, ...]:
    """Every shift of the local days from one to another, both included, in order."""
    return tuple(
        _slot(rules, clock, day, shift)
        for day in range(first, last + 1)
        if (rules := _rules_on(plan, day)) is not None
        for shift in rules.shifts
    )


def slots(plan: DutyPlan, clock: ZoneClock, start_at: Instant, end_at: Instant) -> tuple[Slot, ...]:
    """The shifts whose time to sign in ended from `start_at` on and before `end_at`, in order; none where none is
    owed."""
    if not plan or start_at >= end_at:
        return ()
    # A window may end on the day after its shift's, at most a day later.
    first, last = max(clock.day_number(start_at) - 2, plan[0].since), clock.day_number(end_at) + 1
    return tuple(one for one in _of_days(plan, clock, first, last) if start_at <= one.ends_at < end_at)


def present(plan: DutyPlan, clock: ZoneClock, at: Instant) -> Slot | None:
    """The shift for which one signs in at an instant: the last one that has opened; None before the first, and on the
    day after the last of a city that keeps duty no more."""
    day = clock.day_number(at)
    opened = [one for one in _of_days(plan, clock, day - 1, day + 1) if one.opens_at <= at]
    return opened[-1] if opened else None


def on_duty(depth: int, tree: Tree, scope: str) -> tuple[Grid, ...]:
    """The grids within a scope whose centres owe duty where it is kept at a depth, in the order of the tree."""
    return tuple(grid for grid in tree.at_depth(scope, depth) if grid.kind is None)


def _minutes(shift: str) -> int:
    return int(shift[:2]) * 60 + int(shift[3:])


def _is_shift(value: object) -> bool:
    return isinstance(value, str) and _SHIFT.fullmatch(value) is not None


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False

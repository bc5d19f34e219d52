"""When duty begins, who owes it, and until when a centre may sign in: the [duty] of a city pack. Pure.

Nothing is owed by a city whose pack names no day from which it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

from data.clocks import DAY, MINUTE, Instant, ZoneClock, day_of
from data.grids import Grid, Tree

_SHIFT = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_KEYS: Final = ("since", "shifts", "before_minutes", "after_minutes", "depth")
_DAY_MINUTES: Final = 1440
_DEEPEST: Final = 9


@dataclass(frozen=True)
class DutyRules:
    """How duty is kept: the local times at which shifts begin, how long before and after that a sign-in is in time, at
    which depth the grids stand whose centres owe it, and since which local day (None: nobody owes any)."""

    since: int | None = None
    shifts: tuple[str, ...] = ("08:30", "20:30")
    before_minutes: int = 60
    after_minutes: int = 15
    depth: int = 2


@dataclass(frozen=True, slots=True)
class Slot:
    """One shift of one local day: from when on one may sign in, when it begins, and until when that is in time."""

    day: int
    shift: str
    opens_at: Instant
    starts_at: Instant
    ends_at: Instant


def rules_of(table: Mapping[str, Any]) -> DutyRules:
    """The [duty] of a city.toml in which `faults` finds nothing; the defaults hold for what it leaves out."""
    since = table.get("since")
    return DutyRules(
        None if since is None else day_of(date.fromisoformat(since)),
        tuple(table.get("shifts", DutyRules.shifts)),
        table.get("before_minutes", DutyRules.before_minutes),
        table.get("after_minutes", DutyRules.after_minutes),
        table.get("depth", DutyRules.depth),
    )


def faults(table: Mapping[str, Any], grids: frozenset[str] | set[str]) -> list[str]:
    """A sentence for everything in a [duty] that cannot be used."""
    found = [
        f'[duty]: "{key}" means nothing here; expected {", ".join(_KEYS)}'
        for key in sorted(set(table) - set(_KEYS))
    ]
    if "since" in table and not _is_day(table["since"]):
        found.append(
            f'[duty] since must be a day in quotes like "2026-01-01", or left out; found {table["since"]!r}'
        )
    shifts = table.get("shifts", list(DutyRules.shifts))
    if not isinstance(shifts, list) or not shifts or not all(_is_shift(one) for one in shifts):
        found.append(f'[duty] shifts must be a list of local times like ["08:30", "20:30"]; found {shifts!r}')
        shifts = []
    minutes = {
        name: table.get(name, getattr(DutyRules, name)) for name in ("before_minutes", "after_minutes")
    }
    for name, value in minutes.items():
        if type(value) is not int or not 0 <= value <= _DAY_MINUTES:
            found.append(f"[duty] {name} must be a whole number from 0 to {_DAY_MINUTES}; found {value!r}")
    depth = table.get("depth", DutyRules.depth)
    if type(depth) is not int or not 0 <= depth <= _DEEPEST:
        found.append(
            f"[duty] depth must be a whole number from 0 to {_DEEPEST}, counted from the city; found {depth!r}"
        )
    if not found:
        found += _crowded(shifts, sum(minutes.values()))
    return found


def _crowded(shifts: Sequence[str], allowed_minutes: int) -> list[str]:
    """A sign-in has to belong to one shift alone."""
    starts = [_minutes(one) for one in shifts]
    if any(later <= earlier for earlier, later in pairwise(starts)):
        return [f"[duty] shifts must be in the order of the day, each once; found {', '.join(shifts)}"]
    gaps = [later - earlier for earlier, later in pairwise([*starts, starts[0] + _DAY_MINUTES])]
    if min(gaps) <= allowed_minutes:
        return [
            f"[duty] shifts must be further apart than before_minutes and after_minutes together "
            f"({allowed_minutes}), else nobody knows to which a sign-in belongs; found {min(gaps)} minutes"
        ]
    return []


def slot(rules: DutyRules, clock: ZoneClock, day: int, shift: str) -> Slot:
    """A shift of a local day."""
    starts_at = clock.at_wall(day * DAY + _minutes(shift) * MINUTE)
    return Slot(
        day,
        shift,
        starts_at - rules.before_minutes * MINUTE,
        starts_at,
        starts_at + rules.after_minutes * MINUTE,
    )


def slots(rules: DutyRules, clock: ZoneClock, start_at: Instant, end_at: Instant) -> tuple[Slot, ...]:
    """The shifts whose time to sign in ended from `start_at` on and before `end_at`, in order; none where none is
    owed."""
    if rules.since is None or start_at >= end_at:
        return ()
    # A window may end on the day after its shift's, at most a day later.
    first, last = max(clock.day_number(start_at) - 2, rules.since), clock.day_number(end_at) + 1
    every = (slot(rules, clock, day, shift) for day in range(first, last + 1) for shift in rules.shifts)
    return tuple(one for one in every if start_at <= one.ends_at < end_at)


def present(rules: DutyRules, clock: ZoneClock, at: Instant) -> Slot | None:
    """The shift for which one signs in at an instant: the last one that has opened; None before the first."""
    if rules.since is None:
        return None
    day = clock.day_number(at)
    every = [slot(rules, clock, one, shift) for one in range(day - 1, day + 2) for shift in rules.shifts]
    opened = [one for one in every if one.opens_at <= at and one.day >= rules.since]
    return opened[-1] if opened else None


def on_duty(rules: DutyRules, tree: Tree, scope: str) -> tuple[Grid, ...]:
    """The grids within a scope whose centres owe duty, in the order of the tree."""
    if rules.since is None:
        return ()
    return tuple(grid for grid in tree.at_depth(scope, rules.depth) if grid.kind is None)


def _minutes(shift: str) -> int:
    return int(shift[:2]) * 60 + int(shift[3:])


def _is_shift(value: object) -> bool:
    return isinstance(value, str) and _SHIFT.fullmatch(value) is not None


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False

"""When a city is warned: how long before a deadline, how long a call of a street may wait, and what is looked at once
more. A city says so in its pack; what it leaves out has a default.

Nothing public names these times: the defaults are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True)
class WarningPlan:
    """The thresholds of warnings.

    The unit is warned when `unit_minutes` are left, or the `unit_share` of a shorter limit, and the grid above at
    `above_minutes`, or the `above_share`; what has been overdue for longer than `fresh_hours` stands in every list of
    the overdue and is no longer a warning. A department that is called answers within `whistle_minutes` of working
    time; the centre hears of it after `whistle_centre_minutes`.

    What was closed in the last `check_days` is looked at once more: the same matter again within `again_days`, what was
    handled in the last `close_seconds` before its deadline, what went back `returns` times. A unit is named from
    `check_least` such events on, and when it has `check_times` as many as others have.
    """

    unit_minutes: int = 240
    unit_share: float = 0.5
    above_minutes: int = 60
    above_share: float = 0.2
    fresh_hours: int = 24
    whistle_minutes: int = 30
    whistle_centre_minutes: int = 120
    check_days: int = 30
    again_days: int = 7
    close_seconds: int = 60
    returns: int = 3
    check_least: int = 5
    check_times: float = 2.0


DEFAULT: Final = WarningPlan()

_WHOLE: Final[Mapping[str, tuple[int, int]]] = {
    "unit_minutes": (1, 30 * _DAY_MINUTES),
    "above_minutes": (1, 30 * _DAY_MINUTES),
    "fresh_hours": (1, 30 * 24),
    "whistle_minutes": (1, _DAY_MINUTES),
    "whistle_centre_minutes": (1, 7 * _DAY_MINUTES),
    "check_days": (1, 92),
    "again_days": (1, 92),
    "close_seconds": (1, 3600),
    "returns": (2, 20),
    "check_least": (2, 1000),
}
_PARTS: Final[Mapping[str, tuple[float, float]]] = {
    "unit_share": (0.0, 1.0),
    "above_share": (0.0, 1.0),
    "check_times": (1.0, 100.0),
}


def plan_of(table: Mapping[str, Any]) -> WarningPlan:
    """The [warnings] of a city.toml that `faults` finds nothing wrong with."""
    return WarningPlan(**table)


def faults(table: Mapping[str, Any], grids: frozenset[str] | set[str]) -> list[str]:
    """A sentence for everything in a [warnings] that cannot be used."""
    known = set(WarningPlan.__dataclass_fields__)
    found = [
        f'[warnings]: "{key}" means nothing here; expected {", ".join(sorted(known))}'
        for key in sorted(set(table) - known)
    ]
    for key, (low, high) in _WHOLE.items():
        value = table.get(key, low)
        if type(value) is not int or not low <= value <= high:
            found.append(f"[warnings] {key} must be a whole number from {low} to {high}; found {value!r}")
    for key, (least, most) in _PARTS.items():
        value = table.get(key, most)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            found.append(f"[warnings] {key} must be a number from {least:g} to {most:g}; found {value!r}")
    if found:
        return found
    plan = plan_of(table)
    if plan.above_minutes > plan.unit_minutes:
        found.append(
            f"[warnings] above_minutes must be at most unit_minutes ({plan.unit_minutes}), so that the unit is warned "
            f"before the grid above it; found {plan.above_minutes}"
        )
    if plan.above_share > plan.unit_share:
        found.append(
            f"[warnings] above_share must be at most unit_share ({plan.unit_share:g}), so that the unit is warned "
            f"before the grid above it; found {plan.above_share:g}"
        )
    if plan.whistle_centre_minutes < plan.whistle_minutes:
        found.append(
            f"[warnings] whistle_centre_minutes must be at least whistle_minutes ({plan.whistle_minutes}): the centre "
            f"hears of a call after the street; found {plan.whistle_centre_minutes}"
        )
    if plan.again_days > plan.check_days:
        found.append(
            f"[warnings] again_days must be at most check_days ({plan.check_days}), the days that are looked at; "
            f"found {plan.again_days}"
        )
    return found

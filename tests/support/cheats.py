"""What was closed in the demonstration as the back-checks see it, and which units cheated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from data.alerting.suspicion import Closings, not_solved, seconds_before, standing_out
from data.clocks import DAY, Instant
from data.demo.calibration import Draft
from data.demo.history import Demo
from data.demo.planting import Truth
from data.hotspots.arrays import Bools
from data.loading import NULL

CHEATS: Final[Mapping[str, Callable[[Closings], Bools]]] = {
    "not_solved": not_solved,
    "seconds_before": seconds_before,
}


def judged(some: Closings, cheat: str) -> Bools:
    """Which closings could have been cheated so."""
    found: Bools = some.rating > 0 if cheat == "not_solved" else some.due_at >= 0
    return found


def closings(demo: Demo, made: Draft, as_of: Instant) -> Closings:
    """What was closed in the last thirty days, as columns."""
    columns = made.columns
    rows = np.flatnonzero((columns["closed_at"] != NULL) & (columns["closed_at"] > as_of - 30 * DAY))
    cases = made.cases.part(rows)
    known = {name: np.where(values[rows] == NULL, -1, values[rows]) for name, values in columns.items()}
    return Closings(
        cases.numbers,
        demo.writer.units(cases)[:],
        demo.places.ids[cases.leaf],
        cases.happening,
        cases.reported_at,
        known["handled_at"],
        known["handle_due_at"],
        known["closed_at"],
        known["rating"],
        known["solved"],
        np.full(len(rows), -1),
    )


def named(some: Closings) -> dict[str, set[str]]:
    """The units that the back-checks name, by way of cheating."""
    return {
        cheat: {each.unit for each in standing_out(some.unit, hits(some), judged(some, cheat), some.category)}
        for cheat, hits in CHEATS.items()
    }


def named_plainly(some: Closings) -> dict[str, set[str]]:
    """Those that a plain threshold names: five at least, and twice the share that all units have."""
    found: dict[str, set[str]] = {}
    units, number = np.unique(np.array(some.unit, dtype=object).astype(str), return_inverse=True)
    for cheat, hits in CHEATS.items():
        fit = judged(some, cheat)
        of = np.bincount(number[fit], minlength=len(units))
        count = np.bincount(number[hits(some) & fit], minlength=len(units))
        usual = count.sum() / max(of.sum(), 1)
        found[cheat] = set(units[(count >= 5) & (count >= 2 * usual * of) & (units != "")].tolist())
    return found


def cheats(demo: Demo, made: Draft, truths: tuple[Truth, ...]) -> dict[str, set[str]]:
    """The units that were made to cheat."""
    found: dict[str, set[str]] = {cheat: set() for cheat in CHEATS}
    for truth in truths:
        if truth.kind in found:
            units = demo.writer.units(made.cases.part(np.array(truth.numbers)))[:]
            found[truth.kind] |= set(units)
    return found

"""Cheats that were planted in the demonstration are named, and hardly anybody else."""

from __future__ import annotations

import numpy as np
import pytest

from data.alerting.suspicion import Closings, not_solved, seconds_before, standing_out
from data.clocks import DAY, parse_instant
from data.demo.calibration import Draft
from data.demo.history import Demo, draft, planted_draft, window
from data.demo.planting import Plan, Truth
from data.loading import NULL
from data.reference import reference
from tests.support.demo import open_demo_city

AS_OF = parse_instant("2026-11-21T10:20:00+08:00")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    with open_demo_city(f"sqlite:///{tmp_path_factory.mktemp('cheats') / 'demo.db'}") as store:
        return Demo.of(reference(store))


def closings(demo: Demo, made: Draft) -> Closings:
    """What was closed in the last month, as columns."""
    columns = made.columns
    rows = np.flatnonzero((columns["closed_at"] != NULL) & (columns["closed_at"] > AS_OF - 30 * DAY))
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
    return {
        "not_solved": {
            each.unit for each in standing_out(some.unit, not_solved(some), some.rating > 0, some.category)
        },
        "seconds_before": {
            each.unit
            for each in standing_out(some.unit, seconds_before(some), some.due_at >= 0, some.category)
        },
    }


def cheats(demo: Demo, made: Draft, truths: tuple[Truth, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"not_solved": set(), "seconds_before": set()}
    for truth in truths:
        if truth.kind in found:
            units = demo.writer.units(made.cases.part(np.array(truth.numbers)))[:]
            found[truth.kind] |= set(units)
    return found


def test_planted_cheats_are_named(demo: Demo) -> None:
    made, truths = planted_draft(demo, window(demo, 40_000, AS_OF), Plan(weeks=1, units=3, cheats=15))
    told, true = named(closings(demo, made)), cheats(demo, made, truths)
    for reason, units in true.items():
        assert len(units) >= 3
        assert len(told[reason] & units) >= len(units) - 1, reason
        assert len(told[reason] - units) <= 1, reason


def test_nobody_is_named_where_nobody_cheats(demo: Demo) -> None:
    told = named(closings(demo, draft(demo, window(demo, 40_000, AS_OF))))
    assert told == {"not_solved": set(), "seconds_before": set()}

"""Cheats that were planted in the demonstration are named, and hardly anybody else."""

from __future__ import annotations

import pytest

from data.clocks import parse_instant
from data.demo.history import Demo, draft, planted_draft, window
from data.demo.planting import Plan
from data.reference import reference
from tests.support.cheats import cheats, closings, named
from tests.support.demo import open_demo_city

AS_OF = parse_instant("2026-11-21T10:20:00+08:00")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    with open_demo_city(f"sqlite:///{tmp_path_factory.mktemp('cheats') / 'demo.db'}") as store:
        return Demo.of(reference(store))


def test_planted_cheats_are_named(demo: Demo) -> None:
    made, truths = planted_draft(demo, window(demo, 40_000, AS_OF), Plan(weeks=1, units=3, cheats=15))
    told, true = named(closings(demo, made, AS_OF)), cheats(demo, made, truths)
    for reason, units in true.items():
        assert len(units) >= 3
        assert len(told[reason] & units) >= len(units) - 1, reason
        assert len(told[reason] - units) <= 1, reason


def test_nobody_is_named_where_nobody_cheats(demo: Demo) -> None:
    told = named(closings(demo, draft(demo, window(demo, 40_000, AS_OF)), AS_OF))
    assert told == {"not_solved": set(), "seconds_before": set()}

"""Boston's real requests: the surges that they contain are found, on both databases."""

from __future__ import annotations

import numpy as np
import pytest

from data.clocks import Instant, parse_instant
from data.hotspots.alike import Reports, matters
from data.hotspots.finding import Finding, Kind
from data.hotspots.hot import hot
from data.hotspots.seeing import see
from data.store import Store
from tests.support.commands import Commands


def morning(store: Store, day: str) -> Instant:
    return parse_instant(f"{day}T05:00:00+00:00")


def found(store: Store, day: str) -> list[tuple[Kind, str, str, Finding]]:
    seen = see(store, morning(store, day))
    city = seen.reference
    return [
        (
            each.kind,
            city.category_by_id[seen.categories[each.category_id]].name,
            city.tree.by_id(each.grid_id).name,
            each,
        )
        for each in hot(seen.sight, 1).findings
    ]


@pytest.fixture(scope="module")
def store(boston: Commands) -> Store:
    return Store.open(boston.url, create=False)


@pytest.mark.parametrize(
    ("day", "kind", "what", "where"),
    [
        ("2025-08-19", Kind.SUDDEN, "Domestic Animal Issue", "波士顿"),
        ("2025-10-23", Kind.COMMON, "Street Light Outage", "波士顿"),
        ("2025-12-15", Kind.SUDDEN, "Domestic Animal Issue", "Brighton"),
        ("2025-12-20", Kind.COMMON, "Fallen Tree or Branches", "波士顿"),
        ("2026-02-06", Kind.SUDDEN, "Wild Animal Issue", "South End"),
    ],
)
def test_what_happened_is_found(store: Store, day: str, kind: Kind, what: str, where: str) -> None:
    names = [(each[0], each[1], each[2]) for each in found(store, day)]
    assert (kind, what, where) in names


def test_the_storm_by_its_figures(store: Store) -> None:
    (storm,) = (each for *_, name, _, each in found(store, "2025-12-20") if name == "Fallen Tree or Branches")
    assert storm.observed == 83
    assert storm.expected == pytest.approx(4.9, abs=0.5)
    assert len(storm.grids) == 9
    assert storm.ears is not None
    assert min(storm.ears) > 10


def test_what_cannot_be_judged_is_said(store: Store) -> None:
    assert see(store, parse_instant("2025-07-01T00:00:00+00:00")).sight.known_days == 0
    early = hot(see(store, parse_instant("2025-07-01T00:00:00+00:00")).sight, 1)
    assert (early.findings, early.unjudged) == ((), ("no_events",))
    late = hot(see(store, parse_instant("2026-08-01T00:00:00+00:00")).sight, 1)
    assert (late.findings, late.unjudged) == ((), ("no_recent_events",))
    week = hot(see(store, morning(store, "2025-08-10")).sight, 1)
    assert week.unjudged == ("short_history", "no_past_year")


def test_a_neighbourhood_sees_only_itself(store: Store) -> None:
    whole = see(store, morning(store, "2026-02-06"))
    grid = next(grid for grid in whole.reference.tree if grid.name == "South End")
    part = see(store.within(grid.code), morning(store, "2026-02-06"))
    assert set(part.sight.recent.grid.tolist()) == {grid.id}
    assert part.sight.days.counts.sum() < whole.sight.days.counts.sum() / 5
    assert len(part.sight.recent) == (whole.sight.recent.grid == grid.id).sum()
    assert {each.grid_id for each in hot(part.sight, 1).findings} == {grid.id}


def test_days_of_a_scope_are_those_of_the_counters(store: Store) -> None:
    """The root's days come from counters, a scope's from events: the same whole."""
    whole = see(store, morning(store, "2026-02-06")).sight.days
    at = morning(store, "2026-02-06")
    with store.reading():
        parts = [
            see(store.within(grid.code), at).sight.days
            for grid in see(store, at).reference.tree
            if grid.depth == 1
        ]
    assert whole.counts.sum() >= sum(part.counts.sum() for part in parts) > 0.98 * whole.counts.sum()


def test_without_places_nothing_is_one_matter(store: Store) -> None:
    seen = see(store, morning(store, "2025-12-20"))
    recent = seen.sight.recent
    nowhere = np.full(len(recent), np.nan)
    reports = Reports(
        recent.grid, recent.category, recent.age, nowhere, nowhere, ["Fallen Tree"] * len(recent)
    )
    assert matters(reports) == ()

"""What a bulletin says of hot matters: as they stood at its instant, whatever became of them later."""

from __future__ import annotations

import pytest

from data.alerting.keeping import QUIET, Draft, acknowledge, alerts, assign, close, keep
from data.alerting.reported import reported
from data.clocks import DAY, HOUR, parse_instant
from data.store import Store
from tests.support.city import CELL, CITY, DISTRICT, OTHER_DISTRICT, STREET

NOW = parse_instant("2026-03-05T01:00:00Z")
LAMP = Draft("sudden:light", "sudden", CELL, "light", NOW - DAY, 9, 0.5)
ROAD = Draft("sudden:road", "sudden", STREET, "road", NOW - DAY, 30, 4.0)
WAVE = Draft("common:tree", "common", CITY, "tree", NOW - DAY, 99, 40.0)
LATE = Draft("due:unit", "due", STREET, "", NOW, 4)


def seen(store: Store, at: int, *drafts: Draft) -> None:
    keep(store, drafts, at, ("sudden", "common", "due"))


def told(store: Store, start_at: int, as_of: int) -> list[tuple[str, str, int | None, float | None, str]]:
    return [
        (one.kind, one.grid, one.observed, one.expected, one.state)
        for one in reported(store, start_at, as_of).matters
    ]


def test_matters_stand_as_they_did_then(store: Store) -> None:
    seen(store, NOW, LAMP, ROAD, WAVE, LATE)
    before = told(store, NOW, NOW + HOUR)
    assert before == [
        ("sudden", STREET, 30, 4.0, "open"),
        ("sudden", CELL, 9, 0.5, "open"),
        ("common", CITY, 99, 40.0, "open"),
    ], "the kinds in their order, the largest excess first; deadlines are no hot matters"
    (lamp,) = [one for one in alerts(store, CITY) if one.matter == LAMP.matter]
    acknowledge(store, CITY, lamp.id, "anna", NOW + 2 * HOUR)
    assign(store, CITY, lamp.id, "anna", "路灯所", NOW + 3 * HOUR)
    seen(store, NOW + 3 * HOUR, Draft("sudden:light", "sudden", CELL, "light", NOW - DAY, 70, 0.9))
    close(store, CITY, lamp.id, "anna", "已修复", NOW + 4 * HOUR)
    assert told(store, NOW, NOW + HOUR) == before, "what came later does not change it"
    states = [told(store, NOW, NOW + hours * HOUR)[1][2:] for hours in (2, 3, 4)]
    assert states == [(9, 0.5, "acknowledged"), (9, 0.5, "assigned"), (9, 0.5, "closed")]
    assert len(told(store, NOW + 1, NOW + 4 * HOUR)) == 2, "closed, and not of the period"


def test_what_is_over_is_told_in_its_own_period_alone(store: Store) -> None:
    seen(store, NOW, LAMP)
    seen(store, NOW + QUIET + 1)
    assert told(store, NOW, NOW + QUIET + 1) == [("sudden", CELL, 9, 0.5, "faded")]
    assert told(store, NOW + 1, NOW + QUIET + 1) == []


def test_nobody_is_told_of_grids_beyond_their_scope(store: Store) -> None:
    seen(store, NOW, LAMP, WAVE)
    refused: list[str] = []
    store.refused = lambda scope, code: refused.append(code)
    assert [one[1] for one in told(store.within(DISTRICT), NOW, NOW)] == [CELL]
    assert told(store.within(OTHER_DISTRICT), NOW, NOW) == []
    assert refused == [], "leaving out what lies beyond is no attempt to see it"


@pytest.mark.parametrize("drafts", [(), (LATE,)])
def test_whether_anybody_looked_in_the_period(store: Store, drafts: tuple[Draft, ...]) -> None:
    seen(store, NOW, *drafts)
    for start_at, as_of, watched in (
        (NOW - DAY, NOW - 1, False),
        (NOW - DAY, NOW, True),
        (NOW, NOW + DAY, True),
        (NOW + 1, NOW + DAY, False),
    ):
        found = reported(store, start_at, as_of)
        assert (found.watched, found.matters) == (watched, ()), (start_at, as_of)

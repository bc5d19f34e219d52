"""The evening's facts from a real store: the right day, the right hour, the day before until the same hour."""

from __future__ import annotations

from datetime import date

import pytest

from data.answers import Question
from data.clocks import HOUR, ZoneClock, parse_instant
from data.grids import UnknownGrid
from data.periods import Period
from data.queries.figures import totals
from data.store import Store
from reports.evening import evening_document
from reports.evening_facts import evening_facts
from tests.support.commands import Commands

CLOCK = ZoneClock.of("America/New_York")
LATER = parse_instant("2026-03-01T00:00:00Z")


def test_a_past_day(boston: Commands) -> None:
    day, before = date(2026, 2, 9), date(2026, 2, 8)
    with Store.open(boston.url) as store:
        facts = evening_facts(store, "boston", day, LATER)
        evening = CLOCK.at(day) + 20 * HOUR
        asked = totals(store, Question("boston", Period(CLOCK.at(day), CLOCK.at(date(2026, 2, 10))), evening))
        earlier = totals(
            store, Question("boston", Period(CLOCK.at(before), CLOCK.at(day)), CLOCK.at(before) + 20 * HOUR)
        )
    assert facts.as_of == evening
    assert (facts.current, facts.before) == (asked, earlier)
    assert facts.current["received"].numerator > 0
    assert len(facts.ranking) == 26
    (source,) = facts.sources
    assert source.name == "boston311"
    assert source.last_reported_at is not None
    assert evening - 3 * HOUR < source.last_reported_at <= evening, "the newest report that was known then"
    assert evening_document(facts)["as_of"] == evening


def test_today_until_now(boston: Commands) -> None:
    now = parse_instant("2026-02-10T20:30:00Z")
    with Store.open(boston.url) as store:
        facts = evening_facts(store, "boston-roxbury", date(2026, 2, 10), now)
    assert (facts.as_of, facts.scope, facts.ranking) == (now, "Roxbury", [])


def test_a_day_after_the_clocks_changed(boston: Commands) -> None:
    """Until the same time of the local day, not 24 hours earlier."""
    with Store.open(boston.url) as store:
        facts = evening_facts(store, "boston", date(2025, 11, 2), LATER)
    assert facts.as_of == parse_instant("2025-11-03T01:00:00Z")


def test_a_day_to_come_and_a_grid_that_is_none(boston: Commands) -> None:
    with Store.open(boston.url) as store:
        with pytest.raises(ValueError, match="expected a day that has begun"):
            evening_facts(store, "boston", date(2026, 3, 2), LATER)
        with pytest.raises(UnknownGrid):
            evening_facts(store, "nowhere", date(2026, 2, 9), LATER)

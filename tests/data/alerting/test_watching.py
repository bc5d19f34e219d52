"""A look at a city with planted matters, and at one that cannot be judged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from data.alerting.keeping import alerts, one
from data.alerting.tables import alert, alert_look, alert_step
from data.alerting.watching import watch
from data.clocks import DAY, HOUR, parse_instant
from data.demo.history import SOURCE, Demo, load_of, planted_draft, window
from data.demo.places import outlines
from data.demo.planting import Plan, Truth
from data.loading import load_histories
from data.reference import reference
from data.store import Store
from tests.support.city import open_city
from tests.support.commands import Commands
from tests.support.demo import CITY, open_demo_city

AS_OF = parse_instant("2026-11-18T06:00:00+08:00")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, tuple[Truth, ...]]]:
    with open_demo_city(f"sqlite:///{tmp_path_factory.mktemp('watching') / 'demo.db'}") as store:
        demo = Demo.of(reference(store))
        plan = Plan(weeks=1, surges=4, crowds=1, duplicates=3, again=0, size=1.5)
        made, truths = planted_draft(demo, window(demo, 25_000, AS_OF), plan)
        load = load_of(demo, made, outlines(store, demo.places), AS_OF)
        load_histories(store, SOURCE, load.plain, AS_OF, eventful=load.eventful)
        yield store, truths


def test_what_was_planted_is_warned_of_once(city: tuple[Store, tuple[Truth, ...]]) -> None:
    store, truths = city
    first = watch(store, AS_OF)
    assert first.kept.opened > 5
    assert first.kept.again == 0
    assert "no_past_year" in first.unjudged
    again = watch(store, AS_OF + 1)
    assert again.kept.opened == 0
    assert again.kept.again == first.kept.opened
    city_ = reference(store)
    stand = alerts(store, CITY)
    planted = {
        (city_.category_by_id[truth.happening + 1].code)
        for truth in truths
        if truth.kind in ("surge", "crowd", "duplicates") and truth.last_at > AS_OF - 6 * DAY
    }
    found = {
        each.category for each in stand if each.kind in ("sudden", "concentrated", "common", "duplicates")
    }
    assert len(planted & found) >= 0.8 * len(planted)
    many = [each for each in stand if each.kind == "duplicates"]
    assert many
    assert all(each.observed >= 4 and len(each.body["events"]) >= 4 for each in many)


def test_a_warning_says_what_it_rests_on(city: tuple[Store, tuple[Truth, ...]]) -> None:
    store, _ = city
    watch(store, AS_OF)
    found = next(each for each in alerts(store, CITY, closed=True) if each.kind == "sudden")
    assert found.expected is not None
    assert found.observed >= 1.5 * found.expected
    assert found.share is not None
    assert found.share <= 0.05
    assert len(found.body["events"]) == min(found.observed, 200)
    assert found.body["basis"] == "weeks"
    assert one(store, CITY, found.id)[1][0].what == "opened"


def test_the_hour_is_a_part_of_the_night(city: tuple[Store, tuple[Truth, ...]]) -> None:
    store, _ = city
    watch(store, AS_OF)
    hour = watch(store, AS_OF + 2, hourly=True)
    assert hour.kept.opened == 0
    assert hour.kept.again > 3


def test_a_matter_goes_on_under_its_name(city: tuple[Store, tuple[Truth, ...]]) -> None:
    """A day later the first reports have left the window, and nothing is opened for what was known."""
    store, _ = city
    watch(store, AS_OF)
    before = {each.id for each in alerts(store, CITY, kinds=("duplicates",), closed=True)}
    watch(store, AS_OF + 18 * HOUR, hourly=True)
    assert {each.id for each in alerts(store, CITY, kinds=("duplicates",), closed=True)} == before


def test_an_empty_store_is_looked_at_in_peace(database_url: str) -> None:
    with open_city(database_url) as store:
        found = watch(store, AS_OF)
        assert (found.series, found.kept.opened, found.unjudged) == (0, 0, ("no_events",))


@pytest.fixture
def clean(boston: Commands) -> Iterator[Commands]:
    """Boston, without the warnings of the test afterwards: the session shares it."""
    yield boston
    with Store.open(boston.url, create=False) as store, store.keeping() as connection:
        connection.execute(delete(alert_step))
        connection.execute(delete(alert))
        connection.execute(delete(alert_look))


def test_boston_says_what_it_cannot_know(clean: Commands) -> None:
    boston = clean
    told = boston.good("alerts", "watch", "--as-of", "2025-12-20T05:00:00Z")
    assert "series looked at" in told
    assert "not judged: there is no past year" in told
    assert "not judged: the events have no texts beyond their category" in told
    listed = boston.good("alerts", "list")
    assert "Fallen Tree or Branches  83 of" in listed
    assert "no warning stands" in boston.good("alerts", "list", "--scope", "boston-longwood-medical-area")
    assert "Invalid value" in boston.refused("alerts", "watch", "--as-of", "yesterday")

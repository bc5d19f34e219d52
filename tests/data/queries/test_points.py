"""Places of single events: those that the list of the same question names, in its order, and where they lie."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from data.answers import Question
from data.clocks import DAY
from data.events import write
from data.lifecycle import Report
from data.periods import Period
from data.queries.lists import list_events
from data.queries.points import PointKind, event_points
from data.schema import event
from data.store import Store
from tests.support.asked import Past, questions
from tests.support.brute import event_rows
from tests.support.city import CELL, CITY

NINE = 1_772_672_400_000_000


@pytest.fixture(scope="module")
def placed(past: Past) -> Past:
    """The random past with coordinates for two events in three."""
    with past.store.writing() as connection:
        connection.execute(
            update(event)
            .where(event.c.id % 3 > 0)
            .values(lon=113 + event.c.id / 1024.0, lat=34 + event.c.id / 2048.0)
        )
    return past


@given(st.data(), st.sampled_from(get_args(PointKind)), st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_points_are_the_listed_events_that_have_a_place(
    placed: Past, data: st.DataObject, kind: PointKind, back: bool
) -> None:
    question = data.draw(questions(placed, back=back))
    limit = data.draw(st.integers(1, 40))
    listed = list_events(placed.store, question, kind, limit)
    places = {row["id"]: (row["lon"], row["lat"]) for row in event_rows(placed.store)}
    ids = sorted(listed.rows["id"].tolist())
    known = [one for one in ids if None not in places[one]]
    found = event_points(placed.store, question, kind, limit)
    assert found.ids.tolist() == known
    assert list(zip(found.lon.tolist(), found.lat.tolist(), strict=True)) == [places[one] for one in known]
    assert found.unplaced == len(ids) - len(known)
    assert found.more is (listed.next is not None)


def test_an_event_without_coordinates_is_counted_apart(store: Store) -> None:
    places: list[tuple[float | None, float | None]] = [(113.5, 34.75), (None, None)]
    write(
        store,
        [
            Report(
                source="s",
                key=f"e{number}",
                at=NINE,
                channel="hotline",
                category="road",
                grid=CELL,
                lon=lon,
                lat=lat,
            )
            for number, (lon, lat) in enumerate(places)
        ],
        NINE + DAY,
    )
    question = Question(CITY, Period(NINE - DAY, NINE + DAY), NINE + DAY)
    found = event_points(store, question, "newest", 10)
    assert (found.lon.tolist(), found.lat.tolist()) == ([113.5], [34.75])
    assert (found.unplaced, found.more) == (1, False)
    first = event_points(store, question, "newest", 1)
    assert (first.unplaced, first.more) == (1, True), "the later id of two equal instants comes first"

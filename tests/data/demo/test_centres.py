"""What the demonstration's centres do: plausible, the same for the same seed, and carried on where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from data.clocks import DAY, HOUR, parse_instant
from data.demo.centrelife import CentreLife, centres_of, fill_centres, forget_centres
from data.demo.history import SEED
from data.reference import reference
from data.store import Store
from data.tasks.facts import facts
from data.tasks.keeping import Order, issue
from data.tasks.listing import tasks
from data.tasks.tables import TABLES, duty_signin, task
from tests.support.demo import CITY, open_demo_city

START = parse_instant("2026-01-01T00:00:00Z")
AS_OF = parse_instant("2026-04-01T02:13:00Z")
STREET = "410105001"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def demo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = (
        f"sqlite:///{tmp_path / 'demo.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgresql_url")
    )
    with open_demo_city(url) as store:
        yield store


def rows(store: Store) -> list[list[tuple[object, ...]]]:
    with store.reading() as connection:
        return [
            sorted(
                tuple(row)
                for row in connection.execute(select(*(c for c in table.c if c.name != "known_at")))
            )
            for table in TABLES
        ]


def test_the_centres_have_a_past(demo: Store) -> None:
    centres = centres_of(reference(demo), SEED)
    fill_centres(demo, centres, START, AS_OF)
    march = (parse_instant("2026-02-28T16:00:00Z"), parse_instant("2026-03-31T16:00:00Z"))
    found = facts(demo, CITY, *march, AS_OF, 2)
    assert [one.duty.denominator for one in found.values()] == [62] * 5
    whole = facts(demo, CITY, *march, AS_OF, 0)[CITY]
    for pair in (whole.duty, whole.commands, whole.temporary):
        assert pair.denominator > 8
        assert 0.75 < pair.numerator / pair.denominator < 1.0
    assert all(one.issued_at <= AS_OF for one in tasks(demo, CITY, AS_OF, "all"))
    assert {one.scope for one in tasks(demo, CITY, AS_OF, "all", limit=500)} > {CITY}
    first = rows(demo)
    fill_centres(demo, centres, START, AS_OF)
    again = rows(demo)
    assert [row[1:] for row in again[0]] == [row[1:] for row in first[0]], "the same seed, the same tasks"
    assert again[3] == first[3]


def test_it_is_carried_on_as_the_whole_history_would_be(demo: Store) -> None:
    centres = centres_of(reference(demo), SEED)
    fill_centres(demo, centres, START, AS_OF - 3 * DAY)
    life = CentreLife.begin(demo, centres, START, AS_OF - 3 * DAY)
    for at in range(AS_OF - 3 * DAY, AS_OF, 7 * HOUR):
        life.advance(at)
    CentreLife.begin(demo, centres, START, AS_OF).advance(AS_OF)
    lived = rows(demo)
    fill_centres(demo, centres, START, AS_OF)
    whole = rows(demo)
    assert lived[3] == whole[3]
    assert [row[1] for row in lived[0]] == [row[1] for row in whole[0]]
    assert sorted(row[1:] for row in lived[2]) == sorted(row[1:] for row in whole[2])
    assert sorted((row[1], row[2]) for row in lived[1]) == sorted((row[1], row[2]) for row in whole[1])


def test_what_people_did_stays(demo: Store) -> None:
    centres = centres_of(reference(demo), SEED)
    number = issue(demo, CITY, Order("command", "x", "", (STREET,), AS_OF), "anna", AS_OF - DAY)
    life = CentreLife.begin(demo, centres, START, AS_OF - DAY)
    life.advance(AS_OF)
    forget_centres(demo)
    with demo.reading() as connection:
        assert connection.execute(select(task.c.id)).scalars().all() == [number]
        assert connection.execute(select(func.count()).select_from(duty_signin)).scalar_one() == 0

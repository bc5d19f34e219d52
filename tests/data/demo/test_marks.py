"""The marks of the demonstration: each month once, the same for the same seed, and in time to count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DatabaseError

from data.assessment.entries import marks
from data.assessment.keeping import freeze, frozen_months
from data.assessment.months import month
from data.assessment.tables import entry
from data.clocks import DAY, parse_instant
from data.demo.filling import forget_demo
from data.demo.history import SEED
from data.demo.marks import fill_marks
from data.demo.model import mark_words
from data.reference import reference
from data.store import Store
from tests.support.demo import open_demo_city

START = parse_instant("2026-01-01T00:00:00Z")
AS_OF = parse_instant("2026-03-15T02:00:00Z")


@pytest.fixture
def demo(database_url: str) -> Iterator[Store]:
    with open_demo_city(database_url) as store:
        yield store


def filled(store: Store, until: int, seed: int = SEED) -> list[tuple[object, ...]]:
    fill_marks(store, reference(store), seed, mark_words(), START, until)
    with store.reading() as connection:
        return [tuple(row)[1:] for row in connection.execute(select(entry).order_by(entry.c.id))]


def test_every_month_that_is_due_has_its_marks_once(demo: Store) -> None:
    city = reference(demo)
    found = filled(demo, AS_OF)
    streets = {one.code for one in city.tree.at_depth(city.tree.root.code, 2) if one.kind is None}
    assert {row[0] for row in found} == {"2026-01", "2026-02"}
    assert {row[1] for row in found if row[2] == "centre" and row[0] == "2026-02"} == streets
    assert filled(demo, AS_OF + DAY) == found, "what was given is not given again"
    february = month(city, "2026-02")
    counted = marks(demo, "2026-02", february.as_of)
    assert len(counted) == sum(row[0] == "2026-02" for row in found), (
        "all were given before the month was frozen"
    )
    assert all(55 <= mark <= 100 and mark.denominator <= 2 for mark in counted.values())
    assert len(set(counted.values())) > 3
    assert len(filled(demo, AS_OF + 20 * DAY)) > len(found), "and March has its own in its last days"


def test_the_marks_are_those_of_the_seed(tmp_path: Path) -> None:
    made: list[list[tuple[object, ...]]] = []
    for seed in (SEED, SEED, SEED + 1):
        with open_demo_city(f"sqlite:///{tmp_path / f'{len(made)}.db'}") as store:
            made.append(filled(store, AS_OF, seed))
    assert made[0] == made[1] != made[2]


def test_what_was_assessed_goes_with_the_demonstration(demo: Store) -> None:
    filled(demo, AS_OF)
    assert freeze(demo, "2026-02", AS_OF)
    assert frozen_months(demo) == ("2026-02",)
    forget_demo(demo)
    assert frozen_months(demo) == ()
    assert filled(demo, AS_OF), "and it may be filled again"
    with pytest.raises(DatabaseError, match="stays as it is"), demo.keeping() as connection:
        connection.execute(delete(entry))

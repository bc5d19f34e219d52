"""Staff and organisations summed over a scope."""

from __future__ import annotations

import pytest

from data.city import load_city
from data.grids import UnknownGrid
from data.queries.people import People, people
from data.reference import reference
from data.store import Store
from tests.support.city import CITY, DISTRICT, OTHER_DISTRICT, STREET, city_pack


def test_a_scope_has_its_own_and_all_below(store: Store) -> None:
    assert people(store, CITY) == People({"worker": 5, "head": 2}, {"club": 4, "party": 3})
    assert people(store, DISTRICT) == People({"worker": 5, "head": 1}, {"club": 4, "party": 2})
    assert people(store, STREET) == people(store, DISTRICT)


def test_a_scope_without_anybody(store: Store) -> None:
    assert people(store, OTHER_DISTRICT) == People({}, {})


def test_an_unknown_grid(store: Store) -> None:
    with pytest.raises(UnknownGrid, match="expected the code of a grid"):
        people(store, "nowhere")


def test_a_city_that_is_loaded_again_is_not_counted_twice(store: Store) -> None:
    before = people(store, CITY)
    load_city(store, city_pack(), 0)
    assert people(store, CITY) == before


def test_the_store_says_that_the_city_is_illustrative(store: Store) -> None:
    config = reference(store).config
    assert (config["illustrative"], config["demo"], config["build"]) == (True, False, {})

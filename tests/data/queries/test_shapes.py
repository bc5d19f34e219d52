"""Outlines by code."""

from __future__ import annotations

import pytest

from data.grids import UnknownGrid
from data.queries.shapes import areas, shapes
from data.store import Store
from tests.support.city import CITY, DISTRICT


def test_grids_without_an_outline_are_left_out(store: Store) -> None:
    found = shapes(store, [DISTRICT, CITY])
    assert list(found["code"]) == [CITY]
    assert list(found["name"]) == ["City"]
    assert found.crs == "EPSG:4326"
    assert found.geometry.iloc[0].bounds == (0, 0, 1, 1)


def test_no_outline_at_all_keeps_the_columns(store: Store) -> None:
    assert list(shapes(store, [DISTRICT]).columns) == ["code", "name", "geometry"]
    assert shapes(store, []).empty


def test_an_unknown_grid(store: Store) -> None:
    with pytest.raises(UnknownGrid, match="expected the code of a grid"):
        shapes(store, ["nowhere"])


def test_areas_come_in_the_order_of_drawing(store: Store) -> None:
    found = areas(store)
    assert list(found.columns) == ["code", "name", "kind", "geometry"]
    assert found[["code", "name", "kind"]].to_numpy().tolist() == [
        ["z", "Zone", "zone"],
        ["a", "County", "county"],
    ]
    assert found.crs == "EPSG:4326"
    assert found.geometry.iloc[1].bounds == (0, 0, 2, 1)


def test_a_city_without_areas_keeps_the_columns(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as empty:
        found = areas(empty)
    assert found.empty
    assert list(found.columns) == ["code", "name", "kind", "geometry"]

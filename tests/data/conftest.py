"""Stores with the small city in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.reference import Reference
from data.store import Store
from tests.support.city import NEW_YORK, SHANGHAI, open_city, small_reference


@pytest.fixture(scope="session")
def shanghai(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The small city in a zone without change-overs, the Chinese calendar with it."""
    return small_reference(tmp_path_factory.mktemp("city"), SHANGHAI)


@pytest.fixture(scope="session")
def new_york(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The small city in a zone with days of 23 and 25 hours."""
    return small_reference(tmp_path_factory.mktemp("city"), NEW_YORK)


@pytest.fixture
def store(small_city: Store) -> Store:
    """A store of the test's own with the small city in Shanghai, once on each database."""
    return small_city


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """The same on SQLite alone, for what no database can differ in."""
    with open_city(f"sqlite:///{tmp_path / 'small.db'}") as opened:
        yield opened

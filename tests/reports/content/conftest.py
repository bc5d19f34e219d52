"""One city with a random past for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store import Store
from tests.support.asked import Past
from tests.support.city import open_city
from tests.support.pasts import PASTS, past_of


@pytest.fixture(scope="package", params=PASTS, ids="-".join)
def past(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A city with a random past, on both databases and in both zones."""
    with past_of(request, tmp_path_factory, seed=6) as made:
        yield made


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    """The small city without any event."""
    with open_city(f"sqlite:///{tmp_path / 'empty.db'}") as store:
        yield store

"""One city with a random past for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.asked import Past, random_past
from tests.support.city import NEW_YORK, SHANGHAI, open_city
from tests.support.postgres import Cluster


@pytest.fixture(
    scope="module",
    params=[
        ("sqlite", SHANGHAI),
        ("sqlite", NEW_YORK),
        pytest.param(("postgresql", NEW_YORK), marks=pytest.mark.postgresql),
    ],
    ids="-".join,
)
def past(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A city with a random past, on both databases and in both zones."""
    database, zone = request.param
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path_factory.mktemp('past') / 'past.db'}"
        if database == "postgresql":
            cluster: Cluster = request.getfixturevalue("postgres")
            url = stack.enter_context(cluster.database())
        store = stack.enter_context(open_city(url, zone))
        yield random_past(store, seed=21, change=1 if database == "postgresql" else 0)

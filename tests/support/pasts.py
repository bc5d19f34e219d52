"""Cities with a random past: on both databases, and in a zone with summer time and one without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import pytest

from tests.support.asked import Past, random_past
from tests.support.city import NEW_YORK, SHANGHAI, copied_city, open_city
from tests.support.postgres import Cluster

PASTS: Final[Any] = [
    ("sqlite", SHANGHAI),
    ("sqlite", NEW_YORK),
    pytest.param(("postgresql", NEW_YORK), marks=pytest.mark.postgresql),
]
"""What a fixture of pasts is made for: a database and a zone each."""


@contextmanager
def past_of(request: pytest.FixtureRequest, folders: pytest.TempPathFactory, seed: int) -> Iterator[Past]:
    """The city of one of PASTS with a random past about a change-over."""
    database, zone = request.param
    with ExitStack() as stack:
        if database == "postgresql":
            cluster: Cluster = request.getfixturevalue("postgres")
            store = stack.enter_context(copied_city(cluster, zone))
        else:
            store = stack.enter_context(open_city(f"sqlite:///{folders.mktemp('past') / 'past.db'}", zone))
        yield random_past(store, seed=seed, change=1 if database == "postgresql" else 0)

"""One city with a random past for the tests of a file, on both databases and in both zones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.asked import Past
from tests.support.pasts import PASTS, past_of


@pytest.fixture(scope="module", params=PASTS, ids="-".join)
def past(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with past_of(request, tmp_path_factory, seed=21) as made:
        yield made

"""The screens on a fake city, served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.fakes import FakeCity
from tests.support.serving import served


@pytest.fixture
def fake() -> FakeCity:
    """A city whose figures follow from its names."""
    return FakeCity()


@pytest.fixture
def address(fake: FakeCity) -> Iterator[str]:
    """Where it is served, without a slash at the end."""
    with served(fake.reads()) as found:
        yield found.rstrip("/")

"""The screens on a fake city."""

from __future__ import annotations

import dash
import pytest
from flask.testing import FlaskClient

from tests.support.fakes import FakeCity
from tests.support.screens import app_of


@pytest.fixture
def fake() -> FakeCity:
    """A city whose figures follow from its names."""
    return FakeCity()


@pytest.fixture
def app(fake: FakeCity) -> dash.Dash:
    """The app on it."""
    return app_of(fake)


@pytest.fixture
def client(app: dash.Dash) -> FlaskClient:
    """What asks the app without a browser."""
    found: FlaskClient = app.server.test_client()
    return found

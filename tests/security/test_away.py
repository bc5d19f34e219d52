"""A database that goes away in the middle of any answer: a sentence that says so, and never a fault of the program."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from api import visitors
from data.store import Store
from data.words import LANGUAGES, speaking, word
from tests.support.asking import Asking, every_ask
from tests.support.twins import twins

WAYS = ("reading", "writing", "keeping")


class Cut:
    """A store that is cut off at some of its connections, by lot."""

    def __init__(self, random: Random, monkeypatch: pytest.MonkeyPatch) -> None:
        self.share = 0.0
        self.cuts = 0
        self._random = random
        for way in WAYS:
            monkeypatch.setattr(Store, way, self._cutting(getattr(Store, way)))

    def _cutting(self, whole: Any) -> Any:
        def cut(store: Store, **options: Any) -> AbstractContextManager[Any]:
            if self._random.random() < self.share:
                self.cuts += 1
                raise OperationalError("SELECT", None, sqlite3.OperationalError("the server is gone"))
            return whole(store, **options)  # type: ignore[no-any-return]

        return cut


@pytest.fixture
def faults(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What was logged as a fault of the program."""
    found: list[str] = []
    yield found
    found += [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert not found


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("share", [1.0, 0.3])
def test_whatever_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: list[str], share: float
) -> None:
    # Who it is was looked up before, as it is for whoever has a page open.
    monkeypatch.setattr(visitors, "REMEMBERED_SECONDS", 600.0)
    random = Random(share)
    with twins(tmp_path, random, monkeypatch, "operator") as both:
        client = both.first.leader
        assert client.get("/version").status_code == 200
        cut = Cut(random, monkeypatch)
        told = b""
        for name, (method, path, sent) in every_ask(Asking(both, random)):
            cut.share = share
            answer = client.open(path, method=method, **sent)
            cut.share = 0.0
            assert answer.status_code < 500 or answer.status_code == 503, (name, path, answer.status_code)
            told += answer.get_data()
        assert cut.cuts > 500
        for language in LANGUAGES:
            with speaking(language):
                assert json.dumps(word("problem.failed"))[1:-1].encode() not in told

"""Nobody is answered with anything from beyond their scope, whatever they ask, and whoever asked before them.

Two servers whose stores are equal within the scope and different outside it are asked the same, address by address and
callback by callback: their answers are compared byte for byte.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from api import cookies
from api.visitors import REMEMBERED_SECONDS
from data.accounts import people, sessions
from data.clocks import DAY, MINUTE
from data.words import LANGUAGES, speaking, word
from tests.support.asking import Ask, Asking, every_ask
from tests.support.signing import changed, session_of
from tests.support.twins import INSIDE, NOW, OUTSIDE, Twins, twins

RANDOM: Final = (
    re.compile(rb'(?<=name="form_token" value=")[0-9a-f]*'),
    re.compile(rb'(?<="end_id":")[^"]*'),
    re.compile(rb'(?<="boot":")[0-9a-f]*'),
    re.compile(rb'(?<="v": ")[^"]*|(?<="v":")[^"]*'),
    re.compile(rb'(?<="stamp":")[^"]*'),
    re.compile(rb"\b[0-9a-f]{64}\b"),
)
"""What each process, form, moment and second factor has of its own; and the links of the audit, which go on from what
was audited before."""


def essence(response: TestResponse) -> tuple[Any, ...]:
    """What of an answer must be the same: all of it but what is drawn by lot."""
    body = response.get_data()
    for drawn in RANDOM:
        body = drawn.sub(b"", body)
    kept = {
        name: response.headers.get(name) for name in ("ETag", "Location", "Content-Type", "Content-Encoding")
    }
    return response.status_code, tuple(kept.items()), body


BY_LOT: Final = {
    "yiping_account_second": "a page that offers a new secret each time, drawn as a picture",
    "audit-verdict.children": "the chain is one for all: its length and its last link, and no figure",
}
"""What is compared by its status alone."""

OPEN: Final = {
    *("yiping_language", "yiping_sign_in", "yiping_first_password", "yiping_code", "yiping_sign_out"),
    *("yiping_wall_enter", "yiping_live", "yiping_ready", "yiping_health"),
}
"""What somebody reaches who has not signed in: none of it has a figure."""


def asked_of(twins_: Twins, who: str, ask: Ask) -> tuple[TestResponse, TestResponse]:
    method, path, sent = ask
    return twins_.both(who, method, path, **sent)


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as made:
        yield made


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(
    max_examples=1,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 10**6), st.sampled_from(["leader", "operator", "auditor"]))
def test_no_answer_tells_anything_of_the_outside(
    tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch, seed: int, role: Any
) -> None:
    random = Random(seed)
    with twins(tmp_path_factory.mktemp("twins"), random, patch, role) as both:
        asking = Asking(both, random)
        both.both("leader", "GET", "/")
        asks = list(every_ask(asking))
        # The mayor comes first: whatever the servers keep is the city's.
        told_apart = {
            name
            for name, ask in asks
            if len({essence(answer) for answer in asked_of(both, "mayor", ask)}) > 1
        }
        assert {"yiping_values", "yiping_points"} <= told_apart
        assert any("assess-board" in name for name in told_apart)
        assert any("assess-map" in name for name in told_apart)
        assert any("assess-appeals" in name for name in told_apart)
        assert len(told_apart & set(both.first.app.callback_map)) >= 10, "the callbacks show too little"
        heard = b""
        for name, ask in asks:
            first, second = asked_of(both, "leader", ask)
            if name not in BY_LOT:
                assert essence(first) == essence(second), (
                    f"{name} answers with something of the outside: {ask}"
                )
            assert OUTSIDE.encode() not in first.get_data(), (name, ask)
            assert first.status_code < 500, (name, ask)
            heard += first.get_data()
        assert INSIDE.encode() in heard
        if role != "operator":
            # An operator may see it, one event at a time, for a reason.
            assert b"13800138000" not in heard
        for language in LANGUAGES:
            with speaking(language):
                assert word("problem.failed").encode() not in heard
                assert json.dumps(word("problem.failed"))[1:-1].encode() not in heard


def spoil(both: Twins, client: FlaskClient, way: str, session: str) -> None:
    """Makes a session that let somebody in into one that must not."""
    store = both.first.store
    known = people.get(store, "leader")
    match way:
        case "no cookie":
            client.delete_cookie(cookies.SESSION)
        case "guessed":
            client.set_cookie(cookies.SESSION, session[:-1] + ("A" if session[-1] != "A" else "B"))
        case "its hash":
            client.set_cookie(cookies.SESSION, sessions.hash_of(session))
        case "expired":
            both.clock.at = NOW + DAY
        case "idle":
            both.clock.at = NOW + DAY - MINUTE
        case "disabled":
            changed(store, known, disabled_at=NOW)
        case "ended":
            sessions.end_all(store, known.id)
        case "as a wall":
            client.delete_cookie(cookies.SESSION)
            client.set_cookie(cookies.WALL, session)
    if way in ("disabled", "ended"):
        # So long is an answer of the store remembered, not longer.
        time.sleep(REMEMBERED_SECONDS + 0.1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "way",
    [
        *("no cookie", "guessed", "its hash", "expired", "idle", "disabled", "ended", "as a wall"),
    ],
)
def test_whoever_is_not_signed_in_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    random = Random(way)
    with twins(tmp_path, random, monkeypatch) as both:
        both.both("leader", "GET", "/")
        store, client = both.first.store, both.first.nobody
        known = people.get(store, "leader")
        # Looked up before, so that what is remembered is put to the test as well.
        fresh = session_of(store, known, NOW)
        client.set_cookie(cookies.SESSION, fresh)
        assert client.get("/version").status_code == 200
        spoil(both, client, way, fresh)
        for name, (method, path, sent) in every_ask(Asking(both, random)):
            answer = client.open(path, method=method, **sent)
            told = answer.get_data()
            assert INSIDE.encode() not in told, (way, name, path)
            assert OUTSIDE.encode() not in told, (way, name, path)
            assert b'"received"' not in told, (way, name, path)
            if name not in OPEN:
                assert answer.status_code in (303, 401, 403, 404, 405), (way, name, path, answer.status_code)

"""The addresses of the wall: whose scope, which language, which bytes."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import doors
from api.wall import Reply, WallSource, build_of, register
from data.access import Viewer
from data.words import Language

LEADER = Viewer("li", "leader", "city")
GRIDS = {"city": {"city", "east", "west"}, "east": {"east"}}


@dataclass(frozen=True)
class Made:
    """A reply."""

    status: int
    body: bytes
    key: str = ""


@dataclass
class Source:
    """A source that says what it was asked for."""

    viewer: Viewer | None = LEADER
    key: str = ""
    status: int = 200
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def pulse(self, scope: str, language: Language) -> Reply:
        self.asked.append(("pulse", scope, language))
        return Made(self.status, b'{"v": "1", "at": 1}')

    def panels(self, scope: str, language: Language, known: str) -> Reply:
        self.asked.append(("panels", scope, language, known))
        told = {"v": "1", "n": len(self.asked) if not self.key else 0, "panels": {"head": "x" * 900}}
        return Made(self.status, json.dumps(told).encode(), self.key)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def client(source: Source) -> FlaskClient:
    server = Flask("tests")
    found = doors.Doors(known=lambda _: source.viewer, demo=lambda: None)
    doors.register(server, found)
    register(
        server,
        WallSource(source.pulse, source.panels, lambda scope, code: code in GRIDS.get(scope, {scope})),
    )
    made: FlaskClient = server.test_client()
    return made


def told(client: FlaskClient, path: str, **headers: str) -> tuple[int, Any]:
    answer = client.get(path, headers=headers)
    body = answer.data
    match answer.headers.get("Content-Encoding"):
        case "br":
            body = brotli.decompress(body)
        case "gzip":
            body = gzip.decompress(body)
    return answer.status_code, json.loads(body)


def test_a_wall_asks_about_its_own_scope_in_its_own_language(client: FlaskClient, source: Source) -> None:
    assert told(client, "/wall/pulse") == (200, {"v": "1", "at": 1})
    client.set_cookie("language", "en")
    client.get("/wall/panels?known=abc")
    assert source.asked == [("pulse", "city", "zh"), ("panels", "city", "en", "abc")]


def test_a_grid_within_the_scope_may_be_asked_for_and_none_beyond(
    client: FlaskClient, source: Source
) -> None:
    assert client.get("/wall/pulse?scope=east").status_code == 200
    source.viewer = replace(LEADER, scope="east")
    for path in ("/wall/pulse?scope=west", "/wall/panels?scope=west", "/wall/panels?scope=city"):
        status, body = told(client, path)
        assert (status, "scope" in body) == (404, False)
    assert client.get("/wall/pulse?scope=east").status_code == 200
    assert [scope for _, scope, *_ in source.asked] == ["east", "east"]


def test_whoever_is_not_known_gets_nothing(client: FlaskClient, source: Source) -> None:
    source.viewer = None
    assert [client.get(path).status_code for path in ("/wall/pulse", "/wall/panels")] == [401, 401]
    assert source.asked == []


def test_a_wall_token_reaches_the_addresses_and_changes_nothing(client: FlaskClient, source: Source) -> None:
    source.viewer = Viewer("lobby", "wall", "east")
    assert client.get("/wall/panels").status_code == 200
    assert client.post("/wall/panels").status_code in (403, 405)
    assert [scope for _, scope, *_ in source.asked] == ["east"]


@pytest.mark.parametrize("way", ["br", "gzip", ""])
def test_bytes_are_packed_as_the_browser_can_read_them(client: FlaskClient, way: str) -> None:
    answer = client.get("/wall/panels", headers={"Accept-Encoding": way})
    assert answer.headers.get("Content-Encoding", "") == way
    assert told(client, "/wall/panels", **{"Accept-Encoding": way})[1]["v"] == "1"
    assert (len(answer.data) < 200) == bool(way)


def test_replies_of_one_key_are_packed_once_for_each_scope(client: FlaskClient, source: Source) -> None:
    source.key = "1|"
    first = client.get("/wall/panels", headers={"Accept-Encoding": "br"}).data
    assert client.get("/wall/panels", headers={"Accept-Encoding": "br"}).data is not None
    assert client.get("/wall/panels", headers={"Accept-Encoding": "br"}).data == first
    source.key = ""
    counts = {told(client, "/wall/panels", **{"Accept-Encoding": "br"})[1]["n"] for _ in range(3)}
    assert len(counts) == 3, "without a key nothing is kept"


def test_nothing_is_cached_on_the_way(client: FlaskClient) -> None:
    for path in ("/wall/pulse", "/wall/panels"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_an_away_store_is_told_as_such(client: FlaskClient, source: Source) -> None:
    source.status = 503
    assert client.get("/wall/pulse").status_code == 503


def test_another_program_has_another_name(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    file = tmp_path / "a" / "one.py"
    file.write_text("x = 1")
    first = build_of([tmp_path / "a"])
    assert build_of([tmp_path / "a"]) == first
    (tmp_path / "a" / "notes.txt").write_text("no part of the program")
    assert build_of([tmp_path / "a"]) == first
    file.write_text("x = 2")
    second = build_of([tmp_path / "a"])
    file.rename(tmp_path / "a" / "two.py")
    assert len({first, second, build_of([tmp_path / "a"])}) == 3

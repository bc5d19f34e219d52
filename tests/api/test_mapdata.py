"""The addresses of the map: what is kept, for how long, and what a request that makes no sense hears."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.mapdata import LIBRARY, MapSource, register

BODY = bytes(range(256)) * 80


@dataclass
class Source:
    """A source that counts what it is asked."""

    version: str = "1"
    asker: tuple[str, str] = ("city", "zh")
    asked: list[tuple[str, str]] = field(default_factory=list)
    tiles: Path | None = None
    city: bool = True

    def answer(self, kind: str, query: str) -> bytes:
        self.asked.append((kind, query))
        if "nonsense" in query:
            raise ValueError("expected a level, found nonsense")
        if "atlantis" in query:
            raise LookupError("no grid of this name")
        return f"{kind} {query} {self.version} {self.asker} ".encode() + BODY

    def bound(self) -> MapSource:
        manifest: Mapping[str, Any] = {"levels": [], "revision": "1"}
        return MapSource(
            token=lambda: self.version,
            asker=lambda: self.asker,
            manifest=lambda: manifest if self.city else None,
            answer=self.answer,
            geometry=lambda name: (brotli.compress(BODY), gzip.compress(BODY)) if name == "a-1" else None,
            areas=lambda: ("00ff", b'{"type": "FeatureCollection"}'),
            basemap=lambda: self.tiles,
        )


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def client(source: Source) -> FlaskClient:
    server = Flask("tests")
    register(server, source.bound())
    return server.test_client()


@pytest.mark.parametrize("asker", [("district", "zh"), ("city", "en")])
def test_an_answer_is_never_another_askers(
    client: FlaskClient, source: Source, asker: tuple[str, str]
) -> None:
    first = client.get("/values?level=a")
    source.asker = asker
    second = client.get("/values?level=a", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert str(asker).encode() in second.data
    assert second.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("address", ["/values?level=a", "/figures?level=a", "/weights?level=a"])
def test_an_answer_is_made_once_for_everybody(client: FlaskClient, source: Source, address: str) -> None:
    first = client.get(address)
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"
    for way, unpack in (("gzip", gzip.decompress), ("br", brotli.decompress)):
        packed = client.get(address, headers={"Accept-Encoding": way})
        assert packed.headers["Content-Encoding"] == way
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert unpack(packed.data) == first.data
        assert len(packed.data) < len(first.data)
    assert len(source.asked) == 1


def test_what_a_browser_has_is_not_sent_again_until_the_store_has_changed(
    client: FlaskClient, source: Source
) -> None:
    etag = client.get("/values?level=a").headers["ETag"]
    unchanged = client.get("/values?level=a", headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    source.version = "2"
    changed = client.get("/values?level=a", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert b"level=a 2 " in changed.data
    assert changed.headers["ETag"] != etag


def test_another_scope_is_another_answer(client: FlaskClient, source: Source) -> None:
    one, other = client.get("/values?scope=a"), client.get("/values?scope=b")
    assert one.data != other.data
    assert one.headers["ETag"] != other.headers["ETag"]
    again = client.get("/values?scope=b", headers={"If-None-Match": one.headers["ETag"]})
    assert again.status_code == 200


@pytest.mark.parametrize(
    "address", ["/values?nonsense", "/figures?scope=atlantis", "/points?kind=all", "/points"]
)
def test_a_request_that_makes_no_sense_is_told_so_and_kept_by_nobody(
    client: FlaskClient, source: Source, address: str
) -> None:
    for _ in range(2):
        refused = client.get(address)
        assert refused.status_code == 400
        assert refused.get_json()["error"]
        assert "ETag" not in refused.headers
    assert len(source.asked) in (0, 2)


def test_points_have_a_kind(client: FlaskClient, source: Source) -> None:
    assert client.get("/points?kind=overdue&level=a").status_code == 200
    assert source.asked == [("overdue", "kind=overdue&level=a")]


def test_a_level_is_sent_as_it_was_packed_and_for_ever(client: FlaskClient) -> None:
    for way, unpack in (("gzip", gzip.decompress), ("br", brotli.decompress), ("", bytes)):
        found = client.get("/geometry/a-1", headers={"Accept-Encoding": way})
        assert unpack(found.data) == BODY
        assert "immutable" in found.headers["Cache-Control"]
    assert client.get("/geometry/a-2").status_code == 404
    assert client.get("/geometry/areas-00ff").get_json() == {"type": "FeatureCollection"}
    assert client.get("/geometry/areas-00fe").status_code == 404


def test_the_manifest_is_asked_for_each_time(client: FlaskClient, source: Source) -> None:
    found = client.get("/geometry/manifest")
    assert found.headers["Cache-Control"] == "no-cache"
    assert found.get_json()["library"] == LIBRARY
    assert found.get_json()["basemap"] is None
    source.city = False
    assert client.get("/geometry/manifest").status_code == 404


def test_the_library_comes_from_the_installed_wheel(client: FlaskClient) -> None:
    script = client.get(LIBRARY["js"], headers={"Accept-Encoding": "gzip"})
    assert b"MapLibre GL JS" in gzip.decompress(script.data)[:200]
    assert script.mimetype == "text/javascript"
    assert "immutable" in script.headers["Cache-Control"]
    assert client.get(LIBRARY["css"]).mimetype == "text/css"
    assert client.get(LIBRARY["js"].replace("maplibre-gl.js", "ipywidget.js")).status_code == 404


def test_an_own_basemap_is_served_and_nothing_beside_it(
    client: FlaskClient, source: Source, tmp_path: Path
) -> None:
    tile = tmp_path / "basemap" / "9" / "416" / "203.png"
    tile.parent.mkdir(parents=True)
    tile.write_bytes(b"\x89PNG")
    (tmp_path / "secret.png").write_bytes(b"no")
    source.tiles = tmp_path / "basemap"
    assert client.get("/geometry/manifest").get_json()["basemap"] == {
        "address": "/basemap/{z}/{x}/{y}.png",
        "from": 9,
        "to": 9,
    }
    assert client.get("/basemap/9/416/203.png", buffered=True).data == b"\x89PNG"
    assert client.get("/basemap/9/416/204.png").status_code == 404
    assert client.get("/basemap/%2e%2e/secret.png").status_code == 404
    source.tiles = None
    assert client.get("/basemap/9/416/203.png").status_code == 404

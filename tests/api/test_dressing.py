"""What responses wear: security headers, caches, and compression that gives back the same bytes."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from api import dressing

LONG = "一屏统览全城 " * 500


@pytest.fixture
def client() -> FlaskClient:
    server = Flask("tests", static_folder=None)

    def text() -> Response:
        return Response(LONG, mimetype="text/html")

    def script() -> Response:
        response = Response(LONG, mimetype="application/javascript")
        response.set_etag("one")
        return response

    def packed() -> Response:
        return Response(
            gzip.compress(LONG.encode()), mimetype="application/json", headers={"Content-Encoding": "gzip"}
        )

    server.add_url_rule("/", "text", text)
    server.add_url_rule("/assets/page.js", "script", script)
    server.add_url_rule("/short", "short", lambda: Response("short", mimetype="text/plain"))
    server.add_url_rule("/picture", "picture", lambda: Response(LONG, mimetype="image/png"))
    server.add_url_rule("/packed", "packed", packed)
    dressing.register(server, ["'sha256-abc='"])
    return server.test_client()


@pytest.mark.parametrize("address", ["/", "/short", "/nowhere"])
def test_every_response_is_guarded(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self' 'sha256-abc='"
    assert policy["worker-src"] == "'self' blob:"
    assert "http" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/", "/assets/page.js"])
@pytest.mark.parametrize(
    ("accepted", "way"),
    [
        ("br, gzip", "br"),
        ("gzip", "gzip"),
        ("gzip;q=0, br", "br"),
        ("identity", None),
        ("", None),
        ("*", None),
    ],
)
def test_compression_gives_back_the_same_bytes(
    client: FlaskClient, address: str, accepted: str, way: str | None
) -> None:
    for _ in range(2):
        response = client.get(address, headers={"Accept-Encoding": accepted})
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[way]
        assert response.headers.get("Content-Encoding") == way
        assert unpack(response.data).decode() == LONG
        assert response.headers["Vary"] == "Accept-Encoding"
        assert int(response.headers["Content-Length"]) == len(response.data)


@pytest.mark.parametrize("address", ["/short", "/picture"])
def test_what_compression_does_not_pay_for_is_left_alone(client: FlaskClient, address: str) -> None:
    assert "Content-Encoding" not in client.get(address, headers={"Accept-Encoding": "br"}).headers


def test_what_comes_compressed_stays(client: FlaskClient) -> None:
    response = client.get("/packed", headers={"Accept-Encoding": "br, gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.data).decode() == LONG


def test_assets_of_a_version_are_kept_for_ever(client: FlaskClient) -> None:
    assert "immutable" in client.get("/assets/page.js?m=17.5").headers["Cache-Control"]
    assert "Cache-Control" not in client.get("/assets/page.js").headers
    assert "immutable" not in client.get("/assets/none.js?m=17.5").headers.get("Cache-Control", "")


def test_a_known_file_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/assets/page.js", headers={"Accept-Encoding": "br"})
    again = client.get(
        "/assets/page.js", headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")

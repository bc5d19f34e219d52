"""The addresses beside the page: the version that viewers poll, the outlines, and a Chinese face for bare machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pylopdf_fonts_zh_cn
from flask import Flask, Response, abort, request

from callbacks.outlines import OutlineBook
from callbacks.reads import Reads
from callbacks.state import version_token

_FOR_EVER = "public, max-age=31536000, immutable"
_FACE = Path(pylopdf_fonts_zh_cn.sans_path())
_BLOCK = 1 << 16


def _blocks(path: Path) -> Iterator[bytes]:
    """A file piece by piece, closed whenever whoever fetches it goes away."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def register(server: Flask, reads: Reads, book: OutlineBook) -> None:
    """Adds /version, /geometry/<digest>/<code>.json and /fonts/yiping-sans.otf to the server. The outlines are those of
    a grid's children, with ?depth=N those of all grids at that depth within it."""

    def version() -> Response:
        token = version_token(reads.version(), reads.now())
        return Response(
            f'{{"version":"{token}"}}', mimetype="application/json", headers={"Cache-Control": "no-store"}
        )

    def geometry(digest: str, code: str) -> Response:
        found = book.served(digest, code, request.args.get("depth", type=int))
        if found is None:
            abort(404)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = Response(found.packed if packed else found.body, mimetype="application/geo+json")
        response.headers["Cache-Control"] = _FOR_EVER
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    def face() -> Response:
        response = Response(_blocks(_FACE), mimetype="font/otf")
        response.content_length = _FACE.stat().st_size
        response.headers["Cache-Control"] = _FOR_EVER
        return response

    server.add_url_rule("/version", "yiping_version", version)
    server.add_url_rule("/geometry/<digest>/<path:code>.json", "yiping_geometry", geometry)
    server.add_url_rule("/fonts/yiping-sans.otf", "yiping_face", face)

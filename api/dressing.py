"""What every response wears: security headers, lasting caches for what never changes, and compression where it pays."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Request, Response, request

from api.packing import pack, way_of
from data.kept import Kept

_FOR_EVER = "public, max-age=31536000, immutable"
_HTTPS_ONLY = "max-age=31536000"
_STATIC = ("/assets/", "/_dash-component-suites/")

_KEPT = 128
"""So many compressed static files are kept for as long as the process lives."""

_SMALL = 1_000
"""Bytes below which compression saves nothing that a packet would notice."""

_TYPES = (
    "application/geo+json",
    "application/javascript",
    "application/json",
    "image/svg+xml",
    "text/",
)

# Plotly draws with inline styles; a map's worker is a blob; the only inline scripts are those whose hashes are given.
_POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)


def register(server: Flask, script_hashes: Sequence[str]) -> None:
    """Dresses every response of the server; `script_hashes` are the CSP hashes of the page's inline scripts."""
    policy = _POLICY.format(hashes=" ".join(script_hashes))
    kept = Kept[bytes](_KEPT)

    def dress(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", _HTTPS_ONLY)
        if request.path.startswith("/assets/") and request.args.get("m") and response.status_code == 200:
            # Dash puts the time of the last change into the address.
            response.headers["Cache-Control"] = _FOR_EVER
        _compress(response, request, kept)
        if response.status_code == 200 and "ETag" in response.headers:
            response.make_conditional(request)
        return response

    server.after_request(dress)


def _compress(response: Response, asked: Request, kept: Kept[bytes]) -> None:
    if (
        response.status_code != 200
        or "Content-Encoding" in response.headers
        or not (response.content_type or "").startswith(_TYPES)
        or (response.is_streamed and not response.direct_passthrough)
    ):
        return
    response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), "Accept-Encoding")))
    way = way_of(asked)
    if way is None:
        return
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < _SMALL:
        return
    if asked.path.startswith(_STATIC):
        mark = response.headers.get("ETag", "") + response.headers.get("Last-Modified", "")
        packed = kept.get((asked.full_path, mark, len(body), way), lambda: pack(body, way, "good"))
    else:
        packed = pack(body, way, "quick")
    response.set_data(packed)
    response.headers["Content-Encoding"] = way
    etag, _ = response.get_etag()
    if etag is not None:
        # The bytes are others, but they stand for the same thing.
        response.set_etag(etag, weak=True)

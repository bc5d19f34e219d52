"""What every response wears: security headers, lasting caches for what never changes, and compression where it pays."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import brotli
from flask import Flask, Request, Response, request

_FOR_EVER = "public, max-age=31536000, immutable"
_HTTPS_ONLY = "max-age=31536000"
_STATIC = ("/assets/", "/_dash-component-suites/")

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


class _Packed:
    """Compressed bytes of static files by address, kept for as long as the process lives."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str, str], bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str, str], body: bytes, how: str) -> bytes:
        """The body compressed in the way of `how`, from what is kept under the key or else anew."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        packed = _pack(body, how, static=True)
        with self._lock:
            self._kept[key] = packed
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return packed


def register(server: Flask, script_hashes: Sequence[str]) -> None:
    """Dresses every response of the server; `script_hashes` are the CSP hashes of the page's inline scripts."""
    policy = _POLICY.format(hashes=" ".join(script_hashes))
    kept = _Packed(most=128)

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


def _compress(response: Response, asked: Request, kept: _Packed) -> None:
    if (
        response.status_code != 200
        or "Content-Encoding" in response.headers
        or not (response.content_type or "").startswith(_TYPES)
        or (response.is_streamed and not response.direct_passthrough)
    ):
        return
    response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), "Accept-Encoding")))
    how = _way(asked)
    if how is None:
        return
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < _SMALL:
        return
    if asked.path.startswith(_STATIC):
        mark = response.headers.get("ETag", "") + response.headers.get("Last-Modified", "")
        packed = kept.get((asked.full_path, f"{mark}{len(body)}", how), body, how)
    else:
        packed = _pack(body, how, static=False)
    response.set_data(packed)
    response.headers["Content-Encoding"] = how
    etag, _ = response.get_etag()
    if etag is not None:
        # The bytes are others, but they stand for the same thing.
        response.set_etag(etag, weak=True)


def _way(asked: Request) -> str | None:
    for way in ("br", "gzip"):
        if asked.accept_encodings[way] > 0 and way in asked.headers.get("Accept-Encoding", ""):
            return way
    return None


def _pack(body: bytes, how: str, *, static: bool) -> bytes:
    if how == "br":
        packed: bytes = brotli.compress(body, quality=5 if static else 4)
        return packed
    return gzip.compress(body, 6 if static else 3, mtime=0)

"""The two addresses that a wall asks: whether anything is new, and what."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

import brotli
from flask import Flask, Response, request

from api.doors import answer_json, viewer
from data.access import Viewer
from data.words import Language, language, word

_SMALL: Final = 400
"""Bytes below which compression saves nothing."""

_KEPT: Final = 64
_JSON: Final = "application/json"


class Reply(Protocol):
    """A status and bytes; replies of one key, if it is not "", have the same bytes."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def key(self) -> str: ...


@dataclass(frozen=True)
class WallSource:
    """What the addresses answer with, bound in app.py: `pulse(scope, language)`, `panels(scope, language, known)`, and
    whether a grid lies within a scope."""

    pulse: Callable[[str, Language], Reply]
    panels: Callable[[str, Language, str], Reply]
    within: Callable[[str, str], bool]


class _Packed:
    """Compressed bytes by the key of their reply."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, str], bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str, str], body: bytes) -> bytes:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                # A few tenths of a millisecond: whoever comes meanwhile waits for the same bytes.
                found = self._kept[key] = _pack(body, key[2])
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return found


def register(server: Flask, source: WallSource) -> None:
    """Adds /wall/pulse and /wall/panels to the server. Both are about the viewer's scope, or with `scope=` about a grid
    within it."""
    packed = _Packed()

    def pulse() -> Response:
        scope = _scope(viewer(), source)
        if scope is None:
            return answer_json({"error": word("panel.beyond")}, 404)
        reply = source.pulse(scope, language())
        return _dressed(Response(reply.body, reply.status, mimetype=_JSON))

    def panels() -> Response:
        scope = _scope(viewer(), source)
        if scope is None:
            return answer_json({"error": word("panel.beyond")}, 404)
        reply = source.panels(scope, language(), request.args.get("known", "")[:200])
        way = _way()
        if way is None or len(reply.body) < _SMALL:
            return _dressed(Response(reply.body, reply.status, mimetype=_JSON))
        body = (
            packed.get((scope + language(), reply.key, way), reply.body)
            if reply.key
            else _pack(reply.body, way)
        )
        return _dressed(Response(body, reply.status, mimetype=_JSON, headers={"Content-Encoding": way}))

    server.add_url_rule("/wall/pulse", "yiping_pulse", pulse)
    server.add_url_rule("/wall/panels", "yiping_panels", panels)


def _scope(found: Viewer, source: WallSource) -> str | None:
    """The grid that is asked about; None for one that does not lie within the viewer's scope."""
    asked = request.args.get("scope", "")
    if not asked or asked == found.scope:
        return found.scope
    return asked if source.within(found.scope, asked) else None


def _dressed(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response


def _way() -> str | None:
    accepted = request.headers.get("Accept-Encoding", "")
    return next((way for way in ("br", "gzip") if way in accepted), None)


def _pack(body: bytes, way: str) -> bytes:
    if way == "br":
        made: bytes = brotli.compress(body, quality=4)
        return made
    return gzip.compress(body, 5, mtime=0)


def build_of(folders: Iterable[Path]) -> str:
    """Names the program that runs: another text as soon as a file of these folders is another."""
    digest = blake2b(digest_size=8)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".js", ".css", ".html") and path.is_file():
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()

"""The two addresses that a wall asks: whether anything is new, and what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final, Protocol

from flask import Flask, Response, request

from api.doors import answer_json, viewer
from api.packing import pack, way_of
from data.access import Viewer
from data.kept import Kept
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


def register(server: Flask, source: WallSource) -> None:
    """Adds /wall/pulse and /wall/panels to the server. Both are about the viewer's scope, or with `scope=` about a grid
    within it."""
    packed = Kept[bytes](_KEPT)

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
        way = way_of(request)
        if way is None or len(reply.body) < _SMALL:
            return _dressed(Response(reply.body, reply.status, mimetype=_JSON))

        def made() -> bytes:
            return pack(reply.body, way, "quick")

        body = packed.get((scope, language(), reply.key, way), made) if reply.key else made()
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


def build_of(folders: Iterable[Path]) -> str:
    """Names the program that runs: another text as soon as a file of these folders is another."""
    digest = blake2b(digest_size=8)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".js", ".css", ".html") and path.is_file():
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()

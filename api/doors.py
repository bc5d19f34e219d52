"""The doors: who asks, found before anything else is done, and what they may reach.

Whoever is not known reaches the sign-in pages, the static files and the health of the process, and nothing else.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from urllib.parse import quote, urlsplit

from flask import Flask, Request, Response, current_app, g, has_request_context, json, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from data.access import Viewer
from data.words import speak, word

LANGUAGE_COOKIE: Final = "language"
AUDIT: Final = "audit"
"""The name in the server's extensions under which the audit stands."""

Result = Literal["ok", "refused", "failed"]

_OPEN: Final = (
    "/assets/",
    "/_dash-component-suites/",
    "/vendor/",
    "/fonts/",
    "/health/",
    "/sign-in/",
    "/wall/enter/",
)
_OPEN_EXACTLY: Final = ("/health", "/sign-in", "/wall/enter", "/language", "/_favicon.ico")
_WALL: Final = ("/wall/", "/geometry/", "/basemap/", "/vendor/")
_WALL_EXACTLY: Final = ("/wall", "/version", "/values", "/figures", "/weights", "/points", "/sign-out")
_DATA: Final = ("/_dash-", "/geometry/", "/basemap/", "/wall/")


class NoViewer(RuntimeError):
    """Nobody is known to ask: a figure was wanted outside a request, or behind no door."""


@dataclass(frozen=True)
class Doors:
    """Who can come in. `known` finds the viewer of a request by its cookies; `demo` is the visitor of a demonstration,
    None where the city is real or the setting forbids it."""

    known: Callable[[Request], Viewer | None]
    demo: Callable[[], Viewer | None]


def viewer() -> Viewer:
    """Whoever asks. Raises NoViewer when nobody is known: what needs a viewer is never answered without one."""
    found: Viewer | None = g.get("viewer") if has_request_context() else None
    if found is None:
        raise NoViewer("expected a signed-in viewer, found none: ask from within a request behind api.doors")
    return found


def audited(action: str, subject: str, result: Result, **detail: Any) -> None:
    """Puts what was done, or tried, into the audit; the audit itself adds who, when and from where."""
    note = current_app.extensions.get(AUDIT)
    if note is not None:
        note(action, subject, result, **detail)


def register(server: Flask, doors: Doors) -> None:
    """Stands before every address of the server. Register it before anything that answers."""

    def open_up() -> BaseResponse | None:
        language = speak(request.cookies.get(LANGUAGE_COOKIE))
        g.viewer = None
        found = doors.known(request) or (doors.demo() if is_local(request) else None)
        if found is not None:
            g.viewer = replace(found, language=language)
        if _reaches(request.path, _OPEN, _OPEN_EXACTLY):
            return None
        if found is None:
            return _unknown()
        if found.role == "wall" and not (
            request.method in ("GET", "HEAD") and _reaches(request.path, _WALL, _WALL_EXACTLY)
        ):
            return answer_json({"error": "a wall reaches its own page alone"}, 403)
        return None

    server.before_request(open_up)


def is_local(asked: Request) -> bool:
    """Whether the request comes from this machine and by its own name.

    A foreign name that was made to point here (DNS rebinding) is in the Host header; a proxy in front, behind which
    everybody looks local, leaves its marks in the others.
    """
    if any(asked.headers.get(name) for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")):
        return False
    host = urlsplit(f"//{asked.host}").hostname or ""
    return _is_loopback(asked.remote_addr or "") and (host == "localhost" or _is_loopback(host))


def answer_json(body: dict[str, Any], status: int) -> Response:
    """A short answer for a program; no cache keeps it."""
    return Response(
        json.dumps(body, ensure_ascii=False) + "\n",
        status,
        mimetype="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _unknown() -> BaseResponse:
    reads_pages = "text/html" in request.headers.get("Accept", "")
    if request.method == "GET" and reads_pages and not request.path.startswith(_DATA):
        address = request.full_path.rstrip("?")
        return redirect("/sign-in" if address == "/" else f"/sign-in?next={quote(address, safe='')}", 303)
    return answer_json({"error": word("sign_in.needed"), "sign_in": "/sign-in"}, 401)


def _reaches(path: str, below: tuple[str, ...], exactly: tuple[str, ...]) -> bool:
    return path in exactly or path.startswith(below)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False

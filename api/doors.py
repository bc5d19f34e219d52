"""The doors: who asks, found before anything else is done, and what they may reach.

Whoever is not known reaches the sign-in pages, the static files and the health of the process, and nothing else. What
changes anything must come from a page of this server: browsers say so in Sec-Fetch-Site, and in Origin, which no
script of another site can forge; together with cookies that other sites' forms do not carry (SameSite), that protects
Dash's own POSTs, and the plain forms carry a token besides.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from urllib.parse import quote, urlsplit

from flask import Flask, Request, Response, current_app, g, has_request_context, json, redirect, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from api import cookies, forms
from data.access import Action, Viewer, may
from data.away import is_away
from data.words import LANGUAGES, speak, word

AUDIT: Final = "audit"
"""The name in the server's extensions under which the audit stands."""

Result = Literal["ok", "refused", "failed"]

_STATIC: Final = ("/assets/", "/_dash-component-suites/", "/vendor/", "/fonts/")
_OPEN: Final = ("/health/", "/sign-in/", "/wall/enter/", "/language/")
_OPEN_EXACTLY: Final = ("/health", "/sign-in", "/wall/enter", "/favicon.ico", "/_favicon.ico")
_HALF: Final = ("/sign-out",)
"""Open besides to whoever has begun to sign in."""

_WALL: Final = ("/wall/", "/geometry/", "/basemap/")
_WALL_EXACTLY: Final = ("/wall", "/version", "/values", "/figures", "/weights", "/points")
_DATA: Final = ("/_dash-", "/geometry/", "/basemap/", "/wall/")
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")

_log = logging.getLogger(__name__)


class NoViewer(RuntimeError):
    """Nobody is known to ask: a figure was wanted outside a request, or behind no door."""


@dataclass(frozen=True)
class Doors:
    """Who can come in. `known` finds the viewer of a request by its cookies; `demo` is the visitor of a demonstration,
    None where the city is real or the settings forbid it; `seen` hears of requests that show that somebody is there."""

    known: Callable[[Request], Viewer | None]
    demo: Callable[[], Viewer | None]
    seen: Callable[[Request], None] = lambda _request: None


def viewer() -> Viewer:
    """Whoever asks. Raises NoViewer when nobody is known: what needs a viewer is never answered without one."""
    found: Viewer | None = g.get("viewer") if has_request_context() else None
    if found is None:
        raise NoViewer("expected a signed-in viewer, found none: ask from within a request behind api.doors")
    return found


def refusal(action: Action) -> BaseResponse | None:
    """The answer to a viewer who may not do this, which the audit hears of; None where they may."""
    if may(viewer(), action):
        return None
    audited(action, request.path, "refused")
    return answer_json({"error": word("access.refused")}, 403)


def audited(action: str, subject: str, result: Result, **detail: Any) -> None:
    """Puts what was done, or tried, into the audit; the audit itself adds who, when and from where."""
    note = current_app.extensions.get(AUDIT)
    if note is not None:
        note(action, subject, result, **detail)


def register(server: Flask, doors: Doors, proxies: int = 0) -> None:
    """Stands before every address of the server. Register it before anything that answers.

    `proxies` are the reverse proxies in front whose word on address and host is taken.
    """
    if proxies:
        server.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            server.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )

    def open_up() -> BaseResponse | None:
        language = speak(cookies.get(request, cookies.LANGUAGE))
        g.viewer = None
        if request.method not in _SAFE and not comes_from_here(request):
            return answer_json({"error": word("access.foreign")}, 403)
        if request.path.startswith(_STATIC):
            return None
        try:
            found = doors.known(request) or (doors.demo() if is_local(request) else None)
            if _is_activity(request):
                doors.seen(request)
        except SQLAlchemyError as error:
            _log.warning("Nobody can be let in, the database does not answer: %s", type(error).__name__)
            return _away() if not _reaches(request.path, ("/health/",), ("/health",)) else None
        if found is not None:
            g.viewer = replace(found, language=language)
        if _reaches(request.path, _OPEN, _OPEN_EXACTLY):
            return None
        if found is None:
            return None if request.path in _HALF else _unknown()
        if found.role == "wall" and not _within_a_walls_reach(request):
            audited("read", request.path, "refused")
            return answer_json({"error": word("access.wall")}, 403)
        return None

    def cut_short(error: SQLAlchemyError) -> Response:
        if not is_away(error):
            raise error
        _log.warning("%s: the database did not answer: %s", request.path, type(error).__name__)
        return _away()

    def active() -> Response:
        return Response(status=204)

    def speak_so(language: str) -> BaseResponse:
        response = redirect(forms.own_address(request.args.get("next")), 303)
        if language in LANGUAGES:
            cookies.put(response, cookies.LANGUAGE, language, cookies.YEAR_SECONDS)
        return response

    # Before whatever Dash has put there already.
    server.before_request_funcs.setdefault(None, []).insert(0, open_up)
    server.register_error_handler(SQLAlchemyError, cut_short)
    server.add_url_rule("/active", "yiping_active", active, methods=["POST"])
    server.add_url_rule("/language/<language>", "yiping_language", speak_so)


def knows_the_house() -> bool:
    """Whether whoever asks may hear how the house is in full: its own machine, and administrators."""
    found: Viewer | None = g.get("viewer")
    return is_local(request) or (found is not None and may(found, "administer"))


def is_local(asked: Request) -> bool:
    """Whether the request comes from this machine and by its own name.

    A foreign name that was made to point here (DNS rebinding) is in the Host header; a proxy in front, behind which
    everybody looks local, leaves its marks in the others.
    """
    if any(asked.headers.get(name) for name in _FORWARDED) or "werkzeug.proxy_fix.orig" in asked.environ:
        return False
    return _is_loopback(asked.remote_addr or "") and _is_own_name(_host(asked.host))


def comes_from_here(asked: Request) -> bool:
    """Whether a page of this server sent the request. Without either header nobody vouches for it: it is refused."""
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = asked.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc.casefold() == asked.host.casefold()


def answer_json(body: dict[str, Any], status: int) -> Response:
    """A short answer for a program; no cache keeps it."""
    return Response(
        json.dumps(body, ensure_ascii=False) + "\n",
        status,
        mimetype="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _within_a_walls_reach(asked: Request) -> bool:
    return asked.method in _SAFE and _reaches(asked.path, _WALL, _WALL_EXACTLY)


def _is_activity(asked: Request) -> bool:
    """Whether somebody is at the screen: they open a page, or the page says that it was touched. A page that is left
    open asks for figures by itself, which is no sign of anybody."""
    return asked.path == "/active" or (asked.method == "GET" and _wants_a_page(asked))


def _wants_a_page(asked: Request) -> bool:
    return "text/html" in asked.headers.get("Accept", "") and not asked.path.startswith(_DATA)


def _unknown() -> BaseResponse:
    if request.method == "GET" and _wants_a_page(request):
        address = request.full_path.rstrip("?")
        return redirect("/sign-in" if address == "/" else f"/sign-in?next={quote(address, safe='')}", 303)
    return answer_json({"error": word("sign_in.needed"), "sign_in": "/sign-in"}, 401)


def _away() -> Response:
    if _wants_a_page(request):
        return Response(word("access.away"), 503, mimetype="text/plain", headers={"Retry-After": "5"})
    return answer_json({"error": word("access.away")}, 503)


def _reaches(path: str, below: tuple[str, ...], exactly: tuple[str, ...]) -> bool:
    return path in exactly or path.startswith(below)


def _host(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_own_name(host: str) -> bool:
    return host == "localhost" or _is_loopback(host)


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if found.version == 6 else None
    return (mapped or found).is_loopback

"""Signing in and out: the addresses of the plain forms, from the name to the page that was wanted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, g, redirect, request
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as BaseResponse

from api import cookies, forms, pages
from api.doors import audited
from api.visitors import Signed, Visitors
from data.access import Viewer
from data.accounts import passwords, people, sessions, signing, walls
from data.accounts.account import Account, normal_name
from data.accounts.locks import hold, keys, let_go
from data.accounts.seconds import Seal
from data.accounts.sessions import Stage
from data.accounts.signing import Outcome, Policy
from data.clocks import Instant
from data.store import Store
from data.words import word

FIRST_ACCOUNT: Final = "python app.py user add NAME --role administrator"

_MINUTE: Final = 60
_NEXT_PAGE: Final = {"change": "/sign-in/password", "second": "/sign-in/code"}
_WALL_SECONDS: Final = 400 * 86_400

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Porch:
    """What signing in needs. `sign` is what stands beside the forms, `oidc` whether another house may say who it is."""

    store: Store
    policy: Policy
    visitors: Visitors
    seal: Seal
    now: Callable[[], Instant]
    sign: Callable[[], pages.Sign]
    oidc: bool


def register(server: Flask, porch: Porch) -> None:
    """Adds /sign-in, /sign-in/password, /sign-in/code, /sign-out and /wall/enter to the server."""
    routes = _Routes(porch)
    for path, name, methods in (
        ("/sign-in", "sign_in", ["GET", "POST"]),
        ("/sign-in/password", "first_password", ["GET", "POST"]),
        ("/sign-in/code", "code", ["GET", "POST"]),
        ("/sign-out", "sign_out", ["GET", "POST"]),
        ("/wall/enter", "wall_enter", ["GET", "POST"]),
    ):
        server.add_url_rule(path, f"yiping_{name}", calm(porch, getattr(routes, name)), methods=methods)


def calm(porch: Porch, answer: Callable[[], BaseResponse]) -> Callable[[], BaseResponse]:
    """The same answer, and a plain page where the database's writer is busy: nobody is let in meanwhile."""

    def answered() -> BaseResponse:
        try:
            return answer()
        except OperationalError as error:
            _log.warning("Nobody can sign in: %s", type(error).__name__)
            return pages.shown("message.html", porch.sign(), 503, problem=word("sign_in.busy"))

    return answered


def signed_on(
    porch: Porch, account: Account, stage: Stage, back: str, instead_of: str | None = None
) -> BaseResponse:
    """Begins a session, always under a new id, and leads to what is next."""
    lasts = porch.policy.lasts
    agent = request.headers.get("User-Agent", "")
    address = request.remote_addr or ""
    fresh = sessions.begin(
        porch.store, account.id, stage, porch.now(), lasts, address, agent, instead_of=instead_of
    )
    porch.visitors.forget(request)
    if stage == "full":
        people.signed_in(porch.store, account, porch.now())
        g.viewer = Viewer(
            account.name,
            account.role,
            account.scope,
            account.display_name,
            session=sessions.hash_of(fresh)[:12],
        )
        audited("sign_in", account.name, "ok")
        response = redirect(back, 303)
        forms.remember_device(response, account.name)
    else:
        response = redirect(with_next(_NEXT_PAGE[stage], back), 303)
    cookies.put(response, cookies.SESSION, fresh)
    cookies.drop(response, cookies.FORM)
    response.headers["Cache-Control"] = "no-store"
    return response


def with_next(path: str, back: str) -> str:
    """An address that remembers where to go in the end."""
    return path if back == "/" else f"{path}?next={quote(back, safe='')}"


def told(outcome: Outcome, refused: str) -> tuple[str, int]:
    """What a page says of a try that failed, and with which status."""
    if outcome.refusal == "wait":
        return word("sign_in.wait").format(length=_length(outcome.wait)), 429
    return refused, 401


def _length(seconds: int) -> str:
    if seconds <= _MINUTE:
        return word("sign_in.seconds").format(n=seconds)
    return word("sign_in.minutes").format(n=-(-seconds // _MINUTE))


def address() -> str:
    """Where a try comes from."""
    return request.remote_addr or ""


class _Routes:
    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def sign_in(self) -> BaseResponse:
        back = forms.way_back(request.values.get("next"))
        if request.method == "GET":
            if _is_person(g.viewer):
                return redirect(back, 303)
            return self._form(back)
        if not forms.is_ours():
            return self._form(back, word("sign_in.stale"), 403, request.form.get("name", ""))
        name, password = request.form.get("name", ""), request.form.get("password", "")
        if not name.strip() or not password:
            return self._form(back, word("sign_in.empty"), 400, name)
        porch = self._porch
        kept = normal_name(name)
        outcome = signing.sign_in(
            porch.store, porch.policy, name, password, porch.now(), address(), forms.device(kept)
        )
        if outcome.account is None or outcome.stage is None:
            # A name that nobody has may be a password in the wrong field: the audit does not keep it.
            _audited_try("sign_in", outcome)
            problem, status = told(outcome, word("sign_in.refused"))
            return self._form(back, problem, status, name, outcome.wait)
        found = porch.visitors.signed(request)
        old = found.session.id_hash if found else None
        return signed_on(porch, outcome.account, outcome.stage, back, old)

    def first_password(self) -> BaseResponse:
        found, back = self._waiting("change"), forms.way_back(request.values.get("next"))
        if found is None:
            return redirect(with_next("/sign-in", back), 303)
        least = self._porch.policy.password_length
        problem = ""
        if request.method == "POST":
            problem = chosen_problem(found.account, least)
            if not problem:
                people.set_password(self._porch.store, found.account, request.form["new"])
                audited("password", found.account.name, "ok")
                return signed_on(self._porch, found.account, "full", back)
        return pages.shown(
            "change.html",
            self._porch.sign(),
            400 if problem else 200,
            problem=problem,
            action="/sign-in/password",
            first=True,
            least=least,
            name=found.account.name,
            next=back,
        )

    def code(self) -> BaseResponse:
        porch, found = self._porch, self._waiting("second")
        back = forms.way_back(request.values.get("next"))
        if found is None:
            return redirect(with_next("/sign-in", back), 303)
        problem, status, wait = "", 200, 0
        if request.method == "POST" and not forms.is_ours():
            problem, status = word("sign_in.stale"), 403
        elif request.method == "POST":
            outcome = signing.second_step(
                porch.store,
                porch.policy,
                found.account,
                request.form.get("code", ""),
                porch.seal,
                porch.now(),
                address(),
                forms.device(found.account.name),
            )
            if outcome.stage is not None:
                return signed_on(porch, found.account, outcome.stage, back, found.session.id_hash)
            _audited_try("second_factor", replace(outcome, name=found.account.name))
            (problem, status), wait = told(outcome, word("code.refused")), outcome.wait
        return _waits(pages.shown("code.html", porch.sign(), status, problem=problem, next=back), wait)

    def sign_out(self) -> BaseResponse:
        if request.method == "GET" or not forms.is_ours():
            return redirect("/account", 303)
        found = self._porch.visitors.signed(request)
        if found is not None:
            everywhere = bool(request.form.get("everywhere"))
            if everywhere:
                sessions.end_all(self._porch.store, found.account.id)
            else:
                sessions.end(self._porch.store, found.session.id_hash)
            self._porch.visitors.forget(request)
            audited("sign_out", found.account.name, "ok", everywhere=everywhere)
        response = redirect("/sign-in", 303)
        cookies.drop(response, cookies.SESSION)
        # What the browser kept of pages goes too; its other cookies stay.
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def wall_enter(self) -> BaseResponse:
        porch, sign = self._porch, self._porch.sign()
        posted = request.method == "POST"
        token = (request.form if posted else request.args).get("token", "").strip()
        if posted and not forms.is_ours():
            return pages.shown("wall_enter.html", sign, 403, problem=word("sign_in.stale"))
        if not token:
            return pages.shown("wall_enter.html", sign)
        (by_address, _) = keys("", address(), None, porch.policy.failures)
        held = hold(porch.store, [by_address], porch.now())
        if held.wait:
            problem, status = told(Outcome(refusal="wait", wait=held.wait), "")
            return _waits(pages.shown("wall_enter.html", sign, status, problem=problem), held.wait)
        found = walls.of_token(porch.store, token)
        if found is None:
            audited("wall_enter", "", "refused")
            return pages.shown("wall_enter.html", sign, 401, problem=word("wall_enter.refused"))
        let_go(porch.store, held, forget=False)
        audited("wall_enter", found.name, "ok", scope=found.scope)
        response = redirect("/wall", 303)
        cookies.put(response, cookies.WALL, token, _WALL_SECONDS)
        # The address that holds the token is told to nobody.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    def _form(
        self, back: str, problem: str = "", status: int = 200, name: str = "", wait: int = 0
    ) -> Response:
        porch = self._porch
        shown = pages.shown(
            "sign_in.html",
            porch.sign(),
            status,
            problem=problem,
            name=name[:64],
            next=back,
            nobody="" if people.any_account(porch.store) else FIRST_ACCOUNT,
            oidc=porch.oidc,
            visitor=g.viewer is not None and g.viewer.demo,
        )
        return _waits(shown, wait)

    def _waiting(self, stage: Stage) -> Signed | None:
        found = self._porch.visitors.signed(request)
        return found if found is not None and found.session.stage == stage else None


def chosen_problem(account: Account, least: int) -> str:
    """What is wrong with the new password of the form that was sent, in words; "" for nothing."""
    if not forms.is_ours():
        return word("sign_in.stale")
    new = request.form.get("new", "")
    if passwords.normal(new) != passwords.normal(request.form.get("again", "")):
        return word("flaw.differ")
    flaw = passwords.flaw(new, account.name, least, account.password)
    return word(f"flaw.{flaw}").format(n=least) if flaw else ""


def _audited_try(action: str, outcome: Outcome) -> None:
    """Puts a try that failed into the audit; one that was not looked at would fill it, and adds nothing."""
    if outcome.refusal == "refused":
        audited(action, outcome.name, "refused")


def _is_person(viewer: Viewer | None) -> bool:
    return viewer is not None and not viewer.demo and viewer.role != "wall"


def _waits(response: Response, seconds: int) -> Response:
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response

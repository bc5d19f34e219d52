"""One's own account: what it may see, where it is signed in, its password and its second factor."""

from __future__ import annotations

from typing import Final

import segno
from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from api import forms, pages
from api.doors import audited
from api.signing import Porch, address, calm, chosen_problem, signed_on, told
from api.visitors import Signed
from data.accounts import people, seconds, sessions, signing
from data.accounts.account import Account
from data.accounts.signing import Outcome
from data.clocks import Instant, ZoneClock
from data.reference import NoCity, reference
from data.words import word

_AGENTS: Final = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_SYSTEMS: Final = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux")


def register(server: Flask, porch: Porch) -> None:
    """Adds /account and what lies below it to the server."""
    routes = _Routes(porch)
    for path, name, methods in (
        ("/account", "overview", ["GET"]),
        ("/account/password", "password", ["GET", "POST"]),
        ("/account/second", "second", ["GET", "POST"]),
        ("/account/second/remove", "second_off", ["POST"]),
    ):
        server.add_url_rule(
            path, f"yiping_account_{name}", calm(porch, getattr(routes, name)), methods=methods
        )


class _Routes:
    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def overview(self, problem: str = "", status: int = 200, said: str = "") -> BaseResponse:
        found = self._signed()
        if found is None:
            return pages.shown("account.html", self._porch.sign(), account=None)
        shown = [
            {
                "agent": browser(each.agent),
                "address": each.address,
                "since": self._local(each.created_at),
                "seen": self._local(each.seen_at),
                "here": each.id_hash == found.session.id_hash,
            }
            for each in sessions.of_account(self._porch.store, found.account.id)
            if each.stage == "full" and not sessions.expired(each, self._porch.now(), self._porch.policy.idle)
        ]
        return pages.shown(
            "account.html",
            self._porch.sign(),
            status,
            problem=problem,
            said=said,
            account=found.account,
            scope=self._scope(found.account),
            sessions=shown,
            codes_left=seconds.left(found.account),
        )

    def password(self) -> BaseResponse:
        porch, found = self._porch, self._signed()
        if found is None or found.account.password is None:
            return redirect("/account", 303)
        problem, status = "", 200
        if request.method == "POST":
            problem, status = chosen_problem(found.account, porch.policy.password_length), 400
            if not problem:
                outcome = self._confirmed(found.account, request.form.get("old", ""))
                if outcome.account is not None:
                    people.set_password(porch.store, outcome.account, request.form["new"])
                    audited("password", found.account.name, "ok")
                    return signed_on(porch, outcome.account, "full", "/account")
                audited("password", found.account.name, "refused", reason=outcome.refusal)
                problem, status = told(outcome, word("flaw.wrong"))
        return pages.shown(
            "change.html",
            porch.sign(),
            status,
            problem=problem,
            action="/account/password",
            first=False,
            least=porch.policy.password_length,
            name=found.account.name,
            next="/account",
        )

    def second(self) -> BaseResponse:
        porch, found = self._porch, self._signed()
        if found is None or found.account.password is None or found.account.totp is not None:
            return redirect("/account", 303)
        account, secret, problem, status = found.account, "", "", 200
        if request.method == "POST":
            secret = self._sealed_secret(account)
            if not secret or not forms.is_ours():
                problem, status = word("sign_in.stale"), 403
            else:
                outcome = self._confirmed(account, request.form.get("password", ""))
                if outcome.account is None:
                    problem, status = told(outcome, word("flaw.wrong"))
                else:
                    code = request.form.get("code", "")
                    codes = seconds.enrol(porch.store, account, secret, code, porch.seal, porch.now())
                    if codes is not None:
                        porch.visitors.forget(request)
                        audited("second_factor", account.name, "ok", on=True)
                        return pages.shown("second.html", porch.sign(), codes=codes)
                    problem, status = word("second.wrong"), 400
        secret = secret or seconds.new_secret()
        picture = segno.make(seconds.address(secret, account.name, word("product.name")), error="m")
        return pages.shown(
            "second.html",
            porch.sign(),
            status,
            problem=problem,
            codes=(),
            picture=picture.svg_data_uri(scale=4, border=0),
            key=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            sealed=porch.seal.shut(f"{account.id}:{secret}"),
            asks_password=True,
        )

    def second_off(self) -> BaseResponse:
        found = self._signed()
        if found is None or found.account.totp is None:
            return redirect("/account", 303)
        if not forms.is_ours():
            return self.overview(word("sign_in.stale"), 403)
        outcome = self._confirmed(found.account, request.form.get("password", ""))
        if outcome.account is None:
            audited("second_factor", found.account.name, "refused", on=False)
            return self.overview(*told(outcome, word("flaw.wrong")))
        seconds.remove(self._porch.store, found.account)
        self._porch.visitors.forget(request)
        audited("second_factor", found.account.name, "ok", on=False)
        return redirect("/account", 303)

    def _signed(self) -> Signed | None:
        """The session of a person who is fully signed in; the demo visitor has none."""
        found = self._porch.visitors.signed(request)
        return found if found is not None and found.session.stage == "full" and g.viewer is not None else None

    def _confirmed(self, account: Account, password: str) -> Outcome:
        """Whether whoever sits there knows the password: a session that was left open changes nothing by itself."""
        porch = self._porch
        return signing.sign_in(
            porch.store,
            porch.policy,
            account.name,
            password,
            porch.now(),
            address(),
            forms.device(account.name),
        )

    def _sealed_secret(self, account: Account) -> str:
        opened = self._porch.seal.opened(request.form.get("sealed", "")) or ""
        whose, _, secret = opened.partition(":")
        return secret if whose == str(account.id) else ""

    def _scope(self, account: Account) -> str:
        try:
            tree = reference(self._porch.store).tree
        except NoCity:
            return account.scope
        return tree.get(account.scope).name if account.scope in tree else account.scope

    def _local(self, at: Instant) -> str:
        try:
            clock = ZoneClock.of(reference(self._porch.store).zone)
        except NoCity:
            clock = ZoneClock.of("UTC")
        return f"{clock.local(at):%Y-%m-%d %H:%M}"


def browser(agent: str) -> str:
    """A browser and its system in two words, as far as they are told."""
    name = next((each for each in _AGENTS if each in agent), "")
    system = next((each for each in _SYSTEMS if each in agent), "")
    named = {"Edg": "Edge", "OPR": "Opera"}.get(name, name)
    return " · ".join(filter(None, (named, system))) or "—"

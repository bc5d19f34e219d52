"""Signing in by another house's word: OpenID Connect, code flow with PKCE and a nonce, by Authlib."""

from __future__ import annotations

import logging
from typing import Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, request, session
from flask.sessions import SecureCookieSessionInterface
from joserfc.errors import JoseError
from werkzeug.wrappers import Response as BaseResponse

from api import forms, pages
from api.doors import audited
from api.signing import FIRST_ACCOUNT, Porch, calm, signed_on
from data.accounts import people
from data.settings import Settings
from data.words import word

_DISCOVERY: Final = "/.well-known/openid-configuration"
_TIMEOUT_SECONDS: Final = 10
_NEXT: Final = "next"

# What a provider that is away, misconfigured or hostile makes the library raise.
_FAILURES: Final = (
    AuthlibBaseError,
    JoseError,
    requests.RequestException,
    RuntimeError,
    ValueError,
    KeyError,
)

_log = logging.getLogger(__name__)


class _Sessions(SecureCookieSessionInterface):
    """Flask's own session, signed: it holds a sign-in from leaving for the provider until coming back."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie is for https alone."""
        return request.is_secure


class _Mismatch(ValueError):
    pass


def is_set(settings: Settings) -> bool:
    """Whether the settings name a provider and what it knows this program by."""
    return bool(settings.oidc_issuer and settings.oidc_client_id)


def register(server: Flask, porch: Porch, settings: Settings) -> None:
    """Adds /sign-in/with, which leads to the provider, and /sign-in/back, to which it sends back."""
    server.session_interface = _Sessions()
    server.config |= {
        "SESSION_COOKIE_NAME": "yiping_oidc",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/sign-in",
    }
    routes = _Routes(porch, settings, _client(server, settings))
    server.add_url_rule("/sign-in/with", "yiping_oidc_with", calm(porch, routes.leave))
    server.add_url_rule("/sign-in/back", "yiping_oidc_back", calm(porch, routes.back))


def _client(server: Flask, settings: Settings) -> Any:
    oauth = OAuth(server)
    return oauth.register(
        "house",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret or None,
        server_metadata_url=settings.oidc_issuer + _DISCOVERY,
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": _TIMEOUT_SECONDS,
        },
    )


class _Routes:
    def __init__(self, porch: Porch, settings: Settings, client: Any) -> None:
        self._porch = porch
        self._client = client
        self._issuer = settings.oidc_issuer
        self._claim = settings.oidc_claim

    def leave(self) -> BaseResponse:
        try:
            self._hold_to_issuer()
            session[_NEXT] = forms.way_back(request.args.get("next"))
            response: BaseResponse = self._client.authorize_redirect(f"{request.host_url}sign-in/back")
        except _FAILURES as error:
            return self._failed(error)
        return response

    def back(self) -> BaseResponse:
        back = forms.way_back(session.pop(_NEXT, None))
        try:
            self._hold_to_issuer()
            token = self._client.authorize_access_token()
            claims = token.get("userinfo") or {}
            subject = claims.get(self._claim)
            if not isinstance(subject, str) or not subject:
                raise _Mismatch(f"the provider's answer has no claim {self._claim!r}")
        except _FAILURES as error:
            return self._failed(error)
        finally:
            session.clear()
        found = people.of_subject(self._porch.store, subject)
        if found is None or found.disabled_at is not None:
            audited("sign_in", found.name if found else "", "refused", reason="oidc", claim=subject)
            return self._form(word("sign_in.oidc_unknown"), 403)
        # The provider has asked for whatever it asks for: neither a password nor a second factor of ours comes after.
        return signed_on(self._porch, found, "full", back)

    def _hold_to_issuer(self) -> None:
        """Raises when the provider that answers is another than the one of the settings."""
        said = str(self._client.load_server_metadata().get("issuer", "")).rstrip("/")
        if said != self._issuer:
            raise _Mismatch(f"expected the issuer {self._issuer}, found {said!r}: mend YIPING_OIDC_ISSUER")

    def _failed(self, error: Exception) -> BaseResponse:
        # Its text may quote the answer; the kind, and our own sentences, are enough.
        _log.warning(
            "OpenID Connect failed: %s", error if isinstance(error, _Mismatch) else type(error).__name__
        )
        audited("sign_in", "", "failed", reason="oidc")
        return self._form(word("sign_in.oidc_failed"), 502)

    def _form(self, problem: str, status: int) -> BaseResponse:
        porch = self._porch
        return pages.shown(
            "sign_in.html",
            porch.sign(),
            status,
            problem=problem,
            name="",
            next="/",
            nobody="" if people.any_account(porch.store) else FIRST_ACCOUNT,
            oidc=True,
            visitor=False,
        )

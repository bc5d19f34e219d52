"""A real OpenID Connect provider on a port of this machine, built with Authlib's server side: discovery, keys, code
flow with PKCE and nonce. Whoever comes to it is signed in at once as `subject`."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, request
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "yiping", "the client's secret"


@dataclass
class Provider:
    """The provider's address, who is signed in with it, and what it does wrong."""

    issuer: str = ""
    subject: str = "00u1"
    claims: dict[str, Any] = field(default_factory=dict)
    said_issuer: str | None = None
    forges_key: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    exchanged: list[dict[str, str]] = field(default_factory=list)


class _Client(ClientMixin):  # type: ignore[misc]
    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.endswith("/sign-in/back")

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    auth_time: int

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@contextlib.contextmanager
def provider() -> Iterator[Provider]:
    """A running provider."""
    told = Provider()
    server = make_server("127.0.0.1", 0, _app(told), threaded=True)
    told.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _app(told: Provider) -> Flask:
    app = Flask("provider")
    key, other = (RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}) for _ in range(2))
    codes: dict[str, _Code] = {}

    class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, asked: Any) -> None:
            data = asked.payload.data
            codes[code] = _Code(
                code,
                CLIENT,
                data.get("redirect_uri", ""),
                data.get("scope", ""),
                data.get("nonce", ""),
                data.get("code_challenge", ""),
                data.get("code_challenge_method", ""),
                int(time.monotonic()),
            )

        def query_authorization_code(self, code: str, _client: Any) -> _Code | None:
            return codes.get(code)

        def delete_authorization_code(self, authorization_code: _Code) -> None:
            codes.pop(authorization_code.code)

        def authenticate_user(self, _code: _Code) -> str:
            return told.subject

    class Code(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, _asked: Any) -> bool:
            return any(code.nonce == nonce for code in codes.values())

        def resolve_client_private_key(self, _client: Any) -> Any:
            return other if told.forges_key else key

        def get_client_algorithm(self, _client: Any) -> str:
            return "RS256"

        def get_client_claims(self, _client: Any) -> dict[str, Any]:
            return {"iss": told.issuer}

        def generate_user_info(self, user: str, _scope: str) -> UserInfo:
            return UserInfo(sub=user, **told.claims)

    server = AuthorizationServer(
        app, query_client=lambda client: _Client() if client == CLIENT else None, save_token=lambda *_: None
    )
    server.register_grant(Grant, [Code(require_nonce=True), CodeChallenge(required=True)])

    def discovery() -> dict[str, Any]:
        base = told.issuer
        return {
            "issuer": base if told.said_issuer is None else told.said_issuer,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize() -> Response:
        told.asked.append(request.args.to_dict())
        grant = server.get_consent_grant(end_user=told.subject)
        answer: Response = server.create_authorization_response(grant_user=told.subject, grant=grant)
        return answer

    def token() -> Response:
        told.exchanged.append(request.form.to_dict())
        answer: Response = server.create_token_response()
        return answer

    app.add_url_rule("/.well-known/openid-configuration", "discovery", discovery)
    app.add_url_rule("/authorize", "authorize", authorize)
    app.add_url_rule("/token", "token", token, methods=["POST"])
    app.add_url_rule("/keys", "keys", lambda: {"keys": [key.as_dict(private=False)]})
    return app

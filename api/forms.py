"""Forms: the proof that a form is ours, and where to go when it is done."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from flask import Response, current_app, request
from werkzeug.wrappers import Response as BaseResponse

from api import cookies

FIELD: Final = "form_token"
_LONGEST: Final = 2000
_NOT_BACK_TO: Final = ("/sign-in", "/sign-out", "/wall/enter", "/language", "/account")


def token(fresh: str = "") -> str:
    """What a form carries. It is tied to the session, or to a cookie made for the form where there is no session:
    another site can neither read nor make it. `fresh` is the value of a cookie that this response is about to set."""
    bound = fresh or cookies.get(request, cookies.SESSION) or cookies.get(request, cookies.FORM)
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"form {bound}".encode(), sha256).hexdigest() if bound else ""


def is_ours() -> bool:
    """Whether the form that was sent is one that this browser was given."""
    expected = token()
    return bool(expected) and hmac.compare_digest(expected.encode(), request.form.get(FIELD, "").encode())


def needs_cookie() -> str:
    """The value of a new cookie for forms where the browser has none yet, else ""."""
    if cookies.get(request, cookies.SESSION) or cookies.get(request, cookies.FORM):
        return ""
    return secrets.token_urlsafe(24)


def carry(response: Response | BaseResponse, fresh: str) -> None:
    """Gives the browser the cookie of its form."""
    if fresh:
        cookies.put(response, cookies.FORM, fresh)


def own_address(address: str | None) -> str:
    """An address of this server, and "/" for anything that leads elsewhere or nowhere."""
    given = address or "/"
    plain = given.startswith("/") and not given.startswith("//") and "\\" not in given and given.isprintable()
    if not plain or len(given) > _LONGEST:
        return "/"
    try:
        found = urlsplit(given)
    except ValueError:
        return "/"
    return "/" if found.scheme or found.netloc else given


def way_back(address: str | None) -> str:
    """Where to go after signing in: an own address that is no part of signing in or out itself."""
    given = own_address(address)
    return "/" if given.startswith(_NOT_BACK_TO) else given


def device(name: str) -> str | None:
    """The mark of a browser that has signed in under this name before, or None."""
    nonce, _, proof = cookies.get(request, cookies.DEVICE).partition(".")
    return nonce if proof and hmac.compare_digest(_device_proof(name, nonce), proof) else None


def remember_device(response: Response | BaseResponse, name: str) -> None:
    """Marks the browser as one that has signed in under this name."""
    if device(name) is None:
        nonce = secrets.token_hex(12)
        cookies.put(response, cookies.DEVICE, f"{nonce}.{_device_proof(name, nonce)}", cookies.YEAR_SECONDS)


def _device_proof(name: str, nonce: str) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"device {nonce} {name}".encode(), sha256).hexdigest()

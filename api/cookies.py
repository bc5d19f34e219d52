"""The cookies: what they are called, how long they last, and that no script and no other site sends them."""

from __future__ import annotations

from typing import Final

from flask import Request, Response, request
from werkzeug.wrappers import Response as BaseResponse

SESSION: Final = "yiping_session"
WALL: Final = "yiping_wall"
FORM: Final = "yiping_form"
DEVICE: Final = "yiping_device"
LANGUAGE: Final = "language"

YEAR_SECONDS: Final = 365 * 86_400
"""The longest that browsers keep one is a little more."""


def get(asked: Request, name: str) -> str:
    """The value of a cookie, "" for none."""
    return asked.cookies.get(_named(name, asked.is_secure), "")


def put(response: Response | BaseResponse, name: str, value: str, seconds: int | None = None) -> None:
    """Sets a cookie; without `seconds` the browser forgets it when it is closed.

    Lax, so that a link from elsewhere finds its reader signed in: no address that a link reaches changes anything.
    """
    response.set_cookie(
        _named(name, request.is_secure),
        value,
        max_age=seconds,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def drop(response: Response | BaseResponse, name: str) -> None:
    """Takes a cookie away."""
    put(response, name, "", 0)


def _named(name: str, secure: bool) -> str:
    """Over https the browser itself holds that only this host has set it, over https."""
    return f"__Host-{name}" if secure else name

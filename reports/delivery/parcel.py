"""What is sent, and what came of it: the same for every way of sending."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from socket import gaierror
from typing import Literal

from data.clocks import Instant
from data.words import Language

Result = Literal["sent", "later", "refused", "unknown"]


@dataclass(frozen=True)
class Parcel:
    """An issued edition as its recipients get it. `edition` names it for good, `summary` is plain text of a few lines,
    `page` the same content as an HTML page, `link` where it is read ("" where nobody told), `issued_at` its date."""

    edition: str
    title: str
    summary: str
    page: str
    pdf: bytes
    file_name: str
    link: str
    issued_at: Instant
    language: Language = "zh"


@dataclass(frozen=True)
class Outcome:
    """What came of sending. "later": surely not delivered, another try may help; "refused": surely not delivered, and
    never will be so; "unknown": it may have got through, so that a person decides. `sentence` says why, without a
    secret in it; `away` that nobody else can be reached this way now either."""

    result: Result
    sentence: str = ""
    away: bool = False


def unreached(error: Exception) -> str:
    """What a fault of the network was, in words of our own: an error's text may repeat what was sent."""
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "refused the connection"
    if isinstance(error, gaierror):
        return "is not known by that name"
    if isinstance(error, ssl.SSLError):
        return "could not be trusted (TLS)"
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
        return "ended the connection"
    return f"could not be reached ({type(error).__name__})"

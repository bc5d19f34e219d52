"""By what a city sends its bulletins, as the settings name it: its mail server, and the robots of its groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final, Literal, get_args
from urllib.parse import unquote, urlsplit

RobotKind = Literal["wecom", "dingtalk"]
KINDS: Final[tuple[RobotKind, ...]] = get_args(RobotKind)

_PORTS: Final = {"smtp": 25, "smtps": 465}


class SenderError(ValueError):
    """What is given is no address of the kind; the text repeats nothing that may hold a secret."""


@dataclass(frozen=True, repr=False)
class MailServer:
    """The city's mail server. `implicit` speaks TLS from the first byte; else STARTTLS, which a login requires."""

    host: str
    port: int
    implicit: bool
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port})"


def mail_server(url: str) -> MailServer:
    """The server of smtp://USER:PASSWORD@HOST:PORT or smtps://…. Raises SenderError."""
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        raise SenderError("expected smtp://USER:PASSWORD@HOST:PORT, found another text") from None
    if found.scheme not in _PORTS or not found.hostname or found.path.strip("/"):
        raise SenderError("expected smtp://USER:PASSWORD@HOST:PORT, found another text")
    return MailServer(
        found.hostname,
        port or _PORTS[found.scheme],
        found.scheme == "smtps",
        unquote(found.username or ""),
        unquote(found.password or ""),
    )


def mailbox(text: str) -> Address:
    """A mailbox with or without a name before it: "一屏 <yiping@example.gov.cn>". Raises SenderError."""
    name, address = parseaddr(text)
    user, _, domain = address.rpartition("@")
    try:
        # A line break would be a header of somebody else's making; past ASCII few servers follow.
        if not (user and domain and text.isprintable() and address.isascii()) or " " in address:
            raise ValueError
        return Address(display_name=name, username=user, domain=domain)
    except ValueError:
        raise SenderError(f"expected a mailbox such as office@example.gov.cn, found {text[:80]!r}") from None


@dataclass(frozen=True, repr=False)
class Robot:
    """A group's robot by the name that city packs give it. `url` and `secret` are never printed."""

    name: str
    kind: RobotKind
    url: str
    secret: str = ""

    def __repr__(self) -> str:
        return f"Robot({self.name}, {self.kind})"


def robots(text: str) -> Mapping[str, Robot]:
    """The robots of YIPING_WEBHOOKS by name: NAME=wecom:URL and NAME=dingtalk:URL#SECRET, separated by spaces.

    Raises SenderError naming the entry by its place and, where it has one, its name.
    """
    found = [_robot(place, entry) for place, entry in enumerate(text.split(), 1)]
    if len({one.name for one in found}) < len(found):
        raise SenderError("expected another name for each robot, found one twice")
    return {one.name: one for one in found}


def _robot(place: int, entry: str) -> Robot:
    name, _, rest = entry.partition("=")
    kind = next((one for one in KINDS if rest.startswith(f"{one}:")), None)
    if not name or "/" in name or kind is None:
        raise SenderError(
            f"entry {place}: expected NAME=wecom:URL or NAME=dingtalk:URL#SECRET, found another text"
        )
    try:
        address = urlsplit(rest.removeprefix(f"{kind}:"))
        _ = address.port
    except ValueError:
        raise SenderError(f"entry {place} ({name}): expected an address, found none") from None
    local = address.hostname in ("localhost", "127.0.0.1", "::1")
    if not address.hostname or not (address.scheme == "https" or (local and address.scheme == "http")):
        raise SenderError(f"entry {place} ({name}): expected an address that begins with https://")
    return Robot(name, kind, address._replace(fragment="").geturl(), address.fragment)

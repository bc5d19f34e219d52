"""Tells a group of an issued bulletin through its robot: WeCom (企业微信) or DingTalk (钉钉).

Robots take no PDF: they get the headline, a few lines and a link. The address of a robot is a secret, for whoever knows
it can write into the group; it stands in the settings, and no error repeats it.
"""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

from data.clocks import Instant
from data.masking import masked
from data.senders import Robot, RobotKind
from reports.delivery.parcel import Outcome, Parcel, unreached

TIMEOUT_SECONDS: Final = 10.0
MOST_BYTES: Final[Mapping[RobotKind, int]] = {"wecom": 4096, "dingtalk": 18_000}
"""How long a text may be, in bytes of UTF-8: WeCom refuses more than 4096, DingTalk more than 20,000 of the whole."""

_TEMPORARY: Final[Mapping[RobotKind, frozenset[int]]] = {
    "wecom": frozenset({-1, 45009, 45033}),
    "dingtalk": frozenset({-1, 130101, 410100}),
}
"""Error codes that say "too busy" or "too often"; the message was surely not posted."""

_MOST_ANSWER: Final = 65_536
_MARKS: Final = re.compile(r"([\\`*_{}\[\]()#+!|<>~])")


def signed(robot: Robot, at: Instant) -> str:
    """The address to post to: DingTalk's carry the time in milliseconds and its signature where a secret is set."""
    if robot.kind != "dingtalk" or not robot.secret:
        return robot.url
    stamp = str(at // 1_000)
    mark = hmac.new(robot.secret.encode(), f"{stamp}\n{robot.secret}".encode(), sha256).digest()
    address = urlsplit(robot.url)
    query = urlencode([*parse_qsl(address.query, keep_blank_values=True), ("timestamp", stamp)])
    return address._replace(query=f"{query}&sign={quote_plus(base64.b64encode(mark))}").geturl()


def message(kind: RobotKind, parcel: Parcel) -> dict[str, Any]:
    """The body of the robot's format. Texts are made harmless: a title is no link and no heading of its own."""
    lines = [plain(line) for line in parcel.summary.splitlines() if line.strip()]
    title, link = plain(parcel.title), parcel.link
    head = f"**[{title}]({link})**" if link else f"**{title}**"
    room = MOST_BYTES[kind] - len(head.encode()) - 8
    text = head + "\n\n" + _within(lines, room)
    if kind == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": text}}
    return {"msgtype": "markdown", "markdown": {"title": parcel.title, "text": text}}


def plain(text: str) -> str:
    """The text without what the robots would take for a sign of their own."""
    return _MARKS.sub(lambda found: _WIDE.get(found[1], ""), " ".join(text.split()))


_WIDE: Final = {
    "[": "［",
    "]": "］",
    "(": "（",
    ")": "）",
    "<": "＜",
    ">": "＞",
    "#": "＃",
    "*": "＊",
    "_": "＿",
    "+": "＋",
}
"""Signs that mean something get their wide forms, which look the same and mean nothing."""


def _within(lines: list[str], room: int) -> str:
    kept = ""
    for line in lines:
        longer = f"{kept}\n\n{line}" if kept else line
        if len(longer.encode()) > room:
            break
        kept = longer
    return kept


@dataclass(frozen=True)
class Caller:
    """Posts to robots. `context` decides whose certificates are trusted."""

    context: ssl.SSLContext
    timeout_seconds: float = TIMEOUT_SECONDS

    def send(self, robot: Robot, parcel: Parcel, at: Instant) -> Outcome:
        """Posts the bulletin once; says what came of it, never raises for the network, and follows no redirect."""
        address = urlsplit(signed(robot, at))
        body = json.dumps(message(robot.kind, parcel), ensure_ascii=False).encode()
        who = f"the robot {robot.name!r}"
        host = address.hostname or ""
        connection: http.client.HTTPConnection = (
            http.client.HTTPSConnection(
                host, address.port, timeout=self.timeout_seconds, context=self.context
            )
            if address.scheme == "https"
            else http.client.HTTPConnection(host, address.port, timeout=self.timeout_seconds)
        )
        try:
            try:
                connection.connect()
            except (OSError, http.client.HTTPException) as error:
                return Outcome("later", f"{who} {unreached(error)}")
            try:
                connection.request(
                    "POST",
                    f"{address.path or '/'}?{address.query}" if address.query else address.path or "/",
                    body,
                    {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"},
                )
                answer = connection.getresponse()
                said = answer.read(_MOST_ANSWER)
            except (OSError, http.client.HTTPException) as error:
                return Outcome(
                    "unknown",
                    f"{who} {unreached(error)} after the message was on its way: whether it was posted is not known",
                )
            return _outcome(robot, who, answer.status, said)
        finally:
            connection.close()


def _outcome(robot: Robot, who: str, status: int, said: bytes) -> Outcome:
    if status in (408, 429, 503):
        return Outcome("later", f"{who} is too busy (HTTP {status})")
    if status >= 500:
        return Outcome(
            "unknown", f"{who} answered with an error (HTTP {status}): whether it posted is not known"
        )
    if 300 <= status < 400:
        return Outcome("refused", f"{who} answered with a redirect (HTTP {status}), which is not followed")
    if status != 200:
        return Outcome("refused", f"{who} refused the message (HTTP {status})")
    try:
        told = json.loads(said)
        code = int(told["errcode"])
    except (ValueError, KeyError, TypeError):
        return Outcome(
            "unknown", f"{who} answered with something else than an errcode: is its address right?"
        )
    if code == 0:
        return Outcome("sent")
    text = masked(" ".join(str(told.get("errmsg", "")).split()))[:120]
    for secret in (robot.secret, *(value for _, value in parse_qsl(urlsplit(robot.url).query))):
        text = text.replace(secret, "***") if secret else text
    result: Literal["later", "refused"] = "later" if code in _TEMPORARY[robot.kind] else "refused"
    return Outcome(result, f"{who} did not post the message: errcode {code} {text}".rstrip())

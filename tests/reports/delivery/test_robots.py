"""Robots against a real HTTP server: what they are told, and what is told of everything that goes wrong."""

from __future__ import annotations

import base64
import hmac
import json
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from data.clocks import SECOND
from data.senders import Robot, RobotKind, robots
from reports.delivery.parcel import Outcome
from reports.delivery.robots import MOST_BYTES, Caller, message
from tests.reports.delivery.parcels import PARCEL, TITLE
from tests.support.postoffice import RobotHouse, robot_house, trust

KEY, SECRET = "693a91f6-7xxx", "SEC0f8a7b"
AT = 1_795_700_123 * SECOND + 456_000


@pytest.fixture
def house() -> Iterator[RobotHouse]:
    with robot_house() as open_house:
        yield open_house


def wecom(house: RobotHouse) -> Robot:
    return robots(f"duty=wecom:{house.address}/cgi-bin/webhook/send?key={KEY}")["duty"]


def dingtalk(house: RobotHouse) -> Robot:
    return robots(f"streets=dingtalk:{house.address}/robot/send?access_token={KEY}#{SECRET}")["streets"]


def sent(robot: Robot, context: ssl.SSLContext | None = None) -> Outcome:
    return Caller(context or ssl.create_default_context(), timeout_seconds=2).send(robot, PARCEL, AT)


def test_wecom(house: RobotHouse) -> None:
    assert sent(wecom(house)) == Outcome("sent")
    [(path, body)] = house.asked
    assert path == f"/cgi-bin/webhook/send?key={KEY}"
    assert body["msgtype"] == "markdown"
    text = body["markdown"]["content"]
    assert text.startswith(f"**[{TITLE}]({PARCEL.link})**")
    assert "10,482件" in text


def test_dingtalk_signs_with_the_time(house: RobotHouse) -> None:
    assert sent(dingtalk(house)) == Outcome("sent")
    [(path, body)] = house.asked
    asked = parse_qs(urlsplit(path).query)
    stamp = "1795700123456"
    wanted = hmac.digest(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), "sha256")
    assert asked == {
        "access_token": [KEY],
        "timestamp": [stamp],
        "sign": [base64.b64encode(wanted).decode()],
    }
    assert (body["msgtype"], body["markdown"]["title"]) == ("markdown", TITLE)
    assert PARCEL.link in body["markdown"]["text"]


def test_over_tls_with_a_certificate_that_is_known(tmp_path: Path) -> None:
    shown = trust(tmp_path)
    with robot_house(shown) as house:
        assert sent(wecom(house), shown.client) == Outcome("sent")
        told = sent(wecom(house))
    assert told.result == "later"
    assert "could not be trusted" in told.sentence
    assert len(house.asked) == 1


@pytest.mark.parametrize(
    ("kind", "code", "result"),
    [
        ("wecom", 45009, "later"),
        ("wecom", -1, "later"),
        ("wecom", 93000, "refused"),
        ("dingtalk", 130101, "later"),
        ("dingtalk", 310000, "refused"),
    ],
)
def test_error_codes(house: RobotHouse, kind: RobotKind, code: int, result: str) -> None:
    text = f"no: {KEY}" + (f" {SECRET}" if kind == "dingtalk" else "")
    house.answers = [(200, json.dumps({"errcode": code, "errmsg": text}), {})]
    told = sent(wecom(house) if kind == "wecom" else dingtalk(house))
    assert told.result == result
    assert str(code) in told.sentence
    assert KEY not in told.sentence
    assert SECRET not in told.sentence


@pytest.mark.parametrize(
    ("status", "text", "result"),
    [
        (429, "", "later"),
        (503, "", "later"),
        (500, "", "unknown"),
        (502, "", "unknown"),
        (404, "", "refused"),
        (200, "<html>a portal that wants a sign-in</html>", "unknown"),
        (200, "[]", "unknown"),
    ],
)
def test_answers_that_are_none(house: RobotHouse, status: int, text: str, result: str) -> None:
    house.answers = [(status, text, {})]
    told = sent(wecom(house))
    assert told.result == result
    assert KEY not in told.sentence


def test_no_redirect_is_followed(house: RobotHouse) -> None:
    house.answers = [(307, "", {"Location": f"{house.address}/elsewhere"})]
    assert sent(wecom(house)).result == "refused"
    assert len(house.asked) == 1


def test_a_connection_that_ends_is_not_known(house: RobotHouse) -> None:
    house.cuts = 1
    told = sent(wecom(house))
    assert told.result == "unknown"
    assert KEY not in told.sentence


def test_nobody_there() -> None:
    with robot_house() as gone:
        robot = wecom(gone)
    told = sent(robot)
    assert told.result == "later"
    assert "refused the connection" in told.sentence


def test_a_hostile_title_is_no_link_and_a_long_text_fits() -> None:
    hostile = replace(PARCEL, title="[点这里](https://evil.example) # <@all>", summary="很长的一行。\n" * 900)
    for kind in ("wecom", "dingtalk"):
        body = message(kind, hostile)["markdown"]
        text = body["content" if kind == "wecom" else "text"]
        assert "](https://evil.example" not in text
        assert "<@all>" not in text
        assert text.count("](") == 1
        assert len(text.encode()) <= MOST_BYTES[kind]

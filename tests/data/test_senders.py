"""The mail server and the robots as the settings name them."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from data.senders import SenderError, mail_server, robots

USER, PASSWORD = "bulletins", "p@ss/word: 7"
LOGIN = f"{USER}:{quote(PASSWORD, safe='')}@"


def test_the_server_of_an_address() -> None:
    found = mail_server(f"smtps://{LOGIN}mail.city.example")
    assert (found.host, found.port, found.implicit) == ("mail.city.example", 465, True)
    assert (found.user, found.password) == (USER, PASSWORD)
    assert PASSWORD not in repr(found)
    assert mail_server("smtp://relay").port == 25


@pytest.mark.parametrize(
    "url", ["http://relay", "smtp://", "smtp://relay:port", "smtp://relay/path", "relay"]
)
def test_what_is_no_server(url: str) -> None:
    with pytest.raises(SenderError, match="expected smtp://"):
        mail_server(url)


def test_names_and_addresses() -> None:
    found = robots(
        "a=wecom:https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k "
        "b=dingtalk:https://oapi.dingtalk.com/robot/send?access_token=t#SEC"
    )
    assert list(found) == ["a", "b"]
    assert (found["b"].kind, found["b"].secret) == ("dingtalk", "SEC")
    assert "SEC" not in repr(found["b"])
    assert robots("") == {}


@pytest.mark.parametrize(
    "text",
    [
        "https://host/?key=hush",
        "a=https://host/?key=hush",
        "a=wecom:http://host/?key=hush",
        "a=wecom:https://host/?key=hush a=wecom:https://host/?key=hush",
        "a=wecom:https://host:hush/",
    ],
)
def test_what_is_no_robot(text: str) -> None:
    with pytest.raises(SenderError, match="expected") as told:
        robots(text)
    assert "hush" not in str(told.value)

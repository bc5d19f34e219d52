"""Signing in by OpenID Connect with a real provider, and with one that lies."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import cookies
from data.accounts import people
from data.store import Store
from data.words import word
from tests.support.city import CITY, STREET, open_city
from tests.support.entrance import BEGAN, House, house
from tests.support.provider import CLIENT, SECRET, Provider, provider


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_city(f"sqlite:///{tmp_path / 'small.db'}") as opened:
        yield opened


@pytest.fixture
def other() -> Iterator[Provider]:
    with provider() as running:
        yield running


def home_of(store: Store, folder: Path, other: Provider, **settings: str) -> House:
    given = {
        "oidc_issuer": other.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        **settings,
    }
    return house(store, folder, **given)


@pytest.fixture
def home(store: Store, tmp_path: Path, other: Provider) -> House:
    people.add(store, "wang", "operator", STREET, BEGAN, subject="00u1")
    return home_of(store, tmp_path, other)


def left(client: FlaskClient, next_: str = "/") -> str:
    """Leaves for the provider and comes back with the address that it sends to."""
    answer = client.get("/sign-in/with", query_string={"next": next_})
    assert answer.status_code == 302, answer.text
    sent = requests.get(str(answer.location), allow_redirects=False, timeout=10)
    assert sent.status_code == 302, sent.text
    return sent.headers["Location"]


def back(client: FlaskClient, address: str) -> TestResponse:
    found = urlsplit(address)
    assert (found.netloc, found.path) == ("localhost", "/sign-in/back")
    return client.get(f"{found.path}?{found.query}")


def sees(client: FlaskClient) -> bool:
    return client.get("/version").status_code == 200


def test_the_provider_says_who_it_is(home: House, other: Provider) -> None:
    client = home.client()
    assert "/sign-in/with?next=/map" in client.get("/sign-in?next=/map").text
    answer = back(client, left(client, "/map?scope=0101"))
    assert (answer.status_code, answer.location) == (303, "/map?scope=0101")
    assert client.get("/").text == f"wang operator {STREET} zh"
    assert home.heard == [("sign_in", "wang", "ok")]
    (asked,), (exchanged,) = other.asked, other.exchanged
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    assert "openid" in asked["scope"].split()
    assert len(asked["nonce"]) >= 20
    assert len(asked["state"]) >= 20
    assert exchanged["code_verifier"] not in str(asked)
    page = client.get("/account").text
    assert word("account.elsewhere") in page
    assert client.get("/account/password").location == "/account"


def test_whom_nobody_here_knows_is_not_let_in(home: House, other: Provider) -> None:
    other.subject = "00u2"
    client = home.client()
    answer = back(client, left(client))
    assert answer.status_code == 403
    assert word("sign_in.oidc_unknown") in answer.text
    assert not sees(client)
    other.subject = "00u1"
    people.disable(home.store, "wang", BEGAN)
    assert back(client, left(client)).status_code == 403
    assert not sees(client)


def test_another_claim_may_say_who_it_is(store: Store, tmp_path: Path, other: Provider) -> None:
    people.add(store, "li", "leader", CITY, BEGAN, subject="li.hua@example.org")
    home = home_of(store, tmp_path, other, oidc_claim="email")
    client = home.client()
    assert back(client, left(client)).status_code == 502
    other.claims = {"email": ["li.hua@example.org"]}
    assert back(client, left(client)).status_code == 502
    other.claims = {"email": "li.hua@example.org"}
    assert back(client, left(client)).status_code == 303
    assert client.get("/").text.startswith("li leader")


def test_an_answer_that_nobody_asked_for_is_refused(home: House) -> None:
    theirs = home.client()
    address = left(theirs)
    victim = home.client()
    assert back(victim, address).status_code == 502
    assert not sees(victim)
    assert back(theirs, address).status_code == 303
    # Once more, it is another's code and an old state.
    assert back(theirs, address).status_code == 502


@pytest.mark.parametrize("change", ["code", "state", "error"])
def test_an_answer_that_was_changed_is_refused(home: House, change: str) -> None:
    client = home.client()
    given = {name: values[0] for name, values in parse_qs(urlsplit(left(client)).query).items()}
    given[change] = "access_denied"
    answer = client.get("/sign-in/back", query_string=given)
    assert answer.status_code == 502
    assert word("sign_in.oidc_failed") in answer.text
    assert not sees(client)


def test_a_token_that_another_key_signed_is_refused(home: House, other: Provider) -> None:
    other.forges_key = True
    client = home.client()
    assert back(client, left(client)).status_code == 502
    assert not sees(client)


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "another"}, {"aud": ["another"]}, {"iss": "https://evil.example"}, {"exp": 1}, {"sub": ""}],
    ids=str,
)
def test_a_token_for_somebody_else_is_refused(
    store: Store, tmp_path: Path, other: Provider, claims: dict[str, object]
) -> None:
    people.add(store, "wang", "operator", STREET, BEGAN, subject="00u1")
    home = home_of(store, tmp_path, other)
    if "sub" in claims:
        other.subject = ""
    else:
        other.claims = claims
    client = home.client()
    assert back(client, left(client)).status_code == 502
    assert not sees(client)


def test_a_provider_that_calls_itself_another_is_none(
    store: Store, tmp_path: Path, other: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    other.said_issuer = "https://evil.example"
    home = home_of(store, tmp_path, other)
    with caplog.at_level(logging.WARNING):
        assert home.client().get("/sign-in/with").status_code == 502
    assert "mend YIPING_OIDC_ISSUER" in caplog.text


def test_a_provider_that_is_away_is_said_to_be(store: Store, tmp_path: Path, other: Provider) -> None:
    home = home_of(store, tmp_path, other, oidc_issuer="http://127.0.0.1:9")
    answer = home.client().get("/sign-in/with")
    assert answer.status_code == 502
    assert word("sign_in.oidc_failed") in answer.text
    assert 'name="password"' in answer.text


def test_it_leads_to_no_other_site(home: House) -> None:
    client = home.client()
    assert back(client, left(client, "//evil.example")).location == "/"


def test_the_cookie_between_is_for_the_sign_in_alone(home: House) -> None:
    answer = home.client().get("/sign-in/with")
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("yiping_oidc=")]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/sign-in"))
    assert SECRET not in cookie
    assert cookies.SESSION not in cookie


def test_without_a_provider_there_is_no_such_way(store: Store, tmp_path: Path) -> None:
    client = house(store, tmp_path).client()
    assert "/sign-in/with" not in client.get("/sign-in").text
    assert client.get("/sign-in/with").status_code == 404

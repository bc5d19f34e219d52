"""The doors: who is let in, what is open to everybody, and that nothing is changed from another site."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from api import cookies, doors
from api.visitors import REMEMBERED_SECONDS
from data.accounts import people, sessions, walls
from data.clocks import HOUR, MINUTE
from data.reference import reference
from data.store import Store
from tests.support.city import CITY, STREET, open_city
from tests.support.entrance import BEGAN, House, house
from tests.support.signing import post, session_of, signed_up

PAGE = {"Accept": "text/html,application/xhtml+xml"}
HERE = {"Origin": "http://localhost"}
FIGURES = ("/", "/map", "/version", "/wall", "/geometry/manifest", "/events", "/_dash-layout")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_city(f"sqlite:///{tmp_path / 'small.db'}") as opened:
        yield opened


@pytest.fixture
def home(store: Store, tmp_path: Path) -> House:
    return house(store, tmp_path)


@pytest.fixture
def demo(store: Store, tmp_path: Path) -> House:
    with store.writing() as connection:
        connection.execute(text("UPDATE city SET config = json_set(config, '$.demo', json('true'))"))
        connection.execute(text("UPDATE store_state SET reference_version = reference_version + 1"))
    assert reference(store).config["demo"] is True
    return house(store, tmp_path)


def passes(client: FlaskClient, **headers: str) -> bool:
    return client.get("/version", headers=headers).status_code == 200


def wait_for_the_cache() -> None:
    time.sleep(REMEMBERED_SECONDS + 0.1)


@pytest.mark.parametrize("path", FIGURES)
def test_nobody_sees_a_figure_of_a_real_city_unknown(home: House, path: str) -> None:
    client = home.client()
    assert client.get(path).status_code == 401
    page = client.get(f"{path}?scope=0101&a=b", headers=PAGE)
    assert page.status_code in (303, 401)
    assert "City" not in page.text
    assert client.post(path, headers=HERE).status_code == 401


def test_a_page_leads_to_the_sign_in_and_back(home: House) -> None:
    answer = home.client().get("/map?scope=0101&period=today", headers=PAGE)
    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=%2Fmap%3Fscope%3D0101%26period%3Dtoday"
    assert home.client().get("/", headers=PAGE).location == "/sign-in"
    assert home.client().get("/geometry/manifest", headers=PAGE).status_code == 401


def test_a_session_lets_in_whoever_it_belongs_to(home: House) -> None:
    known = signed_up(home.store, "li", "leader", STREET)
    client = home.client(session_of(home.store, known, BEGAN))
    assert client.get("/").text == f"li leader {STREET} zh"
    client.set_cookie(cookies.LANGUAGE, "en")
    assert client.get("/").text == f"li leader {STREET} en"


@pytest.mark.parametrize("forged", ["x", "x" * 3_000, "' OR 1=1 --", "\x00", "null", "0" * 43, "é"])
def test_a_forged_cookie_lets_nobody_in(home: House, forged: str) -> None:
    signed_up(home.store, "li")
    for client in (home.client(session=forged), home.client(wall=forged)):
        assert client.get("/version").status_code == 401


def test_what_the_store_keeps_of_a_session_is_no_session(home: House) -> None:
    known = signed_up(home.store, "li")
    cookie = session_of(home.store, known, BEGAN)
    assert not passes(home.client(sessions.hash_of(cookie)))
    assert not passes(home.client(cookie[:-1]))
    assert not passes(home.client(cookie.swapcase()))


@pytest.mark.parametrize("stage", ["change", "second"])
def test_half_a_sign_in_sees_nothing(home: House, stage: sessions.Stage) -> None:
    known = signed_up(home.store, "li")
    cookie = sessions.begin(home.store, known.id, stage, BEGAN, HOUR, "", "")
    assert not passes(home.client(cookie))


def test_a_session_ends_and_rests_by_the_settings(home: House) -> None:
    known = signed_up(home.store, "li")
    cookie = sessions.begin(home.store, known.id, "full", BEGAN, 12 * HOUR, "", "")
    client = home.client(cookie)
    for hour in range(11):
        home.now = BEGAN + (hour + 1) * (HOUR - MINUTE)
        assert client.post("/active", headers=HERE).status_code == 204, hour
        assert passes(client)
    home.now = BEGAN + 12 * HOUR
    assert not passes(client)
    # A clock that is set back brings nothing back.
    home.now = BEGAN + HOUR
    _until(lambda: sessions.look(home.store, cookie) is None)
    assert not passes(client)


def test_a_page_that_is_left_open_does_not_keep_the_session(home: House) -> None:
    known = signed_up(home.store, "li")
    cookie = session_of(home.store, known, BEGAN)
    client = home.client(cookie)
    for minute in range(0, 60, 10):
        home.now = BEGAN + minute * MINUTE
        assert passes(client)
    home.now = BEGAN + HOUR
    assert not passes(client)


def test_what_one_process_saw_another_knows(home: House) -> None:
    known = signed_up(home.store, "li")
    cookie = session_of(home.store, known, BEGAN)
    here, there = (
        home.client(cookie),
        home.client(cookie, server=home.built()),
    )
    home.now = BEGAN + 50 * MINUTE
    assert here.get("/", headers=PAGE).status_code == 200
    _until(lambda: sessions.of_account(home.store, known.id)[0].seen_at == home.now)
    home.now = BEGAN + 100 * MINUTE
    assert passes(there)


def test_signing_out_in_one_process_is_seen_by_the_others_within_seconds(home: House) -> None:
    known = signed_up(home.store, "li")
    cookie = session_of(home.store, known, BEGAN)
    here, there = (
        home.client(cookie),
        home.client(cookie, server=home.built()),
    )
    assert passes(here)
    assert passes(there)
    assert post(here, "/sign-out", "/account").status_code == 303
    assert not passes(home.client(cookie))
    wait_for_the_cache()
    assert not passes(there)


def test_a_disabled_account_and_another_scope_hold_within_seconds(home: House) -> None:
    known = signed_up(home.store, "li", "leader", CITY)
    client = home.client(session_of(home.store, known, BEGAN))
    assert passes(client)
    people.change(home.store, "li", scope=STREET)
    wait_for_the_cache()
    assert client.get("/").text == f"li leader {STREET} zh"
    people.disable(home.store, "li", BEGAN)
    wait_for_the_cache()
    assert not passes(client)


def test_a_wall_reaches_the_wall_alone(home: House) -> None:
    token = walls.add(home.store, "hall", STREET, "root", BEGAN)
    client = home.client()
    entered = client.get(f"/wall/enter?token={token}")
    assert (entered.status_code, entered.location) == (303, "/wall")
    assert entered.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in entered.headers["Cache-Control"]
    assert client.get("/wall").text == f"hall wall {STREET} zh"
    assert client.get("/geometry/manifest").status_code == 200
    for path in ("/", "/map", "/events", "/_dash-layout", "/account", "/active"):
        assert client.get(path, headers=PAGE).status_code in (403, 405), path
    for path in ("/wall/control", "/wall", "/_dash-update-component", "/active"):
        assert client.post(path, headers=HERE).status_code == 403, path
    walls.revoke(home.store, "hall", BEGAN)
    wait_for_the_cache()
    assert client.get("/wall").status_code == 401
    assert ("wall_enter", "hall", "ok") in home.heard
    assert ("read", "/events", "refused") in home.heard


def test_a_person_who_signs_in_on_a_walls_machine_is_that_person(home: House) -> None:
    token = walls.add(home.store, "hall", STREET, "root", BEGAN)
    known = signed_up(home.store, "li")
    client = home.client(session_of(home.store, known, BEGAN), token)
    assert client.get("/").text.startswith("li leader")


def test_the_demo_visitor_is_for_demonstrations_on_this_machine(demo: House) -> None:
    client = demo.client()
    assert client.get("/").text == f"demo operator {CITY} zh"
    for host in ("127.0.0.1:8050", "localhost:8050", "[::1]:8050", "127.0.0.1"):
        assert passes(client, Host=host), host


@pytest.mark.parametrize(
    "headers",
    [
        # A foreign name that was made to point here.
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8050"},
        {"Host": "localhost.evil.example"},
        {"Host": "10.0.0.5:8050"},
        {"Host": "[::ffff:10.0.0.5]"},
        {"Host": "0.0.0.0:8050"},
        {"Host": ""},
        {"Host": "[bad"},
        # A proxy on this machine, behind which everybody looks local.
        {"X-Forwarded-For": "203.0.113.9"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
    ],
    ids=str,
)
def test_the_demo_visitor_comes_by_no_other_way(demo: House, headers: dict[str, str]) -> None:
    assert not passes(demo.client(), **headers)


@pytest.mark.parametrize("peer", ["10.0.0.5", "::ffff:10.0.0.5", "fe80::1", "", "unknown"])
def test_the_demo_visitor_sits_at_this_machine(demo: House, peer: str) -> None:
    answer = demo.client().get("/version", environ_base={"REMOTE_ADDR": peer})
    assert answer.status_code == 401
    assert demo.client().get("/version", environ_base={"REMOTE_ADDR": "::ffff:127.0.0.1"}).status_code == 200


def test_the_settings_keep_the_demo_visitor_out(demo: House, tmp_path: Path) -> None:
    assert not passes(house(demo.store, tmp_path, demo_visitors="off").client())
    assert not passes(house(demo.store, tmp_path, proxies="1").client())


def test_whoever_signs_in_to_a_demonstration_is_no_visitor(demo: House) -> None:
    known = signed_up(demo.store, "li", "leader", STREET)
    client = demo.client(session_of(demo.store, known, BEGAN))
    assert client.get("/").text.startswith("li leader")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://localhost:9999"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        # The header that scripts cannot set goes before the one that says well.
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Referer": "http://localhost/"}, 403),
    ],
    ids=str,
)
def test_nothing_is_changed_from_another_site(home: House, headers: dict[str, str], expected: int) -> None:
    known = signed_up(home.store, "li")
    client = home.client(session_of(home.store, known, BEGAN))
    assert client.post("/_dash-update-component", headers=headers).status_code == expected


def test_a_database_that_is_away_lets_nobody_in(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    known = signed_up(home.store, "li")
    client = home.client(session_of(home.store, known, BEGAN))

    def away(*_: object) -> None:
        raise OperationalError("SELECT secret", None, Exception("gone"))

    monkeypatch.setattr(sessions, "look", away)
    data, page = client.get("/version"), client.get("/", headers=PAGE)
    assert (data.status_code, page.status_code) == (503, 503)
    assert "SELECT" not in data.text + page.text


def test_a_trusted_proxy_says_who_asks_and_that_it_is_https(home: House, tmp_path: Path) -> None:
    behind = house(home.store, tmp_path, proxies="1")
    token = walls.add(home.store, "hall", STREET, "root", BEGAN)
    seen = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "yiping.example",
    }
    entered = behind.client().get(f"/wall/enter?token={token}", headers=seen)
    cookie = entered.headers["Set-Cookie"]
    assert cookie.startswith("__Host-yiping_wall=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie
    assert entered.headers["Strict-Transport-Security"]
    # Nobody's word is taken who is no trusted proxy.
    plain = home.client().get(f"/wall/enter?token={token}", headers=seen)
    assert plain.headers["Set-Cookie"].startswith("yiping_wall=")
    assert "Strict-Transport-Security" not in plain.headers


def test_a_cookie_set_without_https_is_none_over_https(home: House) -> None:
    known = signed_up(home.store, "li")
    client = home.client(session_of(home.store, known, BEGAN))
    assert client.get("/version", base_url="https://localhost").status_code == 401


@pytest.mark.parametrize(
    ("next_", "expected"),
    [
        ("/map?a=b", "/map?a=b"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
    ],
)
def test_the_language_is_changed_and_leads_nowhere_else(home: House, next_: str, expected: str) -> None:
    answer = home.client().get("/language/en", query_string={"next": next_})
    assert (answer.status_code, answer.location) == (303, expected)
    assert "language=en" in answer.headers["Set-Cookie"]
    assert "Set-Cookie" not in home.client().get("/language/xx").headers


def test_nobody_is_a_viewer_outside_a_request() -> None:
    with pytest.raises(doors.NoViewer, match="expected a signed-in viewer"):
        doors.viewer()


def _until(true: object) -> None:
    assert callable(true)
    for _ in range(200):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came true")

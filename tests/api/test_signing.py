"""Signing in over HTTP, with an eye to OWASP's list: guessing, telling names apart, fixation, forgery, ways out."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from api import cookies, forms
from data.accounts import passwords, people, sessions
from data.clocks import DAY, HOUR, MINUTE, SECOND
from data.store import Store
from data.words import speaking, word
from tests.support.city import CITY, STREET, open_city
from tests.support.entrance import BEGAN, House, house
from tests.support.signing import PASSWORD, post, session_of, signed_up

FRESH = "wind over the yellow river"
HERE = {"Origin": "http://localhost"}


@pytest.fixture
def store(small_city: Store) -> Store:
    """Once on each database: sessions and failures are theirs."""
    return small_city


@pytest.fixture
def home(store: Store, tmp_path: Path) -> House:
    return house(store, tmp_path)


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[House]:
    """The same on SQLite alone, for what no database can differ in."""
    with open_city(f"sqlite:///{tmp_path / 'small.db'}") as opened:
        yield house(opened, tmp_path)


def signs_in(
    client: FlaskClient, name: str = "li", password: str = PASSWORD, next_: str = "/"
) -> TestResponse:
    return post(client, "/sign-in", name=name, password=password, next=next_)


def sees(client: FlaskClient) -> bool:
    return client.get("/version").status_code == 200


def cookie(client: FlaskClient, name: str = cookies.SESSION) -> str:
    found = client.get_cookie(name)
    return found.value if found else ""


def said(answer: TestResponse) -> str:
    found = re.search(r'role="alert"[^>]*>([^<]*)<', answer.text)
    return found[1] if found else ""


def test_name_and_password_lead_to_the_page_that_was_wanted(home: House) -> None:
    signed_up(home.store, "li", "leader", STREET)
    client = home.client()
    answer = signs_in(client, " LI ", next_="/map?scope=0101")
    assert (answer.status_code, answer.location) == (303, "/map?scope=0101")
    assert client.get("/").text == f"li leader {STREET} zh"
    (set_cookie,) = [
        each for each in answer.headers.getlist("Set-Cookie") if each.startswith(cookies.SESSION)
    ]
    assert all(part in set_cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Expires" not in set_cookie
    assert home.heard == [("sign_in", "li", "ok")]
    assert people.get(home.store, "li").signed_in_at == BEGAN
    # The cheap hash of the tests has become one of today's cost.
    assert not passwords.outdated(str(people.get(home.store, "li").password))
    assert client.get("/sign-in?next=/map").location == "/map"


def test_no_password_is_ever_in_an_answer_or_in_the_audit(lone: House) -> None:
    signed_up(lone.store, "li")
    client = lone.client()
    for name, password in (("li", "wrong horse"), ("a pass in the name", "x y z"), ("li", PASSWORD)):
        answer = signs_in(client, name, password)
        assert password not in answer.text
    assert "a pass in the name" not in str(lone.heard) + str(lone.details)
    assert "wrong horse" not in str(lone.heard) + str(lone.details)
    assert [subject for _, subject, _ in lone.heard] == ["li", "", "li"]


def test_a_wrong_name_looks_like_a_wrong_password(lone: House) -> None:
    signed_up(lone.store, "li")
    people.disable(lone.store, signed_up(lone.store, "gone").name, BEGAN)
    signed_up(lone.store, "elsewhere", password=None, subject="00u1")
    answers = [
        signs_in(lone.client(), "li", "wrong horse"),
        signs_in(lone.client(), "no", "wrong horse"),
        signs_in(lone.client(), "gone"),
        signs_in(lone.client(), "elsewhere", ""),
        signs_in(lone.client(), "elsewhere"),
    ]
    answers.pop(3)
    assert {answer.status_code for answer in answers} == {401}
    assert {said(answer) for answer in answers} == {word("sign_in.refused")}
    bare = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(bare) == 1


@pytest.mark.usefixtures("dear_passwords")
def test_a_wrong_name_takes_as_long_as_a_wrong_password(lone: House) -> None:
    signed_up(lone.store, "li")
    signs_in(lone.client(), "li")
    client = lone.client()
    proof = re.findall(r'name="form_token" value="([^"]*)"', client.get("/sign-in").text)[0]

    def seconds(name: str) -> float:
        taken = []
        for _ in range(4):
            began = time.perf_counter()
            client.post("/sign-in", data={"form_token": proof, "name": name, "password": "x"}, headers=HERE)
            taken.append(time.perf_counter() - began)
        return statistics.median(taken)

    seconds("warm")
    assert 0.4 < seconds("nobody") / seconds("li") < 2.5


def test_guessing_is_held_up_and_says_for_how_long(home: House) -> None:
    signed_up(home.store, "li")
    client = home.client()
    for _ in range(5):
        assert signs_in(client, password="wrong horse").status_code == 401
    for name in ("li", "LI "):
        # Even the right password has to wait, or it would tell that it is right.
        locked = signs_in(client, name)
        assert (locked.status_code, locked.headers["Retry-After"]) == (429, "30")
        assert said(locked) == word("sign_in.wait").format(length="30 秒")
    home.now += 29 * SECOND
    assert signs_in(client).status_code == 429
    home.now += SECOND
    assert signs_in(client).status_code == 303
    assert home.heard.count(("sign_in", "li", "refused")) == 5


def test_a_name_that_nobody_has_is_held_up_too(lone: House) -> None:
    statuses = [signs_in(lone.client(), "nobody", "x").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]


def test_every_process_counts_the_same_failures(home: House) -> None:
    signed_up(home.store, "li")
    other = home.built()
    for number in range(5):
        assert signs_in(home.client(server=other if number % 2 else None), password="x").status_code == 401
    assert signs_in(home.client(server=other)).status_code == 429
    assert signs_in(home.client()).status_code == 429


def test_one_address_cannot_try_one_password_on_every_name(lone: House) -> None:
    statuses = [signs_in(lone.client(), f"name{number}", "x").status_code for number in range(26)]
    assert statuses == [401] * 25 + [429]


def test_a_stranger_does_not_lock_the_owner_out_of_a_known_browser(lone: House) -> None:
    signed_up(lone.store, "li")
    mine = lone.client()
    assert signs_in(mine).status_code == 303
    post(mine, "/sign-out", "/account")
    for _ in range(5):
        signs_in(lone.client(), password="x")
    assert signs_in(lone.client()).status_code == 429
    assert signs_in(mine).status_code == 303
    # The mark is of this name alone, and cannot be made by hand.
    signed_up(lone.store, "wang")
    for number in range(6):
        other = lone.client()
        other.set_cookie(cookies.DEVICE, cookie(mine, cookies.DEVICE))
        status = signs_in(other, "wang", "x").status_code
        assert status == (429 if number == 5 else 401)


def test_the_session_of_before_is_not_the_session_of_after(home: House) -> None:
    signed_up(home.store, "li")
    client = home.client("planted-by-somebody-else")
    signs_in(client)
    first = cookie(client)
    assert first not in ("", "planted-by-somebody-else")
    again = home.client(first)
    post(again, "/sign-out", "/account")
    assert not sees(home.client(first))
    signs_in(again)
    assert cookie(again) not in ("", first)


def test_a_first_password_is_changed_before_anything_is_seen(home: House) -> None:
    once = people.add(home.store, "li", "leader", CITY, BEGAN)
    assert once is not None
    client = home.client()
    assert signs_in(client, password=once, next_="/map").location == "/sign-in/password?next=%2Fmap"
    half = cookie(client)
    assert not sees(client)
    for new, again, flaw in (
        ("short", "short", "short"),
        (FRESH, FRESH + "!", "differ"),
        (once, once, "same"),
        ("abcd" * 4, "abcd" * 4, "plain"),
    ):
        refused = post(client, "/sign-in/password", new=new, again=again)
        assert refused.status_code == 400
        assert said(refused) == word(f"flaw.{flaw}").format(n=12)
    done = post(client, "/sign-in/password?next=/map", new=FRESH, again=FRESH)
    assert (done.status_code, done.location) == (303, "/map")
    assert sees(client)
    assert cookie(client) != half
    assert not sees(home.client(half))
    assert signs_in(home.client(), password=once).status_code == 401
    assert signs_in(home.client(), password=FRESH).location == "/"


def test_an_unfinished_sign_in_lapses(lone: House) -> None:
    once = people.add(lone.store, "li", "leader", CITY, BEGAN)
    client = lone.client()
    signs_in(client, password=str(once))
    lone.now += 16 * MINUTE
    assert post(client, "/sign-in/password", "/sign-in", new=FRESH, again=FRESH).location == "/sign-in"
    assert signs_in(lone.client(), password=str(once)).status_code == 303


def test_a_changed_password_ends_every_other_session(home: House) -> None:
    known = signed_up(home.store, "li")
    elsewhere = session_of(home.store, known, BEGAN)
    client = home.client()
    signs_in(client)
    wrong = post(client, "/account/password", old="wrong horse", new=FRESH, again=FRESH)
    assert (wrong.status_code, said(wrong)) == (401, word("flaw.wrong"))
    assert sessions.look(home.store, elsewhere) is not None
    done = post(client, "/account/password", old=PASSWORD, new=FRESH, again=FRESH)
    assert done.location == "/account"
    assert sees(client)
    assert sessions.look(home.store, elsewhere) is None
    assert len(sessions.of_account(home.store, known.id)) == 1


def test_signing_out_everywhere(home: House) -> None:
    known = signed_up(home.store, "li")
    other = session_of(home.store, known, BEGAN)
    client = home.client(session_of(home.store, known, BEGAN))
    assert sees(client)
    answer = post(client, "/sign-out", "/account", everywhere="1")
    assert answer.location == "/sign-in"
    assert not sees(client)
    assert sessions.look(home.store, other) is None
    assert ("sign_out", "li", "ok") in home.heard
    assert client.get("/sign-out").location == "/account"


def test_the_second_factor_is_set_up_used_and_taken_off(home: House) -> None:
    signed_up(home.store, "li")
    client = home.client()
    signs_in(client)
    page = client.get("/account/second").text
    secret = re.sub(r"\s", "", re.findall(r"<code>([A-Z2-7 ]+)</code>", page)[0])
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page)[0]
    assert "data:image/svg+xml" in page
    assert secret not in sealed
    code = pyotp.TOTP(secret).at(BEGAN // SECOND)
    wrong = post(client, "/account/second", sealed=sealed, code=code, password="wrong horse")
    assert said(wrong) == word("flaw.wrong")
    forged = post(client, "/account/second", sealed="x" * 100, code=code, password=PASSWORD)
    assert forged.status_code == 403
    done = post(client, "/account/second", sealed=sealed, code=code, password=PASSWORD)
    codes = re.findall(r"<li><code>([a-z2-9-]+)</code>", done.text)
    assert len(codes) == 10
    assert sees(client)

    home.now += 5 * MINUTE
    fresh = home.client()
    assert signs_in(fresh, next_="/map").location == "/sign-in/code?next=%2Fmap"
    half = cookie(fresh)
    assert not sees(fresh)
    refused = post(fresh, "/sign-in/code", code=code)
    assert (refused.status_code, said(refused)) == (401, word("code.refused"))
    now = pyotp.TOTP(secret).at(home.now // SECOND)
    done = post(fresh, "/sign-in/code", code=now, next="/map")
    assert done.location == "/map"
    assert sees(fresh)
    assert cookie(fresh) != half

    # The same code lets nobody else in, a recovery code does, once.
    third = home.client()
    signs_in(third)
    assert post(third, "/sign-in/code", code=now).status_code == 401
    assert post(third, "/sign-in/code", code=codes[0]).status_code == 303
    fourth = home.client()
    signs_in(fourth)
    assert post(fourth, "/sign-in/code", code=codes[0]).status_code == 401

    assert said(post(third, "/account/second/remove", "/account", password="x")) == word("flaw.wrong")
    assert post(third, "/account/second/remove", "/account", password=PASSWORD).location == "/account"
    assert signs_in(home.client(), next_="/map").location == "/map"


def test_guessing_the_second_factor_is_held_up(lone: House) -> None:
    known = signed_up(lone.store, "li")
    client = lone.client(session_of(lone.store, known, BEGAN))
    page = client.get("/account/second").text
    secret = re.sub(r"\s", "", re.findall(r"<code>([A-Z2-7 ]+)</code>", page)[0])
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page)[0]
    post(client, "/account/second", sealed=sealed, code=pyotp.TOTP(secret).now(), password=PASSWORD)
    post(
        client,
        "/account/second",
        sealed=sealed,
        code=pyotp.TOTP(secret).at(BEGAN // SECOND),
        password=PASSWORD,
    )
    assert people.get(lone.store, "li").totp is not None
    statuses = []
    for _ in range(6):
        guesser = lone.client()
        # Knowing the password forgives no wrong code.
        signs_in(guesser)
        statuses.append(post(guesser, "/sign-in/code", code="000000").status_code)
    assert statuses[:5] == [401] * 5
    assert signs_in(lone.client()).status_code == 429


def test_a_form_of_another_site_signs_nobody_in(lone: House) -> None:
    signed_up(lone.store, "li")
    fields = {"name": "li", "password": PASSWORD}
    client = lone.client()
    assert client.post("/sign-in", data=fields).status_code == 403
    assert client.post("/sign-in", data=fields, headers={"Origin": "http://evil.example"}).status_code == 403
    # From here, but without the proof, or with somebody else's.
    assert client.post("/sign-in", data=fields, headers=HERE).status_code == 403
    theirs = lone.client()
    proof = re.findall(r'name="form_token" value="([^"]*)"', theirs.get("/sign-in").text)[0]
    client.get("/sign-in")
    assert client.post("/sign-in", data={**fields, "form_token": proof}, headers=HERE).status_code == 403
    assert theirs.post("/sign-in", data={**fields, "form_token": proof}, headers=HERE).status_code == 303


@pytest.mark.parametrize(
    "path",
    ["/sign-in/password", "/account/password", "/account/second", "/account/second/remove", "/sign-out"],
)
def test_no_form_is_taken_without_its_proof(lone: House, path: str) -> None:
    known = signed_up(lone.store, "li", totp="x" if path.endswith("remove") else None)
    stage: sessions.Stage = "change" if path == "/sign-in/password" else "full"
    session = sessions.begin(lone.store, known.id, stage, BEGAN, DAY, "", "")
    before = people.get(lone.store, "li")
    fields = {"old": PASSWORD, "new": FRESH, "again": FRESH, "password": PASSWORD, "form_token": "0" * 64}
    lone.client(session).post(path, data=fields, headers=HERE)
    assert people.get(lone.store, "li") == before
    assert sessions.look(lone.store, session) is not None


def test_old_proofs_die_with_the_session(lone: House) -> None:
    known = signed_up(lone.store, "li")
    client = lone.client(session_of(lone.store, known, BEGAN))
    proof = re.findall(r'name="form_token" value="([^"]*)"', client.get("/account").text)[0]
    client.set_cookie(cookies.SESSION, session_of(lone.store, known, BEGAN))
    client.post("/sign-out", data={"form_token": proof}, headers=HERE)
    assert sees(client)


@pytest.mark.parametrize(
    "next_",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "///evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "/\nSet-Cookie: a=b",
        "/%0d",
        "evil.example",
        "/sign-out",
        "/sign-in?next=/sign-in",
        "/language/en?next=/",
        "/" + "a" * 3000,
        "https:/evil.example",
        "/x://[",
    ],
)
def test_signing_in_leads_to_no_other_site(lone: House, next_: str) -> None:
    signed_up(lone.store, "li")
    location = str(signs_in(lone.client(), next_=next_).location)
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\", "/sign", "/language"))
    assert "evil" not in location
    assert "\n" not in location


@given(st.text(max_size=60) | st.from_regex(r"\A[/\\:.a-z%\t]{1,12}\Z"))
def test_the_way_back_is_an_own_address(address: str) -> None:
    back = forms.way_back(address)
    assert back.startswith("/")
    assert not back.startswith("//")
    assert "\\" not in back
    assert back.isprintable()


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}"]
)
def test_what_was_typed_comes_back_as_text(lone: House, hostile: str) -> None:
    answer = signs_in(lone.client(), hostile, "x", next_=f"/map?a={hostile}")
    assert hostile not in answer.text or "{{" in hostile
    assert "<script" not in answer.text
    assert "49" not in said(answer)


@pytest.mark.parametrize("path", ["/sign-in", "/wall/enter", "/account"])
def test_the_pages_stand_in_both_languages_are_kept_by_no_cache_and_run_no_script(
    lone: House, path: str
) -> None:
    known = signed_up(lone.store, "li")
    for language, tag in (("zh", "zh-CN"), ("en", "en")):
        client = lone.client(session_of(lone.store, known, BEGAN) if path == "/account" else "")
        client.set_cookie(cookies.LANGUAGE, language)
        page = client.get(path)
        assert f'<html lang="{tag}"' in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert "form-action 'self'" in page.headers["Content-Security-Policy"]
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        for label in re.findall(r'<label[^>]*for="([^"]+)"', page.text):
            assert f'id="{label}"' in page.text
    with speaking("en"):
        assert re.search(
            rf"<h1>{word('account.title' if path == '/account' else 'sign_in.title')}</h1>", page.text
        ) or (path == "/wall/enter")


def test_an_empty_house_says_how_to_add_the_first_account(lone: House) -> None:
    page = lone.client().get("/sign-in").text
    assert "python app.py user add NAME --role administrator" in page
    signed_up(lone.store, "li")
    assert "user add" not in lone.client().get("/sign-in").text


def test_the_account_shows_where_one_is_signed_in(lone: House) -> None:
    known = signed_up(lone.store, "li", "leader", STREET)
    sessions.begin(
        lone.store, known.id, "full", BEGAN, HOUR, "10.0.0.7", "Mozilla/5.0 (Windows NT 10.0) Edg/140.0"
    )
    sessions.begin(lone.store, known.id, "full", BEGAN, HOUR, "<b>", "<script>")
    page = lone.client(session_of(lone.store, known, BEGAN)).get("/account").text
    assert "Edge · Windows" in page
    assert "10.0.0.7" in page
    assert "<b>" not in page
    assert "<script>" not in page
    assert word("role.leader") in page


def test_tokens_of_walls_are_guessed_no_faster(lone: House) -> None:
    statuses = [lone.client().get(f"/wall/enter?token={number}").status_code for number in range(26)]
    assert statuses == [401] * 25 + [429]
    page = lone.client().get("/wall/enter")
    assert page.status_code == 200
    assert 'name="token"' in page.text

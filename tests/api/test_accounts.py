"""The commands of accounts and walls, and what an administrator may do by the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, g

from api import doors
from api.administration import Administration
from data import audit
from data.access import Role, Viewer
from data.accounts import passwords, people, sessions, walls
from data.accounts.account import AccountError
from data.audit import Wanted
from data.clocks import DAY, now
from data.settings import Settings
from data.store import Store
from tests.support.city import CITY, DISTRICT, STREET, open_city
from tests.support.commands import Commands
from tests.support.signing import session_of, signed_up


@pytest.fixture
def commands(database_url: str, tmp_path: Path) -> Commands:
    """The command line on the small city, once on each database."""
    open_city(database_url).close()
    return Commands(database_url, tmp_path)


def heard(store: Store) -> list[tuple[str, str, str]]:
    return [(each.action, each.subject, each.result) for each in audit.every_entry(store, Wanted())]


def test_an_account_is_added_shown_reset_and_disabled(commands: Commands) -> None:
    once = commands.good(
        "user", "add", "Li.Hua", "--role", "leader", "--scope", STREET, "--display-name", "李华"
    )
    assert re.fullmatch(r"([a-z2-9]{5}-){3}[a-z2-9]{5}\n", once)
    (row,) = commands.json("user", "list")["rows"]
    assert row == {
        "name": "li.hua",
        "role": "leader",
        "scope": STREET,
        "display_name": "李华",
        "state": "first password",
        "second_factor": False,
        "signed_in_at": None,
    }
    assert "li.hua" in commands.good("user", "list")
    with Store.open(commands.url) as store:
        known = people.get(store, "li.hua")
        assert passwords.matches(known.password, once.strip())
        cookie = session_of(store, known)
        assert commands.good("user", "scope", "li.hua", CITY, "--role", "operator") == (
            f"li.hua is operator of {CITY}\n"
        )
        looked = sessions.look(store, cookie)
        assert looked is not None
        assert (looked[1].role, looked[1].scope) == ("operator", CITY)
        assert commands.good("user", "reset", "li.hua") != once
        assert sessions.look(store, cookie) is None
        commands.good("user", "disable", "li.hua")
        assert people.get(store, "li.hua").disabled_at is not None
        commands.good("user", "disable", "li.hua", "--undo")
        assert people.get(store, "li.hua").disabled_at is None
        assert [action for action, _, _ in heard(store)] == [
            "account_add",
            "account_change",
            "account_reset",
            "account_disable",
            "account_enable",
        ]
        assert once.strip() not in str(list(audit.every_entry(store, Wanted())))


def test_whoever_another_house_knows_gets_no_password(commands: Commands) -> None:
    said = commands.good("user", "add", "wang", "--role", "operator", "--subject", "00u1")
    assert said == "wang may sign in by OpenID Connect\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("user", "add", "a b", "--role", "leader"), "expected a name of 2 to 64"),
        (("user", "add", "li", "--role", "leader", "--scope", "nowhere"), "nowhere"),
        (("user", "add", "li", "--role", "wall"), "--role"),
        (("user", "reset", "nobody"), "`user list` shows them"),
        (("user", "scope", "nobody", CITY), "`user list` shows them"),
        (("wall", "token", "revoke", "nowhere"), "`wall token list` shows them"),
        (("wall", "token", "add", "--name", ""), "1 to 64 characters"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    commands: Commands, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in commands.refused(*arguments)


def test_a_walls_link_is_printed_once_and_can_be_revoked(commands: Commands) -> None:
    link = commands.good("wall", "token", "add", "--name", "hall", "--scope", STREET).strip()
    found = re.fullmatch(r"http://127\.0\.0\.1:8050/wall/enter\?token=([\w-]{43})", link)
    assert found is not None
    with Store.open(commands.url) as store:
        wall = walls.of_token(store, found[1])
        assert wall is not None
        assert (wall.name, wall.scope) == ("hall", STREET)
        assert wall.created_by.startswith("shell")
        assert found[1] not in commands.good("wall", "token", "list")
        commands.good("wall", "token", "revoke", "hall")
        assert walls.of_token(store, found[1]) is None
    assert commands.json("wall", "token", "list")["rows"][0]["state"] == "revoked"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_city(f"sqlite:///{tmp_path / 'small.db'}") as opened:
        yield opened


class Desk:
    """The administration as somebody asks it over HTTP."""

    def __init__(self, store: Store, folder: Path, role: Role, scope: str) -> None:
        self._server = Flask("tests")
        self.heard: list[tuple[str, str, str]] = []
        self._server.extensions[doors.AUDIT] = lambda *told, **_: self.heard.append(told)
        self._viewer = Viewer("root", role, scope)
        settings = Settings.load({"YIPING_VAR_DIR": str(folder), "YIPING_OIDC_CLIENT_SECRET": "hush"}, None)
        self.desk = Administration(store, settings, now)

    def __enter__(self) -> Administration:
        self._context = self._server.test_request_context("/_dash-update-component", method="POST")
        self._context.push()
        g.viewer = self._viewer
        return self.desk

    def __exit__(self, *_: object) -> None:
        self._context.pop()


@pytest.mark.parametrize("role", ["leader", "operator", "auditor", "wall"])
def test_whoever_is_no_administrator_is_told_and_shown_nothing(
    store: Store, tmp_path: Path, role: Role
) -> None:
    signed_up(store, "li")
    walls.add(store, "hall", CITY, "x", 0)
    asked = Desk(store, tmp_path, role, CITY)
    with asked as desk:
        for ask in (
            desk.people,
            desk.walls,
            desk.settings,
            desk.city,
            desk.jobs,
            lambda: desk.add("wang", "leader", CITY, "", ""),
            lambda: desk.change("li", "administrator", CITY, ""),
            lambda: desk.reset("li", False),
            lambda: desk.disable("li"),
            lambda: desk.enable("li"),
            lambda: desk.add_wall("lobby", CITY),
            lambda: desk.revoke_wall("hall"),
        ):
            with pytest.raises(AccountError) as raised:
                ask()
            assert raised.value.key == "refused"
    assert set(asked.heard) == {("administer", "/_dash-update-component", "refused")}
    assert [each.name for each in people.listed(store)] == ["li"]
    assert people.get(store, "li").role == "leader"
    assert walls.listed(store)[0].revoked_at is None


def test_a_districts_administrator_reaches_no_further(store: Store, tmp_path: Path) -> None:
    signed_up(store, "citys", scope=CITY)
    signed_up(store, "own", scope=STREET)
    walls.add(store, "hall", CITY, "x", 0)
    walls.add(store, "own wall", STREET, "x", 0)
    asked = Desk(store, tmp_path, "administrator", DISTRICT)
    with asked as desk:
        assert [each.name for each in desk.people()] == ["own"]
        assert [each.name for each in desk.walls()] == ["own wall"]
        beyond: tuple[tuple[Callable[[], object], str], ...] = (
            (lambda: desk.reset("citys", False), "unknown"),
            (lambda: desk.disable("citys"), "unknown"),
            (lambda: desk.change("citys", "leader", STREET, ""), "unknown"),
            (lambda: desk.change("own", "leader", CITY, ""), "beyond"),
            (lambda: desk.add("wang", "leader", CITY, "", ""), "beyond"),
            (lambda: desk.add_wall("lobby", CITY), "beyond"),
            (lambda: desk.revoke_wall("hall"), "wall_unknown"),
        )
        for ask, key in beyond:
            with pytest.raises(AccountError) as raised:
                ask()
            assert raised.value.key == key
        assert desk.add("wang", "operator", STREET, "", "") is not None
        assert desk.add_wall("lobby", STREET).startswith("http://localhost/wall/enter?token=")
    assert people.get(store, "own").scope == STREET
    assert ("account_add", "wang", "ok") in asked.heard
    assert [result for _, _, result in asked.heard].count("refused") == 6


def test_nobody_takes_their_own_rights_away(store: Store, tmp_path: Path) -> None:
    signed_up(store, "root", "administrator")
    with Desk(store, tmp_path, "administrator", CITY) as desk:
        for ask in (
            lambda: desk.disable("root"),
            lambda: desk.reset("root", False),
            lambda: desk.change("root", "leader", CITY, ""),
        ):
            with pytest.raises(AccountError) as raised:
                ask()
            assert raised.value.key == "self"


def test_a_scope_that_a_new_pack_left_out_is_the_citys_to_mend(store: Store, tmp_path: Path) -> None:
    known = signed_up(store, "lost", scope="gone")
    assert known.scope == "gone"
    with Desk(store, tmp_path, "administrator", DISTRICT) as desk:
        assert desk.people() == []
    with Desk(store, tmp_path, "administrator", CITY) as desk:
        assert [each.name for each in desk.people()] == ["lost"]
        desk.change("lost", "leader", STREET, "")
    assert people.get(store, "lost").scope == STREET


def test_secrets_are_masked_and_jobs_are_told(store: Store, tmp_path: Path) -> None:
    with Desk(store, tmp_path, "administrator", CITY) as desk:
        shown = desk.settings()
        assert shown["YIPING_OIDC_CLIENT_SECRET"] == "***"
        assert "hush" not in str(shown)
        assert {job.key: job.state for job in desk.jobs()} == {
            "simulate": "off",
            "counters": "rests",
            "bulletins": "off",
        }


def test_a_reset_ends_what_is_open(store: Store, tmp_path: Path) -> None:
    known = signed_up(store, "li")
    cookie = sessions.begin(store, known.id, "full", now(), DAY, "", "")
    with Desk(store, tmp_path, "administrator", CITY) as desk:
        once = desk.reset("li", True)
        desk.disable("li")
        desk.enable("li")
    assert passwords.matches(people.get(store, "li").password, once)
    assert sessions.look(store, cookie) is None

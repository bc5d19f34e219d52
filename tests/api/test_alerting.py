"""The commands of warnings."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.accounts import operator
from data import audit
from data.alerting.keeping import Draft, alerts, keep
from data.audit import Wanted
from data.clocks import DAY, HOUR, now
from data.store import Store
from tests.support.city import CELL, CITY, STREET, open_city
from tests.support.commands import Commands


@pytest.fixture
def commands(database_url: str, tmp_path: Path) -> Commands:
    """The command line on the small city with one warning, once on each database."""
    with open_city(database_url) as store:
        light = Draft("sudden:light:cell", "sudden", CELL, "light", now() - DAY, 9, 0.5, 1e-9, 1e-6)
        keep(store, (light,), now() - HOUR, ("sudden",))
    return Commands(database_url, tmp_path)


def test_a_warning_is_seen_given_to_somebody_and_closed(commands: Commands) -> None:
    listed = commands.json("alerts", "list", "--scope", STREET)
    (row,) = listed["rows"]
    assert (listed["scope"], row["kind"], row["state"], row["grid"]) == (STREET, "sudden", "open", CELL)
    assert (row["category"], row["observed"], row["expected"], row["holder"]) == ("light", 9, 0.5, None)
    number = str(row["id"])
    assert "acknowledged" in commands.good("alerts", "acknowledge", number)
    given = commands.json("alerts", "assign", number, "--to", "城管大队", "--note", "look at the main")
    assert (given["state"], given["assigned_to"]) == ("assigned", "城管大队")
    closed = commands.json("alerts", "close", number, "--note", "mended")
    assert closed["closed_at"] is not None
    assert [(each["what"], each["who"], each["note"]) for each in closed["steps"]] == [
        ("opened", None, None),
        ("acknowledged", operator(), None),
        ("assigned", operator(), "城管大队 look at the main"),
        ("closed", operator(), "mended"),
    ]
    none, when = commands.good("alerts", "list").splitlines()
    assert none == "no warning stands"
    assert when == f"looked at {listed['looked_at']}, never in full; overdue in full, it should be each night"
    assert (listed["looked_in_full_at"], listed["look"]) == (None, "night_late")
    with Store.open(commands.url) as store:
        told = [
            (each.who, each.subject, each.detail)
            for each in audit.every_entry(store, Wanted(action="handle"))
        ]
    assert told == [
        (operator(), f"warning {number}", {"act": "acknowledged"}),
        (operator(), f"warning {number}", {"act": "assigned", "to": "城管大队"}),
        (operator(), f"warning {number}", {"act": "closed"}),
    ]


def test_where_nobody_has_looked_no_warning_says_nothing(sqlite_url: str, tmp_path: Path) -> None:
    with open_city(sqlite_url):
        pass
    commands = Commands(sqlite_url, tmp_path)
    assert commands.good("alerts", "list").startswith("nobody has looked yet, so nothing is known")
    assert commands.json("alerts", "list")["look"] == "never"
    commands.good("alerts", "watch")
    none, when = commands.good("alerts", "list").splitlines()
    assert none == "no warning stands"
    at = commands.json("alerts", "list")["looked_at"]
    assert when == f"looked at {at}, in full at {at}"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("acknowledge", "999"), "expected the number of a warning, found 999, which is none here"),
        (("close", "1", "--note", " "), "expected a note on what came of it, found none"),
        (("assign", "1", "--to", " "), "expected the name of whoever is to look into it, found nothing"),
        (("close", "1"), "--note"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(commands: Commands, command: tuple[str, ...], told: str) -> None:
    assert told in commands.refused("alerts", *command)
    with Store.open(commands.url) as store:
        assert [each.state for each in alerts(store, CITY)] == ["open"]

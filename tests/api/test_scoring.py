"""The commands of the assessment, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from api import scoring
from api.accounts import operator
from data import audit
from data.audit import Wanted
from data.clocks import DAY
from data.events import write
from data.lifecycle import Report
from data.store import Store
from tests.support.assessed import FIRST, MONTH, NOW, RUNNING, frozen_city, told
from tests.support.city import DISTRICT, STREET, open_city
from tests.support.commands import Commands


@pytest.fixture
def commands(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The command line on the small city with a frozen month."""
    monkeypatch.setattr(scoring, "now", lambda: NOW)
    with open_city(database_url) as store:
        frozen_city(store)
    return Commands(database_url, tmp_path)


def test_ranks_and_how_a_score_is_made(commands: Commands) -> None:
    shown = commands.json("assess", "show", "--scope", DISTRICT)
    assert (shown["month"], shown["depth"], shown["frozen"], shown["version"]) == (
        MONTH,
        2,
        True,
        "default-2",
    )
    assert [(row["code"], row["rank"], row["ranked"], row["weight"]) for row in shown["rows"]] == [
        ("110101", 2, 3, 90),
        ("110102", 1, 3, 80),
    ]
    few = commands.good("assess", "show")
    assert "3 cases due in Handled in time, fewer than 10" in few
    made = commands.json("assess", "explain", STREET)
    handling = next(part for part in made["parts"] if part["dimension"] == "handling")
    assert (handling["met"], handling["due"]) == (10, 12)
    # The peers: 12 of 12, 6 of 12 and 3 of 3.
    assert (handling["peers_met"], handling["peers_due"]) == (21, 27)
    assert handling["evened"] == pytest.approx((10 + 10 * 21 / 27) / 22)
    # The worked example of docs/assessment.md.
    assert made["score"] == shown["rows"][0]["score"] == 88.18
    assert (made["lifts"][0]["dimension"], made["lifts"][0]["gain"]) == ("handling", 2.53)
    assert [part["not_judged"] for part in made["parts"][5:]] == ["not_entered"] * 2
    text = commands.good("assess", "explain", STREET, "--month", MONTH)
    assert "(10 + 10 × 77.78%) ÷ (12 + 10) = 80.81%" in text
    assert "80.00; anna " in text
    assert "rank: 2 of 3" in text
    assert "had 2 more met what was asked, +" in text


def test_a_month_is_frozen_and_verified(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "now", lambda: NOW)
    with open_city(database_url) as store:
        told(store)
    commands = Commands(database_url, tmp_path)
    assert "provisional" in commands.good("assess", "show", "--month", MONTH)
    assert "a month that is frozen" in commands.refused("assess", "verify", MONTH)
    assert "whose bulletin was due" in commands.refused("assess", "freeze", RUNNING)
    assert commands.good("assess", "freeze") == f"{MONTH} is frozen\n"
    assert "stays as it is" in commands.good("assess", "freeze", MONTH)
    assert commands.good("assess", "freeze") == "no month is owed\n"
    assert "comes out the same" in commands.good("assess", "verify", MONTH)
    with Store.open(database_url) as store:
        late = Report(
            source="s", key="late", at=FIRST + DAY, channel="patrol", category="road", grid=f"{STREET}0101"
        )
        write(store, [late], NOW)
    found = commands.run("assess", "verify", MONTH, "--json")
    assert found.exit_code == 1
    assert f'"code": "{STREET}"' in found.stdout


def test_marks_are_entered_by_hand_and_by_sheet(commands: Commands, tmp_path: Path) -> None:
    plain = ("--month", RUNNING, "--reason", "visited", "--evidence", "minutes 18")
    assert (
        commands.good("assess", "enter", STREET, "centre", "88", *plain) == f"{STREET} centre {RUNNING}: 88\n"
    )
    assert commands.good("assess", "enter", STREET, "centre", "88", *plain) == "nothing has changed\n"
    assert "found '888'" in commands.refused("assess", "enter", STREET, "centre", "888", *plain)
    sheet = commands.good("assess", "template", "--scope", STREET)
    assert f"{RUNNING},{STREET},centre,88,visited,minutes 18,street {STREET}" in sheet.splitlines()
    file = tmp_path / "marks.csv"
    file.write_text(sheet.replace("dispatching,,,", "dispatching,70,late,log 4").replace(",88,", ",8.888,"))
    found = commands.run("assess", "import", file, "--json")
    assert found.exit_code == 1
    assert '"entered": 1' in found.stdout
    assert '"row": 2' in found.stdout
    with Store.open(commands.url) as store:
        heard = [
            (each.who, each.subject, each.result)
            for each in audit.every_entry(store, Wanted(action="assess"))
        ]
    assert sorted(heard) == sorted(
        [
            (operator(), f"assessment {RUNNING} {STREET} centre", "ok"),
            (operator(), f"assessment {RUNNING} {STREET} centre", "ok"),
            (operator(), f"assessment {RUNNING} {STREET} centre", "refused"),
            (operator(), "assessment file marks.csv", "ok"),
        ]
    )


def test_appeals_are_filed_and_decided_by_somebody_else(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    grounds = ("--month", MONTH, "--reason", "road closed", "--evidence", "order 3")
    filed = commands.json(
        "assess", "appeals", "file", STREET, "handling", "--event", f"{STREET}-10", *grounds
    )
    assert (filed["state"], filed["grid_name"], len(filed["events"])) == ("open", f"street {STREET}", 1)
    number = str(filed["id"])
    decide = ("assess", "appeals", "decide", number)
    assert "somebody else to decide" in commands.refused(*decide, "--allow", "--note", "true")
    monkeypatch.setattr(scoring, "operator", lambda: "shell:other")
    allowed = commands.json(*decide, "--allow", "--note", "true")
    assert (allowed["state"], allowed["decided_by"], allowed["note"]) == ("allowed", "shell:other", "true")
    assert "decided by shell:other" in commands.refused(*decide, "--refuse", "--note", "no")
    assert commands.good("assess", "appeals", "list", "--open") == "no appeal\n"
    assert f"{number}  {MONTH}  allowed" in commands.good("assess", "appeals", "list")
    made = commands.json("assess", "explain", STREET)
    handling = next(part for part in made["parts"] if part["dimension"] == "handling")
    assert (handling["met"], handling["due"], handling["excluded_due"]) == (10, 11, 1)
    assert [each["revision"] for each in made["revisions"]] == [1, 2]

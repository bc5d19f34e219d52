"""The commands of tasks and duty."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.accounts import operator
from data import audit
from data.audit import Wanted
from data.clocks import DAY, HOUR, ZoneClock, iso, now
from data.store import Store
from tests.support.city import CITY, DISTRICT, SHANGHAI, STREET, open_city
from tests.support.commands import Commands
from tests.support.duty import keeps_duty


@pytest.fixture
def commands(database_url: str, tmp_path: Path) -> Commands:
    """The command line on the small city, once on each database."""
    with open_city(database_url) as store:
        keeps_duty(store, since="2026-01-01")
    return Commands(database_url, tmp_path)


def test_a_task_is_issued_done_given_back_extended_and_withdrawn(commands: Commands) -> None:
    due = iso(now() + DAY)
    made = commands.json(
        "tasks", "issue", "--title", "排查积水", "--due", due, "--depth", "2", "--scope", DISTRICT
    )
    number = str(made["id"])
    assert [one["grid"] for one in made["shares"]] == [STREET, "110102"]
    assert (
        commands.json("tasks", "done", number, "--grid", STREET, "--note", "已办")["shares"][0]["state"]
        == "on_time"
    )
    assert "0 overdue" not in commands.good("tasks", "list")
    assert commands.json("tasks", "list")["rows"][0]["id"] == made["id"]
    back = commands.json("tasks", "return", number, "--grid", STREET, "--note", "照片不清")
    assert (back["shares"][0]["state"], back["shares"][0]["returned"]) == ("not_due", 1)
    assert (
        commands.json("tasks", "extend", number, "--due", iso(now() + 2 * DAY), "--note", "等待")["due_at"]
        > due
    )
    gone = commands.json("tasks", "withdraw", number, "--note", "取消")
    assert [one["what"] for one in gone["steps"]] == ["issued", "done", "returned", "extended", "withdrawn"]
    assert {one["who"] for one in gone["steps"]} == {operator()}
    assert commands.good("tasks", "list") == "no task is open\n"
    assert len(commands.json("tasks", "list", "--all")["rows"]) == 1
    with Store.open(commands.url) as store:
        told = [(one.subject, one.detail["act"]) for one in audit.every_entry(store, Wanted(action="handle"))]
    acts = ("issued", "done", "returned", "extended", "withdrawn")
    assert told == [(f"task {number}", act) for act in acts]


def test_duty(commands: Commands, tmp_path: Path) -> None:
    made = commands.json("duty", "sign-in", STREET, "--who", "张三")
    assert (made["who"], made["again"]) == ("张三", False)
    assert commands.json("duty", "sign-in", STREET)["again"] is True
    listed = commands.json("duty", "list", "--scope", DISTRICT)
    assert [one["who"] for one in listed["rows"]] == ["张三", None]
    at = f"{ZoneClock.of(SHANGHAI).local(now() - 2 * DAY - HOUR):%Y-%m-%d %H:%M}"
    file = tmp_path / "duty.csv"
    file.write_text(f"grid,at,who\n{STREET},{at},李四\nnowhere,{at},李四\n", encoding="utf-8")
    assert commands.json("duty", "import", str(file), "--allow-rejects") == {
        "new": 1,
        "again": 0,
        "rows": [
            {
                "row": 3,
                "why": f"expected the code of a grid within {CITY} whose centre keeps duty (depth 2), found 'nowhere': "
                "see the list",
            }
        ],
    }
    assert commands.json("duty", "import", str(file), "--allow-rejects")["again"] == 1
    assert commands.run("duty", "import", str(file)).exit_code == 1


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (
            ("tasks", "done", "999", "--grid", STREET),
            "expected the number of a task, found 999, which is none here",
        ),
        (
            ("tasks", "issue", "--title", "x", "--due", "2020-01-01", "--grid", STREET),
            "expected a due time to come",
        ),
        (("tasks", "issue", "--title", "x", "--due", "soon", "--grid", STREET), "--due"),
        (("tasks", "issue", "--title", "x", "--due", "2027-01-01"), "expected at least one grid"),
        (("duty", "sign-in", "nowhere"), "whose centre keeps duty"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(commands: Commands, command: tuple[str, ...], told: str) -> None:
    assert told in commands.refused(*command)

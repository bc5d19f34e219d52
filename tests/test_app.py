"""The command line as its users meet it: every command on both databases, every error as a sentence."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app import cli
from data.clocks import now, parse_instant
from data.store import Store
from tests.support.commands import AS_OF, EVENTS, PACK, WHOLE, Commands
from tests.support.console import Example, examples
from tests.support.docs import ROOT

PAGE = ROOT / "docs/command-line.md"
JANUARY = ("--from", "2026-01-01", "--to", "2026-02-01")


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Commands:
    """The command line on a database without anything in it."""
    return Commands(database_url, tmp_path / "var")


@pytest.fixture
def own(tmp_path: Path) -> Commands:
    """The command line on a SQLite store of the test's own with Boston's grids and no events."""
    commands = Commands(f"sqlite:///{tmp_path / 'own.db'}", tmp_path / "var")
    commands.good("city", "load", PACK)
    return commands


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """The first hundred of Boston's events, one of which cannot be taken."""
    with gzip.open(EVENTS, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[:101]
    rows[5][rows[0].index("open_date")] = "yesterday"
    path = tmp_path / "few.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def commands_of(group: click.Group, *above: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands_of(command, *above, name)
        else:
            yield " ".join((*above, name)), command


COMMANDS = dict(commands_of(cli))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(cli, [*name.split(), "--help"], prog_name="python app.py")
    assert result.exit_code == 0
    assert f"python app.py {name}" in result.output.split("Examples:")[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_stands_on_the_page(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"`{name}" in page
    options = [
        one.opts[0] for one in COMMANDS[name].params if isinstance(one, click.Option) and one.name != "help"
    ]
    assert [option for option in options if option not in page] == []


@pytest.mark.parametrize(
    "example", list(examples(PAGE)), ids=lambda example: " ".join(example.arguments)[:40]
)
def test_an_example_of_the_page_prints_what_the_page_shows(
    boston: Commands, example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    printed = boston.good(*example.arguments)
    assert example.fits(printed), printed


def test_the_whole_way_on_an_empty_database(empty: Commands, few: Path) -> None:
    assert "27 grids" in empty.good("city", "load", PACK)
    first = empty.run("import", few, "--mapping", "boston311")
    assert first.exit_code == 1
    assert "read 100, added 99, updated 0, unchanged 0, rejected 1" in first.stdout
    assert f"{few}.rejects.csv" in first.stdout
    with (few.parent / "few.csv.rejects.csv").open(encoding="utf-8-sig") as file:
        (reject,) = csv.DictReader(file)
    assert (reject["row"], reject["field"]) == ("6", "reported")
    again = empty.good("import", few, "--mapping", "boston311", "--mode", "live", "--allow-rejects")
    assert "added 0, updated 0, unchanged 99, rejected 1" in again
    assert "counters agree" in empty.good("verify-store")
    assert "counters made" in empty.good("rebuild")
    assert empty.json("indicators", *WHOLE, "--as-of", AS_OF)["rows"][0]["numerator"] == 99
    assert empty.json("city", "grids", "--scope", "boston-roxbury")["rows"][0]["parent"] == "boston"
    assert "America/New_York" in empty.good("city", "show")


def test_json_of_indicators(boston: Commands) -> None:
    answer = boston.json(
        "indicators", "--from", "2026-01-01T00:00:00-05:00", "--to", "2026-02-01", "--as-of", AS_OF
    )
    assert list(answer) == ["scope", "from", "to", "as_of", "rows"]
    assert (answer["scope"], answer["from"], answer["as_of"]) == ("boston", "2026-01-01T05:00:00Z", AS_OF)
    assert all(list(row) == ["key", "value", "numerator", "denominator"] for row in answer["rows"])
    rows = {row["key"]: row for row in answer["rows"]}
    assert rows["handling_timeliness"]["value"] == 566 / 1101
    assert (rows["satisfaction"]["value"], rows["satisfaction"]["denominator"]) == (None, 0)
    assert rows["received"]["denominator"] is None
    filtered = boston.json(
        "indicators", *JANUARY, "--as-of", AS_OF, "--channel", "call", "--category", "lost-pet"
    )
    assert (filtered["channels"], filtered["categories"]) == (["call"], ["lost-pet"])


def test_the_present_is_the_default(boston: Commands) -> None:
    before = now()
    answer = boston.json("indicators", *WHOLE, "--indicator", "overdue_open")
    assert before <= parse_instant(answer["as_of"]) <= now()
    assert answer["rows"][0]["numerator"] > 1348, "more have become overdue since"


def test_rank(boston: Commands) -> None:
    options = ("rank", "--indicator", "handling_timeliness", *JANUARY, "--as-of", AS_OF)
    answer = boston.json(*options)
    assert (answer["indicator"], answer["minimum"], len(answer["rows"])) == ("handling_timeliness", 10, 26)
    ranked = [row for row in answer["rows"] if not row["too_few"]]
    assert [row["value"] for row in ranked] == sorted((row["value"] for row in ranked), reverse=True)
    assert all(row["rank"] is None and row["denominator"] < 10 for row in answer["rows"][len(ranked) :])
    assert len([row for row in boston.json(*options, "--minimum", "50")["rows"] if row["rank"]]) < len(ranked)


def test_paging_gives_every_event_once(boston: Commands) -> None:
    options = (
        "events",
        "--kind",
        "overdue",
        "--scope",
        "boston-dorchester",
        "--as-of",
        AS_OF,
        "--limit",
        "40",
    )
    keys, after = [], None
    while True:
        page = boston.json(*options, *(("--after", after) if after else ()))
        keys += [row["key"] for row in page["rows"]]
        if (after := page["next"]) is None:
            break
    assert len(keys) == len(set(keys)) == 143


def test_an_event_is_found_by_key_and_by_id(boston: Commands) -> None:
    by_key = boston.json("event", "BCS-00065327")
    assert by_key == boston.json("event", str(by_key["event"]["id"]))
    assert [step["kind"] for step in by_key["steps"]] == ["report", "handle", "close"]
    assert by_key["steps"][1]["at"] == by_key["event"]["handled_at"] == "2025-08-01T08:00:09Z"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("indicators", *JANUARY, "--scope", "nowhere"), "expected the code of a grid"),
        (("indicators", *JANUARY, "--category", "nothing"), "expected the code of a category"),
        (("indicators", *JANUARY, "--channel", "nobody"), "expected the code of a channel"),
        (("indicators", "--from", "2026-13-01", "--to", "2026-02-01"), "expected a date such as"),
        (("indicators", "--from", "2026-01-01T08:00:00", "--to", "2026-02-01"), "with its offset"),
        (("indicators", "--from", "0001-01-01", "--to", "9999-02-01"), "from 2000 to 2059"),
        (("indicators", "--from", "2026-02-01", "--to", "2026-01-01"), "exchange the two"),
        (("indicators", *JANUARY, "--as-of", "2059-01-01"), "expected an instant that has come"),
        (("indicators", *JANUARY, "--depth", "1"), "--depth goes with --by grid"),
        (("indicators", *JANUARY, "--by", "moon"), "'moon' is not one of"),
        (("indicators", "--from", "2000-01-01", "--to", "2026-02-01", "--by", "hour"), "shorten the period"),
        (("rank", "--indicator", "luck", *JANUARY), "'luck' is not one of"),
        (("events", "--after", "tomorrow"), "expected the `next` of a page before"),
        (("events", "--from", "2026-01-01"), "add the other"),
        (("event", "BCS-0"), "expected the key of an event"),
        (("event", "999999999"), "found no event 999999999"),
        (("import", "no.csv", "--mapping", "boston311"), "cannot be read"),
        (("import", str(EVENTS), "--mapping", "nothing"), "found: boston311"),
        (("import", str(EVENTS), "--mapping", "no.toml"), "is no file"),
        (("city", "load", "nowhere"), "is no folder"),
        (("city", "load", "tests"), "city.toml is missing"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else "",
)
def test_a_mistake_is_a_sentence(boston: Commands, arguments: tuple[str, ...], sentence: str) -> None:
    said = boston.refused(*arguments)
    # Lines of a long sentence are broken where the words allow it.
    assert sentence in " ".join(said.split())


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    commands = Commands(f"sqlite:///{tmp_path / 'none.db'}", tmp_path)
    assert "found no such file" in commands.refused("indicators", *JANUARY)
    assert list(tmp_path.iterdir()) == []


def test_a_store_without_a_city(empty: Commands) -> None:
    Store.open(empty.url).close()
    assert "holds no city yet" in empty.refused("indicators", *JANUARY)
    assert "holds no city yet" in empty.refused("import", EVENTS, "--mapping", "boston311")
    assert "holds no city yet" in empty.refused("verify-store")


def test_a_database_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear city, " * 1000)
    said = Commands(f"sqlite:///{path}", tmp_path).refused("indicators", *JANUARY)
    assert "file is not a database" in said


def test_a_database_that_is_away(tmp_path: Path) -> None:
    said = Commands("postgresql+psycopg://yiping:secret@127.0.0.1:1/none", tmp_path).refused(
        "indicators", *JANUARY
    )
    assert "cannot reach the database" in said
    assert "secret" not in said


def test_settings_that_are_wrong(tmp_path: Path) -> None:
    result = CliRunner(env={"YIPING_PORT": "many", "YIPING_PROT": "1"}).invoke(cli, ["city", "show"])
    assert result.exit_code == 2
    assert "YIPING_PORT: expected a whole number" in result.stderr
    assert "Did you mean YIPING_PORT?" in result.stderr


def test_a_counter_that_is_wrong_is_told(own: Commands, few: Path) -> None:
    own.good("import", few, "--mapping", "boston311", "--allow-rejects")
    with Store.open(own.url) as store, store.writing() as connection:
        connection.execute(text("UPDATE rollup SET received = received + 7 WHERE grain = 4 AND received > 0"))
    result = own.run("verify-store")
    assert result.exit_code == 1
    assert "boston, day from 2025-08-01 00:00: received is 23, the events say 16" in result.stdout
    assert "`python app.py rebuild` makes them anew" in result.stdout
    own.good("rebuild")
    own.good("verify-store")


def test_an_import_that_was_cut_off_is_told(own: Commands) -> None:
    with Store.open(own.url) as store, store.writing() as connection:
        connection.execute(text("UPDATE store_state SET counters_stale = 1"))
    result = own.run("verify-store")
    assert result.exit_code == 1
    assert "the counters are not built" in result.stdout


def test_a_pack_that_moved_away_leaves_its_mappings(own: Commands, few: Path, tmp_path: Path) -> None:
    pack = shutil.copytree(PACK, tmp_path / "pack")
    mine = pack / "mappings/mine.toml"
    mine.write_bytes((PACK / "mappings/boston311.toml").read_bytes())
    own.good("city", "load", pack)
    assert "added 99" in own.good("import", few, "--mapping", "mine", "--allow-rejects")
    shutil.rmtree(pack)
    assert "there is no mine.toml" in own.refused("import", few, "--mapping", "mine")
    assert "unchanged 99" in own.good("import", few, "--mapping", "boston311", "--allow-rejects")


def test_output_that_nobody_reads_to_its_end(boston: Commands) -> None:
    """`python app.py … | head -1` ends without a word."""
    done = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' app.py city grids | head -1"],
        cwd=ROOT,
        env=os.environ | boston.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout.split()[0], done.stderr) == ("code", "")


def test_json_is_strict(boston: Commands) -> None:
    printed = boston.good("indicators", *WHOLE, "--by", "month", "--json")
    json.loads(printed, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))

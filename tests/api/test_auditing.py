"""The audit at a terminal and as a file."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from api.auditing import COLUMNS, harmless, lines
from data.audit import Entry, Recorded, record, verify
from data.clocks import now
from data.store import Store
from tests.support.commands import Commands


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    url = f"sqlite:///{tmp_path / 'yiping.db'}"
    with Store.open(url) as store:
        record(store, Entry(now(), "sign_in", "li", "refused", who="li", address="10.0.0.9"))
        record(store, Entry(now(), "export", "events.csv", "ok", who="li", detail={"rows": 3}))
    return Commands(url, tmp_path)


def test_entries_are_listed_and_narrowed(commands: Commands) -> None:
    told = commands.run("audit", "list").stdout
    assert "li@10.0.0.9" in told
    assert "rows=3" in told
    rows = json.loads(commands.run("audit", "list", "--result", "refused", "--json").stdout)["rows"]
    assert [row["action"] for row in rows] == ["sign_in"]


def test_the_chain_is_verified_with_a_hash_that_was_kept(commands: Commands) -> None:
    told = commands.run("audit", "verify").stdout
    kept = told.rsplit(" ", 1)[1].strip()
    assert told.startswith("2 entries hold together")
    assert commands.run("audit", "verify", "--known", kept).exit_code == 0
    forged = commands.run("audit", "verify", "--known", "2:" + "0" * 64)
    assert forged.exit_code == 1
    assert "does not lead through" in forged.stdout


def test_the_file_is_written_and_that_stands_in_the_audit(commands: Commands, tmp_path: Path) -> None:
    out = tmp_path / "audit.csv"
    assert commands.run("audit", "export", "--out", str(out)).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [row["action"] for row in rows] == ["sign_in", "export", "export"]
    assert tuple(rows[0]) == COLUMNS
    assert commands.run("audit", "prune").stdout.startswith("0 entries of more than 180 days")


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_of_the_file_is_a_formula(value: str) -> None:
    assert harmless(value) == f"'{value}"
    told = b"".join(lines([Recorded(1, value, value, "ok", who=value, seq=1)])).decode("utf-8-sig")
    cells = next(iter(csv.reader(io.StringIO(told.split("\r\n", 1)[1], newline=""))))
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_a_terminal_says_when_the_chain_is_broken(commands: Commands, tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'yiping.db'}") as store, store.keeping() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_changes")
        connection.exec_driver_sql("UPDATE audit SET result = 'ok' WHERE seq = 1")
    found = commands.run("audit", "verify")
    assert found.exit_code == 1
    assert found.stdout.startswith("the chain breaks at 1")
    with Store.open(f"sqlite:///{tmp_path / 'yiping.db'}") as store:
        assert not verify(store).holds

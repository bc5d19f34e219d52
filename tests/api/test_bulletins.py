"""The commands of bulletins, and the jobs as a process of their own."""

from __future__ import annotations

import csv
import gzip
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from data import audit
from data.clocks import DAY, now
from data.editions import editions
from data.jobworkers import edition_counts, start, workers
from data.reference import reference
from data.settings import PROJECT
from data.store import Store
from reports.press import Press
from reports.render import TypesetError
from tests.support.bulletins import planned
from tests.support.commands import EVENTS, PACK, Commands
from tests.support.running import running

DAY_OF_ALL = ("evening", "--date", "2025-08-01")
PATIENCE_SECONDS = 120


@pytest.fixture
def boston(tmp_path: Path) -> Commands:
    """Boston's grids without an event."""
    commands = Commands(f"sqlite:///{tmp_path / 'own.db'}", tmp_path / "var")
    commands.good("city", "load", PACK)
    return commands


@pytest.fixture
def late(tmp_path: Path) -> Path:
    """The first events of Boston, all of the first of August."""
    with gzip.open(EVENTS, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[:31]
    path = tmp_path / "late.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def made_of(said: str) -> tuple[Path, str]:
    """The file of an edition and its hash, as a command prints them."""
    found = re.match(r"(.+\.pdf): .*sha256 ([0-9a-f]{64})", said)
    assert found is not None, said
    return Path(found[1]), found[2]


def test_a_bulletin_is_made_once_copied_and_revised_when_facts_came_late(
    boston: Commands, late: Path, tmp_path: Path
) -> None:
    said = boston.good("bulletin", *DAY_OF_ALL)
    assert "issued, Boston evening bulletin 2025/1, revision 1" in said
    assert "as of 2025-08-02T00:00:00Z" in said
    first, digest = made_of(said)
    assert sha256(first.read_bytes()).hexdigest() == digest
    assert boston.good("bulletin", *DAY_OF_ALL) == said
    assert "no figure has changed" in boston.good("bulletin", *DAY_OF_ALL, "--revise", "--reason", "none")

    boston.good("import", late, "--mapping", "boston311")
    # A copy of what was issued is what was issued, whatever has become known since.
    out = tmp_path / "copy.pdf"
    copied = boston.good("bulletin", *DAY_OF_ALL, "--out", out, "--html")
    assert "a copy of Boston evening bulletin 2025/1, revision 1" in copied
    assert out.read_bytes() == first.read_bytes()
    assert "2025/1" in out.with_suffix(".html").read_text(encoding="utf-8")

    said = boston.good("bulletin", *DAY_OF_ALL, "--revise", "--reason", "late reports")
    second, other = made_of(said)
    assert "issued, Boston evening bulletin 2025/1, revision 2" in said
    assert said.splitlines()[1] == "  Received: 0 is now 16."
    assert other != digest
    assert sha256(first.read_bytes()).hexdigest() == digest
    assert second != first
    with Store.open(boston.url) as store:
        found = editions(store)
        assert [(one.revision, one.reason, one.sha256) for one in found] == [
            (2, "late reports", other),
            (1, "", digest),
        ]
        (entry,) = audit.entries(store, audit.Wanted(action="revise"))
        assert entry.detail == {"reason": "late reports"}


def test_one_that_failed_says_why_and_is_made_when_it_is_asked_for_again(
    boston: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise TypesetError("there is no template 'daily': install Yiping anew")

    with monkeypatch.context() as patch:
        patch.setattr(Press, "__call__", broken)
        said = boston.refused("bulletin", *DAY_OF_ALL)
    assert "Boston evening bulletin 2025/1, revision 1: there is no template 'daily'" in said
    assert "issued, Boston evening bulletin 2025/1" in boston.good("bulletin", *DAY_OF_ALL)


def test_my_area_on_demand_is_set_and_not_recorded(boston: Commands, tmp_path: Path) -> None:
    out = tmp_path / "roxbury.pdf"
    said = boston.good(
        "bulletin", "morning", "--scope", "boston-roxbury", "--date", "2026-02-10", "--out", out
    )
    assert "as of 2026-02-10T13:00:00Z, not in the archive" in said
    assert made_of(said)[1] == sha256(out.read_bytes()).hexdigest()
    with Store.open(boston.url) as store:
        assert editions(store) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("evening", "--date", "2059-01-01", "--out", "x.pdf"), "expected a period that has begun in 波士顿"),
        (("evening", "--date", "2026-13-01"), "expected a day such as 2026-11-27"),
        (("month", "--month", "2026-02-10"), "expected a month such as 2026-11"),
        (("month", "--month", "{month}"), "expected a bulletin whose hour has come"),
        (("evening", "--scope", "nowhere"), "expected the code of a grid"),
        (("evening", "--date", "2026-02-10", "--html"), "expected --out FILE"),
        (("evening", "--date", "2026-02-10", "--revise"), "expected --reason TEXT"),
        (("evening", "--date", "2026-02-10", "--revise", "--reason", "x"), "found none: leave out --revise"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    boston: Commands, arguments: tuple[str, ...], sentence: str
) -> None:
    with Store.open(boston.url) as store:
        this_month = f"{reference(store).clock.local(now()):%Y-%m}"
    given = [each.format(month=this_month) for each in arguments]
    assert sentence in boston.refused("bulletin", *given)


def test_a_scope_without_a_centre_has_copies_alone(boston: Commands) -> None:
    with Store.open(boston.url) as store:
        planned(store, {"depths": [0]})
    said = boston.refused("bulletin", "evening", "--scope", "boston-roxbury", "--date", "2026-02-10")
    assert "expected a scope with a centre of its own, found 'boston-roxbury'" in said


def test_a_copy_that_cannot_be_written_leaves_nothing(boston: Commands, tmp_path: Path) -> None:
    out = tmp_path / "no" / "e.pdf"
    assert "does not exist" in boston.refused("bulletin", *DAY_OF_ALL, "--out", out)
    assert not out.parent.exists()


@pytest.mark.slow
def test_the_jobs_make_what_is_owed_and_end_when_told(boston: Commands) -> None:
    with Store.open(boston.url) as store:
        planned(store, {"depths": [0], "language": "en", "month": {"on": False}, "morning": {"on": False}})
        start(store, [("evening", "boston")], {"evening": now() - 2 * DAY})
        process = subprocess.Popen(
            [sys.executable, "app.py", "jobs"],
            cwd=PROJECT,
            env=os.environ | boston.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert until(lambda: edition_counts(store) == {"issued": 2})
            assert len(workers(store, now())) == 1
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=60)[1]
            assert process.returncode == 0, said
        finally:
            process.kill()
            process.wait()
        assert edition_counts(store) == {"issued": 2}
        assert workers(store, now()) == []
        for one in editions(store):
            content = (boston.folder / "bulletins" / one.path).read_bytes()
            assert sha256(content).hexdigest() == one.sha256


@pytest.mark.slow
def test_run_makes_bulletins_beside_the_server(boston: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """They end with the server, however it ends: what they held is let go by the next."""
    monkeypatch.setenv("YIPING_JOBS", "on")
    for how, code in ((signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)):
        with Store.open(boston.url) as store, running(boston) as server:
            assert until(lambda: len(workers(store, now())) == 1)
            number = int(workers(store, now())[0].name.rpartition(" ")[2])
            assert os.getpriority(os.PRIO_PROCESS, number) >= 10
            assert server.stop(how) == code
            assert until(lambda: workers(store, now()) == [])


def until(true: Callable[[], bool]) -> bool:
    """Waits until it is true; False when patience is over."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        if true():
            return True
        time.sleep(0.2)
    return False

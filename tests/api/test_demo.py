"""The demonstration from the command line: its history, its life as a process of its own, and beside the server."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from api.demo import live_on
from data.bulletinplan import told
from data.clocks import DAY, now
from data.demo.filling import fill_demo
from data.demo.simulate import Simulation
from data.editions import plan
from data.reference import reference
from data.store import Store
from data.verification import verify
from reports.content import content
from reports.wording import document
from tests.support.commands import Commands
from tests.support.demo import CITY, open_demo_city
from tests.support.docs import ROOT
from tests.support.running import running

_PATIENCE = 60


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """The command line on a store that holds the small demonstration without events."""
    found = Commands(f"sqlite:///{tmp_path / 'yiping.db'}", tmp_path / "var")
    open_demo_city(found.url).close()
    return found


def filled(commands: Commands, ago: int, events: int = 4_000) -> None:
    """A history that ended so long ago. A day is made up for with something at any hour, one of the night is not."""
    with Store.open(commands.url, synchronous="OFF") as store:
        fill_demo(store, events, now() - ago, now())


def simulating(commands: Commands, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "app.py", "simulate", *options],
        cwd=ROOT,
        env=os.environ | commands.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def simulated(commands: Commands) -> int:
    # Asked twenty times a second: opening a store takes longer than that leaves for whoever is waited for.
    file = make_url(commands.url).database
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        found: int = connection.execute("SELECT count(*) FROM event WHERE source_key LIKE 'S%'").fetchone()[0]
    return found


def until(met: Callable[[], bool]) -> None:
    ends = time.monotonic() + _PATIENCE
    while not met():
        assert time.monotonic() < ends, "it did not come to pass"
        time.sleep(0.05)


def more(commands: Commands, than: int) -> bool:
    return simulated(commands) > than


def exact(commands: Commands) -> bool:
    with Store.open(commands.url) as store:
        verdict = verify(store)
    return verdict.cells > 0 and not (verdict.differing or verdict.stale)


def alone(commands: Commands) -> bool:
    """Whether nobody makes demo events."""
    (path,) = commands.folder.glob("simulate-*.lock")
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def test_a_history_from_the_command_line(commands: Commands) -> None:
    said = commands.good("demo", "--events", "400", "--as-of", "2026-11-01")
    assert said.startswith("400 made-up events since 2026-08-30; `make city`")
    assert "演示数据" in commands.good("city", "show")
    again = commands.refused("demo", "--events", "400")
    assert "found 400: add --replace" in again
    assert "300 made-up" in commands.good("demo", "--events", "300", "--seed", "7", "--replace")
    assert "expected an instant that has come" in commands.refused(
        "demo", "--replace", "--as-of", "2059-01-01"
    )
    rows = commands.json(
        "indicators", "--from", "2023-10-08", "--to", "2059-01-01", "--indicator", "received"
    )
    assert rows["rows"][0]["numerator"] == 300, "nothing is taken out before it is sure what comes in"


def test_a_real_city_is_left_alone(tmp_path: Path) -> None:
    boston = Commands(f"sqlite:///{tmp_path / 'yiping.db'}", tmp_path)
    assert "do not belong among real ones" in boston.refused("demo", "--events", "10")
    assert "makes the history" in boston.refused("simulate")


def test_the_bulletin_says_that_it_is_made_up(commands: Commands) -> None:
    commands.good("demo", "--events", "400", "--as-of", "2026-11-01")
    with Store.open(commands.url) as store:
        city = reference(store)
        period = told("evening", "2026-10-31", city.clock)
        made = content(store, "evening", CITY, period, period.end, plan(city))
    assert made.is_demo
    assert "演示数据" in document(made).marks


def test_one_at_a_time_and_gone_when_told(commands: Commands) -> None:
    filled(commands, DAY)
    with simulating(commands) as first:
        until(lambda: simulated(commands) > 0)
        assert "`simulate` or `demo` at work" in commands.refused("simulate")
        assert "`simulate` or `demo` at work" in commands.refused("demo", "--replace")
        first.send_signal(signal.SIGTERM)
        assert first.wait(_PATIENCE) == 0
    assert exact(commands)


def test_it_ends_with_the_server_that_started_it(commands: Commands) -> None:
    filled(commands, DAY)
    with simulating(commands, "--beside") as child:
        until(lambda: simulated(commands) > 0)
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(_PATIENCE) == 0


def test_a_database_that_is_busy_is_waited_for() -> None:
    stop = threading.Event()
    begun: list[int] = []

    class Living:
        since = now()

        def advance(self, _until: int) -> None:
            if len(begun) < 3:
                raise OperationalError("INSERT", {}, Exception("database is locked"))
            stop.set()

    def begin() -> Simulation:
        begun.append(1)
        return cast(Simulation, Living())

    live_on(begin, stop, again_seconds=0)
    assert len(begun) == 3


@pytest.mark.slow
def test_killed_twice_and_started_again(commands: Commands) -> None:
    """What it was writing is whole or not there: the counters are exact, and no event comes twice."""
    filled(commands, DAY)
    for most in (1, 400):
        with simulating(commands, "--per-day", "8000") as living:
            until(partial(more, commands, most))
            living.kill()
            living.wait(_PATIENCE)
        assert exact(commands)
    found = simulated(commands)
    assert 400 < found < 3_500, "it was cut off on the way"


@pytest.mark.slow
def test_run_lets_it_live_beside_the_server(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(commands, DAY)
    with running(commands) as server:
        until(lambda: simulated(commands) > 0)
        assert not alone(commands)
        assert server.stop() == 0
        assert alone(commands)
    before = simulated(commands)
    monkeypatch.setenv("YIPING_SIMULATE", "off")
    with running(commands) as server:
        assert alone(commands)
        assert server.stop() == 0
    assert simulated(commands) == before


def test_a_server_that_is_killed_takes_it_along(commands: Commands) -> None:
    filled(commands, DAY)
    with running(commands) as server:
        until(lambda: simulated(commands) > 0)
        server.stop(signal.SIGKILL)
        until(lambda: alone(commands))

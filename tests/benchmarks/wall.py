"""Walls at one server while events keep coming: what an update costs, how soon a commit is told, one against many.

`python -m tests.benchmarks.wall --database-url sqlite:////tmp/copy.db --var-dir /tmp/var --write docs/performance.md`
on a copy of a store with a history (it writes events into it). Read the ratios: the machine is seldom quiet.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import brotli

from api.server import serve
from app import build_app
from data.clocks import SECOND, now
from data.events import Operation, write
from data.lifecycle import Kind, Report, Step
from data.reference import Reference, reference
from data.settings import Settings
from data.store import Store
from data.wallcontrol import change_control
from data.wallplan import Change, Pin, pinned
from tests.support.running import free_port

BEGIN, END = "<!-- wall table -->", "<!-- end of wall table -->"
PACE: Final = 0.5
PER_DAY: Final = 10_000
"""Events of a usual day in a city of this size."""

_LIFE: Final = (Kind.ACCEPT, Kind.DISPATCH, Kind.HANDLE, Kind.VERIFY, Kind.CLOSE, Kind.RATE)
_BETWEEN_SECONDS: Final = 4.0
_WARM_SECONDS: Final = 12
_HERTZ: Final = os.sysconf("SC_CLK_TCK")


@dataclass
class Wall:
    """What one wall has seen. Times in milliseconds, sizes in bytes as they came over the wire."""

    pulses: list[float] = field(default_factory=list)
    updates: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    first_bytes: int = 0
    failures: int = 0
    told: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """One run: so many walls, what they saw, and what it cost the server."""

    walls: int
    seconds: float
    events: int
    commits: int
    pulse_p50: float
    pulse_p95: float
    update_p50: float
    update_p95: float
    update_bytes: float
    first_bytes: int
    cpu: float
    memory: float
    told_p50: float
    told_p99: float
    failures: int


class Writer(threading.Thread):
    """New events at a pace, each through its whole life in half a minute; every step is a commit of its own."""

    def __init__(self, store: Store, per_second: float, seed: int) -> None:
        super().__init__(daemon=True)
        self._store, self._per_second, self._random = store, per_second, Random(seed)
        self._known: Reference = reference(store)
        self._leaves = [grid for grid in self._known.tree if grid.kind is None and grid.id == grid.last_id]
        self._prefix = f"wall-{now()}-"
        self.ends = threading.Event()
        self.committed: dict[int, float] = {}
        self.commits = 0

    def run(self) -> None:
        """Writes until it is told to end."""
        due: list[tuple[float, Operation]] = []
        number, coming = 0, time.monotonic()
        while not self.ends.is_set():
            ticks = time.monotonic()
            if ticks >= coming:
                coming += 1 / self._per_second
                number += 1
                key = f"{self._prefix}{number}"
                (outcome,) = write(self._store, [self._report(key)], now())
                self.commits += 1
                if outcome.event_id is not None:
                    self.committed[outcome.event_id] = time.monotonic()
                due += [
                    (ticks + (turn + 1) * _BETWEEN_SECONDS, self._step(key, kind))
                    for turn, kind in enumerate(_LIFE)
                ]
                due.sort(key=lambda one: one[0])
            while due and due[0][0] <= ticks:
                _, step = due.pop(0)
                write(self._store, [_at_present(step)], now())
                self.commits += 1
            self.ends.wait(max(0.005, min(coming, due[0][0] if due else coming) - time.monotonic()))

    def _report(self, key: str) -> Report:
        leaf = self._random.choice(self._leaves)
        return Report(
            source="wall-benchmark",
            key=key,
            at=now(),
            channel=self._random.choice(list(self._known.channels)),
            category=self._random.choice(list(self._known.categories)),
            grid=leaf.code,
            title=f"{leaf.name} {key[-4:]}",
            unit=f"unit {self._random.randrange(40)}",
        )

    def _step(self, key: str, kind: Kind) -> Step:
        data = {"rating": self._random.choice([5, 5, 4, 3, 2]), "solved": True} if kind is Kind.RATE else {}
        return Step(source="wall-benchmark", key=key, step_key=str(kind), kind=kind, at=0, data=data)


def _at_present(step: Operation) -> Operation:
    return Step(**{**vars(step), "at": now()})


def watch(port: int, wall: Wall, ends: threading.Event, started: float) -> None:
    """A wall as the browser's is: a pulse twice a second, panels when they differ, never two requests at once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    known, token = "", ""

    def ask(path: str) -> tuple[float, int, dict[str, Any]]:
        before = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Encoding": "br", "Accept": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - before) * 1000
        plain = brotli.decompress(body) if answer.headers.get("Content-Encoding") == "br" else body
        if answer.status != 200:
            wall.failures += 1
        return took, len(body), json.loads(plain)

    while not ends.is_set():
        turn = time.monotonic()
        warm = turn - started > _WARM_SECONDS
        took, _, told = ask("/wall/pulse")
        token = str(told.get("v", ""))
        if warm:
            wall.pulses.append(took)
        if token != known:
            took, size, told = ask(f"/wall/panels?known={known}")
            if not known:
                wall.first_bytes = size
            elif warm:
                wall.updates.append(took)
                wall.sizes.append(size)
            known = str(told.get("v", ""))
            for row in told.get("panels", {}).get("ticker", {}).get("rows", ()):
                if row["kind"] == "reported":
                    wall.told.setdefault(int(row["id"]), time.monotonic())
        ends.wait(max(0.0, PACE - (time.monotonic() - turn)))


def measured(port: int, pid: int, store: Store, walls: int, seconds: float, per_second: float) -> Measured:
    """One run of so many walls beside a writer."""
    ends, started = threading.Event(), time.monotonic()
    writer = Writer(store, per_second, seed=walls)
    seen = [Wall() for _ in range(walls)]
    spread = Random(1)
    threads = [threading.Thread(target=watch, args=(port, wall, ends, started), daemon=True) for wall in seen]
    writer.start()
    for thread in threads:
        # Walls do not ask in step with each other.
        time.sleep(spread.random() * PACE / max(1, walls / 4))
        thread.start()
    time.sleep(max(0.0, _WARM_SECONDS - (time.monotonic() - started)))
    cpu, begun, events, commits = _cpu(pid), time.monotonic(), len(writer.committed), writer.commits
    time.sleep(seconds)
    cpu, lasted = _cpu(pid) - cpu, time.monotonic() - begun
    events, commits = len(writer.committed) - events, writer.commits - commits
    memory = _memory(pid)
    time.sleep(2.0)
    writer.ends.set()
    writer.join()
    ends.set()
    for thread in threads:
        thread.join()
    pulses = [one for wall in seen for one in wall.pulses]
    updates = [one for wall in seen for one in wall.updates]
    waits = [
        (at - writer.committed[number]) * 1000
        for wall in seen
        for number, at in wall.told.items()
        if writer.committed.get(number, 0) > started + _WARM_SECONDS
    ]
    return Measured(
        walls=walls,
        seconds=lasted,
        events=events,
        commits=commits,
        pulse_p50=_at(pulses, 0.5),
        pulse_p95=_at(pulses, 0.95),
        update_p50=_at(updates, 0.5),
        update_p95=_at(updates, 0.95),
        update_bytes=statistics.median([size for wall in seen for size in wall.sizes] or [0]),
        first_bytes=max(wall.first_bytes for wall in seen),
        cpu=100 * cpu / lasted,
        memory=memory,
        told_p50=_at(waits, 0.5),
        told_p99=_at(waits, 0.99),
        failures=sum(wall.failures for wall in seen),
    )


def _at(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def _family(pid: int) -> list[int]:
    """The server's process and its workers."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(one for child in listed for one in _family(int(child)))]


def _cpu(pid: int) -> float:
    """Seconds of processor that the server has taken."""
    ticks = 0
    for one in _family(pid):
        fields = Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _HERTZ


def _memory(pid: int) -> float:
    """Megabytes that the server's processes hold of their own."""
    total = 0
    for one in _family(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith(("Private_Clean:", "Private_Dirty:", "Anonymous:")) and "Anonymous" in line:
                total += int(line.split()[1])
    return total / 1024


@contextlib.contextmanager
def server(settings: Settings) -> Iterator[tuple[int, int]]:
    """The dashboard as a process of its own: its port and its process id."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.wall", "--serve"],
        env=os.environ
        | {
            "YIPING_DATABASE_URL": settings.database_url,
            "YIPING_VAR_DIR": str(settings.var_dir),
            "YIPING_PORT": str(port),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert "http" in process.stdout.readline()
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def table(runs: Sequence[Measured], rate: float, backend: str, events: int) -> str:
    """One row a figure, one column a run; the last column is the last run over the first."""
    first, last = runs[0], runs[-1]
    rows: list[tuple[str, str, list[str], float | None]] = [
        ("pulse, median / p95 ms", "–", [f"{one.pulse_p50:.1f} / {one.pulse_p95:.1f}" for one in runs], None),
        (
            "update, median ms",
            "–",
            [f"{one.update_p50:.1f}" for one in runs],
            last.update_p50 / first.update_p50,
        ),
        (
            "update, p95 ms",
            "20",
            [f"{one.update_p95:.1f}" for one in runs],
            last.update_p95 / first.update_p95,
        ),
        ("from a commit until a wall has it, median ms", "–", [f"{one.told_p50:.0f}" for one in runs], None),
        ("the same, p99 ms", "1000", [f"{one.told_p99:.0f}" for one in runs], None),
        ("server's processor, % of one core", "–", [f"{one.cpu:.0f}" for one in runs], last.cpu / first.cpu),
        ("the same for each wall", "–", [f"{one.cpu / one.walls:.1f}" for one in runs], None),
        ("update over the wire, median kB", "20", [f"{one.update_bytes / 1000:.1f}" for one in runs], None),
        ("first answer over the wire, kB", "–", [f"{one.first_bytes / 1000:.1f}" for one in runs], None),
        ("server's own memory, MB", "–", [f"{one.memory:.0f}" for one in runs], None),
        ("answers that failed", "0", [str(one.failures) for one in runs], None),
    ]
    heads = [f"{one.walls} wall{'s' if one.walls > 1 else ''}" for one in runs]
    lines = [
        f"{backend}, {events:,} events; {rate:g} times the true rate: {first.events / first.seconds:.1f} events and "
        f"{first.commits / first.seconds:.1f} commits a second; {first.seconds:.0f} s each.",
        "",
        "| | promised | " + " | ".join(heads) + " | ratio |",
        "|---|---|" + "---|" * (len(runs) + 1),
    ]
    for name, promised, cells, ratio in rows:
        told = f"{ratio:.1f}×" if ratio is not None and len(runs) > 1 else "–"
        lines.append(f"| {name} | {promised} | " + " | ".join(cells) + f" | {told} |")
    return "\n".join(lines)


def written(text: str, made: str) -> str:
    """The document with the table between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


def main() -> None:
    """Serves, or measures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--database-url", help="A copy of a store with a history; it is written to.")
    parser.add_argument("--var-dir", type=Path)
    parser.add_argument("--walls", type=int, nargs="+", default=[1, 50])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=20, help="So many times 10,000 events a day.")
    parser.add_argument("--write", type=Path, help="The document to put the table into.")
    given = parser.parse_args()
    for name in ("database_url", "var_dir"):
        if getattr(given, name) is not None:
            os.environ[f"YIPING_{name.upper()}"] = str(getattr(given, name))
    settings = Settings.load()
    if given.serve:
        serve(lambda: build_app(settings).server, settings, lambda address: print(address, flush=True))
    with Store.open(settings.database_url, create=False) as store, server(settings) as (port, pid):
        with store.reading() as connection:
            events = int(connection.exec_driver_sql("SELECT max(id) FROM event").scalar_one() or 0)
        # The rotation would hide the events of other districts: the first scene is held.
        held = Pin("overview", reference(store).code)
        change_control(
            store, held.scope, Change(now(), "benchmark", "scene"), lambda control: pinned(control, held)
        )
        runs = [
            measured(port, pid, store, walls, given.seconds, given.rate * PER_DAY * SECOND / 86_400_000_000)
            for walls in given.walls
        ]
        made = table(runs, given.rate, "SQLite" if store.is_sqlite else "PostgreSQL", events)
    print(made)
    if given.write is not None:
        text = given.write.read_text(encoding="utf-8")
        given.write.write_text(written(text, made), encoding="utf-8")


if __name__ == "__main__":
    main()

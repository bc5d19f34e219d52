"""The wall for hours: the real server, a city that lives twenty times as fast, and one browser that nobody touches.

`make soak HOURS=72` samples the browser's heap, nodes and listeners, the memory of server and page, and how long a
commit takes to the screen. It ends with a verdict: exit code 0 when nothing grows beyond its noise, 1 when something
does or the wall was not live. `--write docs/performance.md` puts the table there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from data.city import load_city
from data.citypack import read_pack
from data.clocks import HOUR, Instant, now
from data.demo.filling import fill_demo
from data.demo.pack import built_pack
from data.opening import open_store
from data.settings import PROJECT, Settings
from tests.benchmarks.trend import Trend, trend
from tests.support.bare import BarePage
from tests.support.browser import SOFTWARE_GL, chromium

CITY = PROJECT / "data" / "cities" / "zhengzhou"
EVENTS = 300_000
SPEED, PER_DAY = 20.0, 10_000.0
WIDTH, HEIGHT = 1920, 1080
WARM_SHARE = 0.2
WARM_SECONDS = 900.0
"""Caches fill with the first rounds of the scenes: what comes before is not judged."""

PROMISE_MS = 1000.0

ARGUMENTS = (*SOFTWARE_GL, "--enable-precise-memory-info")
"""What the browser is started with."""

_SEEN = """(() => {
  window.__seen = [];
  /* The document may make itself anew meanwhile: what is watched is the window's body. */
  new MutationObserver(() => {
    const version = parseInt((document.getElementById("wall")?.dataset.v || "").split(".")[2], 16);
    if (Number.isFinite(version)) window.__seen.push([version, Date.now()]);
    if (window.__seen.length > 600) window.__seen.shift();
  }).observe(document.body, { attributeFilter: ["data-v"], subtree: true });
})()"""
_STATE = """({
  seen: window.__seen.splice(0),
  condition: document.getElementById("wall").dataset.condition,
  old: document.getElementById("wall").hasAttribute("data-old"),
  scene: document.getElementById("wall").dataset.scene,
  map: document.getElementById("wall").dataset.mapFailed || "",
})"""


@dataclass(frozen=True)
class Sample:
    """One look: seconds since the start, bytes, counts, and the milliseconds from commit to screen since the last."""

    seconds: float
    heap: float
    nodes: float
    listeners: float
    server: float
    page: float
    latencies: tuple[float, ...]
    condition: str
    scene: str


SERIES = {
    "heap": ("JS heap after collection, MB", 1e6),
    "nodes": ("DOM nodes", 1.0),
    "listeners": ("event listeners", 1.0),
    "server": ("server's own memory, MB", 1e6),
    "page": ("browser's own memory, all processes, MB", 1e6),
}


@dataclass
class Commits:
    """What the living city has committed: the instant of each version, as its process tells."""

    process: subprocess.Popen[str]
    times: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=4000))
    written: int = 0

    def listen(self) -> None:
        """Takes down every line until the process ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            parts = line.split()
            if len(parts) == 3 and parts[0].isdigit():
                self.times.append((int(parts[0]), float(parts[1])))
                self.written += int(parts[2])

    def latencies(self, seen: Sequence[tuple[int, float]], before: int) -> list[float]:
        """How long each commit after version `before` took until a screen showed it or a later one."""
        found = []
        for version, committed in list(self.times):
            if version <= before:
                continue
            shown = next((at for known, at in seen if known >= version), None)
            if shown is not None:
                found.append(shown - committed)
        return found


def main() -> None:
    """Runs the soak and leaves with its verdict."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="yiping-soak-") as folder:
        place = Path(options.folder or folder)
        place.mkdir(parents=True, exist_ok=True)
        settings = _settings(place, options.database, options.events, options.at_hour)
        with chromium(place, ARGUMENTS) as browser:
            found = soak(browser, settings, options.hours * 3600, options.every, place, options.speed)
        samples, written, problems = found
    verdict = judge(samples)
    printed = table(samples, verdict, written, options.speed, problems)
    print("\n" + printed, flush=True)
    if options.write is not None:
        write_table(options.write, "soak", printed)
    sys.exit(0 if verdict.good and not problems else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two samples")
    parser.add_argument("--speed", type=float, default=SPEED, help="so many times 10,000 events a day")
    parser.add_argument("--events", type=int, default=EVENTS, help="in the store that is made")
    parser.add_argument("--at-hour", type=int, help="of the city's day, when it begins (default: its own)")
    parser.add_argument("--database", help="a store with the demonstration in it (default: one is made)")
    parser.add_argument("--folder", help="where samples.jsonl and the server's log go")
    parser.add_argument("--write", type=Path, help="the page whose table is replaced")
    return parser.parse_args()


def write_table(path: Path, name: str, printed: str) -> None:
    """Puts a table between its marks `<!-- name -->` and `<!-- end of name -->`."""
    text = path.read_text(encoding="utf-8")
    first, last = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = text.partition(first)
    if not found or last not in rest:
        raise SystemExit(f"expected {first.strip()} and {last} in {path}, found neither: add them")
    path.write_text(before + first + printed + "\n" + rest[rest.index(last) :], encoding="utf-8")


def server_settings(folder: Path, database: str) -> dict[str, str]:
    """The settings of a server whose demonstration somebody else lets live."""
    return {
        "YIPING_DATABASE_URL": database,
        "YIPING_VAR_DIR": str(folder),
        "YIPING_SIMULATE": "off",
        "YIPING_JOBS": "off",
        "YIPING_SQLITE_SYNCHRONOUS": "NORMAL",
        "YIPING_LOG_LEVEL": "WARNING",
    }


def zone_where_it_is(hour: int, at: Instant) -> str:
    """A time zone in which it is this hour (0–23) of some day now: a city keeps its hours, and most of what is
    reported comes by day."""
    ahead = (hour - at // HOUR + 12) % 24 - 12
    # POSIX counts westwards.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def _settings(folder: Path, database: str | None, events: int, at_hour: int | None) -> dict[str, str]:
    settings = server_settings(folder, database or f"sqlite:///{folder / 'yiping.db'}")
    if database is None:
        present = now()
        with open_store(Settings.load(settings), create=True) as store:
            pack = read_pack(built_pack(CITY, folder))
            zone = pack.zone if at_hour is None else zone_where_it_is(at_hour, present)
            load_city(store, replace(pack, zone=zone), present)
            fill_demo(store, events, present, present)
    return settings


def soak(
    browser: Browser, settings: dict[str, str], seconds: float, every: float, folder: Path, speed: float
) -> tuple[list[Sample], int, list[str]]:
    """Watches a wall for some seconds; gives the samples, how many operations were committed meanwhile, and what the
    page had to complain of."""
    samples: list[Sample] = []
    with (
        served(settings, folder) as (address, server),
        _living(settings["YIPING_DATABASE_URL"], speed) as commits,
        contextlib.closing(BarePage(browser, WIDTH, HEIGHT)) as page,
        (folder / "samples.jsonl").open("w", encoding="utf-8") as kept,
    ):
        page.goto(f"{address}/wall")
        page.wait_until('document.querySelector(".wall[data-drawn]") !== null')
        page.evaluate(_SEEN)
        begun = time.monotonic()
        known = commits.times[-1][0] if commits.times else 0
        while time.monotonic() - begun < seconds:
            page.wait(min(every, max(seconds - (time.monotonic() - begun), 1.0)))
            sample, known = _sample(page, server, commits, known, time.monotonic() - begun)
            samples.append(sample)
            kept.write(json.dumps(sample.__dict__) + "\n")
            kept.flush()
            _tell(sample)
        return samples, commits.written, [each for each in page.problems if "GPU stall" not in each]


def _sample(page: BarePage, server: int, commits: Commits, known: int, seconds: float) -> tuple[Sample, int]:
    state: dict[str, Any] = page.evaluate(_STATE)
    seen = [(int(version), float(at)) for version, at in state["seen"]]
    latencies = commits.latencies(seen, known)
    page.send("HeapProfiler.enable")
    for _ in range(2):
        page.send("HeapProfiler.collectGarbage")
    counters = page.send("Memory.getDOMCounters")
    heap = page.send("Runtime.getHeapUsage")
    # What keeps objects alive for the profiler must not be measured with them.
    page.send("HeapProfiler.disable")
    condition = f"{state['condition']}{' old' if state['old'] else ''}{' map: ' + state['map'] if state['map'] else ''}"
    sample = Sample(
        seconds=seconds,
        heap=heap["usedSize"],
        nodes=counters["nodes"],
        listeners=counters["jsEventListeners"],
        server=_memory(_family(server)),
        page=_memory(_browser()),
        latencies=tuple(latencies),
        condition=condition,
        scene=state["scene"],
    )
    return sample, max([known, *(version for version, _ in seen)])


def _tell(sample: Sample) -> None:
    late = f"{statistics.median(sample.latencies):.0f} ms" if sample.latencies else "-"
    print(
        f"{sample.seconds / 60:7.1f} min  heap {sample.heap / 1e6:6.1f} MB  nodes {sample.nodes:5.0f}  listeners "
        f"{sample.listeners:4.0f}  server {sample.server / 1e6:6.1f} MB  page {sample.page / 1e6:6.0f} MB  "
        f"{len(sample.latencies):3d} commits {late:>7}  {sample.scene} {sample.condition}",
        flush=True,
    )


@dataclass(frozen=True)
class Verdict:
    """The trend of each series, the latencies of all commits, and how many samples found the wall live."""

    trends: dict[str, Trend]
    latencies: list[float]
    live: int
    judged: int

    @property
    def growing(self) -> list[str]:
        """The series that grow beyond their noise."""
        return [name for name, found in self.trends.items() if found.grows]

    @property
    def good(self) -> bool:
        """True when nothing grows, the wall was live throughout and most commits were shown in time."""
        return not self.growing and self.live == self.judged and quantile(self.latencies, 0.99) < PROMISE_MS


def judge(samples: Sequence[Sample]) -> Verdict:
    """The verdict on all samples but those of the first minutes, in which caches fill."""
    warm = min(WARM_SECONDS, WARM_SHARE * samples[-1].seconds)
    judged = [sample for sample in samples if sample.seconds >= warm]
    times = [sample.seconds for sample in judged]
    trends = {name: trend(times, [getattr(sample, name) for sample in judged]) for name in SERIES}
    latencies = [late for sample in judged for late in sample.latencies]
    live = sum(sample.condition in ("live", "stale") for sample in judged)
    return Verdict(trends, latencies, live, len(judged))


def table(
    samples: Sequence[Sample], verdict: Verdict, written: int, speed: float, problems: Sequence[str]
) -> str:
    """The figures as Markdown."""
    hours = samples[-1].seconds / 3600
    lines = [
        f"{hours:.2f} hours at {speed:g} times the true rate ({written:,} operations committed), "
        f"{len(samples)} samples, {verdict.judged} of them judged.",
        "",
        "| | median | growth over the judged time (95 % interval) | allowed | |",
        "|---|---|---|---|---|",
    ]
    for name, (label, unit) in SERIES.items():
        found = verdict.trends[name]
        span = f"{found.growth / unit:+.2f} ({found.low / unit:+.2f} … {found.high / unit:+.2f})"
        lines.append(
            f"| {label} | {found.level / unit:,.1f} | {span} | {found.allowed / unit:.2f} | "
            f"{'**grows**' if found.grows else 'steady'} |"
        )
    late = verdict.latencies
    lines += [
        "",
        f"From commit to screen: {len(late):,} commits, median {quantile(late, 0.5):.0f} ms, p99 "
        f"{quantile(late, 0.99):.0f} ms, worst {max(late, default=0):.0f} ms. "
        f"Live in {verdict.live} of {verdict.judged} samples; {len(problems)} errors in the console.",
        "",
        f"Verdict: {'steady' if verdict.good and not problems else 'not steady: ' + _why(verdict, problems)}.",
    ]
    return "\n".join(lines)


def _why(verdict: Verdict, problems: Sequence[str]) -> str:
    found = [f"{name} grows" for name in verdict.growing]
    if verdict.live < verdict.judged:
        found.append(f"not live in {verdict.judged - verdict.live} samples")
    if quantile(verdict.latencies, 0.99) >= PROMISE_MS:
        found.append("commits came late")
    return "; ".join([*found, *problems[:3]])


def quantile(values: Sequence[float], share: float) -> float:
    """inf when there are none: what was never seen was not in time."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")


@contextlib.contextmanager
def served(settings: dict[str, str], folder: Path) -> Iterator[tuple[str, int]]:
    """A server process of its own; gives its address and process id. Its log goes into the folder."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with (folder / "server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py", "run"],
            cwd=PROJECT,
            env=os.environ | settings | {"YIPING_PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        if not any("Yiping answers on" in line for line in process.stdout):
            raise RuntimeError(f"the server did not start: see {folder / 'server.log'}")
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()


@contextlib.contextmanager
def _living(database: str, speed: float) -> Iterator[Commits]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.benchmarks.soaklife",
            "--database",
            database,
            "--speed",
            str(speed),
            "--per-day",
            str(PER_DAY),
        ],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    commits = Commits(process)
    listener = threading.Thread(target=commits.listen, daemon=True)
    listener.start()
    try:
        yield commits
    finally:
        process.terminate()
        process.wait(60)
        listener.join()
        assert process.stdout is not None
        process.stdout.close()


def _parents() -> dict[int, int]:
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            found[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    return found


def _family(root: int) -> list[int]:
    """A process and all that it started."""
    parents = _parents()
    found = [root]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _browser() -> list[int]:
    """The browser's processes: those of our own family that are called so."""
    found = []
    for one in _family(os.getpid()):
        with contextlib.suppress(OSError):
            if "chrom" in (Path("/proc") / str(one) / "comm").read_text():
                found.append(one)
    return found


def _memory(processes: Sequence[int]) -> float:
    """Bytes of the processes' own memory, each shared page once among those who share it. Mapped files are left
    out: a store that grows is not a leak, and the system takes them back."""
    total = 0.0
    for one in processes:
        with contextlib.suppress(OSError, StopIteration):
            lines = (Path("/proc") / str(one) / "smaps_rollup").read_text().splitlines()
            total += 1024.0 * int(next(line for line in lines if line.startswith("Pss_Anon:")).split()[1])
    return total


if __name__ == "__main__":
    main()

"""The wall's promises in a browser: how long a commit takes to the screen, how soon the page is of use, what travels.

`python -m tests.benchmarks.wallscreen --database URL --full URL` measures the first on a store that it writes into,
the second on one that it only reads; `--write docs/performance.md` puts the table there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from data.clocks import now
from data.events import write
from data.lifecycle import Report
from data.reference import Reference, reference
from data.store import Store
from data.wallcontrol import change_control
from data.wallplan import Change, Pin, pinned
from tests.benchmarks.soak import quantile, served, server_settings, write_table
from tests.support.browser import SOFTWARE_GL, chromium, watched_page

EVENTS = 200
LOADS = 5
REFRESHES_SECONDS = 15.0
PROMISED_MS, PROMISED_PAINT_MS, PROMISED_REFRESH = 1000.0, 2000.0, 20_000

_RECEIVED = """() => {
  window.__shown = [];
  const value = document.querySelector(".card-value").firstChild.parentNode;
  const note = () => window.__shown.push([Number(value.textContent.replaceAll(",", "")), Date.now()]);
  note();
  new MutationObserver(note).observe(value, { characterData: true, childList: true, subtree: true });
}"""

_PAINTS = """() => {
  const first = performance.getEntriesByName("first-contentful-paint")[0];
  const parts = [performance.getEntriesByType("navigation")[0], ...performance.getEntriesByType("resource")];
  const of = (test) => parts.filter(test).reduce((sum, one) => sum + one.transferSize, 0);
  const before = (one) => one.responseEnd <= window.__useful;
  return { first: first ? first.startTime : null, useful: window.__useful, bytes: of(before), all: of(() => true) };
}"""

_USEFUL = """() => {
  const look = () => {
    const root = document.getElementById("wall");
    if (root && root.dataset.v) requestAnimationFrame(() => { window.__useful ??= performance.now(); });
    else requestAnimationFrame(look);
  };
  look();
}"""


@dataclass
class Measured:
    """Milliseconds and bytes of each run."""

    latencies: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    useful: list[float] = field(default_factory=list)
    bytes: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    refreshes: list[int] = field(default_factory=list)
    pulses: list[int] = field(default_factory=list)


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--database", required=True, help="a store with the demonstration in it; events are added"
    )
    parser.add_argument("--full", help="a store for the first paint (default: the same)")
    parser.add_argument("--var", type=Path, help="the folder of the full store, with its outlines")
    parser.add_argument(
        "--events", type=int, default=EVENTS, help="committed one by one; 0 measures the paint alone"
    )
    parser.add_argument("--write", type=Path, help="the page whose table is replaced")
    options = parser.parse_args()
    found = Measured()
    with tempfile.TemporaryDirectory(prefix="yiping-wall-") as name:
        folder = Path(name)
        with chromium(folder, SOFTWARE_GL) as browser:
            if options.events:
                with served(server_settings(folder, options.database), folder) as (address, _):
                    measure_latency(browser, address, options.database, options.events, found)
            settings = server_settings(options.var or folder, options.full or options.database)
            print(json.dumps(found.__dict__), flush=True)
            with served(settings, folder) as (address, _):
                measure_paint(browser, address, found)
    printed = table(found)
    print("\n" + printed, flush=True)
    if options.write is not None:
        write_table(options.write, "wall-screen", printed)


def measure_latency(browser: Browser, address: str, url: str, events: int, found: Measured) -> None:
    """Commits events one by one and sees when the number on the screen holds each of them."""
    with watched_page(browser) as (page, _), Store.open(url, synchronous="NORMAL") as store:
        page.set_viewport_size({"width": 1920, "height": 1080})
        known = reference(store)
        # The scene is held: another one would show another scope's number.
        held = Change(now(), "benchmark", "pinned")
        change_control(store, known.code, held, lambda given: pinned(given, Pin("overview", known.code)))
        _opened(page, address)
        _weigh(page, found)
        page.wait_for_timeout(REFRESHES_SECONDS * 1000)
        for number in range(events):
            page.evaluate(
                _RECEIVED if number == 0 else "() => window.__shown.splice(0, window.__shown.length - 1)"
            )
            before = int(page.evaluate("window.__shown.at(-1)[0]"))
            committed = _report(store, known, number)
            late = _seen(page, before + 1, committed)
            found.latencies.append(late)
            # Commits must not fall into step with the pulse.
            page.wait_for_timeout(150 + (number * 137) % 500)
        print(
            f"  {len(found.latencies)} commits, median {statistics.median(found.latencies):.0f} ms",
            flush=True,
        )


def _report(store: Store, known: Reference, number: int) -> float:
    """Reports an event of now; gives the instant of its commit in milliseconds."""
    grid = next(grid for grid in known.tree if not known.tree.children(grid.code) and grid.kind is None)
    present = now()
    written = write(
        store,
        [
            Report(
                source="latency",
                key=f"{present}-{number}",
                at=present,
                channel=next(iter(known.channels)),
                category=next(iter(known.categories)),
                grid=grid.code,
                title="latency",
            )
        ],
        present,
    )
    assert written[0].status == "added", written[0]
    return now() / 1000


def _seen(page: Page, least: int, committed: float) -> float:
    """Milliseconds from the commit until the first figure was at least so large; inf when that never came."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        shown: Sequence[Sequence[float]] = page.evaluate("window.__shown")
        for value, at in shown:
            if value >= least:
                return float(at) - committed
        page.wait_for_timeout(40)
    return float("inf")


def _opened(page: Page, address: str) -> None:
    page.goto(f"{address}/wall", timeout=120_000)
    page.wait_for_selector("#wall[data-v][data-drawn]", timeout=120_000)
    page.wait_for_selector('#wall[data-scene="overview"]', timeout=120_000)


def _weigh(page: Page, found: Measured) -> None:
    session = page.context.new_cdp_session(page)
    paths: dict[str, str] = {}
    session.send("Network.enable")
    session.on(
        "Network.requestWillBeSent", lambda event: paths.update({event["requestId"]: event["request"]["url"]})
    )

    def finished(event: Any) -> None:
        address = paths.pop(event["requestId"], "")
        if "/wall/panels" in address:
            found.refreshes.append(int(event["encodedDataLength"]))
        elif "/wall/pulse" in address:
            found.pulses.append(int(event["encodedDataLength"]))

    session.on("Network.loadingFinished", finished)


def measure_paint(browser: Browser, address: str, found: Measured) -> None:
    """Loads the wall afresh, each time with nothing remembered."""
    for number in range(LOADS + 1):
        with watched_page(browser) as (page, _):
            page.set_viewport_size({"width": 1920, "height": 1080})
            page.add_init_script(f"({_USEFUL})()")
            page.goto(f"{address}/wall")
            # Evaluating a condition within the page is what its security policy forbids.
            while page.evaluate("window.__useful") is None:
                page.wait_for_timeout(100)
            page.wait_for_selector("#wall[data-drawn]", timeout=120_000)
            told = page.evaluate(_PAINTS)
            # The first one wakes the server's caches.
            if number:
                found.first.append(told["first"])
                found.useful.append(told["useful"])
                found.bytes.append(told["bytes"])
                found.again.append(told["all"])
    print(f"  first paint of use {json.dumps([round(one) for one in found.useful])} ms", flush=True)


def table(found: Measured) -> str:
    """The figures as Markdown."""

    def held(good: bool) -> str:
        return "" if good else " **short**"

    late = found.latencies
    p99, useful = quantile(late, 0.99), statistics.median(found.useful)
    steady, usual = max(found.refreshes, default=0), statistics.median(found.refreshes)
    rows = [
        ("commit to screen, median", "", f"{quantile(late, 0.5):.0f} ms"),
        (
            f"commit to screen, p99 of {len(late)}",
            "1,000 ms",
            f"{p99:.0f} ms{held(p99 < PROMISED_MS)} (worst {max(late):.0f})",
        ),
        ("first contentful paint, full demo", "", f"{statistics.median(found.first):.0f} ms"),
        (
            "all figures on the screen, full demo",
            "2,000 ms",
            f"{useful:.0f} ms{held(useful < PROMISED_PAINT_MS)}",
        ),
        ("on the wire until then", "", f"{statistics.median(found.bytes) / 1000:.0f} kB"),
        ("on the wire with the map and its library", "", f"{statistics.median(found.again) / 1000:.0f} kB"),
        (
            "a refresh: median and largest",
            "20 kB",
            f"{usual / 1000:.1f} kB, {steady / 1000:.1f} kB{held(steady < PROMISED_REFRESH)}",
        ),
        ("a pulse", "", f"{statistics.median(found.pulses):.0f} bytes"),
    ]
    return "\n".join(
        ["| | promised | measured |", "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows)]
    )


if __name__ == "__main__":
    main()

"""`make bench`: the store against a columnar scan of the same events, on SQLite and PostgreSQL, as ratios.

Every figure is a median of runs in blocks, store and scan in turn, in one process; read the ratios, not the
milliseconds.
`python -m tests.benchmarks --events 500000 --events 5000000 --write docs/performance.md` makes the table of the docs.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from data.city import load_city
from data.clocks import now
from data.loading import load_histories
from data.queries import own
from data.reference import reference
from data.store import Store
from tests.benchmarks import city
from tests.benchmarks.live import live
from tests.benchmarks.questions import Case, cases
from tests.benchmarks.report import Measured, SizeReport, table
from tests.benchmarks.scan import Scan
from tests.support.postgres import Cluster

BLOCKS, RUNS = 3, 7
"""Runs of one side, then of the other, block by block: in turn, so that a slow minute meets both, but not one by one,
where each side would find the processor's cache full of the other's work."""

_DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "2GB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "16GB",
    "effective_cache_size": "8GB",
}
"""PostgreSQL as a city would run it on such a machine; the tests' own settings trade durability for speed."""

COLD = "19,582 values, 30 days, cold"


@dataclass(frozen=True)
class Options:
    """What to measure."""

    sizes: tuple[int, ...]
    backends: tuple[str, ...]
    live_seconds: float
    write: Path | None


def main() -> None:
    """Loads, asks, writes live, and prints the table."""
    options = _options()
    reports: list[SizeReport] = []
    with tempfile.TemporaryDirectory(prefix="yiping-bench-") as folder:
        for backend in options.backends:
            with _urls(backend, Path(folder)) as url_of:
                for size in options.sizes:
                    print(f"\n{backend}, {size:,} events", flush=True)
                    reports.append(_measure(backend, url_of(size), size, options.live_seconds))
    printed = table(reports)
    print("\n" + printed)
    if options.write is not None:
        _replace_table(options.write, printed)


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--events", type=int, action="append", help="how many events (may come twice)")
    parser.add_argument("--backend", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--live-seconds", type=float, default=20.0)
    parser.add_argument("--write", type=Path, help="the document whose table is replaced")
    found = parser.parse_args()
    return Options(
        tuple(found.events or (500_000, 5_000_000)),
        tuple(found.backend or ("sqlite", "postgresql")),
        found.live_seconds,
        found.write,
    )


@contextmanager
def _urls(backend: str, folder: Path) -> Iterator[Callable[[int], str]]:
    if backend == "sqlite":
        yield lambda size: f"sqlite:///{folder}/bench-{size}.db"
        return
    with Cluster(_DURABLE) as cluster:
        yield lambda _size: cluster.url(cluster.create_database())


def _measure(backend: str, url: str, size: int, live_seconds: float) -> SizeReport:
    with Store.open(url) as store:
        load_city(store, city.pack(), now())
        known = reference(store)
        histories = city.histories(known, size)
        started = time.perf_counter()
        load_histories(store, "benchmark", histories, now(), _say(started))
        load_seconds = time.perf_counter() - started
        print(f"  loaded with indexes and counters in {load_seconds:.0f} s", flush=True)
        scan = Scan(known, histories)
        # Millions of texts in memory would slow down every collection of garbage: no server holds them.
        del histories
        gc.collect()
        measured = [_ask(store, scan, case) for case in cases(known)]
        measured.append(
            _ask_cold(store, scan, next(case for case in cases(known) if "30 days, warm" in case.name))
        )
        sizes = _bytes(store)
        figures = live(url, live_seconds)
        print(f"  live: {figures}", flush=True)
        return SizeReport(backend, size, load_seconds, sizes, measured, figures)


def _say(started: float) -> Callable[[str, float], None]:
    told: list[str] = []

    def progress(what: str, _share: float) -> None:
        if told[-1:] != [what]:
            told.append(what)
            print(f"  {time.perf_counter() - started:6.1f} s {what}", flush=True)

    return progress


def _ask(store: Store, scan: Scan, case: Case) -> Measured:
    return _timed(case, lambda: case.ask(store), lambda: case.scan(scan))


def _ask_cold(store: Store, scan: Scan, warm: Case) -> Measured:
    cold = Case(COLD, warm.ask, warm.scan, 1, True)

    def ask() -> Any:
        own.forget(store)
        return warm.ask(store)

    return _timed(cold, ask, lambda: warm.scan(scan))


def _timed(case: Case, ask: Callable[[], Any], scan: Callable[[], Any]) -> Measured:
    """Medians of runs in blocks, of which the first two runs only warm up."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(BLOCKS):
        for side, call in enumerate((ask, scan)):
            for run in range(RUNS + 2):
                started = time.perf_counter()
                call()
                if run >= 2:
                    times[side].append((time.perf_counter() - started) * 1000)
    store_ms, scan_ms = statistics.median(times[0]), statistics.median(times[1])
    print(
        f"  {case.name}: {store_ms:.2f} ms, scan {scan_ms:.2f} ms, {scan_ms / store_ms:.1f} times", flush=True
    )
    return Measured(case.name, store_ms, scan_ms, case.at_least, case.covered)


def _bytes(store: Store) -> dict[str, int]:
    """Bytes of the events (with their indexes) and of the counters (with vectors)."""
    groups = {
        "events": ("event", "event_step", "event_past"),
        "counters": ("rollup", "rollup_vector", "rollup_version"),
    }
    with store.reading() as connection:
        if store.is_sqlite:
            sql = (
                "SELECT SUM(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name "
                "WHERE m.tbl_name = :name"
            )
        else:
            sql = "SELECT pg_total_relation_size(CAST(:name AS regclass))"
        return {
            group: sum(connection.execute(text(sql), {"name": name}).scalar_one() or 0 for name in names)
            for group, names in groups.items()
        }


def _replace_table(path: Path, printed: str) -> None:
    begin, end = "<!-- table -->", "<!-- end of table -->"
    document = path.read_text(encoding="utf-8")
    head, _, rest = document.partition(begin)
    _, _, tail = rest.partition(end)
    path.write_text(f"{head}{begin}\n{printed}\n{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()

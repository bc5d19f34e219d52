"""`python -m tests.benchmarks.hotspots --database URL`: how long a look at the whole city takes, by night and by hour.

The store should be the full demonstration (`make city`), or a copy of it: the warnings of the look are kept in it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from data.alerting.deadlines import pressing, whistles
from data.alerting.suspicion import rechecks
from data.alerting.watching import SEED, duplicates, watch
from data.hotspots.hot import hot
from data.hotspots.seeing import Seen, see
from data.store import Store

NIGHT_SECONDS, HOUR_SECONDS = 300, 10
"""What was promised."""


def main() -> None:
    """Looks once by night, then by hour, and prints what took how long."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.hotspots", description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--write", type=Path, help="the document whose table is replaced")
    options = parser.parse_args()
    with Store.open(options.database, statement_timeout_seconds=600) as store:
        at = store.state().latest_at
        rows: list[tuple[str, float, float, float | None]] = []
        sights: dict[str, Seen] = {}

        def timed(name: str, promised: float | None, call: Callable[[], object]) -> None:
            started, worked = time.perf_counter(), time.process_time()
            call()
            rows.append((name, time.perf_counter() - started, time.process_time() - worked, promised))
            print(f"  {name}: {rows[-1][1]:.1f} s, of the processor {rows[-1][2]:.1f} s", flush=True)

        timed("read for the night", None, lambda: sights.update(night=see(store, at)))
        timed("detectors of the night", None, lambda: hot(sights["night"].sight, SEED))
        timed("read for the hour", None, lambda: sights.update(hour=see(store, at, hourly=True)))
        timed("detectors of the hour", None, lambda: hot(sights["hour"].sight, SEED, hourly=True))
        timed("reports of one matter", None, lambda: duplicates(store, at))
        timed("deadlines and whistles", None, lambda: (pressing(store, at), whistles(store, at)))
        timed("what to check once more", None, lambda: rechecks(store, at))
        timed("the night's run in all", NIGHT_SECONDS, lambda: watch(store, at))
        timed("the hourly run in all", HOUR_SECONDS, lambda: watch(store, at, hourly=True))
    printed = table(rows)
    print(printed)
    if options.write is not None:
        document = options.write.read_text(encoding="utf-8")
        head, _, rest = document.partition("<!-- runs -->")
        _, _, tail = rest.partition("<!-- end of runs -->")
        options.write.write_text(
            f"{head}<!-- runs -->\n{printed}\n<!-- end of runs -->{tail}", encoding="utf-8"
        )


def table(rows: list[tuple[str, float, float, float | None]]) -> str:
    """The runs in Markdown."""
    lines = ["| | promised, s | seconds | of the processor |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {promised or '–'} | {took:.1f} | {worked:.1f} |" for name, took, worked, promised in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()

"""Lists, filters, searches and exports of a filled store, against what they promise.

`python -m tests.benchmarks.lists --url sqlite:////tmp/full.db` prints the table; the store may be a demonstration that
`python app.py demo` made. Milliseconds at the server, the page and its total apart. `--write docs/performance.md` puts
the table there. Of pages the processor's time is told too, that of PostgreSQL included: on a machine with other work
the clock tells of that work too, and with `--busy` the processor's time is held against the promise.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from data.answers import Question
from data.clocks import DAY
from data.periods import Period
from data.queries.filtered import all_events, count_events, find_events
from data.queries.filters import OVERDUES, RATINGS, SORTS, STATES, Filter
from data.reference import reference
from data.store import Store
from reports.sheets import Cell, Cover, Head, Sheet, write_csv, write_xlsx
from tests.benchmarks.processor import meter
from tests.benchmarks.soak import write_table

RUNS = 5
WORDS = ("占道", "井盖破损", "宠物犬吠扰民", "希望尽快解决", "噪音", "D04725889", "无人机")


def main() -> None:
    """Asks, and prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--export", type=int, default=0, metavar="ROWS", help="also export so many rows")
    parser.add_argument("--write", type=Path, help="the page whose table is replaced")
    parser.add_argument("--busy", action="store_true", help="the machine has other work to do")
    options = parser.parse_args()
    lines: list[str] = []

    def tell(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    with Store.open(options.url, statement_timeout_seconds=86_400) as store:
        tell(
            "| list | page p50 ms | page worst ms | of the processor p50 ms | next p50 ms | total p50 ms |\n"
            "|---|---|---|---|---|---|"
        )
        pages: list[tuple[float, float]] = []
        texts: list[tuple[float, float]] = []
        processor = meter(store)
        for name, question, wanted in cases(store):
            told = [_once(store, question, wanted, processor) for _ in range(RUNS)]
            first, used, following, counted = (list(each) for each in zip(*told, strict=True))
            (texts if wanted.text else pages).extend(zip(first, used, strict=True))
            tell(
                f"| {name} | {statistics.median(first):.0f} | {max(first):.0f} | {statistics.median(used):.0f} | "
                f"{statistics.median(following):.0f} | {statistics.median(counted):.0f} |"
            )
        for name, promised, found in (("Any filter", 500, pages), ("Text search", 1000, texts)):
            clock, of_processor = (_p95(times) for times in zip(*found, strict=True))
            short = ", **short**" if (of_processor if options.busy else clock) > promised else ""
            tell(
                f"\n{name}: p50 {statistics.median(one[0] for one in found):.0f} ms, p95 {clock:.0f} ms, p95 of the "
                f"processor {of_processor:.0f} ms over {len(found)} pages (promised {promised} ms{short})."
            )
        if options.export:
            export(store, options.export, tell)
    if options.write is not None:
        write_table(options.write, f"lists {'SQLite' if store.is_sqlite else 'PostgreSQL'}", "\n".join(lines))


def cases(store: Store) -> Iterator[tuple[str, Question, Filter]]:
    """What is asked: the first page, every filter and order over all years, and words."""
    known = reference(store)
    now = store.state().latest_at + 1
    years, month = Period(now - 1_300 * DAY, now + 1), Period(now - 30 * DAY, now + 1)
    district, street = (next(grid.code for grid in known.tree if grid.depth == depth) for depth in (1, 2))
    whole = Question(known.code, years, now, live=True)
    yield "first page, 30 days", Question(known.code, month, now, live=True), Filter()
    yield "all years", whole, Filter()
    for sort in SORTS:
        yield f"sorted by {sort}", whole, Filter(sort=sort)
    for state in STATES[1:]:
        yield f"state {state}", whole, Filter(state=state)
    for overdue in OVERDUES[1:]:
        yield f"overdue {overdue}", whole, Filter(overdue=overdue)
    for rating in RATINGS[1:]:
        yield f"rating {rating}", whole, Filter(rating=rating)
    for code in list(known.channels)[:3]:
        yield f"channel {code}", Question(known.code, years, now, None, (code,), live=True), Filter()
    for code in list(known.categories)[:3]:
        yield f"category {code}", Question(known.code, years, now, (code,), live=True), Filter(sort="due")
    for scope in (district, street):
        yield f"scope {scope}", Question(scope, years, now, live=True), Filter(sort="due")
        yield f"scope {scope}, text", Question(scope, years, now, live=True), Filter(text=WORDS[0])
    for text in WORDS:
        yield f"text {text}", whole, Filter(text=text)


def _once(
    store: Store, question: Question, wanted: Filter, processor: Callable[[], float]
) -> tuple[float, float, float, float]:
    start, before = time.perf_counter(), processor()
    page = find_events(store, question, wanted)
    used, first = processor() - before, time.perf_counter()
    if page.next is not None:
        find_events(store, question, wanted, after=page.next)
    then = time.perf_counter()
    count_events(store, question, wanted)
    end = time.perf_counter()
    return 1000 * (first - start), 1000 * used, 1000 * (then - first), 1000 * (end - then)


def _p95(found: Sequence[float]) -> float:
    return sorted(found)[int(0.95 * (len(found) - 1))]


def export(store: Store, rows: int, tell: Callable[[str], None]) -> None:
    """Writes so many rows in both forms; tells time and the memory of its own that the process had at most."""
    known = reference(store)
    now = store.state().latest_at + 1
    question = Question(known.code, Period(now - 1_300 * DAY, now + 1), now, live=True)
    names = ("key", "title", "category_name", "grid_name", "address", "description", "unit", "status")

    def told() -> Iterator[list[Cell]]:
        left = rows
        for chunk in all_events(store, question, Filter()):
            for row in chunk[:left]:
                yield [row[name] for name in names]
            left -= len(chunk)
            if left <= 0:
                return

    cover = Cover("about", "benchmark", [], "rows")
    with tempfile.TemporaryDirectory() as folder:
        for form, write in (("csv", write_csv), ("xlsx", write_xlsx)):
            path, most, before = Path(folder) / form, 0, _own_kib()

            def heard(_rows: int) -> None:
                nonlocal most
                most = max(most, _own_kib())

            start, cpu = time.perf_counter(), time.process_time()
            written = write(path, cover, [Sheet("events", [Head(name) for name in names], told())], heard)
            seconds, used = time.perf_counter() - start, time.process_time() - cpu
            tell(
                f"\n{form}: {written:,} rows in {seconds:.0f} s ({written / seconds:,.0f} a second; {used:.0f} s of "
                f"the processor), "
                f"{path.stat().st_size / 1e6:.0f} MB; memory {before / 1024:.0f} MB before, "
                f"{most / 1024:.0f} MB at most."
            )


def _own_kib() -> int:
    """The process's own memory, without the files that it has mapped."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("RssAnon")).split()[1])


if __name__ == "__main__":
    main()

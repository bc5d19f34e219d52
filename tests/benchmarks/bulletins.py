"""The bulletins of a city over some days: every one that is owed, made as the jobs make them.

`python -m tests.benchmarks.bulletins --url sqlite:////tmp/full.db --city data/cities/zhengzhou --days 30` prints the
table; the store may be a demonstration that `python app.py demo` made. It is read alone: the editions go into a store
of their own, below a folder that is taken away at the end. `--write docs/performance.md` puts the table there.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from data.bulletinplan import KINDS, BulletinKind, centres
from data.city import load_city
from data.citypack import read_pack
from data.clocks import DAY, Instant, now
from data.demo.pack import built_pack
from data.editions import Edition, editions, plan
from data.jobworkers import edition_counts, start
from data.owing import latest_due
from data.reference import reference
from data.store import Store
from reports.making import Office, Round, Sheet
from reports.press import MENDABLE, Press
from reports.render import Setter
from tests.benchmarks.soak import write_table

_MANY = 100_000


def main() -> None:
    """Makes them, and prints."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bulletins", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--city", type=Path, default=Path("data/cities/zhengzhou"))
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--depths", type=int, nargs="+", help="of these depths alone")
    parser.add_argument("--write", type=Path, help="the page whose table is replaced")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yiping-bulletins-") as name:
        folder = Path(name)
        printed = measured(folder, options.url, options.city, options.days, options.depths)
    print(printed)
    if options.write is not None:
        write_table(options.write, "bulletins", printed)


def measured(folder: Path, url: str, city: Path, days: int, depths: Sequence[int] | None) -> str:
    """The table of what each kind cost, as Markdown."""
    present = now()
    seconds: dict[tuple[BulletinKind, int], list[float]] = defaultdict(list)
    with (
        Store.open(url, statement_timeout_seconds=86_400, create=False) as events,
        Store.open(f"sqlite:///{folder / 'editions.db'}", synchronous="NORMAL") as store,
        Setter() as setter,
    ):
        pack = read_pack(built_pack(city, Path("var")))
        if depths is not None:
            pack = replace(pack, bulletins={**pack.bulletins, "depths": list(depths)})
        load_city(store, pack, present)
        known = reference(store)
        how = plan(known)
        scopes = centres(how, known.tree)
        since: dict[BulletinKind, Instant] = dict.fromkeys(KINDS, present - days * DAY)
        since["month"] = latest_due(present, "month", how, known.calendar) or present
        start(store, [(kind, scope) for kind in KINDS for scope in scopes], since)
        press = Press(events, now, setter)

        def timed(held: Edition, out: Path) -> Sheet:
            begun = time.perf_counter()
            sheet = press(held, out)
            seconds[held.kind, known.tree.get(held.scope).depth].append(time.perf_counter() - begun)
            return sheet

        rounds = Round(Office(store, folder / "bulletins", timed, now, "bench 0", MENDABLE))
        owed = Counter((one.kind, known.tree.get(one.scope).depth) for one in rounds.owed())
        begun = time.perf_counter()
        rounds.work(lambda: False)
        whole = time.perf_counter() - begun
        made = editions(store, limit=_MANY)
        states = edition_counts(store)
        assert rounds.owed() == [], "what was owed is made"
        assert len({(one.kind, one.scope, one.period) for one in made}) == len(made) == sum(owed.values())
        lines = [
            "| bulletin | depth | owed | made | p50 s | worst s | together | pages p50 | MB |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for (kind, depth), times in sorted(seconds.items()):
            these = [one for one in made if one.kind == kind and known.tree.get(one.scope).depth == depth]
            lines.append(
                f"| {kind} | {depth} | {owed[kind, depth]:,} | {len(these):,} | {statistics.median(times):.2f} | "
                f"{max(times):.2f} | {timedelta(seconds=round(sum(times)))} | "
                f"{statistics.median(one.pages for one in these):.0f} | {sum(one.size for one in these) / 1e6:,.1f} |"
            )
    # A child begins with the size of the one that it was split from: the two cannot be told apart.
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    told = ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))
    lines.append(
        f"\n{sum(owed.values()):,} bulletins (days: {days}, and the last month) in {timedelta(seconds=round(whole))} "
        f"by one process: {told}. Neither it nor one that sets pages took more than {most / 1024:,.0f} MB."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()

"""`python -m tests.benchmarks.calibration --database URL`: whether the chances of the scan are what they say.

The demonstration's city lives through its history in memory with nothing planted. Its months are scanned one after
another, none sharing a day with the next, and of every category's surest concentration the chance is kept: so many as a
chance says must be at or below it. `--write docs/insight.md` replaces the table of the document.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from data.clocks import DAY
from data.demo.planting import Plan
from data.hotspots.arrays import Floats
from data.hotspots.concentrated import PERIOD_DAYS, cases_by_category
from data.hotspots.series import Recent
from data.store import Store
from tests.benchmarks.insight import AS_OF, Ground, ground

SAID = (0.05, 0.01, 0.001, 0.0004)
"""The chances that are counted; 0.0004 is what one matter alone among 125 categories needs."""


def chances(made: Ground, months: int) -> Floats:
    """The chance of the surest concentration of each category and month, 1 for those above 5 %."""
    found = []
    for back in range(months):
        recent = Recent.of(
            AS_OF - back * PERIOD_DAYS * DAY,
            made.demo.places.ids[made.cases.leaf],
            made.cases.happening,
            made.cases.reported_at,
        )
        for cases in cases_by_category(made.tree, recent, made.positions):
            if not cases.few:
                clusters = cases.clusters(made.positions, back * 1000)
                found.append(min((each.chance for each in clusters), default=1.0))
        print(
            f"  month {back}", [int((np.array(found) <= each).sum()) for each in SAID], len(found), flush=True
        )
    return np.array(found)


def table(found: Floats) -> str:
    """What was seen in Markdown."""
    lines = ["| chance of at most | scans that should say so | scans that do |", "|---|---|---|"]
    lines += [f"| {each:.2%} | {each * len(found):.1f} | {int((found <= each).sum())} |" for each in SAID]
    return "\n".join([*lines, "", f"{len(found):,} scans."])


def main() -> None:
    """Scans and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calibration", description=__doc__)
    parser.add_argument("--database", required=True, help="a store with the grids of the demonstration")
    parser.add_argument("--events", type=int, default=4_726_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--write", type=Path, help="the document whose table is replaced")
    options = parser.parse_args()
    with Store.open(options.database, statement_timeout_seconds=600) as store:
        made = ground(store, options.events, Plan(weeks=0))
    printed = table(chances(made, options.months))
    print(printed)
    if options.write is not None:
        document = options.write.read_text(encoding="utf-8")
        head, _, rest = document.partition("<!-- calibration -->")
        _, _, tail = rest.partition("<!-- end of calibration -->")
        options.write.write_text(
            f"{head}<!-- calibration -->\n{printed}\n<!-- end of calibration -->{tail}", encoding="utf-8"
        )


if __name__ == "__main__":
    main()

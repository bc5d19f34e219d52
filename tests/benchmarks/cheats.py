"""`python -m tests.benchmarks.cheats`: which of the units that were made to cheat the back-checks name, and whom else.

The demonstration's small city lives through its last weeks under several seeds; in each, some units close matters that
are not solved, and others shut them seconds before the deadline. `--write docs/insight.md` replaces the table.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.alerting.suspicion import Closings
from data.clocks import parse_instant
from data.demo.history import Demo, planted_draft, window
from data.demo.planting import Plan
from data.reference import Reference, reference
from tests.support.cheats import CHEATS, cheats, closings, named, named_plainly
from tests.support.demo import open_demo_city

AS_OF = parse_instant("2026-11-21T10:20:00+08:00")
PLAN = Plan(weeks=1, units=3, cheats=15)
WAYS: Mapping[str, Callable[[Closings], dict[str, set[str]]]] = {
    "the back-checks": named,
    "a plain threshold": named_plainly,
}


@dataclass
class Count:
    """Units that were planted, named, and both, over all seeds."""

    planted: int = 0
    named: int = 0
    both: int = 0

    @property
    def cells(self) -> list[str]:
        """Recall and precision."""
        return [
            f"{self.both / max(self.planted, 1):.0%} ({self.both} of {self.planted})",
            f"{self.both / max(self.named, 1):.0%} ({self.both} of {self.named})",
        ]


def counted(city: Reference, seeds: int, events: int) -> dict[tuple[str, str], Count]:
    """By way of looking and of cheating."""
    made = {(way, cheat): Count() for way in WAYS for cheat in CHEATS}
    for seed in range(1, seeds + 1):
        demo = Demo.of(city, seed)
        draft, truths = planted_draft(demo, window(demo, events, AS_OF), PLAN)
        true, seen = cheats(demo, draft, truths), closings(demo, draft, AS_OF)
        for way, names in WAYS.items():
            for cheat, units in names(seen).items():
                count = made[way, cheat]
                count.planted += len(true[cheat])
                count.named += len(units)
                count.both += len(units & true[cheat])
        print(f"  seed {seed} of {seeds}", flush=True)
    return made


def table(found: Mapping[tuple[str, str], Count]) -> str:
    """The counts in Markdown."""
    heads = [""] + [f"{cheat}: {what}" for cheat in CHEATS for what in ("recall", "precision")]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for way in WAYS:
        cells = [cell for cheat in CHEATS for cell in found[way, cheat].cells]
        lines.append(f"| {' | '.join([way, *cells])} |")
    return "\n".join(lines)


def main() -> None:
    """Plants, looks, and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.cheats", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--write", type=Path, help="the document whose table is replaced")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="yiping-cheats-") as folder,
        open_demo_city(f"sqlite:///{folder}/cheats.db") as store,
    ):
        printed = table(counted(reference(store), options.seeds, options.events))
    print(printed)
    if options.write is not None:
        document = options.write.read_text(encoding="utf-8")
        head, _, rest = document.partition("<!-- cheats -->")
        _, _, tail = rest.partition("<!-- end of cheats -->")
        options.write.write_text(
            f"{head}<!-- cheats -->\n{printed}\n<!-- end of cheats -->{tail}", encoding="utf-8"
        )


if __name__ == "__main__":
    main()

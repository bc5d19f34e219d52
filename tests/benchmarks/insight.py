"""`python -m tests.benchmarks.insight`: what the detectors find of what was planted, and what they cry for nothing.

The demonstration's city lives through some weeks in memory, with surges, crowds, waves and duplicates planted by seed.
Every day the detectors look at it, without being told. The same days are judged by a plain threshold, as many centres
use it: twice as many in seven days as in the seven before, and at least five.
`--write docs/insight.md` replaces the table of the document; `--database` takes the grids of a store that is there, and
its table is the one of the full city.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from data.calendars import WorkingCalendar
from data.clocks import DAY, Instant, parse_instant
from data.demo.handling import Cases
from data.demo.history import Demo, Window, cases_of
from data.demo.places import outlines
from data.demo.planting import Plan, Truth, plant
from data.demo.surges import surges
from data.grids import Tree
from data.hotspots.alike import APART, Reports, matters
from data.hotspots.arrays import Ints
from data.hotspots.finding import Finding, Kind
from data.hotspots.hot import Sight, hot
from data.hotspots.seeing import positions_of
from data.hotspots.series import Days, Recent, level_series
from data.reference import reference
from data.store import Store
from tests.support.demo import open_demo_city

AS_OF = parse_instant("2026-11-21T06:00:00+08:00")
LATE = 7 * DAY
"""What is found later than this after it began was not found."""

QUIET = 7 * DAY
"""The same matter within so many days is one."""

HOT_KINDS = ("surge", "crowd", "wave", "duplicates")
_WEATHER = 1.3


@dataclass(frozen=True)
class Ground:
    """A city with planted weeks: its events, what is true of them, and how to look at them on a day."""

    demo: Demo
    cases: Cases
    truths: tuple[Truth, ...]
    days: Days
    positions: dict[int, tuple[float, float]]
    start_day: int

    @property
    def tree(self) -> Tree:
        """The city's grids."""
        return self.demo.city.tree

    @property
    def calendar(self) -> WorkingCalendar:
        """The city's calendar."""
        return self.demo.city.calendar

    def sight(self, as_of: Instant) -> Sight:
        """The city as of an instant."""
        recent = Recent.of(
            as_of, self.demo.places.ids[self.cases.leaf], self.cases.happening, self.cases.reported_at
        )
        today = self.demo.city.clock.day_number(as_of)
        days = Days(self.days.first, self.days.counts[:, : today - self.days.first])
        known = today - self.start_day
        return Sight(self.tree, self.calendar, recent, days, {}, self.positions, known)


@dataclass
class Matter:
    """A thing that was said on one or more days."""

    finding: Finding
    first_at: Instant
    last_at: Instant
    truths: set[int] = field(default_factory=set)
    weather: bool = False


@dataclass(frozen=True)
class Score:
    """How well a way of looking did, by matters, and by what it said on each morning: a true matter goes on and is said
    again, a false one seldom is."""

    name: str
    planted: int
    found: int
    matters: int
    true_matters: int
    weather: int
    said_true: int
    said_false: int
    delays: tuple[float, ...]
    false_by_series: float
    by_kind: dict[str, tuple[int, int]]

    @property
    def cells(self) -> list[str]:
        """The row of a table."""
        judged = self.matters - self.weather
        said = self.said_true + self.said_false
        return [
            self.name,
            f"{self.found / max(self.planted, 1):.0%} ({self.found} of {self.planted})",
            f"{self.true_matters / max(judged, 1):.0%} ({self.true_matters} of {judged})",
            f"{self.said_false / max(said, 1):.0%} ({self.said_false} of {said})",
            f"{np.median(self.delays):.1f}" if self.delays else "–",
            f"{self.false_by_series:.3f}",
            *(f"{hit} of {of}" for hit, of in self.by_kind.values()),
        ]


def ground(store: Store, events: int, plan: Plan, start_day: int | None = None) -> Ground:
    """The planted city over its whole history, or from a day on."""
    demo = Demo.of(reference(store))
    clock = demo.city.clock
    first = clock.day_number(demo.rhythm.founded_at) if start_day is None else start_day
    span = Window(first, AS_OF, events)
    cases, truths = plant(demo.seed, demo.places, cases_of(demo, span), plan)
    day = clock.day_number(cases.reported_at)
    counts = np.zeros((len(demo.rhythm.model.happenings), int(day.max()) + 1 - first), dtype=np.int64)
    np.add.at(counts, (cases.happening, day - first), 1)
    with store.reading() as connection:
        positions = positions_of(connection, demo.city.tree)
    return Ground(demo, cases, truths, Days(first, counts), positions, first)


def days_of(weeks: int) -> list[Instant]:
    """The mornings on which somebody looks."""
    return [AS_OF - back * DAY for back in range(weeks * 7 - 1, -1, -1)]


def ours(sight: Sight) -> list[Finding]:
    """What the detectors say, without what is no alarm: the frequent and the announced."""
    kinds = (Kind.SUDDEN, Kind.COMMON, Kind.CONCENTRATED)
    return [each for each in hot(sight, 1).findings if each.kind in kinds]


def threshold(sight: Sight) -> list[Finding]:
    """What a plain threshold says at every depth."""
    found = []
    for depth in range(sight.tree.max_depth + 1):
        series = level_series(sight.tree, sight.recent, depth)
        week, before = series.recent[:, 2], series.blocks[:, 0]
        for row in np.flatnonzero((week >= 5) & (week >= 2 * before)).tolist():
            grid = int(series.place[row])
            found.append(
                Finding(
                    Kind.SUDDEN,
                    int(series.category[row]),
                    grid,
                    (grid,),
                    sight.recent.as_of - 7 * DAY,
                    sight.recent.as_of,
                    int(week[row]),
                    float(before[row]),
                    1.0,
                    1.0,
                    "days",
                )
            )
    return found


def judged(ground: Ground, name: str, said: Sequence[tuple[Instant, list[Finding]]], weeks: int) -> Score:
    """The score of what was said morning by morning."""
    truths = [truth for truth in ground.truths if truth.kind in HOT_KINDS]
    matters_: dict[str, list[Matter]] = {}
    first_found: dict[int, Instant] = {}
    weather = _Weather(ground)
    said_true = said_false = 0
    for as_of, findings in said:
        for finding in findings:
            rows = matters_.setdefault(finding.key, [])
            if not rows or as_of - rows[-1].last_at > QUIET:
                rows.append(Matter(finding, as_of, as_of))
            matter = rows[-1]
            matter.last_at = as_of
            same = [
                number
                for number, truth in enumerate(truths)
                if _same(ground.tree, finding, truth, ground.demo.places.ids)
            ]
            matter.truths.update(same)
            for number in same:
                if as_of - truths[number].first_at <= LATE + DAY:
                    first_found.setdefault(number, as_of)
            explained = weather.explains(finding)
            matter.weather = matter.weather or explained
            said_true += bool(same)
            said_false += not (same or explained)
    every = [matter for rows in matters_.values() for matter in rows]
    true = [matter for matter in every if matter.truths]
    sky = [matter for matter in every if not matter.truths and matter.weather]
    start = said[0][0] - DAY
    due = {number: truth for number, truth in enumerate(truths) if truth.first_at >= start}
    hits = {number for number in due if number in first_found}
    series = sum(
        len(level_series(ground.tree, ground.sight(said[-1][0]).recent, depth)) for depth in range(5)
    )
    false = len(every) - len(true) - len(sky)
    by_kind = {
        kind: (
            sum(1 for number in hits if truths[number].kind == kind),
            sum(1 for truth in due.values() if truth.kind == kind),
        )
        for kind in HOT_KINDS
    }
    delays = tuple((first_found[number] - truths[number].first_at) / DAY for number in sorted(hits))
    return Score(
        name,
        len(due),
        len(hits),
        len(every),
        len(true),
        len(sky),
        said_true,
        said_false,
        delays,
        false / weeks / (series / 1000),
        by_kind,
    )


def _same(tree: Tree, finding: Finding, truth: Truth, ids: Ints) -> bool:
    """Whether a finding is about something planted: the category, the time, and the place, not the whole city for what
    was in one grid."""
    if finding.category_id != truth.happening or not finding.since_at - DAY <= truth.last_at:
        return False
    if truth.first_at > finding.until_at:
        return False
    scope = tree.by_id(truth.scope)
    if scope.depth == 0:
        return True
    for grid_id in finding.grids:
        grid = tree.by_id(grid_id)
        below = scope.id <= grid.id <= scope.last_id
        above = grid.depth > 0 and grid.id <= scope.id <= grid.last_id
        if below or above:
            return True
    return False


class _Weather:
    """What the demonstration itself makes happen: rain, festivals, cold."""

    def __init__(self, ground: Ground) -> None:
        days = np.arange(ground.days.first, ground.days.end + 1)
        table = surges(ground.demo.seed, ground.calendar, days)
        self.first, self.clock = ground.days.first, ground.demo.city.clock
        self.height = np.ones((len(ground.demo.rhythm.model.happenings), len(days)))
        for place, happening in enumerate(ground.demo.rhythm.model.happenings):
            for name, much in happening.surges.items():
                self.height[place] += much * table[name]

    def explains(self, finding: Finding) -> bool:
        """Whether the days of a finding were so much above the eight weeks before for the whole city."""
        start = self.clock.day_number(finding.since_at) - self.first
        end = self.clock.day_number(finding.until_at) + 1 - self.first
        row = self.height[finding.category_id]
        usual = row[max(0, start - 60) : max(1, start - 3)].mean()
        return bool(row[max(start - 1, 0) : end].max() > _WEATHER * usual)


@dataclass(frozen=True)
class PairScore:
    """Duplicates by pairs of reports: how many were planted, found, and both; and how many of those found are of one
    planted surge in one grid, which say the same of the same spot by chance."""

    planted: int
    found: int
    both: int
    of_surges: int


def duplicates(ground: Ground, store: Store, weeks: int) -> PairScore:
    """Reports of one matter among those of the last weeks."""
    cases = ground.cases
    part = cases.part(cases.reported_at >= AS_OF - weeks * 7 * DAY)
    lon, lat = outlines(store, ground.demo.places).points(ground.demo.seed, part.words, part.leaf)
    titles = ground.demo.writer.titles(part)
    reports = Reports(part.numbers, part.happening, part.reported_at, lon, lat, titles[:])
    found = {
        pair
        for rows in matters(reports)
        for pair in _pairs(part.numbers[list(rows)].tolist(), part, int(part.numbers[0]))
    }
    planted, surging = (
        {
            pair
            for truth in ground.truths
            if truth.kind in kinds and truth.first_at >= part.reported_at[0]
            for pair in _pairs(sorted(truth.numbers), part, int(part.numbers[0]))
        }
        for kinds in (("duplicates",), ("surge", "crowd", "wave"))
    )
    return PairScore(len(planted), len(found), len(planted & found), len(surging & found))


def _pairs(numbers: Sequence[int], part: Cases, first: int) -> Iterator[tuple[int, int]]:
    for place, one in enumerate(numbers):
        for other in numbers[place + 1 :]:
            if abs(int(part.reported_at[one - first] - part.reported_at[other - first])) <= APART:
                yield min(one, other), max(one, other)


@contextmanager
def _store(url: str | None) -> Iterator[Store]:
    if url is not None:
        with Store.open(url, statement_timeout_seconds=600) as store:
            yield store
        return
    with (
        tempfile.TemporaryDirectory(prefix="yiping-insight-") as folder,
        open_demo_city(f"sqlite:///{folder}/insight.db") as store,
    ):
        yield store


def main() -> None:
    """Plants, looks, and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.insight", description=__doc__)
    parser.add_argument("--database", help="a store with the grids of the demonstration")
    parser.add_argument("--events", type=int, default=400_000)
    parser.add_argument("--weeks", type=int, default=6)
    parser.add_argument("--write", type=Path, help="the document whose table is replaced")
    options = parser.parse_args()
    with _store(options.database) as store:
        made = ground(store, options.events, Plan(weeks=options.weeks + 1))
        started = time.perf_counter()
        said: tuple[list[tuple[Instant, list[Finding]]], list[tuple[Instant, list[Finding]]]] = ([], [])
        for as_of in days_of(options.weeks):
            sight = made.sight(as_of)
            said[0].append((as_of, ours(sight)))
            said[1].append((as_of, threshold(sight)))
            print(
                f"  {time.perf_counter() - started:6.1f} s",
                len(said[0][-1][1]),
                len(said[1][-1][1]),
                flush=True,
            )
        scores = [
            judged(made, name, each, options.weeks)
            for name, each in zip(("the detectors", "a plain threshold"), said, strict=True)
        ]
        printed = table(scores, duplicates(made, store, options.weeks))
    print(printed)
    if options.write is not None:
        document = options.write.read_text(encoding="utf-8")
        name = "table" if options.database is None else "full table"
        head, _, rest = document.partition(f"<!-- {name} -->")
        _, _, tail = rest.partition(f"<!-- end of {name} -->")
        options.write.write_text(
            f"{head}<!-- {name} -->\n{printed}\n<!-- end of {name} -->{tail}", encoding="utf-8"
        )


def table(scores: Sequence[Score], pairs: PairScore) -> str:
    """The scores in Markdown."""
    heads = ["", "found (recall)", "true of what was said (precision)", "false of what a morning says"]
    heads += ["median delay, days"]
    heads += ["false a week per 1,000 series", *HOT_KINDS]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    lines += [f"| {' | '.join(score.cells)} |" for score in scores]
    lines += [
        "",
        f"Pairs of reports of one matter: {pairs.planted:,} planted, {pairs.found:,} found, {pairs.both:,} of them "
        f"planted: recall {pairs.both / max(pairs.planted, 1):.1%}. Of the others {pairs.of_surges:,} are reports of "
        "one planted surge that say the same of the same place, and "
        f"{pairs.found - pairs.both - pairs.of_surges:,} are neither.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()

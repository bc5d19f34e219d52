"""The questions that screens ask most, each with the same question to the columnar scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from data.answers import Question
from data.clocks import DAY, HOUR
from data.indicators import INDICATORS, OVERDUE_OPEN
from data.periods import Period, days
from data.queries.figures import compare, named_table, rank, time_table, totals
from data.queries.levels import level_values
from data.queries.lists import list_events
from data.reference import Reference
from data.store import Store
from tests.benchmarks.city import END
from tests.benchmarks.scan import Scan

COUNTED = tuple(key for key in INDICATORS if key != OVERDUE_OPEN)
GRID_DEPTH = 4


@dataclass(frozen=True)
class Case:
    """One question: how the store and the scan answer it, how many times faster the store must be at least (None: it is
    only told), and whether counters cover it, so that its cost must not grow with the number of events."""

    name: str
    ask: Callable[[Store], Any]
    scan: Callable[[Scan], Any]
    at_least: float | None
    covered: bool


def cases(reference: Reference) -> list[Case]:
    """The questions for a loaded benchmark city."""
    clock = reference.clock
    month = days(clock, date(2026, 10, 1), date(2026, 10, 31))
    before = days(clock, date(2026, 9, 1), date(2026, 10, 1))
    last_year = days(clock, date(2025, 10, 1), date(2025, 10, 31))
    year = days(clock, date(2025, 10, 1), date(2026, 10, 1))
    week = days(clock, date(2026, 10, 5), date(2026, 10, 12))
    district = reference.tree.children(reference.code)[3]
    in_district = f"grid_id BETWEEN {district.id} AND {district.last_id}"
    as_of = END

    def ask(
        period: Period, scope: str = reference.code, categories: tuple[str, ...] | None = None
    ) -> Question:
        return Question(scope, period, as_of, categories)

    offset = clock.offset(month.start)
    hour_key = f"({{at}} // {HOUR})"
    day_key = f"(({{at}} + {offset}) // {DAY})"
    timeliness = ("handle_due", "handle_on_time")
    overdue = (
        f"SELECT * FROM ev WHERE closed_at IS NULL AND handle_due_at < {as_of} AND {in_district} "
        "ORDER BY handle_due_at, id LIMIT 50"
    )
    overdue_count = (
        f"SELECT count(*) FROM ev WHERE closed_at IS NULL AND handle_due_at < {as_of} AND {in_district}"
    )
    return [
        Case(
            "city totals, 30 days",
            lambda store: totals(store, ask(month), COUNTED),
            lambda scan: scan.sums(month, as_of),
            40,
            True,
        ),
        Case(
            "city totals, 1 year",
            lambda store: totals(store, ask(year), COUNTED),
            lambda scan: scan.sums(year, as_of),
            40,
            True,
        ),
        Case(
            "hourly curve of a district, 7 days",
            lambda store: time_table(store, ask(week, district.code), "hour", COUNTED),
            lambda scan: scan.sums(week, as_of, None, hour_key, in_district),
            10,
            True,
        ),
        Case(
            "daily curve of the city, 1 year",
            lambda store: time_table(store, ask(year), "day", COUNTED),
            lambda scan: scan.sums(year, as_of, None, day_key),
            10,
            True,
        ),
        Case(
            "ranking of 215 grids, 30 days",
            lambda store: rank(store, ask(month), "handling_timeliness", depth=2),
            lambda scan: scan.sums(
                month, as_of, timeliness, "street_id", join="JOIN grid ON grid.id = ev.grid_id"
            ),
            5,
            True,
        ),
        Case(
            "hot categories against the 30 days before",
            lambda store: (
                named_table(store, ask(month), "category", ("received",)),
                named_table(store, ask(before), "category", ("received",)),
            ),
            lambda scan: (
                scan.sums(month, as_of, ("received",), "category_id"),
                scan.sums(before, as_of, ("received",), "category_id"),
            ),
            1.5,
            True,
        ),
        Case(
            "city beside the 30 days before and last year",
            lambda store: compare(store, ask(month), COUNTED),
            lambda scan: [scan.sums(period, as_of) for period in (month, before, last_year)],
            None,
            False,
        ),
        Case(
            "overdue of a district: count and first 50",
            lambda store: (
                totals(store, ask(month, district.code), (OVERDUE_OPEN,)),
                list_events(store, ask(month, district.code), "overdue", 50),
            ),
            lambda scan: (scan.run(overdue_count), scan.run(overdue)),
            2,
            False,
        ),
        Case(
            "19,582 values, 30 days, warm",
            lambda store: level_values(store, ask(month), GRID_DEPTH, "handling_timeliness"),
            lambda scan: scan.sums(month, as_of, timeliness, "grid_id"),
            40,
            True,
        ),
        Case(
            "19,582 values, 1 year, warm",
            lambda store: level_values(store, ask(year), GRID_DEPTH, "handling_timeliness"),
            lambda scan: scan.sums(year, as_of, timeliness, "grid_id"),
            40,
            True,
        ),
        Case(
            "19,582 values of one category, 30 days",
            lambda store: level_values(
                store, ask(month, categories=("c003",)), GRID_DEPTH, "handling_timeliness"
            ),
            lambda scan: scan.sums(month, as_of, timeliness, "grid_id", "category_id = 4"),
            None,
            False,
        ),
    ]

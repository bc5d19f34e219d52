"""Readings of the store that the bulletins of many scopes share: asked once for a grid and all below it, each scope
takes its own part by the tree."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from data.alerting.reported import Matter, reported
from data.answers import Question
from data.assessment.keeping import Board, as_published, standings
from data.assessment.measuring import GROUPED_DEPTH
from data.assessment.months import AssessedMonth
from data.bulletinplan import period_text
from data.clocks import Instant, date_of
from data.grids import Grid
from data.indicators import FOUR_RATES, INDICATORS, OVERDUE_OPEN, Figure
from data.periods import Period
from data.queries import lists
from data.queries.counted import FigureTable
from data.queries.figures import grid_table
from data.queries.overdue import OverdueEvents, overdue_events
from data.queries.received import Received, received
from data.reference import Reference, reference
from data.store import Store
from data.tasks.reported import Reported as TasksReported
from data.tasks.reported import reported as tasks_reported
from reports.content.moments import Moment
from reports.content.parts import GridRow, Grids, Query, Source, Totals

COUNTS = ("received", "closed")
"""The counts of a period; the stock of overdue events is taken from their list."""

KEYS = (*COUNTS, *FOUR_RATES)
FIGURES = (*KEYS, OVERDUE_OPEN)

SHARED_DEPTH = 2
"""Sums at the depth of the level-1 grids, the finest that counters are kept for, serve every scope down to them."""

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Sums:
    """Numerators and denominators of KEYS by grid as running sums over the grids' ids, so that a scope is one
    subtraction."""

    ids: NDArray[np.int64]
    numerator: NDArray[np.int64]
    denominator: NDArray[np.int64]

    @classmethod
    def of(cls, table: FigureTable) -> Sums:
        """The sums of a table by grid."""
        order = np.argsort(table.groups.ids, kind="stable")
        nothing = np.zeros((1, len(table.keys)), dtype=np.int64)
        return cls(
            table.groups.ids[order],
            np.concatenate([nothing, np.cumsum(table.numerator[order], axis=0)]),
            np.concatenate([nothing, np.cumsum(table.denominator[order], axis=0)]),
        )

    def within(
        self, first_ids: NDArray[np.int64], last_ids: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numerators and denominators of some scopes, a row each."""
        start = np.searchsorted(self.ids, first_ids)
        end = np.searchsorted(self.ids, last_ids, side="right")
        return self.numerator[end] - self.numerator[start], self.denominator[end] - self.denominator[start]


class Gathering:
    """What has been read for a grid and all below it; every bulletin of a scope within may share it.

    `root` is the grid that is asked about, by default all that the store knows. One gathering serves one thread. What
    it has read it keeps: make a new one for another hour.
    """

    def __init__(self, store: Store, root: str | None = None) -> None:
        self.store = store
        self.city: Reference = reference(store)
        self.root = self.city.tree.root if root is None else self.city.tree.get(root)
        self._kept: dict[Hashable, object] = {}

    def covers(self, scope: Grid) -> bool:
        """Whether the scope lies within what this has been made for."""
        return self.root.id <= scope.id <= self.root.last_id

    def totals(self, scope: Grid, moment: Moment) -> Totals:
        """KEYS and the stock of overdue events of the whole scope."""
        return Totals(Query(scope.code, moment.period, moment.as_of, keys=FIGURES), self._row(scope, moment))

    def totals_without_stock(self, scope: Grid, moment: Moment) -> Totals:
        """KEYS of the whole scope."""
        sums = self._sums(moment, max(SHARED_DEPTH, scope.depth))
        return Totals(
            Query(scope.code, moment.period, moment.as_of, keys=KEYS), self._figures(sums, [scope])[0]
        )

    def grids(self, scope: Grid, moment: Moment, depth: int, *, stock: bool = True) -> Grids:
        """The figures of every grid at a depth within the scope, then the scope's own."""
        tree = self.city.tree
        level = tree.at_depth(scope.code, depth)
        sums = self._sums(moment, max(SHARED_DEPTH, depth))
        made = self._figures(sums, [*level, scope])
        if stock:
            overdue = self.overdue(moment.as_of).grid_ids
            for grid, figures in zip([*level, scope], made, strict=True):
                figures[OVERDUE_OPEN] = _stock(overdue, grid)
        rows = [
            GridRow(grid.code, grid.name, False, figures) for grid, figures in zip(level, made, strict=False)
        ]
        rest = {key: _rest(made[-1][key], [row.figures[key] for row in rows]) for key in made[-1]}
        if any(figure.numerator or figure.denominator for figure in rest.values()):
            rows.append(GridRow(scope.code, scope.name, True, rest))
        above = {}
        if depth > scope.depth + 1:
            parents = {grid.code: grid.name for grid in tree.at_depth(scope.code, depth - 1)}
            above = {grid.code: parents[grid.parent] for grid in level if grid.parent in parents}
        query = Query(scope.code, moment.period, moment.as_of, "grid", depth, FIGURES if stock else KEYS)
        return Grids(query, level[0].level if level else "", tuple(rows), above)

    def received(self, scope: Grid, moment: Moment) -> Received:
        """What the scope received, by grid, category and channel."""
        found = self._keep(("received", moment), lambda: received(self.store, self._question(moment)))
        return found.within(scope.id, scope.last_id)

    def overdue(self, as_of: Instant) -> OverdueEvents:
        """Everything that is overdue and open within the root."""
        return self._keep(
            ("overdue", as_of),
            lambda: overdue_events(self.store, self._question(Moment(Period(as_of, as_of), as_of))),
        )

    def board(self, scope: Grid, moment: Moment, depth: int, seen_at: Instant | None = None) -> Board:
        """The scores of every grid at a depth within the scope in a month, or the part of it that the period holds. Who
        looks back from `seen_at` sees a month that was frozen by then as it was frozen."""
        text = period_text("month", date_of(self.city.clock.day_number(moment.period.start)))
        wanted = AssessedMonth(text, moment.period, moment.as_of)
        if seen_at is not None:
            wanted = as_published(self.store, wanted, seen_at)
        # Peers lie all over the city, but those of the lowest levels within a level-1 grid.
        root = scope if depth > GROUPED_DEPTH else self.root
        made = self._keep(
            ("board", wanted, depth, root.code), lambda: standings(self.store, root.code, wanted, depth)
        )
        inside = {grid.code for grid in self.city.tree.at_depth(scope.code, depth)}
        return replace(made, standings=tuple(one for one in made.standings if one.code in inside))

    def matters(self, scope: Grid, moment: Moment) -> tuple[bool, tuple[Matter, ...]]:
        """Whether anybody looked for hot matters in the period, and those within the scope that stand or are of
        it."""
        start_at, as_of = moment.period.start, moment.as_of
        found = self._keep(("matters", moment), lambda: reported(self.store, start_at, as_of))
        tree = self.city.tree
        return found.watched, tuple(one for one in found.matters if tree.contains(scope.code, one.grid))

    def tasks(self, moment: Moment) -> TasksReported:
        """The tasks and the duty of every grid that this has been made for."""
        return self._keep(
            ("tasks", moment),
            lambda: tasks_reported(self.store, self.root.code, moment.period, moment.as_of),
        )

    def sources(self, as_of: Instant) -> tuple[Source, ...]:
        """Every source of events, and its newest report by then."""
        found = self._keep(("sources", as_of), lambda: lists.last_reports(self.store, as_of))
        return tuple(Source(name, at) for name, at in found.items())

    def _row(self, scope: Grid, moment: Moment) -> dict[str, Figure]:
        sums = self._sums(moment, max(SHARED_DEPTH, scope.depth))
        figures = self._figures(sums, [scope])[0]
        figures[OVERDUE_OPEN] = _stock(self.overdue(moment.as_of).grid_ids, scope)
        return figures

    def _sums(self, moment: Moment, depth: int) -> Sums:
        # Sums of a deeper level serve the levels above it too.
        for deeper in range(self.city.tree.max_depth, depth, -1):
            if ("sums", moment, deeper) in self._kept:
                depth = deeper
                break
        return self._keep(
            ("sums", moment, depth),
            lambda: Sums.of(grid_table(self.store, self._question(moment), depth, KEYS)),
        )

    def _question(self, moment: Moment) -> Question:
        return Question(self.root.code, moment.period, moment.as_of)

    def _figures(self, sums: Sums, grids: list[Grid]) -> list[dict[str, Figure]]:
        first = np.array([grid.id for grid in grids], dtype=np.int64)
        last = np.array([grid.last_id for grid in grids], dtype=np.int64)
        above, below = (block.tolist() for block in sums.within(first, last))
        return [
            {
                key: self._figure(key, above[row][column], below[row][column])
                for column, key in enumerate(KEYS)
            }
            for row in range(len(grids))
        ]

    def _figure(self, key: str, numerator: int, denominator: int) -> Figure:
        rate = INDICATORS[key].denominator is not None
        if key in self.city.unrecorded:
            return Figure(key, None, 0, 0 if rate else None)
        if not rate:
            return Figure(key, float(numerator), numerator, None)
        return Figure(key, numerator / denominator if denominator else None, numerator, denominator)

    def _keep(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        if key not in self._kept:
            self._kept[key] = make()
        return cast(Answer, self._kept[key])


def _stock(grid_ids: NDArray[np.int64], grid: Grid) -> Figure:
    start, end = np.searchsorted(grid_ids, (grid.id, grid.last_id + 1)).tolist()
    return Figure(OVERDUE_OPEN, float(end - start), end - start, None)


def _rest(whole: Figure, parts: list[Figure]) -> Figure:
    """What is left of a scope's figure when those of the grids below are taken away."""
    numerator = whole.numerator - sum(part.numerator for part in parts)
    if whole.denominator is None:
        return Figure(whole.key, None if whole.value is None else float(numerator), numerator, None)
    denominator = whole.denominator - sum(part.denominator or 0 for part in parts)
    return Figure(whole.key, numerator / denominator if denominator else None, numerator, denominator)

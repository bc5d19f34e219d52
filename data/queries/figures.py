"""Figures: every indicator in total, compared, by grid, by time, by category, by channel, and ranked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.answers import RANK_COLUMNS, Compared, Question, empty
from data.clocks import ZoneClock
from data.indicators import INDICATORS, OVERDUE_OPEN, Figure, figure
from data.measures import MEASURE_NAMES
from data.periods import Period, Unit, previous, same_last_year, split
from data.queries import own
from data.queries.asof import overdue_at, sums_at
from data.queries.counted import NOTHING, Counted, FigureTable, Groups, Ints, texts
from data.queries.plan import By, plan
from data.ranking import MINIMUM_DUE, ranks
from data.reference import Reference, reference_within
from data.store import State, Store, state
from data.vectors import VectorCache


def totals(store: Store, question: Question, keys: Iterable[str] = INDICATORS) -> dict[str, Figure]:
    """The figures of the whole scope, in the order of `keys` (all indicators in the order of their definitions)."""
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        return _totals(connection, reference, now_state, question, tuple(keys))


def _totals(
    connection: Connection, reference: Reference, now_state: State, question: Question, keys: tuple[str, ...]
) -> dict[str, Figure]:
    sums_by_name = _counted(connection, reference, now_state, question, keys, "nothing").under(NOTHING)
    measures = {name: int(values[0]) for name, values in sums_by_name.items()}
    return {
        key: Figure(key, None, 0, 0 if INDICATORS[key].denominator else None)
        if key in reference.unrecorded
        else figure(key, measures)
        for key in keys
    }


def compare(store: Store, question: Question, keys: Iterable[str] = INDICATORS) -> Compared:
    """The figures beside those of the period before and of the same period last year, all from one snapshot.

    While the period still runs, the others are cut to the same length and asked as of the same moment of theirs, so
    that a morning is compared with a morning.
    """
    wanted = tuple(keys)
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        earlier = {
            "before": previous(reference.clock, question.period),
            "last_year": same_last_year(reference.clock, question.period),
        }
        answers = {
            name: _totals(connection, reference, now_state, _earlier(question, period), wanted)
            for name, period in earlier.items()
        }
        return Compared(
            current=_totals(connection, reference, now_state, question, wanted),
            before=answers["before"],
            last_year=answers["last_year"],
            before_period=earlier["before"],
            last_year_period=earlier["last_year"],
        )


def _earlier(question: Question, period: Period) -> Question:
    """The question about an earlier period, asked when as much of it had passed as has passed of the question's own.

    Once the question's period is over, as much time is given to the earlier one after its end.
    """
    as_of = period.start + (question.as_of - question.period.start)
    return replace(question, period=period, as_of=as_of, live=False)


def by_grid(
    store: Store, question: Question, depth: int | None = None, keys: Iterable[str] = INDICATORS
) -> pd.DataFrame:
    """FIGURE_COLUMNS for each grid at a depth of the tree (default: the scope's children), in the order of the tree;
    then a row of the scope's own for events that lie on no grid below it, where there are such."""
    return grid_table(store, question, depth, tuple(keys)).frame()


def grid_table(store: Store, question: Question, depth: int | None, keys: tuple[str, ...]) -> FigureTable:
    """`by_grid` as columns."""
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        return _grid_table(store, connection, reference, now_state, question, depth, keys)


def _grid_table(
    store: Store,
    connection: Connection,
    reference: Reference,
    now_state: State,
    question: Question,
    depth: int | None,
    keys: tuple[str, ...],
) -> FigureTable:
    tree = reference.tree
    scope = tree.get(question.scope)
    # Above the scope there is nothing to name: asked for that, the scope itself is the answer.
    wanted_depth = scope.depth + 1 if depth is None else max(depth, scope.depth)
    cache = own.cache_of(store)
    counted = _counted(connection, reference, now_state, question, keys, "grid", wanted_depth, cache)
    counted = counted.regrouped(tree.ancestor_ids(wanted_depth))
    level = tree.level(question.scope, wanted_depth)
    scopes_own = [tree.by_id(grid_id) for grid_id in np.setdiff1d(counted.groups(), level.ids).tolist()]
    groups = Groups(
        np.concatenate([level.ids, np.array([grid.id for grid in scopes_own], dtype=np.int64)]),
        (*level.codes, *(grid.code for grid in scopes_own)),
        (*level.names, *(grid.name for grid in scopes_own)),
        np.arange(len(level.ids) + len(scopes_own)) >= len(level.ids),
    )
    return FigureTable.of(counted, groups, keys, reference.unrecorded)


@dataclass(frozen=True)
class GridsCompared:
    """Figures of the same grids in a period and the one before; a row of the scope's own may stand in one alone."""

    current: FigureTable
    before: FigureTable
    before_period: Period


def compare_grids(
    store: Store, question: Question, depth: int | None = None, keys: Iterable[str] = INDICATORS
) -> GridsCompared:
    """`by_grid` beside the period before, asked as `compare` asks, all from one snapshot."""
    wanted = tuple(keys)
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        period = previous(reference.clock, question.period)
        current, before = (
            _grid_table(store, connection, reference, now_state, asked, depth, wanted)
            for asked in (question, _earlier(question, period))
        )
        return GridsCompared(current, before, period)


@dataclass(frozen=True)
class Courses:
    """One indicator of many grids over time: rows are grids in the order of the tree, columns are parts of the period.
    `value` is NaN where there is no data; the denominators of a count are zero."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    numerator: Ints
    denominator: Ints
    value: NDArray[np.float64]


def courses(
    store: Store, question: Question, unit: Unit, indicator: str, depth: int | None = None
) -> Courses:
    """The indicator for each grid at a depth (default: the scope's children) in each hour, day, week or month of the
    period that has begun by the as-of instant, from one snapshot.

    Raises ValueError for the stock of overdue events, which belongs to no part of a period.
    """
    if indicator == OVERDUE_OPEN:
        raise ValueError(f"expected an indicator that is counted over a period, found {indicator!r}")
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        scope = reference.tree.get(question.scope)
        level = reference.tree.level(question.scope, scope.depth + 1 if depth is None else depth)
        parts = [
            (label, part)
            for label, part in split(reference.clock, question.period, unit)
            if part.start < question.as_of
        ]
        tables = [
            _grid_table(
                store,
                connection,
                reference,
                now_state,
                replace(question, period=part),
                depth,
                (indicator,),
            )
            for _, part in parts
        ]
    size, none = len(level.ids), np.zeros((len(level.ids), 0))
    return Courses(
        level.codes,
        level.names,
        tuple(label for label, _ in parts),
        np.stack([table.numerator[:size, 0] for table in tables], axis=1)
        if tables
        else none.astype(np.int64),
        np.stack([table.denominator[:size, 0] for table in tables], axis=1)
        if tables
        else none.astype(np.int64),
        np.stack([table.value[:size, 0] for table in tables], axis=1) if tables else none,
    )


def by_category(store: Store, question: Question, keys: Iterable[str] = INDICATORS) -> pd.DataFrame:
    """FIGURE_COLUMNS for each category of the city, in the order of the pack."""
    return _by_named(store, question, keys, "category")


def by_channel(store: Store, question: Question, keys: Iterable[str] = INDICATORS) -> pd.DataFrame:
    """FIGURE_COLUMNS for each channel of the city, in the order of the pack."""
    return _by_named(store, question, keys, "channel")


def _by_named(
    store: Store, question: Question, keys: Iterable[str], by: Literal["category", "channel"]
) -> pd.DataFrame:
    return named_table(store, question, by, tuple(keys)).frame()


def named_table(
    store: Store, question: Question, by: Literal["category", "channel"], keys: tuple[str, ...]
) -> FigureTable:
    """`by_category` or `by_channel` as columns."""
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        named = reference.categories if by == "category" else reference.channels
        groups = Groups(
            np.array([each.id for each in named.values()], dtype=np.int64),
            tuple(named),
            tuple(each.name for each in named.values()),
            np.zeros(len(named), dtype=bool),
        )
        return FigureTable.of(
            _counted(connection, reference, now_state, question, keys, by), groups, keys, reference.unrecorded
        )


def by_time(store: Store, question: Question, unit: Unit, keys: Iterable[str] = INDICATORS) -> pd.DataFrame:
    """FIGURE_COLUMNS for each hour, day, week or month of the period in order; `group` and `name` are its label.

    Each measure counts under its own instant. The stock of overdue events has no period; here each is counted under the
    time of its report, so a row tells how many of those reported then are overdue and open now.
    """
    return time_table(store, question, unit, tuple(keys)).frame()


def time_table(store: Store, question: Question, unit: Unit, keys: tuple[str, ...]) -> FigureTable:
    """`by_time` as columns."""
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        counted = _counted(
            connection, reference, now_state, question, keys, "hour" if unit == "hour" else "day"
        )
        labels, firsts = _parts(reference.clock, question.period, unit)
        groups = Groups(np.arange(len(labels)), labels, labels, np.zeros(len(labels), dtype=bool))
        placed = Counted(
            [
                (np.searchsorted(firsts, numbers, side="right") - 1, names, values)
                for numbers, names, values in counted.parts
            ]
        )
        return FigureTable.of(placed, groups, keys, reference.unrecorded)


@lru_cache(maxsize=256)
def _parts(clock: ZoneClock, period: Period, unit: Unit) -> tuple[tuple[str, ...], Ints]:
    """The labels of a period's parts, and the number of the hour or day with which each begins."""
    parts = split(clock, period, unit)
    number = clock.hour_number if unit == "hour" else clock.day_number
    return (
        tuple(label for label, _ in parts),
        np.array([number(part.start) for _, part in parts], dtype=np.int64),
    )


def _counted(
    connection: Connection,
    reference: Reference,
    now_state: State,
    question: Question,
    keys: tuple[str, ...],
    by: By,
    depth: int | None = None,
    cache: VectorCache | None = None,
) -> Counted:
    """Measures by group, the stock of overdue events among them when it is asked for. With a cache, a whole level's
    sums may come from its vectors."""
    definitions = [INDICATORS[key] for key in keys]
    needed = {each.numerator for each in definitions} | {each.denominator or "" for each in definitions}
    measures = frozenset(needed & set(MEASURE_NAMES))
    if question.live:
        question = replace(question, as_of=max(question.as_of, now_state.latest_at))
    wanted = plan(reference, question, by, depth, measures)
    counted = sums_at(connection, reference, now_state, wanted, cache)
    if OVERDUE_OPEN in needed:
        counted.parts += overdue_at(connection, reference, now_state, wanted).parts
    return counted


def rank(
    store: Store,
    question: Question,
    indicator: str,
    minimum: int = MINIMUM_DUE,
    depth: int | None = None,
) -> pd.DataFrame:
    """RANK_COLUMNS for each grid at a depth (default: the children), best first; ties share a rank and stand in the
    order of the tree. Grids with fewer than `minimum` in the denominator (a count: nobody) come last without a rank.

    Where neither direction is better, the larger number comes first.
    """
    definition = INDICATORS[indicator]
    found = grid_table(store, question, depth, (indicator,))
    listed = np.flatnonzero(~found.groups.own)
    value, numerator, denominator = (
        column[listed, 0] for column in (found.value, found.numerator, found.denominator)
    )
    places = ranks(definition, value, denominator, minimum)
    is_few = places == 0
    order = np.lexsort((listed, places, is_few))
    if not len(listed):
        return empty(RANK_COLUMNS)
    return pd.DataFrame(
        {
            "rank": pd.arrays.IntegerArray(places[order], is_few[order]),
            "code": texts(tuple(found.groups.codes)).take(listed[order]),
            "name": texts(tuple(found.groups.names)).take(listed[order]),
            "value": value[order],
            "numerator": numerator[order],
            "denominator": pd.arrays.IntegerArray(
                denominator[order], np.full(len(order), definition.kind == "count")
            ),
            "too_few": is_few[order],
        },
        copy=False,
    )

"""Figures: every indicator in total, compared, by grid, by time, by category, by channel, and ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from data.answers import FIGURE_COLUMNS, RANK_COLUMNS, Compared, Question, empty
from data.grids import Grid
from data.indicators import INDICATORS, OVERDUE_OPEN, Figure, figure
from data.measures import MEASURE_NAMES
from data.periods import Period, Unit, previous, same_last_year, split
from data.queries import sums
from data.queries.plan import By, plan
from data.reference import Reference, reference_within
from data.store import Store, state

MINIMUM_DUE = 10
"""Grids with fewer events in the denominator are listed apart from a ranking."""

Groups = Sequence[tuple[int, str, str, bool]]
"""Group id, code, name, and whether it is the scope's own row, in the order of the answer."""


def totals(store: Store, question: Question, keys: Iterable[str] = INDICATORS) -> dict[str, Figure]:
    """The figures of the whole scope, in the order of `keys` (all indicators in the order of their definitions)."""
    with store.reading() as connection:
        reference = reference_within(store, connection)
        return _totals(connection, reference, question, tuple(keys))


def _totals(
    connection: Connection, reference: Reference, question: Question, keys: tuple[str, ...]
) -> dict[str, Figure]:
    measures = _measures(connection, reference, question, keys, "nothing").get(0, {})
    return {key: figure(key, measures) for key in keys}


def compare(store: Store, question: Question, keys: Iterable[str] = INDICATORS) -> Compared:
    """The figures beside those of the period before and of the same period last year, all from one snapshot.

    While the period still runs, the others are cut to the same length and asked as of the same moment of theirs, so
    that a morning is compared with a morning.
    """
    wanted = tuple(keys)
    with store.reading() as connection:
        reference = reference_within(store, connection)
        earlier = {
            "before": previous(reference.clock, question.period),
            "last_year": same_last_year(reference.clock, question.period),
        }
        answers = {
            name: _totals(connection, reference, _earlier(question, period), wanted)
            for name, period in earlier.items()
        }
        return Compared(
            current=_totals(connection, reference, question, wanted),
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
    with store.reading() as connection:
        reference = reference_within(store, connection)
        wanted_depth = reference.tree.get(question.scope).depth + 1 if depth is None else depth
        counted = _measures(connection, reference, question, tuple(keys), "grid", wanted_depth)
        grids = reference.tree.at_depth(question.scope, wanted_depth)
        groups = [(grid.id, grid.code, grid.name, False) for grid in grids]
        listed = {grid.id for grid in grids}
        own: list[Grid] = [reference.tree.by_id(grid_id) for grid_id in sorted(counted.keys() - listed)]
        groups += [(grid.id, grid.code, grid.name, True) for grid in own]
        return _long(counted, groups, keys)


def by_category(store: Store, question: Question, keys: Iterable[str] = INDICATORS) -> pd.DataFrame:
    """FIGURE_COLUMNS for each category of the city, in the order of the pack."""
    return _by_named(store, question, keys, "category")


def by_channel(store: Store, question: Question, keys: Iterable[str] = INDICATORS) -> pd.DataFrame:
    """FIGURE_COLUMNS for each channel of the city, in the order of the pack."""
    return _by_named(store, question, keys, "channel")


def _by_named(store: Store, question: Question, keys: Iterable[str], by: By) -> pd.DataFrame:
    with store.reading() as connection:
        reference = reference_within(store, connection)
        named = reference.categories if by == "category" else reference.channels
        counted = _measures(connection, reference, question, tuple(keys), by)
        return _long(counted, [(each.id, each.code, each.name, False) for each in named.values()], keys)


def by_time(store: Store, question: Question, unit: Unit, keys: Iterable[str] = INDICATORS) -> pd.DataFrame:
    """FIGURE_COLUMNS for each hour, day, week or month of the period in order; `group` and `name` are its label.

    Each measure counts under its own instant. The stock of overdue events has no period; here each is counted under the
    time of its report, so a row tells how many of those reported then are overdue and open now.
    """
    with store.reading() as connection:
        reference = reference_within(store, connection)
        clock = reference.clock
        counted = _measures(connection, reference, question, tuple(keys), "hour" if unit == "hour" else "day")
        parts = split(clock, question.period, unit)
        number = clock.hour_number if unit == "hour" else clock.day_number
        place = {
            bucket: position
            for position, (_, part) in enumerate(parts)
            for bucket in range(number(part.start), number(part.end - 1) + 1)
        }
        folded: sums.Sums = {}
        for bucket, measures in counted.items():
            into = folded.setdefault(place[bucket], {})
            for name, value in measures.items():
                into[name] = into.get(name, 0) + value
        return _long(folded, [(i, label, label, False) for i, (label, _) in enumerate(parts)], keys)


def _measures(
    connection: Connection,
    reference: Reference,
    question: Question,
    keys: tuple[str, ...],
    by: By,
    depth: int | None = None,
) -> sums.Sums:
    """Measures by group, the stock of overdue events among them when it is asked for."""
    definitions = [INDICATORS[key] for key in keys]
    needed = {each.numerator for each in definitions} | {each.denominator or "" for each in definitions}
    measures = frozenset(needed & set(MEASURE_NAMES))
    now_state = state(connection)
    if question.live:
        question = replace(question, as_of=max(question.as_of, now_state.latest_at))
    wanted = plan(reference, question, by, depth, measures)
    counted = sums.sums(connection, reference, now_state, wanted)
    if OVERDUE_OPEN in needed:
        for group, number in sums.overdue_open(connection, reference, now_state, wanted).items():
            counted.setdefault(group, {})[OVERDUE_OPEN] = number
    return counted


def _long(counted: sums.Sums, groups: Groups, keys: Iterable[str]) -> pd.DataFrame:
    """FIGURE_COLUMNS from measures by group. Built from whole columns: one object a figure would cost more than the
    question itself."""
    wanted = [INDICATORS[key] for key in keys]
    if not groups or not wanted:
        return empty(FIGURE_COLUMNS)
    nothing: Mapping[str, int] = {}
    measures = [counted.get(group, nothing) for group, _, _, _ in groups]
    shape = (len(groups), len(wanted))
    numerator = np.zeros(shape, dtype=np.int64)
    denominator = np.zeros(shape, dtype=np.int64)
    for column, definition in enumerate(wanted):
        numerator[:, column] = [each.get(definition.numerator, 0) for each in measures]
        if definition.denominator is not None:
            denominator[:, column] = [each.get(definition.denominator, 0) for each in measures]
    is_count = np.array([definition.denominator is None for definition in wanted])
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(is_count, numerator, np.where(denominator > 0, numerator / denominator, np.nan))
    each_group = np.repeat(np.arange(len(groups)), len(wanted))
    _, codes, names, own = zip(*groups, strict=True)
    columns = {
        "group": pd.array(codes, dtype="str").take(each_group),
        "name": pd.array(names, dtype="str").take(each_group),
        "own": np.array(own, dtype=bool)[each_group],
        "key": pd.array([definition.key for definition in wanted] * len(groups), dtype="str"),
        "numerator": numerator.ravel(),
        "denominator": pd.arrays.IntegerArray(denominator.ravel(), np.tile(is_count, len(groups))),
        "value": value.ravel(),
    }
    return pd.DataFrame(columns, copy=False)


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
    found = by_grid(store, question, depth, (indicator,))
    grids = found[~found["own"]]
    rows = list(
        zip(
            grids["group"],
            grids["name"],
            grids["value"],
            grids["numerator"],
            grids["denominator"],
            strict=True,
        )
    )
    if definition.kind == "rate":
        many = [row for row in rows if row[4] >= max(minimum, 1)]
        few = [row for row in rows if row[4] < max(minimum, 1)]
    else:
        many, few = rows, []
    many.sort(key=lambda row: row[2], reverse=definition.better != "down")
    if not rows:
        return empty(RANK_COLUMNS)
    ranks: list[int] = []
    for position, row in enumerate(many, start=1):
        tied = position > 1 and many[position - 2][2] == row[2]
        ranks.append(ranks[-1] if tied else position)
    ordered = [*many, *few]
    codes, names, values, numerators, denominators = zip(*ordered, strict=True)
    is_few = np.arange(len(ordered)) >= len(many)
    return pd.DataFrame(
        {
            "rank": pd.arrays.IntegerArray(np.array([*ranks, *[0] * len(few)], dtype=np.int64), is_few),
            "code": pd.array(codes, dtype="str"),
            "name": pd.array(names, dtype="str"),
            "value": np.array(values, dtype=np.float64),
            "numerator": np.array(numerators, dtype=np.int64),
            "denominator": pd.array(denominators, dtype="Int64"),
            "too_few": is_few,
        },
        copy=False,
    )

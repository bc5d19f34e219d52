"""One indicator for every grid of a level at once: what a map of all 19,582 grids is coloured by."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.answers import Question
from data.indicators import INDICATORS, OVERDUE_OPEN
from data.queries import own, sums
from data.queries.asof import sums_at
from data.queries.plan import Plan, plan
from data.reference import Reference, reference_within
from data.store import Store, state


@dataclass(frozen=True)
class LevelValues:
    """One place a grid, in the order of the tree: ids, and the indicator's numerator and denominator (None for a count)
    as int64; `value` is float64, NaN where there is no data."""

    grid_ids: NDArray[np.int64]
    numerator: NDArray[np.int64]
    denominator: NDArray[np.int64] | None
    value: NDArray[np.float64]


def level_values(store: Store, question: Question, depth: int, indicator: str) -> LevelValues:
    """The indicator for each grid at a depth of the tree within the scope; empty arrays where no grid stands there."""
    definition = INDICATORS[indicator]
    names = [name for name in (definition.numerator, definition.denominator) if name is not None]
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        if question.live:
            question = replace(question, as_of=max(question.as_of, now_state.latest_at))
        wanted = plan(reference, question, "grid", reference.tree.max_depth, frozenset(names))
        if indicator == OVERDUE_OPEN:
            overdue = sums.overdue_open(connection, reference, now_state, wanted)
            vectors = overdue.under(_every_place(reference))
        elif (
            now_state.counters_stale
            or wanted.as_of < now_state.latest_at
            or wanted.categories is not None
            or wanted.channels is not None
        ):
            counted = sums_at(connection, reference, now_state, wanted)
            vectors = counted.under(_every_place(reference))
        else:
            vectors = own.by_own_grid(connection, reference, own.cache_of(store), wanted)
        nothing = np.zeros(reference.tree.places, dtype=np.int64)
        above, *below = (vectors.get(name, nothing) for name in names)
        values = _lifted(reference, wanted, depth, above, below[0] if below else None)
        if indicator in reference.unrecorded:
            return replace(values, value=np.full(len(values.value), np.nan))
        return values


def _lifted(
    reference: Reference,
    wanted: Plan,
    depth: int,
    numerator: NDArray[np.int64],
    denominator: NDArray[np.int64] | None,
) -> LevelValues:
    """Sums of subtrees: ids are preorder numbers, so a subtree is a run of places."""
    level = reference.tree.level(wanted.scope.code, depth)
    first, last = level.ids, level.last_ids

    def over_subtrees(vector: NDArray[np.int64]) -> NDArray[np.int64]:
        if level.leaves:
            return vector[first]
        running = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(vector)])
        lifted: NDArray[np.int64] = running[last + 1] - running[first]
        return lifted

    above = over_subtrees(numerator)
    if denominator is None:
        return LevelValues(first, above, None, above.astype(np.float64))
    below = over_subtrees(denominator)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(below > 0, above / below, np.nan)
    return LevelValues(first, above, below, value)


def _every_place(reference: Reference) -> NDArray[np.int64]:
    return np.arange(reference.tree.places)

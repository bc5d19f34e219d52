"""One indicator for every grid of a level at once: what a map of all 19,582 grids is coloured by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.answers import Question
from data.grains import OWN_GRAINS, Grain, buckets, cover
from data.indicators import INDICATORS, OVERDUE_OPEN
from data.measures import MEASURE_NAMES, MEASURES
from data.periods import Period
from data.queries import sums
from data.queries.plan import Plan, plan
from data.reference import Reference, reference_within
from data.store import Store, state
from data.vectors import Vector, VectorCache, VectorKey, stored, versions_of

_caches: WeakKeyDictionary[Store, VectorCache] = WeakKeyDictionary()

_AT = {measure.name: measure.at for measure in MEASURES}


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
            counted = sums.sums(connection, reference, now_state, wanted)
            vectors = counted.under(_every_place(reference))
        else:
            cache = _caches.setdefault(store, VectorCache())
            vectors = {name: _sum_vector(connection, reference, cache, wanted, name) for name in names}
        nothing = np.zeros(len(reference.tree) + 1, dtype=np.int64)
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
    return np.arange(len(reference.tree) + 1)


def _sum_vector(
    connection: Connection, reference: Reference, cache: VectorCache, wanted: Plan, name: str
) -> NDArray[np.int64]:
    """The measure over the period by own grid: whole buckets from vectors, ragged ends from the events."""
    covered = cover(reference.clock, wanted.range_of(_AT[name]), OWN_GRAINS)
    total = np.zeros(len(reference.tree) + 1, dtype=np.int64)
    for vector in _vectors(connection, reference, cache, wanted, name, list(buckets(covered))):
        total += vector
    for remainder in covered.remainders:
        total += _from_events(connection, reference, wanted, remainder, name)
    return total


def _vectors(
    connection: Connection,
    reference: Reference,
    cache: VectorCache,
    wanted: Plan,
    name: str,
    places: list[tuple[Grain, int]],
) -> list[Vector]:
    """The vectors of some buckets, in any order: from memory, else as they are packed in the store, else made anew."""
    measure = MEASURE_NAMES.index(name)
    versions = versions_of(connection, [(grain.id, bucket) for grain, bucket in places])
    found: list[Vector] = []
    missing: list[tuple[Grain, VectorKey]] = []
    for grain, bucket in places:
        key = VectorKey(grain.id, bucket, measure)
        vector = cache.get(key, (reference.version, versions[grain.id, bucket]))
        if vector is None:
            missing.append((grain, key))
        else:
            found.append(vector)
    packed = stored(connection, [key for _, key in missing], versions) if missing else {}
    for grain, key in missing:
        vector = packed.get(key)
        if vector is None:
            vector = _made(connection, reference, cache, wanted, name, grain, key.bucket)
        cache.put(key, (reference.version, versions[key.grain, key.bucket]), vector)
        found.append(vector)
    return found


def _made(
    connection: Connection,
    reference: Reference,
    cache: VectorCache,
    wanted: Plan,
    name: str,
    grain: Grain,
    bucket: int,
) -> Vector:
    """A vector that a write has made stale: the sum of the shorter buckets in it, of which few are stale too; a day
    from its events."""
    place = OWN_GRAINS.index(grain)
    if place + 1 == len(OWN_GRAINS):
        clock = reference.clock
        period = Period(clock.day_start(bucket), clock.day_start(bucket + 1))
        return _from_events(connection, reference, wanted, period, name)
    shorter = OWN_GRAINS[place + 1]
    ratio = grain.unit.size // shorter.unit.size
    within = [(shorter, bucket * ratio + number) for number in range(ratio)]
    total = np.zeros(len(reference.tree) + 1, dtype=np.int32)
    for vector in _vectors(connection, reference, cache, wanted, name, within):
        total += vector
    return total


def _from_events(
    connection: Connection, reference: Reference, wanted: Plan, period: Period, name: str
) -> Vector:
    city = replace(wanted, scope=reference.tree.root, milestones=(_AT[name],))
    return _scattered(reference, sums.measure_by_own_grid(connection, reference, city, period, name))


def _scattered(reference: Reference, rows: list[tuple[int, int]]) -> Vector:
    vector = np.zeros(len(reference.tree) + 1, dtype=np.int32)
    if rows:
        pairs = np.array(rows, dtype=np.int64)
        vector[pairs[:, 0]] = pairs[:, 1]
    return vector


def forget(store: Store) -> None:
    """Lets go of every vector in memory, as a fresh process would begin."""
    _caches.pop(store, None)

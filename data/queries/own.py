"""Sums by own grid over a period, from vectors: what maps of every grid and rankings of a level are made of.

Vectors are kept in memory under the versions of their buckets, and so are their sums over a period: while nothing
was written into its buckets, a period costs one look at their versions.
"""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.clocks import DAY
from data.grains import OWN_GRAINS, Cover, Grain, Run, buckets, cover, family
from data.measures import MEASURE_NAMES, Measure
from data.periods import Period
from data.queries import sums
from data.queries.counted import Counted
from data.queries.plan import Plan
from data.reference import Reference
from data.store import State, Store
from data.vectors import SumKey, Vector, VectorCache, VectorKey, Versions, stored, versions_of

_caches: WeakKeyDictionary[Store, VectorCache] = WeakKeyDictionary()

LEVEL_DEPTH = 2
"""The depth that is ranked most, the level-1 grids: its counters have the vectors' units. Deeper grids have none."""

FEW_DAYS = 30
"""A scope with fewer events than the city has in so many days is counted from its own events sooner."""

_OWN_BY_UNIT = {grain.unit: grain for grain in OWN_GRAINS}


def cache_of(store: Store) -> VectorCache:
    """The vectors that this process keeps for a store, whole cities of them, which answer for any scope of it."""
    return _caches.setdefault(store.whole, VectorCache())


def forget(store: Store) -> None:
    """Lets go of every vector in memory, as a fresh process would begin."""
    _caches.pop(store.whole, None)


def by_own_grid(
    connection: Connection, reference: Reference, cache: VectorCache, wanted: Plan
) -> dict[str, NDArray[np.int64]]:
    """Each measure over its range for the whole city, one place a grid id (place 0 is unused); read-only arrays."""
    found: dict[str, NDArray[np.int64]] = {}
    for measures, period in sums.by_range(wanted):
        covered = cover(reference.clock, period, OWN_GRAINS)
        versions = versions_of(connection, covered.runs)
        places = tuple(buckets(covered))
        for measure in measures:
            key = _sum_key(measure, covered.runs, untouched=False)
            total: NDArray[np.int64] = _total(connection, reference, cache, measure, key, places, versions)
            for remainder in covered.remainders:
                total = total + _from_events(connection, reference, remainder, measure)
            found[measure.name] = total
    return found


def serves(reference: Reference, now_state: State, wanted: Plan) -> bool:
    """Whether `by_level` answers: today's sums by grid at a depth that has vectors' units or no counters at all,
    unfiltered."""
    return (
        wanted.by == "grid"
        and wanted.categories is None
        and wanted.channels is None
        and not now_state.counters_stale
        and wanted.as_of >= now_state.latest_at
        and (
            wanted.depth == LEVEL_DEPTH
            or (wanted.depth > LEVEL_DEPTH and not sums.by_scope(reference, wanted, FEW_DAYS * DAY))
        )
    )


def by_level(connection: Connection, reference: Reference, cache: VectorCache, wanted: Plan) -> Counted:
    """The measures by grid of a depth: buckets that nobody has written to come from vectors, those that live writes
    keep changing from the counters, or from the events where there are none."""
    totals = Counted()
    lift = reference.tree.ancestor_ids(wanted.depth)
    for measures, period in sums.by_range(wanted):
        covered = cover(reference.clock, period, family(wanted.depth, False, False) or OWN_GRAINS)
        own = tuple((_OWN_BY_UNIT[grain.unit], first, last) for grain, first, last in covered.runs)
        versions = versions_of(connection, own)
        fresh, written = _parted(
            connection, reference, cache, measures, covered, versions, wanted.depth == LEVEL_DEPTH
        )
        if fresh:
            _add_lifted(
                totals,
                lift,
                wanted,
                {
                    each.name: _total(
                        connection,
                        reference,
                        cache,
                        each,
                        _sum_key(each, own, untouched=True),
                        tuple(fresh),
                        versions,
                    )
                    for each in measures
                },
            )
        remainders = list(covered.remainders)
        if wanted.depth == LEVEL_DEPTH:
            runs = [(grain, bucket, bucket + 1) for grain, bucket in written]
            sums.read_counters(connection, reference, wanted, measures, runs, totals)
        else:
            remainders = _joined(
                [
                    *remainders,
                    *(
                        Period(
                            grain.unit.start(reference.clock, bucket),
                            grain.unit.start(reference.clock, bucket + 1),
                        )
                        for grain, bucket in written
                    ),
                ]
            )
        for remainder in remainders:
            sums.count_events(connection, reference, wanted, measures, remainder, False, totals)
    return totals


def _parted(
    connection: Connection,
    reference: Reference,
    cache: VectorCache,
    measures: Sequence[Measure],
    covered: Cover,
    versions: dict[tuple[int, int], int],
    counted: bool,
) -> tuple[list[tuple[Grain, int]], list[tuple[Grain, int]]]:
    """The buckets whose vectors are good or kept, of the vectors' grains, and those that were written to: of the
    cover's own grains where these are counted, else as many days as it takes. `versions` comes to hold those of the
    shorter buckets that were looked at."""
    fresh: list[tuple[Grain, int]] = []
    written: list[tuple[Grain, int]] = []
    pending = list(buckets(covered))
    while pending:
        grain, bucket = pending.pop()
        own_grain = _OWN_BY_UNIT[grain.unit]
        stamp = (reference.version, versions.get((own_grain.id, bucket), 0))
        if stamp[1] == 0 or all(
            cache.get(_key(own_grain, bucket, each), stamp) is not None for each in measures
        ):
            fresh.append((own_grain, bucket))
        elif counted or own_grain is OWN_GRAINS[-1]:
            written.append((grain, bucket))
        else:
            shorter, first, last = _shorter(own_grain, bucket)
            versions |= versions_of(connection, ((shorter, first, last),))
            pending += [(shorter, number) for number in range(first, last)]
    return sorted(fresh, key=_place), sorted(written, key=_place)


def _place(one: tuple[Grain, int]) -> tuple[int, int]:
    grain, bucket = one
    return grain.id, bucket


def _shorter(grain: Grain, bucket: int) -> Run:
    """The buckets of the next shorter grain that lie in a bucket."""
    shorter = OWN_GRAINS[OWN_GRAINS.index(grain) + 1]
    ratio = grain.unit.size // shorter.unit.size
    return shorter, bucket * ratio, (bucket + 1) * ratio


def _joined(periods: Sequence[Period]) -> list[Period]:
    """Stretches of time that share nothing, those that touch as one."""
    found: list[Period] = []
    for each in sorted(periods, key=lambda one: one.start):
        if found and found[-1].end == each.start:
            found[-1] = Period(found[-1].start, each.end)
        else:
            found.append(each)
    return found


def _add_lifted(
    totals: Counted, lift: NDArray[np.int64], wanted: Plan, vectors: dict[str, NDArray[np.int64]]
) -> None:
    """Sums of runs: ids are preorder numbers, so the grids below one stand side by side."""
    first, last = wanted.scope.id, wanted.scope.last_id + 1
    within = lift[first:last]
    starts = np.flatnonzero(np.concatenate([[True], within[1:] != within[:-1]]))
    columns = [np.add.reduceat(vector[first:last], starts) for vector in vectors.values()]
    totals.parts.append((within[starts], tuple(vectors), np.stack(columns, axis=1)))


def _key(grain: Grain, bucket: int, measure: Measure) -> VectorKey:
    return VectorKey(grain.id, bucket, MEASURE_NAMES.index(measure.name))


def _sum_key(measure: Measure, runs: Sequence[Run], *, untouched: bool) -> SumKey:
    named = tuple((grain.id, first, last) for grain, first, last in runs)
    return SumKey(MEASURE_NAMES.index(measure.name), named, untouched)


def _total(
    connection: Connection,
    reference: Reference,
    cache: VectorCache,
    measure: Measure,
    key: SumKey,
    places: tuple[tuple[Grain, int], ...],
    versions: Versions,
) -> NDArray[np.int64]:
    """The sum of some buckets' vectors, from memory when none of them was written to since it was made."""
    numbered = ((grain.id, bucket) for grain, bucket in places)
    stamp = (reference.version, tuple((*place, versions.get(place, 0)) for place in numbered))
    kept = cache.get(key, stamp)
    if kept is None:
        kept = np.zeros(reference.tree.places, dtype=np.int64)
        for vector in _vectors(connection, reference, cache, measure, places, versions):
            kept += vector
        kept.setflags(write=False)
        cache.put(key, stamp, kept)
    return kept


def _vectors(
    connection: Connection,
    reference: Reference,
    cache: VectorCache,
    measure: Measure,
    places: Sequence[tuple[Grain, int]],
    versions: Versions,
) -> list[Vector]:
    """The vectors of some buckets, in any order: from memory, else as they are packed in the store, else made anew."""
    found: list[Vector] = []
    missing: list[tuple[Grain, VectorKey]] = []
    for grain, bucket in places:
        key = _key(grain, bucket, measure)
        vector = cache.get(key, (reference.version, versions.get((grain.id, bucket), 0)))
        if vector is None:
            missing.append((grain, key))
        else:
            found.append(vector)
    packed = stored(connection, [key for _, key in missing], versions) if missing else {}
    for grain, key in missing:
        vector = packed.get(key)
        if vector is None and not versions.get((key.grain, key.bucket), 0):
            # What nobody has written to since was packed, unless it counts nothing.
            vector = np.zeros(reference.tree.places, dtype=np.int32)
        elif vector is None:
            vector = _made(connection, reference, cache, measure, grain, key.bucket)
        cache.put(key, (reference.version, versions.get((key.grain, key.bucket), 0)), vector)
        found.append(vector)
    return found


def _made(
    connection: Connection,
    reference: Reference,
    cache: VectorCache,
    measure: Measure,
    grain: Grain,
    bucket: int,
) -> Vector:
    """A vector that a write has made stale: the sum of the shorter buckets in it, of which few are stale too; a day
    from its events."""
    if grain is OWN_GRAINS[-1]:
        clock = reference.clock
        period = Period(clock.day_start(bucket), clock.day_start(bucket + 1))
        return _from_events(connection, reference, period, measure)
    shorter, first, last = _shorter(grain, bucket)
    within = [(shorter, number) for number in range(first, last)]
    total = np.zeros(reference.tree.places, dtype=np.int32)
    versions = versions_of(connection, ((shorter, first, last),))
    for vector in _vectors(connection, reference, cache, measure, within, versions):
        total += vector
    return total


def _from_events(connection: Connection, reference: Reference, period: Period, measure: Measure) -> Vector:
    rows = sums.measure_by_own_grid(connection, reference, period, measure)
    vector = np.zeros(reference.tree.places, dtype=np.int32)
    if rows:
        pairs = np.array(rows, dtype=np.int64)
        vector[pairs[:, 0]] = pairs[:, 1]
    return vector

"""Vectors: a bucket's counters of one measure over all grids, for maps that show every grid at once.

A vector has a place for each grid id (place 0 is unused). It is kept packed in the store and unpacked in memory, both
under the version of its bucket, so a live write makes exactly the vectors stale that it touched.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from data.bulk import append_records
from data.facts import ArrayFacts
from data.grains import OWN_GRAINS, Run
from data.lifts import Lifts
from data.measures import BY_MILESTONE, MEASURE_NAMES, MILESTONES
from data.schema import rollup_vector, rollup_version
from data.store import driver_rows

Vector: TypeAlias = NDArray[np.int32]

_COMPRESSION = 1
"""zlib's fastest: a vector is mostly zeros."""

_KEPT_BYTES = 256 * 1024 * 1024
"""How much memory a process gives to unpacked vectors."""

_SUM_BYTES = 32 * 1024 * 1024
"""How much it gives to sums of them: what was asked of yesterday is not asked again."""

Versions: TypeAlias = Mapping[tuple[int, int], int]
"""Versions by (grain, bucket); absent is 0: nothing was written since the last packing."""

Stamp: TypeAlias = tuple[int, int]
"""What a vector was made under: the reference's version, which grows with the tree and with each rebuild, and its
bucket's. A bucket that was never written to has the version 0 before and after a rebuild: alone it says too little."""

SumStamp: TypeAlias = tuple[int, tuple[tuple[int, int, int], ...]]
"""What a sum of vectors was made under: the reference's version, and each bucket with its own, as (grain, bucket,
version)."""

_WIDTHS = (np.uint8, np.uint16, np.uint32)


class VectorKey(NamedTuple):
    """Which vector: the grain (one of OWN_GRAINS), the bucket, and the measure's position in MEASURES."""

    grain: int
    bucket: int
    measure: int


class SumKey(NamedTuple):
    """Which sum of vectors: the measure's position in MEASURES, the runs of buckets as (grain, first, last), and
    whether those that live writes touch are left out: which these are changes by the minute, and is no part of it."""

    measure: int
    runs: tuple[tuple[int, int, int], ...]
    untouched: bool


def pack(vector: NDArray[Any]) -> bytes:
    """A vector of counts as bytes: its width (1, 2 or 4), then the counts compressed."""
    highest = int(vector.max(initial=0))
    narrow = next(kind for kind in _WIDTHS if highest <= np.iinfo(kind).max)
    return bytes([np.dtype(narrow).itemsize]) + zlib.compress(vector.astype(narrow).tobytes(), _COMPRESSION)


def unpack(data: bytes) -> Vector:
    """The vector that `pack` packed."""
    kind = {np.dtype(width).itemsize: width for width in _WIDTHS}[data[0]]
    return np.frombuffer(zlib.decompress(data[1:]), dtype=kind).astype(np.int32)


def store_vectors(connection: Connection, vectors: Iterable[tuple[VectorKey, bytes]]) -> None:
    """Writes packed vectors under the present versions of their buckets; the store holds none before."""
    versions = {(row.grain, row.bucket): row.version for row in connection.execute(select(rollup_version))}
    rows = (
        (key.grain, key.bucket, key.measure, versions.get((key.grain, key.bucket), 0), data)
        for key, data in vectors
    )
    append_records(connection, rollup_vector, [column.name for column in rollup_vector.columns], rows)


def all_vectors(
    lifts: Lifts, columns: Mapping[str, NDArray[np.float64]]
) -> Iterator[tuple[VectorKey, Vector]]:
    """Every vector of every bucket that counts anything, from the facts of all events; measure by measure."""
    facts = ArrayFacts(columns)
    grids = columns["grid_id"].astype(np.int64)
    size = len(lifts.by_depth[0])
    for milestone in MILESTONES:
        known = np.flatnonzero(~np.isnan(columns[milestone]))
        days = lifts.clock.day_number(columns[milestone][known].astype(np.int64))
        order = np.argsort(days, kind="stable")
        known, days = known[order], days[order]
        for measure in BY_MILESTONE[milestone]:
            hit = np.asarray(measure.when(facts), dtype=bool)[known]
            hit_grids = grids[known[hit]]
            for grain in OWN_GRAINS:
                for bucket, run in _runs(days[hit] // grain.unit.size):
                    key = VectorKey(grain.id, bucket, MEASURE_NAMES.index(measure.name))
                    yield key, np.bincount(hit_grids[run], minlength=size).astype(np.int32)


def _runs(values: NDArray[np.int64]) -> Iterator[tuple[int, slice]]:
    """Each distinct value of a sorted array with the run that it fills."""
    distinct, starts, lengths = np.unique(values, return_index=True, return_counts=True)
    for value, start, length in zip(distinct.tolist(), starts.tolist(), lengths.tolist(), strict=True):
        yield value, slice(start, start + length)


@dataclass
class _Shelf:
    """Arrays by key, each with the stamp that it was made under; the least recently used go first."""

    most_bytes: int
    kept: OrderedDict[Any, tuple[Any, NDArray[Any]]] = field(default_factory=OrderedDict)
    bytes: int = 0

    def get(self, key: Any, stamp: Any) -> NDArray[Any] | None:
        found = self.kept.get(key)
        if found is None or found[0] != stamp:
            return None
        self.kept.move_to_end(key)
        return found[1]

    def put(self, key: Any, stamp: Any, array: NDArray[Any]) -> None:
        replaced = self.kept.pop(key, None)
        self.bytes += array.nbytes - (replaced[1].nbytes if replaced else 0)
        self.kept[key] = (stamp, array)
        while self.bytes > self.most_bytes and len(self.kept) > 1:
            _, (_, dropped) = self.kept.popitem(last=False)
            self.bytes -= dropped.nbytes


@dataclass
class VectorCache:
    """Unpacked vectors, and sums of vectors, by key, each with the stamp that it was made under; of either the least
    recently used go first."""

    vectors: _Shelf = field(default_factory=lambda: _Shelf(_KEPT_BYTES))
    sums: _Shelf = field(default_factory=lambda: _Shelf(_SUM_BYTES))
    lock: Lock = field(default_factory=Lock)

    @overload
    def get(self, key: VectorKey, stamp: Stamp) -> Vector | None: ...

    @overload
    def get(self, key: SumKey, stamp: SumStamp) -> NDArray[np.int64] | None: ...

    def get(self, key: VectorKey | SumKey, stamp: Stamp | SumStamp) -> NDArray[Any] | None:
        """The vector or sum when it is kept and current."""
        with self.lock:
            return self._shelf(key).get(key, stamp)

    def put(self, key: VectorKey | SumKey, stamp: Stamp | SumStamp, vector: NDArray[Any]) -> None:
        """Keeps a vector or sum, and lets go of others when there are too many."""
        with self.lock:
            self._shelf(key).put(key, stamp, vector)

    def _shelf(self, key: VectorKey | SumKey) -> _Shelf:
        return self.sums if isinstance(key, SumKey) else self.vectors


def versions_of(connection: Connection, runs: Sequence[Run]) -> dict[tuple[int, int], int]:
    """The versions of the buckets that were written to since the last packing, by (grain, bucket)."""
    if not runs:
        return {}
    within = " OR ".join(
        f"grain = {grain.id} AND bucket >= {first} AND bucket < {last}" for grain, first, last in runs
    )
    rows = driver_rows(connection, f"SELECT grain, bucket, version FROM rollup_version WHERE {within}", ())
    return {(grain, bucket): version for grain, bucket, version in rows}


def stored(connection: Connection, keys: Sequence[VectorKey], versions: Versions) -> dict[VectorKey, Vector]:
    """The packed vectors that are current, unpacked; the others are absent."""
    found: dict[VectorKey, Vector] = {}
    by_grain: dict[tuple[int, int], list[int]] = {}
    for key in keys:
        by_grain.setdefault((key.grain, key.measure), []).append(key.bucket)
    for (grain, measure), buckets in by_grain.items():
        for row in connection.execute(
            select(rollup_vector.c.bucket, rollup_vector.c.version, rollup_vector.c.data).where(
                rollup_vector.c.grain == grain,
                rollup_vector.c.bucket.in_(buckets),
                rollup_vector.c.measure == measure,
            )
        ):
            if row.version == versions.get((grain, row.bucket), 0):
                found[VectorKey(grain, row.bucket, measure)] = unpack(row.data)
    return found

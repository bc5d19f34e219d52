"""The index by which texts of events are searched: for each pair of characters the events that have it.

Texts never change after the report, so the index only grows, by segments of up to 65,536 ids in order. Events behind
the last segment are few and are looked through one by one (data/queries/hits.py): a search always sees all of them, and
a live write costs nothing but, every few thousand events, the making of a segment.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, func, insert, select

from data.counters import Progress, quiet
from data.masking import masked
from data.schema import event, search_block, search_segment
from data.store import Store, driver_rows
from data.tokens import pairs_of_many

SEGMENT: Final = 65_536
"""Ids of a segment: a position in it takes two bytes."""

TAIL: Final = 8_192
"""So many ids behind the last segment make another one."""

_LOOK_EVERY = 1_024
"""Writers look at the tail when the ids they gave pass a multiple of this."""

SHARDS: Final = 256
"""Blocks of a segment: a search for a pair reads one of them."""

_CODEC = "zstd"
_HEAD = struct.Struct("<III")

TEXTS: Final = ("title", "description", "address")
"""The columns that are searched."""


@dataclass(frozen=True)
class Segment:
    """The events of a range of ids, and when the first and last of them were reported."""

    id: int
    first_id: int
    last_id: int
    first_reported_at: int
    last_reported_at: int


def extend(store: Store, progress: Progress = quiet, *, all_of_them: bool = False) -> int:
    """Makes segments of the events that have none, `all_of_them` or while they fill the least one; gives the number of
    events in them. Writers wait meanwhile, a segment at a time."""
    done = 0
    while True:
        with store.writing(alone=True) as connection:
            first, last = _open_range(connection)
            if last < first or (last - first < TAIL and not all_of_them):
                return done
            done += _add_segment(connection, first, min(last, first + SEGMENT - 1))
            progress("search", (done / (done + max(0, last - first - SEGMENT))) if last else 1.0)


def make_anew(store: Store, progress: Progress = quiet) -> int:
    """Makes the whole index anew; gives the number of events in it."""
    with store.writing(alone=True) as connection:
        connection.execute(delete(search_block))
        connection.execute(delete(search_segment))
    return extend(store, progress, all_of_them=True)


def extend_after(store: Store, lowest: int, highest: int) -> None:
    """What a writer does after it gave events the ids from `lowest` to `highest`: now and then, a segment."""
    if (lowest - 1) // _LOOK_EVERY != highest // _LOOK_EVERY:
        extend(store)


def segments(connection: Connection) -> list[Segment]:
    """Every segment, in the order of ids."""
    return [
        Segment(*row)
        for row in driver_rows(
            connection,
            "SELECT id, first_id, last_id, first_reported_at, last_reported_at FROM search_segment ORDER BY id",
            (),
        )
    ]


def differing(connection: Connection, progress: Progress = quiet) -> tuple[int, int]:
    """How many segments there are, and how many of them are not what the events say."""
    known = segments(connection)
    wrong = 0
    for number, segment in enumerate(known):
        progress("search", number / len(known))
        ids, texts, _ = _read(connection, segment.first_id, segment.last_id)
        made = dict(blocks(pairs_of_many(texts, ids - segment.first_id)))
        kept = {
            row.shard: bytes(row.data)
            for row in connection.execute(
                select(search_block.c.shard, search_block.c.data).where(
                    search_block.c.segment_id == segment.id
                )
            )
        }
        # An erased event leaves its places behind; what is there must be found.
        wrong += any(not _covers(kept.get(shard), block) for shard, block in made.items())
    return len(known), wrong


def blocks(found: NDArray[np.int64]) -> Iterator[tuple[int, bytes]]:
    """The blocks of a segment, from what `pairs_of_many` gives: which shard, and its bytes."""
    tokens = found >> 16
    shards = shard_of(tokens)
    order = np.argsort(shards, kind="stable")
    bounds = np.searchsorted(shards[order], np.arange(SHARDS + 1))
    for shard in range(SHARDS):
        mine = order[bounds[shard] : bounds[shard + 1]]
        if len(mine):
            yield shard, _pack(found[mine])


def shard_of(tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which block of a segment holds a pair."""
    return ((tokens * 40_503) >> 7) % SHARDS


def positions_in(data: bytes, token: int) -> NDArray[np.uint16]:
    """Where in a block's segment the events stand that have a pair; in order."""
    tokens, counts, steps = _unpack(data)
    place = int(np.searchsorted(tokens, token))
    if place == len(tokens) or tokens[place] != token:
        return np.zeros(0, dtype=np.uint16)
    start = int(counts[:place].sum())
    return np.cumsum(steps[start : start + int(counts[place])], dtype=np.uint16)


def _pack(found: NDArray[np.int64]) -> bytes:
    tokens, starts, counts = np.unique(found >> 16, return_index=True, return_counts=True)
    places = (found & 0xFFFF).astype(np.uint16)
    steps = np.diff(places, prepend=np.uint16(0))
    steps[starts] = places[starts]
    body = tokens.astype("<i8").tobytes() + counts.astype("<u4").tobytes() + steps.astype("<u2").tobytes()
    packed: bytes = pa.compress(body, codec=_CODEC, asbytes=True)
    return _HEAD.pack(len(tokens), len(steps), len(body)) + packed


def _unpack(data: bytes) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint16]]:
    tokens, steps, size = _HEAD.unpack_from(data)
    body = pa.decompress(data[_HEAD.size :], decompressed_size=size, codec=_CODEC, asbytes=True)
    return (
        np.frombuffer(body, dtype="<i8", count=tokens),
        np.frombuffer(body, dtype="<u4", count=tokens, offset=8 * tokens),
        np.frombuffer(body, dtype="<u2", count=steps, offset=12 * tokens),
    )


def _covers(kept: bytes | None, made: bytes) -> bool:
    if kept is None or kept == made:
        return kept is not None
    tokens, _, _ = _unpack(made)
    return all(
        np.isin(positions_in(made, token), positions_in(kept, token)).all() for token in tokens.tolist()
    )


def _open_range(connection: Connection) -> tuple[int, int]:
    indexed = connection.execute(select(func.max(search_segment.c.last_id))).scalar_one() or 0
    last = connection.execute(select(func.max(event.c.id))).scalar_one() or 0
    return indexed + 1, last


def _add_segment(connection: Connection, first: int, last: int) -> int:
    ids, texts, reported = _read(connection, first, last)
    number = (connection.execute(select(func.max(search_segment.c.id))).scalar_one() or 0) + 1
    connection.execute(
        insert(search_segment).values(
            id=number,
            first_id=first,
            last_id=last,
            first_reported_at=min(reported, default=0),
            last_reported_at=max(reported, default=0),
        )
    )
    rows = [
        {"shard": shard, "segment_id": number, "data": data}
        for shard, data in blocks(pairs_of_many(texts, ids - first))
    ]
    if rows:
        connection.execute(insert(search_block), rows)
    return len(texts)


def _read(connection: Connection, first: int, last: int) -> tuple[NDArray[np.int64], list[str], list[int]]:
    """The ids, texts and report instants of the events of a range of ids."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    rows: list[tuple[Any, ...]] = driver_rows(
        connection,
        f"SELECT id, reported_at, {', '.join(TEXTS)} FROM event WHERE id BETWEEN {mark} AND {mark} ORDER BY id",
        (first, last),
    )
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    return ids, [text_of(row[2:]) for row in rows], [row[1] for row in rows]


def text_of(texts: tuple[str | None, ...]) -> str:
    """The searched columns of an event as one text, without personal data: what is hidden is found by nobody."""
    return "\n".join(masked(text) for text in texts if text)

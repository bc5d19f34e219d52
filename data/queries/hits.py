"""Which events have a text: looked up in the index for most, and read one by one for those behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from data.grids import Grid
from data.periods import Period
from data.schema import event, source
from data.searching import SEGMENT, TAIL, TEXTS, positions_in, segments, shard_of, text_of
from data.store import driver_rows
from data.tokens import folded, holds, pairs, terms_of

MOST_UNINDEXED: Final = 20 * TAIL
"""More events than this are not looked through one by one."""

_MOST_KEYS = 200


class SearchNotReady(RuntimeError):
    """The texts are not in the index yet; the message says what to run."""


@dataclass(frozen=True)
class Hits:
    """The ids of events that may have the terms, in order. Where a term has more than two characters an event may have
    its pairs and not the term: `sure` is False, and the text is to be looked at.

    `terms` are what the text must hold; `keys` are ids of events whose own key begins with what was typed.
    """

    ids: NDArray[np.int64]
    sure: bool
    terms: tuple[str, ...]
    keys: frozenset[int]


def find(connection: Connection, wanted: str, scope: Grid, period: Period | None = None) -> Hits:
    """Where what somebody typed may be found: all keys lie in the scope, ids of texts may lie beyond it; `period`
    narrows them to events reported then. Nothing is found without a term of two characters or more.

    Raises SearchNotReady."""
    asked = terms_of(wanted)
    keys = _by_key(connection, wanted.strip(), scope)
    if not asked.terms or asked.personal:
        return Hits(np.array(sorted(keys), dtype=np.int64), True, (), frozenset(keys))
    known = segments(connection)
    tokens = sorted({pair for term in asked.terms for pair in pairs(term)})
    parts = [np.array(sorted(keys), dtype=np.int64)]
    wide = [
        one
        for one in known
        if period is None or (one.first_reported_at < period.end and one.last_reported_at >= period.start)
    ]
    if wide:
        parts.append(_indexed(connection, tokens, {one.id: one.first_id for one in wide}))
    parts.append(_behind(connection, known[-1].last_id if known else 0, asked.terms))
    # The parts stand in the order of ids, but for the keys.
    ids = np.concatenate(parts[1:])
    if keys:
        ids = np.union1d(parts[0], ids)
    sure = all(len(term) == 2 for term in asked.terms)
    return Hits(ids, sure, asked.terms, frozenset(keys))


def _indexed(connection: Connection, tokens: list[int], first_ids: dict[int, int]) -> NDArray[np.int64]:
    """The ids that have every token, in the segments of these first ids."""
    found: dict[int, NDArray[np.uint16]] = {}
    for number, token in enumerate(tokens):
        shard = int(shard_of(np.array([token], dtype=np.int64))[0])
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        rows = driver_rows(
            connection,
            f"SELECT segment_id, data FROM search_block WHERE shard = {mark} AND segment_id BETWEEN {mark} AND {mark}",
            (shard, min(first_ids), max(first_ids)),
        )
        here: dict[int, NDArray[np.uint16]] = {}
        for segment_id, data in rows:
            if segment_id not in first_ids or (number and segment_id not in found):
                continue
            places = positions_in(bytes(data), token)
            if number:
                held = np.zeros(SEGMENT, dtype=bool)
                held[places] = True
                places = found[segment_id][held[found[segment_id]]]
            if len(places):
                here[segment_id] = places
        found = here
        if not found:
            break
    if not found:
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([places.astype(np.int64) + first_ids[number] for number, places in found.items()])


def _behind(connection: Connection, last: int, terms: tuple[str, ...]) -> NDArray[np.int64]:
    """The ids behind the last segment whose texts have the terms."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    rows = driver_rows(
        connection,
        f"SELECT id, {', '.join(TEXTS)} FROM event WHERE id > {mark} ORDER BY id LIMIT {MOST_UNINDEXED + 1}",
        (last,),
    )
    if len(rows) > MOST_UNINDEXED:
        raise SearchNotReady(
            f"expected the texts of all events in the index, found more than {MOST_UNINDEXED:,} that are not: "
            "`python app.py rebuild` puts them there"
        )
    if not rows:
        return np.zeros(0, dtype=np.int64)
    together = folded("\x1e".join(text_of(row[1:]).replace("\x1e", " ") for row in rows), keep="\x1e")
    found = [row[0] for row, text in zip(rows, together.split("\x1e"), strict=True) if holds(text, terms)]
    return np.array(found, dtype=np.int64)


def _by_key(connection: Connection, typed: str, scope: Grid) -> list[int]:
    """The events of the scope whose source's own key begins with what was typed."""
    if len(typed) < 3 or len(typed) > 128:
        return []
    sources = connection.execute(select(source.c.id)).scalars().all()
    # The last character of Unicode: nothing that begins with the same comes after it.
    found = connection.execute(
        select(event.c.id)
        .where(
            event.c.source_id.in_(sources),
            event.c.source_key >= typed,
            event.c.source_key < typed + "\U0010ffff",
            (event.c.grid_id + 0).between(scope.id, scope.last_id),
        )
        .limit(_MOST_KEYS)
    )
    return list(found.scalars())


def verified(connection: Connection, hits: Hits, ids: list[int]) -> set[int]:
    """Those of some hits that have every term."""
    if hits.sure or not ids:
        return set(ids)
    kept = {number for number in ids if number in hits.keys}
    rows = connection.execute(
        select(event.c.id, *[event.c[name] for name in TEXTS]).where(
            event.c.id.in_([number for number in ids if number not in kept])
        )
    )
    return kept | {row[0] for row in rows if holds(folded(text_of(tuple(row[1:]))), hits.terms)}

"""All events of a scope by what somebody asks for: page by page, in the order wanted, with a total that says how exact
it is. A page looks no longer than a fraction of a second; what it did not reach comes with the next."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, func, select, union_all

from data.answers import Question, frame_of
from data.clocks import DAY, Instant
from data.lifecycle import PLAIN_STAGES
from data.masking import masked
from data.measures import FACT_COLUMNS, KEY_COLUMNS
from data.periods import Period
from data.queries import hits
from data.queries.filters import COUNTED_TO, FOUND_COLUMNS, Filter, Found, Total
from data.queries.lists import listed, source_names
from data.queries.plan import plan
from data.queries.then import as_then
from data.queries.ways import Asked, Key, Segment, found_by, is_sliced, narrowed, segments_of, ways
from data.reference import Reference, reference_within
from data.schema import event, event_past
from data.store import Store, state

_PAGE_SECONDS: Final = 0.25
_COUNT_SECONDS: Final = 0.2

_FIRST_STRETCH = 16 * DAY
"""The first stretch of a list that is gone stretch by stretch; each next one is twice as long. Where categories are
merged it is much shorter."""

_LONGEST_STRETCH = 64 * DAY

_AHEAD_DAYS = (256, 64, 16, 4)
"""Deadlines that are still to come are gone through from so many days ahead."""

_FEW_HITS = 4_000
"""So many events that have a text are read at once; more are met on the way through the list."""

_STRIDE = 2_000
_LONGEST_STRIDE = 16_000
_ALL_OF_A_GRID = 200_000
_END = 2**62


@dataclass
class _Look:
    """A look at the store: what is asked, on one snapshot, and until when to look."""

    connection: Connection
    asked: Asked
    earliest: Instant
    ends: float
    hits: hits.Hits | None = None

    def over(self) -> bool:
        return time.monotonic() > self.ends


def find_events(
    store: Store,
    question: Question,
    wanted: Filter,
    limit: int = 50,
    after: str | None = None,
    *,
    seconds: float = _PAGE_SECONDS,
) -> Found:
    """A page of the events: FOUND_COLUMNS, at most `limit` rows, behind the `next` of the page before.

    Raises ValueError for an `after` that no page gave, NotThen for what a past instant does not know, and
    SearchNotReady while texts are not in the index.
    """
    key = _read_key(after)
    with _looking(store, question, _implied(wanted), seconds) as look:
        told, following, reached = _gather(look, limit, key)
        rows = _full_rows(look, told)
        names = source_names(look.connection)
        lines = [found_row(look.asked.reference, names, row, look.asked.plan.as_of) for row in rows]
    return Found(
        frame_of(lines, FOUND_COLUMNS),
        None if following is None else f"{following.segment}.{following.at}.{following.id}",
        reached,
    )


def all_events(
    store: Store, question: Question, wanted: Filter, chunk: int = 5_000
) -> Iterator[list[dict[str, Any]]]:
    """Every event of a list in its order, chunk by chunk (FOUND_COLUMNS), on one snapshot: as of one instant however
    long it takes. The store must let a question take that long."""
    with _looking(store, question, _implied(wanted), 10**9) as look:
        names = source_names(look.connection)
        # A past list comes sorted from no index: the longer its chunks, the less often it is sorted.
        for rows, _ in _batches(look, chunk if not look.asked.past else 20 * chunk, None):
            for start in range(0, len(rows), chunk):
                full = _full_rows(look, rows[start : start + chunk])
                yield [found_row(look.asked.reference, names, row, look.asked.plan.as_of) for row in full]


def count_events(
    store: Store, question: Question, wanted: Filter, *, seconds: float = _COUNT_SECONDS
) -> Total:
    """How many events there are: exactly up to COUNTED_TO, as far as the time allows."""
    wanted = replace(_implied(wanted), sort="reported", descending=True)
    with _looking(store, question, wanted, seconds) as look:
        if look.hits is not None:
            return _count_hits(look)
        segment = Segment("reported", True)
        n = 0
        for window in _windows(look, segment, None) if is_sliced(look.asked, segment) else [None]:
            if look.over():
                return Total(n, False)
            limit = COUNTED_TO + 1 - n
            every = ways(look.asked, segment, None, window, None)
            found = union_all(*[select(one.limit(limit).subquery().c.id) for one in every])
            few = select(found.subquery().c.id).limit(limit).subquery()
            n += look.connection.execute(select(func.count()).select_from(few)).scalar_one()
            if n > COUNTED_TO:
                return Total(COUNTED_TO, False)
        return Total(n, True)


def _implied(wanted: Filter) -> Filter:
    """An order by how long events were overdue takes those that were."""
    if wanted.sort != "overdue" or wanted.overdue:
        return wanted
    return replace(wanted, overdue="late" if wanted.state == "closed" else "open")


@contextmanager
def _looking(store: Store, question: Question, wanted: Filter, seconds: float) -> Iterator[_Look]:
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        if question.live:
            question = replace(question, as_of=max(question.as_of, now_state.latest_at))
        made = plan(reference, question)
        asked = Asked(reference, made, wanted, past=made.as_of < now_state.latest_at)
        earliest = connection.execute(select(func.min(event.c.reported_at))).scalar_one() or 0
        found = None
        if wanted.text.strip():
            within = made.period if wanted.by == "reported" else None
            found = hits.find(connection, wanted.text, made.scope, within)
            if len(found.ids) <= _FEW_HITS:
                asked = narrowed(asked, found.ids.tolist())
        yield _Look(connection, asked, earliest, time.monotonic() + seconds, found)


_Told = tuple[int, int, int | None]
"""A row as the store tells it: id, what it is ordered by, and `seq` of _Row. Most have not the text that is looked for,
so no more is made of them."""


@dataclass(frozen=True)
class _Row:
    """An event of a list: its place, and which step overwrote what it said then (None: it says so still)."""

    key: Key
    seq: int | None


def _gather(look: _Look, limit: int, after: Key | None) -> tuple[list[_Row], Key | None, Instant | None]:
    """The rows of a page, the key of the next, and how far a page that is not full has looked."""
    told: list[_Row] = []
    for rows, key in _batches(look, limit + 1, after):
        told += rows
        if len(told) > limit:
            return told[:limit], told[limit - 1].key, None
        if look.over():
            return told, key, key.at
    return told, None, None


def _batches(look: _Look, wanted: int, after: Key | None) -> Iterator[tuple[list[_Row], Key]]:
    """Rows of the list in its order, with the key behind which it goes on; a batch may be empty."""
    stretches = segments_of(look.asked.filter)
    for number in range(0 if after is None else after.segment, len(stretches)):
        segment = stretches[number]
        key = after if after is not None and after.segment == number else None
        for window in _windows(look, segment, key) if is_sliced(look.asked, segment) else (None,):
            stride = _first_stride(look, segment, wanted)
            while True:
                rows = _ordered(look, segment, key, window, stride)
                if rows:
                    key = Key(number, rows[-1][1], rows[-1][0])
                    kept = _matching(look, rows)
                    yield [_Row(Key(number, at, event_id), seq) for event_id, at, seq in kept], key
                if len(rows) < stride:
                    break
                stride = stride if look.hits is None else min(2 * stride, _LONGEST_STRIDE)
            if window is not None:
                edge = window.start if segment.descending else window.end
                yield [], Key(number, edge, 0)


def _first_stride(look: _Look, segment: Segment, wanted: int) -> int:
    """How many rows to read at first: more than are wanted where most of them lack the text that is looked for, and all
    at once where they come sorted from no index."""
    if look.hits is None:
        return wanted
    return _ALL_OF_A_GRID if found_by(look.asked, segment) == "grid" else max(_STRIDE, wanted)


def _windows(look: _Look, segment: Segment, key: Key | None) -> list[Period]:
    """The stretches of time in which a segment lies, in its order, the shorter ones first."""
    by, period, as_of = look.asked.filter.by, look.asked.plan.period, look.asked.plan.as_of
    lowest, highest = look.earliest, _END
    if by in ("reported", segment.order):
        lowest = max(lowest, period.start)
    if by == segment.order or (segment.order == "reported" and by != "any"):
        # What was closed or due in time was reported before.
        highest = period.end
    if key is not None and segment.descending:
        highest = min(highest, key.at + 1)
    elif key is not None:
        lowest = max(lowest, key.at)
    if lowest >= highest:
        return []
    length = _FIRST_STRETCH if segment.order == "reported" else _FIRST_STRETCH // 64
    if segment.descending:
        edges = [as_of + days * DAY for days in _AHEAD_DAYS] if segment.order == "due" else []
        edges = [edge for edge in edges if lowest < edge < highest]
        edge = min(highest, as_of) - length
        while edge > lowest:
            edges.append(edge)
            length = min(2 * length, _LONGEST_STRETCH)
            edge -= length
        return [Period(start, end) for end, start in pairwise([highest, *edges, lowest])]
    edges, edge = [], lowest + length
    while edge < min(highest, as_of + _AHEAD_DAYS[0] * DAY):
        edges.append(edge)
        length = min(2 * length, _LONGEST_STRETCH)
        edge += length
    return [Period(start, end) for start, end in pairwise([lowest, *edges, highest])]


def _ordered(
    look: _Look, segment: Segment, key: Key | None, window: Period | None, limit: int
) -> list[_Told]:
    found = ways(look.asked, segment, key, window, limit)
    statement: Any = found[0]
    if len(found) > 1:
        every = union_all(*[select(one.subquery()) for one in found]).subquery()
        order = (every.c.at.desc(), every.c.id.desc()) if segment.descending else (every.c.at, every.c.id)
        statement = select(every).order_by(*order).limit(limit)
    return look.connection.execute(statement).all()  # type: ignore[return-value]


def _matching(look: _Look, rows: Sequence[_Told]) -> Sequence[_Told]:
    """Those of the rows that have the text that is looked for."""
    if look.hits is None:
        return rows
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    places = np.searchsorted(look.hits.ids, ids)
    places[places == len(look.hits.ids)] = 0
    held: list[int] = np.flatnonzero(look.hits.ids[places] == ids).tolist() if len(look.hits.ids) else []
    found = [rows[place] for place in held]
    kept = hits.verified(look.connection, look.hits, [row[0] for row in found])
    return [row for row in found if row[0] in kept]


def _count_hits(look: _Look) -> Total:
    """How many of the events with a text fulfil the rest."""
    assert look.hits is not None
    n = 0
    for rows, _ in _batches(look, 1, None):
        n += len(rows)
        if n > COUNTED_TO:
            return Total(COUNTED_TO, False)
        if look.over():
            return Total(n, False)
    return Total(n, True)


def _full_rows(look: _Look, told: Sequence[_Row]) -> list[Mapping[str, Any]]:
    """What a list shows of its events, as of its instant, in order."""
    ids = [row.key.id for row in told]
    rows: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ids), _IN_CHUNK):
        found = look.connection.execute(
            select(*[event.c[name] for name in LISTED]).where(event.c.id.in_(ids[start : start + _IN_CHUNK]))
        )
        rows |= {row["id"]: dict(row) for row in found.mappings()}
    if not look.asked.past:
        return [rows[number] for number in ids if number in rows]
    _overlay(look, told, rows)
    return [
        *as_then(look.connection, [rows[number] for number in ids if number in rows], look.asked.plan.as_of)
    ]


def _overlay(look: _Look, told: Sequence[_Row], rows: dict[int, dict[str, Any]]) -> None:
    """Puts what overwritten events said then over what they say now."""
    steps = {row.key.id: row.seq for row in told if row.seq is not None}
    changed = sorted(steps)
    for start in range(0, len(changed), _IN_CHUNK):
        some = changed[start : start + _IN_CHUNK]
        for row in look.connection.execute(
            select(event_past).where(event_past.c.event_id.in_(some))
        ).mappings():
            if row["seq"] == steps[row["event_id"]]:
                rows[row["event_id"]] |= {name: row[name] for name in (*KEY_COLUMNS, *FACT_COLUMNS)}


_IN_CHUNK = 500

LISTED = (
    "id",
    "source_id",
    "source_key",
    "title",
    "category_id",
    "channel_id",
    "grid_id",
    "status",
    "implied",
    "suspended_at",
    "suspended_until",
    *(name for name, _, _ in PLAIN_STAGES),
    "withdrawn_at",
    "handle_due_at",
    "rating",
    "unit",
    "address",
    "description",
)


def found_row(
    reference: Reference, names: Mapping[int, str], row: Mapping[str, Any], as_of: Instant
) -> dict[str, Any]:
    """What a list tells of an event (FOUND_COLUMNS), from its LISTED columns; personal data are hidden."""
    return listed(reference, names, row, as_of) | {
        "closed_at": row["closed_at"],
        "rating": row["rating"] if row["rated_at"] is not None else None,
        "unit": row["unit"] or "",
        "address": masked(row["address"] or ""),
        "description": masked(row["description"] or ""),
    }


def _read_key(after: str | None) -> Key | None:
    if after is None:
        return None
    matched = _KEY.fullmatch(after)
    if matched is None:
        raise ValueError(f"expected the `next` of a page before, found {after!r}: begin again without it")
    return Key(*(int(part) for part in matched.groups()))


_KEY = re.compile(r"([0-9]{1,2})\.(-?[0-9]{1,19})\.([0-9]{1,18})")
"""What a page gives as its `next`: the segment, what it is ordered by, and the last event's id."""

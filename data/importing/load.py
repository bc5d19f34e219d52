"""Imports a file of events: reads, checks and writes it batch by batch, so that it can be broken off and run
again.

Every batch is one transaction of the life cycle, and a row that is known already is unchanged. A run that was
killed is therefore mended by running it again: the store ends as after one clean run.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError

from data import events, rebuilding
from data.clocks import Instant
from data.counters import Progress, quiet
from data.importing.drafts import Book, Draft, Drafter, Fault, Rejection, by_code_and_name
from data.importing.locate import Places
from data.importing.mapping import Mapping, MappingError
from data.importing.news import Contradiction, Known, KnownStep, check, history, news
from data.importing.readers import Row, Source, open_source
from data.importing.rejects import Rejects
from data.lifecycle import Kind, Report, Step, implied_steps
from data.reference import Reference, reference, reference_within
from data.schema import event, event_past, event_step, grid_shape, source
from data.store import Store

LIVE_BATCH = 500
"""Rows written by one transaction beside live operations."""

BULK_BATCH = 20_000
"""New events handed over at once when nobody waits for the counters."""

_LOOKUP = 500
_MANY_ROWS = 50_000


@dataclass(frozen=True)
class Summary:
    """What became of the rows: read = added + updated + unchanged + rejected. `rejects_path` is None without
    rejects.
    """

    read: int
    added: int
    updated: int
    unchanged: int
    rejected: int
    rejects_path: Path | None
    mode: Literal["bulk", "live"]


def import_file(
    store: Store,
    path: Path,
    mapping: Mapping,
    now: Instant,
    mode: Literal["auto", "bulk", "live"] = "auto",
    progress: Progress = quiet,
    fallback: Path = Path("var"),
) -> Summary:
    """Imports a file and says what became of its rows; rejected ones stand in `FILE.rejects.csv` (or under
    `fallback`).

    "bulk" writes new events without their counters and builds those at the end; "live" keeps them exact all
    the time; "auto" takes bulk for an empty store, one whose counters are stale anyway, and a file that is
    large for its store. Raises SourceError or MappingError, before anything is written, when the file or the
    mapping cannot be used at all, and NoCity on a store without a city.
    """
    city = reference(store)
    _check_codes(mapping, city)
    progress("checking the file", 0.0)
    opened = open_source(path, mapping)
    chosen: Literal["bulk", "live"] = _mode(store, opened.rows) if mode == "auto" else mode
    rejects = Rejects(path, opened.header, fallback)
    with closing(_Seen()) as seen:
        run = _Run(store, mapping, city, now, chosen, rejects, seen)
        drafter = Drafter(mapping, opened.header, _book(store, city), now)
        try:
            _walk(run, drafter, opened, progress)
        except BaseException:
            rejects.abandon()
            raise
    rebuilding.finish_bulk(store, progress)
    return Summary(
        read=run.read,
        added=run.added,
        updated=run.updated,
        unchanged=run.unchanged,
        rejected=rejects.count,
        rejects_path=rejects.finish(),
        mode=chosen,
    )


def _walk(run: _Run, drafter: Drafter, opened: Source, progress: Progress) -> None:
    for chunk in opened.chunks():
        for start in range(0, len(chunk), LIVE_BATCH):
            run.take(drafter.drafts(chunk[start : start + LIVE_BATCH]))
            progress("importing", run.read / opened.rows)
    run.flush()
    progress("importing", 1.0)


def _mode(store: Store, rows: int) -> Literal["bulk", "live"]:
    if store.state().counters_stale:
        return "bulk"
    with store.reading() as connection:
        highest = connection.execute(select(func.max(event.c.id))).scalar_one() or 0
    return "bulk" if highest == 0 or (rows >= _MANY_ROWS and rows * 4 >= highest) else "live"


def _book(store: Store, city: Reference) -> Book:
    with store.reading() as connection:
        shapes = [
            (city.tree.by_id(row.grid_id).code, bytes(row.wkb))
            for row in connection.execute(select(grid_shape).order_by(grid_shape.c.grid_id))
        ]
    return Book(
        places=Places(city.tree, shapes),
        categories=by_code_and_name([(one.code, one.name) for one in city.categories.values()]),
        channels=by_code_and_name([(one.code, one.name) for one in city.channels.values()]),
    )


def _check_codes(mapping: Mapping, city: Reference) -> None:
    """The codes that the mapping itself names exist. Raises MappingError."""
    faults: list[str] = []
    for name, known in (("category", city.categories), ("channel", city.channels)):
        names = by_code_and_name([(one.code, one.name) for one in known.values()])
        one = mapping.fields[name]
        faults += [
            f"fields.{name} names {code!r}, which is no {name} of {city.name}; found "
            f"{', '.join(sorted(known))}"
            for code in (one.constant, one.default, one.unknown)
            if code is not None and one.values.get(code, code) not in names
        ]
    faults += [
        f"grid.aliases: {alias!r} leads to {code!r}, which is no grid of {city.name}"
        for alias, code in mapping.grid.aliases.items()
        if code not in city.tree
    ]
    if "point" in mapping.grid.by and mapping.point is None:
        faults.append("the grid is to be found by point, but no table [point] names the coordinates")
    if faults:
        raise MappingError(mapping.name, faults)


@dataclass(frozen=True)
class _Plan:
    """What is to be written for one row; no operations for a row that says nothing new."""

    draft: Draft
    new: bool
    operations: list[Report | Step]


@dataclass
class _Run:
    """One import under way: what waits to be written, and what became of the rows so far."""

    store: Store
    mapping: Mapping
    city: Reference
    now: Instant
    mode: Literal["bulk", "live"]
    rejects: Rejects
    seen: _Seen
    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    waiting: list[tuple[Draft, list[Report | Step]]] = field(default_factory=list)

    def take(self, rows: Sequence[Draft | Rejection]) -> None:
        """Takes rows in their order. A key that comes again waits until what came before it is written."""
        self.read += len(rows)
        together: dict[str, Draft] = {}
        for row in rows:
            if isinstance(row, Rejection):
                self.rejects.add(row)
                continue
            if row.key in together:
                self._write(list(together.values()))
                together = {}
            together[row.key] = row
        self._write(list(together.values()))

    def flush(self) -> None:
        """Writes the new events that wait in bulk mode."""
        waiting, self.waiting = self.waiting, []
        if not waiting:
            return
        try:
            outcomes = events.bulk_add(self.store, [operations for _, operations in waiting], self.now)
            refused = [
                draft
                for (draft, _), outcome in zip(waiting, outcomes, strict=True)
                if outcome.status == "refused"
            ]
        except IntegrityError:
            # Somebody else reported one of these events in the same moment, so none of them is written yet.
            refused = [draft for draft, _ in waiting]
        self.added += len(waiting) - len(refused)
        for start in range(0, len(refused), LIVE_BATCH):
            some = refused[start : start + LIVE_BATCH]
            self._write_live(self._planned(some, [None] * len(some)))

    def _write(self, drafts: Sequence[Draft]) -> None:
        if not drafts:
            return
        before = self.seen.rows(draft.key for draft in drafts)
        if self.waiting and any(row is not None for row in before):
            self.flush()
        planned = self._planned(drafts, before)
        self.seen.note((one.draft.key, one.draft.row.number) for one in planned)
        if self.mode == "bulk":
            self.waiting += [(one.draft, one.operations) for one in planned if one.new]
            planned = [one for one in planned if not one.new]
        self._write_live(planned)
        if len(self.waiting) >= BULK_BATCH:
            self.flush()

    def _planned(self, drafts: Sequence[Draft], before: Sequence[int | None]) -> list[_Plan]:
        """What to write for each draft; the contradictory ones are rejected and left out."""
        known = _known(self.store, self.mapping.source, [draft.key for draft in drafts])
        planned: list[_Plan] = []
        for draft, earlier_row in zip(drafts, before, strict=True):
            recorded = known.get(draft.key)
            try:
                if recorded is not None:
                    steps = news(draft, recorded, self.mapping, self.city.rules, earlier_row)
                    planned.append(_Plan(draft, False, list(steps)))
                    continue
                operations = history(draft, self.mapping)
                check(self.city.rules, None, set(), operations)
                planned.append(_Plan(draft, True, operations))
            except Contradiction as contradiction:
                self._reject(draft.row, *contradiction.faults)
        return planned

    def _write_live(self, planned: Sequence[_Plan]) -> None:
        flat = [operation for one in planned for operation in one.operations]
        outcomes = iter(events.write(self.store, flat, self.now) if flat else [])
        for one in planned:
            told = [next(outcomes) for _ in one.operations]
            refused = [outcome.reason or "" for outcome in told if outcome.status == "refused"]
            if refused:
                self._reject(one.draft.row, *(Fault("", reason) for reason in refused))
            elif all(outcome.status == "unchanged" for outcome in told):
                self.unchanged += 1
            elif one.new:
                self.added += 1
            else:
                self.updated += 1

    def _reject(self, row: Row, *faults: Fault) -> None:
        self.rejects.add(Rejection(row, faults))


class _Seen:
    """The keys of the file's accepted rows with their row numbers, on disk, so that memory stays constant."""

    def __init__(self) -> None:
        # An empty name is SQLite's private temporary database: it spills to disk and vanishes with the
        # connection.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA cache_size = -16384")
        self._database.execute("CREATE TABLE seen (key INTEGER PRIMARY KEY, row INTEGER NOT NULL)")
        self._database.execute("BEGIN")

    def rows(self, keys: Iterable[str]) -> list[int | None]:
        """For each key the row that had it first, or None."""
        find = "SELECT row FROM seen WHERE key = ?"
        found = (self._database.execute(find, (_short(key),)).fetchone() for key in keys)
        return [None if row is None else int(row[0]) for row in found]

    def note(self, keys: Iterable[tuple[str, int]]) -> None:
        """Notes keys with their rows; the first row of a key stays."""
        self._database.executemany(
            "INSERT OR IGNORE INTO seen VALUES (?, ?)", ((_short(key), row) for key, row in keys)
        )

    def close(self) -> None:
        """Takes the temporary database away."""
        self._database.close()


def _short(key: str) -> int:
    """64 bits of the key's hash: two of five million keys meet with a chance of one in a million."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


_SOURCE = select(source.c.id).where(source.c.name == bindparam("name"))
_EVENTS = select(event).where(
    event.c.source_id == bindparam("source_id"), event.c.source_key.in_(bindparam("keys", expanding=True))
)
_STEPS = (
    select(
        event_step.c.event_id, event_step.c.step_key, event_step.c.kind, event_step.c.at, event_step.c.detail
    )
    .where(event_step.c.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(event_step.c.event_id, event_step.c.seq)
)
_PASTS = (
    select(event_past.c.event_id, event_past.c.grid_id, event_past.c.category_id)
    .where(event_past.c.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(event_past.c.event_id, event_past.c.seq.desc())
)


def _known(store: Store, name: str, keys: Sequence[str]) -> dict[str, Known]:
    """The events of a source that the store holds under the given keys, by key."""
    found: dict[str, Known] = {}
    with store.reading() as connection:
        # Read with the rows: a city pack that is loaded meanwhile gives its grids other ids.
        city = reference_within(store, connection)
        source_id = connection.execute(_SOURCE, {"name": name}).scalar_one_or_none()
        if source_id is None:
            return {}
        for start in range(0, len(keys), _LOOKUP):
            some = {"source_id": source_id, "keys": list(keys[start : start + _LOOKUP])}
            rows = {row["id"]: dict(row) for row in connection.execute(_EVENTS, some).mappings()}
            if not rows:
                continue
            steps: dict[int, dict[str, KnownStep]] = {event_id: {} for event_id in rows}
            for step in connection.execute(_STEPS, {"ids": list(rows)}):
                detail: dict[str, Any] = json.loads(step.detail) if step.detail else {}
                steps[step.event_id][step.step_key] = KnownStep(Kind(step.kind), step.at, detail)
            # The last one read is the first in time: what the event said when it was reported.
            first = {
                past.event_id: (past.grid_id, past.category_id)
                for past in connection.execute(_PASTS, {"ids": list(rows)})
            }
            for event_id, row in rows.items():
                if row["implied"]:
                    steps[event_id] = {
                        str(step.kind): KnownStep(step.kind, step.at, step.data)
                        for step in implied_steps(row)
                    }
                grid_id, category_id = first.get(event_id, (row["grid_id"], row["category_id"]))
                found[row["source_key"]] = Known(
                    row=row,
                    steps=steps[event_id],
                    grid=city.tree.by_id(row["grid_id"]).code,
                    category=city.category_by_id[row["category_id"]].code,
                    channel=city.channel_by_id[row["channel_id"]].code,
                    first_grid=city.tree.by_id(grid_id).code,
                    first_category=city.category_by_id[category_id].code,
                )
    return found

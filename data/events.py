"""The only doors by which events enter the store: `write` for live operations, `bulk_add` for whole histories.

`write` takes a batch in one transaction: a refused operation changes nothing and the others stand; what was said
before, by the same source, event and step, is unchanged. The event rows, their steps, what they overwrote and the
counters change together or not at all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Literal, TypeAlias

import psycopg
from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from data import bulk, counters, searching
from data.clocks import Instant, iso
from data.lifecycle import (
    Kind,
    Refused,
    Report,
    Row,
    Rules,
    Step,
    advance,
    begin,
    check,
    implied_steps,
    overwrites,
)
from data.measures import FACT_COLUMNS, KEY_COLUMNS
from data.reference import Reference, reference_within
from data.schema import event, event_past, event_step, source, store_state
from data.store import State, Store, driver_rows, raise_version, state

Operation: TypeAlias = Report | Step

_ATTEMPTS_BESIDE_OTHERS = 3
"""How often a batch is tried beside other writers, when one of them made the same event first or a deadlock chose it as
its victim; then it is tried with the others kept out, where nothing can be in its way."""

_BULK_CHUNK = 20_000
"""Events written by one transaction of a bulk load."""

_IN_CHUNK = 500
"""Values named by one IN list."""

_COLUMNS = tuple(column.name for column in event.columns)
_STEP_COLUMNS = tuple(column.name for column in event_step.columns)
_PAST_COLUMNS = tuple(column.name for column in event_past.columns)


@dataclass(frozen=True)
class Outcome:
    """What became of one operation; `reason` is a plain sentence where it was refused."""

    status: Literal["added", "applied", "unchanged", "refused"]
    reason: str | None = None
    event_id: int | None = None


@dataclass
class _Draft:
    """An event while a batch is applied to it."""

    source_id: int
    key: str
    before: Row | None
    row: Row | None
    known: dict[str, tuple[Kind, Instant]]
    steps: list[dict[str, Any]] = field(default_factory=list)
    pasts: list[dict[str, Any]] = field(default_factory=list)
    touched: list[int] = field(default_factory=list)

    def apply(self, rules: Rules, operation: Operation, now: Instant) -> Outcome:
        """Applies one operation to the draft. Raises Refused and leaves the draft as it was."""
        kind = Kind.REPORT if isinstance(operation, Report) else operation.kind
        told = self.known.get(operation.step_key)
        if told is not None:
            if told != (kind, operation.at):
                raise Refused(
                    f"step {operation.step_key!r} is known as {told[0]} at {iso(told[1])}; "
                    f"it cannot become {kind} at {iso(operation.at)}"
                )
            return Outcome("unchanged")
        if operation.at > now:
            raise Refused(f"the {kind} at {iso(operation.at)} lies in the future (now is {iso(now)})")
        if isinstance(operation, Report):
            if self.row is not None:
                raise Refused(
                    f"event {self.key!r} was reported before, at {iso(self.row['reported_at'])}: "
                    "one event has one report"
                )
            after = begin(rules, operation) | {"source_id": self.source_id, "source_key": self.key}
        else:
            if self.row is None:
                raise Refused(f"event {self.key!r} is not known: report it first")
            after = advance(rules, self.row, operation, {known for known, _ in self.known.values()})
            if overwrites(self.row, after):
                self._keep_past(self.row, after, operation.at)
        if self.row is not None and self.row["implied"]:
            self.steps += _written_out(self.row)
            after["implied"] = 0
        self.steps.append(_step_row(self.row, after, operation, kind, now))
        self.known[operation.step_key] = (kind, operation.at)
        outcome = Outcome("added" if self.row is None else "applied")
        self.row = after
        return outcome

    def _keep_past(self, row: Row, after: Row, at: Instant) -> None:
        self.pasts.append(
            {
                "seq": after["steps"],
                "from_at": row["reported_at"] if row["changed_at"] is None else row["changed_at"],
                "until_at": at,
                **{column: row[column] for column in (*KEY_COLUMNS, *FACT_COLUMNS)},
            }
        )
        after["changed_at"] = at


_TOLD_CHANGES = ("grid_id", "category_id", "accept_due_at", "handle_due_at", "unit")
"""Columns whose change a trace tells beside the step's own data."""


def _step_row(
    before: Row | None, after: Row, operation: Operation, kind: Kind, now: Instant
) -> dict[str, Any]:
    detail: dict[str, Any] = {} if isinstance(operation, Report) else dict(operation.data)
    if before is not None:
        changes = {
            column: [before[column], after[column]]
            for column in _TOLD_CHANGES
            if before[column] != after[column]
        }
        if changes:
            detail["changes"] = changes
    return {
        "seq": after["steps"],
        "step_key": operation.step_key,
        "kind": str(kind),
        "at": operation.at,
        "recorded_at": now,
        "actor": operation.actor or None,
        "note": operation.note or None,
        "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True) if detail else None,
    }


def _written_out(row: Row) -> list[dict[str, Any]]:
    """The implied steps as rows: from now on others stand beside them."""
    return [
        {
            "seq": step.seq,
            "step_key": str(step.kind),
            "kind": str(step.kind),
            "at": step.at,
            "recorded_at": step.at,
            "actor": None,
            "note": None,
            "detail": json.dumps(step.data, sort_keys=True) if step.data else None,
        }
        for step in implied_steps(row)
    ]


def write(store: Store, operations: Sequence[Operation], now: Instant) -> list[Outcome]:
    """Applies operations in their order, in one transaction; gives one outcome for each. When it returns they are kept.

    Raises NoCity on a store without a city.
    """

    def work(alone: bool) -> list[Outcome]:
        with store.writing(alone=alone) as connection:
            return _write_in(store, connection, operations, now)

    outcomes = _until_it_passes(work)
    added = [outcome.event_id for outcome in outcomes if outcome.status == "added" and outcome.event_id]
    if added:
        searching.extend_after(store, min(added), max(added))
    return outcomes


def _until_it_passes(work: Callable[[bool], list[Outcome]]) -> list[Outcome]:
    """Does a transaction again when another writer was in its way; `work` is told whether to keep the others out."""
    for _ in range(_ATTEMPTS_BESIDE_OTHERS):
        try:
            return work(False)
        except (DBAPIError, psycopg.Error) as error:
            if not _was_in_the_way(error):
                raise
    return work(True)


def _was_in_the_way(error: DBAPIError | psycopg.Error) -> bool:
    """Another writer made the same event or source first, or a deadlock was ended: the next try is whole again."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(error, IntegrityError | psycopg.IntegrityError) or getattr(cause, "sqlstate", None) in (
        "40P01",
        "40001",
    )


def _write_in(
    store: Store, connection: Connection, operations: Sequence[Operation], now: Instant
) -> list[Outcome]:
    now_state = state(connection)
    reference = reference_within(store, connection, now_state.reference_version)
    faults = [_fault(operation) for operation in operations]
    sound = [operation for operation, fault in zip(operations, faults, strict=True) if fault is None]
    sources = _sources(connection, {operation.source for operation in sound})
    drafts = _drafts(connection, sources, sound)
    outcomes: list[Outcome] = []
    owners: list[_Draft | None] = []
    for operation, fault in zip(operations, faults, strict=True):
        if fault is not None:
            outcomes.append(Outcome("refused", fault))
            owners.append(None)
            continue
        draft = drafts[sources[operation.source], operation.key]
        try:
            outcomes.append(draft.apply(reference.rules, operation, now))
        except Refused as refused:
            outcomes.append(Outcome("refused", str(refused)))
        owners.append(draft)
    changed = [draft for draft in drafts.values() if draft.steps]
    if changed:
        _add_sources(connection, sources, changed, now)
        _save(connection, reference, now_state, changed, now)
    return [
        Outcome(outcome.status, outcome.reason, draft.row["id"] if draft and draft.row else None)
        for outcome, draft in zip(outcomes, owners, strict=True)
    ]


def _fault(operation: Operation) -> str | None:
    try:
        check(operation)
    except Refused as refused:
        return str(refused)
    return None


def _sources(connection: Connection, names: set[str]) -> dict[str, int]:
    """Ids by name; a name that is new gets the id that it will have once something of it is kept."""
    known = {row.name: row.id for row in connection.execute(select(source.c.id, source.c.name))}
    for name in sorted(names - known.keys()):
        known[name] = max(known.values(), default=0) + 1
    return known


def _add_sources(
    connection: Connection, sources: dict[str, int], drafts: Iterable[_Draft], now: Instant
) -> None:
    """Writes the sources that are new; another writer's claim to the same id ends in an IntegrityError and a retry."""
    used = {draft.source_id for draft in drafts}
    known = {row.name: row.id for row in connection.execute(select(source.c.id, source.c.name))}
    for name, source_id in sorted(sources.items()):
        if source_id in used and known.get(name) != source_id:
            connection.execute(
                insert(source).values(id=source_id, name=name, last_reported_at=0, last_recorded_at=now)
            )


def _drafts(
    connection: Connection, sources: dict[str, int], operations: Sequence[Operation]
) -> dict[tuple[int, str], _Draft]:
    """A draft for each event of the batch; the rows of known events are locked, in the order of their ids."""
    wanted: dict[int, list[str]] = defaultdict(list)
    for operation in operations:
        wanted[sources[operation.source]].append(operation.key)
    rows: dict[int, Row] = {}
    for source_id, keys in wanted.items():
        distinct = sorted(set(keys))
        for start in range(0, len(distinct), _IN_CHUNK):
            for found in connection.execute(
                _FIND, {"source_id": source_id, "keys": distinct[start : start + _IN_CHUNK]}
            ):
                rows[found.id] = {}
    known: dict[int, dict[str, tuple[Kind, Instant]]] = defaultdict(dict)
    ids = sorted(rows)
    for start in range(0, len(ids), _IN_CHUNK):
        some = {"ids": ids[start : start + _IN_CHUNK]}
        for locked in connection.execute(_LOCK, some).mappings():
            rows[locked["id"]] = dict(locked)
        for step in connection.execute(_KNOWN_STEPS, some):
            known[step.event_id][step.step_key] = (Kind(step.kind), step.at)
    for row in rows.values():
        if row and row["implied"]:
            known[row["id"]] = {str(step.kind): (step.kind, step.at) for step in implied_steps(row)}
    drafts = {
        (row["source_id"], row["source_key"]): _Draft(
            row["source_id"], row["source_key"], row, row, known[row["id"]]
        )
        for row in rows.values()
        if row
    }
    for source_id, keys in wanted.items():
        for key in keys:
            drafts.setdefault((source_id, key), _Draft(source_id, key, None, None, {}))
    return drafts


_FIND = select(event.c.id).where(
    event.c.source_id == bindparam("source_id"), event.c.source_key.in_(bindparam("keys", expanding=True))
)
_LOCK = (
    select(event)
    .where(event.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(event.c.id)
    .with_for_update()
)
_KNOWN_STEPS = select(event_step.c.event_id, event_step.c.step_key, event_step.c.kind, event_step.c.at).where(
    event_step.c.event_id.in_(bindparam("ids", expanding=True))
)


def _save(
    connection: Connection, reference: Reference, before: State, drafts: list[_Draft], now: Instant
) -> None:
    """Writes what changed: events, steps, what was overwritten, and last the counters in the order of their keys."""
    # In one order by all, so that two writers of the same new events wait for each other and do not deadlock.
    added = sorted(
        (draft for draft in drafts if draft.before is None), key=lambda draft: (draft.source_id, draft.key)
    )
    if added:
        ids = connection.execute(
            insert(event).returning(event.c.id, sort_by_parameter_order=True),
            [draft.row for draft in added if draft.row],
        ).scalars()
        for draft, event_id in zip(added, ids, strict=True):
            assert draft.row is not None
            draft.row["id"] = event_id
    patches: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    deltas: counters.Deltas = {}
    days: set[int] = set()
    for draft in drafts:
        row = draft.row
        assert row is not None
        if draft.before is not None:
            names = tuple(name for name in _COLUMNS if row[name] != draft.before[name])
            patches[names].append({"_id": row["id"], **{name: row[name] for name in names}})
        if not before.counters_stale:
            if draft.before is not None:
                counters.add_cells(deltas, reference.lifts, draft.before, -1)
                days |= counters.touched_days(reference.lifts, draft.before)
            counters.add_cells(deltas, reference.lifts, row, +1)
            days |= counters.touched_days(reference.lifts, row)
    for names, rows in patches.items():
        connection.execute(
            update(event)
            .where(event.c.id == bindparam("_id"))
            .values({name: bindparam(name) for name in names}),
            rows,
        )
    connection.execute(insert(event_step), _with_ids(drafts, "steps"))
    pasts = _with_ids(drafts, "pasts")
    if pasts:
        connection.execute(insert(event_past), pasts)
    counters.apply(connection, deltas, days)
    _touch_sources(connection, drafts, now)
    raise_version(connection, max(step["at"] for draft in drafts for step in draft.steps))


def _with_ids(drafts: Iterable[_Draft], part: Literal["steps", "pasts"]) -> list[dict[str, Any]]:
    return [
        {"event_id": draft.row["id"], **row}
        for draft in drafts
        if draft.row is not None
        for row in getattr(draft, part)
    ]


def _touch_sources(connection: Connection, drafts: Iterable[_Draft], now: Instant) -> None:
    latest: dict[int, Instant] = {}
    for draft in drafts:
        assert draft.row is not None
        latest[draft.source_id] = max(latest.get(draft.source_id, 0), draft.row["reported_at"])
    later = func.max if connection.dialect.name == "sqlite" else func.greatest
    for source_id in sorted(latest):
        connection.execute(
            update(source)
            .where(source.c.id == source_id)
            .values(
                last_reported_at=later(source.c.last_reported_at, latest[source_id]),
                last_recorded_at=later(source.c.last_recorded_at, now),
            )
        )


def delete_events(store: Store, event_ids: Sequence[int]) -> int:
    """Erases events with their steps and what they counted for, as the law may demand; gives how many there were."""
    with store.writing() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        deltas: counters.Deltas = {}
        days: set[int] = set()
        gone = 0
        ids = sorted(set(event_ids))
        for start in range(0, len(ids), _IN_CHUNK):
            some = ids[start : start + _IN_CHUNK]
            for row in [dict(locked) for locked in connection.execute(_LOCK, {"ids": some}).mappings()]:
                counters.add_cells(deltas, reference.lifts, row, -1)
                days |= counters.touched_days(reference.lifts, row)
                gone += 1
            for table, column in (
                (event_step, event_step.c.event_id),
                (event_past, event_past.c.event_id),
                (event, event.c.id),
            ):
                connection.execute(delete(table).where(column.in_(some)))
        if not now_state.counters_stale:
            counters.apply(connection, deltas, days)
        if gone:
            raise_version(connection, now_state.latest_at)
        return gone


def bulk_add(store: Store, histories: Iterable[Sequence[Operation]], now: Instant) -> list[Outcome]:
    """Adds whole new events, each a Report followed by its Steps, and marks the counters stale; call
    `rebuilding.finish_bulk` at the end. Gives one outcome an event: "added", or "refused" with the reason, when nothing
    of it is kept. An event that the store knows already is refused.

    Chunks are committed as they fill; questions are answered from the events until the counters are built.
    """
    outcomes: list[Outcome] = []
    remaining = iter(histories)
    while chunk := list(islice(remaining, _BULK_CHUNK)):
        outcomes += _until_it_passes(partial(_bulk_add_chunk, store, chunk, now))
    return outcomes


def _bulk_add_chunk(
    store: Store, chunk: list[Sequence[Operation]], now: Instant, alone: bool
) -> list[Outcome]:
    with store.writing(alone=alone) as connection:
        return _bulk_add_in(store, connection, chunk, now)


def _bulk_add_in(
    store: Store, connection: Connection, chunk: list[Sequence[Operation]], now: Instant
) -> list[Outcome]:
    reference = reference_within(store, connection)
    firsts = [history[0] for history in chunk]
    firsts = [operation for operation in firsts if _fault(operation) is None]
    sources = _sources(connection, {operation.source for operation in firsts})
    drafts = _drafts(connection, sources, firsts)
    outcomes: list[Outcome] = []
    added: list[_Draft] = []
    for history in chunk:
        fault = next((found for operation in history if (found := _fault(operation))), None)
        if fault is not None:
            outcomes.append(Outcome("refused", fault))
            continue
        place = sources[history[0].source], history[0].key
        draft = drafts[place]
        trial = _Draft(draft.source_id, draft.key, draft.before, draft.row, dict(draft.known))
        try:
            if trial.row is not None:
                raise Refused(f"event {draft.key!r} is known already: bulk loading takes new events only")
            for operation in history:
                trial.apply(reference.rules, operation, now)
        except Refused as refused:
            outcomes.append(Outcome("refused", str(refused)))
            continue
        drafts[place] = trial
        added.append(trial)
        outcomes.append(Outcome("added"))
    if added:
        _add_sources(connection, sources, added, now)
        for draft, event_id in zip(added, new_ids(connection, len(added)), strict=True):
            assert draft.row is not None
            draft.row["id"] = event_id
        bulk.append_records(
            connection,
            event,
            _COLUMNS,
            ([draft.row[name] for name in _COLUMNS] for draft in added if draft.row),
        )
        for table, names, part in (
            (event_step, _STEP_COLUMNS, "steps"),
            (event_past, _PAST_COLUMNS, "pasts"),
        ):
            rows = _with_ids(added, part)  # type: ignore[arg-type]
            bulk.append_records(connection, table, names, ([row[name] for name in names] for row in rows))
        _touch_sources(connection, added, now)
        # Last, as in every writer: whoever holds the state row waits for nobody else.
        connection.execute(update(store_state).values(counters_stale=1))
        raise_version(connection, max(step["at"] for draft in added for step in draft.steps))
    return outcomes


def new_ids(connection: Connection, count: int) -> list[int]:
    """Ids for new events, in order and nobody else's."""
    if connection.dialect.name == "sqlite":
        used = driver_rows(connection, "SELECT seq FROM sqlite_sequence WHERE name = 'event'", ())
        highest = used[0][0] if used else 0
        return list(range(highest + 1, highest + 1 + count))
    return list(
        connection.execute(
            text("SELECT nextval(pg_get_serial_sequence('event', 'id')) FROM generate_series(1, :count)"),
            {"count": count},
        ).scalars()
    )

"""Lists of events with keyset paging, one event's trace, and how fresh each source is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from data.answers import EVENT_COLUMNS, FRESHNESS_COLUMNS, STEP_COLUMNS, Page, Question, Trace, frame_of
from data.clocks import MINUTE, Instant
from data.lifecycle import PLAIN_STAGES, Status, implied_steps, is_suspended
from data.masking import FREE_TEXTS, masked, masked_detail
from data.measures import FACT_COLUMNS
from data.queries.listing import ORDER, ListKind, PageKey, select_events
from data.queries.plan import plan
from data.queries.then import as_then
from data.reference import Reference, reference_within
from data.schema import event, event_step, source
from data.store import Store, state


class UnknownEvent(LookupError):
    """No event of this id lies in the scope; the message is a plain sentence."""


def list_events(
    store: Store,
    question: Question,
    kind: ListKind = "newest",
    limit: int = 50,
    after: str | None = None,
) -> Page:
    """A page of events of the scope and filters: EVENT_COLUMNS.

    `overdue`: open at the as-of instant with the deadline before it, the longest overdue first; `open`: open then, by
    deadline, those without one last; `newest` and `all`: reported in the period, newest first (`all`: oldest first).
    `after` is the `next` of the page before. Raises ValueError for an `after` that no page gave.
    """
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        if question.live:
            question = replace(question, as_of=max(question.as_of, now_state.latest_at))
        wanted = plan(reference, question)
        key = _read_key(kind, after)
        past = wanted.as_of < now_state.latest_at
        statement = select_events(reference, wanted, kind, LISTED, past=past, after=key).limit(limit + 1)
        rows = [dict(row) for row in connection.execute(statement).mappings()]
        if past:
            rows = as_then(connection, rows, wanted.as_of)
        names = source_names(connection)
    more = len(rows) > limit
    told = [listed(reference, names, row, wanted.as_of) for row in rows[:limit]]
    frame = frame_of(told, EVENT_COLUMNS)
    if not more:
        return Page(frame, None)
    last = rows[limit - 1]
    return Page(frame, f"{last[ORDER[kind]] if last[ORDER[kind]] is not None else ''}.{last['id']}")


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
)
"""The columns that `listed` reads."""


def _read_key(kind: ListKind, after: str | None) -> PageKey | None:
    if after is None:
        return None
    matched = _KEY.fullmatch(after)
    # Only the open events stand in an order in which an instant may be unknown.
    if matched is None or (not matched["at"] and kind != "open"):
        raise ValueError(f"expected the `next` of a page before, found {after!r}: begin again without it")
    return (int(matched["at"]) if matched["at"] else None), int(matched["id"])


_KEY = re.compile(r"(?P<at>[0-9]{0,18})\.(?P<id>[0-9]{1,18})")
"""What a page gives as its `next`: the instant by which its list is ordered, and the last event's id."""


def source_names(connection: Connection) -> dict[int, str]:
    """The names of the sources by id."""
    return {row.id: row.name for row in connection.execute(select(source.c.id, source.c.name))}


def status_key(row: Mapping[str, Any], as_of: Instant) -> str:
    """The key of the event's status (`status.*` in data/words/); a suspension that lasts shows as such."""
    if is_suspended(row, as_of):
        return "suspended"
    return Status(row["status"]).name.lower()


def listed(
    reference: Reference, names: Mapping[int, str], row: Mapping[str, Any], as_of: Instant
) -> dict[str, Any]:
    """What every list tells of an event (EVENT_COLUMNS), from its row; personal data are hidden."""
    category = reference.category_by_id[row["category_id"]]
    channel = reference.channel_by_id[row["channel_id"]]
    grid = reference.tree.by_id(row["grid_id"])
    due_at = row["handle_due_at"]
    ended = row["handled_at"] or row["closed_at"] or as_of
    return {
        "id": row["id"],
        "source": names[row["source_id"]],
        "key": row["source_key"],
        "title": masked(row["title"]),
        "category": category.code,
        "category_name": category.name,
        "channel": channel.code,
        "channel_name": channel.name,
        "grid": grid.code,
        "grid_name": grid.name,
        "status": status_key(row, as_of),
        "reported_at": row["reported_at"],
        "handle_due_at": due_at,
        "overdue_minutes": (ended - due_at) / MINUTE if due_at is not None and ended > due_at else None,
    }


def trace(store: Store, scope: str, event_id: int, as_of: Instant, *, unmasked: bool = False) -> Trace:
    """One event of the scope with its steps: the fields of EVENT_COLUMNS and every instant, text and count of its row.

    Personal data in its texts are hidden, unless they are asked for, which is for who may and is audited.
    Raises UnknownEvent when there is no such event in the scope: what lies beyond it does not exist for the asker.
    """
    with store.reading() as connection:
        reference = reference_within(store, connection)
        inside = reference.tree.get(scope)
        found = connection.execute(
            select(event).where(event.c.id == event_id, event.c.grid_id.between(inside.id, inside.last_id))
        ).one_or_none()
        if found is None:
            raise UnknownEvent(f"expected an event of {inside.name}, found no event {event_id} there")
        row: dict[str, Any] = dict(found._mapping)
        steps = _implied(row) if row["implied"] else _written(connection, event_id)
        names = source_names(connection)
    more = (
        *FACT_COLUMNS,
        "dispatched_at",
        "suspended_at",
        "suspended_until",
        "lon",
        "lat",
        "unit",
        "description",
        "address",
    )
    fields = listed(reference, names, row, as_of) | {name: row[name] for name in more}
    fields |= {"extensions": row["extensions"], "due_provisional": bool(row["due_provisional"])}
    told = {name: row[name] for name in FREE_TEXTS}
    hidden = {name: value and masked(value) for name, value in told.items()}
    quiet = [_masked_step(step) for step in steps]
    has_personal = hidden != told or quiet != list(steps)
    if unmasked:
        return Trace(fields | told, frame_of(steps, STEP_COLUMNS), has_personal)
    return Trace(fields | hidden, frame_of(quiet, STEP_COLUMNS), has_personal)


def _masked_step(step: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: masked(str(step[name])) for name in ("actor", "note")}
    return {**step, **texts, "detail": masked_detail(step["detail"])}


def _written(connection: Connection, event_id: int) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(*[event_step.c[name] for name in STEP_COLUMNS])
        .where(event_step.c.event_id == event_id)
        .order_by(event_step.c.seq)
    ).mappings()
    return [
        {
            **row,
            "detail": json.loads(row["detail"]) if row["detail"] else {},
            "actor": row["actor"] or "",
            "note": row["note"] or "",
        }
        for row in rows
    ]


def _implied(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "seq": step.seq,
            "kind": str(step.kind),
            "at": step.at,
            "recorded_at": step.at,
            "actor": "",
            "note": "",
            "detail": dict(step.data),
        }
        for step in implied_steps(row)
    ]


def find_event(store: Store, scope: str, key: str) -> int:
    """The id of an event of the scope by its source's own key. Raises UnknownEvent; the newest when several sources
    use the key."""
    with store.reading() as connection:
        inside = reference_within(store, connection).tree.get(scope)
        found: int | None = connection.execute(
            select(event.c.id)
            .where(event.c.source_key == key, event.c.grid_id.between(inside.id, inside.last_id))
            .order_by(event.c.reported_at.desc())
            .limit(1)
        ).scalar_one_or_none()
    if found is None:
        raise UnknownEvent(f"expected the key of an event of {inside.name}, found {key!r}")
    return found


def freshness(store: Store) -> pd.DataFrame:
    """FRESHNESS_COLUMNS, one row a source in the order of their names; empty when nothing was ever reported."""
    with store.reading() as connection:
        rows = [
            {
                "source": row.name,
                "last_reported_at": row.last_reported_at or None,
                "last_recorded_at": row.last_recorded_at,
            }
            for row in connection.execute(select(source).order_by(source.c.name))
        ]
    return frame_of(rows, FRESHNESS_COLUMNS)


def last_reports(store: Store, as_of: Instant) -> dict[str, Instant | None]:
    """The newest report of each source up to an instant, by name; None where a source had reported nothing then."""
    with store.reading() as connection:
        known = connection.execute(select(source).order_by(source.c.name)).all()
        return {
            row.name: (row.last_reported_at or None)
            if row.last_reported_at <= as_of
            else _last_report(connection, row.id, as_of)
            for row in known
        }


def _last_report(connection: Connection, source_id: int, as_of: Instant) -> Instant | None:
    """The newest report of a source that has reported since: the index of reports is read backwards from the instant
    until it is met, which for a source that is alive is soon."""
    found: Instant | None = connection.execute(
        select(event.c.reported_at)
        .where(event.c.source_id + 0 == source_id, event.c.reported_at <= as_of)
        .order_by(event.c.reported_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found

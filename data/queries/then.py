"""Events as they stood at a past instant: what overwritten ones said then, and where each one was in its life."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, literal, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from data.clocks import Instant
from data.lifecycle import PLAIN_STAGES, TRANSITIONS, Kind, Status
from data.measures import DEADLINES, FACT_COLUMNS, KEY_COLUMNS
from data.schema import event, event_past, event_step, late

_DATED = (
    "dispatched_at",
    *(name for name in FACT_COLUMNS if name.endswith("_at") and name not in DEADLINES),
)
"""Facts that had not happened yet when their instant is later."""


@dataclass(frozen=True)
class Branch:
    """Some of the events that were known at an instant: the columns that hold their keys and facts as of then, and the
    conditions that tell them. The branches of a list share no event."""

    facts: ReadOnlyColumnCollection[str, Any]
    where: tuple[ColumnElement[bool], ...]

    def select(self, names: Sequence[str]) -> Select[Any]:
        """The events' columns of these names."""
        columns = [
            (self.facts if name in (*KEY_COLUMNS, *FACT_COLUMNS) else event.c)[name].label(name)
            for name in names
        ]
        chosen = select(*columns)
        if self.facts is not event.c:
            chosen = chosen.join_from(event_past, event, event.c.id == event_past.c.event_id)
        return chosen.where(*self.where)


def known_then(as_of: Instant) -> list[Branch]:
    """Every event reported by an instant, as it stood then."""
    at = literal(as_of, BigInteger)
    return [
        Branch(event.c, (unchanged(at), event.c.reported_at <= at)),
        Branch(event_past.c, overwritten(at)),
    ]


def open_then(as_of: Instant, categories: Sequence[int], *, overdue: bool) -> list[Branch]:
    """The events that were open at an instant, or at least all that were overdue then, as they stood: open still,
    closed since, or withdrawn since. `categories` are those of the city: the index of closings begins with them."""
    at = literal(as_of, BigInteger)
    known = (unchanged(at), event.c.reported_at + 0 <= at)
    still = event.c.closed_at.is_(None) & event.c.withdrawn_at.is_(None)
    # What was overdue then and is closed now was closed late.
    found_by = late() if overdue else event.c.category_id.in_(categories)
    return [
        Branch(event.c, (*known, still)),
        Branch(event.c, (*known, event.c.closed_at > at, found_by, _not_by(event.c.withdrawn_at, at))),
        Branch(event.c, (*known, event.c.closed_at.is_(None), event.c.withdrawn_at > at)),
        Branch(
            event_past.c,
            (*overwritten(at), _not_by(event_past.c.closed_at, at), _not_by(event_past.c.withdrawn_at, at)),
        ),
    ]


def unchanged(at: ColumnElement[Instant]) -> ColumnElement[bool]:
    """SQL: an event that says the same since the instant."""
    return event.c.changed_at.is_(None) | (event.c.changed_at <= at)


def overwritten(at: ColumnElement[Instant]) -> tuple[ColumnElement[bool], ...]:
    """SQL: what was overwritten since the instant, and said before."""
    return (event_past.c.from_at <= at, event_past.c.until_at > at)


def _not_by(column: ColumnElement[Any], at: ColumnElement[Instant]) -> ColumnElement[bool]:
    return column.is_(None) | (column > at)


def as_then(
    connection: Connection, rows: Sequence[Mapping[str, Any]], as_of: Instant
) -> list[dict[str, Any]]:
    """The rows with what happened later hidden, and the status and suspension of that instant."""
    hidden = [
        {
            **row,
            **{name: None for name in _DATED if name in row and row[name] is not None and row[name] > as_of},
        }
        for row in rows
    ]
    steps = _steps(connection, [row["id"] for row in rows if not row["implied"]], as_of)
    return [
        {**row, **(_of_plain(row) if row["implied"] else _of_steps(steps.get(row["id"], ())))}
        for row in hidden
    ]


def _of_plain(row: Mapping[str, Any]) -> dict[str, Any]:
    reached = [status for name, _, status in PLAIN_STAGES if row[name] is not None]
    return {"status": max(reached), "suspended_at": None, "suspended_until": None}


def _of_steps(steps: Sequence[tuple[Kind, Instant, Mapping[str, Any]]]) -> dict[str, Any]:
    """Where the steps up to an instant lead."""
    found: dict[str, Any] = {"status": Status.REPORTED, "suspended_at": None, "suspended_until": None}
    for kind, at, detail in steps:
        found["status"] = TRANSITIONS.get(kind, {}).get(found["status"], found["status"])
        if kind is Kind.SUSPEND:
            found |= {"suspended_at": at, "suspended_until": detail["until"]}
        elif kind is Kind.RESUME:
            found["suspended_until"] = at
    return found


def _steps(
    connection: Connection, ids: Sequence[int], as_of: Instant
) -> dict[int, list[tuple[Kind, Instant, Mapping[str, Any]]]]:
    found: dict[int, list[tuple[Kind, Instant, Mapping[str, Any]]]] = {}
    for start in range(0, len(ids), _IN_CHUNK):
        some = ids[start : start + _IN_CHUNK]
        for row in connection.execute(
            select(event_step.c.event_id, event_step.c.kind, event_step.c.at, event_step.c.detail)
            .where(event_step.c.event_id.in_(some), event_step.c.at <= as_of)
            .order_by(event_step.c.event_id, event_step.c.seq)
        ):
            told = (Kind(row.kind), row.at, json.loads(row.detail) if row.detail else {})
            found.setdefault(row.event_id, []).append(told)
    return found


_IN_CHUNK = 500
"""Events named by one IN list."""

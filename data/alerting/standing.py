"""The hot warnings that stand, with names in place of codes: what a wall or a page shows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from data.alerting.keeping import Alert, AlertKind, State, alerts
from data.clocks import DAY, Instant
from data.reference import reference
from data.store import Store

HOT: Final[tuple[AlertKind, ...]] = ("sudden", "common", "concentrated", "duplicates", "frequent", "ahead")
"""What everybody may see who sees the scope. What is to be checked once more is not for a wall: it would accuse."""

_MOST: Final = 1000


@dataclass(frozen=True)
class Hot:
    """A hot warning: how many were observed over how many days, and how many expected (None where nothing was)."""

    id: int
    kind: AlertKind
    category: str
    grid: str
    state: State
    assigned_to: str
    since_at: Instant
    opened_at: Instant
    days: int
    observed: int
    expected: float | None


def standing(store: Store, scope: str, limit: int) -> tuple[int, tuple[Hot, ...]]:
    """How many hot warnings stand in a scope, and the latest of them. Raises UnknownGrid."""
    known = reference(store)
    found = alerts(store, scope, kinds=HOT, limit=_MOST)
    categories = known.categories
    return len(found), tuple(
        Hot(
            each.id,
            each.kind,
            categories[each.category].name if each.category in categories else each.category,
            known.tree.get(each.grid).name,
            each.state,
            each.assigned_to,
            each.since_at,
            each.opened_at,
            _days(each),
            each.observed,
            each.expected,
        )
        for each in found[:limit]
    )


def _days(alert: Alert) -> int:
    told = alert.body.get("days")
    return int(told) if told is not None else max(1, (alert.seen_at - alert.since_at + DAY - 1) // DAY)

"""What is counted: every measure, defined once and evaluated three ways.

A measure counts the events whose milestone (one instant of the event row) falls into a period and whose condition
holds. The conditions are written over a `Facts` object, so the same line of code runs on a single row (live
counters), on numpy arrays (rebuild) and on SQL columns (questions answered from the events). No measure reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

SATISFIED_FROM = 3
"""The lowest rating that counts as satisfied: 3 is 基本满意 (the hotline's five levels, GB/T 39734-2020)."""

FACT_COLUMNS = (
    "reported_at",
    "accepted_at",
    "handled_at",
    "closed_at",
    "rated_at",
    "accept_due_at",
    "handle_due_at",
    "exempted_at",
    "withdrawn_at",
    "reworked_at",
    "rating",
    "solved",
)
"""The columns of an event that measures may read: nothing else of an event can change a counter."""

KEY_COLUMNS = ("grid_id", "category_id", "channel_id")
"""The columns of an event that say which counter a measure falls into."""

MILESTONES = ("reported_at", "accepted_at", "accept_due_at", "handle_due_at", "closed_at", "rated_at")
"""The instants by which measures are counted, in the order of an event's life."""

DEADLINES = ("accept_due_at", "handle_due_at")
"""The milestones that may lie in the future: a question cuts them at its as-of instant."""


class Facts(Protocol):
    """One event's columns, or many events' columns at once; an unknown instant never compares as true."""

    def get(self, column: str) -> Any:
        """The column's value, array or SQL expression."""

    def known(self, column: str) -> Any:
        """True where the column is not null."""

    def unknown(self, column: str) -> Any:
        """True where the column is null."""


@dataclass(frozen=True)
class Measure:
    """A counter: how many events have the milestone `at` in the period and fulfil `when`."""

    name: str
    at: str
    when: Callable[[Facts], Any]


def _counted(facts: Facts) -> Any:
    return facts.unknown("withdrawn_at")


def _judged(facts: Facts) -> Any:
    """Counted by its handling deadline: it has one, and no approved appeal exempts it."""
    return _counted(facts) & facts.known("handle_due_at") & facts.unknown("exempted_at")


def _on_time(facts: Facts) -> Any:
    """Exactly at the deadline is on time."""
    return _judged(facts) & (facts.get("handled_at") <= facts.get("handle_due_at"))


def _closed(facts: Facts) -> Any:
    return _counted(facts) & facts.known("closed_at")


MEASURES: tuple[Measure, ...] = (
    Measure("received", "reported_at", _counted),
    Measure("received_closed", "reported_at", _closed),
    Measure("received_closed_judged", "reported_at", lambda f: _closed(f) & _judged(f)),
    Measure("received_closed_on_time", "reported_at", lambda f: _closed(f) & _on_time(f)),
    Measure("accepted", "accepted_at", _counted),
    Measure("accept_due", "accept_due_at", _counted),
    Measure(
        "accept_on_time",
        "accept_due_at",
        lambda f: _counted(f) & (f.get("accepted_at") <= f.get("accept_due_at")),
    ),
    Measure("handle_due", "handle_due_at", _judged),
    Measure("handle_on_time", "handle_due_at", _on_time),
    Measure("closed", "closed_at", _counted),
    Measure("closed_judged", "closed_at", _judged),
    Measure("closed_on_time", "closed_at", _on_time),
    Measure("closed_rated", "closed_at", lambda f: _counted(f) & f.known("rated_at")),
    Measure("closed_reworked", "closed_at", lambda f: _counted(f) & f.known("reworked_at")),
    Measure(
        "closed_false",
        "closed_at",
        lambda f: _counted(f) & (f.get("rating") < SATISFIED_FROM) & (f.get("solved") == 0),
    ),
    Measure("rated", "rated_at", _counted),
    Measure("satisfied", "rated_at", lambda f: _counted(f) & (f.get("rating") >= SATISFIED_FROM)),
)

MEASURE_NAMES: tuple[str, ...] = tuple(measure.name for measure in MEASURES)

BY_MILESTONE: dict[str, tuple[Measure, ...]] = {
    milestone: tuple(measure for measure in MEASURES if measure.at == milestone) for milestone in MILESTONES
}

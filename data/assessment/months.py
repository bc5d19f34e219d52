"""The months that are assessed: what a month is, and the instant as of which it is."""

from __future__ import annotations

from dataclasses import dataclass

from data import bulletinplan
from data.bulletinplan import due_at, parse_period, period_text, told
from data.clocks import Instant, date_of
from data.editions import plan
from data.periods import Period
from data.reference import Reference


@dataclass(frozen=True)
class AssessedMonth:
    """A month, and the instant as of which it is assessed: that of its bulletin, so that both say the same."""

    text: str
    period: Period
    as_of: Instant


def month(city: Reference, text: str) -> AssessedMonth:
    """A month such as "2026-10", once it will be over. Raises ValueError for another text."""
    due = due_at(plan(city), "month", text, city.clock, city.calendar)
    period = told("month", text, city.clock)
    return AssessedMonth(text, period, period.end if due is None else due)


def month_text(city: Reference, at: Instant) -> str:
    """The month of an instant."""
    return period_text("month", date_of(city.clock.day_number(at)))


def month_before(text: str) -> str:
    """The month before another. Raises ValueError."""
    return period_text("month", bulletinplan.month_before(parse_period("month", text)))


def months_between(first: str, last: str) -> tuple[str, ...]:
    """The months from one to another, both included, the earliest first; none where the last lies before."""
    made = []
    while last >= first:
        made.append(last)
        last = month_before(last)
    return tuple(reversed(made))

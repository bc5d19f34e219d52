"""When the city was looked at: what stands out nowhere is known only of what somebody has looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from data.alerting.tables import alert_look
from data.clocks import HOUR, MINUTE, Instant, ZoneClock
from data.store import Store

NIGHT_FROM: Final = 3 * HOUR
"""The full look begins after this local time, when the day before is complete and nobody waits."""

PATIENCE: Final = 90 * MINUTE
"""A look that should be made each hour is overdue after this, and so is the night's after its hour: one was missed."""

LookState = Literal["never", "late", "night_late", "fresh"]
"""Nobody has looked; the hourly look is overdue; only the night's is, or was never made; none is."""


@dataclass(frozen=True)
class Looks:
    """When the city was looked at last: at all, and in full as each night; None where nobody has."""

    at: Instant | None = None
    full_at: Instant | None = None

    def state(self, clock: ZoneClock, now: Instant) -> LookState:
        """How they stand at an instant."""
        if self.at is None:
            return "never"
        if now - self.at > PATIENCE:
            return "late"
        owed_at = night_start(clock, now - PATIENCE)
        return "night_late" if self.full_at is None or self.full_at < owed_at else "fresh"


def night_start(clock: ZoneClock, now: Instant) -> Instant:
    """The hour of the last night from which on a full look is owed."""
    return clock.day_start(clock.day_number(now - NIGHT_FROM)) + NIGHT_FROM


def note_look(connection: Connection, at: Instant, is_full: bool) -> None:
    """Writes down that the city was looked at; who looks twice at one instant did so once."""
    inserting: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(inserting(alert_look).values(at=at, is_full=is_full).on_conflict_do_nothing())


def last_looks(store: Store, now: Instant) -> Looks:
    """When the city of a store was looked at last, as of an instant; whatever the store's scope, for it is looked at as
    a whole."""
    known = alert_look.c.at <= now
    with store.whole.reading() as connection:
        at = connection.execute(select(func.max(alert_look.c.at)).where(known)).scalar_one()
        full = select(func.max(alert_look.c.at)).where(known, alert_look.c.is_full)
        return Looks(at, connection.execute(full).scalar_one())


def looked_between(connection: Connection, start_at: Instant, as_of: Instant) -> bool:
    """Whether anybody looked from one instant to another, both included."""
    query = select(alert_look.c.at).where(alert_look.c.at.between(start_at, as_of)).limit(1)
    return connection.execute(query).first() is not None

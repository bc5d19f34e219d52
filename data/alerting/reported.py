"""Hot matters as a bulletin reports them: as they stood at its instant, from what nothing changes afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from data.alerting.keeping import AlertKind
from data.alerting.looks import looked_between
from data.alerting.standing import HOT
from data.alerting.tables import alert, alert_step
from data.clocks import Instant
from data.reference import Reference, reference
from data.store import Store

_STATES: Final = {
    "opened": "open",
    "acknowledged": "acknowledged",
    "assigned": "assigned",
    "closed": "closed",
    "faded": "faded",
}


@dataclass(frozen=True)
class Matter:
    """A hot matter: what was observed and expected when its warning was opened (None where that is not known), and its
    state at an instant: open, acknowledged, assigned, closed or faded."""

    kind: AlertKind
    category: str
    grid: str
    grid_name: str
    since_at: Instant
    opened_at: Instant
    observed: int | None
    expected: float | None
    state: str

    @property
    def stands(self) -> bool:
        """Whether it was neither closed nor over."""
        return self.state not in ("closed", "faded")


@dataclass(frozen=True)
class Reported:
    """The hot matters of a scope; `watched` is False where nobody looked in the period, so that none says nothing."""

    watched: bool
    matters: tuple[Matter, ...]


def reported(store: Store, start_at: Instant, as_of: Instant) -> Reported:
    """The hot matters within a store's scope that were opened from `start_at` to `as_of`, or stood at `as_of`; the
    largest excess first within each kind, in the order of the kinds."""
    known = reference(store)
    names = {grid.code: grid.name for grid in known.tree}
    with store.reading() as connection:
        watched = looked_between(connection, start_at, as_of)
        rows = connection.execute(
            select(alert)
            .where(alert.c.kind.in_(HOT), alert.c.opened_at <= as_of)
            .order_by(alert.c.opened_at.desc(), alert.c.id)
        ).all()
        states = _states(connection, as_of)
    found = [
        Matter(
            row.kind,
            _category(known, row.category),
            row.grid,
            names[row.grid],
            row.since_at,
            row.opened_at,
            row.first_observed,
            row.first_expected,
            states.get(row.id, "open"),
        )
        for row in rows
        if row.grid in names
    ]
    wanted = [one for one in found if one.stands or one.opened_at >= start_at]
    return Reported(watched, tuple(sorted(wanted, key=_order)))


def _order(one: Matter) -> tuple[int, float]:
    return HOT.index(one.kind), (one.expected or 0.0) - (one.observed or 0)


def _category(known: Reference, code: str) -> str:
    return known.categories[code].name if code in known.categories else code


def _states(connection: Connection, as_of: Instant) -> dict[int, str]:
    """By warning: where its steps led to by an instant."""
    rows = connection.execute(
        select(alert_step.c.alert_id, alert_step.c.what)
        .where(alert_step.c.at <= as_of, alert_step.c.what.in_(list(_STATES)))
        .order_by(alert_step.c.alert_id, alert_step.c.seq)
    )
    return {row.alert_id: _STATES[row.what] for row in rows}

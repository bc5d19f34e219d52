"""To whom issued bulletins go: owed when an edition is issued, sent at most once, and known for what became of it.

A delivery is marked as being sent before anything leaves the house. Whoever dies over it leaves it unknown: it may have
arrived, so it is never sent again by itself; a person who has asked the recipient may say so with `retry`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

from sqlalchemy import Connection, Table, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from data.bulletinplan import BulletinKind, BulletinPlan, Way
from data.clocks import HOUR, MINUTE, Instant
from data.editiontables import delivery, edition
from data.reference import reference
from data.schema import grid
from data.store import Store

DeliveryState = Literal["owed", "sending", "sent", "failed", "unknown"]
DELIVERY_STATES: Final[tuple[DeliveryState, ...]] = get_args(DeliveryState)
"""owed: it waits, perhaps for another try; failed: it was given up; unknown: whoever sent it died over it."""

LEASE: Final = 5 * MINUTE
"""How long a sending may take."""

FIRST_WAIT, LONGEST_WAIT = 1 * MINUTE, 6 * HOUR
MOST_ATTEMPTS: Final = 12
"""With waits that double from a minute to six hours: about two days."""

_FAULT_LENGTH = 500


@dataclass(frozen=True)
class Delivery:
    """One bulletin on its way to one recipient. `name` is what the city calls them; `address` is an e-mail address, or
    the name of a hook: for the sender alone, never for a log. `fault` is why it did not go, in a sentence."""

    id: int
    edition_id: int
    name: str
    way: Way
    address: str
    state: DeliveryState
    fence: int
    attempts: int
    again_at: Instant | None
    fault: str
    owed_at: Instant
    sent_at: Instant | None


_COLUMNS: Final = tuple(delivery.c[name] for name in Delivery.__dataclass_fields__)


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any], key: Sequence[str]) -> bool:
    """Puts a row in unless its key is there already; whether it did."""
    made: Any = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    statement = made(table).values(**values).on_conflict_do_nothing(index_elements=list(key))
    return connection.execute(statement.returning(table.c[key[0]])).first() is not None


def owe(
    connection: Connection, edition_id: int, kind: BulletinKind, scope: str, plan: BulletinPlan, now: Instant
) -> None:
    """Owes an edition to everybody who is to get it, in the transaction that issues it."""
    for one in plan.recipients:
        if kind in one.kinds and scope in one.scopes:
            values = {
                **{"edition_id": edition_id, "name": one.name, "way": one.by, "address": one.to},
                **{"state": "owed", "fence": 0, "attempts": 0, "again_at": now, "fault": "", "owed_at": now},
            }
            insert_new(connection, delivery, values, ("edition_id", "way", "address"))


def owed_deliveries(store: Store, now: Instant, limit: int = 50) -> list[Delivery]:
    """Deliveries whose time has come, the longest owed first."""
    query = (
        select(*_COLUMNS)
        .where(delivery.c.again_at <= now, delivery.c.state == "owed")
        .order_by(delivery.c.owed_at, delivery.c.id)
        .limit(limit)
    )
    with store.whole.reading() as connection:
        return [_delivery(row) for row in connection.execute(query).mappings()]


def claim_delivery(store: Store, number: int, now: Instant) -> Delivery | None:
    """Marks a delivery as being sent, before it is; None where somebody else was faster."""
    with store.whole.keeping() as connection:
        changed = connection.execute(
            update(delivery)
            .where(delivery.c.id == number, delivery.c.state == "owed", delivery.c.again_at <= now)
            .values(
                state="sending",
                fence=delivery.c.fence + 1,
                attempts=delivery.c.attempts + 1,
                again_at=now + LEASE,
            )
        )
        if not changed.rowcount:
            return None
        row = connection.execute(select(*_COLUMNS).where(delivery.c.id == number)).mappings().one()
        return _delivery(row)


def record_sent(store: Store, held: Delivery, now: Instant) -> bool:
    """The recipient's server has taken it. Holds even for one that was given up as unknown meanwhile; False where it
    was claimed anew since."""
    values = {"state": "sent", "sent_at": now, "again_at": None, "fault": ""}
    return _change(store, held, ("sending", "unknown"), values)


def record_failed(store: Store, held: Delivery, fault: str, now: Instant, *, again: bool = True) -> bool:
    """It certainly did not go; `fault` says why in a sentence without a secret. It is tried again after a while, unless
    `again` is False or it was tried often enough. What may have gone is not for here: let the claim run out."""
    if again and held.attempts < MOST_ATTEMPTS:
        wait = min(FIRST_WAIT * 2 ** max(held.attempts - 1, 0), LONGEST_WAIT)
        values = {"state": "owed", "again_at": now + wait}
    else:
        values = {"state": "failed", "again_at": None}
    return _change(store, held, ("sending",), values | {"fault": fault[:_FAULT_LENGTH]})


def record_unknown(store: Store, held: Delivery, fault: str, now: Instant) -> bool:
    """Nobody can say whether it went, as when the line broke after the last word."""
    values = {"state": "unknown", "again_at": None, "fault": fault[:_FAULT_LENGTH]}
    return _change(store, held, ("sending",), values)


def lapse(store: Store, now: Instant, fault: str) -> int:
    """Marks as unknown what somebody was sending who has not been heard of since; how many there were."""
    with store.whole.keeping() as connection:
        changed = connection.execute(
            update(delivery)
            .where(delivery.c.state == "sending", delivery.c.again_at <= now)
            .values(state="unknown", again_at=None, fault=fault[:_FAULT_LENGTH])
        )
        return int(changed.rowcount)


def retry(store: Store, number: int, now: Instant) -> bool:
    """Owes a delivery again that was given up or is unknown, or ends its wait; False for one of another state, and for
    one beyond the store's scope."""
    if not any(one.id == number for one in deliveries(store, ids=(number,))):
        return False
    waits = and_(delivery.c.state == "owed", delivery.c.attempts > 0)
    with store.whole.keeping() as connection:
        changed = connection.execute(
            update(delivery)
            .where(delivery.c.id == number, delivery.c.state.in_(("failed", "unknown")) | waits)
            .values(state="owed", attempts=0, again_at=now)
        )
        return bool(changed.rowcount)


def deliveries(
    store: Store,
    *,
    edition_id: int | None = None,
    states: Collection[DeliveryState] = (),
    ids: Collection[int] = (),
    limit: int = 200,
) -> list[Delivery]:
    """Deliveries of editions of the store's scope, the newest first; empty `states` and `ids` are all."""
    query = select(*_COLUMNS).order_by(delivery.c.owed_at.desc(), delivery.c.id.desc()).limit(limit)
    if edition_id is not None:
        query = query.where(delivery.c.edition_id == edition_id)
    if states:
        query = query.where(delivery.c.state.in_(sorted(states)))
    if ids:
        query = query.where(delivery.c.id.in_(sorted(ids)))
    if store.scope is not None:
        root = reference(store).tree.root
        codes = select(grid.c.code).where(grid.c.id.between(root.id, root.last_id))
        query = query.where(delivery.c.edition_id.in_(select(edition.c.id).where(edition.c.scope.in_(codes))))
    with store.reading() as connection:
        return [_delivery(row) for row in connection.execute(query).mappings()]


def delivery_counts(store: Store) -> Mapping[DeliveryState, int]:
    """How many deliveries there are of each state, in the whole city."""
    with store.whole.reading() as connection:
        rows = connection.execute(select(delivery.c.state, func.count()).group_by(delivery.c.state))
        found = {str(state): int(count) for state, count in rows}
    return {state: found.get(state, 0) for state in DELIVERY_STATES}


def _change(store: Store, held: Delivery, states: Collection[str], values: Mapping[str, Any]) -> bool:
    with store.whole.keeping() as connection:
        changed = connection.execute(
            update(delivery)
            .where(
                delivery.c.id == held.id,
                delivery.c.fence == held.fence,
                delivery.c.state.in_(sorted(states)),
            )
            .values(**values)
        )
        return bool(changed.rowcount)


def _delivery(row: Mapping[Any, Any]) -> Delivery:
    return Delivery(**{**row, "way": cast(Way, row["way"]), "state": cast(DeliveryState, row["state"])})

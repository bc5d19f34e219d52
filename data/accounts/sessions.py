"""Sessions: the browser holds an id that says nothing, the store the id's hash and whose it is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from data.accounts.account import Account, account_of
from data.accounttables import account, session
from data.clocks import MINUTE, Instant
from data.store import Store

Stage = Literal["full", "change", "second"]
"""`full` is signed in; `change` must choose a password first, `second` must give the second factor first."""

MOST_SESSIONS: Final = 20
"""Of one account at once; the longest unused gives way."""

UNFINISHED: Final = 15 * MINUTE
"""How long a session may wait for a password or a second factor."""

_ID_BYTES: Final = 32
_SHOWN: Final = 12


@dataclass(frozen=True)
class Session:
    """A session of an account; `id_hash` is its name in the store and in the audit, which opens nothing."""

    id_hash: str
    account_id: int
    stage: Stage
    created_at: Instant
    seen_at: Instant
    expires_at: Instant
    address: str
    agent: str

    @property
    def short(self) -> str:
        """The beginning of its name, enough to tell it from others."""
        return self.id_hash[:_SHOWN]


def expired(found: Session, now: Instant, idle: Instant) -> bool:
    """Whether a session is over: at its end, or after `idle` without a request. Once over it is over for ever, for a
    session that was found so is ended."""
    return now >= found.expires_at or now - found.seen_at >= idle


def hash_of(session_id: str) -> str:
    """The name of a session in the store. Ids are random, so a plain hash gives nothing to guess at."""
    return sha256(session_id.encode()).hexdigest()


def begin(
    store: Store,
    account_id: int,
    stage: Stage,
    now: Instant,
    lasts: Instant,
    address: str,
    agent: str,
    *,
    instead_of: str | None = None,
) -> str:
    """Begins a session and gives its id, always a new one; `instead_of` ends the one that it continues.

    Sessions that are over are cleared away by the way.
    """
    fresh = secrets.token_urlsafe(_ID_BYTES)
    ends = now + (lasts if stage == "full" else min(lasts, UNFINISHED))
    with store.keeping() as connection:
        _clear(connection, account_id, now)
        if instead_of is not None:
            connection.execute(delete(session).where(session.c.id_hash == instead_of))
        connection.execute(
            insert(session).values(
                id_hash=hash_of(fresh),
                account_id=account_id,
                stage=stage,
                created_at=now,
                seen_at=now,
                expires_at=ends,
                address=address[:64],
                agent=agent[:200],
            )
        )
    return fresh


def look(store: Store, session_id: str) -> tuple[Session, Account] | None:
    """The session of an id, over or not, and its account, if that may come in."""
    asked = (
        select(session, account)
        .join(account, account.c.id == session.c.account_id)
        .where(session.c.id_hash == hash_of(session_id), account.c.disabled_at.is_(None))
    )
    with store.reading() as connection:
        row = connection.execute(asked).one_or_none()
    if row is None:
        return None
    width = len(session.c)
    return Session(*row[:width]), account_of(row[width:])


def touch(store: Store, seen: Mapping[str, Instant]) -> None:
    """Notes when sessions were last seen; never an earlier instant than is known."""
    if not seen:
        return
    statement = (
        update(session)
        .where(session.c.id_hash == bindparam("which"), session.c.seen_at < bindparam("at"))
        .values(seen_at=bindparam("at"))
    )
    with store.keeping() as connection:
        connection.execute(statement, [{"which": which, "at": at} for which, at in sorted(seen.items())])


def end(store: Store, id_hash: str) -> None:
    """Ends a session."""
    with store.keeping() as connection:
        connection.execute(delete(session).where(session.c.id_hash == id_hash))


def end_all(store: Store, account_id: int) -> int:
    """Ends every session of an account and gives their number."""
    with store.keeping() as connection:
        return end_all_within(connection, account_id)


def end_all_within(connection: Connection, account_id: int) -> int:
    """The same in the caller's transaction."""
    return connection.execute(delete(session).where(session.c.account_id == account_id)).rowcount


def of_account(store: Store, account_id: int) -> Sequence[Session]:
    """The sessions of an account, the newest first."""
    asked = select(session).where(session.c.account_id == account_id).order_by(session.c.created_at.desc())
    with store.reading() as connection:
        return [Session(*row) for row in connection.execute(asked)]


def _clear(connection: Connection, account_id: int, now: Instant) -> None:
    connection.execute(delete(session).where(session.c.expires_at <= now))
    spare = (
        select(session.c.id_hash)
        .where(session.c.account_id == account_id)
        .order_by(session.c.seen_at.desc(), session.c.id_hash)
        .offset(MOST_SESSIONS - 1)
    )
    hashes = connection.execute(spare).scalars().all()
    if hashes:
        connection.execute(delete(session).where(session.c.id_hash.in_(hashes)))

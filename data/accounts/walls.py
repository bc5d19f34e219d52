"""What lets a wall in: a token for one scope, in a link that is opened once on the wall and can be revoked."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.accounts.account import AccountError
from data.accounttables import wall_token
from data.clocks import Instant
from data.reference import reference
from data.store import Store

_TOKEN_BYTES: Final = 32
_LONGEST_NAME: Final = 64


@dataclass(frozen=True)
class WallToken:
    """A wall's way in, without the token itself."""

    name: str
    scope: str
    created_at: Instant
    created_by: str
    revoked_at: Instant | None


_COLUMNS = (
    wall_token.c.name,
    wall_token.c.scope,
    wall_token.c.created_at,
    wall_token.c.created_by,
    wall_token.c.revoked_at,
)


def add(store: Store, name: str, scope: str, by: str, now: Instant) -> str:
    """Adds a wall and gives its token, which nobody can see again; a name whose token was revoked may be used again.

    Raises AccountError and UnknownGrid.
    """
    kept = name.strip()
    if not 0 < len(kept) <= _LONGEST_NAME or not kept.isprintable():
        raise AccountError(
            "wall_name", f"expected a name of 1 to 64 characters, found {name!r}: choose another"
        )
    reference(store).tree.get(scope)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    try:
        with store.keeping() as connection:
            connection.execute(
                delete(wall_token).where(wall_token.c.name == kept, wall_token.c.revoked_at.is_not(None))
            )
            connection.execute(
                insert(wall_token).values(
                    name=kept, scope=scope, token_hash=_hash(token), created_at=now, created_by=by[:64]
                )
            )
    except IntegrityError:
        raise AccountError(
            "wall_taken",
            f"expected a name that no wall has, found {kept!r} taken: choose another, or revoke that token first",
        ) from None
    return token


def listed(store: Store) -> Sequence[WallToken]:
    """Every wall's token, revoked ones too, by name."""
    with store.reading() as connection:
        return [WallToken(*row) for row in connection.execute(select(*_COLUMNS).order_by(wall_token.c.name))]


def revoke(store: Store, name: str, now: Instant) -> None:
    """Lets the wall in no more. Raises AccountError when there is no such token in force."""
    with store.keeping() as connection:
        done = connection.execute(
            update(wall_token)
            .where(wall_token.c.name == name.strip(), wall_token.c.revoked_at.is_(None))
            .values(revoked_at=now)
        )
    if done.rowcount == 0:
        raise AccountError(
            "wall_unknown",
            f"expected the name of a wall whose token is in force, found {name!r}: `wall token list` shows them",
        )


def of_token(store: Store, token: str) -> WallToken | None:
    """The wall that a token lets in."""
    asked = select(*_COLUMNS).where(
        wall_token.c.token_hash == _hash(token), wall_token.c.revoked_at.is_(None)
    )
    with store.reading() as connection:
        row = connection.execute(asked).one_or_none()
    return None if row is None else WallToken(*row)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()

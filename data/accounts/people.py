"""The accounts of people: adding, finding and changing them. Nobody is deleted, or the audit would name a stranger."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.access import PERSONAL_ROLES, Role
from data.accounts import passwords
from data.accounts.account import Account, AccountError, account_of, normal_name
from data.accounts.sessions import end_all_within
from data.accounttables import account
from data.clocks import Instant
from data.reference import reference
from data.store import Store

_NAME: Final = re.compile(r"[\w.@+-]{2,64}")


def add(
    store: Store,
    name: str,
    role: Role,
    scope: str,
    now: Instant,
    *,
    display_name: str = "",
    subject: str | None = None,
) -> str | None:
    """Adds an account and gives its one-time password, which nobody can see again; None where `subject` says that
    another house knows who it is. Raises AccountError and UnknownGrid."""
    kept = normal_name(name)
    if not _NAME.fullmatch(kept):
        raise AccountError(
            "name", f"expected a name of 2 to 64 letters, digits or . _ - + @, found {name!r}: choose another"
        )
    _check(store, role, scope)
    password = None if subject else passwords.one_time()
    try:
        with store.keeping() as connection:
            connection.execute(
                insert(account).values(
                    name=kept,
                    display_name=display_name.strip()[:128],
                    role=role,
                    scope=scope,
                    subject=subject or None,
                    password=password and passwords.hashed(password),
                    must_change=int(password is not None),
                    created_at=now,
                )
            )
    except IntegrityError:
        raise AccountError(
            "taken", f"expected a name and a subject that nobody has, found {kept!r} taken: choose another"
        ) from None
    return password


def listed(store: Store) -> Sequence[Account]:
    """Every account, by name."""
    with store.reading() as connection:
        return [account_of(row) for row in connection.execute(select(account).order_by(account.c.name))]


def found(store: Store, name: str) -> Account | None:
    """The account of a name, if there is one."""
    return _one(store, account.c.name == normal_name(name))


def of_subject(store: Store, subject: str) -> Account | None:
    """The account of somebody whom another house knows."""
    return _one(store, account.c.subject == subject)


def get(store: Store, name: str) -> Account:
    """The account of a name. Raises AccountError."""
    known = found(store, name)
    if known is None:
        raise AccountError(
            "unknown", f"expected the name of an account, found {name!r}: `user list` shows them"
        )
    return known


def any_account(store: Store) -> bool:
    """Whether anybody could sign in at all."""
    with store.reading() as connection:
        return bool(
            connection.execute(
                select(func.count()).select_from(account).where(account.c.disabled_at.is_(None))
            ).scalar_one()
        )


def reset(store: Store, name: str, *, second_factor: bool = False) -> str:
    """Gives the account a one-time password and ends its sessions; `second_factor` takes its second factor off too."""
    known = get(store, name)
    password = passwords.one_time()
    values: dict[str, Any] = {"password": passwords.hashed(password), "must_change": 1}
    if second_factor:
        values |= {"totp": None, "totp_step": None, "recovery": None}
    _change(store, known, values, end=True)
    return password


def set_password(store: Store, known: Account, password: str) -> None:
    """The owner's own new password; every session ends."""
    _change(store, known, {"password": passwords.hashed(password), "must_change": 0}, end=True)


def rehash(store: Store, known: Account, password: str) -> None:
    """The same password at today's cost; not over one that was set meanwhile."""
    fresh = passwords.hashed(password)
    with store.keeping() as connection:
        connection.execute(
            update(account)
            .where(account.c.id == known.id, account.c.password == known.password)
            .values(password=fresh)
        )


def disable(store: Store, name: str, now: Instant) -> None:
    """Lets the account in no more, and ends its sessions."""
    _change(store, get(store, name), {"disabled_at": now}, end=True)


def enable(store: Store, name: str) -> None:
    """Lets the account in again."""
    _change(store, get(store, name), {"disabled_at": None}, end=False)


def change(
    store: Store,
    name: str,
    *,
    role: Role | None = None,
    scope: str | None = None,
    display_name: str | None = None,
) -> Account:
    """Gives the account another role, scope or shown name, at once for its sessions too; gives what it is then.

    Raises AccountError and UnknownGrid.
    """
    known = get(store, name)
    _check(store, role or known.role, scope or known.scope)
    given = {"role": role, "scope": scope, "display_name": display_name}
    values = {key: value for key, value in given.items() if value is not None}
    if values:
        _change(store, known, values, end=False)
    return get(store, name)


def signed_in(store: Store, known: Account, now: Instant) -> None:
    """Notes a sign-in."""
    _change(store, known, {"signed_in_at": now}, end=False)


def _check(store: Store, role: Role, scope: str) -> None:
    if role not in PERSONAL_ROLES:
        raise AccountError("role", f"expected a role of {', '.join(PERSONAL_ROLES)}, found {role!r}")
    reference(store).tree.get(scope)


def _one(store: Store, where: Any) -> Account | None:
    with store.reading() as connection:
        row = connection.execute(select(account).where(where)).one_or_none()
    return None if row is None else account_of(row)


def _change(store: Store, known: Account, values: dict[str, Any], *, end: bool) -> None:
    with store.keeping() as connection:
        _update(connection, known, values)
        if end:
            end_all_within(connection, known.id)


def _update(connection: Connection, known: Account, values: dict[str, Any]) -> None:
    connection.execute(update(account).where(account.c.id == known.id).values(**values))

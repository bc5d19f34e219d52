"""How guessing is held up: failures by name and by address, each with a wait that grows."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, delete, func, select, text, update

from data.accounttables import sign_in_failure
from data.clocks import DAY, MINUTE, SECOND, Instant
from data.store import Store

FIRST_WAIT: Final = 30 * SECOND
LONGEST_WAIT: Final = 15 * MINUTE
FORGOTTEN_AFTER: Final = DAY
ADDRESS_FACTOR: Final = 5
"""An address may fail so many times as often as a name: a whole office may stand behind it."""


_ADDRESS = "address:"

_MAKE = text(
    f"INSERT INTO {sign_in_failure.name} (key, failures, last_at, until_at) VALUES (:key, 0, 0, 0) "
    "ON CONFLICT (key) DO NOTHING"
)


@dataclass(frozen=True)
class Failures:
    """Failures since the last success, the last one's instant, and until when no further try is looked at."""

    count: int = 0
    last_at: Instant = 0
    until_at: Instant = 0


def one_more(found: Failures, now: Instant, free: int) -> Failures:
    """What is known after one more failure; from the `free`-th on each doubles the wait.

    A clock that is set back shortens nothing.
    """
    at = max(now, found.last_at)
    count = 1 if at - found.last_at >= FORGOTTEN_AFTER else found.count + 1
    doubled = min(max(count - free, 0), 20)
    wait = 0 if count < free else min(FIRST_WAIT << doubled, LONGEST_WAIT)
    return Failures(count, at, max(found.until_at, at + wait))


def wait_seconds(found: Failures, now: Instant) -> int:
    """How many seconds remain until the next try is looked at, rounded up; 0 when it may come."""
    return max(0, -((now - found.until_at) // SECOND))


@dataclass(frozen=True)
class Key:
    """What failures are counted under, and how many are free."""

    key: str
    free: int


def keys(name: str, address: str, device: str | None, free: int) -> tuple[Key, ...]:
    """What a try counts under: the address, and the name.

    A browser that has signed in under the name before (`device`) has a count of its own, so that a stranger's guesses
    do not lock its owner out. The store learns no name that was typed, for it may be a password.
    """
    who = f"device:{device}" if device else f"name:{sha256(name.encode()).hexdigest()}"
    return (Key(f"{_ADDRESS}{_network(address)}", free * ADDRESS_FACTOR), Key(who[:80], free))


@dataclass(frozen=True)
class Hold:
    """A try that counts as failed until it has succeeded: what each key had before and has since.

    `wait` is 0, or how many seconds it has to wait; nothing was counted then.
    """

    wait: int
    taken: Mapping[str, tuple[Failures, Failures]]


def hold(store: Store, under: Iterable[Key], now: Instant) -> Hold:
    """Counts a try as failed before it is looked at, so that many at once cannot slip through."""
    ordered = sorted(under, key=lambda each: each.key)
    # Whoever has to wait takes no writer from others by trying all the same.
    if wait := _waiting(store, [each.key for each in ordered], now):
        return Hold(wait, {})
    with store.keeping() as connection:
        before = {each: _locked(connection, each.key) for each in ordered}
        wait = max(wait_seconds(failures, now) for failures in before.values())
        if wait:
            return Hold(wait, {})
        taken = {each.key: (found, one_more(found, now, each.free)) for each, found in before.items()}
        for key, (_, after) in taken.items():
            _put(connection, key, after)
    return Hold(0, taken)


def let_go(store: Store, held: Hold, *, forget: bool) -> None:
    """Takes back what `hold` counted. `forget` forgets the name's other failures too, after a full success; an address
    keeps its own, or whoever has one account could guess at others for ever."""
    with store.keeping() as connection:
        for key, (before, after) in held.taken.items():
            if forget and not key.startswith(_ADDRESS):
                connection.execute(delete(sign_in_failure).where(sign_in_failure.c.key == key))
                continue
            found = _locked(connection, key)
            fewer = Failures(max(found.count - 1, 0), found.last_at, found.until_at)
            _put(connection, key, before if found == after else fewer)


def forget(store: Store, name: str, now: Instant) -> None:
    """Lifts the wait of a name, and clears away what nobody needs any more."""
    (_, mine) = keys(name, "", None, 1)
    table = sign_in_failure
    with store.keeping() as connection:
        connection.execute(
            delete(table).where((table.c.key == mine.key) | (table.c.last_at < now - FORGOTTEN_AFTER))
        )


def _waiting(store: Store, names: list[str], now: Instant) -> int:
    table = sign_in_failure
    asked = select(func.max(table.c.until_at)).where(table.c.key.in_(names))
    with store.reading() as connection:
        until_at = connection.execute(asked).scalar_one()
    return wait_seconds(Failures(until_at=until_at or 0), now)


def _locked(connection: Connection, key: str) -> Failures:
    """The row, made where there is none, and held until the transaction ends."""
    connection.execute(_MAKE, {"key": key})
    table = sign_in_failure
    asked = select(table.c.failures, table.c.last_at, table.c.until_at).where(table.c.key == key)
    return Failures(*connection.execute(asked.with_for_update()).one())


def _put(connection: Connection, key: str, failures: Failures) -> None:
    connection.execute(
        update(sign_in_failure)
        .where(sign_in_failure.c.key == key)
        .values(failures=failures.count, last_at=failures.last_at, until_at=failures.until_at)
    )


def _network(address: str) -> str:
    """The address, or the network that one household of IPv6 has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address

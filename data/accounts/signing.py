"""Signing in: a name and a password, then a second factor where there is one; every way that fails looks the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from data.accounts import locks, passwords, people, seconds
from data.accounts.account import Account, normal_name
from data.accounts.sessions import Stage
from data.clocks import HOUR, MINUTE, Instant
from data.settings import Settings
from data.store import Store

Refusal = Literal["refused", "wait"]


@dataclass(frozen=True)
class Policy:
    """What the settings say: how long a session lasts and may rest, how many failures are free, the least length."""

    lasts: Instant
    idle: Instant
    failures: int
    password_length: int

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        """The policy of the settings."""
        return cls(
            settings.session_hours * HOUR,
            settings.idle_minutes * MINUTE,
            settings.sign_in_failures,
            settings.password_length,
        )


@dataclass(frozen=True)
class Outcome:
    """What became of a try: the account and the stage that its session begins in, or why not and how long to wait.

    `name` is that of the account that was tried, "" where nobody has it; a page never tells.
    """

    account: Account | None = None
    stage: Stage | None = None
    refusal: Refusal | None = None
    wait: int = 0
    name: str = ""


def sign_in(
    store: Store,
    policy: Policy,
    name: str,
    password: str,
    now: Instant,
    address: str,
    device: str | None = None,
) -> Outcome:
    """Tries a name and a password. `device` marks a browser that has signed in under this name before."""
    kept = normal_name(name)[:64]
    held = locks.hold(store, locks.keys(kept, address, device, policy.failures), now)
    if held.wait:
        return Outcome(refusal="wait", wait=held.wait)
    known = people.found(store, kept)
    may = known is not None and known.disabled_at is None
    right = passwords.matches(known.password if known is not None and may else None, password)
    if known is None or not right:
        return Outcome(refusal="refused", name=known.name if known else "")
    if known.password is not None and passwords.outdated(known.password):
        people.rehash(store, known, password)
    # Half a sign-in forgives no earlier failure: the second factor is guessed under the same count.
    locks.let_go(store, held, forget=known.totp is None)
    stage: Stage = "second" if known.totp else "change" if known.must_change else "full"
    return Outcome(known, stage)


def second_step(
    store: Store,
    policy: Policy,
    known: Account,
    code: str,
    seal: seconds.Seal,
    now: Instant,
    address: str,
    device: str | None = None,
) -> Outcome:
    """Tries the second factor of an account whose password was right."""
    held = locks.hold(store, locks.keys(known.name, address, device, policy.failures), now)
    if held.wait:
        return Outcome(refusal="wait", wait=held.wait)
    if known.disabled_at is not None or not seconds.take(store, known, code, seal, now):
        return Outcome(refusal="refused")
    locks.let_go(store, held, forget=True)
    return Outcome(known, "change" if known.must_change else "full")

"""An account as the store keeps it, and what is wrong when it cannot be changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.access import Role
from data.accounttables import account
from data.clocks import Instant


class AccountError(ValueError):
    """An account cannot be changed as asked; the message is a plain sentence, `key` names the fault and `value` what
    was wrong, for a page that says it in its own words."""

    def __init__(self, key: str, sentence: str, value: str = "") -> None:
        super().__init__(sentence)
        self.key = key
        self.value = value


@dataclass(frozen=True)
class Account:
    """One account. `password` is the hash of one, None where another house says who it is; `totp` is sealed."""

    id: int
    name: str
    display_name: str
    role: Role
    scope: str
    subject: str | None
    password: str | None
    must_change: bool
    totp: str | None
    totp_step: int | None
    recovery: str | None
    disabled_at: Instant | None
    created_at: Instant
    signed_in_at: Instant | None


def account_of(values: Sequence[Any]) -> Account:
    """An account from its columns' values, in the table's order."""
    named = dict(zip(account.c.keys(), values, strict=True))
    return Account(**named | {"must_change": bool(named["must_change"])})


def normal_name(name: str) -> str:
    """A name as it is kept: capitals and widths make no other account. What can be no name stays what it is."""
    return unicodedata.normalize("NFKC", name).strip().casefold()

"""Passwords: what may be one, how one is kept, and how one is tried without telling whether the name exists."""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache
from threading import BoundedSemaphore
from typing import Final, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST: Final = 128
_DIFFERENT: Final = 6
_HASHER: Final = PasswordHasher()
"""Argon2id with the library's own cost, RFC 9106's for machines with little memory: 64 MiB a try."""

_AT_ONCE: Final = BoundedSemaphore(2)
"""Tries at once: more would take the memory and the processors away from everybody else."""

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what looks alike on paper."""

_MOST_GUESSED: Final = """
    password passwort passw0rd p@ssword p@ssw0rd admin administrator root letmein welcome iloveyou monkey dragon
    sunshine princess football baseball superman batman trustno master hello freedom whatever secret default changeme
    qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc 1qaz2wsx 1q2w3e4r 1q2w3e4r5t q1w2e3r4 abcdef
    abcdefg abc123 a123456 aa123456 woaini woaini1314 5201314 nihao mima admin123 test test123 guest user huawei
    h3c dahua hikvision yiping wangge zhengzhou henan china chengshi zhihui dashuju govcloud
"""
_COMMON: Final = frozenset(_MOST_GUESSED.split())
_ROWS: Final = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")

Flaw = Literal["short", "long", "common", "plain", "name", "same"]


def normal(password: str) -> str:
    """A password as it is hashed: the same characters typed on another system are the same password."""
    return unicodedata.normalize("NFKC", password)


def flaw(password: str, name: str, least: int, old_hash: str | None = None) -> Flaw | None:
    """Why this may not be the password of `name`, or None when it may.

    `short` and `long` by its length, `common` when everybody guesses it, `plain` for few different characters or a run
    of the keyboard, `name` when it holds the account's name, `same` when it is the one before.
    """
    text = normal(password)
    folded = text.casefold()
    bare = re.sub(r"[\W\d_]+", "", folded)
    if len(text) < least:
        return "short"
    if len(text) > LONGEST:
        return "long"
    if folded in _COMMON or bare in _COMMON or _repeats(bare):
        return "common"
    if len(set(folded)) < _DIFFERENT or _runs(folded):
        return "plain"
    if len(name) > 2 and name.casefold() in folded:
        return "name"
    return "same" if old_hash is not None and matches(old_hash, password) else None


def hashed(password: str) -> str:
    """What the store keeps of a password."""
    with _AT_ONCE:
        return _HASHER.hash(normal(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether a password is the one kept. It takes as long when nothing is kept, as for a name that nobody has."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _nobodys(), normal(password)[: LONGEST + 1]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(kept: str) -> bool:
    """Whether a hash was made at another cost than today's."""
    return _HASHER.check_needs_rehash(kept)


def one_time() -> str:
    """A password for the first sign-in: 20 characters in groups, easy to read out."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_hex(16))


def _repeats(bare: str) -> bool:
    """Whether it is a common word several times over."""
    return any(
        bare and len(bare) % len(word) == 0 and bare == word * (len(bare) // len(word)) for word in _COMMON
    )


def _runs(folded: str) -> bool:
    """Whether most of it is one run along the alphabet, the digits or a row of keys."""
    rows = [row for each in _ROWS for row in (each, each[::-1])]
    longest = max(
        (
            size
            for size in range(3, len(folded) + 1)
            for row in rows
            if any(folded[at : at + size] in row for at in range(len(folded) - size + 1))
        ),
        default=0,
    )
    return longest * 2 > len(folded)

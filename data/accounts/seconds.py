"""The second factor: a code of an authenticator (TOTP), each taken once, and recovery codes for a lost telephone."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import update

from data.accounts.account import Account
from data.accounttables import account
from data.clocks import SECOND, Instant
from data.store import Store

STEP: Final = 30 * SECOND
_AROUND: Final = (0, -1, 1)
"""The steps that a code may be of: clocks of telephones are a little off."""

RECOVERY_CODES: Final = 10
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class Seal:
    """Seals the secrets of second factors, so that a copy of the database alone gives none away."""

    def __init__(self, key: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=b"yiping second factor").derive(key.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def shut(self, secret: str) -> str:
        """The secret, sealed."""
        return self._fernet.encrypt(secret.encode()).decode()

    def opened(self, sealed: str) -> str | None:
        """The secret; None where the seal is another key's: the second factor then has to be set up anew."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


def new_secret() -> str:
    """A fresh secret."""
    return pyotp.random_base32()


def address(secret: str, name: str, issuer: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, code: str, now: Instant) -> int | None:
    """The step of which the code is, if of any around now."""
    given = "".join(code.split())
    hotp = pyotp.HOTP(secret)
    for near in _AROUND:
        step = now // STEP + near
        if step >= 0 and hmac.compare_digest(hotp.at(step).encode(), given.encode()):
            return step
    return None


def enrol(
    store: Store, known: Account, secret: str, code: str, seal: Seal, now: Instant
) -> Sequence[str] | None:
    """Sets the second factor up when the code is one of the secret's; gives the recovery codes, which nobody can see
    again, or None."""
    step = step_of(secret, code, now)
    if step is None:
        return None
    codes = ["-".join(_random(5) for _ in range(2)) for _ in range(RECOVERY_CODES)]
    with store.keeping() as connection:
        connection.execute(
            update(account)
            .where(account.c.id == known.id)
            .values(
                totp=seal.shut(secret), totp_step=step, recovery=json.dumps([_hash(one) for one in codes])
            )
        )
    return codes


def take(store: Store, known: Account, code: str, seal: Seal, now: Instant) -> bool:
    """Whether a code, of the authenticator or for recovery, lets the account in; each does so once."""
    secret = seal.opened(known.totp) if known.totp else None
    step = None if secret is None else step_of(secret, code, now)
    if step is not None:
        unused = account.c.totp_step.is_(None) | (account.c.totp_step < step)
        with store.keeping() as connection:
            done = connection.execute(
                update(account)
                .where(account.c.id == known.id, account.c.totp == known.totp, unused)
                .values(totp_step=step)
            )
            return done.rowcount == 1
    return _recovered(store, known, code)


def remove(store: Store, known: Account) -> None:
    """Takes the second factor off."""
    with store.keeping() as connection:
        connection.execute(
            update(account).where(account.c.id == known.id).values(totp=None, totp_step=None, recovery=None)
        )


def left(known: Account) -> int:
    """How many recovery codes are left."""
    return len(json.loads(known.recovery or "[]"))


def _recovered(store: Store, known: Account, code: str) -> bool:
    kept: list[str] = json.loads(known.recovery or "[]")
    mine = _hash("".join(code.split()).lower())
    rest = [one for one in kept if not hmac.compare_digest(one, mine)]
    if len(rest) == len(kept):
        return False
    with store.keeping() as connection:
        # Whoever comes second with the same code finds another list.
        done = connection.execute(
            update(account)
            .where(account.c.id == known.id, account.c.recovery == known.recovery)
            .values(recovery=json.dumps(rest))
        )
        return done.rowcount == 1


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _hash(code: str) -> str:
    """Recovery codes are random, 49 bits each and tried a few times a minute, so that a plain hash does."""
    return sha256(code.replace("-", "").encode()).hexdigest()

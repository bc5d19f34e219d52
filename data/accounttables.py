"""The tables of accounts: people, their sessions, failures to sign in, and what lets walls in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Integer, SmallInteger, String, Table, Text

from data.schema import Identity, metadata

account = Table(
    "account",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("display_name", String(128), nullable=False),
    Column("role", String(16), nullable=False),
    Column("scope", String(64), nullable=False),
    Column("subject", String(255), unique=True),
    Column("password", Text),
    Column("must_change", SmallInteger, nullable=False),
    Column("totp", Text),
    Column("totp_step", BigInteger),
    Column("recovery", Text),
    Column("disabled_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("signed_in_at", BigInteger),
)
"""People who may sign in; `scope` is a grid's code. `password` is an argon2 hash, null where another house says who it
is, by `subject`; `totp` is sealed, `totp_step` the last code's that was taken, `recovery` JSON of hashes."""

session = Table(
    "session",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("account_id", BigInteger, nullable=False, index=True),
    Column("stage", String(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("address", String(64), nullable=False),
    Column("agent", String(200), nullable=False),
)
"""Who is signed in now. The browser holds the id, the store its hash alone; `stage` says what is still to be done."""

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("until_at", BigInteger, nullable=False),
)
"""Failures to sign in since the last success, by name and by address; until `until_at` none is looked at."""

wall_token = Table(
    "wall_token",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("scope", String(64), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("revoked_at", BigInteger),
)
"""What lets a wall in; the wall holds the token, the store its hash alone."""


def make(connection: Connection) -> None:
    """Makes those that are not there."""
    metadata.create_all(connection, [account, session, sign_in_failure, wall_token])

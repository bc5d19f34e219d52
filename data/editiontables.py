"""The tables of bulletins: editions with what they were made from, their numbers, and to whom they were sent.

An issued edition never changes, a number never goes, what was sent stays sent: the database itself holds it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from data.schema import Identity, metadata

edition = Table(
    "edition",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("scope", String(64), nullable=False),
    Column("period", String(10), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("approval", SmallInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("number", String(255), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("worker", String(128), nullable=False),
    Column("again_at", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("fault", Text, nullable=False),
    Column("claimed_at", BigInteger, nullable=False),
    Column("made_at", BigInteger),
    Column("title", String(255), nullable=False),
    Column("path", String(255), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("changes", Text, nullable=False),
    Column("approved_by", String(64), nullable=False),
    Column("approved_at", BigInteger),
    Column("issued_at", BigInteger),
    UniqueConstraint("kind", "scope", "period", "revision", name="uq_edition_key"),
    Index("ix_edition_again_at", "again_at"),
    Index("ix_edition_scope", "scope", "kind", "due_at"),
    Index("ix_edition_due_at", "due_at"),
)
"""One row for each edition, from its claim on. `state` is making, failed, draft, approved or issued; from `again_at` on
whoever comes may take it up (the end of a lease, or of a wait after a fault). `fence` grows with each claim: whoever
holds an older one can record nothing. `changes` is a JSON list of sentences, `path` one below the bulletins' folder."""

edition_content = Table(
    "edition_content",
    metadata,
    Column("edition_id", BigInteger, primary_key=True, autoincrement=False),
    Column("figures", LargeBinary, nullable=False),
    Column("document", LargeBinary, nullable=False),
)
"""What an edition was made from and what it says: JSON, compressed."""

edition_series = Table(
    "edition_series",
    metadata,
    Column("series", String(255), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
"""The last number that was given in each series and year."""

edition_number = Table(
    "edition_number",
    metadata,
    Column("series", String(255), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("scope", String(64), nullable=False),
    Column("period", String(10), nullable=False),
    Column("given_at", BigInteger, nullable=False),
    UniqueConstraint("kind", "scope", "period", name="uq_edition_number_key"),
)
"""Which bulletin has a number: one each, whatever its revisions."""

bulletin_start = Table(
    "bulletin_start",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("scope", String(64), primary_key=True),
    Column("since_at", BigInteger, nullable=False),
)
"""From which instant on a scope is owed bulletins of a kind; what was due before is not owed."""

delivery = Table(
    "delivery",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("edition_id", BigInteger, nullable=False),
    Column("name", String(128), nullable=False),
    Column("way", String(16), nullable=False),
    Column("address", String(255), nullable=False),
    Column("state", String(16), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("again_at", BigInteger),
    Column("fault", Text, nullable=False),
    Column("owed_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    UniqueConstraint("edition_id", "way", "address", name="uq_delivery_recipient"),
    Index("ix_delivery_again_at", "again_at"),
)
"""To whom an issued edition goes, once. `state` is owed, sending, sent, failed or unknown; `address` is an e-mail
address, or the name of a hook; from `again_at` on it may be taken up, or (while sending) has been given up."""

job_worker = Table(
    "job_worker",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("beat_at", BigInteger, nullable=False),
    Column("doing", String(255), nullable=False),
)
"""Who makes bulletins, and when each was last heard of."""

TABLES: Final = (
    *(edition, edition_content, edition_series, edition_number),
    *(bulletin_start, delivery, job_worker),
)

_ISSUED = "an issued bulletin stands as it is: make a revision (bulletin --revise)"
_ROWS_STAY = "bulletins, their numbers and deliveries are kept: rows do not go"
_KEY = "an edition keeps its key and its number, and its fence only grows"
_SENT = "what was sent stays sent"
_KEPT: Final = ("edition", "edition_content", "edition_number", "delivery")
_OF_ISSUED = "EXISTS (SELECT 1 FROM edition WHERE id = {row}.edition_id AND state = 'issued')"
_FIGURES = (
    "NEW.figures <> OLD.figures AND EXISTS (SELECT 1 FROM edition WHERE id = OLD.edition_id"
    " AND state = 'approved')"
)
_MOVED = (
    "NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.scope <> OLD.scope OR NEW.period <> OLD.period"
    " OR NEW.revision <> OLD.revision OR NEW.fence < OLD.fence OR (OLD.number <> '' AND NEW.number <> OLD.number)"
)

_RULES: Final[tuple[tuple[str, str, str, str, str], ...]] = (
    ("edition_stands", "UPDATE", "edition", "OLD.state = 'issued'", _ISSUED),
    ("edition_keeps", "UPDATE", "edition", _MOVED, _KEY),
    ("edition_content_comes", "INSERT", "edition_content", _OF_ISSUED.format(row="NEW"), _ISSUED),
    ("edition_content_stands", "UPDATE", "edition_content", _OF_ISSUED.format(row="OLD"), _ISSUED),
    ("edition_content_keeps", "UPDATE", "edition_content", _FIGURES, _KEY),
    ("edition_number_stands", "UPDATE", "edition_number", "1 = 1", _KEY),
    ("delivery_stands", "UPDATE", "delivery", "OLD.state = 'sent'", _SENT),
    *((f"{table}_stays", "DELETE", table, "1 = 1", _ROWS_STAY) for table in _KEPT),
)
"""Name, what is done, to which table, when it is refused, and the sentence."""


def guard(connection: Connection) -> None:
    """Puts the triggers before the tables, which stand already."""
    for name, what, table, when, sentence in _RULES:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {what} ON {table} WHEN {when}"
                f" BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            )
            continue
        row = "OLD" if what == "DELETE" else "NEW"
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {when} THEN RAISE EXCEPTION '{sentence}'; END IF; RETURN {row}; END $$"
        )
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
    if connection.dialect.name == "sqlite":
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION bulletins_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{_ROWS_STAY}'; END $$"
    )
    for table in _KEPT:
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER {table}_all_stay BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bulletins_stay()"
        )


def make(connection: Connection) -> None:
    """Makes those that are not there, with their triggers."""
    metadata.create_all(connection, list(TABLES))
    guard(connection)

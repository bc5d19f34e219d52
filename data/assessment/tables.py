"""The tables of the assessment. Nothing in them is ever changed: what is corrected is a new row beside the old one."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from data.schema import Identity, metadata

LONGEST_REASON = 500
"""Characters of a reason, and of a piece of evidence."""

entry = Table(
    "assessment_entry",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("month", String(7), nullable=False),
    Column("grid", String(64), nullable=False),
    Column("dimension", String(16), nullable=False),
    Column("mark_hundredths", Integer, nullable=False),
    Column("author", String(64), nullable=False),
    Column("reason", String(LONGEST_REASON), nullable=False),
    Column("evidence", String(LONGEST_REASON), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_assessment_entry_month", "month", "grid", "dimension", "at"),
)
"""A mark of 100, in hundredths, that an operator gave a grid for a month and dimension, with its reason and evidence.
The last one by `at`, then `id`, counts; those before it stay."""

frozen_month = Table(
    "assessment_month",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("as_of", BigInteger, nullable=False),
    Column("frozen_at", BigInteger, nullable=False),
    Column("version", String(64), nullable=False),
    Column("rules", Text, nullable=False),
)
"""A month whose scores are frozen: the instant as of which, and the rules (JSON) by which, it was assessed."""

frozen_score = Table(
    "assessment_score",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("grid", String(64), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("depth", Integer, nullable=False),
    Column("name", String(128), nullable=False),
    Column("peer_group", String(64), nullable=False),
    Column("score_hundredths", Integer),
    Column("is_ranked", Boolean, nullable=False),
    Column("given", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
    Column("appeal_id", BigInteger),
    Index("ix_assessment_score_grid", "grid", "month"),
)
"""A grid's score of a month, null where nothing could be judged, and what it was made from (JSON by dimension). One
with too few cases is not ranked.
Revision 1 is what was frozen; an appeal that was allowed makes the next. `by` is "" for the program."""

appeal = Table(
    "assessment_appeal",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("month", String(7), nullable=False),
    Column("grid", String(64), nullable=False),
    Column("dimension", String(16), nullable=False),
    Column("events", Text, nullable=False),
    Column("reason", String(LONGEST_REASON), nullable=False),
    Column("evidence", String(LONGEST_REASON), nullable=False),
    Column("author", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_assessment_appeal_month", "month", "grid"),
)
"""An objection to one dimension of a frozen score; `events` are the ids (JSON) of events that should not count."""

decision = Table(
    "assessment_decision",
    metadata,
    Column("appeal_id", BigInteger, primary_key=True, autoincrement=False),
    Column("allowed", Boolean, nullable=False),
    Column("correction", Text, nullable=False),
    Column("note", String(LONGEST_REASON), nullable=False),
    Column("author", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""What became of an appeal. `correction` (JSON) says which cases were taken out and which mark was set."""

TABLES = (entry, frozen_month, frozen_score, appeal, decision)

_STAY = "what the assessment has recorded stays as it is: enter or decide anew beside it"


def make(connection: Connection) -> None:
    """Makes the tables where they are missing, and the triggers that keep their rows as they are."""
    for table in TABLES:
        table.create(connection, checkfirst=True)
    for table in TABLES:
        for what in ("UPDATE", "DELETE"):
            _hold(connection, table.name, what)


def anew(connection: Connection) -> None:
    """Makes the tables anew and empty: what a demonstration has frozen goes with its events."""
    for table in reversed(TABLES):
        table.drop(connection, checkfirst=True)
    make(connection)


def _hold(connection: Connection, table: str, what: str) -> None:
    name = f"{table}_{what.lower()}_stays"
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {what} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{_STAY}'); END"
        )
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION assessment_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{_STAY}'; END $$"
    )
    connection.exec_driver_sql(
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW"
        " EXECUTE FUNCTION assessment_stays()"
    )

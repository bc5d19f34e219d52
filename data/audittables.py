"""The tables of the audit, and what keeps them append-only in the database itself.

A row can be added behind the last one and never changed. Rows go only from the beginning of the chain, below an anchor,
which holds the hash of the last row that goes; and an anchor is taken only for a row of at least 180 days.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Index, String, Table, Text

from data.schema import metadata

KEPT_DAYS: Final = 180
"""No row of fewer days can be pruned, whatever a setting says."""

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("scope", String(64), nullable=False),
    Column("session", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("result", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_at", "at"),
)
"""Who did what, when, from where, and whether it was allowed; `detail` is JSON, `hash` that of the row and the hash
before it (data/audit.py)."""

audit_anchor = Table(
    "audit_anchor",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""The last row of each pruning: its number and hash, from which the chain goes on, and when it was pruned."""

_MICROSECONDS: Final = KEPT_DAYS * 86_400 * 1_000_000
_APPEND = "the audit is append-only: a row goes in behind the last one"
_STANDS = "the audit is append-only: its rows stand as they are"
_YOUNG = f"the audit is append-only: an anchor holds the hash of a row of {KEPT_DAYS} days or more"

_SQLITE: Final = (
    f"""CREATE TRIGGER IF NOT EXISTS audit_appends BEFORE INSERT ON audit
    WHEN NEW.seq <> 1 + coalesce((SELECT max(seq) FROM audit), (SELECT max(seq) FROM audit_anchor), 0)
    BEGIN SELECT RAISE(ABORT, '{_APPEND}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_changes BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, '{_STANDS}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_goes BEFORE DELETE ON audit
    WHEN OLD.seq > coalesce((SELECT max(seq) FROM audit_anchor), 0)
    BEGIN SELECT RAISE(ABORT, '{_STANDS}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_anchor_holds BEFORE INSERT ON audit_anchor
    WHEN NOT EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq AND hash = NEW.hash
        AND at < unixepoch() * 1000000 - {_MICROSECONDS})
    BEGIN SELECT RAISE(ABORT, '{_YOUNG}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_anchor_changes BEFORE UPDATE ON audit_anchor
    BEGIN SELECT RAISE(ABORT, '{_STANDS}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_anchor_goes BEFORE DELETE ON audit_anchor
    BEGIN SELECT RAISE(ABORT, '{_STANDS}'); END""",
)

_POSTGRESQL: Final = (
    f"""CREATE OR REPLACE FUNCTION audit_appends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.seq <> 1 + coalesce((SELECT max(seq) FROM audit), (SELECT max(seq) FROM audit_anchor), 0)
        THEN RAISE EXCEPTION '{_APPEND}'; END IF;
        RETURN NEW; END $$""",
    f"""CREATE OR REPLACE FUNCTION audit_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '{_STANDS}'; END $$""",
    f"""CREATE OR REPLACE FUNCTION audit_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.seq > coalesce((SELECT max(seq) FROM audit_anchor), 0)
        THEN RAISE EXCEPTION '{_STANDS}'; END IF;
        RETURN OLD; END $$""",
    f"""CREATE OR REPLACE FUNCTION audit_anchor_holds() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq AND hash = NEW.hash
            AND at < extract(epoch FROM clock_timestamp()) * 1000000 - {_MICROSECONDS})
        THEN RAISE EXCEPTION '{_YOUNG}'; END IF;
        RETURN NEW; END $$""",
    """CREATE OR REPLACE TRIGGER audit_appends BEFORE INSERT ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_appends()""",
    """CREATE OR REPLACE TRIGGER audit_changes BEFORE UPDATE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stands()""",
    """CREATE OR REPLACE TRIGGER audit_goes BEFORE DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_goes()""",
    """CREATE OR REPLACE TRIGGER audit_anchor_holds BEFORE INSERT ON audit_anchor
    FOR EACH ROW EXECUTE FUNCTION audit_anchor_holds()""",
    """CREATE OR REPLACE TRIGGER audit_anchor_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stands()""",
)


def guard(connection: Connection) -> None:
    """Puts the triggers before the tables, which stand already."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)

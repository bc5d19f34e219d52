"""The tables of warnings: one row a matter and round, and every step that people and the program took with it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from data.schema import Identity, metadata

FIRST_SEEN = (Column("first_observed", Integer), Column("first_expected", Float))
"""What was observed and expected when a warning was opened: what bulletins print, since nothing changes it."""

alert = Table(
    "alert",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("matter", String(255), nullable=False),
    Column("round", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("grid", String(64), nullable=False),
    Column("category", String(64), nullable=False),
    Column("holder", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("since_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("observed", Integer, nullable=False),
    Column("expected", Float),
    Column("chance", Float),
    Column("share", Float),
    Column("step", Integer, nullable=False),
    Column("assigned_to", String(128), nullable=False),
    Column("closed_at", BigInteger),
    Column("body", Text, nullable=False),
    *FIRST_SEEN,
    UniqueConstraint("matter", "round", name="uq_alert_matter"),
    Index("ix_alert_state", "state", "seen_at"),
    Index("ix_alert_opened_at", "opened_at"),
)
"""`matter` is what makes it the same warning whenever it is seen; a new `round` begins after a quiet time. `grid` and
`category` are codes ("" for none), `holder` a unit. `state` is open, acknowledged, assigned or closed. `expected`,
`chance` and `share` are null where nothing was expected. `step` is how far it has been passed up: 0 the unit, 1 the
grid above it, 2 the centre. `body` is JSON: the grids, the statistics and the events that it is about."""

alert_step = Table(
    "alert_step",
    metadata,
    Column("alert_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(16), nullable=False),
    Column("note", String(500), nullable=False),
)
"""What was done with a warning, never changed: opened, passed up, acknowledged, assigned, closed or faded. `who` is ""
for the program."""


alert_look = Table(
    "alert_look",
    metadata,
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("is_full", Boolean, nullable=False),
)
"""The instants as of which the city was looked at, in full as each night or at what moves by the hour: without a look
no warning says nothing."""


def make(connection: Connection) -> None:
    """Makes the tables where they are missing."""
    for table in (alert, alert_step, alert_look):
        table.create(connection, checkfirst=True)

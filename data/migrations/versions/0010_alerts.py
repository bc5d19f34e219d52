"""Warnings that are kept, and what was done with them."""

from __future__ import annotations

from alembic import op

from data.alerting.tables import make

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Makes the tables; the first look at the city fills them."""
    make(op.get_bind())

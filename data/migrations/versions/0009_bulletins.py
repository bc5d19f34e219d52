"""Editions of bulletins, their numbers and deliveries, guarded by triggers."""

from __future__ import annotations

from alembic import op

from data.editiontables import make

revision = "0009"
down_revision = "0006"


def upgrade() -> None:
    """Makes the tables and the triggers before them; nothing is owed until bulletins are first looked for."""
    make(op.get_bind())

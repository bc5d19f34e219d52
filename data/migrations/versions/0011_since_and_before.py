"""Indexes of what came since an instant hold also what was known before it: a past far back is read from few rows."""

from __future__ import annotations

from alembic import op

from data.schema import SECONDARY_INDEXES

revision = "0011"
down_revision = "0010"

_WIDER = (
    "ix_event_changed",
    "ix_event_withdrawn",
    "ix_event_exempted",
    "ix_event_slow_closed",
    "ix_event_slow_rated",
)


def upgrade() -> None:
    """Makes the five anew, with more columns."""
    for index in SECONDARY_INDEXES:
        if index.name in _WIDER:
            index.drop(op.get_bind(), checkfirst=True)
            index.create(op.get_bind(), checkfirst=True)

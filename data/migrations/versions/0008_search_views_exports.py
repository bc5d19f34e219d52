"""The index of the search, saved views, jobs of exports, and indexes by which lists of events are filtered and sorted:
two new ones, and five that hold more columns.

The texts of the events that are there already are put into the index by `python app.py rebuild`, or by `run` before
it serves; until then a search says that it is not ready.
"""

from __future__ import annotations

from alembic import op

from data.schema import SECONDARY_INDEXES, export_job, saved_view, search_block, search_segment

revision = "0008"
down_revision = "0007"

_NEW = ("ix_event_open_status", "ix_event_rated_low")
_WIDER = ("ix_event_handle_due", "ix_event_closed", "ix_event_late", "ix_event_grid", "ix_event_open")


def upgrade() -> None:
    """Makes the tables and the indexes."""
    for table in (search_segment, search_block, saved_view, export_job):
        table.create(op.get_bind(), checkfirst=True)
    for index in SECONDARY_INDEXES:
        if index.name in _WIDER:
            index.drop(op.get_bind(), checkfirst=True)
        if index.name in (*_NEW, *_WIDER):
            index.create(op.get_bind(), checkfirst=True)

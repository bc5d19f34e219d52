"""Tasks that are issued to grids, what became of them, and who signed in for duty."""

from __future__ import annotations

from alembic import op

from data.tasks.tables import make

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Makes the tables, empty: nothing of them was recorded before."""
    make(op.get_bind())

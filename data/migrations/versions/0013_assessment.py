"""Marks, frozen scores, appeals and what became of them."""

from __future__ import annotations

from alembic import op

from data.assessment.tables import make

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Makes the tables and the triggers that keep their rows; the first look for months that are over fills them."""
    make(op.get_bind())

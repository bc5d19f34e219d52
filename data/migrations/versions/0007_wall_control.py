"""What operators have made of the walls of a scope."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    """Makes the table; every wall turns as its city says until somebody takes the remote."""
    op.create_table(
        "wall_control",
        sa.Column("scope", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_wall_control"),
        if_not_exists=True,
    )

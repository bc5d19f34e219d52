"""Organisations by grid, and the areas that are drawn over the grids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds two tables; the next `city load` fills them."""
    op.create_table(
        "grid_organisation",
        sa.Column("grid_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("grid_id", "kind", name="pk_grid_organisation"),
        if_not_exists=True,
    )
    op.create_table(
        "area",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("wkb", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_area"),
        if_not_exists=True,
    )

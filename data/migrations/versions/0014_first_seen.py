"""What was seen of a warning's matter when it was opened, which nothing changes."""

from __future__ import annotations

from alembic import op
from sqlalchemy import inspect

from data.alerting.tables import FIRST_SEEN, alert

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Adds the columns where the table was made without them; older warnings have nothing in them."""
    known = {column["name"] for column in inspect(op.get_bind()).get_columns(alert.name)}
    for column in FIRST_SEEN:
        if column.name not in known:
            op.add_column(alert.name, column.copy())

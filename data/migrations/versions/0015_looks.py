"""When the city was looked at, so that "nobody looked" is told from "looked, and found nothing"."""

from __future__ import annotations

from alembic import op
from sqlalchemy import case, func, insert, select, union_all

from data.alerting.tables import alert, alert_look, make

revision = "0015"
down_revision = "0014"

_NIGHTLY = ("frequent", "ahead", "recheck")


def upgrade() -> None:
    """Makes the table. The instants at which a warning was opened, or seen last, were looks: those are known."""
    connection = op.get_bind()
    make(connection)
    is_full = case((alert.c.kind.in_(_NIGHTLY), 1), else_=0)
    every = union_all(
        select(alert.c.opened_at.label("at"), is_full.label("is_full")),
        select(alert.c.seen_at.label("at"), is_full.label("is_full")),
    ).subquery()
    known = select(every.c.at, func.max(every.c.is_full) == 1).group_by(every.c.at)
    done = select(alert_look.c.at).where(alert_look.c.at == every.c.at)
    connection.execute(insert(alert_look).from_select(["at", "is_full"], known.where(~done.exists())))

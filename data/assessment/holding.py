"""What a city pack may no longer change: the shifts that were owed in a month whose scores stand."""

from __future__ import annotations

from sqlalchemy import Connection, select

from data.assessment.kept import duty_from
from data.assessment.tables import frozen_month
from data.bulletinplan import told
from data.clocks import ZoneClock, date_of
from data.tasks.dutyplan import DutyPlan, changed


def contradicted(connection: Connection, plan: DutyPlan, clock: ZoneClock) -> str | None:
    """A sentence where a plan of duty owes other shifts than a frozen month was assessed by; None where it does not.
    Months that were frozen before their plan was kept are not held against it."""
    rows = connection.execute(
        select(frozen_month.c.month, frozen_month.c.rules).order_by(frozen_month.c.month)
    ).all()
    for row in rows:
        kept = duty_from(row.rules)
        if kept is None:
            continue
        period = told("month", row.month, clock)
        first, last = clock.day_number(period.start), clock.day_number(period.end - 1)
        day = changed(kept, plan, first, last)
        if day is not None:
            free = clock.day_number(told("month", rows[-1].month, clock).end)
            return (
                f"expected the duty of {row.month}, whose scores are frozen, as it was, found other shifts from "
                f"{date_of(day)} on: leave the [duty] of before as it is, and write what is new below it as a further "
                f'[[duty]] with since = "{date_of(free)}" or later'
            )
    return None

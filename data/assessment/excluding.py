"""What single events add to an indicator of a month, as they stood at its instant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.assessment.arithmetic import Cases
from data.assessment.months import AssessedMonth
from data.facts import ArrayFacts
from data.grids import Grid
from data.indicators import INDICATORS
from data.measures import FACT_COLUMNS, MEASURES
from data.queries.then import known_then
from data.schema import event

_MEASURES = {one.name: one for one in MEASURES}


def counted_cases(
    connection: Connection, scope: Grid, month: AssessedMonth, indicator: str, events: Sequence[int]
) -> dict[int, Cases]:
    """By id: the cases that each of some events makes in an indicator of a scope and month; those that make none are
    left out. A rate of which less is better counts the other way round."""
    definition = INDICATORS[indicator]
    if definition.denominator is None:
        return {}
    ids, known = _facts(connection, scope, month, events)
    met, due = (_counted(known, name, month) for name in (definition.numerator, definition.denominator))
    met = due & ~met if definition.better == "down" else due & met
    return {int(number): Cases(int(met[place]), 1) for place, number in enumerate(ids) if due[place]}


def _facts(
    connection: Connection, scope: Grid, month: AssessedMonth, events: Sequence[int]
) -> tuple[list[int], ArrayFacts]:
    """The ids of those within the scope, and what was known of them at the month's instant."""
    rows = [
        row
        for branch in known_then(month.as_of)
        for row in connection.execute(
            branch.select(("id", "grid_id", *FACT_COLUMNS)).where(event.c.id.in_(list(events)))
        )
        if scope.id <= row.grid_id <= scope.last_id
    ]
    columns = {
        name: np.array([getattr(row, name) for row in rows], dtype=np.float64) for name in FACT_COLUMNS
    }
    return [row.id for row in rows], ArrayFacts(columns).as_of(month.as_of)


def _counted(known: ArrayFacts, name: str, month: AssessedMonth) -> NDArray[np.bool_]:
    measure = _MEASURES[name]
    at = known.get(measure.at)
    inside = (at >= month.period.start) & (at < month.period.end) & (at <= month.as_of)
    found: NDArray[np.bool_] = inside & np.asarray(measure.when(known), dtype=bool)
    return found

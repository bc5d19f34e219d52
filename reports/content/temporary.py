"""What a bulletin says of temporary matters, commands and duty."""

from __future__ import annotations

from data.grids import Grid
from data.tasks.states import KINDS
from reports.content.gathering import Gathering
from reports.content.moments import Moment
from reports.content.parts import DutyRow, LateTask, Query, TaskTally, Temporary


def temporary(gathering: Gathering, scope: Grid, moment: Moment) -> Temporary:
    """The tasks of a scope that were issued and due in a period, those that are late at its instant, and its duty."""
    found = gathering.tasks(moment)
    tree = gathering.city.tree
    inside = {grid.code: grid for grid in tree if scope.id <= grid.id <= scope.last_id}
    due = [one for one in found.due if one.share.grid in inside]
    late = [
        LateTask(one.kind, one.title, one.due_at, names)
        for one in found.late
        if (names := tuple(inside[code].name for code in one.grids if code in inside))
    ]
    duty = {code: pair for code, pair in found.duty.items() if code in inside}
    return Temporary(
        query=Query(scope.code, moment.period, moment.as_of, "task"),
        recorded=not found.recorded.isdisjoint(inside),
        tallies=tuple(
            TaskTally(
                kind,
                issued=sum(one.kind == kind and not one.grids.isdisjoint(inside) for one in found.issued),
                due=sum(one.kind == kind for one in due),
                on_time=sum(one.kind == kind and one.share.on_time for one in due),
            )
            for kind in KINDS
        ),
        late=tuple(late),
        on_duty=found.on_duty,
        signed=sum(pair.numerator for pair in duty.values()),
        owed=sum(pair.denominator for pair in duty.values()),
        missed=tuple(
            DutyRow(code, inside[code].name, pair.denominator - pair.numerator, pair.denominator)
            for code, pair in sorted(
                duty.items(), key=lambda one: (one[1].numerator - one[1].denominator, inside[one[0]].id)
            )
            if pair.numerator < pair.denominator
        ),
    )

"""The figures of a morning's and an evening's bulletin."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from data.clocks import MINUTE
from data.grids import Grid
from data.indicators import OVERDUE_OPEN
from reports.content import moments
from reports.content.gathering import Gathering
from reports.content.hot import hot, matters, shares
from reports.content.moments import Moment
from reports.content.parts import Daily, Overdue, OverdueItem, OverdueUnit, Query
from reports.content.temporary import temporary

HOT_DEPTH = 3
"""The grids among which hot ones are sought: the level-2 grids, or what the scope has nearest to them."""


def daily(gathering: Gathering, scope: Grid, moment: Moment, sections: tuple[str, ...], top: int) -> Daily:
    """What a daily bulletin of the scope says of a period as of an instant."""
    clock = gathering.city.clock
    now = moments.cut(clock, moment)
    then = moments.before(clock, now)
    month = moments.cumulative(clock, now)
    return Daily(
        current=gathering.totals(scope, now),
        before=gathering.totals(scope, then),
        cumulative=gathering.totals_without_stock(scope, month),
        cumulative_before=gathering.totals_without_stock(scope, moments.same_days_last_month(clock, month)),
        groups=tuple(gathering.grids(scope, now, depth) for depth in group_depths(gathering, scope)),
        channels=shares(gathering, scope, "channel", now, then) if "channels" in sections else None,
        categories=shares(gathering, scope, "category", now, then) if "categories" in sections else None,
        overdue=overdue(gathering, scope, now, top) if {"overdue", "measures"} & {*sections} else None,
        hot=hot(gathering, scope, now, moments.weeks_before(clock, now), hot_depth(gathering, scope))
        if {"hot", "measures"} & {*sections}
        else None,
        matters=matters(gathering, scope, now) if "hot" in sections else None,
        temporary=temporary(gathering, scope, now) if "temporary" in sections else None,
    )


def group_depths(gathering: Gathering, scope: Grid) -> tuple[int, ...]:
    """The depths of the grids that a scope's bulletin tells of: those directly below, and for a city with levels below
    its districts the level-1 grids too; () for a leaf."""
    depths = (scope.depth + 1, scope.depth + 2) if scope.depth == 0 else (scope.depth + 1,)
    return tuple(depth for depth in depths if gathering.city.tree.level(scope.code, depth).codes)


def hot_depth(gathering: Gathering, scope: Grid) -> int:
    """The depth of the grids among which hot ones are sought."""
    tree = gathering.city.tree
    wanted = max(HOT_DEPTH, scope.depth + 1)
    while wanted > scope.depth + 1 and not tree.level(scope.code, wanted).codes:
        wanted -= 1
    return wanted


def overdue(gathering: Gathering, scope: Grid, moment: Moment, top: int) -> Overdue:
    """What is overdue and open: the `top` longest overdue, and every unit that holds any; as many units are in the
    order of their names."""
    found = gathering.overdue(moment.as_of).within(scope.id, scope.last_id)
    city = gathering.city
    order = np.lexsort((found.ids, found.due_at))[:top].tolist()
    named = {place: found.named(place) for place in order}
    items = tuple(
        OverdueItem(
            key=named[place][0],
            title=named[place][1],
            category=city.category_by_id[int(found.category_ids[place])].name,
            grid=city.tree.by_id(int(found.grid_ids[place])).name,
            unit=found.units[place],
            due_at=int(found.due_at[place]),
            overdue_minutes=(moment.as_of - int(found.due_at[place])) / MINUTE,
        )
        for place in order
    )
    counts: dict[str, int] = defaultdict(int)
    oldest: dict[str, int] = {}
    for name, due_at in zip(found.units, found.due_at.tolist(), strict=True):
        counts[name] += 1
        oldest[name] = min(due_at, oldest.get(name, due_at))
    units = tuple(
        OverdueUnit(name, counts[name], (moment.as_of - oldest[name]) / MINUTE)
        for name in sorted(counts, key=lambda name: (-counts[name], name))
    )
    query = Query(scope.code, moment.period, moment.as_of, "event", None, (OVERDUE_OPEN,))
    return Overdue(query, len(found.ids), items, units)

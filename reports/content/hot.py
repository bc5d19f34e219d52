"""Shares of channels and categories, and what rose most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.alerting.reported import Matter as Reported
from data.grids import Grid
from data.queries.received import Received
from data.reference import Named, Reference
from reports.content.gathering import Gathering
from reports.content.moments import Moment
from reports.content.parts import Followed, Hot, Matter, Matters, Query, Rise, Share, Shares

Ints = NDArray[np.int64]

HOT_LEAST: Final = 5
"""A category or grid that received fewer is not called hot."""

HOT_SHOWN: Final = 5


def shares(gathering: Gathering, scope: Grid, by: str, now: Moment, then: Moment) -> Shares:
    """Every channel or category of the scope that received anything in either period, the most first; where as many,
    in the order of the pack."""
    named = gathering.city.channels if by == "channel" else gathering.city.categories
    counts, before = (_by_named(gathering.received(scope, each), by, named) for each in (now, then))
    rows = [
        Share(one.code, one.name, counts[one.id], before[one.id])
        for one in named.values()
        if counts[one.id] or before[one.id]
    ]
    return Shares(
        _query(scope, now, by),
        _query(scope, then, by),
        sum(row.count for row in rows),
        sum(row.before for row in rows),
        tuple(sorted(rows, key=lambda row: -row.count)),
    )


def hot(gathering: Gathering, scope: Grid, now: Moment, earlier: Sequence[Moment], depth: int) -> Hot:
    """The categories, and the grids at a depth, that rose most above the average of some earlier periods: the largest
    rise first, at most HOT_SHOWN of each, none of fewer than HOT_LEAST events and none that did not rise."""
    city = gathering.city
    received = [gathering.received(scope, each) for each in (now, *earlier)]
    grids = city.tree.at_depth(scope.code, depth)
    return Hot(
        _query(scope, now, "category, grid", depth),
        tuple(_query(scope, each, "category, grid", depth) for each in earlier),
        grids[0].level if grids else "",
        _risen([(one.code, one.name) for one in city.categories.values()], _category_rows(city, received)),
        _risen([(grid.code, grid.name) for grid in grids], _grid_rows(grids, received)),
    )


def followed(
    gathering: Gathering, scope: Grid, months: Sequence[Moment], depth: int
) -> tuple[tuple[Followed, ...], tuple[Followed, ...]]:
    """What was hot in the month before: of three months, the newest first, the middle one against the oldest. Gives the
    categories and the grids, with what they received in each."""
    now, then, earlier = months
    was = hot(gathering, scope, then, [earlier], depth)
    city = gathering.city
    received = [gathering.received(scope, each) for each in (earlier, then, now)]
    grids = city.tree.at_depth(scope.code, depth)
    by_category = dict(zip(city.categories, _category_rows(city, received).T.tolist(), strict=True))
    by_grid = dict(zip([grid.code for grid in grids], _grid_rows(grids, received).T.tolist(), strict=True))
    return _followed(was.categories, by_category), _followed(was.grids, by_grid)


def _followed(rises: Sequence[Rise], counts: Mapping[str, list[int]]) -> tuple[Followed, ...]:
    return tuple(
        Followed(rise.code, rise.name, (counts[rise.code][0], counts[rise.code][1], counts[rise.code][2]))
        for rise in rises
    )


def _risen(names: Sequence[tuple[str, str]], counts: Ints) -> tuple[Rise, ...]:
    """The largest rises: `counts` has a row a period, this one first, and a column a name."""
    if not names:
        return ()
    # In whole numbers, so that equal rises are equal.
    rise = counts[0] * (len(counts) - 1) - counts[1:].sum(axis=0)
    chosen = [
        place
        for place in np.argsort(-rise, kind="stable").tolist()
        if rise[place] > 0 and counts[0, place] >= HOT_LEAST
    ]
    return tuple(
        Rise(
            code=names[place][0],
            name=names[place][1],
            count=int(counts[0, place]),
            earlier=tuple(counts[1:, place].tolist()),
        )
        for place in chosen[:HOT_SHOWN]
    )


def _category_rows(city: Reference, received: Sequence[Received]) -> Ints:
    ids = [one.id for one in city.categories.values()]
    return np.array(
        [_sums(each.category_ids, each.counts, max(ids, default=0))[ids] for each in received],
        dtype=np.int64,
    ).reshape(len(received), len(ids))


def _grid_rows(grids: Sequence[Grid], received: Sequence[Received]) -> Ints:
    first = [grid.id for grid in grids]
    last = [grid.last_id for grid in grids]
    rows = []
    for each in received:
        running = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(each.counts)])
        start = np.searchsorted(each.grid_ids, first)
        rows.append(running[np.searchsorted(each.grid_ids, last, side="right")] - running[start])
    return np.array(rows, dtype=np.int64).reshape(len(received), len(grids))


def _by_named(received: Received, by: str, named: Mapping[str, Named]) -> list[int]:
    ids = received.channel_ids if by == "channel" else received.category_ids
    found: list[int] = _sums(
        ids, received.counts, max((one.id for one in named.values()), default=0)
    ).tolist()
    return found


def _sums(ids: Ints, counts: Ints, most: int) -> Ints:
    found = np.zeros(most + 1, dtype=np.int64)
    np.add.at(found, ids, counts)
    return found


def _query(scope: Grid, moment: Moment, by: str, depth: int | None = None) -> Query:
    return Query(scope.code, moment.period, moment.as_of, by, depth, ("received",))


MATTERS_SHOWN: Final = 12


def matters(gathering: Gathering, scope: Grid, moment: Moment) -> Matters:
    """The hot matters that the centre was warned of, the first MATTERS_SHOWN of those that stand or are of the period,
    and how many there are of each kind."""
    watched, found = gathering.matters(scope, moment)
    kinds: Counter[str] = Counter(one.kind for one in found)
    return Matters(
        watched=watched,
        opened=sum(one.opened_at >= moment.period.start for one in found),
        standing=sum(one.stands for one in found),
        by_kind=dict(kinds),
        rows=tuple(
            Matter(one.kind, one.category, one.grid_name, one.since_at, one.observed, one.expected, one.state)
            for one in _first(found)
        ),
    )


def _first(found: Sequence[Reported]) -> list[Reported]:
    """The first of each kind in turn, so that no kind hides the others; in the order in which they came."""
    places: Counter[str] = Counter()
    turns = []
    for place, one in enumerate(found):
        turns.append((places[one.kind], place))
        places[one.kind] += 1
    return [found[place] for place in sorted(place for _, place in sorted(turns)[:MATTERS_SHOWN])]

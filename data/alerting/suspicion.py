"""What should be looked at once more: handling that citizens deny, that ends seconds before a deadline, that goes back
again and again, or that one source alone praises.

Each is a reason to check, never a finding: there are honest ways to all of them. A unit is named when it has so much
more of it than all units have that chance does not explain it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
from sqlalchemy import Connection, select

from data.alerting.keeping import MOST_EVENTS, Draft
from data.clocks import DAY, SECOND, Instant
from data.hotspots.alike import REACH_METRES, SIMILAR, cosine, ngrams
from data.hotspots.arrays import Bools, Floats, Ints
from data.hotspots.chances import count_tail
from data.hotspots.discovery import SHARE, discoveries
from data.lifecycle import Kind
from data.measures import SATISFIED_FROM
from data.reference import Reference, reference_within
from data.schema import event, event_step
from data.store import Store, driver_rows
from data.warningplan import DEFAULT, WarningPlan, plan_of

Reason = Literal["not_solved", "again", "seconds_before", "returned", "one_source"]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)

_SPREAD: Final = 2.0
"""Units differ by more than chance: by the kind of their matters, and by one bad week."""

_FIRM: Final = 20.0

_PREDECESSORS: Final = 3
_IN_CHUNK: Final = 500
_METRES_A_DEGREE: Final = 111_320.0
_LEVEL_ONE: Final = 2


@dataclass(frozen=True)
class Closings:
    """Events that were closed in a period, as columns; instants and numbers are -1 where unknown."""

    ids: Ints
    unit: Sequence[str]
    grid: Ints
    category: Ints
    reported_at: Ints
    handled_at: Ints
    due_at: Ints
    closed_at: Ints
    rating: Ints
    solved: Ints
    reworked_at: Ints

    def __len__(self) -> int:
        return len(self.ids)


def not_solved(closings: Closings) -> Bools:
    """Closed, then rated low by a citizen who says that it is not solved."""
    found: Bools = (closings.rating > 0) & (closings.rating < SATISFIED_FROM) & (closings.solved == 0)
    return found


def seconds_before(closings: Closings, plan: WarningPlan = DEFAULT) -> Bools:
    """Handled within the last minute before the deadline, or what the plan says; exactly at it counts too."""
    left = closings.due_at - closings.handled_at
    found: Bools = (
        (closings.due_at >= 0)
        & (closings.handled_at >= 0)
        & (left >= 0)
        & (left <= plan.close_seconds * SECOND)
    )
    return found


def followed(closings: Closings, plan: WarningPlan = DEFAULT) -> Iterator[tuple[int, int]]:
    """Pairs of rows in one grid and category of which the second was reported within the days of the plan after the
    first was closed; whether they are the same matter, their texts have to say."""
    order = np.lexsort((closings.reported_at, closings.category, closings.grid))
    for back in range(1, _PREDECESSORS + 1):
        first, second = order[:-back], order[back:]
        gap = closings.reported_at[second] - closings.closed_at[first]
        same = (closings.grid[first] == closings.grid[second]) & (
            closings.category[first] == closings.category[second]
        )
        hit = same & (gap > 0) & (gap <= plan.again_days * DAY)
        yield from zip(first[hit].tolist(), second[hit].tolist(), strict=True)


def same_matter(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two events of one grid and category say the same at the same place. Unknown places and empty texts never
    match."""
    places = [one["lon"], one["lat"], other["lon"], other["lat"]]
    if any(value is None for value in places):
        return False
    up = (one["lat"] - other["lat"]) * _METRES_A_DEGREE
    across = (one["lon"] - other["lon"]) * _METRES_A_DEGREE * float(np.cos(np.radians(one["lat"])))
    if float(np.hypot(up, across)) > REACH_METRES:
        return False
    return cosine(ngrams(one["title"] or ""), ngrams(other["title"] or "")) >= SIMILAR


@dataclass(frozen=True)
class Standing:
    """A unit with much of something: how many of how many, how many would be usual, and how sure that is."""

    unit: str
    rows: tuple[int, ...]
    of: int
    expected: float
    chance: float
    share: float


def standing_out(
    units: Sequence[str],
    hits: Bools,
    judged: Bools,
    category: Ints,
    share: float = SHARE,
    plan: WarningPlan = DEFAULT,
) -> tuple[Standing, ...]:
    """The units that have far more hits than others have in the categories of what they closed; the most beyond it
    first. () where nothing was judged or no unit has enough."""
    if not judged.any():
        return ()
    names, number = np.unique(np.array(units, dtype=object).astype(str), return_inverse=True)
    of = np.bincount(number[judged], minlength=len(names))
    hit = hits & judged
    count = np.bincount(number[hit], minlength=len(names))
    kinds = int(category.max()) + 1
    # What the others have of a category, without the unit itself; a rare one is taken towards what all have.
    overall = hit.sum() / judged.sum()
    cells, cell = np.unique(number[judged] * kinds + category[judged], return_inverse=True)
    mine, mine_hit = np.bincount(cell), np.bincount(cell, hit[judged])
    kind = cells % kinds
    every = np.bincount(category[judged], minlength=kinds)[kind]
    every_hit = np.bincount(category[hit], minlength=kinds)[kind]
    rates: Floats = (every_hit - mine_hit + _FIRM * overall) / (every - mine + _FIRM)
    usual: Floats = mine * rates
    expected = np.bincount(cells // kinds, usual, minlength=len(names)).astype(np.float64)
    chosen = np.flatnonzero(
        (count >= plan.check_least) & (count >= plan.check_times * expected) & (names != "")
    )
    chances = count_tail(count[chosen], expected[chosen], np.full(len(chosen), _SPREAD))
    shares = discoveries(chances, len(names))
    found = [
        Standing(
            str(names[place]),
            tuple(np.flatnonzero(hit & (number == place)).tolist()),
            int(of[place]),
            float(expected[place]),
            float(chance),
            float(each),
        )
        for place, chance, each in zip(chosen.tolist(), chances.tolist(), shares.tolist(), strict=True)
        if each <= share
    ]
    return tuple(sorted(found, key=lambda each: (each.expected - len(each.rows), each.unit)))


def rechecks(store: Store, now: Instant) -> tuple[Draft, ...]:
    """What should be looked at once more among what was closed in the days of the plan, by reason and unit."""
    with store.reading() as connection:
        known = reference_within(store, connection)
        plan = plan_of(known.config.get("warnings", {}))
        closings = _closings(connection, now, plan)
        again, came_after = _again(connection, closings, plan)
        returned = _returned(connection, closings, plan)
        raters = _one_source(connection, closings, plan)
    made: list[Draft] = []
    for reason, hits, judged in (
        ("not_solved", not_solved(closings), closings.rating > 0),
        # Of what was followed by something like it: where much is reported, much follows by chance.
        ("again", again, came_after),
        ("seconds_before", seconds_before(closings, plan), closings.due_at >= 0),
    ):
        made += [
            _draft(
                known,
                closings,
                reason,
                each.unit,
                each.rows,
                each.of,
                each.expected,
                each.chance,
                each.share,
                now,
            )
            for each in standing_out(closings.unit, hits, judged, closings.category, plan=plan)
        ]
    for row, times in returned:
        made.append(
            _draft(
                known,
                closings,
                "returned",
                closings.unit[row],
                (row,),
                1,
                None,
                None,
                None,
                now,
                {"times": times},
            )
        )
    for unit, rows, of in raters:
        made.append(_draft(known, closings, "one_source", unit, rows, of, None, None, None, now))
    return tuple(made)


def _draft(
    known: Reference,
    closings: Closings,
    reason: str,
    unit: str,
    rows: Sequence[int],
    of: int,
    expected: float | None,
    chance: float | None,
    share: float | None,
    now: Instant,
    more: Mapping[str, Any] | None = None,
) -> Draft:
    latest = sorted(rows, key=lambda row: (-int(closings.closed_at[row]), row))
    lift = known.tree.ancestor_ids(_LEVEL_ONE)
    grids = Counter(int(lift[closings.grid[row]]) for row in rows)
    grid = known.tree.by_id(min(grids, key=lambda each: (-grids[each], each))).code
    subject = f"{closings.ids[rows[0]]}" if reason == "returned" else unit
    return Draft(
        matter=f"recheck:{reason}:{grid}:{subject}"[:255],
        kind="recheck",
        grid=grid,
        category="",
        since_at=int(min(closings.closed_at[row] for row in rows)),
        observed=len(rows),
        expected=expected,
        chance=chance,
        share=share,
        holder=unit,
        body={
            "reason": reason,
            "of": of,
            "events": [int(closings.ids[row]) for row in latest[:MOST_EVENTS]],
            **(more or {}),
        },
    )


def _closings(connection: Connection, now: Instant, plan: WarningPlan) -> Closings:
    rows = driver_rows(
        connection,
        "SELECT id, unit, grid_id, category_id, reported_at, coalesce(handled_at, -1), coalesce(handle_due_at, -1), "
        "closed_at, coalesce(rating, -1), coalesce(solved, -1), coalesce(reworked_at, -1) FROM event "
        f"WHERE closed_at > {now - plan.check_days * DAY} AND closed_at <= {now} AND withdrawn_at IS NULL ORDER BY id",
        (),
    )
    numbers = np.array([(row[0], *row[2:]) for row in rows], dtype=np.int64).reshape(-1, 10).T
    return Closings(numbers[0], tuple(row[1] or "" for row in rows), *numbers[1:])


def _again(connection: Connection, closings: Closings, plan: WarningPlan) -> tuple[Bools, Bools]:
    """Which closings were followed by the same matter, and which by anything in the same grid and category."""
    found, came_after = np.zeros(len(closings), dtype=bool), np.zeros(len(closings), dtype=bool)
    pairs = list(followed(closings, plan))
    told = _told(connection, sorted({int(closings.ids[row]) for pair in pairs for row in pair}))
    for first, second in pairs:
        came_after[first] = True
        one, other = told.get(int(closings.ids[first])), told.get(int(closings.ids[second]))
        if one is not None and other is not None and same_matter(one, other):
            found[first] = True
    return found, came_after


def _told(connection: Connection, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    return {
        row.id: dict(row._mapping)
        for start in range(0, len(ids), _IN_CHUNK)
        for row in connection.execute(
            select(event.c.id, event.c.title, event.c.lon, event.c.lat).where(
                event.c.id.in_(ids[start : start + _IN_CHUNK])
            )
        )
    }


def _steps(connection: Connection, ids: Sequence[int], kinds: Sequence[Kind]) -> list[tuple[int, str, str]]:
    return [
        (row.event_id, row.kind, row.actor or "")
        for start in range(0, len(ids), _IN_CHUNK)
        for row in connection.execute(
            select(event_step.c.event_id, event_step.c.kind, event_step.c.actor).where(
                event_step.c.event_id.in_(ids[start : start + _IN_CHUNK]),
                event_step.c.kind.in_([str(kind) for kind in kinds]),
            )
        )
    ]


def _returned(connection: Connection, closings: Closings, plan: WarningPlan) -> list[tuple[int, int]]:
    """Rows that went back as often as the plan says or more before they were closed, and how often."""
    rows = np.flatnonzero(closings.reworked_at >= 0)
    place = {int(closings.ids[row]): int(row) for row in rows}
    times = Counter(number for number, *_ in _steps(connection, list(place), (Kind.RETURN, Kind.REOPEN)))
    return [(place[number], count) for number, count in sorted(times.items()) if count >= plan.returns]


def _one_source(
    connection: Connection, closings: Closings, plan: WarningPlan
) -> list[tuple[str, tuple[int, ...], int]]:
    """Units most of whose good ratings, and at least as many as the plan says, one source gave: their rows, and how
    many were rated by somebody who is known."""
    rows = np.flatnonzero(closings.rating >= SATISFIED_FROM)
    place = {int(closings.ids[row]): int(row) for row in rows}
    by_unit: dict[str, dict[str, list[int]]] = {}
    for number, _, actor in _steps(connection, list(place), (Kind.RATE,)):
        if actor:
            by_unit.setdefault(closings.unit[place[number]], {}).setdefault(actor, []).append(place[number])
    found = []
    for unit, actors in sorted(by_unit.items()):
        most = max(actors.values(), key=len)
        of = sum(len(each) for each in actors.values())
        if unit and len(most) >= plan.check_least and 2 * len(most) > of:
            found.append((unit, tuple(sorted(set(most))), of))
    return found

"""What the assessment counts of duty, commands and temporary matters: by grid, over a period, as of an instant.

The facts of an instant do not change when more is written down after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import Connection, select

from data.clocks import Instant
from data.grids import Tree
from data.reference import Reference, reference_within
from data.store import Store
from data.tasks.duty import duty_plan
from data.tasks.dutyplan import on_duty, slots
from data.tasks.states import Kind, Share, Step, known, shares
from data.tasks.tables import duty_signin, task, task_share, task_step

_Value = TypeVar("_Value")


class Counted(NamedTuple):
    """How many of how many: nothing owed is (0, 0), which is "no data" and no rate."""

    numerator: int = 0
    denominator: int = 0


NOTHING: Final = Counted()


@dataclass(frozen=True)
class Facts:
    """Of the shifts owed, those signed in for in time; of the commands and of the temporary matters due, those done on
    time. Each counts a grid and all below it."""

    duty: Counted = NOTHING
    commands: Counted = NOTHING
    temporary: Counted = NOTHING


@dataclass(frozen=True)
class Due:
    """A share of a task that was due in a period, as it stood as of an instant."""

    task_id: int
    kind: Kind
    share: Share


def facts(
    store: Store, scope: str, start_at: Instant, end_at: Instant, as_of: Instant, depth: int
) -> Mapping[str, Facts]:
    """By the code of every ordinary grid at a depth within a scope: what fell due from `start_at` on, before `end_at`
    and by `as_of`, and what of it was done in time, as was known at `as_of`. A share of a grid above that depth counts
    for none of them. Raises UnknownGrid."""
    with store.reading() as connection:
        city = reference_within(store, connection)
        grids = [grid for grid in city.tree.at_depth(scope, depth) if grid.kind is None]
        holders = _holders(city.tree, scope, depth)
        duty = _held(holders, centres(connection, city, scope, start_at, end_at, as_of))
        due = due_shares(connection, start_at, end_at, as_of)
    counts: dict[tuple[str, Kind], Counted] = {}
    for one in due:
        code = holders.get(one.share.grid)
        if code is not None:
            had = counts.get((code, one.kind), NOTHING)
            counts[code, one.kind] = Counted(had.numerator + one.share.on_time, had.denominator + 1)
    return {
        grid.code: Facts(
            duty.get(grid.code, NOTHING),
            counts.get((grid.code, "command"), NOTHING),
            counts.get((grid.code, "temporary"), NOTHING),
        )
        for grid in grids
    }


def due_shares(connection: Connection, start_at: Instant, end_at: Instant, as_of: Instant) -> tuple[Due, ...]:
    """The shares of the whole city that were due in [start_at, end_at) and by `as_of`, as they stood then, in the order
    of tasks and grids; those that were withdrawn before they were due are left out."""
    # Whatever was due then was once given that due time; what became of it later is seen in the steps.
    numbers = (
        select(task_step.c.task_id)
        .where(task_step.c.due_at >= start_at, task_step.c.due_at < end_at, task_step.c.due_at <= as_of)
        .distinct()
    )
    kinds = {
        row.id: row.kind
        for row in connection.execute(select(task.c.id, task.c.kind).where(task.c.id.in_(numbers)))
    }
    grids = _grouped(
        (row.task_id, row.grid)
        for row in connection.execute(
            select(task_share)
            .where(task_share.c.task_id.in_(numbers))
            .order_by(task_share.c.task_id, task_share.c.grid)
        )
    )
    steps = steps_of(connection, task_step.c.task_id.in_(numbers), as_of)
    found: list[Due] = []
    for number, kind in sorted(kinds.items()):
        for share in shares(grids.get(number, []), steps.get(number, ())).values():
            if start_at <= share.due_at < end_at and share.due_at <= as_of and not share.excused:
                found.append(Due(number, kind, share))
    return tuple(found)


def steps_of(connection: Connection, where: object, as_of: Instant) -> Mapping[int, tuple[Step, ...]]:
    """By task: its steps as known by an instant, in order."""
    query = (
        select(task_step)
        .where(where, task_step.c.known_at <= as_of)  # type: ignore[arg-type]
        .order_by(task_step.c.task_id, task_step.c.seq)
    )
    made = _grouped(
        (
            row.task_id,
            Step(
                row.seq, row.grid, row.what, row.at, row.known_at, row.due_at, row.who, row.note, row.evidence
            ),
        )
        for row in connection.execute(query)
    )
    return {number: known(steps, as_of) for number, steps in made.items()}


def _grouped(pairs: Iterable[tuple[int, _Value]]) -> dict[int, list[_Value]]:
    made: dict[int, list[_Value]] = {}
    for number, value in pairs:
        made.setdefault(number, []).append(value)
    return made


def _holders(tree: Tree, scope: str, depth: int) -> Mapping[str, str]:
    """By the code of every grid within a scope at a depth or below it: the code of the one at that depth."""
    top, lifts = tree.get(scope), tree.ancestor_ids(depth)
    first = tree.root.id
    every = list(tree)[top.id - first : top.last_id - first + 1]
    return {
        grid.code: tree.by_id(int(lifts[grid.id])).code
        for grid in every
        if grid.depth >= depth and int(lifts[grid.id]) >= top.id
    }


def _held(holders: Mapping[str, str], counts: Mapping[str, Counted]) -> Mapping[str, Counted]:
    """What centres have done, summed by the grid that holds each; a centre above that depth counts for none."""
    made: dict[str, Counted] = {}
    for code, one in counts.items():
        if code in holders:
            had = made.get(holders[code], NOTHING)
            made[holders[code]] = Counted(had.numerator + one.numerator, had.denominator + one.denominator)
    return made


def centres(
    connection: Connection, city: Reference, scope: str, start_at: Instant, end_at: Instant, as_of: Instant
) -> Mapping[str, Counted]:
    """By the code of every centre within a scope that owed a shift in a period and by `as_of`: of those shifts, each by
    the rules of its own day, the ones that it signed in for in time, as was known at `as_of`."""
    owed = slots(duty_plan(city), city.clock, start_at, min(end_at, as_of + 1))
    if not owed:
        return {}
    shifts = Counter(one.depth for one in owed)
    owing = {depth: [grid.code for grid in on_duty(depth, city.tree, scope)] for depth in shifts}
    ends = {(one.day, one.shift): one for one in owed}
    depths = {code: depth for depth, codes in owing.items() for code in codes}
    signed: Counter[str] = Counter()
    query = select(duty_signin.c.day, duty_signin.c.shift, duty_signin.c.grid, duty_signin.c.at).where(
        duty_signin.c.day.between(owed[0].day, owed[-1].day), duty_signin.c.known_at <= as_of
    )
    for day, shift, grid, at in connection.execute(query):
        found = ends.get((day, shift))
        if found is not None and depths.get(grid) == found.depth and found.opens_at <= at <= found.ends_at:
            signed[grid] += 1
    return {code: Counted(signed[code], shifts[depth]) for code, depth in depths.items()}

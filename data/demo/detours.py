"""Events that do not go straight: returned or reopened, extended, suspended. They are told step by step, since no
columns hold what they went through; where they end is what the history says anyway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.calendars import Limit
from data.clocks import DAY, MINUTE, SECOND, Instant
from data.demo.calibration import Draft
from data.demo.chance import Ints
from data.demo.draws import uniform
from data.demo.handling import Handling
from data.events import Operation
from data.lifecycle import Kind, Report, Step
from data.loading import NULL

_RETURNED, _REOPENED = 0.009, 0.003
_EXTENDED, _SUSPENDED = 0.06, 0.08
"""Of those that take long or came late."""

_LONG = 2 * DAY
"""Only deadlines this far off are extended or suspended."""

_AT_LEAST = 20 * MINUTE
"""What is settled sooner has no time for a detour."""

NONE, RETURN, REOPEN, EXTEND, SUSPEND = range(5)


@dataclass(frozen=True)
class Told:
    """What the report of each case says beyond its codes."""

    keys: Sequence[str]
    titles: Sequence[str]
    descriptions: Sequence[str]
    addresses: Sequence[str]
    units: Sequence[str]
    lon: Sequence[float]
    lat: Sequence[float]


def detours(draft: Draft, seed: int, as_of: Instant) -> Ints:
    """Which way each event went: NONE for nearly all."""
    columns, numbers = draft.columns, draft.cases.numbers
    handled, closed, dispatched = (columns[name] for name in ("handled_at", "closed_at", "dispatched_at"))
    due = columns["handle_due_at"]
    settled = (handled != NULL) & (handled - dispatched > _AT_LEAST)
    chance = uniform(seed, "detour", numbers) / np.exp(-0.6 * draft.quality)
    found = np.full(len(draft), NONE, dtype=np.int64)
    found[settled & (chance < _RETURNED)] = RETURN
    found[settled & (closed != NULL) & (chance >= _RETURNED) & (chance < _RETURNED + _REOPENED)] = REOPEN
    hard = (due != NULL) & (due - draft.cases.reported_at > _LONG) & (dispatched != NULL)
    hard &= (dispatched < due - _AT_LEAST) & (dispatched < as_of - _AT_LEAST)
    hard &= (handled == NULL) | (handled > due)
    second = uniform(seed, "longer", numbers)
    found[hard & (second < _EXTENDED)] = EXTEND
    recent = (handled != NULL) | (as_of - draft.cases.reported_at < 90 * DAY)
    found[hard & recent & (second > 1.0 - _SUSPENDED)] = SUSPEND
    return found


def told_histories(
    draft: Draft, ways: Ints, handling: Handling, source: str, told: Told, as_of: Instant
) -> Iterator[list[Operation]]:
    """The history of each of these events, step by step; `told` goes with them one by one."""
    city, cases = handling.city, draft.cases
    grids = [grid.code for grid in handling.places.leaves]
    chance = uniform(handling.seed, "how long", cases.numbers)
    for row in range(len(draft)):
        category, channel = int(cases.happening[row]) + 1, int(cases.channel[row]) + 1
        limit = city.limits_of(category, channel)[1]
        facts = {
            name: None if values[row] == NULL else int(values[row]) for name, values in draft.columns.items()
        }
        key, unit = told.keys[row], told.units[row]
        report = Report(
            source=source,
            key=key,
            at=int(cases.reported_at[row]),
            channel=city.channel_by_id[channel].code,
            category=city.category_by_id[category].code,
            grid=grids[int(cases.leaf[row])],
            lon=None if np.isnan(told.lon[row]) else float(told.lon[row]),
            lat=None if np.isnan(told.lat[row]) else float(told.lat[row]),
            title=told.titles[row],
            description=told.descriptions[row],
            address=told.addresses[row],
            unit=unit,
        )
        steps = _steps(facts, int(ways[row]), float(chance[row]), limit, handling, as_of)
        yield [
            report,
            *(_step(source, key, unit, kind, number, at, data) for kind, number, at, data in steps),
        ]


def step_key(kind: Kind, number: int) -> str:
    """The key of an event's first, second … step of a kind."""
    return str(kind) if number == 1 else f"{kind}-{number}"


def _step(
    source: str, key: str, unit: str, kind: Kind, number: int, at: Instant, data: Mapping[str, Any]
) -> Step:
    more = {"unit": unit} if kind is Kind.DISPATCH else data
    return Step(source=source, key=key, step_key=step_key(kind, number), kind=kind, at=at, data=more)


_Told = tuple[Kind, int, Instant, Mapping[str, Any]]


def _steps(
    facts: Mapping[str, Instant | None],
    way: int,
    chance: float,
    limit: Limit | None,
    handling: Handling,
    as_of: Instant,
) -> list[_Told]:
    accepted, dispatched, handled, closed, rated, due = (
        facts[name]
        for name in ("accepted_at", "dispatched_at", "handled_at", "closed_at", "rated_at", "handle_due_at")
    )
    steps: list[_Told] = []
    for kind, at in ((Kind.ACCEPT, accepted), (Kind.DISPATCH, dispatched)):
        if at is not None:
            steps.append((kind, 1, at, {}))
    times = 1
    if dispatched is not None and way != NONE:
        end = as_of if handled is None else handled
        if way in (RETURN, REOPEN) and handled is not None:
            steps += _again(way, dispatched, handled, chance)
            times = 2
        elif way == EXTEND and due is not None and limit is not None:
            asked = _between(dispatched, min(due, end), 0.4 + 0.5 * chance)
            later = handling.city.calendar.deadline(due, limit).at
            steps.append((Kind.EXTEND, 1, asked, {"due_at": later}))
        elif way == SUSPEND and due is not None:
            paused = _between(dispatched, min(due, end), 0.3 + 0.6 * chance)
            until = (
                as_of + int((1 + 24 * chance) * DAY)
                if handled is None
                else _between(paused, handled, 0.5 + 0.4 * chance)
            )
            steps.append((Kind.SUSPEND, 1, paused, {"until": max(until, paused + SECOND)}))
    if handled is not None:
        steps.append((Kind.HANDLE, times, handled, {}))
    if closed is not None:
        steps.append((Kind.CLOSE, 2 if way == REOPEN else 1, closed, {}))
    if rated is not None:
        solved = facts["solved"]
        data = {"rating": facts["rating"]} | ({} if solved is None else {"solved": bool(solved)})
        steps.append((Kind.RATE, 1, rated, data))
    return steps


def _again(way: int, dispatched: Instant, handled: Instant, chance: float) -> list[_Told]:
    """A first try that did not hold: sent back when it was checked, or opened again after it was closed."""
    first = _between(dispatched, handled, 0.25 + 0.25 * chance)
    back = _between(first, handled, 0.2 + 0.4 * chance)
    if way == RETURN:
        return [(Kind.HANDLE, 1, first, {}), (Kind.RETURN, 1, back, {})]
    shut = _between(first, back, 0.4)
    return [(Kind.HANDLE, 1, first, {}), (Kind.CLOSE, 1, shut, {}), (Kind.REOPEN, 1, back, {})]


def _between(start: Instant, end: Instant, share: float) -> Instant:
    return start + int((end - start) * share) // SECOND * SECOND

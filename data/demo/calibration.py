"""Meets published totals by construction: chooses exactly how many events are still open and how many citizens are
dissatisfied, and leaves the choice of which to their units, their age and chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.clocks import DAY, MINUTE, SECOND, Instant, ZoneClock
from data.demo.chance import Bools, Floats, Ints
from data.demo.draws import uniform
from data.demo.handling import STAGES, Cases, Handling
from data.lifecycle import HIGHEST_RATING
from data.loading import NULL
from data.measures import SATISFIED_FROM
from data.periods import Period

_AGEING = 60 * DAY
_OLD_SHARE = 0.12
"""What is stuck is mostly recent: its chance falls with its age to a share that stays."""

_LONG = 365 * DAY
_HEIRLOOMS, _HEIRS = 3.0, 0.7
"""A history shorter than that begins with what was stuck before it: its oldest events are stuck so many times as often,
those beyond so much of its length. Else its backlog would seem to rise from nothing."""

_FRESH = 10 * MINUTE
"""What is younger is left as it is."""


@dataclass
class Draft:
    """A history while it is made: its cases, their instants, deadlines and ratings as columns of one length."""

    cases: Cases
    columns: dict[str, Ints]
    content: Floats
    quality: Floats

    def __len__(self) -> int:
        return len(self.cases)


def last_quarter(clock: ZoneClock, as_of: Instant) -> Period:
    """The last whole quarter of a year before an instant."""
    local = clock.local(as_of)
    ends = local.date().replace(month=(local.month - 1) // 3 * 3 + 1, day=1)
    starts = ends.replace(year=ends.year - (ends.month == 1), month=(ends.month - 4) % 12 + 1)
    return Period(clock.at(starts), clock.at(ends))


def receive_exactly(cases: Cases, handling: Handling, code: str, period: Period, count: int) -> Ints:
    """The leaves of the cases, so many of those in the period within the scope `code`: surplus ones happen elsewhere,
    missing ones are taken from elsewhere. ValueError where the period has not that many."""
    places, seed = handling.places, handling.seed
    leaf = cases.leaf.copy()
    inside = places.within(code)
    during = np.flatnonzero((cases.reported_at >= period.start) & (cases.reported_at < period.end))
    if len(during) < count:
        raise ValueError(f"expected {count} events in the quarter, found {len(during)}: make more")
    mine = inside[leaf[during]]
    surplus = int(mine.sum()) - count
    pool = during[mine] if surplus > 0 else during[~mine]
    order = np.argsort(uniform(seed, "moved", cases.numbers[pool]), kind="stable")
    moved = pool[order[: abs(surplus)]]
    targets = np.flatnonzero(inside != (surplus > 0))
    # A few at the most: any grid of the other side will do, busy ones by their own weight.
    found = places.choose(cases.happening[moved], uniform(seed, "moved to", cases.numbers[moved]))
    wrong = inside[found] == (surplus > 0)
    among = (uniform(seed, "moved among", cases.numbers[moved]) * len(targets)).astype(np.int64)
    leaf[moved] = np.where(wrong, targets[among], found)
    return leaf


def open_exactly(draft: Draft, handling: Handling, chosen: Ints, count: int, as_of: Instant) -> None:
    """Leaves exactly so many of the chosen events open at `as_of`: some more are stuck, or some are closed sooner."""
    reported = draft.cases.reported_at[chosen]
    closed = draft.columns["closed_at"][chosen]
    still = (closed == NULL) | (closed > as_of)
    surplus = int(still.sum()) - count
    if surplus > 0:
        share = np.where(still, (as_of - reported) / np.maximum(closed - reported, SECOND), -1.0)
        _settle_before(draft, chosen[np.argsort(-share, kind="stable")[:surplus]], as_of)
    elif surplus < 0:
        age = as_of - reported
        weight = _stuck_by_age(age, int(as_of - draft.cases.reported_at[0])) * np.exp(
            -0.8 * draft.quality[chosen]
        )
        hard = np.array([each.hard for each in handling.model.happenings])
        weight *= hard[draft.cases.happening[chosen]] * (~still & (age > _FRESH))
        if (weight > 0).sum() < -surplus:
            weight = (~still).astype(np.float64)
        chance = uniform(handling.seed, "stuck", draft.cases.numbers[chosen])
        with np.errstate(divide="ignore"):
            turn = np.where(weight > 0, -np.log(chance) / weight, np.inf)
        _stick(draft, handling.seed, chosen[np.argsort(turn, kind="stable")[:-surplus]], as_of)


def _stuck_by_age(age: Ints, length: int) -> Floats:
    """How much likelier some events are stuck than others, by their age in a history of a length."""
    if length > _LONG:
        found: Floats = np.exp(-age / _AGEING) + _OLD_SHARE
        return found
    return np.where(age > _HEIRS * length, _HEIRLOOMS, 1.0)


def close_exactly_within(draft: Draft, scope: Bools, period: Period) -> None:
    """Makes as many events of the scope cross the period's beginning open as cross its end, so that it closes as many
    as were closed of those that it received."""
    reported, closed = draft.cases.reported_at, draft.columns["closed_at"]
    shut = scope & (closed != NULL)
    in_before = np.flatnonzero(
        shut & (reported < period.start) & (closed >= period.start) & (closed < period.end)
    )
    out_after = np.flatnonzero(
        shut & (reported >= period.start) & (reported < period.end) & (closed >= period.end)
    )
    surplus = len(in_before) - len(out_after)
    crossing, before = (in_before, period.start) if surplus > 0 else (out_after, period.end)
    soonest = np.argsort(closed[crossing], kind="stable")
    _settle_before(draft, crossing[soonest[: abs(surplus)]], before)


def forget_after(draft: Draft, as_of: Instant) -> None:
    """Cuts every life at `as_of`."""
    for name in STAGES:
        at = draft.columns[name]
        at[at > as_of] = NULL


def rate_exactly(draft: Draft, seed: int, share: float) -> None:
    """Gives every rated event its rating: that share of them, to the nearest whole number, is satisfied."""
    rated = np.flatnonzero(draft.columns["rated_at"] != NULL)
    few = len(rated) - round(share * len(rated))
    content = draft.content[rated]
    dissatisfied = np.zeros(len(rated), dtype=bool)
    dissatisfied[np.argsort(content, kind="stable")[:few]] = True
    rating, solved = ratings(seed, draft.cases.numbers[rated], dissatisfied)
    for name, values in (("rating", rating), ("solved", solved)):
        draft.columns[name] = np.full(len(draft), NULL, dtype=np.int64)
        draft.columns[name][rated] = values


def ratings(seed: int, numbers: Ints, dissatisfied: Bools) -> tuple[Ints, Ints]:
    """Ratings, and whether the matter is said to be solved: 1, 0, or NULL where nothing is said of it."""
    chance = uniform(seed, "rating", numbers)
    good = np.select(
        [chance < 0.62, chance < 0.9], [HIGHEST_RATING, HIGHEST_RATING - 1], default=SATISFIED_FROM
    )
    bad = np.where(chance < 0.28, 1, 2)
    said = uniform(seed, "solved", numbers)
    solved = np.where(dissatisfied, np.where(said < 0.2, 0, 1), np.where(said < 0.2, NULL, 1))
    return np.where(dissatisfied, bad, good).astype(np.int64), solved.astype(np.int64)


def _settle_before(draft: Draft, rows: Ints, before: Instant) -> None:
    """Draws the lives of some events together, so that they are closed before an instant."""
    reported = draft.cases.reported_at[rows]
    closed = draft.columns["closed_at"][rows]
    factor = (before - SECOND - reported) / np.maximum(closed - reported, SECOND)
    rated = draft.columns["rated_at"][rows]
    for name in STAGES[:-1]:
        at = draft.columns[name]
        at[rows] = reported + ((at[rows] - reported) * factor).astype(np.int64) // SECOND * SECOND
    draft.columns["rated_at"][rows] = np.where(
        rated == NULL, NULL, draft.columns["closed_at"][rows] + (rated - closed)
    )


def _stick(draft: Draft, seed: int, rows: Ints, as_of: Instant) -> None:
    """Leaves some events open: recent ones mostly handled in time and waiting for their check, old ones in somebody's
    hands, fresh ones not even accepted."""
    age = as_of - draft.cases.reported_at[rows]
    chance = uniform(seed, "stuck at", draft.cases.numbers[rows])
    columns = draft.columns
    for name, stays in (
        ("rated_at", np.zeros(len(rows), dtype=bool)),
        ("closed_at", np.zeros(len(rows), dtype=bool)),
        ("handled_at", chance > 0.8 - 0.55 * np.exp(-age / _AGEING)),
        ("dispatched_at", (chance > 0.14) | (age > 4 * DAY)),
        ("accepted_at", (chance > 0.03) | (age > DAY)),
    ):
        columns[name][rows[~stays]] = NULL

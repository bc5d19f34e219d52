"""Truths for the detectors: surges, crowds, waves, duplicates and cheats that somebody put there and remembers.

Events are moved, not added: those of the same days from all over the city change their grid and category. So every
total that the history is calibrated to stays what it is. The published district is left alone, on both sides. The
detectors are never told; who measures them is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from data.clocks import HOUR, MINUTE, SECOND
from data.demo.calibration import Draft
from data.demo.chance import Bools, Ints, dice
from data.demo.handling import Cases
from data.demo.places import Places
from data.loading import NULL
from data.measures import SATISFIED_FROM

TruthKind: TypeAlias = Literal[
    "surge", "crowd", "wave", "duplicates", "again", "not_solved", "seconds_before"
]

HOT: tuple[TruthKind, ...] = ("surge", "crowd", "wave", "duplicates")


@dataclass(frozen=True)
class Truth:
    """Something that was planted: the events (by number), their category's place and their leaves' places, and the
    instants of the first and the last of them. `scope` is the id of the grid that the planter had in mind."""

    kind: TruthKind
    numbers: tuple[int, ...]
    happening: int
    leaves: tuple[int, ...]
    first_at: int
    last_at: int
    scope: int


@dataclass(frozen=True)
class Plan:
    """How much to plant each week of the last `weeks`, and how large it is: `size` scales it to the city. `units` units
    cheat in each way, `cheats` times each."""

    weeks: int = 8
    surges: int = 3
    crowds: int = 1
    waves_a_month: int = 1
    duplicates: int = 2
    again: int = 4
    units: int = 4
    cheats: int = 12
    size: float = 1.0


class _Garden:
    """Cases in which things are planted one after another, each event at most once."""

    def __init__(self, seed: int, places: Places, cases: Cases, keep_out: Bools) -> None:
        self.places = places
        self.leaf, self.happening = cases.leaf.copy(), cases.happening.copy()
        self.told_as = cases.words.copy()
        self.cases = cases
        self.outside = ~keep_out
        self.free: Bools = ~keep_out[cases.leaf]
        self.luck = dice(seed, "planting")
        self.truths: list[Truth] = []

    def take(self, start: int, end: int, count: int) -> Ints:
        """Some free events reported in [start, end), in order of time; fewer where there are not so many."""
        low, high = np.searchsorted(self.cases.reported_at, [start, end])
        rows = np.arange(low, high)[self.free[low:high]]
        chosen: Ints = np.sort(self.luck.choice(rows, min(count, len(rows)), replace=False))
        self.free[chosen] = False
        return chosen

    def plant(self, kind: TruthKind, rows: Ints, happening: int, leaves: Ints, scope: int) -> None:
        """Moves events to a category and to leaves, each to one of them at random."""
        if not len(rows):
            return
        self.leaf[rows] = leaves[self.luck.integers(0, len(leaves), len(rows))]
        self.happening[rows] = happening
        self.remember(kind, rows, scope)

    def remember(self, kind: TruthKind, rows: Ints, scope: int) -> None:
        """Writes down what was planted."""
        at = self.cases.reported_at[rows]
        self.truths.append(
            Truth(
                kind,
                tuple(self.cases.numbers[rows].tolist()),
                int(self.happening[rows[0]]),
                tuple(sorted(set(self.leaf[rows].tolist()))),
                int(at.min()),
                int(at.max()),
                scope,
            )
        )

    def some_leaf(self) -> int:
        """A leaf outside the published district."""
        return int(self.luck.choice(np.flatnonzero(self.outside)))

    def some_happening(self) -> int:
        """A category."""
        return int(self.luck.integers(0, len(self.places.model.happenings)))

    def done(self) -> Cases:
        """The cases with everything in them."""
        return replace(self.cases, leaf=self.leaf, happening=self.happening, told_as=self.told_as)


def plant(seed: int, places: Places, cases: Cases, plan: Plan) -> tuple[Cases, tuple[Truth, ...]]:
    """The cases with hot matters and duplicates planted in their last weeks, and what they are."""
    district = places.within(places.model.published.district)
    garden = _Garden(seed, places, cases, district if not district.all() else np.zeros_like(district))
    if not len(cases) or not garden.outside.any():
        return cases, ()
    end = int(cases.reported_at[-1])
    week = 7 * 24 * HOUR
    for back in range(plan.weeks, 0, -1):
        start = end - back * week
        for _ in range(plan.surges):
            _surge(garden, start, plan.size)
        for _ in range(plan.crowds):
            _crowd(garden, start, plan.size)
        if back % 4 < plan.waves_a_month:
            _wave(garden, start, plan.size)
        for _ in range(plan.duplicates):
            _duplicates(garden, start, plan.size)
        for _ in range(plan.again):
            _again(garden, start)
    return garden.done(), tuple(garden.truths)


def _surge(garden: _Garden, start: int, size: float) -> None:
    """One grid, one category, a day or two."""
    at = start + int(garden.luck.integers(0, 5 * 24)) * HOUR
    leaf = garden.some_leaf()
    count = int(np.ceil((6 + garden.luck.exponential(6)) * size))
    rows = garden.take(at, at + int(garden.luck.integers(8, 40)) * HOUR, count)
    garden.plant("surge", rows, garden.some_happening(), np.array([leaf]), int(garden.places.ids[leaf]))


def _crowd(garden: _Garden, start: int, size: float) -> None:
    """The grids of one street, one category, some days."""
    at = start + int(garden.luck.integers(0, 3 * 24)) * HOUR
    street = int(garden.places.streets[garden.some_leaf()])
    leaves = np.flatnonzero((garden.places.streets == street) & garden.outside)
    count = int(np.ceil((22 + garden.luck.exponential(12)) * size))
    rows = garden.take(at, at + int(garden.luck.integers(48, 96)) * HOUR, count)
    garden.plant("crowd", rows, garden.some_happening(), leaves, street)


def _wave(garden: _Garden, start: int, size: float) -> None:
    """The whole city, one category, two days: as many again as the category has in a usual week."""
    at = start + int(garden.luck.integers(0, 4 * 24)) * HOUR
    happening = garden.some_happening()
    week = garden.cases.reported_at >= garden.cases.reported_at[-1] - 7 * 24 * HOUR
    usual = int((garden.happening[week] == happening).sum())
    rows = garden.take(at, at + 48 * HOUR, max(int(60 * size), usual))
    root = int(garden.places.tree.root.id)
    garden.plant("wave", rows, happening, np.flatnonzero(garden.outside), root)


def _duplicates(garden: _Garden, start: int, size: float) -> None:
    """One matter at one spot with many reports in some hours, in the words of the first."""
    at = start + int(garden.luck.integers(0, 6 * 24)) * HOUR
    leaf = garden.some_leaf()
    count = int(np.ceil((5 + garden.luck.exponential(12)) * size))
    rows = garden.take(at, at + int(garden.luck.integers(4, 20)) * HOUR, count)
    if len(rows) < 2:
        return
    garden.plant("duplicates", rows, garden.some_happening(), np.array([leaf]), int(garden.places.ids[leaf]))
    garden.told_as[rows] = garden.told_as[rows[0]]


def _again(garden: _Garden, start: int) -> None:
    """A matter that is reported once more after some days: when the first was closed, that was no solution."""
    at = start + int(garden.luck.integers(0, 24)) * HOUR
    first = garden.take(at, at + 12 * HOUR, 1)
    later = at + int(garden.luck.integers(60, 140)) * HOUR
    second = garden.take(later, later + 12 * HOUR, 1)
    if not len(first) or not len(second):
        return
    garden.leaf[second], garden.happening[second] = garden.leaf[first], garden.happening[first]
    garden.told_as[second] = garden.told_as[first]
    garden.remember("again", np.append(first, second), int(garden.places.ids[garden.leaf[first[0]]]))


def cheat(seed: int, places: Places, made: Draft, units: int, each: int) -> tuple[Truth, ...]:
    """Plants cheats in a calibrated history, in place: some units close so many matters that their citizens say are not
    solved, and as many others shut so many seconds before the deadline. What was and stays closed, and how many are
    satisfied, does not change."""
    luck = dice(seed, "cheating")
    columns, cases = made.columns, made.cases
    shut = (columns["closed_at"] != NULL) & ~places.within(places.model.published.district)[cases.leaf]
    recent = cases.reported_at >= cases.reported_at[-1] - 28 * 24 * HOUR
    holder = np.array([digest_of(each.top_code) for each in places.model.happenings])[cases.happening]
    unit = places.streets[cases.leaf] * 1000 + holder
    truths: list[Truth] = []
    used: set[int] = set()
    kinds: tuple[TruthKind, TruthKind] = ("not_solved", "seconds_before")
    for kind in (each for each in kinds for _ in range(units)):
        fit = shut & recent & (_low_or_unrated(made) if kind == "seconds_before" else _well_rated(made))
        if kind == "seconds_before":
            fit &= (columns["handle_due_at"] != NULL) & (
                columns["handled_at"] < columns["handle_due_at"] - MINUTE
            )
            fit &= columns["handle_due_at"] < cases.reported_at[-1] - HOUR
        several, counts = np.unique(unit[fit], return_counts=True)
        several = several[(counts >= each) & ~np.isin(several, list(used))]
        if not len(several):
            continue
        chosen = int(luck.choice(several))
        used.add(chosen)
        rows = np.sort(luck.choice(np.flatnonzero(fit & (unit == chosen)), each, replace=False))
        if kind == "not_solved":
            if not _spoil(made, rows, luck):
                continue
        else:
            handled = columns["handle_due_at"][rows] - luck.integers(2, 50, len(rows)) * SECOND
            columns["handled_at"][rows] = handled
            columns["closed_at"][rows] = handled + luck.integers(1, 60, len(rows)) * SECOND
        at = cases.reported_at[rows]
        truths.append(
            Truth(
                kind,
                tuple(cases.numbers[rows].tolist()),
                int(cases.happening[rows[0]]),
                tuple(sorted(set(cases.leaf[rows].tolist()))),
                int(at.min()),
                int(at.max()),
                chosen // 1000,
            )
        )
    return tuple(truths)


def digest_of(top_code: str) -> int:
    """A number below 1000 for the holder of a 大类 in a street."""
    return sum(ord(sign) * (place + 1) for place, sign in enumerate(top_code)) % 1000


def _well_rated(made: Draft) -> Bools:
    found: Bools = made.columns["rating"] >= SATISFIED_FROM
    return found


def _low_or_unrated(made: Draft) -> Bools:
    found: Bools = made.columns["rating"] == NULL
    return found


def _spoil(made: Draft, rows: Ints, luck: np.random.Generator) -> bool:
    """Makes satisfied citizens say that it is not solved, and as many dissatisfied ones elsewhere satisfied."""
    columns = made.columns
    # Those that were spoilt before say 1.
    low = np.flatnonzero(columns["rating"] == SATISFIED_FROM - 1)
    if len(low) < len(rows):
        return False
    cured = luck.choice(low, len(rows), replace=False)
    columns["rating"][cured], columns["solved"][cured] = SATISFIED_FROM, 1
    columns["rating"][rows], columns["solved"][rows] = 1, 0
    return True

"""The grains: which counters are kept, and the question that each one answers.

A counter's key is (grain, bucket, grid, category, channel). A bucket is a number of local hours or local days divided
by the unit's size, so any range is a greedy cover of buckets. What no grain answers is counted from the events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from data.clocks import Instant, ZoneClock
from data.periods import Period


@dataclass(frozen=True)
class Unit:
    """A length of buckets: `size` local hours or local days."""

    name: str
    of: Literal["hour", "day"]
    size: int

    @overload
    def bucket(self, clock: ZoneClock, at: Instant) -> int: ...

    @overload
    def bucket(self, clock: ZoneClock, at: NDArray[np.int64]) -> NDArray[np.int64]: ...

    def bucket(self, clock: ZoneClock, at: Instant | NDArray[np.int64]) -> int | NDArray[np.int64]:
        """The bucket that holds an instant; an array gives an array."""
        number = clock.hour_number(at) if self.of == "hour" else clock.day_number(at)
        return number // self.size

    def start(self, clock: ZoneClock, bucket: int) -> Instant:
        """The first instant of a bucket."""
        number = bucket * self.size
        return clock.hour_start(number) if self.of == "hour" else clock.day_start(number)


HOURS = Unit("hour", "hour", 1)
DAYS = Unit("day", "day", 1)
EIGHT_DAYS = Unit("8 days", "day", 8)
SIXTY_FOUR_DAYS = Unit("64 days", "day", 64)


@dataclass(frozen=True)
class Grain:
    """One family of counters. `depth` is the depth to which grids are lifted, None for the event's own grid."""

    id: int
    unit: Unit
    depth: int | None
    by_category: bool
    by_channel: bool
    answers: str


GRAINS: tuple[Grain, ...] = (
    Grain(1, HOURS, 0, False, False, "the city's figures over hours; its curve by hour"),
    Grain(
        2,
        HOURS,
        1,
        False,
        False,
        "a district's figures over hours; its curve by hour; the districts' ranking today",
    ),
    Grain(3, HOURS, 0, False, True, "the city's figures by channel over hours"),
    Grain(4, DAYS, 0, False, False, "the city's figures over days; its curve by day, week and month"),
    Grain(5, DAYS, 1, False, False, "a district's figures over days; the districts' ranking"),
    Grain(6, DAYS, 2, False, False, "a level-1 grid's figures over days; the ranking of the level-1 grids"),
    Grain(7, DAYS, 0, True, False, "the city's figures by category"),
    Grain(8, DAYS, 1, True, False, "a district's figures by category; the districts' ranking in a category"),
    Grain(9, DAYS, 0, False, True, "the city's figures by channel"),
    Grain(10, DAYS, 1, False, True, "a district's figures by channel"),
    Grain(11, DAYS, 2, False, True, "a level-1 grid's figures by channel"),
    Grain(12, DAYS, 0, True, True, "the city's figures by category and channel"),
    Grain(13, EIGHT_DAYS, 2, False, False, "the ranking of the level-1 grids over weeks and months"),
    Grain(14, EIGHT_DAYS, 0, True, False, "the city's hot categories over weeks and months"),
)

OWN_GRAINS: tuple[Grain, ...] = (
    Grain(-3, SIXTY_FOUR_DAYS, None, False, False, "maps of every grid over months and years"),
    Grain(-2, EIGHT_DAYS, None, False, False, "maps of every grid over weeks"),
    Grain(-1, DAYS, None, False, False, "maps of every grid over days"),
)
"""Grains by the event's own grid, the longest unit first. They have no counters, since a day holds about one event for
each counter that it would have; their buckets are vectors over all grids (data/vectors.py), and carry versions."""


Run: TypeAlias = tuple[Grain, int, int]
"""Buckets of a grain: the first, and the one after the last."""


@dataclass(frozen=True)
class Cover:
    """How a period is put together: runs of whole buckets by grain, and remainders counted from the events."""

    runs: tuple[Run, ...]
    remainders: tuple[Period, ...]


@lru_cache(maxsize=64)
def family(depth: int | None, by_category: bool, by_channel: bool) -> tuple[Grain, ...]:
    """The grains of exactly this lift and these splits, the longest unit first; () when none is kept."""
    found = [
        grain
        for grain in GRAINS
        if (grain.depth, grain.by_category, grain.by_channel) == (depth, by_category, by_channel)
    ]
    return tuple(sorted(found, key=lambda grain: (grain.unit.of == "hour", -grain.unit.size)))


@lru_cache(maxsize=1024)
def cover(clock: ZoneClock, period: Period, grains: tuple[Grain, ...]) -> Cover:
    """The period as whole buckets of the given grains (longest unit first) plus what is left over, in order of time."""
    runs: list[Run] = []
    remainders: list[Period] = []
    _cover(clock, period, grains, runs, remainders)
    return Cover(tuple(runs), tuple(remainders))


def _cover(
    clock: ZoneClock,
    period: Period,
    grains: tuple[Grain, ...],
    runs: list[Run],
    remainders: list[Period],
) -> None:
    if period.start >= period.end:
        return
    if not grains:
        remainders.append(period)
        return
    grain, finer = grains[0], grains[1:]
    unit = grain.unit
    first = unit.bucket(clock, period.start)
    if unit.start(clock, first) < period.start:
        first += 1
    last = unit.bucket(clock, period.end)
    if first >= last:
        _cover(clock, period, finer, runs, remainders)
        return
    starts, ends = unit.start(clock, first), unit.start(clock, last)
    _cover(clock, Period(period.start, starts), finer, runs, remainders)
    runs.append((grain, first, last))
    _cover(clock, Period(ends, period.end), finer, runs, remainders)


def buckets(cover: Cover) -> Iterator[tuple[Grain, int]]:
    """Every bucket of a cover with its grain."""
    for grain, first, last in cover.runs:
        for bucket in range(first, last):
            yield grain, bucket


def grains_markdown() -> str:
    """docs/grains.md: which counters are kept and the question that each answers."""
    lifts = {0: "city", 1: "depth 1 (district)", 2: "depth 2 (level-1 grid)", None: "own grid"}
    rows = [
        f"| {grain.id} | {grain.unit.name} | {lifts[grain.depth]} | {'yes' if grain.by_category else ''} | "
        f"{'yes' if grain.by_channel else ''} | {grain.answers} |"
        for grain in (*GRAINS, *OWN_GRAINS)
    ]
    return "\n".join([_MARKDOWN_HEAD, *rows, ""])


_MARKDOWN_HEAD = """# Grains

Made from `data/grains.py` by `make docs`. A counter is the sum of a measure over a bucket of time, a grid and, where
the grain splits, a category and a channel. Grains with a negative number have no counters: they are vectors over all
grids, kept packed and in memory under the version of their bucket. What no grain answers is counted from the events.

| grain | bucket | grid | by category | by channel | answers |
|---|---|---|---|---|---|"""

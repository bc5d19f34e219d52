"""A small city whose days are drawn: so many events a day by category, spread over its cells, and what is added."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from data.calendars import CalendarConfig, WorkingCalendar
from data.clocks import DAY, HOUR, Instant, ZoneClock, day_of
from data.grids import plant
from data.hotspots.arrays import Ints
from data.hotspots.hot import Sight
from data.hotspots.series import Days, Recent
from tests.support.city import SHANGHAI, small_nodes

CLOCK = ZoneClock.of(SHANGHAI)
CALENDAR = WorkingCalendar(CLOCK, CalendarConfig())
TREE = plant(small_nodes(districts=3, fan_out=3))
CELLS = np.array([grid.id for grid in TREE if grid.depth == 4 and grid.kind is None], dtype=np.int64)

TODAY = day_of(date(2026, 9, 16))
"""A Wednesday far from holidays."""

AS_OF = CLOCK.day_start(TODAY)


@dataclass
class Life:
    """Events of a city until AS_OF, drawn under a seed; `rates` are events a day of each category."""

    rates: tuple[float, ...]
    days: int
    seed: int = 1
    weekend: float = 1.0
    grid: list[Ints] = field(default_factory=list)
    category: list[Ints] = field(default_factory=list)
    at: list[Ints] = field(default_factory=list)

    def __post_init__(self) -> None:
        dice = np.random.default_rng(self.seed)
        for day in range(TODAY - self.days, TODAY):
            share = self.weekend if (day + 3) % 7 > 4 else 1.0
            for category, rate in enumerate(self.rates):
                count = int(dice.poisson(rate * share))
                self.add(category, dice.choice(CELLS, count), day, dice.integers(0, DAY, count))

    def add(self, category: int, grids: Ints, day: int, within: Ints | int = 12 * HOUR) -> None:
        """Some more events on a day."""
        self.grid.append(np.asarray(grids, dtype=np.int64))
        self.category.append(np.full(len(grids), category, dtype=np.int64))
        self.at.append(np.full(len(grids), CLOCK.day_start(day), dtype=np.int64) + within)

    def burst(self, category: int, grid: int, count: int, days_ago: int = 1) -> None:
        """Some more events in one grid, `days_ago` 1 for the last day."""
        self.add(category, np.full(count, grid), TODAY - days_ago)

    def sight(self, as_of: Instant = AS_OF, positions: bool = True) -> Sight:
        """The city as of an instant."""
        grid, category, at = (np.concatenate(part) for part in (self.grid, self.category, self.at))
        before = at < as_of
        first = TODAY - self.days
        counts = np.zeros((len(self.rates), self.days), dtype=np.int64)
        np.add.at(counts, (category[before], CLOCK.day_number(at[before]) - first), 1)
        whole = CLOCK.day_number(as_of) - first
        places = [each for each in TREE if each.depth == 3]
        points = {each.id: (float(number % 6), float(number // 6)) for number, each in enumerate(places)}
        return Sight(
            TREE,
            CALENDAR,
            Recent.of(as_of, grid, category, at),
            Days(first, counts[:, :whole]),
            {},
            points if positions else {},
            self.days,
        )

"""Compares the counters with the events that they were made from, and says in words where they differ."""

from __future__ import annotations

from dataclasses import dataclass

from data import searching
from data.counters import Difference, Progress, differences, quiet
from data.grains import GRAINS
from data.measures import MEASURE_NAMES
from data.reference import Reference, reference_within
from data.store import Store, state


@dataclass(frozen=True)
class Verdict:
    """How many counters the events give, how many stored ones differ, and the first few of those in words. `stale`
    says that a bulk load has left them to be built. Of the search's `segments`, `segments_wrong` do not hold their
    events' texts."""

    cells: int
    differing: int
    told: tuple[str, ...]
    stale: bool
    segments: int = 0
    segments_wrong: int = 0


def verify(store: Store, progress: Progress = quiet) -> Verdict:
    """Counts everything anew beside what is stored, in one snapshot; changes nothing. Raises NoCity."""
    with store.reading() as connection:
        stale = state(connection).counters_stale
        city = reference_within(store, connection)
        cells, differing, found = differences(connection, city.lifts, progress=progress)
        segments, wrong = searching.differing(connection, progress)
    told = tuple(_told(each, city) for each in found)
    return Verdict(cells, differing, told, stale, segments, wrong)


def _told(difference: Difference, city: Reference) -> str:
    grain_id, bucket, grid_id, category_id, channel_id = difference.key
    grain = next(grain for grain in GRAINS if grain.id == grain_id)
    start = city.clock.local(grain.unit.start(city.clock, bucket))
    parts = [
        city.tree.by_id(grid_id).code if 1 <= grid_id <= len(city.tree) else f"grid {grid_id}",
        f"{grain.unit.name} from {start:%Y-%m-%d %H:%M}",
        *(
            f"{what} {number}"
            for what, number in (("category", category_id), ("channel", channel_id))
            if number
        ),
    ]
    wrong = [
        f"{name} is {stored}, the events say {counted}"
        for name, stored, counted in zip(MEASURE_NAMES, difference.stored, difference.counted, strict=True)
        if stored != counted
    ]
    return f"{', '.join(parts)}: {'; '.join(wrong)}"

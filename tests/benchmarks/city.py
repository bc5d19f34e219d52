"""A synthetic city of Zhengzhou's size and a history of any number of events: only for measuring."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from data.calendars import CalendarConfig, Limit
from data.citypack import Category, Channel, CityPack, Level
from data.clocks import DAY, HOUR, MINUTE, parse_instant
from data.loading import NULL, Histories
from data.reference import Reference

BEGIN = parse_instant("2023-10-08T00:00:00+08:00")
END = parse_instant("2026-11-21T00:00:00+08:00")
COUNTS = {"district": 15, "street": 215, "community": 3_530, "grid": 19_582, "dedicated": 4_835}
CATEGORIES = 125
CHANNELS = 8


def pack() -> CityPack:
    """A city pack with Zhengzhou's numbers of grids and made-up names."""
    rows: list[tuple[str, str | None, str, str | None]] = [("410100", None, "city", None)]
    levels = ["410100"]
    for level in ("district", "street", "community", "grid"):
        count = COUNTS[level]
        parents = [levels[number * len(levels) // count] for number in range(count)]
        seen: dict[str, int] = {}
        children = []
        for parent in parents:
            seen[parent] = seen.get(parent, 0) + 1
            children.append(f"{parent}{seen[parent]:03d}")
        rows += [(code, parent, level, None) for code, parent in zip(children, parents, strict=True)]
        if level == "community":
            every = len(children) / COUNTS["dedicated"]
            hosts = [children[int(number * every)] for number in range(COUNTS["dedicated"])]
            rows += [
                (f"{host}Z{number:05d}", host, "dedicated", "school") for number, host in enumerate(hosts)
            ]
        levels = children
    grids = pd.DataFrame(
        [(code, f"G{code}", parent, level, kind, np.nan) for code, parent, level, kind in rows],
        columns=["code", "name", "parent", "level", "kind", "area_km2"],
    ).astype({"parent": object, "kind": object})
    grids = grids.where(grids.notna(), None)
    return CityPack(
        folder=Path(),
        code="410100",
        name="Benchmark",
        name_en="Benchmark",
        zone="Asia/Shanghai",
        levels=tuple(
            Level(key, key) for key in ("city", "district", "street", "community", "grid", "dedicated")
        ),
        grids=grids,
        shapes=gpd.GeoDataFrame({"code": [], "geometry": []}, geometry="geometry", crs=4326),
        categories=tuple(
            Category(
                f"c{n:03d}",
                f"C{n}",
                f"t{n // 12}",
                f"T{n // 12}",
                Limit.parse("30 minutes"),
                Limit.parse("3 working days"),
            )
            for n in range(CATEGORIES)
        ),
        channels=tuple(Channel(f"h{n}", f"H{n}") for n in range(CHANNELS)),
        calendar=CalendarConfig(),
        targets={},
        mappings={},
        staff=pd.DataFrame({"grid": [], "role": [], "headcount": []}),
        limits_by_channel={},
        issuer="Benchmark",
        credit="",
        files=(),
        bulletins={},
    )


def histories(reference: Reference, count: int, seed: int = 1) -> Histories:
    """`count` plain histories in order of time: skewed over grids, categories and channels, with a daily rhythm."""
    rng = np.random.default_rng(seed)
    days = (END - BEGIN) // DAY
    day = rng.integers(0, days, count)
    hour = np.clip(rng.normal(13, 4.5, count), 0, 23.99)
    reported = np.sort(BEGIN + day * DAY + (hour * HOUR).astype(np.int64))
    leaves = np.array([grid.id for grid in reference.tree if grid.level in ("grid", "dedicated")])
    weights = rng.pareto(2.5, len(leaves)) + 0.1
    accepted = reported + rng.exponential(14 * MINUTE, count).astype(np.int64)
    dispatched = accepted + rng.exponential(20 * MINUTE, count).astype(np.int64)
    handled = dispatched + rng.exponential(40 * HOUR, count).astype(np.int64)
    closed = handled + rng.exponential(6 * HOUR, count).astype(np.int64)
    rated = closed + rng.exponential(30 * HOUR, count).astype(np.int64)
    due = reported + rng.choice([24, 72, 120, 168], count) * HOUR
    stuck = rng.random(count) < 0.022
    handled[stuck] = NULL
    unrated = (rng.random(count) < 0.65) | stuck

    def fact(at: np.ndarray, missing: np.ndarray | None = None) -> np.ndarray:
        gone = at >= END
        if missing is not None:
            gone |= missing
        return np.where(gone, NULL, at)

    accepted, dispatched = fact(accepted), fact(dispatched)
    dispatched = np.where(accepted == NULL, NULL, dispatched)
    handled = np.where(dispatched == NULL, NULL, fact(handled))
    closed = np.where(handled == NULL, NULL, fact(closed))
    rated = np.where(closed == NULL, NULL, fact(rated, unrated))
    rating = np.where(
        rated == NULL, NULL, rng.choice([5, 4, 3, 2, 1], count, p=[0.55, 0.3, 0.108, 0.03, 0.012])
    )
    numbers = {
        "grid_id": rng.choice(leaves, count, p=weights / weights.sum()),
        "category_id": 1 + _skewed(rng, CATEGORIES, count),
        "channel_id": 1 + _skewed(rng, CHANNELS, count),
        "reported_at": reported,
        "accepted_at": accepted,
        "dispatched_at": dispatched,
        "handled_at": handled,
        "closed_at": closed,
        "rated_at": rated,
        "accept_due_at": reported + 30 * MINUTE,
        "handle_due_at": due,
        "rating": rating,
        "solved": np.where(rating == NULL, NULL, (rating >= 3).astype(np.int64)),
    }
    return Histories(
        keys=[f"ZZ{number:09d}" for number in range(count)],
        titles=[_TITLES[n % len(_TITLES)] for n in range(count)],
        descriptions=[_DESCRIPTIONS[n % len(_DESCRIPTIONS)] for n in range(count)],
        addresses=[f"Jianshe Road {n % 900}, block {n % 37}, near the market gate" for n in range(count)],
        numbers=numbers,
        places={"lon": rng.normal(113.65, 0.1, count), "lat": rng.normal(34.76, 0.07, count)},
    )


_TITLES = tuple(f"Street lamp number {n} has been dark since Tuesday" for n in range(97))
_DESCRIPTIONS = tuple(
    f"A resident reports that the matter at place {n} has not been settled for some days, asks that the unit in charge "
    "comes to look at it, and would like to be called back when it is done."
    for n in range(101)
)


def _skewed(rng: np.random.Generator, size: int, count: int) -> np.ndarray:
    weights = 1 / np.arange(1, size + 1) ** 0.9
    return rng.choice(size, count, p=weights / weights.sum())

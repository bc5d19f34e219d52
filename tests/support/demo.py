"""A small city that lives as the demonstration does: Zhengzhou's categories and channels, a hundred grids."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import Polygon, box

from data.calendars import CalendarConfig, Limit
from data.city import load_city
from data.citypack import Category, Channel, CityPack, Level
from data.clocks import Instant
from data.packareas import no_areas
from data.packpeople import no_organisations
from data.settings import PROJECT
from data.store import Store
from tests.support.city import SHANGHAI, city_pack

FOLDER = PROJECT / "data/cities/zhengzhou"
LEVELS = ("city", "district", "level1", "level2", "level3", "dedicated")
CITY, PUBLISHED = "410100", "410106"
KINDS = ("学校", "商圈市场", "建设工地")

_STREETS = {
    "410105": ("花园路街道", "东风路街道"),
    PUBLISHED: ("济源路街道",),
    "410122": ("官渡镇", "狼城岗镇"),
}


def demo_pack(folder: Path = Path()) -> CityPack:
    """The pack: three districts, five streets, three communities in each, five ordinary grids and a dedicated one."""
    rows = list(_grids())
    shapes = {code: shape for code, *_, shape in rows if shape is not None}
    grids = pd.DataFrame(
        [(code, name, parent, level, kind, 1.0) for code, name, parent, level, kind, _ in rows],
        columns=["code", "name", "parent", "level", "kind", "area_km2"],
        dtype=object,
    )
    return replace(
        city_pack(SHANGHAI),
        folder=folder,
        code=CITY,
        name="郑州市",
        demo=True,
        duty=({"since": "2026-01-01"},),
        levels=tuple(Level(key, key) for key in LEVELS),
        grids=grids,
        shapes=gpd.GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326"),
        categories=tuple(
            Category(row["code"], row["name"], row["top_code"], row["top_name"], *_limits(row))
            for row in _rows("categories")
        ),
        channels=tuple(Channel(row["code"], row["name"]) for row in _rows("channels")),
        limits_by_channel={(row["category"], row["channel"]): _limits(row) for row in _rows("limits")},
        calendar=CalendarConfig(),
        staff=pd.DataFrame({"grid": [CITY], "role": ["head"], "headcount": [1]}),
        organisations=no_organisations(),
        areas=no_areas(),
    )


def open_demo_city(url: str, now: Instant = 0) -> Store:
    """A new store that holds the small demonstration without events. Close it."""
    store = Store.open(url, synchronous="OFF", pool_size=4)
    try:
        load_city(store, demo_pack(), now)
    except BaseException:
        store.close()
        raise
    return store


def _limits(row: dict[str, str]) -> tuple[Limit, Limit]:
    return Limit.parse(row["accept_limit"]), Limit.parse(row["handle_limit"])


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _grids() -> Iterator[tuple[str, str, str | None, str, str | None, Polygon | None]]:
    yield CITY, "郑州市", None, "city", None, None
    for across, (district, streets) in enumerate(_STREETS.items()):
        yield district, "金上中"[across] + "区", CITY, "district", None, None
        for up, street_name in enumerate(streets):
            street = f"{district}{up + 1:03d}"
            yield street, street_name, district, "level1", None, None
            for number in range(1, 4):
                name = f"{street_name[:2]}{'村' if street_name.endswith('镇') else '路社区'}"
                community = f"{street}{number:03d}"
                yield community, name, street, "level2", None, None
                x, y = 113.5 + 0.1 * across + 0.03 * number, 34.5 + 0.1 * up
                for cell in range(1, 6):
                    # An outline that bends inward: a point drawn from its box would often miss it.
                    left = x + 0.005 * cell
                    bent = [(left, y), (left + 0.005, y), (left + 0.005, y + 0.02), (left + 0.004, y + 0.001)]
                    yield (
                        f"{community}{cell:03d}",
                        f"{name}第{cell}网格",
                        community,
                        "level3",
                        None,
                        Polygon(bent),
                    )
                kind = KINDS[number - 1]
                yield (
                    f"{community}Z01",
                    f"{name}{kind}01",
                    community,
                    "dedicated",
                    kind,
                    box(x, y, x + 0.001, y + 0.001),
                )

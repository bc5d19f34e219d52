"""A small city for the tests: five depths, dedicated grids, limits in every unit, in a zone of one's choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd
from shapely.geometry import box
from sqlalchemy.engine import make_url

from data.calendars import CalendarConfig, Limit
from data.city import load_city
from data.citypack import Category, Channel, CityPack, Level
from data.clocks import Instant
from data.grids import Node
from data.reference import Reference, reference
from data.store import Store
from tests.support.postgres import Cluster

SHANGHAI, NEW_YORK = "Asia/Shanghai", "America/New_York"
ZONES = (SHANGHAI, NEW_YORK)

LEVELS = ("city", "district", "street", "community", "cell")

CITY = "11"
DISTRICT = "1101"
STREET = "110101"
COMMUNITY = "11010101"
CELL = "1101010101"
DEDICATED = "11010101Z01"
OTHER_DISTRICT = "1102"

CATEGORIES = ("road", "noise", "light", "tree", "other")
CHANNELS = ("hotline", "patrol", "sensor")


def small_nodes(districts: int = 2, fan_out: int = 2) -> tuple[Node, ...]:
    """The city's grids: `fan_out` children each at every depth below the districts, and a dedicated grid under
    the first community of each street."""
    nodes = [Node(CITY, "City", None, LEVELS[0])]
    above = [CITY]
    for depth, level in enumerate(LEVELS[1:], start=1):
        width = districts if depth == 1 else fan_out
        codes = [f"{parent}{number:02d}" for parent in above for number in range(1, width + 1)]
        nodes += [Node(code, f"{level} {code}", code[:-2], level) for code in codes]
        if level == "community":
            nodes += [
                Node(f"{code}Z01", f"market {code}", code, LEVELS[-1], "market")
                for code in codes
                if code.endswith("01")
            ]
        above = codes
    return tuple(nodes)


def city_pack(
    zone: str = SHANGHAI,
    nodes: Iterable[Node] | None = None,
    categories: Sequence[str] = CATEGORIES,
    channels: Sequence[str] = CHANNELS,
) -> CityPack:
    """The pack of the small city; `categories` and `channels` name those that it keeps."""
    limits: dict[str, tuple[Limit | None, Limit | None]] = {
        "road": (Limit(15, "minutes"), Limit(4, "hours")),
        "noise": (Limit(1, "working_hours"), Limit(2, "working_days")),
        "light": (Limit(2, "hours"), Limit(3, "days")),
        "tree": (Limit(30, "minutes"), Limit(8, "working_hours")),
        "other": (None, None),
    }
    by_channel: dict[tuple[str, str], tuple[Limit | None, Limit | None]] = {
        ("road", "sensor"): (Limit(5, "minutes"), Limit(1, "hours")),
        ("other", "patrol"): (None, Limit(45, "minutes")),
    }
    grids = pd.DataFrame(
        [
            (node.code, node.name, node.parent, node.level, node.kind, 1.0)
            for node in (small_nodes() if nodes is None else nodes)
        ],
        columns=["code", "name", "parent", "level", "kind", "area_km2"],
        dtype=object,
    )
    return CityPack(
        folder=Path(),
        code=CITY,
        name="City",
        name_en="City",
        zone=zone,
        levels=tuple(Level(level, level) for level in LEVELS),
        grids=grids,
        shapes=gpd.GeoDataFrame({"code": [CITY]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4326"),
        categories=tuple(
            Category(code, f"the {code}", "top", "Top", *limits.get(code, (None, None)))
            for code in categories
        ),
        channels=tuple(Channel(code, f"by {code}") for code in channels),
        calendar=CalendarConfig(country="CN" if zone == SHANGHAI else ""),
        targets={},
        mappings={},
        staff=pd.DataFrame(
            {"grid": [CITY, STREET, COMMUNITY], "role": ["head", "head", "worker"], "headcount": [1, 1, 5]}
        ),
        limits_by_channel={
            (category, channel): both
            for (category, channel), both in by_channel.items()
            if category in categories and channel in channels
        },
        issuer="",
        credit="",
        files=(),
        bulletins={},
        organisations=pd.DataFrame(
            {"grid": [CITY, STREET, COMMUNITY], "kind": ["party", "party", "club"], "number": [1, 2, 4]}
        ),
        areas=gpd.GeoDataFrame(
            {"code": ["z", "a"], "name": ["Zone", "County"], "kind": ["zone", "county"]},
            geometry=[box(0, 0, 1, 1), box(0, 0, 2, 1)],
            crs="EPSG:4326",
        ),
        illustrative=True,
    )


def open_city(url: str, zone: str = SHANGHAI, *, now: Instant = 0, synchronous: str = "OFF") -> Store:
    """A new store that holds the small city. Close it. Nothing but a power cut needs more than `synchronous` off."""
    if url.startswith("sqlite") and not now:
        Path(make_url(url).database or "").write_bytes(_made(zone))
        return Store.open(url, synchronous=synchronous, pool_size=4)
    store = Store.open(url, synchronous=synchronous, pool_size=4)
    try:
        load_city(store, city_pack(zone), now)
    except BaseException:
        store.close()
        raise
    return store


@contextmanager
def copied_city(cluster: Cluster, zone: str = SHANGHAI) -> Iterator[Store]:
    """The same on PostgreSQL, as a copy of a database that the server makes once."""
    template = cluster.template(f"small city in {zone}", lambda url: open_city(url, zone).close())
    with (
        cluster.database(template) as url,
        Store.open(url, synchronous="OFF", pool_size=4) as store,
    ):
        yield store


@cache
def _made(zone: str) -> bytes:
    """The file of a SQLite store that holds the small city: to make its tables anew takes ten times as long as to
    write it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "city.db"
        with Store.open(f"sqlite:///{path}", synchronous="OFF", pool_size=1) as store:
            load_city(store, city_pack(zone), 0)
        return path.read_bytes()


def small_reference(folder: Path, zone: str = SHANGHAI) -> Reference:
    """The small city as a store in that folder gives it."""
    with open_city(f"sqlite:///{folder / 'reference.db'}", zone) as store:
        return reference(store)


def moved(nodes: Iterable[Node], code: str, parent: str) -> tuple[Node, ...]:
    """The nodes with one grid under another parent; what lies below goes with it."""
    return tuple(replace(node, parent=parent) if node.code == code else node for node in nodes)

"""Zhengzhou at its full size: exact counts, exact tiling, real names, the published totals, and the store's copy."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.city import load_city
from data.citypack import CityPack, read_pack
from data.demo.pack import built_pack
from data.demo.source import Source, read_source
from data.queries.people import people
from data.queries.shapes import areas
from data.reference import reference
from data.store import Store
from tests.data.demo.sources import ZHENGZHOU
from tests.data.demo.tiling import assert_tiling, at_level

COUNTS = {"city": 1, "district": 15, "level1": 215, "level2": 3_530, "level3": 19_582, "dedicated": 4_835}
LENGTHS = {"city": {6}, "district": {6}, "level1": {9}, "level2": {12}, "level3": {15}, "dedicated": {15}}


@pytest.fixture(scope="module")
def folder(zhengzhou: Path) -> Path:
    return zhengzhou


@pytest.fixture(scope="module")
def grids(folder: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(folder / "grids.gpkg", use_arrow=True)


@pytest.fixture(scope="module")
def pack(folder: Path) -> CityPack:
    return read_pack(folder)


@pytest.fixture(scope="module")
def source() -> Source:
    return read_source(ZHENGZHOU)


def test_the_counts_are_exact(grids: gpd.GeoDataFrame) -> None:
    assert grids["level"].value_counts().to_dict() == COUNTS
    kinds = at_level(grids, "dedicated")["kind"].value_counts()
    assert (len(kinds), kinds.sum()) == (9, 4_835)
    assert kinds.min() >= 90
    assert grids.loc[grids["level"] != "dedicated", "kind"].isna().all()


def test_codes_follow_the_national_order(grids: gpd.GeoDataFrame) -> None:
    assert grids["code"].is_unique
    assert {level: set(at_level(grids, level)["code"].str.len()) for level in COUNTS} == LENGTHS
    below = grids[grids["level"].isin(["level1", "level2", "level3", "dedicated"])]
    assert all(code.startswith(parent) for code, parent in zip(below["code"], below["parent"], strict=True))
    ordinary = grids.loc[grids["level"] != "dedicated", "code"]
    assert ordinary.str.fullmatch(r"\d+").all()
    assert at_level(grids, "dedicated")["code"].str.fullmatch(r"\d{12}Z\d{2}").all()


def test_every_level_tiles_the_one_above(grids: gpd.GeoDataFrame) -> None:
    assert_tiling(grids)


def test_the_city_has_neither_gap_nor_hole(grids: gpd.GeoDataFrame) -> None:
    (city,) = at_level(grids, "city").geometry
    assert city.geom_type == "Polygon"
    assert len(city.interiors) == 0


def test_the_counties_are_the_source_s(folder: Path, grids: gpd.GeoDataFrame, source: Source) -> None:
    drawn = gpd.read_file(folder / "areas.geojson")
    assert drawn["kind"].tolist() == ["county"] * 12 + ["zone"] * 4
    counties = drawn[drawn["kind"] == "county"]
    assert counties["code"].tolist() == source.counties["code"].tolist()
    assert set(counties.geom_type) == {"Polygon"}
    for real, made in zip(source.counties.geometry, counties.geometry, strict=True):
        corners = {tuple(corner) for corner in shapely.get_coordinates(made).tolist()}
        assert {tuple(corner) for corner in shapely.get_coordinates(real).tolist()} <= corners
        # New corners on the border lie on the mesh of six decimals, ten centimetres at most beside it.
        assert shapely.hausdorff_distance(real.boundary, made.boundary) < 2e-6
    streets = at_level(grids, "level1").merge(source.townships[["code", "host"]], on="code")
    unions = streets.dissolve("host", method="coverage").geometry.loc[counties["code"]]
    assert shapely.equals(unions.to_numpy(), counties.geometry.to_numpy()).all()


def test_zones_are_the_streets_of_theirs(folder: Path, grids: gpd.GeoDataFrame, source: Source) -> None:
    drawn = gpd.read_file(folder / "areas.geojson").set_index("name")
    streets = at_level(grids, "level1").merge(source.townships[["code", "zone"]], on="code")
    unions = streets[streets["zone"] != ""].dissolve("zone", method="coverage").geometry
    assert len(unions) == 4
    assert shapely.equals(unions.to_numpy(), drawn.geometry.loc[unions.index].to_numpy()).all()


def test_dedicated_grids_lie_within_a_cell_of_their_community(grids: gpd.GeoDataFrame) -> None:
    cells, dedicated = at_level(grids, "level3"), at_level(grids, "dedicated")
    tree = shapely.STRtree(cells.geometry.to_numpy())
    number, cell = tree.query(dedicated.geometry.to_numpy(), predicate="within")
    assert number.tolist() == list(range(4_835))
    assert cells["parent"].to_numpy()[cell].tolist() == dedicated["parent"].tolist()


def test_cells_look_like_grids(grids: gpd.GeoDataFrame) -> None:
    cells = at_level(grids, "level3").to_crs("EPSG:4547")
    square_metres, around = cells.area, cells.length
    compact = 4 * np.pi * square_metres / around**2
    assert square_metres.min() > 3_000
    assert compact.quantile(0.01) > 0.55
    assert (compact < 0.3).sum() <= 10
    towns = cells["urban"].astype(bool)
    assert square_metres[towns].median() * 3 < square_metres[~towns].median()


def test_names_and_codes_come_from_the_sources(grids: gpd.GeoDataFrame, source: Source) -> None:
    streets, communities = at_level(grids, "level1"), at_level(grids, "level2")
    given = dict(zip(source.townships["code"], source.townships["name"], strict=True))
    assert dict(zip(streets["code"], streets["name"], strict=True)) == given
    confirmed = source.townships.loc[source.townships["name_status"] == "NBS-2023", "code"]
    assert set(streets.loc[streets["status"] == "", "code"]) == set(confirmed)
    assert len(confirmed) == 208
    assert set(communities.loc[communities["status"] == "", "code"]) == set(source.communities["code"])
    assert (communities["status"] == "unverified-placeholder").sum() == 224


def test_people_sum_to_the_published_totals(pack: CityPack) -> None:
    assert pack.staff["headcount"].sum() == 221_000
    kinds = pack.organisations.groupby("kind")["number"].sum().to_dict()
    assert kinds == {"党组织": 215 + 3_530 + 19_582, "社区社会组织": 13_400, "居民自治组织": 21_000}
    heads = pack.staff[pack.staff["role"] == "网格长"]
    assert (heads["headcount"] == 1).all()
    led = pack.grids["level"].isin(["level1", "level2", "level3", "dedicated"])
    assert set(heads["grid"]) == set(pack.grids.loc[led, "code"])
    full_time = pack.staff[pack.staff["role"] == "专职网格员"]
    assert set(full_time["grid"]) == set(pack.grids.loc[pack.grids["level"] == "level3", "code"])


def test_the_pack_has_no_fault(pack: CityPack) -> None:
    assert (len(pack.grids), len(pack.shapes)) == (28_178, 28_178)
    assert (pack.illustrative, pack.demo, pack.build["seed"]) == (True, True, 410100)
    assert [level.key for level in pack.levels] == list(COUNTS)
    assert len(pack.channels) == 8
    assert pack.grids["area_km2"][0] == pytest.approx(7_565, rel=0.005)


def test_categories_follow_the_standard_and_count_down_beyond(pack: CityPack) -> None:
    tops = list(dict.fromkeys(category.top_code for category in pack.categories))
    parts, events = [f"P{number:02d}" for number in range(1, 6)], [f"E{number:02d}" for number in range(1, 7)]
    assert tops == [*parts, *events, *[f"L{number}" for number in range(99, 90, -1)]]
    assert len(pack.categories) == 125
    assert all(each.code.startswith(each.top_code) for each in pack.categories)
    assert all(each.accept_limit and each.handle_limit for each in pack.categories)
    assert Counter(each.name for each in pack.categories).most_common(1)[0][1] == 1


def test_the_store_holds_it_all(database_url: str, pack: CityPack) -> None:
    with Store.open(database_url, synchronous="OFF") as store:
        tree = load_city(store, pack, 0)
        assert Counter(grid.level for grid in tree) == COUNTS
        assert sum(grid.kind is not None for grid in tree) == 4_835
        assert sum(people(store, "410100").staff.values()) == 221_000
        parts = [people(store, grid.code).staff for grid in tree.children("410100")]
        assert sum(sum(part.values()) for part in parts) == 221_000
        assert len(areas(store)) == 16
        assert reference(store).config["build"]["seed"] == 410100
        assert {grid.depth for grid in tree if grid.level in ("level3", "dedicated")} == {4}


@pytest.mark.slow
def test_two_builds_are_alike_byte_by_byte(folder: Path, tmp_path: Path) -> None:
    again = built_pack(ZHENGZHOU, tmp_path)
    assert again.name == folder.name
    assert digests(again) == digests(folder)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}

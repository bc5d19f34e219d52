"""One county of Zhengzhou: the same seed gives the same grids, another others, and both tile."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from data.demo.source import read_source
from data.demo.tessellation.build import Tessellation, tessellate
from data.demo.tessellation.communities import communities_of, place_name
from tests.data.demo.sources import SHANGJIE, ZHENGZHOU, part
from tests.data.demo.tiling import assert_tiling, at_level


@pytest.fixture(scope="module")
def shangjie() -> Tessellation:
    return tessellate(part(), 1)


def test_the_part_tiles(shangjie: Tessellation) -> None:
    assert_tiling(shangjie.grids)
    assert shangjie.grids["level"].value_counts().to_dict() == {
        "city": 1,
        "district": 1,
        "level1": 6,
        "level2": 68,
        "level3": 360,
        "dedicated": 40,
    }


def test_its_outline_is_the_source_s(shangjie: Tessellation) -> None:
    (county,) = part().counties.geometry
    (made,) = shangjie.areas.geometry
    assert shangjie.areas["code"].tolist() == [SHANGJIE]
    corners = {tuple(corner) for corner in shapely.get_coordinates(made).tolist()}
    assert {tuple(corner) for corner in shapely.get_coordinates(county).tolist()} <= corners
    assert shapely.hausdorff_distance(county.boundary, made.boundary) < 2e-6


def test_the_same_seed_gives_the_same_grids(shangjie: Tessellation) -> None:
    again = tessellate(part(), 1)
    for one, other in ((shangjie.grids, again.grids), (shangjie.areas, again.areas)):
        assert one.drop(columns="geometry").equals(other.drop(columns="geometry"))
        assert one.geometry.to_wkb().equals(other.geometry.to_wkb())


def test_another_seed_gives_others_that_tile_too(shangjie: Tessellation) -> None:
    other = tessellate(part(), 2)
    assert_tiling(other.grids)
    for level in ("level1", "level2", "level3", "dedicated"):
        one, two = at_level(shangjie.grids, level).geometry, at_level(other.grids, level).geometry
        assert not set(one.to_wkb()) >= set(two.to_wkb()), level


@pytest.mark.parametrize("seed", range(3, 7))
def test_a_county_with_bends_tiles_with_any_seed(seed: int) -> None:
    grids = tessellate(part("410102", level3=500, dedicated=10, new=0), seed).grids
    assert_tiling(grids)
    assert len(at_level(grids, "level3")) == 500


def test_dedicated_grids_lie_within_one_cell_of_their_community(shangjie: Tessellation) -> None:
    cells, dedicated = at_level(shangjie.grids, "level3"), at_level(shangjie.grids, "dedicated")
    within = shapely.STRtree(cells.geometry.to_numpy()).query(
        dedicated.geometry.to_numpy(), predicate="within"
    )
    assert within[0].tolist() == list(range(40))
    assert len(set(within[1])) == 40
    assert cells["parent"].to_numpy()[within[1]].tolist() == dedicated["parent"].tolist()


def test_towns_lie_where_the_street_s_centre_is() -> None:
    source = part()
    communities = communities_of(source, 1)
    assert communities.urban.any()
    assert (~communities.urban).any()
    assert communities.cells.sum() == 360
    assert communities.cells[communities.urban].sum() == round(360 * 0.6)
    assert communities.cells.min() >= 1


def test_placeholders_fill_up_and_are_marked(shangjie: Tessellation) -> None:
    communities = at_level(shangjie.grids, "level2")
    marked = communities[communities["status"] != ""]
    assert len(marked) == 4
    assert set(marked["status"]) == {"unverified-placeholder"}
    assert marked["code"].str[9:].astype(int).min() >= 901
    assert not set(marked["code"]) & set(part().communities["code"])


def test_more_cells_than_room_is_told() -> None:
    source = part()
    with pytest.raises(ValueError, match="expected at least"):
        tessellate(replace(source, rules=replace(source.rules, level2=10)), 1)


@pytest.mark.parametrize(
    ("committee", "place"),
    [
        ("碧沙岗社区居委会", "碧沙岗社区"),
        ("河南工大社区居民委员会", "河南工大社区"),
        ("文庙街居委会", "文庙街社区"),
        ("桐树洼社区居民管理委员会", "桐树洼社区"),
        ("大李村村委会", "大李村"),
        ("小李庄村民委员会", "小李庄村"),
        ("居委会", "居委会"),
        ("高新区", "高新区"),
    ],
)
def test_a_place_is_called_without_its_committee(committee: str, place: str) -> None:
    assert place_name(committee, read_source(ZHENGZHOU).rules) == place


def test_numbers_run_from_the_north_west(shangjie: Tessellation) -> None:
    cells = at_level(shangjie.grids, "level3")
    assert cells["code"].str[:12].tolist() == cells["parent"].tolist()
    numbers = cells.groupby("parent")["code"].agg(lambda codes: sorted(int(code[12:]) for code in codes))
    assert all(found == list(range(1, len(found) + 1)) for found in numbers)
    middles = cells.geometry.representative_point()
    north = middles.y.groupby(cells["parent"]).agg(["first", "last"])
    assert np.mean(north["first"] > north["last"]) > 0.8

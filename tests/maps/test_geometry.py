"""Outlines for the browser: small, without gaps, the right way round, the same bytes each time."""

from __future__ import annotations

import gzip
import json

import geopandas as gpd
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, box, shape

from maps.geometry import browser_geometry
from tests.support.fakes import NEIGHBOURHOODS, boston_shapes, code_of


def frame(*outlines: object, names: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    codes = [f"g{number}" for number in range(len(outlines))]
    return gpd.GeoDataFrame(
        {"code": codes, "name": list(names) or codes}, geometry=gpd.GeoSeries(list(outlines), crs="EPSG:4326")
    )


def drawn(shapes: gpd.GeoDataFrame) -> dict[str, shapely.Geometry]:
    found = browser_geometry(shapes)
    assert found is not None
    return {one["id"]: shape(one["geometry"]) for one in json.loads(found.body)["features"]}


def test_nothing_to_draw_is_none() -> None:
    assert browser_geometry(frame()) is None
    assert browser_geometry(frame(None, Polygon())) is None


def test_every_grid_is_a_feature_by_its_code() -> None:
    codes = [code_of(name) for name in NEIGHBOURHOODS]
    found = browser_geometry(boston_shapes(codes))
    assert found is not None
    assert found.codes == set(codes)
    assert gzip.decompress(found.packed) == found.body


def test_the_same_outlines_give_the_same_bytes() -> None:
    codes = [code_of(name) for name in NEIGHBOURHOODS]
    assert browser_geometry(boston_shapes(codes)) == browser_geometry(boston_shapes(codes))


def test_outer_rings_run_clockwise_or_the_rest_of_the_world_would_be_painted() -> None:
    for outline in drawn(frame(box(0, 0, 1, 1), MultiPolygon([box(2, 0, 3, 1), box(4, 0, 5, 1)]))).values():
        for part in shapely.get_parts(outline):
            assert not part.exterior.is_ccw


def test_neighbours_keep_their_common_border() -> None:
    zigzag = [(0.5 + 0.00005 * (number % 2), number / 500) for number in range(501)]
    left = Polygon([(0, 0), *zigzag, (0, 1)])
    right = Polygon([(1, 0), *zigzag, (1, 1)])
    found = drawn(frame(left, right))
    assert len(shapely.get_coordinates(found["g0"])) < 250
    assert shapely.coverage_is_valid(list(found.values()))
    assert abs(found["g0"].area + found["g1"].area - 1) < 1e-6


def test_a_tiny_grid_does_not_vanish() -> None:
    found = drawn(frame(box(0, 0, 1, 1), box(1.00001, 0, 1.00002, 0.00001)))
    assert not found["g1"].is_empty


def test_a_broken_outline_is_mended_and_stray_points_are_dropped() -> None:
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    found = drawn(frame(bow, shapely.GeometryCollection([box(2, 0, 3, 1), Point(9, 9)])))
    assert found["g0"].is_valid
    assert found["g1"].bounds == (2, 0, 3, 1)


def test_names_stand_inside_and_never_on_each_other() -> None:
    found = browser_geometry(
        frame(box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 2.01, 1), names=("甲", "乙", "丙"))
    )
    assert found is not None
    assert [label.name for label in found.labels] == ["乙", "甲"] or [
        label.name for label in found.labels
    ] == ["甲", "乙"]
    crowded = browser_geometry(
        frame(box(0, 0, 1, 1), box(1, 0, 2, 1), names=("很长的名字" * 8, "另一个很长的名字" * 8))
    )
    assert crowded is not None
    assert len(crowded.labels) == 1

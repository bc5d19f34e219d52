"""Finding grids by code, by name and by point."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.grids import Node, plant
from data.importing.locate import NotFound, Places

TREE = plant(
    [
        Node("99", "市", None, "city"),
        Node("9901", "东区", "99", "district"),
        Node("990101", "人民路", "9901", "street"),
        Node("990102", "中山路", "9901", "street"),
        Node("9902", "西区", "99", "district"),
        Node("990201", "人民路", "9902", "street"),
        Node("990202", "西区", "9902", "street"),
    ]
)
SHAPES = [
    ("9901", shapely.box(0, 0, 2, 1).wkb),
    ("990101", shapely.box(0, 0, 1, 1).wkb),
    ("990102", shapely.box(1, 0, 2, 0.5).wkb),
    ("gone", shapely.box(5, 5, 6, 6).wkb),
]
PLACES = Places(TREE, SHAPES)


def _at(lon: float, lat: float) -> str | None:
    return PLACES.by_points(np.array([lon]), np.array([lat]))[0]


def test_by_code() -> None:
    assert PLACES.by_code("990101") == "990101"
    with pytest.raises(NotFound, match="no grid with the code '990109'"):
        PLACES.by_code("990109")


def test_by_name() -> None:
    assert PLACES.by_name(["中山路"]) == "990102"
    assert PLACES.by_name(["西区", "人民路"]) == "990201"
    assert PLACES.by_name(["西区"], "street") == "990202"
    with pytest.raises(NotFound, match="2 grids are called '人民路' \\(990101, 990201\\)"):
        PLACES.by_name(["人民路"])
    with pytest.raises(NotFound, match="no grid of the level street called '东区'"):
        PLACES.by_name(["东区"], "street")
    with pytest.raises(NotFound, match="no grid called '中山路' below '西区'"):
        PLACES.by_name(["西区", "中山路"])


def test_by_point_the_deepest_grid_is_taken_and_a_border_belongs_to_the_first_code() -> None:
    assert _at(0.5, 0.5) == "990101"
    assert _at(1.5, 0.8) == "9901"
    assert _at(1, 0.25) == "990101"
    assert _at(0, 0) == "990101"
    assert _at(5.5, 5.5) is None
    assert PLACES.by_points(np.array([]), np.array([])) == []


def test_without_shapes_nothing_is_found() -> None:
    bare = Places(TREE)
    assert not bare.has_shapes
    assert bare.by_points(np.array([0.5]), np.array([0.5])) == [None]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1, 3), st.floats(-1, 2)), max_size=30))
def test_the_index_finds_what_looking_at_every_shape_finds(points: list[tuple[float, float]]) -> None:
    lon, lat = np.array([x for x, _ in points]), np.array([y for _, y in points])
    slow: list[str | None] = []
    for x, y in points:
        inside = [
            code for code, wkb in SHAPES[:3] if shapely.intersects(shapely.from_wkb(wkb), shapely.Point(x, y))
        ]
        slow.append(max(inside, key=lambda code: (len(code), -int(code)), default=None))
    assert PLACES.by_points(lon, lat) == slow

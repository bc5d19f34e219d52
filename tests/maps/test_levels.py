"""The levels of a made-up city: they nest, they keep what they were given, and they come back from their bytes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import Point, Polygon, box

from data.grids import Node, Tree, plant
from maps.levels import DEDICATED, Level, LevelShapes, content_key, level_shapes, levels_of
from maps.wire import PER_DEGREE
from tests.support.packed import PackedLevel, read_level

NAMES = {"city": "全市", "district": "区县", "street": "街道", "cell": "格"}


def city() -> tuple[Tree, gpd.GeoDataFrame]:
    """Two districts of two streets of nine cells with crooked borders that neighbours share; a market in a street."""
    rng = np.random.default_rng(4)
    lattice = np.stack(np.meshgrid(np.arange(13), np.arange(4), indexing="ij"), axis=-1) * 0.01
    inner = rng.uniform(-0.003, 0.003, lattice.shape)
    inner[0], inner[-1], inner[:, 0], inner[:, -1] = 0, 0, 0, 0
    corners = lattice + inner + (113.0, 34.0)
    nodes = [Node("41", "City", None, "city")]
    shapes: dict[str, Polygon | Point] = {}
    for district in range(2):
        nodes.append(Node(f"41{district}", f"D{district}", "41", "district"))
        for street in range(2):
            code = f"41{district}{street}"
            nodes.append(Node(code, f"S{street}", f"41{district}", "street"))
            for cell in range(9):
                column, row = 6 * district + 3 * street + cell // 3, cell % 3
                nodes.append(Node(f"{code}{cell}", f"S{street}第{cell}格", code, "cell"))
                ring = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
                shapes[f"{code}{cell}"] = Polygon([corners[place] for place in ring])
    nodes += [
        Node("4100Z1", "market", "4100", "dedicated", "market"),
        Node("4101Z1", "gate", "4101", "dedicated", "gate"),
    ]
    shapes["4100Z1"] = box(113.004, 34.004, 113.006, 34.006)
    shapes["4101Z1"] = Point(113.04, 34.01)
    return plant(nodes), frame(shapes)


def frame(shapes: dict[str, Polygon | Point]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326")


@pytest.fixture(scope="module")
def made() -> tuple[tuple[Level, ...], tuple[LevelShapes, ...]]:
    tree, shapes = city()
    levels = levels_of(tree, NAMES, "专属网格")
    return levels, level_shapes(levels, shapes)


@pytest.fixture(scope="module")
def read(made: tuple[tuple[Level, ...], tuple[LevelShapes, ...]]) -> dict[str, PackedLevel]:
    found: dict[str, PackedLevel] = {}
    for shaped in made[1]:
        upper = next((one for one in made[0] if one.depth == shaped.level.depth - 1), None)
        found[shaped.level.key] = read_level(shaped.packed, found[upper.key] if upper else None)
    return found


def test_levels_follow_the_tree(made: tuple[tuple[Level, ...], tuple[LevelShapes, ...]]) -> None:
    levels, _ = made
    assert [(level.key, level.name, level.depth, len(level)) for level in levels] == [
        ("city", "全市", 0, 1),
        ("district", "区县", 1, 2),
        ("street", "街道", 2, 4),
        ("cell", "格", 3, 36),
        (DEDICATED, "专属网格", 3, 2),
    ]
    tree, _ = city()
    cells = levels[3]
    for code in ("41", "411", "4101", "41015"):
        within = cells.within(tree.get(code))
        assert list(cells.codes[within]) == [one for one in cells.codes if one.startswith(code)]


def test_texts_and_parents_come_back(
    made: tuple[tuple[Level, ...], tuple[LevelShapes, ...]], read: dict[str, PackedLevel]
) -> None:
    for level in made[0]:
        packed = read[level.key]
        assert tuple(packed.codes) == level.codes
        assert tuple(packed.names) == level.names
        assert packed.above == level.above.tolist()
    assert read["cell"].header["codes"][:2] == ["+0", "+1"]
    assert read["cell"].header["names"][0] == "+第0格"
    assert read[DEDICATED].header["kinds"] == ["market", "gate"]


def test_every_level_is_the_union_of_the_one_below(read: dict[str, PackedLevel]) -> None:
    for upper, lower in (("street", "cell"), ("district", "street"), ("city", "district")):
        for place, outline in enumerate(read[upper].outlines):
            children = [
                one
                for one, above in zip(read[lower].outlines, read[lower].above, strict=True)
                if above == place
            ]
            united = shapely.set_precision(shapely.union_all(children), 1 / PER_DEGREE)
            assert outline is not None
            assert shapely.symmetric_difference(united, outline, grid_size=1 / PER_DEGREE).area == 0
            corners = set(map(tuple, np.round(shapely.get_coordinates(outline) * PER_DEGREE)))
            below = set(map(tuple, np.round(shapely.get_coordinates(children) * PER_DEGREE)))
            assert corners <= below, "a border is drawn from the same points at every level"


def test_labels_stand_inside_with_the_room_they_claim(read: dict[str, PackedLevel]) -> None:
    for packed in read.values():
        for outline, spot, room in zip(packed.outlines, packed.spots, packed.rooms, strict=True):
            if outline is None:
                assert spot == (113.04, 34.01)
                assert room == 0
            elif packed.header["key"] != DEDICATED:
                assert outline.contains(Point(spot))
                assert Point(spot).distance(outline.boundary) >= 0.8 * room > 0


def test_one_city_has_one_content(made: tuple[tuple[Level, ...], tuple[LevelShapes, ...]]) -> None:
    tree, shapes = city()
    levels = levels_of(tree, NAMES, "专属网格")
    assert [one.digest for one in level_shapes(levels, shapes)] == [one.digest for one in made[1]]
    key = content_key(levels, shapes)
    assert key == content_key(made[0], shapes)
    moved = shapes.copy()
    moved.loc[0, "geometry"] = box(0, 0, 1, 1)
    assert content_key(levels, moved) != key
    assert content_key(levels_of(tree, NAMES | {"cell": "小格"}, "专属网格"), shapes) != key


def test_a_grid_that_its_children_do_not_fill_keeps_its_own_outline() -> None:
    tree = plant([Node("a", "A", None, "city"), *(Node(f"a{n}", f"A{n}", "a", "part") for n in range(2))])
    given = {"a": box(0, 0, 1, 1), "a0": box(0, 0, 0.5, 1), "a1": box(0.5, 0, 1, 0.9)}
    top, parts = level_shapes(levels_of(tree, {}, "x"), frame(given))
    outline = read_level(top.packed).outlines[0]
    assert outline is not None
    assert outline.equals(given["a"])
    assert parts.drawn == 2


def test_a_leaf_may_stand_higher_than_others_and_a_grid_may_have_no_outline() -> None:
    tree = plant(
        [
            Node("a", "A", None, "city"),
            Node("b", "B", "a", "part"),
            Node("c", "C", "a", "part"),
            Node("d", "D", "a", "part"),
            Node("c1", "C1", "c", "cell"),
        ]
    )
    given = {"b": box(0, 0, 1, 1), "c1": box(1, 0, 2, 1)}
    top, parts, cells = level_shapes(levels_of(tree, {}, "x"), frame(given))
    outlines = read_level(parts.packed, read_level(top.packed)).outlines
    assert [None if one is None else one.bounds for one in outlines] == [(0, 0, 1, 1), (1, 0, 2, 1), None]
    assert np.isnan(parts.bounds[2]).all()
    assert (top.drawn, parts.drawn, cells.drawn) == (1, 2, 1)
    assert top.bounds[0].tolist() == [0, 0, 2, 1]


def test_crossing_outlines_are_drawn_all_the_same() -> None:
    tree = plant([Node("a", "A", None, "city"), *(Node(f"a{n}", f"A{n}", "a", "part") for n in range(2))])
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    top, parts = level_shapes(levels_of(tree, {}, "x"), frame({"a0": bow, "a1": box(0.25, 0, 2, 1)}))
    assert (top.drawn, parts.drawn) == (1, 2)

"""Shapes that ought to fill and not to overlap each other: what is told of them, what is mended, and how fast."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from data.boundaries import TOLERANCE_METRES
from data.citypack import CityPack, read_pack
from data.coverage import survey
from tests.data.test_boundaries import METRE, SHAPES, changed, faults_of, pack_of, same_shapes
from tests.support.commands import PACK, Commands

EAST = 1 / (111_320 * np.cos(np.radians(34.71)))
"""Degrees of longitude in a metre, here."""


def moved(shape: Any, east: float, north: float = 0.0) -> Any:
    """A shape moved by metres."""
    return shapely.transform(shape, lambda at: at + np.array([east * EAST, north * METRE]))


def leaves_of(pack: CityPack) -> Any:
    """The shapes of grids with none below them."""
    parents = set(pack.grids["parent"])
    return pack.shapes[~pack.shapes["code"].isin(parents)].geometry.to_numpy()


def shape_of(pack: CityPack, code: str) -> Any:
    return pack.shapes.set_index("code").geometry[code]


def fills(pack: CityPack) -> bool:
    """Whether the leaves are a coverage and every shape above is the union of those below it, to a millimetre."""
    parents = dict(zip(pack.grids["code"], pack.grids["parent"], strict=True))
    shapes = dict(zip(pack.shapes["code"], pack.shapes.geometry, strict=True))
    below: dict[str, list[Any]] = {}
    for code, shape in shapes.items():
        below.setdefault(str(parents[code]), []).append(shape)
    return bool(shapely.coverage_is_valid(leaves_of(pack), gap_width=METRE)) and all(
        shapely.symmetric_difference(shapes[code], shapely.union_all(group)).area < 1e-12
        for code, group in below.items()
        if code in shapes
    )


# Small flaws are mended.


def test_a_small_gap_is_closed_and_told_with_its_place(tmp_path: Path) -> None:
    # The second street begins three metres further east than the first ends.
    narrow = shapely.intersection(SHAPES["990101002"], moved(SHAPES["990101002"], 3))
    pack = read_pack(pack_of(tmp_path, changed(c990101002=narrow)))
    assert fills(pack)
    told = "\n".join(pack.repairs)
    assert "street: 1 of 2 shapes mended, their edges moved by up to 3.0 m" in told
    assert "1 gap, the widest 3.0 m between 990101" in told
    assert "at 113.62002, 34.7" in told


def test_a_small_overlap_is_closed_and_told_with_its_place(tmp_path: Path) -> None:
    wide = shapely.union(SHAPES["990101002"], moved(SHAPES["990101002"], -2))
    pack = read_pack(pack_of(tmp_path, changed(c990101002=wide)))
    assert fills(pack)
    told = "\n".join(pack.repairs)
    assert "overlaps, the widest 2.0 m between 990101001001" in told or "between 990101002" in told


def test_a_neighbour_that_reaches_into_what_nothing_fills_is_cut_back(tmp_path: Path) -> None:
    shapes = {
        "990101": box(113.60, 34.70, 113.62, 34.72),
        "990101001": box(113.60, 34.70, 113.62 + 2 * EAST, 34.72),
        "990102": box(113.62, 34.70, 113.66, 34.72),
        "990102001": box(113.64, 34.70, 113.66, 34.72),
    }
    pack = read_pack(pack_of(tmp_path, shapes))
    districts = [shape_of(pack, code) for code in ("990101", "990102")]
    assert shapely.intersection(*districts).area < 1e-12
    assert shapely.equals_exact(shape_of(pack, "990102001"), shapes["990102001"], 0.0)


def test_what_lies_elsewhere_is_not_touched_by_a_repair(tmp_path: Path) -> None:
    far = {"990102": box(113.7, 34.7, 113.71, 34.71)}
    narrow = shapely.intersection(SHAPES["990101002"], moved(SHAPES["990101002"], 3))
    pack = read_pack(pack_of(tmp_path, changed(c990101002=narrow) | far))
    assert shapely.equals_exact(shape_of(pack, "990102"), far["990102"], 0.0)
    found = {code: shape_of(pack, code) for code in ("990101001001",)}
    assert shapely.equals_exact(
        shapely.normalize(found["990101001001"]), shapely.normalize(SHAPES["990101001001"]), 0.0
    )


def test_the_tolerance_is_the_packs(tmp_path: Path) -> None:
    narrow = shapely.intersection(SHAPES["990101002"], moved(SHAPES["990101002"], 30))
    left = read_pack(pack_of(tmp_path / "a", changed(c990101002=narrow)))
    assert left.repairs == ()
    (warning,) = left.warnings
    assert warning.startswith(
        "990101 (东区) is not filled by the grids below it: 6.7 ha are missing at 113.62"
    )
    assert "up to 30 m wide" in warning
    closed = read_pack(pack_of(tmp_path / "b", changed(c990101002=narrow), "tolerance_metres = 31\n"))
    assert fills(closed)
    assert closed.warnings == ()


@pytest.mark.parametrize("metres", ["0", "-1", "101", '"5"', "true"])
def test_a_tolerance_that_is_none(tmp_path: Path, metres: str) -> None:
    said = faults_of(pack_of(tmp_path, SHAPES, f"tolerance_metres = {metres}\n"))
    assert "tolerance_metres must be a number above 0, 100 at most; found" in said


# Large ones are told.


def test_a_wide_overlap_is_a_fault(tmp_path: Path) -> None:
    wide = shapely.union(SHAPES["990101002"], moved(SHAPES["990101002"], -40))
    said = faults_of(pack_of(tmp_path, changed(c990101002=wide)))
    assert (
        "the shapes of 990101002 (大岗刘乡) and 990101001002 (二社区) overlap by up to 40 m (4.5 ha) at "
        in said
    )
    assert "mend one of them, or say tolerance_metres = 41 in city.toml to have it closed" in said
    assert "a grid that is meant to lie over others needs a kind" in said


def test_two_grids_with_the_same_shape_are_a_fault_that_no_tolerance_mends(tmp_path: Path) -> None:
    said = faults_of(pack_of(tmp_path, changed(c990101001002=SHAPES["990101001001"])))
    assert "tolerance_metres" not in said
    assert "the shapes of 990101001001 (一社区) and 990101001002 (二社区) overlap" in said


def test_a_child_outside_its_parent_is_a_fault_that_names_where_it_lies(tmp_path: Path) -> None:
    shapes = dict(SHAPES) | {
        "990102": box(113.7, 34.7, 113.72, 34.72),
        "990101003": box(113.7, 34.7, 113.72, 34.72),
    }
    said = faults_of(pack_of(tmp_path, shapes))
    assert "the shape of 990101003 lies outside its parent 990101 (东区) by up to" in said
    assert "name its true parent (it lies in 990102)" in said


def test_a_county_that_its_children_do_not_fill_is_warned_of_with_place_and_size(tmp_path: Path) -> None:
    pack = read_pack(pack_of(tmp_path, changed(c990101002=None)))
    (warning,) = pack.warnings
    assert warning.startswith(
        "990101 (东区) is not filled by the grids below it: 4.1 km² are missing at 113.63000, 34.71"
    )
    assert "draw what is missing; until then events there count for this grid alone" in warning
    assert same_shapes(pack, changed(c990101002=None))


def test_children_without_a_shape_are_not_missed(tmp_path: Path) -> None:
    folder = pack_of(tmp_path, changed(c990101002=None))
    (folder / "grids.csv").write_text("code,name,parent\n990101002,大岗刘乡,990101\n", encoding="utf-8")
    assert read_pack(folder).warnings == ()


def test_land_between_districts_that_is_nobodys_is_warned_of(tmp_path: Path) -> None:
    ring = shapely.difference(box(113.5, 34.5, 113.6, 34.6), box(113.52, 34.52, 113.54, 34.54))
    halves = {
        "990101": shapely.intersection(ring, box(113.5, 34.5, 113.53, 34.6)),
        "990102": shapely.intersection(ring, box(113.53, 34.5, 113.6, 34.6)),
    }
    (warning,) = read_pack(pack_of(tmp_path, halves)).warnings
    assert warning.startswith("4.1 km² between 990101 (东区) and 990102 belong to no grid")


def test_dedicated_grids_may_overlap_and_have_to_lie_in_their_parent(tmp_path: Path) -> None:
    inside, across = box(113.601, 34.701, 113.603, 34.703), box(113.602, 34.702, 113.62, 34.704)
    shapes = dict(SHAPES) | {"990101001001Z01": inside, "990101001001Z02": across}
    kinds = [None] * len(SHAPES) + ["学校", "医院"]
    parents = ["990100", *["990101"] * 2, *["990101001"] * 3, *["990101001001"] * 2]
    folder = pack_of(tmp_path, shapes, kind=kinds, parent=parents)
    toml = (folder / "city.toml").read_text(encoding="utf-8")
    (folder / "city.toml").write_text(
        toml + '[[levels]]\nkey = "dedicated"\nname = "专属网格"\n', encoding="utf-8"
    )
    pack = read_pack(folder)
    (warning,) = pack.warnings
    assert warning.startswith(
        "the shape of 990101001001Z02 lies outside 990101001001 (一社区), the grid above it, with 20.4 ha at "
    )
    assert same_shapes(pack, shapes)


def test_shapes_of_dedicated_grids_alone_are_read(tmp_path: Path) -> None:
    shapes = {"990101": SHAPES["990101"]}
    folder = pack_of(tmp_path, shapes, kind=["学校"])
    assert same_shapes(read_pack(folder), shapes)


def test_a_file_without_features_holds_no_grids(tmp_path: Path) -> None:
    assert "no grids found: the pack needs one of grids.gpkg" in faults_of(pack_of(tmp_path, {}))


def test_grids_in_a_circle_do_not_stop_the_check(tmp_path: Path) -> None:
    parents = ["990101001", "990101", "990101", *["990101001"] * 3]
    assert "are each other's parents" in faults_of(pack_of(tmp_path, SHAPES, parent=parents))


# Any small disturbance of a sound coverage is mended, and nothing moves far.


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(-100, 100), st.integers(-100, 100)), min_size=16, max_size=16))
def test_shapes_that_were_shaken_a_little_fit_again(shifts: list[tuple[int, int]]) -> None:
    cells = [box(100 * x, 100 * y, 100 * x + 100, 100 * y + 100) for x in range(4) for y in range(4)]
    shaken = [
        shapely.transform(cell, lambda at, by=by: at + np.array(by) / 100)
        for cell, by in zip(cells, shifts, strict=True)
    ]
    shapes = np.array([box(0, 0, 400, 400), *shaken], dtype=object)
    above = np.array([-1] + [0] * 16)
    found = survey(shapes, above, np.ones(17, dtype=bool), TOLERANCE_METRES)
    assert not found.torn
    assert found.wide_overlaps == found.outside == found.unfilled == []
    leaves = found.shapes[1:]
    assert shapely.coverage_is_valid(leaves)
    assert shapely.symmetric_difference(found.shapes[0], shapely.union_all(leaves)).area < 1e-6
    assert shapely.hausdorff_distance(found.shapes, shapes).max() <= 3 * TOLERANCE_METRES
    assert np.isclose(
        found.moved[found.moved >= 0],
        shapely.hausdorff_distance(
            shapely.boundary(found.shapes[found.moved >= 0]), shapely.boundary(shapes[found.moved >= 0])
        ),
        atol=1e-6,
    ).all()


# The city of the documentation and Boston.


def test_boston_is_mended_by_about_a_metre_and_no_more() -> None:
    pack = read_pack(PACK)
    drawn = gpd.read_file(PACK / "grids.geojson").set_index("code").geometry
    apart = [
        shapely.symmetric_difference(shape, drawn[code]).area
        for code, shape in zip(pack.shapes["code"], pack.shapes.geometry, strict=True)
    ]
    assert sum(apart) < 100 * METRE**2
    assert shapely.coverage_is_valid(pack.shapes.geometry.to_numpy())
    assert pack.warnings == ()


def test_check_and_load_tell_what_is_mended(tmp_path: Path) -> None:
    commands = Commands(f"sqlite:///{tmp_path / 'one.db'}", tmp_path / "var")
    narrow = shapely.intersection(SHAPES["990101002"], moved(SHAPES["990101002"], 3))
    folder = pack_of(tmp_path / "pack", changed(c990101002=narrow, c990101001003=None))
    checked = commands.good("city", "check", folder)
    assert "示例市 (990100): no fault in 6 grids, 5 shapes" in checked
    assert "to look at:\n- 990101001 (林山寨街道) is not filled" in checked
    assert "mended when it is loaded:\n- " in checked
    answer = commands.json("city", "check", folder)
    assert (answer["usable"], answer["faults"], len(answer["warnings"])) == (True, [], 1)
    loaded = commands.run("city", "load", folder)
    assert "street: " in loaded.stderr
    assert "warning: 990101001 (林山寨街道) is not filled" in loaded.stderr
    assert "6 grids" in loaded.stdout


def test_check_ends_with_one_on_a_fault(tmp_path: Path) -> None:
    commands = Commands(f"sqlite:///{tmp_path / 'one.db'}", tmp_path / "var")
    folder = pack_of(tmp_path / "pack", SHAPES, parent=["990109"] * len(SHAPES))
    for options in ((), ("--json",)):
        result = commands.run("city", "check", folder, *options)
        assert result.exit_code == 1
        assert "the parent 990109 of the grid 990101 does not exist" in result.stdout
    assert commands.run("city", "load", folder).exit_code == 2

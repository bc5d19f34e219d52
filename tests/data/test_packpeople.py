"""Staff, organisations and areas of a pack: read as they are, and every fault told with its row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.citypack import PackError, read_pack
from tests.data.importing.small import page_files, write_files


def faults(folder: Path, **changed: str) -> str:
    files = page_files() | {name.replace("_", "."): text for name, text in changed.items()}
    with pytest.raises(PackError) as caught:
        read_pack(write_files(folder, files))
    return "\n".join(caught.value.faults)


def area(**changed: object) -> str:
    """areas.geojson with one sound area, changed."""
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    feature = {
        "type": "Feature",
        "properties": {"code": "z1", "name": "Zone", "kind": "zone"} | changed,
        "geometry": changed.get("geometry", square),
    }
    feature["properties"].pop("geometry", None)  # type: ignore[attr-defined]
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def test_the_page_s_people_are_read(tmp_path: Path) -> None:
    pack = read_pack(write_files(tmp_path, page_files()))
    assert pack.staff.to_dict("list") == {
        "grid": ["990102001", "990102001"],
        "role": ["网格长", "网格员"],
        "headcount": [1, 12],
    }
    assert pack.organisations.to_dict("list") == {
        "grid": ["990102001", "990102001"],
        "kind": ["党组织", "社区社会组织"],
        "number": [1, 4],
    }
    assert pack.areas.drop(columns="geometry").to_numpy().tolist() == [["zone-1", "示例开发区", "zone"]]
    assert pack.areas.crs == "EPSG:4326"


def test_a_pack_without_them_has_none(tmp_path: Path) -> None:
    files = page_files()
    for name in ("staff.csv", "organisations.csv", "areas.geojson"):
        del files[name]
    pack = read_pack(write_files(tmp_path, files))
    assert list(pack.organisations.columns) == ["grid", "kind", "number"]
    assert list(pack.areas.columns) == ["code", "name", "kind", "geometry"]
    assert len(pack.staff) == len(pack.organisations) == len(pack.areas) == 0


def test_every_row_with_a_fault_is_told(tmp_path: Path) -> None:
    rows = "990102001,党组织,1\nnowhere,党组织,1\n990102001,党组织,2\n990102001,,1\n990102002,党组织,-3\n"
    told = faults(tmp_path, organisations_csv=f"grid,kind,number\n{rows}990103001,党组织,1234567\n")
    assert told.splitlines() == [
        "organisations.csv line 3: the grid 'nowhere' does not exist",
        "organisations.csv line 4: the kind 党组织 of the grid 990102001 is listed twice",
        "organisations.csv line 5: the kind must have 1 to 32 characters",
        "organisations.csv line 6: number must be a whole number; found '-3'",
        "organisations.csv line 7: number must be a whole number; found '1234567'",
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"code": ""}, "areas.geojson feature 1: code is empty; fill it in"),
        ({"code": "a b"}, "areas.geojson feature 1: the code 'a b' must have no blanks"),
        ({"name": "x" * 129}, "areas.geojson feature 1: name has 129 characters; 128 at most"),
        ({"kind": None}, "areas.geojson feature 1: the kind must have 1 to 32 characters"),
        (
            {"geometry": {"type": "Point", "coordinates": [0, 0]}},
            "areas.geojson feature 1: the shape of z1 must be a polygon",
        ),
        (
            {"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}},
            "areas.geojson feature 1: the shape of z1 is not valid (Self-intersection",
        ),
    ],
)
def test_an_area_with_a_fault_is_told(tmp_path: Path, changed: dict[str, object], told: str) -> None:
    assert told in faults(tmp_path, areas_geojson=area(**changed))


def test_an_area_that_comes_twice_is_told(tmp_path: Path) -> None:
    document = json.loads(area())
    document["features"] *= 2
    assert "feature 2: the code z1 is listed twice" in faults(tmp_path, areas_geojson=json.dumps(document))


def test_a_file_that_is_no_map_is_told(tmp_path: Path) -> None:
    assert "areas.geojson cannot be read as GeoJSON" in faults(tmp_path, areas_geojson="{")


def test_areas_without_a_column_are_told(tmp_path: Path) -> None:
    text = area().replace('"kind"', '"sort"')
    assert "areas.geojson lacks kind: each area needs" in faults(tmp_path, areas_geojson=text)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('demo = "yes"', "city.toml: demo must be true or false, without quotes; found 'yes'"),
        ("illustrative = 1", "city.toml: illustrative must be true or false, without quotes; found 1"),
        ("build = 3", "city.toml: [build] must be a table; found 3"),
    ],
)
def test_what_a_city_says_of_itself_is_checked(tmp_path: Path, line: str, told: str) -> None:
    assert told in faults(tmp_path, city_toml=f"{line}\n{page_files()['city.toml']}")


def test_a_city_is_real_unless_it_says_otherwise(tmp_path: Path) -> None:
    pack = read_pack(write_files(tmp_path, page_files()))
    assert (pack.illustrative, pack.demo, dict(pack.build)) == (False, False, {})

"""One's own boundaries: map files of every kind, what is wrong in them with place and remedy, and what is mended."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

from data.citypack import CityPack, PackError, read_pack
from data.datums import wgs84_to_gcj02
from tests.data.importing.small import page_files, write_files
from tests.support.commands import PACK

METRE = 1 / 111_320
"""Degrees of latitude; a metre of longitude is more of them here."""

# A district, two streets in it, and three communities in the first: every edge matches. Degrees.
WEST, SOUTH = 113.60, 34.70


def polygon(*corners: tuple[int, int]) -> Any:
    """A polygon by its corners in hundredths of a degree from the south-west."""
    return shapely.Polygon([(round(WEST + x / 100, 2), round(SOUTH + y / 100, 2)) for x, y in corners])


NAMES = {
    "990101": "东区",
    "990101001": "林山寨街道",
    "990101002": "大岗刘乡",
    "990101001001": "一社区",
    "990101001002": "二社区",
    "990101001003": "三社区",
}
SHAPES = {
    "990101": polygon((0, 0), (4, 0), (4, 2), (0, 2)),
    "990101001": polygon((0, 0), (2, 0), (2, 2), (0, 2)),
    "990101002": polygon((2, 0), (4, 0), (4, 2), (2, 2), (2, 1)),
    "990101001001": polygon((0, 0), (1, 0), (1, 1), (0, 1)),
    "990101001002": polygon((1, 0), (2, 0), (2, 1), (1, 1)),
    "990101001003": polygon((0, 1), (1, 1), (2, 1), (2, 2), (0, 2)),
}
LEVELS = ("city", "district", "street", "community")

Rows = dict[str, Any]


def parent_of(code: str) -> str:
    return {6: "990100", 9: code[:6]}.get(len(code), code[:-3])


def frame_of(shapes: Mapping[str, Any], crs: str | None = "EPSG:4326", **columns: Any) -> gpd.GeoDataFrame:
    """The shapes as a table with the columns of a grid file, brought to a CRS; None names none."""
    table = {
        "code": list(shapes),
        "name": [NAMES.get(code, code) for code in shapes],
        "parent": [parent_of(code) for code in shapes],
        **columns,
    }
    frame = gpd.GeoDataFrame(table, geometry=list(shapes.values()), crs="EPSG:4326")
    return frame.set_crs(None, allow_override=True) if crs is None else frame.to_crs(crs)


def a_pack(folder: Path, toml: str = "", tables: str = "") -> Path:
    """A pack without grids: its toml with a few lines in front, and tables after."""
    files = page_files()
    levels = "\n".join(f'[[levels]]\nkey = "{key}"\nname = "{key}"\n' for key in LEVELS)
    kept = {name: files[name] for name in ("categories.csv", "channels.csv")}
    head = 'code = "990100"\nname = "示例市"\nzone = "Asia/Shanghai"\n'
    return write_files(folder, {"city.toml": f"{head}{toml}\n{levels}{tables}", **kept})


def pack_of(folder: Path, shapes: Mapping[str, Any], toml: str = "", **columns: Any) -> Path:
    """A pack with the shapes in grids.gpkg."""
    frame_of(shapes, **columns).to_file(a_pack(folder, toml) / "grids.gpkg")
    return folder


def faults_of(folder: Path) -> str:
    """Every fault, one a line."""
    with pytest.raises(PackError) as caught:
        read_pack(folder)
    return "\n".join(caught.value.faults)


def changed(**changes: Any) -> Rows:
    """SHAPES with some of them changed; None leaves one out. Keys are codes after "c"."""
    shapes = SHAPES | {key[1:]: shape for key, shape in changes.items()}
    return {code: shape for code, shape in shapes.items() if shape is not None}


def same_shapes(pack: CityPack, expected: Mapping[str, Any], tolerance: float = 0.0) -> bool:
    """Whether these are the shapes of the pack, corner by corner, or within so many degrees."""
    found = dict(zip(pack.shapes["code"], pack.shapes.geometry, strict=True))
    if tolerance and set(found) == set(expected):
        return all(shapely.hausdorff_distance(found[code], expected[code]) <= tolerance for code in expected)
    return set(found) == set(expected) and all(
        shapely.equals_exact(shapely.normalize(found[code]), shapely.normalize(expected[code]), 0.0)
        for code in expected
    )


# What is sound stays as it is.


def write_geopackage(folder: Path) -> None:
    frame_of(SHAPES).to_file(folder / "grids.gpkg")


def write_layers(folder: Path) -> None:
    for length, layer in ((6, "district"), (9, "street"), (12, "community")):
        some = {code: shape for code, shape in SHAPES.items() if len(code) == length}
        frame_of(some).to_file(folder / "grids.gpkg", layer=layer)


def write_geojson(folder: Path) -> None:
    frame_of(SHAPES).to_file(folder / "grids.geojson")


def write_shapefile(folder: Path) -> None:
    frame_of(SHAPES).to_file(folder / "grids.shp", encoding="UTF-8")


def write_chinese_shapefile(folder: Path) -> None:
    frame_of(SHAPES).to_file(folder / "grids.shp", encoding="GB18030")
    (folder / "grids.cpg").unlink()


def write_folder(folder: Path) -> None:
    (folder / "grids").mkdir()
    for length, name in ((6, "a.shp"), (9, "b.geojson"), (12, "c.gpkg")):
        frame_of({code: shape for code, shape in SHAPES.items() if len(code) == length}).to_file(
            folder / "grids" / name
        )


def write_zip(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    write_chinese_shapefile(outside)
    with zipfile.ZipFile(folder / "grids.zip", "w") as archive:
        for path in outside.iterdir():
            archive.write(path, f"数据/网格{path.suffix.upper()}")


@pytest.mark.parametrize(
    "write",
    [
        write_geopackage,
        write_layers,
        write_geojson,
        write_shapefile,
        write_chinese_shapefile,
        write_folder,
        write_zip,
    ],
)
def test_sound_shapes_come_out_of_every_format_as_they_went_in(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    folder = a_pack(tmp_path / "pack")
    write(folder)
    pack = read_pack(folder)
    assert same_shapes(pack, SHAPES)
    named = dict(zip(pack.grids["code"], pack.grids["name"], strict=True))
    assert {code: named[code] for code in NAMES} == NAMES
    assert list(pack.grids["level"]) == ["city", "district", *["street"] * 2, *["community"] * 3]
    assert pack.warnings == ()
    assert [one for one in pack.repairs if "GB18030" not in one] == []


def test_an_encoding_that_is_found_out_is_told(tmp_path: Path) -> None:
    write_chinese_shapefile(a_pack(tmp_path))
    assert read_pack(tmp_path).repairs == ("grids.shp has no .cpg; its text reads as Chinese in GB18030",)


def test_a_wrong_cpg_is_seen_through(tmp_path: Path) -> None:
    write_chinese_shapefile(a_pack(tmp_path))
    (tmp_path / "grids.cpg").write_text("UTF-8")
    pack = read_pack(tmp_path)
    assert "大岗刘乡" in set(pack.grids["name"])
    assert "grids.shp has a wrong .cpg; its text reads as Chinese in GB18030" in pack.repairs


def test_latin_letters_without_a_cpg_are_no_chinese(tmp_path: Path) -> None:
    frame_of({"990101": SHAPES["990101"]}, name=["Café Zürich"]).to_file(
        a_pack(tmp_path) / "grids.shp", encoding="ISO-8859-1"
    )
    (tmp_path / "grids.cpg").unlink()
    pack = read_pack(tmp_path)
    assert "Café Zürich" in set(pack.grids["name"])
    assert "names no encoding that fits its text" in pack.warnings[0]


def test_a_name_that_its_field_cut_in_two_is_read_to_the_last_whole_character(tmp_path: Path) -> None:
    path = a_pack(tmp_path) / "grids.dbf"
    frame_of({"990101": SHAPES["990101"]}, name=["郑州市"]).to_file(tmp_path / "grids.shp", encoding="UTF-8")
    (tmp_path / "grids.cpg").unlink()
    whole = "市".encode()
    assert whole in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(whole, whole[:2] + b" "))
    assert "郑州" in set(read_pack(tmp_path).grids["name"])


def test_several_files_with_columns_of_their_own(tmp_path: Path) -> None:
    tables = """
[[boundaries]]
path = "street.zip"
crs = "EPSG:4547"
columns = { code = "街道编码", name = "街道名称", parent = "区县编码" }

[[boundaries]]
path = "maps/district.geojson"
level = "district"
datum = "gcj02"
"""
    folder = a_pack(tmp_path / "pack", tables=tables)
    streets = {code: shape for code, shape in SHAPES.items() if len(code) == 9}
    frame = frame_of(streets, "EPSG:4547").set_crs(None, allow_override=True)
    (tmp_path / "street").mkdir()
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        frame.rename(columns={"code": "街道编码", "name": "街道名称", "parent": "区县编码"}).to_file(
            tmp_path / "street/street.shp", encoding="GB18030"
        )
    with zipfile.ZipFile(folder / "street.zip", "w") as archive:
        for path in (tmp_path / "street").iterdir():
            archive.write(path, path.name)
    (folder / "maps").mkdir()
    frame_of({"990101": shifted(SHAPES["990101"])}).to_file(folder / "maps/district.geojson")
    pack = read_pack(folder)
    assert same_shapes(pack, streets | {"990101": SHAPES["990101"]}, 5 * METRE)
    assert set(pack.grids["name"]) == {"示例市", "东区", "林山寨街道", "大岗刘乡"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('path = "../secret.gpkg"', "leads out of the pack's folder"),
        ('path = "none.gpkg"', "is not in the folder"),
        ('file = "a.gpkg"', 'must have a path = "…" in quotes'),
        ('path = "."\ndatum = "gcj"', "datum must be one of wgs84, gcj02, bd09; found 'gcj'"),
        ('path = "."\ncolumns = { id = "code" }', "columns must name columns for code, name, parent"),
        ('path = "categories.csv"\nlayer = "x"', "has no layer 'x' with shapes"),
        ('path = "mapless"', "mapless holds no map file"),
    ],
)
def test_a_map_file_that_is_named_wrongly(tmp_path: Path, entry: str, said: str) -> None:
    (tmp_path / "mapless").mkdir()
    assert said in faults_of(a_pack(tmp_path, tables=f"\n[[boundaries]]\n{entry}\n"))


def test_a_zip_file_that_is_none(tmp_path: Path) -> None:
    (a_pack(tmp_path) / "grids.zip").write_bytes(b"PK no")
    assert "grids.zip cannot be unpacked: File is not a zip file" in faults_of(tmp_path)


def test_a_shapefile_without_its_table(tmp_path: Path) -> None:
    write_shapefile(a_pack(tmp_path))
    (tmp_path / "grids.dbf").unlink()
    assert "grids.shp: .dbf of the Shapefile is missing; copy all of its files" in faults_of(tmp_path)


# Where shapes lie.


def shifted(shape: Any) -> Any:
    """A shape in WGS-84 as a Chinese web map shows it."""
    return shapely.transform(shape, lambda at: np.column_stack(wgs84_to_gcj02(at[:, 0], at[:, 1])))


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(
    ("crs", "fits"),
    [
        ("EPSG:4490", "its coordinates fit EPSG:4490 (CGCS2000) or EPSG:4326 (WGS-84)"),
        ("EPSG:4526", "its coordinates fit EPSG:4526 (CGCS2000 / 3-degree Gauss-Kruger zone 38)"),
        (
            "EPSG:4547",
            "its coordinates fit EPSG:4547 (CGCS2000 / 3-degree Gauss-Kruger CM 114E), or EPSG:4546",
        ),
        ("EPSG:3857", "its coordinates fit EPSG:3857 (WGS 84 / Pseudo-Mercator)"),
    ],
)
def test_a_shapefile_without_prj_is_told_what_its_coordinates_fit(
    tmp_path: Path, crs: str, fits: str
) -> None:
    frame_of(SHAPES, crs).set_crs(None, allow_override=True).to_file(a_pack(tmp_path) / "grids.shp")
    said = faults_of(tmp_path)
    assert "grids.shp names no CRS (grids.prj is missing), so nobody can tell where its shapes lie" in said
    assert fits in said
    (tmp_path / "city.toml").write_text(
        f'crs = "{crs}"\n' + (tmp_path / "city.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert same_shapes(read_pack(tmp_path), SHAPES, 0.1 * METRE)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_trusted_outline_tells_the_central_meridian(tmp_path: Path) -> None:
    frame = frame_of(SHAPES, "EPSG:4548").set_crs(None, allow_override=True)
    frame.to_file(a_pack(tmp_path) / "grids.shp")
    write_areas(tmp_path, SHAPES["990101"])
    assert (
        "its coordinates fit EPSG:4548 (CGCS2000 / 3-degree Gauss-Kruger CM 117E)\n"
        in faults_of(tmp_path) + "\n"
    )


def write_areas(folder: Path, shape: Any) -> None:
    gpd.GeoDataFrame(
        {"code": ["990101"], "name": ["东区"], "kind": ["county"]}, geometry=[shape], crs=4326
    ).to_file(folder / "areas.geojson")


def misnamed(frame: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    return frame.set_crs(crs, allow_override=True)


def test_metres_that_are_declared_as_degrees(tmp_path: Path) -> None:
    misnamed(frame_of(SHAPES, "EPSG:4526"), "EPSG:4490").to_file(a_pack(tmp_path) / "grids.gpkg")
    said = faults_of(tmp_path)
    assert "grids.gpkg: the CRS EPSG:4490 is of degrees, but the shapes reach from 38463" in said
    assert "which are no degrees; name the true crs" in said
    assert "EPSG:4526" in said
    assert said.count("\n") == 0


def test_degrees_that_are_declared_as_metres(tmp_path: Path) -> None:
    misnamed(frame_of(SHAPES), "EPSG:4547").to_file(a_pack(tmp_path) / "grids.gpkg")
    said = faults_of(tmp_path)
    assert "the CRS EPSG:4547 is of metres, but the shapes reach from 113.6, 34.7" in said
    assert "EPSG:4490 (CGCS2000)" in said


@pytest.mark.parametrize(
    ("zone", "west", "south"),
    [("Asia/Shanghai", 113.6, 34.7), ("Asia/Shanghai", 87.5, 43.8), ("America/New_York", -71, 42)],
)
def test_longitude_and_latitude_exchanged(tmp_path: Path, zone: str, west: float, south: float) -> None:
    shapes = {"990101": box(south, west, south + 0.1, west + 0.1)}
    folder = pack_of(tmp_path, shapes)
    toml = (folder / "city.toml").read_text(encoding="utf-8").replace("Asia/Shanghai", zone)
    (folder / "city.toml").write_text(toml, encoding="utf-8")
    said = faults_of(folder)
    assert "grids.gpkg: longitude and latitude are exchanged" in said
    assert '"Swap X and Y coordinates" in QGIS mends it' in said


def test_one_shape_astray_is_told_alone(tmp_path: Path) -> None:
    said = faults_of(pack_of(tmp_path, changed(c990101002=box(3e5, 3e6, 4e5, 4e6))))
    assert "grids.gpkg feature 3: the shape of 990101002 (大岗刘乡) reaches from 300000, 3e+06" in said


def test_long_edges_and_the_corners_on_them_stay_together_in_another_datum(tmp_path: Path) -> None:
    west = {"990101": box(113, 34, 114, 35)}
    east = {"990102": box(114, 34, 115, 34.4), "990103": box(114, 34.4, 115, 35)}
    pack = read_pack(pack_of(tmp_path, west | east, 'datum = "gcj02"\n'))
    assert shapely.coverage_is_valid(pack.shapes.geometry.to_numpy())
    assert pack.repairs == pack.warnings == ()


# Data that are in GCJ-02 and say they are not.


def test_gcj02_declared_as_wgs84_is_warned_of_by_the_packs_own_areas(tmp_path: Path) -> None:
    folder = pack_of(tmp_path, {code: shifted(shape) for code, shape in SHAPES.items()})
    write_areas(folder, SHAPES["990101"])
    (warning,) = read_pack(folder).warnings
    assert warning.startswith("grids.gpkg: read as WGS-84, its shapes lie ")
    apart = float(warning.split("lie ")[1].split(" m")[0])
    assert 100 < apart < 700
    assert "m from areas.geojson; read as GCJ-02, only 0 m" in warning
    assert 'write datum = "gcj02" in city.toml' in warning


def test_the_citys_own_outline_does_not_hide_a_shift(tmp_path: Path) -> None:
    halves = {"990101": box(113.6, 34.7, 113.62, 34.72), "990102": box(113.62, 34.7, 113.64, 34.72)}
    folder = pack_of(
        tmp_path,
        {code: shifted(shape) for code, shape in {"990100": SHAPES["990101"], **halves}.items()},
        parent=[None, "990100", "990100"],
    )
    gpd.GeoDataFrame(
        {"code": list(halves), "name": list(halves), "kind": "county"},
        geometry=list(halves.values()),
        crs=4326,
    ).to_file(folder / "areas.geojson")
    assert "read as GCJ-02, only 0 m" in "".join(read_pack(folder).warnings)


def test_what_is_declared_rightly_is_not_warned_of(tmp_path: Path) -> None:
    true = pack_of(tmp_path / "wgs84", SHAPES)
    said = pack_of(
        tmp_path / "gcj02", {code: shifted(one) for code, one in SHAPES.items()}, 'datum = "gcj02"\n'
    )
    for folder in (true, said):
        write_areas(folder, SHAPES["990101"])
        assert read_pack(folder).warnings == ()


def test_wgs84_declared_as_gcj02_is_warned_of(tmp_path: Path) -> None:
    folder = pack_of(tmp_path, SHAPES, 'datum = "gcj02"\n')
    write_areas(folder, SHAPES["990101"])
    assert "only 0 m" in read_pack(folder).warnings[0]
    assert 'datum = "wgs84"' in read_pack(folder).warnings[0]


def test_another_files_parents_give_a_datum_away(tmp_path: Path) -> None:
    folder = a_pack(tmp_path)
    (folder / "grids").mkdir()
    frame_of({"990101": SHAPES["990101"]}).to_file(folder / "grids/district.geojson")
    streets = {code: shifted(shape) for code, shape in SHAPES.items() if len(code) == 9}
    frame_of(streets).to_file(folder / "grids/street.geojson")
    with pytest.raises(PackError) as caught:
        read_pack(folder)
    assert "grids/street.geojson: read as WGS-84" in caught.value.warnings[0]
    assert "from the shapes of their parents; read as GCJ-02, only 0 m" in caught.value.warnings[0]
    assert "lies outside its parent 990101 (东区)" in "\n".join(caught.value.faults)


def test_counties_of_a_shipped_city_give_a_datum_away(tmp_path: Path) -> None:
    source = PACK.parent / "zhengzhou/sources/counties.geojson"
    counties = gpd.read_file(source)
    counties["parent"] = "410100"
    folder = a_pack(tmp_path)
    toml = (folder / "city.toml").read_text(encoding="utf-8").replace("990100", "410100")
    (folder / "city.toml").write_text(toml, encoding="utf-8")
    counties.to_file(folder / "grids.gpkg")
    assert [one for one in read_pack(folder).warnings if "read as" in one] == []
    counties["geometry"] = [shifted(shape) for shape in counties.geometry]
    counties.to_file(folder / "grids.gpkg")
    (warning,) = (one for one in read_pack(folder).warnings if "read as" in one)
    assert "from the outlines of zhengzhou that come with Yiping; read as GCJ-02, only 0 m" in warning


# What is wrong with single shapes.


def bow_tie(west: float, south: float, size: float) -> Any:
    return shapely.Polygon(
        [
            (west, south),
            (west + size, south + size),
            (west + size, south),
            (west, south + size),
            (west, south),
        ]
    )


def test_a_self_crossing_polygon_is_named_with_its_place(tmp_path: Path) -> None:
    said = faults_of(pack_of(tmp_path, changed(c990101002=bow_tie(113.62, 34.70, 0.02))))
    assert (
        "grids.gpkg feature 3: the shape of 990101002 (大岗刘乡) crosses itself at 113.63000, 34.71000"
        in said
    )
    assert '"Fix geometries" in QGIS' in said


def test_a_small_loop_is_taken_out_and_told(tmp_path: Path) -> None:
    # Two corners of the outer edge are exchanged, two metres apart.
    corners = [
        (WEST + 0.02, SOUTH),
        (WEST + 0.04, SOUTH),
        (WEST + 0.04, SOUTH + 0.02),
        (WEST + 0.02, SOUTH + 0.02),
    ]
    tail = WEST + 0.03
    corners[3:3] = [
        (tail, SOUTH + 0.02),
        (tail + 2 * METRE, SOUTH + 0.02 + METRE),
        (tail, SOUTH + 0.02 + METRE),
    ]
    corners[6:6] = [(tail + 2 * METRE, SOUTH + 0.02)]
    flawed = shapely.Polygon(corners)
    assert not flawed.is_valid
    pack = read_pack(pack_of(tmp_path, changed(c990101002=flawed)))
    assert any(
        one.startswith("grids.gpkg feature 3: the shape of 990101002 (大岗刘乡) was made valid (")
        for one in pack.repairs
    )
    assert pack.shapes.is_valid.all()
    assert shapely.coverage_is_valid(leaves_of(pack))


def leaves_of(pack: CityPack) -> Any:
    parents = set(pack.grids["parent"])
    return pack.shapes[~pack.shapes["code"].isin(parents)].geometry.to_numpy()


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (shapely.Polygon(), "grids.gpkg feature 3: the shape of 990101002 (大岗刘乡) is empty"),
        (
            shapely.LineString([(113.62, 34.7), (113.64, 34.72)]),
            "is a LineString; a grid needs a polygon, or no shape",
        ),
        (
            shapely.Polygon([(113.62, 34.7), (113.64, 34.72), (113.62, 34.7), (113.62, 34.7)]),
            "the shape of 990101002 (大岗刘乡) has no area",
        ),
    ],
)
def test_a_shape_that_is_no_polygon(tmp_path: Path, shape: Any, said: str) -> None:
    folder = a_pack(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OGR_GEOMETRY_ACCEPT_UNCLOSED_RING", "NO")
        frame_of(changed(c990101002=shape)).to_file(folder / "grids.gpkg")
    assert said in faults_of(folder)


# Codes.


def test_a_code_that_went_through_numbers(tmp_path: Path) -> None:
    assert "code are numbers; save them as text" in faults_of(
        pack_of(tmp_path / "a", SHAPES, code=[float(code) for code in SHAPES])
    )
    said = faults_of(pack_of(tmp_path / "b", SHAPES, parent=[f"{parent_of(code)}.0" for code in SHAPES]))
    assert (
        "grids.gpkg feature 1: the parent 990100.0 went through a spreadsheet's numbers; expected a code such as 990100"
        in said
    )


def test_a_code_that_lost_its_leading_zeros(tmp_path: Path) -> None:
    shapes = {"0101": SHAPES["990101"]}
    frame = gpd.GeoDataFrame(
        {"code": ["0101", "0101001"], "name": ["东区", "一街道"], "parent": ["990100", "101"]},
        geometry=[shapes["0101"]] * 2,
        crs=4326,
    )
    frame.to_file(a_pack(tmp_path, 'codes = "free"\n') / "grids.gpkg")
    said = faults_of(tmp_path)
    assert (
        "the parent 101 of the grid 0101001 does not exist (0101 is there: one of the two lost its leading zeros)"
        in said
    )


def test_missing_parents_and_codes_that_two_grids_have(tmp_path: Path) -> None:
    parents = [parent_of(code) for code in SHAPES]
    parents[3] = "990101009"
    codes = [*list(SHAPES)[:-1], "990101001002"]
    said = faults_of(pack_of(tmp_path, SHAPES, code=codes, parent=parents))
    assert (
        "grids.gpkg feature 4: the parent 990101009 of the grid 990101001001 does not exist: add it" in said
    )
    assert (
        "grids.gpkg feature 6: the grid code 990101001002 is already in grids.gpkg feature 5; codes must differ: give "
        "one of the two its own, or delete it"
    ) in said


def test_many_faults_of_a_kind_are_told_by_the_first_ones_and_their_number(tmp_path: Path) -> None:
    cells = {f"990101{number:03d}": SHAPES["990101"] for number in range(40)}
    said = faults_of(pack_of(tmp_path, cells, parent=["990109"] * 40)).splitlines()
    missing = [line for line in said if "does not exist" in line]
    assert len(missing) == 11
    assert missing[-1].startswith("and 30 more of this kind; the last one: grids.gpkg feature 40")

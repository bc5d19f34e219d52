"""City packs: Boston, the small city of the documentation, and every fault told at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from data.calendars import Limit
from data.citypack import CityPack, PackError, read_pack
from tests.data.importing.small import BOSTON, page_files, small_pack, write_files

Change = Callable[[dict[str, str]], None]


def _faults(folder: Path, change: Change) -> str:
    files = page_files()
    change(files)
    with pytest.raises(PackError) as caught:
        read_pack(write_files(folder, files))
    assert len(set(caught.value.faults)) == len(caught.value.faults), "a fault is told twice"
    return "\n".join(caught.value.faults)


def _replacing(name: str, old: str, new: str) -> Change:
    def change(files: dict[str, str]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return change


def _adding(name: str, line: str) -> Change:
    def change(files: dict[str, str]) -> None:
        files[name] += line + "\n"

    return change


def _removing(name: str) -> Change:
    def change(files: dict[str, str]) -> None:
        del files[name]

    return change


def _feature(change: Callable[[dict[str, object]], None], index: int = 0) -> Change:
    def edit(files: dict[str, str]) -> None:
        document = json.loads(files["grids.geojson"])
        change(document["features"][index])
        files["grids.geojson"] = json.dumps(document)

    return edit


def test_boston_reads() -> None:
    pack = read_pack(BOSTON)
    assert (pack.code, pack.name_en, pack.zone) == ("boston", "Boston", "America/New_York")
    assert len(pack.grids) == 27
    assert pack.grids["parent"].isna().sum() == 1
    assert len(pack.shapes) == 26
    assert pack.shapes.crs.to_epsg() == 4326
    assert pack.shapes.is_valid.all()
    assert len(pack.categories) == 12
    assert [channel.code for channel in pack.channels] == ["call", "bos311"]
    assert pack.calendar.country == ""
    assert [file.mapping for file in pack.files] == ["boston311"]
    assert set(pack.mappings) == {"boston311"}
    area = pack.grids.set_index("code")["area_km2"]
    assert area["boston-dorchester"] == pytest.approx(16.2, abs=0.1)


def test_the_documented_city_reads(tmp_path: Path) -> None:
    pack = small_pack(tmp_path)
    assert list(pack.grids["code"]) == ["990100", "990103", "990103001", "990102", "990102001", "990102002"]
    assert list(pack.grids["level"]) == ["city", "district", "street", "district", "street", "street"]
    assert set(pack.shapes["code"]) == {"990102", "990102001", "990102002"}
    assert pack.categories[0].handle_limit == Limit(1, "working_days")
    assert pack.limits_by_channel["0101", "12345"] == (Limit(30, "minutes"), Limit(2, "working_days"))
    assert sum(pack.calendar.holidays.values()) == 1
    assert list(pack.staff["headcount"]) == [1, 12]
    assert dict(pack.targets) == {"handling_timeliness": 0.95}
    assert pack.grids["area_km2"].notna().sum() == 3


def test_duty_and_rules_may_be_said_once_or_several_times(tmp_path: Path) -> None:
    def read(name: str, line: str) -> CityPack:
        files = page_files()
        _adding("city.toml", line)(files)
        return read_pack(write_files(tmp_path / name, files))

    once = read("once", '[duty]\nsince = "2026-01-01"')
    assert (once.duty, once.assessment) == (({"since": "2026-01-01"},), ())
    more = '[[duty]]\nsince = "2026-01-01"\n[[duty]]\nsince = "2026-02-01"\nshifts = []\n[assessment]\nversion = "1"'
    several = read("several", more)
    assert [one["since"] for one in several.duty] == ["2026-01-01", "2026-02-01"]
    assert several.assessment == ({"version": "1"},)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_removing("city.toml"), "city.toml is missing"),
        (_removing("categories.csv"), "categories.csv is missing; it needs the columns code, name"),
        (_replacing("city.toml", 'zone = "Asia/Shanghai"', 'zone = "Asia/Zhengzhou"'), "IANA time zone"),
        (_replacing("city.toml", 'code = "990100"', ""), "code is missing"),
        (_replacing("city.toml", "name_en", "nameen"), '"nameen" means nothing here'),
        (_replacing("city.toml", "handling_timeliness", "handling_timelines"), "which is no indicator"),
        (_replacing("city.toml", "0.95", "95"), "it lies between 0 and 1; found 95"),
        (
            _replacing("city.toml", "map_seconds = 15", "map_seconds = 1"),
            "map_seconds must be a whole number",
        ),
        (_replacing("city.toml", 'kind = "grids"', 'kind = "party"'), "[[wall.scenes]] number 2: kind"),
        (
            _replacing("city.toml", "[calendar]", "[duty]\nsince = 5\n[calendar]"),
            "[duty] since must be a day",
        ),
        (_replacing("city.toml", 'code = "990100"', 'code = "990100"\nduty = 5'), "[duty] must be a table"),
        (_replacing("city.toml", 'code = "990100"', 'code = "990100"\nduty = [1]'), "[[duty]]; found [1]"),
        (_adding("city.toml", "[[duty]]\nsince = 2026-01-01"), "holds a date or a time; write it as text"),
        (
            _adding("city.toml", '[[duty]]\nsince = "2026-02-01"\n[[duty]]\nsince = "2026-01-01"'),
            "[[duty]] must be in the order of time",
        ),
        (
            _adding("city.toml", '[[assessment]]\nversion = "1"\n[[assessment]]\nversion = "2"'),
            "[[assessment]] number 2 must have since",
        ),
        (_replacing("city.toml", "08:30-12:00", "08:30 to 12:00"), "sessions must be a list like"),
        (_replacing("city.toml", '"CN"', '"DE"'), "'CN'"),
        (_replacing("city.toml", "[calendar]", "[calendar"), "not valid TOML"),
        (
            _adding("grids.csv", "990103001,又一街道,990103"),
            "is already in grids.csv line 3; codes must differ",
        ),
        (
            _adding("grids.csv", "990103002,四街道,990104"),
            "the parent 990104 of the grid 990103002 does not exist",
        ),
        (_adding("grids.csv", "990105,南区,"), "names no parent; only the city (990100) has none"),
        (_adding("grids.csv", "990203001,五街道,990103"), "does not start with its parent's, 990103"),
        (_adding("grids.csv", "980103,北区,990100"), "does not start with its parent's, 9901"),
        (_adding("grids.csv", "990103001001,村,990103001"), "city.toml names only 3 levels; add a level"),
        (_adding("grids.csv", "990108,甲,990109\n990109,乙,990108"), "each other's parents"),
        (_adding("grids.csv", "990108,甲"), "2 cells where the header has 3"),
        (
            _replacing("grids.csv", "code,name,parent", "code,title,parent"),
            "expected the columns code, name, parent",
        ),
        (_adding("categories.csv", "0102,井盖,01,设施,,"), "is called '设施' here"),
        (_adding("categories.csv", "0101,井盖,01,公用设施,,"), "the code 0101 is already in"),
        (_adding("categories.csv", "0102,井盖,01,公用设施,soon,"), "accept_limit is not a limit"),
        (_adding("categories.csv", "01 02,井盖,01,公用设施,,"), "must have no blanks"),
        (_adding("categories.csv", "0102,,01,公用设施,,"), "name is empty"),
        (_adding("channels.csv", ",无名"), "code is empty"),
        (_adding("limits.csv", "0101,fax,1 hour,"), "the channel 'fax' is not in channels.csv"),
        (
            _adding("holidays.csv", "2026-02-30,holiday,"),
            "the date must be like 2027-01-01; found '2026-02-30'",
        ),
        (_adding("holidays.csv", "2026-10-01,feast,"), "kind must be holiday or workday; found 'feast'"),
        (_adding("staff.csv", "990199,网格长,1"), "the grid '990199' does not exist"),
        (_adding("staff.csv", "990103,网格长,many"), "headcount must be a whole number; found 'many'"),
        (_replacing("mappings/hotline.toml", '"990102001"', '"990102009"'), "leads to the grid 990102009"),
        (
            _replacing("mappings/hotline.toml", '"9900"', '"9901"'),
            "the category 9901 is not in categories.csv",
        ),
        (_replacing("mappings/hotline.toml", "reported =", "reports ="), '[times] lacks "reported"'),
        (_feature(lambda f: f["properties"].update(code=990102)), "are numbers; save them as text"),  # type: ignore[attr-defined]
        (
            _feature(lambda f: f.update(geometry={"type": "Point", "coordinates": [113.5, 34.5]})),
            "the shape of 990102 (东区) is a Point; a grid needs a polygon",
        ),
        (
            _feature(
                lambda f: f.update(
                    geometry={"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
                )
            ),
            "the shape of 990102 (东区) crosses itself at 0.50000, 0.50000",
        ),
        (
            _feature(
                lambda f: f.update(
                    geometry={"type": "Polygon", "coordinates": [[[5e5, 0], [6e5, 0], [6e5, 9], [5e5, 0]]]}
                )
            ),
            "which are no degrees; name the true crs",
        ),
    ],
)
def test_a_fault_is_told_in_plain_words(tmp_path: Path, change: Change, said: str) -> None:
    assert said in _faults(tmp_path, change)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    def change(files: dict[str, str]) -> None:
        files.pop("channels.csv")
        files["holidays.csv"] += "tomorrow,holiday,\n"
        files["grids.csv"] += "990104001,四街道,990104\n"
        files["city.toml"] = files["city.toml"].replace("0.95", "-1")

    told = _faults(tmp_path, change)
    for part in ("channels.csv is missing", "found 'tomorrow'", "990104 of the grid 990104001", "found -1"):
        assert part in told


def test_free_codes_need_no_common_start(tmp_path: Path) -> None:
    files = page_files()
    files["city.toml"] = 'codes = "free"\n' + files["city.toml"]
    files["grids.csv"] += "X-7,新区,990100\n"
    assert "X-7" in set(read_pack(write_files(tmp_path, files)).grids["code"])


def test_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="is no folder"):
        read_pack(tmp_path / "nowhere")


def _as_map_file(tmp_path: Path, name: str, crs: str | None, more: str = "") -> Path:
    files = page_files()
    frame = gpd.GeoDataFrame.from_features(
        json.loads(files.pop("grids.geojson"))["features"], crs="EPSG:4326"
    )
    frame = frame.set_crs(None, allow_override=True) if crs is None else frame.to_crs(crs)
    files["city.toml"] = more + files["city.toml"]
    write_files(tmp_path, files)
    frame.to_file(tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4547"])
def test_a_geopackage_comes_out_in_wgs84(tmp_path: Path, crs: str) -> None:
    pack = read_pack(_as_map_file(tmp_path, "grids.gpkg", crs))
    assert pack.shapes.crs.to_epsg() == 4326
    assert pack.shapes.total_bounds == pytest.approx([113.5, 34.5, 113.7, 34.7], abs=1e-5)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_shapefile_without_a_crs_is_refused_until_one_is_named(tmp_path: Path) -> None:
    folder = _as_map_file(tmp_path / "a", "grids.shp", None)
    with pytest.raises(PackError, match="names no CRS"):
        read_pack(folder)
    named = _as_map_file(tmp_path / "b", "grids.shp", None, 'crs = "EPSG:4490"\n')
    assert read_pack(named).shapes.crs.to_epsg() == 4326


def test_a_crs_that_contradicts_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="mend whichever is wrong"):
        read_pack(_as_map_file(tmp_path, "grids.gpkg", "EPSG:4547", 'crs = "EPSG:4490"\n'))


def test_a_crs_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="crs must be like"):
        read_pack(_as_map_file(tmp_path, "grids.gpkg", "EPSG:4326", 'crs = "EPSG:none"\n'))


def test_a_declared_datum_is_converted(tmp_path: Path) -> None:
    files = page_files()
    files["city.toml"] = 'datum = "gcj02"\n' + files["city.toml"]
    west, south, *_ = read_pack(write_files(tmp_path, files)).shapes.total_bounds
    assert west == pytest.approx(113.494, abs=0.001)
    assert south == pytest.approx(34.501, abs=0.001)

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import matplotlib as mpl
import pytest
from matplotlib.colors import to_rgb
from shapely.geometry import box

from data.grids import Node, plant
from reports.document import Chart, Document, Drawing, GridMap, Series
from reports.drawings import drawn, outlined
from reports.gridmaps import class_colors
from reports.render import TypesetError
from tests.reports import samples

WEST, SOUTH = 113.0, 34.0


def cells() -> gpd.GeoDataFrame:
    """A city of two districts side by side, each of two by two grids of a hundredth of a degree."""
    rows = [("C", "市", box(WEST, SOUTH, WEST + 0.04, SOUTH + 0.02))]
    for east in (0, 1):
        left = WEST + east * 0.02
        rows.append((f"D{east}", f"区{east}", box(left, SOUTH, left + 0.02, SOUTH + 0.02)))
        for place in range(4):
            x, y = left + place % 2 * 0.01, SOUTH + place // 2 * 0.01
            rows.append((f"D{east}G{place}", f"街道{east}{place}", box(x, y, x + 0.01, y + 0.01)))
    codes, names, outlines = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"code": codes, "name": names}, geometry=list(outlines), crs="EPSG:4326")


def grid_map(**changes: object) -> GridMap:
    values = {f"D{east}G{place}": 80.0 + 5 * place for east in (0, 1) for place in range(4)}
    made = GridMap(
        "图1", "C", {**values, "D1G3": None}, {}, (85.0, 90.0), ("低", "中", "高"), "地图", "无数据", "示意"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def document(*parts: Chart | GridMap) -> Document:
    return replace(samples.text_alone(), parts=parts)


def picture(part: Chart | GridMap, shapes: gpd.GeoDataFrame = samples.NO_SHAPES) -> Drawing:
    (made,) = drawn(document(part), shapes).parts
    assert isinstance(made, Drawing)
    return made


def said(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def luminance(color: str) -> float:
    red, green, blue = to_rgb(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_stays_text() -> None:
    made = picture(samples.channels())
    seen = said(made.svg)
    for text in (*samples.channels().labels, "10月31日", "4,120", "61", "单位：件"):
        assert text in seen
    assert (made.title, made.alt, made.width_mm) == (
        samples.channels().title,
        samples.channels().alt,
        156.0,
    )


def test_the_same_picture_has_the_same_bytes_whatever_the_settings() -> None:
    first = picture(samples.trend())
    with mpl.rc_context({"lines.linewidth": 9, "axes.facecolor": "red", "svg.hashsalt": None}):
        assert picture(samples.trend()) == first
    assert "2026" not in first.svg.split("</metadata>")[0]


def test_lines_differ_by_dash_and_marker_and_break_where_nothing_is_known() -> None:
    svg = picture(samples.trend()).svg
    lines = re.findall(r'<path d="([^"]*)" style="fill: none; ([^"]*)stroke-width: 1.3', svg)
    broken = [(path, style) for path, style in lines if path.count("M") == 2]
    assert len(broken) == 4
    # Eleven months are known: as many points.
    assert [len(re.findall("[ML]", path)) for path, _ in broken] == [11] * 4
    assert len({re.sub(r"stroke: #\w+; ", "", style) for _, style in broken}) == 4


def test_many_bars_stand_and_long_names_lie() -> None:
    hours = Chart(
        "小时", "bars", tuple(f"{hour}时" for hour in range(24)), (Series("件", (1.0,) * 24),), "图"
    )
    assert picture(hours).height_mm == 62
    names = Chart("类别", "bars", tuple(samples.DISTRICTS), (Series("件", (3.0,) * 15),), "图")
    assert picture(names).height_mm > 100
    assert set(samples.DISTRICTS) <= set(said(picture(names).svg))


@pytest.mark.parametrize("kind", ["lines", "bars"])
def test_nothing_to_draw_is_drawn_as_nothing(kind: str) -> None:
    chart = replace(samples.trend(), kind=kind, series=(Series("率", (None,) * 12),))  # type: ignore[arg-type]
    assert "—" in said(picture(chart).svg)


def test_a_character_without_a_glyph_is_an_error() -> None:
    with pytest.raises(
        TypesetError, match=r"'各渠道受理量' has a character that Noto Sans SC lacks: Glyph 4660"
    ):
        picture(replace(samples.channels(), labels=("\u1234",) * 8))


def test_mark_up_in_a_label_is_text() -> None:
    labels = ("$x^2$", "<b>&", '"', "\\frac", "甲", "乙", "丙", "丁")
    svg = picture(replace(samples.channels(), labels=labels)).svg
    assert {"$x^2$", "&lt;b&gt;&amp;", "\\frac"} <= set(said(svg))


def test_classes_darken_evenly() -> None:
    for count in range(1, 12):
        shades = [luminance(color) for color in class_colors(count)]
        assert len(shades) == count
        assert all(lighter - darker > 0.02 for lighter, darker in pairwise(shades))


def test_a_map_has_its_classes_borders_names_and_scale() -> None:
    made = picture(grid_map(), cells())
    assert set(said(made.svg)) == {"低", "中", "高", "无数据", "区0", "区1", "0.5 km"}
    colors = class_colors(3)
    # A value at a break belongs to the class above it: one class a path, its grids in it, and one in the legend.
    paths = {
        color: re.findall(rf'<path d="([^"]*)"[^>]*style="fill: {color}', made.svg)
        for color in (*colors, "#ffffff")
    }
    assert [max(path.count("z") for path in paths[color]) for color in colors] == [2, 2, 3]
    assert (made.note, made.alt) == ("示意", "地图")


def test_few_grids_have_their_own_names_where_nothing_lies_between() -> None:
    shapes = cells()
    inner = shapes[shapes.code.str.startswith("D0")]
    made = picture(grid_map(scope="D0", values={f"D0G{n}": 80.0 for n in range(4)}), inner)
    assert {f"街道0{place}" for place in range(4)} <= set(said(made.svg))


def test_what_lies_elsewhere_or_is_smaller_is_no_border() -> None:
    shapes = cells()
    odd = gpd.GeoDataFrame(
        {"code": ["X", "Y"], "name": ["别处", "专属"]},
        geometry=[box(120, 30, 121, 31), box(WEST + 0.004, SOUTH + 0.004, WEST + 0.006, SOUTH + 0.006)],
        crs="EPSG:4326",
    )
    more = gpd.pd.concat([shapes, odd])
    assert picture(grid_map(), more) == picture(grid_map(), shapes)


def test_a_map_without_outlines_is_an_error() -> None:
    with pytest.raises(TypesetError, match="the map '图1' has no outline of any of its grids"):
        picture(grid_map(), samples.NO_SHAPES)


def test_the_outlines_that_a_map_needs() -> None:
    nodes = [Node("C", "市", None, "city")]
    nodes += [Node(f"D{east}", "区", "C", "district") for east in (0, 1)]
    nodes += [Node(f"D{east}G{place}", "街", f"D{east}", "level1") for east in (0, 1) for place in range(4)]
    tree = plant(nodes)
    assert set(outlined(document(grid_map()), tree)) == {node.code for node in nodes}
    one = grid_map(scope="D0", values={"D0G0": 1.0, "gone": None})
    assert outlined(document(one), tree) == ("D0", "D0G0")
    assert outlined(samples.text_alone(), tree) == ()

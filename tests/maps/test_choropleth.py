"""The choropleth: what is coloured, what stands apart, and that it never leaves the machine."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from data.indicators import INDICATORS
from maps import style
from maps.choropleth import Cell, Outlines, Spot, choropleth, count_text, legend, spots
from maps.geometry import Label

OUTLINES = Outlines(
    "/geometry/x/c.json", (0.0, 0.0, 2.0, 1.0), (Label("a", "甲", 0.5, 0.5),), frozenset("abcd")
)
CELLS = [
    Cell("a", "甲", 0.9, 90, 100),
    Cell("b", "乙", 0.5, 50, 100),
    Cell("c", "丙", 1.0, 1, 1, too_few=True),
    Cell("d", "丁", None, 0, 0),
]


def by_color(figure: dict[str, object]) -> dict[str, list[str]]:
    traces: list[dict[str, object]] = figure["data"]  # type: ignore[assignment]
    return {
        str(trace["colorscale"][0][1]): trace["locations"]  # type: ignore[index, misc]
        for trace in traces
        if trace["type"] == "choropleth"
    }


def test_no_data_and_too_few_have_colours_of_their_own() -> None:
    found = by_color(choropleth("completion", CELLS, OUTLINES))
    assert found[style.NO_DATA] == ["d"]
    assert found[style.TOO_FEW] == ["c"]
    assert found[style.SEQUENCE[0]] == ["a", "b"]
    assert not {style.NO_DATA, style.TOO_FEW, style.CONTEXT} & set(style.SEQUENCE)


def test_the_scale_spans_the_judged_grids_alone() -> None:
    figure = choropleth("completion", CELLS, OUTLINES)
    coloured = next(trace for trace in figure["data"] if trace.get("z") == [0.9, 0.5])
    assert (coloured["zmin"], coloured["zmax"]) == (0.5, 0.9)


def test_a_count_begins_at_zero() -> None:
    figure = choropleth("received", [Cell("a", "甲", 7.0, 7, None)], OUTLINES)
    coloured = next(trace for trace in figure["data"] if trace.get("z") == [7.0])
    assert coloured["zmin"] == 0


def test_outlines_go_by_address_and_never_inline() -> None:
    figure = choropleth("completion", CELLS, OUTLINES, focus="a")
    assert {trace["geojson"] for trace in figure["data"] if trace["type"] == "choropleth"} == {
        OUTLINES.address
    }
    assert len(json.dumps(figure)) < 6000
    assert "http" not in json.dumps(figure)


def test_an_outline_without_a_cell_is_context() -> None:
    found = by_color(choropleth("completion", CELLS[:1], OUTLINES, focus="a"))
    assert found[style.CONTEXT] == ["b", "c", "d"]


def test_a_cell_without_an_outline_is_left_out() -> None:
    figure = choropleth("completion", [*CELLS, Cell("z", "无", 0.1, 10, 100)], OUTLINES)
    assert "z" not in json.dumps([trace.get("locations") for trace in figure["data"]])


def test_the_hover_tells_the_value_and_its_n() -> None:
    figure = choropleth("completion", CELLS, OUTLINES)
    told = {row[0]: row for trace in figure["data"] for row in trace.get("customdata", [])}
    assert told["甲"] == ["甲", "办结率 90.0%", "件数 90 / 100"]
    assert "暂无数据" in told["丁"][1]
    assert "不足" in told["丙"][2]


def test_without_outlines_the_figure_says_so() -> None:
    figure = choropleth("completion", CELLS, None)
    assert figure["data"] == []
    assert figure["layout"]["annotations"][0]["text"]


def test_the_legend_names_what_is_shown() -> None:
    found = legend("completion", CELLS)
    assert (found.low, found.high, found.no_data, found.too_few) == ("50.0%", "90.0%", True, True)
    assert legend("completion", []).low is None


def test_n_is_a_fraction_or_a_count() -> None:
    assert count_text(3257, 5390) == "3,257 / 5,390"
    assert count_text(5473, None) == "5,473"


@given(
    st.sampled_from(sorted(INDICATORS)),
    st.lists(
        st.tuples(st.sampled_from("abcdz"), st.none() | st.floats(0, 1), st.booleans()),
        unique_by=lambda one: one[0],
    ),
)
def test_every_grid_with_an_outline_is_drawn_once_in_any_case(
    key: str, found: list[tuple[str, float | None, bool]]
) -> None:
    cells = [Cell(code, code, value, 0, 10, few) for code, value, few in found]
    figure = choropleth(key, cells, OUTLINES)
    drawn = [code for trace in figure["data"] if trace["type"] == "choropleth" for code in trace["locations"]]
    assert sorted(drawn) == ["a", "b", "c", "d"]
    for trace in figure["data"]:
        if trace["type"] == "choropleth":
            assert trace["zmin"] < trace["zmax"]


def test_a_map_of_counts_keeps_the_empty_quiet_and_marks_places() -> None:
    counted = [Spot("a", "甲", 3, "预警 3 条"), Spot("b", "乙", 1, "预警 1 条"), Spot("c", "丙", 0, "无")]
    figure = spots(counted, OUTLINES, marks=[Label("x", "某网格", 0.4, 0.6)], focus="a")
    found = by_color(figure)
    assert found[style.CONTEXT] == ["d"]
    assert found[style.NO_DATA] == ["c"]
    coloured = next(trace for trace in figure["data"] if trace.get("z") == [3, 1])
    assert (coloured["zmin"], coloured["zmax"]) == (0, 3)
    assert coloured["customdata"][0] == ["甲", "预警 3 条"]
    (dots,) = [trace for trace in figure["data"] if trace.get("mode") == "markers"]
    assert (dots["lon"], dots["lat"], dots["customdata"]) == ([0.4], [0.6], [["某网格"]])
    one = next(trace for trace in spots(counted[1:2], OUTLINES)["data"] if trace.get("z") == [1])
    assert one["zmax"] == 2, "one alone is not the darkest"
    assert spots(counted, None)["data"] == []

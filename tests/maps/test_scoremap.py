"""The map of scores: which colour a grid wears, what the legend says of it, and that no grid is left out of both."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps import style
from maps.choropleth import Outlines
from maps.geometry import Label
from maps.scoremap import FOCUS_AT, ScoreCell, score_classes, score_map

LIGHT = style.MAP_THEMES["light"]
CODES = [f"g{number}" for number in range(40)]
OUTLINES = Outlines(
    "/geometry/x/c.json?depth=2", (0.0, 0.0, 2.0, 1.0), (Label("g0", "甲", 0.5, 0.5),), frozenset(CODES)
)


def cell(code: str, points: float | None, *, ranked: bool = True) -> ScoreCell:
    return ScoreCell(code, points, ranked and points is not None, (code, "a", "b", "c"))


@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 10000).map(lambda n: n / 100), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_every_grid_wears_the_colour_whose_bounds_hold_it(given: list[tuple[float | None, bool]]) -> None:
    cells = [cell(code, *one[:1], ranked=one[1]) for code, one in zip(CODES, given, strict=False)]
    classes = score_classes(cells, "light")
    assert sum(one.count for one in classes) == len(cells)
    assert all(one.count for one in classes), "no colour stands for nothing"
    trace = score_map(cells, OUTLINES, "light", focus=None, scale=1.0)["data"][1]
    worn = [color for _, color in trace["colorscale"]]
    by_color = {one.color: one for one in classes}
    for one, place in zip(cells, trace["z"], strict=True):
        told = by_color[worn[place]]
        if one.points is None:
            assert told.kind == "none"
        elif not one.is_ranked:
            assert told.kind == "few"
        else:
            assert told.kind == "class"
            assert told.low is None or told.low <= one.points
            assert told.high is None or one.points < told.high or told.low == told.high


def test_the_weakest_and_the_strongest_wear_the_ends() -> None:
    cells = [cell(code, 50.0 + number) for number, code in enumerate(CODES)]
    classes = score_classes(cells, "light")
    assert [one.color for one in classes] == list(LIGHT["diverging"])
    assert max(one.count for one in classes) - min(one.count for one in classes) <= 1
    assert (classes[0].low, classes[-1].high) == (None, None)
    dark = score_classes(cells, "dark")
    assert [one.color for one in dark] == list(style.MAP_THEMES["dark"]["diverging"])


def test_one_value_is_one_class() -> None:
    (only,) = score_classes([cell("g1", 88.0), cell("g2", 88.0)], "light")
    assert (only.low, only.high, only.count) == (88.0, 88.0, 2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_stands_apart_has_colours_of_its_own(theme: str) -> None:
    colors = style.MAP_THEMES[theme]
    assert not {colors["none"], colors["unranked"], colors["context"]} & set(colors["diverging"])
    assert len({colors["none"], colors["unranked"], colors["context"]}) == 3


def test_what_has_no_outline_counts_and_is_not_drawn() -> None:
    cells = [cell("g1", 90.0), cell("nowhere", 10.0), cell("g2", 95.0)]
    assert sum(one.count for one in score_classes(cells, "light")) == 3
    data = score_map(cells, OUTLINES, "light", focus="nowhere", scale=1.0)["data"]
    assert data[1]["locations"] == ["g1", "g2"]
    assert data[FOCUS_AT]["locations"] == []
    assert set(data[0]["locations"]) == set(CODES) - {"g1", "g2"}
    assert score_map(cells, OUTLINES, "light", focus="g2", scale=1.0)["data"][FOCUS_AT]["locations"] == ["g2"]


def test_outlines_go_by_address_and_never_inline() -> None:
    figure = score_map([cell(code, 90.0) for code in CODES], OUTLINES, "dark", focus="g1", scale=2.0)
    assert {one["geojson"] for one in figure["data"] if one["type"] == "choropleth"} == {OUTLINES.address}
    assert "http" not in json.dumps(figure)

"""The trend: bars for counts, a broken line over its n for rates."""

from __future__ import annotations

from maps import style
from maps.charts import Point, trend

RATES = [
    Point("2026-01-01", "01-01", 0.5, 5, 10),
    Point("2026-01-02", "01-02", None, 0, 0),
    Point("2026-01-03", "01-03", 1.0, 3, 3, True),
]


def test_a_count_is_bars_from_zero() -> None:
    figure = trend("received", [Point("a", "a", 3.0, 3, None), Point("b", "b", 0.0, 0, None)])
    assert [trace["type"] for trace in figure["data"]] == ["bar"]
    assert figure["data"][0]["y"] == [3.0, 0.0]
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"


def test_a_rate_is_a_line_above_its_n_and_breaks_where_there_is_no_data() -> None:
    counts, line = trend("completion", RATES)["data"]
    assert counts["y"] == [10, 0, 3]
    assert line["y"] == [0.5, None, 1.0]
    assert line["connectgaps"] is False
    assert line["customdata"][0] == ["2026-01-01", "办结率 50.0%", "件数 5 / 10"]
    assert line["customdata"][1][1].endswith("—")


def test_a_bucket_that_is_not_over_is_hollow() -> None:
    line = trend("completion", RATES)["data"][1]
    assert line["marker"]["color"] == [style.ACCENT, style.ACCENT, style.PAPER]


def test_a_target_is_a_line_within_the_axis() -> None:
    figure = trend("completion", RATES, target=0.95)
    assert figure["layout"]["shapes"][0]["y0"] == 0.95
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < 0.95 < high


def test_no_data_says_so() -> None:
    for points in ([], [Point("a", "a", None, 0, 0)]):
        figure = trend("completion", points)
        assert figure["data"] == []
        assert figure["layout"]["annotations"]


def test_type_grows_with_the_screen() -> None:
    assert (
        trend("completion", RATES, scale=2.0)["layout"]["font"]["size"]
        == 2 * trend("completion", RATES)["layout"]["font"]["size"]
    )


def test_the_axis_never_crowds() -> None:
    points = [Point(str(number), str(number), 1.0, 1, None) for number in range(400)]
    assert len(trend("received", points)["layout"]["xaxis"]["tickvals"]) <= 8

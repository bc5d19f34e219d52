"""The trend: bars for counts, a broken line over its n for rates."""

from __future__ import annotations

from maps import style
from maps.charts import Point, matter, seasons, trend

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


def days(*counts: float) -> list[Point]:
    return [Point(f"day {place}", str(place), count, int(count), None) for place, count in enumerate(counts)]


def test_the_days_of_a_matter_stand_apart_below_what_was_expected() -> None:
    figure = matter(days(1, 2, 9, 8), range(2, 4), 1.5, ("1.5 a day", "since"))
    before, marked = figure["data"]
    assert (before["y"], marked["y"]) == ([1, 2, 0, 0], [0, 0, 9, 8])
    since, expected = figure["layout"]["shapes"]
    assert (since["x0"], since["x1"]) == (1.5, 1.5)
    assert (expected["x0"], expected["x1"], expected["y0"]) == (1.5, 3.5, 1.5)
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["since", "1.5 a day"]


def test_a_matter_without_an_expectation_or_a_count() -> None:
    figure = matter(days(0, 3), range(1, 2), None, ("", "since"))
    assert len(figure["layout"]["shapes"]) == 1
    assert figure["layout"]["yaxis"]["dtick"] == 1, "a few events have no halves between them"
    assert matter([], range(0), None, ("", ""))["data"] == []
    assert matter(days(1, 1), range(0), 2.0, ("", ""))["layout"]["shapes"] == []


def test_the_years_of_a_season_are_lines_and_this_one_the_strongest() -> None:
    this, last = seasons([("2026", days(4, 5)), ("2025", days(1, 2, 30))])["data"]
    assert (this["name"], last["name"]) == ("2026", "2025")
    assert this["line"]["width"] > last["line"]["width"]
    assert (this["line"]["dash"], last["line"]["dash"]) == ("solid", "dot")
    assert seasons([])["data"] == []

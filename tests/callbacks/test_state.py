"""The view state: it survives the address bar, and no address can break it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks import state
from callbacks.state import ViewState, parse, to_search
from data.answers import FRESHNESS_COLUMNS, empty
from data.clocks import DAY, HOUR, MINUTE, ZoneClock
from data.indicators import INDICATORS
from data.periods import PERIOD_KEYS, Period, days, named
from tests.support.fakes import NOW, ZONE, boston_tree

CLOCK = ZoneClock.of(ZONE)

_DATES = st.dates(date(2000, 1, 1), date(2059, 12, 31))


def in_order(layers: set[str]) -> tuple[str, ...]:
    return tuple(layer for layer in state.LAYERS if layer in layers)


@st.composite
def views(draw: st.DrawFn) -> ViewState:
    view = ViewState(
        scope=draw(st.sampled_from(["", "boston-dorchester", "410105 甲&=?#%+"])),
        indicator=draw(st.sampled_from(sorted(INDICATORS))),
        listing=draw(st.sampled_from(state.LISTINGS)),
        event=draw(st.none() | st.integers(0, 10**15)),
        level=draw(st.sampled_from(["", "level3", "片区 1"])),
        channel=draw(st.sampled_from(["", "12345", "a&b=c,d"])),
        category=draw(st.sampled_from(["", "0101", "top#1"])),
        layers=draw(st.sets(st.sampled_from(state.LAYERS)).map(in_order)),
        theme=draw(st.sampled_from(state.THEMES)),
        order=draw(st.sampled_from(state.ORDERS)),
        other=draw(st.sampled_from(["", "boston-roxbury", "a&with=b"])),
        other_period=draw(st.sampled_from(["", state.PREVIOUS, "today"])),
    )
    if draw(st.booleans()):
        day = draw(st.dates(date(2000, 1, 1), date(2056, 1, 1)))
        view = replace(view, other_period="", other_first=day, other_last=day)
    if draw(st.booleans()):
        first = draw(st.dates(date(2000, 1, 1), date(2056, 1, 1)))
        view = state.between(view, first.isoformat(), first.isoformat()).view
    else:
        view = view.during(draw(st.sampled_from(PERIOD_KEYS))).opened(view.event)
    kind = draw(st.sampled_from(["", "live", "past"]))
    if kind == "live":
        view = view.now().opened(view.event)
    elif kind == "past":
        view = ViewState(**{**view.__dict__, "as_of": draw(st.integers(1, 4 * 10**15))})
    return view


@given(views())
def test_a_view_survives_the_address(view: ViewState) -> None:
    assert parse(to_search(view)) == state.Parsed(view, ())


@given(st.text(max_size=80))
def test_no_address_raises(search: str) -> None:
    parsed = parse(search)
    assert parse(to_search(parsed.view)).view == parsed.view


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "scope",
                "period",
                "from",
                "to",
                "indicator",
                "list",
                "event",
                "as_of",
                "order",
                "with",
                "with_period",
                "with_from",
                "with_to",
            ]
        ),
        st.text(max_size=20) | st.integers().map(str),
    )
)
def test_known_names_with_wild_values_fall_back(given_values: dict[str, str]) -> None:
    parsed = parse("?" + "&".join(f"{name}={value}" for name, value in given_values.items()))
    found, _ = state.scene(parsed.view, boston_tree(), CLOCK, NOW, True)
    assert found.grid.code in boston_tree()
    assert found.period.start <= found.period.end


@pytest.mark.parametrize(
    "search",
    [
        "?period=fortnight",
        "?indicator=luck",
        "?list=lost",
        "?event=-1",
        "?event=²",
        "?as_of=2026-01-01",
        "?from=2026-01-01",
    ],
)
def test_what_is_not_understood_is_said_and_falls_back(search: str) -> None:
    parsed = parse(search)
    assert parsed.view == ViewState()
    assert len(parsed.problems) == 1


def test_a_range_the_wrong_way_round_says_so() -> None:
    parsed = parse("?from=2026-02-10&to=2026-02-01")
    assert parsed.view == ViewState()
    assert "2026-02-10" in parsed.problems[0]


def test_an_endless_range_is_refused() -> None:
    assert parse("?from=2001-01-01&to=2050-01-01").problems
    assert parse("?from=0001-01-01&to=9999-12-31").problems


def test_a_range_includes_its_last_day() -> None:
    found, _ = state.scene(parse("?from=2026-01-01&to=2026-01-31").view, boston_tree(), CLOCK, NOW, True)
    assert found.period == days(CLOCK, date(2026, 1, 1), date(2026, 2, 1))


def test_the_default_is_the_whole_city_and_thirty_days() -> None:
    found, problems = state.scene(ViewState(), boston_tree(), CLOCK, NOW, True)
    assert found.grid.code == "boston"
    assert found.period == named(CLOCK, NOW, "last_30_days")
    assert problems == ()
    assert found.question.live


def test_an_unknown_grid_shows_the_city_and_says_so() -> None:
    found, problems = state.scene(ViewState(scope="atlantis"), boston_tree(), CLOCK, NOW, True)
    assert found.grid.code == "boston"
    assert found.view.scope == ""
    assert "atlantis" in problems[0]


def freshness(newest: int) -> pd.DataFrame:
    return pd.DataFrame([("a", newest, newest)], columns=list(FRESHNESS_COLUMNS)).astype(
        dict(FRESHNESS_COLUMNS)
    )


def test_fresh_data_are_seen_as_of_now() -> None:
    assert state.present(ViewState(), freshness(NOW - 2 * DAY), NOW) == NOW
    assert state.present(ViewState(), empty(FRESHNESS_COLUMNS), NOW) == NOW


def test_an_archive_is_seen_as_of_the_hour_after_its_newest_report() -> None:
    newest = NOW - 6 * MINUTE
    assert state.present(ViewState(), freshness(newest), NOW + 300 * DAY) == NOW
    assert state.present(ViewState(live=True), freshness(newest), NOW + 300 * DAY) == NOW + 300 * DAY


def test_no_as_of_is_later_than_now() -> None:
    assert state.present(ViewState(as_of=NOW + DAY), freshness(NOW), NOW) == NOW
    assert state.present(ViewState(as_of=NOW - DAY), freshness(NOW), NOW) == NOW - DAY


@pytest.mark.parametrize(
    ("count", "unit"),
    [(1, "hour"), (2, "hour"), (3, "day"), (93, "day"), (94, "week"), (366, "week"), (800, "month")],
)
def test_the_unit_follows_the_length(count: int, unit: str) -> None:
    assert state.unit_of(Period(0, count * DAY)) == unit


def test_two_days_with_25_hours_in_one_still_show_hours() -> None:
    assert state.unit_of(days(CLOCK, date(2025, 11, 1), date(2025, 11, 3))) == "hour"


def test_the_trend_stops_at_the_as_of_instant() -> None:
    found, _ = state.scene(ViewState(period="today"), boston_tree(), CLOCK, NOW, True)
    labels = [label for label, _ in state.buckets(found)]
    assert labels[0] == "2026-02-10T00"
    assert labels[-1] == "2026-02-10T17"


@given(views(), st.integers(0, 2 * NOW), st.booleans())
def test_what_the_browser_keeps_comes_back(view: ViewState, as_of: int, live: bool) -> None:
    kept = state.stored(view, as_of, live)
    assert state.restored(kept, 2 * NOW) == (view.opened(None), as_of, live)


@pytest.mark.parametrize("as_of", [None, "x", True, -5, 10**30])
def test_a_forged_instant_is_put_right(as_of: object) -> None:
    _, found, _ = state.restored({"search": "?", "as_of": as_of}, NOW)
    assert 0 <= found <= NOW


def test_the_token_changes_with_the_version_and_with_time() -> None:
    assert state.version_token(1, NOW) == state.version_token(1, NOW + MINUTE)
    assert state.version_token(1, NOW) != state.version_token(2, NOW)
    assert state.version_token(1, NOW) != state.version_token(1, NOW + HOUR)

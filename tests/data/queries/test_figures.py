from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.answers import FIGURE_COLUMNS, RANK_COLUMNS, Question
from data.city import load_city
from data.clocks import DAY, HOUR, Instant, parse_instant
from data.events import Operation, write
from data.grids import UnknownGrid
from data.indicators import INDICATORS
from data.lifecycle import Kind, Report, Step
from data.periods import Period, days, previous, same_last_year
from data.queries.figures import by_category, by_channel, by_grid, by_time, compare, rank, totals
from data.queries.plan import UnknownName
from data.reference import reference
from data.store import Store
from tests.support.asked import Past, questions, told_by_group
from tests.support.brute import told
from tests.support.city import (
    CELL,
    CITY,
    DISTRICT,
    NEW_YORK,
    OTHER_DISTRICT,
    STREET,
    city_pack,
    open_city,
    small_nodes,
)

NINE = parse_instant("2026-03-05T01:00:00Z")
NOW = NINE + 5 * DAY
WEEK = Period(NINE - DAY, NINE + 6 * DAY)

patient = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def report(key: str, grid: str, at: Instant = NINE, **fields: Any) -> Report:
    return Report(source="s", key=key, at=at, channel="hotline", category="light", grid=grid, **fields)


def handled(key: str, at: Instant) -> list[Operation]:
    return [Step(source="s", key=key, step_key="h", kind=Kind.HANDLE, at=at)]


def due_and_handled(grid: str, due: int, in_time: int) -> list[Operation]:
    """Events of a grid that are due in an hour, some of them handled exactly then, the others one microsecond late."""
    told_now: list[Operation] = []
    for number in range(due):
        key = f"{grid}-{number}"
        told_now.append(report(key, grid, handle_due_at=NINE + HOUR))
        told_now += handled(key, NINE + HOUR + (number >= in_time))
    return told_now


@pytest.fixture
def ranked(database_url: str) -> Iterator[Store]:
    """Six districts: 1101 and 1104 equal, 1102 best, 1103 worst, 1105 with too few, 1106 with none."""
    with open_city(database_url) as store:
        load_city(store, city_pack(nodes=small_nodes(districts=6, fan_out=1)), 0)
        for code, due, in_time in (
            ("1101", 20, 10),
            ("1102", 10, 9),
            ("1103", 30, 3),
            ("1104", 12, 6),
            ("1105", 9, 9),
        ):
            write(store, due_and_handled(code, due, in_time), NOW)
        yield store


def test_a_ranking(ranked: Store) -> None:
    frame = rank(ranked, Question(CITY, WEEK, NOW), "handling_timeliness")
    assert frame["code"].tolist() == ["1102", "1101", "1104", "1103", "1105", "1106"]
    assert frame["rank"].tolist() == [1, 2, 2, 4, pd.NA, pd.NA]
    assert frame["numerator"].tolist() == [9, 10, 6, 3, 9, 0]
    assert frame["denominator"].tolist() == [10, 20, 12, 30, 9, 0]
    assert frame["too_few"].tolist() == [False] * 4 + [True] * 2
    assert frame["value"].tolist()[:5] == [0.9, 0.5, 0.5, 0.1, 1.0]
    assert pd.isna(frame["value"][5])
    assert list(frame.columns) == list(RANK_COLUMNS)
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == dict(RANK_COLUMNS)


def test_how_few_are_too_few(ranked: Store) -> None:
    question = Question(CITY, WEEK, NOW)
    assert rank(ranked, question, "handling_timeliness", 9)["code"].tolist()[:2] == ["1105", "1102"]
    every = rank(ranked, question, "handling_timeliness", 0)
    assert every["rank"].tolist() == [1, 2, 3, 3, 5, pd.NA], "nothing due has no rate to be ranked by"
    assert rank(ranked, question, "handling_timeliness", 31)["rank"].isna().all()


def test_fewer_are_better_where_they_are(ranked: Store) -> None:
    overdue = rank(ranked, Question(CITY, WEEK, NOW), "overdue_open")
    assert overdue["numerator"].tolist() == sorted(overdue["numerator"])
    assert overdue["denominator"].isna().all()
    assert not overdue["too_few"].any()
    assert overdue["numerator"].tolist() == [0, 9, 10, 12, 20, 30]
    received = rank(ranked, Question(CITY, WEEK, NOW), "received")
    assert received["code"].tolist() == ["1103", "1101", "1104", "1102", "1105", "1106"]
    assert received["rank"].tolist() == [1, 2, 3, 4, 5, 6]


def test_a_ranking_of_a_deeper_level(ranked: Store) -> None:
    streets = rank(ranked, Question(CITY, WEEK, NOW), "received", depth=2)
    assert streets["code"].tolist() == [f"110{number}01" for number in range(1, 7)]
    assert streets["rank"].tolist() == [1] * 6, "events on the districts themselves are nobody's below"
    assert rank(ranked, Question(CELL, WEEK, NOW), "received").empty


def test_the_scope_s_own_events_have_a_row_of_their_own(ranked: Store) -> None:
    write(ranked, [report("own", CITY)], NOW)
    frame = by_grid(ranked, Question(CITY, WEEK, NOW), keys=["received"])
    assert frame["group"].tolist() == [f"110{number}" for number in range(1, 7)] + [CITY]
    assert frame["own"].tolist() == [False] * 6 + [True]
    assert frame["numerator"].tolist() == [20, 10, 30, 12, 9, 0, 1]
    leaf = by_grid(ranked, Question("1105", WEEK, NOW), keys=["received"])
    assert leaf[["group", "own", "numerator"]].to_numpy().tolist() == [
        ["110501", False, 0],
        ["1105", True, 9],
    ]


def test_asking_for_a_level_above_the_scope(ranked: Store) -> None:
    """A scope knows nothing of what stands above it: its own figures never bear the name of a grid beyond."""
    frame = by_grid(ranked, Question("1105", WEEK, NOW), 0, ["received"])
    assert set(frame["group"]) <= {"1105"}


@given(st.data())
@patient
def test_a_comparison_asks_thrice(past: Past, data: st.DataObject) -> None:
    question = data.draw(questions(past, back=data.draw(st.booleans())))
    compared = compare(past.store, question)
    clock = past.reference.clock
    assert compared.before_period == previous(clock, question.period)
    assert compared.last_year_period == same_last_year(clock, question.period)
    assert dict(compared.current) == totals(past.store, question)
    for figures, period in (
        (compared.before, compared.before_period),
        (compared.last_year, compared.last_year_period),
    ):
        earlier = replace(
            question, period=period, as_of=period.start + question.as_of - question.period.start
        )
        assert dict(figures) == totals(past.store, earlier)


def test_a_morning_is_compared_with_a_morning(store: Store) -> None:
    """Of yesterday's closings only those count that had happened by the same time of yesterday."""
    clock = reference(store).clock
    today = Period(clock.day_start(clock.day_number(NINE)), clock.day_start(clock.day_number(NINE) + 1))
    told_now: list[Operation] = [report("y", CELL, NINE - DAY)]
    told_now += handled("y", NINE - DAY + HOUR)
    told_now += [Step(source="s", key="y", step_key="c", kind=Kind.CLOSE, at=NINE - DAY + 2 * HOUR)]
    write(store, told_now, NOW)
    write(store, [report("t", CELL, NINE)], NOW)
    before_it = compare(store, Question(CITY, today, NINE + 2 * HOUR - 1)).before
    at_it = compare(store, Question(CITY, today, NINE + 2 * HOUR)).before
    assert (before_it["received"].numerator, before_it["completion"].value) == (1, 0.0)
    assert (at_it["received"].numerator, at_it["completion"].value) == (1, 1.0)
    assert compare(store, Question(CITY, today, NINE - 1)).before["received"].numerator == 0


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 3, 9), 24)]
)
def test_the_hours_of_new_york_s_days(tmp_path: Path, day: date, hours: int) -> None:
    with open_city(f"sqlite:///{tmp_path / 'ny.db'}", NEW_YORK) as store:
        clock = reference(store).clock
        whole = days(clock, day, date.fromordinal(day.toordinal() + 1))
        starts = [
            clock.hour_start(hour)
            for hour in range(clock.hour_number(whole.start), clock.hour_number(whole.end))
        ]
        assert len(starts) == hours
        around = [at + off for at in [*starts, whole.end] for off in (-1, 0)]
        write(store, [report(f"k{number}", CELL, at) for number, at in enumerate(around)], whole.end + DAY)
        question = Question(CITY, whole, whole.end + DAY)
        hourly = by_time(store, question, "hour", ["received"])
        assert len(hourly) == hourly["group"].nunique() == hours
        assert hourly["numerator"].tolist() == [2] * hours
        three = Period(
            clock.day_start(clock.day_number(whole.start) - 1),
            clock.day_start(clock.day_number(whole.end) + 1),
        )
        daily = by_time(store, replace(question, period=three), "day", ["received"])
        assert daily["group"].tolist()[1] == day.isoformat()
        assert daily["numerator"].tolist() == [1, 2 * hours, 1]


def test_answers_keep_their_columns_when_there_is_nothing(past: Past) -> None:
    nothing = Question(CITY, Period(past.now, past.now), past.now)
    for frame in (by_time(past.store, nothing, "day"), by_grid(past.store, replace(nothing, scope=CELL))):
        assert list(frame.columns) == list(FIGURE_COLUMNS)
        assert {name: str(kind) for name, kind in frame.dtypes.items()} == dict(FIGURE_COLUMNS)
    some = by_grid(past.store, Question(CITY, past.period, past.now))
    assert {name: str(kind) for name, kind in some.dtypes.items()} == dict(FIGURE_COLUMNS)
    counts = [key for key, definition in INDICATORS.items() if definition.kind == "count"]
    assert set(some.loc[some["denominator"].isna(), "key"]) == set(counts)
    assert (some["value"].isna() == (some["denominator"] == 0).fillna(False)).all()


def test_only_the_indicators_that_are_asked_for(past: Past) -> None:
    question = Question(DISTRICT, past.period, past.now)
    keys = ["satisfaction", "received", "overdue_open"]
    whole = totals(past.store, question)
    assert totals(past.store, question, keys) == {key: whole[key] for key in keys}
    assert list(totals(past.store, question)) == list(INDICATORS)
    frame = by_category(past.store, question, keys)
    assert frame["key"].tolist()[:3] == keys
    full = told_by_group(by_category(past.store, question))
    assert told_by_group(frame) == {
        group: {key: figures[key] for key in keys} for group, figures in full.items()
    }
    assert by_channel(past.store, question, [])["group"].empty


def test_scopes_do_not_leak(past: Past) -> None:
    """What is written in one district changes nothing that is asked of another."""
    question = Question(OTHER_DISTRICT, past.period, past.now)
    inside = told(totals(past.store, question))
    groups = told_by_group(by_grid(past.store, Question(CITY, past.period, past.now)))
    assert groups[OTHER_DISTRICT] == inside
    assert inside != told(totals(past.store, Question(DISTRICT, past.period, past.now)))


def test_what_the_city_does_not_have(past: Past) -> None:
    question = Question(STREET, past.period, past.now)
    with pytest.raises(UnknownGrid, match="expected the code of a grid of '11', found '12'"):
        totals(past.store, replace(question, scope="12"))
    with pytest.raises(UnknownName, match=r"expected the code of a category .*, found 'weather'"):
        by_grid(past.store, replace(question, categories=("road", "weather")))
    with pytest.raises(UnknownName, match=r"expected the code of a channel .*, found 'pigeon'"):
        by_time(past.store, replace(question, channels=("pigeon",)), "day")
    with pytest.raises(ValueError, match="Expected a unit"):
        by_time(past.store, question, "minute")  # type: ignore[arg-type]

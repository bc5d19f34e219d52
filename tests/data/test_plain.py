"""Answers as JSON: the documented keys, nulls for what is not there, nothing that JSON lacks."""

from __future__ import annotations

import json

import pandas as pd

from data.answers import EVENT_COLUMNS, FIGURE_COLUMNS, RANK_COLUMNS, Page, Question, empty
from data.indicators import figures
from data.periods import Period
from data.plain import plain_events, plain_groups, plain_rank, plain_totals

QUESTION = Question("11", Period(0, 86_400_000_000), 1_500_000, categories=("road",))
HEAD = {
    "scope": "11",
    "from": "1970-01-01T00:00:00Z",
    "to": "1970-01-02T00:00:00Z",
    "as_of": "1970-01-01T00:00:01.500Z",
    "categories": ["road"],
}


def test_totals() -> None:
    answer = plain_totals(QUESTION, figures({"received": 3, "handle_due": 3, "handle_on_time": 1}))
    rows = answer.pop("rows")
    assert answer == HEAD
    assert rows[0] == {"key": "received", "value": 3.0, "numerator": 3, "denominator": None}
    assert {"key": "handling_timeliness", "value": 1 / 3, "numerator": 1, "denominator": 3} in rows
    assert {"key": "satisfaction", "value": None, "numerator": 0, "denominator": 0} in rows


def test_groups() -> None:
    frame = pd.DataFrame(
        [
            ("11", "City", True, "received", 2, pd.NA, 2.0),
            ("11", "City", True, "satisfaction", 0, 0, float("nan")),
        ],
        columns=list(FIGURE_COLUMNS),
    ).astype(dict(FIGURE_COLUMNS))
    answer = plain_groups(QUESTION, "grid", frame)
    json.dumps(answer, allow_nan=False)
    assert answer["by"] == "grid"
    assert [(row["denominator"], row["value"]) for row in answer["rows"]] == [(None, 2.0), (0, None)]
    assert answer["rows"][0]["own"] is True


def test_a_ranking_without_a_rank() -> None:
    frame = pd.DataFrame([(pd.NA, "1101", "East", float("nan"), 0, 0, True)], columns=list(RANK_COLUMNS))
    (row,) = plain_rank(QUESTION, "satisfaction", 10, frame.astype(dict(RANK_COLUMNS)))["rows"]
    assert (row["rank"], row["value"], row["too_few"]) == (None, None, True)


def test_events() -> None:
    row = dict.fromkeys(EVENT_COLUMNS, "x") | {
        "id": 7,
        "reported_at": 1_000_000,
        "handle_due_at": pd.NA,
        "overdue_minutes": pd.NA,
    }
    answer = plain_events(QUESTION, "open", Page(pd.DataFrame([row]).astype(dict(EVENT_COLUMNS)), "1.7"))
    json.dumps(answer, allow_nan=False)
    assert (answer["kind"], answer["next"], answer["rows"][0]["id"]) == ("open", "1.7", 7)
    assert answer["rows"][0]["reported_at"] == "1970-01-01T00:00:01Z"
    assert (answer["rows"][0]["handle_due_at"], answer["rows"][0]["overdue_minutes"]) == (None, None)
    assert plain_events(QUESTION, "open", Page(empty(EVENT_COLUMNS), None))["rows"] == []

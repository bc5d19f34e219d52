"""Answers turned into rows: ranks, the too few apart, ties, the scope's own row, groups and traces."""

from __future__ import annotations

import pandas as pd

from data.answers import (
    EVENT_COLUMNS,
    FIGURE_COLUMNS,
    FRESHNESS_COLUMNS,
    RANK_COLUMNS,
    STEP_COLUMNS,
    Trace,
    empty,
)
from data.clocks import DAY, HOUR, MINUTE, ZoneClock
from layouts import rows
from tests.support.fakes import NOW, ZONE

CLOCK = ZoneClock.of(ZONE)


def figures(*given: tuple[str, bool, str, int, int | None]) -> pd.DataFrame:
    made = [
        (
            group,
            group,
            own,
            key,
            numerator,
            denominator,
            None if denominator == 0 else numerator / (denominator or 1),
        )
        for group, own, key, numerator, denominator in given
    ]
    return pd.DataFrame(made, columns=list(FIGURE_COLUMNS)).astype(dict(FIGURE_COLUMNS))


def test_cells_know_no_data_and_too_few() -> None:
    frame = figures(
        ("a", False, "completion", 8, 10), ("b", False, "completion", 9, 9), ("c", False, "completion", 0, 0)
    )
    found = {cell.code: cell for cell in rows.cells(frame, "completion")}
    assert (found["a"].value, found["a"].too_few) == (0.8, False)
    assert found["b"].too_few
    assert found["c"].value is None


def test_a_count_is_never_too_few() -> None:
    assert not rows.cells(figures(("a", False, "received", 1, None)), "received")[0].too_few


def test_the_ranking_keeps_ties_and_sets_the_too_few_apart() -> None:
    given = [
        (1, "a", "A", 0.9, 9, 10, False),
        (1, "b", "B", 0.9, 18, 20, False),
        (None, "c", "C", 1.0, 1, 1, True),
    ]
    frame = pd.DataFrame(given, columns=list(RANK_COLUMNS)).astype(dict(RANK_COLUMNS))
    ranked, few = rows.rank_rows(frame, "completion", "b", lambda code: f"?scope={code}")
    assert [(row.rank, row.name, row.n) for row in ranked] == [("1", "A", "9 / 10"), ("1", "B", "18 / 20")]
    assert [row.current for row in ranked] == [False, True]
    assert [(row.rank, row.name, row.share) for row in few] == [("—", "C", 0.0)]


def test_an_empty_ranking_has_no_rows() -> None:
    assert rows.rank_rows(empty(RANK_COLUMNS), "received", "", str) == ([], [])


def test_the_scopes_own_row_only_where_there_is_something() -> None:
    assert rows.own_row(figures(("city", True, "completion", 0, 0)), "completion") is None
    found = rows.own_row(figures(("city", True, "completion", 1, 3)), "completion")
    assert found is not None
    assert found.n == "1 / 3"


def test_a_leaf_is_its_own_cell() -> None:
    found = rows.leaf_cell(figures(("own", True, "completion", 8, 10)), "completion", "leaf", "叶")
    assert (found.code, found.name, found.value) == ("leaf", "叶", 0.8)
    assert rows.leaf_cell(empty(FIGURE_COLUMNS), "completion", "leaf", "叶").value is None


def test_groups_come_by_number_and_their_shares_make_one() -> None:
    frame = figures(
        ("a", False, "received", 10, None), ("a", False, "completion", 5, 10),
        ("b", False, "received", 30, None), ("b", False, "completion", 30, 30),
        ("c", False, "received", 0, None), ("c", False, "completion", 0, 0),
    )  # fmt: skip
    found = rows.group_rows(frame, "completion")
    assert [(row.name, row.received, row.share_text, row.value, row.n) for row in found] == [
        ("b", "30", "75.0%", "100.0%", "30 / 30"),
        ("a", "10", "25.0%", "50.0%", "5 / 10"),
    ]
    assert rows.group_rows(empty(FIGURE_COLUMNS), "completion") == []


def test_an_event_without_a_title_is_called_by_its_category() -> None:
    kinds = ("pothole", "Pothole", "call", "Call", "g", "G")
    given = [
        (7, "s", "K-7", "", *kinds, "dispatched", NOW - DAY, NOW - 3 * HOUR, 180.0),
        (8, "s", "K-8", "Hole", *kinds, "closed", NOW - DAY, None, None),
    ]
    frame = pd.DataFrame(given, columns=list(EVENT_COLUMNS)).astype(dict(EVENT_COLUMNS))
    first, second = rows.event_list(frame, CLOCK, NOW, lambda number: f"?event={number}")
    assert (first.title, first.overdue, first.href) == ("Pothole", "3小时", "?event=7")
    assert (second.title, second.category, second.due, second.overdue) == ("Hole", "Pothole", "—", "—")


def test_a_source_that_went_quiet_is_marked() -> None:
    given = [("a", NOW - HOUR, NOW), ("b", NOW - 3 * DAY, NOW), ("c", None, None)]
    frame = pd.DataFrame(given, columns=list(FRESHNESS_COLUMNS)).astype(dict(FRESHNESS_COLUMNS))
    assert [(one.age, one.stale) for one in rows.source_ages(frame, CLOCK, NOW)] == [
        ("1小时前", False), ("3天前", True), ("—", True)]  # fmt: skip


def test_a_trace_tells_every_step_and_what_it_changed() -> None:
    steps = [
        (1, "report", NOW - DAY, NOW - DAY, "", "", {}),
        (
            2,
            "extend",
            NOW - HOUR,
            NOW,
            "甲",
            "雨",
            {"due_at": NOW, "changes": {"handle_due_at": [NOW - HOUR, NOW]}},
        ),
        (3, "rate", NOW - MINUTE, NOW, "", "", '{"rating": 2, "solved": false, "unheard_of": 1}'),
    ]
    trace = Trace(
        {
            "category_name": "Pothole",
            "reported_at": NOW - DAY,
            "closed_at": None,
            "extensions": 1,
            "due_provisional": True,
        },
        pd.DataFrame(steps, columns=list(STEP_COLUMNS)),
    )
    first, second, third = rows.step_lines(trace, CLOCK)
    assert (first.name, first.details, first.late) == ("上报", [], "")
    assert second.late
    assert ("处置期限", "2026-02-10 17:00 改为 2026-02-10 18:00") in second.details
    assert third.details == [("评价", "不满意"), ("已解决", "否")]
    told = dict(rows.facts(trace, CLOCK))
    assert told["延期次数"] == "1"
    assert "办结" not in told

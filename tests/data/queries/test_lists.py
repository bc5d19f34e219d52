from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from data.answers import EVENT_COLUMNS, FRESHNESS_COLUMNS, STEP_COLUMNS, Question
from data.clocks import DAY, MINUTE, Instant
from data.events import Operation, write
from data.lifecycle import Kind, Report, Step
from data.periods import Period
from data.queries.figures import totals
from data.queries.listing import ListKind
from data.queries.lists import (
    UnknownEvent,
    find_event,
    freshness,
    last_reports,
    list_events,
    status_key,
    trace,
)
from data.schema import event, source
from data.store import Store
from tests.support.asked import Past, questions
from tests.support.brute import EventRow, inside
from tests.support.city import CELL, CITY, DISTRICT, OTHER_DISTRICT
from tests.support.lives import edges

NINE = 1_772_672_400_000_000
NOW = NINE + 10 * DAY
KINDS: tuple[ListKind, ...] = get_args(ListKind)

patient = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def standing(past: Past, as_of: Instant) -> list[EventRow]:
    """The events as they stood at an instant, by hand, with their ids."""
    ids = {row["title"]: row["id"] for row in past.rows}
    assert len(ids) == len(past.rows)
    return [{**row, "id": ids[row["title"]]} for row in past.at(as_of)]


def expected(past: Past, question: Question, kind: ListKind) -> list[EventRow]:
    rows = inside(
        standing(past, question.as_of),
        past.reference,
        question.scope,
        question.categories,
        question.channels,
    )
    if kind in ("newest", "all"):
        found = [row for row in rows if question.period.start <= row["reported_at"] < question.period.end]
        return sorted(found, key=lambda row: (row["reported_at"], row["id"]), reverse=kind == "newest")
    still = [row for row in rows if row["closed_at"] is row["withdrawn_at"] is None]
    if kind == "overdue":
        still = [
            row for row in still if row["handle_due_at"] is not None and row["handle_due_at"] < question.as_of
        ]
    return sorted(still, key=lambda row: (row["handle_due_at"] is None, row["handle_due_at"] or 0, row["id"]))


def all_pages(store: Store, question: Question, kind: ListKind, limit: int) -> list[pd.DataFrame]:
    pages: list[pd.DataFrame] = []
    after: str | None = None
    while True:
        page = list_events(store, question, kind, limit, after)
        pages.append(page.rows)
        assert len(pages) < 1000, "the pages go round in a circle"
        assert len(page.rows) <= limit
        if page.next is None:
            return pages
        assert len(page.rows) == limit
        after = page.next


@given(st.data(), st.sampled_from(KINDS), st.integers(1, 7), st.booleans())
@patient
def test_pages_hold_every_event_of_the_scope_once(
    past: Past, data: st.DataObject, kind: ListKind, limit: int, back: bool
) -> None:
    question = data.draw(questions(past, back=back))
    ids = [row for page in all_pages(past.store, question, kind, limit) for row in page["id"].tolist()]
    assert ids == [row["id"] for row in expected(past, question, kind)]


@given(st.data(), st.booleans())
@patient
def test_the_overdue_list_is_as_long_as_its_figure(past: Past, data: st.DataObject, back: bool) -> None:
    question = data.draw(questions(past, back=back))
    listed = list_events(past.store, question, "overdue", 10_000)
    assert listed.next is None
    assert len(listed.rows) == totals(past.store, question, ["overdue_open"])["overdue_open"].numerator


@given(st.data(), st.sampled_from(KINDS), st.booleans())
@patient
def test_what_a_row_tells(past: Past, data: st.DataObject, kind: ListKind, back: bool) -> None:
    question = data.draw(questions(past, back=back))
    known = past.reference
    by_id = {row["id"]: row for row in standing(past, question.as_of)}
    keys = {row["id"]: row["source_key"] for row in past.rows}
    listed = list_events(past.store, question, kind, 1000).rows
    assert {name: str(dtype) for name, dtype in listed.dtypes.items()} == dict(EVENT_COLUMNS)
    for each in listed.to_dict("records"):
        row = by_id[each["id"]]
        assert each["key"] == keys[each["id"]]
        assert each["status"] == status_key(row, question.as_of)
        assert each["title"] == f"event {each['key']}"
        assert known.tree.contains(question.scope, each["grid"])
        assert each["grid"] == known.tree.by_id(row["grid_id"]).code
        assert each["category"] == known.category_by_id[row["category_id"]].code
        assert each["channel"] == known.channel_by_id[row["channel_id"]].code
        assert each["reported_at"] == row["reported_at"]
        due, ended = row["handle_due_at"], row["handled_at"] or row["closed_at"] or question.as_of
        if due is None:
            assert pd.isna(each["handle_due_at"])
        if due is None or ended <= due:
            assert pd.isna(each["overdue_minutes"])
        else:
            assert each["overdue_minutes"] == pytest.approx((ended - due) / MINUTE)


def report(key: str, at: Instant = NINE, due: Instant | None = None, grid: str = CELL) -> Report:
    return Report(
        source="s", key=key, at=at, channel="hotline", category="other", grid=grid, handle_due_at=due
    )


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 12])
def test_equal_times_and_missing_deadlines_are_paged_once(store: Store, limit: int) -> None:
    batch: list[Operation] = [
        report(f"k{number}", NINE, (None, NINE, NINE + 1)[number % 3]) for number in range(12)
    ]
    write(store, batch, NOW)
    question = Question(CITY, Period(NINE, NINE + 1), NOW)
    for kind, count in (("newest", 12), ("all", 12), ("open", 12), ("overdue", 8)):
        pages = all_pages(store, question, kind, limit)  # type: ignore[arg-type]
        ids = [row for page in pages for row in page["id"].tolist()]
        assert len(ids) == len(set(ids)) == count
    opened = pd.concat(all_pages(store, question, "open", limit))
    due = opened["handle_due_at"].tolist()
    assert due == [NINE] * 4 + [NINE + 1] * 4 + [pd.NA] * 4


def test_what_comes_in_between_two_pages_is_not_told_twice(store: Store) -> None:
    write(store, [report(f"k{number}", NINE + number) for number in range(6)], NOW)
    question = Question(CITY, Period(NINE, NINE + DAY), NOW)
    first = list_events(store, question, "newest", 3)
    write(store, [report("new", NINE + 100)], NOW)
    second = list_events(store, question, "newest", 3, first.next)
    assert first.rows["key"].tolist() + second.rows["key"].tolist() == ["k5", "k4", "k3", "k2", "k1", "k0"]


def test_exactly_at_the_deadline_is_not_overdue(store: Store) -> None:
    write(store, [report("k", NINE, NINE + MINUTE)], NOW)
    whole = Period(NINE, NINE + 1)
    for late, count in ((-1, 0), (0, 0), (1, 1), (MINUTE, 1)):
        question = Question(CITY, whole, NINE + MINUTE + late)
        page = list_events(store, question, "overdue")
        assert len(page.rows) == totals(store, question)["overdue_open"].numerator == count
        if count:
            assert page.rows["overdue_minutes"].tolist() == [late / MINUTE]


BAD_KEYS = (
    "x",
    "1",
    "1.",
    ".",
    "1.x",
    "x.1",
    "1.2.3",
    "9" * 30 + ".1",
    "1." + "9" * 30,
    "1.5e3.1",
    "' OR 1=1 --.1",
)


@pytest.mark.parametrize("after", BAD_KEYS)
@pytest.mark.parametrize("kind", ["open", "newest"])
def test_a_key_that_no_page_gave(past: Past, after: str, kind: ListKind) -> None:
    with pytest.raises(ValueError, match="expected the `next` of a page before, found"):
        list_events(past.store, Question(CITY, past.period, past.now), kind, 5, after)


def test_a_key_without_an_instant_belongs_to_the_open_events_alone(past: Past) -> None:
    question = Question(CITY, past.period, past.now)
    assert list_events(past.store, question, "open", 5, ".1").rows["handle_due_at"].isna().all()
    for kind in ("newest", "all", "overdue"):
        with pytest.raises(ValueError, match="expected the `next` of a page before"):
            list_events(past.store, question, kind, 5, ".1")


def test_a_page_that_is_exactly_full_is_the_last(store: Store) -> None:
    write(store, [report("a"), report("b")], NOW)
    page = list_events(store, Question(CITY, Period(NINE, NINE + 1), NOW), "newest", 2)
    assert len(page.rows) == 2
    assert page.next is None


def test_nothing_to_list(past: Past) -> None:
    nothing = Question(CITY, Period(past.now, past.now), past.now, categories=())
    for kind in KINDS:
        page = list_events(past.store, nothing, kind)
        assert page.rows.empty
        assert page.next is None
        assert {name: str(dtype) for name, dtype in page.rows.dtypes.items()} == dict(EVENT_COLUMNS)


def test_an_event_beyond_the_scope_does_not_exist(past: Past) -> None:
    known = past.reference
    scopes = [grid.code for grid in known.tree]
    for row in past.rows[:20]:
        code = known.tree.by_id(row["grid_id"]).code
        for scope in scopes:
            if known.tree.contains(scope, code):
                assert trace(past.store, scope, row["id"], past.now).event["id"] == row["id"]
                assert find_event(past.store, scope, row["source_key"]) == row["id"]
            else:
                with pytest.raises(UnknownEvent, match=f"found no event {row['id']} there"):
                    trace(past.store, scope, row["id"], past.now)
                with pytest.raises(UnknownEvent, match="expected the key of an event of"):
                    find_event(past.store, scope, row["source_key"])
    with pytest.raises(UnknownEvent):
        trace(past.store, CITY, 10**9, past.now)
    with pytest.raises(UnknownEvent):
        find_event(past.store, CITY, "nobody")


def test_a_trace_tells_the_applied_steps_in_order(past: Past) -> None:
    told: dict[tuple[str, str], list[Operation]] = {}
    for operation, outcome in zip(past.operations, past.outcomes, strict=True):
        if outcome.status in ("added", "applied"):
            told.setdefault((operation.source, operation.key), []).append(operation)
    assert len(told) == len(past.rows)
    for row in past.rows:
        found = trace(past.store, CITY, row["id"], past.now)
        steps = told[str(found.event["source"]), row["source_key"]]
        assert found.steps["kind"].tolist() == [kind_of(step) for step in steps]
        assert found.steps["at"].tolist() == [step.at for step in steps]
        assert found.steps["seq"].tolist() == list(range(1, len(steps) + 1))
        assert found.steps["actor"].tolist() == [step.actor for step in steps]
        assert [str(kind) for kind in found.steps.dtypes] == list(STEP_COLUMNS.values())
        assert {name: found.event[name] for name in ("rating", "closed_at", "rated_at")} == {
            name: row[name] for name in ("rating", "closed_at", "rated_at")
        }


def kind_of(operation: Operation) -> str:
    return str(operation.kind) if isinstance(operation, Step) else "report"


def test_a_suspension_shows_while_it_lasts(store: Store) -> None:
    suspend = Step(
        source="s", key="k", step_key="1", kind=Kind.SUSPEND, at=NINE + 1, data={"until": NINE + MINUTE}
    )
    write(store, [report("k", NINE, NINE + DAY), suspend], NOW)
    question = Question(CITY, Period(NINE, NINE + 1), NINE + 1)
    assert list_events(store, question, "open").rows["status"].tolist() == ["suspended"]
    later = replace(question, as_of=NINE + MINUTE)
    assert list_events(store, later, "open").rows["status"].tolist() == ["reported"]


def test_the_newest_of_equal_keys_is_found(store: Store) -> None:
    first = report("k")
    one, other = write(store, [first, replace(first, source="t", at=NINE + 1, grid=DISTRICT)], NOW)
    assert find_event(store, CITY, "k") == other.event_id
    assert find_event(store, CELL, "k") == one.event_id
    with pytest.raises(UnknownEvent):
        find_event(store, OTHER_DISTRICT, "k")


def test_freshness_of_a_store_without_events(store: Store) -> None:
    frame = freshness(store)
    assert frame.empty
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == dict(FRESHNESS_COLUMNS)


def test_freshness_is_the_latest_of_each_source(past: Past) -> None:
    told: dict[str, list[Any]] = {}
    done: Sequence[str] = ("added", "applied")
    for operation, outcome in zip(past.operations, past.outcomes, strict=True):
        if outcome.status in done and isinstance(operation, Report):
            told.setdefault(operation.source, []).append(operation.at)
    frame = freshness(past.store)
    assert dict(zip(frame["source"], frame["last_reported_at"], strict=True)) == {
        name: max(times) for name, times in sorted(told.items())
    }
    assert frame["last_recorded_at"].tolist() == [past.now] * len(told)


def test_the_last_report_of_each_source_as_of_an_instant(past: Past) -> None:
    for as_of in (*edges(past.reference.clock, past.period)[::59], past.now):
        known = (event.c.source_id == source.c.id) & (event.c.reported_at <= as_of)
        with past.store.reading() as connection:
            rows = connection.execute(
                select(source.c.name, func.max(event.c.reported_at))
                .join(event, known, isouter=True)
                .group_by(source.c.name)
            ).all()
        assert last_reports(past.store, as_of) == {row[0]: row[1] for row in rows}

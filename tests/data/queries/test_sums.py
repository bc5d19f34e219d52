from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.answers import Question
from data.clocks import DAY, HOUR
from data.events import write
from data.lifecycle import Kind, Report, Status, Step
from data.periods import Period, split
from data.queries.figures import by_category, by_channel, by_grid, by_time, rank, totals
from data.reference import reference
from data.store import Store
from tests.support.asked import Past, added, periods, questions, told_by_group
from tests.support.brute import inside, told
from tests.support.city import CITY, DISTRICT, NEW_YORK, STREET, open_city
from tests.support.lives import Life, Lives, around, change_overs, edges

patient = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Ask = Callable[[Store, Question], pd.DataFrame]

ASKED: dict[str, Ask] = {
    "children": by_grid,
    "at depth 2": lambda store, question: by_grid(store, question, 2),
    "at depth 4": lambda store, question: by_grid(store, question, 4),
    "categories": by_category,
    "channels": by_channel,
    "hours": lambda store, question: by_time(store, question, "hour"),
    "days": lambda store, question: by_time(store, question, "day"),
    "weeks": lambda store, question: by_time(store, question, "week"),
    "months": lambda store, question: by_time(store, question, "month"),
    "ranking": lambda store, question: rank(store, question, "completion", 1),
    "overdue ranking": lambda store, question: rank(store, question, "overdue_open", 1),
}


REMEMBERED = ("children", "at depth 2", "categories", "channels", "hours", "days", "ranking")


@given(st.data())
@patient
def test_counters_and_events_tell_the_same(past: Past, data: st.DataObject) -> None:
    question = data.draw(questions(past))
    asked = {name: ask for name, ask in ASKED.items() if name != "hours" or is_short(question.period)}
    counted = {name: ask(past.store, question) for name, ask in asked.items()}
    whole = totals(past.store, question)
    assert told(whole) == past.expected(question)
    with past.counters_stale():
        assert totals(past.store, question) == whole
        for name, ask in asked.items():
            pd.testing.assert_frame_equal(ask(past.store, question), counted[name], obj=name)


def is_short(period: Period) -> bool:
    """Whether an answer by the hour has not too many rows."""
    return period.end - period.start < 30 * DAY


@given(st.data(), st.booleans())
@patient
def test_every_group_by_hand(past: Past, data: st.DataObject, back: bool) -> None:
    question = data.draw(questions(past, back=back))
    store, known = past.store, past.reference
    rows = inside(past.at(question.as_of), known, question.scope, question.categories, question.channels)
    assert told(totals(store, question)) == past.expected(question)
    scope = known.tree.get(question.scope)
    for depth in {scope.depth + 1, 2, 4} - set(range(scope.depth)):
        frame = by_grid(store, question, depth)
        groups = told_by_group(frame)
        listed = [grid.code for grid in known.tree.at_depth(question.scope, depth)]
        own = list(dict.fromkeys(frame.loc[frame["own"], "group"]))
        assert list(groups) == [*listed, *own]
        for code in listed:
            assert groups[code] == past.expected(question, scope=code)
        assert not set(own) & set(listed)
        standing = {known.tree.by_id(row["grid_id"]).code for row in rows}
        assert all(known.tree.get(code).depth < depth and code in standing for code in own)
        assert added(list(groups.values()) or [past.expected(question)]) == past.expected(question)
    for frame, codes in (
        (by_category(store, question), known.categories),
        (by_channel(store, question), known.channels),
    ):
        groups = told_by_group(frame)
        assert list(groups) == list(codes)
        assert not frame["own"].any()
        assert added(list(groups.values())) == past.expected(question)


@given(st.data(), st.booleans(), st.sampled_from(("hour", "day", "week", "month")))
@patient
def test_every_part_of_time_by_hand(past: Past, data: st.DataObject, back: bool, unit: Any) -> None:
    question = data.draw(questions(past, back=back))
    question = Question(
        question.scope, data.draw(periods(past)), question.as_of, question.categories, question.channels
    )
    if not is_short(question.period) and unit == "hour":
        unit = "week"
    groups = told_by_group(by_time(past.store, question, unit))
    parts = split(past.reference.clock, question.period, unit)
    assert list(groups) == [label for label, _ in parts]
    overdue = 0
    for label, part in parts:
        expected = past.expected(question, period=part)
        overdue += groups[label].pop("overdue_open")[0]
        expected.pop("overdue_open")
        assert groups[label] == expected, label
    reported_then = [
        row
        for row in inside(
            past.at(question.as_of), past.reference, question.scope, question.categories, question.channels
        )
        if question.period.start <= row["reported_at"] < question.period.end
        and row["closed_at"] is row["withdrawn_at"] is None
        and row["handle_due_at"] is not None
        and row["handle_due_at"] < question.as_of
    ]
    assert overdue == len(reported_then)


@given(st.data())
@patient
def test_a_scope_is_its_children_and_its_own(past: Past, data: st.DataObject) -> None:
    question = data.draw(questions(past, back=data.draw(st.booleans())))
    groups = told_by_group(by_grid(past.store, question))
    whole = told(totals(past.store, question))
    assert added(list(groups.values()) or [whole]) == whole
    grid = past.reference.tree.get(question.scope)
    below = {child.code for child in past.reference.tree.children(grid.code)}
    assert set(groups) - below <= {grid.code}


def test_an_as_of_in_the_past_is_what_the_counters_said_then(database_url: str) -> None:
    """Facts come in order of time, each checkpoint is written down, and all are asked for again in the end."""
    with open_city(database_url, NEW_YORK) as store:
        known = reference(store)
        random = Random(5)
        period = around(change_overs(NEW_YORK)[0], 3)
        lives = Lives(known, random, period)
        events = [Life("s", f"k{number}") for number in range(60)]
        marks = random.sample(edges(known.clock, period), 80)
        said: list[tuple[Question, dict[str, Any]]] = []
        applied = 0
        due: set[int] = set()
        at = period.start
        while at < period.end and len(said) < 25:
            coming = [moment for moment in (*marks, *due) if moment > at]
            if not coming:
                break
            at = min(coming)
            batch = [lives.operation(random.choice(events), at) for _ in range(random.choice((0, 4, 8)))]
            applied += sum(outcome.status in ("added", "applied") for outcome in write(store, batch, at))
            for life in events:
                if life.row is not None and life.row["status"] < Status.CLOSED and random.random() < 0.05:
                    due |= {life.row["handle_due_at"] or 0, (life.row["handle_due_at"] or 0) + 1}
            assert store.state().latest_at <= at
            if random.random() < 0.5:
                continue
            scope = random.choice((CITY, CITY, DISTRICT, STREET))
            start = random.choice((period.start, at - DAY, at - 5 * HOUR))
            end = random.choice((period.end, at, at + HOUR))
            question = Question(
                scope,
                Period(start, max(start, end)),
                at,
                random.choice((None, None, ("road", "light"))),
                random.choice((None, None, ("hotline",))),
            )
            said.append(
                (
                    question,
                    {name: ASKED[name](store, question) for name in REMEMBERED}
                    | {"totals": totals(store, question)},
                )
            )
        assert applied > 120
        assert len(said) > 20
        assert max(figure.numerator for _, answers in said for figure in answers["totals"].values()) > 20
        for question, answers in said:
            assert totals(store, question) == answers.pop("totals")
            for name, answer in answers.items():
                pd.testing.assert_frame_equal(
                    ASKED[name](store, question), answer, obj=f"{name} of {question}"
                )


def test_a_live_question_counts_what_came_in_since(past: Past) -> None:
    asked = Question(CITY, past.period, past.now - DAY, live=True)
    assert told(totals(past.store, asked)) == past.expected(Question(CITY, past.period, past.now))


def test_filters_that_let_nothing_through(past: Past) -> None:
    for categories, channels in (((), None), (None, ())):
        for as_of in (past.now, past.now - DAY):
            question = Question(CITY, past.period, as_of, categories, channels)
            assert all(
                figure.numerator == 0 and not figure.denominator
                for figure in totals(past.store, question).values()
            )
            with past.counters_stale():
                assert all(figure.numerator == 0 for figure in totals(past.store, question).values())


@pytest.mark.parametrize("empty_at", ["start", "before", "after"])
def test_an_empty_period_and_an_empty_time(past: Past, empty_at: str) -> None:
    start = {
        "start": past.period.start,
        "before": past.period.start - 400 * DAY,
        "after": past.now + 400 * DAY,
    }[empty_at]
    for length in (0, DAY):
        question = Question(CITY, Period(start - length, start), past.now)
        assert told(totals(past.store, question)) == past.expected(question)


def test_a_deadline_counts_from_its_own_instant_on(store: Store) -> None:
    """Asked live, asked again when more has happened, and asked of the events: the same at every microsecond."""
    at = change_overs(reference(store).zone)[0]
    due = at + HOUR
    report = Report(
        source="s",
        key="k",
        at=at,
        channel="patrol",
        category="road",
        grid=STREET,
        accept_due_at=due,
        handle_due_at=due,
    )
    accept = Step(source="s", key="k", step_key="1", kind=Kind.ACCEPT, at=due)
    write(store, [report], at)
    for later in (None, accept, Step(source="s", key="k", step_key="2", kind=Kind.HANDLE, at=due + DAY)):
        if later is not None:
            write(store, [later], later.at)
        for as_of, count in ((due - 1, 0), (due, 1), (due + 1, 1)):
            for scope in (CITY, DISTRICT, STREET):
                question = Question(scope, Period(at, due + DAY), as_of)
                found = totals(store, question)
                accepted = int(later is not None) * count
                assert told(found)["acceptance_timeliness"] == (accepted, count)
                assert told(found)["handling_timeliness"] == (0, count)
                assert found["overdue_open"].numerator == (as_of > due)

"""What moves, what is about to be late, what calls and who works on it, against the events by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from data.answers import Question
from data.clocks import DAY, HOUR, MINUTE, Instant
from data.events import write
from data.lifecycle import Kind, Report, Step
from data.periods import Period
from data.queries.live import Listed, due_soon, moved, unanswered, unit_work
from data.reference import reference
from data.schema import event_step
from data.store import Store
from tests.support.asked import Past
from tests.support.brute import EventRow, inside
from tests.support.city import CATEGORIES, CELL, CITY, DISTRICT, OTHER_DISTRICT, STREET

SCOPES = (CITY, DISTRICT, STREET, CELL)
FILTERS: tuple[tuple[str, ...] | None, ...] = (None, CATEGORIES[:2], ())


def asked(past: Past) -> Iterator[tuple[Question, list[EventRow]]]:
    """Every scope and filter as of now, with the events that they leave."""
    for scope in SCOPES:
        for categories in FILTERS:
            question = Question(scope, past.period, past.now, categories, live=True)
            rows = inside(past.rows, past.reference, scope, categories, None)
            yield question, [row for row in rows if row["withdrawn_at"] is None]


def is_open(row: EventRow) -> bool:
    return row["closed_at"] is None and row["withdrawn_at"] is None


def test_what_moved_is_every_report_and_closing_of_the_period_the_newest_first(past: Past) -> None:
    seen = 0
    for question, rows in asked(past):
        expected = [
            (row["id"], kind, row[name])
            for row in rows
            for kind, name in (("reported", "reported_at"), ("closed", "closed_at"))
            if row[name] is not None and past.period.start <= row[name] < past.period.end
        ]
        found = moved(past.store, question, 10_000)
        assert sorted((one.id, one.kind, one.at) for one in found) == sorted(expected)
        assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
        assert moved(past.store, question, 5) == found[:5]
        seen += len(found)
    assert seen > 300


def test_what_moved_is_named_by_the_city(past: Past) -> None:
    known = past.reference
    (first, *_) = moved(past.store, Question(CITY, past.period, past.now, live=True), 1)
    row = next(row for row in past.rows if row["id"] == first.id)
    assert first.category == known.category_by_id[row["category_id"]].name
    assert first.channel == known.channel_by_id[row["channel_id"]].name
    assert first.grid == known.tree.by_id(row["grid_id"]).name
    assert first.title == (row["title"] or first.category)


def test_what_falls_due_is_open_and_lies_between_now_and_then(past: Past) -> None:
    seen = 0
    for hours in (1, 48, 400):
        for question, rows in asked(past):
            until = past.now + hours * HOUR
            due = sorted(
                (row["handle_due_at"], row["id"])
                for row in rows
                if is_open(row)
                and row["handle_due_at"] is not None
                and past.now <= row["handle_due_at"] < until
            )
            found = due_soon(past.store, question, until, 3)
            assert (found.total, [(one.at, one.id) for one in found.rows]) == (len(due), due[:3])
            seen += found.total
    assert seen > 0


def test_exactly_now_is_about_to_be_late_and_exactly_then_is_not(past: Past) -> None:
    rows = [row for row in past.rows if is_open(row) and row["handle_due_at"] is not None]
    at = rows[0]["handle_due_at"]
    question = Question(CITY, past.period, at)
    assert rows[0]["id"] in [one.id for one in due_soon(past.store, question, at + 1, 500).rows]
    assert due_soon(past.store, question, at, 500) == Listed(0, ())


def test_units_have_their_open_overdue_and_closed_events(past: Past) -> None:
    seen = 0
    since = past.period.start + DAY
    for question, rows in asked(past):
        opened = Counter(row["unit"] or "" for row in rows if is_open(row))
        late = Counter(
            row["unit"] or ""
            for row in rows
            if is_open(row) and row["handle_due_at"] is not None and row["handle_due_at"] < past.now
        )
        closed = Counter(
            row["unit"] or "" for row in rows if row["closed_at"] is not None and row["closed_at"] >= since
        )
        found = unit_work(past.store, question, since)
        assert {one.name: (one.open, one.overdue, one.closed) for one in found} == {
            name: (opened[name], late[name], closed[name]) for name in {*opened, *closed}
        }
        assert [one.open for one in found] == sorted((one.open for one in found), reverse=True)
        seen += len(found)
    assert seen > 3


def steps_of(store: Store) -> dict[int, list[tuple[str, Instant]]]:
    found = defaultdict(list)
    with store.reading() as connection:
        for row in connection.execute(select(event_step.c.event_id, event_step.c.kind, event_step.c.at)):
            found[row.event_id].append((row.kind, row.at))
    return found


def test_a_call_waits_until_somebody_comes_after_it(past: Past) -> None:
    steps = steps_of(past.store)
    for question, rows in asked(past):
        expected = []
        for row in rows:
            calls = [at for kind, at in steps[row["id"]] if kind == "whistle" and at <= past.now]
            answers = [at for kind, at in steps[row["id"]] if kind == "join" and at <= past.now]
            if is_open(row) and not row["implied"] and calls and max(calls) > max(answers, default=0):
                expected.append((max(calls), row["id"]))
        found = unanswered(past.store, question, 4)
        assert (found.total, [(one.at, one.id) for one in found.rows]) == (
            len(expected),
            sorted(expected)[:4],
        )


AT = 1_790_000_000_000_000


def _life(key: str, *kinds: Kind) -> list[Any]:
    report = Report(
        source="s", key=key, at=AT, channel="hotline", category="road", grid=CELL, title=key, unit="U"
    )
    steps = [
        Step(source="s", key=key, step_key=f"{n}", kind=kind, at=AT + n * MINUTE, data={"unit": "Police"})
        for n, kind in enumerate(kinds, 1)
    ]
    return [report, *steps]


def test_calls_one_by_one(store: Store) -> None:
    """Called; called and answered; answered and called again; called, answered and closed."""
    begun = (Kind.ACCEPT, Kind.DISPATCH)
    lives: Sequence[list[Any]] = (
        _life("quiet", *begun),
        _life("called", *begun, Kind.WHISTLE),
        _life("answered", *begun, Kind.WHISTLE, Kind.JOIN),
        _life("again", *begun, Kind.WHISTLE, Kind.JOIN, Kind.WHISTLE),
        _life("closed", *begun, Kind.WHISTLE, Kind.HANDLE, Kind.VERIFY, Kind.CLOSE),
    )
    outcomes = [outcome for life in lives for outcome in write(store, life, AT + DAY)]
    assert {outcome.status for outcome in outcomes} == {"added", "applied"}
    question = Question(CITY, Period(AT, AT + DAY), AT + DAY)
    found = unanswered(store, question, 9)
    assert [(one.title, one.at - AT) for one in found.rows] == [("called", 3 * MINUTE), ("again", 5 * MINUTE)]
    assert found.total == 2
    assert unanswered(store, Question(OTHER_DISTRICT, question.period, AT + DAY), 9) == Listed(0, ())
    early = Question(CITY, question.period, AT + 4 * MINUTE)
    assert [one.title for one in unanswered(store, early, 9).rows] == ["called"]


def test_nothing_is_found_beyond_a_scope(past: Past) -> None:
    bounded = past.store.within(DISTRICT)
    with pytest.raises(LookupError):
        moved(bounded, Question(OTHER_DISTRICT, past.period, past.now), 5)
    with pytest.raises(LookupError):
        unit_work(bounded, Question(CITY, past.period, past.now), past.now)
    assert reference(bounded).tree.root.code == DISTRICT

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from data.answers import Question
from data.clocks import Instant
from data.lifecycle import Status, is_suspended
from data.periods import Period
from data.queries.figures import totals
from data.queries.filtered import all_events, count_events, find_events
from data.queries.filters import (
    BYS,
    FOUND_COLUMNS,
    OVERDUES,
    RATINGS,
    SORTS,
    STAGES,
    STATES,
    Filter,
    NotThen,
)
from data.store import Store
from tests.support.asked import Past
from tests.support.brute import EventRow, inside
from tests.support.city import CATEGORIES, CHANNELS

SEEDS = range(4)
ASKED = 30
"""Questions of one seed."""


def random_filter(random: Random) -> Filter:
    """Anything that can be asked for at once; often nothing in particular."""
    return Filter(
        by=random.choice(BYS),
        state=random.choice((*STATES, *[STATES[0]] * 6)),
        overdue=random.choice((*OVERDUES, *[OVERDUES[0]] * 4)),
        rating=random.choice((*RATINGS, *[RATINGS[0]] * 6)),
        text=random.choice(("", "", "", "event", "event", "vent 1", "nothing like it")),
        sort=random.choice(SORTS),
        descending=random.random() < 0.5,
    )


def random_question(past: Past, random: Random, *, back: bool = False) -> Question:
    """Any scope, period and filters; as of now, or with `back` as of some instant before."""
    marks = [row[name] for row in past.rows for name in ("reported_at", "handle_due_at", "closed_at")]
    edges = [at + off for at in marks if at is not None for off in (0, 1)]
    ends = [past.period.start, past.period.end, *random.sample(edges, 4)]
    start, end = sorted(random.sample(ends, 2))
    codes = [past.reference.code] * 90 + [grid.code for grid in past.reference.tree]
    return Question(
        scope=random.choice(codes),
        period=Period(start, end + 1),
        as_of=random.choice([at for at in edges if at < past.now]) if back else past.now,
        categories=random.choice([None, None, None, (), CATEGORIES[:1], CATEGORIES[1:4]]),
        channels=random.choice([None, None, None, (), CHANNELS[:1]]),
    )


def standing(past: Past, as_of: Instant) -> list[EventRow]:
    """The events as they stood at an instant, by hand, with their ids."""
    ids = {row["title"]: row["id"] for row in past.rows}
    return [{**row, "id": ids[row["title"]]} for row in past.at(as_of)]


def answers(row: EventRow, asked: Filter, question: Question) -> bool:
    """Whether an event is asked for, by hand."""
    at = question.as_of
    still = row["closed_at"] is row["withdrawn_at"] is None
    told = {
        "reported": row["reported_at"],
        "closed": row["closed_at"],
        "due": row["handle_due_at"],
        "any": question.period.start,
    }[asked.by]
    if told is None or not question.period.start <= told < question.period.end:
        return False
    if not _stands_so(row, asked.state, still, at):
        return False
    due, ended = row["handle_due_at"], row["handled_at"] or row["closed_at"]
    overdue = implied(asked)
    if overdue == "open" and not (still and due is not None and due < at):
        return False
    if overdue == "late" and not (row["closed_at"] and due is not None and ended > due):
        return False
    rating = row["rating"]
    if asked.rating and rating not in {"none": (None,), "low": (1, 2)}.get(
        asked.rating, (int(asked.rating) if asked.rating.isdigit() else None,)
    ):
        return False
    return all(term in row["title"].replace("-", " ") for term in asked.text.split() if len(term) > 1)


def implied(asked: Filter) -> str:
    """An order by how long events were overdue takes those that were."""
    if asked.sort != "overdue" or asked.overdue:
        return asked.overdue
    return "late" if asked.state == "closed" else "open"


def _stands_so(row: EventRow, state: str, still: bool, at: Instant) -> bool:
    if state == "withdrawn":
        return row["withdrawn_at"] is not None
    if row["withdrawn_at"] is not None:
        return False
    if state == "closed":
        return row["closed_at"] is not None
    if state == "open":
        return still
    if state == "suspended":
        return still and is_suspended(row, at)
    if state:
        return still and not is_suspended(row, at) and Status(row["status"]).name.lower() == state
    return True


def expected(past: Past, question: Question, asked: Filter) -> list[EventRow]:
    rows = inside(
        standing(past, question.as_of),
        past.reference,
        question.scope,
        question.categories,
        question.channels,
    )
    return [row for row in rows if answers(row, asked, question)]


def ordered(rows: list[EventRow], asked: Filter) -> list[int]:
    """The ids in the order of the list, by hand."""
    down = -1 if asked.descending else 1

    def newest(row: EventRow) -> tuple[int, int]:
        return -row["reported_at"], -row["id"]

    name = {"reported": "reported_at", "due": "handle_due_at", "closed": "closed_at"}.get(asked.sort, "")

    def place(row: EventRow) -> Any:
        if asked.sort == "overdue" and implied(asked) == "late":
            ended = row["handled_at"] or row["closed_at"]
            return (down * (ended - row["handle_due_at"]), down * row["id"])
        if asked.sort == "overdue":
            return (-down * row["handle_due_at"], -down * row["id"])
        if asked.sort == "rating":
            return (row["rating"] is None, down * (row["rating"] or 0), *newest(row))
        if asked.sort == "status":
            return (down * row["status"], *newest(row))
        if row[name] is None:
            return (True, *newest(row))
        return (False, down * row[name], down * row["id"])

    return [row["id"] for row in sorted(rows, key=place)]


def all_ids(store: Store, question: Question, asked: Filter, limit: int) -> list[int]:
    found: list[int] = []
    after: str | None = None
    for _ in range(1000):
        page = find_events(store, question, asked, limit, after)
        assert len(page.rows) <= limit
        found += page.rows["id"].tolist()
        if page.next is None:
            return found
        after = page.next
    pytest.fail("the pages go round in a circle")


@pytest.mark.parametrize("seed", SEEDS)
def test_pages_hold_every_event_that_is_asked_for_once_and_in_order(past: Past, seed: int) -> None:
    random = Random(seed)
    listed = 0
    for _ in range(ASKED):
        question, asked = random_question(past, random), random_filter(random)
        rows = expected(past, question, asked)
        found = all_ids(past.store, question, asked, random.randint(4, 40))
        assert found == ordered(rows, asked), (question, asked)
        total = count_events(past.store, question, asked, seconds=60)
        assert (total.n, total.exact) == (len(rows), True), (question, asked)
        listed += len(rows)
    assert listed > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_past_instant_lists_what_stood_then(past: Past, seed: int) -> None:
    random = Random(seed)
    listed = 0
    for _ in range(ASKED):
        question, asked = random_question(past, random, back=True), random_filter(random)
        if asked.state in STAGES or asked.sort == "status":
            continue
        rows = expected(past, question, asked)
        found = all_ids(past.store, question, asked, random.randint(4, 40))
        assert found == ordered(rows, asked), (question, asked)
        listed += len(rows)
    assert listed > 0


def test_a_look_that_has_no_time_goes_on_where_it_ended(past: Past) -> None:
    random = Random(7)
    for _ in range(6):
        question, asked = random_question(past, random), random_filter(random)
        found: list[int] = []
        after: str | None = None
        for _ in range(5000):
            page = find_events(past.store, question, asked, 5, after, seconds=0)
            found += page.rows["id"].tolist()
            assert page.reached is None or page.next is not None
            if (after := page.next) is None:
                break
        assert found == ordered(expected(past, question, asked), asked), (question, asked)


def test_every_event_comes_in_one_stream(past: Past) -> None:
    random = Random(9)
    for _ in range(10):
        question, asked = random_question(past, random), random_filter(random)
        told = [row["id"] for chunk in all_events(past.store, question, asked, 7) for row in chunk]
        assert told == ordered(expected(past, question, asked), asked), (question, asked)


def test_plain_lists_are_as_long_as_their_figures(past: Past) -> None:
    random = Random(11)
    for _ in range(10):
        question = random_question(past, random)
        figures = totals(past.store, question, ["received", "closed", "overdue_open"])
        for key, asked in (
            ("received", Filter()),
            ("closed", Filter(by="closed", state="closed")),
            ("overdue_open", Filter(by="any", overdue="open")),
        ):
            assert count_events(past.store, question, asked, seconds=60).n == figures[key].numerator


def test_what_comes_back(past: Past) -> None:
    question = Question(past.reference.code, past.period, past.now)
    page = find_events(past.store, question, Filter(by="any"), 1000)
    assert {name: str(dtype) for name, dtype in page.rows.dtypes.items()} == dict(FOUND_COLUMNS)
    by_id = {row["id"]: row for row in past.rows}
    assert len(page.rows) > 20
    for each in page.rows.to_dict("records"):
        row = by_id[each["id"]]
        assert each["unit"] == (row["unit"] or "")
        assert (None if each["rating"] is None or each["rating"] != each["rating"] else each["rating"]) == (
            row["rating"]
        ) or str(each["rating"]) == "<NA>"


@pytest.mark.parametrize("wanted", [*[Filter(state=stage) for stage in STAGES], Filter(sort="status")])
def test_stages_are_told_of_the_present_alone(past: Past, wanted: Filter) -> None:
    then = Question(past.reference.code, past.period, past.period.start)
    with pytest.raises(NotThen, match="expected the present"):
        find_events(past.store, then, wanted)


@pytest.mark.parametrize("after", ["", "x", "1", "0.5", "0.1.2.3", "0.1.2;"])
def test_a_key_that_no_page_gave_is_refused(past: Past, after: str) -> None:
    question = Question(past.reference.code, past.period, past.now)
    with pytest.raises(ValueError, match="begin again without it"):
        find_events(past.store, question, Filter(), after=after)

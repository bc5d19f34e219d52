"""Appeals: decided by somebody else, they reopen one score with a trace and leave the others as they were frozen."""

from __future__ import annotations

import threading
from fractions import Fraction
from typing import Any

import pytest

from data.access import Viewer
from data.assessment.appeals import appeal_of, appeals, decide, object_to
from data.assessment.arithmetic import Cases
from data.assessment.entries import AssessmentError, Wanted, enter
from data.assessment.keeping import board, freeze, revisions, verify
from data.assessment.months import AssessedMonth, month, month_text
from data.clocks import DAY, HOUR
from tests.support.asked import Past
from tests.support.city import CITY, DISTRICT, OTHER_DISTRICT

STREET = "110101"
CENTRE = Viewer("centre", "operator", CITY)
DISTRICTS = Viewer("district", "operator", DISTRICT)
ITS_OWN = Viewer("own", "operator", STREET)
GROUNDS = ("同一事件重复派单", "工单记录")


@pytest.fixture
def frozen(past: Past) -> AssessedMonth:
    """The month of a past with marks, frozen."""
    wanted = month(past.reference, month_text(past.reference, past.now))
    rows = [Wanted(wanted.text, STREET, key, "60", "检查", "记录") for key in ("centre", "dispatching")]
    enter(past.store, rows, "anna", wanted.period.start + HOUR)
    freeze(past.store, wanted.text, wanted.as_of)
    return wanted


def late_events(past: Past, wanted: AssessedMonth, grid: str) -> list[int]:
    """The events of a grid that were due in the month and not handled in time, counted in plain Python."""
    top = past.reference.tree.get(grid)
    rows = [row for row in past.at(wanted.as_of) if top.id <= row["grid_id"] <= top.last_id]
    late = [
        row
        for row in rows
        if row["withdrawn_at"] is None
        and row["exempted_at"] is None
        and row["handle_due_at"] is not None
        and wanted.period.start <= row["handle_due_at"] < wanted.period.end
        and (row["handled_at"] is None or row["handled_at"] > row["handle_due_at"])
    ]
    return [row["id"] for row in late]


def score_of(past: Past, wanted: AssessedMonth, grid: str = STREET) -> Any:
    found = board(past.store, CITY, wanted.text, 2, wanted.as_of).standings
    return next(one for one in found if one.code == grid)


def test_events_that_should_not_count_are_taken_out_of_one_score(past: Past, frozen: AssessedMonth) -> None:
    late = late_events(past, frozen, STREET)
    assert len(late) >= 3
    before, others = score_of(past, frozen), score_of(past, frozen, "110102")
    number = object_to(
        past.store.within(STREET),
        frozen.text,
        STREET,
        "handling",
        late[:2],
        *GROUNDS,
        "li",
        frozen.as_of + DAY,
    )
    with pytest.raises(AssessmentError, match="expected no open appeal"):
        object_to(past.store, frozen.text, STREET, "handling", late[2:3], *GROUNDS, "li", frozen.as_of)
    assert [one.decision for one in appeals(past.store, only_open=True)] == [None]
    revision = decide(past.store, number, CENTRE, True, "属实", frozen.as_of + 2 * DAY)
    after = score_of(past, frozen)
    assert (revision, after.revision) == (2, 2)
    part, was = after.score.of("handling"), before.score.of("handling")
    assert part.given.excluded == Cases(0, 2)
    assert part.counted == Cases(was.counted.met, was.counted.due - 2)
    assert after.score.value > before.score.value
    assert score_of(past, frozen, "110102") == others, "peers stay as they were frozen"
    assert [(one.revision, one.by, one.appeal_id) for one in revisions(past.store, STREET, frozen.text)] == [
        (1, "", None),
        (2, "centre", number),
    ]
    assert verify(past.store, frozen.text) == (), "what was frozen still holds"
    told = appeal_of(past.store, number)
    assert told.events == tuple(sorted(late[:2]))
    assert told.decision is not None
    assert (told.decision.allowed, told.decision.author, told.decision.correction.excluded) == (
        True,
        "centre",
        Cases(0, 2),
    )
    # The same event is taken out once.
    with pytest.raises(AssessmentError, match="events that handling of 110101 counted"):
        object_to(past.store, frozen.text, STREET, "handling", late[:1], *GROUNDS, "li", frozen.as_of)
    with pytest.raises(AssessmentError, match="load the page anew"):
        decide(past.store, number, CENTRE, True, "again", frozen.as_of + 3 * DAY)


def test_of_two_who_object_at_once_one_is_told(past: Past, frozen: AssessedMonth) -> None:
    barrier = threading.Barrier(4)
    told: list[int | str] = []

    def file() -> None:
        barrier.wait()
        try:
            told.append(
                object_to(past.store, frozen.text, "110102", "centre", [], *GROUNDS, "li", frozen.as_of + DAY)
            )
        except AssessmentError as error:
            told.append(str(error)[:23])

    four = [threading.Thread(target=file) for _ in range(4)]
    for one in four:
        one.start()
    for one in four:
        one.join()
    (number,) = (one.id for one in appeals(past.store, only_open=True) if one.grid == "110102")
    assert sorted(told, key=str) == [number, *["expected no open appeal"] * 3]
    decide(past.store, number, CENTRE, False, "?", frozen.as_of + DAY)


def test_a_mark_is_corrected_and_missed_cases_are_bounded(past: Past, frozen: AssessedMonth) -> None:
    number = object_to(past.store, frozen.text, STREET, "centre", [], *GROUNDS, "li", frozen.as_of + DAY)
    for given, said in (
        ({"excused": 1}, "from 0 to 0 missed cases"),
        ({}, "found nothing"),
        ({"mark": "200"}, "a mark from 0 to 100"),
    ):
        with pytest.raises(AssessmentError, match=said):
            decide(past.store, number, DISTRICTS, True, "复核", frozen.as_of + DAY, **given)
    decide(past.store.within(DISTRICT), number, DISTRICTS, True, "复核", frozen.as_of + DAY, mark="88")
    part = score_of(past, frozen).score.of("centre")
    assert (part.given.mark, part.points) == (Fraction(88), Fraction(88))


def test_a_refused_appeal_changes_no_score_and_stays_on_record(past: Past, frozen: AssessedMonth) -> None:
    before = score_of(past, frozen)
    number = object_to(past.store, frozen.text, STREET, "dispatching", [], *GROUNDS, "li", frozen.as_of + DAY)
    assert decide(past.store, number, CENTRE, False, "不成立", frozen.as_of + DAY) is None
    assert score_of(past, frozen) == before
    told = appeal_of(past.store, number)
    assert told.decision is not None
    assert (told.decision.allowed, told.decision.note) == (False, "不成立")


def test_who_may_decide(past: Past, frozen: AssessedMonth) -> None:
    number = object_to(
        past.store, frozen.text, STREET, "dispatching", [], *GROUNDS, "district", frozen.as_of + DAY
    )
    for by, said in ((DISTRICTS, "found the author"), (ITS_OWN, "from above 110101")):
        with pytest.raises(AssessmentError, match=said):
            decide(past.store, number, by, True, "?", frozen.as_of + DAY, mark="99")
    with pytest.raises(AssessmentError, match="which is none here"):
        decide(
            past.store.within(OTHER_DISTRICT),
            number,
            Viewer("other", "operator", OTHER_DISTRICT),
            True,
            "?",
            frozen.as_of,
            mark="99",
        )
    assert appeals(past.store.within(OTHER_DISTRICT)) == ()
    decide(past.store, number, CENTRE, False, "?", frozen.as_of + DAY)


def test_what_cannot_be_objected_to(past: Past, frozen: AssessedMonth) -> None:
    late = late_events(past, frozen, "110202")
    beyond = late_events(past, frozen, STREET)[:1]
    for text, grid, key, events, said in (
        ("2001-01", STREET, "handling", late, "with a frozen score in 2001-01"),
        (frozen.text, "nowhere", "handling", late, "with a frozen score"),
        (frozen.text, "1101010101", "handling", late, "with a frozen score"),
        (frozen.text, "110202", "speed", late, "one of the dimensions"),
        (frozen.text, "110202", "handling", [], "found none: name them"),
        (frozen.text, "110202", "handling", beyond, "that handling of 110202 counted"),
        (frozen.text, "110202", "handling", [10**12], "that handling of 110202 counted"),
        (frozen.text, "110202", "centre", late[:1], "no events for centre"),
    ):
        with pytest.raises(AssessmentError, match=said):
            object_to(past.store, text, grid, key, events, *GROUNDS, "li", frozen.as_of + DAY)
    with pytest.raises(AssessmentError, match="expected a reason"):
        object_to(past.store, frozen.text, "110202", "handling", late[:1], " ", "x", "li", frozen.as_of)
    with pytest.raises(AssessmentError, match="with a frozen score"):
        object_to(
            past.store.within(DISTRICT),
            frozen.text,
            "110202",
            "handling",
            late[:1],
            *GROUNDS,
            "li",
            frozen.as_of,
        )

"""Months are frozen once, hold against the events, and are read within a scope."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from data.answers import Question
from data.assessment.arithmetic import NONE, Cases, Given, score
from data.assessment.keeping import (
    Difference,
    board,
    freeze,
    frozen,
    frozen_months,
    history,
    owed,
    revisions,
    standings,
    verify,
)
from data.assessment.measuring import assess
from data.assessment.months import AssessedMonth, month, month_text
from data.assessment.rules import DEFAULT
from data.clocks import DAY, HOUR
from data.events import write
from data.grids import UnknownGrid
from data.lifecycle import Report
from data.periods import Period
from data.store import Store
from data.tasks.keeping import Order, done, issue
from tests.support.asked import Past
from tests.support.city import CITY, COMMUNITY, DISTRICT, OTHER_DISTRICT, STREET

KEYS = {one.key: one.indicator for one in DEFAULT.dimensions if one.indicator}


def month_of(past: Past) -> AssessedMonth:
    return month(past.reference, month_text(past.reference, past.period.start + DAY))


def by_hand(past: Past, wanted: AssessedMonth, grid: str, peers: list[str]) -> dict[str, Given]:
    """What a grid is judged by, counted in plain Python over the events as they stood."""

    def cases(code: str, key: str) -> Cases:
        told = past.expected(Question(code, wanted.period, wanted.as_of))
        numerator, denominator = told[key]
        return Cases(numerator, denominator or 0)

    return {
        key: Given(
            cases(grid, indicator),
            peers=sum((cases(code, indicator) for code in peers if code != grid), NONE),
        )
        for key, indicator in KEYS.items()
    }


@pytest.mark.parametrize("hours", [20, 90, 24 * 60])
def test_scores_are_those_of_the_events_as_they_stood(past: Past, hours: int) -> None:
    whole = month_of(past)
    wanted = replace(whole, as_of=past.period.start + hours * HOUR)
    streets = ["110101", "110102", "110201", "110202"]
    for depth, groups in ((1, [[DISTRICT, OTHER_DISTRICT]]), (2, [streets]), (3, [[COMMUNITY, "11010102"]])):
        found = {one.code: one for one in assess(past.store, wanted, depth)}
        for group in groups:
            for code in group:
                expected = score(DEFAULT, by_hand(past, wanted, code, group))
                assert found[code].score.value == expected.value, (depth, code)
                assert [part.given for part in found[code].score.parts][:4] == [
                    part.given for part in expected.parts
                ][:4]


def test_a_month_is_frozen_once_and_recomputed_to_the_same(past: Past) -> None:
    wanted = month_of(past)
    later = wanted.as_of + 3 * DAY
    assert owed(past.store, wanted.as_of - 1) == ()
    with pytest.raises(ValueError, match="whose bulletin was due"):
        freeze(past.store, wanted.text, wanted.as_of - 1)
    assert wanted.text in owed(past.store, later)
    before = {depth: assess(past.store, wanted, depth) for depth in (1, 2)}
    assert freeze(past.store, wanted.text, later)
    assert not freeze(past.store, wanted.text, later + 1), "once is enough"
    assert wanted.text not in owed(past.store, later)
    fixed = frozen(past.store, wanted.text)
    assert fixed is not None
    assert (fixed.as_of, fixed.frozen_at, fixed.rules) == (wanted.as_of, later, DEFAULT)
    assert frozen_months(past.store) == (wanted.text,)
    for depth, made in before.items():
        read = board(past.store, CITY, wanted.text, depth, later)
        assert read.is_frozen
        assert [(one.code, one.score) for one in read.standings] == [(one.code, one.score) for one in made]
        assert {one.revision for one in read.standings} == {1}
    assert verify(past.store, wanted.text) == ()
    # What happens afterwards moves no frozen score and no recomputed one.
    write(past.store, [_report(later)], later)
    assert verify(past.store, wanted.text) == ()
    (first,) = revisions(past.store, STREET, wanted.text)
    assert (first.revision, first.by, first.appeal_id) == (1, "", None)
    ((text_, standing),) = history(past.store, STREET, [wanted.text, "2001-01"])
    assert (text_, standing.score) == (wanted.text, first.score)
    for depth in (1, 2):
        for one in board(past.store, CITY, wanted.text, depth, later).standings:
            assert history(past.store, one.code, [wanted.text]) == ((wanted.text, one),)


def test_a_fact_that_is_recorded_too_late_shows_as_a_difference_and_changes_nothing(past: Past) -> None:
    wanted = month_of(past)
    freeze(past.store, wanted.text, wanted.as_of + 3 * DAY)
    before = board(past.store, CITY, wanted.text, 1, wanted.as_of).standings
    write(past.store, [_report(wanted.period.start + DAY, "late")], wanted.as_of + 5 * DAY)
    found = verify(past.store, wanted.text)
    assert found, "an event of the month that was written down after it"
    assert {one.code for one in found} >= {DISTRICT}
    assert all(isinstance(one, Difference) and one.frozen != one.now for one in found)
    assert board(past.store, CITY, wanted.text, 1, wanted.as_of).standings == before


def _report(at: int, key: str = "later") -> Report:
    return Report(
        source="patrol", key=key, at=at, grid="1101010101", category="road", channel="patrol", title="坑"
    )


def test_a_scope_sees_its_own_grids_with_their_ranks_in_the_city(past: Past) -> None:
    wanted = month_of(past)
    everything = {one.code: one for one in board(past.store, CITY, wanted.text, 2, wanted.as_of).standings}
    bounded = past.store.within(DISTRICT)
    mine = board(bounded, DISTRICT, wanted.text, 2, wanted.as_of).standings
    assert [one.code for one in mine] == ["110101", "110102"]
    assert all(one == everything[one.code] for one in mine)
    for call in (
        lambda: board(bounded, OTHER_DISTRICT, wanted.text, 2, wanted.as_of),
        lambda: board(bounded, CITY, wanted.text, 1, wanted.as_of),
        lambda: history(bounded, OTHER_DISTRICT, [wanted.text]),
        lambda: revisions(bounded, OTHER_DISTRICT, wanted.text),
    ):
        with pytest.raises(UnknownGrid):
            call()


def test_part_of_a_month_is_made_anew_and_not_taken_from_what_is_frozen(past: Past) -> None:
    wanted = month_of(past)
    freeze(past.store, wanted.text, wanted.as_of)
    half = Period(wanted.period.start, wanted.period.start + 10 * DAY)
    found = standings(past.store, CITY, AssessedMonth(wanted.text, half, wanted.as_of), 1)
    assert not found.is_frozen
    assert {one.revision for one in found.standings} == {0}
    assert standings(past.store, CITY, wanted, 1).is_frozen


def test_a_month_without_events_has_no_scores_and_says_why(store: Store) -> None:
    found = board(store, CITY, "2026-03", 1, 1_800_000_000_000_000)
    assert [one.score.value for one in found.standings] == [None, None]
    assert {part.reason for one in found.standings for part in one.score.parts} == {"none_due", "not_entered"}
    assert [(one.rank, one.ranked) for one in found.standings] == [(None, 0)] * 2
    assert owed(store, 1_800_000_000_000_000) == ()
    with pytest.raises(ValueError, match="a month that has begun"):
        board(store, CITY, "2999-01", 1, 1_800_000_000_000_000)
    with pytest.raises(ValueError, match="a month such as 2026-11"):
        board(store, CITY, "March", 1, 1_800_000_000_000_000)
    with pytest.raises(ValueError, match="a month that is frozen"):
        verify(store, "2026-03")


def test_tasks_that_were_done_count_in_the_last_dimension(past: Past) -> None:
    now = past.now + 400 * DAY
    wanted = month(past.reference, month_text(past.reference, now))
    for name, grids in (("巡查", ("110101", "110102")), ("报表", ("110101",))):
        number = issue(past.store, CITY, Order("temporary", name, "", grids, now + HOUR), "anna", now)
        if name == "巡查":
            done(past.store, CITY, number, "110101", "bela", now + HOUR, "已完成", "照片")
    later = replace(wanted, as_of=now + 2 * HOUR)
    for depth, expected in (
        (1, {DISTRICT: Cases(1, 3), OTHER_DISTRICT: None}),
        (2, {"110101": Cases(1, 2), "110102": Cases(0, 1)}),
    ):
        found = {one.code: one.score.of("temporary").given.cases for one in assess(past.store, later, depth)}
        assert {code: found[code] for code in expected} == expected
    early = replace(wanted, as_of=now + HOUR - 1)
    assert {one.score.of("temporary").reason for one in assess(past.store, early, 1)} == {"not_entered"}


@pytest.mark.parametrize("act", ["UPDATE assessment_score SET name = 'x'", "DELETE FROM assessment_month"])
def test_what_is_frozen_cannot_be_changed_in_the_store(past: Past, act: str) -> None:
    wanted = month_of(past)
    freeze(past.store, wanted.text, wanted.as_of)
    with pytest.raises(DatabaseError, match="stays as it is"), past.store.keeping() as connection:
        connection.execute(text(act))

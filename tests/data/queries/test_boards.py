"""Figures of many grids at once, beside the period before and over time, against the events themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.answers import Question
from data.clocks import HOUR
from data.indicators import INDICATORS, OVERDUE_OPEN
from data.periods import Period, Unit, previous, split
from data.queries.counted import FigureTable
from data.queries.figures import compare_grids, courses
from tests.support.asked import Past, questions
from tests.support.brute import Told

UNITS: tuple[Unit, ...] = ("hour", "day", "week")

patient = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def said(table: FigureTable, row: int) -> Told:
    return {
        key: (
            int(table.numerator[row, column]),
            None if INDICATORS[key].denominator is None else int(table.denominator[row, column]),
        )
        for column, key in enumerate(table.keys)
    }


@given(st.data(), st.booleans(), st.sampled_from([1, 2]))
@patient
def test_grids_stand_beside_their_period_before(
    past: Past, data: st.DataObject, back: bool, depth: int
) -> None:
    question = data.draw(questions(past, back=back))
    found = compare_grids(past.store, question, depth)
    before = previous(past.reference.clock, question.period)
    assert found.before_period == before
    then = before.start + (question.as_of - question.period.start)
    for table, period, as_of in (
        (found.current, question.period, question.as_of),
        (found.before, before, then),
    ):
        asked = replace(question, period=period, as_of=as_of)
        for row, code in enumerate(table.groups.codes):
            if not table.groups.own[row]:
                assert said(table, row) == past.expected(asked, code)


@given(st.data(), st.sampled_from(UNITS), st.sampled_from([1, 2]))
@patient
def test_courses_are_the_figures_of_each_part(
    past: Past, data: st.DataObject, unit: Unit, depth: int
) -> None:
    key = data.draw(st.sampled_from([key for key in INDICATORS if key != OVERDUE_OPEN]))
    asked = data.draw(questions(past))
    # No screen asks for the hours of more than two days.
    start = max(asked.period.start, past.period.start)
    end = start + 30 * HOUR if unit == "hour" else max(past.period.end, start + HOUR)
    question = replace(asked, period=Period(start, end))
    found = courses(past.store, question, unit, key, depth)
    parts = dict(split(past.reference.clock, question.period, unit))
    assert found.labels == tuple(label for label, part in parts.items() if part.start < question.as_of)
    assert found.value.shape == (len(found.codes), len(found.labels))
    for place, label in list(enumerate(found.labels))[:: max(1, len(found.labels) // 4)]:
        for row, code in enumerate(found.codes):
            numerator, denominator = past.expected(question, code, parts[label])[key]
            assert int(found.numerator[row, place]) == numerator
            if denominator is not None:
                assert int(found.denominator[row, place]) == denominator
                assert np.isnan(found.value[row, place]) == (denominator == 0)


def test_a_stock_has_no_course(past: Past) -> None:
    question = Question(past.reference.code, past.period, past.now)
    with pytest.raises(ValueError, match=OVERDUE_OPEN):
        courses(past.store, question, "day", OVERDUE_OPEN)

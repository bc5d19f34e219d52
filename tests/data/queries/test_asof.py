from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from data import schema
from data.answers import Question
from data.clocks import DAY, HOUR, MINUTE
from data.grains import OWN_GRAINS
from data.queries import asof, own, sums
from data.queries.figures import by_category, by_grid, by_time, totals
from data.rebuilding import rebuild
from tests.support.asked import Past, questions, told_by_group
from tests.support.brute import told


@given(st.data(), st.sampled_from([MINUTE, 5 * HOUR, 2 * DAY]), st.booleans())
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_past_is_the_present_less_what_came_since(
    past: Past, data: st.DataObject, slow: int, by_scope: bool
) -> None:
    """The lives of a test last hours, so a slow step is made to be one of hours; its trees are small, so what is done
    for small scopes alone is done for all, or for none."""
    question = data.draw(questions(past, back=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "SLOW", slow)
        patch.setattr(asof, "SLOW", slow)
        patch.setattr(sums, "GRID_DAYS", 0 if by_scope else 10_000)
        assert told(totals(past.store, question)) == past.expected(question)
        for depth in (1, 2, 3):
            expected = {
                code: past.expected(question, code)
                for code in told_by_group(by_grid(past.store, question, depth))
            }
            assert {
                code: figures
                for code, figures in told_by_group(by_grid(past.store, question, depth)).items()
                if past.reference.tree.get(code).depth == depth
            } == {
                code: figures
                for code, figures in expected.items()
                if past.reference.tree.get(code).depth == depth
            }
        with past.counters_stale():
            by_events = [
                told_by_group(by_category(past.store, question)),
                told_by_group(by_time(past.store, question, "hour")),
            ]
        assert told_by_group(by_category(past.store, question)) == by_events[0]
        assert told_by_group(by_time(past.store, question, "hour")) == by_events[1]


@pytest.fixture(scope="module")
def packed(past: Past) -> Past:
    """The city as after a bulk load: vectors of every bucket, of which every third day has been written to since."""
    clock = past.reference.clock
    days = range(clock.day_number(past.period.start) - 3, clock.day_number(past.period.end) + 30)
    with past.store.writing(alone=True) as connection:
        connection.execute(delete(schema.rollup_version))
    rebuild(past.store)
    with past.store.writing(alone=True) as connection:
        touched = {(grain.id, day // grain.unit.size) for grain in OWN_GRAINS for day in days[::3]}
        rows = [{"grain": grain, "bucket": bucket, "version": 1} for grain, bucket in sorted(touched)]
        connection.execute(insert(schema.rollup_version), rows)
    return past


@given(st.data(), st.booleans(), st.sampled_from([2, 3, 4]))
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_grids_are_counted_from_vectors_where_nobody_has_written_since(
    packed: Past, data: st.DataObject, back: bool, depth: int
) -> None:
    drawn = data.draw(questions(packed, back=back))
    question = Question(drawn.scope, drawn.period, drawn.as_of)
    own.forget(packed.store)
    for code, figures in told_by_group(by_grid(packed.store, question, depth)).items():
        if packed.reference.tree.get(code).depth == depth:
            assert figures == packed.expected(question, code)

"""What was received by grid, category and channel, and everything overdue: the sums are those of the figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.answers import Question
from data.indicators import OVERDUE_OPEN
from data.queries import sums
from data.queries.figures import by_category, by_channel, totals
from data.queries.lists import list_events
from data.queries.overdue import overdue_events
from data.queries.received import received
from tests.support.asked import Past, questions, told_by_group

patient = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def counts(ids: np.ndarray, numbers: np.ndarray) -> dict[int, int]:
    return {int(one): int(numbers[ids == one].sum()) for one in np.unique(ids)}


@given(st.data(), st.booleans(), st.booleans())
@patient
def test_the_cells_add_up_to_every_count(past: Past, data: st.DataObject, back: bool, by_scope: bool) -> None:
    asked = data.draw(questions(past, back=back))
    question = Question(asked.scope, asked.period, asked.as_of)
    city = past.reference
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums, "GRID_DAYS", 0 if by_scope else 10_000)
        found = received(past.store, question)
    assert found.total == totals(past.store, question, ("received",))["received"].numerator
    for by, ids, named in (
        (by_category, found.category_ids, city.categories),
        (by_channel, found.channel_ids, city.channels),
    ):
        told = told_by_group(by(past.store, question, ("received",)))
        expected = {named[code].id: figures["received"][0] for code, figures in told.items()}
        assert counts(ids, found.counts) == {one: n for one, n in expected.items() if n}
    for grid in city.tree.children(question.scope):
        inside = Question(grid.code, asked.period, asked.as_of)
        expected_total = totals(past.store, inside, ("received",))["received"].numerator
        assert found.within(grid.id, grid.last_id).total == expected_total


@given(st.data(), st.booleans())
@patient
def test_the_overdue_are_those_of_the_list(past: Past, data: st.DataObject, back: bool) -> None:
    asked = data.draw(questions(past, back=back))
    question = Question(asked.scope, asked.period, asked.as_of)
    found = overdue_events(past.store, question)
    listed = list_events(past.store, question, "overdue", 1_000).rows
    assert sorted(found.ids.tolist()) == sorted(listed["id"].tolist())
    assert len(found.ids) == totals(past.store, question, (OVERDUE_OPEN,))[OVERDUE_OPEN].numerator
    due = dict(zip(listed["id"].tolist(), listed["handle_due_at"].tolist(), strict=True))
    assert dict(zip(found.ids.tolist(), found.due_at.tolist(), strict=True)) == due
    told = {one: found.named(place) for place, one in enumerate(found.ids.tolist())}
    texts = zip(listed["key"].tolist(), listed["title"].tolist(), strict=True)
    assert told == dict(zip(listed["id"].tolist(), texts, strict=True))
    assert np.all(np.diff(found.grid_ids) >= 0), "in the order of the grids, so that a scope is one run"

"""No query of a bounded store leaves its scope: each asks the reference for its grid, or says why it need not."""

from __future__ import annotations

import ast

import pytest

from data.answers import Question
from data.grids import UnknownGrid
from data.queries import figures, levels, lists, live, people, points
from data.queries.shapes import shapes
from data.reference import reference
from data.settings import PROJECT
from tests.support.asked import Past
from tests.support.city import CITY, DISTRICT, OTHER_DISTRICT, STREET

FREE = {
    "areas": "outlines of management areas, which are no figures",
    "freshness": "when each source was last heard, which is the feed's and nobody's",
    "last_reports": "the same as of an instant",
}
"""What asks no grid."""


def test_every_query_asks_the_reference_for_its_grid() -> None:
    """A function that opens a snapshot and knows no reference can bound nothing."""
    loose = set()
    for path in sorted((PROJECT / "data" / "queries").glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                told = ast.unparse(function)
                if ".reading()" in told and "reference_within(" not in told:
                    loose.add(function.name)
    assert loose == set(FREE)


@pytest.mark.parametrize("beyond", [CITY, OTHER_DISTRICT, "nowhere"])
def test_a_question_beyond_the_scope_is_refused_by_every_query(past: Past, beyond: str) -> None:
    store, asked = past.store.within(DISTRICT), list[tuple[str, str]]()
    past.store.refused = lambda scope, code: asked.append((scope, code))
    question = Question(beyond, past.period, past.now)
    for query in (
        lambda: figures.totals(store, question),
        lambda: figures.compare(store, question),
        lambda: figures.by_grid(store, question),
        lambda: figures.by_time(store, question, "day"),
        lambda: figures.by_category(store, question),
        lambda: figures.by_channel(store, question),
        lambda: figures.rank(store, question, "received"),
        lambda: levels.level_values(store, question, 2, "received"),
        lambda: lists.list_events(store, question),
        lambda: lists.trace(store, beyond, 1, past.now),
        lambda: lists.find_event(store, beyond, "e1"),
        lambda: points.event_points(store, question, "newest", 10),
        lambda: people.people(store, beyond),
        lambda: shapes(store, [beyond]),
        lambda: live.moved(store, question, 5),
        lambda: live.due_soon(store, question, past.now, 5),
        lambda: live.unanswered(store, question, 5),
        lambda: live.unit_work(store, question, past.now),
    ):
        asked.clear()
        with pytest.raises(UnknownGrid):
            query()
        assert asked == [(DISTRICT, beyond)]


def test_a_bounded_store_answers_as_the_whole_one_within_its_scope(past: Past) -> None:
    bounded = past.store.within(DISTRICT)
    for code in (DISTRICT, STREET):
        question = Question(code, past.period, past.now)
        for depth in (2, 3, 4):
            mine = levels.level_values(bounded, question, depth, "received")
            whole = levels.level_values(past.store, question, depth, "received")
            assert mine.grid_ids.tolist() == whole.grid_ids.tolist()
            assert mine.numerator.tolist() == whole.numerator.tolist()
        assert figures.by_grid(bounded, question).equals(figures.by_grid(past.store, question))
        assert figures.compare(bounded, question) == figures.compare(past.store, question)
        first, second = (lists.list_events(store, question, "all", 500) for store in (bounded, past.store))
        assert first.rows.equals(second.rows)
    assert reference(bounded).tree.root.code == DISTRICT
    assert bounded.within(DISTRICT) is bounded

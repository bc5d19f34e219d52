from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.answers import Question
from data.city import load_city
from data.events import bulk_add, delete_events, write
from data.grids import Node
from data.indicators import INDICATORS
from data.periods import Period
from data.queries.figures import by_grid
from data.queries.levels import level_values
from data.queries.own import LEVEL_DEPTH
from data.rebuilding import finish_bulk
from data.reference import reference
from data.store import Store
from tests.support.asked import Past, questions, random_past, told_by_group
from tests.support.brute import brute_figures, event_rows, inside
from tests.support.city import CITY, city_pack, small_nodes
from tests.support.lives import Lives, latest


def assert_same(store: Store, question: Question, depth: int, indicator: str) -> None:
    """The values of a level are those of its grids asked by `by_grid`."""
    values = level_values(store, question, depth, indicator)
    frame = by_grid(store, question, depth, [indicator])
    frame = frame[~frame["own"]]
    tree = reference(store).tree
    assert [tree.by_id(int(grid_id)).code for grid_id in values.grid_ids] == frame["group"].tolist()
    assert values.numerator.tolist() == frame["numerator"].tolist()
    if INDICATORS[indicator].denominator is None:
        assert values.denominator is None
    else:
        assert values.denominator is not None
        assert values.denominator.tolist() == frame["denominator"].tolist()
    np.testing.assert_array_equal(values.value, frame["value"].to_numpy(dtype=float))


def assert_counted(store: Store, question: Question) -> None:
    """The figures of the level-1 grids are those of the events, counted by hand."""
    known = reference(store)
    figures = told_by_group(by_grid(store, question, LEVEL_DEPTH))
    rows = event_rows(store)
    for grid in known.tree.at_depth(question.scope, LEVEL_DEPTH):
        hand = brute_figures(inside(rows, known, grid.code, None, None), question.period, question.as_of)
        assert figures[grid.code] == hand


@given(st.data(), st.sampled_from(list(INDICATORS)), st.booleans())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_level_is_its_grids(past: Past, data: st.DataObject, indicator: str, back: bool) -> None:
    question = data.draw(questions(past, back=back))
    depth = past.reference.tree.get(question.scope).depth
    for below in range(depth, past.reference.tree.max_depth + 1):
        assert_same(past.store, question, below, indicator)


@pytest.mark.parametrize("change", ["live", "delete", "bulk", "tree", "zone"])
def test_vectors_in_memory_follow_the_store(store: Store, change: str) -> None:
    """A map that was asked for before something changed is right afterwards, where nothing stood before too."""
    past = random_past(store, 31, 200, 30)
    lives = Lives(past.reference, Random(8), past.period)
    early = Lives(
        past.reference,
        lives.random,
        Period(past.period.start - 10**13, past.period.start - 10**12),
    )
    histories = early.histories(30, "early") + lives.histories(30, "more")
    now = max(past.now, *(latest(history) for history in histories))
    question = Question(CITY, Period(past.period.start - 2 * 10**13, past.period.end), now)

    def asks() -> None:
        for indicator in ("received", "handling_timeliness", "overdue_open"):
            for depth in (2, 4):
                assert_same(store, question, depth, indicator)

        assert_counted(store, question)

    asks()
    match change:
        case "live":
            write(store, [operation for history in histories for operation in history], now)
        case "delete":
            delete_events(store, [row["id"] for row in event_rows(store)][::2])
        case "bulk":
            bulk_add(store, histories, now)
            asks()
            finish_bulk(store)
        case "tree":
            load_city(store, city_pack(nodes=[*small_nodes(), Node("1100", "first", CITY, "district")]), now)
        case "zone":
            load_city(store, city_pack("America/New_York"), now)
    asks()

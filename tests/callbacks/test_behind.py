"""The list behind a figure holds as many events as were counted."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from callbacks.behind import BEHIND, events_behind
from callbacks.state import ViewState, parse
from data.answers import Question
from data.periods import Period
from data.queries.figures import totals
from data.queries.filtered import count_events
from tests.support.asked import Past
from tests.support.pasts import PASTS, past_of


@pytest.fixture(scope="module", params=PASTS, ids="-".join)
def past(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A city with a random past."""
    with past_of(request, tmp_path_factory, seed=8) as made:
        yield made


@pytest.mark.parametrize("key", BEHIND)
def test_as_many_events_are_listed_as_the_figure_counts(past: Past, key: str) -> None:
    random, told = Random(key), 0
    whole = past.period.end - past.period.start
    for turn in range(12):
        start = past.period.start + random.randrange(whole // 2)
        period = Period(start, min(past.now, start + random.randrange(1, whole)))
        codes = [past.reference.code] * 3 + [grid.code for grid in past.reference.tree]
        as_of = past.now if turn % 2 else random.randrange(period.start + 1, past.now)
        question = Question(random.choice(codes), period, as_of)
        figure = totals(past.store, question, (key,))[key]
        counted = figure.numerator if figure.denominator is None else figure.denominator
        found = count_events(past.store, question, BEHIND[key])
        assert (found.n, found.exact) == (counted, True), question
        told += counted
    assert told, "nothing was counted"


def test_the_address_carries_the_filter_and_the_view() -> None:
    view = ViewState(scope="410105", period="today", channel="hotline")
    address = events_behind(view, "overdue_open") or ""
    path, _, search = address.partition("?")
    found = parse(f"?{search}").view
    assert (path, found.scope, found.period, found.channel) == ("/events", "410105", "today", "hotline")
    assert found.wanted == BEHIND["overdue_open"]
    assert events_behind(view, "satisfaction") is None

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from callbacks import events, state
from callbacks.state import parse, to_search
from data.clocks import ZoneClock
from data.queries.filters import BYS, OVERDUES, RATINGS, SORTS, STATES, Filter, Total
from data.words import word
from layouts import events as page
from layouts import ids
from tests.support.fakes import FakeCity
from tests.support.screens import app_of, components, run


def view(search: str = "?") -> dict[str, Any]:
    fake = FakeCity()
    return state.stored(parse(search).view, fake.reads().now(), True)


def listed(search: str, shown: dict[str, Any] | None = None) -> Any:
    fake = FakeCity()
    client = app_of(fake).server.test_client()
    return run(client, ids.FOUND_PAGE, **{ids.EVENTS_HEAD.view: view(search), ids.FOUND_PAGE: shown})


def test_the_list_shows_who_holds_each_event_and_where_it_leads() -> None:
    told = listed("?scope=boston-roxbury")
    text = json.dumps(told, ensure_ascii=False)
    assert "Public Works" in text
    assert "/event/1?scope=boston-roxbury" in text
    assert told[ids.FOUND_PAGE]["data"]["rows"] == 12
    assert told[ids.FOUND_MORE]["hidden"] is True


def test_a_long_list_has_a_next_page() -> None:
    told = listed("?")
    assert told[ids.FOUND_PAGE]["data"] == {
        "of": "?",
        "rows": events.PAGE_ROWS,
        "next": str(events.PAGE_ROWS),
    }
    assert told[ids.FOUND_MORE]["hidden"] is False


def test_the_number_of_events_comes_from_the_counters_where_they_hold_it() -> None:
    fake = FakeCity()
    client = app_of(fake).server.test_client()
    told = run(client, ids.FOUND_TOTAL, **{ids.EVENTS_HEAD.view: view("?by=any&overdue=open")})
    assert "totals" in fake.asked
    assert "found_total" not in fake.asked
    assert word("explore.found").split("{n}")[0] in told[ids.FOUND_TOTAL]["children"]


@pytest.mark.parametrize(
    ("total", "said"),
    [
        (Total(0, True), word("explore.found").format(n="0")),
        (Total(12_345, True), word("explore.found").format(n="12,345")),
        (Total(10_000, False), word("explore.found_more").format(n="10,000")),
        (Total(94, False), word("explore.found_least").format(n="94")),
        (Total(0, False), word("explore.found_least").format(n="0")),
    ],
)
def test_a_total_is_said_no_more_exactly_than_it_is(total: Total, said: str) -> None:
    assert events.total_said(total) == said


@pytest.mark.parametrize("by", BYS)
@pytest.mark.parametrize("overdue", OVERDUES)
def test_filters_survive_the_address(by: Any, overdue: Any) -> None:
    for given in [
        *[Filter(by=by, overdue=overdue, state=one) for one in STATES],
        *[Filter(by=by, overdue=overdue, rating=one, text="占道 经营") for one in RATINGS],
        *[Filter(by=by, sort=one, descending=down) for one in SORTS for down in (True, False)],
    ]:
        there = replace(parse("?scope=boston").view, wanted=given)
        back = parse(to_search(there))
        assert back.view == there
        assert back.problems == ()


@pytest.mark.parametrize("search", ["?by=x", "?state=none", "?overdue=1", "?rating=9", "?sort=", "?sort=-x"])
def test_what_is_not_understood_is_said_and_left_out(search: str) -> None:
    parsed = parse(search + "&q=x")
    assert parsed.view.wanted == Filter(text="x")
    assert len(parsed.problems) == (0 if search == "?sort=" else 1)


@pytest.mark.parametrize(("typed", "said"), [("13812345678", "explore.personal"), ("路", "explore.short")])
def test_what_cannot_be_looked_for_is_said(typed: str, said: str) -> None:
    fake = FakeCity()
    reads = fake.reads()
    found, _ = state.scene(
        parse(f"?q={typed}").view, reads.tree(), ZoneClock.of("America/New_York"), reads.now(), True
    )
    assert events.followed(found)[1] == [word(said)]


def test_stages_of_the_past_are_not_asked_for() -> None:
    reads = FakeCity().reads()
    found, _ = state.scene(
        parse("?state=accepted&sort=status").view,
        reads.tree(),
        ZoneClock.of("America/New_York"),
        reads.now() - 1,
        False,
    )
    wanted, said = events.followed(found)
    assert (wanted.state, wanted.sort) == ("", "reported")
    assert said == [word("explore.not_then")]


def test_a_column_sorts_and_once_more_the_other_way() -> None:
    first = {one.key: one for one in events.columns(parse("?").view)}
    assert first["event.reported"].sorted == "descending"
    assert first["event.reported"].href == "?sort=reported"
    assert first["event.due"].href == "?sort=due"
    then = {one.key: one for one in events.columns(parse("?sort=due").view)}
    assert (then["event.due"].sorted, then["event.due"].href) == ("ascending", "?sort=-due")


def test_every_cell_of_a_card_is_named() -> None:
    from_list = listed("?scope=boston-roxbury")
    rows = from_list[ids.FOUND_ROWS]["children"]
    cells = [cell for row in rows for cell in row["props"]["children"][1:]]
    assert cells
    assert all(cell["props"]["data-name"] for cell in cells)


def test_the_page_has_every_id_once() -> None:

    found = [getattr(each, "id", None) for each in components(page.layout())]
    found = [one for one in found if one]
    assert len(found) == len({str(one) for one in found})

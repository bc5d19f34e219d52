"""What needs attention, the ranking, a grid's page and the comparison, against fake reads."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from callbacks import compare, heads, rank, state
from callbacks.reads import targets
from data.clocks import ZoneClock
from data.indicators import INDICATORS
from data.words import speaking, word
from layouts import ids
from tests.support.fakes import NEIGHBOURHOODS, NOW, ZONE, FakeCity
from tests.support.screens import app_of, asked, links, run, texts

PAGES = {
    "/rank": (ids.RANK_HEAD, (ids.RANK_DATA, ids.RANK_HEADING, ids.RANK_COURSES)),
    "/grid/boston-dorchester": (
        ids.GRID_HEAD,
        (
            ids.GRID_CARDS,
            ids.GRID_TREND,
            ids.GRID_COURSES,
            ids.GRID_MAP,
            ids.GRID_SIBLINGS,
            ids.GRID_EVENTS,
            ids.GRID_TEAM,
        ),
    ),
    "/compare": (
        ids.COMPARE_HEAD,
        (
            ids.COMPARE_FIRST,
            ids.COMPARE_TABLE,
            ids.COMPARE_TREND,
            ids.COMPARE_CATEGORIES,
            ids.COMPARE_FIRST_RESULTS,
            ids.COMPARE_SECOND_RESULTS,
        ),
    ),
}


def arrived(client: FlaskClient, path: str, search: str = "?", **given: Any) -> Any:
    head = next(head for page, (head, _) in PAGES.items() if path.startswith(page.rpartition("/")[0] or page))
    if not path.startswith("/grid/"):
        head = PAGES[path][0]
    return run(client, head.view, **{f"{ids.URL}.pathname": path, f"{ids.URL}.search": search} | given)


def data_of(answer: Any, head: ids.Head) -> dict[str, Any]:
    """What the parts of a page ask by."""
    return {head.view: answer[head.view]["data"], head.figures: answer[head.figures]["data"], ids.SCALE: 1}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "search", ["?", "?indicator=overdue_open", "?period=today&indicator=received", "?indicator=satisfaction"]
)
def test_every_part_answers_and_speaks_english(client: FlaskClient, path: str, search: str) -> None:
    head, parts = PAGES[path]
    with speaking("en"):
        given = data_of(arrived(client, path, search), head)
        for part in parts:
            assert "sideUpdate" not in asked(client, part, **given), part


@pytest.mark.parametrize("path", PAGES)
def test_a_city_without_events_and_an_empty_store_answer(path: str) -> None:
    head, parts = PAGES[path]
    client = app_of(FakeCity(events=False)).server.test_client()
    answer = arrived(client, path)
    assert "python app.py import" in json.dumps(answer[head.notices]["children"])
    for part in parts:
        assert "sideUpdate" not in asked(client, part, **data_of(answer, head)), part
    empty = arrived(app_of(FakeCity(loaded=False)).server.test_client(), path)
    assert empty[head.body]["hidden"] is True
    assert "python app.py city load" in json.dumps(empty[head.empty]["children"])


@pytest.mark.parametrize("path", PAGES)
def test_a_broken_store_is_told_in_one_line(path: str) -> None:
    head, parts = PAGES[path]
    fake = FakeCity()
    client = app_of(fake).server.test_client()
    given = data_of(arrived(client, path), head)
    fake.broken = True
    told = asked(client, parts[1], **given) if path != "/rank" else asked(client, parts[0], **given)
    assert word("problem.failed") in json.dumps(told["sideUpdate"][head.notices], ensure_ascii=False)


@pytest.mark.parametrize("path", PAGES)
def test_another_theme_or_event_fetches_nothing_and_another_order_no_figures(
    client: FlaskClient, path: str
) -> None:
    head, _ = PAGES[path]
    first = arrived(client, path, "?period=today")
    before = {head.view: first[head.view]["data"], head.figures: first[head.figures]["data"]}
    event = arrived(client, path, "?period=today&event=3", **before)
    assert head.view not in event
    assert head.figures not in event
    other = arrived(client, path, "?period=today&indicator=completion&order=worst", **before)
    assert head.view in other
    assert head.figures not in other


def test_a_grids_page_takes_its_grid_from_the_address_and_says_when_there_is_none(
    client: FlaskClient,
) -> None:
    answer = arrived(client, "/grid/boston-roxbury", "?scope=boston-fenway&period=today")
    assert parse_qs(answer[ids.GRID_HEAD.view]["data"]["search"][1:])["scope"] == ["boston-roxbury"]
    assert texts(answer[ids.GRID_HEAD.city]["children"]) == "Roxbury"
    for _, href, _ in links(answer[ids.GRID_HEAD.crumbs]["children"]):
        assert href.startswith("/grid/boston")
        assert "scope=" not in href
    lost = arrived(client, "/grid/atlantis")
    assert "atlantis" in texts(lost[ids.GRID_HEAD.notices]["children"])


def ranking(client: FlaskClient, search: str = "?") -> dict[str, Any]:
    answer = arrived(client, "/rank", search)
    found: dict[str, Any] = run(client, ids.RANK_DATA, **data_of(answer, ids.RANK_HEAD))[ids.RANK_DATA][
        "data"
    ]
    return found


def test_the_ranking_follows_the_rules_on_every_indicator(fake: FakeCity, client: FlaskClient) -> None:
    board = ranking(client)
    assert [column["key"] for column in board["columns"]] == list(INDICATORS)
    assert len(board["rows"]) == len(NEIGHBOURHOODS)
    for place, key in enumerate(INDICATORS):
        cells = [row[3][place] for row in board["rows"]]
        judged = [cell for cell in cells if cell[4]]
        better = INDICATORS[key].better
        by_value = sorted((cell[6] for cell in judged), reverse=better != "down")
        for cell in judged:
            assert cell[4] == 1 + by_value.index(cell[6])
        for cell in cells:
            if INDICATORS[key].kind == "rate":
                n = int(cell[1].split(" / ")[1].replace(",", "")) if cell[1] else 0
                assert (cell[4] == 0) == (n < 10), (key, cell)
    aims = targets(fake.reads().city())
    column = list(INDICATORS).index("completion")
    for row in board["rows"]:
        cell = row[3][column]
        if cell[4]:
            assert cell[5] == (1 if cell[6] >= aims["completion"] - 1e-9 else -1)


def test_one_answer_serves_all_who_ask_the_same_and_new_data_are_seen(
    fake: FakeCity, client: FlaskClient
) -> None:
    first = ranking(client)
    assert ranking(client, "?indicator=completion") == first
    assert fake.asked.count("compare_grids") == 1
    fake.version += 1
    ranking(client)
    assert fake.asked.count("compare_grids") == 2


def test_levels_below_are_offered_and_a_leaf_has_nothing_to_rank(fake: FakeCity, client: FlaskClient) -> None:
    answer = arrived(client, "/rank")
    said = run(client, ids.RANK_HEADING, **data_of(answer, ids.RANK_HEAD))
    assert [text for text, _, _ in links(said[ids.RANK_LEVELS]["children"])] == ["社区 26", "片 2"]
    assert len(ranking(client, "?level=part")["rows"]) == 2
    assert ranking(client, "?scope=boston-roxbury")["rows"] == []
    leaf = arrived(client, "/rank", "?scope=boston-roxbury")
    given = data_of(leaf, ids.RANK_HEAD)
    assert word("rank.nothing") in texts(run(client, ids.RANK_HEADING, **given)[ids.RANK_HEADING]["children"])
    assert rank.MOST > 215


def test_a_stock_has_no_curves_and_says_why(client: FlaskClient) -> None:
    given = data_of(arrived(client, "/rank", "?indicator=overdue_open"), ids.RANK_HEAD)
    answer = run(client, ids.RANK_COURSES, **given)
    assert answer[ids.RANK_COURSES]["data"] is None
    assert "存量" in answer[ids.RANK_COURSES_NOTE]["children"]


def test_who_is_bounded_by_a_grid_sees_none_beside_it(fake: FakeCity) -> None:
    fake.tree = fake.tree.within("boston-dorchester")
    client = app_of(fake).server.test_client()
    given = data_of(arrived(client, "/grid/boston-dorchester"), ids.GRID_HEAD)
    shown = texts(run(client, ids.GRID_SIBLINGS, **given)[ids.GRID_SIBLINGS]["children"])
    assert shown == word("grid.alone")
    assert "rank" not in fake.asked


def test_a_grids_numbers_lead_to_what_lies_behind_them(client: FlaskClient) -> None:
    given = data_of(arrived(client, "/grid/boston-dorchester", "?period=today"), ids.GRID_HEAD)
    events = run(client, ids.GRID_EVENTS, **given)
    assert all(href.startswith("/event/") for _, href, _ in links(events[ids.GRID_EVENTS]["children"]))
    more = links(events[ids.GRID_EVENTS_MORE]["children"])[0][1]
    assert urlsplit(more).path == "/events"
    assert parse_qs(urlsplit(more).query) == {
        "scope": ["boston-dorchester"],
        "period": ["today"],
        "by": ["any"],
        "overdue": ["open"],
        "sort": ["due"],
    }
    below = links(run(client, ids.GRID_BELOW, **given)[ids.GRID_BELOW]["children"])
    assert [urlsplit(href).path for _, href, _ in below] == [
        "/grid/boston-dorchester-N",
        "/grid/boston-dorchester-S",
    ]


def sides(fake: FakeCity, search: str) -> tuple[state.Scene, state.Scene]:
    view = state.parse(search).view
    first, _ = state.scene(view, fake.tree, ZoneClock.of(ZONE), NOW, True, fake.reads().city())
    return first, compare.beside(fake.tree, first)


def test_without_a_choice_a_grid_is_compared_with_its_period_before(fake: FakeCity) -> None:
    first, second = sides(fake, "?scope=boston-roxbury&period=today")
    assert second.grid is first.grid
    assert second.period.end == first.period.start
    assert second.as_of - second.period.start == first.as_of - first.period.start
    assert not second.live


def test_two_grids_are_compared_in_one_period_unless_another_is_named(fake: FakeCity) -> None:
    first, second = sides(fake, "?scope=boston-roxbury&with=boston-fenway")
    assert (second.grid.code, second.period, second.as_of) == ("boston-fenway", first.period, first.as_of)
    _, other = sides(fake, "?scope=boston-roxbury&with=boston-fenway&with_period=last_month")
    assert other.period != first.period
    _, dated = sides(fake, "?with_from=2025-12-01&with_to=2025-12-31")
    assert ZoneClock.of(ZONE).local(dated.period.start).isoformat().startswith("2025-12-01T00:00")
    assert ZoneClock.of(ZONE).local(dated.period.end).isoformat().startswith("2026-01-01T00:00")
    _, unknown = sides(fake, "?scope=boston-roxbury&with=atlantis")
    assert unknown.grid.code == "boston-roxbury"


def test_the_comparison_says_what_is_more_than_chance(client: FlaskClient) -> None:
    given = data_of(
        arrived(client, "/compare", "?scope=boston-dorchester&with=boston-leather-district"), ids.COMPARE_HEAD
    )
    table = texts(run(client, ids.COMPARE_TABLE, **given)[ids.COMPARE_TABLE]["children"])
    assert all(one.label in table for one in INDICATORS.values())
    assert word("compare.chance") in table or word("compare.sure") in table
    events = [
        href
        for _, href, _ in links(run(client, ids.COMPARE_TABLE, **given)[ids.COMPARE_TABLE]["children"])
        if href.startswith("/events")
    ]
    assert {parse_qs(urlsplit(href).query)["scope"][0] for href in events} == {
        "boston-dorchester",
        "boston-leather-district",
    }
    assert all("with=" not in href for href in events)


def test_attention_names_the_worst_and_the_oldest_first(fake: FakeCity, client: FlaskClient) -> None:
    view = run(client, ids.VIEW, **{ids.URL: "?"})[ids.VIEW]["data"]
    answer = run(client, ids.ATTENTION_OVERDUE, **{ids.VIEW: view})
    late = links(answer[ids.ATTENTION_OVERDUE]["children"])
    assert late[0][1].startswith("/events")
    grids = [href for _, href, _ in late if href.startswith("/grid/")]
    assert len(grids) >= 3
    numbers = {
        row[0]: int(row[3][list(INDICATORS).index("overdue_open")][0].replace(",", ""))
        for row in ranking(client)["rows"]
    }
    worst = sorted(numbers, key=lambda code: -numbers[code])[0]
    assert urlsplit(grids[0]).path == f"/grid/{worst}"
    assert sum(href.startswith("/event/") for _, href, _ in late) == 3
    missed = texts(answer[ids.ATTENTION_MISSED]["children"])
    assert INDICATORS["completion"].label in missed
    fallen = run(client, ids.CARDS, **{ids.VIEW: view})[ids.ATTENTION_FALLS]["children"]
    assert word("attention.rule") in texts(fallen)
    assert heads.COMMANDS

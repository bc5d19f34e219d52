"""What walls show equals what the queries say, on both databases and in a zone that changes its clocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from app import wall_reads
from callbacks.wall import facts as wallfacts
from callbacks.wall import rows as wallrows
from callbacks.wall.board import board, gathered, picture, setting
from callbacks.wall.facts import Asked, Subject
from callbacks.wall.rows import band
from data.answers import Question
from data.assessment.keeping import board as score_board
from data.assessment.keeping import freeze
from data.assessment.months import month, month_text
from data.clocks import DAY, HOUR, MINUTE, Instant
from data.indicators import FOUR_RATES, INDICATORS, NO_DATA, OVERDUE_OPEN, Figure
from data.periods import Period, last_days, today
from data.queries import figures
from data.queries.people import people
from data.tasks.keeping import Order, done, issue, withdraw
from data.wallplan import Control, Pin, Response, declared, pinned
from tests.support.asked import Past
from tests.support.brute import brute_figures, inside
from tests.support.city import CELL, CITY, DISTRICT, OTHER_DISTRICT, SHANGHAI, STREET
from tests.support.pasts import PASTS, past_of

KEYS = (*wallfacts.COUNTS, *FOUR_RATES)
SCOPES = (CITY, DISTRICT, OTHER_DISTRICT, CELL)


@pytest.fixture(scope="module", params=PASTS, ids="-".join)
def past(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A city with a random past about a change-over."""
    with past_of(request, tmp_path_factory, seed=4) as made:
        yield made


def asked_at(past: Past, scope: str, now: Instant, subject: Subject | None = None) -> Asked:
    """A question of the walls of a scope at an instant."""
    wall = wall_reads(past.store, lambda: (), scope)
    given = setting(wall)
    assert given is not None
    return Asked(wall, given.city, given.tree, given.config, subject or Subject(scope), now)


def instants(past: Past) -> list[Instant]:
    """Now, and the day after, when everything is yesterday's; just before and at midnight."""
    clock = past.reference.clock
    midnight = clock.day_start(clock.day_number(past.now) + 1)
    return [past.now, midnight - 1, midnight, midnight + 9 * HOUR]


def test_today_s_figures_are_those_of_the_comparison_and_so_is_yesterday(past: Past) -> None:
    seen = 0
    for scope in SCOPES:
        for now in instants(past):
            asked = asked_at(past, scope, now)
            question = Question(scope, today(past.reference.clock, now), now, live=True)
            told = figures.compare(past.store, question)
            assert wallfacts.totals(asked) == {key: told.current[key] for key in KEYS}
            assert wallfacts.overdue(asked) == told.current[OVERDUE_OPEN]
            before = wallfacts.before(asked)
            assert before.figures == {key: told.before[key] for key in (*KEYS, OVERDUE_OPEN)}
            assert before.at - told.before_period.start == now - question.period.start
            seen += told.current["received"].numerator + told.before["received"].numerator
    assert seen > 0


def test_today_s_figures_are_those_of_the_events_by_hand(past: Past) -> None:
    for scope in SCOPES:
        rows = inside(past.rows, past.reference, scope, None, None)
        told = brute_figures(rows, today(past.reference.clock, past.now), past.now)
        found = wallfacts.totals(asked_at(past, scope, past.now))
        assert {key: (one.numerator, one.denominator) for key, one in found.items()} == {
            key: told[key] for key in KEYS
        }


def test_every_hour_of_the_curve_adds_up_to_its_day_whatever_the_clocks_do(past: Past) -> None:
    """Each day of the past is looked at from its end: the day of 23 hours and that of 25 among them."""
    clock, seen = past.reference.clock, set()
    first, last = (clock.day_number(at) for at in (past.period.start, past.now))
    for number in range(first, last + 1):
        end = max(clock.day_start(number + 1) - 1, past.now if number == last else 0)
        asked = asked_at(past, CITY, end)
        day = Period(clock.day_start(number), clock.day_start(number + 1))
        whole = figures.totals(past.store, Question(CITY, day, end, live=True), ("received",))["received"]
        line = wallfacts.hours(asked)
        assert len(line.values) == 24
        assert line.total == sum(value or 0 for value in line.values) == whole.numerator
        yesterday, week = wallfacts.lines(replace(asked, now=end + DAY))
        assert yesterday.total == whole.numerator or clock.day_number(end + DAY) != number + 1
        assert len(week.values) == 24
        hours = (day.end - day.start) // HOUR
        assert sum(value is None for value in line.values) == (1 if hours == 23 else 0)
        seen.add(hours)
    assert 24 in seen
    assert past.reference.zone == SHANGHAI or {23, 25} & seen


def test_an_hour_to_come_has_no_value_and_the_running_one_has(past: Past) -> None:
    clock = past.reference.clock
    noon = clock.day_start(clock.day_number(past.now) + 2) + 12 * HOUR + 20 * MINUTE
    values = wallfacts.hours(asked_at(past, CITY, noon)).values
    hour = clock.local(noon).hour
    assert all(value is not None for value in values[: hour + 1] if hour < 23)
    assert set(values[hour + 1 :]) == {None}


def _numbers(frame: pd.DataFrame) -> dict[str, int]:
    return {row["group"]: int(row["numerator"]) for row in frame.to_dict("records")}


def test_channels_and_categories_are_those_of_the_queries(past: Past) -> None:
    asked = asked_at(past, CITY, past.now)
    for found, by in (
        (wallfacts.channels(asked), figures.by_channel),
        (wallfacts.categories(asked), figures.by_category),
    ):
        now, then = (
            _numbers(by(past.store, question, ("received",))) for question in (asked.today, asked.before)
        )
        assert {one.code: (one.count, one.before) for one in found} == {
            code: (now[code], then[code]) for code in now if now[code] or then[code]
        }
        assert [one.count for one in found] == sorted((one.count for one in found), reverse=True)


def test_the_ranking_is_that_of_the_queries_with_its_too_few_apart(past: Past) -> None:
    clock = past.reference.clock
    for scope, kind, depth in ((CITY, "overview", 1), (CITY, "ranking", 2), (DISTRICT, "grid", 2)):
        asked = asked_at(past, scope, past.now, Subject(scope, kind))  # type: ignore[arg-type]
        period = last_days(clock, past.now, 7)
        told = figures.rank(
            past.store, Question(scope, period, past.now, live=True), "handling_timeliness", depth=depth
        )
        found = wallfacts.ranking(asked)
        assert [(one.code, one.rank, one.numerator, one.denominator, one.few) for one in found] == [
            (
                row["code"],
                None if pd.isna(row["rank"]) else row["rank"],
                row["numerator"],
                row["denominator"],
                row["too_few"],
            )
            for row in told.to_dict("records")
        ]


def test_the_league_has_every_rate_of_every_grid(past: Past) -> None:
    asked = asked_at(past, CITY, past.now, Subject(CITY, "ranking"))
    found = wallfacts.league(asked)
    assert set(found) == {DISTRICT, OTHER_DISTRICT}
    for code, rates in found.items():
        question = Question(code, last_days(past.reference.clock, past.now, 7), past.now, live=True)
        assert rates == figures.totals(past.store, question, wallfacts.LEAGUE)


def test_the_league_has_the_scores_of_the_last_frozen_month_within_the_scope(past: Past) -> None:
    text = month_text(past.reference, past.period.start + DAY)
    later = month(past.reference, text).as_of
    asked = asked_at(past, DISTRICT, later, Subject(DISTRICT, "ranking"))
    assert wallfacts.assessed(asked) is None
    assert len(wallrows.league(asked, wallfacts.league(asked), ())["columns"]) == len(wallfacts.LEAGUE)
    freeze(past.store, text, later)
    found = wallfacts.assessed(asked)
    assert found is not None
    expected = {one.code: one for one in score_board(past.store, DISTRICT, text, 2, later).standings}
    league = wallrows.league(asked, wallfacts.league(asked), (), found)
    assert (league["columns"][-1]["key"], league["columns"][-1]["target"]) == ("assessed", text)
    for row in league["rows"]:
        one, cell = expected[row["code"]], row["cells"][-1]
        assert cell["value"] == (NO_DATA if one.score.value is None else str(one.score.value))
        assert cell["n"] == ("" if one.rank is None else f"第{one.rank}/{one.ranked}名")
        assert len(row["cells"]) == len(league["columns"])


def test_a_response_counts_from_its_start_in_its_scope_and_category(past: Past) -> None:
    since = past.period.start + DAY
    for category, categories in (("road", ("road",)), ("", None), ("top", tuple(past.reference.categories))):
        subject = Subject(DISTRICT, "emergency", category, since)
        asked = asked_at(past, CITY, past.now, subject)
        rows = inside(past.rows, past.reference, DISTRICT, categories, None)
        told = brute_figures(rows, Period(since, past.now + MINUTE), past.now)
        found = wallfacts.response(asked)
        assert {key: (one.numerator, one.denominator) for key, one in found.items()} == {
            key: told[key] for key in ("received", "closed", "completion", OVERDUE_OPEN)
        }
        still = [row for row in rows if row["closed_at"] is None and row["withdrawn_at"] is None]
        assert sum(unit.open for unit in wallfacts.units(asked)) == len(still)


def shown(past: Past, control: Control, scope: str = CITY) -> Any:
    """The panels of a wall as they travel."""
    wall = wall_reads(past.store, lambda: (), scope)
    given = setting(wall)
    assert given is not None
    made = picture(wall, given, control, past.now)
    return board(made, gathered(made), "1")


def test_a_card_says_what_the_figure_is(past: Past) -> None:
    told = figures.compare(past.store, asked_at(past, CITY, past.now).today).current
    cards = shown(past, pinned(Control(), Pin("overview", CITY)))["cards"]
    made = {card["key"]: card["number"] for card in (*cards["counts"], *cards["rates"])}
    assert made == {key: told[key].value for key in (*KEYS, OVERDUE_OPEN)}
    assert [card["n"] for card in cards["rates"]] == [
        f"{told[key].numerator:,} / {told[key].denominator:,}" for key in FOUR_RATES
    ]


def test_a_district_s_own_wall_holds_nothing_from_beyond_it(past: Past) -> None:
    made = shown(past, Control(), DISTRICT)
    names = {grid.name for grid in past.reference.tree if past.reference.tree.contains(DISTRICT, grid.code)}
    assert {row["name"] for row in made["ranking"]["rows"]} | set(made["ranking"]["few"]) <= names
    assert {row["grid"] for row in made["ticker"]["rows"]} <= names
    assert {row["grid"] for one in made["hot"]["lists"] for row in one["rows"]} <= names
    assert made["structure"]["people"] == f"{sum(people(past.store, DISTRICT).staff.values()):,}"
    beyond = shown(past, pinned(Control(), Pin("grid", OTHER_DISTRICT)), DISTRICT)
    assert beyond["map"]["focus"] != OTHER_DISTRICT


def test_the_structure_counts_the_grids_of_the_tree(past: Past) -> None:
    levels = {one["key"]: one["number"] for one in shown(past, Control())["structure"]["levels"]}
    tree = past.reference.tree
    assert sum(levels.values()) == len(tree) - 1
    assert levels["dedicated"] == sum(grid.kind is not None for grid in tree)


def test_the_emergency_panel_adds_up(past: Past) -> None:
    response = Response(DISTRICT, "road", "flood", past.period.start, "Li")
    panel = shown(past, declared(Control(), response))["emergency"]
    counts = {one["key"]: one["number"] for one in panel["counts"]}
    assert counts["received"] > 0
    assert panel["completion_n"].endswith(f"/ {counts['received']:,}")
    assert panel["started"] == past.period.start // 1000


def test_the_tasks_of_a_response_are_what_came_since_and_is_open_the_first_due_first(past: Past) -> None:
    # So that all of them have room.
    since = past.now - 2 * DAY
    found = wallfacts.tasks(asked_at(past, CITY, past.now, Subject(DISTRICT, "emergency", "", since)))
    rows = inside(past.rows, past.reference, DISTRICT, None, None)
    still = {
        row["id"]: row["handle_due_at"]
        for row in rows
        if since <= row["reported_at"] <= past.now
        and row["closed_at"] is None
        and row["withdrawn_at"] is None
    }
    assert 0 < len(found) == min(len(still), wallfacts.HOT_ROWS)
    assert {one.id for one in found} <= set(still)
    dues = [one.due_at for one in found if one.due_at is not None]
    assert dues == sorted(at for at in still.values() if at is not None)[: len(dues)]


def test_the_commands_of_a_response(past: Past) -> None:
    since, ordered = past.now - 6 * HOUR, past.now - 5 * HOUR

    def told(title: str, due_at: Instant, at: Instant = ordered, grids: tuple[str, ...] = (STREET,)) -> int:
        order = Order("command", title, "", grids, due_at)
        return issue(past.store, CITY, order, "Li", at)

    told("before the start", past.now + HOUR, since - MINUTE)
    told("elsewhere", past.now + HOUR, grids=(OTHER_DISTRICT,))
    issue(past.store, CITY, Order("temporary", "no command", "", (STREET,), past.now + HOUR), "Li", ordered)
    settled = told("settled", past.now - 2 * HOUR)
    done(past.store, CITY, settled, STREET, "Wang", past.now - 3 * HOUR)
    taken_back = told("taken back", past.now + HOUR)
    withdraw(past.store, CITY, taken_back, "Li", "a mistake", past.now - HOUR)
    told("open", past.now + HOUR)
    told("open, two grids", past.now + 30 * MINUTE, grids=(DISTRICT, STREET, OTHER_DISTRICT))
    told("overdue", past.now - 3 * HOUR)
    response = Response(DISTRICT, "", "flood", since, "Li")
    panel = shown(past, declared(Control(), response))["emergency"]
    assert [(one["title"], one["done"], one["level"]) for one in panel["commands"]] == [
        ("overdue", "0 / 1", "red"),
        ("open, two grids", "0 / 2", "none"),
        ("open", "0 / 1", "none"),
        ("settled", "1 / 1", "met"),
    ]
    assert panel["commands"][0]["due"] == "超期3小时"
    assert panel["commands"][3]["due"] == "全部完成"
    assert panel["commands_more"] == ""
    # A district's own wall hears of its own grids alone.
    own = shown(past, declared(Control(), response), DISTRICT)["emergency"]
    assert own["commands"] == panel["commands"]
    other = shown(past, declared(Control(), replace(response, scope=OTHER_DISTRICT)), OTHER_DISTRICT)
    assert [(one["title"], one["done"]) for one in other["emergency"]["commands"]] == [
        ("open, two grids", "0 / 1"),
        ("elsewhere", "0 / 1"),
    ]


@pytest.mark.parametrize(
    ("key", "value", "aim", "few", "told"),
    [
        ("completion", 0.97, 0.97, False, "good"),
        ("completion", 0.9699, 0.97, False, "yellow"),
        ("completion", 0.92, 0.97, False, "yellow"),
        ("completion", 0.9199, 0.97, False, "red"),
        ("completion", 0.2, 0.97, True, "few"),
        ("completion", None, 0.97, False, "none"),
        ("completion", 0.2, None, False, "none"),
        ("rework", 0.03, 0.03, False, "good"),
        ("rework", 0.08, 0.03, False, "yellow"),
        ("rework", 0.081, 0.03, False, "red"),
        ("received", 5.0, 3.0, False, "none"),
    ],
)
def test_red_and_yellow(key: str, value: float | None, aim: float | None, few: bool, told: str) -> None:
    assert band(key, value, aim, 0.05, few) == told
    assert INDICATORS[key].kind == "rate" or told == "none"


def test_a_figure_without_data_is_a_dash_and_meets_no_target(past: Past) -> None:
    empty = {key: Figure(key, None, 0, 0) for key in FOUR_RATES} | {
        key: Figure(key, 0.0, 0, None) for key in wallfacts.COUNTS
    }
    asked = asked_at(past, CITY, past.now)
    asked = replace(asked, city=replace(asked.city, targets={"completion": 0.9}))
    facts = wallfacts.before(asked)
    made = wallrows.cards(asked, empty, Figure(OVERDUE_OPEN, 0.0, 0, None), facts)
    assert {card["value"] for card in made["rates"]} == {"—"}
    assert {card["met"] for card in made["rates"]} == {None}
    assert {card["change"] for card in made["rates"]} == {"—"}

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clocks import parse_instant
from data.indicators import FOUR_RATES, INDICATORS, NO_DATA, figures, shown
from data.words import word
from reports.evening import COUNTS, SourceState, difference, evening_document
from tests.reports.facts import DAY_BEFORE, TODAY, facts, ranked, too_few


def test_every_rate_has_its_value_n_and_the_day_before() -> None:
    rows = evening_document(facts())["rates"]["rows"]
    assert [row["label"] for row in rows] == [INDICATORS[key].label_zh for key in FOUR_RATES]
    acceptance, handling, completion, satisfaction = rows
    assert (acceptance["value"], acceptance["n"]) == ("99.8%", "1,131/1,133")
    assert (handling["value"], handling["n"]) == ("89.9%", "944/1,050")
    assert (handling["before"], handling["before_n"]) == ("96.1%", "1,009/1,050")
    assert handling["change"] == word("evening.points").format(sign="−", points="6.2")
    assert completion["change"] == word("evening.points").format(sign="+", points="0.3")
    assert satisfaction["change"] == word("evening.same")


def test_the_counts_say_more_fewer_or_the_same() -> None:
    received, closed, overdue = evening_document(facts())["counts"]
    assert received["value"] == "1,234"
    assert received["change"] == word("evening.bracketed").format(text=word("evening.fewer").format(count=6))
    assert closed["change"] == word("evening.bracketed").format(text=word("evening.same"))
    assert overdue["change"] == word("evening.bracketed").format(text=word("evening.more").format(count=8))


def test_the_headline_says_what_the_table_says() -> None:
    document = evening_document(facts())
    headline = document["headline"]
    assert all(cell["value"] in headline for cell in document["counts"])
    handling = document["rates"]["rows"][1]
    assert f"{handling['label']}{handling['value']}" in headline
    assert handling["n"] in headline
    assert word("evening.fell").format(points="6.2") in headline


def test_without_data_nothing_is_a_zero_rate() -> None:
    document = evening_document(facts({}, {}, ranking=too_few("A", "B", denominator=0), sources=()))
    for row in document["rates"]["rows"]:
        assert (row["value"], row["n"], row["change"]) == (NO_DATA, "0/0", word("evening.no_comparison"))
    assert document["headline"].endswith(word("evening.all_none"))
    assert document["ranking"]["rows"] == []
    assert word("evening.too_few_all_zero") in document["ranking"]["too_few"]
    assert word("evening.source_none") in document["notes"]
    assert "%" not in json.dumps(document)


def test_a_rate_without_a_day_before_has_no_change() -> None:
    document = evening_document(facts(day_before={"received": 3}))
    assert {row["change"] for row in document["rates"]["rows"]} == {
        word("evening.no_comparison"),
        word("evening.points").format(sign="+", points="50.2"),
    }
    assert word("evening.incomparable") in document["headline"]


def test_a_leading_rate_without_data_is_said() -> None:
    today = {**TODAY, "handle_due": 0, "handle_on_time": 0}
    label = INDICATORS["handling_timeliness"].label_zh
    assert word("evening.lead_none").format(label=label) in evening_document(facts(today))["headline"]


def test_grids_with_too_few_cases_stand_apart() -> None:
    few = too_few("Bay Village", "West End") + too_few("Chinatown", denominator=0)
    ranking = evening_document(facts(ranking=ranked("Roxbury", "Allston") + few))["ranking"]
    assert [row["name"] for row in ranking["rows"]] == ["Roxbury", "Allston"]
    assert ranking["rows"][0] == {"rank": "1", "name": "Roxbury", "value": "99.5%", "n": "399/401"}
    assert word("evening.too_few").format(count=3, minimum=10) in ranking["too_few"]
    assert word("evening.named").format(name="West End", n="1/9") in ranking["too_few"]
    assert word("evening.too_few_zero").format(count=1) in ranking["too_few"]
    assert "West End" not in ranking["too_few_short"]


def test_many_names_are_cut_and_said_to_be() -> None:
    ranking = evening_document(facts(ranking=too_few(*(f"Neighbourhood {i}" for i in range(40)))))["ranking"]
    assert word("evening.too_few_more") in ranking["too_few"]
    assert len(ranking["too_few"]) < 120


def test_a_grid_without_children_has_no_ranking() -> None:
    assert evening_document(facts(ranking=()))["ranking"] is None


def test_tied_ranks_are_kept() -> None:
    first, second = ranked("A", "B")
    tied = (first, type(second)(1, "B", first.value, first.numerator, first.denominator))
    assert [row["rank"] for row in evening_document(facts(ranking=tied))["ranking"]["rows"]] == ["1", "1"]


@pytest.mark.parametrize(
    ("scope", "heading"),
    [
        ("Boston", "Boston"),
        ("South Boston Waterfront", "Boston South Boston Waterfront"),
        ("Boston Harbour", "Boston Harbour"),
    ],
)
def test_the_scope_is_named_with_its_city_once(scope: str, heading: str) -> None:
    assert evening_document(facts(scope=scope))["title"][0] == heading


def test_a_zone_named_after_its_city_is_enough() -> None:
    assert evening_document(facts(city="郑州市", scope="郑州航空港区"))["title"][0] == "郑州航空港区"
    assert evening_document(facts(city="郑州市", scope="郑东新区"))["title"][0] == "郑州市郑东新区"


def test_the_day_until_the_as_of_time() -> None:
    day = word("evening.day").format(month=2, day=10)
    minutes = word("evening.minute").format(hour=18, minute=5)
    document = evening_document(facts(as_of=parse_instant("2026-02-10T23:05:00Z")))
    assert document["headline"].startswith(word("evening.until").format(day=day, time=minutes))
    assert document["date"] == word("evening.date").format(year=2026, month=2, day=10)


def test_a_day_that_is_over_is_whole_and_says_when() -> None:
    document = evening_document(facts(as_of=parse_instant("2026-02-12T14:00:00Z")))
    day = word("evening.day").format(month=2, day=10)
    assert document["headline"].startswith(word("evening.whole_day").format(day=day))
    until = word("evening.date").format(year=2026, month=2, day=12) + word("evening.hour").format(hour=9)
    assert until in document["headline"]


def test_an_as_of_before_the_day_is_refused() -> None:
    with pytest.raises(ValueError, match="before that day begins"):
        evening_document(facts(as_of=parse_instant("2026-02-10T04:59:59Z")))


def test_a_missing_figure_is_named() -> None:
    without = {key: figure for key, figure in figures(TODAY).items() if key != "satisfaction"}
    with pytest.raises(ValueError, match="current figures lack satisfaction"):
        evening_document(facts(current=without))


@pytest.mark.parametrize(
    ("zone", "offset"), [("America/New_York", "−5"), ("Asia/Kolkata", "+5:30"), ("UTC", "+0")]
)
def test_the_note_names_the_clock(zone: str, offset: str) -> None:
    document = evening_document(facts(zone=zone))
    assert word("evening.zone_local").format(offset=offset) in document["notes"][0]


def test_beijing_time_is_called_so() -> None:
    document = evening_document(facts(zone="Asia/Shanghai", date=date(2026, 2, 11)))
    assert word("evening.zone_beijing") in document["notes"][0]


def test_each_source_says_how_fresh_it_is() -> None:
    sources = (
        SourceState("today", parse_instant("2026-02-10T22:00:00Z")),
        SourceState("this_year", parse_instant("2026-01-02T22:00:00Z")),
        SourceState("last_year", parse_instant("2025-01-02T22:00:00Z")),
        SourceState("never", None),
    )
    note = evening_document(facts(sources=sources))["notes"][1]
    hour = word("evening.hour").format(hour=17)
    day = word("evening.day").format(month=1, day=2)
    year = word("evening.date").format(year=2025, month=1, day=2)
    for name, at in (("today", hour), ("this_year", day + hour), ("last_year", year + hour)):
        assert word("evening.source").format(name=name, at=at) in note
    assert word("evening.source_empty").format(name="never") in note


def test_the_notes_give_the_formula_of_each_rate() -> None:
    notes = "".join(evening_document(facts())["notes"])
    assert all(INDICATORS[key].formula in notes for key in FOUR_RATES)


def test_marks() -> None:
    assert evening_document(facts())["marks"] == []
    marked = evening_document(facts(is_demo=True, is_illustrative=True))
    assert marked["marks"] == [word("evening.demo"), word("evening.illustrative")]


def test_the_document_is_json() -> None:
    document = evening_document(facts())
    assert json.loads(json.dumps(document)) == document


rates = st.one_of(st.none(), st.floats(0, 1))


@given(now=rates, then=rates)
def test_a_change_is_the_difference_of_what_is_printed(now: float | None, then: float | None) -> None:
    change = difference("completion", now, then)
    if now is None or then is None:
        assert change is None
    else:
        assert change is not None
        after = Decimal(shown("completion", now)[:-1])
        assert Decimal(shown("completion", then)[:-1]) + change == after


def test_counts_are_those_of_the_page() -> None:
    assert set(COUNTS) | set(FOUR_RATES) <= set(figures(DAY_BEFORE))

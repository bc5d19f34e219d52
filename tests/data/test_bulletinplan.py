"""The [bulletins] of a city: what is told of it, when each is due, and what its number reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from data.bulletinplan import (
    BulletinKind,
    BulletinPlan,
    Centre,
    Group,
    KindPlan,
    Recipient,
    centres,
    due_at,
    faults,
    number_series,
    parse_period,
    plan_of,
    printed_number,
    told,
)
from data.calendars import CalendarConfig, WorkingCalendar
from data.clocks import Instant, ZoneClock, instant, iso
from data.grids import Node, Tree, plant
from tests.support.city import CITY, DEDICATED, DISTRICT, NEW_YORK, SHANGHAI, STREET, small_nodes

TREE = plant(small_nodes())
CODES = {grid.code for grid in TREE}


def calendar(zone: str = SHANGHAI) -> WorkingCalendar:
    return WorkingCalendar(ZoneClock.of(zone), CalendarConfig(country="CN" if zone == SHANGHAI else ""))


def due(
    kind: BulletinKind, period: str, plan: BulletinPlan | None = None, zone: str = SHANGHAI
) -> str | None:
    found = due_at(plan or BulletinPlan(), kind, period, ZoneClock.of(zone), calendar(zone))
    return None if found is None else iso(found)


def utc(year: int, month: int, day: int, hour: int = 0) -> Instant:
    return instant(datetime(year, month, day, hour, tzinfo=UTC))


FULL: dict[str, Any] = {
    "language": "en",
    "depths": [0, 1],
    "top": 3,
    "list_margin": 0.1,
    "morning": {"at": "07:30", "non_working": "skip", "sections": ["overall", "rates"]},
    "evening": {"on": False},
    "month": {"approval": True, "number": "{word} {year}-{number}", "non_working": "later"},
    "groups": [{"name": "urban", "endings": ["01"]}, {"name": "rural", "codes": [STREET]}],
    "centres": [{"scope": CITY, "word": "C", "issuer": "The office", "addressee": "All", "copies": "None"}],
    "recipients": [
        {"name": "duty", "by": "mail", "to": "duty@example.org", "scopes": [CITY], "kinds": ["morning"]},
        {"name": "group", "by": "wecom", "to": "leaders", "scopes": [CITY, DISTRICT]},
    ],
}


def test_a_city_that_says_nothing_has_the_usual_plan() -> None:
    assert faults({}, CODES) == []
    assert plan_of({}) == BulletinPlan()
    assert hash(plan_of(FULL)) == hash(plan_of(FULL))


def test_what_a_city_says_becomes_its_plan() -> None:
    assert faults(FULL, CODES) == []
    plan = plan_of(FULL)
    assert plan.morning == KindPlan(time(7, 30), ("overall", "rates"), non_working="skip")
    assert (plan.evening.on, plan.evening.at, plan.month.approval) == (False, time(20), True)
    assert plan.groups == (Group("urban", ("01",)), Group("rural", (), (STREET,)))
    assert plan.centre(CITY).issuer == "The office"
    assert plan.centre(DISTRICT) == Centre(DISTRICT)
    assert plan.recipients[1] == Recipient("group", "wecom", "leaders", (CITY, DISTRICT))
    assert [plan.group_of(STREET, name) for name in ("a 01", "b 02")] == ["urban", "rural"]
    assert plan.group_of(CITY, "city") == ""


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"mornign": {}}, '[bulletins]: "mornign" means nothing here; expected centres, depths, evening'),
        (
            {"morning": {"at": "25:00"}},
            "[bulletins.morning] at must be a time such as \"08:00\"; found '25:00'",
        ),
        ({"morning": {"at": 8}}, '[bulletins.morning] at must be a time such as "08:00"; found 8'),
        ({"morning": {"hour": 8}}, '[bulletins.morning]: "hour" means nothing here'),
        ({"morning": 8}, "[bulletins.morning] must be a table of keys and values; found 8"),
        ({"morning": {"non_working": "later"}}, "[bulletins.morning] non_working must be one of issue, skip"),
        ({"month": {"non_working": "skip"}}, "[bulletins.month] non_working must be one of issue, later"),
        ({"month": {"sections": ["overall", "overall"]}}, "[bulletins.month] sections must be a list of"),
        ({"month": {"approval": "yes"}}, "[bulletins.month] approval must be true or false"),
        (
            {"evening": {"number": "{year}"}},
            "[bulletins.evening] number must be a text with {year} and {number}",
        ),
        ({"evening": {"number": "{year} {number} {day}"}}, "[bulletins.evening] number must be a text"),
        ({"evening": {"number": "{year} {number"}}, "[bulletins.evening] number must be a text"),
        ({"language": "de"}, '[bulletins] language must be "zh" or "en"; found \'de\''),
        ({"depths": [0, 9]}, "[bulletins] depths must be a list of different depths from 0"),
        ({"depths": []}, "[bulletins] depths must be a list"),
        ({"top": True}, "[bulletins] top must be a whole number from 1 to 50"),
        ({"list_margin": 5}, "[bulletins] list_margin must be a share between 0 and 1"),
        ({"groups": {}}, "[bulletins] groups must be [[bulletins.groups]], once or more"),
        ({"groups": [{"endings": ["x"]}]}, "[[bulletins.groups]] number 1 has no name; add one"),
        (
            {"groups": [{"name": "a", "codes": ["9"]}]},
            "[[bulletins.groups]] number 1: codes must be codes of grids",
        ),
        ({"centres": [{"scope": "9"}]}, "[[bulletins.centres]] number 1: scope must be codes of grids"),
        ({"centres": [{"scope": CITY}, {"scope": CITY}]}, f"[[bulletins.centres]] names '{CITY}' twice"),
        (
            {"recipients": [{"name": "a", "by": "mail", "to": "nobody", "scopes": [CITY]}]},
            "[[bulletins.recipients]] number 1: to must be one e-mail address; found 'nobody'",
        ),
        (
            {"recipients": [{"name": "a", "by": "fax", "to": "x", "scopes": []}]},
            "[[bulletins.recipients]] number 1: by must be one of mail, wecom, dingtalk; found 'fax'",
        ),
        (
            {"recipients": [{"name": "a", "by": "wecom", "to": "x", "scopes": [CITY], "kinds": ["noon"]}]},
            "[[bulletins.recipients]] number 1: kinds must be a list of morning, evening, month",
        ),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(table: dict[str, Any], sentence: str) -> None:
    found = faults(table, CODES)
    assert any(fault.startswith(sentence) for fault in found), found


def test_the_address_of_a_hook_is_no_name_and_is_not_repeated() -> None:
    row = {"name": "a", "by": "wecom", "to": "https://example.org/hook?key=s3cret", "scopes": [CITY]}
    (found,) = faults({"recipients": [row]}, CODES)
    assert "to must be the name of a hook" in found
    assert "s3cret" not in found


def test_the_times_of_a_usual_day() -> None:
    assert due("morning", "2026-11-27") == "2026-11-27T00:00:00Z"
    assert due("evening", "2026-11-27") == "2026-11-27T12:00:00Z"
    assert due("month", "2026-12") == "2027-01-01T01:00:00Z"
    assert due("month", "2027-02") == "2027-03-01T01:00:00Z"


def test_days_that_are_not_worked() -> None:
    plan = plan_of({"morning": {"non_working": "skip"}, "month": {"non_working": "later"}})
    # A Saturday, a working Saturday, the national day; the first of May 2026 is followed by four more days off.
    assert due("morning", "2026-11-28", plan) is None
    assert due("morning", "2026-10-10", plan) == "2026-10-10T00:00:00Z"
    assert due("morning", "2026-10-01", plan) is None
    assert due("month", "2026-04", plan) == "2026-05-06T01:00:00Z"


def test_an_hour_that_the_clocks_skip_or_show_twice() -> None:
    plan = plan_of({"morning": {"at": "02:30"}, "evening": {"at": "01:30"}})
    assert due("morning", "2026-03-08", plan, NEW_YORK) == "2026-03-08T07:00:00Z"
    assert due("evening", "2026-11-01", plan, NEW_YORK) == "2026-11-01T05:30:00Z"


@pytest.mark.parametrize(
    ("kind", "period", "start", "end"),
    [
        ("morning", "2026-03-01", utc(2026, 2, 27, 16), utc(2026, 2, 28, 16)),
        ("evening", "2026-12-31", utc(2026, 12, 30, 16), utc(2026, 12, 31, 16)),
        ("month", "2026-02", utc(2026, 1, 31, 16), utc(2026, 2, 28, 16)),
        ("month", "2026-12", utc(2026, 11, 30, 16), utc(2026, 12, 31, 16)),
    ],
)
def test_what_each_tells_of(kind: BulletinKind, period: str, start: Instant, end: Instant) -> None:
    found = told(kind, period, ZoneClock.of(SHANGHAI))
    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("month", "2026-11-27", "a month"),
        ("evening", "2026-11", "a day"),
        ("evening", "2026-02-30", "a day"),
        ("evening", "20260227", "a day"),
        ("month", "2026-13", "a month"),
        ("month", "0000-00", "a month"),
        ("month", "9999-12", "a month"),
    ],
)
def test_a_period_that_is_none(kind: BulletinKind, text: str, wanted: str) -> None:
    with pytest.raises(ValueError, match=f"expected {wanted} such as .*found '{text}'"):
        parse_period(kind, text)
    assert parse_period("month", "2026-02") == date(2026, 2, 1)


def test_centres_stand_at_the_depths_of_the_plan_the_city_first() -> None:
    found = centres(BulletinPlan(), TREE)
    assert found[0] == CITY
    assert [TREE.get(code).depth for code in found] == [0, 1, 1, 2, 2, 2, 2]
    assert DEDICATED not in centres(BulletinPlan(depths=(3,)), TREE)


def tree_of(*nodes: tuple[str, str, str | None]) -> Tree:
    return plant(Node(code, name, parent, "x") for code, name, parent in nodes)


def test_a_number_reads_as_the_plan_says() -> None:
    tree = tree_of(("1", "郑州市", None), ("11", "金水区", "1"), ("111", "经八路街道", "11"))
    plan = BulletinPlan()
    assert printed_number(number_series(plan, "evening", "1", tree), 2026, 7) == "郑州市晚报〔2026〕7号"
    assert (
        printed_number(number_series(plan, "month", "111", tree), 2026, 12)
        == "金水区经八路街道网格通报〔2026〕12号"
    )
    own = plan_of(
        {"centres": [{"scope": "1", "word": "郑网"}], "evening": {"number": "{word}〔{year}〕第{number}期"}}
    )
    assert printed_number(number_series(own, "evening", "1", tree), 2026, 7) == "郑网〔2026〕第7期"
    english = plan_of({"language": "en"})
    assert (
        printed_number(number_series(english, "morning", "1", tree), 2026, 7)
        == "郑州市 morning bulletin 2026/7"
    )


def test_a_name_with_braces_is_no_field() -> None:
    tree = tree_of(("1", "{year}", None))
    assert (
        printed_number(number_series(BulletinPlan(), "evening", "1", tree), 2026, 7) == "year晚报〔2026〕7号"
    )

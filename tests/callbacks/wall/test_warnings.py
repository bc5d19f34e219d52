"""Hot warnings on a wall: those of its scope, worded, and nothing that would accuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app import wall_reads
from callbacks.wall import panels
from callbacks.wall.board import board, gathered, picture, setting
from data.alerting.keeping import Draft, acknowledge, alerts, keep
from data.alerting.standing import standing
from data.clocks import DAY, HOUR, parse_instant
from data.grids import UnknownGrid
from data.store import Store
from data.wallplan import Control
from data.words import speaking, word
from tests.support.city import CELL, CITY, DISTRICT, OTHER_DISTRICT, open_city

NOW = parse_instant("2026-03-05T10:00:00+08:00")

SUDDEN = Draft("a", "sudden", CELL, "light", NOW - DAY, 12, 3.14, 1e-9, 1e-6, body={"days": 7})
SEEN = (
    SUDDEN,
    replace(
        SUDDEN,
        matter="b",
        grid=OTHER_DISTRICT,
        kind="duplicates",
        expected=None,
        since_at=NOW - HOUR,
        body={},
    ),
    replace(SUDDEN, matter="c", grid=CITY, kind="ahead", observed=40, expected=20.0, body={"days": 30}),
    replace(SUDDEN, matter="d", kind="recheck", category="", holder="甲队"),
    replace(SUDDEN, matter="e", kind="due", category="", holder="甲队"),
)


@pytest.fixture
def sqlite_city(tmp_path: Path) -> Iterator[Store]:
    with open_city(f"sqlite:///{tmp_path / 'small.db'}") as store:
        yield store


@pytest.fixture
def warned(sqlite_city: Store) -> Store:
    keep(sqlite_city, SEEN, NOW, (), full=True)
    return sqlite_city


def hot(store: Store, scope: str, now: int = NOW) -> panels.Hot:
    wall = wall_reads(store, lambda: (), scope)
    given = setting(wall)
    assert given is not None
    made = picture(wall, given, Control(), now)
    return board(made, gathered(made), "1")["hot"]


def panel(store: Store, scope: str) -> dict[str, Any]:
    return {each["key"]: each for each in hot(store, scope)["lists"]}


def test_the_city_sees_all_that_is_hot(warned: Store) -> None:
    found = panel(warned, CITY)["warnings"]
    assert (found["title"], found["total"], found["number"]) == ("热点预警", "共3件", 3)
    told = {row["title"] for row in found["rows"]}
    assert told == {
        "the light：7天内12件，预期3.1件",
        "the light：1天内12件",
        "the light：往年同期上升，未来30天预计40件，按近期水平为20.0件",
    }
    assert {row["age"] for row in found["rows"]} == {"突发", "同一事项", "同期预警"}
    assert "甲队" not in str(found), "whom to check is not for a wall"
    with speaking("en"):
        assert "in 7 d, 3.1 expected" in str(panel(warned, CITY)["warnings"]["rows"])


def test_a_district_sees_its_own(warned: Store) -> None:
    found = panel(warned, DISTRICT)["warnings"]
    assert [row["title"] for row in found["rows"]] == ["the light：7天内12件，预期3.1件"]
    with pytest.raises(UnknownGrid):
        standing(warned.within(DISTRICT), CITY, 5)


def test_a_warning_says_where_it_stands(warned: Store) -> None:
    (one,) = alerts(warned, DISTRICT, kinds=("sudden",))
    acknowledge(warned, CITY, one.id, "anna", NOW)
    assert panel(warned, DISTRICT)["warnings"]["rows"][0]["status"] == "已确认"
    assert standing(warned, CITY, 1)[0] == 3


def test_where_nothing_was_found_there_is_no_list(sqlite_city: Store) -> None:
    keep(sqlite_city, (), NOW - HOUR, (), full=True)
    found = hot(sqlite_city, CITY)
    assert [each["key"] for each in found["lists"]] == ["overdue", "soon", "whistles"]
    assert (found["note"], found["late"]) == ("热点上次检查 09:00", False)


def test_where_nobody_has_looked_the_list_says_so(sqlite_city: Store) -> None:
    found = hot(sqlite_city, CITY)
    assert (found["note"], found["late"]) == ("热点尚未检查", True)
    told = found["lists"][-1]
    assert (told["key"], told["total"], told["empty"]) == ("warnings", "未检查", word("looked.never"))


def test_a_look_that_is_overdue_is_said(sqlite_city: Store) -> None:
    keep(sqlite_city, (), NOW - 2 * HOUR, (), full=True)
    found = hot(sqlite_city, DISTRICT)
    assert (found["note"], found["late"]) == ("热点上次检查 08:00，已超时", True)
    assert found["lists"][-1]["empty"] == word("looked.late").format(at="08:00")
    keep(sqlite_city, SEEN, NOW - 2 * HOUR, ())
    found = hot(sqlite_city, CITY)
    assert found["late"]
    assert (found["lists"][-1]["number"], found["lists"][-1]["empty"]) == (3, "")
    keep(sqlite_city, (), NOW + DAY, ())
    found = hot(sqlite_city, CITY, NOW + DAY)
    assert (found["note"], found["late"]) == ("热点上次检查 10:00，夜间全面检查缺失", True)

"""One computation for each scope, scene and version, whoever asks; never an old figure as a current one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from callbacks.wall import feed as wallfeed
from callbacks.wall.feed import WallFeed
from callbacks.wall.panels import Panels
from callbacks.wall.reads import WallReads
from callbacks.wall.watch import LOOK_SECONDS, Watch
from data.clocks import HOUR, SECOND, ZoneClock
from data.wallcontrol import Seen, Unreadable
from data.wallplan import Control, Pin, Response, declared, pinned
from data.words import Language, speaking
from tests.support.fakes import NOW, ZONE, code_of
from tests.support.wallboard import SCOPE, FakeWall

EVERY = set(Panels.__annotations__)


@dataclass
class House:
    """A feed on the fake city, with time in the hand of the test. `beside` holds work until it is told to run."""

    wall: FakeWall = field(default_factory=FakeWall)
    ticks: float = 100.0
    version: int = 1
    controls: dict[str, str] = field(default_factory=dict)
    away: bool = False
    beside: list[Callable[[], None]] = field(default_factory=list)
    at_once: bool = True
    feed: WallFeed = field(init=False)

    def __post_init__(self) -> None:
        self.wall.city.now = NOW
        watch = Watch(self.look, lambda: self.ticks)
        self.feed = WallFeed(
            self.reads, watch, lambda: self.wall.city.now, "boot", "build", lambda: self.ticks, self.spawn
        )

    def reads(self, scope: str) -> WallReads:
        return self.wall.reads(scope)

    def look(self) -> Seen:
        if self.away:
            raise Unreadable("away")
        return Seen(self.version, 1, dict(self.controls))

    def spawn(self, work: Callable[[], None]) -> None:
        if self.at_once:
            work()
        else:
            self.beside.append(work)

    def pass_(self, seconds: float) -> None:
        self.ticks += seconds
        self.wall.city.now += int(seconds * SECOND)

    def control(self, control: Control) -> None:
        self.controls[SCOPE] = json.dumps(control.to_json())
        self.pass_(LOOK_SECONDS)

    def commit(self) -> None:
        self.version += 1
        self.pass_(LOOK_SECONDS)

    def pulse(self, language: Language = "zh", scope: str = SCOPE) -> dict[str, Any]:
        with speaking(language):
            reply = self.feed.pulse(scope, language)
        told: dict[str, Any] = json.loads(reply.body)
        return {**told, "status": reply.status}

    def panels(self, known: str = "", language: Language = "zh", scope: str = SCOPE) -> dict[str, Any]:
        with speaking(language):
            reply = self.feed.panels(scope, language, known)
        told: dict[str, Any] = json.loads(reply.body)
        return {**told, "status": reply.status}

    def asked(self) -> list[str]:
        found, self.wall.city.asked = self.wall.city.asked, []
        return found


@pytest.fixture
def house() -> House:
    made = House()
    made.control(Control(anchor_at=NOW))
    return made


def test_the_first_answer_holds_every_panel_and_the_next_none(house: House) -> None:
    first = house.panels()
    assert (first["status"], set(first["panels"]), first["old"]) == (200, EVERY, None)
    assert first["v"] == house.pulse()["v"]
    again = house.panels(first["v"])
    assert (again["v"], again["panels"]) == (first["v"], {})


def test_a_commit_changes_the_token_and_only_what_differs_travels(house: House) -> None:
    first = house.panels()
    house.asked()
    house.commit()
    assert house.pulse()["v"] != first["v"]
    second = house.panels(first["v"])
    assert second["v"] == house.pulse()["v"]
    # Quarter of a second later the fake city has moved its ticker along, and nothing else.
    assert set(second["panels"]) == {"ticker"}


def test_what_a_wall_puts_together_from_changes_is_what_a_new_wall_gets(house: House) -> None:
    shown = house.panels()
    known, panels = shown["v"], dict(shown["panels"])
    for number in range(12):
        house.pass_(1.7)
        house.version += number % 2
        update = house.panels(known)
        known, panels = update["v"], {**panels, **update["panels"]}
    assert panels == house.panels()["panels"]


def test_without_a_commit_nothing_is_asked_twice_within_a_slot(house: House) -> None:
    house.panels()
    house.asked()
    for _ in range(5):
        house.pass_(0.3)
        house.pulse()
        house.panels()
    assert set(house.asked()) <= {"compare", "totals", "bulletins"}, (
        "the overdue ones and the bulletins alone have their turn within two seconds"
    )


def test_an_edition_that_is_issued_is_shown_within_a_second_without_a_commit(house: House) -> None:
    house.wall.issued = False
    before = house.panels()
    assert [row["state"] for row in before["panels"]["bulletins"]["rows"]] == ["due", "waiting"]
    house.pass_(2)
    house.pulse()
    assert house.pulse()["v"] == house.panels(before["v"])["v"]
    house.wall.issued = True
    house.pass_(1.1)
    house.pulse()
    after = house.panels(house.panels(before["v"])["v"])
    told = house.panels(before["v"])["panels"]["bulletins"]["rows"][0]
    assert after["v"] != before["v"]
    assert (told["state"], told["state_label"]) == ("issued", "08:01 已编发")


def test_whoever_makes_no_bulletins_is_told_so(house: House) -> None:
    house.wall.begun = False
    assert house.panels()["panels"]["bulletins"]["note"] == "自动编发尚未启动"


def test_a_hundred_walls_cost_one_computation(house: House) -> None:
    house.at_once = False
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: house.feed.panels(SCOPE, "zh", ""), range(100)))
    asked = house.asked()
    assert asked.count("moved") == 1
    assert asked.count("rank") == 1
    assert len({reply.body for reply in replies}) == 1
    assert len({reply.key for reply in replies}) == 1


def test_walls_of_both_languages_share_the_figures(house: House) -> None:
    chinese = house.panels()
    house.asked()
    english = house.panels(language="en")
    assert house.asked() == []
    assert english["panels"]["cards"]["rates"][0]["label"] == "Acceptance timeliness"
    assert (
        chinese["panels"]["cards"]["rates"][0]["number"] == english["panels"]["cards"]["rates"][0]["number"]
    )
    assert house.panels(chinese["v"], language="en")["panels"] != {}, "a token of another language is none"


def test_heavy_panels_wait_for_their_turn_and_then_change_the_token(house: House) -> None:
    first = house.panels()
    house.asked()
    for _ in range(8):
        house.commit()
        house.panels()
    asked = house.asked()
    assert asked.count("moved") == 8
    assert asked.count("rank") == 0
    house.pass_(5)
    house.pulse()
    house.pulse()
    assert house.asked().count("rank") == 1
    assert house.panels()["v"] != first["v"]


def test_slow_facts_never_hold_up_the_fast_ones(house: House) -> None:
    house.panels()
    house.at_once = False
    house.pass_(12)
    house.commit()
    house.asked()
    answer = house.panels()
    assert (answer["status"], house.asked().count("rank"), len(house.beside)) == (200, 0, 1)
    before = house.pulse()["v"]
    house.pulse()
    assert len(house.beside) == 1, "one thread at a time"
    house.beside.pop()()
    assert house.asked().count("rank") == 1
    assert house.pulse()["v"] != before


def test_facts_that_nobody_asked_for_in_a_long_while_are_never_shown(house: House) -> None:
    """A wall that comes back after an hour gets no ranking of an hour ago."""
    house.panels()
    house.at_once = False
    house.pass_(3600)
    house.asked()
    house.panels()
    assert "rank" in house.asked()


def test_a_store_that_is_away_is_said_to_be_and_the_last_good_answer_is_marked(house: House) -> None:
    good = house.panels()
    house.away = True
    house.pass_(90)
    pulse = house.pulse()
    assert (pulse["status"], pulse["good"], pulse["age"]) == (503, good["as_of"], 90)
    assert pulse["error"]
    old = house.panels()
    assert (old["status"], old["as_of"], old["old"]) == (
        200,
        good["as_of"],
        {"as_of": good["as_of"], "age": 90, "why": pulse["error"]},
    )
    assert old["panels"] == good["panels"]
    assert house.panels(old["v"])["panels"] == {}
    house.away = False
    house.pass_(1)
    back = house.panels(old["v"])
    assert (house.pulse()["status"], back["old"]) == (200, None)
    assert back["v"] != old["v"]
    assert {**old["panels"], **back["panels"]} == house.panels()["panels"]


def test_a_wall_that_starts_while_the_store_is_away_gets_no_figures(house: House) -> None:
    house.away = True
    house.pass_(1)
    told = house.panels()
    assert (told["status"], told["good"], told["age"]) == (503, None, None)


def test_figures_that_cannot_be_gathered_leave_the_last_ones_marked(house: House) -> None:
    good = house.panels()
    house.wall.city.broken = True
    house.commit()
    told = house.panels(good["v"])
    assert (told["status"], told["old"]["as_of"], told["panels"]) == (200, good["as_of"], {})
    house.asked()
    house.pass_(0.5)
    house.panels()
    assert "moved" not in house.asked(), "what has just failed is not asked again at once"
    house.wall.city.broken = False
    house.pass_(3)
    assert house.panels()["old"] is None


def test_one_look_serves_everybody(house: House) -> None:
    house.panels()
    looks = house.feed.watch.looks
    for _ in range(50):
        house.pulse()
        house.pulse("en")
        house.panels(scope=code_of("Roxbury"))
    assert house.feed.watch.looks == looks
    house.pass_(LOOK_SECONDS)
    house.pulse()
    house.pulse()
    assert house.feed.watch.looks == looks + 1


def test_a_database_that_hangs_holds_one_asker_and_tells_the_others() -> None:
    ticks, gate, entered = [0.0], threading.Event(), threading.Event()

    def look() -> Seen:
        if ticks[0]:
            entered.set()
            gate.wait(10)
        return Seen(1, 1, {})

    watch = Watch(look, lambda: ticks[0])
    assert watch.seen().version == 1
    ticks[0] = 1.0
    hanging = threading.Thread(target=watch.seen)
    hanging.start()
    assert entered.wait(5)
    assert watch.seen().version == 1, "a moment of patience"
    ticks[0] = 4.0
    with pytest.raises(Unreadable):
        watch.seen()
    gate.set()
    hanging.join()
    assert watch.seen().version == 1


def test_the_remote_moves_the_token_and_the_scene(house: House) -> None:
    first = house.panels()
    assert first["scene"]["kind"] == "overview"
    district = code_of("Dorchester")
    house.control(pinned(Control(version=1, anchor_at=NOW), Pin("grid", district)))
    assert house.pulse()["v"] != first["v"]
    second = house.panels(first["v"])
    assert (second["scene"]["scope"], second["scene"]["until"], second["scene"]["pinned"]) == (
        district,
        None,
        True,
    )
    assert second["panels"]["map"]["focus"] == district
    response = Response(district, "pothole", "flood", NOW - HOUR, "Li")
    house.control(declared(Control(version=2, anchor_at=NOW), response))
    third = house.panels(second["v"])
    assert (third["mode"], third["panels"]["head"]["mode"]) == ("emergency", "emergency")
    assert third["panels"]["emergency"]["reason"] == "flood"
    house.control(Control(version=3, anchor_at=NOW))
    assert house.panels(third["v"])["panels"]["emergency"] is None


def test_what_an_operator_chose_and_the_city_has_no_more_is_passed_over(house: House) -> None:
    house.control(pinned(Control(version=1, anchor_at=NOW), Pin("grid", "gone")))
    assert house.panels()["scene"]["kind"] == "overview"
    house.control(declared(Control(version=2, anchor_at=NOW), Response("gone", "", "x", NOW, "Li")))
    assert (house.panels()["mode"], house.panels()["scene"]["kind"]) == ("normal", "overview")


def test_a_wall_of_a_district_never_follows_a_pin_beyond_it(house: House) -> None:
    district = code_of("Dorchester")
    house.controls[district] = json.dumps(pinned(Control(), Pin("grid", code_of("Roxbury"))).to_json())
    house.pass_(LOOK_SECONDS)
    assert house.panels(scope=district)["scene"]["scope"] in {district, f"{district}-N", f"{district}-S"}


def test_the_rotation_turns_by_itself_and_the_next_scene_is_ready(house: House) -> None:
    shown = house.panels()
    turns: list[str] = []
    for _ in range(45):
        house.pass_(3)
        pulse = house.pulse()
        if pulse["v"] == shown["v"]:
            continue
        house.asked()
        update = house.panels(shown["v"])
        if update["scene"]["key"] != shown["scene"]["key"]:
            turns.append(update["scene"]["key"])
            assert "rank" not in house.asked(), "gathered beside, before the turn"
        shown = update
    assert len(turns) == 4


def test_midnight_brings_another_day(house: House) -> None:
    clock = ZoneClock.of(ZONE)
    midnight = clock.day_start(clock.day_number(NOW) + 1)
    house.pass_((midnight - house.wall.city.now) / SECOND - 0.5)
    before = house.panels()
    house.pass_(0.6)
    assert house.pulse()["v"] != before["v"]
    after = house.panels(before["v"])
    assert next(iter(after["panels"]["head"]["dates"])) == "2026-02-11"
    assert next(iter(before["panels"]["head"]["dates"])) == "2026-02-10"
    assert after["panels"]["curve"]["now"] == 0
    assert [value for value in after["panels"]["curve"]["lines"][0]["values"][1:] if value is not None] == []
    assert after["panels"]["cards"]["compared"] == "较昨日 00:00"


def test_the_month_s_end_owes_the_monthly_bulletin(house: House) -> None:
    def kinds() -> set[str]:
        return {row["kind"] for row in house.panels()["panels"]["bulletins"]["rows"]}

    assert kinds() == {"morning", "evening"}
    clock = ZoneClock.of(ZONE)
    first = clock.at(clock.local(NOW).date().replace(month=3, day=1))
    house.pass_((first - house.wall.city.now) / SECOND)
    assert kinds() == {"morning", "evening", "month"}


@pytest.mark.parametrize("month", [3, 11])
def test_both_change_over_days_pass_without_a_gap(house: House, month: int) -> None:
    """New York's clocks change on 8 March and 1 November 2026."""
    clock = ZoneClock.of(ZONE)
    start = clock.at(clock.local(NOW).date().replace(month=month, day=8 if month == 3 else 1))
    house.pass_((start - house.wall.city.now) / SECOND)
    for step in range(13):
        told = house.panels()
        local = clock.local(house.wall.city.now)
        curve = told["panels"]["curve"]
        assert curve["now"] == local.hour
        assert len(curve["lines"][0]["values"]) == 24
        if local.date() == clock.local(start).date() and month == 3 and step > 2:
            assert curve["lines"][0]["values"][2] is None, "there was no such hour"
        house.pass_(2 * HOUR / SECOND)


def test_a_city_that_is_not_loaded_is_a_notice(house: House) -> None:
    house.wall.city.loaded = False
    told = house.panels()
    assert (told["status"], told["scene"], told["panels"]) == (200, None, {})
    assert "city load" in told["notice"]
    assert house.pulse()["v"] == told["v"]
    house.wall.city.loaded = True
    house.version += 1
    house.pass_(1)
    assert set(house.panels(told["v"])["panels"]) == EVERY


def test_the_colours_of_the_map_are_fetched_now_and_then_however_much_happens(house: House) -> None:
    house.control(pinned(Control(version=1), Pin("overview", SCOPE)))
    stamps = [house.panels()["panels"]["map"]["stamp"]]
    for _ in range(8):
        house.version += 1
        house.pass_(4)
        stamps.append(house.panels()["panels"]["map"]["stamp"])
    assert len(set(stamps)) == 3, "32 seconds of commits"
    for _ in range(4):
        house.pass_(8)
        stamps.append(house.panels()["panels"]["map"]["stamp"])
    assert len(set(stamps)) == 3, "and none without a commit"
    house.pass_(wallfeed.MAP_IDLE_SECONDS)
    assert house.panels()["panels"]["map"]["stamp"] not in stamps, "but now and then, for deadlines pass"


def test_the_clock_of_an_answer_is_the_server_s(house: House) -> None:
    first = house.panels()
    house.pass_(0.2)
    later = house.panels(first["v"])
    assert later["at"] - first["at"] == 200


def test_what_is_kept_stays_within_bounds(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_KEPT_TOKENS", "_KEPT_BODIES", "_KEPT_SHELVES", "_KEPT_SCOPES"):
        monkeypatch.setattr(wallfeed, name, 3)
    house.at_once = False
    for grid in list(house.wall.city.tree)[1:6]:
        house.pulse(scope=grid.code)
    for _ in range(6):
        house.commit()
        house.panels()
    line = house.feed._line(SCOPE, "zh")
    kept = (line.known, line.bodies, house.feed._shelves, house.feed._corners)
    assert [len(each) for each in kept] == [3, 3, 3, 3]


def test_a_source_that_has_gone_silent_is_said(house: House) -> None:
    assert house.panels()["panels"]["sources"]["silent"] == ""
    house.pass_(2 * HOUR / SECOND)
    sources = house.panels()["panels"]["sources"]
    assert sources["silent"]
    assert [row["stale"] for row in sources["rows"]] == [True]

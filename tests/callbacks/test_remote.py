"""The remote: what a press changes, who may press, and how others learn of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash
import pytest
from dash import html

from callbacks import remote
from callbacks.remote import Refused, overtaken, scene_buttons, status
from data.clocks import HOUR, MINUTE, ZoneClock
from data.wallplan import Change, Control, Pin, Response, frozen, pinned, standing
from data.words import speaking
from layouts import remote as page
from tests.support.fakes import NOW, ZONE, code_of
from tests.support.remote import OPERATOR, Room
from tests.support.wallboard import SCOPE

DISTRICT = code_of("Dorchester")


@pytest.fixture
def room() -> Room:
    made = Room()
    made.states[SCOPE] = Control(anchor_at=NOW)
    return made


def shown(room: Room) -> Any:
    desk = room.desk()
    return standing(desk.given.rotation, desk.control, desk.now)


def test_next_and_previous_and_what_the_history_calls_them(room: Room) -> None:
    assert room.press("next").changes[0].detail == "Allston"
    assert shown(room).index == 1
    assert room.press("previous").changes[0].detail == "综合态势"
    assert shown(room).index == 0


def test_a_scene_is_held_until_the_rotation_is_resumed(room: Room) -> None:
    control = room.press("scene", value=f"grid:{DISTRICT}")
    assert (control.pinned, control.changes[0].detail) == (Pin("grid", DISTRICT), "Dorchester")
    assert [one.name for one in scene_buttons(room.desk()) if one.current] == ["Dorchester"]
    assert status(room.desk()).turn == "不自动切换"
    assert room.press("resume").pinned is None
    assert shown(room).held == ""


def test_the_rotation_is_frozen_and_resumed(room: Room) -> None:
    assert room.press("freeze").frozen_at == NOW
    room.wall.city.now += HOUR
    assert shown(room).held == "frozen"
    assert room.press("resume").frozen_at is None
    assert shown(room).since == NOW + HOUR


def test_the_map_is_held_and_given_back(room: Room) -> None:
    control = room.press("map", value="rework|part")
    assert (control.indicator, control.level, control.changes[0].detail) == ("rework", "part", "返工率 · 片")
    assert room.desk().shown.view["indicator"] == "rework"
    assert room.press("map", value="|").indicator == ""


def test_an_event_is_shown_by_its_number(room: Room) -> None:
    assert room.press("event", value=" 7 ").pinned == Pin("trace", SCOPE, 7)
    with pytest.raises(Refused, match="没有该事件：BCS"):
        room.press("event", value="BCS")


def test_an_emergency_takes_a_scope_a_category_and_a_reason(room: Room) -> None:
    control = room.press("declare", value=DISTRICT, category="pothole", hours=3, reason=" 路面塌陷 ")
    assert control.response == Response(DISTRICT, "pothole", "路面塌陷", NOW - 3 * HOUR, "李敏")
    assert control.changes[0].detail == "Dorchester · Pothole"
    assert status(room.desk()).mark == "emergency"
    assert room.press("end").response is None


@pytest.mark.parametrize(
    ("what", "given", "told"),
    [
        ("declare", {"value": DISTRICT, "reason": "  "}, "请填写启动事由"),
        ("declare", {"value": "nowhere", "reason": "x"}, "请选择处置范围"),
        ("scene", {"value": "grid:nowhere"}, "操作未成功"),
        ("scene", {"value": "party:boston"}, "操作未成功"),
        ("dance", {}, "操作未成功"),
    ],
)
def test_what_cannot_be_followed_is_said_and_changes_nothing(
    room: Room, what: str, given: dict[str, str], told: str
) -> None:
    before = room.states[SCOPE]
    with pytest.raises(Refused, match=told):
        room.press(what, **given)
    assert room.states[SCOPE] == before


def test_an_operator_of_a_district_turns_its_walls_and_no_others(room: Room) -> None:
    room.viewer = replace(OPERATOR, scope=DISTRICT)
    assert room.desk(SCOPE).scope == DISTRICT
    assert room.desk(code_of("Roxbury")).scope == DISTRICT
    with pytest.raises(Refused):
        room.press("declare", scope=DISTRICT, value=SCOPE, reason="x")
    with pytest.raises(Refused):
        room.press("scene", scope=DISTRICT, value=f"grid:{code_of('Roxbury')}")


@pytest.mark.parametrize("role", ["leader", "auditor", "wall"])
def test_others_may_not_press(room: Room, role: Any) -> None:
    room.viewer = replace(OPERATOR, role=role)
    with pytest.raises(Refused, match="没有操作大屏的权限"):
        remote.operator(room.reads())


def test_the_last_change_wins_and_the_other_hears_of_it(room: Room) -> None:
    seen = room.press("freeze").version
    other = room.remote().change(SCOPE, Change(NOW + MINUTE, "王强", "resume"), lambda control: control)
    assert overtaken(other, seen, "李敏") == "王强刚才也进行了操作：恢复轮播。以最后一次操作为准"
    assert overtaken(other, seen, "王强") == ""
    assert overtaken(other, other.version, "李敏") == ""
    assert overtaken(other, None, "李敏") == "", "who has just come has overtaken nobody"


def test_the_history_says_who_and_when_in_the_city_s_time(room: Room) -> None:
    room.press("freeze")
    with speaking("en"):
        (line,) = remote.done(room.states[SCOPE], ZoneClock.of(ZONE), NOW)
    assert (line.what, line.who) == ("froze the rotation", "02-10 18:00:00 李敏")


def test_a_change_of_a_later_version_is_no_error() -> None:
    assert remote.said(Change(NOW, "Li", "juggled")) == "juggled"


def test_what_follows_is_told_in_seconds(room: Room) -> None:
    room.wall.city.now = NOW + 59 * 1_000_000 + 1
    assert status(room.desk()).turn == "1秒后切换至Allston"


def test_a_frozen_wall_says_so(room: Room) -> None:
    room.states[SCOPE] = frozen(room.states[SCOPE], NOW)
    assert status(room.desk()).held == "已暂停轮播"
    room.states[SCOPE] = pinned(room.states[SCOPE], Pin("hot", SCOPE))
    assert status(room.desk()).held == "已指定画面"


def test_without_a_city_the_remote_says_so(room: Room) -> None:
    room.wall.city.loaded = False
    with pytest.raises(Refused, match="尚未载入城市"):
        room.desk()


def test_every_callback_of_the_remote_finds_its_ids(room: Room) -> None:
    """Dash refuses a callback on an id that no layout has, when it is asked for its dependencies."""
    app = dash.Dash("tests", assets_folder="assets", update_title="")
    app.layout = html.Div([page.layout(), *page.later()])
    remote.register(app, room.reads(), room.remote())
    listed = app.server.test_client().get("/_dash-dependencies").get_json()
    assert len(listed) == 5

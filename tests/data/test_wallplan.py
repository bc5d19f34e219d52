"""What a wall shows when: a pure function of the control state and the instant."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clocks import DAY, HOUR, MINUTE, SECOND
from data.grids import Node, Tree, plant
from data.wallplan import (
    CHANGES_KEPT,
    Change,
    Control,
    MapRule,
    Pin,
    Response,
    Rule,
    Stage,
    WallConfig,
    config_of,
    control_of,
    declared,
    ended,
    faults,
    frozen,
    map_turn,
    mapped,
    noted,
    pinned,
    resumed,
    stages,
    standing,
    stepped,
    turned_to,
)
from tests.support.city import CITY, COMMUNITY, DISTRICT, OTHER_DISTRICT, STREET, small_nodes

NOW = 1_790_000_000 * SECOND
INSTANTS = st.integers(NOW - 400 * DAY, NOW + 400 * DAY)

ROTATIONS = st.lists(
    st.builds(
        Stage, st.sampled_from(["overview", "grid", "ranking", "hot"]), st.just("x"), st.integers(5, 3600)
    ),
    min_size=1,
    max_size=25,
).map(tuple)
CONTROLS = st.builds(Control, anchor=st.integers(0, 40), anchor_at=st.one_of(st.just(0), INSTANTS))


@pytest.fixture(scope="module")
def tree() -> Tree:
    return plant(small_nodes())


@given(ROTATIONS, CONTROLS, INSTANTS)
def test_the_scene_of_an_instant_holds_for_its_seconds_and_gives_way_to_the_next(
    rotation: tuple[Stage, ...], control: Control, at: int
) -> None:
    found = standing(rotation, control, at)
    assert found.until is not None
    assert found.since <= at < found.until
    assert found.until - found.since == rotation[found.index].seconds * SECOND
    assert found.stage == rotation[found.index]
    assert standing(rotation, control, found.since) == standing(rotation, control, found.until - 1) == found
    follower = standing(rotation, control, found.until)
    assert (follower.index, follower.since) == ((found.index + 1) % len(rotation), found.until)


@given(ROTATIONS, CONTROLS, INSTANTS)
def test_the_rotation_comes_round(rotation: tuple[Stage, ...], control: Control, at: int) -> None:
    whole = sum(stage.seconds for stage in rotation) * SECOND
    assert standing(rotation, control, at).index == standing(rotation, control, at + whole).index


@given(ROTATIONS, CONTROLS, INSTANTS, st.integers(0, 10 * DAY), st.integers(0, DAY))
def test_a_frozen_rotation_goes_on_where_it_stood(
    rotation: tuple[Stage, ...], control: Control, at: int, away: int, later: int
) -> None:
    plain, held = standing(rotation, control, at + later), frozen(control, at)
    still = standing(rotation, held, at + away)
    assert (still.index, still.until, still.held) == (standing(rotation, control, at).index, None, "frozen")
    on = standing(rotation, resumed(held, at + away), at + away + later)
    assert (on.index, on.held) == (plain.index, "")
    assert plain.until is not None
    assert on.until == plain.until + away


@given(ROTATIONS, CONTROLS, INSTANTS)
def test_next_and_previous_step_by_one_and_start_the_scene_anew(
    rotation: tuple[Stage, ...], control: Control, at: int
) -> None:
    here = standing(rotation, control, at)
    onward = standing(rotation, stepped(control, rotation, 1, at), at)
    back = standing(rotation, stepped(control, rotation, -1, at), at)
    assert (onward.index, onward.since) == ((here.index + 1) % len(rotation), at)
    assert (back.index, back.since) == ((here.index - 1) % len(rotation), at)


@given(ROTATIONS, CONTROLS, INSTANTS)
def test_a_frozen_rotation_stays_frozen_when_it_is_stepped(
    rotation: tuple[Stage, ...], control: Control, at: int
) -> None:
    held = stepped(frozen(control, at - MINUTE), rotation, 1, at)
    found = standing(rotation, held, at + HOUR)
    assert (found.index, found.until) == (standing(rotation, held, at).index, None)


def test_freezing_twice_is_freezing_once() -> None:
    once = frozen(Control(), NOW)
    assert frozen(once, NOW + HOUR) is once


def test_an_emergency_comes_before_a_pin_and_a_pin_before_the_rotation() -> None:
    rotation = (Stage("overview", CITY, 60), Stage("hot", CITY, 30))
    response = Response(DISTRICT, "road", "flood", NOW - HOUR, "Li")
    held = pinned(Control(), Pin("trace", CITY, 7))
    urgent = declared(held, response)
    assert standing(rotation, held, NOW).event == 7
    assert standing(rotation, held, NOW).held == "pinned"
    found = standing(rotation, urgent, NOW)
    assert (found.stage.kind, found.stage.scope, found.held, found.since) == (
        "emergency",
        DISTRICT,
        "emergency",
        NOW - HOUR,
    )
    assert standing(rotation, ended(urgent), NOW) == standing(rotation, held, NOW)
    assert standing(rotation, resumed(held, NOW), NOW) == standing(rotation, Control(), NOW)


@given(ROTATIONS, CONTROLS, INSTANTS)
def test_two_walls_that_know_the_same_show_the_same(
    rotation: tuple[Stage, ...], control: Control, at: int
) -> None:
    """What travels by the store is the whole of what the scene depends on."""
    other = control_of(json.loads(json.dumps(control.to_json())))
    assert other == control
    assert standing(rotation, other, at) == standing(rotation, control, at)


def test_every_field_of_a_control_state_travels() -> None:
    full = Control(
        version=3,
        anchor=2,
        anchor_at=NOW,
        frozen_at=NOW + 1,
        pinned=Pin("trace", CITY, 9),
        indicator="received",
        level="street",
        response=Response(DISTRICT, "road", "flood", NOW, "Li"),
        changes=(Change(NOW, "Li", "freeze", "x"), Change(NOW - 1, "Wu", "next")),
    )
    assert control_of(json.loads(json.dumps(full.to_json()))) == full
    assert control_of({**full.to_json(), "of_a_later_version": 1}) == full


@given(ROTATIONS, CONTROLS, INSTANTS)
def test_the_map_begins_anew_with_each_scene_and_turns_in_its_seconds(
    rotation: tuple[Stage, ...], control: Control, at: int
) -> None:
    config = WallConfig()
    found = standing(rotation, control, at)
    turn, until = map_turn(config, found, control, at)
    assert map_turn(config, found, control, found.since)[0] == 0
    assert until is not None
    assert at < until <= at + config.map_seconds * SECOND
    assert turn == (at - found.since) // (config.map_seconds * SECOND)
    assert map_turn(config, found, control, until)[0] == turn + 1


def test_the_map_of_a_held_scene_goes_on_and_that_of_a_frozen_one_does_not() -> None:
    rotation, config = (Stage("overview", CITY, 60),), WallConfig()
    held = pinned(Control(), Pin("overview", CITY))
    turns = [
        map_turn(config, standing(rotation, held, NOW + n * 20 * SECOND), held, NOW + n * 20 * SECOND)[0]
        for n in range(3)
    ]
    assert turns == [turns[0], turns[0] + 1, turns[0] + 2]
    still = frozen(turned_to(Control(), 0, NOW), NOW + 25 * SECOND)
    assert {map_turn(config, standing(rotation, still, NOW + n), still, NOW + n) for n in (0, HOUR, DAY)} == {
        (1, None)
    }


def test_a_rotation_takes_every_district_in_turn_and_no_dedicated_grid(tree: Tree) -> None:
    made = stages(WallConfig(), tree, CITY)
    assert [(stage.kind, stage.scope) for stage in made] == [
        ("overview", CITY),
        ("grid", DISTRICT),
        ("grid", OTHER_DISTRICT),
        ("ranking", CITY),
        ("hot", CITY),
        ("trace", CITY),
    ]
    below = stages(WallConfig((Rule("grids", 20),)), tree, STREET)
    assert {stage.scope for stage in below} == {COMMUNITY, "11010102"}
    kinds = stages(WallConfig((Rule("grids", 20),)), tree, COMMUNITY)
    assert all(tree.get(stage.scope).kind is None for stage in kinds)


def test_a_wall_never_shows_a_grid_beyond_its_scope_and_is_never_empty(tree: Tree) -> None:
    config = WallConfig((Rule("grid", 20, scope=OTHER_DISTRICT), Rule("grid", 20, scope=STREET)))
    assert [stage.scope for stage in stages(config, tree, DISTRICT)] == [STREET]
    assert stages(config, tree, OTHER_DISTRICT) == (Stage("overview", OTHER_DISTRICT, 60),)
    assert stages(config, tree.within(DISTRICT), DISTRICT)[0].scope == STREET


def test_changes_are_counted_and_the_newest_are_kept() -> None:
    control = Control()
    for number in range(CHANGES_KEPT + 3):
        control = noted(control, Change(NOW + number, "Li", "next", "x" * 200))
    assert control.version == CHANGES_KEPT + 3
    assert [change.at for change in control.changes] == [NOW + n for n in range(CHANGES_KEPT + 2, 2, -1)]
    assert max(len(change.detail) for change in control.changes) == 80


def test_a_chosen_map_is_kept_until_it_is_given_back() -> None:
    assert mapped(mapped(Control(), "received", "street"), "", "") == Control()


GOOD: dict[str, Any] = {
    "scenes": [
        {"kind": "overview", "seconds": 60},
        {"kind": "grid", "seconds": 20, "scope": DISTRICT},
        {"kind": "trace", "seconds": 30, "event": "newest"},
    ],
    "maps": [{"indicator": "received", "below": 2}],
    "map_seconds": 15,
    "ranking": "completion",
    "ranking_period": "this_month",
    "yellow_margin": 0.1,
    "silent_minutes": 30,
}


def test_a_city_s_own_settings_take_the_place_of_the_defaults() -> None:
    assert faults(GOOD, {DISTRICT}) == []
    assert config_of(GOOD) == WallConfig(
        (Rule("overview", 60), Rule("grid", 20, DISTRICT), Rule("trace", 30, event="newest")),
        (MapRule("received", 2),),
        15,
        "completion",
        "this_month",
        0.1,
        30,
    )
    assert (config_of({}), faults({}, set())) == (WallConfig(), [])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"colour": "red"}, '"colour" means nothing here'),
        ({"scenes": []}, "leave it out for the defaults"),
        ({"scenes": {"kind": "overview"}}, "must be [[wall.scenes]]"),
        ({"scenes": ["overview"]}, "must be a table"),
        ({"scenes": [{"kind": "overview"}]}, "has no seconds"),
        ({"scenes": [{"kind": "party", "seconds": 20}]}, "kind must be one of"),
        ({"scenes": [{"kind": "overview", "seconds": 4}]}, "from 5 to 3600"),
        ({"scenes": [{"kind": "overview", "seconds": True}]}, "from 5 to 3600"),
        ({"scenes": [{"kind": "overview", "seconds": "20"}]}, "whole number"),
        ({"scenes": [{"kind": "grid", "seconds": 20, "scope": "nowhere"}]}, "code of a grid"),
        ({"scenes": [{"kind": "grid", "seconds": 20}]}, "code of a grid"),
        ({"scenes": [{"kind": "hot", "seconds": 20, "scope": DISTRICT}]}, "belongs to kind"),
        ({"scenes": [{"kind": "trace", "seconds": 20, "event": "prettiest"}]}, "event must be one of"),
        ({"maps": [{"indicator": "luck", "below": 1}]}, "indicator must be one of"),
        ({"maps": [{"indicator": "received", "below": 0}]}, "from 1 to 4"),
        ({"maps": [{"indicator": "received"}]}, "has no below"),
        ({"map_seconds": 4}, "from 5 to 3600"),
        ({"ranking": "luck"}, "ranking must be one of"),
        ({"ranking_period": "ever"}, "ranking_period must be one of"),
        ({"yellow_margin": 2}, "between 0 and 1"),
        ({"yellow_margin": True}, "between 0 and 1"),
        ({"silent_minutes": 0}, "from 1 to 10080"),
    ],
)
def test_every_slip_of_a_pack_is_told_in_a_sentence(change: dict[str, Any], told: str) -> None:
    found = faults({**GOOD, **change}, {DISTRICT})
    assert [told in one for one in found] == [True], found


def test_grids_of_another_name_are_no_scenes() -> None:
    one = plant([Node("c", "City", None, "city"), Node("c1", "Market", "c", "city", "market")])
    assert [stage.kind for stage in stages(WallConfig(), one, "c")] == ["overview", "ranking", "hot", "trace"]


def test_a_pin_keeps_its_scene_while_the_rotation_goes_on_beneath() -> None:
    rotation = (Stage("overview", CITY, 60), Stage("hot", CITY, 30))
    held = pinned(Control(), Pin("ranking", CITY))
    seen = {standing(rotation, held, NOW + n * SECOND).stage for n in range(0, 200, 7)}
    assert seen == {Stage("ranking", CITY, 0)}
    assert replace(held, pinned=None) == Control()

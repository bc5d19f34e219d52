"""The map page's callbacks against fake reads, without a browser."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from callbacks.state import LAYERS
from data.indicators import INDICATORS
from data.periods import PERIOD_KEYS
from data.words import word
from layouts import ids
from tests.support.fakes import NEIGHBOURHOODS, FakeCity
from tests.support.screens import links, run, texts


def arrived(client: FlaskClient, search: str, before: Any = None) -> Any:
    return run(client, ids.MAP_SCENE, **{ids.URL: search, ids.VERSION: "1.1", ids.MAP_SCENE: before})


def scene(client: FlaskClient, search: str) -> dict[str, Any]:
    found: dict[str, Any] = arrived(client, search)[ids.MAP_SCENE]["data"]
    return found


def test_the_scene_says_where_and_what(client: FlaskClient) -> None:
    found = scene(client, "?scope=boston-dorchester&indicator=completion&level=part&layers=heat&theme=dark")
    assert found["scope"] | {"bounds": None} == {
        "code": "boston-dorchester",
        "name": "Dorchester",
        "depth": 1,
        "level": "neighbourhood",
        "place": 7,
        "bounds": None,
        "leaf": False,
    }
    assert found["up"] == ""
    assert (found["level"], found["layers"], found["theme"]) == ("part", ["heat"], "dark")
    assert found["indicator"] == {"key": "completion", "label": "办结率", "kind": "rate", "decimals": 1}
    west, south, east, north = found["scope"]["bounds"]
    assert west < east
    assert south < north
    assert scene(client, "?")["up"] is None
    assert scene(client, "?scope=boston-dorchester-N")["up"] == "boston-dorchester"


def test_the_scene_changes_with_the_data_and_with_nothing_else(client: FlaskClient, fake: FakeCity) -> None:
    first = scene(client, "?")
    assert ids.MAP_SCENE not in arrived(client, "?", before=first)
    assert ids.MAP_SCENE not in arrived(client, "?event=4", before=first)
    fake.version += 1
    assert arrived(client, "?", before=first)[ids.MAP_SCENE]["data"]["token"] != first["token"]


def test_every_choice_keeps_the_rest_of_the_view(client: FlaskClient) -> None:
    search = "?scope=boston-dorchester&period=last_month&channel=call&theme=dark"
    answer = arrived(client, search)
    menus = links(answer[ids.MAP_MENUS]["children"])
    layers = links(answer[ids.MAP_LAYERS]["children"])
    assert len(menus) == len(INDICATORS) + len(PERIOD_KEYS) + 1 + 5 + 1 + 13
    assert [text for text, _, on in menus if on] == ["处置及时率", "上月", "Call", word("map.every_category")]
    assert [text for text, _, _ in layers] == [
        word(f"map.layer_{layer}") for layer in LAYERS if layer not in ("areas", "dedicated")
    ]
    for _, href, _ in [*menus, *layers]:
        assert "scope=boston-dorchester" in href
    for text, href, _ in menus:
        if text != "上月" and text not in {word(f"period.{key}") for key in PERIOD_KEYS}:
            assert "period=last_month" in href, text


def test_levels_are_offered_below_the_scope(client: FlaskClient) -> None:
    city = links(arrived(client, "?")[ids.MAP_LEVELS]["children"])
    assert [text for text, _, _ in city] == ["随缩放", "社区", "片"]
    assert [text for text, _, on in city if on] == ["随缩放"]
    fixed = links(arrived(client, "?level=part")[ids.MAP_LEVELS]["children"])
    assert [text for text, _, on in fixed if on] == ["片"]
    assert links(arrived(client, "?scope=boston-dorchester")[ids.MAP_LEVELS]["children"]) == []


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("?level=atlantis", "level"),
        ("?channel=smoke", "channel"),
        ("?category=none", "category"),
        ("?layers=heat,clouds", "layers"),
        ("?theme=pink", "theme"),
        ("?scope=atlantis", "atlantis"),
    ],
)
def test_what_is_not_understood_is_said(client: FlaskClient, search: str, name: str) -> None:
    answer = arrived(client, search)
    assert name in texts(answer[ids.MAP_NOTICES]["children"])
    assert answer[ids.MAP_SCENE]["data"]["scope"]["code"] == "boston"


def test_a_filter_is_said_and_can_be_taken_away(client: FlaskClient) -> None:
    notes = arrived(client, "?channel=call&category=top&period=today")[ids.MAP_NOTICES]["children"]
    assert "Call" in texts(notes)
    assert "All of them" in texts(notes)
    assert [href for _, href, _ in links(notes)] == [
        "?period=today&category=top",
        "?period=today&channel=call",
    ]


def test_the_card_shows_the_value_with_its_n_formula_and_period(client: FlaskClient) -> None:
    answer = run(client, ids.MAP_CARD, **{ids.MAP_SCENE: scene(client, "?period=last_month")})
    said = texts(answer[ids.MAP_CARD]["children"])
    for part in (
        "处置及时率",
        "%",
        " / ",
        "目标 75.0%",
        "2026-01-01 至 2026-01-31",
        INDICATORS["handling_timeliness"].formula,
    ):
        assert part in said


def test_children_are_ranked_with_links_that_keep_the_view(client: FlaskClient) -> None:
    answer = run(client, ids.MAP_CHILDREN, **{ids.MAP_SCENE: scene(client, "?level=part&theme=dark")})
    found = links(answer[ids.MAP_CHILDREN]["children"])
    assert len(found) == len(NEIGHBOURHOODS)
    assert all("level=part" in href and "theme=dark" in href for _, href, _ in found)
    leaf = run(client, ids.MAP_CHILDREN, **{ids.MAP_SCENE: scene(client, "?scope=boston-fenway")})
    assert word("rank.leaf") in texts(leaf[ids.MAP_CHILDREN]["children"])


def test_events_open_here_and_all_of_them_there(client: FlaskClient) -> None:
    answer = run(client, ids.MAP_EVENTS, **{ids.MAP_SCENE: scene(client, "?scope=boston-fenway")})
    found = links(answer[ids.MAP_EVENTS]["children"])
    assert found[0][1] == "?scope=boston-fenway&event=1"
    assert found[-1][1] == "/?scope=boston-fenway"


def test_plotly_comes_only_where_there_is_no_gl(client: FlaskClient) -> None:
    given = {ids.MAP_SCENE: scene(client, "?"), ids.SCALE: 1}
    with_gl = run(client, ids.MAP_PLAIN, **given, **{ids.MAP_WITHOUT_GL: None})
    assert (with_gl[ids.MAP_PLAIN]["children"], with_gl[ids.MAP_PLAIN]["hidden"]) == ([], True)
    without = run(client, ids.MAP_PLAIN, **given, **{ids.MAP_WITHOUT_GL: True})
    note, graph = without[ids.MAP_PLAIN]["children"]
    assert "WebGL" in texts(note)
    assert graph["props"]["figure"]["data"][0]["type"] == "choropleth"


def test_a_store_without_a_city_says_what_to_run(fake: FakeCity, client: FlaskClient) -> None:
    fake.loaded = False
    answer = arrived(client, "?")
    assert "city load" in texts(answer[ids.MAP_EMPTY]["children"])
    assert answer[ids.MAP_BODY]["hidden"] is True


def test_pages_by_address(client: FlaskClient) -> None:
    def page(path: str) -> str:
        answer = run(client, ids.PAGE, **{ids.URL: path})
        return str(answer[ids.PAGE]["children"]["props"].get("id", ""))

    assert page("/") == ids.ROOT
    assert page("/map") == page("/map/") == ids.MAP_ROOT
    assert page("/maps") == ""

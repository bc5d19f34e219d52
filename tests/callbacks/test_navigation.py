"""The bar above every page, and the page at an address."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from callbacks import navigation, shell
from callbacks.state import parse
from data.access import ROLES, Viewer, may
from data.words import speaking, word
from layouts import ids
from layouts.parts.nav import NavUser
from tests.support.fakes import MAYOR, FakeCity
from tests.support.screens import links, run

EVERY = frozenset(place.path for place in navigation.PLACES)


def bar(client: FlaskClient, path: str, search: str = "?") -> list[tuple[str, str, bool]]:
    given = {f"{ids.URL}.pathname": path, f"{ids.URL}.search": search}
    return links(run(client, ids.NAV, **given)[ids.NAV]["children"])


def title(client: FlaskClient, path: str, search: str = "?") -> str:
    given = {f"{ids.URL}.pathname": path, f"{ids.URL}.search": search}
    return str(run(client, ids.NAV, **given)[ids.DRESS]["data"]["title"])


@pytest.mark.parametrize("path", sorted(shell.PAGES))
def test_every_page_is_in_the_bar_once_as_the_one_in_view(client: FlaskClient, path: str) -> None:
    current = {href for _, href, on in bar(client, path) if on}
    (place,) = [place for place in navigation.PLACES if place.path == path]
    assert current == ({path} if may(MAYOR, place.action) else set())


def test_the_bar_keeps_the_view(client: FlaskClient) -> None:
    search = "?scope=boston-roxbury&period=last_month&theme=dark"
    for text, href, _ in bar(client, "/", search):
        if text in (word("product.name"), word("nav.theme_light")) or href.startswith(
            ("/language/", "/account")
        ):
            continue
        assert parse_qs(urlsplit(href).query) == parse_qs(search[1:]), text


def test_the_other_theme_and_the_other_language_lead_back_to_the_same_view(client: FlaskClient) -> None:
    found = {text: href for text, href, _ in bar(client, "/map", "?scope=boston-roxbury&theme=dark")}
    assert found[word("nav.theme_light")] == "?scope=boston-roxbury"
    back = parse_qs(urlsplit(found["English"]).query)["next"]
    assert back == ["/map?scope=boston-roxbury&theme=dark"]
    with speaking("en"):
        item, code = navigation.language_switch("/", parse("?").view)
    assert (item.text, code) == ("中文", "zh")


def test_a_grids_page_hands_its_grid_on(client: FlaskClient) -> None:
    hrefs = {href for _, href, _ in bar(client, "/grid/boston-roxbury", "?period=today")}
    assert "/?scope=boston-roxbury&period=today" in hrefs


@pytest.mark.parametrize("role", ROLES)
def test_a_viewer_sees_what_the_role_may(role: str) -> None:
    viewer = Viewer("a", next(one for one in ROLES if one == role), "boston")
    found = {item.href for item in navigation.items("/", parse("?").view, viewer, EVERY)}
    expected = {place.path for place in navigation.PLACES if may(viewer, place.action)}
    assert found == expected
    assert {"/", "/map"} <= found


def test_nobody_known_sees_no_place_that_takes_a_role() -> None:
    found = {item.href for item in navigation.items("/", parse("?").view, None, EVERY)}
    assert not found & {"/audit", "/admin", "/remote"}


def test_titles_name_the_page_and_the_grid(client: FlaskClient) -> None:
    assert title(client, "/map", "?scope=boston-roxbury") == "地图 · Roxbury · 一屏"
    assert title(client, "/grid/boston-fenway", "?scope=boston-roxbury") == "网格 · Fenway · 一屏"
    assert title(client, "/nowhere") == "页面不存在 · 波士顿 · 一屏"


def test_an_empty_store_has_a_bar_and_a_title(fake: FakeCity, client: FlaskClient) -> None:
    fake.loaded = False
    assert title(client, "/") == "总览 · 一屏"
    assert bar(client, "/")


def test_an_address_that_is_none_says_so_and_a_page_is_not_laid_out_twice(client: FlaskClient) -> None:
    lost = run(client, ids.PAGE, **{ids.URL: "/nowhere", ids.PAGE: None})
    assert word("page.unknown") in str(lost)
    again = run(client, ids.PAGE, **{ids.URL: "/nowhere/else", ids.PAGE: lost[ids.PAGE]["className"]})
    assert ids.PAGE not in again


def test_the_visitor_of_a_demonstration_is_marked_and_one_click_from_signing_in() -> None:
    visitor = Viewer("demo", "operator", "boston", demo=True)
    shown = navigation.user("/map", parse("?theme=dark").view, visitor)
    assert shown == NavUser(word("nav.demo_user"), "/sign-in?next=%2Fmap%3Ftheme%3Ddark", demo=True)
    mayor = navigation.user("/", parse("?").view, Viewer("m", "leader", "boston", "市长"))
    assert mayor == NavUser("市长", "/account")

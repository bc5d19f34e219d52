"""The map page in a real browser: fake Boston with WebGL drawn by the processor, and without any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from layouts import ids
from tests.support.browser import SOFTWARE_GL, WITHOUT_GL, beside, watched_page
from tests.support.fakes import NEIGHBOURHOODS, FakeCity
from tests.support.maps import click_grid, look, point_at, settle

expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def painter(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser with WebGL that the processor draws."""
    with beside(browser, tmp_path_factory.mktemp("gl"), SOFTWARE_GL) as drawing:
        yield drawing


@pytest.fixture
def page(painter: Browser) -> Iterator[Page]:
    with watched_page(painter) as (made, watch):
        # Drivers that draw in software say so.
        watch.forgive("GPU stall")
        yield made
        watch.verify()


@pytest.fixture
def arrive(page: Page, address: str) -> Callable[[str], None]:
    def go(search: str = "") -> None:
        page.goto(f"{address}/map{search}")
        settle(page)

    return go


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def seen(page: Page) -> dict[str, Any]:
    """What is on the screen: the level, the colours, the legend and the panel."""
    found = look(page)
    return {
        "shown": found["shown"],
        "painted": found["painted"],
        "legend": page.locator(".map-legend").inner_text(),
        "card": page.locator(f"#{ids.MAP_CARD}").inner_text(),
        "children": page.locator(f"#{ids.MAP_CHILDREN}").inner_text(),
        "crumbs": page.locator(f"#{ids.MAP_CRUMBS}").inner_text(),
    }


def test_a_city_without_code_of_its_own_is_on_the_map(page: Page, arrive: Callable[[str], None]) -> None:
    arrive("")
    found = look(page)
    assert found["shown"] == "neighbourhood"
    assert found["header"]["count"] == len(NEIGHBOURHOODS) == len(found["painted"])
    assert len({code for code in found["painted"] if code < 30}) >= 4
    expect(page.locator(".map-legend")).to_contain_text("处置及时率")
    expect(page.locator(".map-legend")).to_contain_text("以目标 75.0% 为界")
    expect(page.locator(".map-legend")).to_contain_text("件数不足10")


def test_drilling_down_and_back(page: Page, arrive: Callable[[str], None]) -> None:
    arrive("?period=last_month")
    city = seen(page)
    click_grid(page, "neighbourhood", "boston-dorchester")
    settle(page, "boston-dorchester")
    assert query(page) == {"period": ["last_month"], "scope": ["boston-dorchester"]}
    expect(page.locator(f"#{ids.MAP_CRUMBS}")).to_contain_text("Dorchester")
    assert look(page)["shown"] == "part"
    below = seen(page)
    click_grid(page, "part", "boston-dorchester-N")
    settle(page, "boston-dorchester-N")
    expect(page.locator(f"#{ids.MAP_CHILDREN}")).to_contain_text("没有下级网格")
    page.locator(".map-box").focus()
    page.keyboard.press("Escape")
    settle(page, "scope=boston-dorchester&")
    assert seen(page) == below
    page.go_back()
    settle(page, "boston-dorchester-N")
    page.go_back()
    settle(page, "scope=boston-dorchester&")
    page.go_back()
    settle(page, "?period=last_month ")
    assert seen(page) == city
    page.go_forward()
    settle(page, "scope=boston-dorchester&")
    assert seen(page) == below
    page.reload()
    settle(page)
    assert seen(page) == below


def test_a_pasted_address_gives_the_view(page: Page, arrive: Callable[[str], None]) -> None:
    arrive("?scope=boston-dorchester&indicator=received&level=part&theme=dark&layers=heat")
    found = look(page)
    assert (found["shown"], found["header"]["key"]) == ("part", "received")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(page.locator(".map-legend")).to_contain_text("受理密度")
    expect(page.locator(".layer.is-on")).to_have_text("受理密度")
    page.get_by_role("link", name="浅色").click()
    expect(page.get_by_role("link", name="深色")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_hovering_tells_value_n_and_rank(page: Page, arrive: Callable[[str], None], fake: FakeCity) -> None:
    arrive("")
    point_at(page, "neighbourhood", "boston-fenway")
    card = page.locator(".map-card")
    expect(card).to_contain_text("Fenway")
    expect(card).to_contain_text("%")
    expect(card).to_contain_text("名，共")
    row = page.locator(f"#{ids.MAP_CHILDREN} tr", has_text="Fenway").first.inner_text().split("\t")
    rank, value, n = row[0], row[2], row[3]
    expect(card.locator(".card-figure")).to_have_text(value)
    expect(card.locator(".card-of")).to_have_text(n)
    expect(card.locator(".card-rank")).to_contain_text(f"第 {rank} 名")


def test_the_keys_reach_every_fact(page: Page, arrive: Callable[[str], None]) -> None:
    arrive("")
    page.locator(".map-box").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".map-card")).to_be_visible()
    first = page.locator(".card-name").inner_text()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".card-name")).not_to_have_text(first)
    expect(page.locator("[aria-live=polite]")).to_contain_text(page.locator(".card-name").inner_text())
    page.keyboard.press("Enter")
    expect(page.locator(f"#{ids.MAP_CRUMBS}")).not_to_be_empty()


def test_the_table_holds_the_same_facts(page: Page, arrive: Callable[[str], None]) -> None:
    arrive("")
    page.get_by_role("button", name="表格").click()
    rows = page.locator(".map-table .grid-row")
    expect(rows).to_have_count(len(NEIGHBOURHOODS))
    ranked = page.locator(f"#{ids.MAP_CHILDREN} .rank-row .rank-name").all_inner_texts()
    listed = page.locator(".map-table .grid-row td:nth-child(2)").all_inner_texts()
    judged = [
        row for row in page.locator(".map-table .grid-row td:nth-child(1)").all_inner_texts() if row != "—"
    ]
    assert listed[: len(judged)] == ranked[: len(judged)]
    page.locator(".map-table .sort", has_text="分母").click()
    counts = [
        int(text.replace(",", ""))
        for text in page.locator(".map-table .grid-row td:nth-child(6)").all_inner_texts()
    ]
    assert counts == sorted(counts, reverse=True)
    page.locator(".map-table .grid-row", has_text="boston-dorchester").first.press("Enter")
    expect(page.locator(f"#{ids.MAP_CRUMBS}")).to_contain_text("Dorchester")
    expect(page.locator(".map-table .grid-row")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".map-table")).to_be_hidden()


def test_new_data_recolour_and_nothing_else_is_fetched(
    page: Page, arrive: Callable[[str], None], fake: FakeCity
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    arrive("")
    before = look(page)
    assert len([path for path in asked if path.startswith("/geometry/neighbourhood-")]) == 1
    asked.clear()
    fake.now += 12 * 3_600_000_000
    fake.version += 1
    page.wait_for_timeout(500)
    for _ in range(60):
        if look(page)["painted"] != before["painted"]:
            break
        page.wait_for_timeout(250)
    assert look(page)["painted"] != before["painted"]
    assert [path for path in asked if path.startswith(("/geometry", "/vendor", "/figures"))] == []
    assert asked.count("/values") == 1


def test_a_refresh_is_small(page: Page, arrive: Callable[[str], None]) -> None:
    arrive("")
    assert look(page)["bytes"] < 1000


def test_points_open_their_event(page: Page, arrive: Callable[[str], None]) -> None:
    arrive("?layers=overdue")
    expect(page.locator(".map-legend")).to_contain_text("超期未办 137 件")
    expect(page.locator(".map-legend")).to_contain_text("3 件无坐标")
    page.locator(f"#{ids.MAP_EVENTS} .event-link").first.click()
    expect(page.locator(f"#{ids.DRAWER}")).to_be_visible()
    assert query(page)["event"] == ["1"]
    page.keyboard.press("Escape")
    expect(page.locator(f"#{ids.DRAWER}")).to_be_hidden()
    assert urlsplit(page.url).path == "/map"


def test_both_pages_carry_the_view(page: Page, address: str) -> None:
    page.goto(f"{address}/?scope=boston-dorchester&period=last_month&channel=call")
    link = page.get_by_role("link", name="地图", exact=True)
    expect(link).to_have_attribute("href", "/map?scope=boston-dorchester&period=last_month&channel=call")
    expect(page.locator(".filter-note")).to_contain_text("Call")
    link.click()
    settle(page)
    assert query(page)["channel"] == ["call"]
    expect(page.locator(".filter-note")).to_contain_text("Call")
    page.get_by_role("link", name="总览", exact=True).click()
    expect(page.locator(".card").first).to_be_visible()
    assert urlsplit(page.url).path == "/"
    assert query(page) == {
        "scope": ["boston-dorchester"],
        "period": ["last_month"],
        "channel": ["call"],
    }
    page.wait_for_timeout(900)
    assert page.evaluate("window.yiping.map.now") is None, "a map that is not there is taken down"
    page.go_back()
    settle(page)
    assert look(page)["shown"] == "part"


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 900), (390, 844)])
def test_nothing_runs_over_the_edge(
    page: Page, arrive: Callable[[str], None], width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    arrive("")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".map-box").bounding_box()
    assert box is not None
    assert box["width"] * box["height"] > 0.4 * width * height


def test_without_webgl_there_is_a_plain_map_that_says_so(
    fake: FakeCity, address: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (
        beside(browser, tmp_path_factory.mktemp("plain"), WITHOUT_GL) as bare,
        watched_page(bare) as (page, watch),
    ):
        page.goto(f"{address}/map?period=last_month")
        expect(page.locator(f"#{ids.MAP_PLAIN} .notice")).to_contain_text("WebGL")
        polygons = page.locator(f"#{ids.MAP_PLAIN} .choroplethlayer path")
        expect(polygons).to_have_count(len(NEIGHBOURHOODS))
        layer = page.locator(f"#{ids.MAP_PLAIN} .choroplethlayer").bounding_box()
        assert layer is not None
        page.mouse.click(layer["x"] + layer["width"] * 1.5 / 6, layer["y"] + layer["height"] * (1 - 1.5 / 5))
        expect(page.locator(f"#{ids.MAP_CRUMBS}")).to_contain_text("Dorchester")
        expect(polygons).to_have_count(2)
        assert query(page) == {"period": ["last_month"], "scope": ["boston-dorchester"]}
        watch.verify()

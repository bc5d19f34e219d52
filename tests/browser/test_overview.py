"""The first screen in a real browser, on fake reads."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from data.words import word
from layouts import ids
from tests.support.browser import Watch
from tests.support.fakes import NEIGHBOURHOODS, OVERDUE, FakeCity
from tests.support.serving import served

expect.set_options(timeout=30_000)

POLYGONS = f"#{ids.MAP} .choroplethlayer path"


def arrive(page: Page, address: str, search: str = "") -> None:
    page.goto(f"{address}/{search}")
    expect(page.locator(".card")).to_have_count(13)
    expect(page.locator(POLYGONS).first).to_be_attached()
    expect(page.locator(f"#{ids.TREND} .main-svg").first).to_be_attached()


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def panels(page: Page) -> dict[str, str]:
    return {
        name: page.locator(f"#{name}").inner_text()
        for name in (
            ids.CARDS,
            ids.RANK,
            ids.CATEGORIES,
            ids.CHANNELS,
            ids.EVENTS_ROWS,
            ids.MAP_TITLE,
            ids.CRUMBS,
        )
    }


def click_map(page: Page, east: float, north: float) -> None:
    """Clicks the map at parts (0 to 1) of the space that its outlines take."""
    page.locator(f"#{ids.MAP}").scroll_into_view_if_needed()
    box = page.locator(f"#{ids.MAP} .choroplethlayer").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * east, box["y"] + box["height"] * (1 - north))


def test_cards_show_a_figure_and_what_it_was_made_from(page: Page, address: str) -> None:
    arrive(page, address)
    card = page.locator('[data-indicator="handling_timeliness"]')
    expect(card.locator(".card-value")).to_have_text(re.compile(r"^\d+\.\d%$"))
    expect(card.locator(".card-n")).to_have_text(re.compile(r"^[\d,]+ / [\d,]+$"))
    expect(card.locator(".card-label")).to_have_attribute("aria-current", "true")
    blank = page.locator('[data-indicator="satisfaction"]')
    expect(blank.locator(".card-value")).to_have_text("—")
    expect(card.locator(".tip")).to_be_hidden()
    card.hover()
    expect(card.locator(".tip")).to_contain_text("÷")
    page.mouse.move(0, 0)
    card.locator(".card-label").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(card.locator(".tip")).to_be_visible()


def test_every_neighbourhood_is_on_the_map_and_in_the_ranking(page: Page, address: str) -> None:
    arrive(page, address)
    expect(page.locator(POLYGONS)).to_have_count(len(NEIGHBOURHOODS))
    expect(page.locator(f"#{ids.RANK} .rank-row")).to_have_count(len(NEIGHBOURHOODS) + 1)
    expect(page.locator(f"#{ids.RANK} .rank-divider").first).to_contain_text("不足 10")
    expect(page.locator(f"#{ids.RANK} .rank-row.is-few .rank-place").first).to_have_text("—")
    expect(page.locator(f"#{ids.MAP_LEGEND}")).to_contain_text("暂无数据")


def test_drilling_by_the_map_changes_the_address_and_every_panel(page: Page, address: str) -> None:
    arrive(page, address)
    city = panels(page)
    click_map(page, 1.5 / 6, 1.5 / 5)  # Dorchester's box stands second in the second line
    expect(page.locator(f"#{ids.CRUMBS}")).to_contain_text("Dorchester")
    assert query(page)["scope"] == ["boston-dorchester"]
    expect(page.locator(POLYGONS)).to_have_count(2)
    expect(page.locator(f"#{ids.RANK} .rank-row")).not_to_have_count(len(NEIGHBOURHOODS) + 1)
    expect(page.locator(".event-row")).to_have_count(12)
    below = panels(page)
    for name, shown in city.items():
        assert below[name] != shown, name

    page.go_back()
    expect(page.locator(f"#{ids.MAP_TITLE}")).to_contain_text("波士顿")
    expect(page.locator(".event-row")).to_have_count(25)
    expect(page.locator(POLYGONS)).to_have_count(len(NEIGHBOURHOODS))
    assert panels(page) == city

    # The same polygon once more: Plotly's clickData has to have been put back.
    click_map(page, 1.5 / 6, 1.5 / 5)
    expect(page.locator(f"#{ids.CRUMBS}")).to_contain_text("Dorchester")


def test_an_address_can_be_shared(page: Page, address: str) -> None:
    arrive(
        page, address, "?scope=boston-roxbury&from=2026-01-01&to=2026-01-31&indicator=completion&list=open"
    )
    expect(page.locator(f"#{ids.CRUMBS}")).to_contain_text("Roxbury")
    expect(page.locator(f"#{ids.MAP_TITLE}")).to_have_text("Roxbury · 办结率")
    expect(page.locator(f"#{ids.RANGE_FIRST}")).to_have_value("2026-01-01")
    expect(page.locator(f"#{ids.RANGE_LAST}")).to_have_value("2026-01-31")
    expect(page.locator(f"#{ids.EVENTS_TABS} .is-current")).to_have_text("在办")
    expect(page.locator(f"#{ids.PERIODS} .is-current")).to_have_count(0)
    expect(page.locator(f"#{ids.MAP} .choroplethlayer path")).to_have_count(len(NEIGHBOURHOODS) + 1)


def test_an_address_that_makes_no_sense_falls_back_and_says_so(page: Page, address: str) -> None:
    arrive(page, address, "?scope=atlantis&period=fortnight&event=x")
    expect(page.locator(f"#{ids.NOTICES} .notice")).to_have_count(3)
    expect(page.locator(f"#{ids.MAP_TITLE}")).to_contain_text("波士顿")


def test_the_picker_finds_a_grid(page: Page, address: str) -> None:
    arrive(page, address)
    page.locator(f"#{ids.GRID_SEARCH}").fill("rox")
    result = page.locator(f"#{ids.GRID_RESULTS} .picker-item")
    expect(result).to_have_count(2)
    expect(result.first).to_have_text("Roxbury")
    result.first.click()
    expect(page.locator(f"#{ids.CRUMBS}")).to_contain_text("Roxbury")
    assert query(page) == {"scope": ["boston-roxbury"]}
    expect(page.locator(f"#{ids.GRID_RESULTS}")).to_be_hidden()


def test_periods_and_ranges(page: Page, address: str) -> None:
    arrive(page, address)
    page.get_by_role("link", name="上月").click()
    expect(page.locator(f"#{ids.RANGE_FIRST}")).to_have_value("2026-01-01")
    assert query(page) == {"period": ["last_month"]}
    page.locator(".range-menu summary").click()
    page.locator(f"#{ids.RANGE_FIRST}").fill("2025-12-01")
    page.locator(f"#{ids.RANGE_APPLY}").click()
    expect(page.locator(f"#{ids.PERIODS} .is-current")).to_have_count(0)
    assert query(page) == {"from": ["2025-12-01"], "to": ["2026-01-31"]}
    page.locator(f"#{ids.RANGE_FIRST}").fill("2026-03-01")
    page.locator(f"#{ids.RANGE_APPLY}").click()
    expect(page.locator(f"#{ids.RANGE_PROBLEM}")).to_contain_text("晚于")
    assert query(page) == {"from": ["2025-12-01"], "to": ["2026-01-31"]}


def test_a_card_chooses_what_the_map_the_trend_and_the_ranking_show(page: Page, address: str) -> None:
    arrive(page, address)
    page.locator('[data-indicator="received"]').click()
    for name in (ids.MAP_TITLE, ids.RANK_TITLE, ids.TREND_TITLE):
        expect(page.locator(f"#{name}")).to_contain_text("受理数")
    assert query(page) == {"indicator": ["received"]}


def test_the_overdue_list_goes_on_to_its_end(page: Page, address: str) -> None:
    arrive(page, address)
    more = page.locator(f"#{ids.EVENTS_MORE}")
    for count in (50, 75, 100, 125, OVERDUE):
        more.click()
        expect(page.locator(".event-row")).to_have_count(count)
    expect(more).to_be_hidden()
    keys = page.locator(".event-sub").all_inner_texts()
    assert len({key.split()[0] for key in keys}) == OVERDUE


def test_an_event_opens_its_trace_and_closes(page: Page, address: str, fake: FakeCity) -> None:
    arrive(page, address, "?period=last_7_days")
    page.locator(".event-row").nth(1).locator(".event-overdue").click()
    expect(page.locator(".step")).to_have_count(3)
    expect(page.locator(f"#{ids.DRAWER}")).to_contain_text("BCS-00000002")
    own_page = page.locator(f"#{ids.DRAWER}").get_by_role("link", name=word("one.page"))
    expect(own_page).to_have_attribute("href", "/event/2?period=last_7_days")
    assert query(page) == {"period": ["last_7_days"], "event": ["2"]}
    asked = fake.asked.count("compare")
    page.keyboard.press("Escape")
    expect(page.locator(f"#{ids.DRAWER}")).to_be_hidden()
    assert query(page) == {"period": ["last_7_days"]}
    page.go_back()
    expect(page.locator(".step")).to_have_count(3)
    assert fake.asked.count("compare") == asked


def test_new_data_reach_the_page_and_open_pages_stay(page: Page, address: str, fake: FakeCity) -> None:
    arrive(page, address)
    page.locator(f"#{ids.EVENTS_MORE}").click()
    expect(page.locator(".event-row")).to_have_count(50)
    before, asked = page.locator(f"#{ids.CARDS}").inner_text(), fake.asked.count("compare")
    page.wait_for_timeout(5000)
    assert fake.asked.count("compare") == asked
    fake.now += 12 * 3_600_000_000
    fake.version += 1
    expect(page.locator(f"#{ids.CARDS}")).not_to_have_text(before)
    expect(page.locator(f"#{ids.AS_OF}")).to_contain_text("2026-02-11 06:00")
    expect(page.locator(".event-row")).to_have_count(50)
    assert fake.asked.count("compare") == asked + 1


def test_a_lost_server_is_said_and_forgotten_when_it_is_back(page: Page, address: str, watch: Watch) -> None:
    watch.forgive("net::ERR_FAILED")
    arrive(page, address)
    page.route("**/version", lambda route: route.abort())
    expect(page.locator(".lost")).to_be_visible()
    page.unroute("**/version")
    expect(page.locator(".lost")).to_have_count(0, timeout=30_000)


def test_an_empty_store_says_what_to_run_and_the_page_wakes_up_by_itself(page: Page) -> None:
    fake = FakeCity(loaded=False)
    with served(fake.reads()) as address:
        page.goto(address)
        expect(page.locator(f"#{ids.EMPTY}")).to_contain_text("python app.py import")
        expect(page.locator(f"#{ids.PANELS}")).to_be_hidden()
        fake.loaded = True
        fake.version += 1
        expect(page.locator(".card")).to_have_count(13)


def test_a_city_without_events_shows_no_data(page: Page) -> None:
    with served(FakeCity(events=False).reads()) as address:
        arrive(page, address)
        expect(page.locator(".notice")).to_contain_text("python app.py import")
        expect(page.locator('[data-indicator="completion"] .card-value')).to_have_text("—")


def test_nothing_runs_over_the_edge_at_any_size(page: Page, address: str) -> None:
    for width, height in [(1920, 1080), (3840, 2160), (1280, 900), (390, 844)]:
        page.set_viewport_size({"width": width, "height": height})
        arrive(page, address)
        fits(page, width)


def fits(page: Page, width: int) -> None:
    """Nothing of the page runs over the edge or is cut, and what is written can be read."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    clipped = page.evaluate(
        """[...document.querySelectorAll('.card-value, h1, h2, .segment, .button')]
           .filter(node => node.offsetParent && node.scrollWidth > node.clientWidth + 1)
           .map(node => node.textContent)"""
    )
    assert clipped == []
    size = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('#trend .xtick text')).fontSize)"
    )
    assert size >= (20 if width == 3840 else 11)

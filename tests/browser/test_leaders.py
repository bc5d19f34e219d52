"""The pages for leaders in a real browser, on fake reads: the bar, the ranking, a grid's page, the comparison."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from layouts import ids
from tests.support.axe import grave
from tests.support.browser import fits
from tests.support.fakes import NEIGHBOURHOODS, FakeCity

expect.set_options(timeout=30_000)

SIZES = [(1440, 900), (390, 844)]
READY: dict[str, Callable[[Page], None]] = {
    "/": lambda page: expect(page.locator(".attention-number")).to_be_visible(),
    "/rank": lambda page: expect(page.locator(".board-table tbody tr")).to_have_count(len(NEIGHBOURHOODS)),
    "/grid/boston-dorchester": lambda page: expect(page.locator(".multiple")).to_have_count(13),
    "/compare?scope=boston-roxbury&with=boston-fenway": lambda page: expect(
        page.locator(f"#{ids.COMPARE_TABLE} tbody tr")
    ).to_have_count(13),
}


def arrive(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    READY[path.partition("&theme")[0].partition("?theme")[0]](page)
    expect(page.locator(".nav-item").first).to_be_attached()
    page.wait_for_load_state("networkidle")


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", READY)
def test_a_page_at_every_size(page: Page, address: str, path: str, theme: str) -> None:
    """Nothing runs over the edge, axe finds nothing grave, and the page has a title of its own and one heading."""
    arrive(page, address, path + ("&" if "?" in path else "?") + f"theme={theme}")
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(600)
        assert grave(page) == [], width
        fits(page, width)
    page.set_viewport_size({"width": 3840, "height": 2160})
    page.wait_for_timeout(600)
    fits(page, 3840)
    expect(page).to_have_title(re.compile(r"^\S+ · .+ · 一屏$"))
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_the_first_tab_stop_skips_to_the_content(page: Page, address: str) -> None:
    arrive(page, address, "/rank")
    skip = page.locator(".skip")
    skip.focus()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == ids.RANK_HEAD.body


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_needs_attention_is_seen_without_scrolling(
    page: Page, address: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    arrive(page, address, "/")
    for seen in (".attention-number", ".attention-grid a", ".attention-event"):
        expect(page.locator(seen).first).to_be_in_viewport()
    expect(page.locator(".attention-grid .attention-n").first).to_have_text(re.compile(r"^[\d,]+$"))


def test_the_bar_leads_from_page_to_page_with_the_view(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{address}/?scope=boston-dorchester&period=last_month&theme=dark")
    expect(page.locator(".attention-number")).to_be_visible()
    page.evaluate("window.kept = true")
    page.locator(".nav-pages .nav-item", has_text="排名").click()
    expect(page.locator(".board-table tbody tr")).to_have_count(2)
    assert query(page) == {"scope": ["boston-dorchester"], "period": ["last_month"], "theme": ["dark"]}
    expect(page.locator(".nav-pages .is-current")).to_have_text("排名")
    assert page.evaluate("[window.kept, document.documentElement.dataset.theme]") == [True, "dark"]


def test_on_a_phone_the_pages_fold_into_a_menu(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    arrive(page, address, "/")
    expect(page.locator(".nav-pages")).to_be_hidden()
    page.locator(".nav-folded summary").click()
    page.locator(".nav-folded .nav-item", has_text="对比").click()
    expect(page.locator(f"#{ids.COMPARE_TABLE} tbody tr")).to_have_count(13)


def test_a_columns_name_sorts_and_the_address_says_so(page: Page, address: str, fake: FakeCity) -> None:
    arrive(page, address, "/rank")
    asked = fake.asked.count("compare_grids")
    page.locator(".sort", has_text="办结率").first.click()
    expect(page.locator(".board-table th.is-sorted")).to_contain_text("办结率")
    assert query(page) == {"indicator": ["completion"]}
    values = page.locator("td.is-sorted .cell-value").all_inner_texts()
    ranks = page.locator(".board-table tbody td.board-place").all_inner_texts()
    judged = [float(value[:-1]) for value, rank in zip(values, ranks, strict=True) if rank != "—"]
    assert judged == sorted(judged, reverse=True)
    assert ranks[-1] == "—"
    page.locator(".board-table th.is-sorted .sort").click()
    expect(page.locator(".board-table th.is-sorted")).to_have_attribute("aria-sort", "descending")
    assert query(page) == {"indicator": ["completion"], "order": ["worst"]}
    turned = page.locator("td.is-sorted .cell-value").all_inner_texts()[: len(judged)]
    assert [float(value[:-1]) for value in turned] == sorted(judged)
    # Another order of the same figures asks for no figures.
    assert fake.asked.count("compare_grids") == asked
    page.go_back()
    expect(page.locator(".board-table th.is-sorted")).to_have_attribute("aria-sort", "ascending")


def test_a_rows_name_opens_the_grid_and_a_number_its_events(page: Page, address: str) -> None:
    arrive(page, address, "/rank")
    row = page.locator(".board-table tbody tr", has_text="Roxbury").first
    events = row.locator("a.cell-n").first.get_attribute("href") or ""
    assert events.startswith("/events?")
    assert "scope=boston-" in events
    page.locator(".board-name a", has_text=re.compile("^Roxbury$")).click()
    expect(page.locator("h1")).to_contain_text("Roxbury")
    assert urlsplit(page.url).path == "/grid/boston-roxbury"
    expect(page.locator(f"#{ids.GRID_SIBLINGS} .is-current")).to_contain_text("Roxbury")


def test_curves_have_their_table(page: Page, address: str) -> None:
    arrive(page, address, "/rank")
    expect(page.locator(".multiple")).to_have_count(len(NEIGHBOURHOODS))
    page.locator(".small-multiples .chart-table summary").click()
    expect(page.locator(".small-multiples .chart-table tbody tr")).to_have_count(len(NEIGHBOURHOODS))


def test_from_grid_to_grid_the_page_stays(page: Page, address: str) -> None:
    arrive(page, address, "/grid/boston-dorchester")
    page.evaluate("window.kept = true")
    page.locator(f"#{ids.GRID_BELOW} a").first.click()
    expect(page.locator("h1")).to_contain_text("Dorchester N")
    page.locator(f"#{ids.GRID_HEAD.crumbs} a", has_text="Dorchester").click()
    expect(page.locator("h1")).to_have_text(re.compile("^Dorchester$"))
    assert page.evaluate("window.kept") is True
    assert urlsplit(page.url).path == "/grid/boston-dorchester"


def test_sides_are_chosen_by_keyboard(page: Page, address: str) -> None:
    arrive(page, address, "/compare?scope=boston-roxbury&with=boston-fenway")
    field = page.locator(f"#{ids.COMPARE_SECOND_SEARCH}")
    field.press_sequentially("mattapan", delay=80)
    expect(field).to_have_value("mattapan")
    expect(page.locator(f"#{ids.COMPARE_SECOND_RESULTS} .picker-item")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{ids.COMPARE_SECOND}")).to_contain_text("Mattapan")
    assert query(page) == {"scope": ["boston-roxbury"], "with": ["boston-mattapan"]}
    swap = page.locator(".swap")
    expect(swap).to_have_attribute("href", re.compile("scope=boston-mattapan"))
    swap.click()
    expect(page.locator(f"#{ids.COMPARE_FIRST}")).to_contain_text("Mattapan")
    assert query(page) == {"scope": ["boston-mattapan"], "with": ["boston-roxbury"]}


def test_dates_of_the_second_side_go_into_the_address(page: Page, address: str) -> None:
    arrive(page, address, "/compare?scope=boston-roxbury&with=boston-fenway")
    side = page.locator(".compare-side-box.is-second")
    side.locator(".range-menu summary").click()
    dates = side.locator("input[type=date]")
    dates.nth(0).fill("2025-12-01")
    dates.nth(1).fill("2025-12-31")
    side.locator("button[type=submit]").click()
    expect(page.locator(f"#{ids.COMPARE_SECOND}")).to_contain_text("2025-12-01")
    assert query(page)["with_from"] == ["2025-12-01"]


@pytest.mark.parametrize("path", READY)
def test_on_paper_the_bar_is_gone_and_the_head_stays(page: Page, address: str, path: str) -> None:
    arrive(page, address, path + ("&" if "?" in path else "?") + "theme=dark")
    page.emulate_media(media="print")
    expect(page.locator(".nav")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".as-of-time")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"

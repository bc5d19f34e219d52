"""Whoever goes by keyboard keeps their place when newer data are drawn, on fake reads."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from layouts import ids
from tests.support.fakes import FakeCity

expect.set_options(timeout=30_000)

TO_THE_THIRD = """(box) => {
  const link = document.querySelectorAll(`#${box} a[href]`)[2];
  link.focus();
  window.__had = link;
  return link.getAttribute("href");
}"""
"""Gives the focus to the third link of a box; where it leads."""

DRAWN_ANEW = "() => !window.__had.isConnected"


def arrive(page: Page, address: str) -> str:
    """Opens the first screen; where the link leads that has the focus."""
    page.goto(address)
    expect(page.locator(".card")).to_have_count(13)
    expect(page.locator(f"#{ids.RANK} a").nth(2)).to_be_visible()
    page.wait_for_load_state("networkidle")
    href: str = page.evaluate(TO_THE_THIRD, ids.RANK)
    return href


def newer(page: Page, fake: FakeCity) -> None:
    """Newer data come and are drawn."""
    fake.version += 1
    page.wait_for_function(DRAWN_ANEW, timeout=30_000)
    # What comes after the last of them.
    page.wait_for_load_state("networkidle")


def test_a_list_that_is_drawn_anew_leaves_the_focus_where_it_was(
    page: Page, address: str, fake: FakeCity
) -> None:
    href = arrive(page, address)
    newer(page, fake)
    assert page.evaluate("document.activeElement.getAttribute('href')") == href
    page.keyboard.press("Tab")
    fourth = page.locator(f"#{ids.RANK} a").nth(3).get_attribute("href")
    assert page.evaluate("document.activeElement.getAttribute('href')") == fourth


def test_whoever_left_a_list_is_not_called_back(page: Page, address: str, fake: FakeCity) -> None:
    arrive(page, address)
    page.evaluate("document.activeElement.blur()")
    newer(page, fake)
    assert page.evaluate("document.activeElement === document.body")


def test_whoever_looks_for_a_grid_keeps_what_they_have_found(
    page: Page, address: str, fake: FakeCity
) -> None:
    arrive(page, address)
    page.locator(f"#{ids.GRID_SEARCH}").press_sequentially("mattapan", delay=30)
    found = page.locator(f"#{ids.GRID_RESULTS} .picker-item")
    expect(found).to_have_count(1)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Tab")
    page.evaluate("window.__had = document.activeElement")
    expect(found).to_be_focused()
    newer(page, fake)
    expect(found).to_be_focused()
    expect(found).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/?scope=boston-mattapan")

"""What tests do with the big map: wait until it stands, look at it, point at a grid and click it."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page

PATIENCE = 60
_STANDS = """(part) => {
  const box = document.querySelector(".map-box");
  const view = window.yiping && window.yiping.map.now;
  if (!box || !view || !box.dataset.shown || !view.map.loaded() || view.map.isMoving()) return false;
  return `${box.dataset.shown} `.includes(part);
}"""


def settle(page: Page, part: str = "") -> None:
    """Waits until the map stands still and what it shows (level, address, version) holds `part`."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        page.wait_for_timeout(100)
        if page.evaluate(_STANDS, part):
            return
    shown = page.evaluate("document.querySelector('.map-box')?.dataset.shown")
    raise AssertionError(f"the map does not stand still with {part!r}: it shows {shown!r}")


def look(page: Page) -> dict[str, Any]:
    """What the map shows: level, header and classes of its values, and what every grid is painted with."""
    found: dict[str, Any] = page.evaluate("window.yiping.map.now.look()")
    return found


def place(page: Page, level: str, code: str) -> tuple[float, float]:
    """Where a grid's label stands on the screen."""
    at = page.evaluate("([level, code]) => window.yiping.map.now.spot(level, code)", [level, code])
    box = page.locator(".map-box").bounding_box()
    assert box is not None
    return box["x"] + at["x"], box["y"] + at["y"]


def point_at(page: Page, level: str, code: str) -> None:
    """Moves the pointer over a grid."""
    x, y = place(page, level, code)
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)


def click_grid(page: Page, level: str, code: str) -> None:
    """Clicks a grid."""
    page.mouse.click(*place(page, level, code))

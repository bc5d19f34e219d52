"""The whole way: `python app.py run` on an empty database, and its page with Boston's figures in a real browser."""

from __future__ import annotations

import http.client
import json
import signal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from data.store import Store
from layouts import ids
from tests.support.commands import Commands
from tests.support.running import running
from tests.support.signing import sign_in


def get(address: str, path: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_an_empty_database_becomes_a_page(database_url: str, tmp_path: Path, page: Page) -> None:
    commands = Commands(database_url, tmp_path / "var")
    with running(commands) as first:
        assert any("added 5,473" in line for line in first.said), first.said
        status, health = get(first.address, "/health")
        assert (status, health["city"], health["sources"][0]["source"]) == (200, "boston", "boston311")
        with Store.open(database_url, create=False) as store:
            sign_in(page, first.address, store)
        page.goto(f"{first.address}/?as_of=2026-02-10T23:00:00Z&from=2026-01-01&to=2026-01-31")
        card = page.locator('[data-indicator="handling_timeliness"]')
        expect(card.locator(".card-value")).to_have_text("51.4%", timeout=60_000)
        expect(card.locator(".card-n")).to_have_text("566 / 1,101")
        expect(page.locator('[data-indicator="received"] .card-value')).to_have_text("1,075")
        expect(page.locator('[data-indicator="satisfaction"] .card-value')).to_have_text("—")
        expect(page.locator(f"#{ids.MAP} .choroplethlayer path")).to_have_count(26)
        page.goto("about:blank")
        assert first.stop() == 0
    with running(commands) as second:
        assert not any("added" in line for line in second.said), second.said
        assert second.stop(signal.SIGTERM) == 0
    assert (
        commands.json("indicators", "--from", "2025-08-01", "--to", "2026-03-01")["rows"][0]["numerator"]
        == 5473
    )


@pytest.mark.parametrize("killed_at", ["importing", "counters"])
def test_a_first_start_that_was_killed_is_finished_by_the_next(tmp_path: Path, killed_at: str) -> None:
    commands = Commands(f"sqlite:///{tmp_path / 'yiping.db'}", tmp_path / "var")
    with running(commands, until=f"  {killed_at}") as first:
        first.stop(signal.SIGKILL)
    with running(commands) as second:
        assert get(second.address, "/health")[1]["counters"] == "current"
        assert second.stop() == 0
    rows = commands.json(
        "indicators", "--from", "2025-08-01", "--to", "2026-03-01", "--as-of", "2026-02-10T23:00:00Z"
    )
    assert rows["rows"][0]["numerator"] == 5473
    assert "counters agree" in commands.good("verify-store")

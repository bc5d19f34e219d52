"""The wall before the true server and a true database: both go away and come back, and nobody touches the screen."""

from __future__ import annotations

import signal
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from data.clocks import now
from data.events import write
from data.lifecycle import Report
from data.reference import reference
from data.store import Store
from data.wallcontrol import change_control
from data.wallplan import Change, Pin, pinned
from tests.support.browser import Watch
from tests.support.commands import Commands, load_boston
from tests.support.postgres import Cluster
from tests.support.running import free_port, running

PATIENCE = 90_000


def becomes(page: Page, condition: str, *, old: bool) -> None:
    """Waits until the screen says that it is in a condition, and that its figures are old or not."""
    expect(page.locator(f'#wall[data-condition="{condition}"]')).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#wall[data-old]")).to_have_count(int(old), timeout=PATIENCE)


def report(url: str, key: str) -> None:
    """An event of now."""
    with Store.open(url) as store:
        known = reference(store)
        grid = known.tree.children(known.code)[0].code
        channel, category = next(iter(known.channels)), next(iter(known.categories))
        present = now()
        told = Report(
            source="test",
            key=key,
            at=present,
            channel=channel,
            category=category,
            grid=grid,
            title=f"Pothole {key}",
        )
        assert write(store, [told], present)[0].status == "added"


def test_the_server_is_killed_and_the_database_stopped(
    page: Page, watch: Watch, postgres: Cluster, postgresql_url: str, tmp_path: Path
) -> None:
    watch.forgive("net::ERR")
    watch.forgive("status of 503")
    commands = load_boston(Commands(postgresql_url, tmp_path / "var"))
    port = free_port()
    link = urlsplit(commands.good("wall", "token", "add", "--name", "hall").strip())
    page.set_viewport_size({"width": 1920, "height": 1080})
    with Store.open(postgresql_url) as store:
        # The scene is held: the ticker of another one would not tell of the first grid.
        code = reference(store).code
        held = Change(now(), "test", "pinned")
        change_control(store, code, held, lambda given: pinned(given, Pin("overview", code)))
    with running(commands, port=port) as first:
        # The link is followed once; from then on nobody touches the screen.
        page.goto(f"{first.address}{link.path}?{link.query}")
        # Boston's events end in February: their source is silent, and the screen says so.
        becomes(page, "stale", old=False)
        report(postgresql_url, "one")
        expect(page.locator(".tick:visible").first).to_contain_text("Pothole one", timeout=PATIENCE)
        page.evaluate("window.__untouched = true")
        first.stop(signal.SIGKILL)
    becomes(page, "reconnecting", old=True)
    with running(commands, port=port):
        becomes(page, "stale", old=False)
        postgres.stop(immediate=True)
        try:
            becomes(page, "away", old=True)
            expect(page.locator('[data-say="detail"]')).not_to_be_empty()
        finally:
            postgres.start()
        becomes(page, "stale", old=False)
        report(postgresql_url, "two")
        expect(page.locator(".tick:visible").first).to_contain_text("Pothole two", timeout=PATIENCE)
        assert page.evaluate("window.__untouched")
        assert page.evaluate("window.yiping.wall.look().failures") == 0

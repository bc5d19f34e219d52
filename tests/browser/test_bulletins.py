"""The archive of bulletins in a real browser, in the whole program: found, opened, taken along, approved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data.city import load_city
from data.clocks import parse_instant
from data.editions import Edition, edition_of
from data.store import Store
from data.words import word
from layouts import ids
from tests.support.axe import grave
from tests.support.browser import fits
from tests.support.city import CITY, DISTRICT, city_pack
from tests.support.issuing import issued
from tests.support.serving import served_program
from tests.support.signing import signed_in

expect.set_options(timeout=30_000)

SIZES = [(1440, 900), (390, 844)]
HOSTILE = '<img src=x onerror="document.title=1">早间通报'


@dataclass
class Scene:
    """The program's address, its store, and a bulletin that was revised, a draft and a hostile title."""

    address: str
    store: Store
    first: Edition
    revised: Edition
    draft: Edition


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("archive")
    url = f"sqlite:///{folder / 'yiping.db'}"
    with ExitStack() as stack:
        store = stack.enter_context(Store.open(url, synchronous="OFF"))
        plan = {
            "evening": {"approval": True},
            "recipients": [{"name": "值班室", "by": "mail", "to": "a@b.example", "scopes": [CITY]}],
        }
        load_city(store, replace(city_pack(), bulletins=plan), parse_instant("2026-01-01T00:00:00Z"))
        place = folder / "bulletins"
        first = issued(store, place, "morning", CITY, "2026-06-20", title="全市早间通报")
        revised = issued(
            store,
            place,
            "morning",
            CITY,
            "2026-06-20",
            title="全市早间通报",
            revision=2,
            reason="迟报补录",
            changes=("受理数由120件改为127件。",),
        )
        draft = issued(store, place, "evening", CITY, "2026-06-20", title="全市晚间通报")
        issued(store, place, "morning", DISTRICT, "2026-06-20", title=HOSTILE, text=HOSTILE)
        address = stack.enter_context(
            served_program({"YIPING_DATABASE_URL": url, "YIPING_VAR_DIR": str(folder)})
        )
        yield Scene(address, store, first, revised, draft)


@pytest.fixture
def archive(page: Page, scene: Scene) -> Page:
    """The page of an operator of the city; one account serves every test."""
    return signed_in(page, scene.store, scene.address)


def arrive(page: Page, scene: Scene, search: str = "") -> None:
    page.goto(f"{scene.address}/bulletins{search}")
    expect(page.locator(f"#{ids.BULLETINS_LIST} tbody tr").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_archive_at_every_size(archive: Page, scene: Scene, theme: str) -> None:
    """Nothing runs over the edge, and axe finds nothing grave, with an edition in view and deliveries below it."""
    arrive(archive, scene, f"?below=1&edition={scene.revised.id}&theme={theme}")
    expect(archive.locator(".delivery-table")).to_be_visible()
    for width, height in SIZES:
        archive.set_viewport_size({"width": width, "height": height})
        archive.wait_for_timeout(400)
        assert grave(archive) == [], width
        fits(archive, width)
    archive.set_viewport_size({"width": 3840, "height": 2160})
    archive.wait_for_timeout(400)
    fits(archive, 3840)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_found_opened_and_taken_along(archive: Page, scene: Scene, width: int, height: int) -> None:
    archive.set_viewport_size({"width": width, "height": height})
    arrive(archive, scene)
    rows = archive.locator(".bulletin-table tbody tr")
    expect(rows).to_have_count(3)
    rows.filter(has_text="第2次修订").locator(".bulletin-link").click()
    opened = archive.locator(f"#{ids.BULLETINS_OPEN}")
    expect(opened).to_contain_text("受理数由120件改为127件。")
    expect(opened).to_contain_text(scene.revised.sha256)
    assert f"edition={scene.revised.id}" in archive.url
    frame = archive.frame_locator(".bulletin-frame")
    expect(frame.locator("body")).to_contain_text("全市受理事件120件")
    with archive.expect_download() as caught:
        opened.locator(".file-link").first.click()
    assert caught.value.suggested_filename == "全市早间通报_2026-06-20_第2次修订.pdf"
    assert hashlib.sha256(Path(caught.value.path()).read_bytes()).hexdigest() == scene.revised.sha256
    opened.get_by_text(word("archive.close")).click()
    expect(opened).to_be_hidden()
    archive.go_back()
    expect(opened).to_contain_text(scene.revised.sha256)


def test_a_draft_is_approved_with_the_keyboard_and_the_page_follows(archive: Page, scene: Scene) -> None:
    archive.on("dialog", lambda dialog: dialog.accept())
    arrive(archive, scene, f"?edition={scene.draft.id}")
    button = archive.get_by_role("button", name=word("archive.approve"))
    button.focus()
    archive.keyboard.press("Enter")
    expect(archive.locator(f"#{ids.BULLETINS_NOTICE}")).to_contain_text("已审批")
    expect(button).to_have_count(0)
    found = edition_of(scene.store, scene.draft.id)
    assert (found.state, found.approved_by) == ("approved", f"operator-{CITY}")
    expect(archive.locator(f"#{ids.BULLETINS_LIST}")).to_contain_text(found.number)


def test_a_hostile_title_is_text(archive: Page, scene: Scene) -> None:
    arrive(archive, scene, f"?scope={DISTRICT}")
    expect(archive.locator(".bulletin-link")).to_have_text(HOSTILE)
    archive.locator(".bulletin-link").click()
    frame = archive.frame_locator(".bulletin-frame")
    expect(frame.locator("body")).to_contain_text(HOSTILE)
    assert archive.locator("#page img").count() == 0
    assert frame.locator("img[src=x]").count() == 0
    assert "通报" in archive.title()

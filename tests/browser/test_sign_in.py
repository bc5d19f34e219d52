"""Signing in as people do: on a telephone, from the first password to the page, and an administrator at a desk."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from data.accounts import people
from data.clocks import now
from data.store import Store
from data.words import word
from layouts import ids
from tests.support.browser import watched_page
from tests.support.city import CITY, STREET, open_city
from tests.support.serving import served_program
from tests.support.signing import PASSWORD, sign_in, signed_up

FRESH = "wind over the yellow river"


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, Store]]:
    """The whole program on the small city, without a demonstration; gives its address and its store."""
    given = {"YIPING_VAR_DIR": str(folder), "YIPING_DATABASE_URL": f"sqlite:///{folder / 'small.db'}"}
    with open_city(given["YIPING_DATABASE_URL"]) as store, served_program(given) as address:
        yield address, store


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[str, Store]]:
    with served(tmp_path) as running:
        yield running


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A telephone held upright."""
    with watched_page(browser) as (page, watch):
        page.set_viewport_size({"width": 390, "height": 844})
        # A refusal is an answer with status 401, which the browser writes to its console.
        watch.forgive("status of 401")
        yield page
        watch.verify()


def wide(page: Page) -> bool:
    """Whether the page runs out of the screen to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_from_the_first_password_to_the_page_on_a_telephone(house: tuple[str, Store], phone: Page) -> None:
    address, store = house
    once = people.add(store, "li.hua", "leader", STREET, now(), display_name="李华")
    phone.goto(f"{address}/map?period=today")
    expect(phone).to_have_url(f"{address}/sign-in?next=%2Fmap%3Fperiod%3Dtoday")
    expect(phone.get_by_label(word("sign_in.name"))).to_be_focused()
    assert not wide(phone)
    phone.keyboard.type("li.hua")
    phone.keyboard.press("Tab")
    phone.keyboard.type("not this one")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("alert")).to_have_text(word("sign_in.refused"))
    expect(phone.get_by_label(word("sign_in.name"))).to_have_value("li.hua")
    phone.get_by_label(word("sign_in.password")).fill(str(once))
    phone.get_by_role("button", name=word("sign_in.go")).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(word("change.title"))
    assert not wide(phone)
    phone.get_by_label(word("change.new"), exact=True).fill(FRESH)
    phone.get_by_label(word("change.again")).fill(FRESH)
    phone.get_by_role("button", name=word("change.go")).click()
    expect(phone).to_have_url(f"{address}/map?period=today")
    expect(phone.locator(f"#{ids.NAV}")).to_contain_text("李华")
    phone.goto(f"{address}/account")
    expect(phone.get_by_text(word("role.leader"))).to_be_visible()
    assert not wide(phone)
    phone.get_by_role("button", name=word("account.leave"), exact=True).click()
    expect(phone).to_have_url(f"{address}/sign-in")
    phone.goto(f"{address}/")
    expect(phone).to_have_url(f"{address}/sign-in")


def test_the_pages_of_signing_in_need_no_script(house: tuple[str, Store], browser: Browser) -> None:
    address, store = house
    signed_up(store, "li")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        page.goto(f"{address}/sign-in?next=/account")
        page.get_by_label(word("sign_in.name")).fill("li")
        page.get_by_label(word("sign_in.password")).fill(PASSWORD)
        page.get_by_role("button", name=word("sign_in.go")).click()
        # Its own account is no way back from signing in.
        assert page.url == f"{address}/"
        page.goto(f"{address}/account")
        expect(page.get_by_role("heading", level=1)).to_have_text(word("account.title"))
    finally:
        context.close()


def test_an_open_page_whose_session_ended_asks_to_sign_in(house: tuple[str, Store], phone: Page) -> None:
    address, store = house
    known = sign_in(phone, address, store)
    phone.goto(f"{address}/?period=today")
    expect(phone.locator(f"#{ids.NAV}")).to_contain_text(known.name)
    people.disable(store, known.name, now())
    expect(phone).to_have_url(f"{address}/sign-in?next=%2F%3Fperiod%3Dtoday", timeout=20_000)


def test_an_administrator_adds_and_disables_somebody(
    house: tuple[str, Store], page: Page, browser: Browser
) -> None:
    address, store = house
    root = sign_in(page, address, store, "administrator")
    page.goto(f"{address}/admin")
    rows = page.locator(f"#{ids.ADMIN_PEOPLE} tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(root.name)
    expect(rows.first.locator("button")).to_have_count(0)
    page.get_by_text(word("admin.add_title"), exact=True).click()
    page.locator(f"#{ids.ADMIN_NAME}").fill("wang")
    page.locator(f"#{ids.ADMIN_SCOPE}").fill("nowhere")
    page.get_by_role("button", name=word("admin.add"), exact=True).click()
    notice = page.locator(f"#{ids.ADMIN_NOTICE}")
    expect(notice).to_have_text(word("admin.fault_beyond").format(value="nowhere"))
    page.locator(f"#{ids.ADMIN_SCOPE}").fill(STREET)
    page.get_by_role("button", name=word("admin.add"), exact=True).click()
    expect(rows).to_have_count(2)
    once = notice.locator("code").inner_text()
    assert people.get(store, "wang").scope == STREET
    with contextlib.closing(browser.new_context()) as context:
        other = context.new_page()
        other.goto(f"{address}/sign-in")
        other.get_by_label(word("sign_in.name")).fill("wang")
        other.get_by_label(word("sign_in.password")).fill(once)
        other.get_by_role("button", name=word("sign_in.go")).click()
        expect(other.get_by_role("heading", level=1)).to_have_text(word("change.title"))
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.once("dialog", agree)
    page.get_by_role(
        "button", name=word("admin.of").format(action=word("admin.disable"), name="wang")
    ).click()
    expect(notice).to_have_text(word("admin.disabled").format(name="wang"))
    assert asked == [word("admin.sure_disable").format(name="wang")]
    assert people.get(store, "wang").disabled_at is not None
    expect(page.locator(f"#{ids.ADMIN_SETTINGS}")).to_contain_text("YIPING_SESSION_HOURS")
    expect(page.locator(f"#{ids.ADMIN_CITY}")).to_contain_text(CITY)


def test_the_administration_is_closed_to_others(house: tuple[str, Store], page: Page) -> None:
    address, store = house
    sign_in(page, address, store, "operator")
    page.goto(f"{address}/admin")
    expect(page.locator(f"#{ids.ADMIN_NOTICE}")).to_contain_text(word("admin.refused"))
    expect(page.locator(f"#{ids.ADMIN_BODY}")).to_be_hidden()
    expect(page.locator(f"#{ids.NAV}")).not_to_contain_text(word("nav.admin"))

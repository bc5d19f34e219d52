"""A leader's ten seconds in the whole program, from signing in to the list in hand; and what axe says of the pages."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from data.access import Role
from data.clocks import now
from data.demo.filling import fill_demo
from data.store import Store
from data.words import word
from layouts import ids
from tests.support.axe import grave
from tests.support.demo import open_demo_city
from tests.support.serving import served_program
from tests.support.signing import PASSWORD, signed_up

expect.set_options(timeout=30_000)

EVENTS = 6_000
DISTRICT, OTHER_DISTRICT = "410105", "410122"
SIZES = [(1440, 900), (390, 844)]


@dataclass(frozen=True)
class City:
    """The program on the small demonstration: its address and its store."""

    address: str
    store: Store


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("story")
    given = {
        "YIPING_VAR_DIR": str(folder),
        "YIPING_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "YIPING_DEMO_VISITORS": "off",
    }
    present = now()
    with open_demo_city(given["YIPING_DATABASE_URL"], present) as store:
        fill_demo(store, EVENTS, present, present)
        roles: tuple[tuple[str, Role, str | None], ...] = (
            ("leader", "leader", DISTRICT),
            ("operator", "operator", None),
            ("root", "administrator", None),
            ("auditor", "auditor", None),
        )
        for name, role, scope in roles:
            signed_up(store, name, role, scope)
        with served_program(given) as address:
            yield City(address, store)


def enter(page: Page, city: City, name: str) -> None:
    """Signs in by the form."""
    page.goto(f"{city.address}/")
    page.get_by_label(word("sign_in.name")).fill(name)
    page.get_by_label(word("sign_in.password")).fill(PASSWORD)
    page.get_by_role("button", name=word("sign_in.go")).click()
    expect(page.locator(f"#{ids.NAV}")).to_contain_text(name)


def wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def overdue(store: Store, street: str) -> list[tuple[str, int]]:
    """The open events of a street that are overdue: key and deadline, the oldest deadline first, by plain SQL."""
    query = """SELECT source_key, handle_due_at FROM event JOIN grid ON grid.id = event.grid_id
        WHERE grid.code LIKE :street AND closed_at IS NULL AND withdrawn_at IS NULL AND handle_due_at < :now
        ORDER BY handle_due_at"""
    with store.reading() as connection:
        rows = connection.execute(text(query), {"street": f"{street}%", "now": now()}).all()
    return [(row.source_key, row.handle_due_at) for row in rows]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_from_the_door_to_the_worst_street_its_oldest_event_and_the_list(
    page: Page, city: City, tmp_path: Path, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    enter(page, city, "leader")

    # What is wrong in one's own area stands first, the worst street before the others.
    worst = page.locator(f"#{ids.ATTENTION_OVERDUE} a[href^='/grid/']").first
    expect(worst).to_be_in_viewport()
    street = re.findall(r"/grid/(\d+)", worst.get_attribute("href") or "")[0]
    late = overdue(city.store, street)
    assert street.startswith(DISTRICT)
    assert len(late) == max(len(overdue(city.store, f"{DISTRICT}00{n}")) for n in (1, 2))
    worst.click()

    # The street's page lists what is overdue, the oldest deadline first.
    oldest = page.locator(f"#{ids.GRID_EVENTS} a").first
    expect(oldest).to_be_attached()
    assert not wide(page)
    oldest.click()

    # Who holds it, and where it has been.
    expect(page.locator(".event-key").first).to_have_text(late[0][0])
    expect(page.locator(".one-holder strong")).not_to_be_empty()
    assert page.locator(".steps .step").count() >= 1
    assert not wide(page)

    # The list of what is overdue in the street, as a file.
    page.go_back()
    page.get_by_role("link", name=word("grid.all_events"), exact=True).click()
    expect(page.locator(".found-table tbody tr").first).to_contain_text(late[0][0])
    expect(page.locator(f"#{ids.FOUND_TOTAL}")).to_contain_text(str(len(late)))
    with page.expect_download() as download:
        page.locator(f"#{ids.FOUND_EXPORT} a", has_text="CSV").click()
    path = tmp_path / "list.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name).decode("utf-8-sig").splitlines() for name in archive.namelist()]
    cells = {cell for lines in sheets for row in csv.reader(lines) for cell in row}
    assert {key for key, _ in late} <= cells
    assert word("as_of.label") in cells, "the cover tells the instant"


SIGNED: list[tuple[str, str, str]] = [
    ("leader", "/", f"#{ids.ATTENTION_OVERDUE} a"),
    ("leader", "/events?period=last_30_days", ".found-table tbody tr"),
    ("leader", "/event/{event}", ".steps .step"),
    ("operator", "/exports", f"#{ids.NAV}"),
    ("operator", "/remote", f"#{ids.REMOTE_SINCE}"),
    ("root", "/admin", f"#{ids.ADMIN_PEOPLE} tbody tr"),
    ("auditor", "/audit", "table tbody tr"),
    ("leader", "/account", "h1"),
    ("", "/sign-in", "h1"),
]
"""Who opens which page, and what stands on it once it is there."""


@pytest.mark.parametrize(("who", "path", "shown"), SIGNED, ids=[path for _, path, _ in SIGNED])
def test_axe_finds_nothing_grave_and_nothing_runs_over_the_edge(
    page: Page, city: City, who: str, path: str, shown: str
) -> None:
    if who:
        enter(page, city, who)
    with city.store.reading() as connection:
        event = connection.execute(
            text(
                "SELECT min(event.id) FROM event JOIN grid ON grid.id = event.grid_id "
                "WHERE grid.code LIKE :code"
            ),
            {"code": f"{DISTRICT}%"},
        ).scalar_one()
    address = city.address + path.format(event=event)
    for theme in ("light", "dark"):
        page.goto(f"{address}{'&' if '?' in address else '?'}theme={theme}")
        expect(page.locator(shown).first).to_be_visible()
        page.wait_for_load_state("networkidle")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(600)
            assert grave(page) == [], (theme, width)
            assert not wide(page), (theme, width)
            assert page.title(), "every page says its name"


def test_a_neighbour_sees_nothing_of_it(page: Page, city: City) -> None:
    signed_up(city.store, "neighbour", "leader", OTHER_DISTRICT)
    enter(page, city, "neighbour")
    for path in (f"/grid/{DISTRICT}", f"/events?scope={DISTRICT}", f"/rank?scope={DISTRICT}"):
        page.goto(city.address + path)
        page.wait_for_load_state("networkidle")
        expect(page.locator("body")).not_to_contain_text("花园路")


def test_a_list_is_narrowed_searched_turned_and_gone_through(page: Page, city: City) -> None:
    enter(page, city, "leader")
    page.goto(f"{city.address}/events?period=this_year")
    rows = page.locator(".found-table tbody tr")
    total = page.locator(f"#{ids.FOUND_TOTAL}")
    expect(total).to_have_text(re.compile(r"\d"))
    everything = number(total.inner_text())
    first = rows.first.inner_text()
    title = rows.first.locator("a").first.inner_text()

    page.locator(".find-input").fill(title[-4:])
    page.locator(".find-input").press("Enter")
    expect(page).to_have_url(re.compile("q="))
    expect(rows.first).to_contain_text(title[-4:])
    expect(total).not_to_have_text(re.compile(f"{everything:,}"))
    assert 0 < number(total.inner_text()) < everything

    page.go_back()
    expect(total).to_have_text(re.compile(f"{everything:,}"))
    expect(rows.first).to_have_text(re.compile(re.escape(first.split("\n")[0])))
    page.locator(".found-table thead a", has_text=word("event.due")).click()
    expect(page).to_have_url(re.compile("sort="))
    expect(rows.first).not_to_have_text(re.compile(re.escape(first.split("\n")[0])))


def number(told: str) -> int:
    return int("".join(re.findall(r"\d", told)))

"""Temporary matters and duty in a real browser, in the whole program: issued, done, given back, signed in for, brought
in by a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Page, expect

from data.city import load_city
from data.clocks import DAY, HOUR, ZoneClock, now
from data.store import Store
from data.tasks.duty import board
from data.tasks.keeping import Order, done, issue
from data.tasks.listing import one_task, tasks
from data.words import word
from layouts import ids
from tests.support.axe import grave
from tests.support.browser import fits
from tests.support.city import CITY, DISTRICT, SHANGHAI, STREET, city_pack
from tests.support.serving import served_program
from tests.support.signing import signed_in

expect.set_options(timeout=30_000)

SIZES = [(1440, 900), (390, 844)]
HOSTILE = '<img src=x onerror="document.title=1">排查积水'
CLOCK = ZoneClock.of(SHANGHAI)


@dataclass
class Scene:
    """The program's address, its store, and a task of which one share is done."""

    address: str
    store: Store
    task: int


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("tasks")
    url = f"sqlite:///{folder / 'yiping.db'}"
    with ExitStack() as stack:
        store = stack.enter_context(Store.open(url, synchronous="OFF"))
        load_city(store, replace(city_pack(), duty=({"since": "2026-01-01"},)), now() - DAY)
        grids = (STREET, "110102", "110201")
        number = issue(
            store, CITY, Order("temporary", HOSTILE, "逐点登记", grids, now() + 3 * DAY), "anna", now()
        )
        done(store, CITY, number, "110102", "bela", now(), "已办", "https://city.example/1.jpg")
        issue(store, CITY, Order("command", "核查到岗", "", grids, now() + HOUR), "anna", now() - 2 * HOUR)
        address = stack.enter_context(
            served_program({"YIPING_DATABASE_URL": url, "YIPING_VAR_DIR": str(folder)})
        )
        yield Scene(address, store, number)


def arrive(page: Page, scene: Scene, search: str = "") -> None:
    page.goto(f"{scene.address}/tasks{search}")
    expect(page.locator(f"#{ids.TASKS_DUTY} h2")).to_be_visible()
    expect(page.locator(f"#{ids.TASKS_LIST} h2")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_at_every_size(page: Page, scene: Scene, theme: str) -> None:
    """Nothing runs over the edge, and axe finds nothing grave, with a task in view and every form open."""
    signed_in(page, scene.store, scene.address)
    arrive(page, scene, f"?task={scene.task}&theme={theme}")
    expect(page.locator(f"#{ids.TASKS_OPEN} .share-line").first).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.locator(f"#{ids.TASKS_OPEN}").get_by_role("button", name=word("tasks.act_extend")).click()
    expect(page.locator(f"#{ids.TASKS_ACT}")).to_be_visible()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)
        assert grave(page) == [], width
        fits(page, width)
    page.set_viewport_size({"width": 3840, "height": 2160})
    page.wait_for_timeout(400)
    fits(page, 3840)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_issued_done_and_given_back(page: Page, scene: Scene, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    signed_in(page, scene.store, scene.address)
    arrive(page, scene)
    title = f"{HOSTILE} {width}"
    page.locator(f"#{ids.TASKS_FORM} summary").first.click()
    page.fill(f"#{ids.TASKS_TITLE}", title)
    page.click(f"#{ids.TASKS_ISSUE}")
    notice = page.locator(f"#{ids.TASKS_NOTICE}")
    expect(notice).to_contain_text("已向 4 个网格下达")
    page.locator(".task-link", has_text=title).click()
    opened = page.locator(f"#{ids.TASKS_OPEN}")
    expect(opened.locator(".share-line")).to_have_count(4)
    # By the keyboard: the form takes the focus and gives it back.
    first = opened.get_by_role("button", name=f"标记完成：street {STREET}")
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#{ids.TASKS_NOTE}")).to_be_focused()
    page.keyboard.type("现场已清理")
    page.fill(f"#{ids.TASKS_EVIDENCE}", "台账7号")
    page.locator(f"#{ids.TASKS_SURE}").press("Enter")
    expect(notice).to_contain_text("已标记完成")
    expect(opened.locator(".share-line", has_text="按时完成")).to_contain_text("台账7号")
    opened.get_by_role("button", name=f"退回：street {STREET}").click()
    page.click(f"#{ids.TASKS_SURE}")
    expect(notice).to_contain_text(word("tasks.wrong_note"))
    page.fill(f"#{ids.TASKS_NOTE}", "照片不清")
    page.click(f"#{ids.TASKS_SURE}")
    expect(notice).to_contain_text("已退回")
    expect(opened.locator(".share-line", has_text="退回 1 次")).to_have_count(1)
    assert page.title() != "1"
    known = next(one for one in tasks(scene.store, CITY, now()) if one.title == title)
    assert [step.what for step in one_task(scene.store, CITY, known.id, now())[1]] == [
        "issued",
        "done",
        "returned",
    ]


def test_the_second_is_told(page: Page, scene: Scene) -> None:
    signed_in(page, scene.store, scene.address)
    number = issue(scene.store, CITY, Order("command", "并发", "", (STREET,), now() + DAY), "anna", now())
    arrive(page, scene, f"?task={number}")
    page.locator(f"#{ids.TASKS_OPEN}").get_by_role("button", name="标记完成").click()
    expect(page.locator(f"#{ids.TASKS_ACT}")).to_be_visible()
    done(scene.store, CITY, number, STREET, "somebody", now())
    page.click(f"#{ids.TASKS_SURE}")
    expect(page.locator(f"#{ids.TASKS_NOTICE}")).to_contain_text("此前已标记完成，未作改动")


def test_signing_in_and_a_file(page: Page, scene: Scene) -> None:
    signed_in(page, scene.store, scene.address)
    arrive(page, scene)
    row = page.locator(f"#{ids.TASKS_DUTY} .share-line", has_text=STREET)
    row.get_by_role("button").click()
    expect(page.locator(f"#{ids.TASKS_NOTICE}")).to_contain_text("签到")
    expect(row.get_by_role("button")).to_have_count(0)
    shown = board(scene.store, CITY, now())
    assert [one.grid.code for one in shown.watches if one.sign_in is not None] == [STREET]
    at = f"{CLOCK.local(now() - 2 * DAY):%Y-%m-%d %H:%M}"
    page.locator(".task-file summary").click()
    page.locator(f"#{ids.TASKS_FILE_DUTY} input[type=file]").set_input_files(
        {
            "name": "值班.csv",
            "mimeType": "text/csv",
            "buffer": f"网格,时间,值班人\n110102,{at},甲\nnowhere,{at},乙\n".encode("gb18030"),
        }
    )
    told = page.locator(f"#{ids.TASKS_FILE_TOLD}")
    expect(told).to_contain_text("新登记 1 行，已有 0 行，未采纳 1 行")
    expect(told).to_contain_text("第 3 行")


def test_a_leader_sees_their_own_and_may_not_act(page: Page, scene: Scene) -> None:
    signed_in(page, scene.store, scene.address, "leader", DISTRICT)
    arrive(page, scene, f"?task={scene.task}")
    expect(page.locator(f"#{ids.TASKS_OPEN} .share-line")).to_have_count(2)
    for part in (ids.TASKS_OPEN, ids.TASKS_DUTY):
        expect(page.locator(f"#{part} button")).to_have_count(0)
    expect(page.locator(f"#{ids.TASKS_FORM}")).to_be_hidden()
    assert "110201" not in page.content()


def test_the_past_is_found_page_by_page(page: Page, scene: Scene) -> None:
    for number in range(41):
        order = Order("command", f"巡查{number}", "", (STREET,), now() + DAY)
        issue(scene.store, CITY, order, "anna", now())
    every = [one.id for one in tasks(scene.store, CITY, now(), "all", limit=999)]
    signed_in(page, scene.store, scene.address)
    arrive(page, scene, "?show=all")
    lines, pages = page.locator(f"#{ids.TASKS_LIST} .task-line"), page.locator(f"#{ids.TASKS_LIST} .pager a")
    expect(lines).to_have_count(40)
    pages.last.click()
    expect(lines).to_have_count(len(every) - 40)
    assert "page=2" in page.url
    lines.last.locator("a").click()
    expect(page.locator(f"#{ids.TASKS_OPEN}")).to_be_visible()
    assert f"task={every[-1]}&page=2" in page.url
    expect(lines).to_have_count(len(every) - 40)

"""The assessment in a real browser, in the whole program: read, marked by form and by sheet, objected to, decided."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data.assessment.appeals import object_to
from data.assessment.entries import entries
from data.assessment.keeping import board
from data.assessment.months import month as month_of
from data.assessment.months import month_before, month_text
from data.city import load_city
from data.clocks import DAY, HOUR, now
from data.periods import Period
from data.queries.lists import find_event
from data.reference import reference
from data.store import Store
from data.words import word
from layouts import ids
from tests.support.assessed import frozen_city
from tests.support.axe import grave
from tests.support.browser import fits
from tests.support.city import CITY, STREET, city_pack, small_nodes
from tests.support.serving import served_program
from tests.support.signing import signed_in
from tests.support.twins import outlines

expect.set_options(timeout=30_000)

SIZES = [(1440, 900), (390, 844)]


@dataclass
class Scene:
    """The program's address, its store, a frozen month, this month, and the number of an open appeal."""

    address: str
    store: Store
    month: str
    running: str
    appeal: int


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("assess")
    url = f"sqlite:///{folder / 'yiping.db'}"
    with ExitStack() as stack:
        store = stack.enter_context(Store.open(url, synchronous="OFF"))
        load_city(store, replace(city_pack(), shapes=outlines(small_nodes())), now() - 90 * DAY)
        city = reference(store)
        running = month_text(city, now())
        # Not the month before: on the first of a month that is not due yet.
        month = month_before(month_before(running))
        start = told_month(store, month).start
        frozen_city(store, month, start + 4 * DAY + 10 * HOUR, now())
        late = find_event(store, STREET, f"{STREET}-11")
        number = object_to(store, month, STREET, "handling", [late], "道路封闭", "通告3", "li", now())
        program = {"YIPING_DATABASE_URL": url, "YIPING_VAR_DIR": str(folder)}
        yield Scene(stack.enter_context(served_program(program)), store, month, running, number)


def told_month(store: Store, text: str) -> Period:
    """A month as a period."""
    return month_of(reference(store), text).period


@pytest.fixture
def desk(page: Page, scene: Scene) -> Page:
    """The page of an operator of the city; one account serves every test."""
    return signed_in(page, scene.store, scene.address)


def arrive(page: Page, scene: Scene, search: str = "") -> None:
    page.goto(f"{scene.address}/assess{search}")
    expect(page.locator(f"#{ids.ASSESS_PLACE} h1")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("search", "sign"),
    [
        (f"?grid={STREET}", ".assess-sum"),
        ("?part=marks", ".assess-form"),
        ("?part=appeals&appeal=1", ".assess-appeals"),
        ("?part=rules", ".assess-curve"),
    ],
)
def test_every_part_at_every_size(desk: Page, scene: Scene, search: str, sign: str, theme: str) -> None:
    """Nothing runs over the edge, and axe finds nothing grave."""
    arrive(desk, scene, f"{search}&theme={theme}")
    expect(desk.locator(sign).locator("visible=true").first).to_be_visible()
    for width, height in SIZES:
        desk.set_viewport_size({"width": width, "height": height})
        desk.wait_for_timeout(300)
        assert grave(desk) == [], width
        fits(desk, width)
    desk.set_viewport_size({"width": 3840, "height": 2160})
    desk.wait_for_timeout(300)
    fits(desk, 3840)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_from_the_ranks_to_the_arithmetic_and_back(desk: Page, scene: Scene, width: int, height: int) -> None:
    desk.set_viewport_size({"width": width, "height": height})
    arrive(desk, scene)
    rows = desk.locator(f"#{ids.ASSESS_BOARD} .assess-table").first.locator("tbody tr")
    expect(rows).to_have_count(3)
    rows.filter(has_text=f"street {STREET}").locator("a").click()
    sheet = desk.locator(f"#{ids.ASSESS_SHEET}")
    expect(sheet).to_contain_text("(10 + 10 × 77.78%) ÷ (12 + 10) = 80.81%")
    expect(sheet).to_contain_text("anna")
    assert f"grid={STREET}" in desk.url
    desk.go_back()
    expect(sheet).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_from_the_map_to_the_arithmetic(desk: Page, scene: Scene, width: int, height: int) -> None:
    desk.set_viewport_size({"width": width, "height": height})
    arrive(desk, scene)
    fold = desk.locator(f"#{ids.ASSESS_MAP_FOLD}")
    grids = fold.locator(".choroplethlayer .trace").first.locator("path")
    if width < 760:
        expect(desk.locator(f"#{ids.ASSESS_MAP_TITLE}")).to_be_visible()
        expect(fold).not_to_have_attribute("open", "")
        fold.locator("summary").click()
    expect(grids).to_have_count(4)
    expect(fold).to_contain_text("未参加排名：1个")
    expect(fold.locator(f"#{ids.ASSESS_MAP_GRAPH} svg").first).to_be_visible()
    desk.wait_for_timeout(500)
    # The boxes of the streets stand side by side from west to east.
    across = grids.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
    middle = min(across, key=lambda one: one["left"])
    desk.mouse.move(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
    told = fold.locator(".hoverlayer")
    expect(told).to_contain_text(f"street {STREET}")
    expect(told).to_contain_text("（10/12）")
    desk.mouse.click(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
    sheet = desk.locator(f"#{ids.ASSESS_SHEET}")
    expect(sheet).to_contain_text("(10 + 10 × 77.78%) ÷ (12 + 10) = 80.81%")
    expect(sheet).to_be_in_viewport()
    assert f"grid={STREET}" in desk.url
    expect(fold.locator(".choroplethlayer .trace").nth(1).locator("path")).to_have_count(1)
    fold.get_by_role("link", name=word("assess.dimension.centre")).click()
    expect(fold).to_contain_text("此项不评：3个")
    assert "map=centre" in desk.url
    assert f"grid={STREET}" in desk.url


def test_a_mark_is_entered_with_the_keyboard_and_by_a_sheet(desk: Page, scene: Scene, tmp_path: Path) -> None:
    arrive(desk, scene, "?part=marks")
    desk.locator(f"#{ids.ASSESS_MARK_GRID}").fill("110102")
    for field, text in (
        (ids.ASSESS_MARK_VALUE, "86"),
        (ids.ASSESS_MARK_REASON, "走访"),
        (ids.ASSESS_MARK_EVIDENCE, "纪要"),
    ):
        desk.locator(f"#{field}").focus()
        desk.keyboard.type(text)
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.locator(f"#{ids.ASSESS_NOTICE}")).to_contain_text("已录入：street 110102 中心实体化 86分")
    expect(desk.locator(".assess-entries tbody tr")).to_have_count(1)
    with desk.expect_download() as caught:
        desk.locator(f"#{ids.ASSESS_TEMPLATE}").click()
    assert caught.value.suggested_filename == f"assessment-{scene.running}.csv"
    sheet = Path(caught.value.path()).read_text(encoding="utf-8-sig")
    assert f"{scene.running},110102,centre,86,走访,纪要," in sheet
    filled = tmp_path / "marks.csv"
    plain = f"{scene.running},{STREET},temporary,,,"
    text = sheet.replace(plain, plain.replace(",,,", ",77,按时完成,台账"))
    text += f"{scene.running},nowhere,centre,50,走访,纪要,\n"
    filled.write_text(text, encoding="utf-8")
    desk.locator(f"#{ids.ASSESS_UPLOAD} input[type=file]").set_input_files(filled)
    told = desk.locator(f"#{ids.ASSESS_TAKEN}")
    expect(told).to_contain_text("marks.csv：录入1条，没有变化1条，退回1条。")
    expect(told).to_contain_text("“nowhere”不是您范围内参加考核的网格编码。")
    found = {
        (one.grid, one.dimension): float(one.mark) for one in entries(scene.store, [scene.running], [STREET])
    }
    assert found == {(STREET, "temporary"): 77.0}


def test_an_appeal_is_decided_once(desk: Page, scene: Scene) -> None:
    arrive(desk, scene, f"?part=appeals&appeal={scene.appeal}")
    other = desk.context.new_page()
    arrive(other, scene, f"?part=appeals&appeal={scene.appeal}")
    for each in (desk, other):
        each.locator(f"#{ids.ASSESS_DECIDE_NOTE}").fill("属实")
    desk.locator(f"#{ids.ASSESS_ALLOW}").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator(f"#{ids.ASSESS_NOTICE}")).to_contain_text("得分为第2次修订")
    expect(desk.locator(f"#{ids.ASSESS_APPEALS}")).to_contain_text(word("assess.state_allowed"))
    other.locator(f"#{ids.ASSESS_REFUSE}").click()
    expect(other.locator(f"#{ids.ASSESS_NOTICE}")).to_contain_text(f"已由operator-{CITY}裁定")
    standing = next(
        one for one in board(scene.store, CITY, scene.month, 2, now()).standings if one.code == STREET
    )
    assert (standing.revision, standing.score.of("handling").counted.due) == (2, 11)
    arrive(desk, scene, f"?grid={STREET}")
    expect(desk.locator(f"#{ids.ASSESS_BOARD}")).to_contain_text(word("assess.revised").format(n=2))
    expect(desk.locator(f"#{ids.ASSESS_SHEET}")).to_contain_text("剔除1件（其中达标0件）")


def test_the_overview_leads_to_it(desk: Page, scene: Scene) -> None:
    desk.goto(f"{scene.address}/")
    brief = desk.locator(f"#{ids.ASSESS_BRIEF}")
    expect(brief).to_contain_text(scene.month)
    brief.get_by_role("link", name="street 110102").click()
    expect(desk.locator(f"#{ids.ASSESS_SHEET}")).to_contain_text("street 110102")

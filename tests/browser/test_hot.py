"""The page of warnings in a real browser, in the whole program: found, opened, worked on with the keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Page, expect

from data.alerting.keeping import Draft, acknowledge, alerts, keep, one
from data.city import load_city
from data.clocks import DAY, HOUR, Instant, now
from data.events import write
from data.lifecycle import Report
from data.store import Store
from data.words import word
from layouts import ids
from tests.support.axe import grave
from tests.support.browser import fits
from tests.support.city import CELL, CITY, DISTRICT, OTHER_DISTRICT, STREET, city_pack, small_nodes
from tests.support.serving import served_program
from tests.support.signing import signed_in
from tests.support.twins import outlines

expect.set_options(timeout=30_000)

SIZES = [(1440, 900), (390, 844)]


@dataclass
class Scene:
    """The program's address, its store, and some warnings by their matter."""

    address: str
    store: Store
    numbers: dict[str, int]


def drafts(at: Instant, events: list[int]) -> list[Draft]:
    body = {
        "days": 3,
        "until_at": at,
        "basis": "weeks",
        "events": events,
        "grids": [CELL],
        "ears": [4.0, 3.5, 5.0],
    }
    made = [
        Draft(name, "sudden", CELL, "light", at - 3 * DAY, 9, 0.5, 1e-9, 0.012, body=body)
        for name in ("first", "second", "third", "fourth", "fifth")
    ]
    return [
        *made,
        Draft("elsewhere", "sudden", OTHER_DISTRICT, "road", at - DAY, 30, 4.0, 1e-9, 1e-6, body=body),
        *(
            Draft(
                f"due:{number}",
                "due",
                STREET,
                "",
                at + HOUR,
                2,
                holder=f"综合执法队{number:02d}",
                step=number % 3,
                body={"events": events[:2], "overdue": number % 3 // 2, "urgent": True, "first_due_at": at + HOUR},
            )
            for number in range(40)
        ),
        Draft(
            "check", "recheck", STREET, "", at - 5 * DAY, 9, 2.0, 1e-6, 0.01, holder="环卫所",
            body={"reason": "again", "of": 40, "events": events[:3]},
        ),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("hot")
    url = f"sqlite:///{folder / 'yiping.db'}"
    at = now()
    with ExitStack() as stack:
        store = stack.enter_context(Store.open(url, synchronous="OFF"))
        load_city(store, replace(city_pack(), shapes=outlines(small_nodes())), at - 90 * DAY)
        reports = [
            Report(
                source="s", key=f"e{number}", at=at - (number % 9) * DAY - HOUR, channel="hotline",
                category="light", grid=CELL, title=f"第{number}盏路灯不亮",
            )
            for number in range(12)
        ]  # fmt: skip
        write(store, reports, at)
        keep(store, drafts(at - HOUR, list(range(1, 13))), at - HOUR, ())
        numbers = {each.matter: each.id for each in alerts(store, CITY)}
        address = stack.enter_context(
            served_program({"YIPING_DATABASE_URL": url, "YIPING_VAR_DIR": str(folder)})
        )
        yield Scene(address, store, numbers)


@pytest.fixture
def desk(page: Page, scene: Scene) -> Page:
    """The page of an operator of the city."""
    return signed_in(page, scene.store, scene.address, "operator")


def test_a_night_that_nobody_looked_in_is_told(desk: Page, scene: Scene) -> None:
    arrive(desk, scene)
    expect(desk.locator(".hot-looked")).to_contain_text("上次检查")
    expect(desk.locator(".hot-list .notice.is-late")).to_contain_text("尚未做过每夜一次的全面检查")
    arrive(desk, scene, "?tab=due")
    expect(desk.locator(".hot-list .notice")).to_have_count(0)


def arrive(page: Page, scene: Scene, search: str = "") -> None:
    page.goto(f"{scene.address}/hot{search}")
    expect(page.locator(f"#{ids.HOT_VIEW} .panel").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_at_every_size(desk: Page, scene: Scene, theme: str) -> None:
    """Nothing runs over the edge, and axe finds nothing grave, in a list and in one matter."""
    for search in ("?tab=due", f"?warning={scene.numbers['fifth']}"):
        arrive(desk, scene, f"{search}&theme={theme}")
        for width, height in (*SIZES, (3840, 2160)):
            desk.set_viewport_size({"width": width, "height": height})
            desk.wait_for_timeout(400)
            fits(desk, width)
            if width < 3840:
                assert grave(desk) == [], (search, width)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_from_the_list_to_a_matter_and_its_events(desk: Page, scene: Scene, width: int, height: int) -> None:
    desk.set_viewport_size({"width": width, "height": height})
    arrive(desk, scene)
    row = desk.locator(".hot-table tbody tr").filter(has_text="9 件（近 3 天）").first
    expect(row).to_contain_text("预期 0.5 件")
    row.locator(".hot-link").click()
    expect(desk.locator(".hot-facts")).to_contain_text("C1 4.0，C2 3.5，C3 5.0")
    expect(desk.locator(".hot-course .barlayer").first).to_be_visible()
    assert "warning=" in desk.url
    listed = desk.locator(".hot-events tbody tr")
    expect(listed).to_have_count(12)
    desk.get_by_text(word("hot.events_all")).click()
    expect(desk).to_have_url(re.compile(f"/events.*scope={CELL}.*category=light"))
    desk.go_back()
    listed.first.locator("a").click()
    expect(desk).to_have_url(re.compile("/event/1"))
    desk.go_back()
    desk.get_by_text(word("hot.back")).click()
    expect(desk.locator(".hot-table")).to_be_visible()
    assert "warning=" not in desk.url


def test_deadlines_are_grouped_by_step_and_paged(desk: Page, scene: Scene) -> None:
    arrive(desk, scene, "?tab=due")
    expect(desk.locator(".hot-group-row")).to_have_count(3)
    expect(desk.locator(".hot-table tbody tr:not(.hot-group-row)")).to_have_count(30)
    desk.get_by_text(word("hot.older")).click()
    expect(desk.locator(".hot-table tbody tr:not(.hot-group-row)")).to_have_count(10)
    desk.get_by_text(re.compile(f"^{word('hot.step_2')} 13$")).click()
    expect(desk.locator(".hot-table tbody tr:not(.hot-group-row)")).to_have_count(13)


def test_the_map_leads_down(desk: Page, scene: Scene) -> None:
    arrive(desk, scene, "?page=0")
    expect(desk.locator(".hot-table")).to_contain_text("30 件")
    shape = desk.locator(".hot-map .choroplethlayer path").last
    shape.wait_for()
    middle = shape.bounding_box()
    assert middle is not None
    desk.mouse.click(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
    expect(desk).to_have_url(re.compile("scope="))
    expect(desk.locator(f"#{ids.HOT_PLACE} .crumbs")).to_be_visible()


def test_a_warning_is_worked_on_with_the_keyboard(desk: Page, scene: Scene) -> None:
    number = scene.numbers["first"]
    arrive(desk, scene, f"?warning={number}")
    button = desk.locator(f"#{ids.HOT_ACKNOWLEDGE}")
    button.focus()
    desk.keyboard.press("Enter")
    notice = desk.locator(f"#{ids.HOT_NOTICE}")
    expect(notice).to_contain_text(word("hot.done_acknowledge"))
    expect(button).to_be_disabled()
    desk.get_by_label(word("hot.to")).focus()
    desk.keyboard.type("城管大队")
    desk.keyboard.press("Tab")
    desk.keyboard.type("请现场查看")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(notice).to_contain_text(word("hot.done_assign").format(name="城管大队"))
    expect(desk.locator(f"#{ids.HOT_STEPS}")).to_contain_text("城管大队 请现场查看")
    expect(desk.get_by_label(word("hot.to"))).to_have_value("")
    close = desk.locator(f"#{ids.HOT_CLOSE}")
    close.focus()
    desk.keyboard.press("Enter")
    expect(notice).to_contain_text(word("hot.fault_no_note"))
    desk.get_by_label(word("hot.note")).fill("灯已修好")
    close.focus()
    desk.keyboard.press("Enter")
    expect(notice).to_contain_text("已关闭")
    expect(desk.locator(f"#{ids.HOT_FORM}")).to_be_hidden()
    found, steps = one(scene.store, CITY, number)
    assert (found.state, found.assigned_to) == ("closed", "城管大队")
    assert [(step.what, step.note) for step in steps[1:]] == [
        ("acknowledged", ""),
        ("assigned", "城管大队 请现场查看"),
        ("closed", "灯已修好"),
    ]


def test_of_two_who_act_at_once_the_second_is_told(desk: Page, scene: Scene) -> None:
    number = scene.numbers["second"]
    arrive(desk, scene, f"?warning={number}")
    expect(desk.locator(f"#{ids.HOT_FORM}")).to_be_visible()
    acknowledge(scene.store, CITY, number, "anna", now())
    desk.get_by_label(word("hot.to")).fill("城管大队")
    desk.locator(f"#{ids.HOT_ASSIGN}").click()
    notice = desk.locator(f"#{ids.HOT_NOTICE}")
    expect(notice).to_contain_text(word("hot.fault_taken"))
    expect(notice).to_contain_text("anna")
    expect(desk.locator(f"#{ids.HOT_STEPS}")).to_contain_text("anna")
    expect(desk.get_by_label(word("hot.to"))).to_have_value("城管大队")
    assert one(scene.store, CITY, number)[0].state == "acknowledged"
    desk.locator(f"#{ids.HOT_ASSIGN}").click()
    expect(notice).to_contain_text(word("hot.done_assign").format(name="城管大队"))


def test_the_page_follows_by_itself(desk: Page, scene: Scene) -> None:
    number = scene.numbers["third"]
    arrive(desk, scene, f"?warning={number}")
    acknowledge(scene.store, CITY, number, "bela", now())
    expect(desk.locator(f"#{ids.HOT_STEPS}")).to_contain_text("bela")
    expect(desk.locator(f"#{ids.HOT_ACKNOWLEDGE}")).to_be_disabled()


def test_a_leader_on_a_phone_sees_his_own_and_no_form(page: Page, scene: Scene) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    leader = signed_in(page, scene.store, scene.address, "leader", DISTRICT)
    arrive(leader, scene)
    expect(leader.locator(".hot-table")).to_contain_text("9 件（近 3 天）")
    expect(leader.locator(".hot-table")).not_to_contain_text("30 件")
    expect(leader.locator(".hot-tabs")).not_to_contain_text(word("hot.tab_recheck"))
    leader.goto(f"{scene.address}/hot?warning={scene.numbers['check']}")
    expect(leader.locator(f"#{ids.HOT_VIEW}")).to_contain_text(word("hot.gone"))
    arrive(leader, scene, f"?warning={scene.numbers['fourth']}")
    expect(leader.locator(f"#{ids.HOT_FORM}")).to_be_hidden()
    expect(leader.locator(f"#{ids.HOT_STEPS}")).to_be_visible()
    leader.goto(f"{scene.address}/")
    expect(leader.locator(f"#{ids.ATTENTION_HOT} a").first).to_have_attribute("href", re.compile("^/hot"))

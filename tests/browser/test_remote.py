"""The remote in a browser: two operators at one wall, on a desk and on a phone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import dash
import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from api import doors
from callbacks import register_all, remote
from data.wallplan import Change, Control, frozen
from layouts import ids
from tests.support.browser import Watch
from tests.support.remote import OPERATOR, Room
from tests.support.serving import ASSETS
from tests.support.wallboard import SCOPE


@pytest.fixture
def room() -> Room:
    made = Room()
    made.states[SCOPE] = Control(anchor_at=made.wall.city.now)
    return made


@pytest.fixture
def address(room: Room) -> Iterator[str]:
    app = dash.Dash(
        "tests", assets_folder=str(ASSETS), assets_path_ignore=["^wall$"], title="Yiping", update_title=""
    )
    doors.register(app.server, doors.Doors(known=lambda _: room.viewer, demo=lambda: None))
    register_all(app, room.reads())
    remote.register(app, room.reads(), room.remote())
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_press_is_seen_at_once_and_written_down(page: Page, address: str, room: Room) -> None:
    page.goto(f"{address}/remote")
    scene = page.locator(f"#{ids.REMOTE_STATUS} strong")
    expect(scene).to_have_text("综合态势", timeout=30_000)
    page.click(f"#{ids.REMOTE_NEXT}")
    expect(scene).to_have_text("Allston")
    expect(page.locator(f"#{ids.REMOTE_HISTORY} li")).to_have_count(1)
    expect(page.locator(f"#{ids.REMOTE_HISTORY} small")).to_contain_text("李敏")
    page.get_by_role("button", name="Roxbury", exact=True).click()
    expect(scene).to_have_text("Roxbury")
    expect(page.locator(f"#{ids.REMOTE_RESUME}")).to_be_visible()
    page.click(f"#{ids.REMOTE_RESUME}")
    expect(scene).to_have_text("Allston")
    expect(page.locator(f"#{ids.REMOTE_RESUME}")).to_be_hidden()
    assert [change.what for change in room.states[SCOPE].changes] == ["resume", "scene", "next"]
    assert [(action, result) for action, _, result, _ in room.audit] == [("control_wall", "ok")] * 3


def test_an_emergency_is_declared_with_a_reason_and_ended(page: Page, address: str, room: Room) -> None:
    page.goto(f"{address}/remote")
    declare = page.locator(f"#{ids.REMOTE_DECLARE}")
    expect(declare).to_be_visible(timeout=30_000)
    declare.click()
    expect(page.locator(f"#{ids.REMOTE_NOTICE}")).to_have_text("请填写启动事由")
    page.fill(f"#{ids.REMOTE_REASON}", "暴雨内涝")
    declare.click()
    expect(page.locator(f"#{ids.REMOTE_STATUS}")).to_contain_text("战时")
    expect(page.locator(f"#{ids.REMOTE_RESPONSE}")).to_contain_text("暴雨内涝")
    expect(page.locator(f"#{ids.REMOTE_RESPONSE} a")).to_have_attribute(
        "href", f"/tasks?scope={SCOPE}&kind=command"
    )
    expect(declare).to_be_hidden()
    page.click(f"#{ids.REMOTE_END}")
    expect(page.locator(f"#{ids.REMOTE_STATUS}")).to_contain_text("平时")
    assert [result for _, _, result, _ in room.audit] == ["refused", "ok", "ok"]


def test_what_another_operator_does_appears_by_itself(page: Page, address: str, room: Room) -> None:
    page.goto(f"{address}/remote")
    expect(page.locator(f"#{ids.REMOTE_FREEZE}")).to_be_visible(timeout=30_000)
    expect(page.locator(f"#{ids.REMOTE_STATUS} strong")).to_have_text("综合态势")
    at = room.wall.city.now
    room.remote().change(SCOPE, Change(at, "王强", "freeze"), lambda control: frozen(control, at))
    expect(page.locator(f"#{ids.REMOTE_NOTICE}")).to_contain_text("王强", timeout=5_000)
    expect(page.locator(f"#{ids.REMOTE_FREEZE}")).to_be_hidden()
    expect(page.locator(f"#{ids.REMOTE_STATUS}")).to_contain_text("已暂停轮播")


def test_whoever_may_not_turn_walls_is_told_so(page: Page, address: str, room: Room) -> None:
    room.viewer = replace(OPERATOR, role="leader")
    page.goto(f"{address}/remote")
    expect(page.locator(f"#{ids.REMOTE_NOTICE}")).to_contain_text("没有操作大屏的权限", timeout=30_000)
    expect(page.locator(f"#{ids.REMOTE_BODY}")).to_be_hidden()


def test_a_remote_that_hears_nothing_says_how_old_its_picture_is(
    page: Page, address: str, watch: Watch
) -> None:
    watch.forgive("ERR_FAILED")
    watch.forgive("did not respond")
    page.goto(f"{address}/remote")
    expect(page.locator(f"#{ids.REMOTE_STATUS} strong")).to_have_text("综合态势", timeout=30_000)
    page.route("**/_dash-update-component*", lambda route: route.abort())
    expect(page.locator(f"#{ids.REMOTE_STALE}")).to_be_visible(timeout=15_000)
    expect(page.locator(f"#{ids.REMOTE_STALE}")).to_contain_text("秒前的状态")
    page.unroute("**/_dash-update-component*")
    expect(page.locator(f"#{ids.REMOTE_STALE}")).to_be_hidden(timeout=15_000)


def test_a_phone_scrolls_in_one_direction_alone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/remote")
    expect(page.locator(f"#{ids.REMOTE_STATUS} strong")).to_be_visible(timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for key in page.locator(".remote button:visible").all():
        box = key.bounding_box()
        assert box is not None
        assert box["height"] >= 44 or "dash" in (key.get_attribute("class") or ""), key.inner_text()

"""The wall in a browser against a server whose state a test turns: what it shows, how it fails, how it comes back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Watch
from tests.support.running import free_port
from tests.support.wall import FakeWall, served_wall
from tests.support.wallfigures import OFFSET

SIZES = [(1920, 1080), (3840, 2160), (5760, 1080), (6656, 1792)]
PATIENCE = 30_000


def arrive(page: Page, address: str, condition: str = "live") -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(address)
    becomes(page, condition)


def becomes(page: Page, condition: str) -> None:
    """Waits until the screen says that it is in a condition."""
    expect(page.locator(f'#wall[data-condition="{condition}"]')).to_be_visible(timeout=PATIENCE)


def old(page: Page, is_old: bool) -> None:
    expect(page.locator("#wall[data-old]")).to_have_count(int(is_old), timeout=PATIENCE)


def said(page: Page, name: str) -> str:
    return page.locator(f'[data-say="{name}"]').inner_text()


def value(page: Page, place: int = 0) -> str:
    return page.locator(".card-value").nth(place).inner_text()


@pytest.fixture
def page_browser(request: pytest.FixtureRequest, browser: Browser, plain_browser: Browser) -> Browser:
    """The map is a side issue for most of these tests: it is drawn plainly where a test is not marked `webgl`."""
    return browser if request.node.get_closest_marker("webgl") else plain_browser


@pytest.fixture
def wall() -> FakeWall:
    return FakeWall()


@pytest.fixture
def address(wall: FakeWall) -> Iterator[str]:
    with served_wall(wall) as found:
        yield found


@pytest.mark.webgl
def test_it_shows_its_figures_and_follows_a_commit_within_a_second(
    page: Page, address: str, wall: FakeWall
) -> None:
    arrive(page, address)
    assert value(page) == "4,873"
    assert page.locator(".card-n").nth(5).inner_text() == "3,820 / 4,090"
    expect(page.locator(".is-ranking .ranked:visible").first).to_contain_text("金水区")
    expect(page.locator(".tick:visible").first).to_contain_text("41")
    wall.tick()
    expect(page.locator(".card-value").first).to_have_text("4,886", timeout=5000)
    expect(page.locator(".card-value[data-changed]").first).to_have_text("4,886")
    expect(page.locator(".card-value[data-changed]")).to_have_count(0, timeout=8000)


def test_it_asks_one_question_at_a_time_however_slow_the_answers_are(
    page: Page, address: str, wall: FakeWall
) -> None:
    arrive(page, address)
    wall.slow = 0.9
    for _ in range(8):
        wall.tick()
        page.wait_for_timeout(400)
    assert wall.most_under_way == 1
    wall.slow = 0
    expect(page.locator(".card-value").first).to_have_text(f"{4860 + 13 * wall.version:,}", timeout=8000)


def test_panels_travel_only_when_something_is_new(page: Page, address: str, wall: FakeWall) -> None:
    arrive(page, address)
    page.wait_for_timeout(500)
    wall.asked.clear()
    page.wait_for_timeout(3000)
    assert set(wall.asked) == {"pulse"}
    assert 1 <= len(wall.asked) <= 7, "never more than twice a second"


@pytest.mark.webgl
def test_nothing_moves_and_nothing_is_made_when_numbers_change(
    page: Page, address: str, wall: FakeWall
) -> None:
    arrive(page, address)
    expect(page.locator("#wall[data-drawn]")).to_be_visible(timeout=PATIENCE)
    boxes = """() => [...document.querySelectorAll('.panel, .card, .card-value, .clock, .row:not([hidden])')]
        .map((one) => one.getBoundingClientRect()).map((one) => [one.x, one.y, one.height].map(Math.round).join())"""
    nodes = "() => document.querySelectorAll('*').length"
    page.wait_for_timeout(1000)
    before, count = page.evaluate(boxes), page.evaluate(nodes)
    for _ in range(6):
        wall.tick()
        page.wait_for_timeout(350)
    expect(page.locator(".card-value").first).to_have_text(f"{4860 + 13 * wall.version:,}")
    assert page.evaluate(boxes) == before
    assert page.evaluate(nodes) == count


def test_a_silent_source_is_said_and_its_figures_stay_current(
    page: Page, address: str, wall: FakeWall
) -> None:
    arrive(page, address)
    wall.stale = 2
    becomes(page, "stale")
    assert said(page, "condition") == "2个数据源长时间无新数据"
    expect(page.locator(".source[data-stale]:visible")).to_have_count(2)
    old(page, False)
    wall.stale = 0
    becomes(page, "live")


def test_a_server_that_dies_and_comes_back(page: Page, watch: Watch, wall: FakeWall) -> None:
    watch.forgive("net::ERR")
    port = free_port()
    with served_wall(wall, port) as address:
        arrive(page, address)
    becomes(page, "reconnecting")
    old(page, True)
    assert "以下为 11:20:" in said(page, "detail")
    assert "秒" in said(page, "detail")
    assert value(page) == "4,873", "what was known stays to be seen, marked as old"
    wall.boot, wall.version = "boot-2", 9
    with served_wall(wall, port):
        becomes(page, "live")
        old(page, False)
        expect(page.locator('[data-say="note"]')).to_have_text("服务已重新启动，数据已全部更新")
        expect(page.locator(".card-value").first).to_have_text("4,977")


def test_a_database_that_is_away(page: Page, address: str, wall: FakeWall, watch: Watch) -> None:
    watch.forgive("status of 503")
    arrive(page, address)
    wall.status = 503
    becomes(page, "away")
    old(page, True)
    assert said(page, "condition") == "数据库暂不可用"
    wall.status = 200
    becomes(page, "live")
    old(page, False)


def test_old_figures_of_the_server_are_marked_with_their_age(
    page: Page, address: str, wall: FakeWall
) -> None:
    arrive(page, address)
    wall.old = "数据库暂时无法读取"
    becomes(page, "away")
    old(page, True)
    expect(page.locator('[data-say="detail"]')).to_contain_text("1 分钟")
    wall.old = ""
    becomes(page, "live")


def test_a_network_that_is_cut(page: Page, address: str, watch: Watch) -> None:
    watch.forgive("net::ERR_INTERNET_DISCONNECTED")
    arrive(page, address)
    page.context.set_offline(True)
    becomes(page, "offline")
    old(page, True)
    page.context.set_offline(False)
    becomes(page, "live")
    old(page, False)


@pytest.mark.parametrize(
    ("last", "date", "note"),
    [
        (datetime(2026, 11, 22, 23, 59, 56, tzinfo=UTC), "2026年11月23日", "新的一天，今日数据重新累计"),
        (datetime(2026, 11, 30, 23, 59, 56, tzinfo=UTC), "2026年12月01日", "新的一月，今日数据重新累计"),
    ],
)
def test_midnight_and_the_end_of_a_month(
    page: Page, address: str, wall: FakeWall, last: datetime, date: str, note: str
) -> None:
    wall.set(last - timedelta(minutes=OFFSET))
    arrive(page, address)
    assert said(page, "clock").startswith("23:59:5")
    wall.slow = 1.2
    becomes(page, "turning")
    old(page, True)
    expect(page.locator('[data-say="note"]')).to_have_text(note)
    wall.slow = 0
    becomes(page, "live")
    old(page, False)
    expect(page.locator('[data-say="date"]')).to_have_text(date)
    assert said(page, "clock").startswith("00:00:")


def test_the_clock_is_the_servers(page: Page, address: str, wall: FakeWall) -> None:
    arrive(page, address)
    page.evaluate("() => { const real = Date.now; Date.now = () => real() - 7200000; }")
    page.wait_for_timeout(1500)
    becomes(page, "live")
    assert said(page, "clock").startswith("11:20:")
    wall.at += 3_600_000
    expect(page.locator('[data-say="note"]')).to_have_text("服务器时间已校准", timeout=5000)
    assert said(page, "clock").startswith("12:20:")


def test_a_tab_that_slept(page: Page, address: str, wall: FakeWall) -> None:
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    arrive(page, address)
    page.evaluate(hide, True)
    page.wait_for_timeout(800)
    wall.asked.clear()
    page.wait_for_timeout(1500)
    assert wall.asked == []
    wall.slow = 0.8
    page.evaluate(hide, False)
    old(page, True)
    assert said(page, "clock") == "--:--:--"
    wall.slow = 0
    becomes(page, "live")
    old(page, False)


@pytest.mark.parametrize("status", [401, 403])
def test_a_revoked_access_leaves_no_figure_on_the_screen(
    page: Page, address: str, wall: FakeWall, watch: Watch, status: int
) -> None:
    watch.forgive(f"status of {status}")
    arrive(page, address)
    wall.status = status
    becomes(page, "denied")
    assert "授权已失效" in page.locator(".shut").inner_text()
    expect(page.locator(".card")).to_have_count(0)
    assert "4,873" not in page.content()
    wall.status = 200
    becomes(page, "live")
    expect(page.locator(".card-value").first).to_have_text("4,873")


@pytest.mark.webgl
def test_a_new_version_comes_without_leaving_full_screen(page: Page, address: str, wall: FakeWall) -> None:
    arrive(page, address)
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    page.evaluate("window.__same = true")
    wall.build, wall.version = "build-2", 2
    expect(page.locator('#wall[data-build="build-2"]')).to_be_visible(timeout=PATIENCE)
    becomes(page, "live")
    expect(page.locator(".card-value").first).to_have_text("4,886")
    assert page.evaluate("window.__same && document.fullscreenElement === document.documentElement")
    assert page.locator("#wall").count() == 1
    wall.tick()
    expect(page.locator(".card-value").first).to_have_text("4,899", timeout=5000)
    wall.asked.clear()
    page.wait_for_timeout(2000)
    assert len(wall.asked) <= 5, "the loop of the document before has ended"


def test_a_new_version_whose_document_is_not_there_yet_changes_nothing(
    page: Page, address: str, wall: FakeWall
) -> None:
    arrive(page, address)
    page.route("**/wall", lambda route: route.fulfill(status=200, body="<p>somebody else's</p>"))
    wall.build = "build-2"
    wall.tick()
    page.wait_for_timeout(4000)
    becomes(page, "live")
    assert value(page) == "4,886"
    assert page.locator("#wall").get_attribute("data-build") == "build-1"


@pytest.mark.webgl
def test_memory_past_its_bound_makes_the_wall_begin_anew_once(page: Page, wall: FakeWall) -> None:
    wall.bound = 1
    with served_wall(wall) as address:
        arrive(page, address)
        page.evaluate("window.__same = true; document.getElementById('wall').dataset.first = 'yes'")
        page.evaluate("window.yiping.wall.dispatch({ type: 'memory', mono: performance.now(), used: 2 })")
        expect(page.locator("#wall:not([data-first])")).to_be_visible(timeout=PATIENCE)
        becomes(page, "live")
        assert page.evaluate("window.__same")
        page.evaluate("document.getElementById('wall').dataset.second = 'yes'")
        page.evaluate("window.yiping.wall.dispatch({ type: 'memory', mono: performance.now(), used: 2 })")
        page.wait_for_timeout(3000)
        expect(page.locator("#wall[data-second]")).to_be_visible()


def test_without_a_city_it_says_so_and_wakes_up_by_itself(page: Page, address: str, wall: FakeWall) -> None:
    wall.notice = "尚未载入城市"
    arrive(page, address)
    expect(page.locator(".notice").first).to_have_text("尚未载入城市")
    wall.notice = ""
    wall.tick()
    expect(page.locator(".card-value").first).to_be_visible(timeout=8000)


def test_its_keys(page: Page, address: str) -> None:
    arrive(page, address)
    page.keyboard.press("?")
    expect(page.locator(".help")).to_contain_text("全屏")
    page.keyboard.press("Escape")
    expect(page.locator(".help")).to_be_hidden()


def test_the_map_without_webgl(page: Page, address: str) -> None:
    arrive(page, address)
    expect(page.locator('#wall[data-map="plain"][data-drawn]')).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".ground-area")).to_have_count(26)
    fills = page.evaluate(
        "[...document.querySelectorAll('.ground-area')].map((one) => one.getAttribute('fill'))"
    )
    assert all(fill.startswith("#") for fill in fills)
    assert page.locator(".ground-dot").count() > 100


@contextlib.contextmanager
def shown(page: Page, wall: FakeWall, width: int, height: int, theme: str = "dark") -> Iterator[None]:
    with served_wall(wall) as address:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{address}?theme={theme}")
        expect(page.locator("#wall[data-drawn]")).to_be_visible(timeout=PATIENCE)
        page.wait_for_timeout(300)
        yield


_TEXTS = """() => {
  const seen = [];
  const walker = document.createTreeWalker(document.getElementById("wall"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const text = node.nodeValue.trim();
    const holder = node.parentElement;
    if (!text || !holder.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    seen.push([text, holder, box]);
  }
  return seen.map(([text, holder, box]) => {
    const style = getComputedStyle(holder);
    const color = holder instanceof SVGElement ? style.fill : style.color;
    let ground = null;
    let tamed = false;
    let clipped = "";
    for (let at = holder; at && at !== document.documentElement.parentElement; at = at.parentElement) {
      const worn = getComputedStyle(at);
      if (worn.display === "contents") continue;
      if (!ground && worn.backgroundColor !== "rgba(0, 0, 0, 0)") ground = worn.backgroundColor;
      if (worn.textOverflow === "ellipsis" || worn.webkitLineClamp !== "none") tamed = true;
      if (worn.overflow === "visible" || tamed || clipped) continue;
      const frame = at.getBoundingClientRect();
      const room = 0.25 * box.height;
      const sides = [box.right - frame.right, frame.left - box.left];
      const over = [...sides, box.bottom - frame.bottom - room, frame.top - box.top - room];
      if (Math.max(...over) > 1.5) clipped = `${at.className} ${over.map(Math.round)}`;
    }
    const kind = String(holder.className.baseVal ?? holder.className);
    return { text: text.slice(0, 30), kind, size: parseFloat(style.fontSize), color, ground, clipped };
  });
}"""


@pytest.mark.parametrize(
    ("kind", "width", "height"),
    [
        # The map takes the same place in every kind of scene: in one of them WebGL draws it.
        pytest.param(kind, *size, marks=[pytest.mark.webgl] if kind == "overview" else [])
        for kind in ("overview", "ranking", "hot", "trace", "emergency")
        for size in SIZES
    ],
)
def test_no_text_is_small_or_cut_at_any_size_with_long_names(
    page: Page, width: int, height: int, kind: str
) -> None:
    wall = FakeWall(kind=kind, long=True)  # type: ignore[arg-type]
    with shown(page, wall, width, height):
        texts = page.evaluate(_TEXTS)
        assert len(texts) > 60
        least = 18 * min(width / 1920, height / 1080)
        assert [one for one in texts if one["size"] < least - 0.1] == []
        assert [f"{one['text']} in {one['kind']}: {one['clipped']}" for one in texts if one["clipped"]] == []
        size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert size == [width, height], "no scroll bars"


def luminance(color: str) -> float:
    parts = [float(part) / 255 for part in color[color.index("(") + 1 : -1].split(",")[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(
    "state", [pytest.param("live", marks=pytest.mark.webgl), "stale", "old", "emergency"]
)
def test_every_text_has_the_contrast_of_aa(page: Page, watch: Watch, theme: str, state: str) -> None:
    watch.forgive("status of 503")
    wall = FakeWall(kind="emergency" if state == "emergency" else "overview", stale=2 * (state == "stale"))
    with shown(page, wall, 1920, 1080, theme):
        if state == "old":
            wall.status = 503
            becomes(page, "away")
            old(page, True)
        texts = page.evaluate(_TEXTS)
        assert len(texts) > 60
        weak = {
            f"{one['kind']}: {one['color']} on {one['ground']}: {contrast(one['color'], one['ground']):.2f}"
            for one in texts
            if contrast(one["color"], one["ground"]) < 4.5
        }
        assert weak == set()

"""Zhengzhou at its true size on the map: from the city to one grid and its events, each held against the queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from app import bind_map, whole_city
from callbacks.mapviews import MapViews
from data.answers import Question
from data.city import load_city
from data.citypack import read_pack
from data.clocks import HOUR, iso, now
from data.demo.filling import fill_demo
from data.indicators import shown
from data.queries.figures import totals
from data.queries.levels import level_values
from data.queries.lists import list_events
from data.reference import Reference, reference
from data.store import Store
from layouts import ids
from maps import scales
from tests.support.browser import SOFTWARE_GL, beside, watched_page
from tests.support.maps import click_grid, look, settle
from tests.support.serving import served_store

KEY = "received"

pytestmark = pytest.mark.slow
expect.set_options(timeout=60_000)


@dataclass(frozen=True)
class Town:
    """The city of the tests: its store, where it is served, and the instant that its views hold for."""

    store: Store
    known: Reference
    views: MapViews
    address: str
    search: str


@pytest.fixture(scope="module")
def town(zhengzhou: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    present = now()
    as_of = present - 2 * HOUR
    with Store.open(f"sqlite:///{folder / 'city.db'}", synchronous="OFF", pool_size=4) as store:
        load_city(store, read_pack(zhengzhou), present)
        fill_demo(store, 30_000, present, present)
        views = MapViews(whole_city(store), folder / "geometry")
        with served_store(
            whole_city(store), lambda made: bind_map(store, made), folder / "geometry"
        ) as address:
            search = f"as_of={iso(as_of)}&indicator={KEY}"
            yield Town(store, reference(store), views, address.rstrip("/"), search)


@pytest.fixture(scope="module")
def painter(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser with WebGL that the processor draws."""
    with beside(browser, tmp_path_factory.mktemp("gl"), SOFTWARE_GL) as drawing:
        yield drawing


@pytest.fixture
def page(painter: Browser) -> Iterator[Page]:
    with watched_page(painter) as (made, watch):
        watch.forgive("GPU stall")
        yield made
        watch.verify()


def holds(page: Page, town: Town, scope: str) -> str:
    """Holds what the map shows of a scope against the queries, and gives the level that it shows."""
    found = look(page)
    header = found["header"]
    wanted = town.views.wanted(f"scope={scope}&{town.search}&level={found['shown']}")
    question = wanted.scene.question
    assert header["scope"] == wanted.scene.grid.code == scope
    level = wanted.file.level
    values = level_values(town.store, question, level.depth, KEY)
    places = np.searchsorted(values.grid_ids, level.ids[wanted.places])
    received = values.numerator[places]
    made = scales.scale(KEY, received.astype(float), None)
    expected = scales.classes(made, received.astype(float), np.zeros(len(received), dtype=bool))
    assert found["classes"] == expected.tolist()
    first, count = header["first"], header["count"]
    painted = found["painted"]
    assert [painted[first + at] for at in range(count)] == [made.colors[one] for one in expected]
    assert set(painted[:first] + painted[first + count :]) <= {253}, "nothing beyond the scope has a colour"
    total = totals(town.store, question, [KEY])[KEY]
    expect(page.locator(f"#{ids.MAP_CARD} .side-value")).to_have_text(shown(KEY, total.value))
    return str(found["shown"])


def test_from_the_city_to_one_grid_and_its_events(page: Page, town: Town) -> None:
    tree = town.known.tree
    page.goto(f"{town.address}/map?{town.search}")
    settle(page)
    assert holds(page, town, "410100") == "district"
    seen = {"410100": look(page)}
    street = next(grid for grid in tree if grid.depth == 2 and grid.parent == "410122")
    busy = max(
        tree.at_depth(street.code, 4),
        key=lambda grid: (
            grid.kind is None,
            totals(town.store, _question(town, grid.code), [KEY])[KEY].numerator,
        ),
    )
    way = [*tree.ancestors(busy.code)[1:], busy]
    for step in way:
        found = look(page)
        # A click goes one step down towards the grid that is clicked, of whatever level that is.
        target = next(grid for grid in way if _drawn(town, found["shown"], grid.code))
        click_grid(page, found["shown"], target.code)
        settle(page, f"{step.code}")
        assert parse_qs(urlsplit(page.url).query)["scope"] == [step.code]
        holds(page, town, step.code)
        seen[step.code] = look(page)
        expect(page.locator(f"#{ids.MAP_CRUMBS}")).to_contain_text(step.name)
    listed = list_events(town.store, _question(town, busy.code), "overdue", 6).rows
    expect(page.locator(f"#{ids.MAP_EVENTS} .event-link")).to_have_count(len(listed))
    page.get_by_role("link", name=f"{busy.name}的全部事件").click()
    expect(page.locator(".card").first).to_be_visible()
    expect(page.locator(f"#{ids.CRUMBS}")).to_contain_text(busy.name)
    page.go_back()
    settle(page, busy.code)
    for step in reversed(way[:-1]):
        page.go_back()
        settle(page, f"scope={step.code}&")
        assert look(page)["painted"] == seen[step.code]["painted"]
    page.go_forward()
    settle(page, f"scope={way[1].code}&")
    page.reload()
    settle(page, f"scope={way[1].code}&")
    assert look(page)["painted"] == seen[way[1].code]["painted"]


def test_all_19582_cells_at_once_and_little_to_send(page: Page, town: Town) -> None:
    sizes: dict[str, int] = {}

    def weigh(name: str) -> None:
        sizes[name] = sizes.get(name, 0) + 1

    page.on("request", lambda request: weigh(urlsplit(request.url).path))
    page.goto(f"{town.address}/map?{town.search}&level=level3")
    settle(page)
    assert holds(page, town, "410100") == "level3"
    assert look(page)["header"]["count"] == 19_582
    assert look(page)["bytes"] <= 25_000
    assert all(count == 1 for path, count in sizes.items() if path.startswith("/geometry/"))
    cell = next(grid for grid in town.known.tree.at_depth("410105", 4) if grid.kind is None)
    click_grid(page, "level3", cell.code)
    settle(page, "scope=410105")
    assert holds(page, town, "410105") == "level3"
    assert all(count == 1 for path, count in sizes.items() if path.startswith("/geometry/"))


def _question(town: Town, scope: str) -> Question:
    return town.views.wanted(f"scope={scope}&{town.search}&level=level3").scene.question


def _drawn(town: Town, level: str, code: str) -> bool:
    book = town.views.atlas()
    assert book is not None
    return code in book.by_key[level].level.place_of

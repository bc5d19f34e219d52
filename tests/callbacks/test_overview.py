"""The callbacks against fake reads, without a browser: every id exists and every panel answers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient

from callbacks import state
from callbacks.outlines import OutlineBook, base_of
from data.clocks import DAY
from data.words import word
from layouts import ids
from tests.support.fakes import NEIGHBOURHOODS, NOW, FakeCity
from tests.support.screens import app_of, asked, callbacks_of, components, outputs_of, run

PANELS = {
    ids.CARDS: "children",
    ids.MAP: "figure",
    ids.TREND: "figure",
    ids.CATEGORIES: "children",
    ids.CHANNELS: "children",
    ids.EVENTS_ROWS: "children",
    ids.GRID_RESULTS: "children",
}


def view_of(client: FlaskClient, search: str) -> dict[str, Any]:
    found: dict[str, Any] = run(client, ids.VIEW, **{ids.URL: search})[ids.VIEW]["data"]
    return found


def test_every_callback_speaks_of_ids_and_properties_that_the_layout_has(
    app: dash.Dash, client: FlaskClient
) -> None:
    page = {
        name: one
        for one in components(app.validation_layout)
        if isinstance(name := getattr(one, "id", None), str)
    }
    for callback in callbacks_of(client):
        named = [(one["id"], one["property"]) for one in [*callback["inputs"], *callback["state"]]]
        named += [(name, prop) for name, prop, _ in outputs_of(callback)]
        for name, prop in named:
            if name.startswith("{"):
                # A pattern: its components come with the page's data.
                continue
            assert name in page, f"{name}.{prop} is not in the layout"
            assert prop in page[name]._prop_names, f"{name} has no property {prop}"


def test_no_output_has_two_writers_by_accident(client: FlaskClient) -> None:
    plain = [
        (name, prop)
        for callback in callbacks_of(client)
        for name, prop, twice in outputs_of(callback)
        if not twice
    ]
    assert len(plain) == len(set(plain))


def test_ids_come_once_and_every_constant_is_used(app: dash.Dash) -> None:
    used = [
        name
        for component in components(app.validation_layout)
        if isinstance(name := getattr(component, "id", None), str)
    ]
    constants: list[str] = []
    for name, value in vars(ids).items():
        if name.isupper():
            constants += asdict(value).values() if isinstance(value, ids.Head) else [value]
    assert sorted(used) == sorted(constants)


def test_the_app_hides_no_missing_ids(app: dash.Dash) -> None:
    assert not app.config.suppress_callback_exceptions
    assert not app.config.external_scripts
    assert app.config.serve_locally if "serve_locally" in app.config else app.scripts.config.serve_locally


@pytest.mark.parametrize(
    "search",
    [
        "?",
        "?scope=boston-dorchester",
        "?scope=boston-roxbury",
        "?scope=boston-harbor-islands",
        "?period=today",
    ],
)
@pytest.mark.parametrize("indicator", ["handling_timeliness", "received", "overdue_open", "satisfaction"])
def test_every_panel_answers(client: FlaskClient, search: str, indicator: str) -> None:
    view = view_of(client, f"{search}&indicator={indicator}")
    for output, prop in PANELS.items():
        assert run(client, output, **{ids.VIEW: view, ids.SCALE: 1})[output][prop]


@pytest.mark.parametrize("search", ["?", "?scope=boston-roxbury"])
def test_a_city_without_events_answers_and_says_what_to_run(search: str) -> None:
    client = app_of(FakeCity(events=False)).server.test_client()
    answer = run(client, ids.VIEW, **{ids.URL: search})
    assert "python app.py import" in json.dumps(answer[ids.NOTICES]["children"])
    for output in PANELS:
        assert run(client, output, **{ids.VIEW: answer[ids.VIEW]["data"]}) is not None


def test_an_empty_store_says_what_to_run() -> None:
    fake = FakeCity(loaded=False)
    answer = run(app_of(fake).server.test_client(), ids.VIEW, **{ids.URL: ""})
    assert answer[ids.PANELS]["hidden"] is True
    assert "python app.py city load" in json.dumps(answer[ids.EMPTY]["children"])
    assert fake.asked == []


def test_a_broken_store_is_told_in_one_line() -> None:
    fake = FakeCity()
    client = app_of(fake).server.test_client()
    view = view_of(client, "?")
    fake.broken = True
    for output in PANELS:
        if output != ids.GRID_RESULTS:
            told = asked(client, output, **{ids.VIEW: view})["sideUpdate"][ids.NOTICES]["children"]
            assert word("problem.failed") in json.dumps(told, ensure_ascii=False)


def test_drilling_changes_what_every_panel_asks_for(client: FlaskClient) -> None:
    city, part = view_of(client, "?"), view_of(client, "?scope=boston-dorchester")
    for output, prop in PANELS.items():
        whole = run(client, output, **{ids.VIEW: city})[output][prop]
        below = run(client, output, **{ids.VIEW: part})[output][prop]
        assert whole != below, output


def test_opening_an_event_fetches_no_panel_again(client: FlaskClient) -> None:
    view = view_of(client, "?")
    answer = run(client, ids.VIEW, **{ids.URL: "?event=3", ids.VIEW: view})
    assert ids.VIEW not in answer


def test_an_archive_is_shown_as_of_its_end_and_says_so(fake: FakeCity, client: FlaskClient) -> None:
    fake.now = NOW + 280 * DAY
    answer = run(client, ids.VIEW, **{ids.URL: "?"})
    assert answer[ids.VIEW]["data"] == {"search": "?", "as_of": NOW, "live": False}
    assert "as_of=now" in json.dumps(answer[ids.AS_OF]["children"])


def test_a_range_the_wrong_way_round_stays_and_is_explained(client: FlaskClient) -> None:
    answer = run(
        client,
        ids.URL,
        **{ids.RANGE_APPLY: 1, ids.RANGE_FIRST: "2026-02-01", ids.RANGE_LAST: "2026-01-01", ids.URL: "?"},
    )
    assert ids.URL not in answer
    assert "2026-02-01" in answer[ids.RANGE_PROBLEM]["children"]


def test_a_range_keeps_the_rest_of_the_view(client: FlaskClient) -> None:
    given = {
        ids.RANGE_APPLY: 1,
        ids.RANGE_FIRST: "2026-01-01",
        ids.RANGE_LAST: "2026-01-31",
        ids.URL: "?scope=boston-fenway&event=3",
    }
    answer = run(client, ids.URL, **given)
    assert answer[ids.URL]["search"] == "?scope=boston-fenway&from=2026-01-01&to=2026-01-31"


def test_an_unknown_event_is_said(client: FlaskClient) -> None:
    answer = run(client, ids.DRAWER, **{ids.URL: "?event=999999"})
    assert answer[ids.DRAWER]["hidden"] is False
    assert "999999" in json.dumps(answer[ids.DRAWER_BODY]["children"])


def test_a_refresh_keeps_the_pages_that_are_open(client: FlaskClient) -> None:
    view = view_of(client, "?")
    shown = {"of": ["boston", "overdue"], "rows": 75, "next": "75"}
    kept = run(client, ids.EVENTS_ROWS, **{ids.VIEW: view, ids.EVENTS_PAGE: shown})
    assert len(kept[ids.EVENTS_ROWS]["children"]) == 75
    other = run(
        client, ids.EVENTS_ROWS, **{ids.VIEW: view, ids.EVENTS_PAGE: shown | {"of": ["x", "overdue"]}}
    )
    assert len(other[ids.EVENTS_ROWS]["children"]) == 25


def test_the_version_is_tiny_and_never_cached(fake: FakeCity, client: FlaskClient) -> None:
    first = client.get("/version")
    assert first.headers["Cache-Control"] == "no-store"
    assert len(first.data) < 64
    fake.version += 1
    assert client.get("/version").json != first.json
    assert first.json == {"version": state.version_token(1, NOW)}


def test_outlines_have_an_address_that_never_changes(fake: FakeCity, client: FlaskClient) -> None:
    found = OutlineBook(fake.reads()).outlines(fake.tree, "boston")
    assert found is not None
    answer = client.get(found.address)
    assert "immutable" in answer.headers["Cache-Control"]
    assert {feature["id"] for feature in json.loads(answer.data)["features"]} == set(found.codes)
    assert len(found.codes) == len(NEIGHBOURHOODS)
    packed = client.get(found.address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"


def test_outlines_of_a_depth_have_an_address_of_their_own(fake: FakeCity, client: FlaskClient) -> None:
    book = OutlineBook(fake.reads())
    below = book.at_depth(fake.tree, "boston", 1)
    assert below == book.outlines(fake.tree, "boston"), "those of the children are kept once"
    own = book.at_depth(fake.tree, "boston-roxbury", 1)
    assert own is not None
    assert own.codes == {"boston-roxbury"}
    assert own.address.endswith("/boston-roxbury.json?depth=1")
    answer = client.get(own.address)
    assert [one["id"] for one in json.loads(answer.data)["features"]] == ["boston-roxbury"]
    assert client.get(own.address.replace("depth=1", "depth=7")).status_code == 404
    assert book.at_depth(fake.tree, "boston", 7) is None


@pytest.mark.parametrize(
    "address", ["/geometry/0/boston.json", "/geometry/0/nowhere.json", "/geometry/0/a%2Fb.json"]
)
def test_unknown_outlines_are_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_outlines_are_made_once(fake: FakeCity) -> None:
    book = OutlineBook(fake.reads())
    for _ in range(3):
        book.outlines(fake.tree, "boston")
        book.outlines(fake.tree, "boston-roxbury")
    assert fake.asked.count("shapes") == 1
    assert base_of(fake.tree, "boston-roxbury") == "boston"


def test_the_chinese_face_is_served_from_the_wheel(client: FlaskClient) -> None:
    answer = client.get("/fonts/yiping-sans.otf")
    assert answer.status_code == 200
    assert answer.data[:4] == b"OTTO"
    answer.close()

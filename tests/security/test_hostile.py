"""Events are hostile input, and so are addresses: what is written in them is shown as it stands and runs nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from data.audit import Wanted, entries, verify
from tests.support.twins import OUTSIDE, Twins, parted, twins

HERE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    with (
        pytest.MonkeyPatch.context() as patch,
        twins(tmp_path_factory.mktemp("hostile"), Random(4), patch) as made,
    ):
        made.both("leader", "GET", "/")
        yield made


TRAVERSALS = (
    "../app.py",
    "..%2f..%2fapp.py",
    "%2e%2e/%2e%2e/app.py",
    "....//....//app.py",
    "..%5c..%5capp.py",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "x%00.json",
    ".." + "/.." * 20 + "/etc/passwd",
)


@pytest.mark.parametrize(
    "address",
    [
        "/geometry/{}",
        "/geometry/0000/{}.json",
        "/fonts/{}",
        "/vendor/maplibre-0.3.6/{}",
        "/basemap/{}",
        "/basemap/1/1/{}.png",
        "/assets/{}",
        "/export/file/{}",
        "/export/{}.csv",
        "/static/{}",
        "/_dash-component-suites/dash/{}",
    ],
)
def test_no_address_leads_out_of_its_folder(cities: Twins, address: str) -> None:
    for path in TRAVERSALS:
        found = cities.first.mayor.get(address.format(path))
        told = found.get_data()
        assert b"root:" not in told, path
        assert b"build_app" not in told, path
        assert found.status_code in (200, 301, 302, 303, 308, 400, 404, 500), path
        if found.status_code == 500:
            # Dash raises for a package that it does not serve, and says nothing.
            assert address.startswith("/_dash-component-suites/"), path


@pytest.mark.parametrize(
    "search",
    [
        "?scope=' OR 1=1 --",
        "?scope=11' UNION SELECT password FROM account --",
        "?indicator=received;DROP TABLE event",
        "?list=newest' --&period=%00",
        "?sort=name);DELETE FROM event",
        "?after=1);DELETE FROM event--&q=%25%27%20OR%201%3D1",
        "?category=road') OR ('1'='1&channel=hotline\"",
        "?as_of=2026-06-01T00:00:00Z' --",
        "?event=1 OR 1=1",
    ],
)
def test_nothing_of_an_address_becomes_sql(cities: Twins, search: str) -> None:
    store = cities.first.store

    def counts() -> list[int]:
        with store.reading() as connection:
            return [
                connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
                for table in ("event", "event_step", "account", "grid")
            ]

    before = counts()
    for path in (
        "/values?level=district&",
        "/figures?level=district&",
        "/points?kind=newest&level=district&",
        "/export/events.csv?",
    ):
        first, second = cities.both("leader", "GET", path + search.lstrip("?"))
        assert first.status_code < 500
        assert OUTSIDE.encode() not in first.get_data()
        assert first.get_data() == second.get_data()
    assert counts() == before


def latest(cities: Twins) -> Any:
    return entries(cities.first.store, Wanted(), 1)[0]


def test_a_foreign_scope_is_refused_in_words_and_audited(cities: Twins) -> None:
    _, beyond = parted(cities.tree, cities.scope)
    client = cities.first.leader
    for code in (beyond[-1], "no-such-grid"):
        callback = next(name for name in cities.first.app.callback_map if name.startswith("..view.data"))
        known = cities.first.app.callback_map[callback]
        sent = {"url.search": f"?scope={code}", "version.data": "1", "view.data": None}
        parts = [{**one, "value": sent[f"{one['id']}.{one['property']}"]} for one in known["inputs"]]
        body = {
            "output": callback,
            "outputs": [
                {"id": name.rpartition(".")[0], "property": name.rpartition(".")[2]}
                for name in callback.strip(".").split("...")
            ],
            "inputs": parts,
            "state": [{**one, "value": None} for one in known["state"]],
            "changedPropIds": ["url.search"],
        }
        client.set_cookie("language", "en")
        told = client.post("/_dash-update-component", json=body, headers=HERE).get_data(as_text=True)
        assert f"The grid {code} lies outside your area" in told
        found = latest(cities)
        assert (found.who, found.action, found.subject, found.result) == (
            "leader",
            "read",
            f"grid {code}",
            "refused",
        )
        assert found.scope == cities.scope
        assert found.address == "127.0.0.1"


def test_an_event_outside_is_as_unknown_as_one_that_never_was(cities: Twins) -> None:
    callback = next(name for name in cities.first.app.callback_map if name.startswith("..drawer.hidden"))
    known = cities.first.app.callback_map[callback]
    answers = []
    for number in (cities.outside_ids[-1], 999_999):
        sent = {"url.search": f"?event={number}", "version.data": "1"}
        body = {
            "output": callback,
            "outputs": [
                {"id": name.rpartition(".")[0], "property": name.rpartition(".")[2]}
                for name in callback.strip(".").split("...")
            ],
            "inputs": [{**one, "value": sent[f"{one['id']}.{one['property']}"]} for one in known["inputs"]],
            "state": [{**one, "value": None} for one in known["state"]],
            "changedPropIds": ["url.search"],
        }
        answer = cities.first.leader.post("/_dash-update-component", json=body, headers=HERE)
        answers.append(answer.get_data(as_text=True).replace(str(number), "N"))
        found = latest(cities)
        assert (found.action, found.subject, found.result) == ("read", f"event {number}", "refused")
    assert answers[0] == answers[1]


def test_what_the_audit_tells_holds_together(cities: Twins) -> None:
    assert verify(cities.first.store).holds
    no = cities.first.leader.get("/audit/export.csv")
    assert no.status_code == 403
    assert latest(cities).result == "refused"

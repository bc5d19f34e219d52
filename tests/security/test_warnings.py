"""Warnings tell nobody anything from beyond their scope, and only who may works on them: by the page's own callbacks,
asked as no page of ours would ask."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from data.access import Role
from data.alerting.keeping import Alert, one
from data.audit import Wanted, entries
from data.clocks import MINUTE, SECOND
from data.words import word
from layouts import ids
from tests.support.asking import HERE, Asking, outputs_of
from tests.support.city import CITY
from tests.support.screens import callbacks_of
from tests.support.twins import INSIDE, OUTSIDE, Twins, twins

ACTS = (ids.HOT_ACKNOWLEDGE, ids.HOT_ASSIGN, ids.HOT_CLOSE)


def asks(client: FlaskClient, changed: str, given: dict[str, Any]) -> dict[str, Any]:
    """The request of the callback of the page of warnings that hears of a property, with some of what it is given."""
    for callback in callbacks_of(client):
        heard = [f"{one['id']}.{one['property']}" for one in callback["inputs"]]
        if changed in heard and "hot-" in callback["output"] and "hot-place" not in callback["output"]:
            parts = [*callback["inputs"], *callback["state"]]
            told = [{**each, "value": given.get(f"{each['id']}.{each['property']}")} for each in parts]
            return {
                "output": callback["output"],
                "outputs": outputs_of(callback["output"]),
                "inputs": told[: len(heard)],
                "state": told[len(heard) :],
                "changedPropIds": [changed],
            }
    raise AssertionError(f"no callback of the page hears of {changed}")


def shown(both: Twins, who: str, search: str) -> tuple[TestResponse, TestResponse]:
    """What both servers show at an address of the page."""
    at = {"url.search": search, "url.pathname": "/hot"}
    body = asks(both.first.mayor, f"{ids.HOT_TURN}.data", at)
    return both.both(who, "POST", "/_dash-update-component", json=body, headers=HERE)


def act(both: Twins, who: str, button: str, number: int) -> bytes:
    """What the first server says to an act on a warning."""
    given = {
        f"{button}.n_clicks": 1,
        "hot-held.data": {"id": number, "acts": 0},
        "hot-to.value": "环卫所",
        "hot-note.value": "已修好",
        "hot-turn.data": 0,
    }
    body = asks(both.first.mayor, f"{button}.n_clicks", given)
    first, _ = both.both(who, "POST", "/_dash-update-component", json=body, headers=HERE)
    assert first.status_code == 200, first.get_data()
    return first.get_data()


def state_of(both: Twins, number: int) -> Alert:
    return one(both.first.store, CITY, number)[0]


@pytest.mark.parametrize("role", ["leader", "operator", "auditor"])
def test_the_page_tells_of_nothing_beyond(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    random = Random(role)
    with twins(tmp_path, random, monkeypatch, role) as both:
        both.both("leader", "GET", "/")
        asking = Asking(both, random)
        searches = [
            *("", "?tab=due", "?tab=whistle", "?tab=recheck", "?status=closed"),
            *(f"?scope={code}&tab=due" for code in asking.codes),
            *(f"?warning={number}" for number in (*both.inside_warnings, *both.outside_warnings, 99)),
        ]
        heard = b""
        for search in searches:
            assert OUTSIDE.encode() in b"".join(each.get_data() for each in shown(both, "mayor", "?tab=due"))
            first, second = shown(both, "leader", search)
            assert first.status_code == 200
            assert first.get_data() == second.get_data(), search
            assert OUTSIDE.encode() not in first.get_data(), search
            heard += first.get_data()
        assert f"{INSIDE} unit".encode() in heard
        # What is to be checked once more is for whoever works on it or audits.
        reason = word("hot.reason_again").encode("unicode_escape")
        assert (reason in heard) == (role != "leader")


@pytest.mark.parametrize("role", ["leader", "operator", "auditor"])
def test_only_who_may_works_on_warnings_and_only_within_the_scope(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    with twins(tmp_path, Random(role), monkeypatch, role) as both:
        both.both("leader", "GET", "/")
        mine, theirs = both.inside_warnings[0], both.outside_warnings[0]
        for button in ACTS:
            said = act(both, "leader", button, theirs)
            assert (
                word("hot.fault_gone" if role == "operator" else "hot.refused").encode("unicode_escape")
                in said
            )
            assert state_of(both, theirs).state == "open"
        told = [(each.result, each.subject) for each in entries(both.first.store, Wanted(action="handle"))]
        assert told == [("refused", f"warning {theirs}")] * 3
        act(both, "leader", ids.HOT_CLOSE, mine)
        assert state_of(both, mine).state == ("closed" if role == "operator" else "open")
        last = entries(both.first.store, Wanted(action="handle"), limit=1)[0]
        assert (last.who, last.subject) == ("leader", f"warning {mine}")
        assert last.result == ("ok" if role == "operator" else "refused")


def test_a_page_that_is_left_open_is_one_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with twins(tmp_path, Random(3), monkeypatch, "leader") as both:
        search = f"?warning={both.outside_warnings[0]}"
        for tick in range(20):
            both.clock.at += 10 * SECOND
            shown(both, "leader", search)
            assert len(entries(both.first.store, Wanted(action="read", result="refused"))) == 1, tick
        both.clock.at += 2 * MINUTE
        shown(both, "leader", search)
        assert len(entries(both.first.store, Wanted(action="read", result="refused"))) == 2

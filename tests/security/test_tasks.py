"""Only who may works on tasks and signs in for duty, and only within their scope: by the page's own callbacks, asked as
no page of ours would ask."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient

from data.access import Role
from data.audit import Wanted, entries
from data.clocks import DAY
from data.tasks.duty import board
from data.tasks.listing import one_task, tasks
from data.words import word
from layouts import ids
from tests.support.asking import HERE, outputs_of
from tests.support.city import CITY
from tests.support.screens import callbacks_of
from tests.support.twins import NOW, Twins, parted, twins


def said(both: Twins, changed: str, given: dict[str, Any]) -> str:
    """What the first server says to the leader's request of the callback that hears of a property."""
    client: FlaskClient = both.first.mayor
    for callback in callbacks_of(client):
        if changed not in [f"{one['id']}.{one['property']}" for one in callback["inputs"]]:
            continue
        parts = [*callback["inputs"], *callback["state"]]
        told = [{**each, "value": given.get(f"{each['id']}.{each['property']}")} for each in parts]
        return sent(
            both,
            callback["output"],
            told[: len(callback["inputs"])],
            told[len(callback["inputs"]) :],
            changed,
        )
    raise AssertionError(f"no callback of the page hears of {changed}")


def sent(both: Twins, output: str, inputs: list[Any], state: list[Any], changed: str) -> str:
    body = {
        "output": output,
        "outputs": outputs_of(output),
        "inputs": inputs,
        "state": state,
        "changedPropIds": [changed],
    }
    answer = both.first.leader.post("/_dash-update-component", json=body, headers=HERE)
    assert answer.status_code == 200, answer.get_data()
    return answer.get_data().decode("unicode_escape")


def act(both: Twins, action: str, number: int, grid: str) -> str:
    return said(
        both,
        f"{ids.TASKS_SURE}.n_clicks",
        {
            f"{ids.TASKS_SURE}.n_clicks": 1,
            f"{ids.TASKS_PENDING}.data": [action, number, grid],
            f"{ids.TASKS_NOTE}.value": "a note",
            f"{ids.TASKS_UNTIL_DAY}.value": "2026-06-25",
            f"{ids.TASKS_UNTIL_TIME}.value": "17:30",
        },
    )


def signs(both: Twins, grid: str) -> str:
    """What is said to a press of the sign-in button of a grid."""
    name = f'{{"action":"sign_in","grid":"{grid}","number":0,"type":"task-do"}}'
    button = {
        "id": {"action": "sign_in", "grid": grid, "number": 0, "type": "task-do"},
        "property": "n_clicks",
        "value": 1,
    }
    for callback in callbacks_of(both.first.mayor):
        if "task-do" in callback["inputs"][0]["id"]:
            state = [{**one, "value": 0} for one in callback["state"]]
            return sent(both, callback["output"], [[button]], state, f"{name}.n_clicks")
    raise AssertionError("no callback hears of the buttons")


@pytest.mark.parametrize("role", ["leader", "operator", "auditor"])
def test_only_who_may_acts_and_only_within_the_scope(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    with twins(tmp_path, Random(f"tasks {role}"), monkeypatch, role) as both:
        both.both("leader", "GET", "/")
        store = both.first.store
        theirs = both.outside_tasks[-1]
        before = one_task(store, CITY, theirs, NOW + DAY)
        (foreign,) = before[0].shares
        for action in ("done", "return", "extend", "withdraw"):
            reason = "tasks.wrong_none" if role == "operator" else "tasks.refused"
            assert word(reason) in act(both, action, theirs, foreign.grid)
        assert one_task(store, CITY, theirs, NOW + DAY) == before
        told = [(each.result, each.subject) for each in entries(store, Wanted(action="handle"))]
        assert told == [("refused", f"task {theirs}")] * 4
        mine = both.inside_tasks[-1]
        act(both, "extend", mine, "")
        step = one_task(store, CITY, mine, NOW + DAY)[1][-1]
        assert ((step.what, step.who) == ("extended", "leader")) == (role == "operator")
        last = entries(store, Wanted(action="handle"), limit=1)[0]
        assert (last.who, last.subject) == ("leader", f"task {mine}")
        assert last.result == ("ok" if role == "operator" else "refused")


def test_nobody_signs_in_or_issues_beyond_the_scope(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with twins(tmp_path, Random("duty"), monkeypatch, "operator") as both:
        both.both("leader", "GET", "/")
        store = both.first.store
        beyond = parted(both.tree, both.scope)[1]
        before = board(store, CITY, NOW + DAY)
        issued = len(tasks(store, CITY, NOW + DAY, "all"))
        for code in beyond:
            assert word("tasks.wrong_watch") in signs(both, code)
        for grids in ([beyond[-1]], [both.scope, beyond[-1]], [f"all:{beyond[0]}"]):
            given = {
                f"{ids.TASKS_ISSUE}.n_clicks": 1,
                f"{ids.TASKS_KIND}.value": "command",
                f"{ids.TASKS_TITLE}.value": "mine",
                f"{ids.TASKS_GRIDS}.value": grids,
                f"{ids.TASKS_DUE_DAY}.value": "2026-06-25",
                f"{ids.TASKS_DUE_TIME}.value": "17:30",
                f"{ids.URL}.pathname": "/tasks",
                f"{ids.URL}.search": "",
            }
            assert word("tasks.wrong_beyond") in said(both, f"{ids.TASKS_ISSUE}.n_clicks", given)
        assert board(store, CITY, NOW + DAY) == before
        assert len(tasks(store, CITY, NOW + DAY, "all")) == issued

"""Who issued a task may put it off and take it back, and nobody of whom it is asked, whichever grid was in view."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from data.tasks.listing import Task, tasks
from data.words import word
from layouts import ids
from tests.security.test_scope import HERE, outputs_of
from tests.support.city import CITY
from tests.support.screens import callbacks_of
from tests.support.twins import NOW, Twins, twins

TITLE = "asked by the city"


def press(both: Twins, who: str, button: str, given: dict[str, Any]) -> bytes:
    """What the first server says to a button of the page of tasks."""
    (callback,) = (
        one for one in callbacks_of(both.first.mayor) if [part["id"] for part in one["inputs"]] == [button]
    )
    given = {f"{button}.n_clicks": 1, f"{ids.TASKS_TURN}.data": 0, "url.pathname": "/tasks", **given}
    parts = [
        [{**each, "value": given.get(f"{each['id']}.{each['property']}")} for each in callback[name]]
        for name in ("inputs", "state")
    ]
    body = {
        "output": callback["output"],
        "outputs": outputs_of(callback["output"]),
        "inputs": parts[0],
        "state": parts[1],
        "changedPropIds": [f"{button}.n_clicks"],
    }
    first, _ = both.both(who, "POST", "/_dash-update-component", json=body, headers=HERE)
    assert first.status_code == 200, first.get_data()
    return first.get_data()


def known(both: Twins) -> Task:
    (found,) = (one for one in tasks(both.first.store, CITY, NOW, "all") if one.title == TITLE)
    return found


def test_a_grid_does_not_take_back_what_is_asked_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with twins(tmp_path, Random(7), monkeypatch, "operator") as both:
        order = {
            "url.search": f"?scope={both.scope}",
            f"{ids.TASKS_KIND}.value": "temporary",
            f"{ids.TASKS_TITLE}.value": TITLE,
            f"{ids.TASKS_GRIDS}.value": [both.scope],
            f"{ids.TASKS_DUE_DAY}.value": "2026-06-28",
            f"{ids.TASKS_DUE_TIME}.value": "17:30",
        }
        press(both, "mayor", ids.TASKS_ISSUE, order)
        assert known(both).scope == CITY
        act = {
            f"{ids.TASKS_PENDING}.data": ["withdraw", known(both).id, ""],
            f"{ids.TASKS_NOTE}.value": "we would rather not",
        }
        said = press(both, "leader", ids.TASKS_SURE, act)
        assert word("tasks.wrong_issuer").encode("unicode_escape") in said
        assert known(both).withdrawn_at is None
        press(both, "mayor", ids.TASKS_SURE, act)
        assert known(both).withdrawn_by == "mayor"

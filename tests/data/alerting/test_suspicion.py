from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from data.alerting.keeping import Draft
from data.alerting.suspicion import (
    Closings,
    followed,
    not_solved,
    rechecks,
    same_matter,
    seconds_before,
    standing_out,
)
from data.clocks import DAY, HOUR, MINUTE, SECOND, Instant, parse_instant
from data.events import Operation, write
from data.lifecycle import Kind, Report, Step
from data.store import Store
from tests.support.city import CELL, STREET

NOW = parse_instant("2026-03-25T09:00:00+08:00")
START = NOW - 14 * DAY


def closings(**columns: list[int]) -> Closings:
    length = len(next(iter(columns.values())))
    given = {
        each.name: np.array(columns.get(each.name, [-1] * length), dtype=np.int64)
        for each in fields(Closings)
        if each.name != "unit"
    }
    return Closings(unit=["u"] * length, **given)


def test_what_a_citizen_denies() -> None:
    some = closings(rating=[1, 2, 2, 3, -1, 1], solved=[0, 0, 1, 0, -1, -1])
    assert not_solved(some).tolist() == [True, True, False, False, False, False]


def test_seconds_before_the_deadline() -> None:
    due = [100 * DAY] * 6
    handled = [
        each - left for each, left in zip(due, (0, 30 * SECOND, MINUTE, 61 * SECOND, -1), strict=False)
    ]
    some = closings(due_at=[*due[:5], -1], handled_at=[*handled, 5])
    assert seconds_before(some).tolist() == [True, True, True, False, False, False]


def test_what_follows_within_seven_days() -> None:
    some = closings(
        grid=[1, 1, 1, 2, 1],
        category=[5, 5, 5, 5, 6],
        reported_at=[0, 8 * DAY, 16 * DAY, 9 * DAY, 9 * DAY],
        closed_at=[DAY, 9 * DAY - 1, 17 * DAY, 10 * DAY, 10 * DAY],
    )
    assert list(followed(some)) == [(0, 1)], (
        "the third comes more than seven days after the second was closed"
    )


def test_the_same_matter_needs_place_and_text() -> None:
    one = {"lon": 113.6, "lat": 34.7, "title": "文化路86号院自来水管破裂"}
    assert same_matter(one, dict(one))
    assert not same_matter(one, one | {"lat": 34.704})
    assert not same_matter(one, one | {"title": "装修噪声扰民"})
    assert not same_matter(one | {"lon": None}, one)
    assert not same_matter(one | {"title": None}, one | {"title": None})


def test_units_stand_out_only_beyond_their_share() -> None:
    units = ["a"] * 100 + ["b"] * 100 + ["c"] * 1000 + [""] * 50
    hits = np.zeros(1250, dtype=bool)
    hits[:30] = hits[100:104] = hits[200:230] = hits[1200:1250] = True
    judged = np.ones(1250, dtype=bool)
    same = np.zeros(1250, dtype=np.int64)
    (found,) = standing_out(units, hits, judged, same)
    assert (found.unit, len(found.rows), found.of) == ("a", 30, 100)
    assert found.expected == pytest.approx(100 * (84 + 20 * 114 / 1250) / (1150 + 20))
    assert found.chance < found.share < 0.005
    assert standing_out(units, hits, np.zeros(1250, dtype=bool), same) == ()


def test_a_hard_category_explains_what_its_units_have() -> None:
    """Two units do nothing but what everybody finds hard: neither stands out, though both have far more than others."""
    units = ["a"] * 100 + ["b"] * 100 + ["c"] * 1000
    category = np.array([1] * 200 + [0] * 1000)
    hits = np.zeros(1200, dtype=bool)
    hits[:30] = hits[100:132] = hits[200:210] = True
    judged = np.ones(1200, dtype=bool)
    assert standing_out(units, hits, judged, category) == ()
    assert [each.unit for each in standing_out(units, hits, judged, np.zeros(1200, dtype=np.int64))] == [
        "b",
        "a",
    ]


def life(
    number: int, unit: str, at: Instant, *, rating: int, solved: bool, actor: str = ""
) -> list[Operation]:
    key = f"e{number}"

    def step(kind: Kind, when: Instant, by: str = "", **data: object) -> Step:
        return Step(source="s", key=key, step_key=str(kind), kind=kind, at=when, actor=by, data=data)

    return [
        Report(
            source="s",
            key=key,
            at=at,
            channel="hotline",
            category="light",
            grid=CELL,
            unit=unit,
            title=f"路灯不亮{number}",
        ),
        step(Kind.HANDLE, at + HOUR),
        step(Kind.CLOSE, at + 2 * HOUR),
        step(Kind.RATE, at + 3 * HOUR, actor, rating=rating, solved=solved),
    ]


def reasons(drafts: tuple[Draft, ...]) -> dict[str, Draft]:
    return {str(draft.body["reason"]): draft for draft in drafts}


def test_reasons_to_check_in_a_store(store: Store) -> None:
    operations: list[Operation] = []
    for number in range(120):
        bad = number % 10 == 0 and number < 100
        unit = "甲队" if bad else "乙队"
        operations += life(
            number,
            unit,
            START + number * HOUR,
            rating=1 if bad else 5,
            solved=not bad,
            actor="c1" if number > 100 else "",
        )
    write(store, operations, NOW)
    found = reasons(rechecks(store, NOW))
    assert set(found) == {"not_solved", "one_source"}
    denied, praised = found["not_solved"], found["one_source"]
    assert (denied.kind, denied.grid, denied.holder, denied.observed) == ("recheck", STREET, "甲队", 10)
    assert denied.body["of"] == 10
    assert denied.expected == pytest.approx(10 * (20 * 10 / 120) / (110 + 20))
    assert denied.chance is not None
    assert denied.chance < 0.001
    assert (praised.holder, praised.observed, praised.body["of"]) == ("乙队", 19, 19)


def test_what_goes_back_again_and_again(store: Store) -> None:
    at = START

    def went(key: str, kind: Kind, when: Instant) -> Step:
        return Step(source="s", key="e1", step_key=key, kind=kind, at=when)

    operations: list[Operation] = life(1, "甲队", at, rating=5, solved=True)[:2]
    for time in range(1, 4):
        moment = at + (1 + time) * HOUR
        operations += [
            went(f"back{time}", Kind.RETURN, moment),
            went(f"handle{time}", Kind.HANDLE, moment + MINUTE),
        ]
    operations.append(went("close", Kind.CLOSE, at + 9 * HOUR))
    assert {each.status for each in write(store, operations, NOW)} == {"added", "applied"}
    (found,) = rechecks(store, NOW)
    assert (found.body["reason"], found.body["times"]) == ("returned", 3)


def test_nothing_closed_is_nothing_to_check(store: Store) -> None:
    assert rechecks(store, NOW) == ()

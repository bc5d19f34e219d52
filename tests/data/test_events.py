from __future__ import annotations

import re
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from data import counters
from data.clocks import DAY, HOUR, MINUTE, Instant, parse_instant
from data.events import Operation, Outcome, bulk_add, delete_events, write
from data.lifecycle import Kind, Report, Step
from data.queries.lists import UnknownEvent, find_event, freshness, trace
from data.reference import NoCity, reference
from data.schema import event, event_past, event_step, rollup, source
from data.store import Store
from tests.support.brute import event_rows
from tests.support.city import CELL, CITY, DISTRICT
from tests.support.lives import Lives, around, change_overs, latest

NINE = parse_instant("2026-03-05T01:00:00Z")
NOW = NINE + 30 * DAY


def report(key: str = "k", at: Instant = NINE, **fields: Any) -> Report:
    given: dict[str, Any] = {"source": "s", "channel": "hotline", "category": "light", "grid": CELL}
    return Report(key=key, at=at, **(given | fields))


def step(kind: Kind, at: Instant = NINE + 1, key: str = "k", step_key: str = "", **data: Any) -> Step:
    return Step(source="s", key=key, step_key=step_key or str(kind), kind=kind, at=at, data=data)


def statuses(outcomes: list[Outcome]) -> list[str]:
    return [outcome.status for outcome in outcomes]


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All that a store holds of events, but for when it was recorded."""
    with store.reading() as connection:
        return {
            table.name: sorted(
                (
                    tuple(row)
                    for row in connection.execute(select(*[c for c in table.c if c.name != "recorded_at"]))
                ),
                key=repr,
            )
            for table in (event, event_step, event_past, rollup)
        }


def differing(store: Store) -> int:
    with store.reading() as connection:
        return counters.differences(connection, reference(store).lifts)[1]


def test_the_same_told_twice_is_unchanged(store: Store) -> None:
    batch: list[Operation] = [
        report(),
        step(Kind.ACCEPT),
        step(Kind.HANDLE),
        step(Kind.CLOSE),
        step(Kind.RATE, rating=5),
    ]
    assert statuses(write(store, batch, NOW)) == ["added", *["applied"] * 4]
    before, version = everything(store), store.version()
    outcomes = write(store, batch, NOW + DAY)
    assert statuses(outcomes) == ["unchanged"] * 5
    assert {outcome.event_id for outcome in outcomes} == {event_rows(store)[0]["id"]}
    assert everything(store) == before
    assert store.version() == version


def test_the_same_told_twice_in_one_batch(store: Store) -> None:
    accept = step(Kind.ACCEPT)
    assert statuses(write(store, [report(), report(), accept, accept], NOW)) == [
        "added",
        "unchanged",
        "applied",
        "unchanged",
    ]


def test_an_old_step_told_again_after_later_ones_is_unchanged(store: Store) -> None:
    write(store, [report(), step(Kind.ACCEPT), step(Kind.HANDLE, NINE + 5)], NOW)
    assert statuses(write(store, [step(Kind.ACCEPT)], NOW)) == ["unchanged"]


REFUSED: tuple[tuple[Operation, str], ...] = (
    (step(Kind.ACCEPT, NINE + 2), "step 'accept' is known as accept at .*; it cannot become accept at"),
    (step(Kind.DISPATCH, NINE + 1, step_key="accept"), "it cannot become dispatch at"),
    (report(step_key="accept"), "it cannot become report at"),
    (report(at=NINE + 1), "step 'report' is known as report at"),
    (
        report(step_key="another"),
        "event 'k' was reported before, at 2026-03-05T01:00:00Z: one event has one report",
    ),
    (step(Kind.ACCEPT, key="stranger"), "event 'stranger' is not known: report it first"),
    (step(Kind.HANDLE, NOW + 1), "the handle at .* lies in the future .now is"),
    (report("new", at=NOW + 1), "the report at .* lies in the future .now is"),
    (report("new", grid="nowhere"), "found 'nowhere'"),
    (step(Kind.CLOSE), "cannot close an event that is accepted"),
    (step(Kind.DISPATCH, NINE), "lies before the event's latest step"),
    (report(""), "expected a key, found an empty one"),
    (report("x" * 129), "expected at most 128 characters as key, found 129"),
    (replace(report("a"), source=""), "expected a source, found an empty one"),
    (replace(report("a"), source="s" * 65), "expected at most 64 characters as source, found 65"),
    (replace(report("a"), step_key="x" * 65), "as step_key"),
    (replace(report("a"), actor="x" * 65), "as actor"),
    (replace(report("a"), unit="x" * 129), "as unit"),
    (replace(report("a"), title="a\0b"), "expected text as title"),
    (replace(report("a"), key="a\0b"), "expected text as key"),
    (replace(report("a"), note="a\ud800b"), "expected text as note"),
    (replace(report("a"), lon=float("nan"), lat=1.0), "expected a number of degrees as lon, found nan"),
    (report("a", at=-1), "expected at between 1971 and 2199, found -1"),
    (report("a", handle_due_at=10**18), "expected handle_due_at between 1971 and 2199"),
    (report("a", accept_due_at=2**63), "expected accept_due_at between 1971 and 2199"),
    (step(Kind.DISPATCH, unit="x" * 129), "as unit"),
    (step(Kind.EXTEND, due_at=10**18), "expected due_at between 1971 and 2199"),
    (step(Kind.SUSPEND, until=10**18), "expected until between 1971 and 2199"),
)


def test_a_refused_operation_changes_nothing(store: Store) -> None:
    write(store, [report(), step(Kind.ACCEPT)], NOW)
    for number, (wrong, sentence) in enumerate(REFUSED):
        before, version = everything(store), store.version()
        (outcome,) = write(store, [wrong], NOW)
        assert outcome.status == "refused"
        assert re.search(sentence, outcome.reason or ""), outcome.reason
        assert everything(store) == before
        assert store.version() == version
        others = [report(f"before {number}"), wrong, report(f"after {number}")]
        assert statuses(write(store, others, NOW)) == ["added", "refused", "added"]
    assert differing(store) == 0
    histories: list[list[Operation]] = [[report("b 0")], [report("b 1"), step(Kind.CLOSE, key="b 1")]]
    histories += [[wrong] for wrong, _ in REFUSED if isinstance(wrong, Report)]
    refusals = [outcome.status == "refused" for outcome in bulk_add(store, histories, NOW)]
    assert refusals == [False, *[True] * (len(histories) - 1)]


def test_a_refused_operation_of_an_unknown_source_leaves_no_source(store: Store) -> None:
    assert statuses(write(store, [replace(step(Kind.ACCEPT), source="stranger")], NOW)) == ["refused"]
    with store.reading() as connection:
        assert connection.execute(select(source.c.name)).all() == []
    assert freshness(store).empty


def test_a_fact_of_now_is_no_future(store: Store) -> None:
    assert statuses(write(store, [report(at=NOW)], NOW)) == ["added"]
    assert statuses(write(store, [report("next", at=NOW + 1)], NOW)) == ["refused"]


def test_a_refused_step_leaves_its_key_free(store: Store) -> None:
    too_early = step(Kind.CLOSE, step_key="1")
    assert statuses(write(store, [report(), too_early, step(Kind.HANDLE, step_key="1")], NOW)) == [
        "added",
        "refused",
        "applied",
    ]


def test_the_same_key_of_another_source_is_another_event(store: Store) -> None:
    one, other = write(store, [report(), replace(report(), source="t")], NOW)
    assert (one.status, other.status) == ("added", "added")
    assert one.event_id != other.event_id


def test_single_and_batch_come_to_the_same(store: Store, sqlite_store: Store) -> None:
    lives = Lives(reference(store), Random(7), around(change_overs("Asia/Shanghai")[0], 2))
    operations = lives.mixture(250, 30)
    now = latest(operations)
    singly = [outcome for operation in operations for outcome in write(sqlite_store, [operation], now)]
    batched = [
        outcome
        for start in range(0, len(operations), 60)
        for outcome in write(store, operations[start : start + 60], now)
    ]
    assert [(o.status, o.reason) for o in singly] == [(o.status, o.reason) for o in batched]
    assert {"added", "applied", "unchanged", "refused"} == set(statuses(singly))

    def without_ids(told: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
        return told | {
            name: sorted((row[1:] for row in told[name]), key=repr)
            for name in ("event", "event_step", "event_past")
        }

    def cells(store: Store) -> set[tuple[int, ...]]:
        return {tuple(value or 0 for value in row) for row in everything(store)["rollup"] if any(row[5:])}

    one, other = without_ids(everything(sqlite_store)), without_ids(everything(store))
    for name in ("event_step", "event_past"):
        assert one[name] == other[name]
    strip = {"id", "source_id"}
    assert [
        {k: v for k, v in row.items() if k not in strip}
        for row in sorted(event_rows(store), key=lambda r: r["source_key"])
    ] == [
        {k: v for k, v in row.items() if k not in strip}
        for row in sorted(event_rows(sqlite_store), key=lambda r: r["source_key"])
    ]
    assert cells(store) == cells(sqlite_store)


def test_the_version_grows_by_commit(store: Store) -> None:
    before = store.version()
    write(store, [report(), step(Kind.ACCEPT), report("other")], NOW)
    assert store.version() == before + 1
    write(store, [report(), step(Kind.HANDLE)], NOW)
    assert store.version() == before + 2
    write(store, [], NOW)
    write(store, [report(), step(Kind.HANDLE)], NOW)
    assert store.version() == before + 2
    assert store.state().latest_at == NINE + 1


def test_the_latest_fact_does_not_go_back(store: Store) -> None:
    write(store, [report(at=NINE)], NOW)
    write(store, [report("earlier", at=NINE - DAY)], NOW)
    assert store.state().latest_at == NINE


def test_how_fresh_each_source_is(store: Store) -> None:
    write(store, [report(), replace(report(), source="b"), report("earlier", at=NINE - DAY)], NOW)
    write(store, [step(Kind.ACCEPT)], NOW + HOUR)
    write(store, [step(Kind.ACCEPT)], NOW + 2 * HOUR)
    told = freshness(store)
    assert told.to_dict("list") == {
        "source": ["b", "s"],
        "last_reported_at": [NINE, NINE],
        "last_recorded_at": [NOW, NOW + HOUR],
    }
    write(store, [report("late", at=NINE - 2 * DAY)], NOW - DAY)
    assert freshness(store)["last_recorded_at"].tolist() == [NOW, NOW + HOUR]


def test_a_trace_tells_every_step(store: Store) -> None:
    batch: list[Operation] = [
        replace(report(), actor="citizen", note="a lamp"),
        step(Kind.CORRECT, grid=DISTRICT, category="road"),
        step(Kind.HANDLE, NINE + 2),
    ]
    event_id = write(store, batch, NOW)[0].event_id
    assert event_id is not None
    told = trace(store, CITY, event_id, NOW)
    assert told.steps["kind"].tolist() == ["report", "correct", "handle"]
    assert told.steps["seq"].tolist() == [1, 2, 3]
    assert told.steps["at"].tolist() == [NINE, NINE + 1, NINE + 2]
    assert told.steps["recorded_at"].tolist() == [NOW] * 3
    assert told.steps["actor"].tolist() == ["citizen", "", ""]
    detail = told.steps["detail"][1]
    assert detail["grid"] == DISTRICT
    rows = {grid.code: grid.id for grid in reference(store).tree}
    assert detail["changes"]["grid_id"] == [rows[CELL], rows[DISTRICT]]
    assert detail["changes"]["handle_due_at"] == [NINE + 3 * DAY, NINE + 4 * HOUR]
    assert find_event(store, CITY, "k") == event_id


def test_a_store_without_a_city(database_url: str) -> None:
    with Store.open(database_url) as store, pytest.raises(NoCity, match="holds no city yet"):
        write(store, [report()], NOW)


def test_deleting_takes_everything(store: Store) -> None:
    lives = Lives(reference(store), Random(3), around(change_overs("Asia/Shanghai")[0], 2))
    operations = lives.mixture(200, 20)
    write(store, operations, latest(operations))
    ids = [row["id"] for row in event_rows(store)]
    some = ids[::2]
    version = store.version()
    assert delete_events(store, [*some, 10**9]) == len(some)
    assert store.version() == version + 1
    left = set(ids) - set(some)
    told = everything(store)
    for name in ("event", "event_step", "event_past"):
        assert {row[0] for row in told[name]} <= left
    assert differing(store) == 0
    with pytest.raises(UnknownEvent):
        trace(store, CITY, some[0], NOW)
    assert delete_events(store, ids) == len(left)
    assert differing(store) == 0
    assert all(not any(row[5:]) for row in everything(store)["rollup"])


def test_a_deleted_event_can_come_again(store: Store) -> None:
    (first,) = write(store, [report()], NOW)
    assert first.event_id is not None
    delete_events(store, [first.event_id])
    assert statuses(write(store, [report(), step(Kind.ACCEPT)], NOW)) == ["added", "applied"]
    assert differing(store) == 0


def test_many_events_in_one_batch(sqlite_store: Store) -> None:
    """More than one IN list holds, and more than SQLite takes as parameters of one statement."""
    batch: list[Operation] = [report(f"k{number}", NINE + number * MINUTE) for number in range(1200)]
    assert set(statuses(write(sqlite_store, batch, NOW))) == {"added"}
    assert set(statuses(write(sqlite_store, batch, NOW))) == {"unchanged"}
    assert differing(sqlite_store) == 0
    ids = [row["id"] for row in event_rows(sqlite_store)]
    assert delete_events(sqlite_store, [*ids, *range(10**6, 10**6 + 40_000)]) == 1200

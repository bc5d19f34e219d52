from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, update

from data import counters
from data.answers import Question
from data.city import load_city
from data.clocks import Instant, parse_instant
from data.events import Operation, bulk_add, delete_events, write
from data.grains import GRAINS, OWN_GRAINS
from data.grids import Node
from data.lifecycle import PLAIN_STAGES, Kind, Report, Step
from data.loading import NULL, BadHistories, Histories, load_histories
from data.periods import Period
from data.queries.figures import totals
from data.queries.lists import list_events
from data.rebuilding import finish_bulk, rebuild
from data.reference import Reference, reference
from data.schema import category, channel, event, event_past, rollup, rollup_version
from data.store import Store, StoreError
from tests.support.brute import brute_figures, cells_by_hand, event_rows, inside, stored_cells, told
from tests.support.city import (
    CATEGORIES,
    CITY,
    DISTRICT,
    NEW_YORK,
    SHANGHAI,
    ZONES,
    city_pack,
    moved,
    open_city,
    small_nodes,
)
from tests.support.lives import Lives, around, change_overs, latest


@pytest.fixture(params=ZONES)
def city(database_url: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """The small city, once in each zone on each database."""
    with open_city(database_url, request.param) as opened:
        yield opened


def operations(store: Store, seed: int, count: int = 400, events: int = 50) -> list[Operation]:
    known = reference(store)
    period = around(change_overs(known.zone)[seed % 2], 3)
    return Lives(known, Random(seed), period).mixture(count, events)


def tell(store: Store, told_now: list[Operation], batch: int = 40) -> Instant:
    now = latest(told_now)
    for start in range(0, len(told_now), batch):
        write(store, told_now[start : start + batch], now)
    return now


def assert_exact(store: Store) -> None:
    """The counters are what the events say, by the program's own comparison and by hand."""
    known = reference(store)
    with store.reading() as connection:
        cells, differing, found = counters.differences(connection, known.lifts)
    assert (differing, found) == (0, [])
    stored = stored_cells(store)
    assert len(stored) == cells
    assert stored == cells_by_hand(known, event_rows(store))


@pytest.mark.parametrize("seed", [0, 1])
def test_counters_are_what_random_lives_say(city: Store, seed: int) -> None:
    tell(city, operations(city, seed))
    assert len(stored_cells(city)) > 500
    assert_exact(city)
    before = stored_cells(city)
    version = city.version()
    rebuild(city)
    assert stored_cells(city) == before
    assert city.version() > version
    rebuild(city)
    assert stored_cells(city) == before


def test_deleted_events_leave_no_trace_in_the_counters(city: Store) -> None:
    tell(city, operations(city, 2))
    ids = [row["id"] for row in event_rows(city)]
    delete_events(city, ids[::3])
    assert_exact(city)
    delete_events(city, ids)
    assert stored_cells(city) == {}


def test_a_wrong_counter_is_found(sqlite_store: Store) -> None:
    tell(sqlite_store, operations(sqlite_store, 3))
    known = reference(sqlite_store)
    with sqlite_store.writing() as connection:
        key = connection.execute(select(rollup).where(rollup.c.received > 0)).mappings().first()
        assert key is not None
        where = [
            rollup.c[name] == key[name]
            for name in ("grain", "bucket", "grid_id", "category_id", "channel_id")
        ]
        connection.execute(update(rollup).where(*where).values(received=key["received"] + 1))
        connection.execute(rollup.delete().where(rollup.c.grain == GRAINS[-1].id))
    with sqlite_store.reading() as connection:
        _, differing, found = counters.differences(connection, known.lifts)
    assert differing > 1
    assert {difference.key[0] for difference in found} == {key["grain"], GRAINS[-1].id}
    rebuild(sqlite_store)
    assert_exact(sqlite_store)


def test_a_store_without_events(city: Store) -> None:
    assert rebuild(city) == 0
    assert_exact(city)
    assert finish_bulk(city) == 0


def test_only_withdrawn_events(store: Store) -> None:
    lives = Lives(reference(store), Random(1), around(change_overs(SHANGHAI)[0], 1))
    first = lives.history("k", 0)
    tell(store, first)
    with store.writing() as connection:
        connection.execute(update(event).values(withdrawn_at=latest(first)))
    assert rebuild(store) == 0
    assert_exact(store)


# A changed city.


def codes_of_events(store: Store) -> list[tuple[str, str, str, str]]:
    known = reference(store)
    return sorted(
        (
            row["source_key"],
            known.tree.by_id(row["grid_id"]).code,
            known.category_by_id[row["category_id"]].code,
            known.channel_by_id[row["channel_id"]].code,
        )
        for row in event_rows(store)
    )


def with_new_first_district() -> tuple[Node, ...]:
    return (*small_nodes(), Node("1100", "a new first district", CITY, "district"))


def with_a_street_elsewhere() -> tuple[Node, ...]:
    return moved(small_nodes(), "110101", "1102")


def with_a_level_less() -> tuple[Node, ...]:
    return moved(small_nodes(), "11010101", CITY)


@pytest.mark.parametrize("change", [with_new_first_district, with_a_street_elsewhere, with_a_level_less])
def test_a_changed_tree_takes_its_events_along(city: Store, change: object) -> None:
    assert callable(change)
    now = tell(city, operations(city, 4))
    before, version = codes_of_events(city), city.version()
    load_city(city, city_pack(reference(city).zone, change()), now)
    assert codes_of_events(city) == before
    assert city.version() > version
    assert_exact(city)
    more = [replace(operation, key=f"more {operation.key}") for operation in operations(city, 5, 100, 20)]
    tell(city, more)
    assert_exact(city)
    load_city(city, city_pack(reference(city).zone), now)
    assert_exact(city)


def test_a_tree_that_stays_leaves_the_counters_alone(store: Store) -> None:
    now = tell(store, operations(store, 4, 60))
    with store.writing() as connection:
        connection.execute(update(rollup).values(received=7))
    load_city(store, city_pack(), now)
    with store.reading() as connection:
        assert set(connection.execute(select(rollup.c.received)).scalars()) == {7}


def test_another_zone_moves_events_to_other_days(store: Store) -> None:
    now = tell(store, operations(store, 4))
    load_city(store, city_pack(NEW_YORK), now)
    assert reference(store).zone == NEW_YORK
    assert_exact(store)


def test_what_has_events_cannot_be_taken_away(store: Store) -> None:
    now = tell(store, operations(store, 4))
    version = store.state()
    kept = tuple(node for node in small_nodes() if not node.code.startswith(DISTRICT))
    with pytest.raises(
        StoreError, match=r"expected every grid that has events, found .* that the pack no longer has: 1101"
    ):
        load_city(store, city_pack(nodes=kept), now)
    with pytest.raises(StoreError, match=r"expected every category that has events, .*: noise"):
        load_city(store, city_pack(categories=[code for code in CATEGORIES if code != "noise"]), now)
    with pytest.raises(StoreError, match=r"expected every channel that has events, .*: hotline"):
        load_city(store, city_pack(channels=["patrol", "sensor"]), now)
    with pytest.raises(
        StoreError, match="expected the city '11', which this store holds, found the pack of '12'"
    ):
        load_city(store, replace(city_pack(), code="12"), now)
    assert store.state() == version
    assert_exact(store)


def test_a_category_of_the_past_keeps_its_number(store: Store) -> None:
    """An event that was noise once still was, whatever categories the city has now."""
    lives = Lives(reference(store), Random(1), around(change_overs(SHANGHAI)[0], 1))
    (first,) = lives.history("k", 0)
    assert isinstance(first, Report)
    write(store, [replace(first, category="noise")], first.at)
    correct = Step(
        source=first.source,
        key="k",
        step_key="c",
        kind=Kind.CORRECT,
        at=first.at + 5,
        data={"category": "road"},
    )
    assert [o.status for o in write(store, [correct], correct.at)] == ["applied"]
    with pytest.raises(StoreError, match=r"expected every category that has events, .*: noise"):
        load_city(store, city_pack(categories=[code for code in CATEGORIES if code != "noise"]), correct.at)


def test_categories_keep_their_ids(store: Store) -> None:
    before = {code: named.id for code, named in reference(store).categories.items()}
    load_city(store, city_pack(categories=["new", *reversed(CATEGORIES)]), 1)
    after = {code: named.id for code, named in reference(store).categories.items()}
    assert {code: after[code] for code in before} == before
    assert after["new"] not in before.values()
    with store.reading() as connection:
        assert len(connection.execute(select(category.c.id)).all()) == len(CATEGORIES) + 1
        assert len(connection.execute(select(channel.c.id)).all()) == 3


# Bulk.


def test_bulk_and_live_come_to_the_same(city: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    known = reference(city)
    lives = Lives(known, Random(6), around(change_overs(known.zone)[0], 3))
    histories = lives.histories(120)
    now = max(latest(history) for history in histories)
    outcomes = bulk_add(city, histories, now)
    assert {outcome.status for outcome in outcomes} == {"added"}
    assert city.state().counters_stale
    assert city.state().latest_at == now
    period = lives.period
    as_asked = totals(city, Question(CITY, period, now))
    assert told(as_asked) == brute_figures(event_rows(city), period, now)
    assert finish_bulk(city) > 0
    assert not city.state().counters_stale
    assert_exact(city)
    assert totals(city, Question(CITY, period, now)) == as_asked
    with open_city(f"sqlite:///{tmp_path_factory.mktemp('live')}/live.db", known.zone) as live:
        for history in histories:
            write(live, history, now)
        assert stored_cells(live) == stored_cells(city)
        drop = {"id", "source_id"}
        for one, other in zip(by_key(event_rows(live)), by_key(event_rows(city)), strict=True):
            assert {k: v for k, v in one.items() if k not in drop} == {
                k: v for k, v in other.items() if k not in drop
            }
        assert pasts(live) == pasts(city)


def by_key(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(rows, key=lambda row: str(row["source_key"]))


def pasts(store: Store) -> list[tuple[object, ...]]:
    columns = [c for c in event_past.c if c.name != "event_id"]
    statement = select(event.c.source_key, *columns).join(event, event.c.id == event_past.c.event_id)
    with store.reading() as connection:
        return sorted((tuple(row) for row in connection.execute(statement)), key=repr)


def test_bulk_takes_new_and_whole_events_only(store: Store) -> None:
    lives = Lives(reference(store), Random(8), around(change_overs(SHANGHAI)[0], 3))
    histories = lives.histories(10)
    now = max(latest(history) for history in histories)
    write(store, histories[0], now)
    broken = [
        *histories[2],
        replace(histories[3][0], key=histories[2][0].key, source=histories[2][0].source, step_key="r"),
    ]
    headless = [operation for operation in histories[4] if not isinstance(operation, Report)] or histories[0]
    given = [histories[0], histories[1], broken, headless, histories[5], histories[5]]
    outcomes = bulk_add(store, given, now)
    assert [outcome.status for outcome in outcomes] == [
        "refused",
        "added",
        "refused",
        "refused",
        "added",
        "refused",
    ]
    assert all(outcome.reason for outcome in outcomes if outcome.status == "refused")
    keys = {row["source_key"] for row in event_rows(store)}
    assert keys == {"e0", "e1", "e5"}
    finish_bulk(store)
    assert_exact(store)


def test_what_is_written_while_counters_are_stale_is_counted_in_the_end(city: Store) -> None:
    lives = Lives(reference(city), Random(9), around(change_overs(reference(city).zone)[0], 3))
    histories = lives.histories(40)
    now = max(latest(history) for history in histories)
    told_now = operations(city, 10, 200, 30)
    now = max(now, latest(told_now))
    half = len(told_now) // 2
    tell(city, told_now[:half])
    bulk_add(city, histories, now)
    assert [o.status for o in write(city, told_now[half:], now)].count("applied") > 10
    delete_events(city, [event_rows(city)[0]["id"]])
    period = lives.period
    asked = Question(CITY, period, now)
    assert told(totals(city, asked)) == brute_figures(event_rows(city), period, now)
    finish_bulk(city)
    assert_exact(city)
    assert told(totals(city, asked)) == brute_figures(event_rows(city), period, now)


def test_plain_histories_come_to_the_same_by_the_columnar_door(
    city: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    known = reference(city)
    random = Random(11)
    lives = Lives(known, random, around(change_overs(known.zone)[0], 3))
    rows = [plain_row(lives, random) for _ in range(200)]
    now = lives.period.end + 10**12
    numbers = {name: np.array([NULL if row[name] is None else row[name] for row in rows]) for name in rows[0]}
    keys = [f"p{number}" for number in range(len(rows))]
    nowhere = {"lon": np.full(len(rows), np.nan), "lat": np.full(len(rows), np.nan)}
    given = Histories(keys=keys, titles=keys, numbers=numbers, places=nowhere)
    assert load_histories(city, "plain", given, now) == len(rows)
    assert_exact(city)
    stored = event_rows(city)
    assert [{name: row[name] for name in rows[0]} for row in stored] == rows
    assert_listed_as_then(city, stored, lives.period)
    live_steps(city, known, now)
    assert_exact(city)


def test_eventful_histories_are_counted_with_the_plain_ones(city: Store) -> None:
    now = parse_instant("2026-03-01T00:00:00Z")
    whole = [parse_instant(f"2026-02-0{day}T01:00:00Z") for day in (1, 2, 3, 4, 5)]
    names = ("reported_at", "accepted_at", "dispatched_at", "handled_at", "closed_at", "rated_at")
    others = {name: np.full(1, NULL) for name in (*names[5:], "accept_due_at", "rating", "solved")}
    plain = Histories(
        keys=["p1"],
        titles=["plain"],
        units=["a unit"],
        numbers={name: np.array([at]) for name, at in zip(names[:5], whole, strict=True)}
        | dict.fromkeys(
            ("grid_id", "category_id", "channel_id", "due_provisional"), np.ones(1, dtype=np.int64)
        )
        | {"handle_due_at": np.array([whole[3]])}
        | others,
        places={"lon": np.full(1, np.nan), "lat": np.full(1, np.nan)},
    )
    kinds = (Kind.ACCEPT, Kind.DISPATCH, Kind.HANDLE, Kind.RETURN)
    eventful: list[Operation] = [
        Report(source="plain", key="e1", at=whole[0], channel="patrol", category="tree", grid=DISTRICT),
        *(
            Step(source="plain", key="e1", step_key=kind, kind=kind, at=at)
            for kind, at in zip(kinds, whole[1:], strict=True)
        ),
    ]
    assert load_histories(city, "plain", plain, now, eventful=[eventful]) == 2
    assert_exact(city)
    first, second = event_rows(city)
    assert (first["unit"], first["due_provisional"], second["reworked_at"]) == ("a unit", 1, whole[4])
    wrong = Report(source="x", key="e2", at=whole[0], channel="patrol", category="tree", grid="nowhere")
    with pytest.raises(BadHistories, match="nowhere"):
        load_histories(city, "x", replace(plain, keys=["p2"]), now, eventful=[[wrong]])


def assert_listed_as_then(city: Store, rows: Sequence[Mapping[str, Any]], period: Period) -> None:
    """Lists of plain histories as of a past instant tell what their instants tell."""
    for as_of in (period.start + (period.end - period.start) // 3, period.end):
        listed = list_events(city, Question(CITY, period, as_of), "open", 1000).rows
        standing = {
            row["id"]: max(
                status for name, _, status in PLAIN_STAGES if row[name] is not None and row[name] <= as_of
            )
            for row in rows
            if row["reported_at"] <= as_of and (row["closed_at"] is None or row["closed_at"] > as_of)
        }
        assert standing
        assert dict(zip(listed["id"], listed["status"], strict=True)) == {
            event_id: status.name.lower() for event_id, status in standing.items()
        }


def plain_row(lives: Lives, random: Random) -> dict[str, int | None]:
    at = random.choice(lives.edges)
    row: dict[str, int | None] = {
        "grid_id": random.randint(1, len(lives.reference.tree)),
        "category_id": random.choice(sorted(lives.reference.category_by_id)),
        "channel_id": random.choice(sorted(lives.reference.channel_by_id)),
        "reported_at": at,
        "accept_due_at": random.choice((None, at, at + lives.stretch())),
        "handle_due_at": random.choice((None, at, at + lives.stretch())),
    }
    reached = random.randint(0, len(PLAIN_STAGES) - 1)
    for position, (name, _, _) in enumerate(PLAIN_STAGES[1:], start=1):
        at += lives.stretch() if random.random() < 0.7 else 0
        row[name] = at if position <= reached else None
    rated = row["rated_at"] is not None
    return row | {
        "rating": random.randint(1, 5) if rated else None,
        "solved": random.choice((None, 0, 1)) if rated else None,
    }


def live_steps(store: Store, known: Reference, now: Instant) -> None:
    """Events whose steps were never written out go on living, and are told again without harm."""
    rows = event_rows(store)
    again = [
        Step(
            source="plain", key=row["source_key"], step_key="accept", kind=Kind.ACCEPT, at=row["accepted_at"]
        )
        for row in rows
        if row["accepted_at"] is not None
    ]
    assert {outcome.status for outcome in write(store, again, now)} == {"unchanged"}
    more = [
        Step(
            source="plain",
            key=row["source_key"],
            step_key="x",
            kind=Kind.CORRECT,
            at=now,
            data={"grid": DISTRICT},
        )
        for row in rows
    ]
    assert {outcome.status for outcome in write(store, more, now)} == {"applied"}


# Versions, by which vectors over all grids know that they are out of date.


def test_whoever_keeps_a_vector_is_told_of_every_change(store: Store) -> None:
    told_now = operations(store, 12, 60, 12)
    now = latest(told_now)
    known = reference(store)
    for operation in told_now:
        before_cells, before = cells_by_hand(known, event_rows(store), OWN_GRAINS), versions(store)
        write(store, [operation], now)
        after = versions(store)
        assert all(after[key] >= version for key, version in before.items())
        cells = cells_by_hand(known, event_rows(store), OWN_GRAINS)
        changed = {
            key[:2] for key in cells.keys() | before_cells.keys() if cells.get(key) != before_cells.get(key)
        }
        for key in changed:
            assert after.get((key[0], key[1]), 0) > before.get((key[0], key[1]), 0), key


def versions(store: Store) -> dict[tuple[int, int], int]:
    with store.reading() as connection:
        return {(row.grain, row.bucket): row.version for row in connection.execute(select(rollup_version))}


def test_figures_of_a_scope_by_hand(city: Store) -> None:
    now = tell(city, operations(city, 13))
    known = reference(city)
    period = around(change_overs(known.zone)[1], 3)
    rows = event_rows(city)
    for grid in known.tree:
        expected = brute_figures(inside(rows, known, grid.code), period, now)
        assert told(totals(city, Question(grid.code, period, now))) == expected

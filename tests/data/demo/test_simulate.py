from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from data.answers import Question
from data.clocks import DAY, HOUR, MINUTE, Instant, parse_instant
from data.demo.filling import fill_demo, forget_demo
from data.demo.history import Demo
from data.demo.simulate import Simulation, number_of, simulated_key
from data.events import Operation, Outcome
from data.periods import Period
from data.queries.figures import totals
from data.reference import reference
from data.schema import event, event_step
from data.store import Store, StoreError
from data.tasks.tables import duty_signin
from data.verification import verify
from tests.support.demo import CITY, open_demo_city

AS_OF = parse_instant("2026-11-18T08:00:00+08:00")
EVENTS = 20_000
PER_DAY = 300
"""About the pace that so many events have in two months."""


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a demonstration with its history, to be copied."""
    path = tmp_path_factory.mktemp("history") / "demo.db"
    with open_demo_city(f"sqlite:///{path}") as opened:
        fill_demo(opened, EVENTS, AS_OF, AS_OF)
        opened.checkpoint()
    return path


def copied(history: Path, path: Path) -> Store:
    shutil.copy(history, path)
    return Store.open(f"sqlite:///{path}", synchronous="OFF")


@pytest.fixture
def store(history: Path, tmp_path: Path) -> Iterator[Store]:
    with copied(history, tmp_path / "demo.db") as opened:
        yield opened


def begun(store: Store, speed: float = 1.0, per_day: float | None = PER_DAY) -> Simulation:
    return Simulation.begin(store, Demo.of(reference(store)), speed, per_day)


def lived(store: Store, start: Instant, end: Instant, minutes: int = 5) -> Simulation:
    """A simulation that looks every few minutes, as it does beside a clock."""
    living = begun(store)
    refused = 0
    for now in range(start, end + 1, minutes * MINUTE):
        refused += living.advance(now).refused
    assert refused == 0
    return living


def received(store: Store, start: Instant, end: Instant) -> int:
    return totals(store, Question(CITY, Period(start, end), end, live=True))["received"].numerator


def kept(store: Store) -> list[tuple[Any, ...]]:
    """Every simulated event and step, without ids and the times of recording."""
    steps = event_step.join(event, event.c.id == event_step.c.event_id)
    columns = (event.c.source_key, event.c.title, event_step.c.step_key, event_step.c.at, event_step.c.detail)
    with store.reading() as connection:
        found = connection.execute(select(*columns).select_from(steps).where(event.c.source_key.like("S%")))
        return sorted(tuple(row) for row in found)


def open_now(store: Store) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).where(event.c.closed_at.is_(None))).scalar_one()


def test_a_day_passes_at_its_pace_and_the_counters_stay_exact(store: Store) -> None:
    before = open_now(store)
    living = lived(store, AS_OF, AS_OF + DAY, minutes=30)
    assert 0.75 * PER_DAY < received(store, AS_OF, AS_OF + DAY) < 1.3 * PER_DAY
    assert 0.6 * before < open_now(store) < 1.7 * before
    assert living.open == open_now(store)
    figures = totals(store, Question(CITY, Period(AS_OF, AS_OF + DAY), AS_OF + DAY, live=True))
    assert (figures["acceptance_timeliness"].value or 0) > 0.95
    assert (figures["handling_timeliness"].value or 0) > 0.85
    assert 0.9 < (figures["satisfaction"].value or 0) < 0.99
    with store.reading() as connection:
        kinds = Counter(connection.execute(select(event_step.c.kind)).scalars())
    assert kinds["verify"] > 150
    assert kinds["close"] > 200
    assert kinds["rate"] > 60
    assert verify(store).differing == 0


def test_it_lives_on_either_database(database_url: str) -> None:
    with open_demo_city(database_url) as city:
        fill_demo(city, 2_000, AS_OF, AS_OF)
        assert begun(city).advance(AS_OF + HOUR).refused == 0
        assert begun(city).advance(AS_OF + 2 * HOUR).refused == 0
        assert received(city, AS_OF, AS_OF + 2 * HOUR) > 10
        assert verify(city).differing == 0
        forget_demo(city)
        fill_demo(city, 1_000, AS_OF, AS_OF)
        assert received(city, 0, AS_OF + HOUR) == 1_000


def test_the_hours_of_the_night_are_quiet(store: Store) -> None:
    lived(store, AS_OF, AS_OF + DAY, minutes=60)
    morning = received(store, AS_OF + HOUR, AS_OF + 3 * HOUR)
    night = received(store, AS_OF + 18 * HOUR, AS_OF + 20 * HOUR)
    assert night < 0.25 * morning


def test_starting_again_says_nothing_twice(store: Store, history: Path, tmp_path: Path) -> None:
    """Stopped and started within a minute, and after an absence, it has lived as one that was never stopped."""
    end = AS_OF + 4 * HOUR
    for start, stop in (
        (AS_OF, AS_OF + HOUR + 20_000_000),
        (AS_OF + HOUR + 30_000_000, AS_OF + 2 * HOUR),
        (AS_OF + 3 * HOUR, end),
    ):
        lived(store, start, stop, minutes=1)
    with copied(history, tmp_path / "other.db") as other:
        assert begun(other).advance(end).refused == 0
        assert received(other, AS_OF, end) == received(store, AS_OF, end)
        reports = [row[:2] for row in kept(store) if row[2] == "report"]
        assert reports == [row[:2] for row in kept(other) if row[2] == "report"]
        steps, others = set(kept(store)), set(kept(other))
        assert len(steps & others) > 0.97 * len(others), "a return that was under way may be lost, no more"
    with store.reading() as connection:
        last = connection.execute(select(func.max(duty_signin.c.at))).scalar_one()
    assert AS_OF < last <= end, "the centres kept their duty meanwhile"
    assert begun(store).advance(end).written == 0
    assert verify(store).differing == 0


def test_two_at_once_do_no_harm(store: Store) -> None:
    first, second = begun(store), begun(store)
    for now in range(AS_OF, AS_OF + 2 * HOUR, 10 * MINUTE):
        first.advance(now)
        second.advance(now)
    keys = {row[0] for row in kept(store)}
    assert len(keys) > 10
    assert received(store, 0, AS_OF + 2 * HOUR) == EVENTS + len(keys)
    assert verify(store).differing == 0


def test_natural_lives_go_on_as_the_history_drew_them(store: Store) -> None:
    """What was open for no other reason than its age is closed within days; what is stuck stays for weeks."""
    with store.reading() as connection:
        young = set(
            connection.execute(
                select(event.c.source_key).where(
                    event.c.closed_at.is_(None), event.c.reported_at > AS_OF - 2 * HOUR
                )
            ).scalars()
        )
    lived(store, AS_OF, AS_OF + DAY, minutes=240)
    with store.reading() as connection:
        closed = connection.execute(
            select(func.count()).where(event.c.source_key.in_(young), event.c.closed_at.is_not(None))
        ).scalar_one()
    assert closed > 0.6 * len(young) > 3


def test_returns_come_now_and_then(store: Store) -> None:
    begun(store, speed=20.0).advance(AS_OF + HOUR)
    returns = {row[0]: row[3] for row in kept(store) if row[2] == "return"}
    again = {row[0]: row[3] for row in kept(store) if row[2] == "handle-2"}
    assert len(again) > 0
    assert all(again[key] > returns[key] for key in again)
    assert verify(store).differing == 0


def test_a_backlog_that_is_too_long_is_worked_off(store: Store) -> None:
    living = begun(store)
    before = living.open
    living.wanted_open = before / 4
    living.advance(AS_OF + DAY)
    assert living.open < 0.85 * before
    assert verify(store).differing == 0


def test_speed_is_more_events_that_are_sooner_done(store: Store) -> None:
    begun(store, speed=10.0).advance(AS_OF + HOUR)
    many = received(store, AS_OF, AS_OF + HOUR)
    assert many > 5 * PER_DAY / 24, "the morning is busier than the day"
    with store.reading() as connection:
        fresh = connection.execute(
            select(func.count(event.c.closed_at), func.count()).where(event.c.source_key.like("S%"))
        ).one()
    assert fresh[0] > 0.25 * fresh[1]
    assert verify(store).differing == 0


def test_the_pace_is_the_stores_own(store: Store) -> None:
    living = begun(store, per_day=None)
    days = [received(store, AS_OF - (back + 1) * DAY, AS_OF - back * DAY) for back in range(28)]
    assert sum(days) / 28 == pytest.approx(living.level, rel=0.25)


def test_nothing_to_simulate(tmp_path: Path) -> None:
    empty = open_demo_city(f"sqlite:///{tmp_path / 'empty.db'}")
    with empty, pytest.raises(StoreError, match="makes the history"):
        begun(empty)


def test_batches_are_in_the_order_of_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Operation] = []

    def remember(_store: Store, operations: list[Operation], _now: Instant) -> list[Outcome]:
        written.extend(operations)
        return [Outcome("applied")] * len(operations)

    living = begun(store)
    monkeypatch.setattr("data.demo.simulate.write", remember)
    living.advance(AS_OF + 3 * HOUR)
    times = [operation.at for operation in written]
    assert times == sorted(times)
    assert times[-1] <= AS_OF + 3 * HOUR


def test_keys_name_the_number_that_an_event_draws_by() -> None:
    assert number_of(simulated_key(29_921_701_003)) == 29_921_701_003
    assert number_of("D00000042") == 42
    assert (number_of("BCS-1"), number_of(""), number_of("D")) == (-1, -1, -1)

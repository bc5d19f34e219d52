from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from data import opening
from data.answers import Question
from data.city import load_city
from data.clocks import DAY, Instant, parse_instant
from data.demo.filling import demo_events, fill_demo, forget_demo, is_demo, is_unfinished
from data.demo.history import SOURCE
from data.events import write
from data.indicators import shown
from data.lifecycle import Report
from data.periods import Period
from data.queries.figures import by_grid, totals
from data.queries.lists import list_events, trace
from data.rebuilding import finish_bulk, rebuild
from data.reference import reference
from data.schema import event, event_past, event_step, source, store_state
from data.settings import Settings
from data.store import Store, StoreError
from data.verification import verify
from tests.support.city import city_pack
from tests.support.commands import Commands
from tests.support.demo import CITY, open_demo_city

AS_OF = parse_instant("2026-11-21T10:20:00+08:00")
EVENTS = 6_000


@pytest.fixture
def demo_city(database_url: str) -> Iterator[Store]:
    with open_demo_city(database_url) as opened:
        yield opened


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Store]:
    with open_demo_city(f"sqlite:///{tmp_path / 'demo.db'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A demonstration with its history, for reading."""
    with open_demo_city(f"sqlite:///{tmp_path_factory.mktemp('living') / 'demo.db'}") as opened:
        fill_demo(opened, EVENTS, AS_OF, AS_OF)
        yield opened


def whole(store: Store, as_of: Instant = AS_OF) -> Question:
    return Question(CITY, Period(parse_instant("2023-10-08T00:00:00+08:00"), as_of + 1), as_of)


def test_a_history_is_loaded_and_its_rates_are_the_published_ones(demo_city: Store) -> None:
    filled = fill_demo(demo_city, EVENTS, AS_OF, AS_OF + DAY)
    assert filled.events == EVENTS == demo_events(demo_city)
    assert AS_OF - 70 * DAY < filled.start_at < AS_OF - 60 * DAY
    figures = totals(demo_city, whole(demo_city))
    told = {key: shown(key, figures[key].value) for key in ("received", "completion", "satisfaction")}
    assert told == {"received": "6,000", "completion": "97.2%", "satisfaction": "95.8%"}
    assert figures["completion"].numerator == 5_832
    for key, low, high in (
        ("acceptance_timeliness", 0.97, 0.999),
        ("handling_timeliness", 0.92, 0.99),
        ("rating_participation", 0.28, 0.42),
        ("rework", 0.004, 0.03),
        ("false_closure", 0.002, 0.03),
    ):
        assert low < (figures[key].value or 0) < high, key
    assert 0 < figures["overdue_open"].numerator < 168
    verdict = verify(demo_city)
    assert (verdict.differing, verdict.stale) == (0, False)
    cells = verdict.cells
    rebuild(demo_city)
    assert (verify(demo_city).cells, verify(demo_city).differing) == (cells, 0)


def test_every_detour_is_there(living: Store) -> None:
    with living.reading() as connection:
        kinds = {kind for (kind,) in connection.execute(select(event_step.c.kind).distinct())}
        assert connection.execute(select(func.count()).select_from(event_past)).scalar_one() > 20
        suspended = connection.execute(
            select(func.count()).where(event.c.suspended_until > AS_OF, event.c.closed_at.is_(None))
        ).scalar_one()
        latest = connection.execute(select(func.max(event.c.last_step_at))).scalar_one()
    assert kinds >= {"return", "reopen", "extend", "suspend"}
    assert suspended > 0
    assert latest <= AS_OF


def test_an_event_reads_like_one(living: Store) -> None:
    page = list_events(living, whole(living), "overdue", 20)
    assert len(page.rows) == 20
    told = trace(living, CITY, int(page.rows["id"].iloc[0]), AS_OF)
    assert told.event["unit"].startswith(("花", "东", "济", "官", "狼"))
    assert told.event["address"]
    grids = by_grid(living, whole(living), keys=("received", "satisfaction"))
    assert set(grids["key"]) == {"received", "satisfaction"}


def test_a_real_city_takes_no_made_up_events(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'real.db'}", synchronous="OFF") as store:
        load_city(store, city_pack(), 0)
        assert not is_demo(reference(store))
        with pytest.raises(StoreError, match="made-up events do not belong among real ones"):
            fill_demo(store, 10, AS_OF, AS_OF)


def test_a_second_history_is_refused_and_replaces_the_first_when_asked(small: Store) -> None:
    with pytest.raises(ValueError, match="has come"):
        fill_demo(small, 300, AS_OF + 1, AS_OF)
    fill_demo(small, 300, AS_OF, AS_OF)
    with pytest.raises(StoreError, match="found 300: add --replace"):
        fill_demo(small, 300, AS_OF, AS_OF)
    assert forget_demo(small) == 300
    assert (demo_events(small), forget_demo(small)) == (0, 0)
    finish_bulk(small)
    assert totals(small, whole(small))["received"].numerator == 0
    fill_demo(small, 400, AS_OF, AS_OF, seed=7)
    assert totals(small, whole(small))["received"].numerator == 400
    with small.reading() as connection:
        past = connection.execute(
            select(func.count()).where(event_step.c.event_id.not_in(select(event.c.id)))
        )
        assert past.scalar_one() == 0


def test_the_events_of_others_stay(small: Store) -> None:
    others = Report(source="desk", key="1", at=AS_OF - DAY, channel="110", category="E0102", grid="410105")
    assert write(small, [others], AS_OF)[0].status == "added"
    fill_demo(small, 500, AS_OF, AS_OF)
    assert totals(small, whole(small))["received"].numerator == 501
    assert verify(small).differing == 0
    forget_demo(small)
    finish_bulk(small)
    assert totals(small, whole(small))["received"].numerator == 1
    assert verify(small).differing == 0


def test_a_first_run_makes_the_history_and_mends_one_that_was_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "DEFAULT_EVENTS", 500)
    commands = Commands(f"sqlite:///{tmp_path / 'demo.db'}", tmp_path)
    settings = Settings.load(commands.environment, env_file=None)
    with open_demo_city(commands.url) as store:
        filled = opening.fill(store, settings, AS_OF)
        assert filled is not None
        assert filled.events == 500
        assert opening.fill(store, settings, AS_OF) is None
        with store.writing() as connection:
            connection.execute(update(store_state).values(counters_stale=1))
            connection.execute(delete(event).where(event.c.id > 100))
        again = opening.fill(store, settings, AS_OF + DAY)
        assert again is not None
        assert totals(store, whole(store, AS_OF + DAY))["completion"].denominator == 500
        assert verify(store).differing == 0


def test_what_was_cut_off_is_unfinished(small: Store) -> None:
    assert not is_unfinished(small)
    fill_demo(small, 300, AS_OF, AS_OF)
    assert not is_unfinished(small)
    with small.writing() as connection:
        connection.execute(update(store_state).values(counters_stale=1))
        connection.execute(delete(event).where(event.c.id > 100))
    assert is_unfinished(small)
    with small.writing() as connection:
        connection.execute(source.insert().values(id=9, name="desk", last_reported_at=0, last_recorded_at=0))
    assert not is_unfinished(small), "what is missing may be somebody else's"
    assert SOURCE == "demo"

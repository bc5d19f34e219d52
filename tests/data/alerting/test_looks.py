"""When the city was looked at: kept with what was seen, told from what was never looked at, and known of old stores."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from data.alerting.keeping import Draft, keep
from data.alerting.looks import PATIENCE, Looks, last_looks
from data.alerting.tables import alert_look
from data.alerting.watching import watch
from data.clocks import DAY, HOUR, MINUTE, ZoneClock, parse_instant
from data.store import Store
from tests.support.city import CELL, DISTRICT, SHANGHAI, open_city

CLOCK = ZoneClock.of(SHANGHAI)
NIGHT = parse_instant("2026-03-05T03:01:00+08:00")
MORNING = parse_instant("2026-03-05T08:00:00+08:00")
SEEN = Draft("a", "sudden", CELL, "light", NIGHT - DAY, 9, 0.5)


def test_a_look_is_kept_though_it_finds_nothing(small_city: Store) -> None:
    assert last_looks(small_city, MORNING) == Looks()
    watch(small_city, NIGHT)
    watch(small_city, NIGHT)
    assert last_looks(small_city, MORNING) == Looks(NIGHT, NIGHT)
    watch(small_city, MORNING - MINUTE, hourly=True)
    assert last_looks(small_city, MORNING) == Looks(MORNING - MINUTE, NIGHT)
    assert last_looks(small_city.within(DISTRICT), MORNING) == Looks(MORNING - MINUTE, NIGHT)
    assert last_looks(small_city, NIGHT - 1) == Looks(), "as of an instant"


def test_a_look_that_breaks_off_is_none(small_city: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError

    monkeypatch.setattr("data.alerting.keeping._fade_quiet", broken)
    with pytest.raises(RuntimeError):
        keep(small_city, [SEEN], NIGHT, ())
    assert last_looks(small_city, MORNING) == Looks()


@pytest.mark.parametrize(
    ("looks", "now", "state"),
    [
        (Looks(), MORNING, "never"),
        (Looks(MORNING, NIGHT), MORNING, "fresh"),
        (Looks(MORNING - PATIENCE, NIGHT), MORNING, "fresh"),
        (Looks(MORNING - PATIENCE - 1, NIGHT), MORNING, "late"),
        (Looks(MORNING, None), MORNING, "night_late"),
        (Looks(MORNING, NIGHT - DAY), MORNING, "night_late"),
        (Looks(NIGHT, NIGHT - DAY), NIGHT + HOUR, "fresh"),
        (Looks(NIGHT + HOUR, NIGHT - DAY), NIGHT + 2 * HOUR, "night_late"),
        (Looks(NIGHT - HOUR, NIGHT - DAY), NIGHT, "fresh"),
    ],
)
def test_what_is_overdue(looks: Looks, now: int, state: str) -> None:
    assert looks.state(CLOCK, now) == state


def test_an_older_store_knows_its_looks_by_its_warnings(database_url: str) -> None:
    with open_city(database_url) as store:
        keep(store, [SEEN], NIGHT - HOUR, ())
        keep(store, [SEEN, Draft("b", "frequent", CELL, "light", NIGHT - DAY, 9, 0.5)], NIGHT, (), full=True)
        keep(store, [SEEN], NIGHT + HOUR, ())
        with store.writing() as connection:
            connection.execute(text("DROP TABLE alert_look"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0014'"))
    with Store.open(database_url) as store, store.reading() as connection:
        known = connection.execute(select(alert_look).order_by(alert_look.c.at)).all()
    assert [tuple(row) for row in known] == [(NIGHT - HOUR, False), (NIGHT, True), (NIGHT + HOUR, False)]

"""What a bulletin says of tasks and duty is what the facts of the assessment say, for every scope and instant."""

from __future__ import annotations

import pytest

from data.clocks import DAY, HOUR, MINUTE, parse_instant
from data.periods import Period
from data.store import Store
from data.tasks.duty import sign_in
from data.tasks.facts import facts
from data.tasks.keeping import Order, done, extend, give_back, issue, withdraw
from reports.content.gathering import Gathering
from reports.content.moments import Moment
from reports.content.parts import LateTask, Temporary
from reports.content.temporary import temporary
from tests.support.city import CITY, COMMUNITY, DISTRICT, OTHER_DISTRICT, STREET
from tests.support.duty import keeps_duty

START = parse_instant("2026-03-04T16:00:00Z")
MORNING = parse_instant("2026-03-05T00:30:00Z")
PERIOD = Period(START, START + DAY)
AS_OF = START + 21 * HOUR
STREETS = (STREET, "110102", "110201", "110202")


@pytest.fixture
def store(small_city: Store) -> Store:
    """The small city, once on each database."""
    return small_city


@pytest.fixture
def asked(store: Store) -> Store:
    keeps_duty(store, since="2026-03-01")
    before = issue(
        store, CITY, Order("temporary", "排查积水", "", STREETS, START - HOUR), "anna", START - 2 * DAY
    )
    done(store, CITY, before, STREET, "b", START - 2 * HOUR)
    today = issue(
        store, CITY, Order("command", "核查到岗", "", STREETS, START + 15 * HOUR), "anna", START + 9 * HOUR
    )
    done(store, CITY, today, STREET, "b", START + 15 * HOUR)
    done(store, CITY, today, "110102", "b", START + 15 * HOUR + 1)
    issue(
        store,
        DISTRICT,
        Order("temporary", "更新台账", "", (COMMUNITY,), START + 16 * HOUR),
        "d",
        START + 8 * HOUR,
    )
    gone = issue(
        store, CITY, Order("command", "取消的", "", STREETS, START + 15 * HOUR), "anna", START + HOUR
    )
    withdraw(store, CITY, gone, "anna", "误发", START + 2 * HOUR)
    sign_in(store, CITY, STREET, "a", MORNING)
    sign_in(store, CITY, "110102", "a", MORNING + 16 * MINUTE)
    return store


def told(store: Store, scope: str, as_of: int = AS_OF) -> Temporary:
    gathering = Gathering(store)
    return temporary(gathering, gathering.city.tree.get(scope), Moment(PERIOD, as_of))


@pytest.mark.parametrize("scope", [CITY, DISTRICT, OTHER_DISTRICT, STREET, COMMUNITY])
@pytest.mark.parametrize("as_of", [AS_OF, START + 10 * HOUR, START + DAY])
def test_the_figures_are_the_facts(asked: Store, scope: str, as_of: int) -> None:
    found = told(asked, scope, as_of)
    depth = Gathering(asked).city.tree.get(scope).depth
    whole = facts(asked, scope, PERIOD.start, PERIOD.end, as_of, depth)[scope]
    tallies = {one.kind: (one.on_time, one.due) for one in found.tallies}
    assert tallies == {"command": tuple(whole.commands), "temporary": tuple(whole.temporary)}
    assert (found.signed, found.owed) == tuple(whole.duty)
    assert sum(row.missed for row in found.missed) == found.owed - found.signed


def test_what_is_late_and_where(asked: Store) -> None:
    found = told(asked, CITY)
    assert [(one.kind, one.issued, one.due, one.on_time) for one in found.tallies] == [
        ("command", 2, 4, 1),
        ("temporary", 1, 1, 0),
    ]
    assert found.late == (
        LateTask("temporary", "排查积水", START - HOUR, ("street 110102", "street 110201", "street 110202")),
        LateTask("command", "核查到岗", START + 15 * HOUR, ("street 110201", "street 110202")),
        LateTask("temporary", "更新台账", START + 16 * HOUR, (f"community {COMMUNITY}",)),
    )
    assert [(row.code, row.missed, row.owed) for row in found.missed] == [
        ("110102", 2, 2),
        ("110201", 2, 2),
        ("110202", 2, 2),
        (STREET, 1, 2),
    ]
    (mine,) = told(asked, OTHER_DISTRICT).late[1:]
    assert mine.grids == ("street 110201", "street 110202")


def test_the_bulletin_of_an_instant_stays(asked: Store) -> None:
    before = told(asked, CITY)
    number = issue(asked, CITY, Order("command", "x", "", STREETS, AS_OF + DAY), "anna", AS_OF + 1)
    done(asked, CITY, 1, "110201", "b", AS_OF + 2, at=START - 2 * HOUR)
    give_back(asked, CITY, 1, STREET, "anna", "x", AS_OF + 3)
    extend(asked, CITY, number, AS_OF + 2 * DAY, "anna", "x", AS_OF + 4)
    assert told(asked, CITY) == before


def test_a_bounded_store_and_a_city_without_any(store: Store, asked: Store) -> None:
    within = Gathering(asked.within(DISTRICT))
    mine = temporary(within, within.city.tree.root, Moment(PERIOD, AS_OF))
    assert mine == told(asked, DISTRICT)


def test_nothing_is_recorded(store: Store) -> None:
    found = told(store, CITY)
    assert (found.recorded, found.on_duty, found.owed, found.late) == (False, False, 0, ())

"""What the assessment counts, by hand on both databases; and that the past does not change, whatever is added."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.clocks import DAY, HOUR, MINUTE, parse_instant
from data.grids import UnknownGrid
from data.periods import Period
from data.reference import reference
from data.store import Store
from data.tasks.duty import sign_in
from data.tasks.facts import Counted, Facts, facts
from data.tasks.keeping import Order, done, extend, give_back, issue, withdraw
from data.tasks.reported import reported
from data.tasks.states import TaskError
from tests.support.city import CELL, CITY, COMMUNITY, DISTRICT, OTHER_DISTRICT, STREET, open_city
from tests.support.duty import keeps_duty

START = parse_instant("2026-02-28T16:00:00Z")
END = parse_instant("2026-03-31T16:00:00Z")
NOW = START + HOUR
STREETS = (STREET, "110102", "110201", "110202")


def ordered(store: Store, kind: str, due_at: int, grids: tuple[str, ...] = STREETS) -> int:
    return issue(store, CITY, Order(kind, "x", "", grids, due_at), "anna", NOW)  # type: ignore[arg-type]


def test_commands_and_temporary_matters(store: Store) -> None:
    answered = ordered(store, "command", NOW + DAY)
    cleared = ordered(store, "temporary", END)
    inner = ordered(store, "temporary", NOW + DAY, (STREET, COMMUNITY, CELL, CITY))
    done(store, CITY, answered, STREET, "b", NOW + DAY)
    done(store, CITY, answered, "110102", "b", NOW + DAY + 1)
    done(store, CITY, inner, CELL, "b", NOW + 1)
    found = facts(store, CITY, START, END, END, 2)
    assert list(found) == list(STREETS)
    assert found[STREET] == Facts(Counted(), Counted(1, 1), Counted(1, 3)), "a grid and everything below it"
    assert found["110102"] == Facts(commands=Counted(0, 1)), "late"
    assert found["110201"] == Facts(commands=Counted(0, 1)), "not at all"
    assert facts(store, CITY, START, END, END, 1)[DISTRICT] == Facts(
        commands=Counted(1, 2), temporary=Counted(1, 3)
    )
    assert facts(store, CITY, START, END, END, 0)[CITY] == Facts(
        commands=Counted(1, 4), temporary=Counted(1, 4)
    )
    assert facts(store, CITY, END, END + DAY, END, 0)[CITY].temporary == Counted(0, 4), (
        "due at the first instant"
    )
    assert facts(store, CITY, END, END + DAY, END - 1, 0)[CITY].temporary == Counted(), "not due yet"
    withdraw(store, CITY, cleared, "anna", "x", END - 1)
    assert facts(store, CITY, END, END + DAY, END, 0)[CITY].temporary == Counted(), (
        "withdrawn before it was due"
    )
    withdraw(store, CITY, inner, "anna", "x", NOW + DAY)
    assert facts(store, CITY, START, END, END, 0)[CITY].temporary == Counted(1, 4), (
        "withdrawn at the due time counts"
    )


def test_a_bounded_store_counts_its_scope_alone(store: Store) -> None:
    keeps_duty(store, since="2026-03-01")
    ordered(store, "command", NOW + DAY)
    within = store.within(DISTRICT)
    assert list(facts(within, DISTRICT, START, END, END, 2)) == [STREET, "110102"]
    assert facts(within, DISTRICT, START, END, END, 1)[DISTRICT] == Facts(Counted(0, 124), Counted(0, 2))
    assert facts(store.within(STREET), STREET, START, END, END, 2)[STREET] == Facts(
        Counted(0, 62), Counted(0, 1)
    )
    assert facts(store, COMMUNITY, START, END, END, 3)[COMMUNITY] == Facts(), "its duty is its street's"
    with pytest.raises(UnknownGrid):
        facts(within, OTHER_DISTRICT, START, END, END, 2)


def test_duty(store: Store) -> None:
    keeps_duty(store, since="2026-03-02")
    second = parse_instant("2026-03-02T00:30:00Z")
    sign_in(store, CITY, STREET, "a", second + 15 * MINUTE)
    sign_in(store, CITY, "110102", "a", second + 15 * MINUTE + 1)
    sign_in(store, CITY, "110201", "a", second + 5 * DAY, at=second, via="file")
    month = facts(store, CITY, START, END, END, 2)
    assert [month[code].duty for code in STREETS] == [(1, 60), (0, 60), (1, 60), (0, 60)]
    ended = second + 15 * MINUTE
    assert facts(store, CITY, START, END, ended - 1, 1)[DISTRICT].duty == (0, 0)
    assert facts(store, CITY, START, END, ended, 1)[DISTRICT].duty == (1, 2)
    assert facts(store, CITY, START, END, ended, 1)[OTHER_DISTRICT].duty == (0, 2), "not known yet"
    assert facts(store, CITY, START, START + DAY, END, 0)[CITY].duty == (0, 0), (
        "nothing is owed before `since`"
    )


def test_a_change_of_shifts_leaves_what_was_owed(store: Store) -> None:
    keeps_duty(store, since="2026-03-02")
    second = parse_instant("2026-03-02T00:30:00Z")
    sign_in(store, CITY, STREET, "a", second)
    half = parse_instant("2026-03-16T00:00:00+08:00")
    before = facts(store, CITY, START, half, END, 2)
    keeps_duty(
        store,
        {"since": "2026-03-02"},
        {"since": "2026-03-16", "shifts": ["07:00", "15:00", "23:00"], "depth": 3},
    )
    assert facts(store, CITY, START, half, END, 2) == before
    sign_in(store, CITY, COMMUNITY, "b", parse_instant("2026-03-16T15:00:00+08:00"))
    month = facts(store, CITY, START, END, END, 2)
    below = sum(one.kind is None for one in reference(store).tree.at_depth(STREET, 3))
    assert month[STREET].duty == (2, 14 * 2 + 16 * 3 * below), (
        "the street's own, then those of its communities"
    )
    assert facts(store, CITY, START, END, END, 3)[COMMUNITY].duty == (1, 16 * 3), (
        "its street's shifts are not its own"
    )
    assert facts(store, CITY, START, END, END, 0)[CITY].duty.numerator == 2
    assert reported(store, CITY, Period(START, END), END).duty[STREET] == (1, 28)
    assert reported(store, CITY, Period(START, END), END).duty[COMMUNITY] == (1, 48)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_city(f"sqlite:///{tmp_path_factory.mktemp('facts') / 'city.db'}") as opened:
        keeps_duty(opened, since="2026-03-01")
        yield opened


ACTS = st.lists(
    st.tuples(
        st.sampled_from(("issue", "done", "backdated", "give_back", "extend", "withdraw", "sign_in", "told")),
        st.integers(0, 3),
        st.sampled_from((*STREETS, CELL)),
        st.sampled_from((0, 1, MINUTE, HOUR, 8 * HOUR, DAY)),
    ),
    min_size=4,
    max_size=25,
)


@given(ACTS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_facts_of_an_instant_do_not_change_later(
    city: Store, acts: list[tuple[str, int, str, int]]
) -> None:
    numbers: list[int] = []
    now = NOW
    seen: dict[int, object] = {}

    def look(at: int) -> object:
        whole = facts(city, CITY, START, END, at, 2)
        return whole, facts(city, CITY, START + DAY, END, at, 1), facts(city, CITY, START, at, at, 0)

    for act, which, grid, later in acts:
        # What happens within the same microsecond has no order that anybody could ask for.
        now += later + 1
        number = numbers[which % len(numbers)] if numbers else -1
        with suppress(TaskError):
            if act == "issue":
                numbers.append(issue(city, CITY, Order("command", "x", "", STREETS, now + DAY), "a", now))
            elif act == "done":
                done(city, CITY, number, grid, "a", now)
            elif act == "backdated":
                done(city, CITY, number, grid, "a", now, at=now - later)
            elif act == "give_back":
                give_back(city, CITY, number, grid, "a", "x", now)
            elif act == "extend":
                extend(city, CITY, number, now + 2 * DAY, "a", "x", now)
            elif act == "withdraw":
                withdraw(city, CITY, number, "a", "x", now)
            elif act == "sign_in":
                sign_in(city, CITY, grid, "a", now)
            else:
                sign_in(city, CITY, grid, "a", now, at=now - later, via="file")
        seen[now] = look(now)
    for at, what in seen.items():
        assert look(at) == what


def test_sums_agree_at_every_depth(city: Store) -> None:
    by_street = facts(city, CITY, START, END, END, 2).values()
    (whole,) = facts(city, CITY, START, END, END, 0).values()
    for name in ("duty", "commands"):
        pairs = [getattr(one, name) for one in by_street]
        assert getattr(whole, name) == (sum(p[0] for p in pairs), sum(p[1] for p in pairs))

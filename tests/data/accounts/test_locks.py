"""Guessing is held up: the wait grows, never shrinks by a clock, and many tries at once count as many."""

from __future__ import annotations

import threading
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from data.accounts.locks import (
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    LONGEST_WAIT,
    Failures,
    forget,
    hold,
    keys,
    let_go,
    one_more,
    wait_seconds,
)
from data.clocks import DAY, MINUTE, SECOND
from data.store import Store

NOW = 1_790_000_000 * SECOND
_INSTANTS = st.integers(NOW - 2 * DAY, NOW + 2 * DAY)


@given(st.lists(_INSTANTS, min_size=1, max_size=40), st.integers(1, 10))
def test_the_wait_never_ends_earlier_for_another_failure(instants: list[int], free: int) -> None:
    found = Failures()
    for at in instants:
        after = one_more(found, at, free)
        assert after.until_at >= found.until_at
        assert after.last_at >= found.last_at
        assert after.until_at - max(at, found.last_at) <= LONGEST_WAIT or after.until_at == found.until_at
        found = after


@given(st.integers(1, 60), st.integers(1, 10))
def test_each_failure_waits_at_least_as_long_as_the_one_before(count: int, free: int) -> None:
    before, after = (
        one_more(Failures(number, NOW, 0), NOW, free).until_at - NOW for number in (count, count + 1)
    )
    assert before <= after <= LONGEST_WAIT


@given(_INSTANTS, _INSTANTS)
def test_waiting_only_makes_the_wait_shorter(first: int, second: int) -> None:
    found = Failures(9, NOW, NOW + LONGEST_WAIT)
    early, late = sorted((first, second))
    assert wait_seconds(found, early) >= wait_seconds(found, late) >= 0


def test_the_first_failures_are_free_and_then_each_doubles_the_wait() -> None:
    found, waits = Failures(), []
    for _ in range(12):
        found = one_more(replace(found, until_at=0), NOW, free=5)
        waits.append(wait_seconds(found, NOW))
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]


def test_a_day_later_the_failures_are_forgotten() -> None:
    found = Failures(50, NOW, NOW + LONGEST_WAIT)
    assert one_more(found, NOW + FORGOTTEN_AFTER, 5).count == 1
    assert one_more(found, NOW + FORGOTTEN_AFTER - 1, 5).count == 51


def test_the_last_second_of_a_wait_still_waits() -> None:
    found = Failures(5, NOW, NOW + FIRST_WAIT)
    assert wait_seconds(found, NOW + FIRST_WAIT - 1) == 1
    assert wait_seconds(found, NOW + FIRST_WAIT) == 0


def test_failures_count_for_the_name_and_for_the_address(store: Store) -> None:
    for number in range(5):
        assert hold(store, keys("li", f"10.0.0.{number}", None, 5), NOW).wait == 0
    assert hold(store, keys("li", "10.0.0.99", None, 5), NOW).wait == 30
    assert hold(store, keys("wang", "10.0.0.99", None, 5), NOW).wait == 0
    for number in range(24):
        hold(store, keys(f"name{number}", "10.9.9.9", None, 5), NOW)
    assert hold(store, keys("zhao", "10.9.9.9", None, 5), NOW).wait == 0
    assert hold(store, keys("zhou", "10.9.9.9", None, 5), NOW).wait == 30


def test_addresses_of_one_network_of_ipv6_are_one() -> None:
    assert keys("a", "2001:db8::1", None, 5)[0] == keys("a", "2001:db8::ffff:1", None, 5)[0]
    assert keys("a", "2001:db8:0:1::1", None, 5)[0] != keys("a", "2001:db8::1", None, 5)[0]


def test_a_try_that_has_to_wait_is_not_counted(store: Store) -> None:
    under = keys("li", "10.0.0.1", None, 5)
    for _ in range(5):
        hold(store, under, NOW)
    assert {hold(store, under, NOW).wait for _ in range(20)} == {30}
    assert hold(store, under, NOW + 30 * SECOND).wait == 0
    assert hold(store, under, NOW + 30 * SECOND).wait == 60


def test_many_tries_at_once_count_as_many(store: Store) -> None:
    passed: list[int] = []

    def tries() -> None:
        for _ in range(5):
            passed.append(hold(store, keys("li", "10.0.0.1", None, 5), NOW).wait)

    threads = [threading.Thread(target=tries) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 20
    assert passed.count(0) == 5


def test_a_success_forgets_the_names_failures_and_keeps_the_addresss(store: Store) -> None:
    for _ in range(4):
        hold(store, keys("li", "10.0.0.1", None, 5), NOW)
    let_go(store, hold(store, keys("li", "10.0.0.1", None, 5), NOW), forget=True)
    assert hold(store, keys("li", "10.0.0.2", None, 5), NOW).wait == 0
    for number in range(20):
        assert hold(store, keys(f"x{number}", "10.0.0.1", None, 5), NOW).wait == 0
    assert hold(store, keys("y", "10.0.0.1", None, 5), NOW).wait == 0
    assert hold(store, keys("z", "10.0.0.1", None, 5), NOW).wait == 30


def test_successes_do_not_lift_what_a_guesser_at_the_same_address_has_earned(store: Store) -> None:
    mine = hold(store, keys("mine", "10.0.0.1", None, 5), NOW)
    for number in range(24):
        hold(store, keys(f"x{number}", "10.0.0.1", None, 5), NOW)
    let_go(store, mine, forget=True)
    assert hold(store, keys("y", "10.0.0.1", None, 5), NOW).wait == 30


def test_a_known_browser_is_not_locked_out_by_a_stranger(store: Store) -> None:
    for _ in range(9):
        hold(store, keys("li", "10.6.6.6", None, 5), NOW)
    assert hold(store, keys("li", "10.0.0.1", None, 5), NOW).wait == 30
    assert hold(store, keys("li", "10.0.0.1", "device1", 5), NOW).wait == 0


def test_an_administrator_lifts_the_wait(store: Store) -> None:
    for _ in range(5):
        hold(store, keys("li", "10.0.0.1", None, 5), NOW)
    forget(store, "li", NOW + MINUTE)
    assert hold(store, keys("li", "10.0.0.1", None, 5), NOW).wait == 0

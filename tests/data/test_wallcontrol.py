"""The control state of walls in the store, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from data.clocks import HOUR
from data.store import Store, StoreError
from data.wallcontrol import Unreadable, change_control, look, parsed, read_control
from data.wallplan import Change, Control, frozen, resumed
from tests.support.city import CITY, DISTRICT

AT = 1_790_000_000_000_000


def test_a_wall_that_nobody_has_touched_turns_by_itself(store: Store) -> None:
    assert read_control(store, CITY) == Control()
    assert look(store).controls == {}


def test_a_change_stands_in_the_store_with_who_made_it(store: Store) -> None:
    change = Change(AT, "Li", "freeze", "")
    made = change_control(store, CITY, change, lambda control: frozen(control, AT))
    assert made == replace(frozen(Control(), AT), version=1, changes=(change,))
    assert read_control(store, CITY) == made
    assert read_control(store, DISTRICT) == Control()


def test_one_look_tells_what_has_changed(store: Store) -> None:
    before = look(store)
    assert look(store) == before
    change_control(store, CITY, Change(AT, "Li", "freeze"), lambda control: frozen(control, AT))
    after = look(store)
    assert (after.version, after.reference_version) == (before.version, before.reference_version)
    assert after != before
    assert parsed(after.controls[CITY]) == read_control(store, CITY)
    assert (after.version, after.reference_version) == (
        store.state().version,
        store.state().reference_version,
    )


def test_the_last_change_wins_and_both_are_kept(store: Store) -> None:
    change_control(store, CITY, Change(AT, "Li", "freeze"), lambda control: frozen(control, AT))
    made = change_control(
        store, CITY, Change(AT + HOUR, "Wu", "resume"), lambda control: resumed(control, AT + HOUR)
    )
    assert (made.version, made.frozen_at, [change.by for change in made.changes]) == (2, None, ["Wu", "Li"])


def test_operators_who_press_at_once_lose_nothing(store: Store) -> None:
    """The first row of a scope too: nobody's change is overwritten unseen."""

    def press(number: int) -> int:
        return change_control(store, CITY, Change(AT + number, f"op{number}", "next"), lambda c: c).version

    with ThreadPoolExecutor(4) as pool:
        versions = sorted(pool.map(press, range(8)))
    assert versions == list(range(1, 9))
    assert {change.by for change in read_control(store, CITY).changes} == {
        f"op{number}" for number in range(8)
    }


def test_a_store_within_a_scope_turns_no_wall(store: Store) -> None:
    with pytest.raises(StoreError, match="reads only"):
        change_control(store.within(DISTRICT), DISTRICT, Change(AT, "Li", "next"), lambda control: control)


def test_a_store_that_cannot_be_read_is_said_to_be(sqlite_store: Store) -> None:
    with sqlite_store.writing() as connection:
        connection.exec_driver_sql("DROP TABLE wall_control")
    with pytest.raises(Unreadable):
        look(sqlite_store)

"""A city that changes its pack: frozen months are worked again to the same, and what they rest on cannot be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from data.assessment.arithmetic import Cases
from data.assessment.keeping import board, freeze, frozen, verify
from data.assessment.measuring import city_rules
from data.assessment.rules import DEFAULT
from data.city import load_city, past_duty
from data.clocks import DAY, MINUTE, parse_instant
from data.reference import reference
from data.store import Store, StoreError
from data.tasks.duty import sign_in
from tests.support.assessed import MONTH, NOW, RUNNING, told
from tests.support.city import CITY, city_pack

DUTY = {"since": "2026-05-01"}
FROM_JUNE = {"since": "2026-06-01", "shifts": ["07:00", "15:00", "23:00"], "before_minutes": 30}
FIRST_SHIFT = parse_instant("2026-05-04T08:30:00+08:00")


def loaded(store: Store, *duty: Mapping[str, Any], **more: Any) -> None:
    load_city(store, replace(city_pack(), duty=duty, **more), NOW)


def freezing(store: Store, *duty: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The scores of MONTH by its street, frozen, with one sign-in and the other shifts missed."""
    loaded(store, *duty, **more)
    told(store)
    sign_in(store, CITY, "110101", "a", FIRST_SHIFT - MINUTE)
    assert freeze(store, MONTH, NOW)
    assert verify(store, MONTH) == ()
    return scores(store)


def scores(store: Store) -> dict[str, Any]:
    return {one.code: one.score for one in board(store, CITY, MONTH, 2, NOW).standings}


def test_shifts_that_change_from_the_next_month_on_move_no_frozen_score(small_city: Store) -> None:
    before = freezing(small_city, DUTY)
    assert before["110101"].of("centre").given.cases == Cases(1, 62)
    loaded(small_city, DUTY, FROM_JUNE)
    assert verify(small_city, MONTH) == ()
    assert scores(small_city) == before
    assert freeze(small_city, RUNNING, NOW + 20 * DAY)
    assert verify(small_city, RUNNING) == verify(small_city, MONTH) == ()
    june = {one.code: one.score for one in board(small_city, CITY, RUNNING, 2, NOW + 20 * DAY).standings}
    assert june["110101"].of("centre").given.cases == Cases(0, 90), "three shifts a day"


def test_the_shifts_of_a_frozen_month_cannot_be_changed(small_city: Store) -> None:
    before = freezing(small_city, DUTY)
    version = reference(small_city).version
    for duty, day in (
        ((FROM_JUNE | {"since": "2026-05-01"},), "2026-05-01"),
        ((DUTY, FROM_JUNE | {"since": "2026-05-31"}), "2026-05-31"),
        ((FROM_JUNE,), "2026-05-01"),
        ((), "2026-05-01"),
    ):
        with pytest.raises(StoreError) as refused:
            loaded(small_city, *duty)
        assert f"found other shifts from {day} on" in str(refused.value)
        assert 'since = "2026-06-01" or later' in str(refused.value)
    assert (reference(small_city).version, scores(small_city)) == (version, before), "nothing was changed"
    assert verify(small_city, MONTH) == ()


def test_days_that_are_over_and_not_frozen_are_told(store: Store) -> None:
    def said(*duty: Mapping[str, Any]) -> str | None:
        return past_duty(store, replace(city_pack(), duty=duty), NOW)

    loaded(store, DUTY)
    assert said(DUTY) is None
    assert said(DUTY, FROM_JUNE | {"since": "2026-06-20"}) is None, "from today on"
    assert "from 2026-06-19 on, which is over" in str(said(DUTY, FROM_JUNE | {"since": "2026-06-19"}))
    assert "from 2026-05-01 on" in str(said())


def test_a_store_without_a_city_has_no_past(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        assert past_duty(store, replace(city_pack(), duty=(DUTY,)), NOW) is None


def test_peers_and_sources_are_those_of_the_frozen_month(small_city: Store) -> None:
    before = freezing(small_city, DUTY, unrecorded=("satisfaction",))
    groups = [
        {"name": "城区", "codes": ["110101", "110102"]},
        {"name": "郊区", "codes": ["110201", "110202"]},
    ]
    loaded(small_city, DUTY, bulletins={"groups": groups})
    assert verify(small_city, MONTH) == ()
    assert scores(small_city) == before
    assert before["110101"].of("rating").reason == "unrecorded"


def test_rules_hold_from_their_month_on(small_city: Store) -> None:
    first = {"version": "1", "weights": {"handling": 30, "centre": 5}}
    second = {"since": "2026-06", "version": "2", "weights": {"handling": 20, "centre": 15}, "depths": [2]}
    loaded(small_city, DUTY, assessment=(first, second))
    told(small_city)
    versions = [
        city_rules(reference(small_city), month).version for month in ("2026-04", MONTH, RUNNING, "2027-01")
    ]
    assert versions == ["1", "1", "2", "2"]
    running = board(small_city, CITY, RUNNING, 2, NOW)
    assert (running.rules.version, board(small_city, CITY, MONTH, 2, NOW).rules.version) == ("2", "1")
    # The month before is frozen late, when the next one's rules are in the pack.
    assert freeze(small_city, MONTH, NOW)
    fixed = frozen(small_city, MONTH)
    assert fixed is not None
    assert (fixed.rules.version, fixed.rules.of("handling").weight, fixed.rules.depths) == ("1", 30, (1, 2))
    loaded(small_city, DUTY, assessment=(second,))
    assert verify(small_city, MONTH) == ()
    assert city_rules(reference(small_city), "2026-04") == DEFAULT, "before the first the defaults hold"

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.clocks import DAY, HOUR, Instant, ZoneClock, parse_instant
from data.grains import GRAINS, OWN_GRAINS, Grain, Unit, buckets, cover, family
from data.periods import Period
from tests.support.city import NEW_YORK, SHANGHAI

CLOCKS = tuple(ZoneClock.of(zone) for zone in (SHANGHAI, NEW_YORK, "Asia/Kolkata"))
FROM, TO = parse_instant("2025-06-01T00:00:00Z"), parse_instant("2027-06-01T00:00:00Z")
FAMILIES = sorted(
    {family(grain.depth, grain.by_category, grain.by_channel) for grain in GRAINS} | {OWN_GRAINS}, key=str
)
UNITS = sorted({grain.unit for grain in (*GRAINS, *OWN_GRAINS)}, key=str)


@st.composite
def moments(draw: st.DrawFn, clock: ZoneClock) -> Instant:
    """An instant, often at the edge of an hour, a day or a change-over."""
    at = draw(st.integers(FROM, TO))
    kind = draw(st.sampled_from(("any", "hour", "day", "change")))
    if kind == "hour":
        at = clock.hour_start(clock.hour_number(at))
    if kind == "day":
        at = clock.day_start(clock.day_number(at))
    if kind == "change" and clock.transitions:
        inside = [change for change in clock.transitions if FROM <= change <= TO]
        at = draw(st.sampled_from(inside)) + draw(st.sampled_from((-DAY, -HOUR, 0, HOUR, DAY)))
    return at + draw(st.sampled_from((-1, 0, 0, 0, 1)))


@st.composite
def periods(draw: st.DrawFn) -> tuple[ZoneClock, Period]:
    clock = draw(st.sampled_from(CLOCKS))
    start = draw(moments(clock))
    length = draw(st.sampled_from((0, HOUR, DAY, 3 * DAY, 70 * DAY, 400 * DAY)))
    end = draw(
        st.sampled_from((start + length, start + draw(st.integers(0, 200 * DAY)), draw(moments(clock))))
    )
    return clock, Period(min(start, end), max(start, end))


@given(periods(), st.sampled_from([*FAMILIES, ()]))
@settings(max_examples=400, deadline=None)
def test_a_cover_is_exact_and_disjoint(
    given_period: tuple[ZoneClock, Period], grains: tuple[Grain, ...]
) -> None:
    clock, period = given_period
    found = cover(clock, period, grains)
    pieces = [
        *(
            (grain.unit.start(clock, first), grain.unit.start(clock, last))
            for grain, first, last in found.runs
        ),
        *((rest.start, rest.end) for rest in found.remainders),
    ]
    assert all(start < end for start, end in pieces)
    pieces.sort()
    if period.start == period.end:
        assert pieces == []
        return
    assert pieces[0][0] == period.start
    assert pieces[-1][1] == period.end
    assert all(before[1] == after[0] for before, after in pairwise(pieces))
    assert [rest.start for rest in found.remainders] == sorted(rest.start for rest in found.remainders)


@given(periods(), st.sampled_from(FAMILIES))
@settings(max_examples=200, deadline=None)
def test_a_cover_is_greedy(given_period: tuple[ZoneClock, Period], grains: tuple[Grain, ...]) -> None:
    clock, period = given_period
    found = cover(clock, period, grains)
    finest = grains[-1].unit
    for rest in found.remainders:
        inside = finest.bucket(clock, rest.start - 1) + 1
        assert finest.start(clock, inside + 1) > rest.end, "a whole bucket is left over"
    runs = Counter(grain.id for grain, _, _ in found.runs)
    assert runs[grains[0].id] <= 1
    assert all(count <= 2 for count in runs.values())
    assert len(list(buckets(found))) == sum(last - first for _, first, last in found.runs)


@given(st.data(), st.sampled_from(CLOCKS), st.sampled_from(UNITS))
def test_a_bucket_holds_its_instants(data: st.DataObject, clock: ZoneClock, unit: Unit) -> None:
    at = data.draw(moments(clock))
    bucket = unit.bucket(clock, at)
    assert unit.start(clock, bucket) <= at < unit.start(clock, bucket + 1)
    assert unit.bucket(clock, np.array([at, at - 1], dtype=np.int64)).tolist() == [
        bucket,
        unit.bucket(clock, at - 1),
    ]


def test_every_grain_s_key_is_its_own() -> None:
    assert len({grain.id for grain in (*GRAINS, *OWN_GRAINS)}) == len(GRAINS) + len(OWN_GRAINS)
    assert len({(grain.unit, grain.depth, grain.by_category, grain.by_channel) for grain in GRAINS}) == len(
        GRAINS
    )
    assert all(grain.answers for grain in GRAINS)
    assert {grain.depth for grain in OWN_GRAINS} == {None}


@pytest.mark.parametrize("grains", FAMILIES, ids=lambda grains: "+".join(str(grain.id) for grain in grains))
def test_longer_buckets_of_a_family_are_whole_numbers_of_shorter_ones(grains: tuple[Grain, ...]) -> None:
    days = [grain.unit.size for grain in grains if grain.unit.of == "day"]
    assert days == sorted(days, reverse=True)
    assert all(longer % shorter == 0 for longer, shorter in pairwise(days))
    assert [grain.unit.of for grain in grains] == ["day"] * len(days) + ["hour"] * (len(grains) - len(days))


def test_what_no_grain_keeps() -> None:
    assert family(9, False, False) == ()
    assert family(None, True, True) == ()


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-05-01", 24)])
def test_a_day_of_new_york(day: str, hours: int) -> None:
    clock = ZoneClock.of(NEW_YORK)
    number = clock.day_number(parse_instant(f"{day}T17:00:00Z"))
    whole = Period(clock.day_start(number), clock.day_start(number + 1))
    assert whole.end - whole.start == hours * HOUR
    city = family(0, False, False)
    assert [(grain.unit.name, last - first) for grain, first, last in cover(clock, whole, city).runs] == [
        ("day", 1)
    ]
    ragged = cover(clock, Period(whole.start + HOUR, whole.end), city)
    assert [(grain.unit.name, last - first) for grain, first, last in ragged.runs] == [("hour", hours - 1)]
    assert ragged.remainders == ()

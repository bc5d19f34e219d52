from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.calendars import Limit
from data.clocks import DAY, HOUR, MINUTE, Instant, iso, parse_instant
from data.lifecycle import (
    TRANSITIONS,
    UNSET,
    Kind,
    Refused,
    Report,
    Row,
    Rules,
    Status,
    Step,
    advance,
    begin,
    due,
    is_suspended,
    overwrites,
)
from data.measures import FACT_COLUMNS, KEY_COLUMNS
from data.reference import Reference
from tests.support.city import CELL, CITY, DISTRICT, STREET
from tests.support.lives import LATER_KINDS, Life, Lives, around, change_overs

NINE = parse_instant("2026-03-05T01:00:00Z")
"""Thursday 9:00 in Shanghai, within working time."""

_LEGAL = {
    Kind.ACCEPT: "reported>accepted",
    Kind.DISPATCH: "reported>dispatched accepted>dispatched dispatched>dispatched",
    Kind.WHISTLE: "reported>reported accepted>accepted dispatched>dispatched",
    Kind.JOIN: "reported>reported accepted>accepted dispatched>dispatched",
    Kind.HANDLE: "reported>handled accepted>handled dispatched>handled",
    Kind.VERIFY: "handled>verified",
    Kind.CLOSE: "handled>closed verified>closed",
    Kind.RATE: "closed>closed",
    Kind.RETURN: "dispatched>accepted handled>dispatched verified>dispatched",
    Kind.REOPEN: "closed>dispatched",
    Kind.SUSPEND: "reported>reported accepted>accepted dispatched>dispatched",
    Kind.RESUME: "reported>reported accepted>accepted dispatched>dispatched",
    Kind.EXTEND: "reported>reported accepted>accepted dispatched>dispatched",
    Kind.APPEAL: "closed>closed",
    Kind.RULE: "closed>closed",
    Kind.CORRECT: (
        "reported>reported accepted>accepted dispatched>dispatched handled>handled verified>verified closed>closed"
    ),
    Kind.WITHDRAW: (
        "reported>withdrawn accepted>withdrawn dispatched>withdrawn handled>withdrawn verified>withdrawn"
    ),
}
"""The law as a reader would write it down."""

_PATHS: dict[Status, tuple[Kind, ...]] = {
    Status.REPORTED: (),
    Status.ACCEPTED: (Kind.ACCEPT,),
    Status.DISPATCHED: (Kind.ACCEPT, Kind.DISPATCH),
    Status.HANDLED: (Kind.ACCEPT, Kind.DISPATCH, Kind.HANDLE),
    Status.VERIFIED: (Kind.ACCEPT, Kind.DISPATCH, Kind.HANDLE, Kind.VERIFY),
    Status.CLOSED: (Kind.ACCEPT, Kind.DISPATCH, Kind.HANDLE, Kind.VERIFY, Kind.CLOSE),
    Status.WITHDRAWN: (Kind.WITHDRAW,),
}

_DATA: dict[Kind, dict[str, Any]] = {
    Kind.WHISTLE: {"unit": "water"},
    Kind.JOIN: {"unit": "water"},
    Kind.RATE: {"rating": 4, "solved": True},
    Kind.SUSPEND: {"until": NINE + 2 * HOUR},
    Kind.EXTEND: {"due_at": NINE + 5 * DAY},
    Kind.RULE: {"approved": True},
    Kind.CORRECT: {"grid": STREET},
}


class Story:
    """One event on its way."""

    def __init__(self, rules: Rules, row: Row) -> None:
        self.rules = rules
        self.row = row
        self.kinds = {Kind.REPORT}

    def step(self, kind: Kind, at: Instant = NINE, **data: Any) -> Story:
        step = Step(
            source="s", key="k", step_key=f"{kind} {at}", kind=kind, at=at, data=data or _DATA.get(kind, {})
        )
        self.row = advance(self.rules, self.row, step, self.kinds)
        self.kinds.add(kind)
        return self

    def steps(self, *kinds: Kind, at: Instant = NINE) -> Story:
        for kind in kinds:
            self.step(kind, at)
        return self

    def refuses(self, kind: Kind, sentence: str, at: Instant = NINE, **data: Any) -> None:
        before = dict(self.row)
        with pytest.raises(Refused, match=sentence):
            self.step(kind, at, **data)
        assert self.row == before


Tell = Callable[..., Story]


@pytest.fixture
def tell(shanghai: Reference) -> Tell:
    def told(at: Instant = NINE, category: str = "light", channel: str = "hotline", **fields: Any) -> Story:
        report = Report(source="s", key="k", at=at, channel=channel, category=category, grid=CELL, **fields)
        return Story(shanghai.rules, begin(shanghai.rules, report))

    return told


def test_the_table_of_transitions_is_the_law() -> None:
    written = {
        kind: " ".join(f"{old.name.lower()}>{new.name.lower()}" for old, new in sorted(changes.items()))
        for kind, changes in TRANSITIONS.items()
    }
    assert written == _LEGAL
    assert set(TRANSITIONS) == set(LATER_KINDS)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("kind", LATER_KINDS)
def test_every_step_in_every_status(tell: Tell, kind: Kind, status: Status) -> None:
    overdue = kind in (Kind.APPEAL, Kind.RULE)
    story = tell(handle_due_at=NINE if overdue else NINE + DAY, accept_due_at=None)
    at = NINE + overdue
    story.steps(*_PATHS[status], at=at)
    if kind is Kind.JOIN:
        story.kinds.add(Kind.WHISTLE)
    if kind is Kind.RULE:
        story.kinds.add(Kind.APPEAL)
    suspended = kind is Kind.RESUME
    if suspended:
        story.row = story.row | {"suspended_at": NINE, "suspended_until": NINE + HOUR}
    legal = dict(change.split(">") for change in _LEGAL[kind].split())
    old = status.name.lower()
    if old in legal:
        steps = story.row["steps"]
        story.step(kind, at)
        assert Status(story.row["status"]).name.lower() == legal[old]
        assert story.row["steps"] == steps + 1
        assert story.row["last_step_at"] == at
    else:
        story.refuses(
            kind, f"^cannot {kind} an event that is {old}: expected {', '.join(sorted(legal))}$", at
        )


def test_a_second_report_is_no_step(tell: Tell) -> None:
    tell().refuses(Kind.REPORT, "^cannot report an event that is reported: expected a new event$")


def test_steps_come_in_order_of_time(tell: Tell) -> None:
    story = tell().step(Kind.ACCEPT, NINE + 1)
    story.refuses(
        Kind.DISPATCH,
        r"^the dispatch at 2026-03-05T01:00:00Z lies before the event's latest step at "
        r"2026-03-05T01:00:00\.000001Z: an event's steps come in order of time$",
        NINE,
    )
    assert story.step(Kind.DISPATCH, NINE + 1).row["dispatched_at"] == NINE + 1


def test_a_report_that_names_what_the_city_does_not_have(tell: Tell) -> None:
    with pytest.raises(
        Refused, match=r"expected the code of a category .light, noise, other, road, tree., found 'x'"
    ):
        tell(category="x")
    with pytest.raises(Refused, match=r"expected the code of a channel .hotline, patrol, sensor., found 'x'"):
        tell(channel="x")


def test_a_report_on_an_unknown_grid(shanghai: Reference) -> None:
    with pytest.raises(Refused, match="expected the code of a grid of '11', found 'x'"):
        begin(
            shanghai.rules, Report(source="s", key="k", at=NINE, channel="hotline", category="road", grid="x")
        )


@pytest.mark.parametrize(("name", "word"), [("accept_due_at", "acceptance"), ("handle_due_at", "handling")])
def test_a_deadline_is_not_before_the_report(tell: Tell, name: str, word: str) -> None:
    with pytest.raises(Refused, match=f"^the {word} deadline .* lies before the report"):
        tell(**{name: NINE - 1})
    assert tell(**{name: NINE}).row[name] == NINE


@pytest.mark.parametrize(
    ("category", "channel", "accept", "handle"),
    [
        ("road", "hotline", 15 * MINUTE, 4 * HOUR),
        ("road", "sensor", 5 * MINUTE, HOUR),
        # Two working days from Thursday 9:00 is Monday 9:00.
        ("noise", "patrol", HOUR, 4 * DAY),
        ("light", "hotline", 2 * HOUR, 3 * DAY),
        # Eight working hours: 6.5 of Thursday are left at 9:00, 1.5 on Friday from 8:30.
        ("tree", "hotline", 30 * MINUTE, DAY + HOUR),
        ("other", "hotline", None, None),
        ("other", "patrol", None, 45 * MINUTE),
    ],
)
def test_deadlines_come_from_the_limits(
    tell: Tell, category: str, channel: str, accept: int | None, handle: int | None
) -> None:
    row = tell(category=category, channel=channel).row
    assert row["accept_due_at"] == (None if accept is None else NINE + accept)
    assert row["handle_due_at"] == (None if handle is None else NINE + handle)
    assert row["due_provisional"] == 0


def test_the_source_s_own_deadlines_stand(tell: Tell) -> None:
    row = tell(category="road", accept_due_at=None, handle_due_at=NINE + 7).row
    assert (row["accept_due_at"], row["handle_due_at"]) == (None, NINE + 7)
    row = tell(category="road", accept_due_at=NINE + 7).row
    assert (row["accept_due_at"], row["handle_due_at"]) == (NINE + 7, NINE + 4 * HOUR)


def test_a_deadline_in_2027_is_provisional_and_does_not_crash(shanghai: Reference) -> None:
    at = parse_instant("2026-12-31T01:00:00Z")
    report = Report(source="s", key="k", at=at, channel="hotline", category="noise", grid=CELL)
    rules = shanghai.rules
    found = due(rules, report, rules.category_id("noise"), rules.channel_id("hotline"))
    assert found.handle_at is not None
    assert found.handle_at > at + DAY
    assert found.provisional
    assert begin(rules, report)["due_provisional"] == 1


def test_what_a_new_event_says(tell: Tell, shanghai: Reference) -> None:
    row = tell(lon=1.5, lat=2.5, title="t", unit="u").row
    assert row["grid_id"] == shanghai.tree.get(CELL).id
    assert row["reported_at"] == row["last_step_at"] == NINE
    assert (row["lon"], row["lat"], row["title"], row["unit"]) == (1.5, 2.5, "t", "u")
    assert (row["description"], row["address"]) == (None, None)
    unknown = set(FACT_COLUMNS) - {"reported_at", "accept_due_at", "handle_due_at"}
    assert {row[name] for name in unknown} == {None}


def test_the_straight_way(tell: Tell) -> None:
    story = tell(category="road").step(Kind.ACCEPT, NINE + 1).step(Kind.DISPATCH, NINE + 2, unit="water")
    story.step(Kind.HANDLE, NINE + 3).step(Kind.VERIFY, NINE + 4).step(Kind.CLOSE, NINE + 5)
    story.step(Kind.RATE, NINE + 6, rating=2, solved=False)
    row = story.row
    assert [
        row[name] for name in ("accepted_at", "dispatched_at", "handled_at", "closed_at", "rated_at")
    ] == [
        NINE + 1,
        NINE + 2,
        NINE + 3,
        NINE + 5,
        NINE + 6,
    ]
    assert (row["rating"], row["solved"], row["unit"], row["steps"]) == (2, 0, "water", 7)
    assert row["reworked_at"] is row["exempted_at"] is row["withdrawn_at"] is None


@pytest.mark.parametrize("rating", [None, "5", 4.0, True])
def test_a_rating_is_a_whole_number(tell: Tell, rating: object) -> None:
    closed = tell().steps(*_PATHS[Status.CLOSED])
    closed.refuses(Kind.RATE, "^a rate needs 'rating' .1 to 5., found", rating=rating)


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_a_rating_is_one_to_five(tell: Tell, rating: int) -> None:
    tell().steps(*_PATHS[Status.CLOSED]).refuses(
        Kind.RATE, f"^a rating is 1 to 5, found {rating}$", rating=rating
    )


def test_a_default_rating_says_nothing(tell: Tell) -> None:
    story = tell().steps(*_PATHS[Status.CLOSED]).step(Kind.RATE, NINE + 1, rating=5, by_default=True)
    assert {story.row[name] for name in ("rated_at", "rating", "solved")} == {None}
    story.step(Kind.RATE, NINE + 2, rating=1, solved=False).step(
        Kind.RATE, NINE + 3, rating=5, by_default=True
    )
    assert (story.row["rated_at"], story.row["rating"], story.row["solved"]) == (NINE + 2, 1, 0)


def test_a_later_rating_replaces_the_earlier(tell: Tell) -> None:
    story = tell().steps(*_PATHS[Status.CLOSED]).step(Kind.RATE, NINE + 1, rating=1, solved=False)
    before = story.row
    story.step(Kind.RATE, NINE + 2, rating=4)
    assert (story.row["rated_at"], story.row["rating"], story.row["solved"]) == (NINE + 2, 4, None)
    assert overwrites(before, story.row)


def test_a_return_undoes_the_handling_and_is_remembered(tell: Tell) -> None:
    story = tell().steps(Kind.ACCEPT, Kind.DISPATCH).step(Kind.RETURN, NINE + 1)
    assert story.row["reworked_at"] == NINE + 1
    story.step(Kind.DISPATCH, NINE + 2).step(Kind.HANDLE, NINE + 3).step(Kind.RETURN, NINE + 4)
    assert (story.row["handled_at"], story.row["reworked_at"]) == (None, NINE + 1)
    assert Status(story.row["status"]) is Status.DISPATCHED


def test_a_reopening_undoes_handling_and_closing(tell: Tell) -> None:
    story = (
        tell().steps(*_PATHS[Status.CLOSED]).step(Kind.RATE, NINE + 1, rating=1).step(Kind.REOPEN, NINE + 2)
    )
    row = story.row
    assert (row["handled_at"], row["closed_at"], row["reworked_at"], row["rated_at"]) == (
        None,
        None,
        NINE + 2,
        NINE + 1,
    )
    assert row["handle_due_at"] == NINE + 3 * DAY


def test_join_answers_a_whistle(tell: Tell) -> None:
    story = tell()
    story.refuses(Kind.JOIN, "^cannot join an event to which nobody was called: whistle first$")
    story.step(Kind.WHISTLE).step(Kind.JOIN)
    story.refuses(Kind.WHISTLE, "^a whistle needs 'unit'", unit=7)
    story.refuses(Kind.JOIN, "^a join needs 'unit'", unit=None)


# Suspension, by the unit of the limit whose clock stops.


@pytest.mark.parametrize(
    ("category", "due_in", "paused_in", "until_in", "expected_in"),
    [
        # Minutes run on: what was left at the pause is added after it.
        ("road", 4 * HOUR, HOUR, 10 * HOUR, 13 * HOUR),
        ("light", 3 * DAY, DAY, 2 * DAY, 4 * DAY),
        # Two working days from Thursday 9:00. Paused at 10:00 with six working hours of the day left and seven and a
        # half more until Monday 9:00; going on on Friday at 10:00 ends one working day later.
        ("noise", 4 * DAY, HOUR, DAY + HOUR, 5 * DAY),
        # A night is no working time: the deadline stays.
        ("noise", 4 * DAY, 9 * HOUR, 20 * HOUR, 4 * DAY),
        # Eight working hours: six and a half are left after the first hour and a half.
        ("tree", DAY + HOUR, HOUR + 30 * MINUTE, DAY + HOUR, 4 * DAY),
    ],
)
def test_suspended_time_does_not_count(
    tell: Tell, category: str, due_in: int, paused_in: int, until_in: int, expected_in: int
) -> None:
    story = tell(category=category)
    assert story.row["handle_due_at"] == NINE + due_in
    story.step(Kind.SUSPEND, NINE + paused_in, until=NINE + until_in)
    assert story.row["handle_due_at"] >= NINE + due_in
    if category != "tree":
        assert story.row["handle_due_at"] == NINE + expected_in
    assert story.row["suspended_due_at"] == NINE + due_in


def test_a_suspension_ends_by_itself(tell: Tell) -> None:
    story = tell().step(Kind.SUSPEND, NINE + 1, until=NINE + HOUR)
    assert not is_suspended(story.row, NINE)
    assert is_suspended(story.row, NINE + 1)
    assert is_suspended(story.row, NINE + HOUR - 1)
    assert not is_suspended(story.row, NINE + HOUR)
    for kind in (Kind.ACCEPT, Kind.DISPATCH, Kind.HANDLE, Kind.EXTEND, Kind.SUSPEND):
        story.refuses(
            kind,
            f"^cannot {kind} an event that is suspended until {iso(NINE + HOUR)}: resume it first$",
            NINE + 2,
        )
    story.step(Kind.WHISTLE, NINE + 2).step(Kind.JOIN, NINE + 2).step(Kind.CORRECT, NINE + 2)
    story.refuses(Kind.RESUME, "^cannot resume an event that is not suspended$", NINE + HOUR)
    assert story.step(Kind.HANDLE, NINE + HOUR).row["handle_due_at"] == NINE + 3 * DAY + HOUR - 1


def test_an_event_can_be_withdrawn_while_suspended(tell: Tell) -> None:
    assert tell().step(Kind.SUSPEND).step(Kind.WITHDRAW, NINE + 1).row["withdrawn_at"] == NINE + 1


def test_a_resumption_gives_back_what_was_not_used(tell: Tell) -> None:
    story = tell(category="road").step(Kind.SUSPEND, NINE + HOUR, until=NINE + 30 * DAY)
    story.step(Kind.RESUME, NINE + 2 * HOUR)
    assert story.row["handle_due_at"] == NINE + 5 * HOUR
    assert not is_suspended(story.row, NINE + 2 * HOUR)
    at_once = (
        tell(category="road").step(Kind.SUSPEND, NINE + HOUR, until=NINE + DAY).step(Kind.RESUME, NINE + HOUR)
    )
    assert at_once.row["handle_due_at"] == NINE + 4 * HOUR


def test_when_a_suspension_is_refused(tell: Tell) -> None:
    story = tell(category="road")
    story.refuses(Kind.SUSPEND, "^a suspension ends after it begins: expected later than", until=NINE)
    story.refuses(Kind.SUSPEND, "^a suspend needs 'until'", until="tomorrow")
    late = NINE + 4 * HOUR + 1
    story.refuses(
        Kind.SUSPEND,
        "^cannot suspend an event whose handling deadline passed at .*: it is asked for before",
        late,
        until=late + 1,
    )
    story.refuses(Kind.RESUME, "^cannot resume an event that is not suspended$")
    story.step(Kind.SUSPEND, NINE + 4 * HOUR, until=NINE + 5 * HOUR)
    assert story.row["handle_due_at"] == NINE + 5 * HOUR
    story.refuses(
        Kind.SUSPEND,
        "^an event is suspended once only, and this one was suspended before$",
        NINE + 5 * HOUR,
        until=NINE + 6 * HOUR,
    )


def test_suspension_without_a_deadline(tell: Tell) -> None:
    story = tell(category="other").step(Kind.SUSPEND, NINE, until=NINE + HOUR).step(Kind.RESUME, NINE + 1)
    assert story.row["handle_due_at"] is None
    assert story.row["suspended_until"] == NINE + 1


def test_extensions(tell: Tell) -> None:
    story = tell(category="road", handle_due_at=NINE + HOUR)
    story.refuses(
        Kind.EXTEND,
        "^an extension moves the deadline later than 2026-03-05T02:00:00Z, found 2026-03-05T02:00:00Z$",
        due_at=NINE + HOUR,
    )
    story.refuses(Kind.EXTEND, "^a extend needs 'due_at'", due_at="later")
    story.step(Kind.EXTEND, NINE + HOUR, due_at=NINE + HOUR + 1)
    story.refuses(Kind.EXTEND, "deadline passed at", NINE + HOUR + 2, due_at=NINE + DAY)
    story.step(Kind.EXTEND, NINE + HOUR + 1, due_at=NINE + DAY)
    assert (story.row["handle_due_at"], story.row["extensions"]) == (NINE + DAY, 2)
    story.refuses(
        Kind.EXTEND, "^an event is extended 2 times at most$", NINE + 2 * HOUR, due_at=NINE + 2 * DAY
    )
    tell(category="other").refuses(Kind.EXTEND, "^cannot extend an event that has no handling deadline$")


def test_only_what_was_closed_late_can_be_appealed(tell: Tell) -> None:
    path = (Kind.HANDLE, Kind.CLOSE)
    sentence = "^only an event that was closed and overdue can be appealed$"
    tell(handle_due_at=NINE).steps(*path).refuses(Kind.APPEAL, sentence)
    tell(handle_due_at=None).steps(*path).refuses(Kind.APPEAL, sentence)
    story = tell(handle_due_at=NINE).steps(*path, at=NINE + 1)
    story.refuses(Kind.RULE, "^there is no open appeal to rule on$", NINE + 1)
    story.step(Kind.APPEAL, NINE + 2)
    assert (story.row["appealed_at"], story.row["exempted_at"]) == (NINE + 2, None)
    story.refuses(Kind.APPEAL, "^an event is appealed once only, and this one was appealed before$", NINE + 2)
    story.refuses(Kind.RULE, "^a rule needs 'approved'", NINE + 2, approved="yes")
    refused = Story(story.rules, dict(story.row))
    refused.kinds = set(story.kinds)
    assert refused.step(Kind.RULE, NINE + 3, approved=False).row["exempted_at"] is None
    assert story.step(Kind.RULE, NINE + 3, approved=True).row["exempted_at"] == NINE + 3
    story.refuses(Kind.RULE, "^there is no open appeal to rule on$", NINE + 4)


# Corrections.


def test_a_corrected_grid(tell: Tell, shanghai: Reference) -> None:
    story = tell().step(Kind.CORRECT, NINE + 1, grid=DISTRICT)
    assert story.row["grid_id"] == shanghai.tree.get(DISTRICT).id
    story.refuses(Kind.CORRECT, "^a correct needs 'grid' or 'category', found neither$", NINE + 1, note="x")
    story.refuses(Kind.CORRECT, "found 'nowhere'", NINE + 1, grid="nowhere")
    story.refuses(Kind.CORRECT, "^a correct needs 'grid'", NINE + 1, grid=None)
    story.refuses(Kind.CORRECT, "found 'nothing'", NINE + 1, category="nothing", grid=CITY)


@pytest.mark.parametrize(
    ("old", "new", "expected_in"),
    [
        ("road", "light", 3 * DAY),
        ("light", "road", 4 * HOUR),
        ("road", "other", 4 * HOUR),
        ("other", "road", None),
    ],
)
def test_a_corrected_category_brings_its_own_limit(
    tell: Tell, old: str, new: str, expected_in: int | None
) -> None:
    story = tell(category=old).step(Kind.CORRECT, NINE + 1, category=new)
    assert story.row["handle_due_at"] == (None if expected_in is None else NINE + expected_in)


def test_a_correction_never_makes_an_event_overdue_at_once(tell: Tell) -> None:
    story = tell(category="light").step(Kind.CORRECT, NINE + DAY, category="road")
    assert story.row["handle_due_at"] == NINE + DAY


@pytest.mark.parametrize("reason", ["own deadline", "overdue", "handled", "extended"])
def test_a_correction_leaves_a_deadline_that_is_not_the_old_limit_s(tell: Tell, reason: str) -> None:
    story = tell(category="road", **({"handle_due_at": NINE + HOUR} if reason == "own deadline" else {}))
    at = NINE + 1
    if reason == "overdue":
        at = story.row["handle_due_at"] + 1
    if reason == "handled":
        story.step(Kind.HANDLE)
    if reason == "extended":
        story.step(Kind.EXTEND, due_at=NINE + 7 * HOUR)
    expected = story.row["handle_due_at"]
    assert story.step(Kind.CORRECT, at, category="light").row["handle_due_at"] == expected


def test_a_correction_during_a_suspension_changes_the_paused_clock(tell: Tell) -> None:
    story = tell(category="tree").step(Kind.SUSPEND, NINE + HOUR, until=NINE + 20 * DAY)
    story.step(Kind.CORRECT, NINE + 2 * HOUR, category="road")
    assert story.row["handle_due_at"] == NINE + 20 * DAY + 3 * HOUR
    assert story.step(Kind.RESUME, NINE + 9 * DAY).row["handle_due_at"] == NINE + 9 * DAY + 3 * HOUR
    own = tell(category="light", handle_due_at=NINE + DAY).step(
        Kind.SUSPEND, NINE + HOUR, until=NINE + 20 * DAY
    )
    own.step(Kind.CORRECT, NINE + 2 * HOUR, category="road").step(Kind.RESUME, NINE + 9 * DAY)
    assert own.row["handle_due_at"] == NINE + 10 * DAY - HOUR


# What must be kept of the past.


@pytest.mark.parametrize(
    ("path", "kind", "kept"),
    [
        ((), Kind.ACCEPT, False),
        ((Kind.ACCEPT,), Kind.DISPATCH, False),
        ((Kind.ACCEPT, Kind.DISPATCH), Kind.HANDLE, False),
        ((Kind.HANDLE,), Kind.CLOSE, False),
        ((Kind.HANDLE, Kind.CLOSE), Kind.RATE, False),
        ((), Kind.WITHDRAW, False),
        ((), Kind.WHISTLE, False),
        ((Kind.DISPATCH,), Kind.RETURN, False),
        ((Kind.HANDLE,), Kind.RETURN, True),
        ((Kind.HANDLE, Kind.CLOSE), Kind.REOPEN, True),
        ((Kind.HANDLE, Kind.CLOSE, Kind.RATE), Kind.RATE, True),
        ((), Kind.SUSPEND, True),
        ((), Kind.EXTEND, True),
        ((), Kind.CORRECT, True),
        ((Kind.ACCEPT, Kind.DISPATCH, Kind.RETURN), Kind.ACCEPT, None),
    ],
)
def test_what_overwrites_the_past(tell: Tell, path: tuple[Kind, ...], kind: Kind, kept: bool | None) -> None:
    story = tell().steps(*path)
    before = story.row
    if kept is None:
        story.refuses(kind, "^cannot accept an event that is accepted", NINE + 1)
        return
    story.step(kind, NINE + 1)
    assert overwrites(before, story.row) is kept


@given(random=st.randoms(use_true_random=False), zone=st.sampled_from((0, 1)))
@settings(max_examples=60, deadline=None)
def test_whatever_happens(shanghai: Reference, new_york: Reference, random: Random, zone: int) -> None:
    """A step changes nothing of the row it is given; only what overwrites touches a fact that was known."""
    reference = (shanghai, new_york)[zone]
    lives = Lives(reference, random, around(change_overs(reference.zone)[zone], 2))
    life = Life("s", "k")
    first = lives.report(life, lives.moment(life))
    lives.remember(life, first)
    for _ in range(12):
        row = life.row
        assert row is not None
        copy = dict(row)
        step = lives.step(life, lives.moment(life))
        lives.remember(life, step)
        assert row == copy
        assert life.row is not None
        if life.row is row:
            continue
        assert life.row["steps"] == row["steps"] + 1
        assert life.row["last_step_at"] == step.at >= row["last_step_at"]
        assert life.row["reported_at"] == first.at
        lost = [
            name
            for name in (*KEY_COLUMNS, *FACT_COLUMNS)
            if row[name] is not None and life.row[name] != row[name]
        ]
        gained_now = all(
            life.row[name] in (step.at, row[name])
            for name in FACT_COLUMNS
            if name.endswith("_at") and not name.endswith("due_at") and life.row[name] is not None
        )
        assert gained_now
        if lost:
            assert overwrites(row, life.row)


def test_unset_says_its_name() -> None:
    assert repr(UNSET) == "UNSET"


def test_limits_of_a_channel_come_first(shanghai: Reference) -> None:
    rules = shanghai.rules
    both = rules.limits(rules.category_id("road"), rules.channel_id("sensor"))
    assert both == (Limit(5, "minutes"), Limit(1, "hours"))
    assert rules.limits(rules.category_id("road"), rules.channel_id("patrol"))[1] == Limit(4, "hours")

from __future__ import annotations

from dataclasses import replace

import pytest

from data.alerting.keeping import (
    LONGEST_NOTE,
    QUIET,
    AlertError,
    AlertKind,
    AlertStep,
    Draft,
    acknowledge,
    acts_of,
    alerts,
    assign,
    close,
    keep,
    matters_of,
    one,
    stamp,
)
from data.audit import Entry, Wanted, entries
from data.clocks import DAY, HOUR, parse_instant
from data.grids import UnknownGrid
from data.store import Store
from tests.support.city import CELL, CITY, DISTRICT, OTHER_DISTRICT

NOW = parse_instant("2026-03-05T01:00:00Z")
KINDS: tuple[AlertKind, ...] = ("sudden", "due")


def draft(matter: str = "sudden:light:cell", **more: object) -> Draft:
    made = Draft(matter, "sudden", CELL, "light", NOW - DAY, 9, 0.5, 1e-9, 1e-6, body={"events": [4, 7]})
    return replace(made, **more)  # type: ignore[arg-type]


def seen(store: Store, at: int, *drafts: Draft) -> tuple[int, int, int, int]:
    kept = keep(store, drafts, at, KINDS)
    return kept.opened, kept.again, kept.passed_up, kept.faded


def test_a_matter_that_goes_on_is_one_warning(store: Store) -> None:
    assert seen(store, NOW, draft(), draft(), draft("other")) == (2, 0, 0, 0)
    assert seen(store, NOW + HOUR, draft(observed=14)) == (0, 1, 0, 0)
    assert seen(store, NOW + HOUR + QUIET, draft(observed=3)) == (0, 1, 0, 1), (
        "the other was quiet for seven days"
    )
    (alert,) = alerts(store, CITY)
    assert (alert.opened_at, alert.seen_at, alert.observed) == (NOW, NOW + HOUR + QUIET, 3)
    assert alert.body == {"events": [4, 7]}
    assert (alert.expected, alert.chance, alert.state, alert.round) == (0.5, 1e-9, "open", 1)


def test_a_closed_warning_stays_closed_while_its_matter_goes_on(store: Store) -> None:
    seen(store, NOW, draft())
    (alert,) = alerts(store, CITY)
    close(store, CITY, alert.id, "anna", "水管已修好", NOW + HOUR)
    assert alerts(store, CITY) == ()
    assert seen(store, NOW + 2 * HOUR, draft(observed=17, step=2)) == (0, 1, 0, 0)
    assert alerts(store, CITY) == (), "whoever closed it is not asked again"
    assert one(store, CITY, alert.id)[0].observed == 9, "it stays what was closed"
    assert seen(store, NOW + 2 * HOUR + QUIET + 1, draft()) == (1, 0, 0, 0)
    (again,) = alerts(store, CITY)
    assert (again.round, again.matter) == (2, alert.matter)
    assert [each.round for each in alerts(store, CITY, closed=True)] == [2, 1]


@pytest.mark.parametrize(
    ("closed", "days", "observed", "later_days", "again"),
    [
        (9, 1, 17, 1, False),
        (9, 1, 18, 1, True),
        (9, 1, 27, 3, False),
        (9, 1, 54, 3, True),
        (30, 7, 59, 1, False),
        (30, 7, 60, 1, True),
        (1, None, 2, None, True),
    ],
)
def test_what_was_closed_comes_back_when_it_has_doubled(
    store: Store, closed: int, days: int | None, observed: int, later_days: int | None, again: bool
) -> None:
    """A count over more days has to be as much larger as the days are."""
    seen(store, NOW, draft(observed=closed, body={"days": days}))
    (alert,) = alerts(store, CITY)
    close(store, CITY, alert.id, "anna", "水管已修好", NOW + HOUR)
    seen(store, NOW + 2 * HOUR, draft(observed=closed))
    later = draft(observed=observed, body={"days": later_days})
    assert seen(store, NOW + 3 * HOUR, later)[0] == again
    rounds = [(each.round, each.observed, each.state) for each in alerts(store, CITY, closed=True)]
    assert rounds == [*([(2, observed, "open")] if again else []), (1, closed, "closed")]


def test_of_two_who_act_at_once_the_second_is_told(store: Store) -> None:
    seen(store, NOW, draft())
    (alert,) = alerts(store, CITY)
    known = acts_of(one(store, CITY, alert.id)[1])
    seen(store, NOW + 1, draft(step=2))
    assign(store, CITY, alert.id, "anna", "城管大队", NOW + 2, seen=known)
    with pytest.raises(AlertError, match="found it assigned by anna") as told:
        assign(store, CITY, alert.id, "bela", "街道办", NOW + 3, seen=known)
    assert (told.value.fault, told.value.step) == (
        "taken",
        AlertStep(NOW + 2, "anna", "assigned", "城管大队"),
    )
    with pytest.raises(AlertError) as late:
        acknowledge(store, CITY, alert.id, "bela", NOW + 3, seen=known)
    assert late.value.fault == "state"
    assert one(store, CITY, alert.id)[0].assigned_to == "城管大队"
    assign(store, CITY, alert.id, "bela", "街道办", NOW + 4, seen=known + 1)


def test_an_act_stands_in_the_audit_or_is_not_done(store: Store) -> None:
    seen(store, NOW, draft())
    (alert,) = alerts(store, CITY)
    entry = Entry(NOW + 1, "handle", f"warning {alert.id}", "ok", who="anna")
    acknowledge(store, CITY, alert.id, "anna", NOW + 1, entry=entry)
    with pytest.raises(AlertError):
        acknowledge(store, CITY, alert.id, "anna", NOW + 2, entry=entry)
    assert [each.subject for each in entries(store, Wanted(action="handle"))] == [f"warning {alert.id}"]


def test_a_stamp_changes_with_what_stands_in_the_scope(store: Store) -> None:
    before = stamp(store, DISTRICT, KINDS)
    seen(store, NOW, draft("b", grid=OTHER_DISTRICT))
    assert stamp(store, DISTRICT, KINDS) == before, "nothing of another district is told"
    seen(store, NOW, draft())
    opened = stamp(store, DISTRICT, KINDS)
    (alert,) = alerts(store, DISTRICT)
    acknowledge(store, CITY, alert.id, "anna", NOW + 1)
    worked_on = stamp(store, DISTRICT, KINDS)
    close(store, CITY, alert.id, "anna", "done", NOW + 2)
    assert len({before, opened, worked_on}) == 3
    assert stamp(store, DISTRICT, KINDS) == before


def test_a_life_with_all_its_steps(store: Store) -> None:
    seen(store, NOW, draft())
    (alert,) = alerts(store, CITY)
    acknowledge(store, CITY, alert.id, "anna", NOW + 1)
    assign(store, CITY, alert.id, "anna", "城管大队", NOW + 2, "请现场查看")
    close(store, CITY, alert.id, "bela", "done", NOW + 3)
    closed, steps = one(store, CITY, alert.id)
    assert (closed.state, closed.assigned_to, closed.closed_at) == ("closed", "城管大队", NOW + 3)
    assert [(step.at, step.who, step.what, step.note) for step in steps] == [
        (NOW, "", "opened", ""),
        (NOW + 1, "anna", "acknowledged", ""),
        (NOW + 2, "anna", "assigned", "城管大队 请现场查看"),
        (NOW + 3, "bela", "closed", "done"),
    ]


def test_what_cannot_be_done_is_said(store: Store) -> None:
    seen(store, NOW, draft())
    (alert,) = alerts(store, CITY)
    with pytest.raises(AlertError, match="say why the warning is closed"):
        close(store, CITY, alert.id, "anna", " \x00\ud800 ", NOW)
    with pytest.raises(AlertError, match="name a unit or a person"):
        assign(store, CITY, alert.id, "anna", " ", NOW)
    with pytest.raises(AlertError, match="at most 500 characters, found 501"):
        close(store, CITY, alert.id, "anna", "x" * (LONGEST_NOTE + 1), NOW)
    close(store, CITY, alert.id, "anna", "done", NOW)
    with pytest.raises(AlertError, match="expected a warning that is open, found it closed"):
        acknowledge(store, CITY, alert.id, "anna", NOW)
    with pytest.raises(AlertError, match="which is none here"):
        one(store, CITY, 999)
    assert len(one(store, CITY, alert.id)[1]) == 2, "what was refused left no trace"


def test_a_warning_is_passed_up_and_never_down(store: Store) -> None:
    assert seen(store, NOW, draft(kind="due", step=0)) == (1, 0, 0, 0)
    assert seen(store, NOW + 1, draft(kind="due", step=2)) == (0, 1, 1, 0)
    assert seen(store, NOW + 2, draft(kind="due", step=1)) == (0, 1, 0, 0)
    (alert,) = alerts(store, CITY)
    assert alert.step == 2
    assert [step.what for step in one(store, CITY, alert.id)[1]] == ["opened", "passed_up"]


def test_a_scope_sees_and_touches_only_its_own(store: Store) -> None:
    seen(store, NOW, draft(), draft("b", grid=OTHER_DISTRICT), draft("c", grid=CITY))
    assert [each.matter for each in alerts(store, DISTRICT)] == ["sudden:light:cell"]
    bounded = store.within(DISTRICT)
    (mine,) = alerts(bounded, DISTRICT)
    with pytest.raises(UnknownGrid):
        alerts(bounded, CITY)
    (theirs,) = alerts(store, OTHER_DISTRICT)
    for act in (
        lambda: one(bounded, DISTRICT, theirs.id),
        lambda: acknowledge(bounded, DISTRICT, theirs.id, "anna", NOW),
        lambda: assign(bounded, DISTRICT, theirs.id, "anna", "x", NOW),
        lambda: close(bounded, DISTRICT, theirs.id, "anna", "x", NOW),
    ):
        with pytest.raises(AlertError, match="which is none here"):
            act()
    close(bounded, DISTRICT, mine.id, "anna", "done", NOW)
    assert one(store, CITY, theirs.id)[0].state == "open"


def test_lists_are_ordered_and_narrowed(store: Store) -> None:
    seen(store, NOW, draft("a"), draft("b", kind="due", step=1))
    seen(store, NOW + HOUR, draft("c"))
    assert [each.matter for each in alerts(store, CITY)] == ["b", "c", "a"]
    assert [each.matter for each in alerts(store, CITY, kinds=("sudden",))] == ["c", "a"]
    assert [each.matter for each in alerts(store, CITY, since=NOW + 1)] == ["c"]
    assert [each.matter for each in alerts(store, CITY, limit=1)] == ["b"]


def test_the_closed_are_listed_by_when_they_were(store: Store) -> None:
    seen(store, NOW, draft("a", step=2), draft("b"), draft("c"))
    numbers = {each.matter: each.id for each in alerts(store, CITY)}
    for place, matter in enumerate(("a", "b")):
        close(store, CITY, numbers[matter], "anna", "done", NOW + 1 + place)
    acknowledge(store, CITY, numbers["c"], "anna", NOW + 9)
    assert [each.matter for each in alerts(store, CITY, state="closed")] == ["b", "a"]
    assert [each.matter for each in alerts(store, CITY, state="acknowledged")] == ["c"]
    assert alerts(store, CITY, state="open") == ()


def test_only_kinds_that_were_looked_for_fade(store: Store) -> None:
    seen(store, NOW, draft(), draft("f", kind="frequent"))
    kept = keep(store, (), NOW + QUIET + 1, ("sudden",))
    assert kept.faded == 1
    assert [each.kind for each in alerts(store, CITY)] == ["frequent"]
    faded = alerts(store, CITY, kinds=("sudden",), closed=True)[0]
    assert one(store, CITY, faded.id)[1][-1].what == "faded"


def test_matters_by_their_events(store: Store) -> None:
    seen(store, NOW, draft())
    assert matters_of(store, "sudden", NOW - 1) == {4: "sudden:light:cell", 7: "sudden:light:cell"}
    assert matters_of(store, "sudden", NOW + 1) == {}

"""The life of a task: issued to grids, done, given back, extended, withdrawn; and as of any instant of the past."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from data.clocks import DAY, HOUR, Instant, parse_instant
from data.grids import UnknownGrid
from data.store import Store
from data.tasks.keeping import LONGEST_BODY, Order, done, extend, give_back, issue, withdraw
from data.tasks.listing import Standing, TaskPage, one_task, page, tasks
from data.tasks.states import Kind, TaskError
from tests.support.city import CELL, CITY, COMMUNITY, DISTRICT, OTHER_DISTRICT, STREET

NOW = parse_instant("2026-03-05T01:00:00Z")
DUE = NOW + DAY
OTHER_STREET = "110201"
ORDER = Order("temporary", "清理积水点", "雨前完成,报送照片", (STREET, "110102", OTHER_STREET), DUE)


def issued(store: Store, **more: object) -> int:
    return issue(store, CITY, replace(ORDER, **more), "anna", NOW)  # type: ignore[arg-type]


def stands(store: Store, at: Instant, scope: str = CITY) -> dict[str, str]:
    (found,) = tasks(store, scope, at, "all")
    return {share.grid: share.verdict(at) for share in found.shares}


def test_a_task_with_all_its_steps(store: Store) -> None:
    number = issued(store)
    assert done(store, CITY, number, STREET, "bela", NOW + HOUR, "已完成", "https://city.example/1.jpg")
    assert done(store, CITY, number, "110102", "bela", DUE), "exactly at the due time"
    assert done(store, CITY, number, OTHER_STREET, "cleo", DUE + 1)
    give_back(store, CITY, number, STREET, "anna", "照片不清", DUE + 2)
    assert stands(store, DUE) == {STREET: "on_time", "110102": "on_time", OTHER_STREET: "not_due"}
    assert stands(store, DUE + 1) == {STREET: "on_time", "110102": "on_time", OTHER_STREET: "late"}
    assert stands(store, DUE + 2) == {STREET: "overdue", "110102": "on_time", OTHER_STREET: "late"}
    extend(store, CITY, number, DUE + DAY, "anna", "等待材料", DUE + 3)
    assert stands(store, DUE + 3) == {STREET: "not_due", "110102": "on_time", OTHER_STREET: "on_time"}
    withdraw(store, CITY, number, "anna", "上级取消", DUE + 4)
    found, steps = one_task(store, CITY, number, DUE + 4)
    assert {share.grid: share.verdict(DUE + 4) for share in found.shares} == dict.fromkeys(
        ORDER.grids, "excused"
    )
    assert (found.withdrawn_at, found.withdrawn_by, found.withdrawn_note) == (DUE + 4, "anna", "上级取消")
    assert [(step.what, step.grid, step.at, step.who, step.note, step.evidence) for step in steps] == [
        ("issued", "", NOW, "anna", "", ""),
        ("done", STREET, NOW + HOUR, "bela", "已完成", "https://city.example/1.jpg"),
        ("done", "110102", DUE, "bela", "", ""),
        ("done", OTHER_STREET, DUE + 1, "cleo", "", ""),
        ("returned", STREET, DUE + 2, "anna", "照片不清", ""),
        ("extended", "", DUE + 3, "anna", "等待材料", ""),
        ("withdrawn", "", DUE + 4, "anna", "上级取消", ""),
    ]
    assert stands(store, NOW) == dict.fromkeys((STREET, "110102", OTHER_STREET), "not_due"), "the past stays"
    assert tasks(store, CITY, NOW - 1, "all") == ()


def test_open_ones_come_by_their_urgency_and_the_past_is_asked_for(store: Store) -> None:
    late = issued(store, title="b", due_at=DUE + DAY)
    soon = issued(store, title="a", grids=(STREET,))
    assert [one.id for one in tasks(store, CITY, NOW)] == [soon, late]
    done(store, CITY, soon, STREET, "bela", NOW + HOUR)
    assert [one.id for one in tasks(store, CITY, NOW + HOUR)] == [late]
    assert [one.id for one in tasks(store, CITY, NOW + HOUR, "ended")] == [soon]
    assert [one.id for one in tasks(store, CITY, NOW + HOUR - 1)] == [soon, late], "as of before it was done"
    give_back(store, CITY, soon, STREET, "anna", "不实", NOW + 2 * HOUR)
    assert [one.id for one in tasks(store, CITY, NOW + 2 * HOUR)] == [soon, late]
    assert [one.id for one in tasks(store, CITY, NOW + HOUR)] == [late]
    withdraw(store, CITY, late, "anna", "取消", NOW + 3 * HOUR)
    assert [one.id for one in tasks(store, CITY, NOW + 3 * HOUR)] == [soon]
    assert [one.id for one in tasks(store, CITY, NOW + 3 * HOUR, "all", limit=1)] == [soon]
    assert [one.id for one in tasks(store, CITY, NOW + 3 * HOUR, "all", kinds=["command"])] == []
    (found,) = tasks(store, CITY, DUE + 1)
    assert (found.is_overdue, found.done, found.count("overdue")) == (True, 0, 1)


def test_pages_hold_every_task_once_with_and_without_a_scope(store: Store) -> None:
    for number in range(7):
        grids = (STREET,) if number % 3 else (STREET, OTHER_STREET)
        kind: Kind = "command" if number % 2 else "temporary"
        issued(store, title=str(number), grids=grids, kind=kind)
    ids = [one.id for one in tasks(store, CITY, NOW, "all")]
    for done_one in ids[2:5]:
        done(store, CITY, done_one, STREET, "bela", NOW + HOUR)
    withdraw(store, CITY, ids[0], "anna", "取消", NOW + HOUR)
    at = NOW + HOUR

    def listed(
        scope: str, standing: Standing, kinds: tuple[Kind, ...] | None = None, rows: int = 2
    ) -> list[int]:
        found = [page(store, scope, at, standing, 1, rows, kinds=kinds)]
        while len(found) * rows < found[0].total:
            found.append(page(store, scope, at, standing, len(found) + 1, rows, kinds=kinds))
        assert [one.number for one in found] == list(range(1, len(found) + 1))
        assert {one.total for one in found} == {sum(len(one.tasks) for one in found)}
        return [one.id for each in found for one in each.tasks]

    for scope in (CITY, DISTRICT, STREET, OTHER_DISTRICT, OTHER_STREET):
        every = listed(scope, "all")
        assert every == [one.id for one in tasks(store, scope, at, "all")]
        # Of each scope what is over in it, whatever others have still to do.
        over, open_ones = listed(scope, "ended"), listed(scope, "open")
        assert sorted([*over, *open_ones]) == sorted(every)
        assert open_ones == [one.id for one in tasks(store, scope, at)]
        assert over == [one.id for one in tasks(store, scope, at, "ended")]
        kinds: tuple[Kind, ...] = ("command",)
        assert listed(scope, "all", kinds) == [
            one.id for one in tasks(store, scope, at, "all", kinds=["command"])
        ]
    assert len(listed(CITY, "all")) == 7
    assert listed(STREET, "ended") == [ids[0], *ids[2:5]]
    # The fourth was asked of the other street too, which has not done it.
    assert listed(CITY, "ended") == [ids[0], *(one for one in ids[2:5] if one != ids[3])]
    assert len(listed(OTHER_STREET, "all")) == 3
    beyond = page(store, CITY, at, "all", 99, 2)
    assert (beyond.number, len(beyond.tasks)) == (4, 1)
    assert page(store, OTHER_DISTRICT, NOW - 1, "all", 5, 2) == TaskPage((), 0, 1)
    with pytest.raises(UnknownGrid):
        page(store, "nowhere", at, "all", 1, 2)


def test_what_was_given_back_is_in_the_past_where_it_was(store: Store) -> None:
    number = issued(store, grids=(STREET,))
    done(store, CITY, number, STREET, "bela", NOW + HOUR)
    give_back(store, CITY, number, STREET, "anna", "不实", NOW + 2 * HOUR)
    assert [one.id for one in page(store, CITY, NOW + HOUR, "ended", 1, 9).tasks] == [number]
    assert page(store, CITY, NOW + 2 * HOUR, "ended", 1, 9).total == 0
    assert page(store, CITY, NOW, "ended", 1, 9).total == 0


def test_doing_it_twice_changes_nothing(store: Store) -> None:
    number = issued(store)
    assert done(store, CITY, number, STREET, "bela", NOW + 1, "first")
    assert not done(store, CITY, number, STREET, "cleo", NOW + 2, "second")
    found, steps = one_task(store, CITY, number, NOW + 2)
    assert (found.shares[0].done_at, found.shares[0].done_by) == (NOW + 1, "bela")
    assert len(steps) == 2


def test_an_order_with_a_key_is_issued_once(store: Store) -> None:
    first = issued(store, key="drill-7")
    assert issued(store, key="drill-7", title="again") == first
    assert issued(store) != first
    assert len(tasks(store, CITY, NOW, "all")) == 2


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"title": " "}, "says what is asked"),
        ({"title": "x" * 201}, "title of at most 200 characters, found 201"),
        ({"body": "x" * (LONGEST_BODY + 1)}, "text of at most 4000"),
        ({"grids": ()}, "at least one grid"),
        ({"grids": (STREET, "nowhere")}, "within your scope, found nowhere"),
        ({"due_at": NOW}, "due time to come"),
        ({"due_at": NOW + 800 * DAY}, "within two years"),
        ({"kind": "wish"}, "command or temporary, found 'wish'"),
    ],
)
def test_what_cannot_be_issued(store: Store, more: dict[str, object], sentence: str) -> None:
    with pytest.raises(TaskError, match=sentence):
        issued(store, **more)
    assert tasks(store, CITY, NOW, "all") == ()


def test_what_cannot_be_done_is_said_and_leaves_no_trace(store: Store) -> None:
    number = issued(store)
    for act, sentence in (
        (lambda: done(store, CITY, 99, STREET, "b", NOW), "which is none here"),
        (lambda: done(store, CITY, number, CELL, "b", NOW), "a grid of yours"),
        (lambda: done(store, CITY, number, STREET, "b", NOW, at=NOW - 1), "after it was issued"),
        (lambda: done(store, CITY, number, STREET, "b", NOW, at=NOW + 1), "not in the future"),
        (lambda: done(store, CITY, number, STREET, "b", NOW, "x" * 501), "note of at most 500"),
        (lambda: give_back(store, CITY, number, STREET, "a", "x", NOW), "a share that is done"),
        (lambda: give_back(store, CITY, number, STREET, "a", " ", NOW), "what is missing"),
        (lambda: extend(store, CITY, number, DUE, "a", "x", NOW), "after the present one"),
        (lambda: extend(store, CITY, number, DUE + DAY, "a", "", NOW), "why it is extended"),
        (lambda: withdraw(store, CITY, number, "a", "", NOW), "why it is withdrawn"),
    ):
        with pytest.raises(TaskError, match=sentence):
            act()
    assert len(one_task(store, CITY, number, NOW)[1]) == 1
    withdraw(store, CITY, number, "anna", "x", NOW)
    for act in (
        lambda: done(store, CITY, number, STREET, "b", NOW),
        lambda: extend(store, CITY, number, DUE + DAY, "a", "x", NOW),
        lambda: withdraw(store, CITY, number, "a", "x", NOW),
    ):
        with pytest.raises(TaskError, match="found it withdrawn"):
            act()


def test_a_scope_sees_and_touches_only_its_own(store: Store) -> None:
    number = issued(store)
    mine, theirs = store.within(DISTRICT), store.within(OTHER_DISTRICT)
    (found,) = tasks(mine, DISTRICT, NOW)
    assert [share.grid for share in found.shares] == [STREET, "110102"]
    assert not found.yours
    (on_their_page,) = tasks(store, DISTRICT, NOW)
    assert on_their_page.yours, "whoever issued it may take it back, whichever grid they look at"
    assert tasks(store.within(COMMUNITY), COMMUNITY, NOW, "all") == (), (
        "the street's task is not its community's"
    )
    done(mine, DISTRICT, number, STREET, "bela", NOW)
    assert stands(theirs, NOW, OTHER_DISTRICT) == {OTHER_STREET: "not_due"}
    _, steps = one_task(theirs, OTHER_DISTRICT, number, NOW)
    assert [step.what for step in steps] == ["issued"], "what others did with it is theirs"
    with pytest.raises(UnknownGrid):
        tasks(mine, CITY, NOW)
    for act, sentence in (
        (lambda: done(mine, DISTRICT, number, OTHER_STREET, "b", NOW), "a grid of yours"),
        (lambda: give_back(mine, DISTRICT, number, STREET, "b", "x", NOW), "somebody below it"),
        (lambda: extend(mine, DISTRICT, number, DUE + DAY, "b", "x", NOW), "somebody below it"),
        (lambda: withdraw(mine, DISTRICT, number, "b", "x", NOW), "somebody below it"),
        (lambda: issue(mine, DISTRICT, ORDER, "b", NOW), f"found {OTHER_STREET}"),
        (lambda: one_task(store.within(COMMUNITY), COMMUNITY, number, NOW), "none here"),
    ):
        with pytest.raises(TaskError, match=sentence):
            act()


def test_characters_that_no_database_keeps_are_left_out(store: Store) -> None:
    number = issued(store, title="清理\x00\ud83d积水点", body="第一行\r\n第二行\x1b[31m")
    done(store, CITY, number, STREET, "bela", NOW, "已\x00完成", "\ud800台账")
    found, steps = one_task(store, CITY, number, NOW)
    assert (found.title, found.body) == ("清理积水点", "第一行\n第二行[31m")
    assert (steps[-1].note, steps[-1].evidence) == ("已完成", "台账")
    with pytest.raises(TaskError, match="why it is withdrawn"):
        withdraw(store, CITY, number, "anna", "\x00", NOW)


def test_of_two_at_once_one_is_told(store: Store) -> None:
    number = issued(store)
    told: list[bool] = []

    def act(who: str) -> None:
        told.append(done(store, CITY, number, STREET, who, NOW + 1))

    both = [threading.Thread(target=act, args=(who,)) for who in ("bela", "cleo")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(told) == [False, True]
    assert len(one_task(store, CITY, number, NOW + 1)[1]) == 2


def test_a_clock_that_goes_back_does_not_change_the_past(store: Store) -> None:
    number = issued(store)
    done(store, CITY, number, STREET, "bela", NOW + HOUR)
    give_back(store, CITY, number, STREET, "anna", "x", NOW + 1)
    assert stands(store, NOW + HOUR - 1)[STREET] == "not_due"
    _, steps = one_task(store, CITY, number, NOW + HOUR)
    assert [step.known_at for step in steps] == [NOW, NOW + HOUR, NOW + HOUR]

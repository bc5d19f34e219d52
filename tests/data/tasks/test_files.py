"""Files of sign-ins and of what was done: each row taken or told, none twice."""

from __future__ import annotations

import pytest

from data.clocks import DAY, HOUR, parse_instant
from data.store import Store
from data.tasks.duty import sign_ins
from data.tasks.files import MOST_BYTES, MOST_ROWS, FileKind, Taken, take
from data.tasks.keeping import Order, issue
from data.tasks.listing import one_task
from data.tasks.states import TaskError
from tests.support.city import CITY, DISTRICT, STREET
from tests.support.duty import keeps_duty

NOW = parse_instant("2026-03-05T06:00:00Z")


def taken(store: Store, kind: FileKind, text: str, encoding: str = "utf-8", scope: str = CITY) -> Taken:
    return take(store, scope, kind, text.encode(encoding), "anna", NOW)


def why(made: Taken) -> list[tuple[int, str]]:
    return [(one.row, one.why.reason) for one in made.rejected]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_sign_ins(store: Store, encoding: str) -> None:
    keeps_duty(store, since="2026-03-01")
    text = (
        "网格,时间,值班人,备注\n"
        f"{STREET},2026-03-05 08:21,张三,两人在岗\n"
        "110102,2026-03-04T12:40:00Z,李四,\n"
        "nowhere,2026-03-05 08:21,王五,\n"
        "110201,2026-03-05 15:00,王五,\n"
        "110201,5.3.2026,王五,\n"
        "\n"
        "110201,2026-03-05 08:21,,\n"
    )
    made = taken(store, "duty", text, encoding)
    assert (made.new, made.again) == (2, 0)
    assert why(made) == [(4, "watch"), (5, "future"), (6, "moment"), (8, "who")]
    known = sign_ins(store, CITY, NOW - 2 * DAY, NOW)
    assert [(one.grid, one.slot.shift, one.who, one.note, one.in_time) for one in known] == [
        (STREET, "08:30", "张三", "两人在岗", True),
        ("110102", "20:30", "李四", "", True),
    ]
    assert {one.known_at for one in known} == {NOW}
    again = taken(store, "duty", text, encoding)
    assert (again.new, again.again, why(again)) == (0, 2, why(made))
    other = taken(store, "duty", f"grid,at,who\n{STREET},2026-03-05 08:25,赵六\n")
    assert why(other) == [(2, "known")], "the first one stands"


def test_what_was_done(store: Store) -> None:
    number = issue(
        store, CITY, Order("temporary", "x", "", (STREET, "110201"), NOW + DAY), "anna", NOW - 5 * HOUR
    )
    text = (
        "task,grid,at,who,note,evidence\n"
        f"{number},{STREET},2026-03-05 10:00,张三,已清理,台账7号\n"
        f"{number},110201,2026-03-05 08:00,李四,,\n"
        f"99,{STREET},2026-03-05 10:00,,,\n"
        f"x,{STREET},2026-03-05 10:00,,,\n"
        f"{number},{STREET},0001-01-01 00:00,,,\n"
    )
    made = taken(store, "done", text)
    assert (made.new, why(made)) == (1, [(3, "time"), (4, "none"), (5, "none"), (6, "moment")])
    found, steps = one_task(store, CITY, number, NOW)
    assert (found.done, steps[-1].who, steps[-1].note, steps[-1].evidence) == (1, "张三", "已清理", "台账7号")
    assert (steps[-1].at, steps[-1].known_at) == (parse_instant("2026-03-05T02:00:00Z"), NOW)
    assert taken(store, "done", text).again == 1
    theirs = f"task,grid,at\n{number},110201,2026-03-05 10:00\n"
    assert why(taken(store.within(DISTRICT), "done", theirs, scope=DISTRICT)) == [(2, "grid")]
    assert taken(store, "done", theirs).new == 1
    assert one_task(store, CITY, number, NOW)[1][-1].who == "anna", (
        "whoever brings it, where the file names nobody"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "columns"),
        (b"grid,at\n1,2\n", "columns"),
        (b"grid,at,who,phone\n", "columns"),
        (b"grid,at,who,who\n", "columns"),
        (b"grid,at,who\n", "rows"),
        (b"grid,at,who\na,b,c\na,b\n", "cells"),
        (b'grid,at,who\n"a,b,c\n', "csv"),
        ("grid,at,who\n".encode("utf-16"), "encoding"),
        (b"grid,at,who\n\xff\xff\xff", "encoding"),
        (b"x" * (MOST_BYTES + 1), "size"),
        (b"grid,at,who\n" + b"a,b,c\n" * (MOST_ROWS + 1), "rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    sqlite_store: Store, content: bytes, reason: str
) -> None:
    with pytest.raises(TaskError) as caught:
        take(sqlite_store, CITY, "duty", content, "anna", NOW)
    assert caught.value.reason == reason

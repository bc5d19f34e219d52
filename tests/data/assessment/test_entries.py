"""Marks of operators: the last counts, those before it stay, and what is wrong is said row by row."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from data.assessment.entries import AssessmentError, Wanted, enter, entries, marks, parsed_mark
from data.assessment.keeping import board, freeze
from data.assessment.sheet import COLUMNS, wanted_of
from data.clocks import DAY, HOUR, parse_instant
from data.store import Store
from tests.support.bulletins import planned
from tests.support.city import CELL, CITY, DISTRICT, OTHER_DISTRICT, STREET

NOW = parse_instant("2026-03-20T01:00:00Z")
GOOD = Wanted("2026-03", STREET, "centre", "92.5", "制度健全", "检查记录第12号")


def test_the_last_mark_counts_and_those_before_it_stay(store: Store) -> None:
    assert enter(store, [GOOD], "anna", NOW).entered == 1
    again = enter(store, [GOOD], "anna", NOW + HOUR)
    assert (again.entered, again.unchanged) == (0, 1), "who comes twice changes nothing"
    assert enter(store, [GOOD], "bela", NOW + HOUR).unchanged == 1, "and leaves the mark whose it was"
    better = replace(GOOD, mark="95", reason="整改完成")
    assert enter(store, [better], "bela", NOW + DAY).entered == 1
    assert marks(store, "2026-03", NOW) == {(STREET, "centre"): Fraction(185, 2)}
    assert marks(store, "2026-03", NOW + DAY) == {(STREET, "centre"): Fraction(95)}
    assert [
        (one.author, one.mark, one.reason, one.evidence, one.at)
        for one in entries(store, ["2026-03"], [STREET])
    ] == [
        ("bela", Fraction(95), "整改完成", "检查记录第12号", NOW + DAY),
        ("anna", Fraction(185, 2), "制度健全", "检查记录第12号", NOW),
    ]
    (one,) = [one for one in board(store, CITY, "2026-03", 2, NOW + HOUR).standings if one.code == STREET]
    assert (str(one.score.value), one.score.weight, one.rank) == ("92.50", 10, None), (
        "a mark alone makes a score, and no rank"
    )


def test_what_is_wrong_is_said_row_by_row_and_the_rest_is_kept(store: Store) -> None:
    rows = [
        replace(GOOD, mark="101"),
        replace(GOOD, dimension="handling"),
        replace(GOOD, grid=CELL),
        replace(GOOD, grid="nowhere"),
        replace(GOOD, reason=" \x00 "),
        replace(GOOD, evidence=""),
        replace(GOOD, reason="长" * 501),
        replace(GOOD, month="2026-02"),
        replace(GOOD, month="2026-04"),
        replace(GOOD, month="三月"),
        replace(GOOD, grid=DISTRICT, dimension="dispatching", mark="0"),
    ]
    taken = enter(store, rows, "anna", NOW)
    assert taken.entered == 1
    assert marks(store, "2026-03", NOW) == {(DISTRICT, "dispatching"): Fraction(0)}
    said = {one.place: one.reason for one in taken.refused}
    assert sorted(said) == list(range(10))
    for place, part in {
        0: "a mark from 0 to 100",
        1: "one of the dimensions that are entered (centre, dispatching, temporary), found 'handling'",
        2: "a grid of your scope that is assessed",
        3: "a grid of your scope that is assessed",
        4: "expected a reason, found none",
        5: "expected evidence",
        6: "at most 500 characters",
        7: "whose scores stand: object to a score by an appeal",
        8: "a month that has begun",
        9: "a month such as 2026-11",
    }.items():
        assert part in said[place]


def test_nobody_marks_a_grid_beyond_their_scope(store: Store) -> None:
    bounded = store.within(DISTRICT)
    taken = enter(
        bounded, [GOOD, replace(GOOD, grid=OTHER_DISTRICT), replace(GOOD, grid=DISTRICT)], "anna", NOW
    )
    assert (taken.entered, [one.place for one in taken.refused]) == (1, [1, 2])
    assert "from above 1101 to give its mark" in taken.refused[1].reason, "no grid judges itself"
    assert entries(store.within(OTHER_DISTRICT), ["2026-03"], [STREET]) == ()


def test_marks_cannot_be_changed_in_the_store(store: Store) -> None:
    enter(store, [GOOD], "anna", NOW)
    for act in ("UPDATE assessment_entry SET mark_hundredths = 1", "DELETE FROM assessment_entry"):
        with pytest.raises(DatabaseError, match="stays as it is"), store.keeping() as connection:
            connection.execute(text(act))


@pytest.mark.parametrize("typed", ["", "-1", "100.01", "1e2", "95.555", "九十", "nan", "1 0"])
def test_what_is_no_mark(typed: str) -> None:
    with pytest.raises(AssessmentError, match="a mark from 0 to 100"):
        parsed_mark(typed)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_sheet_is_read_as_a_spreadsheet_saves_it(encoding: str) -> None:
    lines = [
        "grid,month,dimension,mark,reason,evidence",
        "110101,2026-03,centre,92.5,制度健全,第12号",
        ",,,,,",
        "110102,2026-03,centre,90,尚可",
        ",,,,,",
    ]
    rows = "".join(f"{line}\r\n" for line in lines)
    found = wanted_of(rows.encode(encoding))
    assert found == (
        Wanted("2026-03", "110101", "centre", "92.5", "制度健全", "第12号"),
        Wanted("", "", "", "", "", ""),
        Wanted("2026-03", "110102", "centre", "90", "尚可", ""),
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "expected the columns month, grid"),
        (b"a,b\n1,2\n", "found a, b"),
        (b"PK\x03\x04\x00\x00\xff\xfe\x00", "UTF-8 or GB 18030"),
        (",".join(COLUMNS).encode() + b'\n"1,2\n', "cannot be read"),
        (b"x" * (9 << 20), "at most 8 MB"),
    ],
)
def test_a_file_that_is_no_such_sheet_is_refused_as_a_whole(content: bytes, said: str) -> None:
    with pytest.raises(AssessmentError, match=said):
        wanted_of(content)


def test_a_frozen_month_takes_no_marks_whatever_the_plan_says_later(store: Store) -> None:
    end = parse_instant("2026-04-01T01:00:00Z")
    assert freeze(store, "2026-03", end)
    planned(store, {"month": {"at": "23:00"}})
    (refused,) = enter(store, [GOOD], "anna", end + HOUR).refused
    assert "expected a month that is not frozen" in refused.reason

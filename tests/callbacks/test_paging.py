"""Long lists in pages: every row is on one of them, and of many pages those that matter are named."""

from __future__ import annotations

import pytest

from callbacks.paging import PAGE_ROWS, page_of, paged, pages


def at(number: int) -> str:
    return f"?page={number}"


def test_a_long_list_comes_in_pages_that_hold_every_row_once() -> None:
    rows = list(range(101))
    seen: list[int] = []
    for page in (1, 2, 3):
        shown, choices = paged(rows, page, at)
        assert [one is not None and one.current for one in choices] == [each == page for each in (1, 2, 3)]
        assert len(shown) <= PAGE_ROWS
        seen += shown
    assert seen == rows
    assert paged(rows, 9, at)[0] == rows[80:], "beyond the last is the last"
    assert paged(rows[:40], 1, at) == (rows[:40], [])
    assert paged([], 3, at) == ([], [])


def test_of_many_pages_the_ends_and_those_beside_are_named() -> None:
    def named(page: int, total: int = 3530) -> list[str]:
        return ["…" if one is None else one.text for one in pages(total, page, at)]

    assert named(1) == ["1–40", "41–80", "81–120", "…", "3,521–3,530"]
    assert named(45) == [
        *("1–40", "…", "1,681–1,720", "1,721–1,760", "1,761–1,800"),
        *("1,801–1,840", "1,841–1,880", "…", "3,521–3,530"),
    ]
    assert named(89)[-3:] == ["3,441–3,480", "3,481–3,520", "3,521–3,530"]
    assert len(named(5, 9 * 40)) == 9
    assert named(1, 41) == ["1–40", "41"]
    last = pages(3530, 45, at)[-1]
    assert last is not None
    assert last.href == "?page=89"


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "１", "", "99999"])
def test_what_is_no_page_is_none(text: str) -> None:
    assert page_of(text) is None
    assert page_of("17") == 17

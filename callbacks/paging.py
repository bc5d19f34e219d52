"""Long lists come in pages: which page an address asks for, and which there are to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from data.words import word
from layouts.parts.header import Choice

PAGE_ROWS: Final = 40
"""Rows of a page: what a browser builds costs it the square of their number."""

_MOST_PAGES: Final = 9999
_ALL_NAMED: Final = 9
"""So many pages are all named; of more those beside the one in view, the first and the last."""

_BESIDE: Final = 2

_Row = TypeVar("_Row")


def page_of(text: str) -> int | None:
    """The number of a page as an address has it; None for what is none."""
    known = text.isascii() and text.isdigit() and 0 < int(text[:5]) <= _MOST_PAGES
    return int(text[:5]) if known else None


def pages(total: int, page: int, at: Callable[[int], str]) -> list[Choice | None]:
    """The pages of so many rows with where `at` says that they are, None for those that are left out between two; none
    where one holds all rows."""
    count = -(-total // PAGE_ROWS)
    if count < 2:
        return []
    named = {1, count, *range(page - _BESIDE, page + _BESIDE + 1)}
    choices: list[Choice | None] = []
    last = 0
    for number in range(1, count + 1):
        if count > _ALL_NAMED and number not in named:
            continue
        if number > last + 1:
            choices.append(None)
        choices.append(Choice(_rows_of(number, total), at(number), number == page))
        last = number
    return choices


def _rows_of(page: int, total: int) -> str:
    first, last = (page - 1) * PAGE_ROWS + 1, min(page * PAGE_ROWS, total)
    return f"{first:,}" if first == last else word("page.rows").format(first=f"{first:,}", last=f"{last:,}")


def paged(
    rows: Sequence[_Row], page: int, at: Callable[[int], str]
) -> tuple[list[_Row], list[Choice | None]]:
    """The rows of a page, of the last one where there are not so many, and the pages to choose from."""
    page = max(1, min(page, -(-len(rows) // PAGE_ROWS)))
    return list(rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]), pages(len(rows), page, at)

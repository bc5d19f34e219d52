"""What of the assessment an address asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args
from urllib.parse import parse_qsl

from callbacks import state
from callbacks.bulletinview import month_of
from callbacks.paging import page_of
from callbacks.state import ViewState, to_search
from data.assessment.rules import KEYS
from data.words import word

PATH: Final = "/assess"

AssessPart = Literal["ranks", "marks", "appeals", "rules"]
PARTS: Final[tuple[AssessPart, ...]] = get_args(AssessPart)
SORTS: Final = ("rank", "name", "score", "change", "weight", *KEYS)

_DEEPEST: Final = 4


@dataclass(frozen=True)
class Asked:
    """What of the assessment an address asks for. `month` "" is the last frozen one, `depth` 0 the deepest that is
    assessed in the scope, `group` None all of them; `grid` is the code of the grid in view, `appeal` the number of an
    appeal that is to be decided, `page` that of a long list. `descending` turns the order round. `shade` is the
    dimension that the map shows, "" for the whole score."""

    view: ViewState
    part: AssessPart = "ranks"
    month: str = ""
    depth: int = 0
    group: str | None = None
    grid: str = ""
    sort: str = SORTS[0]
    descending: bool = False
    appeal: int | None = None
    page: int = 1
    shade: str = ""

    def search(self, **changes: Any) -> str:
        """The query string of it, or of it with other fields: another list begins with its first page."""
        one = replace(self, **({"page": 1} if set(changes) & _LISTS else {}) | changes)
        more = [
            ("part", one.part if one.part != PARTS[0] else ""),
            ("month", one.month),
            ("depth", str(one.depth) if one.depth else ""),
            ("group", "" if one.group is None else one.group or _NO_GROUP),
            ("sorted", "" if (one.sort, one.descending) == (SORTS[0], False) else _signed(one)),
            ("map", one.shade),
            ("grid", one.grid),
            ("appeal", "" if one.appeal is None else str(one.appeal)),
            ("page", "" if one.page == 1 else str(one.page)),
        ]
        return state.with_more(to_search(one.view.opened(None)), more)

    def at_page(self, number: int) -> str:
        """The query string of it at another page of its list."""
        return self.search(page=number)

    def address(self, **changes: Any) -> str:
        """The whole address of it, or of it with other fields."""
        found = self.search(**changes)
        return PATH + (found if found != "?" else "")


_NO_GROUP: Final = "-"
_LISTS: Final = {"view", "part", "month", "depth", "group", "sort", "descending"}


def _signed(one: Asked) -> str:
    return ("-" if one.descending else "") + one.sort


def asked(search: str | None) -> tuple[Asked, tuple[str, ...]]:
    """What an address asks for, and what of it was not understood."""
    given = dict(parse_qsl((search or "").lstrip("?")))
    parsed = state.parse(search)
    problems = list(parsed.problems)

    def refused(name: str, value: str) -> None:
        problems.append(word("problem.value").format(name=name, value=value[:40]))

    found = Asked(parsed.view)
    if (part := given.get("part", "")) in PARTS:
        found = replace(found, part=part)
    elif part:
        refused("part", part)
    if (month := given.get("month", "")) and month_of(month) is not None:
        found = replace(found, month=month)
    elif month:
        refused("month", month)
    if (depth := given.get("depth", "")) in {str(one) for one in range(1, _DEEPEST + 1)}:
        found = replace(found, depth=int(depth))
    elif depth:
        refused("depth", depth)
    if group := given.get("group", ""):
        found = replace(found, group="" if group == _NO_GROUP else group)
    own = given.get("sorted", "")
    if own.removeprefix("-") in SORTS:
        found = replace(found, sort=own.removeprefix("-"), descending=own.startswith("-"))
    elif own:
        refused("sorted", own)
    if (shade := given.get("map", "")) in KEYS:
        found = replace(found, shade=shade)
    elif shade:
        refused("map", shade)
    if (number := given.get("appeal", "")) and number.isascii() and number.isdigit() and len(number) < 19:
        found = replace(found, appeal=int(number))
    elif number:
        refused("appeal", number)
    page = page_of(given.get("page", "1"))
    if page is None:
        refused("page", given["page"])
    else:
        found = replace(found, page=page)
    return replace(found, grid=given.get("grid", "")[:64]), tuple(problems)

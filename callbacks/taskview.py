"""What of the page of tasks an address asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, cast, get_args
from urllib.parse import parse_qsl

from callbacks import state
from callbacks.paging import page_of
from callbacks.state import ViewState, to_search
from data.tasks.listing import Standing
from data.tasks.states import KINDS, Kind
from data.words import word

STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)

_LISTS: Final = {"view", "show", "kind"}


@dataclass(frozen=True)
class Asked:
    """What an address asks for: which tasks, of which kind ("" for both), which page of them, and the one in view."""

    view: ViewState
    show: Standing = "open"
    kind: str = ""
    task: int | None = None
    page: int = 1

    @property
    def kinds(self) -> tuple[Kind, ...] | None:
        """The kinds as the store takes them."""
        return (cast(Kind, self.kind),) if self.kind else None

    def search(self, **changes: Any) -> str:
        """The query string of it, or of it with other fields: another list begins with its first page."""
        one = replace(self, **({"page": 1} if set(changes) & _LISTS else {}) | changes)
        more = (
            ("show", "" if one.show == "open" else one.show),
            ("kind", one.kind),
            ("task", "" if one.task is None else str(one.task)),
            ("page", "" if one.page == 1 else str(one.page)),
        )
        return state.with_more(to_search(one.view.opened(None)), more)

    def at_page(self, number: int) -> str:
        """The query string of it at another page of its list."""
        return self.search(page=number)


def asked(search: str | None) -> tuple[Asked, tuple[str, ...]]:
    """What an address asks for, and what of it was not understood."""
    parsed = state.parse(search)
    given = dict(parse_qsl((search or "").lstrip("?")))
    problems = list(parsed.problems)

    def one_of(name: str, known: tuple[str, ...], default: str) -> str:
        value = given.get(name, default)
        if value in known or value == default:
            return value
        problems.append(word("problem.value").format(name=name, value=value[:40]))
        return default

    number = given.get("task", "")
    if number and not (number.isascii() and number.isdigit() and len(number) < 19):
        problems.append(word("problem.value").format(name="task", value=number[:40]))
        number = ""
    page = page_of(given.get("page", "1"))
    if page is None:
        problems.append(word("problem.value").format(name="page", value=given["page"][:40]))
    found = Asked(
        parsed.view,
        cast(Standing, one_of("show", STANDINGS, "open")),
        one_of("kind", KINDS, ""),
        int(number) if number else None,
        page or 1,
    )
    return found, tuple(problems)

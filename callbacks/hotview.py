"""What of the warnings an address asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl

from callbacks import state
from callbacks.state import ViewState, to_search
from data.alerting.keeping import AlertKind
from data.alerting.standing import HOT
from data.queries.filters import PLAIN_FILTER
from data.words import word

PATH: Final = "/hot"
TABS: Final = ("hot", "due", "whistle", "recheck")
STATUSES: Final = ("open", "acknowledged", "assigned", "closed")
STEPS: Final = ("2", "1", "0")

KINDS_OF: Final[dict[str, tuple[AlertKind, ...]]] = {
    "hot": HOT,
    "due": ("due",),
    "whistle": ("whistle",),
    "recheck": ("recheck",),
}
"""The kinds of warnings of each group."""

_LAST_PAGE: Final = 10_000


@dataclass(frozen=True)
class Asked:
    """What of the warnings an address asks for. `kind` is one of hot events, `step` one of deadlines, "" for all;
    `status` "" is all that are not closed; `warning` the one in view; `page` counts from 0."""

    view: ViewState
    tab: str = TABS[0]
    kind: str = ""
    status: str = ""
    step: str = ""
    warning: int | None = None
    page: int = 0

    def search(self, **changes: Any) -> str:
        """The query string of it, or of it with other fields."""
        one = replace(self, **changes)
        more = (
            ("tab", one.tab if one.tab != TABS[0] else ""),
            ("kind", one.kind),
            ("status", one.status),
            ("step", one.step),
            ("page", str(one.page) if one.page else ""),
            ("warning", "" if one.warning is None else str(one.warning)),
        )
        view = replace(one.view.opened(None), wanted=PLAIN_FILTER)
        return state.with_more(to_search(view), more)


def asked(search: str | None) -> tuple[Asked, tuple[str, ...]]:
    """What an address asks for, and what of it was not understood."""
    parsed = state.parse(search)
    given = dict(parse_qsl((search or "").lstrip("?")))
    problems = list(parsed.problems)

    def refused(name: str) -> None:
        problems.append(word("problem.value").format(name=name, value=given[name][:40]))

    def one_of(name: str, known: tuple[str, ...], plain: str) -> str:
        value = given.get(name, plain)
        if value in (plain, *known):
            return value
        refused(name)
        return plain

    def number(name: str, most: int) -> int | None:
        value = given.get(name, "")
        if not value:
            return None
        if value.isascii() and value.isdigit() and len(value) < 19 and int(value) <= most:
            return int(value)
        refused(name)
        return None

    found = Asked(
        parsed.view,
        one_of("tab", TABS, TABS[0]),
        one_of("kind", HOT, ""),
        one_of("status", STATUSES, ""),
        one_of("step", STEPS, ""),
        number("warning", 10**18),
        number("page", _LAST_PAGE) or 0,
    )
    return found, tuple(problems)

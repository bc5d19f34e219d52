"""What of the archive of bulletins an address asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qsl

from callbacks import state
from callbacks.state import ViewState, to_search
from data.bulletinplan import KINDS
from data.words import word

_LAST_PAGE: Final = 10_000


@dataclass(frozen=True)
class Asked:
    """What of the archive an address asks for. `month` is a month such as "2026-10", "" for all of them; `edition` the
    one in view; `page` counts from 0."""

    view: ViewState
    kind: str = ""
    month: str = ""
    below: bool = False
    edition: int | None = None
    page: int = 0

    def search(self, **changes: Any) -> str:
        """The query string of it, or of it with other fields."""
        one = replace(self, **changes)
        more = (
            ("kind", one.kind),
            ("month", one.month),
            ("below", "1" if one.below else ""),
            ("page", str(one.page) if one.page else ""),
            ("edition", "" if one.edition is None else str(one.edition)),
        )
        return state.with_more(to_search(one.view.opened(None)), more)


def asked(search: str | None) -> tuple[Asked, tuple[str, ...]]:
    """What an address asks for, and what of it was not understood."""
    parsed = state.parse(search)
    given = dict(parse_qsl((search or "").lstrip("?")))
    problems = list(parsed.problems)

    def number(name: str, most: int) -> int | None:
        value = given.get(name, "")
        if not value:
            return None
        if value.isascii() and value.isdigit() and len(value) < 19 and int(value) <= most:
            return int(value)
        problems.append(word("problem.value").format(name=name, value=value[:40]))
        return None

    kind, month = given.get("kind", ""), given.get("month", "")
    if kind and kind not in KINDS:
        problems.append(word("problem.value").format(name="kind", value=kind[:40]))
        kind = ""
    if month and month_of(month) is None:
        problems.append(word("problem.value").format(name="month", value=month[:40]))
        month = ""
    if given.get("demand"):
        problems.append(word("archive.demand_period"))
    found = Asked(
        parsed.view,
        kind,
        month,
        given.get("below") == "1",
        number("edition", 10**18),
        number("page", _LAST_PAGE) or 0,
    )
    return found, tuple(problems)


def month_of(text_: str) -> date | None:
    """The first day of a month such as "2026-10"; None for anything else."""
    try:
        found = date.fromisoformat(f"{text_}-01") if len(text_) == 7 else None
    except ValueError:
        return None
    return found if found is not None and 2000 <= found.year < 2060 else None

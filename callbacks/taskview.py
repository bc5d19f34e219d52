"""What of the page of tasks an address asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, cast, get_args
from urllib.parse import parse_qsl

from callbacks import state
from callbacks.state import ViewState, to_search
from data.tasks.listing import Standing
from data.tasks.states import KINDS, Kind
from data.words import word

STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)


@dataclass(frozen=True)
class Asked:
    """What an address asks for: which tasks, of which kind ("" for both), and the one in view."""

    view: ViewState
    show: Standing = "open"
    kind: str = ""
    task: int | None = None

    @property
    def kinds(self) -> tuple[Kind, ...] | None:
        """The kinds as the store takes them."""
        return (cast(Kind, self.kind),) if self.kind else None

    def search(self, **changes: Any) -> str:
        """The query string of it, or of it with other fields."""
        one = replace(self, **changes)
        more = (
            ("show", "" if one.show == "open" else one.show),
            ("kind", one.kind),
            ("task", "" if one.task is None else str(one.task)),
        )
        return state.with_more(to_search(one.view.opened(None)), more)


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
    found = Asked(
        parsed.view,
        cast(Standing, one_of("show", STANDINGS, "open")),
        one_of("kind", KINDS, ""),
        int(number) if number else None,
    )
    return found, tuple(problems)

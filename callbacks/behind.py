"""The list of events behind a figure: what lies in the list is what was counted, no more and no less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from callbacks.state import ViewState, to_search
from data.indicators import OVERDUE_OPEN
from data.queries.filters import PLAIN_FILTER, Filter

_CLOSED: Final = Filter(by="closed", state="closed", sort="closed")
_OVERDUE: Final = Filter(by="any", overdue="open", sort="due", descending=False)

BEHIND: Final[Mapping[str, Filter]] = {
    "received": PLAIN_FILTER,
    "completion": PLAIN_FILTER,
    "closed": _CLOSED,
    "rating_participation": _CLOSED,
    "rework": _CLOSED,
    OVERDUE_OPEN: _OVERDUE,
}
"""The filter of the events that a figure counts, or that its denominator counts. Figures whose events no filter tells
are not here: a list of others would be worse than none."""


_LISTED: Final[Mapping[str, Filter]] = {
    "overdue": _OVERDUE,
    "open": Filter(by="any", state="open", sort="due", descending=False),
    "newest": PLAIN_FILTER,
}


def queries_behind() -> dict[str, str]:
    """What an address asks for besides its view to list the events behind each figure: "" for the plain list."""
    return {key: to_search(ViewState(wanted=found)).lstrip("?") for key, found in BEHIND.items()}


def events_behind(view: ViewState, key: str) -> str | None:
    """The address of the list behind an indicator in a view; None where there is none."""
    return None if key not in BEHIND else _list_of(view, BEHIND[key])


def overdue_behind(view: ViewState) -> str:
    """The address of the list of what is overdue in a view."""
    return _list_of(view, _OVERDUE)


def all_listed(view: ViewState) -> str:
    """The address of the whole of a short list, the one that the view shows."""
    return _list_of(view, _LISTED[view.listing])


def _list_of(view: ViewState, wanted: Filter) -> str:
    return "/events" + to_search(replace(view, wanted=wanted, event=None))

"""What events can be asked for beside their scope, period, category and channel; and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import pandas as pd

from data.answers import EVENT_COLUMNS

By = Literal["reported", "closed", "due", "any"]
State = Literal[
    "",
    "open",
    "closed",
    "withdrawn",
    "reported",
    "accepted",
    "dispatched",
    "suspended",
    "handled",
    "verified",
]
Overdue = Literal["", "open", "late"]
RatingKey = Literal["", "1", "2", "3", "4", "5", "low", "none"]
Sort = Literal["reported", "due", "overdue", "closed", "rating", "status"]

BYS: Final[tuple[By, ...]] = get_args(By)
STATES: Final[tuple[State, ...]] = get_args(State)
OVERDUES: Final[tuple[Overdue, ...]] = get_args(Overdue)
RATINGS: Final[tuple[RatingKey, ...]] = get_args(RatingKey)
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)

STAGES: Final[tuple[State, ...]] = ("reported", "accepted", "dispatched", "suspended", "handled", "verified")
"""States that are told of the present alone: what came after has overwritten them."""

COUNTED_TO: Final = 10_000
"""More events than this are counted no further."""

FOUND_COLUMNS: Final[Mapping[str, str]] = {
    **EVENT_COLUMNS,
    "closed_at": "Int64",
    "rating": "Int64",
    "unit": "str",
    "address": "str",
    "description": "str",
}
"""A list of events that were asked for, one row each."""


@dataclass(frozen=True)
class Filter:
    """What is asked for. `by` says of which instant the period speaks (any: of none), `overdue` "open" that the
    deadline has passed and the event is not closed, "late" that it was handled after it; events that were withdrawn
    come only where `state` asks for them. A `sort` by what an event lacks puts it last; ties go by the newest."""

    by: By = "reported"
    state: State = ""
    overdue: Overdue = ""
    rating: RatingKey = ""
    text: str = ""
    sort: Sort = "reported"
    descending: bool = True


PLAIN_FILTER: Final = Filter()
"""Everything that was reported in the period, the newest first."""


@dataclass(frozen=True)
class Found:
    """Some of the events (FOUND_COLUMNS) and the key that the next ones come after, None at the end.

    A page may be short, even empty, and yet not the last: then as many events were looked at as time allows, up to the
    instant `reached`.
    """

    rows: pd.DataFrame
    next: str | None
    reached: int | None = None


NEARBY_COLUMNS: Final[Mapping[str, str]] = {**FOUND_COLUMNS, "metres": "float64"}
"""Events near another one, the nearest first."""


@dataclass(frozen=True)
class Total:
    """How many events there are: exactly, or at least so many."""

    n: int
    exact: bool


class NotThen(ValueError):
    """Something was asked of a past instant that only the present knows; the message is a plain sentence."""

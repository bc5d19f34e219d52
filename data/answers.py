"""What is asked of the store and what comes back: the types that queries, screens and bulletins share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from data.clocks import Instant
from data.indicators import Figure
from data.periods import Period

FIGURE_COLUMNS: Mapping[str, str] = {
    "group": "str",
    "name": "str",
    "own": "bool",
    "key": "str",
    "numerator": "int64",
    "denominator": "Int64",
    "value": "float64",
}
"""Figures by group, one row for each group and indicator; `denominator` is NA for a count, `value` NaN for no data."""

RANK_COLUMNS: Mapping[str, str] = {
    "rank": "Int64",
    "code": "str",
    "name": "str",
    "value": "float64",
    "numerator": "int64",
    "denominator": "Int64",
    "too_few": "bool",
}
"""A ranking, one row for each grid, best first; the grids with too few due events last, their `rank` NA."""

EVENT_COLUMNS: Mapping[str, str] = {
    "id": "int64",
    "source": "str",
    "key": "str",
    "title": "str",
    "category": "str",
    "category_name": "str",
    "channel": "str",
    "channel_name": "str",
    "grid": "str",
    "grid_name": "str",
    "status": "str",
    "reported_at": "Int64",
    "handle_due_at": "Int64",
    "overdue_minutes": "Float64",
}
"""A list of events, one row each; instants in microseconds, `overdue_minutes` NA where no deadline has passed."""

STEP_COLUMNS: Mapping[str, str] = {
    "seq": "int64",
    "kind": "str",
    "at": "int64",
    "recorded_at": "int64",
    "actor": "str",
    "note": "str",
    "detail": "object",
}
"""The steps of one event in the order in which they count."""

FRESHNESS_COLUMNS: Mapping[str, str] = {
    "source": "str",
    "last_reported_at": "Int64",
    "last_recorded_at": "Int64",
}
"""One row for each source system: its newest report, and when anything was last heard of it."""


def empty(columns: Mapping[str, str]) -> pd.DataFrame:
    """A frame without rows that has `columns` (name to dtype) in their order."""
    return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in columns.items()})


def frame_of(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a frame with `columns` (name to dtype) in their order; None becomes NA where the dtype has one.

    Column by column, since casting a frame of objects costs several times as much.
    """
    made = {}
    for name, dtype in columns.items():
        values = [row[name] for row in rows]
        if dtype in ("str", "Int64", "Float64"):
            made[name] = pd.array(values, dtype=cast(Any, dtype))
        else:
            made[name] = np.fromiter(values, dtype=dtype, count=len(values))
    return pd.DataFrame(made, copy=False)


@dataclass(frozen=True)
class Question:
    """What a figure is asked for: a grid and all below it, a half-open period, an as-of instant, filters (None: all).

    A `live` question means "now": a fact that is committed between the asker's look at the clock and the answer counts.
    """

    scope: str
    period: Period
    as_of: Instant
    categories: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    live: bool = False


@dataclass(frozen=True)
class Compared:
    """Every indicator's figure in a period, in the period before it and in the same period of last year."""

    current: Mapping[str, Figure]
    before: Mapping[str, Figure]
    last_year: Mapping[str, Figure]
    before_period: Period
    last_year_period: Period


@dataclass(frozen=True)
class Page:
    """Some rows of a list (EVENT_COLUMNS) and the key that the next page starts after, None on the last page."""

    rows: pd.DataFrame
    next: str | None


@dataclass(frozen=True)
class Trace:
    """One event as its fields by name, and its steps (STEP_COLUMNS) in order; `personal` is True where its texts hold
    personal data, which are hidden unless they were asked for."""

    event: Mapping[str, Any]
    steps: pd.DataFrame
    personal: bool = False

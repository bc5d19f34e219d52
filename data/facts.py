"""The three evaluations of a measure's condition: one row, many rows in numpy, and SQL (see data/measures.py)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, case
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from data.clocks import Instant
from data.measures import DEADLINES, FACT_COLUMNS

_UNKNOWN = math.nan
"""What an unknown number is outside SQL: it compares as false with everything, as null does in SQL."""

_DATED_BY = {"rating": "rated_at", "solved": "rated_at"}
"""Facts that are not instants themselves: they are known from another column's instant on."""

_ALWAYS = frozenset({"reported_at", *DEADLINES})
"""Facts that a mask never hides: a deadline in the future is known today."""


@dataclass(frozen=True)
class RowFacts:
    """One event as a mapping of columns."""

    row: Mapping[str, Any]

    def get(self, column: str) -> float:
        """The column's number, NaN where it is unknown."""
        value = self.row[column]
        return _UNKNOWN if value is None else value

    def known(self, column: str) -> bool:
        """True where the column is not null."""
        return self.row[column] is not None

    def unknown(self, column: str) -> bool:
        """True where the column is null."""
        return self.row[column] is None


@dataclass(frozen=True)
class ArrayFacts:
    """Many events as float64 arrays, NaN where unknown. Microseconds are exact in float64 until the year 2255."""

    columns: Mapping[str, NDArray[np.float64]]

    def as_of(self, at: Instant) -> ArrayFacts:
        """The same events with what was not yet a fact then as NaN."""
        columns = dict(self.columns)
        for name in columns.keys() & set(FACT_COLUMNS) - _ALWAYS:
            dated_by = self.columns[_DATED_BY.get(name, name)]
            columns[name] = np.where(dated_by <= at, columns[name], _UNKNOWN)
        return ArrayFacts(columns)

    def get(self, column: str) -> NDArray[np.float64]:
        """The column."""
        return self.columns[column]

    def known(self, column: str) -> NDArray[np.bool_]:
        """True where the column is not NaN."""
        return ~np.isnan(self.columns[column])

    def unknown(self, column: str) -> NDArray[np.bool_]:
        """True where the column is NaN."""
        return np.isnan(self.columns[column])


@dataclass(frozen=True)
class SqlFacts:
    """The columns of a table; with `as_of`, what was not yet a fact then is null."""

    columns: ReadOnlyColumnCollection[str, Any]
    as_of: ColumnElement[Instant] | None = None

    def get(self, column: str) -> ColumnElement[Any]:
        """The column, masked."""
        plain: ColumnElement[Any] = self.columns[column]
        if self.as_of is None or column in _ALWAYS:
            return plain
        dated_by = self.columns[_DATED_BY.get(column, column)]
        return case((dated_by <= self.as_of, plain), else_=None)

    def known(self, column: str) -> ColumnElement[bool]:
        """SQL for "is a fact"."""
        return self.get(column).is_not(None)

    def unknown(self, column: str) -> ColumnElement[bool]:
        """SQL for "is not a fact"."""
        return self.get(column).is_(None)

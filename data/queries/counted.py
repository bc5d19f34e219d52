"""Sums of measures by group, collected from several reads, and the figures made of them, column by column.

One object a figure would cost more than the question itself, so groups stay numbers and figures stay arrays until
somebody wants a frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.answers import FIGURE_COLUMNS, empty
from data.indicators import INDICATORS

Ints = NDArray[np.int64]

NOTHING = np.zeros(1, dtype=np.int64)
"""The one group of sums that are not grouped."""


def numbers(rows: Sequence[Sequence[int]]) -> Ints:
    """Rows of whole numbers as a block, without a column where there is no row."""
    width = len(rows[0]) if rows else 0
    flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows) * width)
    return flat.reshape(len(rows), width)


@dataclass
class Counted:
    """Parts of sums: the groups of each part, the measures it has, and a row of numbers for each group."""

    parts: list[tuple[Ints, tuple[str, ...], Ints]] = field(default_factory=list)

    def add(self, names: tuple[str, ...], rows: Sequence[Sequence[int]]) -> None:
        """Adds rows of a group and its measures."""
        if rows:
            block = numbers(rows)
            self.parts.append((block[:, 0], names, block[:, 1:]))

    def groups(self) -> Ints:
        """Every group for which anything was counted, in order."""
        if not self.parts:
            return np.zeros(0, dtype=np.int64)
        # What one part adds another may take away: only the sums say whether there is anything.
        groups = np.unique(np.concatenate([keys for keys, _, _ in self.parts]))
        found: Ints = groups[np.any([values != 0 for values in self.under(groups).values()], axis=0)]
        return found

    def regrouped(self, groups: Ints) -> Counted:
        """The same sums under other groups: `groups[i]` takes the place of group i."""
        return Counted([(groups[keys], names, values) for keys, names, values in self.parts])

    def under(self, groups: Ints) -> dict[str, Ints]:
        """The sums of each measure for the given groups, in their order; what lies under no given group is left out."""
        order = np.argsort(groups, kind="stable")
        sums: dict[str, Ints] = {}
        for keys, names, values in self.parts:
            places = np.minimum(np.searchsorted(groups, keys, sorter=order), len(groups) - 1)
            places = order[places]
            listed = groups[places] == keys
            block = _summed(places[listed], values[listed], len(groups))
            for position, name in enumerate(names):
                sums[name] = sums[name] + block[position] if name in sums else block[position]
        return sums


def _summed(places: Ints, values: Ints, size: int) -> Ints:
    """One row a measure and one column a place: the sums of the values that lie at each place."""
    if size == 1:
        total: Ints = values.sum(axis=0, keepdims=True).T
        return total
    order = np.argsort(places, kind="stable")
    distinct, starts = np.unique(places[order], return_index=True)
    block = np.zeros((values.shape[1], size), dtype=np.int64)
    if len(distinct):
        block[:, distinct] = np.add.reduceat(values[order], starts, axis=0).T
    return block


@dataclass(frozen=True)
class Groups:
    """The groups of an answer in its order: ids, codes (or labels of time), names, and which are the scope's own."""

    ids: Ints
    codes: Sequence[str]
    names: Sequence[str]
    own: NDArray[np.bool_]


@dataclass(frozen=True)
class FigureTable:
    """Figures of some indicators (columns) for some groups (rows); `value` is NaN where there is no data."""

    groups: Groups
    keys: tuple[str, ...]
    numerator: Ints
    denominator: Ints
    value: NDArray[np.float64]

    @classmethod
    def of(
        cls, counted: Counted, groups: Groups, keys: tuple[str, ...], unrecorded: frozenset[str] = frozenset()
    ) -> FigureTable:
        """The figures of the groups from what was counted; those of `unrecorded` indicators are no data."""
        shape = (len(groups.ids), len(keys))
        numerator, denominator = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        sums: Mapping[str, Ints] = counted.under(groups.ids) if len(groups.ids) else {}
        for column, key in enumerate(keys):
            if key in unrecorded:
                continue
            definition = INDICATORS[key]
            if definition.numerator in sums:
                numerator[:, column] = sums[definition.numerator]
            if definition.denominator is not None and definition.denominator in sums:
                denominator[:, column] = sums[definition.denominator]
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.where(denominator > 0, numerator / denominator, np.nan)
        counts = _are_counts(keys)
        value[:, counts] = numerator[:, counts]
        value[:, [key in unrecorded for key in keys]] = np.nan
        return cls(groups, keys, numerator, denominator, value)

    def frame(self) -> pd.DataFrame:
        """FIGURE_COLUMNS: one row for each group and indicator, groups in order, indicators in order within each."""
        if not self.value.size:
            return empty(FIGURE_COLUMNS)
        each = np.repeat(np.arange(len(self.groups.ids)), len(self.keys))
        return pd.DataFrame(
            {
                "group": texts(tuple(self.groups.codes)).take(each),
                "name": texts(tuple(self.groups.names)).take(each),
                "own": self.groups.own[each],
                "key": pd.array(self.keys * len(self.groups.ids), dtype="str"),
                "numerator": self.numerator.ravel(),
                "denominator": pd.arrays.IntegerArray(
                    self.denominator.ravel(), np.tile(_are_counts(self.keys), len(self.groups.ids))
                ),
                "value": self.value.ravel(),
            },
            copy=False,
        )


@lru_cache(maxsize=64)
def texts(values: tuple[str, ...]) -> pd.api.extensions.ExtensionArray:
    """Texts as a column, made once: the same grids, categories and days are named again and again."""
    return pd.array(list(values), dtype="str")


def _are_counts(keys: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.array([INDICATORS[key].denominator is None for key in keys], dtype=bool)

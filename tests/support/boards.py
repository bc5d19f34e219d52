"""Tables of figures for fakes, from what each grid counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from data.grids import Grid
from data.indicators import figures
from data.periods import Period
from data.queries.counted import FigureTable, Groups
from data.queries.figures import Courses

Measured = Callable[[str, Period], Mapping[str, int]]


def figure_table(
    grids: Sequence[Grid], own: Sequence[bool], told: Sequence[Mapping[str, int]], keys: Sequence[str]
) -> FigureTable:
    """The figures of some grids from their measures."""
    made = [figures(measures) for measures in told]
    shape = (len(grids), len(keys))
    return FigureTable(
        Groups(
            np.array([grid.id for grid in grids], dtype=np.int64),
            tuple(grid.code for grid in grids),
            tuple(grid.name for grid in grids),
            np.array(own, dtype=bool),
        ),
        tuple(keys),
        np.array([one[key].numerator for one in made for key in keys], dtype=np.int64).reshape(shape),
        np.array([one[key].denominator or 0 for one in made for key in keys], dtype=np.int64).reshape(shape),
        np.array(
            [np.nan if (value := one[key].value) is None else value for one in made for key in keys],
            dtype=np.float64,
        ).reshape(shape),
    )


def courses_of(
    grids: Sequence[Grid], parts: Sequence[tuple[str, Period]], key: str, measured: Measured
) -> Courses:
    """One indicator of some grids in each part of a period."""
    tables = [
        figure_table(grids, [False] * len(grids), [measured(grid.code, part) for grid in grids], (key,))
        for _, part in parts
    ]
    return Courses(
        tuple(grid.code for grid in grids),
        tuple(grid.name for grid in grids),
        tuple(label for label, _ in parts),
        np.stack([table.numerator[:, 0] for table in tables], axis=1),
        np.stack([table.denominator[:, 0] for table in tables], axis=1),
        np.stack([table.value[:, 0] for table in tables], axis=1),
    )

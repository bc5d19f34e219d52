"""Who works in the grids of a city pack, and the organisations in them: counts by grid."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from data.packfiles import LENGTHS, PackFiles

_MOST = 999_999


def no_organisations() -> pd.DataFrame:
    """The organisations of a pack that names none."""
    return _frame({}, "kind", "number")


class PeopleFiles(PackFiles):
    """Reads staff.csv and organisations.csv; what is wrong is noted."""

    def staff(self, grids: Collection[str]) -> pd.DataFrame:
        """grid str, role str, headcount int64, in file order; `grids` are the codes of the pack."""
        return self._counts("staff.csv", "role", "headcount", grids)

    def organisations(self, grids: Collection[str]) -> pd.DataFrame:
        """grid str, kind str, number int64, in file order."""
        return self._counts("organisations.csv", "kind", "number", grids)

    def _counts(self, name: str, what: str, count: str, grids: Collection[str]) -> pd.DataFrame:
        counts: dict[tuple[str, str], int] = {}
        for line in self.rows(name, ("grid", what, count), (), optional=True):
            key = grid, kind = line.cells["grid"], line.cells[what]
            number = line.cells[count]
            if grid not in grids:
                self.fault(f"{line.where}: the grid {grid!r} does not exist")
            if not kind or len(kind) > LENGTHS[what]:
                self.fault(f"{line.where}: the {what} must have 1 to {LENGTHS[what]} characters")
            if key in counts:
                self.fault(f"{line.where}: the {what} {kind} of the grid {grid} is listed twice")
            if not (number.isascii() and number.isdigit() and int(number) <= _MOST):
                self.fault(f"{line.where}: {count} must be a whole number; found {number!r}")
                number = "0"
            counts[key] = int(number)
        return _frame(counts, what, count)


def _frame(counts: Mapping[tuple[str, str], int], what: str, count: str) -> pd.DataFrame:
    grids, kinds = [grid for grid, _ in counts], [kind for _, kind in counts]
    frame = pd.DataFrame({"grid": grids, what: kinds, count: list(counts.values())})
    return frame.astype({"grid": "str", what: "str", count: "int64"})

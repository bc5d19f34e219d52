"""Who works in the grids of a city pack, and the organisations in them: counts by grid."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import pandas as pd

from data.packfiles import LENGTHS, Line, PackFiles

_DIGITS = 6
"""The most digits of a count: more are a slip of the pen."""


def no_organisations() -> pd.DataFrame:
    """The organisations of a pack that names none."""
    columns = {"grid": "str", "kind": "str", "number": "int64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})


class PeopleFiles(PackFiles):
    """Reads staff.csv and organisations.csv; what is wrong is noted."""

    def staff(self, grids: AbstractSet[str]) -> pd.DataFrame:
        """grid str, role str, headcount int64, in file order; `grids` are the codes of the pack."""
        return self._counts("staff.csv", "role", "headcount", grids)

    def organisations(self, grids: AbstractSet[str]) -> pd.DataFrame:
        """grid str, kind str, number int64, in file order."""
        return self._counts("organisations.csv", "kind", "number", grids)

    def _counts(self, name: str, what: str, count: str, grids: AbstractSet[str]) -> pd.DataFrame:
        lines = list(self.rows(name, ("grid", what, count), (), optional=True))
        codes, kinds, texts = ([line.cells[column] for line in lines] for column in ("grid", what, count))
        numbers = {text: int(text) for text in set(texts) if _is_number(text)}
        # A city has a hundred thousand rows, and nearly always none with a fault.
        if not (
            set(codes) <= grids
            and all(0 < len(kind) <= LENGTHS[what] for kind in set(kinds))
            and len(set(zip(codes, kinds, strict=True))) == len(lines)
            and len(numbers) == len(set(texts))
        ):
            self._tell(lines, what, count, grids)
        frame = pd.DataFrame({"grid": codes, what: kinds, count: [numbers.get(text, 0) for text in texts]})
        return frame.astype({"grid": "str", what: "str", count: "int64"})

    def _tell(self, lines: Iterable[Line], what: str, count: str, grids: AbstractSet[str]) -> None:
        """Notes what is wrong, row by row."""
        seen: set[tuple[str, str]] = set()
        for line in lines:
            grid, kind = line["grid"], line[what]
            if grid not in grids:
                self.fault(f"{line.where}: the grid {grid!r} does not exist")
            if not 0 < len(kind) <= LENGTHS[what]:
                self.fault(f"{line.where}: the {what} must have 1 to {LENGTHS[what]} characters")
            if (grid, kind) in seen:
                self.fault(f"{line.where}: the {what} {kind} of the grid {grid} is listed twice")
            seen.add((grid, kind))
            if not _is_number(line[count]):
                self.fault(f"{line.where}: {count} must be a whole number; found {line[count]!r}")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS

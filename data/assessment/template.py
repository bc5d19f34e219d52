"""The sheet that operators take along: a row for every grid and dimension that marks are entered for."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from data.assessment.entries import Entry, Refusal, Taken, Wanted, enter
from data.assessment.rules import AssessmentRules
from data.assessment.sheet import COLUMNS, NAME, wanted_of
from data.audit import Entry as Audited
from data.clocks import Instant
from data.grids import Tree
from data.store import Store


def template(
    tree: Tree,
    scope: str,
    rules: AssessmentRules,
    month: str,
    entered: Sequence[Entry] = (),
    *,
    own: str = "",
) -> str:
    """A CSV text with a row a grid and dimension, the grids of a scope in the order of the tree; `entered` are the
    marks that are there, the latest first, and stand in their rows. `own` is left out: the grid of whoever fills the
    sheet in, which does not judge itself. Raises UnknownGrid."""
    last: dict[tuple[str, str], Entry] = {}
    for one in entered:
        last.setdefault((one.grid, one.dimension), one)
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow((*COLUMNS, NAME))
    for depth in sorted(rules.depths):
        for grid in tree.at_depth(scope, depth):
            if grid.code == own:
                continue
            for dimension in (one.key for one in rules.dimensions if one.is_entered and one.weight):
                found = last.get((grid.code, dimension))
                told = ("", "", "") if found is None else (_mark(found), found.reason, found.evidence)
                writer.writerow(
                    (month, grid.code, dimension, *(_neutral(cell) for cell in told), _neutral(grid.name))
                )
    return made.getvalue()


def enter_sheet(
    store: Store, content: bytes, author: str, now: Instant, *, noted: Audited | None = None
) -> Taken:
    """Enters the marks of a CSV file for grids of the store's scope. Rows whose mark, reason and evidence are blank
    were not filled in and are passed over. The places of refusals are those in the file, from 0 below its header.
    Raises AssessmentError for a file that is no such table."""
    given = [(place, one) for place, one in enumerate(wanted_of(content)) if _is_filled(one)]
    taken = enter(store, [one for _, one in given], author, now, noted=noted)
    refused = tuple(Refusal(given[one.place][0], one.reason) for one in taken.refused)
    return Taken(taken.entered, taken.unchanged, refused)


def _is_filled(one: Wanted) -> bool:
    return bool(one.mark or one.reason or one.evidence)


def _mark(found: Entry) -> str:
    return f"{float(found.mark):.2f}".rstrip("0").rstrip(".")


def _neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" \u00a0\u3000").startswith(("=", "+", "-", "@", "\t", "\r")) else cell

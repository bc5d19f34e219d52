"""An address of the assessment that has met a city: the grid, the month, the depth and the rules that it is about."""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.assessdesk import AssessDesk
from callbacks.assessview import PATH, Asked, asked
from callbacks.gridpage import placed
from callbacks.reads import City, Reads
from data.assessment.keeping import Board
from data.assessment.rules import AssessmentRules
from data.clocks import ZoneClock
from data.grids import Grid, Tree, UnknownGrid
from data.words import word


@dataclass(frozen=True)
class Met:
    """An address that has met a city: the grid in view, the month and the depth that are shown, and the rules."""

    city: City
    found: Asked
    grid: Grid
    tree: Tree
    month: str
    depth: int
    frozen: bool
    rules: AssessmentRules
    problems: tuple[str, ...]

    @property
    def clock(self) -> ZoneClock:
        """The city's clock."""
        return ZoneClock.of(self.city.zone)


def meet(reads: Reads, desk: AssessDesk, search: str | None, pathname: str | None) -> Met | None:
    """What every part of the page needs; None without a city."""
    met = placed(reads, PATH, pathname, asked, search)
    if met is None:
        return None
    city, found, grid, tree, problems = met
    running, months = desk.running(), desk.months()
    month = found.month
    if month > running:
        problems += (word("assess.future").format(month=month),)
        month = ""
    if not month:
        month = months[0] if months and found.part != "marks" else running
    fixed = desk.frozen(month)
    rules = desk.rules(month) if fixed is None else fixed.rules
    depth = found.depth if found.depth in rules.depths and tree.at_depth(grid.code, found.depth) else 0
    depth = depth or deepest(rules, tree, grid)
    return Met(city, found, grid, tree, month, depth, fixed is not None, rules, problems)


def deepest(rules: AssessmentRules, tree: Tree, grid: Grid) -> int:
    """The deepest depth that is assessed within a grid; 0 for none."""
    return max((one for one in rules.depths if tree.at_depth(grid.code, one)), default=0)


def board_of(desk: AssessDesk, met: Met, month: str, depth: int) -> Board | None:
    """The scores of a month at a depth within the grid in view; None where there are none to be had."""
    try:
        return desk.board(met.grid.code, month, depth) if depth else None
    except (UnknownGrid, ValueError):
        return None

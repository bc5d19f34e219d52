"""Communities and streets in one piece: level-3 grids that lie astray go to the neighbours around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from data.demo.chance import Bools, Floats, Ints
from data.demo.tessellation.faces import longest, stray_pieces, united
from data.demo.tessellation.graph import Borders, borders

_ROUNDS = 12


@dataclass(frozen=True)
class _Ground:
    """What does not change while cells change hands."""

    cells: Any
    touching: Borders
    areas: Floats
    county: Ints
    street: Ints
    """By community."""

    def groups(self, owner: Ints) -> tuple[tuple[Ints, int], tuple[Ints, int]]:
        """Streets and communities by cell, and how many there are: what has to be in one piece."""
        return (self.street[owner], int(self.street.max()) + 1), (owner, len(self.street))


def settled(cells: Any, county: Ints, owner: Ints, street: Ints) -> Ints:
    """The community of each cell, changed where need be so that each community and each street is one piece without a
    hole. None is left without a cell, and no cell leaves its county. ValueError when that does not come about."""
    ground = _Ground(cells, borders(cells), shapely.area(cells), county, street)
    owner = owner.copy()
    for _ in range(_ROUNDS):
        astray = sum(_gather(ground, owner, number) for number in (0, 1))
        if not astray and not sum(_open(ground, owner, number) for number in (0, 1)):
            return owner
    raise ValueError(
        f"expected communities and streets in one piece, found some in several after {_ROUNDS} rounds: "
        "another seed may do"
    )


def _gather(ground: _Ground, owner: Ints, number: int) -> int:
    """Gives cells outside their group's main piece to a neighbour; the number of them."""
    group, count = ground.groups(owner)[number]
    strays = stray_pieces(ground.touching, group, ground.areas, count)
    astray = np.zeros(len(owner), dtype=np.bool_)
    astray[strays] = True
    for cell in strays:
        taker = _taker(ground, owner, int(cell), astray, at_home=number == 1)
        if taker is not None and _may_leave(ground, owner, int(cell), astray):
            owner[cell] = taker
    return len(strays)


def _taker(ground: _Ground, owner: Ints, cell: int, astray: Bools, *, at_home: bool) -> int | None:
    """The community with the longest border to a cell, of its own street if it can be."""
    near, lengths = ground.touching.around(cell)
    fit = (ground.county[near] == ground.county[cell]) & ~astray[near] & (owner[near] != owner[cell])
    same = fit & (ground.street[owner[near]] == ground.street[owner[cell]])
    if at_home and same.any():
        fit = same
    return longest(owner[near[fit]], lengths[fit]) if fit.any() else None


def _may_leave(ground: _Ground, owner: Ints, cell: int, astray: Bools) -> bool:
    """Whether the cell's community has others, if need be by a gift from a larger one of the street."""
    poor = int(owner[cell])
    if (owner == poor).sum() > 1:
        return True
    street = ground.street[owner]
    rich, cells = np.unique(owner[(street == street[cell]) & ~astray & (owner != poor)], return_counts=True)
    for donor in rich[np.argsort(-cells, kind="stable")]:
        members = np.flatnonzero(owner == donor)
        for gift in members if len(members) > 2 else ():
            if _hang_together(ground.touching, members[members != gift]):
                owner[gift] = poor
                return True
    return False


def _hang_together(touching: Borders, members: Ints) -> bool:
    wanted = set(members.tolist())
    waiting = [wanted.pop()]
    while waiting and wanted:
        near, _ = touching.around(waiting.pop())
        reached = wanted.intersection(near.tolist())
        wanted -= reached
        waiting.extend(reached)
    return not wanted


def _open(ground: _Ground, owner: Ints, number: int) -> int:
    """Breaks the rings that a group makes around others: a cell of the ring goes to those within. The number of rings
    that were found."""
    group, count = ground.groups(owner)[number]
    unions = united(ground.cells, group, count)
    ringed = np.flatnonzero(shapely.get_num_interior_rings(unions) > 0)
    for ring in ringed:
        _break(ground, owner, group, int(ring), unions[ring])
    return len(ringed)


def _break(ground: _Ground, owner: Ints, group: Ints, ring: int, union: shapely.Polygon) -> None:
    hole = shapely.Polygon(union.interiors[0])
    within = np.zeros(len(owner), dtype=np.bool_)
    within[shapely.STRtree(shapely.point_on_surface(ground.cells)).query(hole, predicate="contains")] = True
    members = np.flatnonzero(group == ring)
    for cell in members.tolist():
        near, lengths = ground.touching.around(cell)
        inner = within[near]
        outer = (group[near] != ring) & ~inner
        if inner.any() and outer.any() and _hang_together(ground.touching, members[members != cell]):
            owner[cell] = longest(owner[near[inner]], lengths[inner])
            return
    # A thick ring: the hole grows by a cell, until it is thin enough.
    for cell in members.tolist():
        near, lengths = ground.touching.around(cell)
        if within[near].any() and _hang_together(ground.touching, members[members != cell]):
            owner[cell] = longest(owner[near[within[near]]], lengths[within[near]])
            return

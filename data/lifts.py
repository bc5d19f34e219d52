"""What counters need of a city: its clock, and every grid's ancestors by depth."""

from __future__ import annotations

from dataclasses import dataclass

from data.clocks import ZoneClock
from data.grains import GRAINS, Grain
from data.grids import Tree


@dataclass(frozen=True)
class Lifts:
    """`by_depth[depth][id]` is the id of the ancestor at that depth, or the grid's own where it stands higher."""

    clock: ZoneClock
    by_depth: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, clock: ZoneClock, tree: Tree) -> Lifts:
        """The lifts of a tree, for the depths that the grains use."""
        depths = 1 + max(grain.depth for grain in GRAINS if grain.depth is not None)
        return cls(clock, tuple(tuple(tree.ancestor_ids(depth).tolist()) for depth in range(depths)))

    def grid(self, grain: Grain, grid_id: int) -> int:
        """The grid under which the grain counts an event of `grid_id`."""
        return grid_id if grain.depth is None else self.by_depth[grain.depth][grid_id]

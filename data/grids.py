"""The grid tree: every node of a city's grid, from the city itself down to the smallest grid and its dedicated grids.

Ids are preorder numbers, so that a scope (a grid and all below it) is one closed interval of ids: one condition on one
indexed column, at any depth. Codes are what the world sees; ids are renumbered when the tree changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray


class UnknownGrid(LookupError):
    """No grid has this code; the message is a plain sentence."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A node of the tree. `depth` counts from the city (0); `level` is a key of the city pack; `kind` is the kind of
    a dedicated grid, None for an ordinary one."""

    id: int
    last_id: int
    code: str
    name: str
    parent: str | None
    depth: int
    level: str
    kind: str | None = None


@dataclass(frozen=True)
class Node:
    """A grid as a city pack names it, before it has a place in the tree."""

    code: str
    name: str
    parent: str | None
    level: str
    kind: str | None = None


@dataclass(frozen=True)
class Level:
    """Grids of one depth in the order of the tree, as columns."""

    ids: NDArray[np.int64]
    last_ids: NDArray[np.int64]
    codes: tuple[str, ...]
    names: tuple[str, ...]

    @cached_property
    def leaves(self) -> bool:
        """True when none of the grids has others below it."""
        return bool(np.array_equal(self.ids, self.last_ids))


Beyond: TypeAlias = Callable[[str], None]
"""Told of every code that was asked for and lies not within a bounded tree."""


class Tree:
    """An immutable grid tree. `grids` come in preorder with ids 1..n; the first is the city.

    `within` gives the part of it below one grid, under the same ids.
    """

    def __init__(
        self, grids: Sequence[Grid], whole: Tree | None = None, beyond: Beyond | None = None
    ) -> None:
        self._grids = tuple(grids)
        self._by_code = {grid.code: grid for grid in self._grids}
        self._levels: dict[tuple[str, int], Level] = {}
        self._whole = whole or self
        self._beyond = beyond

    def within(self, code: str, beyond: Beyond | None = None) -> Tree:
        """The grid of `code` and all below it as a tree whose root it is: ids and depths stay, and what lies beyond is
        unknown, as a code that nobody ever gave. `beyond` is told of it. Raises UnknownGrid."""
        top = self.get(code)
        if top.parent is None and beyond is None:
            return self
        first = self._grids[0].id
        grids = self._grids[top.id - first : top.last_id - first + 1]
        return Tree((replace(top, parent=None), *grids[1:]), self._whole, beyond)

    def __len__(self) -> int:
        return len(self._grids)

    def __iter__(self) -> Iterator[Grid]:
        return iter(self._grids)

    def __contains__(self, code: object) -> bool:
        known = code in self._by_code
        if code and not known and self._beyond is not None:
            # A view without a scope asks for none.
            self._beyond(str(code))
        return known

    @property
    def bounded(self) -> bool:
        """Whether this is a part of a city."""
        return len(self._grids) < len(self._whole._grids)

    @property
    def places(self) -> int:
        """How long an array is that has a place for each id of the whole city; place 0 is unused."""
        return len(self._whole._grids) + 1

    @property
    def root(self) -> Grid:
        """The city itself, or the grid that the tree is bounded by. Raises UnknownGrid on an empty tree."""
        if not self._grids:
            raise UnknownGrid("the store holds no city yet: run `python app.py city load DIR`")
        return self._grids[0]

    def get(self, code: str) -> Grid:
        """The grid of a code. Raises UnknownGrid with a sentence."""
        try:
            return self._by_code[code]
        except KeyError:
            if code and self._beyond is not None:
                self._beyond(code)
            raise UnknownGrid(
                f"expected the code of a grid of {self.root.code!r}, found {code!r}: "
                "`python app.py city grids` lists the codes"
            ) from None

    def by_id(self, grid_id: int) -> Grid:
        """The grid of an id. Raises UnknownGrid."""
        place = grid_id - self.root.id
        if not 0 <= place < len(self._grids):
            raise UnknownGrid(f"expected the id of a grid of {self.root.code!r}, found {grid_id}")
        return self._grids[place]

    def children(self, code: str) -> tuple[Grid, ...]:
        """The grids directly below, in the order of the tree; () for a leaf."""
        return self._children.get(code, ())

    def at_depth(self, code: str, depth: int) -> tuple[Grid, ...]:
        """The grids at a depth within the scope of `code`, in the order of the tree."""
        scope, first = self.get(code), self.root.id
        below = self._grids[scope.id - first : scope.last_id - first + 1]
        return tuple(grid for grid in below if grid.depth == depth)

    def level(self, code: str, depth: int) -> Level:
        """The grids at a depth within the scope of `code` as columns, made once."""
        known = self._levels.get((code, depth))
        if known is None:
            grids = self.at_depth(code, depth)
            known = self._levels[code, depth] = Level(
                np.array([grid.id for grid in grids], dtype=np.int64),
                np.array([grid.last_id for grid in grids], dtype=np.int64),
                tuple(grid.code for grid in grids),
                tuple(grid.name for grid in grids),
            )
        return known

    def ancestors(self, code: str) -> tuple[Grid, ...]:
        """The grids above up to the root, that first; () for the root."""
        above: list[Grid] = []
        parent = self.get(code).parent
        while parent is not None:
            above.append(self._by_code[parent])
            parent = above[-1].parent
        return tuple(reversed(above))

    def contains(self, scope: str, code: str) -> bool:
        """True when `code` lies within the scope."""
        outer, inner = self.get(scope), self.get(code)
        return outer.id <= inner.id <= outer.last_id

    @cached_property
    def max_depth(self) -> int:
        """The depth of the city's deepest grid; 0 for a city without grids below."""
        return max((grid.depth for grid in self._whole._grids), default=0)

    def ancestor_ids(self, depth: int) -> NDArray[np.int64]:
        """By id (index 0 is unused): the id of the grid's ancestor at `depth`, or its own id where it stands higher."""
        return self._whole._lifts[min(depth, self._whole.max_depth)]

    @cached_property
    def _lifts(self) -> tuple[NDArray[np.int64], ...]:
        lifts = []
        for depth in range(self.max_depth + 1):
            lift = np.arange(len(self._grids) + 1, dtype=np.int64)
            for grid in self._grids:
                if grid.depth == depth:
                    lift[grid.id : grid.last_id + 1] = grid.id
            lifts.append(lift)
        return tuple(lifts)

    @cached_property
    def _children(self) -> Mapping[str, tuple[Grid, ...]]:
        children: dict[str, list[Grid]] = {}
        for grid in self._grids:
            if grid.parent is not None:
                children.setdefault(grid.parent, []).append(grid)
        return {code: tuple(grids) for code, grids in children.items()}


def plant(nodes: Iterable[Node]) -> Tree:
    """The tree of a city's nodes: ordinary grids before dedicated ones, each by code. Exactly one node has no parent.

    Raises ValueError when there is not one root, a parent is missing, a code comes twice, or a node is not below the
    root (a cycle).
    """
    given = list(nodes)
    codes = {node.code for node in given}
    if len(codes) != len(given):
        raise ValueError("expected every grid code once: a code comes twice")
    below: dict[str | None, list[Node]] = {}
    for node in given:
        if node.parent is not None and node.parent not in codes:
            raise ValueError(
                f"grid {node.code!r} names the parent {node.parent!r}, which no row has as its code"
            )
        below.setdefault(node.parent, []).append(node)
    roots = below.get(None, [])
    if len(roots) != 1:
        raise ValueError(f"expected one grid without a parent (the city), found {len(roots)}")

    planted: list[tuple[Node, int]] = []
    last: dict[str, int] = {}
    stack: list[tuple[Node, int, bool]] = [(roots[0], 0, False)]
    while stack:
        node, depth, leaving = stack.pop()
        if leaving:
            last[node.code] = len(planted)
            continue
        planted.append((node, depth))
        stack.append((node, depth, True))
        children = sorted(below.get(node.code, []), key=lambda child: (child.kind is not None, child.code))
        stack.extend((child, depth + 1, False) for child in reversed(children))
    if len(planted) != len(given):
        raise ValueError("some grids are not below the city: their parents name each other in a circle")
    return Tree(
        [
            Grid(number, last[node.code], node.code, node.name, node.parent, depth, node.level, node.kind)
            for number, (node, depth) in enumerate(planted, start=1)
        ]
    )

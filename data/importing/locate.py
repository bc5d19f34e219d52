"""Where a row lies: a grid by its code, by its name, or by the point's place in the grids' polygons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from data.grids import Tree

_TOLD = 3


class NotFound(ValueError):
    """No grid, or more than one, fits; the message is a plain sentence."""


class Places:
    """The grids of a city, ready to be found. `shapes` are pairs of a grid's code and its polygon as WKB
    (EPSG:4326).
    """

    def __init__(self, tree: Tree, shapes: Iterable[tuple[str, bytes]] = ()) -> None:
        self.tree = tree
        pairs = [(code, wkb) for code, wkb in shapes if code in tree]
        # The deepest grid comes first, so that the first hit of a point is the answer.
        order = sorted(range(len(pairs)), key=lambda i: (-tree.get(pairs[i][0]).depth, pairs[i][0]))
        self._codes = [pairs[i][0] for i in order]
        geometries = shapely.from_wkb([pairs[i][1] for i in order])
        shapely.prepare(geometries)
        self._index = shapely.STRtree(geometries)

    @property
    def has_shapes(self) -> bool:
        """False when no grid has a polygon, so that nothing can be said about a point."""
        return bool(self._codes)

    def by_code(self, code: str) -> str:
        """The code itself when there is such a grid. Raises NotFound."""
        if code in self.tree:
            return code
        raise NotFound(f"there is no grid with the code {code!r}")

    def by_name(self, names: Sequence[str], level: str | None = None) -> str:
        """The code of the grid called `names[-1]`, below grids with the names before it. Raises NotFound."""
        *above, name = names
        found = [
            code
            for code in self._by_name.get(name, ())
            if level is None or self.tree.get(code).level == level
        ]
        if len(found) > 1 or above:
            wanted = set(above)
            found = [code for code in found if wanted <= {grid.name for grid in self.tree.ancestors(code)}]
        if len(found) == 1:
            return found[0]
        said = f"{name!r}" + (f" below {', '.join(repr(one) for one in above)}" if above else "")
        if not found:
            at = f" of the level {level}" if level else ""
            raise NotFound(f"there is no grid{at} called {said}")
        codes = ", ".join(found[:_TOLD]) + (" and more" if len(found) > _TOLD else "")
        raise NotFound(
            f"{len(found)} grids are called {said} ({codes}): name the grids above it too, or use codes"
        )

    def by_points(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[str | None]:
        """For each point the deepest grid that holds it or has it on its border (of several, the first code);
        or None.
        """
        found: list[str | None] = [None] * len(lon)
        best = np.full(len(lon), len(self._codes), dtype=np.int64)
        if len(lon) and self._codes:
            points, hits = self._index.query(shapely.points(lon, lat), predicate="intersects")
            np.minimum.at(best, points, hits)
        for position, hit in enumerate(best.tolist()):
            if hit < len(self._codes):
                found[position] = self._codes[hit]
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for grid in self.tree:
            names.setdefault(grid.name, []).append(grid.code)
        return names

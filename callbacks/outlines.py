"""The outlines that maps are drawn on, computed once for each grid and served under an address that never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from urllib.parse import quote

from callbacks.reads import Reads
from data.grids import Tree, UnknownGrid
from maps.choropleth import Outlines
from maps.geometry import Geometry, browser_geometry

_KEPT = 256


class OutlineBook:
    """Outlines by grid: those of its children, or for a grid without children those of its parent's; or all at a depth
    within it. They bound nobody: `reads` are those of the whole city.

    Safe for several threads. An address carries the digest of its content: another content has another address.
    """

    def __init__(self, reads: Reads, prefix: str = "/geometry/") -> None:
        self._reads = reads
        self._prefix = prefix
        self._kept: OrderedDict[tuple[str, str, int | None], Geometry | None] = OrderedDict()
        self._lock = Lock()

    def outlines(self, tree: Tree, code: str) -> Outlines | None:
        """What a map of the grid `code` needs to know; None where no grid of it has an outline."""
        return self._told(tree, base_of(tree, code), None)

    def at_depth(self, tree: Tree, code: str, depth: int) -> Outlines | None:
        """The same for a map of all grids at a depth within `code`."""
        return self._told(tree, code, None if depth == tree.get(code).depth + 1 else depth)

    def served(self, digest: str, code: str, depth: int | None) -> Geometry | None:
        """The outlines of an address, or None when there is no such content (any more)."""
        if self._reads.city() is None:
            return None
        try:
            found = self._geometry(self._reads.tree(), code, depth)
        except UnknownGrid:
            return None
        return found if found is not None and found.digest == digest else None

    def _told(self, tree: Tree, code: str, depth: int | None) -> Outlines | None:
        found = self._geometry(tree, code, depth)
        if found is None:
            return None
        at = "" if depth is None else f"?depth={depth}"
        address = f"{self._prefix}{found.digest}/{quote(code, safe='')}.json{at}"
        return Outlines(address, found.bounds, found.labels, found.codes)

    def _geometry(self, tree: Tree, base: str, depth: int | None) -> Geometry | None:
        city = self._reads.city()
        key = (city.revision if city else "", base, depth)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = _made(tree, base, depth, self._reads)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return made


def base_of(tree: Tree, code: str) -> str:
    """The grid whose children a map of `code` shows: itself, or its parent where it has none."""
    grid = tree.get(code)
    return code if tree.children(code) or grid.parent is None else grid.parent


def _made(tree: Tree, base: str, depth: int | None, reads: Reads) -> Geometry | None:
    if depth is None:
        codes = [grid.code for grid in tree.children(base)] or [tree.get(base).code]
    else:
        codes = [grid.code for grid in tree.at_depth(base, depth)]
    return browser_geometry(reads.shapes(codes))


OutlinesOf = Callable[[Tree, str], Outlines | None]
OutlinesAt = Callable[[Tree, str, int], Outlines | None]

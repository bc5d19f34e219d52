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
    """Outlines by grid: those of its children, or for a grid without children those of its parent's. They bound nobody:
    `reads` are those of the whole city.

    Safe for several threads. An address carries the digest of its content: another content has another address.
    """

    def __init__(self, reads: Reads, prefix: str = "/geometry/") -> None:
        self._reads = reads
        self._prefix = prefix
        self._kept: OrderedDict[tuple[str, str], Geometry | None] = OrderedDict()
        self._lock = Lock()

    def outlines(self, tree: Tree, code: str) -> Outlines | None:
        """What a map of the grid `code` needs to know; None where no grid of it has an outline."""
        base = base_of(tree, code)
        found = self._geometry(tree, base)
        if found is None:
            return None
        address = f"{self._prefix}{found.digest}/{quote(base, safe='')}.json"
        return Outlines(address, found.bounds, found.labels, found.codes)

    def served(self, digest: str, code: str) -> Geometry | None:
        """The outlines of an address, or None when there is no such content (any more)."""
        if self._reads.city() is None:
            return None
        try:
            found = self._geometry(self._reads.tree(), code)
        except UnknownGrid:
            return None
        return found if found is not None and found.digest == digest else None

    def _geometry(self, tree: Tree, base: str) -> Geometry | None:
        city = self._reads.city()
        key = (city.revision if city else "", base)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = _made(tree, base, self._reads)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return made


def base_of(tree: Tree, code: str) -> str:
    """The grid whose children a map of `code` shows: itself, or its parent where it has none."""
    grid = tree.get(code)
    return code if tree.children(code) or grid.parent is None else grid.parent


def _made(tree: Tree, base: str, reads: Reads) -> Geometry | None:
    codes = [grid.code for grid in tree.children(base)] or [tree.get(base).code]
    return browser_geometry(reads.shapes(codes))


OutlinesOf = Callable[[Tree, str], Outlines | None]

"""One matter is told once: as a sudden matter of a grid or as a concentration, by what says more."""

from __future__ import annotations

from collections.abc import Sequence

from data.grids import Tree
from data.hotspots.finding import Finding, Kind


def merged(tree: Tree, quick: Sequence[Finding], near: Sequence[Finding]) -> tuple[Finding, ...]:
    """Sudden matters and concentrations without those that are the same."""
    kept = [each for each in near if says_more(tree, each, quick)]
    dropped = {other.key for each in kept for other in _same(tree, each, quick)}
    return (*(each for each in quick if each.key not in dropped), *kept)


def says_more(tree: Tree, near: Finding, quick: Sequence[Finding]) -> bool:
    """Whether a concentration says more than some sudden matters: it is none of them, or it lies in several grids and
    has more than those in one of them or about them. One in a single grid says no more than a sudden matter does."""
    same = _same(tree, near, quick)
    return not same or (len(near.grids) > 1 and near.excess >= max(other.excess for other in same))


def meet(tree: Tree, one: Finding, other: Finding) -> bool:
    """Whether a grid of one finding is, holds or lies in a grid of the other."""
    return any(
        _within(tree, first, second) or _within(tree, second, first)
        for first in one.grids
        for second in other.grids
    )


def _same(tree: Tree, near: Finding, quick: Sequence[Finding]) -> list[Finding]:
    return [
        other
        for other in quick
        if other.kind is Kind.SUDDEN and other.category_id == near.category_id and meet(tree, other, near)
    ]


def _within(tree: Tree, inner: int, outer: int) -> bool:
    return tree.by_id(outer).id <= inner <= tree.by_id(outer).last_id

"""The space-time permutation scan once more, as its paper tells it: case by case, cylinder by cylinder, no arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence


def strongest(
    cases: Sequence[tuple[int, int]], circles: Sequence[Sequence[int]], longest: int, least: int
) -> tuple[float, tuple[int, ...], int, int, float]:
    """The largest log likelihood ratio with its places, days, cases and expected cases; cases are (place, age)."""
    best: tuple[float, tuple[int, ...], int, int, float] = (0.0, (), 0, 0, 0.0)
    total = len(cases)
    for circle in circles:
        for size in range(1, len(circle) + 1):
            places = set(circle[:size])
            for days in range(1, longest + 1):
                inside = sum(1 for place, age in cases if place in places and age < days)
                in_places = sum(1 for place, _ in cases if place in places)
                in_days = sum(1 for _, age in cases if age < days)
                expected = in_places * in_days / total
                if inside < least or 2 * inside > total or inside <= expected:
                    continue
                ratio = inside * math.log(inside / expected)
                ratio += (total - inside) * math.log((total - inside) / (total - expected))
                if ratio > best[0] + 1e-12:
                    best = (ratio, tuple(sorted(places)), days, inside, expected)
    return best

"""Whether a figure has moved by more than chance moves it, and how far it stands from its target: pure arithmetic.

A rate of n events scatters around what lies behind it like a binomial, a count like a Poisson. Two figures differ when
their difference is larger than the noise of both together, at `CERTAINTY`, and large enough to matter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from data.indicators import INDICATORS, Figure

CERTAINTY: Final = 2.576
"""Standard deviations that chance alone exceeds once in a hundred comparisons."""

MINIMUM: Final = 10
"""Fewer events than this on either side are too few to judge (DESIGN, section 3)."""

LEAST_POINTS: Final = 0.005
"""A rate that moved by less than half a percentage point has not moved for a reader, however many events it counts."""

LEAST_SHARE: Final = 0.02
"""A count that moved by less than two per cent has not moved for a reader either."""

Direction = Literal["better", "worse"]


@dataclass(frozen=True)
class Shift:
    """A figure that moved: by `difference` (a share for a rate, events for a count), which is `times` the noise."""

    key: str
    difference: float
    times: float
    direction: Direction


def shift(current: Figure, before: Figure | None) -> Shift | None:
    """How the figure moved against another period of the same length; None where it stayed within the noise, where
    either side has too few events, or where neither direction is better."""
    definition = INDICATORS[current.key]
    if before is None or definition.better == "none" or current.value is None or before.value is None:
        return None
    if definition.kind == "rate":
        noise, least = _rate_noise(current, before), LEAST_POINTS
    else:
        noise = math.sqrt(current.numerator + before.numerator)
        least = LEAST_SHARE * before.numerator
        if max(current.numerator, before.numerator) < MINIMUM:
            return None
    if noise is None:
        return None
    difference = current.value - before.value
    if abs(difference) < least or abs(difference) <= CERTAINTY * noise:
        return None
    better = (difference > 0) == (definition.better == "up")
    return Shift(
        current.key,
        difference,
        abs(difference) / noise if noise else math.inf,
        "better" if better else "worse",
    )


def _rate_noise(current: Figure, before: Figure) -> float | None:
    """The standard deviation of the difference of two rates when both come from the same rate; None where too few."""
    first, second = current.denominator or 0, before.denominator or 0
    if min(first, second) < MINIMUM:
        return None
    together = (current.numerator + before.numerator) / (first + second)
    return math.sqrt(together * (1 - together) * (1 / first + 1 / second))


def missed(figure: Figure, target: float) -> float | None:
    """By how much a figure misses its target, always positive; None where it meets it, has no data, or is a rate of too
    few events."""
    definition = INDICATORS[figure.key]
    if figure.value is None or (definition.kind == "rate" and (figure.denominator or 0) < MINIMUM):
        return None
    gap = figure.value - target if definition.better == "down" else target - figure.value
    return gap if gap > 0 else None

"""The monthly assessment of grids: seven dimensions with weights, and a score of 100 from those that are measured.

Nothing public gives the weights: these are defaults of this program, under a version that is printed on what they
produced. A dimension that nothing measures yet counts nothing, and the others count for the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from data.indicators import INDICATORS, Figure


@dataclass(frozen=True)
class Dimension:
    """One dimension: its key, the indicator that measures it ("" for none yet), and its weight in points of 100."""

    key: str
    indicator: str
    weight: int


@dataclass(frozen=True)
class AssessmentRules:
    """The dimensions with their weights, under a version."""

    version: str
    dimensions: tuple[Dimension, ...]

    @property
    def judged_by(self) -> str:
        """The indicator of the largest weight: a grid with too few cases in it is not ranked."""
        measured = [one for one in self.dimensions if one.indicator]
        return max(measured, key=lambda one: one.weight).indicator


DEFAULT: Final = AssessmentRules(
    "default-1",
    (
        Dimension("acceptance", "acceptance_timeliness", 15),
        Dimension("handling", "handling_timeliness", 25),
        Dimension("completion", "completion", 20),
        Dimension("rating", "satisfaction", 20),
        Dimension("centre", "", 10),
        Dimension("dispatching", "", 5),
        Dimension("temporary", "", 5),
    ),
)
"""The seven dimensions of the published practice, in its order, with weights of our own."""


def rules_of(table: Mapping[str, Any]) -> AssessmentRules:
    """The [assessment] of a city.toml: `version` and `weights` by dimension; the defaults hold for what it leaves out.

    Raises ValueError for a dimension that is none, and weights that are not whole numbers above zero somewhere.
    """
    weights = dict(table.get("weights", {}))
    known = {one.key for one in DEFAULT.dimensions}
    if strange := sorted(set(weights) - known):
        raise ValueError(
            f"expected dimensions out of {', '.join(sorted(known))} in [assessment.weights], found {strange[0]!r}"
        )
    if wrong := [key for key, weight in weights.items() if type(weight) is not int or weight < 0]:
        raise ValueError(f"expected a whole number of points for {wrong[0]!r} in [assessment.weights]")
    dimensions = tuple(
        Dimension(one.key, one.indicator, weights.get(one.key, one.weight)) for one in DEFAULT.dimensions
    )
    if not any(one.weight for one in dimensions if one.indicator):
        raise ValueError(
            "expected points for a dimension that is measured in [assessment.weights], found none"
        )
    return AssessmentRules(str(table.get("version", DEFAULT.version)), dimensions)


def counted(rules: AssessmentRules, figures: Mapping[str, Figure]) -> tuple[tuple[Dimension, Figure], ...]:
    """The dimensions that count for a grid, those with cases, with their figures."""
    return tuple(
        (one, figures[one.indicator])
        for one in rules.dimensions
        if one.weight and one.indicator in figures and figures[one.indicator].denominator
    )


def score(rules: AssessmentRules, figures: Mapping[str, Figure]) -> float | None:
    """The score of 100 with two decimals: the weighted rates over the weights of the dimensions that count; None where
    none has a case. A rate of which less is better counts as what it lacks to one."""
    parts = counted(rules, figures)
    weight = sum(one.weight for one, _ in parts)
    if not weight:
        return None
    total = sum((one.weight * _share(figure) for one, figure in parts), Fraction(0))
    return float(round(100 * total / weight, 2))


def places(scores: Sequence[float | None]) -> list[int | None]:
    """The place of each score, best first from 1 on; equal scores share one, None has none."""
    given = [one for one in scores if one is not None]
    return [None if one is None else 1 + sum(other > one for other in given) for one in scores]


def _share(figure: Figure) -> Fraction:
    rate = Fraction(figure.numerator, figure.denominator or 1)
    return 1 - rate if INDICATORS[figure.key].better == "down" else rate

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
    """The [assessment] of a city.toml in which `faults` finds nothing; the defaults hold for what it leaves out."""
    weights = table.get("weights", {})
    return AssessmentRules(
        table.get("version", DEFAULT.version),
        tuple(
            Dimension(one.key, one.indicator, weights.get(one.key, one.weight)) for one in DEFAULT.dimensions
        ),
    )


def faults(table: Mapping[str, Any], grids: frozenset[str] | set[str]) -> list[str]:
    """A sentence for everything in an [assessment] that cannot be used."""
    known = {one.key for one in DEFAULT.dimensions}
    found = [
        f'[assessment]: "{key}" means nothing here; expected version, weights'
        for key in sorted(set(table) - {"version", "weights"})
    ]
    weights = table.get("weights", {})
    if not isinstance(weights, Mapping):
        return [*found, f"[assessment.weights] must be points by dimension; found {weights!r}"]
    found += [
        f'[assessment.weights]: "{key}" is no dimension; expected {", ".join(sorted(known))}'
        for key in sorted(set(weights) - known)
    ]
    wrong = [key for key, weight in weights.items() if type(weight) is not int or weight < 0]
    found += [
        f"[assessment.weights] {key} must be a whole number of points; found {weights[key]!r}"
        for key in wrong
    ]
    if weights and not isinstance(table.get("version"), str):
        found.append(
            "[assessment] must have a version, a text that is printed with what other weights produce"
        )
    if not found and not any(weights.get(one.key, one.weight) for one in DEFAULT.dimensions if one.indicator):
        found.append("[assessment.weights] must give points to a dimension that is measured; found none")
    return found


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

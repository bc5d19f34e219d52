"""What the assessment goes by: seven dimensions with weights and curves, under a version that is printed with scores.

Nothing public gives the weights: the defaults are this program's own. A city's are in the [assessment] of its pack.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final, Literal

from data.dated import in_force, order_faults, tables_of
from data.ranking import MINIMUM_DUE

DimensionKey = Literal["acceptance", "handling", "completion", "rating", "centre", "dispatching", "temporary"]
FactKey = Literal["duty", "commands", "temporary"]

FULL: Final = 100
"""The points of a full score, and the sum of the weights."""


@dataclass(frozen=True)
class Curve:
    """Points of 100 for a rate: straight between its corners, level beyond them."""

    corners: tuple[tuple[Fraction, Fraction], ...]

    def points(self, rate: Fraction) -> Fraction:
        """The points of 100 of a rate."""
        first, last = self.corners[0], self.corners[-1]
        if rate <= first[0]:
            return first[1]
        if rate >= last[0]:
            return last[1]
        (x0, y0), (x1, y1) = next(pair for pair in pairwise(self.corners) if rate <= pair[1][0])
        return y0 + (y1 - y0) * (rate - x0) / (x1 - x0)


STRAIGHT: Final = Curve(((Fraction(0), Fraction(0)), (Fraction(1), Fraction(FULL))))
"""A rate of so many percent has as many points."""


def target_curve(target: Fraction) -> Curve:
    """Straight from nothing to all the points at the target."""
    return Curve(((Fraction(0), Fraction(0)), (target, Fraction(FULL))))


@dataclass(frozen=True)
class Dimension:
    """One dimension: its weight in points of 100, and what measures it: an indicator, or facts about the grid's centre
    and what operators enter ("" for what it has not)."""

    key: DimensionKey
    indicator: str
    weight: int
    facts: FactKey | Literal[""] = ""
    curve: Curve = STRAIGHT

    @property
    def is_entered(self) -> bool:
        """Whether operators give marks for it."""
        return not self.indicator


@dataclass(frozen=True)
class AssessmentRules:
    """How grids are assessed. `prior_cases` is how many cases of its peers are laid beside those of every grid, so that
    few cases make no extreme; `minimum_cases` in the heaviest dimension are needed for a rank; `mark_share` is what an
    entered mark counts where there are facts too; grids at `depths` are frozen each month; `unrecorded` are the
    indicators that the sources did not carry."""

    version: str
    dimensions: tuple[Dimension, ...]
    prior_cases: int = 10
    minimum_cases: int = MINIMUM_DUE
    mark_share: Fraction = Fraction(1, 2)
    depths: tuple[int, ...] = (1, 2)
    unrecorded: tuple[str, ...] = ()

    @property
    def judged_by(self) -> str:
        """The indicator of the largest weight: a grid with too few cases in it is not ranked."""
        return self.heaviest.indicator

    @property
    def heaviest(self) -> Dimension:
        """The dimension of the largest weight that an indicator measures."""
        return max((one for one in self.dimensions if one.indicator), key=lambda one: one.weight)

    def of(self, key: str) -> Dimension:
        """The dimension of a key. Raises KeyError."""
        return {one.key: one for one in self.dimensions}[key]  # type: ignore[index]


DEFAULT: Final = AssessmentRules(
    "default-2",
    (
        Dimension("acceptance", "acceptance_timeliness", 15),
        Dimension("handling", "handling_timeliness", 25),
        Dimension("completion", "completion", 20),
        Dimension("rating", "satisfaction", 20),
        Dimension("centre", "", 10, "duty"),
        Dimension("dispatching", "", 5, "commands"),
        Dimension("temporary", "", 5, "temporary"),
    ),
)
"""The seven dimensions of the published practice, in its order, with weights of our own."""

KEYS: Final = tuple(one.key for one in DEFAULT.dimensions)

_KNOWN: Final = {
    "since",
    "version",
    "weights",
    "targets",
    "curves",
    "prior_cases",
    "minimum_cases",
    "mark_share",
    "depths",
}
_RULING: Final = _KNOWN - {"since", "version", "depths"}
_MOST_CASES: Final = 1000
_MOST_DEPTH: Final = 4
_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_EXAMPLE: Final = "2027-01"


Tables = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""An [assessment] of a city.toml, or its [[assessment]] in their order."""


def rules_in(tables: Tables, month: str) -> AssessmentRules:
    """The rules by which a month such as "2026-11" is assessed: those of the table that holds in it, the defaults
    before the first."""
    found = in_force(tables_of(tables), month, lambda table: table.get("since"))
    return DEFAULT if found is None else rules_of(found)


def rules_of(table: Mapping[str, Any]) -> AssessmentRules:
    """One [assessment] of a city.toml in which `faults` finds nothing; the defaults hold for what it leaves out."""
    weights, targets, curves = (table.get(name, {}) for name in ("weights", "targets", "curves"))

    def curve(one: Dimension) -> Curve:
        if one.key in curves:
            return Curve(tuple((exact(rate), exact(points)) for rate, points in curves[one.key]))
        return target_curve(exact(targets[one.key])) if one.key in targets else one.curve

    return AssessmentRules(
        table.get("version", DEFAULT.version),
        tuple(
            Dimension(one.key, one.indicator, weights.get(one.key, one.weight), one.facts, curve(one))
            for one in DEFAULT.dimensions
        ),
        table.get("prior_cases", DEFAULT.prior_cases),
        table.get("minimum_cases", DEFAULT.minimum_cases),
        exact(table.get("mark_share", DEFAULT.mark_share)),
        tuple(table.get("depths", DEFAULT.depths)),
    )


def exact(number: Any) -> Fraction:
    """A number as it is written: 0.95 is 95 hundredths, and not the nearest binary fraction."""
    return number if isinstance(number, Fraction) else Fraction(str(number))


def faults(tables: Tables, grids: frozenset[str] | set[str]) -> list[str]:
    """A sentence for everything in an [assessment], or in several, that cannot be used."""
    every = tables_of(tables)
    found = [fault for table in every for fault in _faults(table)]
    if found or len(every) < 2:
        return found
    versions = [table.get("version", DEFAULT.version) for table in every]
    found = [
        f"[[assessment]] must each have a version of its own, since it is printed with the scores; found {version!r} "
        "more than once"
        for version in sorted({one for one in versions if versions.count(one) > 1})
    ]
    return found + order_faults("assessment", [table.get("since") for table in every], _EXAMPLE)


def _faults(table: Mapping[str, Any]) -> list[str]:
    found = [
        f'[assessment]: "{key}" means nothing here; expected {", ".join(sorted(_KNOWN))}'
        for key in sorted(set(table) - _KNOWN)
    ]
    found += _weight_faults(table.get("weights", {}))
    found += _target_faults(table.get("targets", {}))
    found += _curve_faults(table.get("curves", {}), table.get("targets", {}))
    for key in ("prior_cases", "minimum_cases"):
        value = table.get(key, 0)
        if type(value) is not int or not 0 <= value <= _MOST_CASES:
            found.append(f"[assessment] {key} must be a whole number up to {_MOST_CASES}; found {value!r}")
    share = table.get("mark_share", 0)
    if not _is_share(share):
        found.append(f"[assessment] mark_share must be a share between 0 and 1; found {share!r}")
    depths = table.get("depths", [1])
    if (
        not isinstance(depths, list)
        or not depths
        or len(set(map(repr, depths))) != len(depths)
        or not all(type(depth) is int and 1 <= depth <= _MOST_DEPTH for depth in depths)
    ):
        found.append(
            f"[assessment] depths must be a list of different depths from 1 to {_MOST_DEPTH}; found {depths!r}"
        )
    since = table.get("since")
    if since is not None and not (isinstance(since, str) and _MONTH.fullmatch(since)):
        found.append(f'[assessment] since must be a month in quotes like "{_EXAMPLE}"; found {since!r}')
    if set(table) & _RULING and not isinstance(table.get("version"), str):
        found.append("[assessment] must have a version, a text that is printed with what other rules produce")
    return found


def _weight_faults(weights: Any) -> list[str]:
    if not isinstance(weights, Mapping):
        return [f"[assessment.weights] must be points by dimension; found {weights!r}"]
    found = _unknown("weights", weights)
    found += [
        f"[assessment.weights] {key} must be a whole number of points; found {weight!r}"
        for key, weight in weights.items()
        if type(weight) is not int or weight < 0
    ]
    if found:
        return found
    given = {one.key: weights.get(one.key, one.weight) for one in DEFAULT.dimensions}
    if sum(given.values()) != FULL:
        told = ", ".join(f"{key} {weight}" for key, weight in given.items())
        return [f"[assessment.weights] must sum to {FULL}; found {sum(given.values())} ({told})"]
    if not any(given[one.key] for one in DEFAULT.dimensions if one.indicator):
        return [
            "[assessment.weights] must give points to a dimension that an indicator measures "
            f"({', '.join(one.key for one in DEFAULT.dimensions if one.indicator)}); found none"
        ]
    return []


def _target_faults(targets: Any) -> list[str]:
    if not isinstance(targets, Mapping):
        return [f"[assessment.targets] must be rates by dimension; found {targets!r}"]
    return _unknown("targets", targets) + [
        f"[assessment.targets] {key} must be a rate above 0 and up to 1; found {target!r}"
        for key, target in targets.items()
        if not _is_share(target) or not target
    ]


def _curve_faults(curves: Any, targets: Any) -> list[str]:
    if not isinstance(curves, Mapping):
        return [f"[assessment.curves] must be corners by dimension; found {curves!r}"]
    found = _unknown("curves", curves)
    found += [
        f"[assessment.curves] {key} must be two or more corners [rate, points] whose rates rise from 0 to 1 and whose "
        f"points rise from 0 to {FULL}, such as [[0.6, 0], [0.95, 90], [1, 100]]; found {corners!r}"
        for key, corners in curves.items()
        if not _is_curve(corners)
    ]
    if isinstance(targets, Mapping):
        found += [
            f"[assessment] gives {key} a target and a curve; leave out one of them"
            for key in sorted(set(curves) & set(targets))
        ]
    return found


def _unknown(name: str, table: Mapping[str, Any]) -> list[str]:
    return [
        f'[assessment.{name}]: "{key}" is no dimension; expected {", ".join(sorted(KEYS))}'
        for key in sorted(set(table) - set(KEYS))
    ]


def _is_curve(corners: object) -> bool:
    if not isinstance(corners, list) or len(corners) < 2:
        return False
    if not all(isinstance(one, list) and len(one) == 2 and all(map(_is_number, one)) for one in corners):
        return False
    return all(0 <= rate <= 1 and 0 <= points <= FULL for rate, points in corners) and all(
        one[0] < other[0] and one[1] <= other[1] for one, other in pairwise(corners)
    )


def _is_share(value: object) -> bool:
    return _is_number(value) and 0 <= value <= 1  # type: ignore[operator]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value

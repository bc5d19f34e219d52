"""How a score is made, step by step, from what was counted and what was entered: whole numbers in, every step kept.

    rate      = cases met / cases due, without those that an appeal excluded
    evened    = (met + prior × peers' rate) / (due + prior)
    points    = the dimension's curve at the evened rate; where a mark was entered, mark_share of it and the rest
    score     = sum of weight × points over the weights of the dimensions that could be judged

A dimension that cannot be judged counts nothing and is named with its reason; where none can be judged there is no
score. The peers are the other grids of the same depth and group. The pull towards them is the mean of a beta-binomial
posterior whose prior has the peers' rate and a fixed strength.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, Literal

from data.assessment.rules import AssessmentRules, Dimension

Reason = Literal["", "unrecorded", "none_due", "not_entered", "no_weight"]
"""Why a dimension is not judged: the city does not record it; nothing was due in the month; nobody entered a mark and
no facts are kept; its weight is 0. "" for one that is."""

_CENT: Final = Decimal("0.01")


@dataclass(frozen=True)
class Cases:
    """So many were due, and so many of them met what was asked."""

    met: int = 0
    due: int = 0

    def __add__(self, other: Cases) -> Cases:
        return Cases(self.met + other.met, self.due + other.due)

    def __sub__(self, other: Cases) -> Cases:
        return Cases(self.met - other.met, self.due - other.due)

    @property
    def rate(self) -> Fraction | None:
        """The share that met it; None where none was due."""
        return Fraction(self.met, self.due) if self.due else None


NONE: Final = Cases()


@dataclass(frozen=True)
class Given:
    """All that a dimension of one grid is judged by. `cases` is None where nothing records them; `excluded` are those
    that an appeal took out; `peers` those of the other grids of the group; `mark` is what was entered, of 100."""

    cases: Cases | None = None
    excluded: Cases = NONE
    peers: Cases = NONE
    mark: Fraction | None = None


@dataclass(frozen=True)
class Worked:
    """One dimension of a score, with every step: None where a step was not taken."""

    key: str
    weight: int
    given: Given
    rate: Fraction | None
    evened: Fraction | None
    case_points: Fraction | None
    points: Fraction | None
    reason: Reason

    @property
    def counted(self) -> Cases:
        """The cases that count."""
        return NONE if self.given.cases is None else self.given.cases - self.given.excluded


@dataclass(frozen=True)
class Score:
    """A grid's score of 100 with two decimals, None where nothing could be judged, and how it was made. `weight` is the
    sum of the weights that count; with `too_few` cases in the heaviest dimension a grid is not ranked."""

    value: Decimal | None
    weight: int
    parts: tuple[Worked, ...]
    too_few: bool

    def of(self, key: str) -> Worked:
        """The part of a dimension. Raises KeyError."""
        return {one.key: one for one in self.parts}[key]

    @property
    def ranked(self) -> Decimal | None:
        """The score that is ranked; None where there are too few cases."""
        return None if self.too_few else self.value


def worked(rules: AssessmentRules, dimension: Dimension, given: Given) -> Worked:
    """One dimension, judged or with the reason why it is not."""
    cases = None if given.cases is None else given.cases - given.excluded
    rate = None if cases is None else cases.rate
    evened = None if rate is None or cases is None else _evened(cases, given.peers, rules.prior_cases)
    case_points = None if evened is None else dimension.curve.points(evened)
    points = _with_mark(case_points, given.mark, rules.mark_share)
    return Worked(
        dimension.key,
        dimension.weight,
        given,
        rate,
        evened,
        case_points,
        points,
        _reason(dimension, given, points),
    )


def score(rules: AssessmentRules, given: Mapping[str, Given]) -> Score:
    """The score of a grid from what is given by dimension; a dimension that is not given is not recorded."""
    parts = tuple(worked(rules, one, given.get(one.key, Given())) for one in rules.dimensions)
    judged = [one for one in parts if not one.reason]
    weight = sum(one.weight for one in judged)
    total = sum((one.weight * one.points for one in judged if one.points is not None), Fraction(0))
    heaviest = next(one for one in parts if one.key == rules.heaviest.key)
    return Score(
        _rounded(total / weight) if weight else None,
        weight,
        parts,
        too_few=heaviest.counted.due < rules.minimum_cases,
    )


def _evened(cases: Cases, peers: Cases, prior: int) -> Fraction | None:
    of_peers = peers.rate
    if of_peers is None:
        return cases.rate
    return (cases.met + prior * of_peers) / (cases.due + prior)


def _with_mark(case_points: Fraction | None, mark: Fraction | None, mark_share: Fraction) -> Fraction | None:
    if case_points is None or mark is None:
        return mark if case_points is None else case_points
    return mark_share * mark + (1 - mark_share) * case_points


def _reason(dimension: Dimension, given: Given, points: Fraction | None) -> Reason:
    if not dimension.weight:
        return "no_weight"
    if points is not None:
        return ""
    if given.cases is not None:
        return "none_due"
    return "not_entered" if dimension.is_entered else "unrecorded"


def _rounded(value: Fraction) -> Decimal:
    """Two decimals, half a hundredth upwards, as a spreadsheet's ROUND does."""
    return (Decimal(value.numerator * 1000 // value.denominator) / 1000).quantize(_CENT, ROUND_HALF_UP)

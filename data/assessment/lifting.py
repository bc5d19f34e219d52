"""What would lift a score most: each dimension as if every case had met what was asked, the others as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from data.assessment.arithmetic import Cases, Given, Score, score
from data.assessment.rules import FULL, AssessmentRules


@dataclass(frozen=True)
class Lift:
    """A dimension that could be better: `cases` of it did not meet what was asked, `gain` is what the score would have
    gained had they all, `gain_of_one` had one of them. A dimension with an entered mark alone has no cases."""

    key: str
    cases: int
    gain: Decimal
    gain_of_one: Decimal


def lifts(rules: AssessmentRules, found: Score) -> tuple[Lift, ...]:
    """The dimensions that could be better, the largest gain first; none for a grid without a score. The peers stay as
    they are."""
    if found.value is None:
        return ()
    given = {one.key: one.given for one in found.parts}
    made = []
    for part in found.parts:
        missed = part.counted.due - part.counted.met
        if part.reason or (not missed and part.given.mark in (None, FULL)):
            continue
        made.append(
            Lift(
                part.key,
                missed,
                _gain(rules, found, given, part.key, _better(part.given, missed, full_mark=True)),
                _gain(
                    rules, found, given, part.key, _better(part.given, min(1, missed), full_mark=not missed)
                ),
            )
        )
    return tuple(sorted((one for one in made if one.gain > 0), key=lambda one: -one.gain))


def _better(given: Given, more: int, *, full_mark: bool) -> Given:
    cases = None if given.cases is None else given.cases + Cases(more, 0)
    mark = Fraction(FULL) if full_mark and given.mark is not None else given.mark
    return replace(given, cases=cases, mark=mark)


def _gain(
    rules: AssessmentRules, found: Score, given: Mapping[str, Given], key: str, better: Given
) -> Decimal:
    after = score(rules, {**given, key: better})
    return (after.value or Decimal(0)) - (found.value or Decimal(0))

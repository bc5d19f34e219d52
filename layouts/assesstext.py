"""The arithmetic of a score as sentences: the same on the page and in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from data.assessment.arithmetic import NONE, Cases, Score, Worked
from data.assessment.lifting import Lift
from data.assessment.rules import FULL, STRAIGHT, AssessmentRules, Curve, Dimension
from data.indicators import INDICATORS, NO_DATA
from data.words import word


@dataclass(frozen=True)
class MarkSaid:
    """Who gave a mark, when (as text), why and on what evidence."""

    author: str
    at: str
    reason: str
    evidence: str


@dataclass(frozen=True)
class Step:
    """A step of the arithmetic: what it is, and what came out."""

    label: str
    text: str


def percent(value: Fraction | None) -> str:
    """A rate with two decimals, "95.83%"; a dash for None."""
    return NO_DATA if value is None else f"{rounded(100 * value)}%"


def rounded(value: Fraction) -> str:
    """Two decimals, half a hundredth upwards; no sign of binary fractions."""
    hundredths = (abs(value.numerator) * 200 + value.denominator) // (2 * value.denominator)
    sign = "-" if value < 0 and hundredths else ""
    return f"{sign}{hundredths // 100:,}.{hundredths % 100:02d}"


def marked(value: Fraction) -> str:
    """A mark or a weight without zeros that say nothing."""
    return rounded(value).removesuffix(".00")


def over(cases: Cases) -> str:
    """Cases as "46/50"."""
    return f"{cases.met:,}/{cases.due:,}"


def named(key: str) -> str:
    """What a dimension is called."""
    return word(f"assess.dimension.{key}")


def grouped(group: str) -> str:
    """What a group of peers is called."""
    return group or word("assess.group_none")


def score_text(score: Score) -> str:
    """A score with two decimals; a dash where there is none."""
    return NO_DATA if score.value is None else f"{score.value:.2f}"


def why_not(part: Worked) -> str:
    """Why a dimension is not judged; "" for one that is."""
    return word(f"assess.why_{part.reason}") if part.reason else ""


def why_unranked(rules: AssessmentRules, score: Score) -> str:
    """Why a grid has no rank."""
    if score.value is None:
        return word("assess.few_none")
    return word("assess.few_case").format(
        dimension=named(rules.heaviest.key),
        due=f"{score.of(rules.heaviest.key).counted.due:,}",
        minimum=rules.minimum_cases,
    )


def contribution(part: Worked) -> Fraction:
    """The points of 100 that a judged dimension brings before the weights that count are divided by."""
    return Fraction(0) if part.points is None else part.weight * part.points / FULL


def sum_of(score: Score) -> str:
    """How the parts make the score; a plain sentence where there is none."""
    if score.value is None:
        return word("assess.sheet_none")
    parts = [contribution(part) for part in score.parts if not part.reason]
    return word("assess.sum").format(
        parts=" + ".join(map(rounded, parts)),
        sum=rounded(sum(parts, Fraction(0))),
        weight=score.weight,
        score=score_text(score),
    )


def corners_text(curve: Curve) -> str:
    """The corners of a curve in words."""
    return word("assess.comma").join(
        word("assess.corner").format(rate=f"{marked(100 * rate)}%", points=marked(points))
        for rate, points in curve.corners
    )


def steps(
    rules: AssessmentRules, dimension: Dimension, part: Worked, mark: MarkSaid | None = None
) -> list[Step]:
    """The steps of one dimension in their order; [] for one about which nothing is known. `mark` says where the mark
    comes from, None where an appeal set it."""
    made: list[Step] = []
    given = part.given

    def add(key: str, text: str) -> None:
        made.append(Step(word(f"assess.step_{key}"), text))

    if given.cases is not None:
        add("cases", word("assess.cases").format(met=f"{given.cases.met:,}", due=f"{given.cases.due:,}"))
        if given.excluded != NONE:
            add("excluded", _excluded(part))
        if part.rate is not None:
            add("rate", f"{part.counted.met:,} ÷ {part.counted.due:,} = {percent(part.rate)}")
            peers = given.peers
            add(
                "peers",
                f"{peers.met:,} ÷ {peers.due:,} = {percent(peers.rate)}"
                if peers.due
                else word("assess.peers_none"),
            )
            if peers.due:
                add("evened", _evened(rules, part))
            add("curve", _curve(dimension.curve, part))
    if given.mark is not None:
        add("mark", _mark(given.mark, mark))
        if part.case_points is not None and part.points is not None:
            share = rules.mark_share
            add(
                "mixed",
                f"{percent(share)} × {rounded(given.mark)} + {percent(1 - share)} × {rounded(part.case_points)}"
                f" = {rounded(part.points)}",
            )
    if not part.reason and part.points is not None:
        add(
            "contribution",
            f"{part.weight} × {rounded(part.points)} ÷ {FULL} = {rounded(contribution(part))}",
        )
    return made


def _excluded(part: Worked) -> str:
    gone, counted = part.given.excluded, part.counted
    return word("assess.excluded").format(
        met=f"{gone.met:,}",
        due=f"{gone.due:,}",
        counted_met=f"{counted.met:,}",
        counted_due=f"{counted.due:,}",
    )


def _evened(rules: AssessmentRules, part: Worked) -> str:
    counted, prior = part.counted, rules.prior_cases
    return (
        f"({counted.met:,} + {prior} × {percent(part.given.peers.rate)}) ÷ ({counted.due:,} + {prior})"
        f" = {percent(part.evened)}"
    )


def _curve(curve: Curve, part: Worked) -> str:
    how = (
        word("assess.curve_straight")
        if curve == STRAIGHT
        else word("assess.curve_corners").format(corners=corners_text(curve))
    )
    points = Fraction(0) if part.case_points is None else part.case_points
    return f"{percent(part.evened)} → {rounded(points)}{word('assess.bracket').format(text=how)}"


def _mark(mark: Fraction, said: MarkSaid | None) -> str:
    if said is None:
        return word("assess.mark_appeal").format(mark=rounded(mark))
    return word("assess.mark_by").format(
        mark=rounded(mark), author=said.author, at=said.at, reason=said.reason, evidence=said.evidence
    )


def lift_sentences(found: Sequence[Lift]) -> list[str]:
    """What would lift a score, a sentence each."""
    made = []
    for one in found:
        key = "lift" if one.cases > 1 else "lift_one" if one.cases else "lift_mark"
        made.append(
            word(f"assess.{key}").format(
                dimension=named(one.key),
                cases=f"{one.cases:,}",
                gain=f"{one.gain:.2f}",
                one=f"{one.gain_of_one:.2f}",
            )
        )
    return made


def measured_by(dimension: Dimension) -> str:
    """What measures a dimension."""
    if dimension.indicator:
        return INDICATORS[dimension.indicator].label
    if dimension.facts:
        return word("assess.rules_facts").format(facts=word(f"assess.facts_{dimension.facts}"))
    return word("assess.rules_marks")

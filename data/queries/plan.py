"""A question made concrete: codes become ids, words become intervals, and unknown ones are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from data.answers import Question
from data.clocks import Instant
from data.grids import Grid
from data.measures import DEADLINES, MEASURES, Measure
from data.periods import Period
from data.reference import Named, Reference

By: TypeAlias = Literal["nothing", "grid", "category", "channel", "hour", "day"]
"""What sums are grouped by."""


class UnknownName(LookupError):
    """A category or channel that the city does not have; the message is a plain sentence."""


@dataclass(frozen=True)
class Plan:
    """What the sums are taken over. `categories` and `channels` are ids, None for all; `measures` are those wanted;
    `depth` is the depth to which grids are lifted when grouped by grid."""

    scope: Grid
    period: Period
    as_of: Instant
    categories: tuple[int, ...] | None
    channels: tuple[int, ...] | None
    by: By
    depth: int
    measures: tuple[Measure, ...] = MEASURES

    def range_of(self, milestone: str) -> Period:
        """The part of the period that counts: a deadline counts once it has passed, the as-of instant included."""
        if milestone not in DEADLINES or self.as_of + 1 >= self.period.end:
            return self.period
        return Period(min(self.period.start, self.as_of + 1), self.as_of + 1)


def plan(
    reference: Reference,
    question: Question,
    by: By = "nothing",
    depth: int | None = None,
    measures: frozenset[str] | None = None,
) -> Plan:
    """The plan of a question. Raises UnknownGrid or UnknownName; `measures` narrows what is counted."""
    scope = reference.tree.get(question.scope)
    return Plan(
        scope=scope,
        period=question.period,
        as_of=question.as_of,
        categories=_ids(reference.categories, question.categories, "category"),
        channels=_ids(reference.channels, question.channels, "channel"),
        by=by,
        depth=scope.depth + 1 if depth is None else depth,
        measures=MEASURES
        if measures is None
        else tuple(measure for measure in MEASURES if measure.name in measures),
    )


def _ids(known: Mapping[str, Named], codes: tuple[str, ...] | None, what: str) -> tuple[int, ...] | None:
    if codes is None:
        return None
    unknown = [code for code in codes if code not in known]
    if unknown:
        some = ", ".join(sorted(known)[:8]) + (" …" if len(known) > 8 else "")
        raise UnknownName(f"expected the code of a {what} ({some}), found {unknown[0]!r}")
    return tuple(sorted({known[code].id for code in codes}))

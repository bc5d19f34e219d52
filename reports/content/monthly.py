"""The figures of a month's bulletin: the assessment of the grids, how they stood before, and what was hot."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from data.assessment.keeping import Standing
from data.assessment.measuring import GROUPED_DEPTH
from data.bulletinplan import BulletinPlan
from data.grids import Grid
from reports.content import moments
from reports.content.daily import hot_depth, overdue
from reports.content.gathering import Gathering
from reports.content.hot import followed, hot, matters, shares
from reports.content.moments import Moment
from reports.content.parts import Assessed, AssessedPart, Assessment, Month, Trend, Weight
from reports.content.temporary import temporary

ASSESSED_DEPTH = 2
"""The level-1 grids are assessed, wherever the scope stands above them."""

APPENDIX_DEPTH = 3


def monthly(
    gathering: Gathering, scope: Grid, moment: Moment, sections: tuple[str, ...], plan: BulletinPlan
) -> Month:
    """What a monthly bulletin of the scope says of a period as of an instant."""
    clock = gathering.city.clock
    now = moments.cut(clock, moment)
    whole = moments.is_whole_month(clock, now.period)
    then = moments.before(clock, now) if whole else moments.same_days_last_month(clock, now)
    earlier = moments.before(clock, then) if whole else moments.same_days_last_month(clock, then)
    wanted = {*sections}
    is_hot = "hot" in wanted
    finest = hot_depth(gathering, scope)
    follow = followed(gathering, scope, (now, then, earlier), finest) if is_hot else ((), ())
    appendix = _depth_from(gathering, scope, APPENDIX_DEPTH)
    assessed = assessed_depth(gathering, scope)
    return Month(
        current=gathering.totals(scope, now),
        before=gathering.totals(scope, then),
        groups=tuple(
            gathering.grids(scope, now, depth)
            for depth in dict.fromkeys((scope.depth + 1, assessed))
            if depth is not None and gathering.city.tree.level(scope.code, depth).codes
        ),
        assessment=None if assessed is None else assess(gathering, scope, now, then, assessed),
        trend=_trend(gathering, scope, now) if "trend" in wanted else None,
        channels=shares(gathering, scope, "channel", now, then) if is_hot else None,
        categories=shares(gathering, scope, "category", now, then) if is_hot else None,
        overdue=overdue(gathering, scope, now, plan.top),
        hot=hot(gathering, scope, now, [then], finest) if is_hot else None,
        followed_categories=follow[0],
        followed_grids=follow[1],
        appendix=gathering.grids(scope, now, appendix, stock=False)
        if "appendix" in wanted and appendix is not None and appendix != assessed
        else None,
        matters=matters(gathering, scope, now) if is_hot else None,
        temporary=temporary(gathering, scope, now) if "temporary" in wanted else None,
    )


def assessed_depth(gathering: Gathering, scope: Grid) -> int | None:
    """The depth of the grids that are assessed: the level-1 grids where they lie below the scope, else those directly
    below it; None for a leaf."""
    return _depth_from(gathering, scope, ASSESSED_DEPTH)


def _depth_from(gathering: Gathering, scope: Grid, wanted: int) -> int | None:
    """The depth wanted, or the nearest to it that has grids below the scope."""
    depth = max(wanted, scope.depth + 1)
    while depth > scope.depth and not gathering.city.tree.level(scope.code, depth).codes:
        depth -= 1
    return depth if depth > scope.depth else None


def assess(gathering: Gathering, scope: Grid, now: Moment, then: Moment, depth: int) -> Assessment:
    """The scores of every grid at a depth within the scope, with their ranks among their peers, wherever these are, and
    those of the month before. Grids with too few cases by the heaviest dimension have a score, and no rank."""
    boards = [gathering.board(scope, now, depth), gathering.board(scope, then, depth, now.as_of)]
    rules = boards[0].rules
    earlier = {one.code: one for one in boards[1].standings}
    return Assessment(
        version=rules.version,
        weights=tuple(
            Weight(
                one.key,
                one.indicator,
                one.weight,
                tuple((float(rate), float(points)) for rate, points in one.curve.corners),
            )
            for one in rules.dimensions
        ),
        judged_by=rules.judged_by,
        grids=gathering.grids(scope, now, depth),
        before=gathering.grids(scope, then, depth, stock=False),
        rows=tuple(_assessed(gathering, scope, one, earlier.get(one.code)) for one in boards[0].standings),
        prior_cases=rules.prior_cases,
        minimum_cases=rules.minimum_cases,
        mark_share=float(rules.mark_share),
    )


def _assessed(gathering: Gathering, scope: Grid, one: Standing, before: Standing | None) -> Assessed:
    return Assessed(
        one.code,
        one.name,
        _group_name(gathering, scope, one),
        _number(one.score.value),
        one.rank,
        one.ranked,
        None if before is None else _number(before.score.value),
        None if before is None else before.rank,
        tuple(
            AssessedPart(
                part.key,
                part.weight,
                part.counted.met,
                part.counted.due,
                part.given.peers.met,
                part.given.peers.due,
                _number(part.evened),
                _number(part.given.mark),
                _number(part.points),
                part.reason,
            )
            for part in one.score.parts
        ),
        one.revision,
    )


def _group_name(gathering: Gathering, scope: Grid, one: Standing) -> str:
    """Grids below the level-1 grids are grouped by the code of theirs; within one of these there is one group."""
    if one.depth <= GROUPED_DEPTH:
        return one.group
    return gathering.city.tree.get(one.group).name if scope.depth < GROUPED_DEPTH else ""


def _number(value: Decimal | Fraction | None) -> float | None:
    return None if value is None else float(value)


def _trend(gathering: Gathering, scope: Grid, now: Moment) -> Trend:
    months = moments.months_back(gathering.city.clock, now)
    return Trend(
        tuple(label for label, _ in months),
        tuple(gathering.totals_without_stock(scope, moment) for _, moment in months),
    )

"""The figures of a month's bulletin: the assessment of the grids, how they stood before, and what was hot."""

from __future__ import annotations

from collections import defaultdict

from data.assessment import AssessmentRules, places, rules_of, score
from data.bulletinplan import BulletinPlan
from data.grids import Grid
from data.ranking import MINIMUM_DUE
from reports.content import moments
from reports.content.daily import hot_depth, overdue
from reports.content.gathering import Gathering
from reports.content.hot import followed, hot, shares
from reports.content.moments import Moment
from reports.content.parts import Assessed, Assessment, Grids, Month, Trend, Weight

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
        assessment=None
        if assessed is None
        else assess(
            gathering, scope, now, then, assessed, rules_of(gathering.city.config.get("assessment", {})), plan
        ),
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


def assess(
    gathering: Gathering,
    scope: Grid,
    now: Moment,
    then: Moment,
    depth: int,
    rules: AssessmentRules,
    plan: BulletinPlan,
) -> Assessment:
    """The scores of every grid at a depth, ranked among those of its group, and those of the month before as they stood
    when it was reported. Grids with too few cases by the heaviest dimension have a score, and no rank."""
    grids = gathering.grids(scope, now, depth)
    before = gathering.grids(scope, then, depth, stock=False)
    scores, earlier = (_scores(rules, each) for each in (grids, before))
    ranks, ranks_before = (
        _ranks(rules, each, found, plan) for each, found in ((grids, scores), (before, earlier))
    )
    return Assessment(
        version=rules.version,
        weights=tuple(Weight(one.key, one.indicator, one.weight) for one in rules.dimensions),
        judged_by=rules.judged_by,
        grids=grids,
        before=before,
        rows=tuple(
            Assessed(
                row.code,
                row.name,
                plan.group_of(row.code, row.name),
                scores[row.code],
                ranks.get(row.code),
                earlier.get(row.code),
                ranks_before.get(row.code),
            )
            for row in grids.rows
            if not row.own
        ),
    )


def _scores(rules: AssessmentRules, grids: Grids) -> dict[str, float | None]:
    return {row.code: score(rules, row.figures) for row in grids.rows if not row.own}


def _ranks(
    rules: AssessmentRules, grids: Grids, scores: dict[str, float | None], plan: BulletinPlan
) -> dict[str, int | None]:
    groups: dict[str, list[str]] = defaultdict(list)
    for row in grids.rows:
        if not row.own and (row.figures[rules.judged_by].denominator or 0) >= MINIMUM_DUE:
            groups[plan.group_of(row.code, row.name)].append(row.code)
    return {
        code: place
        for codes in groups.values()
        for code, place in zip(codes, places([scores[code] for code in codes]), strict=True)
    }


def _trend(gathering: Gathering, scope: Grid, now: Moment) -> Trend:
    months = moments.months_back(gathering.city.clock, now)
    return Trend(
        tuple(label for label, _ in months),
        tuple(gathering.totals_without_stock(scope, moment) for _, moment in months),
    )

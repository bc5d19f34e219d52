"""All kinds of hot events of a city at an instant, each matter told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from data.calendars import WorkingCalendar
from data.clocks import DAY
from data.grids import Tree
from data.hotspots.ahead import ahead
from data.hotspots.baseline import FEWEST_WEEKS, weeks_known
from data.hotspots.concentrated import concentrated
from data.hotspots.finding import Finding, Judgement, UnjudgedReason
from data.hotspots.frequent import frequent
from data.hotspots.once import meet, merged
from data.hotspots.series import Days, Recent
from data.hotspots.sudden import levels, sudden, sudden_by_ears
from data.hotspots.yearly import factors


@dataclass(frozen=True)
class Sight:
    """What there is to see: the city's tree and calendar, its recent events with categories as places in `Days`, its
    days by category, those of further grids (for what is announced by district), and where grids lie in kilometres."""

    tree: Tree
    calendar: WorkingCalendar
    recent: Recent
    days: Days
    days_of: Mapping[int, Days]
    positions: Mapping[int, tuple[float, float]]
    known_days: int


def hot(sight: Sight, seed: int, *, hourly: bool = False) -> Judgement:
    """Everything that stands out. `hourly` leaves out what changes by the day only: concentrations of categories in
    which nothing is sudden, frequent matters, and what the season brings.

    An empty store, or one without events in the last month, gives no findings and says why.
    """
    recent = sight.recent
    if not len(recent):
        return Judgement((), 0, ("no_recent_events",) if sight.known_days else ("no_events",))
    unjudged: list[UnjudgedReason] = []
    weeks = weeks_known(sight.known_days)
    if weeks >= FEWEST_WEEKS:
        made = factors(sight.calendar, sight.days, recent.as_of)
        if not made.years:
            unjudged.append("no_past_year")
        judged = levels(sight.tree, recent, made, weeks)
        quick, tried = sudden(sight.tree, recent, judged, made.years)
    else:
        unjudged += ["short_history", "no_past_year"]
        quick, tried = sudden_by_ears(sight.tree, recent)
    near: tuple[Finding, ...] = ()
    if not sight.positions:
        unjudged.append("no_outlines")
    else:
        only = sorted({each.category_id for each in quick}) if hourly else None
        near, count = concentrated(sight.tree, recent, sight.positions, seed, categories=only, told=quick)
        tried += count
    found = [*merged(sight.tree, quick, near)]
    if not hourly:
        often, count = frequent(sight.tree, recent)
        found += [each for each in often if not _already(sight.tree, each, found)]
        tried += count
        found += _announced(sight)
    return Judgement(tuple(found), tried, tuple(unjudged))


def _already(tree: Tree, often: Finding, found: list[Finding]) -> bool:
    """A month's frequency that is this week's surge is told as the surge."""
    return any(
        each.category_id == often.category_id
        and meet(tree, each, often)
        and each.observed >= 0.6 * often.observed
        for each in found
    )


def _announced(sight: Sight) -> list[Finding]:
    """What the season brings: to the city, and to a district where it is not the city's."""
    whole, _ = ahead(sight.calendar, sight.days, sight.recent.as_of, sight.tree.root)
    known = {each.category_id for each in whole}
    found = list(whole)
    for grid_id, days in sight.days_of.items():
        some, _ = ahead(sight.calendar, days, sight.recent.as_of, sight.tree.by_id(grid_id))
        found += [each for each in some if each.category_id not in known]
    return found


def named(findings: tuple[Finding, ...], ids: tuple[int, ...]) -> tuple[Finding, ...]:
    """The findings with the ids of categories in place of their places."""
    return tuple(replace(each, category_id=ids[each.category_id]) for each in findings)


def quiet_since(finding: Finding, instant: int, days: int) -> bool:
    """Whether a matter was last seen so many days before an instant."""
    return finding.until_at + days * DAY <= instant

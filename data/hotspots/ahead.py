"""What the season brings, announced before it comes: categories that rose in the coming weeks of every past year."""

from __future__ import annotations

import numpy as np

from data.calendars import WorkingCalendar
from data.clocks import DAY, Instant, date_of
from data.grids import Grid
from data.hotspots.chances import count_tail
from data.hotspots.discovery import SHARE, discoveries
from data.hotspots.finding import Finding, Kind
from data.hotspots.series import Days
from data.hotspots.yearly import festivals, same_day

AHEAD_DAYS = 30
LATELY_DAYS = 28

TIMES = 1.5
FEWEST = 20
"""A category with fewer in those weeks of a past year says nothing about this one."""

_SPREAD = 4.0
"""Weeks of one year differ from each other by more than chance: rain, one building site. A rise must be beyond that."""

_MOST_YEARS = 5


def ahead(
    calendar: WorkingCalendar, days: Days, as_of: Instant, where: Grid, share: float = SHARE
) -> tuple[tuple[Finding, ...], int]:
    """The categories that will rise within 30 days if this year is like the past ones; how many years say so.

    `days` are the days of the grid `where`. `expected` is what the same days would bring at the pace of the last four
    weeks, `observed` what the past years foretell; `since_at` is when the rise began in them, by the mean of the years.
    The largest rise first. () and 0 without a past year.
    """
    today = calendar.clock.day_number(as_of - 1) + 1
    feasts = festivals(calendar, date_of(days.first).year, date_of(today + AHEAD_DAYS).year + 1)
    lately = days.between(today - LATELY_DAYS, today)
    times, chances, starts = [], [], []
    for back in range(1, _MOST_YEARS + 1):
        theirs = np.array([same_day(today + step, back, feasts) for step in range(AHEAD_DAYS)])
        before = same_day(today - 1, back, feasts) + 1
        if not days.knows(min(before - LATELY_DAYS, int(theirs.min())), int(theirs.max()) + 1):
            break
        rise = days.counts[:, theirs - days.first].astype(np.float64)
        base = days.between(before - LATELY_DAYS, before) * (AHEAD_DAYS / LATELY_DAYS)
        times.append((rise.sum(axis=1) + 1.0) / (base + 1.0))
        chances.append(
            count_tail(rise.sum(axis=1).astype(np.int64), np.maximum(base, 0.5), np.full(len(base), _SPREAD))
        )
        enough = rise.sum(axis=1) >= FEWEST
        chances[-1] = np.where(enough & (times[-1] >= TIMES), chances[-1], 1.0)
        weekly = np.apply_along_axis(lambda row: np.convolve(row, np.ones(7), "valid"), 1, rise)
        high = weekly >= TIMES * (base / AHEAD_DAYS * 7)[:, None]
        # The middle of the first high week: it began before it was a whole one.
        starts.append(np.where(high.any(axis=1), high.argmax(axis=1) + 3, AHEAD_DAYS // 2))
    if not times:
        return (), 0
    # Every past year has to say it, so the least sure of them speaks for all.
    worst = np.max(chances, axis=0)
    shares = discoveries(worst)
    ratio, start = np.exp(np.mean(np.log(times), axis=0)), np.mean(starts, axis=0)
    clock = calendar.clock
    found = []
    for row in np.flatnonzero((shares <= share) & (worst < 1.0)).tolist():
        expected = float(lately[row]) * AHEAD_DAYS / LATELY_DAYS
        foretold = round(float(ratio[row]) * max(expected, 1.0))
        if foretold < FEWEST:
            continue
        found.append(
            Finding(
                Kind.AHEAD,
                row,
                where.id,
                (where.id,),
                clock.day_start(today + round(float(start[row]))),
                clock.day_start(today) + AHEAD_DAYS * DAY,
                foretold,
                expected,
                float(worst[row]),
                float(shares[row]),
                "seasons",
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.excess, each.key))), len(times)

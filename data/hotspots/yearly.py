"""What the calendar makes of a day, by category: weekdays, holidays, and the same season of past years.

A weekday's factor is its share of the days around it, taken from the last year. A season's factor is how the same days
of past years stood to the eight weeks before them; near a Spring Festival the years are laid upon each other by the
festival, which moves by weeks, and not by the date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from data.calendars import WorkingCalendar
from data.clocks import DAY, Instant, date_of, day_of
from data.hotspots.arrays import Bools, Floats, Ints
from data.hotspots.series import BASE_DAYS, GUARD, SEEN_DAYS, Days

_YEAR = 365
_ABOUT = 15
"""A weekday is held against the days this near."""

_HOLIDAY, _MAKE_UP = 7, 8
_CLASSES = 9
"""Monday to Sunday as 0 to 6; a day off that is no weekend of its own; a weekend worked instead of another day."""

_FIRM = 60.0
"""So many events of its own weigh as much as what is known of all categories."""

_NEAR = 7
"""A season's day is taken with the days this near of past years."""

_SEASON_FIRM = 40.0
_MOST_YEARS = 5

_LONG_HOLIDAY = 6
_FESTIVAL_REACH = 25
"""The days before and after a Spring Festival that go by it and not by the date."""


@dataclass(frozen=True)
class Factors:
    """How many events each category has on a day of some age, as a multiple of a usual day: `by_age[c, age]`. `years`
    is how many past years the seasons rest on; 0 where there is none and they are taken as level."""

    by_age: Floats
    years: int

    def window(self, length: int) -> Floats:
        """The sum over the last days, by category."""
        found: Floats = self.by_age[:, :length].sum(axis=1)
        return found

    def base(self) -> Floats:
        """The sum over the eight weeks of the baseline, by category."""
        found: Floats = self.by_age[:, GUARD:SEEN_DAYS].sum(axis=1)
        return found


def day_classes(calendar: WorkingCalendar, first: int, end: int) -> Ints:
    """The class of each day in [first, end)."""
    found = np.empty(max(end - first, 0), dtype=np.int64)
    for place, number in enumerate(range(first, end)):
        day = date_of(number)
        works, weekday = calendar.is_workday(day)[0], day.weekday()
        found[place] = (_MAKE_UP if works else weekday) if weekday > 4 else weekday if works else _HOLIDAY
    _stretch_holidays(calendar, first, found)
    return found


def _stretch_holidays(calendar: WorkingCalendar, first: int, classes: Ints) -> None:
    """A weekend inside a holiday is part of it."""
    off = (classes == _HOLIDAY) | (classes == 5) | (classes == 6)
    start = 0
    while start < len(classes):
        end = start
        while end < len(classes) and off[end]:
            end += 1
        if (classes[start:end] == _HOLIDAY).any():
            classes[start:end] = _HOLIDAY
        start = max(end, start + 1)


def weekday_factors(days: Days, classes: Ints) -> Floats:
    """By category and class of day: how many events such a day has against the days around it; 1 where nothing is
    known."""
    counts = days.counts[:, -_YEAR:].astype(np.float64)
    kinds = classes[len(classes) - counts.shape[1] :]
    around = _smooth(counts, _ABOUT)
    mine = np.stack([counts[:, kinds == kind].sum(axis=1) for kind in range(_CLASSES)], axis=1)
    usual = np.stack([around[:, kinds == kind].sum(axis=1) for kind in range(_CLASSES)], axis=1)
    whole, whole_usual = mine.sum(axis=0), usual.sum(axis=0)
    every = (whole + _FIRM) / (whole_usual + _FIRM)
    # A make-up day is worked like the days of the week where too few were seen.
    if whole_usual[_MAKE_UP] == 0 and whole_usual[:5].sum() > 0:
        every[_MAKE_UP] = whole[:5].sum() / whole_usual[:5].sum()
    found: Floats = (mine + _FIRM * every) / (usual + _FIRM)
    return found


def festivals(calendar: WorkingCalendar, first_year: int, last_year: int) -> dict[int, int]:
    """By year, the day on which the Spring Festival's holiday begins; years whose calendar does not know one are
    missing."""
    found = {}
    for year in range(first_year, last_year + 1):
        start, end = day_of(date(year, 1, 15)), day_of(date(year, 3, 5))
        off = np.array([not calendar.is_workday(date_of(day))[0] for day in range(start, end)])
        runs = np.lib.stride_tricks.sliding_window_view(off, _LONG_HOLIDAY).all(axis=1)
        if runs.any():
            found[year] = start + int(np.argmax(runs))
    return found


def same_day(day: int, years: int, feasts: dict[int, int]) -> int:
    """The day of so many years before that stands for a day: by the festival when one is near and known, else the
    nearest day of the same weekday."""
    year = date_of(day).year
    feast, earlier = feasts.get(year), feasts.get(year - years)
    if feast is not None and earlier is not None and abs(day - feast) <= _FESTIVAL_REACH:
        return earlier + (day - feast)
    back = round(years * 365.2425)
    return day - (back + 3) // 7 * 7


def factors(calendar: WorkingCalendar, days: Days, as_of: Instant) -> Factors:
    """The factors of the last SEEN_DAYS days before an instant."""
    clock = calendar.clock
    last = clock.day_number(as_of - 1)
    share = (as_of - clock.day_start(last)) / DAY
    share = min(max(share, 0.0), 1.0)
    first = last - SEEN_DAYS
    # What is judged does not say what is usual.
    settled = Days(days.first, days.counts[:, : max(0, last + 1 - GUARD - days.first)])
    by_class = weekday_factors(settled, day_classes(calendar, settled.first, settled.end))
    weekdays = by_class[:, day_classes(calendar, first, last + 1)]
    season, years = seasons(calendar, days, np.arange(first, last + 1), by_class)
    local = weekdays * season
    # The 24 hours before an instant are the beginning of one local day and the end of the one before.
    today, before = local[:, :0:-1], local[:, -2::-1]
    return Factors(share * today + (1.0 - share) * before, years)


def seasons(calendar: WorkingCalendar, days: Days, wanted: Ints, by_class: Floats) -> tuple[Floats, int]:
    """How high each of the wanted days stands in its season, by category, and the number of past years that say so.

    1 is the mean of the eight weeks of the baseline that ends GUARD days before the last wanted day. Without a past
    year every day is 1.
    """
    last = int(wanted[-1])
    feasts = festivals(calendar, date_of(days.first).year, date_of(last).year + 1)
    level = np.zeros((len(days.counts), len(wanted)))
    base = np.zeros(len(days.counts))
    known = 0
    leveled = _leveled(calendar, days, by_class)
    for back in range(1, _MOST_YEARS + 1):
        theirs = np.array([same_day(int(day), back, feasts) for day in wanted])
        start = same_day(last, back, feasts) - GUARD - BASE_DAYS
        if not days.knows(min(start, int(theirs.min()) - _NEAR), int(theirs.max()) + 1):
            break
        known += 1
        near = [
            np.clip(theirs + step, days.first, days.end - 1) - days.first for step in range(-_NEAR, _NEAR + 1)
        ]
        level += np.mean([leveled[:, each] for each in near], axis=0)
        base += leveled[:, start - days.first : start - days.first + BASE_DAYS].mean(axis=1)
    if not known:
        return np.ones((len(days.counts), len(wanted))), 0
    firm = _SEASON_FIRM / BASE_DAYS
    found: Floats = (level + firm) / (base[:, None] + firm)
    return found, known


def _leveled(calendar: WorkingCalendar, days: Days, by_class: Floats) -> Floats:
    """Counts without the weekday in them."""
    classes = day_classes(calendar, days.first, days.end)
    found: Floats = days.counts / np.maximum(by_class[:, classes], 0.05)
    return found


def _smooth(counts: Floats, about: int) -> Floats:
    """Means over the days near each, as many as there are."""
    width = counts.shape[1]
    sums = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1)], axis=1)
    low = np.maximum(np.arange(width) - about, 0)
    high = np.minimum(np.arange(width) + about + 1, width)
    found: Floats = (sums[:, high] - sums[:, low]) / (high - low)
    return found


def is_off(calendar: WorkingCalendar, days: Ints) -> Bools:
    """Which local days are not worked."""
    return np.array([not calendar.is_workday(date_of(int(day)))[0] for day in days], dtype=bool)

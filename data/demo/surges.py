"""What makes a day unlike another: weather by season, festivals, terms and building seasons, made up from the seed.

Each is 0 on an ordinary day and about 1 at its usual height; heavy rain goes beyond.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from data.calendars import WorkingCalendar
from data.clocks import date_of, day_of
from data.demo.chance import Bools, Floats, Ints
from data.demo.draws import exponential, uniform

_LONG_HOLIDAY = 6
"""Days off in a row from which a holiday is a festival: Spring Festival and the National Day."""


def off_days(calendar: WorkingCalendar, days: Ints) -> Bools:
    """Which local days are not worked."""
    return np.array([not calendar.is_workday(date_of(day))[0] for day in days.tolist()], dtype=bool)


def surges(seed: int, calendar: WorkingCalendar, days: Ints) -> Mapping[str, Floats]:
    """Every surge by name, one value a day."""
    dates = [date_of(day) for day in days.tolist()]
    month = np.array([day.month + (day.day - 1) / 31 for day in dates])
    winter = np.maximum(_season(month, 12.9, 2.0), _season(month, 0.9, 2.0))
    eves = festival_eves(calendar, dates[0].year, dates[-1].year)
    rain = _spells(seed, "rain", days, 0.16 * _season(month, 7.75, 1.6) + 0.03, 1.0)
    flood = _spells(seed, "flood", days, 0.045 * _season(month, 7.65, 0.9), 4.0)
    cold = _spells(seed, "cold", days, 0.12 * winter, 0.8)
    return {
        "rain": np.minimum(rain + flood, 9.0),
        "storm": np.minimum(
            _spells(seed, "storm", days, 0.09 * _season(month, 4.4, 1.3), 1.6) + 0.25 * flood, 6.0
        ),
        "heat": _season(month, 7.6, 1.5)
        * (0.6 + _spells(seed, "heat", days, 0.2 * _season(month, 7.6, 1.3), 1.0)),
        "snow": np.minimum(_spells(seed, "snow", days, 0.035 * winter, 1.6), 4.0),
        "winter": winter,
        "heating": _heating(dates) * (0.6 + cold),
        "dust": np.maximum(_season(month, 3.6, 1.2), 0.7 * winter),
        "leaf": _season(month, 11.6, 0.9),
        "harvest": np.maximum(_season(month, 6.2, 0.35), 0.7 * _season(month, 10.3, 0.4)),
        "construction": np.maximum(_season(month, 4.8, 1.6), _season(month, 10.2, 1.4)),
        "school": np.maximum(_season(month, 8.6, 0.7), 0.6 * _season(month, 6.6, 0.6)),
        "exam": _season(month, 6.15, 0.35),
        "festival": _near(days, eves, 2, 6) + 0.8 * _near(days, [eve + 15 for eve in eves], 0, 1),
        "wage": _near(days, eves, 45, 0) ** 2,
    }


def festival_eves(calendar: WorkingCalendar, first: int, last: int) -> list[int]:
    """The day numbers on which the Spring Festival's holiday begins; years without a published one have none."""
    found = []
    for year in range(first, last + 2):
        days = np.arange(day_of(date(year, 1, 15)), day_of(date(year, 3, 5)))
        off = off_days(calendar, days)
        run = np.array([off[place : place + _LONG_HOLIDAY].all() for place in range(len(days) - 6)])
        if run.any():
            found.append(int(days[int(np.argmax(run))]))
    return found


def _season(month: Floats, middle: float, half: float) -> Floats:
    """1 in the middle of a season, falling to 0 half a season away; January is 1.0, the end of December 13."""
    near = np.clip(1.0 - np.abs(month - middle) / half, 0.0, 1.0)
    found: Floats = near * near * (3.0 - 2.0 * near)
    return found


def _spells(seed: int, name: str, days: Ints, chance: Floats, height: float) -> Floats:
    """Spells of one to three days that begin with the day's chance: their height on each day."""
    found = np.zeros(len(days))
    for back, rest in ((0, 1.0), (1, 0.55), (2, 0.2)):
        earlier = days - back
        begins = uniform(seed, name, earlier) < chance
        found = np.maximum(found, begins * rest * height * (0.4 + exponential(seed, f"{name}/high", earlier)))
    return found


def _near(days: Ints, marks: list[int], before: int, after: int) -> Floats:
    """1 on a mark, falling to 0 so many days before and after it."""
    found = np.zeros(len(days))
    for mark in marks:
        away = days - mark
        width = np.where(away < 0, before + 1, after + 1)
        found = np.maximum(found, np.clip(1.0 - np.abs(away) / width, 0.0, 1.0))
    return found


def _heating(dates: list[date]) -> Floats:
    """The heating season from 15 November to 15 March: highest in its first weeks."""
    found = np.zeros(len(dates))
    for place, day in enumerate(dates):
        began = date(day.year if day.month > 6 else day.year - 1, 11, 15)
        length = (day - began).days
        if 0 <= length <= 120:
            found[place] = 0.35 + 0.65 * np.exp(-length / 18)
    return found

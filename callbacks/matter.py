"""One warning in view: what it rests on, its course, where it is, and what was done with it, fetched and told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pandas as pd
import shapely

from callbacks import scenery
from callbacks.hotlines import Told, counts, days, number, reason, since, sure, title
from callbacks.hotview import Asked
from callbacks.navigation import event_page, grid_page
from callbacks.outlines import OutlinesOf
from callbacks.reads import Reads
from callbacks.state import ViewState, to_search
from data.alerting.keeping import Alert, AlertStep
from data.answers import Question
from data.clocks import Instant, ZoneClock
from data.periods import Period, split
from data.periods import days as days_between
from data.queries.filters import PLAIN_FILTER, Filter
from data.words import word
from layouts import rows, text
from layouts.matter import Course, Matter, MatterStep, Where
from layouts.parts.tables import EventRow
from maps.charts import Point, matter, seasons
from maps.choropleth import Spot, spots
from maps.geometry import Label

COURSE_DAYS: Final = 63
YEARS: Final = 5
_WEEKS_BEFORE, _WEEKS_AFTER = 4, 4
MOST_EVENTS: Final = 50
MOST_SERIES: Final = 25
_MOST_GRIDS: Final = 60
_TINY_CHANCE: Final = 1e-9

_SUMMED: Final = ("concentrated", "frequent")
"""Kinds that are counted in the grids that they name, and not in the whole grid that holds those."""


def in_view(told: Told, reads: Reads, found: Asked, alert: Alert, scale: float | None) -> Matter:
    """What it is, what it rests on, and its course."""
    return Matter(
        f"{title(told, alert)} · {told.grid(alert.grid)}",
        word(f"hot.kind_{alert.kind}"),
        word(f"hot.means_{alert.kind}"),
        alert.kind == "recheck",
        alert.state,
        word(f"hot.status_{alert.state}"),
        found.search(warning=None),
        [(word(f"hot.fact_{name}"), value) for name, value in _facts(told, alert) if value],
        _course(told, reads, alert, scenery.scaled(scale)),
    )


def _facts(told: Told, alert: Alert) -> list[tuple[str, str]]:
    body = alert.body
    grids = [told.grid(code) for code in body.get("grids", ())]
    ahead = alert.kind == "ahead"
    of = body.get("of")
    observed = counts(replace(alert, expected=None))
    if alert.kind == "recheck" and of:
        observed = word("hot.of").format(n=f"{alert.observed:,}", of=f"{of:,}")
    expected = "" if alert.expected is None else word("hot.observed").format(n=number(alert.expected))
    if alert.expected:
        times = number(alert.observed / alert.expected)
        expected = word("hot.times_ahead" if ahead else "hot.times").format(
            n=number(alert.expected), times=times
        )
    return [
        ("category", told.category(alert.category)),
        ("holder", alert.holder),
        ("grid", told.where(alert.grid)),
        ("coming" if ahead else "since", since(told, alert) if alert.kind != "due" else ""),
        ("first", since(told, alert) if alert.kind == "due" else ""),
        ("reason", reason(alert)),
        ("foretold" if ahead else "observed", observed),
        ("expected", expected),
        ("basis", word(f"hot.basis_{body['basis']}") if body.get("basis") else ""),
        ("sure", sure(alert)),
        ("chance", chance(alert.chance)),
        ("ears", ears(body.get("ears"))),
        ("step", word(f"hot.step_{alert.step}") if alert.kind in ("due", "whistle") else ""),
        ("waited", word("hot.waited").format(n=body["waited_minutes"]) if "waited_minutes" in body else ""),
        (
            "grids",
            word("hot.and").join(grids[:12]) + ("…" if len(grids) > 12 else "") if len(grids) > 1 else "",
        ),
        ("opened", text.moment(told.clock, alert.opened_at)),
        ("seen", text.moment(told.clock, alert.seen_at)),
        ("kind", word("hot.round").format(n=alert.round) if alert.round > 1 else ""),
    ]


def chance(value: float | None) -> str:
    """The chance of so many without a cause, in words; "" where it is not known."""
    if value is None:
        return ""
    if value < _TINY_CHANCE:
        return word("hot.chance_tiny")
    digits = 10 ** max(0, int(math.log10(1 / value)) - 1)
    return word("hot.chance_one_in").format(n=f"{max(1, round(1 / value / digits) * digits):,}")


def ears(values: Sequence[float] | None) -> str:
    """C1, C2 and C3 with what they say; "" where they say nothing."""
    if not values or len(values) != 3:
        return ""
    c1, c2, c3 = (f"{value:.1f}" for value in values)
    return word("hot.ears").format(c1=c1, c2=c2, c3=c3)


def _course(told: Told, reads: Reads, alert: Alert, scale: float) -> Course | None:
    known = {one.code for one in told.city.categories}
    grids = [code for code in _grids_of(alert) if code in told.tree]
    if alert.category not in known or not grids:
        return None
    if alert.kind == "ahead":
        return _seasons(told, reads, alert, scale)
    last = told.clock.local(min(told.now, max(alert.seen_at, int(alert.body.get("until_at", 0))))).date()
    first = min(
        last - timedelta(days=COURSE_DAYS - 1), told.clock.local(alert.since_at).date() - timedelta(7)
    )
    period = days_between(told.clock, first, last + timedelta(days=1))
    points = _daily(told, reads, alert.category, grids, period)
    cut = [bucket for _, bucket in split(told.clock, period, "day")]
    until = int(alert.body.get("until_at", alert.seen_at))
    inside = [
        place
        for place, one in enumerate(cut)
        if one.end > alert.since_at and one.start < until and place < len(points)
    ]
    marked = range(inside[0], inside[-1] + 1) if inside else range(0)
    daily = None if alert.expected is None else alert.expected / days(alert)
    line = "" if daily is None else word("hot.course_expected").format(n=number(daily))
    figure = matter(points, marked, daily, (line, word("hot.course_since")), scale=scale)
    return Course(
        word("hot.course"),
        word("hot.course_plain" if daily is None else "hot.course_note"),
        figure,
        (word("hot.course_day"), word("hot.course_received")),
        [(point.label, f"{int(point.value or 0):,}") for point in points],
    )


def _grids_of(alert: Alert) -> Sequence[str]:
    named = alert.body.get("grids", ())
    return tuple(named)[:MOST_SERIES] if alert.kind in _SUMMED and named else (alert.grid,)


def _daily(told: Told, reads: Reads, category: str, grids: Sequence[str], period: Period) -> list[Point]:
    """What was received each day of a category in some grids together."""
    as_of = min(told.now, period.end)
    cut = [(label, one) for label, one in split(told.clock, period, "day") if one.start < as_of]
    each = [
        rows.points(
            reads.by_time(Question(code, period, as_of, (category,), None), "day", ("received",)),
            "received",
            told.clock,
            cut,
            "day",
            as_of,
        )
        for code in grids
    ]
    made = []
    for same in zip(*each, strict=True):
        count = sum(point.numerator for point in same)
        made.append(replace(same[0], value=float(count), numerator=count))
    return made


def _seasons(told: Told, reads: Reads, alert: Alert, scale: float) -> Course | None:
    """The weeks about today of this year and of those before it."""
    today = told.clock.local(alert.seen_at).date()
    years: list[tuple[str, list[Point]]] = []
    for back in range(YEARS + 1):
        middle = _years_before(today, back)
        first = middle - timedelta(weeks=_WEEKS_BEFORE)
        last = middle if back == 0 else middle + timedelta(weeks=_WEEKS_AFTER)
        period = days_between(told.clock, first, last)
        points = _daily(told, reads, alert.category, (alert.grid,), period)
        weekly = [
            _week(points[place : place + 7], place // 7 - _WEEKS_BEFORE) for place in range(0, len(points), 7)
        ]
        if back == 0 or any(point.value for point in weekly):
            years.append((str(middle.year), weekly))
    heads = (word("hot.seasons_week"), *(name for name, _ in years))
    weeks = [word("hot.week_from").format(n=week) for week in range(-_WEEKS_BEFORE, _WEEKS_AFTER)]
    lines = [
        (week, *(f"{int(points[at].value or 0):,}" if at < len(points) else "—" for _, points in years))
        for at, week in enumerate(weeks)
    ]
    longest = sorted(years, key=lambda pair: pair[0] != str(today.year))
    return Course(word("hot.seasons"), word("hot.seasons_note"), seasons(longest, scale=scale), heads, lines)


def _week(points: Sequence[Point], week: int) -> Point:
    count = sum(point.numerator for point in points)
    name = word("hot.week_from").format(n=week)
    return Point(name, name, float(count), count, None)


def _years_before(day: date, back: int) -> date:
    try:
        return day.replace(year=day.year - back)
    except ValueError:
        # The 29th of February.
        return day.replace(year=day.year - back, day=28)


def where(
    told: Told, reads: Reads, outlines: OutlinesOf, view: ViewState, alert: Alert, scale: float | None
) -> Where | None:
    """The grids that a matter names on a map of the one that holds them; None for those of one grid."""
    codes = [code for code in alert.body.get("grids", ()) if code in told.tree]
    if (
        alert.kind not in ("concentrated", "common", "duplicates")
        or alert.grid not in told.tree
        or len(codes) < 2
    ):
        return None
    held: dict[str, int] = {}
    children = told.tree.children(alert.grid)
    for code in codes:
        above = next((one for one in children if told.tree.contains(one.code, code)), None)
        if above is not None:
            held[above.code] = held.get(above.code, 0) + 1
    circle = alert.kind == "concentrated"
    counted = [
        Spot(
            one.code,
            one.name,
            held.get(one.code, 0),
            word("hot.circle_count").format(n=held.get(one.code, 0)),
        )
        for one in children
    ]
    marks = _middles(reads, codes[:_MOST_GRIDS]) if circle else []
    return Where(
        word("hot.circle" if circle else "hot.spread"),
        " ".join(
            [
                *([word("hot.circle_note")] if circle else []),
                *([word("map.illustrative_foot")] if told.city.illustrative else []),
            ]
        ),
        spots(counted, outlines(told.tree, alert.grid), marks=marks, scale=scenery.scaled(scale)),
        [(told.where(code), grid_page(view, code)) for code in codes[:_MOST_GRIDS]],
    )


def _middles(reads: Reads, codes: Sequence[str]) -> list[Label]:
    shapes = reads.shapes(codes)
    middles = [shapely.point_on_surface(shape) for shape in shapes.geometry]
    return [
        Label(str(code), str(name), float(middle.x), float(middle.y))
        for code, name, middle in zip(shapes["code"], shapes["name"], middles, strict=True)
        if not middle.is_empty
    ]


def events(told: Told, frame: pd.DataFrame, view: ViewState) -> list[EventRow]:
    """The rows of its events; each leads to the event's own page."""
    return rows.event_list(frame, told.clock, told.now, lambda one: event_page(view, one))


def behind(told: Told, alert: Alert, view: ViewState) -> str | None:
    """The address of the list of all events that a warning counts; None where no list tells them."""
    if alert.kind == "ahead" or alert.grid not in told.tree:
        return None
    scope = "" if alert.grid == told.tree.root.code else alert.grid
    plain = replace(view.within(scope), channel="", as_of=None, live=False)
    if alert.kind == "due":
        wanted = Filter(by="any", state="open", sort="due", descending=False)
        return "/events" + to_search(replace(plain, category="", wanted=wanted))
    if alert.kind in ("whistle", "recheck"):
        return None
    first = told.clock.local(alert.since_at).date()
    last = told.clock.local(_last(alert)).date()
    chosen = replace(plain, category=alert.category, first=first, last=max(first, last), wanted=PLAIN_FILTER)
    return "/events" + to_search(chosen)


def _last(alert: Alert) -> Instant:
    return int(alert.body.get("until_at", alert.seen_at)) - 1


def steps(clock: ZoneClock, taken: Sequence[AlertStep]) -> list[MatterStep]:
    """What was done, as text."""
    return [step(clock, one) for one in taken]


def step(clock: ZoneClock, one: AlertStep) -> MatterStep:
    """Something that was done, as text."""
    up = one.what == "passed_up"
    level = word(f"hot.step_{one.note}") if up and one.note in ("0", "1", "2") else ""
    return MatterStep(
        text.moment(clock, one.at),
        one.who or word("hot.by_program"),
        word(f"hot.did_{one.what}").format(step=level),
        "" if up else one.note,
    )

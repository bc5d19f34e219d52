"""The one view state of the overview: what the address says, and what that means for a loaded city.

Everything here is pure. Bad input never raises: it falls back, and `problems` says in words what was not understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

import pandas as pd

from data.answers import Question
from data.clocks import DAY, HOUR, MINUTE, Instant, ZoneClock, iso, parse_instant
from data.grids import Grid, Tree
from data.indicators import INDICATORS
from data.periods import PERIOD_KEYS, Period, Unit, days, named, split
from data.words import word

DEFAULT_PERIOD: Final = "last_30_days"
DEFAULT_INDICATOR: Final = "handling_timeliness"
LISTINGS: Final = ("overdue", "open", "newest")
STALE_AFTER: Final = 2 * DAY
MAX_RANGE_DAYS: Final = 3 * 366


@dataclass(frozen=True)
class ViewState:
    """What a viewer chose. `scope` "" is the whole city; `first` and `last` (both included) replace the named period.

    `as_of` None is the present, or, when nothing has been reported for two days, the end of the data; `live` insists on
    the present.
    """

    scope: str = ""
    period: str = DEFAULT_PERIOD
    first: date | None = None
    last: date | None = None
    indicator: str = DEFAULT_INDICATOR
    listing: str = LISTINGS[0]
    event: int | None = None
    as_of: Instant | None = None
    live: bool = False

    def within(self, scope: str) -> ViewState:
        """The same view of another grid; an open event is closed."""
        return replace(self, scope=scope, event=None)

    def during(self, period: str) -> ViewState:
        """The same view of a named period."""
        return replace(self, period=period, first=None, last=None, event=None)

    def of(self, indicator: str) -> ViewState:
        """The same view coloured by another indicator."""
        return replace(self, indicator=indicator, event=None)

    def listed(self, listing: str) -> ViewState:
        """The same view with another list of events."""
        return replace(self, listing=listing, event=None)

    def opened(self, event: int | None) -> ViewState:
        """The same view with an event's trace open, or closed."""
        return replace(self, event=event)

    def now(self) -> ViewState:
        """The same view as of the present."""
        return replace(self, as_of=None, live=True, event=None)


@dataclass(frozen=True)
class Parsed:
    """A view and what of the address was not understood."""

    view: ViewState
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    """A view that has met a city: the grid, the period and the as-of instant that every panel shares.

    `live` is True where that instant is the present.
    """

    view: ViewState
    grid: Grid
    clock: ZoneClock
    period: Period
    as_of: Instant
    live: bool
    unit: Unit

    @property
    def question(self) -> Question:
        """What the panels ask."""
        return Question(self.grid.code, self.period, self.as_of, live=self.live)


def parse(search: str | None) -> Parsed:
    """The view of a query string such as "?scope=boston&period=today". Unknown parameters are passed over."""
    given = dict(parse_qsl((search or "").lstrip("?"), keep_blank_values=False))
    problems: list[str] = []

    def refused(name: str) -> None:
        problems.append(word("problem.value").format(name=name, value=given[name][:40]))

    view = ViewState(scope=given.get("scope", ""))
    if (period := given.get("period")) is not None:
        if period in PERIOD_KEYS:
            view = replace(view, period=period)
        else:
            refused("period")
    if (indicator := given.get("indicator")) is not None:
        if indicator in INDICATORS:
            view = replace(view, indicator=indicator)
        else:
            refused("indicator")
    if (listing := given.get("list")) is not None:
        if listing in LISTINGS:
            view = replace(view, listing=listing)
        else:
            refused("list")
    if "event" in given:
        number = given["event"]
        if number.isascii() and number.isdigit() and len(number) < 19:
            view = replace(view, event=int(number))
        else:
            refused("event")
    if "as_of" in given:
        view, understood = _with_as_of(view, given["as_of"])
        if not understood:
            refused("as_of")
    if "from" in given or "to" in given:
        chosen = between(view, given.get("from"), given.get("to"))
        view = chosen.view
        problems.extend(chosen.problems)
    return Parsed(view, tuple(problems))


def between(view: ViewState, first: str | None, last: str | None) -> Parsed:
    """The view from one ISO date to another, both included; the unchanged view and a problem where that is no range."""
    try:
        start, end = date.fromisoformat(first or ""), date.fromisoformat(last or "")
    except ValueError:
        return Parsed(view, (word("problem.range_missing"),))
    if end < start:
        return Parsed(view, (word("problem.range_order").format(first=start, last=end),))
    if not 2000 <= start.year <= end.year < 2060:
        return Parsed(view, (word("problem.range_years"),))
    if (end - start).days >= MAX_RANGE_DAYS:
        return Parsed(view, (word("problem.range_long").format(days=MAX_RANGE_DAYS),))
    return Parsed(replace(view, first=start, last=end), ())


def to_search(view: ViewState) -> str:
    """The query string of a view, defaults left out, always in the same order; "?" for the plain city."""
    pairs: list[tuple[str, str]] = []
    if view.scope:
        pairs.append(("scope", view.scope))
    if view.first is not None and view.last is not None:
        pairs += [("from", view.first.isoformat()), ("to", view.last.isoformat())]
    elif view.period != DEFAULT_PERIOD:
        pairs.append(("period", view.period))
    if view.indicator != DEFAULT_INDICATOR:
        pairs.append(("indicator", view.indicator))
    if view.listing != LISTINGS[0]:
        pairs.append(("list", view.listing))
    if view.as_of is not None:
        pairs.append(("as_of", iso(view.as_of)))
    elif view.live:
        pairs.append(("as_of", "now"))
    if view.event is not None:
        pairs.append(("event", str(view.event)))
    return "?" + urlencode(pairs, quote_via=quote, safe=":")


def present(view: ViewState, freshness: pd.DataFrame, now: Instant) -> Instant:
    """The as-of instant of a view at `now`, never later than it.

    When nothing has been reported for two days and the view does not insist, it is the full hour after the newest
    report, so that "the last 30 days" of an archive are its own last 30 days; the header says so.
    """
    if view.as_of is not None:
        return min(view.as_of, now)
    if view.live or freshness.empty or bool(freshness["last_reported_at"].isna().all()):
        return now
    newest = int(freshness["last_reported_at"].max())
    return now if now - newest <= STALE_AFTER else min(now, (newest // HOUR + 1) * HOUR)


def scene(
    view: ViewState, tree: Tree, clock: ZoneClock, as_of: Instant, live: bool
) -> tuple[Scene, tuple[str, ...]]:
    """The view in a city as of an instant, and what could not be followed (an unknown grid gives the whole city)."""
    problems: tuple[str, ...] = ()
    grid = tree.root
    if view.scope and view.scope in tree:
        grid = tree.get(view.scope)
    elif view.scope:
        problems = (word("problem.scope").format(value=view.scope[:40], city=tree.root.name),)
        view = replace(view, scope="")
    if view.first is not None and view.last is not None:
        period = days(clock, view.first, view.last + timedelta(days=1))
    else:
        period = named(clock, as_of, view.period)
    return Scene(view, grid, clock, period, as_of, live, unit_of(period)), problems


def unit_of(period: Period) -> Unit:
    """The unit of a trend: hours up to two days, days up to three months, weeks up to 14 months, then months."""
    length = period.end - period.start
    if length <= 2 * DAY + HOUR:
        return "hour"
    if length <= 93 * DAY:
        return "day"
    return "week" if length <= 430 * DAY else "month"


def buckets(found: Scene) -> list[tuple[str, Period]]:
    """The buckets of the trend that have begun by the as-of instant, in order."""
    cut = split(found.clock, found.period, found.unit)
    return [(label, bucket) for label, bucket in cut if bucket.start < found.as_of]


def stored(view: ViewState, as_of: Instant, live: bool) -> dict[str, Any]:
    """What the browser keeps for the panels: the view without an open event, and the instant that they share."""
    return {"search": to_search(view.opened(None)), "as_of": as_of, "live": live}


def restored(data: Mapping[str, Any], now: Instant) -> tuple[ViewState, Instant, bool]:
    """The view, as-of instant and liveness of `stored` data; read like any other input, for a browser sent it."""
    as_of = data.get("as_of")
    known = isinstance(as_of, int) and not isinstance(as_of, bool)
    at = max(0, min(int(as_of), now)) if known and as_of is not None else now
    return parse(str(data.get("search", ""))).view, at, data.get("live") is True


def version_token(version: int, now: Instant) -> str:
    """Changes with every commit, and every five minutes, for deadlines pass and midnight comes without a commit."""
    return f"{version}.{now // (5 * MINUTE)}"


def _with_as_of(view: ViewState, text: str) -> tuple[ViewState, bool]:
    if text == "now":
        return replace(view, live=True), True
    try:
        at = parse_instant(text.replace(" ", "+"))
    except ValueError:
        return view, False
    return (replace(view, as_of=at), True) if at > 0 else (view, False)

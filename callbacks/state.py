"""The one view state of every page: what the address says, and what that means for a loaded city.

Everything here is pure. Bad input never raises: it falls back, and `problems` says in words what was not understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

import pandas as pd

from callbacks.reads import City, Part
from data.answers import Question
from data.clocks import DAY, HOUR, MINUTE, Instant, ZoneClock, iso, parse_instant
from data.grids import Grid, Tree
from data.indicators import INDICATORS
from data.periods import PERIOD_KEYS, Period, Unit, days, named, split
from data.queries.filters import BYS, OVERDUES, PLAIN_FILTER, RATINGS, SORTS, STATES, Filter
from data.tokens import LONGEST
from data.words import word

DEFAULT_PERIOD: Final = "last_30_days"
DEFAULT_INDICATOR: Final = "handling_timeliness"
LISTINGS: Final = ("overdue", "open", "newest")
LAYERS: Final = ("areas", "dedicated", "overdue", "newest", "heat")
THEMES: Final = ("light", "dark")
ORDERS: Final = ("best", "worst", "change", "name")
PREVIOUS: Final = "previous"
STALE_AFTER: Final = 2 * DAY
MAX_RANGE_DAYS: Final = 3 * 366


@dataclass(frozen=True)
class ViewState:
    """What a viewer chose. `scope` "" is the whole city; `first` and `last` (both included) replace the named period.

    `as_of` None is the present, or, when nothing has been reported for two days, the end of the data; `live` insists on
    the present. `level` "" follows the zoom of the map; `channel` and `category` "" are all of them, and a category may
    be a large one (大类). `order` sorts a ranking by the indicator in view.

    `other` and `other_period` (or its dates) are the second side of a comparison: "" is the grid of the first, and
    "" the period of the first, or the one before it where the grid is the same.
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
    level: str = ""
    channel: str = ""
    category: str = ""
    layers: tuple[str, ...] = ()
    theme: str = THEMES[0]
    wanted: Filter = PLAIN_FILTER
    order: str = ORDERS[0]
    other: str = ""
    other_period: str = ""
    other_first: date | None = None
    other_last: date | None = None

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

    def at_level(self, level: str) -> ViewState:
        """The same view with a map of another level; "" follows the zoom."""
        return replace(self, level=level, event=None)

    def by_channel(self, channel: str) -> ViewState:
        """The same view of the events of one channel; "" takes all."""
        return replace(self, channel=channel, event=None)

    def by_category(self, category: str) -> ViewState:
        """The same view of the events of one category, small or large; "" takes all."""
        return replace(self, category=category, event=None)

    def with_layer(self, layer: str, on: bool) -> ViewState:
        """The same view with a layer of the map, or without it."""
        chosen = {*self.layers, layer} if on else {*self.layers} - {layer}
        return replace(self, layers=tuple(one for one in LAYERS if one in chosen), event=None)

    def themed(self, theme: str) -> ViewState:
        """The same view in another theme."""
        return replace(self, theme=theme)

    def ordered(self, order: str) -> ViewState:
        """The same view with a ranking in another order."""
        return replace(self, order=order, event=None)

    def beside(self, other: str) -> ViewState:
        """The same view compared with another grid; "" is its own."""
        return replace(self, other=other, event=None)

    def beside_during(self, period: str) -> ViewState:
        """The same view compared with a named period, or PREVIOUS; "" is its own or the one before."""
        return replace(self, other_period=period, other_first=None, other_last=None, event=None)

    def exchanged(self) -> ViewState:
        """The same comparison with its grids the other way round; only where they differ."""
        return replace(self, scope=self.other, other=self.scope, event=None)

    def alone(self) -> ViewState:
        """The same view without what it is compared with."""
        return replace(self, other="", other_period="", other_first=None, other_last=None)

    def wanting(self, **changes: Any) -> ViewState:
        """The same view with other filters of the list of all events (fields of `Filter`)."""
        return replace(self, wanted=replace(self.wanted, **changes), event=None)

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
    categories: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None

    @property
    def question(self) -> Question:
        """What the panels ask."""
        return Question(
            self.grid.code, self.period, self.as_of, self.categories, self.channels, live=self.live
        )


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
    view = replace(
        view,
        level=given.get("level", ""),
        channel=given.get("channel", ""),
        category=given.get("category", ""),
    )
    if (layers := given.get("layers")) is not None:
        wanted = layers.split(",")
        view = replace(view, layers=tuple(layer for layer in LAYERS if layer in wanted))
        if set(wanted) - set(LAYERS):
            refused("layers")
    if (theme := given.get("theme")) is not None:
        if theme in THEMES:
            view = replace(view, theme=theme)
        else:
            refused("theme")
    if (order := given.get("order")) is not None:
        if order in ORDERS:
            view = replace(view, order=order)
        else:
            refused("order")
    view = replace(view, other=given.get("with", ""))
    if (period := given.get("with_period")) is not None:
        if period in (*PERIOD_KEYS, PREVIOUS):
            view = replace(view, other_period=period)
        else:
            refused("with_period")
    if "with_from" in given or "with_to" in given:
        first, last, told = dates(given.get("with_from"), given.get("with_to"))
        view = replace(view, other_first=first, other_last=last)
        problems.extend(told)
    asked, foreign = _filter_of(given)
    view = replace(view, wanted=asked)
    for name in foreign:
        refused(name)
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
    start, end, told = dates(first, last)
    return Parsed(view if told else replace(view, first=start, last=end), told)


def dates(first: str | None, last: str | None) -> tuple[date | None, date | None, tuple[str, ...]]:
    """Two ISO dates as dates; where they are no range None twice, and what is wrong."""
    try:
        start, end = date.fromisoformat(first or ""), date.fromisoformat(last or "")
    except ValueError:
        return None, None, (word("problem.range_missing"),)
    if end < start:
        return None, None, (word("problem.range_order").format(first=start, last=end),)
    if not 2000 <= start.year <= end.year < 2060:
        return None, None, (word("problem.range_years"),)
    if (end - start).days >= MAX_RANGE_DAYS:
        return None, None, (word("problem.range_long").format(days=MAX_RANGE_DAYS),)
    return start, end, ()


def with_more(search: str, more: Iterable[tuple[str, str]]) -> str:
    """A query string of `to_search` with further names and values behind it; what is empty is left out."""
    pairs = [(name, value) for name, value in more if value]
    if not pairs:
        return search
    return search + ("&" if search != "?" else "") + urlencode(pairs, quote_via=quote)


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
    if view.level:
        pairs.append(("level", view.level))
    if view.channel:
        pairs.append(("channel", view.channel))
    if view.category:
        pairs.append(("category", view.category))
    if view.layers:
        pairs.append(("layers", ",".join(view.layers)))
    if view.listing != LISTINGS[0]:
        pairs.append(("list", view.listing))
    if view.order != ORDERS[0]:
        pairs.append(("order", view.order))
    if view.other:
        pairs.append(("with", view.other))
    if view.other_first is not None and view.other_last is not None:
        pairs += [("with_from", view.other_first.isoformat()), ("with_to", view.other_last.isoformat())]
    elif view.other_period:
        pairs.append(("with_period", view.other_period))
    pairs += _filter_pairs(view.wanted)
    if view.as_of is not None:
        pairs.append(("as_of", iso(view.as_of)))
    elif view.live:
        pairs.append(("as_of", "now"))
    if view.theme != THEMES[0]:
        pairs.append(("theme", view.theme))
    if view.event is not None:
        pairs.append(("event", str(view.event)))
    return "?" + urlencode(pairs, quote_via=quote, safe=":,")


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
    view: ViewState, tree: Tree, clock: ZoneClock, as_of: Instant, live: bool, city: City | None = None
) -> tuple[Scene, tuple[str, ...]]:
    """The view in a city as of an instant, and what could not be followed.

    An unknown grid gives the whole city, an unknown channel or category all of them.
    """
    problems: tuple[str, ...] = ()
    grid = tree.root
    if view.scope and view.scope in tree:
        grid = tree.get(view.scope)
    elif view.scope:
        beyond = "problem.beyond" if tree.bounded else "problem.scope"
        problems = (word(beyond).format(value=view.scope[:40], city=tree.root.name),)
        view = replace(view, scope="")
    channels = matching(city.channels if city else (), view.channel)
    categories = matching(city.categories if city else (), view.category)
    if view.channel and channels is None:
        problems += (word("problem.value").format(name="channel", value=view.channel[:40]),)
        view = replace(view, channel="")
    if view.category and categories is None:
        problems += (word("problem.value").format(name="category", value=view.category[:40]),)
        view = replace(view, category="")
    if view.first is not None and view.last is not None:
        period = days(clock, view.first, view.last + timedelta(days=1))
    else:
        period = named(clock, as_of, view.period)
    found = Scene(view, grid, clock, period, as_of, live, unit_of(period), categories, channels)
    return found, problems


def matching(parts: Sequence[Part], code: str) -> tuple[str, ...] | None:
    """The codes of the channel or category `code`, or of all categories below the large one; None for none or ""."""
    found = tuple(part.code for part in parts if part.code == code)
    return found or tuple(part.code for part in parts if code and part.top_code == code) or None


def relevelled(found: Scene, level: str) -> Scene:
    """The scene with another level of the map, which no figure depends on."""
    return replace(found, view=found.view.at_level(level))


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


_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "by": BYS,
    "state": STATES,
    "overdue": OVERDUES,
    "rating": RATINGS,
}
"""The filters of the list of all events that are choices, as the address names them."""


def _filter_of(given: Mapping[str, str]) -> tuple[Filter, list[str]]:
    """What the address asks of the list of all events, and the parameters that were not understood."""
    chosen: dict[str, Any] = {}
    foreign = []
    for name, known in _CHOICES.items():
        if name in given and given[name] in known:
            chosen[name] = given[name]
        elif name in given:
            foreign.append(name)
    if "sort" in given:
        order = given["sort"].lstrip("-")
        if order in SORTS:
            chosen |= {"sort": order, "descending": given["sort"].startswith("-")}
        else:
            foreign.append("sort")
    if "q" in given:
        chosen["text"] = given["q"][:LONGEST]
    return Filter(**chosen), foreign


def _filter_pairs(wanted: Filter) -> list[tuple[str, str]]:
    plain = PLAIN_FILTER
    pairs = [
        (name, str(getattr(wanted, name)))
        for name in _CHOICES
        if getattr(wanted, name) != getattr(plain, name)
    ]
    if wanted.text:
        pairs.append(("q", wanted.text))
    if (wanted.sort, wanted.descending) != (plain.sort, plain.descending):
        pairs.append(("sort", ("-" if wanted.descending else "") + wanted.sort))
    return pairs

"""What the wall's panels are made of: figures and events as plain values, without words, gathered part by part.

A part is asked anew when `seconds` have passed; parts of 0 seconds with every change of the store. Equal facts compare
equal, so whoever keeps them knows whether anything is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from callbacks.reads import City
from callbacks.state import matching
from callbacks.wall.reads import WallReads
from data.answers import Question
from data.assessment.keeping import Board
from data.clocks import DAY, HOUR, MINUTE, Instant, ZoneClock, date_of
from data.grids import Tree
from data.indicators import FOUR_RATES, OVERDUE_OPEN, Figure
from data.periods import Period, days, named, previous, split, today
from data.queries.filters import Filter
from data.queries.people import People
from data.tasks.listing import Task
from data.wallplan import SceneKind, WallConfig

COUNTS: Final = ("received", "accepted", "closed")
MOVED_WITHIN: Final = DAY
MOVED_ROWS: Final = 20
SOON: Final = 2 * HOUR
HOT_ROWS: Final = 10
_OPEN: Final = Filter(by="reported", state="open", sort="due", descending=False)
SEVEN_DAYS: Final = 7
DEDICATED: Final = "dedicated"
"""The key under which dedicated grids are counted, whatever their level is called."""

LEAGUE: Final = (*FOUR_RATES, "received")


@dataclass(frozen=True)
class Subject:
    """What a scene is about. `since` and `category` belong to an emergency, `event` and `rule` to a trace."""

    scope: str
    kind: SceneKind = "overview"
    category: str = ""
    since: Instant = 0
    event: int | None = None
    rule: str = ""


@dataclass(frozen=True)
class Asked:
    """A subject at an instant, with all that its parts ask through."""

    wall: WallReads
    city: City
    tree: Tree
    config: WallConfig
    subject: Subject
    now: Instant

    @property
    def clock(self) -> ZoneClock:
        """The city's clock."""
        return ZoneClock.of(self.city.zone)

    @property
    def today(self) -> Question:
        """The question about the local day so far, with all that is committed meanwhile."""
        return Question(self.subject.scope, today(self.clock, self.now), self.now, live=True)

    @property
    def before(self) -> Question:
        """The question about yesterday as of the same moment, as `figures.compare` asks it."""
        period = self.today.period
        earlier = previous(self.clock, period)
        return Question(self.subject.scope, earlier, earlier.start + (self.now - period.start))

    @property
    def categories(self) -> tuple[str, ...] | None:
        """The categories of an emergency; None for all."""
        return matching(self.city.categories, self.subject.category)

    @property
    def depth(self) -> int:
        """Where the grids of the ranking stand: below the scope, and in the scene of the ranking one level deeper."""
        below = self.tree.get(self.subject.scope).depth + 1
        deeper = self.subject.kind == "ranking" and bool(self.tree.level(self.subject.scope, below + 1).codes)
        return below + deeper


@dataclass(frozen=True)
class HourLine:
    """Events received by hour of a day: 24 places, None where the hour is to come or never was, and their sum."""

    values: tuple[int | None, ...]
    total: int


@dataclass(frozen=True)
class Before:
    """Yesterday's figures as of the same moment, and that moment."""

    at: Instant
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class GroupFact:
    """A channel or category: received today, and yesterday by the same moment."""

    code: str
    name: str
    count: int
    before: int


@dataclass(frozen=True)
class BulletinFact:
    """A bulletin that today owes; `state` is that of its newest revision, "" where nobody has begun it."""

    kind: str
    due_at: Instant
    state: str
    issued_at: Instant | None


@dataclass(frozen=True)
class BulletinFacts:
    """Today's bulletins by their hours, and whether anybody makes them at all."""

    owed: tuple[BulletinFact, ...]
    begun: bool


@dataclass(frozen=True)
class RankFact:
    """A grid of a ranking; `rank` is None where it has none."""

    code: str
    name: str
    rank: int | None
    value: float | None
    numerator: int
    denominator: int | None
    few: bool


@dataclass(frozen=True)
class LateFact:
    """An open event past its deadline, or one of a response."""

    id: int
    title: str
    category: str
    grid: str
    status: str
    at: Instant
    due_at: Instant | None


@dataclass(frozen=True)
class SourceFact:
    """A source with the instant of its newest report."""

    name: str
    reported_at: Instant | None


@dataclass(frozen=True)
class TraceFact:
    """An event with its fields and steps; `event` is None where the scope has none of the number."""

    id: int | None
    event: Mapping[str, Any] | None
    steps: tuple[tuple[str, Instant, Instant, str, str], ...] = ()


@dataclass(frozen=True)
class Structure:
    """How many grids of each level lie below a scope, in the order of the tree, and its people."""

    levels: Mapping[str, int]
    people: People


@dataclass(frozen=True)
class Part:
    """One kind of facts: its name, how long it holds, how it is gathered, and for which subjects. What is `apart`
    changes without the store's version, and is asked at each of its turns."""

    name: str
    seconds: int
    gather: Callable[[Asked], Any]
    wanted: Callable[[Subject], bool] = lambda subject: True
    apart: bool = False


def totals(asked: Asked) -> Mapping[str, Figure]:
    """Today's counts and rates."""
    return dict(asked.wall.totals(asked.today, (*COUNTS, *FOUR_RATES)))


def overdue(asked: Asked) -> Figure:
    """What is overdue and open now."""
    return asked.wall.totals(asked.today, (OVERDUE_OPEN,))[OVERDUE_OPEN]


def before(asked: Asked) -> Before:
    """Yesterday as of the same moment."""
    question = asked.before
    keys = (*COUNTS, *FOUR_RATES, OVERDUE_OPEN)
    return Before(question.as_of, dict(asked.wall.totals(question, keys)))


def hours(asked: Asked) -> HourLine:
    """Today's curve."""
    return _line(asked, asked.today.period, asked.now)


def lines(asked: Asked) -> tuple[HourLine, HourLine]:
    """The curves of yesterday and of the same weekday last week, whole days."""
    day = asked.clock.day_number(asked.now)
    yesterday, week = (
        _line(asked, days(asked.clock, date_of(day - back), date_of(day - back + 1)), asked.now)
        for back in (1, SEVEN_DAYS)
    )
    return yesterday, week


def _line(asked: Asked, period: Period, now: Instant) -> HourLine:
    """A repeated hour of an autumn change-over is added to its twin; a skipped one has no value."""
    question = Question(asked.subject.scope, period, now, live=True)
    frame = asked.wall.reads.by_time(question, "hour", ("received",))
    frame = frame[frame["key"] == "received"]
    counts = dict(zip(frame["group"].tolist(), frame["numerator"].tolist(), strict=True))
    values: list[int | None] = [None] * 24
    for label, hour in split(asked.clock, period, "hour"):
        if hour.start <= now:
            place = int(label[11:13])
            values[place] = (values[place] or 0) + int(counts.get(label, 0))
    return HourLine(tuple(values), sum(value for value in values if value is not None))


def moved(asked: Asked) -> Any:
    """The newest events and closings; those of the category in an emergency."""
    latest = asked.now + MINUTE
    question = replace(
        asked.today, period=Period(asked.now - MOVED_WITHIN, latest), categories=asked.categories
    )
    return asked.wall.moved(question, MOVED_ROWS)


def sources(asked: Asked) -> tuple[SourceFact, ...]:
    """Every source in the order of their names."""
    frame = asked.wall.reads.freshness()
    return tuple(
        SourceFact(str(name), None if pd.isna(at) else int(at))
        for name, at in zip(frame["source"], frame["last_reported_at"], strict=True)
    )


def channels(asked: Asked) -> tuple[GroupFact, ...]:
    """Every channel, the most received first."""
    return _groups(asked, asked.wall.reads.by_channel)


def categories(asked: Asked) -> tuple[GroupFact, ...]:
    """Every small category, the most received first."""
    return _groups(asked, asked.wall.reads.by_category)


def _groups(asked: Asked, read: Callable[..., pd.DataFrame]) -> tuple[GroupFact, ...]:
    now, then = (_received(read(question, ("received",))) for question in (asked.today, asked.before))
    made = [GroupFact(code, name, count, then.get(code, ("", 0))[1]) for code, (name, count) in now.items()]
    return tuple(sorted((one for one in made if one.count or one.before), key=lambda one: -one.count))


def _received(frame: pd.DataFrame) -> dict[str, tuple[str, int]]:
    frame = frame[frame["key"] == "received"]
    columns = (frame[name].tolist() for name in ("group", "name", "numerator"))
    return {code: (name, int(count)) for code, name, count in zip(*columns, strict=True)}


def ranking(asked: Asked) -> tuple[RankFact, ...]:
    """The grids of the ranking, best first, those with too few events last."""
    frame = asked.wall.rank(_ranked_question(asked), asked.config.ranking, asked.depth)
    return tuple(
        RankFact(
            str(row["code"]),
            str(row["name"]),
            None if pd.isna(row["rank"]) else int(row["rank"]),
            None if pd.isna(row["value"]) else float(row["value"]),
            int(row["numerator"]),
            None if pd.isna(row["denominator"]) else int(row["denominator"]),
            bool(row["too_few"]),
        )
        for row in frame.to_dict("records")
    )


def league(asked: Asked) -> Mapping[str, Mapping[str, Figure]]:
    """The rates of every grid below the scope, by its code."""
    frame = asked.wall.reads.by_grid(_ranked_question(asked), LEAGUE)
    found: dict[str, dict[str, Figure]] = {}
    for row in frame[~frame["own"].astype(bool)].to_dict("records"):
        found.setdefault(str(row["group"]), {})[str(row["key"])] = Figure(
            str(row["key"]),
            None if pd.isna(row["value"]) else float(row["value"]),
            int(row["numerator"]),
            None if pd.isna(row["denominator"]) else int(row["denominator"]),
        )
    return found


def assessed(asked: Asked) -> Board | None:
    """The scores of the grids below the scope in the last month that was frozen."""
    scope = asked.subject.scope
    return asked.wall.assessed(scope, asked.tree.get(scope).depth + 1, asked.now)


def _ranked_question(asked: Asked) -> Question:
    period = named(asked.clock, asked.now, asked.config.ranking_period)
    return Question(asked.subject.scope, period, asked.now, live=True)


def late(asked: Asked) -> tuple[LateFact, ...]:
    """The longest overdue of the open events."""
    return _listed(asked, replace(asked.today, categories=asked.categories), "overdue")


def _listed(asked: Asked, question: Question, kind: str) -> tuple[LateFact, ...]:
    return _late(asked.wall.reads.events(question, kind, HOT_ROWS, None).rows)


def _late(rows: pd.DataFrame) -> tuple[LateFact, ...]:
    return tuple(
        LateFact(
            int(row["id"]),
            str(row["title"] or row["category_name"]),
            str(row["category_name"]),
            str(row["grid_name"]),
            str(row["status"]),
            int(row["reported_at"]),
            None if pd.isna(row["handle_due_at"]) else int(row["handle_due_at"]),
        )
        for row in rows.to_dict("records")
    )


def soon(asked: Asked) -> Any:
    """What will be overdue within two hours."""
    return asked.wall.due_soon(asked.today, asked.now + SOON, HOT_ROWS)


def whistles(asked: Asked) -> Any:
    """Calls that nobody has answered."""
    return asked.wall.unanswered(asked.today, HOT_ROWS)


def warnings(asked: Asked) -> Any:
    """The hot warnings that stand."""
    return asked.wall.warnings(asked.subject.scope, HOT_ROWS)


def looked(asked: Asked) -> Any:
    """When the city was looked at last."""
    return asked.wall.looks(asked.now)


def structure(asked: Asked) -> Structure:
    """The grids of the scope by level, and its staff and organisations."""
    scope = asked.tree.get(asked.subject.scope)
    below = (grid for grid in asked.tree if scope.id < grid.id <= scope.last_id)
    levels = Counter(grid.level if grid.kind is None else DEDICATED for grid in below)
    return Structure(dict(levels), asked.wall.people(scope.code))


def bulletins(asked: Asked) -> BulletinFacts:
    """What today owes the scope of the wall, whatever its scene is about."""
    found = tuple(
        BulletinFact(
            one.kind,
            one.due_at,
            "" if one.edition is None else one.edition.state,
            None if one.edition is None else one.edition.issued_at,
        )
        for one in asked.wall.bulletins(asked.now)
    )
    return BulletinFacts(found, asked.wall.begun())


def trace(asked: Asked) -> TraceFact:
    """The event of a trace: the one that is pinned, or the first of the list that the rotation names."""
    number = asked.subject.event
    if number is None:
        kind = "newest" if asked.subject.rule == "newest" else "overdue"
        rows = _listed(asked, asked.today, kind)
        if not rows:
            return TraceFact(None, None)
        number = rows[0].id
    found = asked.wall.reads.trace(asked.subject.scope, number, asked.now)
    if found is None:
        return TraceFact(number, None)
    steps = tuple(
        (
            str(row["kind"]),
            int(row["at"]),
            int(row["recorded_at"]),
            str(row["actor"] or ""),
            str(row["note"] or ""),
        )
        for row in found.steps.to_dict("records")
    )
    event = {name: None if _missing(value) else value for name, value in found.event.items()}
    return TraceFact(number, event, steps)


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value != value


def response(asked: Asked) -> Mapping[str, Figure]:
    """The figures of an emergency since its start."""
    keys = ("received", "closed", "completion", OVERDUE_OPEN)
    return dict(asked.wall.totals(_response_question(asked), keys))


def tasks(asked: Asked) -> tuple[LateFact, ...]:
    """What came since the start of an emergency and is open, what is due first before the rest."""
    return _late(asked.wall.reads.found(_response_question(asked), _OPEN, HOT_ROWS, None).rows)


def units(asked: Asked) -> Any:
    """Who works on an emergency."""
    return asked.wall.units(_response_question(asked), asked.subject.since)


def commands(asked: Asked) -> tuple[Task, ...]:
    """What grids were told to do since the start of an emergency, less what was taken back: what is overdue first, then
    what is open, and within each what is due first."""
    told = asked.wall.commands(asked.subject.scope, asked.subject.since, asked.now)
    stands = [task for task in told if task.withdrawn_at is None]
    return tuple(sorted(stands, key=lambda one: (not one.is_overdue, not one.is_open, one.due_at, one.id)))


def _response_question(asked: Asked) -> Question:
    start = asked.subject.since
    period = Period(start, max(start, asked.now) + MINUTE)
    return Question(asked.subject.scope, period, asked.now, asked.categories, live=True)


def _in(*kinds: SceneKind) -> Callable[[Subject], bool]:
    return lambda subject: subject.kind in kinds


PARTS: Final = (
    Part("totals", 0, totals),
    Part("hours", 0, hours),
    Part("moved", 0, moved),
    Part("sources", 0, sources),
    Part("response", 0, response, _in("emergency")),
    Part("tasks", 2, tasks, _in("emergency")),
    Part("commands", 5, commands, _in("emergency")),
    Part("overdue", 1, overdue),
    Part("bulletins", 1, bulletins, apart=True),
    Part("trace", 2, trace, _in("trace")),
    Part("channels", 3, channels),
    Part("units", 3, units, _in("emergency")),
    Part("late", 5, late),
    Part("soon", 5, soon),
    Part("categories", 5, categories),
    Part("ranking", 5, ranking),
    Part("league", 10, league, _in("ranking")),
    Part("assessed", 60, assessed, _in("ranking")),
    Part("before", 20, before),
    Part("whistles", 30, whistles),
    Part("warnings", 30, warnings),
    Part("looked", 30, looked),
    Part("lines", 60, lines),
    Part("structure", 3600, structure),
)
"""Every part, the fast ones first."""

"""What a bulletin says, as figures without words: each block with the query that made it, and all of it as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final, Literal, TypeAlias

from data.clocks import Instant, ZoneClock
from data.indicators import Figure
from data.periods import Period

Kind: TypeAlias = Literal["morning", "evening", "month"]

CONTENT_VERSION: Final = 1
"""The shape of the JSON; a reader of old editions goes by it."""


@dataclass(frozen=True)
class Query:
    """What made a block: the grid and all below it, the period, the as-of instant, what it is grouped by, and for
    groups by grid the depth at which they stand."""

    scope: str
    period: Period
    as_of: Instant
    by: str = "nothing"
    depth: int | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Totals:
    """The figures of the whole scope."""

    query: Query
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class GridRow:
    """The figures of a grid; `own` marks the events of the scope that lie on none of the grids below."""

    code: str
    name: str
    own: bool
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Grids:
    """Every grid of a level within the scope, in the order of the tree, then the scope's own where it has any: the rows
    sum to the scope. `above` names the grid directly above each, by code, where the level is not the next."""

    query: Query
    level: str
    rows: tuple[GridRow, ...]
    above: Mapping[str, str]


@dataclass(frozen=True)
class Share:
    """A channel or category: received, and received in the period that it is compared with."""

    code: str
    name: str
    count: int
    before: int


@dataclass(frozen=True)
class Shares:
    """Every channel or category that received anything in either period, the most first; the sums are those of the
    scope."""

    query: Query
    before: Query
    total: int
    before_total: int
    rows: tuple[Share, ...]


@dataclass(frozen=True)
class OverdueItem:
    """An event that is overdue and open; its title is masked."""

    key: str
    title: str
    category: str
    grid: str
    unit: str
    due_at: Instant
    overdue_minutes: float


@dataclass(frozen=True)
class OverdueUnit:
    """A unit ("" where none is named), how many overdue events it holds, and for how long the longest is overdue."""

    name: str
    count: int
    longest_minutes: float


@dataclass(frozen=True)
class Overdue:
    """What is overdue and open at the as-of instant: how many, the longest overdue of them, and every unit that holds
    any, the most first; the units sum to the total."""

    query: Query
    total: int
    items: tuple[OverdueItem, ...]
    units: tuple[OverdueUnit, ...]


@dataclass(frozen=True)
class Rise:
    """A category or grid that received more than before: the count, and the counts that it is measured by."""

    code: str
    name: str
    count: int
    earlier: tuple[int, ...]

    @property
    def average(self) -> float:
        """What it received before, on average."""
        return sum(self.earlier) / len(self.earlier)

    @property
    def rise(self) -> float:
        """How much more it is than that."""
        return self.count - self.average


@dataclass(frozen=True)
class Hot:
    """The categories and the grids of a level with the largest rise, the largest first."""

    query: Query
    earlier: tuple[Query, ...]
    level: str
    categories: tuple[Rise, ...]
    grids: tuple[Rise, ...]


@dataclass(frozen=True)
class Source:
    """A source of events, and the instant of its newest report by the as-of instant."""

    name: str
    last_reported_at: Instant | None


@dataclass(frozen=True)
class Matter:
    """A hot matter that the centre was warned of: what, where, since when, what was observed and expected when the
    warning was opened (None where that is not known), and its state at the bulletin's instant."""

    kind: str
    category: str
    grid: str
    since_at: Instant
    observed: int | None
    expected: float | None
    state: str


@dataclass(frozen=True)
class Matters:
    """The matters that stand or were opened in the period, the largest of each kind first; not `watched`: nobody
    looked in it. `opened` counts those of the period."""

    watched: bool
    opened: int
    standing: int
    by_kind: Mapping[str, int]
    rows: tuple[Matter, ...]


@dataclass(frozen=True)
class TaskTally:
    """Tasks of a kind: how many were issued in the period; of grids, how many were due in it, and done on time."""

    kind: str
    issued: int
    due: int
    on_time: int


@dataclass(frozen=True)
class LateTask:
    """A task that is open past its due time, and the names of the grids that have not done it."""

    kind: str
    title: str
    due_at: Instant
    grids: tuple[str, ...]


@dataclass(frozen=True)
class DutyRow:
    """A centre that missed some of the shifts that it owed, or signed in too late."""

    code: str
    name: str
    missed: int
    owed: int


@dataclass(frozen=True)
class Temporary:
    """Temporary matters, commands and duty. `recorded`: the scope was ever given a task; `on_duty`: the city keeps
    duty. `late` are open past their due time, the most urgent first; `missed` sum to what was owed and not signed."""

    query: Query
    recorded: bool
    tallies: tuple[TaskTally, ...]
    late: tuple[LateTask, ...]
    on_duty: bool
    signed: int
    owed: int
    missed: tuple[DutyRow, ...]


@dataclass(frozen=True)
class Daily:
    """A morning's or an evening's figures: of the period, of the one before, of the month until then and of the same
    days of the month before; each group of grids; channels, categories, overdue and hot matters. A part that the plan
    leaves out is None."""

    current: Totals
    before: Totals
    cumulative: Totals
    cumulative_before: Totals
    groups: tuple[Grids, ...]
    channels: Shares | None
    categories: Shares | None
    overdue: Overdue | None
    hot: Hot | None
    matters: Matters | None = None
    temporary: Temporary | None = None


@dataclass(frozen=True)
class Weight:
    """A dimension of the assessment: the indicator it is measured by, "" where facts and marks of operators do; its
    weight, and the corners (rate, points) of its curve."""

    key: str
    indicator: str
    weight: int
    curve: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 100.0))


@dataclass(frozen=True)
class AssessedPart:
    """One dimension of a grid's score: cases that met what was asked and that were due, those of its peers, the rate
    evened with theirs, the mark that was entered, and the points of 100; None where there are none, for a `reason`."""

    key: str
    weight: int
    met: int
    due: int
    peers_met: int
    peers_due: int
    evened: float | None
    mark: float | None
    points: float | None
    reason: str


@dataclass(frozen=True)
class Assessed:
    """A grid under assessment: its score of 100 with two decimals, None where nothing could be judged; its rank among
    the `ranked` of its group, None where it has none; the score of the month before; how its score is made; and its
    revision, 0 where it is not frozen."""

    code: str
    name: str
    group: str
    score: float | None
    rank: int | None
    ranked: int
    before: float | None
    before_rank: int | None
    parts: tuple[AssessedPart, ...] = ()
    revision: int = 0


@dataclass(frozen=True)
class Assessment:
    """Every grid that is assessed, in the order of the tree; `prior_cases` of the peers are laid beside those of each,
    and an entered mark counts `mark_share` where there are cases too."""

    version: str
    weights: tuple[Weight, ...]
    judged_by: str
    grids: Grids
    before: Grids
    rows: tuple[Assessed, ...]
    prior_cases: int = 10
    minimum_cases: int = 10
    mark_share: float = 0.5


@dataclass(frozen=True)
class Trend:
    """The figures of the scope in each of some months, the oldest first, each as of the same time after its end."""

    months: tuple[str, ...]
    totals: tuple[Totals, ...]


@dataclass(frozen=True)
class Followed:
    """What was hot a month before, and what it received in the three months: before that, then, and now."""

    code: str
    name: str
    counts: tuple[int, int, int]


@dataclass(frozen=True)
class Month:
    """A month's figures. `followed` are the last month's hot categories and grids; `appendix` holds every grid of the
    finest level that is reported."""

    current: Totals
    before: Totals
    groups: tuple[Grids, ...]
    assessment: Assessment | None
    trend: Trend | None
    channels: Shares | None
    categories: Shares | None
    overdue: Overdue | None
    hot: Hot | None
    followed_categories: tuple[Followed, ...]
    followed_grids: tuple[Followed, ...]
    appendix: Grids | None
    matters: Matters | None = None
    temporary: Temporary | None = None


@dataclass(frozen=True)
class Place:
    """The scope: its code, its name, its level, and the names of the grids above it from the city down."""

    code: str
    name: str
    level: str
    depth: int
    above: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """All that a bulletin says, and what it needs to say it: whom it is about, when, by which rules."""

    kind: Kind
    scope: Place
    city: str
    city_code: str
    zone: str
    period: Period
    as_of: Instant
    issuer: str
    addressee: str
    copies: str
    language: Literal["zh", "en"]
    levels: Mapping[str, str]
    below: str
    targets: Mapping[str, float]
    ranked_by: str
    minimum: int
    top: int
    margin: float
    sections: tuple[str, ...]
    unrecorded: tuple[str, ...]
    sources: tuple[Source, ...]
    is_demo: bool
    is_illustrative: bool
    credit: str
    parts: Daily | Month
    version: int = CONTENT_VERSION

    @property
    def clock(self) -> ZoneClock:
        """The city's clock."""
        return ZoneClock.of(self.zone)


def to_json(content: Content) -> dict[str, Any]:
    """The content as JSON. A figure is [numerator, denominator, value] under its key, a period [start, end]."""
    made: dict[str, Any] = _plain(content)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, Figure):
        return [value.numerator, value.denominator, value.value]
    if isinstance(value, Period):
        return [value.start, value.end]
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value

"""What the wall is sent: one type a panel. Texts are ready to be shown, numbers are plain, instants are milliseconds.

`/wall/pulse` answers with a Pulse (200) or an Away (503), `/wall/panels?known=<v>` with an Answer, whose `panels` hold
only those that differ from what the asker knows; null takes a panel away. docs/wall.md says how they are used.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

Milliseconds: TypeAlias = int
Verdict: TypeAlias = Literal["better", "worse", "level", "neutral", "none"]
Mode: TypeAlias = Literal["normal", "emergency"]
SceneKind: TypeAlias = Literal["overview", "grid", "ranking", "hot", "trace", "emergency"]
Band: TypeAlias = Literal["good", "yellow", "red", "few", "none"]
"""How a value stands to its target: met, missed, missed by more than the margin, too few, no data or no target."""


class Pulse(TypedDict):
    """What is polled twice a second. `v` differs when any panel may; `at` is the server's clock."""

    v: str
    at: Milliseconds


class Away(TypedDict):
    """The store cannot be read. `good` is the instant of the last good answer, null when there was none since the
    process began; `age` are the seconds since."""

    error: str
    at: Milliseconds
    good: Milliseconds | None
    age: int | None


class Old(TypedDict):
    """Marks an answer whose figures are not of now: their instant, their age, and why in a sentence."""

    as_of: Milliseconds
    age: int
    why: str


class Scene(TypedDict):
    """What the wall shows now. `until` is when it turns by itself, null while it is held (frozen, pinned, emergency).

    `scope` is the grid that the panels are about: that of the wall, or of the scene. `index` counts from 0 within
    `count` scenes of the rotation; a pinned scene has the index at which the rotation goes on.
    """

    key: str
    kind: SceneKind
    title: str
    scope: str
    scope_name: str
    index: int
    count: int
    since: Milliseconds
    until: Milliseconds | None
    frozen: bool
    pinned: bool
    held: str


class Head(TypedDict):
    """`dates` has the words of today and the seven days to come by ISO date in the zone, so that a clock that has lost
    the server still turns the page at midnight. `marks` are short notes that must stay in sight (demo data)."""

    city: str
    title: str
    scope: str
    scope_name: str
    language: Literal["zh", "en"]
    zone: str
    offset_minutes: int
    dates: dict[str, str]
    mode: Mode
    mode_label: str
    marks: list[str]
    credit: str


class Card(TypedDict):
    """One figure. `number` is what `value` says, null for no data; `n` is "" for a count. `change` is against yesterday
    as of the same moment; `before` is the value then. `met` is null without a target or data."""

    key: str
    label: str
    value: str
    number: float | None
    unit: str
    n: str
    change: str
    verdict: Verdict
    before: str
    target: str
    met: bool | None
    formula: str


class Cards(TypedDict):
    """`counts` are received, accepted, closed and overdue; `rates` the four rates."""

    title: str
    compared: str
    counts: list[Card]
    rates: list[Card]


class MapView(TypedDict):
    """One colouring of the map: the indicator's key and label, the level's key ("" follows the zoom) and name."""

    indicator: str
    label: str
    level: str
    level_name: str


class MapPanel(TypedDict):
    """What the map shows. `search` is the query string for /values and /figures, `points` that for /points (both begin
    with "?"), asked again when `stamp` differs, which is at most every few seconds. `view` is the one of
    `views` shown now, until `until` (null: held by the remote). `layers` are those to draw: "overdue", "newest". `mark`
    is one event to point at: that of a trace, or null. `focus` is the grid to show whole."""

    title: str
    search: str
    points: str
    stamp: str
    focus: str
    view: MapView
    index: int
    views: list[MapView]
    until: Milliseconds | None
    layers: list[str]
    notes: list[str]
    mark: MapMark | None
    formula: str


class MapMark(TypedDict):
    """An event's place."""

    id: int
    lon: float
    lat: float
    label: str


class Line(TypedDict):
    """One line of the curve: a value for each hour of the day, null for what is to come or never was."""

    key: Literal["today", "yesterday", "week"]
    name: str
    values: list[int | None]
    total: str


class Curve(TypedDict):
    """Events received by hour. `labels` are the 24 hours of a day; `now` is the hour that is not over; `most` is the
    largest of all values."""

    title: str
    labels: list[str]
    lines: list[Line]
    now: int
    most: int


class Group(TypedDict):
    """A channel or category today. `share` is of the largest, `share_text` of all."""

    code: str
    name: str
    count: str
    number: int
    share: float
    share_text: str
    change: str
    verdict: Verdict


class Groups(TypedDict):
    """The largest first; `more` tells what was left out, `empty` why there is nothing."""

    title: str
    compared: str
    rows: list[Group]
    more: str
    empty: str


class Ranked(TypedDict):
    """A grid in a ranking; `rank` is "—" where it has none, `share` the length of a bar from 0 to 1."""

    code: str
    rank: str
    name: str
    value: str
    number: float | None
    n: str
    share: float
    band: Band


class Ranking(TypedDict):
    """The grids below the scope, best first. `red` and `yellow` are those that miss the target, the worst first; `few`
    names those with too few events to be ranked; `rules` says in words what makes red and yellow; `more` tells what was
    left out of `rows`, "" for nothing. In the scene "ranking" they are the grids two levels below, if there are any."""

    title: str
    indicator: str
    label: str
    period: str
    target: str
    rules: str
    rows: list[Ranked]
    red: list[Ranked]
    yellow: list[Ranked]
    few: list[str]
    few_text: str
    more: str
    empty: str


class Cell(TypedDict):
    """A value of the league with its n and band."""

    value: str
    n: str
    band: Band


class LeagueRow(TypedDict):
    """A grid with one cell for each column of the league."""

    code: str
    rank: str
    name: str
    cells: list[Cell]


class Column(TypedDict):
    """A column of the league."""

    key: str
    label: str
    target: str


class League(TypedDict):
    """Only in the scene "ranking": every grid below the scope with its rates, in the order of the ranking; the last
    column is the score of the last month that was frozen, where there is one."""

    title: str
    period: str
    columns: list[Column]
    rows: list[LeagueRow]
    empty: str


class HotRow(TypedDict):
    """An event that needs attention. `age` is how long it has been overdue or unanswered."""

    id: int
    title: str
    category: str
    grid: str
    unit: str
    status: str
    age: str
    level: Literal["red", "yellow", "none"]


class HotList(TypedDict):
    """One kind of attention: "overdue" (longest overdue), "soon" (due within two hours), "whistles" (called in, not yet
    answered); "warnings" joins them while hot warnings stand, whose `id` is their own, and where nobody has looked for
    any in time (`late`). `total` in words with its unit; `empty` is shown instead of rows."""

    key: Literal["overdue", "soon", "whistles", "warnings"]
    title: str
    total: str
    number: int
    rows: list[HotRow]
    empty: str
    late: bool


class Hot(TypedDict):
    """Hot events and warnings; `note` says when was looked for these last, `late` whether that is too long ago."""

    title: str
    note: str
    late: bool
    lists: list[HotList]


class Tick(TypedDict):
    """An event as it came or closed; `key` is unique among all ticks, `at` and `time` say when."""

    key: str
    id: int
    kind: Literal["reported", "closed"]
    kind_label: str
    at: Milliseconds
    time: str
    title: str
    category: str
    channel: str
    grid: str


class Ticker(TypedDict):
    """The newest first."""

    title: str
    rows: list[Tick]
    empty: str


class Count(TypedDict):
    """A name and how many."""

    key: str
    label: str
    count: str
    number: int


class Structure(TypedDict):
    """The grids of the scope by level, who works in them, and their organisations; `people` is the sum of `staff`."""

    title: str
    levels: list[Count]
    staff: list[Count]
    organisations: list[Count]
    people: str
    people_label: str


class Bulletin(TypedDict):
    """One bulletin that today owes. `state` "waiting": its hour is to come; "due": it has come and nobody has begun;
    then as the edition stands, "draft" and "approved" where it needs approval."""

    kind: Literal["morning", "evening", "month"]
    name: str
    due: str
    state: Literal["waiting", "due", "making", "failed", "draft", "approved", "issued"]
    state_label: str


class Bulletins(TypedDict):
    """The state of today's bulletins."""

    title: str
    rows: list[Bulletin]
    note: str


class Source(TypedDict):
    """A source of events. `at` is that of its newest report, null when there was none; `stale` when it has been silent
    for longer than it should be."""

    name: str
    newest: str
    age: str
    at: Milliseconds | None
    stale: bool


class Sources(TypedDict):
    """Freshness of each source; `silent` is a sentence when all are stale, else ""."""

    title: str
    rows: list[Source]
    silent: str
    empty: str


class Fact(TypedDict):
    """A field of an event."""

    label: str
    value: str


class Step(TypedDict):
    """A step of an event's trace."""

    kind: str
    name: str
    time: str
    actor: str
    note: str
    late: str


class Trace(TypedDict):
    """Only in the scene "trace". `missing` is a sentence when there is no such event in the scope, else ""."""

    id: int
    key: str
    title: str
    status: str
    why: str
    overdue: str
    facts: list[Fact]
    steps: list[Step]
    missing: str


class Unit(TypedDict):
    """A unit that works on the response: how many of its tasks are open, and closed since the start."""

    name: str
    open: str
    closed: str


class Command(TypedDict):
    """What grids were told to do: how many have done it, of how many, and until when. `level` is "red" when it is
    overdue, "met" when all have done it."""

    id: int
    title: str
    done: str
    due: str
    level: Literal["red", "met", "none"]


class Emergency(TypedDict):
    """Only in emergency mode: the response in a scope and category; `started` is for the running clock."""

    title: str
    reason: str
    scope: str
    scope_name: str
    category: str
    category_name: str
    started: Milliseconds
    started_text: str
    by: str
    counts: list[Count]
    completion: str
    completion_n: str
    units: list[Unit]
    units_more: str
    commands: list[Command]
    commands_more: str
    tasks: list[HotRow]
    empty: str


class Panels(TypedDict, total=False):
    """Every panel by its name. A full answer holds all of them; `league`, `trace` and `emergency` are null outside
    their scene."""

    head: Head
    cards: Cards
    map: MapPanel
    curve: Curve
    channels: Groups
    categories: Groups
    ranking: Ranking
    league: League | None
    hot: Hot
    ticker: Ticker
    structure: Structure
    bulletins: Bulletins
    sources: Sources
    trace: Trace | None
    emergency: Emergency | None


class Answer(TypedDict):
    """What a wall draws. `boot` differs after the server was started again, `build` only when the program or its assets
    are others: then the page loads itself anew. `as_of` is the instant of the figures; `old` marks them when they are
    not of now. `notice` is a sentence in place of everything when there is no city (`panels` is empty then)."""

    v: str
    boot: str
    build: str
    at: Milliseconds
    as_of: Milliseconds
    old: Old | None
    notice: str
    mode: Mode
    scene: Scene | None
    panels: Panels

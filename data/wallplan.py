"""What a wall shows when: the scenes of a city, what an operator has changed, and which scene that makes of an instant.

Everything here is pure. Two walls that know the same control state show the same scene at the same instant, without
talking to each other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from data.clocks import SECOND, Instant
from data.grids import Tree
from data.indicators import INDICATORS
from data.periods import PERIOD_KEYS

SceneKind: TypeAlias = Literal["overview", "grid", "ranking", "hot", "trace", "emergency"]
RuleKind: TypeAlias = Literal["overview", "grids", "grid", "ranking", "hot", "trace"]
EventRule: TypeAlias = Literal["longest_overdue", "newest"]

SHORTEST_SECONDS, LONGEST_SECONDS = 5, 3600
"""A scene that turns faster cannot be read; one that stays longer can be held by hand."""

CHANGES_KEPT: Final = 12
"""How many changes a remote shows."""

_TEXT_LENGTH = 80


@dataclass(frozen=True)
class Rule:
    """One line of the rotation: "grids" is every grid directly below the scope in turn, "grid" one of them by its code;
    `event` says which event a trace follows."""

    kind: RuleKind
    seconds: int
    scope: str = ""
    event: EventRule = "longest_overdue"


@dataclass(frozen=True)
class MapRule:
    """One colouring of the map: an indicator, and how many levels below the scene's scope the grids stand."""

    indicator: str
    below: int


@dataclass(frozen=True)
class WallConfig:
    """How a city's walls are set up; the defaults hold where its city.toml says nothing."""

    scenes: tuple[Rule, ...] = (
        Rule("overview", 60),
        Rule("grids", 20),
        Rule("ranking", 40),
        Rule("hot", 30),
        Rule("trace", 30),
    )
    maps: tuple[MapRule, ...] = (
        MapRule("handling_timeliness", 1),
        MapRule("received", 2),
        MapRule("overdue_open", 2),
    )
    map_seconds: int = 20
    ranking: str = "handling_timeliness"
    ranking_period: str = "last_7_days"
    yellow_margin: float = 0.05
    silent_minutes: int = 60


def config_of(table: Mapping[str, Any]) -> WallConfig:
    """The [wall] of a city.toml that `faults` finds nothing wrong with."""
    given = {key: value for key, value in table.items() if key not in ("scenes", "maps")}
    if "scenes" in table:
        given["scenes"] = tuple(Rule(**scene) for scene in table["scenes"])
    if "maps" in table:
        given["maps"] = tuple(MapRule(**view) for view in table["maps"])
    return WallConfig(**given)


def faults(table: Mapping[str, Any], grids: frozenset[str] | set[str]) -> list[str]:
    """A sentence for everything in a [wall] that cannot be used; `grids` are the codes of the city."""
    found: list[str] = []

    def whole(where: str, value: object, low: int, high: int) -> None:
        if type(value) is not int or not low <= value <= high:
            found.append(f"{where} must be a whole number from {low} to {high}; found {value!r}")

    def one_of(where: str, value: object, known: Sequence[str]) -> None:
        if value not in known:
            found.append(f"{where} must be one of {', '.join(known)}; found {value!r}")

    def keys(where: str, row: object, needed: set[str], further: set[str]) -> bool:
        if not isinstance(row, Mapping):
            found.append(f"{where} must be a table of keys and values; found {row!r}")
            return False
        for key in sorted(needed - set(row)):
            found.append(f"{where} has no {key}; add one")
        for key in sorted(set(row) - needed - further):
            found.append(
                f'{where}: "{key}" means nothing here; expected {", ".join(sorted(needed | further))}'
            )
        return needed <= set(row)

    known = set(WallConfig.__dataclass_fields__)
    keys("[wall]", table, set(), known)
    for name, low, high in (
        ("map_seconds", SHORTEST_SECONDS, LONGEST_SECONDS),
        ("silent_minutes", 1, 10_080),
    ):
        if name in table:
            whole(f"[wall] {name}", table[name], low, high)
    if "ranking" in table:
        one_of("[wall] ranking", table["ranking"], tuple(INDICATORS))
    if "ranking_period" in table:
        one_of("[wall] ranking_period", table["ranking_period"], PERIOD_KEYS)
    margin = table.get("yellow_margin", 0)
    if isinstance(margin, bool) or not isinstance(margin, int | float) or not 0 <= margin <= 1:
        found.append(f"[wall] yellow_margin must be a share between 0 and 1; found {margin!r}")
    for name in ("scenes", "maps"):
        if name in table and (not isinstance(table[name], list) or not table[name]):
            found.append(
                f"[wall] {name} must be [[wall.{name}]], once or more; leave it out for the defaults"
            )
    for number, row in enumerate(_rows(table, "scenes"), 1):
        where = f"[[wall.scenes]] number {number}"
        if not keys(where, row, {"kind", "seconds"}, {"scope", "event"}):
            continue
        one_of(f"{where}: kind", row["kind"], get_args(RuleKind))
        whole(f"{where}: seconds", row["seconds"], SHORTEST_SECONDS, LONGEST_SECONDS)
        if row["kind"] == "grid" and row.get("scope") not in grids:
            found.append(f"{where}: scope must be the code of a grid of the city; found {row.get('scope')!r}")
        if "scope" in row and row["kind"] != "grid":
            found.append(f'{where}: scope belongs to kind = "grid" alone; take it out')
        if "event" in row:
            one_of(f"{where}: event", row["event"], get_args(EventRule))
    for number, row in enumerate(_rows(table, "maps"), 1):
        where = f"[[wall.maps]] number {number}"
        if keys(where, row, {"indicator", "below"}, set()):
            one_of(f"{where}: indicator", row["indicator"], tuple(INDICATORS))
            whole(f"{where}: below", row["below"], 1, 4)
    return found


def _rows(table: Mapping[str, Any], name: str) -> list[Any]:
    rows = table.get(name, [])
    return rows if isinstance(rows, list) else []


@dataclass(frozen=True)
class Stage:
    """One scene of a rotation, met with a city: what it shows, of which grid, for how long."""

    kind: SceneKind
    scope: str
    seconds: int
    event: EventRule = "longest_overdue"

    @property
    def key(self) -> str:
        """Names the scene among those of its wall."""
        return f"{self.kind}:{self.scope}"


def stages(config: WallConfig, tree: Tree, scope: str) -> tuple[Stage, ...]:
    """The rotation of the walls of a scope; never empty. What lies beyond the scope is left out."""
    made: list[Stage] = []
    for rule in config.scenes:
        if rule.kind == "grids":
            below = (grid for grid in tree.children(scope) if grid.kind is None)
            made += [Stage("grid", grid.code, rule.seconds) for grid in below]
        elif rule.kind == "grid":
            if rule.scope in tree and rule.scope != scope and tree.contains(scope, rule.scope):
                made.append(Stage("grid", rule.scope, rule.seconds))
        else:
            made.append(Stage(rule.kind, scope, rule.seconds, rule.event))
    return tuple(made) or (Stage("overview", scope, 60),)


@dataclass(frozen=True)
class Pin:
    """A scene that is held; `event` is the event of a trace."""

    kind: SceneKind
    scope: str
    event: int | None = None


@dataclass(frozen=True)
class Response:
    """An emergency: where, of which category (small or large, "" for all), why, since when, and who declared it."""

    scope: str
    category: str
    reason: str
    started_at: Instant
    by: str


@dataclass(frozen=True)
class Change:
    """What somebody did with the remote: `what` is the end of a key of the words, `detail` what it was done to."""

    at: Instant
    by: str
    what: str
    detail: str = ""


@dataclass(frozen=True)
class Control:
    """What operators have made of the rotation of one scope. Stage number `anchor` began at `anchor_at`; time stands
    still for it since `frozen_at`. `version` counts the changes."""

    version: int = 0
    anchor: int = 0
    anchor_at: Instant = 0
    frozen_at: Instant | None = None
    pinned: Pin | None = None
    indicator: str = ""
    level: str = ""
    response: Response | None = None
    changes: tuple[Change, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The state as plain JSON values; `control_of` reads it back."""
        return asdict(self)


def control_of(body: Mapping[str, Any]) -> Control:
    """The control state of `Control.to_json`; what a later version added is passed over."""
    known = {key: value for key, value in body.items() if key in Control.__dataclass_fields__}
    pinned, response = known.get("pinned"), known.get("response")
    return Control(
        **known
        | {
            "pinned": Pin(**pinned) if pinned else None,
            "response": Response(**response) if response else None,
            "changes": tuple(Change(**change) for change in known.get("changes", ())),
        }
    )


@dataclass(frozen=True)
class Standing:
    """The scene of an instant. `until` is None while it is held; `index` is the place in the rotation, `held` by what:
    "" (it turns), "frozen", "pinned" or "emergency"."""

    stage: Stage
    index: int
    count: int
    since: Instant
    until: Instant | None
    held: Literal["", "frozen", "pinned", "emergency"]
    event: int | None = None

    @property
    def key(self) -> str:
        """Differs when the scene is another."""
        return self.stage.key if self.event is None else f"{self.stage.key}:{self.event}"


def standing(rotation: Sequence[Stage], control: Control, at: Instant) -> Standing:
    """The scene that every wall of the scope shows at an instant. An emergency comes before a pin, a pin before the
    rotation, which goes on beneath them."""
    index, since, until = _turning(rotation, control, at)
    frozen = control.frozen_at is not None
    count = len(rotation)
    if control.response is not None:
        stage = Stage("emergency", control.response.scope, 0)
        return Standing(stage, index, count, control.response.started_at, None, "emergency")
    if control.pinned is not None:
        stage = Stage(control.pinned.kind, control.pinned.scope, 0)
        return Standing(stage, index, count, since, None, "pinned", control.pinned.event)
    return Standing(
        rotation[index], index, count, since, None if frozen else until, "frozen" if frozen else ""
    )


def _turning(rotation: Sequence[Stage], control: Control, at: Instant) -> tuple[int, Instant, Instant]:
    """The stage of an instant by its index, with the instants at which it began and ends."""
    seen_at = at if control.frozen_at is None else min(at, control.frozen_at)
    ends = list(accumulate(stage.seconds * SECOND for stage in rotation))
    starts = [0, *ends[:-1]]
    passed = (seen_at - control.anchor_at + starts[control.anchor % len(rotation)]) % ends[-1]
    index = bisect_right(starts, passed) - 1
    since = seen_at - (passed - starts[index])
    return index, since, since + rotation[index].seconds * SECOND


def map_turn(
    config: WallConfig, found: Standing, control: Control, at: Instant
) -> tuple[int, Instant | None]:
    """Which of the map's views is shown (a number that counts on; take it modulo the views), and until when. A scene
    begins with the first; a held scene goes on turning its map, a frozen one does not."""
    length = config.map_seconds * SECOND
    if found.held == "frozen" and control.frozen_at is not None:
        return max(0, control.frozen_at - found.since) // length, None
    if found.held:
        return at // length, (at // length + 1) * length
    turn = max(0, at - found.since) // length
    return turn, found.since + (turn + 1) * length


def turned_to(control: Control, index: int, at: Instant) -> Control:
    """The rotation goes on from the beginning of a stage; a pin is taken away, a frozen one stays frozen there."""
    frozen_at = None if control.frozen_at is None else at
    return replace(control, anchor=index, anchor_at=at, frozen_at=frozen_at, pinned=None)


def stepped(control: Control, rotation: Sequence[Stage], by: int, at: Instant) -> Control:
    """The next scene (`by` 1) or the one before (-1)."""
    index, _, _ = _turning(rotation, control, at)
    return turned_to(control, (index + by) % len(rotation), at)


def frozen(control: Control, at: Instant) -> Control:
    """The rotation stands still; unchanged where it does already."""
    return control if control.frozen_at is not None else replace(control, frozen_at=at)


def resumed(control: Control, at: Instant) -> Control:
    """The rotation goes on where it stood, and nothing is pinned any more."""
    if control.frozen_at is None:
        return replace(control, pinned=None)
    away = max(0, at - control.frozen_at)
    return replace(control, anchor_at=control.anchor_at + away, frozen_at=None, pinned=None)


def pinned(control: Control, pin: Pin) -> Control:
    """A scene is held until the rotation is resumed or another is chosen."""
    return replace(control, pinned=pin)


def mapped(control: Control, indicator: str, level: str) -> Control:
    """The map is held at an indicator and a level; "" lets it turn, or follow the zoom."""
    return replace(control, indicator=indicator, level=level)


def declared(control: Control, response: Response) -> Control:
    """Emergency mode."""
    return replace(control, response=replace(response, reason=response.reason.strip()[:_TEXT_LENGTH]))


def ended(control: Control) -> Control:
    """Back to normal mode; the rotation is where it would be without the emergency."""
    return replace(control, response=None)


def noted(control: Control, change: Change) -> Control:
    """The next version of the state, with a change written down; the newest comes first."""
    kept = (replace(change, detail=change.detail[:_TEXT_LENGTH]), *control.changes)[:CHANGES_KEPT]
    return replace(control, version=control.version + 1, changes=kept)


SCENE_KINDS: Final = cast(tuple[SceneKind, ...], get_args(SceneKind))

"""The wall's picture of a moment: which scene, which facts it takes, and all of its panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from callbacks.reads import City
from callbacks.state import ViewState, to_search
from callbacks.wall import events, panels, rows
from callbacks.wall.facts import PARTS, Asked, Part, Subject
from callbacks.wall.reads import WallReads
from callbacks.wall.rows import milliseconds
from data.clocks import Instant, ZoneClock
from data.grids import Tree
from data.indicators import INDICATORS
from data.wallplan import (
    Control,
    Stage,
    Standing,
    WallConfig,
    config_of,
    map_turn,
    stages,
    standing,
)
from data.words import language, word

POINTS_MOST: Final = 20_000
"""Beyond so many overdue events the map marks none singly: it would be one blot."""

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Picture:
    """What the walls of a scope show at an instant: all that follows from the city, the control state and the time."""

    wall: WallReads
    city: City
    tree: Tree
    config: WallConfig
    control: Control
    found: Standing
    view: panels.MapView
    views: tuple[panels.MapView, ...]
    turn: int
    turns_at: Instant | None
    now: Instant

    @property
    def subject(self) -> Subject:
        """What the panels are about."""
        found, response = self.found, self.control.response
        if response is not None and found.stage.kind == "emergency":
            return Subject(response.scope, "emergency", response.category, response.started_at)
        rule = found.stage.event if found.stage.kind == "trace" else ""
        return Subject(found.stage.scope, found.stage.kind, event=found.event, rule=rule)

    @property
    def asked(self) -> Asked:
        """What the parts are gathered for."""
        return Asked(self.wall, self.city, self.tree, self.config, self.subject, self.now)

    @property
    def key(self) -> str:
        """Differs when the scene or the map's view is another."""
        return f"{self.found.key}|{self.found.held}|{self.turn}"


@dataclass(frozen=True)
class Setting:
    """A city as its walls take it; it holds until the city is loaded anew."""

    city: City
    tree: Tree
    config: WallConfig
    rotation: tuple[Stage, ...]
    levels: tuple[Mapping[str, Any], ...]


def setting(wall: WallReads) -> Setting | None:
    """The city as the walls of the scope take it; None as long as none is loaded. Raises UnknownGrid for a scope that
    it has not."""
    city = wall.reads.city()
    if city is None:
        return None
    tree, config = wall.reads.tree(), config_of(wall.settings())
    tree.get(wall.scope)
    levels = tuple(level for level in wall.levels() if level["drawn"])
    return Setting(city, tree, config, stages(config, tree, wall.scope), levels)


def picture(wall: WallReads, given: Setting, control: Control, now: Instant) -> Picture:
    """The picture of an instant. What an operator chose and the city has no more is passed over."""
    control = _followed(control, given, wall.scope)
    found = standing(given.rotation, control, now)
    views = _views(given, found.stage.scope)
    chosen = _chosen(control, views, given)
    turn, until = map_turn(given.config, found, control, now)
    index = turn % len(views)
    view = views[index] if chosen is None else chosen
    return Picture(
        wall=wall,
        city=given.city,
        tree=given.tree,
        config=given.config,
        control=control,
        found=found,
        view=view,
        views=views,
        turn=index if chosen is None else -1,
        turns_at=until if chosen is None else None,
        now=now,
    )


def _followed(control: Control, given: Setting, scope: str) -> Control:
    """The control state without what lies nowhere in the scope."""
    changes: dict[str, Any] = {}
    if control.pinned is not None and not _inside(given.tree, scope, control.pinned.scope):
        changes["pinned"] = None
    if control.response is not None and not _inside(given.tree, scope, control.response.scope):
        changes["response"] = None
    return replace(control, **changes) if changes else control


def _inside(tree: Tree, scope: str, code: str) -> bool:
    return code in tree and tree.contains(scope, code)


def _views(given: Setting, scope: str) -> tuple[panels.MapView, ...]:
    """The colourings that the map goes through in a scope: a level that it has not is the deepest that it has."""
    depth = given.tree.get(scope).depth
    below = [level for level in given.levels if not level["dedicated"] and level["depth"] > depth]
    made: list[panels.MapView] = []
    for rule in given.config.maps:
        reached = [level for level in below if level["depth"] <= depth + rule.below]
        level = max(reached, key=lambda one: int(one["depth"]), default=None)
        view = _view(rule.indicator, level)
        if view not in made:
            made.append(view)
    return tuple(made)


def _view(indicator: str, level: Mapping[str, Any] | None) -> panels.MapView:
    return {
        "indicator": indicator,
        "label": INDICATORS[indicator].label,
        "level": "" if level is None else str(level["key"]),
        "level_name": word("panel.by_zoom") if level is None else str(level["name"]),
    }


def _chosen(control: Control, views: Sequence[panels.MapView], given: Setting) -> panels.MapView | None:
    """The colouring that an operator chose; None for none."""
    if not control.indicator and not control.level:
        return None
    indicator = control.indicator if control.indicator in INDICATORS else views[0]["indicator"]
    level = next((one for one in given.levels if one["key"] == control.level), None)
    if level is None and not control.level:
        level = next((one for one in given.levels if one["key"] == views[0]["level"]), None)
    return _view(indicator, level)


@lru_cache(maxsize=64)
def parts_of(subject: Subject) -> tuple[Part, ...]:
    """The parts that a subject's panels are made of."""
    return tuple(part for part in PARTS if part.wanted(subject))


def scene(made: Picture) -> panels.Scene:
    """What the wall shows now, as it is told."""
    found, grid = made.found, made.tree.get(made.subject.scope)
    title = word(f"panel.scene_{found.stage.kind}").format(name=grid.name)
    return {
        "key": found.key,
        "kind": found.stage.kind,
        "title": title,
        "scope": grid.code,
        "scope_name": grid.name,
        "index": found.index,
        "count": found.count,
        "since": milliseconds(found.since),
        "until": None if found.until is None else milliseconds(found.until),
        "frozen": made.control.frozen_at is not None,
        "pinned": found.held == "pinned",
        "held": word(f"panel.held_{found.held}") if found.held else "",
    }


def head(made: Picture) -> panels.Head:
    """Who, where, when."""
    city, grid, clock = made.city, made.tree.get(made.wall.scope), ZoneClock.of(made.city.zone)
    whole = grid.depth == 0
    mode: panels.Mode = "normal" if made.control.response is None else "emergency"
    marks = [word(f"panel.{mark}") for mark in ("demo", "illustrative") if getattr(city, mark)]
    return {
        "city": city.name,
        "title": word("panel.title" if whole else "panel.title_part").format(city=city.name, scope=grid.name),
        "scope": grid.code,
        "scope_name": grid.name,
        "language": language(),
        "zone": city.zone,
        "offset_minutes": clock.offset(made.now) // 60_000_000,
        "dates": rows.dates(clock, made.now),
        "mode": mode,
        "mode_label": word(f"panel.mode_{mode}"),
        "marks": marks,
        "credit": city.credit,
    }


def map_panel(made: Picture, facts: Facts, stamp: str) -> panels.MapPanel:
    """What the map shows, and where its colours and points are fetched; anew when `stamp` is another."""
    subject, view = made.subject, made.view
    whole = made.tree.get(subject.scope).parent is None
    overdue = facts["overdue"].numerator
    emergency = subject.kind == "emergency"
    many = overdue > POINTS_MOST and not emergency
    points = ViewState(
        scope="" if whole else subject.scope,
        period="today",
        level=made.views[0]["level"],
        category=subject.category,
        live=True,
    )
    # A rate of a single day would leave most small grids with too few events to be judged by.
    rate = INDICATORS[view["indicator"]].kind == "rate"
    period = made.config.ranking_period if rate else points.period
    asked = replace(points, period=period, indicator=view["indicator"], level=view["level"])
    notes = [word("panel.illustrative")] if made.city.illustrative else []
    if many:
        notes.append(word("panel.map_many").format(n=f"{overdue:,}", most=f"{POINTS_MOST:,}"))
    return {
        "title": word("panel.map").format(
            grid=made.tree.get(subject.scope).name, label=view["label"], period=word(f"period.{period}")
        ),
        "search": to_search(asked),
        "points": to_search(points),
        "stamp": stamp,
        "focus": subject.scope,
        "view": view,
        "index": made.turn,
        "views": list(made.views),
        "until": None if made.turns_at is None else milliseconds(made.turns_at),
        "layers": ["newest"] if many else ["overdue", "newest"],
        "notes": notes,
        "mark": _mark(made, facts),
        "formula": INDICATORS[view["indicator"]].formula,
    }


def _mark(made: Picture, facts: Facts) -> panels.MapMark | None:
    event = facts["trace"].event if made.subject.kind == "trace" else None
    if event is None or event.get("lon") is None or event.get("lat") is None:
        return None
    return {
        "id": int(event["id"]),
        "lon": round(float(event["lon"]), 5),
        "lat": round(float(event["lat"]), 5),
        "label": str(event.get("title") or event.get("category_name") or ""),
    }


def board(made: Picture, facts: Facts, stamp: str) -> panels.Panels:
    """Every panel of a picture from the facts of its parts."""
    asked, kind, clock = made.asked, made.subject.kind, ZoneClock.of(made.city.zone)
    before, response = facts["before"], made.control.response
    return {
        "head": head(made),
        "cards": rows.cards(asked, facts["totals"], facts["overdue"], before),
        "map": map_panel(made, facts, stamp),
        "curve": rows.curve(asked, facts["hours"], facts["lines"]),
        "channels": rows.groups(word("panel.channels"), facts["channels"], before, clock),
        "categories": rows.groups(word("panel.categories"), facts["categories"], before, clock),
        "ranking": rows.ranking(asked, facts["ranking"]),
        "league": rows.league(asked, facts["league"], facts["ranking"], facts["assessed"])
        if kind == "ranking"
        else None,
        "hot": events.hot(
            asked,
            facts["overdue"],
            facts["late"],
            facts["soon"],
            facts["whistles"],
            facts["warnings"],
            facts["looked"],
        ),
        "ticker": events.ticker(asked, facts["moved"]),
        "structure": rows.structure(asked, facts["structure"]),
        "bulletins": rows.bulletins(asked, facts["bulletins"]),
        "sources": rows.sources(asked, facts["sources"]),
        "trace": events.trace(asked, facts["trace"]) if kind == "trace" else None,
        "emergency": events.emergency(
            asked,
            facts["response"],
            facts["tasks"],
            facts["units"],
            facts["commands"],
            response.reason,
            response.by,
        )
        if response is not None and kind == "emergency"
        else None,
    }


def gathered(made: Picture) -> dict[str, Any]:
    """Every fact of a picture, asked now."""
    asked = made.asked
    return {part.name: part.gather(asked) for part in parts_of(made.subject)}

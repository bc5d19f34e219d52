"""The remote: who may turn the walls of a scope, what a press changes, and how the page follows what others do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks import tasks
from callbacks.failing import failing, told_in
from callbacks.navigation import user
from callbacks.reads import Reads
from callbacks.state import ViewState
from callbacks.taskview import Asked
from callbacks.wall.board import Picture, Setting, picture, scene, setting
from callbacks.wall.events import category_name
from callbacks.wall.reads import Remote
from data import wallplan
from data.access import Viewer, may
from data.clocks import HOUR, SECOND, Instant, ZoneClock
from data.grids import Tree
from data.indicators import INDICATORS
from data.wallplan import Change, Control, Pin, Response
from data.words import word
from layouts import ids, remote, text
from layouts.remote import Done, Option, SceneButton, Status

SINCE: Final = (0, 1, 3, 12, 24)
"""Hours before now from which a response may be counted."""

_DEPTHS: Final = 2
"""So many levels below the wall's scope are offered for a response."""

How = Callable[[Control], Control]


class Refused(Exception):
    """The press cannot be followed; the message is a sentence in the language spoken."""


@dataclass(frozen=True)
class Press:
    """What was pressed, with what the fields hold."""

    what: str
    value: str = ""
    category: str = ""
    hours: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Desk:
    """A wall's scope as its remote takes it."""

    scope: str
    given: Setting
    control: Control
    now: Instant
    shown: Picture


def pressed(desk: Desk, press: Press, by: str, find: Callable[[str, str], int | None]) -> tuple[How, str]:
    """How a press changes the control state, and to what in words. Raises Refused."""
    now, rotation = desk.now, desk.given.rotation
    match press.what:
        case "next" | "previous":
            step = 1 if press.what == "next" else -1
            index = wallplan.stepped(desk.control, rotation, step, now).anchor
            name = _stage_name(desk, rotation[index].kind, rotation[index].scope)
            return lambda control: wallplan.stepped(control, rotation, step, now), name
        case "freeze":
            return lambda control: wallplan.frozen(control, now), ""
        case "resume":
            return lambda control: wallplan.resumed(control, now), ""
        case "scene":
            pin = _pin(desk, press.value)
            return lambda control: wallplan.pinned(control, pin), _stage_name(desk, pin.kind, pin.scope)
        case "map":
            indicator, _, level = press.value.partition("|")
            told = " · ".join((_indicator_name(indicator), _level_name(desk, level)))
            return lambda control: wallplan.mapped(control, indicator, level), told
        case "event":
            number = find(desk.scope, press.value.strip())
            if number is None:
                raise Refused(word("remote.no_event").format(key=press.value.strip()[:40]))
            chosen = Pin("trace", desk.scope, number)
            return lambda control: wallplan.pinned(control, chosen), press.value.strip()
        case "declare":
            response = _response(desk, press, by)
            told = f"{desk.given.tree.get(response.scope).name} · {category_name(desk.given.city, response.category)}"
            return lambda control: wallplan.declared(control, response), told
        case "end":
            return wallplan.ended, ""
    raise Refused(word("remote.failed"))


def _pin(desk: Desk, key: str) -> Pin:
    kind, _, code = key.partition(":")
    known = {one.key for one in scene_buttons(desk)}
    if key not in known:
        raise Refused(word("remote.failed"))
    return Pin(next(one for one in wallplan.SCENE_KINDS if one == kind), code)


def _response(desk: Desk, press: Press, by: str) -> Response:
    tree = desk.given.tree
    if press.value not in tree or not tree.contains(desk.scope, press.value):
        raise Refused(word("remote.no_scope"))
    if not press.reason.strip():
        raise Refused(word("remote.no_reason"))
    return Response(press.value, press.category, press.reason, desk.now - press.hours * HOUR, by)


def scene_buttons(desk: Desk) -> list[SceneButton]:
    """The scenes that can be held: those of the whole scope, then every grid below it."""
    held = desk.control.pinned
    current = f"{held.kind}:{held.scope}" if held is not None and held.event is None else ""
    whole = [f"{kind}:{desk.scope}" for kind in ("overview", "ranking", "hot", "trace")]
    below = [f"grid:{grid.code}" for grid in desk.given.tree.children(desk.scope) if grid.kind is None]
    return [
        SceneButton(key, _stage_name(desk, *key.split(":", 1)), key == current) for key in (*whole, *below)
    ]


def _stage_name(desk: Desk, kind: str, code: str) -> str:
    return word(f"panel.scene_{kind}").format(name=desk.given.tree.get(code).name)


def _indicator_name(key: str) -> str:
    return INDICATORS[key].label if key in INDICATORS else word("remote.turning")


def _level_name(desk: Desk, key: str) -> str:
    known = {str(level["key"]): str(level["name"]) for level in desk.given.levels}
    return known.get(key, word("remote.turning"))


def status(desk: Desk) -> Status:
    """What the wall shows now, and what follows."""
    told, found = scene(desk.shown), desk.shown.found
    mode = "normal" if desk.control.response is None else "emergency"
    turn = word("remote.held")
    if found.until is not None:
        coming = desk.given.rotation[(found.index + 1) % found.count]
        left = -((desk.now - found.until) // SECOND)
        turn = word("remote.left").format(seconds=left, next=_stage_name(desk, coming.kind, coming.scope))
    view = desk.shown.view
    return Status(
        told["title"],
        turn,
        word("remote.map_now").format(label=view["label"], level=view["level_name"]),
        word(f"panel.mode_{mode}"),
        mode,
        told["held"],
    )


def done(control: Control, clock: ZoneClock, now: Instant) -> list[Done]:
    """The history, the newest first."""
    return [
        Done(
            said(change),
            word("remote.by").format(at=f"{clock.local(change.at):%m-%d %H:%M:%S}", by=change.by),
        )
        for change in control.changes
    ]


def said(change: Change) -> str:
    """What somebody did, in words; a key that this version does not know stays as it is."""
    try:
        return word(f"remote.did_{change.what}").format(detail=change.detail)
    except KeyError:
        return change.what


def overtaken(control: Control, seen: int | None, me: str) -> str:
    """A sentence when somebody else has changed what this browser had seen, else ""."""
    if seen is None or control.version <= seen or not control.changes:
        return ""
    newest = control.changes[0]
    if newest.by == me:
        return ""
    return word("remote.overtaken").format(by=newest.by, what=said(newest))


def operator(reads: Reads) -> Viewer:
    """Who presses. Raises Refused for a viewer who may not."""
    viewer = reads.viewer()
    if not may(viewer, "control_wall"):
        raise Refused(word("remote.refused"))
    return viewer


def name_of(viewer: Viewer) -> str:
    """What the others are told of who pressed."""
    told = user("/remote", ViewState(), viewer)
    return told.name if told is not None else viewer.shown_name


def desk_of(reads: Reads, walls: Remote, viewer: Viewer, scope: str | None) -> Desk:
    """The wall of a scope within the viewer's. Raises Refused."""
    tree = _tree(reads)
    chosen = scope if scope and scope in tree and tree.contains(viewer.scope, scope) else viewer.scope
    given = setting(walls.wall(chosen))
    if given is None:
        raise Refused(word("remote.no_city"))
    now = reads.now()
    control = walls.read(chosen)
    return Desk(chosen, given, control, now, picture(walls.wall(chosen), given, control, now))


def _tree(reads: Reads) -> Tree:
    try:
        return reads.tree()
    except LookupError:
        raise Refused(word("remote.no_city")) from None


def register(app: dash.Dash, reads: Reads, walls: Remote) -> None:
    """Adds the callbacks of the remote to the app."""

    failed = failing(
        told_in(ids.REMOTE_NOTICE, str),
        "remote.failed",
        lambda error: str(error) if isinstance(error, Refused) else None,
    )

    @app.callback(
        Output(ids.REMOTE_WALL, "options"),
        Output(ids.REMOTE_WALL, "value"),
        Output(ids.REMOTE_BODY, "hidden"),
        Input(ids.REMOTE_BODY, "id"),
        on_error=failed,
    )
    def opened(_id: str) -> tuple[Any, ...]:
        try:
            viewer = operator(reads)
        except Refused as refused:
            dash.set_props(ids.REMOTE_NOTICE, {"children": str(refused)})
            return [], None, True
        tree = _tree(reads)
        grids = (tree.get(viewer.scope), *tree.children(viewer.scope))
        listed = [
            Option(grid.code, word("remote.wall_of").format(name=grid.name))
            for grid in grids
            if grid.kind is None
        ]
        return remote.options(listed), viewer.scope, False

    @app.callback(
        Output(ids.REMOTE_INDICATOR, "options"),
        Output(ids.REMOTE_LEVEL, "options"),
        Output(ids.REMOTE_SCOPE, "options"),
        Output(ids.REMOTE_SCOPE, "value"),
        Output(ids.REMOTE_CATEGORY, "options"),
        Output(ids.REMOTE_CATEGORY, "value"),
        Output(ids.REMOTE_SINCE, "options"),
        Output(ids.REMOTE_SINCE, "value"),
        Output(ids.REMOTE_OPEN, "href"),
        Input(ids.REMOTE_WALL, "value"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def chosen(wall: str | None) -> tuple[Any, ...]:
        viewer = operator(reads)
        desk = desk_of(reads, walls, viewer, wall)
        turning = Option("", word("remote.turning"))
        indicators = [turning, *(Option(key, one.label) for key, one in INDICATORS.items())]
        levels = [turning, *(Option(str(one["key"]), str(one["name"])) for one in desk.given.levels)]
        since = [
            Option(str(hours), word(f"remote.since_{hours}" if hours else "remote.since_now"))
            for hours in SINCE
        ]
        href = "/wall" if desk.scope == viewer.scope else f"/wall?scope={desk.scope}"
        return (
            remote.options(indicators),
            remote.options(levels),
            remote.options(_grids(desk)),
            desk.scope,
            remote.options(_categories(desk)),
            "",
            remote.options(since),
            "0",
            href,
        )

    @app.callback(
        Output(ids.REMOTE_STATUS, "children"),
        Output(ids.REMOTE_SCENES, "children"),
        Output(ids.REMOTE_HISTORY, "children"),
        Output(ids.REMOTE_RESPONSE, "children"),
        Output(ids.REMOTE_FORM, "hidden"),
        Output(ids.REMOTE_END, "hidden"),
        Output(ids.REMOTE_FREEZE, "hidden"),
        Output(ids.REMOTE_RESUME, "hidden"),
        Output(ids.REMOTE_INDICATOR, "value"),
        Output(ids.REMOTE_LEVEL, "value"),
        Output(ids.REMOTE_NOTICE, "children"),
        Output(ids.REMOTE_SEEN, "data"),
        Input(ids.REMOTE_TICK, "n_intervals"),
        Input(ids.REMOTE_WALL, "value"),
        State(ids.REMOTE_SEEN, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def followed(tick: int | None, wall: str | None, seen: Mapping[str, Any] | None) -> tuple[Any, ...]:
        if wall is None:
            raise PreventUpdate
        viewer = operator(reads)
        desk = desk_of(reads, walls, viewer, wall)
        same_wall = seen is not None and seen.get("wall") == desk.scope
        version = int(seen["version"]) if same_wall and seen else None
        data = {"wall": desk.scope, "version": desk.control.version, "tick": tick}
        told = overtaken(desk.control, version, name_of(viewer))
        if version == desk.control.version:
            return remote.status(status(desk)), *([no_update] * 10), data
        return (
            remote.status(status(desk)),
            remote.scenes(scene_buttons(desk)),
            remote.history(done(desk.control, _clock(desk), desk.now)),
            _declared(desk),
            desk.control.response is not None,
            desk.control.response is None,
            desk.control.frozen_at is not None,
            desk.control.frozen_at is None and desk.control.pinned is None,
            desk.control.indicator,
            desk.control.level,
            told,
            data,
        )

    @app.callback(
        Output(ids.REMOTE_TICK, "n_intervals"),
        Output(ids.REMOTE_EVENT, "value"),
        Output(ids.REMOTE_REASON, "value"),
        Output(ids.REMOTE_NOTICE, "children", allow_duplicate=True),
        Input(ids.REMOTE_PREVIOUS, "n_clicks"),
        Input(ids.REMOTE_NEXT, "n_clicks"),
        Input(ids.REMOTE_FREEZE, "n_clicks"),
        Input(ids.REMOTE_RESUME, "n_clicks"),
        Input(ids.remote_scene(ALL), "n_clicks"),
        Input(ids.REMOTE_INDICATOR, "value"),
        Input(ids.REMOTE_LEVEL, "value"),
        Input(ids.REMOTE_EVENT_SHOW, "n_clicks"),
        Input(ids.REMOTE_EVENT, "n_submit"),
        Input(ids.REMOTE_DECLARE, "n_clicks"),
        Input(ids.REMOTE_END, "n_clicks"),
        State(ids.REMOTE_TICK, "n_intervals"),
        State(ids.REMOTE_WALL, "value"),
        State(ids.REMOTE_EVENT, "value"),
        State(ids.REMOTE_SCOPE, "value"),
        State(ids.REMOTE_CATEGORY, "value"),
        State(ids.REMOTE_SINCE, "value"),
        State(ids.REMOTE_REASON, "value"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def turned(*given: Any) -> tuple[Any, ...]:
        (
            *_,
            indicator,
            level,
            _show,
            _enter,
            _declare,
            _end,
            count,
            wall,
            event,
            scope,
            category,
            since,
            reason,
        ) = given
        which = ctx.triggered_id
        if which is None or not ctx.triggered or ctx.triggered[0]["value"] is None:
            raise PreventUpdate
        press = _press_of(which, ctx.triggered[0]["value"])
        if press is None:
            raise PreventUpdate
        press = replace(
            press,
            value={
                "map": f"{indicator or ''}|{level or ''}",
                "event": str(event or ""),
                "declare": str(scope or ""),
            }.get(press.what, press.value),
            category=str(category or ""),
            hours=next((hours for hours in SINCE if str(hours) == since), 0),
            reason=str(reason or ""),
        )
        viewer = operator(reads)
        desk = desk_of(reads, walls, viewer, wall)
        if press.what == "map" and press.value == f"{desk.control.indicator}|{desk.control.level}":
            # The field was set to what holds already: nobody pressed.
            raise PreventUpdate
        try:
            how, detail = pressed(desk, press, name_of(viewer), walls.find)
        except Refused as refused:
            walls.audited("control_wall", desk.scope, "refused", what=press.what)
            return no_update, no_update, no_update, str(refused)
        walls.change(desk.scope, Change(desk.now, name_of(viewer), press.what, detail), how)
        walls.audited("control_wall", desk.scope, "ok", what=press.what, detail=detail)
        # The next tick comes at once: the page shows what was done.
        return (
            (count or 0) + 1,
            "" if press.what == "event" else no_update,
            "" if press.what == "declare" else no_update,
            "",
        )

    app.clientside_callback(
        ClientsideFunction("remote", "heard"), Input(ids.REMOTE_SEEN, "data"), prevent_initial_call=True
    )


_BUTTONS: Final[Mapping[str, str]] = {
    ids.REMOTE_PREVIOUS: "previous",
    ids.REMOTE_NEXT: "next",
    ids.REMOTE_FREEZE: "freeze",
    ids.REMOTE_RESUME: "resume",
    ids.REMOTE_EVENT_SHOW: "event",
    ids.REMOTE_EVENT: "event",
    ids.REMOTE_DECLARE: "declare",
    ids.REMOTE_END: "end",
}


def _press_of(which: Any, value: Any) -> Press | None:
    """The press behind a property that has changed; None where a button has only just come into the page."""
    if which in (ids.REMOTE_INDICATOR, ids.REMOTE_LEVEL):
        return Press("map")
    if not value:
        return None
    if isinstance(which, Mapping):
        return Press("scene", str(which["key"]))
    return Press(_BUTTONS[which])


def _clock(desk: Desk) -> ZoneClock:
    return ZoneClock.of(desk.given.city.zone)


def _declared(desk: Desk) -> list[Component]:
    response = desk.control.response
    if response is None or response.scope not in desk.given.tree:
        return []
    told = word("remote.declared").format(
        scope=desk.given.tree.get(response.scope).name,
        category=category_name(desk.given.city, response.category),
        reason=response.reason,
        by=response.by,
        at=text.short_moment(_clock(desk), response.started_at, desk.now),
    )
    commands = Asked(ViewState(scope=response.scope), kind="command")
    return remote.response(told, tasks.PATH + commands.search())


def _grids(desk: Desk) -> list[Option]:
    tree = desk.given.tree
    scope = tree.get(desk.scope)
    listed = [
        grid
        for grid in tree
        if scope.id <= grid.id <= scope.last_id and grid.depth <= scope.depth + _DEPTHS and grid.kind is None
    ]
    return [
        Option(
            grid.code,
            grid.name
            if grid.depth <= scope.depth + 1
            else f"{tree.get(grid.parent or '').name} · {grid.name}",
        )
        for grid in listed
    ]


def _categories(desk: Desk) -> list[Option]:
    parts = desk.given.city.categories
    large = dict.fromkeys((part.top_code, part.top_name) for part in parts if part.top_code)
    return [
        Option("", word("remote.every_category")),
        *(Option(code, name) for code, name in large),
        *(
            Option(part.code, f"{part.top_name} · {part.name}" if part.top_name else part.name)
            for part in parts
        ),
    ]

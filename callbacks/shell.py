"""The shell's callbacks: which page stands at an address, and the trace of the event that the address opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import dash
from dash import ClientsideFunction, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks import navigation, state
from callbacks.failing import failing, told_in
from callbacks.reads import Reads
from callbacks.state import to_search
from data.clocks import ZoneClock
from data.words import word
from layouts import (
    admin,
    assess,
    auditing,
    bulletins,
    compare,
    event,
    events,
    exports,
    grid,
    hot,
    ids,
    map,
    overview,
    rank,
    remote,
    rows,
    shell,
    tasks,
)
from layouts.parts.nav import nav
from layouts.parts.trace import event_trace, unknown_event

PAGES: Final[Mapping[str, Callable[[], Any]]] = {
    "/": overview.layout,
    "/map": map.layout,
    "/rank": rank.layout,
    "/events": events.layout,
    "/compare": compare.layout,
    "/hot": hot.layout,
    "/tasks": tasks.layout,
    "/assess": assess.layout,
    "/bulletins": bulletins.layout,
    "/exports": exports.layout,
    "/remote": remote.layout,
    "/audit": auditing.layout,
    "/admin": admin.layout,
}
"""The pages by their address."""

PAGES_OF: Final[Mapping[str, Callable[[], Any]]] = {
    navigation.GRID: grid.layout,
    navigation.EVENT: event.layout,
}
"""The pages of single things: their addresses begin like this and end with the thing's code or number."""

failed: Final = failing(told_in(ids.PROBLEM, str))
"""What a callback does with an error on a page that has no notices of its own."""


def register(app: dash.Dash, reads: Reads) -> None:
    """Adds the callbacks of the shell to the app."""

    @app.callback(
        Output(ids.PAGE, "children"),
        Output(ids.PAGE, "className"),
        Input(ids.URL, "pathname"),
        State(ids.PAGE, "className"),
        on_error=failed,
    )
    def turned(pathname: str | None, before: str | None) -> tuple[Any, Any]:
        if pathname is None:
            raise PreventUpdate
        name, layout = page_at(pathname)
        # From one grid to the next the page stays, and its parts follow the address.
        return (no_update, no_update) if name == before else (layout(), name)

    @app.callback(
        Output(ids.NAV, "children"),
        Output(ids.DRESS, "data"),
        Input(ids.URL, "pathname"),
        Input(ids.URL, "search"),
        on_error=failed,
    )
    def navigated(pathname: str | None, search: str | None) -> tuple[Any, Any]:
        if pathname is None:
            raise PreventUpdate
        path, view, viewer = plain(pathname), state.parse(search).view, reads.viewer()
        tree = None if reads.city() is None else reads.tree()
        language, code = navigation.language_switch(path, view)
        bar = nav(
            navigation.items(path, view, viewer, frozenset(PAGES)),
            language,
            code,
            navigation.theme_switch(view),
            navigation.user(path, view, viewer),
        )
        return bar, {"title": navigation.title(path, view, tree)}

    @app.callback(
        Output(ids.DRAWER, "hidden"),
        Output(ids.DRAWER_BODY, "children"),
        Output(ids.DRAWER_CLOSE, "href"),
        Input(ids.URL, "search"),
        Input(ids.VERSION, "data"),
        on_error=failed,
    )
    def opened(search: str | None, _version: str) -> tuple[Any, ...]:
        view = state.parse(search).view
        city = reads.city()
        close = to_search(view.opened(None))
        if view.event is None or city is None:
            return True, [], close
        clock, now, tree = ZoneClock.of(city.zone), reads.now(), reads.tree()
        scope = view.scope if view.scope in tree else tree.root.code
        found = reads.trace(scope, view.event, now if view.as_of is None else min(view.as_of, now))
        if found is None:
            return False, unknown_event(str(view.event)), close
        event = found.event
        title = str(event.get("title") or event.get("category_name") or event.get("key"))
        body = event_trace(
            title,
            str(event.get("key", "")),
            word(f"status.{event['status']}"),
            rows.facts(found, clock),
            rows.step_lines(found, clock),
            navigation.event_page(view, view.event),
        )
        return False, body, close

    app.clientside_callback(
        ClientsideFunction("shell", "dress"),
        Input(ids.DRESS, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("overview", "scale"),
        Output(ids.SCALE, "data"),
        Input(ids.URL, "pathname"),
    )


def plain(pathname: str) -> str:
    """The address of a page without a slash at its end."""
    return pathname.rstrip("/") or "/"


def page_at(pathname: str) -> tuple[str, Callable[[], Any]]:
    """The name of the page at an address, and what lays it out."""
    path = plain(pathname)
    if path in PAGES:
        return f"at-{path.removeprefix('/') or 'overview'}", PAGES[path]
    for beginning, layout in PAGES_OF.items():
        if path.startswith(beginning) and "/" not in path.removeprefix(beginning):
            return f"at-{beginning.strip('/')}", layout
    return "at-none", shell.no_page

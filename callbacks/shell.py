"""The shell's callbacks: which page stands at an address, and the trace of the event that the address opens."""

from __future__ import annotations

import logging
from typing import Any, Final

import dash
from dash import ClientsideFunction, Input, Output, set_props
from dash.exceptions import PreventUpdate

from callbacks import state
from callbacks.reads import Reads
from callbacks.state import to_search
from data.clocks import ZoneClock
from data.words import word
from layouts import ids, map, overview, rows, shell
from layouts.parts.trace import event_trace, unknown_event

PAGES: Final = {"/": overview.layout, "/map": map.layout}

_log = logging.getLogger(__name__)


def failed(error: Exception) -> None:
    """A callback that fails says so in one line on the page; the log has the rest."""
    _log.error("A part of the page could not be drawn.", exc_info=error)
    set_props(ids.PROBLEM, {"children": word("problem.failed")})


def register(app: dash.Dash, reads: Reads) -> None:
    """Adds the callbacks of the shell to the app."""

    @app.callback(Output(ids.PAGE, "children"), Input(ids.URL, "pathname"), on_error=failed)
    def turned(pathname: str | None) -> Any:
        if pathname is None:
            raise PreventUpdate
        return PAGES.get(pathname.rstrip("/") or "/", shell.no_page)()

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
        )
        return False, body, close

    app.clientside_callback(
        ClientsideFunction("overview", "scale"),
        Output(ids.SCALE, "data"),
        Input(ids.URL, "pathname"),
    )

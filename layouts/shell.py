"""What every page has: the address, the version that it polls, the page itself, and the trace of an open event."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from data.words import language, word
from layouts import ids
from layouts.attributes import attributes


def layout(version: str, *, version_address: str = "/version") -> Component:
    """The shell without a page in it.

    `version` is the version token that the page starts from; the browser asks `version_address` for newer ones.
    """
    return html.Div(
        [
            dcc.Location(id=ids.URL, refresh=False),
            dcc.Store(id=ids.VERSION, data=version),
            dcc.Store(id=ids.SCALE),
            dcc.Store(id=ids.DRESS),
            html.Div(id=ids.NAV, className="nav"),
            html.Div(id=ids.PAGE),
            html.Div(id=ids.PROBLEM, className="problem", role="status"),
            _drawer(),
        ],
        id=ids.SHELL,
        lang="zh-CN" if language() == "zh" else language(),
        **attributes(
            {
                "data-version-address": version_address,
                "data-version-store": ids.VERSION,
                "data-version": version,
                "data-scale-store": ids.SCALE,
                "data-lost": word("page.lost"),
            }
        ),
    )


def no_page() -> Component:
    """What stands at an address that is none."""
    return html.Div(
        [html.H2(word("page.unknown")), html.P(html.A(word("page.first"), href="/", className="go"))],
        className="empty",
    )


def _drawer() -> Component:
    return html.Aside(
        [
            html.A(word("trace.close"), id=ids.DRAWER_CLOSE, href="?", className="button drawer-close"),
            html.Div(id=ids.DRAWER_BODY, className="drawer-body"),
        ],
        id=ids.DRAWER,
        className="drawer",
        role="dialog",
        tabIndex=-1,
        hidden=True,
        **attributes({"aria-label": word("trace.heading")}),
    )

"""What ties the screens to their data. `register_all` is all that app.py calls."""

from __future__ import annotations

from pathlib import Path

import dash
from dash import html

from callbacks import assess, compare, event, events, exports, grid, hot, map, overview, rank, routes, shell
from callbacks.assessdesk import AssessDesk
from callbacks.desk import EMPTY_DESK, Desk
from callbacks.lookout import Lookout
from callbacks.mapviews import MapViews
from callbacks.outlines import OutlineBook
from callbacks.reads import Reads
from callbacks.state import version_token
from layouts import admin as admin_layout
from layouts import assess as assess_layout
from layouts import auditing as audit_layout
from layouts import bulletins as bulletins_layout
from layouts import compare as compare_layout
from layouts import event as event_layout
from layouts import events as events_layout
from layouts import exports as exports_layout
from layouts import grid as grid_layout
from layouts import hot as hot_layout
from layouts import map as map_layout
from layouts import overview as overview_layout
from layouts import rank as rank_layout
from layouts import remote as remote_layout
from layouts import shell as shell_layout
from layouts import tasks as tasks_layout


def register_all(
    app: dash.Dash,
    reads: Reads,
    folder: Path | None = None,
    whole: Reads | None = None,
    desk: Desk = EMPTY_DESK,
    lookout: Lookout | None = None,
    assessing: AssessDesk | None = None,
) -> MapViews:
    """Gives the app its layout, its callbacks and the addresses that the page asks besides.

    `folder` keeps what is made of the outlines, which come from the reads of the `whole` city; without a `lookout` the
    page of warnings stays empty, and so does that of the assessment without `assessing`. The answers for the map come
    back, to be given addresses.
    """
    book, views = OutlineBook(whole or reads), MapViews(reads, folder, whole)
    # Every id that a page may bring: Dash holds the callbacks against it.
    pages = [shell_layout.layout(""), overview_layout.layout(), map_layout.layout(), *map_layout.later()]
    pages += [rank_layout.layout(), grid_layout.layout(), compare_layout.layout()]
    pages += [remote_layout.layout(), *remote_layout.later(), admin_layout.layout(), *admin_layout.later()]
    pages += [audit_layout.layout(), bulletins_layout.layout(), *bulletins_layout.later()]
    pages += [hot_layout.layout(), *hot_layout.later()]
    pages += [tasks_layout.layout(), *tasks_layout.later()]
    pages += [assess_layout.layout()]
    pages += [events_layout.layout(), event_layout.layout(), exports_layout.layout()]
    pages += [*events_layout.later(), *exports_layout.later()]
    # Dash declares it as nothing, which it is until somebody sets it.
    app.validation_layout = html.Div(pages)  # type: ignore[assignment]
    # Set last: without the other Dash would ask it at once. It asks again before the first request, whoever sends that:
    # the version is no figure, and the same for everybody.
    told = whole or reads
    app.layout = lambda: shell_layout.layout(version_token(told.version(), told.now()))
    shell.register(app, reads)
    overview.register(app, reads, book.outlines)
    map.register(app, reads, views, book.outlines)
    rank.register(app, reads)
    grid.register(app, reads, book.outlines)
    compare.register(app, reads)
    events.register(app, reads, desk)
    event.register(app, reads)
    exports.register(app, reads, desk)
    if lookout is not None:
        hot.register(app, reads, lookout, book.outlines)
    if assessing is not None:
        assess.register(app, reads, assessing, book.at_depth)
    routes.register(app.server, reads, book)
    return views

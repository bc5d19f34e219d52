"""What ties the screens to their data. `register_all` is all that app.py calls."""

from __future__ import annotations

import dash

from callbacks import overview, routes
from callbacks.outlines import OutlineBook
from callbacks.reads import Reads
from callbacks.state import version_token
from layouts.overview import layout


def register_all(app: dash.Dash, reads: Reads) -> None:
    """Gives the app its layout, its callbacks and the addresses that the page asks besides."""
    book = OutlineBook(reads)
    app.layout = lambda: layout(version_token(reads.version(), reads.now()))
    overview.register(app, reads, book.outlines)
    routes.register(app.server, reads, book)

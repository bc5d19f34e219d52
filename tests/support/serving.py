"""Pages on a port of this machine, for the browser tests: on fake reads, on a store, or the whole program."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import dash
from flask import Flask
from werkzeug.serving import make_server

from api import mapdata
from app import build_app
from callbacks import register_all
from callbacks.mapviews import MapViews
from callbacks.reads import Reads
from data.settings import Settings

ASSETS = Path(__file__).parents[2] / "assets"


@contextlib.contextmanager
def served(reads: Reads) -> Iterator[str]:
    """Serves the screens on `reads` in threads of this process; gives the address."""

    def source(views: MapViews) -> mapdata.MapSource:
        return mapdata.MapSource(
            token=views.token,
            asker=views.asker,
            manifest=views.manifest,
            answer=views.answer,
            geometry=views.geometry,
            areas=views.areas,
            basemap=lambda: None,
        )

    with served_store(reads, source) as address:
        yield address


@contextlib.contextmanager
def served_store(
    reads: Reads, source: Callable[[MapViews], mapdata.MapSource], folder: Path | None = None
) -> Iterator[str]:
    """The same with the addresses of the map bound by `source`; `folder` keeps the outlines."""
    app = dash.Dash(
        "yiping-tests",
        assets_folder=str(ASSETS),
        assets_path_ignore=["^wall$"],
        title="Yiping",
        update_title="",
    )
    mapdata.register(app.server, source(register_all(app, reads, folder)))
    # What a page tells of its viewer's presence goes to the doors, which stand nowhere here.
    app.server.add_url_rule("/active", "active", lambda: ("", 204), methods=["POST"])
    with _listening(app.server) as address:
        yield f"{address}/"


@contextlib.contextmanager
def served_program(settings: dict[str, str]) -> Iterator[str]:
    """The whole program with these settings, doors and all; gives its address, without a slash at the end."""
    app = build_app(Settings.load(settings, None))
    try:
        with _listening(app.server) as address:
            yield address
    finally:
        app.server.extensions["store"].close()


@contextlib.contextmanager
def _listening(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

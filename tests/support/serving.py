"""A page of fake reads on a port of this machine, for the browser tests."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import dash
from werkzeug.serving import make_server

from api import mapdata
from callbacks import register_all
from callbacks.reads import Reads

ASSETS = Path(__file__).parents[2] / "assets"


@contextlib.contextmanager
def served(reads: Reads) -> Iterator[str]:
    """Serves the screens on `reads` in threads of this process; gives the address."""
    app = dash.Dash("yiping-tests", assets_folder=str(ASSETS), title="Yiping", update_title="")
    views = register_all(app, reads)
    mapdata.register(
        app.server,
        mapdata.MapSource(
            token=views.token,
            manifest=views.manifest,
            answer=views.answer,
            geometry=views.geometry,
            areas=views.areas,
            basemap=lambda: None,
        ),
    )
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""The command that makes and sends bulletins for as long as it runs."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

import click

from api.beside import BESIDE, stopped_by_signals
from api.terminal import opened
from data.settings import Settings
from data.store import Store

_BEHIND_THE_SERVER = 10
"""How far a process beside the server stands back for it (os.nice)."""

Keep = Callable[[Settings, Store, threading.Event], None]
"""Makes and sends until it is told to stop."""


def command(keep: Keep) -> click.Command:
    """`jobs`, around the clockwork, which this room must not know: a web worker has none."""

    @click.command()
    @click.option(BESIDE, "beside", is_flag=True, hidden=True)
    def jobs(beside: bool) -> None:
        """Make and send the bulletins that are owed; Ctrl-C or SIGTERM ends it when the one in hand is finished.

        `run` starts one beside the server (YIPING_JOBS). In production run it as a service of its own, on as many
        machines as you like: each bulletin is made by one of them, once. The folder YIPING_VAR_DIR must be shared.

        \b
        Examples:
          python app.py jobs
          YIPING_JOBS=off python app.py run & python app.py jobs
        """
        stop = stopped_by_signals(beside)
        if beside:
            os.nice(_BEHIND_THE_SERVER)
        with opened(patient=True) as (store, settings):
            logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
            for talker in ("alembic", "fontTools", "matplotlib"):
                logging.getLogger(talker).setLevel(logging.WARNING)
            # It warns of each tick that is left out while hundreds of editions are made.
            logging.getLogger("apscheduler").setLevel(logging.ERROR)
            keep(settings, store, stop)

    return jobs

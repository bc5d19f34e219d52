"""Processes that run beside the server and end with it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

BESIDE: Final = "--beside"
"""The hidden option by which a command knows that it runs beside a server."""

_PROGRAM = Path(__file__).parents[1] / "app.py"
_END_SECONDS = 20


@contextmanager
def running_beside(command: str, wanted: bool) -> Iterator[None]:
    """Runs a command of this program as a child process that ends with this one; nothing where it is not wanted."""
    if not wanted:
        yield
        return
    child = subprocess.Popen(
        [sys.executable, str(_PROGRAM), command, BESIDE], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    owner = os.getpid()
    try:
        yield
    finally:
        # A forked worker leaves by this way too; the child is not its own.
        if os.getpid() == owner:
            assert child.stdin is not None
            child.stdin.close()
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(_END_SECONDS)
            child.kill()
            child.wait()


def stopped_by_signals(beside: bool) -> threading.Event:
    """Set when the process is told to end, and beside a server when that has ended."""
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _number, _frame: stop.set())

    def listen() -> None:
        # The server holds the other end and says nothing: it closes when the server is gone, however it went.
        sys.stdin.buffer.read()
        stop.set()

    if beside:
        threading.Thread(target=listen, daemon=True).start()
    return stop

"""`python app.py run` as a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.support.commands import Commands
from tests.support.docs import ROOT

START_SECONDS = 120
STOP_SECONDS = 30

_ANSWERS = re.compile(r"Yiping answers on (http://\S+)")


@dataclass
class Running:
    """A running dashboard: where it answers, and what it has said so far on both of its outputs."""

    process: subprocess.Popen[str]
    address: str = ""
    said: list[str] = field(default_factory=list)

    def stop(self, how: int = signal.SIGINT) -> int:
        """Tells it to end and gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(commands: Commands, *, until: str | None = None, port: int | None = None) -> Iterator[Running]:
    """Starts the dashboard, on a free port unless one is named; gives it when it has printed its address, or a line
    that begins with `until`."""
    process = subprocess.Popen(
        [sys.executable, "app.py", "run"],
        cwd=ROOT,
        env={"YIPING_JOBS": "off"}
        | os.environ
        | commands.environment
        | {"YIPING_PORT": str(port or free_port())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Ctrl-C reaches a whole group of processes: let it be its own.
        start_new_session=True,
    )
    started = Running(process)
    answers = threading.Event()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            started.said.append(line.rstrip("\n"))
            if found := _ANSWERS.search(line):
                started.address = found[1]
                answers.set()
            if until is not None and line.startswith(until):
                answers.set()
        answers.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        answers.wait(START_SECONDS)
        assert started.address or until is not None, "\n".join(started.said)
        yield started
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        listener.join()
        assert process.stdout is not None
        process.stdout.close()

"""Serving: one process with threads behind gunicorn, ready when it says so and gone cleanly when it is told to go."""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from data.settings import Settings

KEY_FILE = "secret_key"
_KEY_BYTES = 32
_ANSWER_SECONDS = 120
_KEEPALIVE_SECONDS = 30
"""Longer than a page waits between two looks at the version: it keeps its connection."""

_M_ARENA_MAX, _ARENAS = -8, 2
"""Of glibc's mallopt. Were there a heap for each thread of a server, what is let go in one would be of no use in
another, and over days every one of them would grow to the largest that was ever needed."""

_GIVE_BACK_SECONDS = 60
"""How often a server gives the system back what lies free between what is in use: left to itself, glibc keeps it, and a
server of weeks grows by every crowded minute it has seen."""

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class ServeError(Exception):
    """The program cannot serve; the message is a plain sentence."""


def address(host: str, port: int) -> str:
    """The address that a browser on this machine takes."""
    return f"http://{_bracketed(_EVERYWHERE.get(host, host))}:{port}"


def check_free(host: str, port: int) -> None:
    """Raises ServeError when nobody could listen there: the port is taken, or the host is not this machine's."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
    except OSError as error:
        raise ServeError(
            f"cannot listen on {_bracketed(host)}:{port}: {error.strerror}. Stop the program that does, or choose "
            "another place with YIPING_PORT or YIPING_HOST"
        ) from None


def secret_key(folder: Path) -> str:
    """The key that signs sessions: made once, kept in the folder for its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / KEY_FILE
    part = folder / f".{KEY_FILE}.{secrets.token_hex(8)}"
    if not path.exists():
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(_KEY_BYTES))
        # A link never replaces the key that another process has made meanwhile.
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
        part.unlink()
    key = path.read_text(encoding="ascii").strip()
    if len(key) < _KEY_BYTES:
        raise ServeError(
            f"expected a key in {path}, found a file that holds none: delete it, a new one is made"
        )
    return key


def give_back() -> bool:
    """Gives free memory of this process back to the system; False where there was none, or the C library cannot."""
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (OSError, AttributeError):
        return False


def serve(make: Callable[[], Flask], settings: Settings, ready: Callable[[str], None]) -> None:
    """Serves until the process is told to end; `make` builds what is served within the serving process, `ready` hears
    the address as soon as it answers there. Leaves by SystemExit."""
    _Server(make, settings, ready).run()


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, make: Callable[[], Flask], settings: Settings, ready: Callable[[str], None]) -> None:
        self._make = make
        self._settings = settings
        self._ready = ready
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        chosen = {
            "bind": f"{_bracketed(settings.host)}:{settings.port}",
            # One process: what it computes once serves everybody. Its threads wait for the database in parallel.
            "workers": 1,
            "worker_class": "gthread",
            "threads": settings.threads,
            "timeout": settings.statement_timeout_seconds + 60,
            "graceful_timeout": 10,
            "keepalive": _KEEPALIVE_SECONDS,
            # Its own words at INFO would name the address before anything answers there.
            "loglevel": "debug" if settings.log_level == "DEBUG" else "warning",
            "control_socket_disable": True,
            "proc_name": "yiping",
            "post_worker_init": self._loaded,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
        return self._make()

    def _loaded(self, worker: Any) -> None:
        threading.Thread(target=self._keep_small, name="memory", daemon=True).start()
        # A worker that takes a fallen one's place has nothing new to say.
        if worker.age == 1:
            threading.Thread(target=self._announce, daemon=True).start()

    def _keep_small(self) -> None:
        while True:
            time.sleep(_GIVE_BACK_SECONDS)
            give_back()

    def _announce(self) -> None:
        host, port = _EVERYWHERE.get(self._settings.host, self._settings.host), self._settings.port
        ends = time.monotonic() + _ANSWER_SECONDS
        while time.monotonic() < ends:
            if _answers(host, port):
                self._ready(address(host, port))
                return
            time.sleep(0.1)


def _answers(host: str, port: int) -> bool:
    """Whether the first page comes or leads to the sign-in; asking prepares what the first visitor waits for."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        connection.request("GET", "/", headers={"Accept": "text/html"})
        return connection.getresponse().status in (200, 303)
    except OSError:
        return False
    finally:
        connection.close()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

"""A private PostgreSQL server for the tests: its own files, its own port, gone afterwards.

Its settings trade durability for speed: it survives the death of its clients, not of the machine.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from tests.support.missing import MissingComponent

SUPERUSER = "yiping"
START_SECONDS = 60
START_TRIES = 5

_CONFIGURATION = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Its files lie in memory where there is room: the log is not kept for longer than it has to be.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "128MB",
    "autovacuum": "on",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class Cluster:
    """A server, running inside `with` or between `start` and `stop`; never as root: PostgreSQL refuses."""

    def __init__(self, configuration: Mapping[str, str] | None = None) -> None:
        self._configuration = {**_CONFIGURATION, **(configuration or {})}
        self._bin = _binaries()
        self._account = _account()
        self._folder = Path(tempfile.mkdtemp(prefix="yiping-pg-", dir=_base(self._account is not None)))
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}
        self.port = 0
        if self._account is not None:
            os.chown(self._folder, self._account.pw_uid, self._account.pw_gid)

    def __enter__(self) -> Cluster:
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    @property
    def log(self) -> str:
        """What the server has said so far."""
        path = self._folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Starts the server, making its files at the first start; returns when it answers."""
        if not (self._folder / "data").exists():
            self._initialise()
        for _ in range(START_TRIES):
            # Another program may take the port between the look and the start.
            self.port = self.port or _free_port()
            self._launch()
            if self._answers():
                return
            self.stop()
            self.port = 0
        raise RuntimeError(f"PostgreSQL did not start in {START_TRIES} tries. Its log:\n{self.log}")

    def stop(self, *, immediate: bool = False) -> None:
        """Stops the server and keeps its files; `immediate` is a crash, with recovery at the next start."""
        if self._server is None:
            return
        self._server.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
        try:
            self._server.wait(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._server = None

    def remove(self) -> None:
        """Stops the server and deletes its files."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of the databases."""
        return f"postgresql+psycopg://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template0") -> str:
        """The name of a new database, empty or a copy of `template` (to which nobody may be connected)."""
        name = f"test_{next(self._numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop_database(self, name: str) -> None:
        """Drops the database, and with it the connections that somebody left open."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of a database of one's own."""
        name = self.create_database(template)
        try:
            yield self.url(name)
        finally:
            self.drop_database(name)

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """A database to be copied, by a name of one's own: `fill` is given its URL once and leaves no connection."""
        if name not in self._templates:
            made = self.create_database()
            fill(self.url(made))
            self._templates[name] = made
        return self._templates[name]

    def _run(self, statement: LiteralString, *names: str) -> None:
        with self._connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=SUPERUSER, dbname="postgres", autocommit=True
        )

    def _initialise(self) -> None:
        done = subprocess.run(
            [
                self._bin / "initdb",
                *("--pgdata", "data", "--username", SUPERUSER, "--auth", "trust", "--no-sync"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8"),
            ],
            **self._as_account(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _launch(self) -> None:
        configuration = self._configuration | {
            "port": str(self.port),
            "unix_socket_directories": str(self._folder),
        }
        options: Sequence[str] = [
            part for name, value in configuration.items() for part in ("-c", f"{name}={value}")
        ]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [*_dying_with_us(), self._bin / "postgres", "-D", "data", *options],
                **self._as_account(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _answers(self) -> bool:
        """Whether it answers within the time; False at once when it has ended."""
        limit = time.monotonic() + START_SECONDS
        while self._server is not None and self._server.poll() is None and time.monotonic() < limit:
            try:
                with self._connect() as connection:
                    # Somebody else's server may sit on the port.
                    row = connection.execute("SHOW unix_socket_directories").fetchone()
                    return row is not None and row[0] == str(self._folder)
            except psycopg.OperationalError:
                time.sleep(0.05)
        return False

    def _as_account(self) -> dict[str, Any]:
        """How to start a process in the cluster's folder, as the account that owns it."""
        place: dict[str, Any] = {
            "cwd": self._folder,
            "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        }
        if self._account is None:
            return place
        return place | {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}


def _binaries() -> Path:
    """The folder of the newest server's programs: Debian keeps them off the PATH."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: float(folder.parent.name))
    found = shutil.which("initdb")
    if found is None:
        raise MissingComponent("a PostgreSQL server", "/usr/lib/postgresql/*/bin/initdb and the PATH")
    return Path(found).resolve().parent


def _account() -> pwd.struct_passwd | None:
    """The account to run the server as, or None for our own."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise MissingComponent("an account other than root", "postgres and nobody")


def _base(other_account: bool) -> Path:
    """The folder for temporary files; /tmp when another account could not get through to ours."""
    own = Path(tempfile.gettempdir()).resolve()
    passable = all(folder.stat().st_mode & 0o001 for folder in (own, *own.parents))
    # A socket's path has room for some 100 characters.
    return own if (passable or not other_account) and len(str(own)) < 60 else Path("/tmp")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _dying_with_us() -> list[str]:
    """Lets the server end when the tests are killed; without util-linux it would stay."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "QUIT"] if setpriv else []

"""A small server behind the real doors, with a clock that the test moves and an audit that it reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from api import cookies, doors, dressing, entrance
from data.clocks import SECOND, Instant
from data.settings import Settings
from data.store import Store

BEGAN = 1_790_000_000 * SECOND
KEY = "the key of the tests, which signs forms"


@dataclass
class House:
    """The server, its clock and what its audit heard."""

    store: Store
    settings: Settings
    now: Instant = BEGAN
    heard: list[tuple[str, str, str]] = field(default_factory=list)
    details: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = self.built()

    def built(self) -> Flask:
        """Another server process on the same store."""
        server = Flask("tests", static_folder=None)
        server.secret_key = KEY
        entrance.build(server, self.store, self.settings, lambda: self.now)
        server.extensions[doors.AUDIT] = self._note
        for path in ("/", "/map", "/version", "/wall", "/geometry/manifest", "/events", "/_dash-layout"):
            server.add_url_rule(path, path, self._figure, methods=["GET", "POST"])
        server.add_url_rule("/_dash-update-component", "update", self._figure, methods=["POST"])
        server.add_url_rule("/wall/control", "control", self._figure, methods=["GET", "POST"])
        dressing.register(server, [])
        return server

    def client(self, session: str = "", wall: str = "", server: Flask | None = None) -> FlaskClient:
        """A browser with the cookies of a session and of a wall."""
        found = (server or self.server).test_client()
        for name, value in ((cookies.SESSION, session), (cookies.WALL, wall)):
            if value:
                found.set_cookie(name, value)
        return found

    def _figure(self) -> str:
        found = doors.viewer()
        return f"{found.name} {found.role} {found.scope} {found.language}"

    def _note(self, action: str, subject: str, result: str, **detail: Any) -> None:
        self.heard.append((action, subject, result))
        self.details.append(detail)


def house(store: Store, folder: Path, **settings: str) -> House:
    """The house with settings by their names."""
    given = {f"YIPING_{name.upper()}": value for name, value in settings.items()}
    return House(store, Settings.load({"YIPING_VAR_DIR": str(folder), **given}, None))

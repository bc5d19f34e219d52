"""Who a cookie belongs to: looked up in the store, remembered for two seconds, so that signing out is seen at once."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Final, Generic, TypeVar

from flask import Request
from sqlalchemy.exc import SQLAlchemyError

from api import cookies
from data.access import Viewer
from data.accounts import sessions, walls
from data.accounts.account import Account
from data.accounts.sessions import Session
from data.accounts.signing import Policy
from data.accounts.walls import WallToken
from data.clocks import SECOND, Instant
from data.reference import NoCity, reference
from data.store import Store

REMEMBERED_SECONDS: Final = 2.0
_MOST: Final = 4096
_WRITTEN_EVERY: Final = 30 * SECOND
"""How often what was seen goes to the store; the shortest idle time-out is ten times that."""

_LONGEST_COOKIE: Final = 200
_SHOWN: Final = 12

_log = logging.getLogger(__name__)
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Signed:
    """A session that is not over, and whose it is."""

    session: Session
    account: Account


class _Remembered(Generic[_Found]):
    """Answers of the last seconds by key. What was not found is asked again each time: guesses fill no memory."""

    def __init__(self, ask: Callable[[str], _Found | None]) -> None:
        self._ask = ask
        self._kept: OrderedDict[str, tuple[float, _Found]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> _Found | None:
        """The answer, at most as old as is remembered."""
        with self._lock:
            known = self._kept.get(key)
        if known is not None and time.monotonic() - known[0] < REMEMBERED_SECONDS:
            return known[1]
        asked_at = time.monotonic()
        found = self._ask(key)
        with self._lock:
            self._kept.pop(key, None)
            if found is not None:
                self._kept[key] = (asked_at, found)
                while len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
        return found

    def forget(self, key: str) -> None:
        """Asks again the next time."""
        with self._lock:
            self._kept.pop(key, None)


class Visitors:
    """Finds who sends a request. Several server processes agree, for the store is what they all look at."""

    def __init__(self, store: Store, policy: Policy, now: Callable[[], Instant], *, demo: bool) -> None:
        self._store = store
        self._policy = policy
        self._now = now
        self._demo = demo
        self._sessions = _Remembered[tuple[Session, Account]](lambda cookie: sessions.look(store, cookie))
        self._walls = _Remembered[WallToken](lambda token: walls.of_token(store, token))
        self._cities = _Remembered[Viewer](self._demo_viewer)
        self._seen: dict[str, Instant] = {}
        self._written_at: Instant = 0
        self._lock = Lock()
        # A bulk load may hold the store's writer for minutes: nobody's request waits for it.
        self._beside = ThreadPoolExecutor(1, "sessions")

    def known(self, asked: Request) -> Viewer | None:
        """Whoever has signed in, or the wall."""
        found = self.signed(asked)
        if found is not None and found.session.stage == "full":
            account = found.account
            return Viewer(
                account.name, account.role, account.scope, account.display_name, session=found.session.short
            )
        return self._wall(cookies.get(asked, cookies.WALL))

    def signed(self, asked: Request) -> Signed | None:
        """The session of a request, also one that waits for a password or a second factor."""
        cookie = cookies.get(asked, cookies.SESSION)
        if not cookie or len(cookie) > _LONGEST_COOKIE:
            return None
        found = self._sessions.get(cookie)
        if found is None:
            return None
        session, account = found
        seen_at = max(session.seen_at, self._seen.get(session.id_hash, 0))
        if self._now() >= session.expires_at or self._now() - seen_at >= self._policy.idle:
            self._sessions.forget(cookie)
            self._seen.pop(session.id_hash, None)
            self._aside(lambda: sessions.end(self._store, session.id_hash))
            return None
        return Signed(session, account)

    def seen(self, asked: Request) -> None:
        """Notes that somebody is there: their session does not rest."""
        found = self.signed(asked)
        if found is None:
            return
        now = self._now()
        with self._lock:
            self._seen[found.session.id_hash] = now
            if 0 <= now - self._written_at < _WRITTEN_EVERY:
                return
            self._written_at = now
            waiting, self._seen = self._seen, {found.session.id_hash: now}
        self._aside(lambda: sessions.touch(self._store, waiting))

    def forget(self, asked: Request) -> None:
        """Asks the store again for the session of a request, after it was changed."""
        self._sessions.forget(cookies.get(asked, cookies.SESSION))

    def demo(self) -> Viewer | None:
        """The visitor of a demonstration, where the settings let one in; also of a store without any city."""
        return self._cities.get("") if self._demo else None

    def _demo_viewer(self, _: str) -> Viewer | None:
        try:
            city = reference(self._store)
        except NoCity:
            return Viewer("demo", "operator", "", demo=True)
        return Viewer("demo", "operator", city.code, demo=True) if city.config.get("demo") else None

    def _wall(self, token: str) -> Viewer | None:
        if not token or len(token) > _LONGEST_COOKIE:
            return None
        found = self._walls.get(token)
        if found is None:
            return None
        return Viewer(found.name, "wall", found.scope, session=sessions.hash_of(token)[:_SHOWN])

    def _aside(self, write: Callable[[], None]) -> None:
        def tried() -> None:
            try:
                write()
            except SQLAlchemyError as error:
                _log.warning("A session could not be noted: %s", type(error).__name__)

        self._beside.submit(tried)

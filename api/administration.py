"""What an administrator may do: accounts and walls within their scope, every change audited; what they may look at."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask import request

from api.archiving import Archiving
from api.demo import lock_of
from api.doors import audited, viewer
from data import bulletinstates, jobworkers
from data.access import Role, Viewer, may
from data.accounts import locks, people, walls
from data.accounts.account import Account, AccountError, normal_name
from data.accounts.walls import WallToken
from data.bulletinstates import Health
from data.clocks import Instant
from data.deliveries import Delivery
from data.editions import Edition
from data.reference import NoCity, Reference, reference
from data.settings import Settings
from data.store import Store

Running = Literal["runs", "rests", "waits", "off"]


@dataclass(frozen=True)
class Job:
    """Something that works beside the pages: its key, and whether it runs, rests, waits for somebody or is off."""

    key: str
    state: Running


class Administration:
    """The administration of a store. Everything here asks first whether the viewer is an administrator, and knows
    nobody whose scope is not within theirs. Raises AccountError with a key for the page's words."""

    def __init__(self, store: Store, settings: Settings, now: Callable[[], Instant]) -> None:
        self._store = store
        self._settings = settings
        self._now = now
        self._archive = Archiving(store, now)

    def people(self) -> Sequence[Account]:
        """The accounts within the administrator's scope."""
        return self._within(self._administrator(), people.listed(self._store), lambda each: each.scope)

    def walls(self) -> Sequence[WallToken]:
        """The tokens of walls within it."""
        return self._within(self._administrator(), walls.listed(self._store), lambda each: each.scope)

    def add(self, name: str, role: Role, scope: str, display_name: str, subject: str) -> str | None:
        """Adds an account and gives its one-time password, None for one that another house knows."""
        self._reaches(self._administrator(), scope)
        made = people.add(
            self._store,
            name,
            role,
            scope,
            self._now(),
            display_name=display_name,
            subject=subject.strip() or None,
        )
        audited("account_add", normal_name(name), "ok", role=role, scope=scope)
        return made

    def change(self, name: str, role: Role, scope: str, display_name: str) -> None:
        """Gives an account another role, scope and shown name; nobody does so to themselves."""
        known = self._other(name)
        self._reaches(viewer(), scope)
        people.change(self._store, known.name, role=role, scope=scope, display_name=display_name)
        before = {"role_before": known.role, "scope_before": known.scope}
        audited("account_change", known.name, "ok", role=role, scope=scope, **before)

    def reset(self, name: str, second_factor: bool) -> str:
        """Gives an account a one-time password, ends its sessions and its wait after failures."""
        known = self._other(name)
        made = people.reset(self._store, known.name, second_factor=second_factor)
        locks.forget(self._store, known.name, self._now())
        audited("account_reset", known.name, "ok", second_factor=second_factor)
        return made

    def disable(self, name: str) -> None:
        """Lets an account in no more."""
        known = self._other(name)
        people.disable(self._store, known.name, self._now())
        audited("account_disable", known.name, "ok")

    def enable(self, name: str) -> None:
        """Lets an account in again."""
        known = self._other(name)
        people.enable(self._store, known.name)
        audited("account_enable", known.name, "ok")

    def add_wall(self, name: str, scope: str) -> str:
        """Adds a wall's token and gives the link that lets it in."""
        who = self._administrator()
        self._reaches(who, scope)
        token = walls.add(self._store, name, scope, who.name, self._now())
        audited("wall_token_add", name.strip(), "ok", scope=scope)
        return f"{request.host_url}wall/enter?token={token}"

    def revoke_wall(self, name: str) -> None:
        """Lets a wall in no more."""
        if name not in {each.name for each in self.walls()}:
            raise AccountError(
                "wall_unknown", f"expected a wall within the administrator's scope, found {name!r}"
            )
        walls.revoke(self._store, name, self._now())
        audited("wall_token_revoke", name, "ok")

    def settings(self) -> Mapping[str, str]:
        """The settings in force, secrets masked."""
        self._administrator()
        return self._settings.shown()

    def city(self) -> Mapping[str, Any]:
        """The city's own settings as they were loaded; {} without a city."""
        self._administrator()
        known = self._reference()
        return {} if known is None else known.config

    def jobs(self) -> Sequence[Job]:
        """What works beside the pages."""
        self._administrator()
        known = self._reference()
        demo = known is not None and bool(known.config.get("demo"))
        lives: Running = "runs" if self._is_locked() else "rests"
        stale = self._store.state().counters_stale
        return (
            Job("simulate", lives if demo else "off"),
            Job("counters", "waits" if stale else "rests"),
            Job("bulletins", "runs" if jobworkers.workers(self._store, self._now()) else "off"),
        )

    def bulletins(self) -> Health:
        """How the bulletins of the administrator's scope fare."""
        return bulletinstates.health(self._store.within(self._administrator().scope), self._now())

    def try_bulletin(self, number: int) -> Edition:
        """Tries at once to make an edition that failed. Raises Refused."""
        self._administrator()
        return self._archive.try_now(number)

    def send_again(self, number: int) -> Delivery:
        """Sends again what failed or is in doubt. Raises Refused."""
        self._administrator()
        return self._archive.retry(number)

    def _administrator(self) -> Viewer:
        found = viewer()
        if not may(found, "administer"):
            audited("administer", request.path, "refused")
            raise AccountError("refused", "expected an administrator")
        return found

    def _other(self, name: str) -> Account:
        who = self._administrator()
        if name == who.name:
            raise AccountError(
                "self", "expected another's account: nobody takes their own rights away by mistake"
            )
        known = people.get(self._store, name)
        if not self._within(who, [known], lambda each: each.scope):
            audited("administer", name, "refused", scope=known.scope)
            raise AccountError(
                "unknown", f"expected an account within the administrator's scope, found {name!r}"
            )
        return known

    def _reaches(self, who: Viewer, scope: str) -> None:
        if scope not in reference(self._store.within(who.scope)).tree:
            audited("administer", f"grid {scope}"[:120], "refused")
            raise AccountError(
                "beyond", f"expected a grid within the administrator's scope, found {scope!r}", scope[:40]
            )

    def _within(self, who: Viewer, found: Iterable[Any], scope: Callable[[Any], str]) -> list[Any]:
        tree = reference(self._store.within(who.scope)).tree
        whole = reference(self._store).tree
        # A grid that a new pack has left out belongs to nobody but the city's own administrator.
        city = tree.root.code == whole.root.code
        return [each for each in found if scope(each) in tree or (city and scope(each) not in whole)]

    def _reference(self) -> Reference | None:
        try:
            return reference(self._store)
        except NoCity:
            return None

    def _is_locked(self) -> bool:
        """Whether a simulation has its lock."""
        try:
            with lock_of(self._settings).open("r") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

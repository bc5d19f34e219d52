"""What the archive of bulletins may ask for and do; app.py gives it a store's, tests a made-up one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from data.bulletinplan import BulletinKind, BulletinPlan
from data.bulletinstates import Standing, Wanted
from data.clocks import Instant
from data.deliveries import Delivery
from data.editions import Edition, Owed, State


class Archive(Protocol):
    """The bulletins within the scope of whoever asks. What changes anything raises Refused where the viewer may not, or
    there is nothing to be done."""

    def plan(self) -> BulletinPlan:
        """How the city gives its bulletins."""
        ...

    def begun(self) -> bool:
        """Whether anybody makes them."""
        ...

    def today(self, scope: str, now: Instant) -> Sequence[Standing]:
        """What the local day owes a grid, and how it stands."""
        ...

    def missing(self, now: Instant, scope: str, below: bool) -> Sequence[Owed]:
        """What should exist and was not begun, of a grid alone or with those below it."""
        ...

    def coming(self, now: Instant) -> Mapping[BulletinKind, Instant]:
        """When each kind is due next."""
        ...

    def editions(
        self, wanted: Wanted, states: Collection[State], limit: int, offset: int
    ) -> Sequence[Edition]:
        """Editions, the latest first."""
        ...

    def count(self, wanted: Wanted, states: Collection[State]) -> int:
        """How many there are of them."""
        ...

    def edition(self, number: int) -> Edition | None:
        """One edition; None for one that is not there, or not for the viewer."""
        ...

    def revisions(self, one: Edition) -> Sequence[Edition]:
        """Every revision of one that the viewer may open, the newest first."""
        ...

    def deliveries(self, number: int) -> Sequence[Delivery]:
        """Where an edition went, for whoever sees to it."""
        ...

    def approve(self, number: int) -> Edition:
        """Approves a draft."""
        ...

    def try_now(self, number: int) -> Edition:
        """Ends the wait of an edition that failed."""
        ...

    def retry(self, number: int) -> Delivery:
        """Sends again what failed or is in doubt."""
        ...

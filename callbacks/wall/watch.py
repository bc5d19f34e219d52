"""One look at the store for every wall of a process: whether anything has changed, a few times a second at most."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition
from typing import Final

from data.wallcontrol import Seen, Unreadable

LOOK_SECONDS: Final = 0.25
"""A wall asks every half second: what it is told is at most so much older."""

PATIENCE_SECONDS: Final = 2.0
"""A database that does not answer for so long is away, for everybody but the one who waits for it."""


@dataclass
class Watch:
    """The newest look, shared. `look` raises Unreadable when the store cannot be read."""

    look: Callable[[], Seen]
    ticks: Callable[[], float] = time.monotonic
    looks: int = 0
    _last: Seen | None = None
    _looked: float = float("-inf")
    _began: float | None = None
    _turn: Condition = field(default_factory=Condition)

    def seen(self) -> Seen:
        """The store as it was seen a moment ago. Raises Unreadable."""
        with self._turn:
            while True:
                ticks = self.ticks()
                if ticks - self._looked < LOOK_SECONDS:
                    return self._told()
                if self._began is None:
                    self._began = ticks
                    break
                if ticks - self._began > PATIENCE_SECONDS:
                    raise Unreadable("the store does not answer")
                if self._last is not None:
                    return self._last
                if self.looks:
                    raise Unreadable("the store cannot be read")
                # The very first look: everybody waits for it.
                self._turn.wait(PATIENCE_SECONDS)
        found: Seen | None = None
        try:
            found = self.look()
        finally:
            with self._turn:
                self.looks += 1
                # What is equal stays the same object: whoever kept it sees at a glance that nothing is new.
                found = self._last if found == self._last else found
                self._last, self._looked, self._began = found, self.ticks(), None
                self._turn.notify_all()
        return found

    def _told(self) -> Seen:
        if self._last is None:
            raise Unreadable("the store cannot be read")
        return self._last

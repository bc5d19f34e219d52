"""When the city is to be looked at: every hour, and once a night in full. What is owed follows from the clock and from
when it was looked at last, so a tick that is missed or comes twice changes nothing."""

from __future__ import annotations

import logging
from typing import Final, Literal

from data.alerting.looks import night_start
from data.alerting.watching import Watched, watch
from data.clocks import HOUR, MINUTE, Instant, ZoneClock
from data.reference import reference
from data.store import Store

TICK_SECONDS: Final = 60

AFTER_START: Final = 2 * MINUTE
"""A process that has just begun leaves the machine to those who wait for it."""

_log = logging.getLogger(__name__)

Look = Literal["night", "hour"]


def owed(
    clock: ZoneClock, now: Instant, began: Instant, night_at: Instant | None, looked_at: Instant | None
) -> Look | None:
    """Which look is owed: the night's when none was since NIGHT_FROM of today (of yesterday before that hour), else the
    hour's when the last look was an hour ago. None shortly after the process began."""
    if now - began < AFTER_START:
        return None
    if night_at is None or night_at < night_start(clock, now):
        return "night"
    return "hour" if looked_at is None or now - looked_at >= HOUR else None


class Watchman:
    """Looks when it is owed, and remembers when it looked. A process that begins anew looks in full once."""

    def __init__(self, store: Store, began: Instant) -> None:
        self._store = store
        self._began = began
        self._night_at: Instant | None = None
        self._looked_at: Instant | None = None

    def tick(self, now: Instant) -> Watched | None:
        """Looks if it is owed; None if not. Raises NoCity."""
        look = owed(reference(self._store).clock, now, self._began, self._night_at, self._looked_at)
        if look is None:
            return None
        found = watch(self._store, now, hourly=look == "hour")
        self._looked_at = now
        if look == "night":
            self._night_at = now
        _log.info(
            "%s: %s warnings opened, %s go on, %s faded",
            look,
            found.kept.opened,
            found.kept.again,
            found.kept.faded,
        )
        return found

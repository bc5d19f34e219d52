"""The clockwork of bulletins: looks every few seconds for what is owed, sends what was issued, clears up.

APScheduler only ticks here. What is owed is found anew at each tick from what exists, so a tick that is missed, or that
comes twice, or in two processes at once, changes nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from data.jobworkers import beat, gone
from data.reference import NoCity
from reports.making import Office, Round, tidy

LOOK_SECONDS: Final = 10
SEND_SECONDS: Final = 5
BEAT_SECONDS: Final = 30
TIDY_SECONDS: Final = 3_600

_WATCH_SECONDS = 1.0

_log = logging.getLogger(__name__)

Post = Callable[[Callable[[], bool]], None]
"""Sends what is owed to recipients, until there is nothing more or it is told to stop."""


Tasks = Mapping[str, tuple[Callable[[], object], int]]
"""What is done every so many seconds, by name."""


def keep(office: Office, post: Post, stop: threading.Event, more: Tasks | None = None) -> None:
    """Makes what is owed, sends what was issued and clears up, until it is told to stop; the edition in hand is
    finished first. Making and sending go on beside each other: hundreds of editions do not keep a letter waiting.
    `more` is done beside them."""
    doing = _Doing(office)
    rounds = Round(office)
    tasks: dict[str, tuple[Callable[[], object], int]] = {
        "make": (lambda: doing.over(rounds.work(stop.is_set, doing.say)), LOOK_SECONDS),
        "send": (lambda: post(stop.is_set), SEND_SECONDS),
        "beat": (doing.beat, BEAT_SECONDS),
        "hold": (rounds.alive, BEAT_SECONDS),
        "tidy": (lambda: tidy(office.store, office.folder), TIDY_SECONDS),
        **(more or {}),
    }
    # No tick depends on a zone: what is owed knows the city's own. It is said all the same, lest it be guessed.
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(len(tasks))})
    for name, (task, seconds) in tasks.items():
        scheduler.add_job(
            _guarded(name, task, stop),
            _every(seconds),
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    for name in ("beat", "tidy"):
        _guarded(name, tasks[name][0], stop)()
    scheduler.start()
    try:
        _watch(office, scheduler, stop, {name: seconds for name, (_, seconds) in tasks.items()})
    finally:
        stop.set()
        scheduler.shutdown(wait=True)
        doing.end()


def _watch(
    office: Office, scheduler: BackgroundScheduler, stop: threading.Event, ticks: Mapping[str, float]
) -> None:
    """Waits for the end. A clock that was set back would let every tick wait until it has caught up."""
    seen_at = office.now()
    while not stop.wait(_WATCH_SECONDS):
        present = office.now()
        if present < seen_at:
            for name, seconds in ticks.items():
                scheduler.reschedule_job(name, trigger=_every(seconds))
        seen_at = present


def _every(seconds: float) -> IntervalTrigger:
    return IntervalTrigger(seconds=seconds, timezone=UTC)


def _guarded(name: str, task: Callable[[], object], stop: threading.Event) -> Callable[[], None]:
    """A tick that fails is told and is no reason not to tick again."""

    def tick() -> None:
        if stop.is_set():
            return
        try:
            task()
        except NoCity:
            _log.debug("the store holds no city yet: there is nothing to make")
        except SQLAlchemyError as error:
            _log.warning(
                "%s: the database did not answer (%s); the next tick tries again", name, type(error).__name__
            )
        except Exception:
            _log.exception("%s: a fault of the program; the next tick tries again", name)

    return tick


class _Doing:
    """What the process is at work on, as its row tells it."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._doing = ""

    def say(self, doing: str) -> None:
        self._doing = doing

    def over(self, _made: int) -> None:
        self._doing = ""

    def beat(self) -> None:
        beat(self._office.store, self._office.worker, self._doing, self._office.now())

    def end(self) -> None:
        with suppress(SQLAlchemyError):
            gone(self._office.store, self._office.worker)

"""Lets the demonstration go on living: new events at the pace of the store's last weeks, every event through the life
cycle, the backlog neither growing nor dying out.

All that is remembered stands in the store. Whoever starts again plans the same minutes and the same lives, so nothing
is said twice, and what was missed meanwhile is made up for first.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from sqlalchemy import func, select

from data.answers import Question
from data.clocks import DAY, HOUR, MINUTE, SECOND, Instant
from data.counters import Progress, quiet
from data.demo.centrelife import CentreLife, centres_of
from data.demo.chance import Ints
from data.demo.draws import uniform
from data.demo.filling import demo_events, is_demo
from data.demo.handling import Cases
from data.demo.history import SOURCE, Demo, Window, draft
from data.demo.marks import fill_marks
from data.demo.model import mark_words
from data.demo.motion import SUSPENDED, Motion, Planner, least_content
from data.demo.places import outlines
from data.events import Operation, Outcome, write
from data.lifecycle import Status
from data.periods import Period
from data.queries.figures import totals
from data.schema import category, event, source
from data.store import Store, StoreError

_WEEKS = 28 * DAY
"""The pace is that of so much time before."""

_SAMPLE = 20_000
"""Lives drawn to learn from which point on citizens are dissatisfied."""

_MARKED_BACK = 31 * DAY
"""Marks are made up for so far back."""

_BATCH = 500
"""Operations written by one transaction."""

_WINDOW = 60
"""Minutes planned at a time while what was missed is made up for."""

_RATED_WITHIN = 4 * DAY
"""Whoever has not rated by then does not."""

_OFFICE = range(8, 20)
"""The hours in which what was stuck is taken up."""


@dataclass(frozen=True)
class Told:
    """What became of an advance: how many operations were written, and how many of them were refused."""

    written: int = 0
    refused: int = 0

    def __add__(self, other: Told) -> Told:
        return Told(self.written + other.written, self.refused + other.refused)


@dataclass
class Simulation:
    """A living demonstration. `begin` makes one; `advance` brings the store up to an instant."""

    store: Store
    demo: Demo
    planner: Planner
    level: float
    since: Instant
    wanted_open: float
    stuck: list[str]
    centres: CentreLife
    _queue: list[tuple[Instant, int, Motion]] = field(default_factory=list)
    _turn: Iterator[int] = field(default_factory=count)
    _minute: int = 0
    _hour: int = 0
    _marked_day: int = 0

    @classmethod
    def begin(
        cls,
        store: Store,
        demo: Demo,
        speed: float = 1.0,
        per_day: float | None = None,
        progress: Progress = quiet,
    ) -> Simulation:
        """Takes up the demonstration where the store stands. `speed`: so many times as much happens, and everything
        takes so much less time. `per_day`: events a usual day, instead of the pace of the last weeks.

        Raises StoreError for a city that is no demonstration, and for one without a history.
        """
        progress("taking up the open events", 0.0)
        events = demo_events(store)
        if not is_demo(demo.city) or not events:
            raise StoreError(
                "expected a demonstration with its history, found none: `python app.py demo` makes the history of a "
                "city whose city.toml says `demo = true`"
            )
        with store.reading() as connection:
            since = connection.execute(
                select(source.c.last_reported_at).where(source.c.name == SOURCE)
            ).scalar_one()
        published = demo.rhythm.model.published
        sample = draft(demo, Window(demo.city.clock.day_number(since - 1) - 30, since, _SAMPLE))
        planner = Planner(
            demo.handling, demo.writer, outlines(store, demo.places), SOURCE, least_content(sample), speed
        )
        level = speed * (_pace(store, demo, since) if per_day is None else per_day)
        life = CentreLife.begin(store, centres_of(demo.city, demo.seed), demo.rhythm.founded_at, since)
        made = cls(store, demo, planner, level, since, (1.0 - published.completion) * events, [], life)
        made._minute = since // MINUTE
        made._hour = since // HOUR
        made._take_up()
        return made

    @property
    def open(self) -> int:
        """How many events are open: those on their way that have more than a rating before them, and the stuck ones."""
        return len(self.stuck) + sum(not motion.closed for _, _, motion in self._queue)

    def advance(self, until: Instant, progress: Progress = quiet) -> Told:
        """Writes everything that happens until an instant, in the order of time."""
        told = Told()
        while self.lags(until):
            told += self.step(until, progress)
        self.centres.advance(until)
        self._mark(until)
        return told + self._write_until(until)

    def _mark(self, until: Instant) -> None:
        """Gives the centres their marks of the month, looked for once a day."""
        city = self.demo.city
        day = city.clock.day_number(until)
        if day > self._marked_day:
            fill_marks(self.store, city, self.demo.seed, mark_words(), until - _MARKED_BACK, until)
            self._marked_day = day

    def lags(self, until: Instant) -> bool:
        """True while there are minutes until then that nobody has planned yet."""
        return self._minute <= until // MINUTE

    def step(self, until: Instant, progress: Progress = quiet) -> Told:
        """An hour of `advance` at the most."""
        first, last = self.since // MINUTE, until // MINUTE
        progress("making up for what was missed", (self._minute - first) / (last + 1 - first))
        planned = min(self._minute + _WINDOW, last + 1)
        self._plan(self._minute, planned)
        self._minute = planned
        return self._write_until(min(until, planned * MINUTE))

    def _plan(self, first: int, end: int) -> None:
        """Plans the new events of some minutes, and what is taken up at last within their hours."""
        parts = [self.demo.rhythm.minute(number, self.level) for number in range(first, end)]
        numbers = np.concatenate([numbers for numbers, _ in parts])
        reported = np.concatenate([arrivals.reported_at for _, arrivals in parts])
        channel = np.concatenate([arrivals.channel for _, arrivals in parts])
        happening = np.concatenate([arrivals.happening for _, arrivals in parts])
        leaf = self.demo.places.choose(happening, uniform(self.demo.seed, "grid", numbers))
        cases = Cases(numbers, reported, leaf, channel, happening).part(reported > self.since)
        for motion in self.planner.new(cases, [simulated_key(number) for number in cases.numbers.tolist()]):
            self._push(motion)
        self.wanted_open += (1.0 - self.demo.rhythm.model.published.completion) * len(cases)
        for hour in range(self._hour + 1, (end - 1) * MINUTE // HOUR + 1):
            self._hour = hour
            self._release(hour)

    def _release(self, hour: int) -> None:
        """Takes up some of what was stuck: as many as got stuck, more while there are more than there should be."""
        at = hour * HOUR
        if self.demo.city.clock.local(at).hour not in _OFFICE or not self.stuck:
            return
        inflow = (1.0 - self.demo.rhythm.model.published.completion) * self.level / len(_OFFICE)
        pressure = min(self.open / max(self.wanted_open, 1.0), 3.0) ** 3
        chance = float(uniform(self.demo.seed, "release", np.array([hour]))[0])
        some = min(int(inflow * pressure + chance), len(self.stuck))
        spread = uniform(
            self.demo.seed, "released which", hour * 100_000 + np.arange(2 * some, dtype=np.int64)
        )
        keys = [self.stuck.pop(int(spread[turn] * len(self.stuck))) for turn in range(some)]
        if not keys:
            return
        statuses = self._statuses(keys, at)
        for turn, key in enumerate(keys):
            status = statuses.get(key)
            if status is None:
                self.stuck.append(key)
                continue
            motion = self.planner.released(
                key, number_of(key), status, at + int(spread[some + turn] * 3600) * SECOND
            )
            if motion.todo:
                self._push(motion)

    def _push(self, motion: Motion) -> None:
        heapq.heappush(self._queue, (motion.at, next(self._turn), motion))

    def _write_until(self, until: Instant) -> Told:
        told = Told()
        while self._queue and self._queue[0][0] <= until:
            batch: list[Operation] = []
            while self._queue and self._queue[0][0] <= until and len(batch) < _BATCH:
                _, _, motion = heapq.heappop(self._queue)
                batch.append(motion.todo.pop())
                if motion.todo:
                    self._push(motion)
                elif motion.stuck:
                    self.stuck.append(motion.key)
            told += _counted(write(self.store, batch, until))
        return told

    def _take_up(self) -> None:
        """Finds what is open, and what was closed lately and may still be rated."""
        columns = (
            *(event.c.source_key, event.c.status, event.c.grid_id, event.c.category_id, event.c.channel_id),
            event.c.reported_at,
            func.coalesce(event.c.suspended_until, 0),
        )
        with self.store.reading() as connection:
            mine = event.c.source_id == select(source.c.id).where(source.c.name == SOURCE).scalar_subquery()
            found = list(
                connection.execute(
                    select(*columns).where(mine, event.c.closed_at.is_(None), event.c.withdrawn_at.is_(None))
                )
            )
            # Naming every category lets the index of closed events answer.
            every = connection.execute(select(category.c.id)).scalars().all()
            lately = event.c.category_id.in_(every) & (event.c.closed_at > self.since - _RATED_WITHIN)
            found += connection.execute(
                select(*columns).where(mine, lately, event.c.rated_at.is_(None))
            ).all()
        if not found:
            return
        keys = [row.source_key for row in found]
        table = np.array([tuple(row)[1:] for row in found], dtype=np.int64)
        places = self.demo.places
        leaf = np.searchsorted(places.ids, table[:, 1]).clip(max=len(places.ids) - 1)
        numbers = np.array([number_of(key) for key in keys], dtype=np.int64)
        # An event that was corrected to a grid with others below it stays as it is.
        ours = (places.ids[leaf] == table[:, 1]) & (numbers >= 0)
        cases = Cases(numbers, table[:, 4], leaf.astype(np.int64), table[:, 3] - 1, table[:, 2] - 1)
        moving, self.stuck = self.planner.known(
            cases.part(ours),
            [key for key, mine in zip(keys, ours.tolist(), strict=True) if mine],
            np.where(table[:, 5] > self.since, SUSPENDED, table[:, 0])[ours].tolist(),
            self.since,
        )
        for motion in moving:
            self._push(motion)

    def _statuses(self, keys: list[str], at: Instant) -> dict[str, Status]:
        """The statuses of those of the events that are not suspended then."""
        found: dict[str, Status] = {}
        with self.store.reading() as connection:
            mine = event.c.source_id == select(source.c.id).where(source.c.name == SOURCE).scalar_subquery()
            for row in connection.execute(
                select(event.c.source_key, event.c.status, event.c.suspended_until).where(
                    mine, event.c.source_key.in_(keys)
                )
            ):
                if row.suspended_until is None or row.suspended_until <= at:
                    found[row.source_key] = Status(row.status)
        return found


def simulated_key(number: int) -> str:
    """The key of an event that the simulation reports."""
    return f"S{number:011d}"


def number_of(key: str) -> int:
    """The number that an event of the demonstration draws by; -1 for a key that is none of its own."""
    return int(key[1:]) if key[:1] in ("D", "S") and key[1:].isdigit() else -1


def _pace(store: Store, demo: Demo, until: Instant) -> float:
    """Events a usual day, as the last weeks had them."""
    clock = demo.city.clock
    last = clock.day_number(until)
    period = Period(clock.day_start(last - _WEEKS // DAY), clock.day_start(last))
    received = totals(store, Question(demo.city.code, period, until, live=True))["received"].numerator
    days: Ints = np.arange(last - _WEEKS // DAY, last, dtype=np.int64)
    return received / float(demo.rhythm.volumes(days).sum()) if received else demo.rhythm.model.per_day


def _counted(outcomes: list[Outcome]) -> Told:
    refused = sum(outcome.status == "refused" for outcome in outcomes)
    return Told(len(outcomes) - refused, refused)

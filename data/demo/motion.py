"""Events that are on their way: which step each takes next, and when. The steps of an event follow from its number, so
whoever is started again plans what was planned before, and says nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.clocks import HOUR, MINUTE, SECOND, Instant
from data.demo.calibration import Draft, ratings
from data.demo.chance import Bools, Floats, Ints
from data.demo.detours import step_key
from data.demo.draws import uniform
from data.demo.handling import Cases, Handling, Lives
from data.demo.places import Outlines
from data.demo.texts import Writer
from data.events import Operation
from data.lifecycle import Kind, Report, Status, Step
from data.loading import NULL

_STUCK = 0.0265
"""The share of events that get stuck, at a unit of usual quality."""

_WAITS_FROM = 0.25
"""From this chance on what gets stuck is handled and waits for its check."""

_RETURNED = 0.011
"""The share of events that are sent back once, at a unit of usual quality."""

SUSPENDED = 0
"""In place of a status: the event waits for the end of its suspension."""

_VERIFY = 0.4
"""Where the check lies between the handling and the closing."""


@dataclass
class Motion:
    """One event on its way: the operations that are still to come, the next one last. `stuck` says that it stays open
    when they are done."""

    key: str
    todo: list[Operation]
    stuck: bool

    @property
    def at(self) -> Instant:
        """When its next operation is due."""
        return self.todo[-1].at

    @property
    def closed(self) -> bool:
        """Whether nothing but the rating is left."""
        return isinstance(self.todo[-1], Step) and self.todo[-1].kind is Kind.RATE


@dataclass(frozen=True, eq=False)
class Planner:
    """Plans the steps of events. `least` is the least content that a satisfied citizen is."""

    handling: Handling
    writer: Writer
    outlines: Outlines
    source: str
    least: float
    speed: float

    def new(self, cases: Cases, keys: list[str]) -> list[Motion]:
        """New events with all their steps."""
        lives = self.handling.lives(cases, self.handling.due(cases))
        stuck = self._gets_stuck(cases, lives)
        steps = self._steps(cases, lives, keys, cases.reported_at)
        return [
            Motion(key, self._until_stuck(told, int(number), bool(is_stuck)), bool(is_stuck))
            for key, told, number, is_stuck in zip(
                keys, _joined(self._reports(cases, keys), steps), cases.numbers, stuck, strict=True
            )
        ]

    def known(
        self, cases: Cases, keys: list[str], statuses: list[int], since: Instant
    ) -> tuple[list[Motion], list[str]]:
        """Events that the store knows: those with steps to come after `since`, and the keys of those that are stuck,
        since what they waited for should have come before."""
        lives = self.handling.lives(cases, self.handling.due(cases))
        status = np.array(statuses, dtype=np.int64)
        due = np.full(len(cases), NULL, dtype=np.int64)
        for stage, before in _NEXT.items():
            due = np.where(np.isin(status, before), lives.stages[stage], due)
        on_the_way = np.flatnonzero(due > since)
        moving = []
        part = Lives(
            {name: at[on_the_way] for name, at in lives.stages.items()},
            lives.content[on_the_way],
            lives.quality[on_the_way],
        )
        some = [keys[row] for row in on_the_way.tolist()]
        told = self._steps(cases.part(on_the_way), part, some, np.full(len(some), since, dtype=np.int64))
        for key, row, steps in zip(some, on_the_way.tolist(), told, strict=True):
            todo = [step for step in steps if _follows(Status(statuses[row]), step) and step.at > since]
            if todo:
                moving.append(Motion(key, [*reversed(todo)], False))
        waiting = np.flatnonzero((due <= since) & (status != Status.CLOSED))
        return moving, [keys[row] for row in waiting.tolist()]

    def released(self, key: str, number: int, status: Status, at: Instant) -> Motion:
        """The rest of an event that was stuck and is taken up at last."""
        chance = float(uniform(self.handling.seed, "released", np.array([number]))[0])
        steps: list[Operation] = []
        for kind, minutes in (
            (Kind.ACCEPT, 1),
            (Kind.DISPATCH, 10),
            (Kind.HANDLE, 40 + 80 * chance),
            (Kind.VERIFY, 150),
            (Kind.CLOSE, 180 + 60 * chance),
        ):
            steps.append(self._step(key, kind, 1, at + int(minutes * MINUTE / self.speed) // SECOND * SECOND))
        return Motion(key, [step for step in steps if _follows(status, step)][::-1], False)

    def _gets_stuck(self, cases: Cases, lives: Lives) -> Bools:
        hard = np.array([each.hard for each in self.handling.model.happenings])[cases.happening]
        found: Bools = uniform(self.handling.seed, "stays", cases.numbers) < _STUCK * hard * np.exp(
            -0.8 * lives.quality
        )
        return found

    def _until_stuck(self, told: list[Operation], number: int, stuck: bool) -> list[Operation]:
        if stuck:
            waits = float(uniform(self.handling.seed, "stuck at", np.array([number]))[0]) > _WAITS_FROM
            last = (Kind.VERIFY, Kind.CLOSE, Kind.RATE) if waits else (Kind.HANDLE, Kind.RETURN, Kind.VERIFY)
            end = next(
                (place for place, step in enumerate(told) if isinstance(step, Step) and step.kind in last),
                len(told),
            )
            told = told[:end]
        return told[::-1]

    def _reports(self, cases: Cases, keys: list[str]) -> list[Report]:
        city, leaves = self.handling.city, self.handling.places.leaves
        lon, lat = self.outlines.points(self.handling.seed, cases.numbers, cases.leaf)
        texts = (
            self.writer.titles(cases)[:],
            self.writer.descriptions(cases)[:],
            self.writer.addresses(cases)[:],
            self.writer.units(cases)[:],
        )
        return [
            Report(
                source=self.source,
                key=keys[row],
                at=int(cases.reported_at[row]),
                channel=city.channel_by_id[int(cases.channel[row]) + 1].code,
                category=city.category_by_id[int(cases.happening[row]) + 1].code,
                grid=leaves[int(cases.leaf[row])].code,
                lon=None if np.isnan(lon[row]) else float(lon[row]),
                lat=None if np.isnan(lat[row]) else float(lat[row]),
                title=texts[0][row],
                description=texts[1][row],
                address=texts[2][row],
                unit=texts[3][row],
            )
            for row in range(len(cases))
        ]

    def _steps(self, cases: Cases, lives: Lives, keys: list[str], since: Ints) -> list[list[Step]]:
        """The steps after the report; what lies after `since` comes `speed` times as fast."""
        stages = {
            name: np.where(
                at > since, since + ((at - since) / self.speed).astype(np.int64) // SECOND * SECOND, at
            )
            for name, at in lives.stages.items()
        }
        returned = uniform(self.handling.seed, "returns", cases.numbers) < _RETURNED * np.exp(
            -0.6 * lives.quality
        )
        rating, solved = ratings(self.handling.seed, cases.numbers, lives.content < self.least)
        rates = lives.stages["rated_at"] != NULL
        units = self.writer.units(cases)[:]
        found = []
        for row, key in enumerate(keys):
            accepted, dispatched, handled, closed, rated = (int(at[row]) for at in stages.values())
            steps = [
                self._step(key, Kind.ACCEPT, 1, accepted),
                self._step(key, Kind.DISPATCH, 1, dispatched, {"unit": units[row]}),
                self._step(key, Kind.HANDLE, 1, handled),
            ]
            delay = 0
            if returned[row]:
                back = handled + int((closed - handled) * _VERIFY) // SECOND * SECOND
                delay = int((2 * HOUR + (handled - dispatched) // 2) / self.speed) // SECOND * SECOND
                steps += [
                    self._step(key, Kind.RETURN, 1, back),
                    self._step(key, Kind.HANDLE, 2, back + delay),
                ]
                delay += back - handled
            check = handled + int((closed - handled) * _VERIFY) // SECOND * SECOND
            steps += [
                self._step(key, Kind.VERIFY, 1, check + delay),
                self._step(key, Kind.CLOSE, 1, closed + delay),
            ]
            if rates[row]:
                said = {"rating": int(rating[row])}
                said |= {} if solved[row] == NULL else {"solved": bool(solved[row])}
                steps.append(self._step(key, Kind.RATE, 1, rated + delay, said))
            found.append(steps)
        return found

    def _step(
        self, key: str, kind: Kind, number: int, at: Instant, data: Mapping[str, Any] | None = None
    ) -> Step:
        return Step(
            source=self.source, key=key, step_key=step_key(kind, number), kind=kind, at=at, data=data or {}
        )


def least_content(made: Draft) -> float:
    """The least content with which somebody in a calibrated history was satisfied."""
    rated = made.columns["rated_at"] != NULL
    bad: Floats = made.content[rated & (made.columns["rating"] < 3)]
    return float(bad.max(initial=-np.inf))


_NEXT: Mapping[str, tuple[Status, ...]] = {
    "accepted_at": (Status.REPORTED,),
    "dispatched_at": (Status.ACCEPTED,),
    "handled_at": (Status.DISPATCHED,),
    "closed_at": (Status.HANDLED, Status.VERIFIED),
    "rated_at": (Status.CLOSED,),
}
"""Which stage is next after which statuses."""

_ORDER = {
    Kind.ACCEPT: Status.ACCEPTED,
    Kind.DISPATCH: Status.DISPATCHED,
    Kind.HANDLE: Status.HANDLED,
    Kind.VERIFY: Status.VERIFIED,
    Kind.CLOSE: Status.CLOSED,
}


def _follows(status: Status, step: Operation) -> bool:
    """Whether a step is still to come for an event of that status; a return is not, for it may have been before."""
    if isinstance(step, Report) or step.kind is Kind.RETURN or step.step_key.endswith("-2"):
        return False
    return step.kind is Kind.RATE or _ORDER[step.kind] > status


def _joined(reports: list[Report], steps: list[list[Step]]) -> list[list[Operation]]:
    return [[report, *told] for report, told in zip(reports, steps, strict=True)]

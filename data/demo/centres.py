"""What is asked of the demonstration's centres beside events, and what becomes of it: tasks, commands and duty.

A plan is a pure function of the seed and of days: whoever plans the same day again plans the same, so a history can be
carried on where it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from data.clocks import DAY, HOUR, MINUTE, SECOND, Instant
from data.demo.chance import Floats, Ints
from data.demo.draws import digests, exponential, normal, uniform
from data.grids import Grid
from data.reference import Reference
from data.tasks.duty import SignIn, duty_plan
from data.tasks.dutyplan import Slot, on_duty, slots
from data.tasks.keeping import Order
from data.tasks.states import EVERY, Kind, Step

LONGEST: Final = 25
"""Days after which nothing more becomes of a task."""

KEY: Final = "demo:"
"""How the keys of the demonstration's tasks begin."""

_STREETS, _DISTRICTS = 2, 1
_CITY_COMMANDS, _CITY_MATTERS, _DISTRICT_TASKS = 0.34, 0.18, 0.03
"""How likely a task is issued on a working day: by the city, and by each district."""


@dataclass(frozen=True)
class Planned:
    """A task as it is issued, by whom, and every step that it takes, in the order of time."""

    order: Order
    scope: str
    who: str
    issued_at: Instant
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Centres:
    """The centres of a city brought to life under a seed; `words` are those of the demonstration's file."""

    seed: int
    city: Reference
    words: dict[str, Any]

    @cached_property
    def streets(self) -> tuple[Grid, ...]:
        """The grids of which things are asked."""
        tree = self.city.tree
        return tuple(one for one in tree.at_depth(tree.root.code, _STREETS) if one.kind is None)

    def sign_ins(self, start_at: Instant, end_at: Instant) -> Iterator[SignIn]:
        """The sign-ins of a period, by day, shift and grid; none for a city that keeps no duty."""
        for one, signed in self.signed(start_at, end_at):
            for code, at, who in signed:
                yield SignIn(code, one, at, at, who, "")

    def signed(
        self, start_at: Instant, end_at: Instant
    ) -> Iterator[tuple[Slot, Iterable[tuple[str, Instant, str]]]]:
        """By shift: who signed in for it within a period, as the codes of their grids, when, and their names."""
        keepers = np.array(self.words["keepers"])
        # Nobody signs in later than a shift's hours; so far back the shifts of the period lie.
        for one in slots(duty_plan(self.city), self.city.clock, start_at - DAY, end_at + DAY):
            codes, numbers, poor = self._owing(one.depth)
            if not len(codes):
                continue
            at, present = self._arrivals(one, numbers, poor)
            chosen = np.flatnonzero(present & (at >= start_at) & (at < end_at))
            if len(chosen):
                turn = uniform(self.seed, "keeper", numbers[chosen] + one.day) * len(keepers)
                who = keepers[turn.astype(np.int64)]
                yield one, zip(codes[chosen].tolist(), at[chosen].tolist(), who.tolist(), strict=True)

    def _owing(self, depth: int) -> tuple[Any, Ints, Floats]:
        """The codes of the centres that keep duty at a depth, their numbers, and how badly each keeps it."""
        if depth not in self._kept:
            tree = self.city.tree
            codes = np.array([one.code for one in on_duty(depth, tree, tree.root.code)], dtype=str)
            numbers = digests(codes.tolist())
            self._kept[depth] = (codes, numbers, self._poor(numbers))
        return self._kept[depth]

    @cached_property
    def _kept(self) -> dict[int, tuple[Any, Ints, Floats]]:
        return {}

    def _poor(self, codes: Ints) -> Floats:
        """How badly each centre keeps its duties, from 0 to 1: most of them well."""
        made: Floats = uniform(self.seed, "centre", codes) ** 3
        return made

    def _arrivals(self, one: Slot, codes: Ints, poor: Floats) -> tuple[Ints, Any]:
        numbers = codes + one.day * 1440 + int(one.shift[:2]) * 60 + int(one.shift[3:])
        early = one.starts_at + (-14 + 7 * normal(self.seed, "sign-in", numbers)) * MINUTE
        late = one.ends_at + (2 + 25 * exponential(self.seed, "sign-in late", numbers)) * MINUTE
        is_late = uniform(self.seed, "sign-in is late", numbers) < 0.008 + 0.10 * poor
        at = np.where(
            is_late, np.minimum(late, one.starts_at + 3 * HOUR), np.clip(early, one.opens_at, one.ends_at)
        )
        present = uniform(self.seed, "sign-in is missing", numbers) >= 0.004 + 0.06 * poor
        return (at // SECOND).astype(np.int64) * SECOND, present

    def tasks(self, first_day: int, last_day: int) -> list[Planned]:
        """The tasks that are issued from one local day to another, both included, with all that becomes of them."""
        if not self.streets:
            return []
        tree, made = self.city.tree, []
        districts = [one for one in tree.at_depth(tree.root.code, _DISTRICTS) if one.kind is None]
        for day in range(first_day, last_day + 1):
            if (day + 3) % 7 >= 5:
                continue
            for turn, kind, chance in ((0, "command", _CITY_COMMANDS), (1, "temporary", _CITY_MATTERS)):
                if self._draw("issued", day, turn) < chance:
                    made.append(self._task(day, turn, kind, tree.root, self._asked(day, turn, districts)))  # type: ignore[arg-type]
            for turn, one in enumerate(districts, start=2):
                if self._draw("issued", day, turn) < _DISTRICT_TASKS:
                    named: Kind = "command" if self._draw("kind", day, turn) < 0.4 else "temporary"
                    asked = [each for each in tree.at_depth(one.code, _STREETS) if each.kind is None]
                    if asked:
                        made.append(self._task(day, turn, named, one, asked))
        return made

    def _asked(self, day: int, turn: int, districts: Sequence[Grid]) -> list[Grid]:
        """Every street, or those of some districts."""
        if self._draw("everybody", day, turn) < 0.75 or len(districts) < 2:
            return list(self.streets)
        first, count = (int(self._draw(name, day, turn) * len(districts)) for name in ("first", "count"))
        some = {districts[(first + step) % len(districts)].code for step in range(1 + count // 3)}
        return [one for one in self.streets if one.parent in some] or list(self.streets)

    def _task(self, day: int, turn: int, kind: Kind, issuer: Grid, asked: Sequence[Grid]) -> Planned:
        texts = self.words["commands" if kind == "command" else "temporary"]
        text = texts[int(self._draw("text", day, turn) * len(texts))]
        start = self.city.clock.day_start(day)
        issued_at = start + 9 * HOUR + int(self._draw("hour", day, turn) * 7 * 60) * MINUTE
        if kind == "command":
            due_at = issued_at + text["due"] * HOUR
        else:
            due_at = self.city.clock.day_start(day + text["due"]) + 17 * HOUR + 30 * MINUTE
        who = self.words["issuer"].format(area=issuer.name)
        order = Order(
            kind, text["title"], text["body"], tuple(one.code for one in asked), due_at, f"{KEY}{day}:{turn}"
        )
        steps = self._steps(day, turn, issued_at, due_at, asked, who)
        return Planned(order, issuer.code, who, issued_at, steps)

    def _steps(
        self, day: int, turn: int, issued_at: Instant, due_at: Instant, asked: Sequence[Grid], who: str
    ) -> tuple[Step, ...]:
        codes = digests(one.code for one in asked)
        numbers, poor = codes + day * 64 + turn, self._poor(codes)
        share = np.clip(np.exp(0.45 * normal(self.seed, "pace", numbers)) * (0.42 + 0.25 * poor), 0.03, 3.0)
        at = ((issued_at + share * (due_at - issued_at)) // SECOND).astype(np.int64) * SECOND
        # What was forgotten is done at last, when somebody asks for it.
        forgotten = uniform(self.seed, "forgotten", numbers) < 0.003 + 0.04 * poor
        at = np.where(forgotten, due_at + ((1 + at % 13) * DAY + at % (8 * HOUR)) // SECOND * SECOND, at)
        back = uniform(self.seed, "back", numbers) < 0.015 + 0.04 * poor
        keepers, answers = self.words["keepers"], self.words["answers"]
        word = (uniform(self.seed, "answer", numbers) * len(answers)).astype(np.int64)
        steps = []
        for place, grid in enumerate(asked):
            moment, keeper = int(at[place]), keepers[int(numbers[place]) % len(keepers)]
            evidence = self.words["evidence"].format(number=1000 + int(numbers[place]) % 9000)
            done = (grid.code, "done", keeper, answers[word[place]], evidence)
            acts = [(moment, *done)]
            if back[place]:
                acts += [
                    (moment + 3 * HOUR, grid.code, "returned", who, self.words["returned"], ""),
                    (moment + 3 * HOUR + (due_at - issued_at) // 6, *done),
                ]
            steps += acts
        steps.sort(key=lambda one: (one[0], one[1]))
        end = issued_at + LONGEST * DAY
        return (
            Step(1, EVERY, "issued", issued_at, issued_at, due_at, who),
            *(
                Step(seq, code, what, moment, moment, None, by, note, evidence)  # type: ignore[arg-type]
                for seq, (moment, code, what, by, note, evidence) in enumerate(steps, start=2)
                if moment < end
            ),
        )

    def _draw(self, name: str, day: int, turn: int) -> float:
        return float(uniform(self.seed, f"task {name}", np.array([day * 64 + turn]))[0])

"""The walls of the fake city, and an example of every answer that a browser gets: `python -m tests.support.wallboard`
writes them to tests/data/wall/, a test holds them against the program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from callbacks.wall import panels
from callbacks.wall.board import board, gathered, picture, scene, setting
from callbacks.wall.reads import WallReads
from callbacks.wall.rows import milliseconds
from data.alerting.looks import Looks
from data.alerting.standing import Hot
from data.answers import Question
from data.bulletinstates import Standing
from data.clocks import HOUR, MINUTE, SECOND, Instant, ZoneClock
from data.indicators import Figure
from data.queries.live import Listed, Moved, Pressing, UnitWork
from data.queries.people import People
from data.tasks.listing import Task
from data.tasks.states import Share
from data.wallplan import Control, Pin, Response, declared, frozen, pinned
from data.words import Language, speaking, word
from tests.support.fakes import NOW, ZONE, FakeCity, code_of
from tests.support.issuing import blank

EXAMPLES: Final = Path(__file__).parents[1] / "data" / "wall"
SCOPE: Final = "boston"
BULLETIN_HOURS: Final = {"morning": 8, "month": 9, "evening": 20}
DISTRICT: Final = code_of("Dorchester")

_LEVELS: Final = (
    {"key": "neighbourhood", "name": "社区", "depth": 1, "dedicated": False, "drawn": 26},
    {"key": "part", "name": "片", "depth": 2, "dedicated": False, "drawn": 2},
)


@dataclass
class FakeWall:
    """Walls on the fake city; what their reads ask is noted in `city.asked`."""

    city: FakeCity = field(default_factory=FakeCity)
    settings: dict[str, Any] = field(default_factory=dict)
    issued: bool = True
    begun: bool = True
    warned: tuple[int, tuple[Hot, ...]] = (0, ())
    looks: Looks | None = None

    def reads(self, scope: str = SCOPE) -> WallReads:
        """The reads of the walls of a scope."""
        reads = self.city.reads()

        def asked(name: str) -> None:
            self.city.asked.append(name)
            if self.city.broken:
                raise RuntimeError("the fake store is broken")

        def totals(question: Question, keys: Sequence[str]) -> Mapping[str, Figure]:
            asked("totals")
            found = reads.compare(question).current
            return {key: found[key] for key in keys}

        def rank(question: Question, key: str, depth: int) -> pd.DataFrame:
            return reads.rank(question, key)

        def moved(question: Question, limit: int) -> tuple[Moved, ...]:
            asked("moved")
            return tuple(self._moved(number) for number in range(min(limit, 6)))

        def soon(question: Question, until: Instant, limit: int) -> Listed:
            asked("due_soon")
            return _pressing(until - 30 * MINUTE, limit)

        def unanswered(question: Question, limit: int) -> Listed:
            asked("unanswered")
            return _pressing(question.as_of - 2 * HOUR, limit)

        def units(question: Question, since: Instant) -> tuple[UnitWork, ...]:
            asked("units")
            return (UnitWork("Public Works", 12, 3, 5), UnitWork("", 2, 0, 0))

        def people(scope: str) -> People:
            asked("people")
            return People({"网格员": 1200, "楼栋长": 5400}, {"党支部": 26})

        def bulletins(now: Instant) -> tuple[Standing, ...]:
            asked("bulletins")
            clock = ZoneClock.of(ZONE)
            day = clock.local(now).date()
            at = {kind: clock.at(datetime.combine(day, time(hour))) for kind, hour in BULLETIN_HOURS.items()}
            issued = blank(
                "morning",
                scope,
                day.isoformat(),
                at["morning"],
                state="issued",
                issued_at=at["morning"] + MINUTE,
            )
            found = (
                Standing("morning", scope, day.isoformat(), at["morning"], issued if self.issued else None),
                Standing("evening", scope, day.isoformat(), at["evening"], None),
                Standing("month", scope, "", at["month"], None),
            )
            return found if day.day == 1 else found[:2]

        return WallReads(
            scope=scope,
            reads=reads,
            totals=totals,
            rank=rank,
            moved=moved,
            due_soon=soon,
            unanswered=unanswered,
            warnings=lambda _scope, _limit: self.warned,
            looks=lambda now: self.looks or Looks(now, now),
            assessed=lambda _scope, _depth, _now: None,
            units=units,
            commands=lambda _scope, since, now: (_command(since, now),),
            people=people,
            bulletins=bulletins,
            begun=lambda: self.begun,
            settings=lambda: self.settings,
            levels=lambda: _LEVELS,
        )

    def _moved(self, number: int) -> Moved:
        kind: Literal["reported", "closed"] = "closed" if number % 3 == 2 else "reported"
        at = self.city.now - (number * 47 + 5) * SECOND
        return Moved(900 - number, kind, at, f"Pothole {number}", "Pothole", "Call", "Roxbury")


def _command(since: Instant, now: Instant) -> Task:
    shares = (Share(DISTRICT, now + HOUR, since + MINUTE, "Wang"), Share(SCOPE, now + HOUR))
    return Task(
        *(3, "command", "Close the tunnel", "", SCOPE, "Li", since, now + HOUR),
        *(None, "", "", True, now, shares),
    )


def _pressing(at: Instant, limit: int) -> Listed:
    rows = tuple(
        Pressing(
            300 + number,
            f"Missed trash {number}",
            "Missed Trash",
            "Fenway",
            "Public Works",
            "dispatched",
            at + number * MINUTE,
        )
        for number in range(min(limit, 3))
    )
    return Listed(3, rows)


TURNING: Final = Control(anchor_at=NOW - 10 * SECOND)
EMERGENCY: Final = Response(
    DISTRICT, "pothole", "暴雨后路面塌陷", NOW - 3 * HOUR - 12 * MINUTE, "值班长 李敏"
)

CASES: Final[Mapping[str, tuple[Control, Language]]] = {
    "overview": (TURNING, "zh"),
    "overview.en": (TURNING, "en"),
    "overview.frozen": (frozen(TURNING, NOW - SECOND), "zh"),
    "overview.chosen_map": (replace(TURNING, indicator="rework", level="part"), "zh"),
    "grid": (pinned(TURNING, Pin("grid", DISTRICT)), "zh"),
    "ranking": (pinned(TURNING, Pin("ranking", SCOPE)), "zh"),
    "hot": (pinned(TURNING, Pin("hot", SCOPE)), "zh"),
    "trace": (pinned(TURNING, Pin("trace", SCOPE, 7)), "zh"),
    "trace.missing": (pinned(TURNING, Pin("trace", SCOPE, 4000)), "zh"),
    "emergency": (declared(TURNING, EMERGENCY), "zh"),
}
"""The control state and the language of each example."""


def example(control: Control, language: Language, wall: FakeWall | None = None) -> panels.Answer:
    """The whole answer that a wall gets which knows nothing yet."""
    made = wall or FakeWall()
    now = made.city.now
    with speaking(language):
        reads = made.reads()
        given = setting(reads)
        assert given is not None
        shown = picture(reads, given, control, now)
        return {
            "v": "boot.1",
            "boot": "boot",
            "build": "build",
            "at": milliseconds(now),
            "as_of": milliseconds(now),
            "old": None,
            "notice": "",
            "mode": "normal" if control.response is None else "emergency",
            "scene": scene(shown),
            "panels": board(shown, gathered(shown), "1"),
        }


def examples() -> dict[str, str]:
    """Every example as the text of its file, by name: the scenes, an answer that brings little, an old one, no city."""
    made = {name: example(*case) for name, case in CASES.items()}
    full = made["overview"]
    cards, ticker = full["panels"]["cards"], full["panels"]["ticker"]
    made["update"] = {
        **full,
        "v": "boot.2",
        "at": full["at"] + 500,
        "panels": {"cards": cards, "ticker": ticker},
    }
    age = 95
    with speaking("zh"):
        old: panels.Old = {"as_of": full["as_of"], "age": age, "why": word("panel.unreadable")}
        notice = word("panel.no_city")
    made["old"] = {**full, "at": full["at"] + age * 1000, "old": old}
    made["empty"] = {**full, "scene": None, "panels": {}, "notice": notice}
    return {name: json.dumps(one, ensure_ascii=False, indent=1) + "\n" for name, one in made.items()}


if __name__ == "__main__":
    EXAMPLES.mkdir(exist_ok=True)
    for name, body in examples().items():
        (EXAMPLES / f"{name}.json").write_text(body, encoding="utf-8")

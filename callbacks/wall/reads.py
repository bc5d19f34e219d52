"""What walls may ask for beyond the reads of the screens, as functions that app.py binds to a store within a scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import pandas as pd

from callbacks.reads import Reads
from data.alerting.looks import Looks
from data.alerting.standing import Hot
from data.answers import Question
from data.assessment.keeping import Board
from data.bulletinstates import Standing
from data.clocks import Instant
from data.indicators import Figure
from data.queries.live import Listed, Moved, UnitWork
from data.queries.people import People
from data.tasks.listing import Task
from data.wallplan import Change, Control


@dataclass(frozen=True)
class WallReads:
    """The reads of the walls of one scope. `scope` is its code; nothing beyond it is found by any of them.

    totals(question, keys) has the figures of the whole scope; moved(question, limit) the events that came and closed;
    due_soon(question, until, limit) and unanswered(question, limit) the pressing ones; units(question, since) who works
    on them; commands(scope, since, now) what its grids were told to do since then, the latest first; warnings(scope,
    limit) is how many hot warnings stand in a grid of the scope, and the latest; looks(now) when the city was looked at
    last; assessed(scope, depth, now) the scores of the last frozen month, None for none;
    rank(question, indicator, depth) has RANK_COLUMNS; bulletins(now) is what the local day owes the scope and how it
    stands, begun() whether anybody makes bulletins; settings() is the city's own [wall]. levels() lists the levels of
    the map: dicts with key, name, depth, dedicated and drawn, [] without a map.
    """

    scope: str
    reads: Reads
    totals: Callable[[Question, Sequence[str]], Mapping[str, Figure]]
    rank: Callable[[Question, str, int], pd.DataFrame]
    moved: Callable[[Question, int], tuple[Moved, ...]]
    due_soon: Callable[[Question, Instant, int], Listed]
    unanswered: Callable[[Question, int], Listed]
    warnings: Callable[[str, int], tuple[int, tuple[Hot, ...]]]
    looks: Callable[[Instant], Looks]
    assessed: Callable[[str, int, Instant], Board | None]
    units: Callable[[Question, Instant], tuple[UnitWork, ...]]
    commands: Callable[[str, Instant, Instant], tuple[Task, ...]]
    people: Callable[[str], People]
    bulletins: Callable[[Instant], tuple[Standing, ...]]
    begun: Callable[[], bool]
    settings: Callable[[], Mapping[str, Any]]
    levels: Callable[[], Sequence[Mapping[str, Any]]]


class Audited(Protocol):
    """Puts what was done, or tried, into the audit."""

    def __call__(
        self, action: str, subject: str, result: Literal["ok", "refused", "failed"], **detail: Any
    ) -> None: ...


@dataclass(frozen=True)
class Remote:
    """How walls are turned: `wall(scope)` gives the reads of the walls of a scope, `read(scope)` their control state,
    `change(scope, change, how)` makes another whatever has happened meanwhile, and gives it. `find(scope, key)` is the
    id of an event by its number or its source's own key, None where the scope has none."""

    wall: Callable[[str], WallReads]
    read: Callable[[str], Control]
    change: Callable[[str, Change, Callable[[Control], Control]], Control]
    find: Callable[[str, str], int | None]
    audited: Audited

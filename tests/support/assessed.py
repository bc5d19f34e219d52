"""The small city with a month and a half of plain events: so many handled in time and so many late on each street."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from data.assessment.entries import Wanted, enter
from data.assessment.keeping import freeze
from data.clocks import DAY, HOUR, MINUTE, Instant, parse_instant
from data.events import write
from data.lifecycle import Kind, Report, Step
from data.store import Store

MONTH: Final = "2026-05"
RUNNING: Final = "2026-06"
NOW: Final = parse_instant("2026-06-20T04:02:00Z")
"""In the month after MONTH, which is frozen by then."""

FIRST: Final = parse_instant("2026-05-04T02:00:00Z")

STREETS: Final[Mapping[str, tuple[int, int]]] = {
    "110101": (10, 2),
    "110102": (12, 0),
    "110201": (6, 6),
    "110202": (3, 0),
}
"""Of each street how many events of MONTH were handled in time and how many late; the last has too few for a rank."""


def told(store: Store, streets: Mapping[str, tuple[int, int]] = STREETS, first: Instant = FIRST) -> None:
    """Writes the events, each accepted in time, closed, and rated by a citizen."""
    for street, (good, late) in streets.items():
        steps: list[Report | Step] = []
        for number in range(good + late):
            at = first + number * HOUR
            key = f"{street}-{number}"
            handled = at + (2 * HOUR if number < good else 9 * HOUR)
            steps.append(
                Report(
                    source="s",
                    key=key,
                    at=at,
                    channel="patrol",
                    category="road",
                    grid=f"{street}0101",
                    title=f"坑 {key}",
                    accept_due_at=at + HOUR,
                    handle_due_at=at + 4 * HOUR,
                )
            )
            times: tuple[tuple[Kind, Instant], ...] = (
                (Kind.ACCEPT, at + MINUTE),
                (Kind.HANDLE, handled),
                (Kind.CLOSE, handled + MINUTE),
            )
            for kind, when in times:
                steps.append(Step(source="s", key=key, step_key=kind.value, kind=kind, at=when))
            steps.append(
                Step(
                    source="s",
                    key=key,
                    step_key="rate",
                    kind=Kind.RATE,
                    at=handled + HOUR,
                    data={"rating": 5 if number < good else 2},
                )
            )
        write(store, steps, first + 3 * DAY)


def frozen_city(store: Store, month: str = MONTH, first: Instant = FIRST, at: Instant = NOW) -> None:
    """The same from an instant of a month on, with a mark of the month, which is frozen at another."""
    told(store, first=first)
    wanted = Wanted(month, "110101", "centre", "80", "走访两次", "纪要17")
    marked = enter(store, [wanted], "anna", first + 5 * DAY)
    assert marked.entered == 1, marked
    assert freeze(store, month, at)

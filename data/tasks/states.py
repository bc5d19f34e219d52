"""How a task stands as of an instant, from the steps that were known by then. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from data.clocks import Instant

Kind = Literal["command", "temporary"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
What = Literal["issued", "done", "returned", "extended", "withdrawn"]
State = Literal["open", "done", "withdrawn"]
Verdict = Literal["on_time", "late", "overdue", "not_due", "excused"]

EVERY: Final = ""
"""The grid of a step that holds for every grid of its task."""


class TaskError(ValueError):
    """A task or duty cannot be treated so; the message says what was expected, what was found and what to do. `reason`
    names it for whoever says it in another language, with its `facts`."""

    def __init__(self, sentence: str, reason: str, **facts: object) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.facts = facts


class NotAllowed(Exception):
    """The role of whoever asks does not allow it."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened with a task: to one grid's share, or to all of them. `at` is when it happened, `known_at`
    when it was written down; `due_at` is the due time that the step sets, None for none."""

    seq: int
    grid: str
    what: What
    at: Instant
    known_at: Instant
    due_at: Instant | None = None
    who: str = ""
    note: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """How one grid stands with a task. `done_at` is when it was done, None while it is not; `returned` counts how often
    it was given back; `withdrawn_at` is when it was taken back."""

    grid: str
    due_at: Instant
    done_at: Instant | None = None
    done_by: str = ""
    returned: int = 0
    withdrawn_at: Instant | None = None

    @property
    def state(self) -> State:
        """Open, done or withdrawn; what was returned is open again."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "open" if self.done_at is None else "done"

    @property
    def excused(self) -> bool:
        """True when it was withdrawn before it was due: it counts nowhere. Withdrawn later, it counts as it stood."""
        return self.withdrawn_at is not None and self.withdrawn_at < self.due_at

    @property
    def on_time(self) -> bool:
        """True when it is done and was so at the due time or before."""
        return self.done_at is not None and self.done_at <= self.due_at

    def verdict(self, as_of: Instant) -> Verdict:
        """What is to be said of it at an instant: done on time or late, overdue, not due yet, or excused."""
        if self.excused:
            return "excused"
        if self.done_at is not None:
            return "on_time" if self.on_time else "late"
        return "overdue" if self.due_at < as_of or self.withdrawn_at is not None else "not_due"


def known(steps: Iterable[Step], as_of: Instant) -> tuple[Step, ...]:
    """The steps that had been written down by an instant, in order."""
    return tuple(sorted((one for one in steps if one.known_at <= as_of), key=lambda one: one.seq))


def shares(grids: Sequence[str], steps: Sequence[Step]) -> Mapping[str, Share]:
    """By grid: how its share stands after the steps of a task, which come in order. Empty before it was issued."""
    due_at: Instant | None = None
    done: dict[str, Step | None] = dict.fromkeys(grids)
    returned = dict.fromkeys(grids, 0)
    withdrawn: dict[str, Instant | None] = dict.fromkeys(grids)
    for step in steps:
        if step.due_at is not None:
            due_at = step.due_at
        if step.what in ("issued", "extended"):
            continue
        for grid in grids if step.grid == EVERY else (step.grid,):
            if step.what == "done":
                done[grid] = step
            elif step.what == "returned":
                done[grid] = None
                returned[grid] += 1
            elif withdrawn[grid] is None:
                withdrawn[grid] = step.at
    if due_at is None:
        return {}
    return {
        grid: Share(
            grid,
            due_at,
            None if (found := done[grid]) is None else found.at,
            "" if found is None else found.who,
            returned[grid],
            withdrawn[grid],
        )
        for grid in grids
    }

"""What the page of the assessment may ask for and do; app.py gives it a store's, tests a made-up one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from data.assessment.appeals import Appeal
from data.assessment.entries import Entry, Taken, Wanted
from data.assessment.keeping import Board, FrozenMonth, Revision, Standing
from data.assessment.rules import AssessmentRules


class AssessDesk(Protocol):
    """The assessment within the scope of whoever asks. What is refused raises AssessmentError."""

    def rules(self, month: str) -> AssessmentRules:
        """The rules that the city gives for a month."""
        ...

    def months(self) -> tuple[str, ...]:
        """The months that are frozen, the latest first."""
        ...

    def running(self) -> str:
        """The month that it is now."""
        ...

    def frozen(self, month: str) -> FrozenMonth | None:
        """A month's rules and instants; None where it is not frozen."""
        ...

    def board(self, scope: str, month: str, depth: int) -> Board:
        """The scores of a month. ValueError for a month that has not begun."""
        ...

    def history(self, code: str) -> Sequence[tuple[str, Standing]]:
        """A grid's frozen scores, the earliest first."""
        ...

    def revisions(self, code: str, month: str) -> Sequence[Revision]:
        """How a frozen score came to stand."""
        ...

    def entries(self, month: str, scope: str) -> Sequence[Entry]:
        """The marks of a month for the grids of a scope, the latest first."""
        ...

    def enter(self, one: Wanted) -> Taken:
        """Enters a mark."""
        ...

    def enter_file(self, name: str, content: bytes) -> Taken:
        """Enters the marks of a file."""
        ...

    def appeals(self, month: str | None, scope: str) -> Sequence[Appeal]:
        """The appeals about grids of a scope, the latest first; of every month for None."""
        ...

    def appeal(self, number: int) -> Appeal | None:
        """One of them; None for none."""
        ...

    def object_to(
        self, month: str, grid: str, dimension: str, events: str, reason: str, evidence: str
    ) -> int:
        """Files an appeal; `events` are numbers or keys of events as they were typed."""
        ...

    def decide(self, number: int, allowed: bool, note: str, excused: str, mark: str) -> int | None:
        """Decides an appeal; the revision that it makes."""
        ...

"""What the page of tasks and duty may ask for and do; app.py gives it a store's, tests a made-up one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from data.clocks import Instant
from data.tasks.duty import Board, Signed
from data.tasks.files import FileKind, Taken
from data.tasks.keeping import Order
from data.tasks.listing import Standing, Task, TaskPage
from data.tasks.states import Kind, Step


class Tasks(Protocol):
    """The tasks and the duty within the scope of whoever asks. What changes anything raises NotAllowed where the
    viewer's role may not, and TaskError where it cannot be done."""

    def tasks(
        self,
        scope: str,
        standing: Standing,
        kinds: Collection[Kind] | None,
        now: Instant,
        number: int,
        rows: int,
    ) -> TaskPage:
        """A page of the tasks of grids within a scope, the last one where there are not so many."""
        ...

    def task(self, scope: str, number: int, now: Instant) -> tuple[Task, Sequence[Step]]:
        """One task and its steps. Raises TaskError."""
        ...

    def board(self, scope: str, now: Instant) -> Board:
        """Who has signed in for the present shift."""
        ...

    def issue(self, order: Order) -> int:
        """Issues a task and gives its number."""
        ...

    def done(self, number: int, grid: str, note: str, evidence: str) -> bool:
        """Marks a share as done; False where it is so already."""
        ...

    def give_back(self, number: int, grid: str, note: str) -> None:
        """Gives a share back."""
        ...

    def extend(self, number: int, due_at: Instant, note: str) -> None:
        """Moves the due time."""
        ...

    def withdraw(self, number: int, note: str) -> None:
        """Takes a task back."""
        ...

    def sign_in(self, grid: str) -> Signed:
        """Signs a grid's centre in for the present shift."""
        ...

    def take(self, kind: FileKind, content: bytes) -> Taken:
        """Takes a file of sign-ins or of what was done."""
        ...

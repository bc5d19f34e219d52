"""What whoever asks may see and do of the tasks and the duty of their scope; what is done and what is refused stands in
the audit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from api.doors import audited, viewer
from data.access import Viewer, may
from data.clocks import Instant
from data.store import Store
from data.tasks import duty, files, keeping, listing
from data.tasks.duty import Board, Signed
from data.tasks.files import FileKind, Taken
from data.tasks.keeping import Order
from data.tasks.listing import Standing, Task
from data.tasks.states import Kind, NotAllowed, Step, TaskError

_Made = TypeVar("_Made")


class Tasking:
    """The tasks of a store, each call for whoever asks and within their scope."""

    def __init__(self, store: Store, now: Callable[[], Instant]) -> None:
        self._store = store
        self._now = now

    def tasks(
        self, scope: str, standing: Standing, kinds: Collection[Kind] | None, now: Instant
    ) -> Sequence[Task]:
        """Tasks of grids within a scope. Raises UnknownGrid."""
        return listing.tasks(self._bounded(), scope, now, standing, kinds=kinds)

    def task(self, scope: str, number: int, now: Instant) -> tuple[Task, Sequence[Step]]:
        """One task and its steps, which the audit hears of where it is none of theirs. Raises TaskError."""
        try:
            return listing.one_task(self._bounded(), scope, number, now)
        except TaskError:
            audited("read", f"task {number}", "refused")
            raise

    def board(self, scope: str, now: Instant) -> Board:
        """Who has signed in for the present shift. Raises UnknownGrid."""
        return duty.board(self._bounded(), scope, now)

    def issue(self, scope: str, order: Order) -> int:
        """Issues a task and gives its number."""
        return self._act(
            f"issue {order.kind}",
            lambda who: keeping.issue(self._bounded(), scope, order, who.name, self._now()),
        )

    def done(self, number: int, grid: str, note: str, evidence: str) -> bool:
        """Marks a share as done; False where it is so already."""
        return self._act(
            f"done task {number} {grid}",
            lambda who: keeping.done(
                self._bounded(), who.scope, number, grid, who.name, self._now(), note, evidence
            ),
        )

    def give_back(self, number: int, grid: str, note: str) -> None:
        """Gives a share back."""
        self._act(
            f"return task {number} {grid}",
            lambda who: keeping.give_back(
                self._bounded(), who.scope, number, grid, who.name, note, self._now()
            ),
        )

    def extend(self, number: int, due_at: Instant, note: str) -> None:
        """Moves the due time."""
        self._act(
            f"extend task {number}",
            lambda who: keeping.extend(
                self._bounded(), who.scope, number, due_at, who.name, note, self._now()
            ),
        )

    def withdraw(self, number: int, note: str) -> None:
        """Takes a task back."""
        self._act(
            f"withdraw task {number}",
            lambda who: keeping.withdraw(self._bounded(), who.scope, number, who.name, note, self._now()),
        )

    def sign_in(self, grid: str) -> Signed:
        """Signs a grid's centre in for the present shift."""
        return self._act(
            f"duty {grid}",
            lambda who: duty.sign_in(self._bounded(), who.scope, grid, who.shown_name, self._now()),
        )

    def take(self, kind: FileKind, content: bytes) -> Taken:
        """Takes a file of sign-ins or of what was done."""
        return self._act(
            f"file {kind}",
            lambda who: files.take(self._bounded(), who.scope, kind, content, who.name, self._now()),
        )

    def _act(self, subject: str, act: Callable[[Viewer], _Made]) -> _Made:
        """Does it for whoever asks, where their role allows it; the audit hears of it either way."""
        who, short = viewer(), subject[:120]
        if not may(who, "handle"):
            audited("handle", short, "refused")
            raise NotAllowed
        try:
            made = act(who)
        except (TaskError, LookupError) as error:
            audited("handle", short, "failed", why=getattr(error, "reason", "unknown"))
            raise
        audited("handle", short, "ok")
        return made

    def _bounded(self) -> Store:
        return self._store.within(viewer().scope)

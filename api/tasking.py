"""What whoever asks may see and do of the tasks and the duty of their scope; what is done and what is refused stands in
the audit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, TypeVar

from flask import request

from api.doors import audited, viewer
from api.noting import Heard
from data.access import may
from data.audit import Entry
from data.clocks import Instant
from data.store import Store
from data.tasks import duty, files, keeping, listing
from data.tasks.duty import Board, Signed
from data.tasks.files import FileKind, Taken
from data.tasks.keeping import Order
from data.tasks.listing import Standing, Task, TaskPage
from data.tasks.states import Kind, NotAllowed, Step, TaskError
from data.tasks.tables import LENGTHS

_Made = TypeVar("_Made")


class Tasking:
    """The tasks of a store, each call for whoever asks and within their scope."""

    def __init__(self, store: Store, now: Callable[[], Instant]) -> None:
        self._store = store
        self._now = now
        self._heard = Heard(now)

    def tasks(
        self,
        scope: str,
        standing: Standing,
        kinds: Collection[Kind] | None,
        now: Instant,
        number: int,
        rows: int,
    ) -> TaskPage:
        """A page of the tasks of grids within a scope, the last one where there are not so many. Raises UnknownGrid."""
        return listing.page(self._bounded(), scope, now, standing, number, rows, kinds=kinds)

    def task(self, scope: str, number: int, now: Instant) -> tuple[Task, Sequence[Step]]:
        """One task and its steps, which the audit hears of where it is none of theirs. Raises TaskError."""
        try:
            return listing.one_task(self._bounded(), scope, number, now)
        except TaskError:
            # A page that is left open asks again and again.
            if self._heard.first(viewer(), f"task {number}"):
                audited("read", f"task {number}", "refused")
            raise

    def board(self, scope: str, now: Instant) -> Board:
        """Who has signed in for the present shift. Raises UnknownGrid."""
        return duty.board(self._bounded(), scope, now)

    def issue(self, order: Order) -> int:
        """Issues a task and gives its number. It is the viewer's own grid that issues it, whichever they look at: else
        those of whom it is asked could put it off and take it back."""
        return self._act(
            "task",
            {"act": "issued", "kind": order.kind, "grids": len(order.grids)},
            lambda entry: keeping.issue(
                self._bounded(), entry.scope, order, entry.who, entry.at, entry=entry
            ),
        )

    def done(self, number: int, grid: str, note: str, evidence: str) -> bool:
        """Marks a share as done; False where it is so already."""
        return self._act(
            f"task {number}",
            {"act": "done", "grid": grid},
            lambda entry: keeping.done(
                *(self._bounded(), entry.scope, number, grid, entry.who, entry.at, note, evidence),
                entry=entry,
            ),
        )

    def give_back(self, number: int, grid: str, note: str) -> None:
        """Gives a share back."""
        self._act(
            f"task {number}",
            {"act": "returned", "grid": grid},
            lambda entry: keeping.give_back(
                self._bounded(), entry.scope, number, grid, entry.who, note, entry.at, entry=entry
            ),
        )

    def extend(self, number: int, due_at: Instant, note: str) -> None:
        """Moves the due time."""
        self._act(
            f"task {number}",
            {"act": "extended"},
            lambda entry: keeping.extend(
                self._bounded(), entry.scope, number, due_at, entry.who, note, entry.at, entry=entry
            ),
        )

    def withdraw(self, number: int, note: str) -> None:
        """Takes a task back."""
        self._act(
            f"task {number}",
            {"act": "withdrawn"},
            lambda entry: keeping.withdraw(
                self._bounded(), entry.scope, number, entry.who, note, entry.at, entry=entry
            ),
        )

    def sign_in(self, grid: str) -> Signed:
        """Signs a grid's centre in for the present shift."""
        name = viewer().shown_name[: LENGTHS["who"]]
        return self._act(
            f"duty {grid[:64]}",
            {"act": "signed in"},
            lambda entry: duty.sign_in(self._bounded(), entry.scope, grid, name, entry.at, entry=entry),
        )

    def take(self, kind: FileKind, content: bytes) -> Taken:
        """Takes a file of sign-ins or of what was done."""

        def act(entry: Entry) -> Taken:
            # The rows are acts of their own: what cannot be recorded is not begun.
            audited(entry.action, entry.subject, "ok", **entry.detail)
            return files.take(self._bounded(), entry.scope, kind, content, entry.who, entry.at)

        return self._act(f"file of {kind}", {"act": "file", "bytes": len(content)}, act)

    def _act(self, subject: str, detail: Mapping[str, Any], act: Callable[[Entry], _Made]) -> _Made:
        """Does it for whoever asks, where their role allows it; the audit's entry stands in the same transaction."""
        who = viewer()
        if not may(who, "handle"):
            audited("handle", subject, "refused")
            raise NotAllowed
        entry = Entry(
            *(self._now(), "handle", subject, "ok"),
            who=who.name,
            role=who.role,
            scope=who.scope,
            session=who.session,
            address=request.remote_addr or "",
            detail=dict(detail),
        )
        try:
            return act(entry)
        except TaskError as error:
            if error.reason in _BEYOND:
                audited("handle", subject, "refused", why=error.reason)
            raise

    def _bounded(self) -> Store:
        return self._store.within(viewer().scope)


_BEYOND: Final = ("none", "grid", "beyond", "issuer", "watch")
"""Why an act was refused that was tried on what is not the viewer's."""

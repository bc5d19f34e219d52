"""What people do with tasks: issue, mark as done, give back, extend, withdraw. Each act is one step that stays.

Whoever sees a grid may say what it did; whoever sees the grid that issued a task may give it back, extend it and
withdraw it. A step is written in one transaction that has the task to itself, so of two people the second is told; an
`entry` is put into the audit with the act, or nothing is done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.audit import Entry, record_in
from data.clocks import DAY, Instant, iso
from data.reference import reference_within
from data.store import Store
from data.tasks.facts import steps_of
from data.tasks.states import EVERY, KINDS, Kind, Share, Step, TaskError, What, shares
from data.tasks.tables import LENGTHS, task, task_share, task_step
from data.texts import storable

LONGEST_BODY: Final = 4000
FARTHEST: Final = 731 * DAY
"""How far ahead a task may be due: what lies farther is a slip of the pen."""


@dataclass(frozen=True)
class Order:
    """What is to be issued: of which kind, what is asked, of which grids (their codes), until when. `key` keeps a
    program from issuing the same twice; "" for people."""

    kind: Kind
    title: str
    body: str
    grids: tuple[str, ...]
    due_at: Instant
    key: str = ""


def issue(
    store: Store, scope: str, order: Order, who: str, now: Instant, *, entry: Entry | None = None
) -> int:
    """Issues a task to grids within a scope and gives its number; the number of the one that stands where an order with
    the same key was issued before. Raises TaskError."""
    with store.reading() as connection:
        inside = _Inside(store, connection, scope)
    _fits(order, inside, who, now)
    with store.whole.keeping() as connection:
        if order.key and (known := _by_key(connection, order.key)) is not None:
            return known
        try:
            with connection.begin_nested():
                number = int(
                    connection.execute(
                        insert(task)
                        .values(
                            key=order.key or None,
                            kind=order.kind,
                            title=storable(order.title).strip(),
                            body=storable(order.body).strip(),
                            scope=scope,
                            issued_by=who,
                            issued_at=now,
                            due_at=order.due_at,
                            withdrawn_by="",
                            withdrawn_note="",
                        )
                        .returning(task.c.id)
                    ).scalar_one()
                )
        except IntegrityError:
            if (known := _by_key(connection, order.key)) is None:
                raise
            return known
        if entry is not None:
            record_in(connection, replace(entry, subject=f"task {number}"))
        grids = list(dict.fromkeys(order.grids))
        connection.execute(insert(task_share), [{"task_id": number, "grid": code} for code in grids])
        first = Step(1, EVERY, "issued", now, now, order.due_at, who)
        connection.execute(insert(task_step).values(**_row(number, first)))
    return number


def done(
    store: Store,
    scope: str,
    number: int,
    grid: str,
    who: str,
    now: Instant,
    note: str = "",
    evidence: str = "",
    *,
    at: Instant | None = None,
    entry: Entry | None = None,
) -> bool:
    """Marks a grid's share as done, or answered; False when it is so already and nothing was changed. `at` is when it
    was done, now by default. Raises TaskError for a share that is none within the scope or was withdrawn, and for an
    `at` to come, before the task was issued, or before it was given back last."""
    moment = now if at is None else at
    _short(note=note, evidence=evidence)
    with _Act(store, scope, number, now, entry) as act:
        share = act.share(grid)
        _standing(share, act)
        if share.done_at is not None:
            return False
        since = max(
            step.at
            for step in act.steps
            if step.what == "issued" or (step.what == "returned" and step.grid == grid)
        )
        if not since <= moment <= now:
            raise TaskError(
                f"expected that it was done after it was issued or given back last ({iso(since)}) and not in the "
                f"future, found {iso(moment)}: mend the time",
                "time",
            )
        act.write("done", grid, moment, who, note, evidence)
        act.settle(grid, True)
    return True


def give_back(
    store: Store,
    scope: str,
    number: int,
    grid: str,
    who: str,
    note: str,
    now: Instant,
    *,
    entry: Entry | None = None,
) -> None:
    """Gives a share that is done back to its grid, with a note on what is missing: it is open again. Raises TaskError
    where it is not done, and for whoever does not see the grid that issued the task."""
    _noted(note, "what is missing")
    with _Act(store, scope, number, now, entry) as act:
        act.issuer_only()
        share = act.share(grid)
        _standing(share, act)
        if share.done_at is None:
            raise TaskError(
                f"expected a share that is done, found that of {grid} open: load the page anew", "not_done"
            )
        act.write("returned", grid, now, who, note)
        act.settle(grid, False)


def extend(
    store: Store,
    scope: str,
    number: int,
    due_at: Instant,
    who: str,
    note: str,
    now: Instant,
    *,
    entry: Entry | None = None,
) -> None:
    """Moves the due time of all shares, with a note on why. Raises TaskError for a time that has passed or is not later
    than the present one, and for whoever does not see the grid that issued the task."""
    _noted(note, "why it is extended")
    with _Act(store, scope, number, now, entry) as act:
        act.issuer_only()
        if act.row.withdrawn_at is not None:
            raise TaskError(
                "expected a task that stands, found it withdrawn: load the page anew", "withdrawn"
            )
        if due_at <= max(act.row.due_at, now) or due_at > now + FARTHEST:
            raise TaskError(
                f"expected a due time after the present one ({iso(act.row.due_at)}), to come, and within two years; "
                f"found {iso(due_at)}: give a later one",
                "due",
            )
        act.write("extended", EVERY, now, who, note, due_at=due_at)
        act.set(due_at=due_at)


def withdraw(
    store: Store, scope: str, number: int, who: str, note: str, now: Instant, *, entry: Entry | None = None
) -> None:
    """Takes a task back from all its grids, with a note on why. What was due before stays counted as it stood. Raises
    TaskError where it is withdrawn already, and for whoever does not see the grid that issued it."""
    _noted(note, "why it is withdrawn")
    with _Act(store, scope, number, now, entry) as act:
        act.issuer_only()
        if act.row.withdrawn_at is not None:
            raise TaskError(
                f"expected a task that stands, found it withdrawn by {act.row.withdrawn_by}", "withdrawn"
            )
        act.write("withdrawn", EVERY, now, who, note)
        act.settle(EVERY, True)
        act.set(withdrawn_at=now, withdrawn_by=who, withdrawn_note=storable(note).strip())


class _Act:
    """A transaction that has one task to itself: its row, its grids and its steps until now."""

    def __init__(self, store: Store, scope: str, number: int, now: Instant, entry: Entry | None) -> None:
        self._now = now
        self._entry = entry
        self._number = number
        with store.reading() as connection:
            self._inside = _Inside(store, connection, scope)
        # A store within a scope reads only; the scope is held against the task's grids below.
        self._transaction = store.whole.keeping()

    def __enter__(self) -> _Act:
        self._connection = self._transaction.__enter__()
        try:
            self._read()
        except BaseException as error:
            self._transaction.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def __exit__(self, *error: Any) -> None:
        self._transaction.__exit__(*error)

    def _read(self) -> None:
        found = self._connection.execute(
            select(task).where(task.c.id == self._number).with_for_update()
        ).one_or_none()
        grids = self._connection.execute(
            select(task_share.c.grid).where(task_share.c.task_id == self._number).order_by(task_share.c.grid)
        ).scalars()
        self._grids = tuple(grids)
        if found is None or not any(code in self._inside for code in self._grids):
            raise no_task(self._number)
        self.row: Any = found
        last = (
            self._connection.execute(
                select(task_step.c.known_at)
                .where(task_step.c.task_id == self._number)
                .order_by(task_step.c.seq.desc())
            )
            .scalars()
            .first()
        )
        # What is written down is never older than what was written before it, whatever a clock says.
        self._known_at = max(self._now, last or self._now)
        self.steps = steps_of(self._connection, task_step.c.task_id == self._number, self._known_at).get(
            self._number, ()
        )

    def share(self, grid: str) -> Share:
        """The share of a grid within the scope. Raises TaskError."""
        found = shares(self._grids, self.steps).get(grid)
        if found is None or grid not in self._inside:
            raise TaskError(
                f"expected a grid of yours of which task {self._number} is asked, found {grid!r}: see the list",
                "grid",
            )
        return found

    def issuer_only(self) -> None:
        """Raises TaskError for whoever does not see the grid that issued the task."""
        if self.row.scope not in self._inside:
            raise TaskError(
                f"expected somebody of the grid that issued task {self._number}, found somebody below it: ask whoever "
                "issued it",
                "issuer",
            )

    def write(
        self,
        what: What,
        grid: str,
        at: Instant,
        who: str,
        note: str = "",
        evidence: str = "",
        due_at: Instant | None = None,
    ) -> None:
        """Adds a step, and the audit's entry with it: what cannot be recorded is not done."""
        if self._entry is not None:
            record_in(self._connection, self._entry)
        seq = max(step.seq for step in self.steps) + 1
        step = Step(
            seq,
            grid,
            what,
            at,
            self._known_at,
            due_at,
            who,
            storable(note).strip(),
            storable(evidence).strip(),
        )
        self._connection.execute(insert(task_step).values(**_row(self._number, step)))

    def settle(self, grid: str, settled: bool) -> None:
        """Notes that nothing is left to do for a grid (EVERY: for all that have not done it), or that something is."""
        mine = task_share.c.task_id == self._number
        if grid != EVERY:
            mine &= task_share.c.grid == grid
        elif settled:
            mine &= task_share.c.settled_at.is_(None)
        self._connection.execute(
            update(task_share).where(mine).values(settled_at=self._known_at if settled else None)
        )

    def set(self, **values: object) -> None:
        """Changes what the task's row says of now."""
        self._connection.execute(update(task).where(task.c.id == self._number).values(**values))


def no_task(number: int) -> TaskError:
    """What is said of a number that is no task's, or of one beyond the scope."""
    return TaskError(
        f"expected the number of a task, found {number}, which is none here: see the list", "none"
    )


class _Inside:
    """The codes within a scope of a store, asked one by one: a set of all would be made anew for each row of a file.
    Raises UnknownGrid."""

    def __init__(self, store: Store, connection: Connection, scope: str) -> None:
        top = reference_within(store, connection).tree.get(scope)
        self._ids = range(top.id, top.last_id + 1)
        # That of the whole city: what lies beyond is not asked for, it is told apart.
        self._tree = reference_within(store.whole, connection).tree

    def __contains__(self, code: str) -> bool:
        return code in self._tree and self._tree.get(code).id in self._ids


def _fits(order: Order, inside: _Inside, who: str, now: Instant) -> None:
    if order.kind not in KINDS:
        raise TaskError(f"expected the kind {' or '.join(KINDS)}, found {order.kind!r}: choose one", "kind")
    if not storable(order.title).strip():
        raise TaskError("expected a title that says what is asked, found none: write one", "title")
    _short(title=order.title, who=who, key=order.key)
    if len(order.body) > LONGEST_BODY:
        raise TaskError(
            f"expected a text of at most {LONGEST_BODY} characters, found {len(order.body)}: shorten it",
            "long",
            most=LONGEST_BODY,
        )
    if not order.grids:
        raise TaskError("expected at least one grid of which it is asked, found none: choose some", "grids")
    beyond = sorted(code for code in {*order.grids} if code not in inside)
    if beyond:
        raise TaskError(
            f"expected grids within your scope, found {', '.join(beyond[:5])}: take them out", "beyond"
        )
    if not now < order.due_at <= now + FARTHEST:
        raise TaskError(
            f"expected a due time to come and within two years, found {iso(order.due_at)}: give another one",
            "due",
        )


def _short(**texts: str) -> None:
    for what, text in texts.items():
        if len(text) > LENGTHS[what]:
            raise TaskError(
                f"expected a {what} of at most {LENGTHS[what]} characters, found {len(text)}: shorten it",
                "long",
                most=LENGTHS[what],
            )


def _noted(note: str, about: str) -> None:
    if not storable(note).strip():
        raise TaskError(f"expected a note that says {about}, found none: write one", "note")
    _short(note=note)


def _standing(share: Share, act: _Act) -> None:
    if share.withdrawn_at is not None:
        raise TaskError(
            f"expected a task that stands, found it withdrawn by {act.row.withdrawn_by}: nothing is to be done",
            "withdrawn",
        )


def _by_key(connection: Connection, key: str) -> int | None:
    return connection.execute(select(task.c.id).where(task.c.key == key)).scalar_one_or_none()


def _row(number: int, step: Step) -> dict[str, Any]:
    return {
        "task_id": number,
        "seq": step.seq,
        "grid": step.grid,
        "what": step.what,
        "at": step.at,
        "known_at": step.known_at,
        "due_at": step.due_at,
        "who": step.who,
        "note": step.note,
        "evidence": step.evidence,
    }

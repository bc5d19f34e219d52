"""The life of a warning: opened once, acknowledged, assigned, closed with a note; and silent while its matter goes on.

What the detectors say every hour is kept as one warning as long as it goes on. When nothing was seen of a matter for a
quiet time its warning fades; when it comes back after that, a new round begins. A warning that somebody has closed
stays closed, and stays what it was when it was closed, while its matter merely goes on: a new round begins when it has
at least doubled since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, Literal

from sqlalchemy import Connection, Select, func, insert, select, update

from data.alerting.looks import note_look
from data.alerting.tables import alert, alert_step
from data.audit import Entry, record_in
from data.clocks import DAY, Instant
from data.reference import reference_within
from data.store import Store
from data.texts import storable

AlertKind = Literal[
    "sudden", "common", "concentrated", "frequent", "ahead", "duplicates", "due", "whistle", "recheck"
]
State = Literal["open", "acknowledged", "assigned", "closed"]

QUIET: Final = 7 * DAY
"""A matter that was not seen for so long is over."""

LONGEST_NOTE: Final = 500
LONGEST_NAME: Final = 128
MOST_EVENTS: Final = 200
"""Events that a warning names; it counts all of them."""

CENTRE: Final = 2
"""The highest step: the operations centre itself."""

_NOT_CLOSED: Final[tuple[State, ...]] = ("open", "acknowledged", "assigned")


AlertFault = Literal["gone", "no_note", "nobody", "long", "state", "taken"]
"""Why a warning cannot be treated so, for a page that says it in its own language."""

TIMES_AGAIN: Final = 2
"""A matter that somebody closed is told again when it has grown to so many times what it was."""


class AlertError(ValueError):
    """A warning cannot be treated so; the message says what was expected, what was found and what to do. `fault` says
    which of the reasons it is, `step` what somebody else has done meanwhile."""

    def __init__(self, fault: AlertFault, text: str, step: AlertStep | None = None) -> None:
        super().__init__(text)
        self.fault = fault
        self.step = step


@dataclass(frozen=True)
class Draft:
    """What was seen of a matter now. `matter` is the same whenever the same thing is seen; `grid` and `category` are
    codes, "" for no category; `body` holds what else is to be shown, as JSON types."""

    matter: str
    kind: AlertKind
    grid: str
    category: str
    since_at: Instant
    observed: int
    expected: float | None = None
    chance: float | None = None
    share: float | None = None
    holder: str = ""
    step: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Alert:
    """A warning as it stands."""

    id: int
    matter: str
    round: int
    kind: AlertKind
    grid: str
    category: str
    holder: str
    state: State
    since_at: Instant
    opened_at: Instant
    seen_at: Instant
    observed: int
    expected: float | None
    chance: float | None
    share: float | None
    step: int
    assigned_to: str
    closed_at: Instant | None
    body: Mapping[str, Any]
    first_observed: int | None = None
    first_expected: float | None = None


@dataclass(frozen=True)
class AlertStep:
    """Something that was done with a warning; `who` is "" for the program."""

    at: Instant
    who: str
    what: str
    note: str


@dataclass(frozen=True)
class Kept:
    """How many warnings were opened, seen again, passed up, and have faded."""

    opened: int
    again: int
    passed_up: int
    faded: int


def keep(
    store: Store, drafts: Iterable[Draft], now: Instant, kinds: Sequence[AlertKind], *, full: bool = False
) -> Kept:
    """Keeps what was seen now of some kinds of matters, and that it was looked for (in `full`, as each night), in one
    transaction; and lets fade what has been quiet.

    Of two drafts of one matter the first counts. Who comes twice with the same drafts changes nothing.
    """
    opened = again = passed_up = 0
    with store.keeping() as connection:
        known = _latest(connection)
        done: set[str] = set()
        for draft in drafts:
            if draft.matter in done:
                continue
            done.add(draft.matter)
            last = known.get(draft.matter)
            if last is None or (now - last.seen_at > QUIET):
                if last is not None and last.state != "closed":
                    _fade(connection, last.id, now)
                _open(connection, draft, now, 1 if last is None else last.round + 1)
                opened += 1
                continue
            if last.state == "closed":
                if grown(last, draft):
                    _open(connection, draft, now, last.round + 1)
                    opened += 1
                else:
                    _goes_on(connection, last.id, now)
                    again += 1
                continue
            up = draft.step > last.step
            _see(connection, last, draft, now, up)
            again += 1
            passed_up += up
        faded = _fade_quiet(connection, now, kinds)
        note_look(connection, now, full)
    return Kept(opened, again, passed_up, faded)


def grown(closed: Alert, draft: Draft) -> bool:
    """Whether a matter has at least doubled since its warning was closed. A count over more days has to be as much
    larger as the days are: a rise that goes on is counted over three days and over seven once it has lasted so long."""
    before, after = (int(body.get("days") or 1) for body in (closed.body, draft.body))
    return draft.observed * before >= TIMES_AGAIN * closed.observed * max(before, after)


def acknowledge(
    store: Store,
    scope: str,
    number: int,
    who: str,
    now: Instant,
    *,
    seen: int | None = None,
    entry: Entry | None = None,
) -> None:
    """Somebody has seen an open warning. AlertError when there is none in the scope or it has gone further.

    `seen` is how many acts of people (`acts_of`) whoever acts knows of: AlertError when there are more by now, so that
    of two people who act at once the second is told. `entry` is put into the audit with the act, or nothing is done.
    """
    _act(store, scope, number, who, now, "acknowledged", "", ("open",), None, seen, entry)


def assign(
    store: Store,
    scope: str,
    number: int,
    who: str,
    to: str,
    now: Instant,
    note: str = "",
    *,
    seen: int | None = None,
    entry: Entry | None = None,
) -> None:
    """Gives a warning to a unit or a person; `seen` and `entry` as for `acknowledge`. AlertError for nobody, for a
    closed one and for none in the scope."""
    to, note = storable(to).strip(), storable(note).strip()
    if not to:
        raise AlertError(
            "nobody",
            "expected the name of whoever is to look into it, found nothing: name a unit or a person",
        )
    if len(to) > LONGEST_NAME:
        raise AlertError(
            "long",
            f"expected a name of at most {LONGEST_NAME} characters, found {len(to)}: shorten it",
        )
    _act(store, scope, number, who, now, "assigned", note, _NOT_CLOSED, to, seen, entry)


def close(
    store: Store,
    scope: str,
    number: int,
    who: str,
    note: str,
    now: Instant,
    *,
    seen: int | None = None,
    entry: Entry | None = None,
) -> None:
    """Closes a warning with a note on what came of it; `seen` and `entry` as for `acknowledge`. AlertError without a
    note, for one that is closed already and for none in the scope."""
    note = storable(note).strip()
    if not note:
        raise AlertError(
            "no_note", "expected a note on what came of it, found none: say why the warning is closed"
        )
    _act(store, scope, number, who, now, "closed", note, _NOT_CLOSED, None, seen, entry)


def acts_of(steps: Sequence[AlertStep]) -> int:
    """How many of the steps of a warning people took."""
    return sum(1 for step in steps if step.who)


def alerts(
    store: Store,
    scope: str,
    *,
    kinds: Sequence[AlertKind] | None = None,
    closed: bool = False,
    state: State | None = None,
    since: Instant | None = None,
    limit: int = 200,
) -> tuple[Alert, ...]:
    """The warnings about grids within a scope of the store, the highest step and the latest opened first: those that
    are not closed, or with `closed` all of them, or those of a state, the closed ones by when they were; `since` bounds
    when they were opened. Raises UnknownGrid."""
    with store.reading() as connection:
        inside = _inside(store, connection, scope)
        query = select(alert)
        if kinds is not None:
            query = query.where(alert.c.kind.in_(kinds))
        if state is not None:
            query = query.where(alert.c.state == state)
        elif not closed:
            query = query.where(alert.c.state != "closed")
        if since is not None:
            query = query.where(alert.c.opened_at >= since)
        first = alert.c.closed_at if state == "closed" else alert.c.step
        query = query.order_by(first.desc(), alert.c.opened_at.desc(), alert.c.id.desc())
        found = []
        for row in connection.execute(query):
            if row.grid in inside:
                found.append(_alert(row))
                if len(found) == limit:
                    break
        return tuple(found)


def one(store: Store, scope: str, number: int) -> tuple[Alert, tuple[AlertStep, ...]]:
    """A warning within a scope of the store, and what was done with it, in order. AlertError for none."""
    with store.reading() as connection:
        found = _alert_within(connection, _inside(store, connection, scope), number)
        steps = connection.execute(
            select(alert_step).where(alert_step.c.alert_id == number).order_by(alert_step.c.seq)
        )
        return found, tuple(AlertStep(row.at, row.who, row.what, row.note) for row in steps)


def stamp(store: Store, scope: str, kinds: Sequence[AlertKind]) -> str:
    """Changes when a warning of some kinds within a scope is opened, seen again, or worked on. Raises UnknownGrid."""
    with store.reading() as connection:
        inside = _inside(store, connection, scope)
        rows = connection.execute(
            select(alert.c.id, alert.c.grid, alert.c.state, alert.c.seen_at, alert.c.assigned_to)
            .where(alert.c.state != "closed", alert.c.kind.in_(kinds))
            .order_by(alert.c.id)
        )
        told = [tuple(row) for row in rows if row.grid in inside]
    return blake2b(repr(told).encode(), digest_size=12).hexdigest()


def _act(
    store: Store,
    scope: str,
    number: int,
    who: str,
    now: Instant,
    state: State,
    note: str,
    from_: tuple[State, ...],
    to: str | None,
    seen: int | None,
    entry: Entry | None,
) -> None:
    kept = note if to is None else f"{to} {note}".strip()
    if len(kept) > LONGEST_NOTE:
        raise AlertError(
            "long", f"expected a note of at most {LONGEST_NOTE} characters, found {len(kept)}: shorten it"
        )
    with store.reading() as connection:
        inside = _inside(store, connection, scope)
    # A store within a scope reads only; the scope was held against it above.
    with store.whole.keeping() as connection:
        found = _alert_within(connection, inside, number, lock=True)
        if found.state not in from_:
            raise AlertError(
                "state",
                f"expected a warning that is {' or '.join(from_)}, found it {found.state}: load the page anew",
                _last_act(connection, number),
            )
        if seen is not None and _acts(connection, number) > seen:
            last = _last_act(connection, number)
            raise AlertError(
                "taken",
                f"expected a warning that nobody has worked on meanwhile, found it {found.state}"
                f"{f' by {last.who}' if last else ''}: load the page anew",
                last,
            )
        values: dict[str, Any] = {"state": state}
        if to is not None:
            values["assigned_to"] = to
        if state == "closed":
            values["closed_at"] = now
        connection.execute(update(alert).where(alert.c.id == number).values(**values))
        _step(connection, number, now, who, state, kept)
        if entry is not None:
            record_in(connection, entry)


def matters_of(store: Store, kind: AlertKind, since: Instant) -> dict[int, str]:
    """By event: the matter of the warning of a kind that names it, among those seen since an instant."""
    with store.reading() as connection:
        rows = connection.execute(
            select(alert.c.matter, alert.c.body).where(alert.c.kind == kind, alert.c.seen_at >= since)
        )
        return {number: row.matter for row in rows for number in json.loads(row.body).get("events", ())}


def _inside(store: Store, connection: Connection, scope: str) -> frozenset[str]:
    # A set of codes: a bounded tree that is asked for another's grid tells the audit of it.
    tree = reference_within(store, connection).tree
    top = tree.get(scope)
    return frozenset(grid.code for grid in tree if top.id <= grid.id <= top.last_id)


def _alert_within(
    connection: Connection, inside: frozenset[str], number: int, *, lock: bool = False
) -> Alert:
    query: Select[Any] = select(alert).where(alert.c.id == number)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None or row.grid not in inside:
        raise AlertError(
            "gone", f"expected the number of a warning, found {number}, which is none here: see the list"
        )
    return _alert(row)


def _alert(row: Any) -> Alert:
    values = dict(row._mapping)
    values["body"] = json.loads(values["body"])
    return Alert(**values)


def _latest(connection: Connection) -> dict[str, Alert]:
    """The last round of every matter."""
    last = select(alert.c.matter, func.max(alert.c.round).label("round")).group_by(alert.c.matter).subquery()
    rows = connection.execute(
        select(alert).join(last, (alert.c.matter == last.c.matter) & (alert.c.round == last.c.round))
    )
    return {row.matter: _alert(row) for row in rows}


def _open(connection: Connection, draft: Draft, now: Instant, round_: int) -> None:
    number = connection.execute(
        insert(alert)
        .values(
            matter=draft.matter,
            round=round_,
            kind=draft.kind,
            grid=draft.grid,
            category=draft.category,
            holder=draft.holder,
            state="open",
            since_at=draft.since_at,
            opened_at=now,
            assigned_to="",
            closed_at=None,
            first_observed=draft.observed,
            first_expected=draft.expected,
            **_seen(draft, now),
        )
        .returning(alert.c.id)
    ).scalar_one()
    _step(connection, number, now, "", "opened", "")


def _see(connection: Connection, last: Alert, draft: Draft, now: Instant, up: bool) -> None:
    values = _seen(draft, now)
    values["step"] = max(last.step, draft.step)
    connection.execute(update(alert).where(alert.c.id == last.id).values(**values))
    if up:
        _step(connection, last.id, now, "", "passed_up", str(draft.step))


def _goes_on(connection: Connection, number: int, now: Instant) -> None:
    """What was closed keeps the figures that it was closed with."""
    connection.execute(update(alert).where(alert.c.id == number).values(seen_at=now))


def _seen(draft: Draft, now: Instant) -> dict[str, Any]:
    return {
        "seen_at": now,
        "observed": draft.observed,
        "expected": draft.expected,
        "chance": draft.chance,
        "share": draft.share,
        "step": draft.step,
        "body": json.dumps(dict(draft.body), ensure_ascii=False, sort_keys=True),
    }


def _acts(connection: Connection, number: int) -> int:
    count: int = connection.execute(
        select(func.count()).where(alert_step.c.alert_id == number, alert_step.c.who != "")
    ).scalar_one()
    return count


def _last_act(connection: Connection, number: int) -> AlertStep | None:
    row = connection.execute(
        select(alert_step)
        .where(alert_step.c.alert_id == number, alert_step.c.who != "")
        .order_by(alert_step.c.seq.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else AlertStep(row.at, row.who, row.what, row.note)


def _fade_quiet(connection: Connection, now: Instant, kinds: Sequence[AlertKind]) -> int:
    numbers = connection.execute(
        select(alert.c.id).where(
            alert.c.kind.in_(kinds), alert.c.state != "closed", alert.c.seen_at < now - QUIET
        )
    ).scalars()
    faded = list(numbers)
    for number in faded:
        _fade(connection, number, now)
    return len(faded)


def _fade(connection: Connection, number: int, now: Instant) -> None:
    # Somebody may have closed it meanwhile: then it did not fade.
    found = connection.execute(
        update(alert)
        .where(alert.c.id == number, alert.c.state != "closed")
        .values(state="closed", closed_at=now)
    )
    if found.rowcount:
        _step(connection, number, now, "", "faded", "")


def _step(connection: Connection, number: int, at: Instant, who: str, what: str, note: str) -> None:
    last = connection.execute(
        select(func.max(alert_step.c.seq)).where(alert_step.c.alert_id == number)
    ).scalar_one()
    connection.execute(
        insert(alert_step).values(alert_id=number, seq=(last or 0) + 1, at=at, who=who, what=what, note=note)
    )

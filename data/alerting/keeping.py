"""The life of a warning: opened once, acknowledged, assigned, closed with a note; and silent while its matter goes on.

What the detectors say every hour is kept as one warning as long as it goes on. When nothing was seen of a matter for a
quiet time its warning fades; when it comes back after that, a new round begins. A warning that somebody has closed
stays closed while its matter goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sqlalchemy import Connection, Select, func, insert, select, update

from data.alerting.tables import alert, alert_step
from data.clocks import DAY, Instant
from data.reference import reference_within
from data.store import Store

AlertKind = Literal[
    "sudden", "common", "concentrated", "frequent", "ahead", "duplicates", "due", "whistle", "recheck"
]
State = Literal["open", "acknowledged", "assigned", "closed"]

QUIET: Final = 7 * DAY
"""A matter that was not seen for so long is over."""

LONGEST_NOTE: Final = 500
MOST_EVENTS: Final = 200
"""Events that a warning names; it counts all of them."""

CENTRE: Final = 2
"""The highest step: the operations centre itself."""


class AlertError(ValueError):
    """A warning cannot be treated so; the message says what was expected, what was found and what to do."""


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


def keep(store: Store, drafts: Iterable[Draft], now: Instant, kinds: Sequence[AlertKind]) -> Kept:
    """Keeps what was seen now of some kinds of matters, in one transaction; and lets fade what has been quiet.

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
            up = last.state != "closed" and draft.step > last.step
            _see(connection, last, draft, now, up)
            again += 1
            passed_up += up
        faded = _fade_quiet(connection, now, kinds)
    return Kept(opened, again, passed_up, faded)


def acknowledge(store: Store, scope: str, number: int, who: str, now: Instant) -> None:
    """Somebody has seen an open warning. AlertError when there is none in the scope or it has gone further."""
    _act(store, scope, number, who, now, "acknowledged", "", ("open",))


def assign(store: Store, scope: str, number: int, who: str, to: str, now: Instant, note: str = "") -> None:
    """Gives a warning to a unit or a person. AlertError for nobody, for a closed one and for none in the scope."""
    if not to.strip():
        raise AlertError(
            "expected the name of whoever is to look into it, found nothing: name a unit or a person"
        )
    _act(store, scope, number, who, now, "assigned", note, ("open", "acknowledged", "assigned"), to.strip())


def close(store: Store, scope: str, number: int, who: str, note: str, now: Instant) -> None:
    """Closes a warning with a note on what came of it. AlertError without one, for one that is closed already and for
    none in the scope."""
    if not note.strip():
        raise AlertError("expected a note on what came of it, found none: say why the warning is closed")
    _act(store, scope, number, who, now, "closed", note.strip(), ("open", "acknowledged", "assigned"))


def alerts(
    store: Store,
    scope: str,
    *,
    kinds: Sequence[AlertKind] | None = None,
    closed: bool = False,
    since: Instant | None = None,
    limit: int = 200,
) -> tuple[Alert, ...]:
    """The warnings about grids within a scope of the store, the highest step and the latest opened first: those that
    are not closed, or with `closed` all of them; `since` bounds when they were opened. Raises UnknownGrid."""
    with store.reading() as connection:
        inside = _codes(store, connection, scope)
        query = select(alert)
        if kinds is not None:
            query = query.where(alert.c.kind.in_(kinds))
        if not closed:
            query = query.where(alert.c.state != "closed")
        if since is not None:
            query = query.where(alert.c.opened_at >= since)
        query = query.order_by(alert.c.step.desc(), alert.c.opened_at.desc(), alert.c.id.desc())
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
        found = _alert_within(connection, _codes(store, connection, scope), number)
        steps = connection.execute(
            select(alert_step).where(alert_step.c.alert_id == number).order_by(alert_step.c.seq)
        )
        return found, tuple(AlertStep(row.at, row.who, row.what, row.note) for row in steps)


def _act(
    store: Store,
    scope: str,
    number: int,
    who: str,
    now: Instant,
    state: State,
    note: str,
    from_: tuple[State, ...],
    to: str | None = None,
) -> None:
    if len(note) > LONGEST_NOTE:
        raise AlertError(
            f"expected a note of at most {LONGEST_NOTE} characters, found {len(note)}: shorten it"
        )
    with store.reading() as connection:
        inside = _codes(store, connection, scope)
    # A store within a scope reads only; the scope was held against it above.
    with store.whole.keeping() as connection:
        found = _alert_within(connection, inside, number, lock=True)
        if found.state not in from_:
            raise AlertError(
                f"expected a warning that is {' or '.join(from_)}, found it {found.state}: load the page anew"
            )
        values: dict[str, Any] = {"state": state}
        if to is not None:
            values["assigned_to"] = to
        if state == "closed":
            values["closed_at"] = now
        connection.execute(update(alert).where(alert.c.id == number).values(**values))
        _step(connection, number, now, who, state, note if to is None else f"{to} {note}".strip())


def matters_of(store: Store, kind: AlertKind, since: Instant) -> dict[int, str]:
    """By event: the matter of the warning of a kind that names it, among those seen since an instant."""
    with store.reading() as connection:
        rows = connection.execute(
            select(alert.c.matter, alert.c.body).where(alert.c.kind == kind, alert.c.seen_at >= since)
        )
        return {number: row.matter for row in rows for number in json.loads(row.body).get("events", ())}


def _codes(store: Store, connection: Connection, scope: str) -> frozenset[str]:
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
            f"expected the number of a warning, found {number}, which is none here: see the list"
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
            **_seen(draft, now),
        )
        .returning(alert.c.id)
    ).scalar_one()
    _step(connection, number, now, "", "opened", "")


def _see(connection: Connection, last: Alert, draft: Draft, now: Instant, up: bool) -> None:
    values = _seen(draft, now)
    values["step"] = max(last.step, draft.step) if last.state != "closed" else last.step
    connection.execute(update(alert).where(alert.c.id == last.id).values(**values))
    if up:
        _step(connection, last.id, now, "", "passed_up", str(draft.step))


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
    connection.execute(update(alert).where(alert.c.id == number).values(state="closed", closed_at=now))
    _step(connection, number, now, "", "faded", "")


def _step(connection: Connection, number: int, at: Instant, who: str, what: str, note: str) -> None:
    last = connection.execute(
        select(func.max(alert_step.c.seq)).where(alert_step.c.alert_id == number)
    ).scalar_one()
    connection.execute(
        insert(alert_step).values(alert_id=number, seq=(last or 0) + 1, at=at, who=who, what=what, note=note)
    )

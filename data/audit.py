"""The audit: who did what, when, from where, and with what result, in one chain of hashes.

Each row's hash covers the row and the hash before it: a row that was changed, left out or put in breaks the chain, and
`verify` says where. Whoever holds a hash of an earlier day can prove that the chain still leads through it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Row, String, delete, func, insert, select, text

from data.audittables import KEPT_DAYS, audit, audit_anchor
from data.clocks import DAY, Instant
from data.grids import Tree
from data.store import Store
from data.texts import storable

Result = Literal["ok", "refused", "failed"]
RESULTS: Final[tuple[Result, ...]] = get_args(Result)

BEGINNING: Final = "0" * 64
"""The hash before the first row."""

_AUDIT_LOCK = 7_215_353_019_583
"""PostgreSQL's advisory lock of whoever adds a row: there is one last row for everybody."""

_BLOCK = 2_000
"""Rows read at once by whoever walks the whole chain."""

_LENGTHS: Final[Mapping[str, int]] = {
    column.name: column.type.length
    for column in audit.columns
    if isinstance(column.type, String) and column.type.length and column.name != "hash"
}


@dataclass(frozen=True)
class Entry:
    """What happened. `who` is an account's name, "" for somebody unknown; `scope` is theirs, a grid's code; `action` is
    a word such as "sign_in" or "export"; `subject` is what it was done to; `detail` holds plain values by name."""

    at: Instant
    action: str
    subject: str
    result: Result
    who: str = ""
    role: str = ""
    scope: str = ""
    session: str = ""
    address: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recorded(Entry):
    """An entry in its place in the chain."""

    seq: int = 0
    hash: str = ""


@dataclass(frozen=True)
class Wanted:
    """Which entries: None or "" is all. `who` and `action` are exact; the period is half-open; `scopes` are the codes
    of whose scope it was."""

    who: str = ""
    action: str = ""
    result: str = ""
    start: Instant | None = None
    end: Instant | None = None
    scopes: frozenset[str] | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether the chain holds: how many rows it has, its last hash, where it begins (after a pruning behind the
    `anchor`), and the number of the first row that does not fit, None where all do."""

    rows: int
    head: str
    last: int
    anchor: int
    broken_at: int | None
    proved: bool | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was found against it."""
        return self.broken_at is None and self.proved is not False


def record(store: Store, entry: Entry) -> int:
    """Puts an entry behind the last one; its number comes back. Several processes write one chain."""
    with store.whole.keeping() as connection:
        return record_in(connection, entry)


def record_in(connection: Connection, entry: Entry) -> int:
    """The same within the caller's transaction: what it does stands in the audit or is not done."""
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_AUDIT_LOCK})"))
    last, before = _end(connection)
    row = _plain(entry) | {"seq": last + 1}
    connection.execute(insert(audit).values(**row, hash=_hash(before, row)))
    return last + 1


def entries(store: Store, wanted: Wanted, limit: int = 50, before: int | None = None) -> list[Recorded]:
    """At most `limit` entries, the newest first; those before the row `before`, the last of the page before."""
    query = select(audit).where(*_conditions(wanted)).order_by(audit.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.seq < before)
    with store.whole.reading() as connection:
        return [_recorded(row) for row in connection.execute(query)]


def every_entry(store: Store, wanted: Wanted) -> Iterator[Recorded]:
    """Every entry that is wanted, the oldest first, in constant memory."""
    last = 0
    while True:
        query = select(audit).where(*_conditions(wanted), audit.c.seq > last).order_by(audit.c.seq)
        with store.whole.reading() as connection:
            found = [_recorded(row) for row in connection.execute(query.limit(_BLOCK))]
        yield from found
        if len(found) < _BLOCK:
            return
        last = found[-1].seq


def names(store: Store, scopes: frozenset[str] | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Everybody who stands in the audit, and every action, in order; of these scopes alone."""
    where = _conditions(Wanted(scopes=scopes))
    with store.whole.reading() as connection:
        who, action = (
            connection.execute(select(column).distinct().where(*where).order_by(column)).scalars().all()
            for column in (audit.c.who, audit.c.action)
        )
    return tuple(who), tuple(action)


def scopes_within(store: Store, tree: Tree) -> frozenset[str] | None:
    """The scopes in the audit that lie within a bounded tree; None, which is all of them, for the whole city's."""
    if not tree.bounded:
        return None
    codes = {grid.code for grid in tree}
    with store.whole.reading() as connection:
        found = connection.execute(select(audit.c.scope).distinct()).scalars().all()
    return frozenset(codes & set(found))


def verify(store: Store, proof: tuple[int, str] | None = None) -> Verdict:
    """Walks the chain from its beginning, or from the anchor of the last pruning. `proof` is a row's number and hash
    that somebody kept: the verdict is `proved` when the chain leads through it, None when that row is pruned."""
    rows, broken, proved = 0, None, None
    with store.whole.reading() as connection:
        anchor, known = _anchor(connection)
        expected, last, head = anchor, anchor, known
        if proof is not None and proof[0] == anchor:
            proved = proof[1] == known
        for row in _chain(connection):
            rows, expected, last = rows + 1, expected + 1, row.seq
            plain = {name: row._mapping[name] for name in _HASHED}
            head = row.hash
            if row.seq != expected or _hash(known, plain) != row.hash:
                broken = row.seq if row.seq == expected else expected
                break
            if proof is not None and proof[0] == row.seq:
                proved = proof[1] == row.hash
            known = row.hash
    if proof is not None and proved is None and broken is None and proof[0] > last:
        # The chain has become shorter than it was.
        proved = False
    return Verdict(rows, head, last, anchor, broken, proved)


def prune(store: Store, now: Instant, days: int, who: str = "") -> int:
    """Lets go of the oldest entries, those of more than `days` days, and says how many went.

    The hash of the last one stays as the anchor from which the chain goes on, and the pruning is an entry itself.
    Raises ValueError for fewer than 180 days.
    """
    if days < KEPT_DAYS:
        raise ValueError(f"expected {KEPT_DAYS} days or more, found {days}: the audit is kept that long")
    with store.whole.keeping() as connection:
        if connection.dialect.name != "sqlite":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_AUDIT_LOCK})"))
        young = connection.execute(
            select(func.min(audit.c.seq)).where(audit.c.at >= now - days * DAY)
        ).scalar_one()
        last = _end(connection)[0] if young is None else int(young) - 1
        row = connection.execute(select(audit.c.seq, audit.c.hash).where(audit.c.seq == last)).one_or_none()
        if row is None:
            return 0
        first = int(connection.execute(select(func.min(audit.c.seq))).scalar_one())
        connection.execute(insert(audit_anchor).values(seq=row.seq, hash=row.hash, at=now))
        connection.execute(delete(audit).where(audit.c.seq <= row.seq))
        went = last - first + 1
        detail = {"first": first, "last": last, "hash": row.hash, "days": days}
        record_in(connection, Entry(now, "audit.prune", str(went), "ok", who=who, detail=detail))
    return went


_HASHED: Final = tuple(column.name for column in audit.columns if column.name != "hash")


def _plain(entry: Entry) -> dict[str, Any]:
    """The row of an entry: texts cut to what a column takes, without characters that a database refuses."""
    row: dict[str, Any] = {
        name: storable(str(getattr(entry, name)))[:length] for name, length in _LENGTHS.items()
    }
    detail = json.dumps(dict(entry.detail), ensure_ascii=True, sort_keys=True, default=str)
    return row | {"at": entry.at, "detail": detail}


def _hash(before: str, row: Mapping[str, Any]) -> str:
    told = json.dumps([before, *(row[name] for name in _HASHED)], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _end(connection: Connection) -> tuple[int, str]:
    """The number and hash of the last row, or of what was pruned last."""
    row = connection.execute(
        select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    ).one_or_none()
    return (row.seq, row.hash) if row is not None else _anchor(connection)


def _anchor(connection: Connection) -> tuple[int, str]:
    row = connection.execute(
        select(audit_anchor.c.seq, audit_anchor.c.hash).order_by(audit_anchor.c.seq.desc()).limit(1)
    ).one_or_none()
    return (0, BEGINNING) if row is None else (row.seq, row.hash)


def _chain(connection: Connection) -> Iterator[Row[Any]]:
    last = -1
    while True:
        rows = connection.execute(
            select(audit).where(audit.c.seq > last).order_by(audit.c.seq).limit(_BLOCK)
        ).all()
        yield from rows
        if len(rows) < _BLOCK:
            return
        last = rows[-1].seq


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (audit.c.who, wanted.who),
        (audit.c.action, wanted.action),
        (audit.c.result, wanted.result),
    ):
        if value:
            found.append(column == value)
    if wanted.start is not None:
        found.append(audit.c.at >= wanted.start)
    if wanted.end is not None:
        found.append(audit.c.at < wanted.end)
    if wanted.scopes is not None:
        found.append(audit.c.scope.in_(sorted(wanted.scopes)))
    return found


def _recorded(row: Row[Any]) -> Recorded:
    plain = dict(row._mapping)
    return Recorded(**{**plain, "detail": json.loads(plain["detail"])})

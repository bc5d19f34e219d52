"""Editions of bulletins in the store: claimed, made, numbered, approved, issued and revised, each exactly once.

An edition is a row from the moment somebody claims it. A claim is a lease: whoever lets it run out is taken to be dead,
and the next one gets a higher fence, so that the first can record nothing any more. Everything that makes an edition
valid (number, figures, file, deliveries) is written in one transaction; an issued one never changes.

Who reads gives the store within a scope: an edition of a scope beyond it is not found.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, or_, select, update

from data.access import Viewer, may
from data.audit import Entry, record_in
from data.bulletinplan import BulletinKind, BulletinPlan, number_series, plan_of, printed_number
from data.clocks import MINUTE, SECOND, Instant
from data.deliveries import insert_new, owe
from data.editiontables import edition, edition_content, edition_number, edition_series
from data.reference import Reference, reference
from data.schema import grid
from data.store import Store

State = Literal["making", "failed", "draft", "approved", "issued"]
STATES: Final[tuple[State, ...]] = get_args(State)
"""making: somebody is at work on it; failed: it will be tried again; draft: it waits for approval; approved: it is set
anew with its number; issued: it stands for ever."""

LEASE: Final = 10 * MINUTE
"""How long whoever makes an edition may give no sign of life."""

FIRST_WAIT, LONGEST_WAIT = 30 * SECOND, 30 * MINUTE
"""After a fault an edition waits so long, and twice as long after each further one."""

_FAULT_LENGTH = 1_000
_BLOCK = 500


class EditionError(ValueError):
    """An edition that cannot be dealt with so; the message says why, and what to do."""


class UnknownEdition(LookupError):
    """There is no such edition within the scope."""


@dataclass(frozen=True)
class Owed:
    """An edition that should exist: when it was due, which is its as-of instant as well unless another is given."""

    kind: BulletinKind
    scope: str
    period: str
    due_at: Instant
    as_of: Instant

    @property
    def key(self) -> tuple[BulletinKind, str, str]:
        """What there is exactly one first revision of."""
        return self.kind, self.scope, self.period


@dataclass(frozen=True)
class Edition:
    """An edition as it stands, without what it says. `number` is empty until it is given; `path` lies below the folder
    of bulletins, empty until there is a file; `changes` say what a revision has changed; `fault` why it failed last."""

    id: int
    kind: BulletinKind
    scope: str
    period: str
    revision: int
    state: State
    approval: bool
    due_at: Instant
    as_of: Instant
    number: str
    reason: str
    fence: int
    worker: str
    again_at: Instant | None
    attempts: int
    fault: str
    claimed_at: Instant
    made_at: Instant | None
    title: str
    path: str
    sha256: str
    pages: int
    size: int
    changes: tuple[str, ...]
    approved_by: str
    approved_at: Instant | None
    issued_at: Instant | None

    @property
    def downloaded_as(self) -> str:
        """A name for its file, without the ending."""
        return f"{self.kind}-{self.period}-{self.scope}" + (f"-r{self.revision}" if self.revision > 1 else "")


@dataclass(frozen=True)
class Made:
    """What was made of a claim: the file's path below the folder of bulletins, its hash, pages and bytes, the title,
    the figures it was made from and the document, both JSON."""

    path: str
    sha256: str
    pages: int
    size: int
    title: str
    figures: Mapping[str, Any]
    document: Mapping[str, Any]
    changes: tuple[str, ...] = ()


_COLUMNS: Final = tuple(edition.c[name] for name in Edition.__dataclass_fields__)


def plan(city: Reference) -> BulletinPlan:
    """How the city gives its bulletins."""
    return plan_of(city.config.get("bulletins", {}))


def editions(
    store: Store,
    *,
    kinds: Collection[BulletinKind] = (),
    scope: str = "",
    states: Collection[State] = (),
    first_at: Instant | None = None,
    last_at: Instant | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Edition]:
    """Editions of the store's scope, the latest due first, the city's before its parts', the newest revision first.
    Empty `kinds`, `states` and `scope` are all; `scope` is exactly that one; `first_at` to `last_at` bound when they
    were due, half-open."""
    query = (
        select(*_COLUMNS)
        .where(*_wanted(kinds, scope, states, first_at, last_at))
        .order_by(edition.c.due_at.desc(), edition.c.kind, edition.c.scope, edition.c.revision.desc())
        .limit(limit)
        .offset(offset)
    )
    with store.reading() as connection:
        return [_edition(row) for row in connection.execute(query.where(_within(store))).mappings()]


def count_editions(
    store: Store,
    *,
    kinds: Collection[BulletinKind] = (),
    scope: str = "",
    states: Collection[State] = (),
    first_at: Instant | None = None,
    last_at: Instant | None = None,
) -> int:
    """How many `editions` there are without a limit."""
    wanted = _wanted(kinds, scope, states, first_at, last_at)
    with store.reading() as connection:
        found = connection.execute(
            select(func.count()).select_from(edition).where(*wanted, _within(store))
        ).scalar_one()
        return int(found)


def edition_of(store: Store, number: int) -> Edition:
    """The edition of an id. Raises UnknownEdition, as for one of a scope beyond the store's."""
    with store.reading() as connection:
        return _one(connection, edition.c.id == number, _within(store))


def find_edition(
    store: Store, kind: BulletinKind, scope: str, period: str, revision: int | None = None
) -> Edition | None:
    """An edition by what it is; the newest revision, whatever its state, unless one is named. None where there is
    none."""
    found = revisions(store, kind, scope, period)
    return next((one for one in found if revision in (None, one.revision)), None)


def revisions(store: Store, kind: BulletinKind, scope: str, period: str) -> list[Edition]:
    """Every revision of a bulletin, the newest first."""
    key = (edition.c.kind == kind, edition.c.scope == scope, edition.c.period == period)
    query = select(*_COLUMNS).where(*key, _within(store)).order_by(edition.c.revision.desc())
    with store.reading() as connection:
        return [_edition(row) for row in connection.execute(query).mappings()]


def figures_of(store: Store, number: int) -> Mapping[str, Any]:
    """What an edition was made from. Raises UnknownEdition, as for one that is not made yet."""
    return _content(store, number)[0]


def document_of(store: Store, number: int) -> Mapping[str, Any]:
    """What an edition says, as reports/document.py writes it. Raises UnknownEdition, as for one not made yet."""
    return _content(store, number)[1]


def listed(store: Store, kind: BulletinKind, since_at: Instant) -> set[tuple[BulletinKind, str, str]]:
    """The keys of every edition of a kind due at an instant or later, in whatever state."""
    with store.reading() as connection:
        rows = connection.execute(
            select(edition.c.scope, edition.c.period).where(
                edition.c.kind == kind, edition.c.due_at >= since_at, edition.c.revision == 1
            )
        )
        return {(kind, scope, period) for scope, period in rows}


def unfinished(store: Store, now: Instant, limit: int = 100) -> list[Edition]:
    """Editions that somebody should take up: those whose lease or wait is over, and those that were approved. Those of
    the city first, then those that were due first."""
    query = (
        select(*_COLUMNS)
        .outerjoin(grid, grid.c.code == edition.c.scope)
        .where(edition.c.again_at <= now)
        .order_by(grid.c.depth, edition.c.due_at, edition.c.id)
        .limit(limit)
    )
    with store.reading() as connection:
        return [_edition(row) for row in connection.execute(query).mappings()]


def editions_by_id(store: Store, numbers: Collection[int]) -> dict[int, Edition]:
    """The editions of these ids, in the whole city."""
    wanted = sorted(numbers)
    found: dict[int, Edition] = {}
    with store.whole.reading() as connection:
        for first in range(0, len(wanted), _BLOCK):
            query = select(*_COLUMNS).where(edition.c.id.in_(wanted[first : first + _BLOCK]))
            found |= {row["id"]: _edition(row) for row in connection.execute(query).mappings()}
    return found


def claim(
    store: Store, owed: Owed, worker: str, now: Instant, *, reason: str = "", revision: int = 1
) -> Edition | None:
    """Claims an edition that nobody has claimed yet; None where somebody has. It gets its document number at once
    unless it needs approval; a revision keeps the number of the first."""
    city = reference(store.whole)
    how = plan(city)
    approval = how.of(owed.kind).approval
    with store.whole.keeping() as connection:
        values = {
            "kind": owed.kind,
            "scope": owed.scope,
            "period": owed.period,
            "revision": revision,
            "state": "making",
            "approval": int(approval),
            "due_at": owed.due_at,
            "as_of": owed.as_of,
            "number": "",
            "reason": reason[:500],
            "fence": 1,
            "worker": worker[:128],
            "again_at": now + LEASE,
            "attempts": 1,
            "fault": "",
            "claimed_at": now,
            **{
                "title": "",
                "path": "",
                "sha256": "",
                "pages": 0,
                "size": 0,
                "changes": "[]",
                "approved_by": "",
            },
        }
        key = ("kind", "scope", "period", "revision")
        if not insert_new(connection, edition, values, key):
            return None
        found = _one(connection, *(edition.c[name] == values[name] for name in key))
        if not approval:
            number = _numbered(connection, found, how, city, now)
            connection.execute(update(edition).where(edition.c.id == found.id).values(number=number))
        return _one(connection, edition.c.id == found.id)


def claim_again(store: Store, number: int, worker: str, now: Instant) -> Edition | None:
    """Takes up an edition whose maker is silent, that failed or that was approved; None where somebody was faster."""
    with store.whole.keeping() as connection:
        changed = connection.execute(
            update(edition)
            .where(edition.c.id == number, edition.c.again_at <= now)
            .values(
                state=_kept_approved("making"),
                fence=edition.c.fence + 1,
                worker=worker[:128],
                again_at=now + LEASE,
                attempts=edition.c.attempts + 1,
                claimed_at=now,
            )
        )
        return _one(connection, edition.c.id == number) if changed.rowcount else None


def renew(store: Store, held: Edition, now: Instant) -> bool:
    """A sign of life; False when somebody else has taken the edition up."""
    with store.whole.keeping() as connection:
        changed = connection.execute(update(edition).where(_held(held)).values(again_at=now + LEASE))
        return bool(changed.rowcount)


def release(store: Store, workers: Collection[str], now: Instant) -> int:
    """Lets go of what these, who are dead, were at work on; how many there were."""
    with store.whole.keeping() as connection:
        changed = connection.execute(
            update(edition)
            .where(
                edition.c.worker.in_(sorted(workers)),
                edition.c.state.in_(("making", "approved")),
                edition.c.again_at > now,
            )
            .values(again_at=now)
        )
        return int(changed.rowcount)


def workers_at_work(store: Store, now: Instant) -> set[str]:
    """Who holds a claim."""
    with store.reading() as connection:
        return set(
            connection.execute(
                select(edition.c.worker)
                .distinct()
                .where(edition.c.again_at > now, edition.c.state.in_(("making", "approved")))
            ).scalars()
        )


def failed(store: Store, held: Edition, fault: str, now: Instant) -> bool:
    """The edition came to nothing this time; why stands with it, and it is tried again after a while. False when
    somebody else has taken it up."""
    wait = min(FIRST_WAIT * 2 ** min(held.attempts - 1, 20), LONGEST_WAIT)
    with store.whole.keeping() as connection:
        changed = connection.execute(
            update(edition)
            .where(_held(held))
            .values(state=_kept_approved("failed"), fault=fault[:_FAULT_LENGTH], again_at=now + wait)
        )
        return bool(changed.rowcount)


def try_now(store: Store, number: int, now: Instant) -> bool:
    """Ends the wait of an edition that failed; False where it does not wait. Raises UnknownEdition."""
    known = edition_of(store, number)
    with store.whole.keeping() as connection:
        changed = connection.execute(
            update(edition)
            .where(edition.c.id == known.id, edition.c.fault != "", edition.c.fence == known.fence)
            .where(or_(edition.c.state == "failed", edition.c.state == "approved"), edition.c.again_at > now)
            .values(again_at=now)
        )
        return bool(changed.rowcount)


def record(store: Store, held: Edition, made: Made, now: Instant) -> bool:
    """Records what was made of a claim: a draft where the edition needs approval and has none, else it is issued and
    owed to its recipients. The file must lie in its place. False, and nothing changes, when somebody else has taken the
    edition up meanwhile: what was made is waste."""
    draft = held.approval and held.state != "approved"
    how = plan(reference(store.whole))
    with store.whole.keeping() as connection:
        if (
            connection.execute(select(edition.c.id).where(_held(held)).with_for_update()).one_or_none()
            is None
        ):
            return False
        _write_content(connection, held, made)
        values: dict[str, Any] = {
            "state": "draft" if draft else "issued",
            "again_at": None,
            "fault": "",
            "made_at": now,
            "title": made.title[:255],
            "path": made.path,
            "sha256": made.sha256,
            "pages": made.pages,
            "size": made.size,
        }
        if held.state != "approved":
            values["changes"] = json.dumps(list(made.changes), ensure_ascii=False)
        if not draft:
            values["issued_at"] = now
        connection.execute(update(edition).where(edition.c.id == held.id).values(**values))
        if not draft:
            owe(connection, held.id, held.kind, held.scope, how, now)
    return True


def _write_content(connection: Connection, held: Edition, made: Made) -> None:
    mine = edition_content.c.edition_id == held.id
    document = packed(made.document)
    there = connection.execute(select(edition_content.c.edition_id).where(mine)).one_or_none()
    if there is None:
        connection.execute(
            insert(edition_content).values(
                edition_id=held.id, figures=packed(made.figures), document=document
            )
        )
    elif held.state == "approved":
        # What was approved are these figures; only the page is set anew, with its number.
        connection.execute(update(edition_content).where(mine).values(document=document))
    else:
        connection.execute(
            update(edition_content).where(mine).values(figures=packed(made.figures), document=document)
        )


def approve(store: Store, number: int, by: Viewer, now: Instant, address: str = "") -> Edition:
    """An operator approves a draft: it gets its document number, is set anew with it and then issued. It stands in the
    audit with the approval, or neither does.

    Raises UnknownEdition beyond the store's scope, and EditionError for whoever may not, and for what is no draft (any
    more).
    """
    known = edition_of(store, number)
    if not may(by, "approve"):
        raise EditionError(f"expected an operator to approve a bulletin, found the role {by.role!r}")
    city = reference(store.whole)
    with store.whole.keeping() as connection:
        changed = connection.execute(
            update(edition)
            .where(edition.c.id == number, edition.c.state == "draft")
            .values(
                **{"state": "approved", "approved_by": by.name[:64], "approved_at": now, "again_at": now},
                **{"attempts": 0, "fault": ""},
            )
        )
        if not changed.rowcount:
            found = _one(connection, edition.c.id == number)
            by_whom = f" by {found.approved_by}" if found.approved_by else ""
            raise EditionError(
                f"expected a draft, found one that is {found.state}{by_whom}: load the page again"
            )
        given = _numbered(connection, known, plan(city), city, now)
        connection.execute(update(edition).where(edition.c.id == number).values(number=given))
        subject = f"bulletin {known.kind} {known.scope} {known.period} revision {known.revision}"
        record_in(
            connection,
            Entry(
                *(now, "approve", subject, "ok"),
                who=by.name,
                role=by.role,
                scope=by.scope,
                session=by.session,
                address=address,
                detail={"number": given, "sha256": known.sha256},
            ),
        )
        return _one(connection, edition.c.id == number)


def revisable(store: Store, kind: BulletinKind, scope: str, period: str) -> Edition:
    """The issued edition that a revision would follow. Raises EditionError where there is none, or where a revision is
    on its way already."""
    found = find_edition(store, kind, scope, period)
    if found is None:
        raise EditionError(
            "expected a bulletin that was issued, found none: leave out --revise to make it first"
        )
    if found.state != "issued":
        raise EditionError(
            f"expected a bulletin that was issued, found revision {found.revision} {found.state}: "
            "what was not issued is not revised; wait until it is issued, or see why it is not"
        )
    return found


def _numbered(
    connection: Connection, found: Edition, how: BulletinPlan, city: Reference, now: Instant
) -> str:
    """The document number of a bulletin: the one that its first revision has, else the next of its series, which is
    given for good when the transaction commits."""
    key = {"kind": found.kind, "scope": found.scope, "period": found.period}
    first = connection.execute(
        select(edition.c.number).where(
            *(edition.c[name] == value for name, value in key.items()), edition.c.number != ""
        )
    ).first()
    if first is not None:
        return str(first[0])
    series = number_series(how, found.kind, found.scope, city.tree)
    year = city.clock.local(found.as_of).year
    own = {"series": series, "year": year}
    insert_new(connection, edition_series, own | {"last": 0}, ("series", "year"))
    where = (edition_series.c.series == series, edition_series.c.year == year)
    # Whoever comes second waits here for the row until the first has committed or taken everything back.
    connection.execute(update(edition_series).where(*where).values(last=edition_series.c.last + 1))
    number = connection.execute(select(edition_series.c.last).where(*where)).scalar_one()
    connection.execute(insert(edition_number).values(**own, **key, number=number, given_at=now))
    return printed_number(series, year, number)


def packed(value: Mapping[str, Any]) -> bytes:
    """JSON, compressed: the same value gives the same bytes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return zlib.compress(text.encode(), 6)


def _content(store: Store, number: int) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    known = edition_of(store, number)
    with store.reading() as connection:
        row = connection.execute(
            select(edition_content.c.figures, edition_content.c.document).where(
                edition_content.c.edition_id == known.id
            )
        ).one_or_none()
    if row is None:
        raise UnknownEdition(f"the bulletin {number} is not made yet")
    figures, document = (json.loads(zlib.decompress(part)) for part in row)
    return figures, document


def _within(store: Store) -> ColumnElement[bool]:
    """Editions of the store's scope. Those of grids that the city no longer has are for the whole city alone."""
    if store.scope is None:
        return edition.c.id == edition.c.id
    root = reference(store).tree.root
    return edition.c.scope.in_(select(grid.c.code).where(grid.c.id.between(root.id, root.last_id)))


def _wanted(
    kinds: Collection[BulletinKind],
    scope: str,
    states: Collection[State],
    first_at: Instant | None,
    last_at: Instant | None,
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if kinds:
        wanted.append(edition.c.kind.in_(sorted(kinds)))
    if scope:
        wanted.append(edition.c.scope == scope)
    if states:
        wanted.append(edition.c.state.in_(sorted(states)))
    if first_at is not None:
        wanted.append(edition.c.due_at >= first_at)
    if last_at is not None:
        wanted.append(edition.c.due_at < last_at)
    return wanted


def _held(held: Edition) -> ColumnElement[bool]:
    return and_(
        edition.c.id == held.id, edition.c.fence == held.fence, edition.c.state.in_(("making", "approved"))
    )


def _kept_approved(otherwise: State) -> Any:
    """What was approved stays so, whatever becomes of the page that is set anew."""
    return case((edition.c.state == "approved", "approved"), else_=otherwise)


def _one(connection: Connection, *where: ColumnElement[bool]) -> Edition:
    row = connection.execute(select(*_COLUMNS).where(*where)).mappings().one_or_none()
    if row is None:
        raise UnknownEdition("there is no such bulletin within your scope")
    return _edition(row)


def _edition(row: Mapping[Any, Any]) -> Edition:
    return Edition(
        **{
            **row,
            "kind": cast(BulletinKind, row["kind"]),
            "approval": bool(row["approval"]),
            "changes": tuple(json.loads(row["changes"])),
        }
    )

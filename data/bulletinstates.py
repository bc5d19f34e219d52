"""How a scope's bulletins stand: what today owes and what has become of it, what is missing, and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from data.access import Viewer, may
from data.bulletinplan import KINDS, BulletinKind, centres, due_at, period_text
from data.clocks import DAY, Instant
from data.deliveries import Delivery, deliveries
from data.editions import STATES, Edition, Owed, State, editions, editions_by_id, listed, plan, revisions
from data.editiontables import bulletin_start
from data.jobworkers import Worker, starts, workers
from data.owing import due, next_due
from data.reference import Reference, reference
from data.store import Store

LOOKED_BACK: Final = 62 * DAY
"""What was due longer ago and never made is a matter for whoever administers, not for a page."""

_SHOWN: Final = 100
_MONTHS: Final = (1, 2)
"""So many months before its day a monthly bulletin's month may lie: it may be put off to a working day."""


SEEN_BY_ALL: Final[tuple[State, ...]] = ("issued",)
"""What everybody may see within their scope; the rest is work in hand."""


DRAFTS: Final[tuple[State, ...]] = ("draft",)


def visible(viewer: Viewer) -> tuple[State, ...]:
    """The states of editions that a viewer may open: drafts are for those who approve, failures for those who mend."""
    return STATES if may(viewer, "approve") or may(viewer, "administer") else SEEN_BY_ALL


@dataclass(frozen=True)
class Health:
    """How the bulletins of a scope fare: who makes them, how many are owed and not begun, the editions that failed or
    wait for approval, and the deliveries that wait, failed or are in doubt, with the editions that they are of."""

    workers: Sequence[Worker]
    missing: int
    failed: Sequence[Edition]
    drafts: Sequence[Edition]
    waiting: int
    troubled: Sequence[Delivery]
    of: Mapping[int, Edition]


class Refused(ValueError):
    """Something that is not done; the text is the key of a word that says why."""


@dataclass(frozen=True)
class Wanted:
    """Which editions: of a grid alone or with those below it, of a kind ("" for every one), due from `first_at` until
    `last_at` (None: whenever)."""

    scope: str
    below: bool = False
    kind: str = ""
    first_at: Instant | None = None
    last_at: Instant | None = None


@dataclass(frozen=True)
class Standing:
    """A bulletin that is owed at `due_at`, and the newest revision of what there is of it; None where nobody has begun
    it."""

    kind: BulletinKind
    scope: str
    period: str
    due_at: Instant
    edition: Edition | None


def has_centre(store: Store, scope: str) -> bool:
    """Whether bulletins are given for a grid at all."""
    known = reference(store)
    return scope in centres(plan(known), known.tree)


def today(store: Store, scope: str, now: Instant) -> tuple[Standing, ...]:
    """What the local day owes a scope, in the order of their hours; empty for a scope without a centre."""
    known = reference(store)
    how = plan(known)
    if scope not in known.tree or known.tree.get(scope).depth not in how.depths:
        return ()
    day = known.clock.local(now).date()
    found = []
    for kind in KINDS:
        if not how.of(kind).on:
            continue
        for period in _periods(kind, day):
            at = due_at(how, kind, period, known.clock, known.calendar)
            if at is not None and known.clock.local(at).date() == day:
                newest = next(iter(revisions(store, kind, scope, period)), None)
                found.append(Standing(kind, scope, period, at, newest))
    return tuple(sorted(found, key=lambda one: one.due_at))


def _periods(kind: BulletinKind, day: date) -> list[str]:
    if kind != "month":
        return [period_text(kind, day)]
    months = []
    first = day.replace(day=1)
    for _ in _MONTHS:
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(period_text(kind, first))
    return months


def missing(store: Store, now: Instant, scopes: Collection[str] | None = None) -> list[Owed]:
    """Bulletins within the store's scope whose hour has come and that nobody has begun; `scopes` narrows it."""
    known = reference(store)
    since = {
        (kind, scope): max(at, now - LOOKED_BACK)
        for (kind, scope), at in starts(store).items()
        if scope in known.tree and (scopes is None or scope in scopes)
    }
    made = {
        key
        for kind in KINDS
        if (first := min((at for (own, _), at in since.items() if own == kind), default=None)) is not None
        for key in listed(store.whole, kind, first)
    }
    return due(now, made, since, plan(known), known.tree, known.calendar)


def is_begun(store: Store) -> bool:
    """Whether bulletins are owed at all: whoever makes them has begun once."""
    with store.reading() as connection:
        return connection.execute(select(bulletin_start.c.kind).limit(1)).first() is not None


def coming(store: Store, now: Instant) -> Mapping[BulletinKind, Instant]:
    """When the next bulletin of each kind is due; kinds that are not given are left out."""
    known: Reference = reference(store)
    how = plan(known)
    found = {kind: next_due(now, kind, how, known.calendar) for kind in KINDS}
    return {kind: at for kind, at in found.items() if at is not None}


def health(store: Store, now: Instant) -> Health:
    """How the bulletins of the store's scope fare."""
    troubled = deliveries(store, states=("failed", "unknown"), limit=_SHOWN)
    return Health(
        workers=workers(store, now),
        missing=len(missing(store, now)),
        failed=[one for one in editions(store, states=("failed", "approved"), limit=_SHOWN) if one.fault],
        drafts=editions(store, states=DRAFTS, limit=_SHOWN),
        waiting=len(deliveries(store, states=("owed", "sending"), limit=1_000)),
        troubled=troubled,
        of=editions_by_id(store, {one.edition_id for one in troubled}),
    )

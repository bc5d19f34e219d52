"""What whoever asks may see and do of the bulletins of their scope: drafts, approval and new tries by their role; what
is done and what is refused stands in the audit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from flask import request

from api.doors import audited, viewer
from data import bulletinstates, deliveries, editions
from data.access import may
from data.bulletinplan import KINDS, BulletinKind, BulletinPlan
from data.bulletinstates import Refused, Standing, Wanted, visible
from data.clocks import Instant
from data.deliveries import Delivery
from data.editions import Edition, EditionError, Owed, State, UnknownEdition
from data.reference import reference
from data.store import Store


class Archiving:
    """The bulletins of a store, each call for whoever asks and within their scope."""

    def __init__(self, store: Store, now: Callable[[], Instant]) -> None:
        self._store = store
        self._now = now

    def plan(self) -> BulletinPlan:
        """How the city gives its bulletins."""
        return editions.plan(reference(self._store))

    def begun(self) -> bool:
        """Whether anybody makes them."""
        return bulletinstates.is_begun(self._store)

    def today(self, scope: str, now: Instant) -> Sequence[Standing]:
        """What the local day owes a grid."""
        return bulletinstates.today(self._bounded(), scope, now)

    def missing(self, now: Instant, scope: str, below: bool) -> Sequence[Owed]:
        """What should exist and was not begun, of a grid alone or with those below it."""
        known = reference(self._bounded())
        top = known.tree.get(scope)
        codes = {one.code for one in known.tree if top.id <= one.id <= top.last_id} if below else {scope}
        return bulletinstates.missing(self._bounded(), now, codes)

    def coming(self, now: Instant) -> Mapping[BulletinKind, Instant]:
        """When each kind is due next."""
        return bulletinstates.coming(self._store, now)

    def editions(
        self, wanted: Wanted, states: Collection[State], limit: int, offset: int
    ) -> Sequence[Edition]:
        """Editions, the latest first."""
        return editions.editions(
            self._reach(wanted), **_asked(wanted, states), limit=limit, offset=max(0, offset)
        )

    def count(self, wanted: Wanted, states: Collection[State]) -> int:
        """How many there are of them."""
        return editions.count_editions(self._reach(wanted), **_asked(wanted, states))

    def edition(self, number: int) -> Edition | None:
        """One edition; None for one that is not there or not for the viewer, which the audit hears of."""
        try:
            found = editions.edition_of(self._bounded(), number)
        except UnknownEdition:
            audited("read", f"bulletin {number}", "refused")
            return None
        if found.state not in visible(viewer()):
            audited("read", f"bulletin {number}", "refused", state=found.state)
            return None
        return found

    def document(self, number: int) -> Mapping[str, Any]:
        """What an edition says, as JSON. Raises UnknownEdition."""
        return editions.document_of(self._bounded(), number)

    def revisions(self, one: Edition) -> Sequence[Edition]:
        """The revisions of an edition that the viewer may open, the newest first."""
        found = editions.revisions(self._bounded(), one.kind, one.scope, one.period)
        return [each for each in found if each.state in visible(viewer())]

    def deliveries(self, number: int) -> Sequence[Delivery]:
        """The deliveries of an edition, for whoever sees to them."""
        if not self._mends():
            return ()
        return deliveries.deliveries(self._bounded(), edition_id=number)

    def approve(self, number: int) -> Edition:
        """Approves a draft. Raises Refused."""
        who = viewer()
        if not may(who, "approve"):
            audited("approve", f"bulletin {number}", "refused")
            raise Refused("archive.refused")
        try:
            # The audit stands in the same transaction.
            return editions.approve(
                self._bounded(), number, who, self._now(), address=request.remote_addr or ""
            )
        except UnknownEdition:
            audited("approve", f"bulletin {number}", "refused")
            raise Refused("archive.gone") from None
        except EditionError:
            raise Refused("archive.not_draft") from None

    def try_now(self, number: int) -> Edition:
        """Ends the wait of an edition that failed. Raises Refused."""
        self._must_mend("retry", f"bulletin {number}")
        try:
            known = editions.edition_of(self._bounded(), number)
            tried = editions.try_now(self._bounded(), number, self._now())
        except UnknownEdition:
            audited("retry", f"bulletin {number}", "refused")
            raise Refused("archive.gone") from None
        if not tried:
            raise Refused("archive.not_retried")
        audited("retry", f"bulletin {known.kind} {known.scope} {known.period}", "ok")
        return known

    def retry(self, number: int) -> Delivery:
        """Owes a delivery again that failed or is in doubt. Raises Refused."""
        self._must_mend("retry", f"delivery {number}")
        found = next(iter(deliveries.deliveries(self._bounded(), ids=(number,))), None)
        if found is None:
            audited("retry", f"delivery {number}", "refused")
            raise Refused("archive.gone")
        # What cannot be recorded is not done.
        audited("retry", f"delivery {number}", "ok", recipient=found.name, state=found.state)
        if not deliveries.retry(self._bounded(), number, self._now()):
            raise Refused("archive.not_retried")
        return found

    def _mends(self) -> bool:
        return may(viewer(), "approve") or may(viewer(), "administer")

    def _must_mend(self, action: str, subject: str) -> None:
        if not self._mends():
            audited(action, subject, "refused")
            raise Refused("archive.refused")

    def _bounded(self) -> Store:
        return self._store.within(viewer().scope)

    def _reach(self, wanted: Wanted) -> Store:
        """The store of the grid that is asked about, which lies within the viewer's scope. Raises UnknownGrid."""
        reference(self._bounded()).tree.get(wanted.scope)
        return self._store.within(wanted.scope)


def _asked(wanted: Wanted, states: Collection[State]) -> dict[str, Any]:
    return {
        "kinds": tuple(kind for kind in KINDS if kind == wanted.kind),
        "scope": "" if wanted.below else wanted.scope,
        "states": states,
        "first_at": wanted.first_at,
        "last_at": wanted.last_at,
    }

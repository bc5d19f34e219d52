"""What whoever asks may see and do of the warnings of their scope; what is done and what is refused stands in the
audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pandas as pd
from flask import request

from api.doors import audited, viewer
from api.noting import Heard
from data.access import may
from data.alerting import keeping
from data.alerting.keeping import Alert, AlertError, AlertKind, AlertStep
from data.alerting.looks import Looks, last_looks
from data.alerting.standing import HOT
from data.audit import Entry
from data.bulletinstates import Refused
from data.clocks import Instant
from data.queries.named import named_events
from data.reference import reference
from data.store import Store

MOST_STANDING: Final = 5_000
MOST_CLOSED: Final = 300

FOR_ALL: Final[tuple[AlertKind, ...]] = (*HOT, "due", "whistle")
"""What everybody may see who sees the scope."""


class Looking:
    """The warnings of a store, each call for whoever asks and within their scope."""

    def __init__(self, store: Store, now: Callable[[], Instant]) -> None:
        self._store = store
        self._now = now
        self._heard = Heard(now)

    def kinds(self) -> Sequence[AlertKind]:
        """The kinds that the viewer may see: whoever works on warnings or audits sees what is to be checked."""
        checks = may(viewer(), "handle") or may(viewer(), "audit")
        return (*FOR_ALL, "recheck") if checks else FOR_ALL

    def standing(self, scope: str) -> Sequence[Alert]:
        """Every warning of a grid that is not closed, the highest step and the latest first."""
        return keeping.alerts(self._bounded(), scope, kinds=self.kinds(), limit=MOST_STANDING)

    def closed(self, scope: str) -> Sequence[Alert]:
        """The warnings of a grid that were closed last."""
        return keeping.alerts(self._bounded(), scope, kinds=self.kinds(), state="closed", limit=MOST_CLOSED)

    def one(self, number: int) -> tuple[Alert, Sequence[AlertStep]] | None:
        """A warning and what was done with it; None for one that is not there or not for the viewer, which the audit
        hears of."""
        try:
            found, steps = keeping.one(self._bounded(), self._scope(), number)
        except AlertError:
            self._refused(number)
            return None
        if found.kind not in self.kinds():
            self._refused(number, kind=found.kind)
            return None
        return found, steps

    def _refused(self, number: int, **detail: str) -> None:
        # A page that is left open asks again and again.
        if self._heard.first(viewer(), f"warning {number}"):
            audited("read", f"warning {number}", "refused", **detail)

    def stamp(self, scope: str) -> str:
        """Changes when a warning of a grid is opened, seen again, or worked on."""
        return keeping.stamp(self._bounded(), scope, self.kinds())

    def looks(self) -> Looks:
        """When the city was looked at last."""
        return last_looks(self._store, self._now())

    def events(self, ids: Sequence[int], as_of: Instant) -> pd.DataFrame:
        """The events of these numbers within the viewer's scope (EVENT_COLUMNS), in this order."""
        return named_events(self._bounded(), self._scope(), ids, as_of)

    def acknowledge(self, number: int, seen: int) -> None:
        """Says that somebody has seen it. Raises Refused and AlertError."""
        entry = self._must(number, {"act": "acknowledged"})
        self._tried(
            entry,
            lambda: keeping.acknowledge(
                self._bounded(), self._scope(), number, entry.who, entry.at, seen=seen, entry=entry
            ),
        )

    def assign(self, number: int, to: str, note: str, seen: int) -> None:
        """Gives it to a unit or a person. Raises Refused and AlertError."""
        entry = self._must(number, {"act": "assigned", "to": to[:200]})
        self._tried(
            entry,
            lambda: keeping.assign(
                self._bounded(), self._scope(), number, entry.who, to, entry.at, note, seen=seen, entry=entry
            ),
        )

    def close(self, number: int, note: str, seen: int) -> None:
        """Closes it with a note on what came of it. Raises Refused and AlertError."""
        entry = self._must(number, {"act": "closed"})
        self._tried(
            entry,
            lambda: keeping.close(
                self._bounded(), self._scope(), number, entry.who, note, entry.at, seen=seen, entry=entry
            ),
        )

    def _must(self, number: int, detail: Mapping[str, Any]) -> Entry:
        """What the audit hears of an act, once the viewer may do it."""
        who = viewer()
        if not may(who, "handle"):
            audited("handle", f"warning {number}", "refused")
            raise Refused("hot.refused")
        return Entry(
            self._now(),
            "handle",
            f"warning {number}",
            "ok",
            who=who.name,
            role=who.role,
            scope=who.scope,
            session=who.session,
            address=request.remote_addr or "",
            detail={name: value for name, value in detail.items() if value},
        )

    def _tried(self, entry: Entry, act: Callable[[], None]) -> None:
        try:
            # The audit stands in the same transaction.
            act()
        except AlertError as error:
            if error.fault == "gone":
                audited("handle", entry.subject, "refused")
            raise

    def _bounded(self) -> Store:
        return self._store.within(viewer().scope)

    def _scope(self) -> str:
        return reference(self._bounded()).tree.root.code

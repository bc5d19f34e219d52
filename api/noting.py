"""How what is done over HTTP comes into the audit: who, when and from where are added to what the doer says."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Final

from flask import g, has_request_context, request

from api import doors
from data.access import Viewer
from data.audit import Entry, Result
from data.clocks import MINUTE, Instant

_KEPT: Final = 512

Note = Callable[..., None]

LEAST_REASON: Final = 4
"""A reason is a few words: whoever reads the audit wants to know why."""

MOST_REASON: Final = 200


def nothing(_action: str, _subject: str, _result: Result, **_detail: Any) -> None:
    """Notes nothing: for what the program asks for itself."""


def reason_given(text: str) -> str | None:
    """The reason that somebody gave, on one line; None where that is none."""
    told = " ".join(text.split())[:MOST_REASON]
    return told if len(told) >= LEAST_REASON else None


def note(record: Callable[[Entry], object], now: Callable[[], Instant]) -> Note:
    """What `api.doors.audited` calls. What cannot be recorded is not done: the error of the store goes on."""

    def noted(action: str, subject: str, result: Result, **detail: Any) -> None:
        found: Viewer | None = g.get("viewer") if has_request_context() else None
        record(
            Entry(
                now(),
                action,
                subject,
                result,
                who="" if found is None else found.name,
                role="" if found is None else found.role,
                scope="" if found is None else found.scope,
                session="" if found is None else found.session,
                address=(request.remote_addr or "") if has_request_context() else "",
                detail=detail,
            )
        )

    return noted


class Heard:
    """Whether a viewer asks for something anew: what a session asks again within a minute of the last time, as the many
    parts of one page and its ticks do, is one question.

    Safe for several threads.
    """

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._now = now
        self._told: OrderedDict[tuple[str, str, str], Instant] = OrderedDict()
        self._lock = Lock()

    def first(self, viewer: Viewer, subject: str) -> bool:
        """True when the viewer's session has not asked for it within this minute."""
        key, at = (viewer.name, viewer.session, subject), self._now()
        with self._lock:
            before = self._told.get(key)
            self._told[key] = at
            self._told.move_to_end(key)
            while len(self._told) > _KEPT:
                self._told.popitem(last=False)
        return before is None or not 0 <= at - before < MINUTE


class Beyond:
    """Audits that a viewer asked for a grid beyond their scope. Outside a request, where the program asks for itself,
    there is nobody to name."""

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._heard = Heard(now)

    def __call__(self, scope: str, code: str) -> None:
        """Tells the audit of it, unless it is no new question."""
        found: Viewer | None = g.get("viewer") if has_request_context() else None
        if found is not None and self._heard.first(found, code):
            doors.audited("read", f"grid {code}", "refused", path=request.path)

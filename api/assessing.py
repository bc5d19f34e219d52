"""The assessment for whoever asks, within their scope: what they see, enter, object to and decide. What is done and
what is refused stands in the audit. /assess/template.csv is the sheet that marks are filled into."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from flask import Flask, Response, request
from werkzeug.wrappers import Response as BaseResponse

from api.doors import answer_json, audited, refusal, viewer
from data import audit
from data.access import Action, may
from data.assessment import appeals, entries, keeping
from data.assessment.appeals import Appeal
from data.assessment.entries import AssessmentError, Entry, Taken, Wanted
from data.assessment.keeping import Board, FrozenMonth, Revision, Standing
from data.assessment.measuring import city_rules
from data.assessment.months import month, month_text
from data.assessment.rules import AssessmentRules
from data.assessment.template import enter_sheet, template
from data.clocks import MINUTE, Instant
from data.grids import UnknownGrid
from data.kept import Kept
from data.queries import lists
from data.queries.lists import UnknownEvent
from data.reference import NoCity, reference
from data.store import Store
from data.texts import storable
from data.words import word

MOST_HISTORY: Final = 24
"""So many months of a grid are shown."""

_KEEP: Final = 5 * MINUTE
_BETWEEN: Final = re.compile(r"[\s,;，；、]+")

Answer = TypeVar("Answer")


class Assessing:
    """The assessment of a store, each call for whoever asks and within their scope."""

    def __init__(self, store: Store, now: Callable[[], Instant]) -> None:
        self._store = store
        self._now = now
        # A month that is not frozen is reckoned over the whole city: one answer for all who ask within minutes.
        self._kept: Kept[Board] = Kept(32)
        self._turn = 0

    def rules(self, month: str) -> AssessmentRules:
        """The rules that the city gives for a month."""
        return city_rules(reference(self._store), month)

    def months(self) -> tuple[str, ...]:
        """The months that are frozen, the latest first."""
        return keeping.frozen_months(self._store)

    def running(self) -> str:
        """The month that it is now."""
        return month_text(reference(self._store), self._now())

    def frozen(self, month: str) -> FrozenMonth | None:
        """A month's rules and instants; None where it is not frozen."""
        return keeping.frozen(self._store, month)

    def board(self, scope: str, month: str, depth: int) -> Board:
        """The scores of a month. Raises UnknownGrid, and ValueError for a month that has not begun."""
        bounded, now = self._bounded(), self._now()
        key = (viewer().scope, scope, month, depth)
        tree = reference(self._store).version
        edition: tuple[int, ...]
        if keeping.frozen(self._store, month) is None:
            edition = (tree, self._store.version(), now // _KEEP, self._turn)
        else:
            # What is frozen is moved by nothing but a decision, whoever makes it.
            found = appeals.appeals(self._store, months=(month,))
            edition = (tree, sum(one.decision is not None for one in found))
        return self._kept.get(key, lambda: keeping.board(bounded, scope, month, depth, now), edition)

    def history(self, code: str) -> Sequence[tuple[str, Standing]]:
        """A grid's frozen scores, the earliest first. Raises UnknownGrid."""
        return keeping.history(self._bounded(), code, self.months()[:MOST_HISTORY])

    def revisions(self, code: str, month: str) -> Sequence[Revision]:
        """How a frozen score came to stand. Raises UnknownGrid."""
        return keeping.revisions(self._bounded(), code, month)

    def entries(self, month: str, scope: str) -> Sequence[Entry]:
        """The marks of a month for the grids of a scope, the latest first. Raises UnknownGrid."""
        return entries_of(self._bounded(), self.rules(month), month, scope)

    def enter(self, one: Wanted) -> Taken:
        """Enters a mark. Raises AssessmentError."""
        subject = f"assessment {one.month[:7]} {one.grid[:64]} {one.dimension[:16]}"
        self._allowed("assess", subject)
        noted = self._entry("assess", subject, mark=one.mark.strip())
        taken = entries.enter(self._bounded(), [one], viewer().name, self._now(), noted=noted)
        if taken.refused:
            audited("assess", subject, "refused", reason=taken.refused[0].reason[:200])
            raise AssessmentError(taken.refused[0].reason)
        self._turn += 1
        return taken

    def enter_file(self, name: str, content: bytes) -> Taken:
        """Enters the marks of a file. Raises AssessmentError for one that is no table of marks."""
        subject = f"assessment file {name[:60]}"
        self._allowed("assess", subject)
        noted = self._entry("assess", subject)
        taken = self._noted(
            "assess",
            subject,
            lambda: enter_sheet(self._bounded(), content, viewer().name, self._now(), noted=noted),
        )
        if taken.refused and not taken.entered and not taken.unchanged:
            audited("assess", subject, "refused", refused=len(taken.refused))
        self._turn += 1
        return taken

    def appeals(self, month: str | None, scope: str) -> Sequence[Appeal]:
        """The appeals about grids of a scope, the latest first. Raises UnknownGrid."""
        tree = reference(self._bounded()).tree
        top = tree.get(scope)
        found = appeals.appeals(self._bounded(), months=None if month is None else (month,))
        return [one for one in found if top.id <= tree.get(one.grid).id <= top.last_id]

    def appeal(self, number: int) -> Appeal | None:
        """One of them; None for one that is not there or not for the viewer, which the audit hears of."""
        try:
            return appeals.appeal_of(self._bounded(), number)
        except AssessmentError:
            audited("read", f"appeal {number}", "refused")
            return None

    def object_to(
        self, month: str, grid: str, dimension: str, events: str, reason: str, evidence: str
    ) -> int:
        """Files an appeal. Raises AssessmentError."""
        subject = f"assessment {month[:7]} {grid[:64]} {dimension[:16]}"
        self._allowed("appeal", subject)

        def file() -> int:
            numbers = event_numbers(self._bounded(), grid, events, self._now())
            return appeals.object_to(
                *(self._bounded(), month, grid, dimension, numbers, reason, evidence),
                *(viewer().name, self._now()),
                noted=self._entry("appeal", subject),
            )

        return self._noted("appeal", subject, file)

    def decide(self, number: int, allowed: bool, note: str, excused: str, mark: str) -> int | None:
        """Decides an appeal. Raises AssessmentError."""
        subject = f"appeal {number}"
        self._allowed("assess", subject)
        return self._noted(
            "assess",
            subject,
            lambda: appeals.decide(
                self._bounded(),
                number,
                viewer(),
                allowed,
                note,
                self._now(),
                excused=whole_number(excused),
                mark=mark,
                noted=self._entry("assess", subject),
            ),
        )

    def template(self, month: str, scope: str) -> str:
        """The sheet for the grids of a scope. Raises UnknownGrid, and ValueError for what is no month."""
        bounded = self._bounded()
        wanted, rules = as_month(bounded, month), self.rules(month)
        entered = self.entries(wanted, scope)
        return template(reference(bounded).tree, scope, rules, wanted, entered, own=viewer().scope)

    def _allowed(self, action: Action, subject: str) -> None:
        if not may(viewer(), action):
            audited(action, subject, "refused")
            raise AssessmentError("expected a role that may do this, found another")

    def _entry(self, action: Action, subject: str, **detail: Any) -> audit.Entry:
        """What the audit hears of an act, which is done in the same transaction."""
        who = viewer()
        return audit.Entry(
            *(self._now(), action, subject, "ok"),
            who=who.name,
            role=who.role,
            scope=who.scope,
            session=who.session,
            address=request.remote_addr or "",
            detail=detail,
        )

    def _noted(self, action: Action, subject: str, act: Callable[[], Answer]) -> Answer:
        """What is refused is told to the audit."""
        try:
            return act()
        except AssessmentError as error:
            audited(action, subject, "refused", reason=str(error)[:200])
            raise

    def _bounded(self) -> Store:
        return self._store.within(viewer().scope)


def entries_of(bounded: Store, rules: AssessmentRules, month: str, scope: str) -> Sequence[Entry]:
    """The marks of a month for the grids of a scope, the latest first. Raises UnknownGrid."""
    tree = reference(bounded).tree
    codes = [grid.code for depth in rules.depths for grid in tree.at_depth(scope, depth)]
    return entries.entries(bounded, (month,), codes)


def event_numbers(bounded: Store, grid: str, typed: str, now: Instant) -> list[int]:
    """The ids of events of a grid from their numbers or their sources' keys, with commas or spaces between. Raises
    AssessmentError for those that are none."""
    found, unknown = [], []
    for one in filter(None, _BETWEEN.split(storable(typed).strip())):
        number = _number_of(bounded, grid, one.removeprefix("#"), now)
        if number is None:
            unknown.append(one[:40])
        else:
            found.append(number)
        if len(unknown) + len(found) > appeals.MOST_EVENTS:
            raise AssessmentError(
                f"expected at most {appeals.MOST_EVENTS} events, found more: file two appeals"
            )
    if unknown:
        raise AssessmentError(
            f"expected numbers or keys of events of {grid}, found {', '.join(unknown[:10])}: take them out of the list"
        )
    return found


def _number_of(bounded: Store, grid: str, typed: str, now: Instant) -> int | None:
    try:
        return lists.find_event(bounded, grid, typed)
    except (UnknownEvent, UnknownGrid):
        pass
    if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        return None
    try:
        return int(lists.trace(bounded, grid, int(typed), now).event["id"])
    except (UnknownEvent, UnknownGrid):
        return None


def whole_number(typed: str) -> int:
    """A number as it was typed, 0 for nothing. Raises AssessmentError."""
    text = typed.strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise AssessmentError(f"expected a whole number of missed cases that are excused, found {typed!r}")
    return int(text or 0)


def as_month(store: Store, text: str) -> str:
    """The same text where it is a month. Raises ValueError."""
    return month(reference(store), text).text


def register(server: Flask, assessing: Assessing) -> None:
    """Adds the address of the sheet to the server."""

    def sheet() -> BaseResponse:
        refused = refusal("assess")
        if refused is not None:
            return refused
        text, scope = request.args.get("month", ""), request.args.get("scope", "")
        try:
            made = assessing.template(text, scope or viewer().scope)
        except (UnknownGrid, NoCity):
            audited("assess", "assessment template", "refused", scope=scope[:64])
            return answer_json({"error": word("access.refused")}, 404)
        except ValueError:
            return answer_json({"error": word("assess.fault_month").format(found=text[:20])}, 400)
        return Response(
            # Spreadsheets take the mark at its head for UTF-8.
            made.encode("utf-8-sig"),
            mimetype="text/csv",
            headers={
                "Content-Disposition": f'attachment; filename="assessment-{text}.csv"',
                "Cache-Control": "no-store",
            },
        )

    server.add_url_rule("/assess/template.csv", "yiping_assess_template", sheet)

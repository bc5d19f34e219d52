"""The life cycle of an event: which step may follow which, and what each one changes. Pure; data/events.py writes.

`TRANSITIONS` is the whole law of statuses. What a step changes beyond its status, and the conditions that statuses
cannot express (once, not overdue, at most twice), stand in one function each.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Final

from data.calendars import Deadline, Limit
from data.clocks import DAY, Instant, iso
from data.measures import FACT_COLUMNS, KEY_COLUMNS

MAX_EXTENSIONS = 2

LOWEST_RATING, HIGHEST_RATING = 1, 5


class Kind(StrEnum):
    """The kinds of steps; Chinese names are in data/words/ under `kind.*`."""

    REPORT = "report"
    ACCEPT = "accept"
    DISPATCH = "dispatch"
    WHISTLE = "whistle"
    JOIN = "join"
    HANDLE = "handle"
    VERIFY = "verify"
    CLOSE = "close"
    RATE = "rate"
    RETURN = "return"
    REOPEN = "reopen"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    APPEAL = "appeal"
    RULE = "rule"
    CORRECT = "correct"
    WITHDRAW = "withdraw"


class Status(IntEnum):
    """Where an event stands; the number is what the store keeps. Suspension is not a status but a time."""

    REPORTED = 1
    ACCEPTED = 2
    DISPATCHED = 3
    HANDLED = 4
    VERIFIED = 5
    CLOSED = 6
    WITHDRAWN = 7


class _Unset:
    """The type of UNSET."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = _Unset()
"""A deadline that the source does not give: it is computed from the limits."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """The first step of an event. A deadline of None means that the event has none."""

    source: str
    key: str
    at: Instant
    channel: str
    category: str
    grid: str
    lon: float | None = None
    lat: float | None = None
    title: str = ""
    description: str = ""
    address: str = ""
    unit: str = ""
    accept_due_at: Instant | _Unset | None = UNSET
    handle_due_at: Instant | _Unset | None = UNSET
    step_key: str = "report"
    actor: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A later step. `data` holds what the kind needs: rating, solved, by_default (rate); grid, category (correct);
    due_at (extend); until (suspend); unit (dispatch, whistle, join); approved (rule)."""

    source: str
    key: str
    step_key: str
    kind: Kind
    at: Instant
    actor: str = ""
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Refused(Exception):
    """The step is not legal; the message is a plain sentence. Nothing has changed."""


Row = dict[str, Any]
"""An event row by column name."""

EARLIEST, LATEST = 365 * DAY, 230 * 365 * DAY
"""Instants between 1971 and 2199 are taken: counters are exact there in every zone. What lies beyond is a slip."""

_LENGTHS = {"source": 64, "key": 128, "step_key": 64, "actor": 64, "unit": 128}
"""How many characters the store keeps of a name."""

_NEEDED = ("source", "key", "step_key")

_NO_TEXT = re.compile("[\\0\\ud800-\\udfff]")
"""Characters that PostgreSQL or UTF-8 cannot hold."""


def check(operation: Report | Step) -> None:
    """Raises Refused with a plain sentence for an operation that no store could keep, whatever its event says."""
    told: dict[str, Any] = {**vars(operation), **(operation.data if isinstance(operation, Step) else {})}
    for name, value in told.items():
        if isinstance(value, str):
            _check_text(name, value)
        elif name in ("at", "accept_due_at", "handle_due_at", "due_at", "until"):
            if isinstance(value, int) and not EARLIEST <= value <= LATEST:
                raise Refused(f"expected {name} between 1971 and 2199, found {value} microseconds since 1970")
        elif name in ("lon", "lat") and value is not None and not math.isfinite(value):
            raise Refused(f"expected a number of degrees as {name}, found {value}")


def _check_text(name: str, text: str) -> None:
    if name in _NEEDED and not text:
        raise Refused(f"expected a {name}, found an empty one")
    if len(text) > _LENGTHS.get(name, len(text)):
        raise Refused(f"expected at most {_LENGTHS[name]} characters as {name}, found {len(text)}")
    if _NO_TEXT.search(text):
        raise Refused(f"expected text as {name}, found a character that no text may hold")


PLAIN_STAGES: tuple[tuple[str, Kind, Status], ...] = (
    ("reported_at", Kind.REPORT, Status.REPORTED),
    ("accepted_at", Kind.ACCEPT, Status.ACCEPTED),
    ("dispatched_at", Kind.DISPATCH, Status.DISPATCHED),
    ("handled_at", Kind.HANDLE, Status.HANDLED),
    ("closed_at", Kind.CLOSE, Status.CLOSED),
    ("rated_at", Kind.RATE, Status.CLOSED),
)
"""A plain history, in which nothing is taken back: its instants in order, the step of each, and where it leads."""


@dataclass(frozen=True)
class ImpliedStep:
    """A step that follows from an instant of a plain history; its key is its kind."""

    seq: int
    kind: Kind
    at: Instant
    data: Mapping[str, Any]


def implied_steps(row: Mapping[str, Any]) -> list[ImpliedStep]:
    """The steps of an event whose history is plain and whose steps are not written out."""
    reached = [(kind, row[name]) for name, kind, _ in PLAIN_STAGES if row[name] is not None]
    return [
        ImpliedStep(
            seq, kind, at, {"rating": row["rating"], "solved": row["solved"]} if kind is Kind.RATE else {}
        )
        for seq, (kind, at) in enumerate(reached, start=1)
    ]


_OPEN = frozenset({Status.REPORTED, Status.ACCEPTED, Status.DISPATCHED, Status.HANDLED, Status.VERIFIED})
_IN_HAND = frozenset({Status.REPORTED, Status.ACCEPTED, Status.DISPATCHED})
_DONE = frozenset({Status.HANDLED, Status.VERIFIED})

TRANSITIONS: Mapping[Kind, Mapping[Status, Status]] = {
    Kind.ACCEPT: {Status.REPORTED: Status.ACCEPTED},
    Kind.DISPATCH: dict.fromkeys(_IN_HAND, Status.DISPATCHED),
    Kind.WHISTLE: {status: status for status in _IN_HAND},
    Kind.JOIN: {status: status for status in _IN_HAND},
    Kind.HANDLE: dict.fromkeys(_IN_HAND, Status.HANDLED),
    Kind.VERIFY: {Status.HANDLED: Status.VERIFIED},
    Kind.CLOSE: dict.fromkeys(_DONE, Status.CLOSED),
    Kind.RATE: {Status.CLOSED: Status.CLOSED},
    Kind.RETURN: {Status.DISPATCHED: Status.ACCEPTED} | dict.fromkeys(_DONE, Status.DISPATCHED),
    Kind.REOPEN: {Status.CLOSED: Status.DISPATCHED},
    Kind.SUSPEND: {status: status for status in _IN_HAND},
    Kind.RESUME: {status: status for status in _IN_HAND},
    Kind.EXTEND: {status: status for status in _IN_HAND},
    Kind.APPEAL: {Status.CLOSED: Status.CLOSED},
    Kind.RULE: {Status.CLOSED: Status.CLOSED},
    Kind.CORRECT: {status: status for status in (*_OPEN, Status.CLOSED)},
    Kind.WITHDRAW: dict.fromkeys(_OPEN, Status.WITHDRAWN),
}
"""For each kind of step: the statuses in which it is legal, and the status that it leads to."""

_WHILE_SUSPENDED = frozenset({Kind.RESUME, Kind.CORRECT, Kind.WITHDRAW, Kind.WHISTLE, Kind.JOIN})
"""The steps that do not wait for the end of a suspension."""


@dataclass(frozen=True)
class Rules:
    """What the law needs of the city: names to ids, limits and calendars."""

    grid_id: Callable[[str], int]
    category_id: Callable[[str], int]
    channel_id: Callable[[str], int]
    limits: Callable[[int, int], tuple[Limit | None, Limit | None]]
    deadline: Callable[[Instant, Limit], Deadline]
    resume: Callable[[Instant, Instant, Instant, Limit | None], Deadline]
    """The deadline after a pause: (deadline, paused at, resumed at, the limit whose clock was paused)."""


@dataclass(frozen=True)
class Due:
    """Both deadlines of a new event, and whether a calendar without published holidays was used."""

    accept_at: Instant | None
    handle_at: Instant | None
    provisional: bool


def due(rules: Rules, report: Report, category_id: int, channel_id: int) -> Due:
    """The deadlines of a report: the source's own where it gives them, else those of the limits."""
    accept_limit, handle_limit = rules.limits(category_id, channel_id)
    provisional = False
    found: list[Instant | None] = []
    for given, limit in ((report.accept_due_at, accept_limit), (report.handle_due_at, handle_limit)):
        if not isinstance(given, _Unset):
            found.append(given)
        elif limit is None:
            found.append(None)
        else:
            deadline = rules.deadline(report.at, limit)
            provisional = provisional or deadline.provisional
            found.append(deadline.at)
    return Due(found[0], found[1], provisional)


def begin(rules: Rules, report: Report) -> Row:
    """The row of a new event, without id and source. Raises Refused for an unknown grid, category or channel."""
    category_id = rules.category_id(report.category)
    channel_id = rules.channel_id(report.channel)
    deadlines = due(rules, report, category_id, channel_id)
    for name, at in (("acceptance", deadlines.accept_at), ("handling", deadlines.handle_at)):
        if at is not None and at < report.at:
            raise Refused(f"the {name} deadline {iso(at)} lies before the report at {iso(report.at)}")
    return {
        **dict.fromkeys(FACT_COLUMNS),
        "grid_id": rules.grid_id(report.grid),
        "category_id": category_id,
        "channel_id": channel_id,
        "reported_at": report.at,
        "accept_due_at": deadlines.accept_at,
        "handle_due_at": deadlines.handle_at,
        "dispatched_at": None,
        "status": int(Status.REPORTED),
        "changed_at": None,
        "last_step_at": report.at,
        "steps": 1,
        "implied": 0,
        "extensions": 0,
        "suspended_at": None,
        "suspended_until": None,
        "suspended_due_at": None,
        "appealed_at": None,
        "due_provisional": int(deadlines.provisional),
        "lon": report.lon,
        "lat": report.lat,
        "unit": report.unit or None,
        "title": report.title,
        "description": report.description or None,
        "address": report.address or None,
    }


def advance(rules: Rules, row: Row, step: Step, before: Collection[Kind]) -> Row:
    """The row after a legal step; `before` holds the kinds of the event's earlier steps. The given row stays as it is.

    Raises Refused with a plain sentence when the step is illegal.
    """
    status = Status(row["status"])
    legal = TRANSITIONS.get(step.kind, {})
    if status not in legal:
        expected = ", ".join(sorted(option.name.lower() for option in legal)) or "a new event"
        raise Refused(f"cannot {step.kind} an event that is {status.name.lower()}: expected {expected}")
    if step.at < row["last_step_at"]:
        raise Refused(
            f"the {step.kind} at {iso(step.at)} lies before the event's latest step at {iso(row['last_step_at'])}: "
            "an event's steps come in order of time"
        )
    if is_suspended(row, step.at) and step.kind not in _WHILE_SUSPENDED:
        raise Refused(
            f"cannot {step.kind} an event that is suspended until {iso(row['suspended_until'])}: resume it first"
        )
    after = dict(row)
    after["status"] = int(legal[status])
    after["last_step_at"] = step.at
    after["steps"] = row["steps"] + 1
    _CHANGES[step.kind](rules, after, step, before)
    return after


def is_suspended(row: Mapping[str, Any], at: Instant) -> bool:
    """True while the event's clock is paused; a suspension ends by itself."""
    return row["suspended_until"] is not None and row["suspended_at"] <= at < row["suspended_until"]


_FILLED_IN = frozenset(
    {
        "accepted_at",
        "handled_at",
        "closed_at",
        "rated_at",
        "rating",
        "solved",
        "exempted_at",
        "withdrawn_at",
        "reworked_at",
    }
)
"""Facts that only appear with time: a reader of the past hides them by their instant. Changing anything else, or one of
these that was known already, overwrites the past."""


def overwrites(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """True when the step changed what the event had said already, so that the earlier row must be kept."""
    return any(
        before[column] != after[column] and (before[column] is not None or column not in _FILLED_IN)
        for column in (*KEY_COLUMNS, *FACT_COLUMNS)
    )


def _need(step: Step, name: str, kinds: type | tuple[type, ...], what: str) -> Any:
    value = step.data.get(name)
    if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is int):
        raise Refused(f"a {step.kind} needs {name!r} ({what}), found {value!r}")
    return value


def _accept(_rules: Rules, row: Row, step: Step, _before: Collection[Kind]) -> None:
    row["accepted_at"] = step.at


def _dispatch(_rules: Rules, row: Row, step: Step, _before: Collection[Kind]) -> None:
    row["dispatched_at"] = step.at
    if "unit" in step.data:
        row["unit"] = _need(step, "unit", str, "the unit that is to handle it")


def _whistle(_rules: Rules, _row: Row, step: Step, _before: Collection[Kind]) -> None:
    _need(step, "unit", str, "the department that is called in")


def _join(_rules: Rules, _row: Row, step: Step, before: Collection[Kind]) -> None:
    _need(step, "unit", str, "the department that answers")
    if Kind.WHISTLE not in before:
        raise Refused("cannot join an event to which nobody was called: whistle first")


def _handle(_rules: Rules, row: Row, step: Step, _before: Collection[Kind]) -> None:
    row["handled_at"] = step.at


def _verify(_rules: Rules, _row: Row, _step: Step, _before: Collection[Kind]) -> None:
    return


def _close(_rules: Rules, row: Row, step: Step, _before: Collection[Kind]) -> None:
    row["closed_at"] = step.at


def _rate(_rules: Rules, row: Row, step: Step, _before: Collection[Kind]) -> None:
    rating = _need(step, "rating", int, f"{LOWEST_RATING} to {HIGHEST_RATING}")
    if not LOWEST_RATING <= rating <= HIGHEST_RATING:
        raise Refused(f"a rating is {LOWEST_RATING} to {HIGHEST_RATING}, found {rating}")
    if step.data.get("by_default"):
        return
    solved = step.data.get("solved")
    if solved not in (None, True, False):
        raise Refused(
            f"a rate says with 'solved' whether the matter is solved (true or false), found {solved!r}"
        )
    row["rated_at"] = step.at
    row["rating"] = rating
    row["solved"] = None if solved is None else int(bool(solved))


def _return(_rules: Rules, row: Row, step: Step, _before: Collection[Kind]) -> None:
    row["handled_at"] = None
    row["reworked_at"] = row["reworked_at"] or step.at


def _reopen(_rules: Rules, row: Row, step: Step, _before: Collection[Kind]) -> None:
    row["handled_at"] = None
    row["closed_at"] = None
    row["reworked_at"] = row["reworked_at"] or step.at


def _suspend(rules: Rules, row: Row, step: Step, before: Collection[Kind]) -> None:
    until = _need(step, "until", int, "the instant at which the clock goes on by itself")
    if Kind.SUSPEND in before:
        raise Refused("an event is suspended once only, and this one was suspended before")
    if until <= step.at:
        raise Refused(
            f"a suspension ends after it begins: expected later than {iso(step.at)}, found {iso(until)}"
        )
    _refuse_overdue(row, step)
    row["suspended_at"] = step.at
    row["suspended_until"] = until
    row["suspended_due_at"] = row["handle_due_at"]
    _pause(rules, row, until)


def _resume(rules: Rules, row: Row, step: Step, _before: Collection[Kind]) -> None:
    if not is_suspended(row, step.at):
        raise Refused("cannot resume an event that is not suspended")
    row["suspended_until"] = step.at
    _pause(rules, row, step.at)


def _pause(rules: Rules, row: Row, resumed_at: Instant) -> None:
    """Moves the handling deadline by the time that was left when the clock stopped."""
    if row["suspended_due_at"] is None:
        return
    limit = rules.limits(row["category_id"], row["channel_id"])[1]
    deadline = rules.resume(row["suspended_due_at"], row["suspended_at"], resumed_at, limit)
    row["handle_due_at"] = deadline.at
    row["due_provisional"] = int(bool(row["due_provisional"]) or deadline.provisional)


def _extend(_rules: Rules, row: Row, step: Step, _before: Collection[Kind]) -> None:
    due_at = _need(step, "due_at", int, "the new handling deadline")
    if row["handle_due_at"] is None:
        raise Refused("cannot extend an event that has no handling deadline")
    _refuse_overdue(row, step)
    if row["extensions"] >= MAX_EXTENSIONS:
        raise Refused(f"an event is extended {MAX_EXTENSIONS} times at most")
    if due_at <= row["handle_due_at"]:
        raise Refused(
            f"an extension moves the deadline later than {iso(row['handle_due_at'])}, found {iso(due_at)}"
        )
    row["handle_due_at"] = due_at
    row["extensions"] += 1


def _refuse_overdue(row: Row, step: Step) -> None:
    if row["handle_due_at"] is not None and step.at > row["handle_due_at"]:
        raise Refused(
            f"cannot {step.kind} an event whose handling deadline passed at {iso(row['handle_due_at'])}: "
            "it is asked for before the event is overdue"
        )


def _appeal(_rules: Rules, row: Row, step: Step, before: Collection[Kind]) -> None:
    if Kind.APPEAL in before:
        raise Refused("an event is appealed once only, and this one was appealed before")
    due_at, handled_at = row["handle_due_at"], row["handled_at"]
    if due_at is None or handled_at is None or handled_at <= due_at:
        raise Refused("only an event that was closed and overdue can be appealed")
    row["appealed_at"] = step.at


def _rule(_rules: Rules, row: Row, step: Step, before: Collection[Kind]) -> None:
    if Kind.APPEAL not in before or Kind.RULE in before:
        raise Refused("there is no open appeal to rule on")
    if _need(step, "approved", bool, "whether the appeal is approved"):
        row["exempted_at"] = step.at


def _correct(rules: Rules, row: Row, step: Step, _before: Collection[Kind]) -> None:
    if not {"grid", "category"} & step.data.keys():
        raise Refused("a correct needs 'grid' or 'category', found neither")
    if "grid" in step.data:
        row["grid_id"] = rules.grid_id(_need(step, "grid", str, "the code of the right grid"))
    if "category" in step.data:
        _change_category(
            rules, row, step, rules.category_id(_need(step, "category", str, "the right category"))
        )


def _change_category(rules: Rules, row: Row, step: Step, category_id: int) -> None:
    """A deadline that came from the old category's limit becomes the new one's, unless its verdict is given already.
    While the clock is paused, that is the deadline which the pause then moves."""
    old_limit = rules.limits(row["category_id"], row["channel_id"])[1]
    new_limit = rules.limits(category_id, row["channel_id"])[1]
    row["category_id"] = category_id
    paused = is_suspended(row, step.at)
    name, stands_at = ("suspended_due_at", row["suspended_at"]) if paused else ("handle_due_at", step.at)
    due_at = row[name]
    if (
        old_limit is None
        or new_limit is None
        or due_at is None
        or stands_at > due_at
        or row["handled_at"] is not None
    ):
        return
    if due_at == rules.deadline(row["reported_at"], old_limit).at:
        deadline = rules.deadline(row["reported_at"], new_limit)
        row[name] = max(deadline.at, stands_at)
        row["due_provisional"] = int(bool(row["due_provisional"]) or deadline.provisional)
        if paused:
            _pause(rules, row, row["suspended_until"])


def _withdraw(_rules: Rules, row: Row, step: Step, _before: Collection[Kind]) -> None:
    row["withdrawn_at"] = step.at


_CHANGES: Mapping[Kind, Callable[[Rules, Row, Step, Collection[Kind]], None]] = {
    Kind.ACCEPT: _accept,
    Kind.DISPATCH: _dispatch,
    Kind.WHISTLE: _whistle,
    Kind.JOIN: _join,
    Kind.HANDLE: _handle,
    Kind.VERIFY: _verify,
    Kind.CLOSE: _close,
    Kind.RATE: _rate,
    Kind.RETURN: _return,
    Kind.REOPEN: _reopen,
    Kind.SUSPEND: _suspend,
    Kind.RESUME: _resume,
    Kind.EXTEND: _extend,
    Kind.APPEAL: _appeal,
    Kind.RULE: _rule,
    Kind.CORRECT: _correct,
    Kind.WITHDRAW: _withdraw,
}

"""What a row of a file says that the store does not know yet, as steps of the life cycle. Pure.

A fact that the row leaves out says nothing. A fact that the store knows otherwise is a contradiction, and the
row is refused as a whole. Texts that no step changes (title, address) stay as they were first told.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from typing import Any

from data.clocks import Instant, iso
from data.importing.drafts import Draft, Fault
from data.importing.mapping import FACTS, STEP_KEYS, Mapping
from data.lifecycle import Kind, Refused, Report, Rules, Step, _Unset, advance, begin

_KINDS = {"accepted": Kind.ACCEPT, "handled": Kind.HANDLE, "closed": Kind.CLOSE, "rated": Kind.RATE}
_CORRECTION = "correct-"


class Contradiction(Exception):
    """The row says something else than the store; `faults` hold the sentences."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.reason for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class KnownStep:
    """A step that the store holds: its kind, its instant and its data."""

    kind: Kind
    at: Instant
    data: Dictionary[str, Any]


@dataclass(frozen=True)
class Known:
    """An event as the store holds it. `first_grid` and `first_category` are the codes of its report."""

    row: dict[str, Any]
    steps: Dictionary[str, KnownStep]
    grid: str
    category: str
    channel: str
    first_grid: str
    first_category: str


def history(draft: Draft, mapping: Mapping) -> list[Report | Step]:
    """A new event: its report and the steps that the row states, in the order of its life."""
    report = Report(
        source=mapping.source,
        key=draft.key,
        at=draft.at["reported"],
        channel=draft.channel,
        category=draft.category,
        grid=draft.grid,
        lon=draft.lon,
        lat=draft.lat,
        title=draft.texts["title"],
        description=draft.texts["description"],
        address=draft.texts["address"],
        unit=draft.texts["unit"],
        accept_due_at=draft.accept_due_at,
        handle_due_at=draft.handle_due_at,
        step_key=STEP_KEYS["reported"],
        actor=draft.texts["actor"],
        note=draft.notes.get("reported", ""),
    )
    stated = {fact: draft.at[fact] for fact in FACTS if fact in draft.at and fact != "reported"}
    return [report, *_steps(draft, mapping, _with_handling(stated))]


def news(draft: Draft, known: Known, mapping: Mapping, rules: Rules, earlier_row: int | None) -> list[Step]:
    """The steps that a known event lacks, legal in their order; [] when the row says nothing new.

    `earlier_row` is the row of the same file that told of the event before; between the two a changed grid or
    category is a contradiction, while between two files it is a correction. Raises Contradiction.
    """
    faults = _fixed_faults(draft, known, mapping)
    fresh: dict[str, Instant] = {}
    for fact in ("accepted", "handled", "closed"):
        at = draft.at.get(fact)
        step = known.steps.get(STEP_KEYS[fact])
        recorded = step.at if step is not None else known.row[f"{fact}_at"]
        if at is None or recorded == at:
            continue
        if recorded is not None:
            faults.append(_differs(fact, f"the time it was {fact}", iso(at), iso(recorded)))
        else:
            fresh[fact] = at
    rating = _fresh_rating(draft, known, faults)
    if rating is not None:
        fresh["rated"] = draft.at["rated"]
    changes = _changes(draft, known)
    if changes and earlier_row is not None:
        faults += [
            Fault(what, f"row {earlier_row} of this file has the same key and another {what}")
            for what in changes
        ]
    if faults:
        raise Contradiction(*faults)
    if "closed" in fresh and known.row["handled_at"] is None:
        fresh = _with_handling(fresh)
    steps = _steps(draft, mapping, fresh, rating)
    if changes:
        steps.append(_correction(draft, known, mapping, steps, changes))
    check(rules, known.row, {step.kind for step in known.steps.values()}, steps)
    return steps


def check(
    rules: Rules, row: dict[str, Any] | None, before: set[Kind], steps: list[Report | Step] | list[Step]
) -> None:
    """Walks the steps through the law of the life cycle, writing nothing. Raises Contradiction with its
    sentence.
    """
    try:
        for step in steps:
            if isinstance(step, Report):
                row = begin(rules, step)
                before = {Kind.REPORT}
            else:
                assert row is not None
                row = advance(rules, row, step, before)
                before = before | {step.kind}
    except Refused as refused:
        raise Contradiction(Fault("", str(refused))) from None


def _fixed_faults(draft: Draft, known: Known, mapping: Mapping) -> list[Fault]:
    """What never changes after the report: its instant, its channel and (unless the mapping keeps) its deadlines."""
    faults: list[Fault] = []
    row = known.row
    if draft.at["reported"] != row["reported_at"]:
        faults.append(_differs("reported", "the report", iso(draft.at["reported"]), iso(row["reported_at"])))
    if draft.channel != known.channel:
        faults.append(_differs("channel", "the channel", draft.channel, known.channel))
    if row["extensions"] > 0 or row["suspended_at"] is not None:
        return faults
    for name, due, stated, recorded in (
        ("accept_due", mapping.accept_due, draft.accept_due_at, row["accept_due_at"]),
        ("handle_due", mapping.handle_due, draft.handle_due_at, row["handle_due_at"]),
    ):
        if stated is None or isinstance(stated, _Unset) or stated == recorded or due.changed == "keep":
            continue
        fault = _differs(name, "the deadline", iso(stated), "none" if recorded is None else iso(recorded))
        remedy = 'record an extension, or say changed = "keep" in the mapping'
        faults.append(Fault(name, f"{fault.reason}; {remedy}"))
    return faults


def _differs(field: str, what: str, stated: object, recorded: object) -> Fault:
    return Fault(field, f"{what} is {stated} by this row, but {recorded} by what is recorded")


def _fresh_rating(draft: Draft, known: Known, faults: list[Fault]) -> int | None:
    """The number of the rating if it is new: a first one, or one given later than those that are known."""
    if draft.rating is None:
        return None
    for step in known.steps.values():
        if step.kind == Kind.RATE and step.at == draft.at["rated"]:
            if step.data.get("rating") != draft.rating:
                faults.append(_differs("rating", "the rating", draft.rating, step.data.get("rating")))
            return None
    return 1 + sum(step.kind == Kind.RATE for step in known.steps.values())


def _changes(draft: Draft, known: Known) -> dict[str, str]:
    """Grid and category as the source now says, where it says otherwise than it did before.

    What people corrected here stays: the row is held against the source's own last word, not against theirs.
    """
    grid, category = known.first_grid, known.first_category
    for key, step in sorted(known.steps.items(), key=lambda item: _number(item[0])):
        if _number(key):
            grid, category = step.data.get("grid", grid), step.data.get("category", category)
    changes: dict[str, str] = {}
    if draft.grid_stated and draft.grid not in (grid, known.grid):
        changes["grid"] = draft.grid
    if draft.category_stated and draft.category not in (category, known.category):
        changes["category"] = draft.category
    return changes


def _number(step_key: str) -> int:
    """The number of an import's own correction; 0 for every other step."""
    number = step_key.removeprefix(_CORRECTION)
    return int(number) if number != step_key and number.isdecimal() else 0


def _correction(
    draft: Draft, known: Known, mapping: Mapping, steps: list[Step], changes: Dictionary[str, str]
) -> Step:
    """The source does not say when it changed its mind. The event's latest instant is taken, and not the
    present one, so that facts between the two can still follow in order of time.
    """
    number = 1 + max((_number(key) for key in known.steps), default=0)
    at = max([known.row["last_step_at"], *(step.at for step in steps)])
    return Step(
        source=mapping.source,
        key=draft.key,
        step_key=f"{_CORRECTION}{number}",
        kind=Kind.CORRECT,
        at=at,
        actor=draft.texts["actor"],
        data=dict(changes),
    )


def _with_handling(at: dict[str, Instant]) -> dict[str, Instant]:
    """A source that knows only the closing means that the matter was handled by then."""
    if "closed" in at and "handled" not in at:
        at = at | {"handled": at["closed"]}
    return {fact: at[fact] for fact in FACTS if fact in at}


def _steps(
    draft: Draft, mapping: Mapping, at: Dictionary[str, Instant], rating_number: int | None = 1
) -> list[Step]:
    steps: list[Step] = []
    for fact, moment in at.items():
        data: dict[str, Any] = {}
        key = STEP_KEYS[fact]
        if fact == "rated":
            data = {"rating": draft.rating}
            if draft.solved is not None:
                data["solved"] = draft.solved
            if draft.by_default:
                data["by_default"] = True
            if rating_number is not None and rating_number > 1:
                key = f"{key}-{rating_number}"
        steps.append(
            Step(
                source=mapping.source,
                key=draft.key,
                step_key=key,
                kind=_KINDS[fact],
                at=moment,
                actor=draft.texts["actor"],
                note=draft.notes.get(fact, ""),
                data=data,
            )
        )
    return steps

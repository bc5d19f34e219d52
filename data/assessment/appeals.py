"""Appeals: an objection to one dimension of a frozen score, decided by somebody else, who may reopen that score alone.

An appeal that is allowed makes the next revision of the one score, from what it was made from and the correction. The
scores of the peers stay as they were frozen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from data.access import Viewer
from data.assessment.arithmetic import NONE, Cases, Given, score
from data.assessment.entries import AssessmentError, parsed_mark, said
from data.assessment.excluding import counted_cases
from data.assessment.keeping import FrozenMonth, frozen_within, score_row
from data.assessment.kept import given_from
from data.assessment.measuring import GridScore
from data.assessment.months import AssessedMonth, month
from data.assessment.rules import Dimension
from data.assessment.tables import appeal, decision, frozen_month, frozen_score
from data.audit import Entry as Audited
from data.audit import record_in
from data.clocks import Instant
from data.grids import Tree
from data.reference import reference
from data.store import Store

MOST_EVENTS = 200


@dataclass(frozen=True)
class Correction:
    """What an allowed appeal changes: cases that count no more, and a mark in place of the one that was entered."""

    excluded: Cases = NONE
    mark: Fraction | None = None


@dataclass(frozen=True)
class Decision:
    """What became of an appeal."""

    allowed: bool
    correction: Correction
    note: str
    author: str
    at: Instant


@dataclass(frozen=True)
class Appeal:
    """An objection; `events` are ids of events that should not count, `decision` None while it is open."""

    id: int
    month: str
    grid: str
    dimension: str
    events: tuple[int, ...]
    reason: str
    evidence: str
    author: str
    at: Instant
    decision: Decision | None


def object_to(
    store: Store,
    text: str,
    grid: str,
    dimension: str,
    events: Sequence[int],
    reason: str,
    evidence: str,
    author: str,
    now: Instant,
    *,
    noted: Audited | None = None,
) -> int:
    """Files an appeal against one dimension of a grid's frozen score; the number it is filed under. What the audit
    hears, `noted` and the number, stands in the same transaction. AssessmentError for
    a score that is not frozen or not of the store's scope, for events that the dimension did not count, and while
    another appeal about the same is open."""
    told = said(reason, "a reason"), said(evidence, "evidence: a document, a record or where it can be seen")
    tree = reference(store).tree
    with store.reading() as connection:
        fixed, found, _ = _score(connection, tree, text, grid)
        one = _dimension(fixed, dimension)
        _counts(store, connection, fixed, found, one, events)
    with store.whole.keeping() as connection:
        # Of two who object at once the second waits here, and is told.
        connection.execute(select(frozen_month.c.month).where(frozen_month.c.month == text).with_for_update())
        if any(_open(connection, text, grid, dimension)):
            raise AssessmentError(
                f"expected no open appeal about {dimension} of {grid} in {text}, found one: wait until it is decided"
            )
        number = connection.execute(
            insert(appeal)
            .values(
                month=text,
                grid=grid,
                dimension=dimension,
                events=json.dumps(sorted(set(events))),
                reason=told[0],
                evidence=told[1],
                author=author,
                at=now,
            )
            .returning(appeal.c.id)
        ).scalar_one()
        if noted is not None:
            record_in(connection, replace(noted, detail={**noted.detail, "appeal": int(number)}))
        return int(number)


def decide(
    store: Store,
    number: int,
    by: Viewer,
    allowed: bool,
    note: str,
    now: Instant,
    *,
    excused: int = 0,
    mark: str = "",
    noted: Audited | None = None,
) -> int | None:
    """Decides an appeal; the revision of the score that it makes, None where it is not allowed.

    Allowed, it takes out the appeal's events, or `excused` missed cases where facts are counted, and sets `mark` where
    marks are entered. AssessmentError for an appeal that is not of the store's scope or is decided, by its author, by
    somebody whose own scope is the grid itself, and for a correction that corrects nothing.
    """
    told = said(note, "why it is decided so")
    tree = reference(store).tree
    with store.reading() as connection:
        found = _appeal_within(connection, tree, number)
    if found.decision is not None:
        raise AssessmentError(
            f"expected an appeal that is open, found {number} decided by {found.decision.author}: load the page anew"
        )
    if found.author == by.name:
        raise AssessmentError("expected somebody else to decide, found the author of the appeal")
    if by.scope == found.grid:
        raise AssessmentError(
            f"expected somebody from above {found.grid} to decide, found one of the grid itself"
        )
    with store.reading() as connection:
        fixed, before, revision = _score(connection, tree, found.month, found.grid)
        one = _dimension(fixed, found.dimension)
        correction = (
            _correction(store, connection, fixed, before, one, found, excused, mark)
            if allowed
            else Correction()
        )
    try:
        with store.whole.keeping() as connection:
            _decide(connection, number, allowed, correction, told, by.name, now)
            if noted is not None:
                made = {"allowed": allowed, "revision": revision + 1 if allowed else None}
                record_in(connection, replace(noted, detail={**noted.detail, **made}))
            if not allowed:
                return None
            after = _corrected(before, fixed, one, correction)
            row = score_row(found.month, after, revision + 1, now, by.name, number)
            connection.execute(insert(frozen_score).values(row))
    except IntegrityError:
        raise AssessmentError(
            f"expected appeal {number} to be open and its score as it was read, found them changed: load the page anew"
        ) from None
    return revision + 1


def appeals(
    store: Store, *, months: Sequence[str] | None = None, only_open: bool = False
) -> tuple[Appeal, ...]:
    """The appeals about grids of the store's scope, the latest first."""
    inside = {grid.code for grid in reference(store).tree}
    query = select(appeal, *_DECIDED).join(decision, decision.c.appeal_id == appeal.c.id, isouter=True)
    if months is not None:
        query = query.where(appeal.c.month.in_(list(months)))
    if only_open:
        query = query.where(decision.c.appeal_id.is_(None))
    with store.reading() as connection:
        rows = connection.execute(query.order_by(appeal.c.id.desc())).mappings()
        return tuple(_appeal(row) for row in rows if row["grid"] in inside)


def appeal_of(store: Store, number: int) -> Appeal:
    """One appeal of the store's scope. AssessmentError for none."""
    tree = reference(store).tree
    with store.reading() as connection:
        return _appeal_within(connection, tree, number)


_DECIDED = (
    decision.c.appeal_id.label("decided_id"),
    decision.c.allowed,
    decision.c.correction,
    decision.c.note,
    decision.c.author.label("decided_by"),
    decision.c.at.label("decided_at"),
)


def _appeal_within(connection: Connection, tree: Tree, number: int) -> Appeal:
    query = select(appeal, *_DECIDED).join(decision, decision.c.appeal_id == appeal.c.id, isouter=True)
    row = connection.execute(query.where(appeal.c.id == number)).mappings().one_or_none()
    if row is None or row["grid"] not in tree:
        raise AssessmentError(f"expected the number of an appeal, found {number}, which is none here")
    return _appeal(row)


def _appeal(row: Mapping[Any, Any]) -> Appeal:
    made = None
    if row["decided_id"] is not None:
        body = json.loads(row["correction"])
        made = Decision(
            bool(row["allowed"]),
            Correction(Cases(*body["excluded"]), None if body["mark"] is None else Fraction(body["mark"])),
            row["note"],
            row["decided_by"],
            row["decided_at"],
        )
    names = ("id", "month", "grid", "dimension", "reason", "evidence", "author", "at")
    return Appeal(
        **{name: row[name] for name in names}, events=tuple(json.loads(row["events"])), decision=made
    )


def _open(connection: Connection, text: str, grid: str, dimension: str) -> list[int]:
    query = (
        select(appeal.c.id)
        .join(decision, decision.c.appeal_id == appeal.c.id, isouter=True)
        .where(
            appeal.c.month == text,
            appeal.c.grid == grid,
            appeal.c.dimension == dimension,
            decision.c.appeal_id.is_(None),
        )
    )
    return list(connection.execute(query).scalars())


def _score(connection: Connection, tree: Tree, text: str, grid: str) -> tuple[FrozenMonth, GridScore, int]:
    """A grid's frozen score as it stands, and its revision."""
    fixed = frozen_within(connection, text)
    row = (
        connection.execute(
            select(frozen_score)
            .where(frozen_score.c.month == text, frozen_score.c.grid == grid)
            .order_by(frozen_score.c.revision.desc())
            .limit(1)
        ).one_or_none()
        if fixed is not None and grid in tree
        else None
    )
    if fixed is None or row is None:
        raise AssessmentError(
            f"expected a grid of your scope with a frozen score in {text}, found {grid!r}: a month is frozen when its "
            "bulletin is due"
        )
    found = score(fixed.rules, given_from(row.given))
    return fixed, GridScore(grid, row.name, row.depth, row.peer_group, found), row.revision


def _dimension(fixed: FrozenMonth, key: str) -> Dimension:
    for one in fixed.rules.dimensions:
        if one.key == key:
            return one
    known = ", ".join(one.key for one in fixed.rules.dimensions)
    raise AssessmentError(f"expected one of the dimensions {known}, found {key!r}")


def _counts(
    store: Store,
    connection: Connection,
    fixed: FrozenMonth,
    found: GridScore,
    one: Dimension,
    events: Sequence[int],
) -> Cases:
    """The cases that events make in a dimension. AssessmentError for one that makes none, or was taken out before."""
    if not one.indicator:
        if events:
            raise AssessmentError(f"expected no events for {one.key}, which counts none, found {len(events)}")
        return NONE
    if not events:
        raise AssessmentError(
            f"expected the events that should not count in {one.key}, found none: name them by their numbers"
        )
    if len(events) > MOST_EVENTS:
        raise AssessmentError(f"expected at most {MOST_EVENTS} events, found {len(events)}: file two appeals")
    city = reference(store.whole)
    wanted = AssessedMonth(fixed.month, month(city, fixed.month).period, fixed.as_of)
    counted = counted_cases(connection, city.tree.get(found.code), wanted, one.indicator, events)
    gone = _excluded_before(connection, fixed.month, found.code, one.key)
    wrong = [number for number in events if number not in counted or number in gone]
    if wrong:
        raise AssessmentError(
            f"expected events that {one.key} of {found.code} counted in {fixed.month}, found "
            f"{', '.join(map(str, wrong[:10]))}: take them out of the list"
        )
    return sum((counted[number] for number in set(events)), NONE)


def _excluded_before(connection: Connection, text: str, grid: str, key: str) -> set[int]:
    rows = connection.execute(
        select(appeal.c.events)
        .join(decision, decision.c.appeal_id == appeal.c.id)
        .where(appeal.c.month == text, appeal.c.grid == grid, appeal.c.dimension == key, decision.c.allowed)
    ).scalars()
    return {number for events in rows for number in json.loads(events)}


def _correction(
    store: Store,
    connection: Connection,
    fixed: FrozenMonth,
    before: GridScore,
    one: Dimension,
    found: Appeal,
    excused: int,
    mark: str,
) -> Correction:
    if one.indicator:
        if excused or mark:
            raise AssessmentError(f"expected the events of the appeal alone for {one.key}, found more")
        return Correction(_counts(store, connection, fixed, before, one, found.events))
    part = before.score.of(one.key)
    missed = part.counted.due - part.counted.met
    if not 0 <= excused <= missed:
        raise AssessmentError(
            f"expected from 0 to {missed} missed cases of {one.key} that are excused, found {excused}"
        )
    new_mark = parsed_mark(mark) if mark.strip() else None
    if not excused and new_mark is None:
        raise AssessmentError(
            "expected what is corrected, found nothing: say how many missed cases are excused, or a mark"
        )
    return Correction(Cases(0, excused), new_mark)


def _corrected(before: GridScore, fixed: FrozenMonth, one: Dimension, correction: Correction) -> GridScore:
    given = {part.key: part.given for part in before.score.parts}
    mine: Given = given[one.key]
    given[one.key] = replace(
        mine,
        excluded=mine.excluded + correction.excluded,
        mark=mine.mark if correction.mark is None else correction.mark,
    )
    return replace(before, score=score(fixed.rules, given))


def _decide(
    connection: Connection,
    number: int,
    allowed: bool,
    correction: Correction,
    note: str,
    author: str,
    now: Instant,
) -> None:
    body = {
        "excluded": [correction.excluded.met, correction.excluded.due],
        "mark": None if correction.mark is None else str(correction.mark),
    }
    connection.execute(
        insert(decision).values(
            appeal_id=number, allowed=allowed, correction=json.dumps(body), note=note, author=author, at=now
        )
    )

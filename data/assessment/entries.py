"""Marks that operators give for what no indicator measures: the last of a month counts, and those before it stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, insert, select

from data.assessment.months import AssessedMonth, month, month_text
from data.assessment.rules import AssessmentRules, DimensionKey, rules_in
from data.assessment.tables import LONGEST_REASON, entry, frozen_month
from data.audit import Entry as Audited
from data.audit import record_in
from data.clocks import Instant
from data.reference import Reference, reference
from data.store import Store
from data.texts import storable


class AssessmentError(ValueError):
    """What was asked of the assessment cannot be done; the message says what was expected, found and how to mend it."""


@dataclass(frozen=True)
class Wanted:
    """A mark that somebody wants to give, as it was typed."""

    month: str
    grid: str
    dimension: str
    mark: str
    reason: str
    evidence: str


@dataclass(frozen=True)
class Entry:
    """A mark of 100 that was given."""

    id: int
    month: str
    grid: str
    dimension: DimensionKey
    mark: Fraction
    author: str
    reason: str
    evidence: str
    at: Instant


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken, by its place among those given (from 0), and why."""

    place: int
    reason: str


@dataclass(frozen=True)
class Taken:
    """What became of some marks: how many were entered, how many said what was there, and which were refused."""

    entered: int
    unchanged: int
    refused: tuple[Refusal, ...]


def enter(
    store: Store, wanted: Sequence[Wanted], author: str, now: Instant, *, noted: Audited | None = None
) -> Taken:
    """Enters marks for grids within the scope of a store, but for the one that bounds it, which does not judge itself:
    those that are right in one transaction, the others named. What the audit hears, `noted` and how many, stands in the
    same transaction; nothing where no mark was right."""
    city = reference(store)
    frozen = _frozen(store)
    tables = reference(store.whole).config.get("assessment", {})
    good: list[tuple[Wanted, Fraction]] = []
    refused: list[Refusal] = []
    for place, one in enumerate(wanted):
        try:
            if one.grid == store.scope:
                raise AssessmentError(
                    f"expected somebody from above {one.grid} to give its mark, found one of the grid itself"
                )
            good.append((one, _checked(city, rules_in(tables, one.month), frozen, one, now)))
        except AssessmentError as error:
            refused.append(Refusal(place, str(error)))
    entered = 0
    # A store within a scope reads only; the scope was held against each row above.
    with store.whole.keeping() as connection:
        for one, mark in good:
            entered += _put(connection, one, mark, author, now)
        if noted is not None and good:
            counts = {"entered": entered, "unchanged": len(good) - entered, "refused": len(refused)}
            record_in(connection, replace(noted, detail={**noted.detail, **counts}))
    return Taken(entered, len(good) - entered, tuple(refused))


def marks(store: Store, month: str, as_of: Instant) -> dict[tuple[str, str], Fraction]:
    """The marks of a month that count as of an instant, by grid and dimension."""
    with store.reading() as connection:
        rows = connection.execute(
            select(entry.c.grid, entry.c.dimension, entry.c.mark_hundredths)
            .where(entry.c.month == month, entry.c.at <= as_of)
            .order_by(entry.c.at, entry.c.id)
        )
        return {(row.grid, row.dimension): Fraction(row.mark_hundredths, 100) for row in rows}


def entries(store: Store, months: Iterable[str], grids: Iterable[str]) -> tuple[Entry, ...]:
    """Every mark of some months for grids within a store's scope, the latest first."""
    known = reference(store).tree
    inside = [code for code in grids if code in known]
    with store.reading() as connection:
        rows = connection.execute(
            select(entry)
            .where(entry.c.month.in_(list(months)), entry.c.grid.in_(inside))
            .order_by(entry.c.at.desc(), entry.c.id.desc())
        )
        return tuple(_entry(row._mapping) for row in rows)


def _entry(row: Mapping[Any, Any]) -> Entry:
    values = dict(row)
    values["mark"] = Fraction(values.pop("mark_hundredths"), 100)
    return Entry(**values)


def parsed_mark(text: str) -> Fraction:
    """A mark of 100 with at most two decimals. Raises AssessmentError."""
    typed = text.strip()
    if re.fullmatch(r"\d{1,3}(\.\d{1,2})?", typed) and Fraction(typed) <= 100:
        return Fraction(typed)
    raise AssessmentError(f"expected a mark from 0 to 100 with at most two decimals, found {text!r}")


def said(text: str, what: str) -> str:
    """A text that has to be given, trimmed. Raises AssessmentError."""
    told = _line(text)
    if not told:
        raise AssessmentError(f"expected {what}, found none: say it in a sentence")
    if len(told) > LONGEST_REASON:
        raise AssessmentError(
            f"expected {what} of at most {LONGEST_REASON} characters, found {len(told)}: shorten it"
        )
    return told


def _line(text: str) -> str:
    return storable(" ".join(text.split()))


def _frozen(store: Store) -> frozenset[str]:
    """The months whose scores stand, whatever the plan of bulletins says by now."""
    with store.reading() as connection:
        return frozenset(connection.execute(select(frozen_month.c.month)).scalars())


def _checked(
    city: Reference, rules: AssessmentRules, frozen: frozenset[str], one: Wanted, now: Instant
) -> Fraction:
    entered = [each.key for each in rules.dimensions if each.is_entered]
    if one.dimension not in entered:
        raise AssessmentError(
            f"expected one of the dimensions that are entered ({', '.join(entered)}), found {one.dimension!r}"
        )
    if one.grid not in city.tree or city.tree.get(one.grid).depth not in rules.depths:
        raise AssessmentError(
            f"expected the code of a grid of your scope that is assessed, found {one.grid!r}: see the list of grids"
        )
    open_month(city, frozen, one.month, now)
    said(one.reason, "a reason")
    said(one.evidence, "evidence: a document, a record or where it can be seen")
    return parsed_mark(one.mark)


def open_month(city: Reference, frozen: frozenset[str], text: str, now: Instant) -> AssessedMonth:
    """A month that marks may still be entered for. Raises AssessmentError."""
    try:
        found = month(city, text)
    except ValueError as error:
        raise AssessmentError(str(error)) from None
    if text > month_text(city, now):
        raise AssessmentError(f"expected a month that has begun, found {text}: wait for its first day")
    if now >= found.as_of or text in frozen:
        raise AssessmentError(
            f"expected a month that is not frozen, found {text}, whose scores stand: object to a score by an appeal"
        )
    return found


def _put(connection: Connection, one: Wanted, mark: Fraction, author: str, now: Instant) -> bool:
    """Enters a mark, unless the last one says the same, whoever gave it: a sheet that was taken along with the marks of
    others leaves them theirs."""
    values = {
        "mark_hundredths": int(mark * 100),
        "reason": _line(one.reason),
        "evidence": _line(one.evidence),
    }
    last = (
        connection.execute(
            select(entry)
            .where(entry.c.month == one.month, entry.c.grid == one.grid, entry.c.dimension == one.dimension)
            .order_by(entry.c.at.desc(), entry.c.id.desc())
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    if last is not None and all(last[name] == value for name, value in values.items()):
        return False
    connection.execute(
        insert(entry).values(
            month=one.month, grid=one.grid, dimension=one.dimension, at=now, author=author, **values
        )
    )
    return True

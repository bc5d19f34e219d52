"""Frozen scores: made once when a month's bulletin is due, read within a scope, worked again to see that they hold.

A score and its rank are facts about a grid that were reckoned over the whole city. Whoever may see the grid sees them,
and of its peers no more than how many they are and what their cases sum to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from data.assessment.arithmetic import Score, score
from data.assessment.kept import given_from, given_json, rules_from, rules_json
from data.assessment.measuring import GridScore, assess, city_rules
from data.assessment.months import AssessedMonth, month, month_before, month_text, months_between
from data.assessment.rules import AssessmentRules
from data.assessment.tables import frozen_month, frozen_score
from data.clocks import Instant
from data.ranking import places
from data.reference import NoCity, reference
from data.schema import event
from data.store import Store
from data.tasks.duty import duty_plan

MOST_MONTHS: Final = 24
"""Months that are over and were never assessed are frozen as far back as this."""


@dataclass(frozen=True)
class FrozenMonth:
    """A month whose scores stand."""

    month: str
    as_of: Instant
    frozen_at: Instant
    rules: AssessmentRules

    def is_of(self, whole: AssessedMonth, wanted: AssessedMonth, depth: int) -> bool:
        """Whether it holds just what is wanted: the whole month, as of its instant, at a depth that was frozen."""
        return wanted.as_of == self.as_of and wanted.period == whole.period and depth in self.rules.depths


@dataclass(frozen=True)
class Standing:
    """A grid's score in a month and its rank among the `ranked` of its group, None where it has none. `revision` is 0
    while the month is not frozen, 1 once it is, and more where an appeal was allowed."""

    code: str
    name: str
    depth: int
    group: str
    score: Score
    rank: int | None
    ranked: int
    revision: int


@dataclass(frozen=True)
class Board:
    """The scores of a month at a depth within a scope, in the order of the tree."""

    month: str
    as_of: Instant
    is_frozen: bool
    rules: AssessmentRules
    depth: int
    standings: tuple[Standing, ...]


@dataclass(frozen=True)
class Revision:
    """A score of a grid's month as it stood from `at` on."""

    revision: int
    at: Instant
    by: str
    appeal_id: int | None
    score: Score


@dataclass(frozen=True)
class Difference:
    """A frozen score that the events give otherwise today, and what they give."""

    code: str
    name: str
    frozen: Decimal | None
    now: Decimal | None


def owed(store: Store, now: Instant) -> tuple[str, ...]:
    """The months that are over and not frozen, the earliest first: from that of the first event, at most
    MOST_MONTHS."""
    try:
        city = reference(store)
    except NoCity:
        return ()
    with store.reading() as connection:
        first = connection.execute(select(func.min(event.c.reported_at))).scalar_one()
        done = set(connection.execute(select(frozen_month.c.month)).scalars())
    if first is None:
        return ()
    last = month_before(month_text(city, now))
    known = months_between(month_text(city, first), last)[-MOST_MONTHS:]
    return tuple(one for one in known if one not in done and month(city, one).as_of <= now)


def freeze(store: Store, text: str, now: Instant) -> bool:
    """Freezes the scores of a month, once; False where somebody else has. Raises ValueError for a month that is not
    over."""
    city = reference(store)
    wanted = month(city, text)
    if now < wanted.as_of:
        raise ValueError(
            f"expected a month whose bulletin was due, found {text}: its scores are frozen when it is"
        )
    rules = city_rules(city, text)
    made = [one for depth in rules.depths for one in assess(store, wanted, depth, rules)]
    try:
        with store.keeping() as connection:
            connection.execute(
                insert(frozen_month).values(
                    month=text,
                    as_of=wanted.as_of,
                    frozen_at=now,
                    version=rules.version,
                    rules=rules_json(rules, duty_plan(city)),
                )
            )
            if made:
                connection.execute(
                    insert(frozen_score), [score_row(text, one, 1, now, "", None) for one in made]
                )
    except IntegrityError:
        return False
    return True


def freeze_owed(store: Store, now: Instant) -> tuple[str, ...]:
    """Freezes every month that is owed, the earliest first, and gives those that it froze."""
    return tuple(one for one in owed(store, now) if freeze(store, one, now))


def score_row(
    text: str, one: GridScore, revision: int, at: Instant, by: str, appeal_id: int | None
) -> dict[str, object]:
    """A row of frozen_score."""
    value = one.score.value
    return {
        "month": text,
        "grid": one.code,
        "revision": revision,
        "depth": one.depth,
        "name": one.name,
        "peer_group": one.group,
        "score_hundredths": None if value is None else int(value * 100),
        "is_ranked": one.score.ranked is not None,
        "given": given_json({part.key: part.given for part in one.score.parts}),
        "at": at,
        "by": by,
        "appeal_id": appeal_id,
    }


def frozen(store: Store, text: str) -> FrozenMonth | None:
    """A month's rules and instants, None where it is not frozen."""
    with store.reading() as connection:
        return frozen_within(connection, text)


def frozen_within(connection: Connection, text: str) -> FrozenMonth | None:
    """The same within a transaction."""
    row = connection.execute(select(frozen_month).where(frozen_month.c.month == text)).one_or_none()
    return None if row is None else FrozenMonth(row.month, row.as_of, row.frozen_at, rules_from(row.rules))


def frozen_months(store: Store) -> tuple[str, ...]:
    """The months that are frozen, the latest first."""
    with store.reading() as connection:
        return tuple(
            connection.execute(select(frozen_month.c.month).order_by(frozen_month.c.month.desc())).scalars()
        )


def board(store: Store, scope: str, text: str, depth: int, now: Instant) -> Board:
    """The scores of a month at a depth within a scope of the store: as frozen and revised, or as they stand now where
    the month is not frozen. Raises UnknownGrid, and ValueError for a month that has not begun."""
    wanted = month(reference(store.whole), text)
    if wanted.period.start > now:
        raise ValueError(f"expected a month that has begun, found {text}")
    fixed = frozen(store, text)
    as_of = min(now, wanted.as_of) if fixed is None else fixed.as_of
    return standings(store, scope, replace(wanted, as_of=as_of), depth)


def as_published(store: Store, wanted: AssessedMonth, at: Instant) -> AssessedMonth:
    """The month as of the instant of its own bulletin where it was frozen by `at`; else, and for a part of a month, as
    it is wanted. A later bulletin that looks back names the scores that were given."""
    fixed = frozen(store, wanted.text)
    whole = month(reference(store.whole), wanted.text)
    if fixed is None or fixed.as_of > at or wanted.period != whole.period:
        return wanted
    return replace(wanted, as_of=fixed.as_of)


def last_board(store: Store, scope: str, depth: int, now: Instant) -> Board | None:
    """The scores of the last month that was frozen, at a depth within a scope of the store; None where none is, or not
    at that depth. Raises UnknownGrid."""
    months = frozen_months(store)
    found = board(store, scope, months[0], depth, now) if months else None
    return found if found is not None and found.is_frozen and found.standings else None


def standings(store: Store, scope: str, wanted: AssessedMonth, depth: int) -> Board:
    """The scores of any part of a month as of any instant: as frozen and revised where they were frozen for just that,
    else made now. Raises UnknownGrid."""
    inside = {grid.code: grid.id for grid in reference(store).tree.at_depth(scope, depth)}
    city = reference(store.whole)
    fixed = frozen(store, wanted.text)
    if fixed is not None and fixed.is_of(month(city, wanted.text), wanted, depth):
        found, rules = _latest(store, fixed, depth), fixed.rules
    else:
        rules = city_rules(city, wanted.text)
        found = [(one, 0) for one in assess(store, wanted, depth, rules, scope)]
    ranks = ranked([one for one, _ in found])
    return Board(
        wanted.text,
        wanted.as_of,
        bool(found and found[0][1]),
        rules,
        depth,
        tuple(
            Standing(one.code, one.name, depth, one.group, one.score, *ranks[one.code], revision)
            for one, revision in sorted(found, key=lambda each: inside.get(each[0].code, 0))
            if one.code in inside
        ),
    )


def ranked(found: Sequence[GridScore]) -> dict[str, tuple[int | None, int]]:
    """By grid: its rank in its group, best first from 1 on, ties sharing one, and how many have a rank there."""
    made: dict[str, tuple[int | None, int]] = {}
    for group in {one.group for one in found}:
        peers = [one for one in found if one.group == group]
        ranks = places([one.score.ranked for one in peers])
        count = sum(rank is not None for rank in ranks)
        made |= {one.code: (rank, count) for one, rank in zip(peers, ranks, strict=True)}
    return made


def history(store: Store, code: str, months: Iterable[str]) -> tuple[tuple[str, Standing], ...]:
    """A grid's frozen scores in some months with their ranks, the earliest first. Raises UnknownGrid for a grid beyond
    the store's scope."""
    depth = reference(store).tree.get(code).depth
    made = []
    for text in sorted(months):
        fixed = frozen(store, text)
        if fixed is None:
            continue
        rows = _ranking(store, text, depth)
        mine = next((row for row in rows if row.grid == code), None)
        if mine is None:
            continue
        peers = [row for row in rows if row.is_ranked and row.peer_group == mine.peer_group]
        found = places([row.score_hundredths for row in peers])
        rank = next((place for row, place in zip(peers, found, strict=True) if row.grid == code), None)
        last = revisions(store, code, text)[-1]
        standing = Standing(
            code, mine.name, depth, mine.peer_group, last.score, rank, len(peers), last.revision
        )
        made.append((text, standing))
    return tuple(made)


def _ranking(store: Store, text: str, depth: int) -> list[Any]:
    """The latest revisions of a month's scores at a depth, without what they were made from."""
    columns = (
        frozen_score.c.grid,
        frozen_score.c.name,
        frozen_score.c.peer_group,
        frozen_score.c.score_hundredths,
        frozen_score.c.is_ranked,
    )
    with store.reading() as connection:
        rows = connection.execute(
            select(*columns)
            .where(frozen_score.c.month == text, frozen_score.c.depth == depth)
            .order_by(frozen_score.c.grid, frozen_score.c.revision)
        )
        return list({row.grid: row for row in rows}.values())


def revisions(store: Store, code: str, text: str) -> tuple[Revision, ...]:
    """How a grid's frozen score of a month came to stand, the first first; none where it is not frozen. Raises
    UnknownGrid."""
    reference(store).tree.get(code)
    fixed = frozen(store, text)
    if fixed is None:
        return ()
    with store.reading() as connection:
        rows = connection.execute(
            select(frozen_score)
            .where(frozen_score.c.month == text, frozen_score.c.grid == code)
            .order_by(frozen_score.c.revision)
        )
        return tuple(
            Revision(row.revision, row.at, row.by, row.appeal_id, score(fixed.rules, given_from(row.given)))
            for row in rows
        )


def verify(store: Store, text: str) -> tuple[Difference, ...]:
    """What the events, marks and records give today for a frozen month, as of its own instant, by its own rules and
    among its own peers, against what was frozen; nothing where all agree. Appeals are left out of both, and so are
    grids that came later. Raises ValueError where the month is not frozen. What was recorded late with an earlier time
    may be the cause of a difference."""
    fixed = frozen(store, text)
    if fixed is None:
        raise ValueError(f"expected a month that is frozen, found {text}")
    city = reference(store)
    wanted = AssessedMonth(text, month(city, text).period, fixed.as_of)
    made: list[Difference] = []
    for depth in fixed.rules.depths:
        then = {one.code: one for one in _first(store, fixed, depth)}
        groups = {code: one.group for code, one in then.items()}
        now = {one.code: one for one in assess(store, wanted, depth, fixed.rules, groups=groups)}
        for code, one in sorted(then.items()):
            other = now.get(code)
            value = None if other is None else other.score.value
            if other is None or one.score.value != value:
                made.append(Difference(code, one.name, one.score.value, value))
    return tuple(made)


def _latest(store: Store, fixed: FrozenMonth, depth: int) -> list[tuple[GridScore, int]]:
    last = (
        select(frozen_score.c.grid, func.max(frozen_score.c.revision).label("revision"))
        .where(frozen_score.c.month == fixed.month, frozen_score.c.depth == depth)
        .group_by(frozen_score.c.grid)
        .subquery()
    )
    query = select(frozen_score).join(
        last, (frozen_score.c.grid == last.c.grid) & (frozen_score.c.revision == last.c.revision)
    )
    return _read(store, fixed, depth, query)


def _first(store: Store, fixed: FrozenMonth, depth: int) -> list[GridScore]:
    return [
        one for one, _ in _read(store, fixed, depth, select(frozen_score).where(frozen_score.c.revision == 1))
    ]


def _read(store: Store, fixed: FrozenMonth, depth: int, query: object) -> list[tuple[GridScore, int]]:
    with store.reading() as connection:
        rows = connection.execute(
            query.where(frozen_score.c.month == fixed.month, frozen_score.c.depth == depth).order_by(  # type: ignore[attr-defined]
                frozen_score.c.grid
            )
        )
        return [
            (
                GridScore(
                    row.grid, row.name, row.depth, row.peer_group, score(fixed.rules, given_from(row.given))
                ),
                row.revision,
            )
            for row in rows
        ]

"""The look at the city that keeps the warnings: every hour what moves by the hour, every night everything."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select

from data.alerting.deadlines import pressing, whistles
from data.alerting.keeping import MOST_EVENTS, QUIET, AlertKind, Draft, Kept, keep, matters_of
from data.alerting.suspicion import rechecks
from data.clocks import DAY, Instant
from data.grids import Tree
from data.hotspots.alike import APART, Reports, matters
from data.hotspots.finding import Finding, Kind, UnjudgedReason
from data.hotspots.hot import hot
from data.hotspots.seeing import Seen, see
from data.reference import Reference, reference
from data.schema import event
from data.store import Store

SEED = 20231008
"""The permutations of the scan: the same day says the same."""

FEWEST_REPORTS = 4
"""A matter with fewer reports is no warning."""

_HOURLY: tuple[AlertKind, ...] = ("sudden", "common", "concentrated", "duplicates", "due", "whistle")
_NIGHTLY: tuple[AlertKind, ...] = (*_HOURLY, "frequent", "ahead", "recheck")

_LATELY = 2 * APART


@dataclass(frozen=True)
class Watched:
    """What a look came to: the warnings kept, how many series were tried, and what could not be judged."""

    kept: Kept
    series: int
    unjudged: tuple[UnjudgedReason, ...]


def watch(store: Store, now: Instant, *, hourly: bool = False) -> Watched:
    """Looks at the whole city as of now and keeps what stands out. Raises NoCity.

    The store should be opened with a statement timeout of minutes: a night's look reads a month of events.
    """
    seen = see(store, now, hourly=hourly)
    judgement = hot(seen.sight, SEED, hourly=hourly)
    unjudged = list(judgement.unjudged)
    drafts = [_found(store, seen, each) for each in judgement.findings]
    many, reasons = duplicates(store, now)
    drafts += many
    unjudged += reasons
    drafts += pressing(store, now)
    drafts += whistles(store, now)
    if not hourly:
        drafts += rechecks(store, now)
    kept = keep(store, drafts, now, _HOURLY if hourly else _NIGHTLY, full=not hourly)
    return Watched(kept, judgement.series, tuple(unjudged))


def duplicates(store: Store, now: Instant) -> tuple[list[Draft], list[UnjudgedReason]]:
    """The matters of the last days with many reports, and why there can be none: no texts, or no places."""
    known = reference(store)
    with store.reading() as connection:
        rows = connection.execute(
            select(
                event.c.id,
                event.c.category_id,
                event.c.grid_id,
                event.c.reported_at,
                event.c.lon,
                event.c.lat,
                event.c.title,
            )
            .where(
                event.c.reported_at >= now - _LATELY,
                event.c.reported_at < now,
                event.c.withdrawn_at.is_(None),
            )
            .order_by(event.c.reported_at, event.c.id)
        ).all()
    texts = _texts(known, rows)
    reasons: list[UnjudgedReason] = []
    if rows and not any(texts):
        reasons.append("no_texts")
    if rows and all(row.lon is None for row in rows):
        reasons.append("no_places")
    reports = Reports(
        np.array([row.id for row in rows], dtype=np.int64),
        np.array([row.category_id for row in rows], dtype=np.int64),
        np.array([row.reported_at for row in rows], dtype=np.int64),
        np.array([math.nan if row.lon is None else row.lon for row in rows], dtype=np.float64),
        np.array([math.nan if row.lat is None else row.lat for row in rows], dtype=np.float64),
        texts,
    )
    kept = matters_of(store, "duplicates", now - QUIET)
    return [
        _matter(known, [rows[place] for place in places], kept)
        for places in matters(reports)
        if len(places) >= FEWEST_REPORTS
    ], reasons


def _texts(known: Reference, rows: Sequence[Any]) -> list[str]:
    """What each report says; a title that is only the name of its category says nothing."""
    names = {number: named.name for number, named in known.category_by_id.items()}
    return ["" if row.title == names[row.category_id] else row.title or "" for row in rows]


def _matter(known: Reference, rows: Sequence[Any], kept: Mapping[int, str]) -> Draft:
    """A matter goes on under its name as long as one of its reports is known by it."""
    first = rows[0]
    name = next((kept[row.id] for row in rows if row.id in kept), f"duplicates:{first.id}")
    grids = {row.grid_id for row in rows}
    return Draft(
        matter=name,
        kind="duplicates",
        grid=known.tree.by_id(_holding(known.tree, grids)).code,
        category=known.category_by_id[first.category_id].code,
        since_at=first.reported_at,
        observed=len(rows),
        body={
            "events": [row.id for row in rows[:MOST_EVENTS]],
            "grids": sorted(known.tree.by_id(grid).code for grid in grids),
        },
    )


def _holding(tree: Tree, grids: set[int]) -> int:
    for depth in range(tree.max_depth, 0, -1):
        lifted = {int(tree.ancestor_ids(depth)[grid]) for grid in grids}
        if len(lifted) == 1:
            return lifted.pop()
    return tree.root.id


def _found(store: Store, seen: Seen, finding: Finding) -> Draft:
    known = seen.reference
    category = known.category_by_id[seen.categories[finding.category_id]]
    grid = known.tree.by_id(finding.grid_id)
    ids = () if finding.kind is Kind.AHEAD else _events(store, known.tree, finding, category.id)
    ears = (
        None if finding.ears is None else [round(value, 2) for value in finding.ears if math.isfinite(value)]
    )
    return Draft(
        matter=f"{finding.kind}:{category.code}:{grid.code}",
        kind=finding.kind.value,
        grid=grid.code,
        category=category.code,
        since_at=finding.since_at,
        observed=finding.observed,
        expected=finding.expected,
        chance=finding.chance,
        share=finding.share,
        body={
            "basis": finding.basis,
            "days": (finding.until_at - finding.since_at) // DAY,
            "until_at": finding.until_at,
            "grids": [known.tree.by_id(each).code for each in finding.grids],
            "ears": ears,
            "events": list(ids),
        },
    )


def _events(store: Store, tree: Tree, finding: Finding, category_id: int) -> tuple[int, ...]:
    """The latest events of a finding."""
    grids = [finding.grid_id] if finding.kind in (Kind.SUDDEN, Kind.COMMON) else list(finding.grids)
    found: list[tuple[int, int]] = []
    with store.reading() as connection:
        for each in grids:
            grid = tree.by_id(each)
            found += [
                (row.reported_at, row.id)
                for row in connection.execute(
                    select(event.c.reported_at, event.c.id)
                    .where(
                        event.c.category_id == category_id,
                        event.c.reported_at >= finding.since_at,
                        event.c.reported_at < finding.until_at,
                        event.c.grid_id.between(grid.id, grid.last_id),
                        event.c.withdrawn_at.is_(None),
                    )
                    .order_by(event.c.reported_at.desc(), event.c.id.desc())
                    .limit(MOST_EVENTS)
                )
            ]
    return tuple(number for _, number in sorted(found, reverse=True)[:MOST_EVENTS])

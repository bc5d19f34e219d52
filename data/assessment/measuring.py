"""What every grid of a depth is judged by in a month, read from the store, and the scores that it makes.

A score is one figure, whoever looks at it: it is made from the whole city, since a grid's peers lie all over it. What
somebody may see of others is bounded where scores are read (data/assessment/keeping.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from data.answers import Question
from data.assessment import entries
from data.assessment.arithmetic import NONE, Cases, Given, Score, score
from data.assessment.months import AssessedMonth
from data.assessment.rules import AssessmentRules, Dimension, rules_in
from data.editions import plan
from data.grids import Grid
from data.indicators import INDICATORS
from data.queries import figures
from data.reference import Reference, reference
from data.store import Store
from data.tasks.facts import Facts, facts

GivenByKey = Mapping[str, Given]


@dataclass(frozen=True)
class GridScore:
    """A grid's score; `group` is that of its peers (see `peer_groups`)."""

    code: str
    name: str
    depth: int
    group: str
    score: Score


def city_rules(city: Reference, month: str) -> AssessmentRules:
    """The rules that the city's pack gives for a month."""
    rules = rules_in(city.config.get("assessment", {}), month)
    measured = {one.indicator for one in rules.dimensions}
    return replace(rules, unrecorded=tuple(sorted(measured & city.unrecorded)))


def assess(
    store: Store,
    month: AssessedMonth,
    depth: int,
    rules: AssessmentRules | None = None,
    scope: str | None = None,
    groups: Mapping[str, str] | None = None,
) -> tuple[GridScore, ...]:
    """The scores of every grid at a depth, in the order of the tree; by the rules that the city's pack gives for the
    month unless others are given, among the peers of its groups of now unless `groups` says them by grid: then of those
    grids alone.

    They are those of the whole city; with a `scope` those of all peers of its grids at least.
    """
    whole = store.whole
    city = reference(whole)
    wanted = city_rules(city, month.text) if rules is None else rules
    top = peers_within(city, scope or city.tree.root.code, depth)
    known = peer_groups(city, depth, top)
    among = known if groups is None else {code: groups[code] for code in known if code in groups}
    found = given(whole, city, month, depth, wanted, top)
    peers = with_peers(wanted, {code: found[code] for code in among}, among)
    return tuple(
        GridScore(code, city.tree.get(code).name, depth, group, score(wanted, peers[code]))
        for code, group in among.items()
    )


def peers_within(city: Reference, scope: str, depth: int) -> str:
    """The code of the grid that holds all peers of a scope's grids at a depth: the city, or below the level-1 grids the
    one that holds the scope."""
    tree = city.tree
    if depth <= GROUPED_DEPTH or tree.get(scope).depth < GROUPED_DEPTH:
        return tree.root.code
    return tree.by_id(int(tree.ancestor_ids(GROUPED_DEPTH)[tree.get(scope).id])).code


def peer_groups(city: Reference, depth: int, scope: str | None = None) -> dict[str, str]:
    """The group of each grid at a depth, in the order of the tree: that of the pack for level-1 grids, "" for those
    above, who are all peers, and the code of the level-1 grid above for those below, who are peers within it."""
    known = plan(city)
    tree = city.tree

    def group(grid: Grid) -> str:
        if depth < GROUPED_DEPTH:
            return ""
        if depth == GROUPED_DEPTH:
            return known.group_of(grid.code, grid.name)
        return tree.by_id(int(tree.ancestor_ids(GROUPED_DEPTH)[grid.id])).code

    return {grid.code: group(grid) for grid in tree.at_depth(scope or tree.root.code, depth)}


GROUPED_DEPTH = 2
"""The depth of the level-1 grids, which the pack sorts into groups."""


def given(
    store: Store, city: Reference, month: AssessedMonth, depth: int, rules: AssessmentRules, scope: str
) -> dict[str, dict[str, Given]]:
    """What each grid at a depth of a scope is judged by, by code and dimension, without its peers."""
    rates = _rates(store, city, month, depth, rules, scope)
    kept = facts(store, scope, month.period.start, month.period.end, month.as_of, depth)
    marks = entries.marks(store, month.text, month.as_of)
    return {
        grid.code: {
            one.key: Given(
                rates.get((grid.code, one.indicator)) if one.indicator else _cases(one, kept.get(grid.code)),
                mark=marks.get((grid.code, one.key)),
            )
            for one in rules.dimensions
        }
        for grid in city.tree.at_depth(scope, depth)
    }


def with_peers(
    rules: AssessmentRules, found: Mapping[str, GivenByKey], groups: Mapping[str, str]
) -> dict[str, dict[str, Given]]:
    """The same with the cases of the other grids of each grid's group."""
    sums: dict[tuple[str, str], Cases] = {}
    for code, parts in found.items():
        for key, one in parts.items():
            place = (groups[code], key)
            sums[place] = sums.get(place, NONE) + (one.cases or NONE)
    return {
        code: {
            key: replace(one, peers=sums[groups[code], key] - (one.cases or NONE))
            for key, one in parts.items()
        }
        for code, parts in found.items()
    }


def _rates(
    store: Store, city: Reference, month: AssessedMonth, depth: int, rules: AssessmentRules, scope: str
) -> dict[tuple[str, str], Cases]:
    keys = tuple(
        one.indicator
        for one in rules.dimensions
        if one.indicator and one.indicator not in {*city.unrecorded, *rules.unrecorded}
    )
    if not keys:
        return {}
    question = Question(scope, month.period, month.as_of)
    frame = figures.by_grid(store, question, depth, keys)
    columns = (frame[name].tolist() for name in ("group", "key", "numerator", "denominator", "own"))
    return {
        (code, key): _of_rate(key, met, due)
        for code, key, met, due, own in zip(*columns, strict=True)
        if not own and not pd.isna(due)
    }


def _of_rate(key: str, numerator: int, denominator: int) -> Cases:
    """A rate of which less is better counts what it lacks to one."""
    met = denominator - numerator if INDICATORS[key].better == "down" else numerator
    return Cases(met, denominator)


def _cases(one: Dimension, kept: Facts | None) -> Cases | None:
    """What is on record of a grid's centre; None where nothing is, since a mark may stand alone."""
    if kept is None or not one.facts:
        return None
    found = getattr(kept, one.facts)
    return Cases(found.numerator, found.denominator) if found.denominator else None

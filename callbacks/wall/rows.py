"""The wall's panels worded and formatted, one function a panel: facts in, what travels out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, Literal

from callbacks.reads import targets
from callbacks.wall import panels
from callbacks.wall.facts import (
    DEDICATED,
    LEAGUE,
    Asked,
    Before,
    BulletinFact,
    BulletinFacts,
    GroupFact,
    HourLine,
    RankFact,
    SourceFact,
    Structure,
)
from data import ranking as ranking_rules
from data.assessment.keeping import Board, Standing
from data.clocks import MINUTE, Instant, ZoneClock
from data.indicators import FOUR_RATES, INDICATORS, NO_DATA, OVERDUE_OPEN, Figure, shown
from data.words import word
from layouts import text
from layouts.rows import MINIMUM
from maps.choropleth import count_text

GROUPS_SHOWN: Final = 10
RANKED_SHOWN: Final = 32
BANDED_SHOWN: Final = 12


def milliseconds(at: Instant) -> int:
    """An instant as browsers count."""
    return at // 1000


def cards(asked: Asked, now: Mapping[str, Figure], overdue: Figure, before: Before) -> panels.Cards:
    """Today's counts and rates, each against yesterday as of the same moment."""
    current = {**now, OVERDUE_OPEN: overdue}
    aims = targets(asked.city)
    time = f"{asked.clock.local(before.at):%H:%M}"
    made = {
        key: _card(key, figure, before.figures.get(key), aims.get(key)) for key, figure in current.items()
    }
    return {
        "title": word("panel.today"),
        "compared": word("panel.compared").format(time=time),
        "counts": [made[key] for key in ("received", "accepted", "closed", OVERDUE_OPEN) if key in made],
        "rates": [made[key] for key in FOUR_RATES if key in made],
    }


def _card(key: str, figure: Figure, before: Figure | None, aim: float | None) -> panels.Card:
    definition = INDICATORS[key]
    change = text.change(key, figure, before)
    rate = definition.kind == "rate"
    met = None
    if aim is not None and figure.value is not None:
        met = figure.value >= aim if definition.better == "up" else figure.value <= aim
    return {
        "key": key,
        "label": definition.label,
        "value": shown(key, figure.value),
        "number": figure.value,
        "unit": "" if rate else word("panel.unit"),
        "n": count_text(figure.numerator, figure.denominator) if rate else "",
        "change": change.text,
        "verdict": change.verdict,
        "before": word("panel.before").format(value=shown(key, before.value if before else None)),
        "target": "" if aim is None else word("panel.target").format(target=shown(key, aim)),
        "met": met,
        "formula": definition.formula,
    }


def curve(asked: Asked, today: HourLine, earlier: tuple[HourLine, HourLine]) -> panels.Curve:
    """Received by hour: today, yesterday, and the same weekday last week."""
    local = asked.clock.local(asked.now)
    weekday = word(f"weekday.{local.isoweekday()}")
    names: tuple[tuple[Literal["today", "yesterday", "week"], str], ...] = (
        ("today", word("panel.curve_today")),
        ("yesterday", word("panel.curve_yesterday")),
        ("week", word("panel.curve_week").format(weekday=weekday)),
    )
    lines = (today, *earlier)
    return {
        "title": word("panel.curve"),
        "labels": [f"{hour:02d}" for hour in range(24)],
        "lines": [
            {
                "key": key,
                "name": name,
                "values": list(line.values),
                "total": word("panel.total").format(n=f"{line.total:,}"),
            }
            for (key, name), line in zip(names, lines, strict=True)
        ],
        "now": local.hour,
        "most": max((value for line in lines for value in line.values if value is not None), default=0),
    }


def groups(title: str, facts: Sequence[GroupFact], before: Before, clock: ZoneClock) -> panels.Groups:
    """Channels or categories, the most received first."""
    listed = [fact for fact in facts if fact.count]
    shown_rows, left = listed[:GROUPS_SHOWN], listed[GROUPS_SHOWN:]
    total = sum(fact.count for fact in facts)
    most = max((fact.count for fact in facts), default=0)
    return {
        "title": title,
        "compared": word("panel.compared").format(time=f"{clock.local(before.at):%H:%M}"),
        "rows": [_group(fact, total, most) for fact in shown_rows],
        "more": word("panel.groups_more").format(n=len(left), count=f"{sum(one.count for one in left):,}")
        if left
        else "",
        "empty": "" if listed else word("panel.groups_empty"),
    }


def _group(fact: GroupFact, total: int, most: int) -> panels.Group:
    now, then = (Figure("received", float(n), n, None) for n in (fact.count, fact.before))
    change = text.change("received", now, then)
    return {
        "code": fact.code,
        "name": fact.name,
        "count": f"{fact.count:,}",
        "number": fact.count,
        "share": fact.count / most,
        "share_text": f"{fact.count / total:.1%}",
        "change": change.text,
        "verdict": change.verdict,
    }


def band(key: str, value: float | None, aim: float | None, margin: float, few: bool = False) -> panels.Band:
    """How a value stands to its target, by the rule of bulletins too; "few" where it is not judged."""
    return "few" if few else ranking_rules.band(INDICATORS[key], value, aim, margin)


def ranking(asked: Asked, facts: Sequence[RankFact]) -> panels.Ranking:
    """The grids below the scope, with those that miss the target apart."""
    key, margin = asked.config.ranking, asked.config.yellow_margin
    definition, aim = INDICATORS[key], targets(asked.city).get(asked.config.ranking)
    judged = [fact for fact in facts if not fact.few]
    most = max((fact.value or 0.0 for fact in judged), default=0.0)
    top = 1.0 if definition.kind == "rate" else most
    made = [_ranked(fact, key, aim, margin, top) for fact in judged]
    few = [fact.name for fact in facts if fact.few]
    left = len(made) - RANKED_SHOWN
    worst = list(reversed(made))
    return {
        "title": word("panel.ranking").format(level=level_name(asked, asked.depth), label=definition.label),
        "indicator": key,
        "label": definition.label,
        "period": word(f"period.{asked.config.ranking_period}"),
        "target": "" if aim is None else word("panel.target").format(target=shown(key, aim)),
        "rules": _rules(key, aim, margin),
        "rows": made[:RANKED_SHOWN],
        "red": [row for row in worst if row["band"] == "red"][:BANDED_SHOWN],
        "yellow": [row for row in worst if row["band"] == "yellow"][:BANDED_SHOWN],
        "few": few,
        "few_text": word("panel.ranking_few").format(n=len(few), minimum=MINIMUM) if few else "",
        "more": word("panel.ranking_more").format(n=left) if left > 0 else "",
        "empty": "" if facts else word("panel.ranking_empty"),
    }


def _rules(key: str, aim: float | None, margin: float) -> str:
    if aim is None or INDICATORS[key].better == "none":
        return word("panel.ranking_rules_none")
    ending = "" if INDICATORS[key].better == "up" else "_down"
    return word(f"panel.ranking_rules{ending}").format(margin=f"{100 * margin:g}", minimum=MINIMUM)


def _ranked(fact: RankFact, key: str, aim: float | None, margin: float, top: float) -> panels.Ranked:
    return {
        "code": fact.code,
        "rank": NO_DATA if fact.rank is None else str(fact.rank),
        "name": fact.name,
        "value": shown(key, fact.value),
        "number": fact.value,
        "n": count_text(fact.numerator, fact.denominator) if INDICATORS[key].kind == "rate" else "",
        "share": (fact.value or 0.0) / top if top else 0.0,
        "band": band(key, fact.value, aim, margin),
    }


def level_name(asked: Asked, depth: int) -> str:
    """What the grids at a depth below the scope are called."""
    codes = asked.tree.level(asked.subject.scope, depth).codes
    level = asked.tree.get(codes[0]).level if codes else ""
    return asked.city.levels.get(level, word("panel.grids"))


def league(
    asked: Asked,
    facts: Mapping[str, Mapping[str, Figure]],
    order: Sequence[RankFact],
    assessed: Board | None = None,
) -> panels.League:
    """Every grid below the scope with its rates, and its score of the last month that was frozen; in the order of the
    ranking where it is about the same grids."""
    scores = {} if assessed is None else {one.code: one for one in assessed.standings}
    aims, margin = targets(asked.city), asked.config.yellow_margin
    ranks = {fact.code: fact for fact in order}
    below = asked.tree.children(asked.subject.scope)
    key = asked.config.ranking if asked.config.ranking in LEAGUE else FOUR_RATES[1]
    listed = sorted(
        (grid for grid in below if grid.code in facts), key=lambda grid: _worse(facts[grid.code][key], key)
    )
    return {
        "title": word("panel.league").format(
            level=level_name(asked, asked.tree.get(asked.subject.scope).depth + 1)
        ),
        "period": word(f"period.{asked.config.ranking_period}"),
        "columns": [
            *(_column(each, aims) for each in LEAGUE),
            *([] if assessed is None else [_score_column(assessed)]),
        ],
        "rows": [
            {
                "code": grid.code,
                "rank": str(ranks[grid.code].rank or NO_DATA) if grid.code in ranks else "",
                "name": grid.name,
                "cells": [_cell(facts[grid.code][each], aims.get(each), margin) for each in LEAGUE]
                + ([] if assessed is None else [_score_cell(scores.get(grid.code))]),
            }
            for grid in listed
        ],
        "empty": "" if listed else word("panel.ranking_empty"),
    }


def _column(key: str, aims: Mapping[str, float]) -> panels.Column:
    return {
        "key": key,
        "label": INDICATORS[key].label,
        "target": shown(key, aims[key]) if key in aims else "",
    }


def _score_column(assessed: Board) -> panels.Column:
    return {"key": "assessed", "label": word("panel.assessed"), "target": assessed.month}


def _score_cell(one: Standing | None) -> panels.Cell:
    """A score with its place among those that are ranked with it."""
    if one is None or one.score.value is None:
        return {"value": NO_DATA, "n": "", "band": "none"}
    place = "" if one.rank is None else word("panel.assessed_place").format(rank=one.rank, ranked=one.ranked)
    return {"value": f"{one.score.value:.2f}", "n": place, "band": "none"}


def _worse(figure: Figure, key: str) -> tuple[bool, float]:
    few = figure.denominator is not None and figure.denominator < MINIMUM
    value = figure.value or 0.0
    return few, value if INDICATORS[key].better == "down" else -value


def _cell(figure: Figure, aim: float | None, margin: float) -> panels.Cell:
    few = figure.denominator is not None and figure.denominator < MINIMUM
    rate = INDICATORS[figure.key].kind == "rate"
    return {
        "value": shown(figure.key, figure.value),
        "n": count_text(figure.numerator, figure.denominator) if rate else "",
        "band": band(figure.key, figure.value, aim, margin, few),
    }


def structure(asked: Asked, facts: Structure) -> panels.Structure:
    """How many grids of each level, who works in them, and their organisations; dedicated grids come last."""
    names, staff = asked.city.levels, facts.people.staff
    ordered = sorted(facts.levels.items(), key=lambda one: one[0] == DEDICATED)
    return {
        "title": word("panel.structure"),
        "levels": [count(key, names.get(key) or word("level.dedicated"), n) for key, n in ordered],
        "staff": [count(role, role, n) for role, n in staff.items()],
        "organisations": [count(kind, kind, n) for kind, n in facts.people.organisations.items()],
        "people": f"{sum(staff.values()):,}",
        "people_label": word("panel.people"),
    }


def count(key: str, label: str, number: int) -> panels.Count:
    """A name and how many."""
    return {"key": key, "label": label, "count": f"{number:,}", "number": number}


def bulletins(asked: Asked, facts: BulletinFacts) -> panels.Bulletins:
    """What today owes and how it stands; a sentence where nothing is owed, or nobody makes it."""
    note = "" if facts.begun else word("panel.bulletins_not_begun")
    return {
        "title": word("panel.bulletins"),
        "rows": [_bulletin(asked, one) for one in facts.owed],
        "note": note if facts.owed else word("panel.bulletins_none"),
    }


def _bulletin(asked: Asked, one: BulletinFact) -> panels.Bulletin:
    state = one.state or ("waiting" if asked.now < one.due_at else "due")
    label = word(f"panel.bulletin_{state}")
    if one.issued_at is not None:
        label = word("panel.bulletin_issued_at").format(
            time=text.short_moment(asked.clock, one.issued_at, asked.now)
            if asked.clock.day_number(one.issued_at) != asked.clock.day_number(asked.now)
            else f"{asked.clock.local(one.issued_at):%H:%M}"
        )
    return {
        "kind": one.kind,  # type: ignore[typeddict-item]
        "name": word(f"panel.bulletin_{one.kind}"),
        "due": word("panel.bulletin_due_at").format(time=f"{asked.clock.local(one.due_at):%H:%M}"),
        "state": state,  # type: ignore[typeddict-item]
        "state_label": label,
    }


def sources(asked: Asked, facts: Sequence[SourceFact]) -> panels.Sources:
    """How fresh each source is."""
    limit = asked.config.silent_minutes * MINUTE
    ages = [None if one.reported_at is None else asked.now - one.reported_at for one in facts]
    silent = [age is None or age > limit for age in ages]
    shortest = min((age for age in ages if age is not None), default=None)
    told = ""
    if facts and all(silent) and shortest is not None:
        told = word("panel.sources_silent").format(length=text.length(shortest))
    return {
        "title": word("panel.sources"),
        "rows": [
            {
                "name": one.name,
                "newest": text.short_moment(asked.clock, one.reported_at, asked.now),
                "age": word("panel.source_never")
                if one.reported_at is None
                else text.age(one.reported_at, asked.now),
                "at": None if one.reported_at is None else milliseconds(one.reported_at),
                "stale": is_silent,
            }
            for one, is_silent in zip(facts, silent, strict=True)
        ],
        "silent": told,
        "empty": "" if facts else word("panel.sources_empty"),
    }


def dates(clock: ZoneClock, now: Instant) -> dict[str, str]:
    """The words of today and the seven days to come, by ISO date."""
    first = clock.local(now).date()
    made = {}
    for ahead in range(8):
        day = first + timedelta(days=ahead)
        made[day.isoformat()] = word("panel.date").format(
            year=day.year, month=day.month, day=day.day, weekday=word(f"weekday.{day.isoweekday()}")
        )
    return made

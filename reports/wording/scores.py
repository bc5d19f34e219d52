"""The assessment in words: scores and ranks by group, their map, how they moved, and how they are made."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import numpy as np

from data.indicators import INDICATORS, NO_DATA
from data.words import word
from reports.content.parts import Assessed, AssessedPart, Assessment, Content, Weight
from reports.document import Column, GridMap, Paragraph, Part, Table
from reports.wording import texts

SHOWN_ARITHMETIC = 3
"""For how many of the last of each group the arithmetic is shown."""

_CLASSES = 5


def score_text(score: float | None) -> str:
    """A score as printed."""
    return NO_DATA if score is None else f"{score:.2f}"


def rank_text(rank: int | None) -> str:
    """A rank as printed."""
    return NO_DATA if rank is None else str(rank)


def by_group(content: Content, assessment: Assessment) -> list[tuple[str, list[Assessed]]]:
    """The groups with their grids by rank, those without one last; a single group is all of the level."""
    found: dict[str, list[Assessed]] = {}
    for row in assessment.rows:
        found.setdefault(row.group, []).append(row)
    named = sorted(found, key=lambda name: (name == "", _first_place(assessment, name)))
    alone = word("bulletin.group_all").format(levels=texts.levels(content, assessment.grids.level))
    made = []
    for name in named:
        rows = sorted(found[name], key=lambda row: (row.rank is None, row.rank or 0))
        title = name or (alone if len(found) == 1 else word("bulletin.group_none"))
        made.append((title, rows))
    return made


def _first_place(assessment: Assessment, group: str) -> int:
    return next(place for place, row in enumerate(assessment.rows) if row.group == group)


def summary(content: Content, assessment: Assessment) -> list[Part]:
    """How many were assessed, and which dimensions count."""
    total, ranked = len(assessment.rows), sum(row.rank is not None for row in assessment.rows)
    head = word("bulletin.assessment").format(
        version=assessment.version,
        scope=texts.scope_name(content),
        total=total,
        ranked=ranked,
        levels=_levels(content, assessment, total),
    )
    judged = _judged(assessment)
    missing = [one for one in assessment.weights if one.key not in judged]
    revised = sum(row.revision > 1 for row in assessment.rows)
    more = [texts.stopped(word("bulletin.assessment_revised").format(n=revised))] if revised else []
    if not missing:
        return [Paragraph(texts.sentences([head, *more]))]
    measured = [one for one in assessment.weights if one.key in judged]
    dimensions = word("bulletin.assessment_dimensions").format(
        measured=texts.joined(map(dimension, measured)) or word("bulletin.no_data"),
        missing=texts.joined(map(dimension, missing)),
    )
    return [Paragraph(texts.sentences([head, dimensions, *more]))]


def dimension(weight: Weight) -> str:
    """The name of a dimension."""
    return word(f"bulletin.dimension.{weight.key}")


def _judged(assessment: Assessment) -> set[str]:
    """The dimensions that were judged for any grid."""
    return {part.key for row in assessment.rows for part in row.parts if not part.reason}


def _levels(content: Content, assessment: Assessment, count: int) -> str:
    key = assessment.grids.level
    return texts.level(content, key) if count == 1 else texts.levels(content, key)


def score_map(content: Content, assessment: Assessment) -> list[Part]:
    """The map of scores, in classes of about as many grids."""
    scores = {row.code: row.score for row in assessment.rows}
    given = [score for score in scores.values() if score is not None]
    level = texts.level(content, assessment.grids.level)
    if not given:
        return [Paragraph(word("bulletin.map_none").format(level=level))]
    most, least = score_text(max(given)), score_text(min(given))
    bounds = _bounds(given)
    text = word("bulletin.map_text").format(
        levels=_levels(content, assessment, len(given)), total=len(given), most=most, least=least
    )
    return [
        Paragraph(text),
        GridMap(
            title=texts.capital(word("bulletin.map").format(level=level)),
            scope=content.scope.code,
            values=scores,
            names={row.code: row.name for row in assessment.rows},
            bounds=bounds,
            class_labels=_class_labels(bounds),
            alt=word("bulletin.map_alt").format(
                scope=texts.scope_name(content), level=level, most=most, least=least
            ),
            no_data_label=word("bulletin.no_data"),
            note=word("bulletin.note_illustrative") if content.is_illustrative else "",
        ),
    ]


def _bounds(scores: Sequence[float]) -> tuple[float, ...]:
    """Breaks between classes of about as many grids, printable; none where all have one score."""
    cuts = np.quantile(np.array(scores), [part / _CLASSES for part in range(1, _CLASSES)])
    low, high = min(scores), max(scores)
    return tuple(sorted({round(float(cut), 1) for cut in cuts if low < round(float(cut), 1) <= high}))


def _class_labels(bounds: Sequence[float]) -> tuple[str, ...]:
    if not bounds:
        return (word("bulletin.class_all"),)
    between = (
        word("bulletin.class_between").format(since=f"{since:.1f}", to=f"{to:.1f}")
        for since, to in pairwise(bounds)
    )
    return (
        word("bulletin.class_below").format(to=f"{bounds[0]:.1f}"),
        *between,
        word("bulletin.class_from").format(since=f"{bounds[-1]:.1f}"),
    )


def ranking(content: Content, assessment: Assessment) -> list[Part]:
    """Who is first and last of each group, and the table of the group."""
    made: list[Part] = []
    for title, rows in by_group(content, assessment):
        made.append(Paragraph(_ends(content, title, rows, assessment.minimum_cases)))
        made.append(_table(content, assessment, title, rows))
    return made


def _ends(content: Content, title: str, rows: Sequence[Assessed], minimum: int) -> str:
    ranked = [row for row in rows if row.rank is not None]
    group = texts.capital(title)
    if not ranked:
        return word("bulletin.group_unranked").format(group=group, minimum=minimum)
    first, last = ranked[: content.top], ranked[max(content.top, len(ranked) - content.top) :]
    if not last:
        return word("bulletin.group_all_named").format(group=group, names=_scored(first))
    return word("bulletin.group_first").format(group=group, first=_scored(first), last=_scored(last))


def _scored(rows: Sequence[Assessed]) -> str:
    return texts.joined(
        word("bulletin.scored").format(name=row.name, score=score_text(row.score)) for row in rows
    )


def _table(content: Content, assessment: Assessment, title: str, rows: Sequence[Assessed]) -> Table:
    above = assessment.grids.above
    columns = (
        Column(word("bulletin.column.rank"), "center"),
        Column(word("bulletin.column.grid"), "left", 1.0),
        *([Column(word("bulletin.column.above"), "left", 1.0)] if above else []),
        Column(word("bulletin.column.score")),
        Column(word("bulletin.column.score_before")),
        Column(word("bulletin.column.change")),
        Column(word("bulletin.column.rank_before"), "center"),
    )
    told = tuple(
        (
            rank_text(row.rank),
            row.name,
            *([above.get(row.code, "")] if above else []),
            score_text(row.score),
            score_text(row.before),
            _moved_cell(row),
            rank_text(row.before_rank),
        )
        for row in rows
    )
    return Table(
        texts.capital(word("bulletin.table.ranking").format(group=title)),
        columns,
        told,
        note=_note(assessment, rows),
    )


def _note(assessment: Assessment, rows: Sequence[Assessed]) -> str:
    """Who has no rank; and among how many the others are ranked, where they are more than the table holds."""
    told = word("bulletin.unranked_note").format(
        minimum=assessment.minimum_cases, label=texts.label(assessment.judged_by)
    )
    ranked = max((row.ranked for row in rows), default=0)
    if ranked > sum(row.rank is not None for row in rows):
        told = texts.sentences([told, texts.stopped(word("bulletin.rank_note").format(n=ranked))])
    return told


def moved(row: Assessed) -> Decimal | None:
    """By how much the printed score moved; None where either month has none."""
    if row.score is None or row.before is None:
        return None
    return Decimal(score_text(row.score)) - Decimal(score_text(row.before))


def _moved_cell(row: Assessed) -> str:
    change = moved(row)
    if change is None:
        return NO_DATA
    if not change:
        return word("bulletin.same")
    return f"{'+' if change > 0 else texts.MINUS}{abs(change)}"


def changes(content: Content, assessment: Assessment) -> list[Part]:
    """How many scores rose, fell or are level, and those that moved most."""
    found = [(row, moved(row)) for row in assessment.rows]
    known = [(row, change) for row, change in found if change is not None]
    rose = sorted((one for one in known if one[1] > 0), key=lambda one: -one[1])
    fell = sorted((one for one in known if one[1] < 0), key=lambda one: one[1])
    head = word("bulletin.change_counts").format(
        levels=texts.levels(content, assessment.grids.level),
        rose=len(rose),
        fell=len(fell),
        level_count=len(known) - len(rose) - len(fell),
        none=len(found) - len(known),
    )
    told = [head]
    for key, rows in (("bulletin.change_rose", rose), ("bulletin.change_fell", fell)):
        if rows:
            told.append(word(key).format(names=texts.joined(map(_changed, rows[: content.top]))))
    return [Paragraph(texts.sentences(told))]


def _changed(one: tuple[Assessed, Decimal]) -> str:
    row, change = one
    return word("bulletin.changed").format(
        name=row.name,
        sign="+" if change > 0 else texts.MINUS,
        points=abs(change),
        before=score_text(row.before),
        after=score_text(row.score),
    )


def laggards(content: Content, assessment: Assessment) -> list[Part]:
    """How the last of each group of the month before have gone on."""
    made: list[Part] = []
    columns = (
        Column(word("bulletin.column.grid"), "left", 1.0),
        Column(word("bulletin.column.score_before")),
        Column(word("bulletin.column.rank_before"), "center"),
        Column(word("bulletin.column.score")),
        Column(word("bulletin.column.rank"), "center"),
        Column(word("bulletin.column.change")),
    )
    for title, rows in by_group(content, assessment):
        found = sorted(
            (row for row in rows if row.before_rank is not None), key=lambda row: -(row.before_rank or 0)
        )[: content.top]
        told = tuple(
            (
                row.name,
                score_text(row.before),
                str(row.before_rank),
                score_text(row.score),
                rank_text(row.rank),
                _moved_cell(row),
            )
            for row in found
        )
        if told:
            table_title = texts.capital(word("bulletin.table.laggards").format(group=title))
            made.append(Table(table_title, columns, told))
    if not made:
        return [Paragraph(word("bulletin.laggards_none"))]
    return [Paragraph(word("bulletin.laggards").format(shown=content.top)), *made]


def arithmetic(content: Content, assessment: Assessment) -> list[Part]:
    """How the scores of the last of each group are made, and each step of the very last."""
    told: list[tuple[str, ...]] = []
    steps: list[Part] = []
    for title, rows in by_group(content, assessment):
        last = [row for row in rows if row.rank is not None][-SHOWN_ARITHMETIC:]
        told += [(row.name, _worked(row), score_text(row.score)) for row in last]
        steps += [_steps(content, title, row) for row in last[-1:]]
    if not told:
        return []
    judged = _judged(assessment)
    labels = [dimension(one) for one in assessment.weights if one.key in judged]
    order = word("bulletin.arithmetic_order").format(labels=texts.joined(labels))
    columns = (
        Column(word("bulletin.column.grid"), "left", 1.0),
        Column(word("bulletin.column.arithmetic"), "left", 3.0),
        Column(word("bulletin.column.score")),
    )
    title = word("bulletin.table.arithmetic").format(shown=SHOWN_ARITHMETIC)
    return [Paragraph(order), Table(title, columns, tuple(told)), *steps]


def _worked(row: Assessed) -> str:
    judged = [part for part in row.parts if part.points is not None and not part.reason]
    terms = word("bulletin.plus").join(
        word("bulletin.term").format(weight=part.weight, points=_points(part)) for part in judged
    )
    return word("bulletin.arithmetic").format(terms=terms, weight=sum(part.weight for part in judged))


def _steps(content: Content, group: str, row: Assessed) -> Table:
    """Each step of one score: what was counted, the peers, the rate evened with theirs, the mark, the points."""
    columns = (
        Column(word("bulletin.column.dimension"), "left", 1.0),
        Column(word("bulletin.column.cases")),
        Column(word("bulletin.column.peers")),
        Column(word("bulletin.column.evened")),
        Column(word("bulletin.column.mark")),
        Column(word("bulletin.column.points")),
        Column(word("bulletin.column.weight")),
    )
    rows = tuple(
        (
            word(f"bulletin.dimension.{part.key}"),
            _of(part.met, part.due),
            _of(part.peers_met, part.peers_due),
            NO_DATA if part.evened is None else f"{100 * part.evened:.3f}%",
            NO_DATA if part.mark is None else f"{part.mark:.2f}",
            word(f"bulletin.reason.{part.reason}") if part.reason else _points(part),
            str(part.weight),
        )
        for part in row.parts
    )
    title = word("bulletin.table.steps").format(name=row.name, group=group, score=score_text(row.score))
    return Table(texts.capital(title), columns, rows)


def _points(part: AssessedPart) -> str:
    return NO_DATA if part.points is None else f"{part.points:.3f}"


def _of(met: int, due: int) -> str:
    return f"{met:,}/{due:,}" if due else NO_DATA


def method(content: Content, assessment: Assessment) -> list[Part]:
    """How scores are made, and the weights under their version."""
    told = [
        word("bulletin.method").format(
            prior=assessment.prior_cases,
            minimum=assessment.minimum_cases,
            share=f"{100 * assessment.mark_share:g}%",
        )
    ]
    if assessment.version.startswith("default"):
        told.append(word("bulletin.method_default"))
    rows = tuple(
        (dimension(one), f"{one.weight:g}", _source(content, one), _curve(one)) for one in assessment.weights
    )
    columns = (
        Column(word("bulletin.column.dimension"), "left", 1.0),
        Column(word("bulletin.column.weight")),
        Column(word("bulletin.column.source"), "left", 1.0),
        Column(word("bulletin.column.curve"), "left", 1.0),
    )
    title = word("bulletin.table.method").format(version=assessment.version)
    return [Paragraph(texts.sentences(told)), Table(title, columns, rows)]


def _source(content: Content, weight: Weight) -> str:
    if not weight.indicator:
        return word(f"bulletin.source_{weight.key}")
    if weight.indicator in content.unrecorded:
        return word("bulletin.source_unrecorded")
    return INDICATORS[weight.indicator].label


def _curve(weight: Weight) -> str:
    corners = weight.curve
    if corners == ((0.0, 0.0), (1.0, 100.0)):
        return word("bulletin.curve_straight")
    if len(corners) == 2 and corners[0] == (0.0, 0.0):
        return word("bulletin.curve_target").format(target=f"{100 * corners[1][0]:g}%")
    return texts.joined(
        word("bulletin.curve_corner").format(rate=f"{100 * rate:g}%", points=f"{points:g}")
        for rate, points in corners
    )

"""What is said of the grids of a level: who comes first and last, who is on a list, and the table of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.indicators import FOUR_RATES, INDICATORS, NO_DATA, OVERDUE_OPEN, shown
from data.ranking import Band, band, ranks
from data.words import word
from reports.content.parts import Content, GridRow, Grids, Totals
from reports.document import Column, Paragraph, Table
from reports.wording import texts

NAMED_APART = 5
"""How many of the grids that are not ranked are named."""


@dataclass(frozen=True)
class Ranked:
    """The rows of a level by rank, those without one apart, and the scope's own."""

    places: Mapping[str, int]
    ranked: tuple[GridRow, ...]
    apart: tuple[GridRow, ...]
    own: tuple[GridRow, ...]

    @property
    def rows(self) -> tuple[GridRow, ...]:
        """All of them, in the order of a table."""
        return (*self.ranked, *self.apart, *self.own)


def ranked(content: Content, grids: Grids) -> Ranked:
    """The grids ranked by the bulletin's rate: too few cases stand apart, ties share a rank."""
    key = content.ranked_by
    rows = [row for row in grids.rows if not row.own]
    own = tuple(row for row in grids.rows if row.own)
    figures = [row.figures[key] for row in rows]
    value = np.array([np.nan if one.value is None else one.value for one in figures], dtype=np.float64)
    denominator = np.array([one.denominator or 0 for one in figures], dtype=np.int64)
    places = ranks(INDICATORS[key], value, denominator, content.minimum).tolist()
    order = sorted(
        (place for place in range(len(rows)) if places[place]), key=lambda place: (places[place], place)
    )
    return Ranked(
        {rows[place].code: places[place] for place in order},
        tuple(rows[place] for place in order),
        tuple(row for row, place in zip(rows, places, strict=True) if not place),
        own,
    )


def ranking_text(content: Content, grids: Grids) -> str:
    """Who is first and last by the bulletin's rate, and who is not ranked."""
    found = ranked(content, grids)
    level, levels = texts.level(content, grids.level), texts.levels(content, grids.level)
    label = texts.label(content.ranked_by)
    if len(found.ranked) + len(found.apart) == 1:
        (only,) = (*found.ranked, *found.apart)
        figure = only.figures[content.ranked_by]
        return word("bulletin.ranking_single").format(
            level=level,
            name=only.name,
            label=label,
            value=shown(figure.key, figure.value),
            n=texts.ratio(figure),
        )
    if not found.ranked:
        none = word("bulletin.ranking_none").format(level=level, label=label, minimum=content.minimum)
        return texts.sentences([texts.capital(none), _apart_names(content, found)])
    total = len(found.ranked)
    head = word("bulletin.ranking").format(label=label, levels=levels if total != 1 else level, total=total)
    return texts.sentences([head, _ends(content, found), _too_few(content, found, level, levels)])


def _ends(content: Content, found: Ranked) -> str:
    """The first and the last, no grid twice; nobody stands out where all share a rank."""
    rows, most = found.ranked, content.top
    values = {shown(content.ranked_by, row.figures[content.ranked_by].value) for row in rows}
    if len(rows) > 1 and found.places[rows[-1].code] == 1:
        return word("bulletin.ranking_all_level").format(
            label=texts.label(content.ranked_by), value=values.pop()
        )
    first = rows[:most]
    last = rows[max(most, len(rows) - most) :]
    told = [word("bulletin.ranking_first").format(names=_places(content, found, first))]
    if last:
        told.append(word("bulletin.ranking_last").format(names=_places(content, found, last)))
    return texts.stopped(texts.clauses(told))


def _places(content: Content, found: Ranked, rows: Sequence[GridRow]) -> str:
    """The rows with their ranks; where not all who share a rank are among them, how many they are."""
    figures = [row.figures[content.ranked_by] for row in rows]
    names = texts.joined(
        word("bulletin.ranked").format(
            rank=found.places[row.code],
            name=row.name,
            value=shown(figure.key, figure.value),
            n=texts.ratio(figure),
        )
        for row, figure in zip(rows, figures, strict=True)
    )
    everywhere = Counter(found.places.values())
    here = Counter(found.places[row.code] for row in rows)
    for rank, count in here.items():
        if everywhere[rank] > count:
            names += word("bulletin.ranked_tied").format(rank=rank, count=everywhere[rank])
    return names


def _too_few(content: Content, found: Ranked, level: str, levels: str) -> str:
    rows = found.apart
    if not rows:
        return ""
    text = word("bulletin.too_few").format(
        count=len(rows), levels=levels if len(rows) > 1 else level, minimum=content.minimum
    )
    some = [row for row in rows if row.figures[content.ranked_by].denominator]
    if some:
        text += word("bulletin.too_few_names").format(names=_named(content, some))
    if not some:
        text += word("bulletin.too_few_all_zero")
    elif len(some) < len(rows):
        text += word("bulletin.too_few_zero").format(count=len(rows) - len(some))
    return texts.stopped(text)


def _apart_names(content: Content, found: Ranked) -> str:
    some = [row for row in found.apart if row.figures[content.ranked_by].denominator]
    return texts.stopped(_named(content, some)) if some else ""


def _named(content: Content, rows: Sequence[GridRow]) -> str:
    names = [texts.valued(row.name, row.figures[content.ranked_by]) for row in rows]
    return texts.some(names, NAMED_APART)


def listed(content: Content, grids: Grids) -> dict[Band, tuple[GridRow, ...]]:
    """The ranked grids that miss the target, the worst first: red and yellow."""
    key = content.ranked_by
    aim = content.targets.get(key)
    found: dict[Band, list[GridRow]] = {"red": [], "yellow": []}
    for row in reversed(ranked(content, grids).ranked):
        colour = band(INDICATORS[key], row.figures[key].value, aim, content.margin)
        if colour in found:
            found[colour].append(row)
    return {colour: tuple(rows) for colour, rows in found.items()}


def lists_paragraphs(content: Content, groups: Sequence[Grids]) -> list[Paragraph]:
    """The red and yellow lists of each group, with their rule."""
    key = content.ranked_by
    aim = content.targets.get(key)
    label = texts.label(key)
    if aim is None:
        return [Paragraph(texts.capital(word("bulletin.lists_none").format(label=label)))]
    rule = word("bulletin.lists_rule").format(
        label=label, target=shown(key, aim), margin=f"{100 * content.margin:g}", minimum=content.minimum
    )
    made = [Paragraph(rule)]
    for group in groups:
        found = listed(content, group)
        made.append(
            Paragraph(
                texts.stopped(
                    texts.clauses(_list(content, group, colour, rows) for colour, rows in found.items())
                )
            )
        )
    return made


def _list(content: Content, group: Grids, colour: Band, rows: Sequence[GridRow]) -> str:
    level, levels = texts.level(content, group.level), texts.levels(content, group.level)
    name = word(f"bulletin.list.{colour}")
    if not rows:
        return word("bulletin.listed_none").format(level=level, list=name)
    shown_rows = rows[: content.top]
    names = texts.joined(texts.valued(row.name, row.figures[content.ranked_by]) for row in shown_rows)
    kept = {"list": name, "count": len(rows), "names": names, "levels": levels if len(rows) > 1 else level}
    if len(shown_rows) == len(rows):
        return word("bulletin.listed").format(**kept)
    return word("bulletin.listed_part").format(**kept, shown=len(shown_rows))


def rates(content: Content) -> tuple[str, ...]:
    """The four rates, those left out that the city's sources do not record."""
    return tuple(key for key in FOUR_RATES if key not in content.unrecorded)


def grids_table(
    content: Content, grids: Grids, whole: Totals, title: str, *, small: bool = False, stock: bool = True
) -> Table:
    """Every grid by rank with its rates and their n, the scope's own, and the sum."""
    found = ranked(content, grids)
    keys = rates(content)
    has_above = bool(grids.above)
    columns = [
        Column(word("bulletin.column.rank"), "center"),
        Column(word("bulletin.column.grid"), "left", 1.0),
        *([Column(word("bulletin.column.above"), "left")] if has_above else []),
        Column(word("bulletin.column.received")),
        *(
            column
            for key in keys
            for column in (Column(INDICATORS[key].label), Column(word("bulletin.column.cases")))
        ),
        *([Column(word("bulletin.column.overdue"))] if stock else []),
    ]

    def cells(rank: str, name: str, above: str, row: GridRow | Totals) -> tuple[str, ...]:
        figures = row.figures
        return (
            rank,
            name,
            *([above] if has_above else []),
            shown("received", figures["received"].value),
            *(
                cell
                for key in keys
                for cell in (shown(key, figures[key].value), f"{figures[key].denominator or 0:,}")
            ),
            *([shown(OVERDUE_OPEN, figures[OVERDUE_OPEN].value)] if stock else []),
        )

    rows = [
        cells(
            "" if row.own else str(found.places.get(row.code, NO_DATA)),
            word("bulletin.own") if row.own else row.name,
            grids.above.get(row.code, ""),
            row,
        )
        for row in found.rows
    ]
    rows.append(cells("", word("bulletin.total"), "", whole))
    return Table(
        title=title,
        columns=tuple(columns),
        rows=tuple(rows),
        note=word("bulletin.table.group_note").format(
            label=texts.label(content.ranked_by), minimum=content.minimum
        ),
        strong=(len(rows) - 1,),
        size="small" if small else "normal",
    )

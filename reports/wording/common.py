"""What daily and monthly bulletins word alike: the overall figures, shares, overdue events, and the small print."""

from __future__ import annotations

from collections.abc import Sequence

from data.indicators import FOUR_RATES, INDICATORS, OVERDUE_OPEN, Figure, shown
from data.words import word
from reports.content.parts import Content, Overdue, OverdueUnit, Share, Shares, Totals
from reports.document import Column, Paragraph, Table
from reports.glyphs import printable
from reports.wording import texts
from reports.wording.grids import rates


def overall(content: Content, now: Totals, then: Totals, than: str, key: str = "bulletin.overall") -> str:
    """What was received and closed, against the period before."""
    scope = texts.scope_name(content)
    told = texts.when(content.clock, now.query.period, now.query.as_of)
    if key == "bulletin.overall" and _is_empty(now):
        return word("bulletin.no_events").format(when=told, scope=scope)
    return word(key).format(
        when=told,
        scope=scope,
        received=texts.events(now.figures["received"].numerator),
        received_change=texts.change_sentence(now.figures["received"], then.figures["received"], than),
        closed=texts.events(now.figures["closed"].numerator),
        closed_change=texts.change_sentence(now.figures["closed"], then.figures["closed"], than),
    )


def stock(content: Content, now: Totals, then: Totals, than: str) -> str:
    """What is overdue and open, against the same instant before."""
    return word("bulletin.stock").format(
        moment=texts.moment(content.clock, now.query.as_of, year=False),
        overdue=texts.events(now.figures[OVERDUE_OPEN].numerator),
        overdue_change=texts.change_sentence(now.figures[OVERDUE_OPEN], then.figures[OVERDUE_OPEN], than),
    )


def rates_text(content: Content, now: Totals, then: Totals, than: str) -> str:
    """The four rates with their n, and whether each rose, fell or is level."""
    if all(now.figures[key].value is None for key in FOUR_RATES):
        return word("bulletin.all_none")
    told = [_rate(content, now.figures[key], then.figures[key], than) for key in FOUR_RATES]
    return word("bulletin.rates").format(rates=texts.clauses(told))


def _rate(content: Content, now: Figure, then: Figure, than: str) -> str:
    label = texts.label(now.key)
    if now.key in content.unrecorded:
        return word("bulletin.rate_unrecorded").format(label=label)
    if now.value is None:
        return word("bulletin.rate_none").format(label=label)
    return word("bulletin.rate").format(
        label=label,
        value=shown(now.key, now.value),
        n=texts.ratio(now),
        change=texts.change_sentence(now, then, than),
    )


def rates_table(content: Content, now: Totals, then: Totals, title: str, column: str, than: str) -> Table:
    """The four rates, now and then, each with its n, and the difference of what is printed."""
    rows = [
        (
            INDICATORS[key].label,
            shown(key, now.figures[key].value),
            texts.ratio(now.figures[key]),
            shown(key, then.figures[key].value),
            texts.ratio(then.figures[key]),
            texts.change_cell(now.figures[key], then.figures[key]),
        )
        for key in rates(content)
    ]
    n = Column(word("bulletin.column.n"))
    columns = (
        Column(word("bulletin.column.indicator"), "left", 1.0),
        Column(column),
        n,
        Column(texts.capital(than)),
        n,
        Column(word("bulletin.column.change")),
    )
    return Table(title, columns, tuple(rows))


def _is_empty(now: Totals) -> bool:
    return not any(
        figure.numerator or figure.denominator for key, figure in now.figures.items() if key != OVERDUE_OPEN
    )


def shares_parts(content: Content, shares: Shares, kind: str, than: str) -> list[Paragraph | Table]:
    """A sentence on the largest, and the table: of categories the largest alone, what is left of them in one row. The
    rows sum to the total."""
    if not shares.total and not shares.before_total:
        return [Paragraph(word("bulletin.nothing_received"))]
    plural = {"channel": "channels", "category": "categories"}[kind]
    limit = len(shares.rows) if kind == "channel" else content.top
    top, rest = shares.rows[:limit], shares.rows[limit:]
    made: list[Paragraph | Table] = []
    if shares.total:
        names = texts.joined(
            word("bulletin.shared").format(
                name=row.name, n=texts.events(row.count), share=shown("completion", row.count / shares.total)
            )
            for row in top[: content.top]
            if row.count
        )
        kinds = sum(row.count > 0 for row in shares.rows)
        told = {"total": texts.events(shares.total), "names": names}
        text = (
            word("bulletin.channels").format(**told)
            if kind == "channel"
            else word("bulletin.categories").format(**told, kinds=kinds)
        )
        made.append(Paragraph(text))
    else:
        made.append(Paragraph(word("bulletin.nothing_received")))
    rows = [_share(row.name, row.count, row.before, shares.total) for row in top]
    if rest:
        name = word("bulletin.others").format(n=sum(row.count > 0 for row in rest))
        rows.append(_share(name, _sum(rest), sum(row.before for row in rest), shares.total))
    rows.append(_share(word("bulletin.total"), shares.total, shares.before_total, shares.total))
    made.append(
        Table(
            word(f"bulletin.table.{plural}"),
            (
                Column(word(f"bulletin.column.{kind}"), "left", 1.0),
                Column(word("bulletin.column.received")),
                Column(word("bulletin.column.share")),
                Column(texts.capital(than)),
                Column(word("bulletin.column.change")),
            ),
            tuple(rows),
            note=word("bulletin.share_note").format(total=texts.events(shares.total)),
            strong=(len(rows) - 1,),
        )
    )
    return made


def _sum(rows: Sequence[Share]) -> int:
    return sum(row.count for row in rows)


def _share(name: str, count: int, before: int, total: int) -> tuple[str, ...]:
    share = shown("completion", count / total if total else None)
    return (name, f"{count:,}", share, f"{before:,}", texts.count_cell(count, before))


def overdue_parts(content: Content, overdue: Overdue) -> list[Paragraph | Table]:
    """How many are overdue and who holds them, and the table of the longest overdue."""
    moment = texts.moment(content.clock, overdue.query.as_of, year=False)
    if not overdue.total:
        return [Paragraph(word("bulletin.overdue_none").format(moment=moment))]
    head = word("bulletin.overdue").format(
        moment=moment, total=texts.events(overdue.total), units=texts.units(len(overdue.units))
    )
    held = texts.clauses(
        word("bulletin.overdue_unit").format(
            name=unit_name(unit), n=texts.events(unit.count), length=texts.length(unit.longest_minutes)
        )
        for unit in overdue.units[: content.top]
    )
    rows = tuple(
        (
            str(place),
            printable(item.title) or word("bulletin.untitled"),
            item.category,
            item.grid,
            item.unit or word("bulletin.unit_none"),
            texts.length(item.overdue_minutes),
        )
        for place, item in enumerate(overdue.items, 1)
    )
    return [
        Paragraph(texts.sentences([head, word("bulletin.overdue_units").format(names=held)])),
        Table(
            word("bulletin.table.overdue"),
            (
                Column(word("bulletin.column.place"), "center"),
                Column(word("bulletin.column.event"), "left", 2.0),
                Column(word("bulletin.column.category"), "left", 1.0),
                Column(word("bulletin.column.grid"), "left", 1.0),
                Column(word("bulletin.column.unit"), "left", 1.5),
                Column(word("bulletin.column.length")),
            ),
            rows,
            note=word("bulletin.overdue_note").format(shown=len(rows), total=texts.events(overdue.total)),
        ),
    ]


def unit_name(unit: OverdueUnit) -> str:
    """The unit's name, or that none is named."""
    return unit.name or word("bulletin.unit_none")


def notes(content: Content) -> tuple[str, ...]:
    """The small print: as of when, from which sources, by which formulas, and what is made up."""
    sources = texts.joined(
        _source(content, source.name, source.last_reported_at) for source in content.sources
    )
    made = [
        word("bulletin.note_data").format(
            until=texts.moment(content.clock, content.as_of), zone=texts.zone(content)
        ),
        word("bulletin.note_then"),
        word("bulletin.note_source").format(sources=sources) if sources else word("bulletin.source_none"),
        word("bulletin.note_terms"),
        *(
            word("bulletin.note_formula").format(label=INDICATORS[key].label, formula=INDICATORS[key].formula)
            for key in (*rates(content), OVERDUE_OPEN)
        ),
    ]
    if content.credit and content.kind == "month":
        # A month has a map.
        made.append(word("bulletin.note_credit").format(credit=content.credit))
    if content.is_demo:
        made.append(word("bulletin.note_demo"))
    if content.is_illustrative:
        made.append(word("bulletin.note_illustrative"))
    return tuple(made)


def _source(content: Content, name: str, at: int | None) -> str:
    if at is None:
        return word("bulletin.source_empty").format(name=name)
    clock = content.clock
    now, then = clock.local(content.as_of), clock.local(at)
    same_day = then.date() == now.date()
    told = texts.hour(then) if same_day else texts.moment(clock, at, year=then.year != now.year)
    return word("bulletin.source").format(name=name, at=told)

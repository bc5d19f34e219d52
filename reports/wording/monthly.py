"""A month's bulletin in words."""

from __future__ import annotations

from collections.abc import Sequence

from data.indicators import INDICATORS, shown
from data.words import word
from reports.content.hot import HOT_LEAST
from reports.content.moments import is_whole_month
from reports.content.parts import Assessment, Content, Followed, Hot, Month, Rise, Trend
from reports.document import Break, Chart, Column, Heading, Paragraph, Part, Series, Signature, Table
from reports.wording import common, scores, texts
from reports.wording.grids import grids_table, lists_paragraphs, rates
from reports.wording.matters import matters_parts
from reports.wording.temporary import temporary_parts

Section = tuple[str, list[Part]]


def month_parts(content: Content, month: Month) -> tuple[Part, ...]:
    """The sections that the plan asks for, in its usual order, each under its number; the appendix begins a page."""
    sections: list[Section] = []
    for name in content.sections:
        parts = _section(content, month, name)
        if parts:
            sections.append((name, parts))
    made: list[Part] = []
    for place, (name, parts) in enumerate(sections, 1):
        made += [Heading(1, texts.numbered(place, word(f"bulletin.heading.{name}"))), *parts]
    appendix = _appendix(content, month) if "appendix" in content.sections else []
    return (*made, *([Signature()] if appendix else ()), *appendix)


def _section(content: Content, month: Month, name: str) -> list[Part]:
    than = than_month(content)
    assessment = month.assessment
    match name:
        case "overall":
            return _overall(content, month, than)
        case "trend":
            return _trend(content, month.trend) if month.trend is not None else []
        case "hot":
            return _hot(content, month, than)
        case "temporary":
            return temporary_parts(content, month.temporary)
        case "assessment" if assessment is None:
            none = word("bulletin.assessment_none").format(scope=texts.scope_name(content))
            return [Paragraph(none)]
    if assessment is None or name == "appendix":
        return []
    return [*_assessed(content, assessment, name)]


def _assessed(content: Content, assessment: Assessment, name: str) -> Sequence[Part]:
    match name:
        case "assessment":
            return scores.summary(content, assessment)
        case "map":
            return scores.score_map(content, assessment)
        case "ranking":
            return under(
                [
                    ("bulletin.heading.places", scores.ranking(content, assessment)),
                    ("bulletin.heading.lists", lists_paragraphs(content, [assessment.grids])),
                    ("bulletin.heading.arithmetic", scores.arithmetic(content, assessment)),
                ]
            )
        case "change":
            return scores.changes(content, assessment)
        case "laggards":
            return scores.laggards(content, assessment)
        case "method":
            return scores.method(content, assessment)
    return []


def than_month(content: Content) -> str:
    """What the period is compared with, in words."""
    whole = is_whole_month(content.clock, content.period) and content.as_of >= content.period.end
    return word("bulletin.than.month" if whole else "bulletin.than.month_days")


def _overall(content: Content, month: Month, than: str) -> list[Part]:
    text = texts.sentences(
        [
            common.overall(content, month.current, month.before, than),
            common.stock(content, month.current, month.before, than),
            common.rates_text(content, month.current, month.before, than),
        ]
    )
    title, column = word("bulletin.table.rates"), word("bulletin.column.this_month")
    sections: list[tuple[str, Sequence[Part]]] = [
        (
            "bulletin.heading.handling",
            [
                Paragraph(text),
                common.rates_table(content, month.current, month.before, title, column, than),
            ],
        )
    ]
    if month.channels is not None:
        parts = common.shares_parts(content, month.channels, "channel", than)
        sections.append(("bulletin.heading.channels", parts))
    if month.categories is not None:
        parts = common.shares_parts(content, month.categories, "category", than)
        sections.append(("bulletin.heading.categories", parts))
    if month.overdue is not None:
        sections.append(("bulletin.heading.overdue", common.overdue_parts(content, month.overdue)))
    return under(sections)


def under(sections: Sequence[tuple[str, Sequence[Part]]]) -> list[Part]:
    """The parts of some sections, each under a heading of the second level; those without parts left out."""
    made: list[Part] = []
    given = [(heading, parts) for heading, parts in sections if parts]
    for place, (heading, parts) in enumerate(given, 1):
        made += [Heading(2, texts.subnumbered(place, word(heading))), *parts]
    return made


def _trend(content: Content, trend: Trend) -> list[Part]:
    keys = rates(content)
    latest = trend.totals[-1].figures
    values = texts.joined(
        word("bulletin.trend_value").format(label=texts.label(key), value=shown(key, latest[key].value))
        for key in keys
    )
    chart = Chart(
        title=word("bulletin.trend"),
        kind="lines",
        labels=trend.months,
        series=tuple(
            Series(INDICATORS[key].label, tuple(one.figures[key].value for one in trend.totals))
            for key in keys
        ),
        alt=word("bulletin.trend_alt").format(scope=texts.scope_name(content), values=values),
        percent=True,
        note=word("bulletin.trend_note"),
    )
    columns = (
        Column(word("bulletin.column.month"), "left"),
        Column(word("bulletin.column.received")),
        *(
            column
            for key in keys
            for column in (Column(INDICATORS[key].label), Column(word("bulletin.column.cases")))
        ),
    )
    rows = tuple(
        (
            label,
            shown("received", one.figures["received"].value),
            *(
                cell
                for key in keys
                for cell in (
                    shown(key, one.figures[key].value),
                    f"{one.figures[key].denominator or 0:,}",
                )
            ),
        )
        for label, one in zip(trend.months, trend.totals, strict=True)
    )
    return [chart, Table(word("bulletin.table.trend"), columns, rows, strong=(len(rows) - 1,))]


def _hot(content: Content, month: Month, than: str) -> list[Part]:
    hot = month.hot
    if hot is None:
        return []
    made: list[Part] = []
    if not hot.categories and not hot.grids:
        made.append(Paragraph(word("bulletin.hot_none").format(than=than)))
    else:
        made.append(Paragraph(word("bulletin.hot_rule_month").format(least=HOT_LEAST)))
        title = word("bulletin.table.hot_categories")
        made += _rises(hot.categories, title, word("bulletin.column.category"), than)
        made += _rises(hot.grids, _hot_grids(content, hot), word("bulletin.column.grid"), than)
    return under(
        [
            ("bulletin.heading.matters", matters_parts(content, month.matters)),
            ("bulletin.heading.risen", made),
            ("bulletin.heading.follow", _follow(content, month, hot)),
        ]
    )


def _follow(content: Content, month: Month, hot: Hot) -> list[Part]:
    followed = (*month.followed_categories, *month.followed_grids)
    if not followed:
        return [Paragraph(word("bulletin.follow_none"))]
    kinds = (
        *(word("bulletin.kind_category") for _ in month.followed_categories),
        *(texts.capital(texts.level(content, hot.level)) for _ in month.followed_grids),
    )
    return [Paragraph(word("bulletin.follow")), _followed(followed, kinds)]


def _hot_grids(content: Content, hot: Hot) -> str:
    title = word("bulletin.table.hot_grids").format(levels=texts.levels(content, hot.level))
    return texts.capital(title)


def _rises(rises: Sequence[Rise], title: str, name: str, than: str) -> list[Part]:
    columns = (
        Column(name, "left", 1.0),
        Column(word("bulletin.column.this_month")),
        Column(texts.capital(than)),
        Column(word("bulletin.column.rise")),
    )
    rows = tuple(
        (rise.name, f"{rise.count:,}", f"{rise.earlier[0]:,}", texts.number(rise.rise)) for rise in rises
    )
    return [Table(title, columns, rows)] if rows else []


def _followed(followed: Sequence[Followed], kinds: Sequence[str]) -> Table:
    columns = (
        Column(word("bulletin.column.kind"), "left"),
        Column(word("bulletin.column.name"), "left", 1.0),
        Column(word("bulletin.column.month_before_last")),
        Column(word("bulletin.column.last_month")),
        Column(word("bulletin.column.this_month")),
        Column(word("bulletin.column.change")),
    )
    rows = tuple(
        (
            kind,
            one.name,
            *(f"{count:,}" for count in one.counts),
            texts.count_cell(one.counts[2], one.counts[1]),
        )
        for kind, one in zip(kinds, followed, strict=True)
    )
    return Table(word("bulletin.table.follow"), columns, rows)


def _appendix(content: Content, month: Month) -> list[Part]:
    """The rates of the grids that are assessed, and of every grid of the finest level."""
    made: list[Part] = []
    several = month.assessment is not None and month.appendix is not None
    for grids in (month.assessment.grids if month.assessment else None, month.appendix):
        if grids is None or not grids.rows:
            continue
        level = texts.level(content, grids.level)
        number = texts.numeral(1 + sum(isinstance(one, Table) for one in made))
        heading = word("bulletin.heading.appendix" if several else "bulletin.heading.appendix_alone")
        total = sum(not row.own for row in grids.rows)
        title = word("bulletin.table.appendix").format(level=level, total=total)
        made += [
            Break(),
            Heading(1, heading.format(**({"number": number} if several else {}), level=level)),
            grids_table(content, grids, month.current, title, small=True, stock=grids is not month.appendix),
        ]
    return made

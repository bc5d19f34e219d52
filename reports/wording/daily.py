"""A morning's and an evening's bulletin in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from data.indicators import FOUR_RATES, INDICATORS, Figure, shown
from data.ranking import band
from data.words import language, word
from reports.content.hot import HOT_LEAST
from reports.content.parts import Content, Daily, Grids, Hot, Rise
from reports.document import Break, Column, Heading, Paragraph, Part, Signature, Table
from reports.wording import common, texts
from reports.wording.grids import grids_table, listed, lists_paragraphs, ranking_text
from reports.wording.matters import matters_parts
from reports.wording.temporary import temporary_parts

LONGEST_TABLE = 60
"""A level with more grids than this has its table in an annex."""

Section = tuple[str, list[Part]]


def daily_parts(content: Content, daily: Daily) -> tuple[Part, ...]:
    """The sections that the plan asks for, in order, each under its number; then the annexes."""
    asked = set(content.sections)
    sections: list[Section] = []
    if asked & {"overall", "cumulative"}:
        sections.append(("bulletin.heading.overall", _overall(content, daily, asked)))
    if asked & {"rates", "lists"} and daily.groups:
        sections.append(("bulletin.heading.rates", _rates(content, daily, asked)))
    for name, shares, kind in (
        ("channels", daily.channels, "channel"),
        ("categories", daily.categories, "category"),
    ):
        if name in asked and shares is not None:
            parts: list[Part] = [*common.shares_parts(content, shares, kind, than(content))]
            sections.append((f"bulletin.heading.{name}", parts))
    if "overdue" in asked and daily.overdue is not None:
        sections.append(("bulletin.heading.overdue", [*common.overdue_parts(content, daily.overdue)]))
    if "temporary" in asked and daily.temporary is not None:
        sections.append(("bulletin.heading.temporary", temporary_parts(content, daily.temporary)))
    if "hot" in asked and daily.hot is not None:
        sections.append(
            ("bulletin.heading.hot", [*matters_parts(content, daily.matters), *_hot(content, daily.hot)])
        )
    if "measures" in asked:
        sections.append(("bulletin.heading.measures", _measures(content, daily)))
    made: list[Part] = []
    for place, (heading, parts) in enumerate(sections, 1):
        made += [Heading(1, texts.numbered(place, word(heading))), *parts]
    if "rates" in asked:
        annexed = _annexed(daily.groups)
        made += [Signature()] if annexed else []
        for group in annexed:
            title = word("bulletin.table.annex").format(level=texts.level(content, group.level))
            made += [Break(), grids_table(content, group, daily.current, title, small=True)]
    return tuple(made)


def than(content: Content) -> str:
    """What the period is compared with, in words."""
    start, end = content.period.start, content.period.end
    one_day = content.clock.day_number(end - 1) == content.clock.day_number(start)
    if not one_day:
        return word("bulletin.than.period")
    return word("bulletin.than.day_hour" if content.as_of < end else "bulletin.than.day")


def _annexed(groups: Sequence[Grids]) -> list[Grids]:
    return [group for group in groups if len(group.rows) > LONGEST_TABLE]


def _overall(content: Content, daily: Daily, asked: set[str]) -> list[Part]:
    made: list[Part] = []
    both = {"overall", "cumulative"} <= asked
    if "overall" in asked:
        if both:
            made.append(Heading(2, texts.subnumbered(1, word("bulletin.heading.day"))))
        text = texts.sentences(
            [
                common.overall(content, daily.current, daily.before, than(content)),
                common.stock(content, daily.current, daily.before, than(content)),
                common.rates_text(content, daily.current, daily.before, than(content)),
            ]
        )
        made.append(Paragraph(text))
        made.append(
            common.rates_table(
                content,
                daily.current,
                daily.before,
                word("bulletin.table.rates"),
                word("bulletin.column.now"),
                than(content),
            )
        )
    if "cumulative" in asked:
        if both:
            made.append(Heading(2, texts.subnumbered(2, word("bulletin.heading.cumulative"))))
        made += _cumulative(content, daily)
    return made


def _cumulative(content: Content, daily: Daily) -> list[Part]:
    now, then = daily.cumulative, daily.cumulative_before
    month = word("bulletin.than.month_days")
    same = texts.when(content.clock, then.query.period, then.query.as_of)
    text = texts.sentences(
        [
            common.overall(content, now, then, month, "bulletin.cumulative"),
            word("bulletin.same_days").format(
                when=same if language() == "zh" else same[:1].lower() + same[1:]
            ),
            common.rates_text(content, now, then, month),
        ]
    )
    return [Paragraph(text)]


def _rates(content: Content, daily: Daily, asked: set[str]) -> list[Part]:
    made: list[Part] = []
    several = len(daily.groups) + ("lists" in asked) > 1
    place = 0
    if "rates" in asked:
        for group in daily.groups:
            place += 1
            level, levels = texts.level(content, group.level), texts.levels(content, group.level)
            if several:
                made.append(
                    Heading(2, texts.subnumbered(place, word("bulletin.heading.group").format(levels=levels)))
                )
            made.append(Paragraph(ranking_text(content, group)))
            if group in _annexed(daily.groups):
                made.append(Paragraph(word("bulletin.see_annex").format(level=level)))
            else:
                title = word("bulletin.table.group").format(level=level)
                made.append(grids_table(content, group, daily.current, title))
    if "lists" in asked:
        place += 1
        if several:
            made.append(Heading(2, texts.subnumbered(place, word("bulletin.heading.lists"))))
        made += lists_paragraphs(content, daily.groups)
    return made


def _hot(content: Content, hot: Hot) -> list[Part]:
    if not hot.categories and not hot.grids:
        return [Paragraph(word("bulletin.hot_none").format(than=word("bulletin.than.weeks")))]
    days = texts.joined(texts.short_days(content.clock, query.period) for query in hot.earlier)
    made: list[Part] = [Paragraph(word("bulletin.hot_rule").format(days=days, least=HOT_LEAST))]
    if hot.categories:
        made.append(
            _rises(
                content,
                hot,
                hot.categories,
                word("bulletin.table.hot_categories"),
                word("bulletin.column.category"),
            )
        )
    if hot.grids:
        levels = texts.levels(content, hot.level)
        title = texts.capital(word("bulletin.table.hot_grids").format(levels=levels))
        made.append(_rises(content, hot, hot.grids, title, word("bulletin.column.grid")))
    return made


def _rises(content: Content, hot: Hot, rises: Sequence[Rise], title: str, name: str) -> Table:
    earlier = [Column(texts.short_days(content.clock, query.period)) for query in hot.earlier]
    columns = (
        Column(name, "left", 1.0),
        Column(word("bulletin.column.now")),
        *earlier,
        Column(word("bulletin.column.average")),
        Column(word("bulletin.column.rise")),
    )
    rows = tuple(
        (
            rise.name,
            f"{rise.count:,}",
            *(f"{count:,}" for count in rise.earlier),
            texts.number(rise.average, 2),
            texts.number(rise.rise, 2),
        )
        for rise in rises
    )
    return Table(title, columns, rows, note=word("bulletin.hot_note").format(weeks=len(hot.earlier)))


def _measures(content: Content, daily: Daily) -> list[Part]:
    """What follows from the figures, and nothing else."""
    rules: tuple[Callable[[Content, Daily], str], ...] = (
        _clear_overdue,
        _mend_grids,
        _reach_targets,
        _watch_hot,
    )
    told = [text for text in (rule(content, daily) for rule in rules) if text]
    if not told:
        plain = "bulletin.measures_none" if content.targets else "bulletin.measures_none_plain"
        return [Paragraph(word(plain))]
    return [Paragraph(texts.item(place, text)) for place, text in enumerate(told, 1)]


def _clear_overdue(content: Content, daily: Daily) -> str:
    overdue = daily.overdue
    if overdue is None or not overdue.total:
        return ""
    names = texts.joined(
        word("bulletin.measure_unit" if unit.name else "bulletin.measure_nobody").format(
            **({"name": unit.name} if unit.name else {}), n=texts.events(unit.count)
        )
        for unit in overdue.units[: content.top]
    )
    return word("bulletin.measure_overdue").format(total=texts.events(overdue.total), names=names)


def _mend_grids(content: Content, daily: Daily) -> str:
    aim = content.targets.get(content.ranked_by)
    for group in reversed(daily.groups):
        rows = listed(content, group)["red"]
        if aim is not None and rows:
            return word("bulletin.measure_red").format(
                levels=texts.levels(content, group.level),
                names=texts.some(
                    [texts.valued(row.name, row.figures[content.ranked_by]) for row in rows], content.top
                ),
                label=texts.label(content.ranked_by),
                target=shown(content.ranked_by, aim),
            )
    return ""


def _reach_targets(content: Content, daily: Daily) -> str:
    told = [
        _short(content, daily.current.figures[key], content.targets[key])
        for key in FOUR_RATES
        # What was reported today need not be closed today: only a month is judged by its completion.
        if key in content.targets
        and key != "completion"
        and band(INDICATORS[key], daily.current.figures[key].value, content.targets[key], content.margin)
        in ("red", "yellow")
    ]
    told = [text for text in told if text]
    if not told:
        return ""
    return word("bulletin.measure_rate").format(scope=texts.scope_name(content), rates=texts.clauses(told))


def _short(content: Content, figure: Figure, aim: float) -> str:
    """How far a rate misses its target; nothing where both are printed alike."""
    short = texts.difference(figure.key, figure.value, aim)
    if not short:
        return ""
    return word("bulletin.measure_short").format(
        label=texts.label(figure.key),
        value=shown(figure.key, figure.value),
        n=texts.ratio(figure),
        relation=word("bulletin.below" if short < 0 else "bulletin.over"),
        target=shown(figure.key, aim),
        points=abs(short),
    )


def _watch_hot(content: Content, daily: Daily) -> str:
    if daily.hot is None or not daily.hot.categories:
        return ""
    top = daily.hot.categories[0]
    name = word("bulletin.hot_named").format(
        name=top.name,
        n=texts.events(top.count),
        average=texts.number(top.average, 2),
        rise=texts.number(top.rise, 2),
    )
    return word("bulletin.measure_hot").format(names=name)

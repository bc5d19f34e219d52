"""The evening bulletin: one page of an official document with the four rates of a day until its as-of time.

`evening_document` turns facts into what the page says, without a clock, a database or a font; `typeset`
sets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from data.clocks import Instant, ZoneClock
from data.indicators import FOUR_RATES, INDICATORS, NO_DATA, OVERDUE_OPEN, Figure, shown
from data.words import word

TEMPLATE = "evening"
PAGES = 1
COUNTS = ("received", "closed", OVERDUE_OPEN)
"""The counts beneath the four rates."""

_NAMES_WIDTH = 52
"""Room for the names of grids that are not ranked, in half-width characters: a line of small print."""
_MINUS = "−"
_BEIJING = "Asia/Shanghai"


@dataclass(frozen=True)
class RankRow:
    """A child grid's place in the ranking; `rank` is None where it has too few cases to be ranked."""

    rank: int | None
    name: str
    value: float | None
    numerator: int
    denominator: int


@dataclass(frozen=True)
class SourceState:
    """A source of events with the instant of its last report; None where it has none."""

    name: str
    last_reported_at: Instant | None


@dataclass(frozen=True)
class EveningFacts:
    """Everything that the bulletin says.

    `current` and `before` hold the four rates and the counts by indicator key: of the local day `date` until
    `as_of`, and of the day before until the same hour. `ranking` has one row for each child grid, best first,
    those with too few cases last; it is empty where the scope has no children. `number` is the document
    number as printed; empty where there is none.
    """

    city: str
    scope: str
    date: date
    as_of: Instant
    zone: str
    organisation: str
    number: str
    current: Mapping[str, Figure]
    before: Mapping[str, Figure]
    ranking: Sequence[RankRow] = ()
    sources: Sequence[SourceState] = ()
    ranked_by: str = "handling_timeliness"
    minimum: int = 10
    is_demo: bool = False
    is_illustrative: bool = False


def evening_document(facts: EveningFacts) -> dict[str, Any]:
    """What the page says, as JSON for the template `evening`.

    Every number is text as printed, and every change is the difference of the two numbers printed beside it,
    so that a reader's subtraction agrees. Raises ValueError for an as-of before the day begins and for a
    missing figure.
    """
    clock = ZoneClock.of(facts.zone)
    if facts.as_of < clock.at(facts.date):
        raise ValueError(
            f"the bulletin of {facts.date} has the as-of time {clock.local(facts.as_of).isoformat()}, "
            "which is before that day begins: give a time on that day or later"
        )
    for name, figures in (("current", facts.current), ("before", facts.before)):
        missing = [key for key in (*FOUR_RATES, *COUNTS) if key not in figures]
        if missing:
            raise ValueError(f"the bulletin's {name} figures lack {', '.join(missing)}: give every indicator")

    as_of = clock.local(facts.as_of)
    return {
        "as_of": facts.as_of,
        "marks": _marks(facts),
        "organisation": facts.organisation,
        "number": facts.number,
        "title": [_scope(facts), word("evening.title")],
        "headline": _headline(facts, as_of),
        "rates": _rates(facts),
        "counts": _counts(facts),
        "ranking": _ranking(facts) if facts.ranking else None,
        "date": _full_date(as_of),
        "notes": _notes(facts, clock),
        "notes_label": word("evening.notes"),
    }


def difference(key: str, now: float | None, then: float | None) -> Decimal | None:
    """The printed number of today less the printed one of before, in percentage points for a rate.

    None where either has no data.
    """
    texts = shown(key, now), shown(key, then)
    if NO_DATA in texts:
        return None
    after, before = (Decimal(text.rstrip("%").replace(",", "")) for text in texts)
    return after - before


def ratio(figure: Figure) -> str:
    """A rate's n as printed, 950/1,000; empty for a count."""
    if figure.denominator is None:
        return ""
    return f"{figure.numerator:,}/{figure.denominator:,}"


def _marks(facts: EveningFacts) -> list[str]:
    return [
        word(key)
        for key, applies in (
            ("evening.demo", facts.is_demo),
            ("evening.illustrative", facts.is_illustrative),
        )
        if applies
    ]


def _scope(facts: EveningFacts) -> str:
    # A Chinese city's name ends with its rank, which the names of its zones leave out.
    stem = facts.city if facts.city.isascii() else facts.city[:-1]
    if facts.scope.startswith(stem):
        return facts.scope
    between = " " if facts.scope[:1].isascii() else ""
    return f"{facts.city}{between}{facts.scope}"


def _headline(facts: EveningFacts, as_of: datetime) -> str:
    day = _day(facts.date)
    if as_of.date() == facts.date:
        sentence = word("evening.head")
        when = word("evening.until").format(day=day, time=_hour(as_of))
    else:
        sentence = word("evening.head_after")
        when = word("evening.whole_day").format(day=day)
    counts = {key: shown(key, facts.current[key].value) for key in COUNTS}
    head = sentence.format(when=when, scope=_scope(facts), until=_moment(as_of), **counts)
    if all(facts.current[key].value is None for key in FOUR_RATES):
        return head + word("evening.all_none")
    return head + _lead(facts)


def _lead(facts: EveningFacts) -> str:
    """The sentence on the rate that the ranking goes by, or on the first one where it is none of the four."""
    figure = facts.current[_lead_key(facts)]
    label = INDICATORS[figure.key].label_zh
    if figure.value is None:
        return word("evening.lead_none").format(label=label)
    change = _change(facts, figure.key)
    direction = _direction(change)
    return word("evening.lead").format(
        label=label,
        value=shown(figure.key, figure.value),
        n=ratio(figure),
        change=word(f"evening.{direction}").format(points=abs(change or 0)),
    )


def _lead_key(facts: EveningFacts) -> str:
    return facts.ranked_by if facts.ranked_by in FOUR_RATES else FOUR_RATES[0]


def _direction(change: Decimal | None) -> str:
    if change is None:
        return "incomparable"
    if change == 0:
        return "level"
    return "rose" if change > 0 else "fell"


def _rates(facts: EveningFacts) -> dict[str, Any]:
    rows = []
    for key in FOUR_RATES:
        now, then = facts.current[key], facts.before[key]
        rows.append(
            {
                "label": INDICATORS[key].label_zh,
                "value": shown(key, now.value),
                "n": ratio(now),
                "before": shown(key, then.value),
                "before_n": ratio(then),
                "change": _points(facts, key),
            }
        )
    columns = [
        word(f"evening.column.{name}") for name in ("indicator", "today", "n", "before", "n", "change")
    ]
    return {"columns": columns, "rows": rows}


def _counts(facts: EveningFacts) -> list[dict[str, str]]:
    return [
        {
            "label": INDICATORS[key].label_zh,
            "value": shown(key, facts.current[key].value),
            "change": word("evening.bracketed").format(text=_more(facts, key)),
        }
        for key in COUNTS
    ]


def _points(facts: EveningFacts, key: str) -> str:
    change = _change(facts, key)
    if change is None:
        return word("evening.no_comparison")
    if change == 0:
        return word("evening.same")
    return word("evening.points").format(sign="+" if change > 0 else _MINUS, points=abs(change))


def _more(facts: EveningFacts, key: str) -> str:
    change = _change(facts, key)
    if change is None:
        return word("evening.no_comparison")
    if change == 0:
        return word("evening.same")
    return word("evening.more" if change > 0 else "evening.fewer").format(count=f"{abs(change):,}")


def _change(facts: EveningFacts, key: str) -> Decimal | None:
    return difference(key, facts.current[key].value, facts.before[key].value)


def _ranking(facts: EveningFacts) -> dict[str, Any]:
    ranked = [row for row in facts.ranking if row.rank is not None]
    return {
        "title": word("evening.ranking").format(label=INDICATORS[facts.ranked_by].label_zh),
        "all": word("evening.ranking_all").format(total=len(ranked)),
        "part": word("evening.ranking_part").format(total=len(ranked), shown="{shown}"),
        "omitted": word("evening.ranking_omitted"),
        "columns": [
            word("evening.column.rank"),
            word("evening.column.grid"),
            INDICATORS[facts.ranked_by].label_zh,
            word("evening.column.n"),
        ],
        "rows": [
            {
                "rank": str(row.rank),
                "name": row.name,
                "value": shown(facts.ranked_by, row.value),
                "n": f"{row.numerator:,}/{row.denominator:,}",
            }
            for row in ranked
        ],
        "too_few": _too_few(facts, any_ranked=bool(ranked), named=True),
        "too_few_short": _too_few(facts, any_ranked=bool(ranked), named=False),
    }


def _too_few(facts: EveningFacts, *, any_ranked: bool, named: bool) -> str:
    """The sentence on the grids left out of the ranking; `named` adds as many names as a line holds."""
    rows = [row for row in facts.ranking if row.rank is None]
    some = [row for row in rows if row.denominator > 0]
    if not rows:
        return ""
    if any_ranked:
        text = word("evening.too_few").format(count=len(rows), minimum=facts.minimum)
    else:
        text = word("evening.ranking_none").format(minimum=facts.minimum).rstrip(word("evening.stop"))
    if named and some:
        text += word("evening.too_few_names").format(names=_names(some))
    if not some:
        text += word("evening.too_few_all_zero")
    elif len(some) < len(rows):
        text += word("evening.too_few_zero").format(count=len(rows) - len(some))
    return text + word("evening.stop")


def _names(rows: Iterable[RankRow]) -> str:
    named: list[str] = []
    used = 0
    for row in rows:
        text = word("evening.named").format(name=row.name, n=f"{row.numerator:,}/{row.denominator:,}")
        used += _width(text) + 2
        if used > _NAMES_WIDTH and named:
            return word("evening.list_mark").join(named) + word("evening.too_few_more")
        named.append(text)
    return word("evening.list_mark").join(named)


def _width(text: str) -> int:
    """The width in half-width characters."""
    return sum(1 if character.isascii() else 2 for character in text)


def _notes(facts: EveningFacts, clock: ZoneClock) -> list[str]:
    as_of = clock.local(facts.as_of)
    sources = word("evening.list_mark").join(_source(source, clock, as_of) for source in facts.sources)
    formulas = dict.fromkeys((*FOUR_RATES, facts.ranked_by))
    return [
        word("evening.note_data").format(until=_moment(as_of), zone=_zone(facts.zone, as_of)),
        word("evening.note_source").format(sources=sources) if sources else word("evening.source_none"),
        *(
            word("evening.note_formula").format(
                label=INDICATORS[key].label_zh, formula=INDICATORS[key].formula
            )
            + word("evening.stop")
            for key in formulas
        ),
    ]


def _source(source: SourceState, clock: ZoneClock, as_of: datetime) -> str:
    if source.last_reported_at is None:
        return word("evening.source_empty").format(name=source.name)
    at = clock.local(source.last_reported_at)
    if at.date() == as_of.date():
        text = _hour(at)
    elif at.year == as_of.year:
        text = _day(at) + _hour(at)
    else:
        text = _moment(at)
    return word("evening.source").format(name=source.name, at=text)


def _zone(zone: str, as_of: datetime) -> str:
    if zone == _BEIJING:
        return word("evening.zone_beijing")
    minutes = (as_of.utcoffset() or timedelta(0)) // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    sign = _MINUS if minutes < 0 else "+"
    return word("evening.zone_local").format(offset=f"{sign}{hours}" + (f":{rest:02d}" if rest else ""))


def _full_date(at: datetime) -> str:
    return word("evening.date").format(year=at.year, month=at.month, day=at.day)


def _day(at: date) -> str:
    return word("evening.day").format(month=at.month, day=at.day)


def _moment(at: datetime) -> str:
    return _full_date(at) + _hour(at)


def _hour(at: datetime) -> str:
    if at.minute:
        return word("evening.minute").format(hour=at.hour, minute=at.minute)
    return word("evening.hour").format(hour=at.hour)

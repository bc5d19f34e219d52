"""Numbers, times and changes as a bulletin prints them, in the language spoken.

A change is the difference of the two numbers as printed, so that a reader's subtraction agrees; what is printed alike
is level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from data.clocks import HOUR, MINUTE, Instant, ZoneClock, date_of
from data.indicators import INDICATORS, NO_DATA, Figure, shown
from data.periods import Period
from data.words import language, word
from reports.content.moments import is_whole_month
from reports.content.parts import Content

MINUS: Final = "−"
_BEIJING = "Asia/Shanghai"
_LEVELS = ("city", "district", "level1", "level2", "level3")
_MINUTES_OF_HOUR, _HOURS_OF_DAY = HOUR // MINUTE, 24


def events(number: int) -> str:
    """A number of events: 1,234件, 1 event."""
    return word("bulletin.event" if abs(number) == 1 else "bulletin.events").format(n=f"{number:,}")


def number(value: float, decimals: int = 0) -> str:
    """A number with thousands separators."""
    return f"{value:,.{decimals}f}"


def units(count: int) -> str:
    """A number of units."""
    return word("bulletin.unit" if count == 1 else "bulletin.units").format(n=f"{count:,}")


def ratio(figure: Figure) -> str:
    """A rate's n: 950/1,000; empty for a count."""
    return "" if figure.denominator is None else f"{figure.numerator:,}/{figure.denominator:,}"


def valued(name: str, figure: Figure) -> str:
    """A grid with its rate and n."""
    return word("bulletin.valued").format(name=name, value=shown(figure.key, figure.value), n=ratio(figure))


def joined(texts: Iterable[str]) -> str:
    """A list within a clause."""
    return word("bulletin.list_mark").join(texts)


def clauses(texts: Iterable[str]) -> str:
    """Clauses of one sentence, without its stop."""
    return word("bulletin.clause_mark").join(texts)


def sentences(texts: Iterable[str]) -> str:
    """Sentences, one after the other."""
    return ("" if language() == "zh" else " ").join(text for text in texts if text)


def stopped(text: str) -> str:
    """The text with a full stop."""
    return text + word("bulletin.stop")


def capital(text: str) -> str:
    """The text with a capital letter in front, where the script has any."""
    return text[:1].upper() + text[1:]


def label(key: str) -> str:
    """The indicator's name within a sentence."""
    text = INDICATORS[key].label
    return text if language() == "zh" else text[:1].lower() + text[1:]


def scope_name(content: Content) -> str:
    """The scope with the grids above it, as an official name: 郑州市金水区, or Roxbury, Boston."""
    if language() == "en":
        return ", ".join((content.scope.name, *reversed(content.scope.above)))
    name = ""
    for part in (*content.scope.above, content.scope.name):
        # Zones of development carry the city's name, without its rank, in their own.
        stem = name[:-1] if len(name) > 2 else name
        name = part if stem and part.startswith(stem) else name + part
    return name


def level(content: Content, key: str) -> str:
    """What one grid of a level is called within a sentence."""
    if not key:
        return word("bulletin.grid")
    if language() == "zh":
        return content.levels.get(key) or word("bulletin.grid")
    return word(f"bulletin.level.{key}") if key in _LEVELS else key.replace("_", " ")


def levels(content: Content, key: str) -> str:
    """What the grids of a level are called."""
    one = level(content, key)
    if language() == "en" and one.endswith("y"):
        return f"{one[:-1]}ies"
    return word("bulletin.many").format(level=one)


def day(at: date) -> str:
    """A day without its year."""
    return word("bulletin.day").format(month=word(f"bulletin.month.{at.month}"), day=at.day)


def full_date(at: date) -> str:
    """A day with its year."""
    return word("bulletin.date").format(year=at.year, month=word(f"bulletin.month.{at.month}"), day=at.day)


def day_after(first: date, last: date) -> str:
    """The last day of a span without its year, and without its month where that is the first one's."""
    if (first.year, first.month) == (last.year, last.month):
        return word("bulletin.day_alone").format(day=last.day)
    return day(last)


def hour(at: datetime) -> str:
    """A time of day."""
    if at.minute:
        return word("bulletin.minute").format(hour=at.hour, minute=at.minute)
    return word("bulletin.hour").format(hour=at.hour)


def moment(clock: ZoneClock, at: Instant, *, year: bool = True) -> str:
    """A day and its time."""
    local = clock.local(at)
    told = full_date(local.date()) if year else day(local.date())
    return word("bulletin.moment").format(date=told, time=hour(local))


def days_text(clock: ZoneClock, period: Period) -> str:
    """The days of a period: one day, a whole month, or the first and the last, with their year."""
    first, last = _dates(clock, period)
    if is_whole_month(clock, period):
        return word("bulletin.year_month").format(
            year=first.year, month=word(f"bulletin.month.{first.month}")
        )
    if first == last:
        return full_date(first)
    chinese = language() == "zh" and first.year == last.year
    second = day_after(first, last) if chinese else full_date(last)
    return word("bulletin.span").format(first=full_date(first), last=second)


def when(clock: ZoneClock, period: Period, as_of: Instant) -> str:
    """When the figures of a period were counted, as a sentence begins: on what day until what hour."""
    first, last = _dates(clock, period)
    if as_of < period.end:
        time = hour(clock.local(as_of))
        if first == last:
            return word("bulletin.until").format(day=day(first), time=time)
        return word("bulletin.until_span").format(first=day(first), last=day_after(first, last), time=time)
    if is_whole_month(clock, period):
        return word("bulletin.whole_month").format(days=days_text(clock, period))
    if first == last:
        return word("bulletin.whole").format(days=day(first))
    return word("bulletin.whole_span").format(days=_span(first, last))


def _dates(clock: ZoneClock, period: Period) -> tuple[date, date]:
    """The first and the last day of a period."""
    last = max(period.start, period.end - 1)
    return date_of(clock.day_number(period.start)), date_of(clock.day_number(last))


def length(minutes: float) -> str:
    """How long something has lasted, whole units begun left out: 45天3小时."""
    whole = int(minutes)
    hours = whole // _MINUTES_OF_HOUR
    if hours < 1:
        return word("bulletin.length_minutes").format(minutes=whole)
    if hours < _HOURS_OF_DAY:
        return word("bulletin.length_hours").format(hours=hours)
    return word("bulletin.length_days").format(
        days=f"{hours // _HOURS_OF_DAY:,}", hours=hours % _HOURS_OF_DAY
    )


def zone(content: Content) -> str:
    """The name of the city's time, or its offset."""
    if content.zone == _BEIJING:
        return word("bulletin.zone_beijing")
    offset = content.clock.local(content.as_of).utcoffset() or timedelta(0)
    hours, rest = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = MINUS if offset < timedelta(0) else "+"
    return word("bulletin.zone_local").format(offset=f"{sign}{hours}" + (f":{rest:02d}" if rest else ""))


def difference(key: str, now: float | None, then: float | None) -> Decimal | None:
    """The printed number of now less the printed one of then, in percentage points for a rate; None where either has no
    data."""
    texts = shown(key, now), shown(key, then)
    if NO_DATA in texts:
        return None
    after, before = (Decimal(text.rstrip("%").replace(",", "")) for text in texts)
    return after - before


def change_sentence(now: Figure, then: Figure, than: str) -> str:
    """The change as a clause: 比前一日同期上升0.3个百分点."""
    change = difference(now.key, now.value, then.value)
    if INDICATORS[now.key].kind == "rate":
        return _worded("rate", change, than).format(than=than, points=_magnitude(change))
    return _worded("count", change, than).format(than=than, n=f"{abs(change or Decimal(0)):,}")


def count_sentence(now: int, then: int, than: str) -> str:
    """The change of a count as a clause."""
    return change_sentence(
        Figure("received", float(now), now, None), Figure("received", float(then), then, None), than
    )


def change_cell(now: Figure, then: Figure) -> str:
    """The change as a cell: +0.3个百分点, 增12, 持平."""
    change = difference(now.key, now.value, then.value)
    if change is None:
        return word("bulletin.no_comparison")
    if change == 0:
        return word("bulletin.same")
    if INDICATORS[now.key].kind == "rate":
        return word("bulletin.points").format(sign="+" if change > 0 else MINUS, points=abs(change))
    return word("bulletin.more" if change > 0 else "bulletin.fewer").format(n=f"{abs(change):,}")


def count_cell(now: int, then: int) -> str:
    """The change of a count as a cell."""
    return change_cell(Figure("received", float(now), now, None), Figure("received", float(then), then, None))


def _worded(kind: str, change: Decimal | None, than: str) -> str:
    if change is None:
        return word(f"bulletin.{kind}_incomparable")
    if change == 0:
        return word(f"bulletin.{kind}_level")
    return word(f"bulletin.{kind}_rose" if change > 0 else f"bulletin.{kind}_fell")


def _magnitude(change: Decimal | None) -> str:
    return str(abs(change or Decimal(0)))


def numbered(place: int, text: str) -> str:
    """A heading of the first level with its number: 一、总体情况."""
    return word("bulletin.numeral").format(numeral=numeral(place), text=capital(text))


def subnumbered(place: int, text: str) -> str:
    """A heading of the second level with its number: （一）当日情况."""
    return word("bulletin.subnumeral").format(numeral=numeral(place), text=capital(text))


def numeral(place: int) -> str:
    """The number of a heading; there are never more than nineteen."""
    digits = word("bulletin.numerals").split(" ")
    if place <= len(digits):
        return digits[place - 1]
    return str(place) if language() == "en" else digits[-1] + digits[place - len(digits) - 1]


def some(names: Sequence[str], most: int) -> str:
    """The names as a list, cut with "and others" after `most`."""
    if len(names) <= most:
        return joined(names)
    return joined(names[:most]) + word("bulletin.and_more")


def short_days(clock: ZoneClock, period: Period) -> str:
    """The days of a period without their year."""
    first, last = _dates(clock, period)
    return day(first) if first == last else _span(first, last)


def _span(first: date, last: date) -> str:
    return word("bulletin.span").format(first=day(first), last=day_after(first, last))


def item(place: int, text: str) -> str:
    """A point of a list within the text: 1. …"""
    return f"{place}. {capital(text)}" if language() == "en" else f"{place}.{text}"

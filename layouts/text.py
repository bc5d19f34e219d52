"""Instants, durations and changes as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from data.clocks import DAY, HOUR, MINUTE, SECOND, Instant, ZoneClock
from data.indicators import INDICATORS, NO_DATA, Figure
from data.periods import Period
from data.words import word

Verdict = Literal["better", "worse", "level", "neutral", "none"]


@dataclass(frozen=True)
class Change:
    """A difference as text, and whether it is for the better."""

    text: str
    verdict: Verdict


def moment(clock: ZoneClock, at: Instant | None) -> str:
    """The local date and minute, "2026-02-10 17:54"; a dash for None."""
    return NO_DATA if at is None else f"{clock.local(at):%Y-%m-%d %H:%M}"


def short_moment(clock: ZoneClock, at: Instant | None, now: Instant) -> str:
    """The local time without the year where it is that of `now`."""
    if at is None:
        return NO_DATA
    local = clock.local(at)
    return f"{local:%m-%d %H:%M}" if local.year == clock.local(now).year else f"{local:%Y-%m-%d %H:%M}"


def span(clock: ZoneClock, period: Period) -> str:
    """The first and last local day of a period, once where they are the same."""
    first = clock.local(period.start).date()
    last = max(first, clock.local(period.end - SECOND).date())
    return f"{first}" if first == last else word("period.span").format(first=first, last=last)


def length(microseconds: int) -> str:
    """A duration in its largest whole unit: minutes, hours to two days, then days."""
    if microseconds < HOUR:
        return word("length.minutes").format(n=max(0, microseconds // MINUTE))
    if microseconds < 2 * DAY:
        return word("length.hours").format(n=microseconds // HOUR)
    return word("length.days").format(n=f"{microseconds // DAY:,}")


def age(at: Instant | None, now: Instant) -> str:
    """How long ago an instant is; a dash for None."""
    if at is None:
        return NO_DATA
    if now - at < MINUTE:
        return word("age.now")
    return word("age.ago").format(length=length(now - at))


def change(key: str, current: Figure, other: Figure | None) -> Change:
    """The change of a figure: percentage points for a rate, per cent for a count; a dash where either has no data."""
    if other is None or current.value is None or other.value is None:
        return Change(NO_DATA, "none")
    definition = INDICATORS[key]
    difference = current.value - other.value
    if definition.kind == "rate":
        text = word("change.points").format(n=f"{100 * difference:+.1f}")
        level = abs(difference) < 0.0005
    else:
        level = difference == 0
        if other.value == 0:
            text = word("change.count").format(n=f"{difference:+,.0f}")
        else:
            text = f"{difference / other.value:+.1%}"
    if level:
        return Change(word("change.level"), "level")
    if definition.better == "none":
        return Change(text, "neutral")
    return Change(text, "better" if (difference > 0) == (definition.better == "up") else "worse")


def arrowed(key: str, moved: Change) -> str:
    """A change behind an arrow that shows the direction of the number; its colour says whether that is good."""
    if moved.verdict in ("better", "worse"):
        up = (moved.verdict == "better") == (INDICATORS[key].better == "up")
        return f"{'▲' if up else '▼'} {moved.text}"
    return f"– {moved.text}" if moved.verdict == "level" else moved.text


def bucket(clock: ZoneClock, period: Period, unit: str) -> tuple[str, str]:
    """A bucket of time in full and short: ("2026-01-05", "01-05"), ("2026-01-05 08:00", "08:00")."""
    start = clock.local(period.start)
    last = clock.local(max(period.start, period.end - SECOND)).date()
    if unit == "hour":
        end = start + timedelta(hours=1)
        return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}", f"{start:%H:%M}" if start.hour else f"{start:%m-%d}"
    if unit == "day":
        weekday = word(f"weekday.{start.isoweekday()}")
        return f"{start:%Y-%m-%d} {weekday}", f"{start:%m-%d}"
    if unit == "week":
        return f"{start:%G-W%V} · {span(clock, period)}", f"{start:%m-%d}"
    return f"{start:%Y-%m} · {start:%m-%d}–{last:%m-%d}", f"{start:%Y-%m}"

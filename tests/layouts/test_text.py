"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import date

import pytest

from data.clocks import DAY, HOUR, MINUTE, ZoneClock
from data.indicators import Figure
from data.periods import days, split
from layouts import text
from tests.support.fakes import NOW, ZONE

CLOCK = ZoneClock.of(ZONE)


@pytest.mark.parametrize(
    ("key", "now", "then", "shown", "verdict"),
    [
        ("completion", 0.95, 0.90, "+5.0 百分点", "better"),
        ("completion", 0.90, 0.95, "-5.0 百分点", "worse"),
        ("rework", 0.10, 0.05, "+5.0 百分点", "worse"),
        ("received", 110.0, 100.0, "+10.0%", "neutral"),
        ("overdue_open", 80.0, 100.0, "-20.0%", "better"),
        ("overdue_open", 5.0, 0.0, "+5 件", "worse"),
        ("completion", 0.95, 0.95, "持平", "level"),
        ("completion", None, 0.95, "—", "none"),
        ("completion", 0.95, None, "—", "none"),
    ],
)
def test_change(key: str, now: float | None, then: float | None, shown: str, verdict: str) -> None:
    found = text.change(key, Figure(key, now, 0, 0), Figure(key, then, 0, 0))
    assert (found.text, found.verdict) == (shown, verdict)


def test_no_figure_to_compare_with_is_a_dash() -> None:
    assert text.change("received", Figure("received", 1.0, 1, None), None).verdict == "none"


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (0, "刚刚"),
        (6 * MINUTE, "6分钟前"),
        (5 * HOUR, "5小时前"),
        (47 * HOUR, "47小时前"),
        (284 * DAY, "284天前"),
    ],
)
def test_age(ago: int, shown: str) -> None:
    assert text.age(NOW - ago, NOW) == shown


def test_times_are_the_citys_own() -> None:
    assert text.moment(CLOCK, NOW) == "2026-02-10 18:00"
    assert text.short_moment(CLOCK, NOW - 60 * DAY, NOW) == "2025-12-12 18:00"
    assert text.moment(CLOCK, None) == "—"


def test_a_span_ends_with_its_last_day() -> None:
    assert text.span(CLOCK, days(CLOCK, date(2026, 1, 1), date(2026, 2, 1))) == "2026-01-01 至 2026-01-31"
    assert text.span(CLOCK, days(CLOCK, date(2026, 1, 1), date(2026, 1, 2))) == "2026-01-01"


def test_buckets_are_told_in_full_and_short() -> None:
    period = days(CLOCK, date(2026, 1, 5), date(2026, 1, 7))
    cut = {unit: split(CLOCK, period, unit)[0][1] for unit in ("hour", "day", "week", "month")}
    assert text.bucket(CLOCK, cut["hour"], "hour") == ("2026-01-05 00:00–01:00", "01-05")
    assert text.bucket(CLOCK, cut["day"], "day") == ("2026-01-05 周一", "01-05")
    assert text.bucket(CLOCK, cut["week"], "week")[0].startswith("2026-W02")
    assert text.bucket(CLOCK, cut["month"], "month") == ("2026-01 · 01-05–01-06", "2026-01")

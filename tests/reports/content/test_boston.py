"""Boston's bulletins against tests/data/boston/reference.json, whose figures another program made of the same file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.bulletinplan import BulletinPlan
from data.clocks import ZoneClock, parse_instant
from data.periods import days
from data.store import Store
from reports.content import Content, content
from reports.content.parts import Daily, Month
from reports.document import Table
from reports.wording import document
from tests.support.commands import AS_OF, Commands

REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data/boston/reference.json").read_text("utf-8")
)
RENAMED = {"Longwood": "Longwood Medical Area"}
PLAN = BulletinPlan(language="en", top=10)
CLOCK = ZoneClock.of("America/New_York")


def asked(boston: Commands, kind: Any, first: date, end: date) -> Content:
    with Store.open(boston.url, create=False) as store:
        return content(store, kind, "boston", days(CLOCK, first, end), parse_instant(AS_OF), PLAN)


@pytest.fixture(scope="module")
def whole(boston: Commands) -> Content:
    """A bulletin of all the months of the file."""
    return asked(boston, "evening", date(2025, 8, 1), date(2026, 2, 11))


def test_the_whole_file(whole: Content) -> None:
    figures, overall = whole.parts.current.figures, REFERENCE["overall"]
    assert figures["received"].numerator == overall["total"] == 5473
    assert figures["completion"].numerator == overall["closed"]
    assert figures["overdue_open"].numerator == overall["overdue_open"] == 1348
    assert (figures["handling_timeliness"].numerator, figures["handling_timeliness"].denominator) == (
        3257,
        5390,
    )
    assert figures["satisfaction"].value is None


def test_channels_categories_and_neighbourhoods(whole: Content) -> None:
    parts = whole.parts
    assert isinstance(parts, Daily)
    assert parts.channels is not None
    assert {row.name: row.count for row in parts.channels.rows} == REFERENCE["channel"]
    assert parts.categories is not None
    top = [{"key": row.name, "total": row.count} for row in parts.categories.rows[:10]]
    assert top == REFERENCE["top10_categories"]
    (group,) = parts.groups
    found = {
        None if row.own else row.name: (
            row.figures["received"].numerator,
            row.figures["completion"].numerator,
            row.figures["overdue_open"].numerator,
        )
        for row in group.rows
    }
    expected = {
        RENAMED.get(row["key"], row["key"] or None): (row["total"], row["closed"], row["overdue_open"])
        for row in REFERENCE["by_district"]
    }
    assert {name: counts for name, counts in found.items() if counts[0]} == expected


def test_the_paper_prints_them(whole: Content) -> None:
    made = document(whole)
    text = " ".join(getattr(part, "text", "") for part in made.parts)
    assert "Boston received 5,473 events" in text
    assert "1,348 events were overdue and open" in text
    assert "handling timeliness was 60.4% (3,257/5,390)" in text
    tables = {part.title: part for part in made.parts if isinstance(part, Table)}
    assert tables["The largest categories"].rows[0][:2] == ("Domestic Animal Issue", "1,626")
    assert not any("一" <= character <= "鿿" for character in str(made)), "English alone"


def test_a_month(boston: Commands) -> None:
    made = asked(boston, "month", date(2026, 1, 1), date(2026, 2, 1))
    parts = made.parts
    assert isinstance(parts, Month)
    expected = {row["key"]: row for row in REFERENCE["by_month_local"]}
    january = expected["2026-01"]
    figures = parts.current.figures
    assert (figures["received"].numerator, figures["completion"].numerator) == (
        january["total"],
        january["closed"],
    )
    assert (figures["handling_timeliness"].numerator, figures["handling_timeliness"].denominator) == (
        566,
        1101,
    )
    assert parts.trend is not None
    received = dict(
        zip(
            parts.trend.months, (one.figures["received"].numerator for one in parts.trend.totals), strict=True
        )
    )
    assert {month: n for month, n in received.items() if n} == {
        month: row["total"] for month, row in expected.items() if month <= "2026-01"
    }
    made_paper = document(made)
    assert made_paper.template == "month"
    assert not any("一" <= character <= "鿿" for character in str(made_paper)), "English alone"

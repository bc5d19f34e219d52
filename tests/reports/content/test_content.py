"""The figures of bulletins are those of the queries, for any scope, day and hour; sums are those of their parts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.answers import Question
from data.bulletinplan import BulletinPlan, Group
from data.clocks import DAY, HOUR, Instant, ZoneClock, date_of, parse_instant
from data.events import write
from data.grids import UnknownGrid
from data.indicators import FOUR_RATES, OVERDUE_OPEN, Figure
from data.lifecycle import Report
from data.periods import Period, days
from data.queries.figures import by_category, by_channel, by_grid, totals
from data.queries.lists import last_reports, list_events
from data.store import Store
from reports.content import Content, Gathering, Kind, Moved, content, to_json
from reports.content.parts import Daily, Grids, Month, Shares, Totals
from reports.content.reconciling import unreconciled
from reports.document import from_json
from reports.document import to_json as document_json
from reports.wording import document
from tests.support.asked import Past
from tests.support.bulletins import planned
from tests.support.city import CELL, CITY, DEDICATED, DISTRICT, STREET

PLAN = BulletinPlan(groups=(Group("odd", codes=("110101", "110201")),), top=3)
KEYS = ("received", "closed", *FOUR_RATES)
ALL = (*KEYS, OVERDUE_OPEN)

patient = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def at(clock: ZoneClock, day: date, hour: int) -> Instant:
    return clock.at(datetime.combine(day, time(hour)))


def told(frame: pd.DataFrame) -> dict[tuple[str, bool], dict[str, tuple[int, int | None]]]:
    found: dict[tuple[str, bool], dict[str, tuple[int, int | None]]] = {}
    for row in frame.to_dict("records"):
        below = None if pd.isna(row["denominator"]) else int(row["denominator"])
        found.setdefault((str(row["group"]), bool(row["own"])), {})[str(row["key"])] = (
            int(row["numerator"]),
            below,
        )
    return found


def pair(figure: Figure) -> tuple[int, int | None]:
    return figure.numerator, figure.denominator


def same(totalled: Totals, store: Store, keys: tuple[str, ...]) -> None:
    query = totalled.query
    assert dict(totalled.figures) == totals(store, Question(query.scope, query.period, query.as_of), keys)


def same_grids(group: Grids, store: Store) -> None:
    query = group.query
    question = Question(query.scope, query.period, query.as_of)
    frame = told(by_grid(store, question, query.depth, query.keys))
    expected = {key: figures for key, figures in frame.items() if not key[1]}
    found = {
        (row.code, False): {key: pair(one) for key, one in row.figures.items()}
        for row in group.rows
        if not row.own
    }
    assert found == expected
    # The frame has a row for each grid above the level; the bulletin has one for all of them together.
    for key in query.keys:
        own = sum(figures[key][0] for (_, is_own), figures in frame.items() if is_own)
        assert own == sum(row.figures[key].numerator for row in group.rows if row.own)


def same_shares(shares: Shares | None, store: Store, by: Any) -> None:
    assert shares is not None
    for query, which in ((shares.query, "count"), (shares.before, "before")):
        question = Question(query.scope, query.period, query.as_of)
        expected = {
            code: figures["received"][0]
            for (code, _), figures in told(by(store, question, ("received",))).items()
        }
        found = {row.code: getattr(row, which) for row in shares.rows}
        assert {code: n for code, n in found.items() if n} == {code: n for code, n in expected.items() if n}
    assert list(shares.rows) == sorted(shares.rows, key=lambda row: -row.count)


def same_overdue(made: Content, store: Store) -> None:
    overdue = made.parts.overdue
    assert overdue is not None
    query = overdue.query
    listed = list_events(store, Question(query.scope, query.period, query.as_of), "overdue", 1_000).rows
    assert overdue.total == len(listed) == sum(unit.count for unit in overdue.units)
    assert [one.key for one in overdue.items] == listed["key"].tolist()[: made.top]
    assert [one.overdue_minutes for one in overdue.items] == [
        (query.as_of - due) / 60_000_000 for due in listed["handle_due_at"].tolist()[: made.top]
    ]


@st.composite
def asked(draw: st.DrawFn, past: Past) -> tuple[Kind, str, Period, Instant]:
    """A kind, a scope, a period and an hour at which its bulletin might be given."""
    clock = past.reference.clock
    known = [grid.code for grid in past.reference.tree for _ in range(max(1, 6 - 2 * grid.depth))]
    scope = draw(st.sampled_from(known))
    first = date_of(clock.day_number(past.period.start))
    day = first + timedelta(days=draw(st.integers(0, 9)))
    kind: Kind = draw(st.sampled_from(["morning", "evening", "month"]))
    hour = draw(st.integers(0, 23))
    if kind == "month":
        month = day.replace(day=1)
        after = (month + timedelta(days=32)).replace(day=1)
        given_at = draw(st.sampled_from([at(clock, after, 9), at(clock, day, hour)]))
        return kind, scope, days(clock, month, after), max(given_at, clock.at(month))
    period = days(clock, day, day + timedelta(days=1))
    return kind, scope, period, at(clock, day + timedelta(days=kind == "morning"), hour)


@given(st.data())
@patient
def test_every_figure_is_the_querys(past: Past, data: st.DataObject) -> None:
    kind, scope, period, as_of = data.draw(asked(past))
    store = past.store
    made = content(store, kind, scope, period, as_of, PLAN, Gathering(store))
    assert to_json(made) == to_json(content(store, kind, scope, period, as_of, PLAN)), "alone or shared"
    assert to_json(made) == to_json(content(store.within(scope), kind, scope, period, as_of, PLAN)) | {
        "scope": to_json(made)["scope"]
    }, "a store within the scope knows all that is told"
    parts = made.parts
    same(parts.current, store, ALL)
    same(parts.before, store, ALL)
    for group in parts.groups:
        same_grids(group, store)
    same_shares(parts.channels, store, by_channel)
    same_shares(parts.categories, store, by_category)
    same_overdue(made, store)
    assert {one.name: one.last_reported_at for one in made.sources} == last_reports(store, as_of)
    if isinstance(parts, Daily):
        same(parts.cumulative, store, KEYS)
        same(parts.cumulative_before, store, KEYS)
    else:
        for one in parts.trend.totals if parts.trend else ():
            same(one, store, KEYS)
        if parts.appendix is not None:
            same_grids(parts.appendix, store)
    assert unreconciled(made) == []
    json.dumps(to_json(made))
    paper = document(made)
    assert from_json(json.loads(json.dumps(document_json(paper)))) == paper
    assert paper == document(made), "the same figures give the same words"


@given(st.data())
@patient
def test_hot_is_what_rose_most_above_the_average(past: Past, data: st.DataObject) -> None:
    kind, scope, period, as_of = data.draw(asked(past).filter(lambda one: one[0] != "month"))
    store = past.store
    parts = content(store, kind, scope, period, as_of, PLAN).parts
    assert isinstance(parts, Daily)
    assert parts.hot is not None
    hot = parts.hot
    asked_of = [Question(one.scope, one.period, one.as_of) for one in (hot.query, *hot.earlier)]
    for rises, counted in (
        (hot.categories, [told(by_category(store, one, ("received",))) for one in asked_of]),
        (hot.grids, [told(by_grid(store, one, hot.query.depth, ("received",))) for one in asked_of]),
    ):
        counts = {
            code: [each.get((code, False), {"received": (0, None)})["received"][0] for each in counted]
            for code, own in counted[0]
            if not own
        }
        expected = {
            code: now - sum(earlier) / 4
            for code, (now, *earlier) in counts.items()
            if now >= 5 and now > sum(earlier) / 4
        }
        assert [one.rise for one in rises] == sorted(expected.values(), reverse=True)[:5]
        for one in rises:
            assert [one.count, *one.earlier] == counts[one.code]


@pytest.mark.parametrize("kind", ["morning", "evening", "month"])
def test_a_street_names_nothing_beyond_it(past: Past, kind: Kind) -> None:
    """Its own grids, and the names of those above it in its official name: no sibling, by code or by name."""
    clock, tree = past.reference.clock, past.reference.tree
    first = date_of(clock.day_number(past.period.start))
    shared = Gathering(past.store)
    content(past.store, kind, CITY, days(clock, first, first + timedelta(days=8)), past.now, PLAN, shared)
    for scope in (STREET, DISTRICT):
        period = days(clock, first, first + timedelta(days=8))
        made = content(past.store, kind, scope, period, past.now, PLAN, shared)
        text = json.dumps([to_json(made), document_json(document(made))], ensure_ascii=False)
        known = {grid.code for grid in tree.ancestors(scope)}
        known |= {grid.code for grid in tree if tree.contains(scope, grid.code)}
        beyond = [grid for grid in tree if grid.code not in known]
        assert len(beyond) > 10
        for grid in beyond:
            assert not re.search(rf"(?<!\d){grid.code}(?!\d)|{grid.name}(?!\d)", text), grid
        assert tree.get(scope).name in text


@pytest.mark.parametrize("scope", [CITY, DISTRICT, STREET, CELL, DEDICATED])
@pytest.mark.parametrize("kind", ["morning", "evening", "month"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_store_says_so(empty: Store, scope: str, kind: Kind, language: Any) -> None:
    clock = ZoneClock.of("Asia/Shanghai")
    period = days(clock, date(2026, 2, 1), date(2026, 3, 1 if kind == "month" else 2))
    if kind != "month":
        period = days(clock, date(2026, 2, 1), date(2026, 2, 2))
    made = content(empty, kind, scope, period, period.end + 9 * HOUR, replace(PLAN, language=language))
    assert all(
        figure.numerator == 0 and (figure.denominator is None or figure.value is None)
        for figure in made.parts.current.figures.values()
    )
    assert unreconciled(made) == []
    text = json.dumps(document_json(document(made)), ensure_ascii=False)
    assert ("没有受理" in text) if language == "zh" else ("received, closed and owed nothing" in text)
    assert "NaN" not in text
    assert "None" not in text


def test_what_cannot_be_asked(empty: Store) -> None:
    period = Period(parse_instant("2026-02-01T00:00:00Z"), parse_instant("2026-02-02T00:00:00Z"))
    with pytest.raises(UnknownGrid):
        content(empty, "evening", "9", period, period.end, PLAN)
    with pytest.raises(UnknownGrid):
        content(empty.within(DISTRICT), "evening", CITY, period, period.end, PLAN)
    with pytest.raises(ValueError, match="has begun"):
        content(empty, "evening", CITY, period, period.start - 1, PLAN)


def test_sums_that_moved_meanwhile_are_asked_again(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A late report between two readings: the bulletin is made anew; when it goes on and on, that is said."""
    clock = ZoneClock.of("Asia/Shanghai")
    period = days(clock, date(2026, 2, 1), date(2026, 2, 2))
    numbers = iter(range(100))
    original = Gathering.received
    limit = 1

    def late(self: Gathering, *arguments: Any) -> Any:
        number = next(numbers)
        if number < limit:
            told: dict[str, Any] = {"source": "s", "key": f"late-{number}", "at": period.start + HOUR}
            late_one = Report(**told, channel="hotline", category="light", grid=STREET)
            write(empty, [late_one], period.end)
        return original(self, *arguments)

    monkeypatch.setattr(Gathering, "received", late)
    made = content(empty, "evening", CITY, period, period.end + DAY, PLAN)
    assert (made.parts.current.figures["received"].numerator, unreconciled(made)) == (1, [])
    limit = 100
    with pytest.raises(Moved, match="events of the past are being written"):
        content(empty, "evening", CITY, period, period.end + DAY, PLAN)


def test_a_month_assesses_level_1_grids_by_group(past: Past) -> None:
    clock = past.reference.clock
    first = date_of(clock.day_number(past.period.start)).replace(day=1)
    period = days(clock, first, (first + timedelta(days=62)).replace(day=1))
    planned(past.store, {"groups": [{"name": "odd", "codes": ["110101", "110201"]}]})
    made = content(past.store, "month", CITY, period, past.now + 40 * DAY, PLAN)
    parts = made.parts
    assert isinstance(parts, Month)
    assert parts.assessment is not None
    rows = parts.assessment.rows
    assert [row.code for row in rows] == ["110101", "110102", "110201", "110202"]
    assert [row.group for row in rows] == ["odd", "", "odd", ""]
    for group in ("odd", ""):
        ranked = sorted((row.score, row.rank) for row in rows if row.group == group and row.rank)
        assert [rank for _, rank in reversed(ranked)] in ([1, 2], [1, 1], [1], [])
    for row, grid in zip(rows, parts.assessment.grids.rows, strict=False):
        by_key = {part.key: part for part in row.parts}
        for one in parts.assessment.weights:
            if one.indicator:
                figure = grid.figures[one.indicator]
                assert (by_key[one.key].met, by_key[one.key].due) == (figure.numerator, figure.denominator)
        judged = [part for part in row.parts if part.points is not None]
        total = sum(part.weight for part in judged)
        by_hand = sum(part.weight * (part.points or 0) for part in judged)
        assert row.score == (pytest.approx(by_hand / total, abs=0.006) if total else None)

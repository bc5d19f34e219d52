"""A monthly bulletin's words: ranks by group, the arithmetic that a reader can redo, what moved, and the map."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from data.assessment.arithmetic import Cases, Given, Score, score
from data.assessment.rules import DEFAULT
from data.clocks import HOUR, date_of
from data.indicators import NO_DATA, figure
from data.periods import Period
from data.ranking import places
from data.words import speaking
from reports.content.parts import (
    Assessed,
    AssessedPart,
    Assessment,
    Content,
    Followed,
    GridRow,
    Grids,
    Hot,
    Month,
    Rise,
    Trend,
    Weight,
)
from reports.document import Break, Chart, GridMap, Heading, Table
from reports.wording import document, scores
from tests.reports.wording.papers import (
    BEFORE,
    CLOCK,
    KEYS,
    MEASURES,
    QUERY,
    grids,
    paper,
    shares,
    texts_of,
    totalled,
)

SECTIONS = (
    *("overall", "assessment", "map", "ranking", "change", "trend", "hot", "laggards", "method", "appendix"),
)
OCTOBER = Period(
    CLOCK.at(datetime.combine(date_of(20727), time())), CLOCK.at(datetime.combine(date_of(20758), time()))
)


def assessed_grid(name: str, on_time: int, due: int, rated: int = 10) -> GridRow:
    measures = {
        "accept_on_time": 9,
        "accept_due": 10,
        "handle_on_time": on_time,
        "handle_due": due,
        "received_closed": 8,
        "received": 9,
        "satisfied": rated,
        "rated": rated,
    }
    return GridRow(f"code-{name}", name, False, {key: figure(key, measures) for key in KEYS})


NOW = (
    assessed_grid("A", 30, 30),
    assessed_grid("B", 20, 30),
    assessed_grid("C", 10, 30, rated=0),
    assessed_grid("D", 3, 5),
    assessed_grid("T", 15, 30),
)
THEN = (
    assessed_grid("A", 20, 30),
    assessed_grid("B", 30, 30),
    assessed_grid("C", 10, 30, rated=0),
    assessed_grid("D", 0, 0),
    assessed_grid("T", 15, 30),
)
GROUPS = {"T": "townships"}


def scored(row: GridRow) -> Score:
    given: dict[str, Given] = {
        one.key: Given(Cases(figure.numerator, figure.denominator))
        for one in DEFAULT.dimensions
        if (figure := row.figures.get(one.indicator)) is not None and figure.denominator is not None
    }
    return score(DEFAULT, given)


def value(row: GridRow) -> float | None:
    found = scored(row).value
    return None if found is None else float(found)


def assessed_parts(row: GridRow) -> tuple[AssessedPart, ...]:
    return tuple(
        AssessedPart(
            part.key,
            part.weight,
            part.counted.met,
            part.counted.due,
            0,
            0,
            None if part.evened is None else float(part.evened),
            None,
            None if part.points is None else float(part.points),
            part.reason,
        )
        for part in scored(row).parts
    )


def assessment(now: tuple[GridRow, ...] = NOW, then: tuple[GridRow, ...] = THEN) -> Assessment:
    def ranked(rows: tuple[GridRow, ...]) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for group in {GROUPS.get(row.name, "") for row in rows}:
            some = [row for row in rows if GROUPS.get(row.name, "") == group]
            some = [row for row in some if not scored(row).too_few]
            names = [row.code for row in some]
            found |= dict(zip(names, places([value(row) for row in some]), strict=True))
        return found

    ranks, before = ranked(now), ranked(then)
    earlier = {row.code: value(row) for row in then}
    return Assessment(
        version="default-2",
        weights=tuple(Weight(one.key, one.indicator, one.weight) for one in DEFAULT.dimensions),
        judged_by="handling_timeliness",
        grids=grids(*now),
        before=grids(*then),
        rows=tuple(
            Assessed(
                row.code,
                row.name,
                GROUPS.get(row.name, ""),
                value(row),
                ranks.get(row.code),
                3,
                earlier.get(row.code),
                before.get(row.code),
                assessed_parts(row),
            )
            for row in now
        ),
    )


def month(**changes: Any) -> Month:
    october = replace(QUERY, period=OCTOBER, as_of=OCTOBER.end + 9 * HOUR)
    whole = Month(
        current=totalled(MEASURES, october),
        before=totalled(BEFORE, october),
        groups=(grids(*NOW),),
        assessment=assessment(),
        trend=Trend(("2026-09", "2026-10"), (totalled({}, october), totalled(MEASURES, october))),
        channels=shares(("hotline", 1234, 1240)),
        categories=shares(("noise", 1234, 1240)),
        overdue=None,
        hot=Hot(QUERY, (QUERY,), "level2", (Rise("n", "noise", 90, (40,)),), ()),
        followed_categories=(Followed("l", "light", (10, 50, 20)),),
        followed_grids=(),
        appendix=grids(assessed_grid("a small one", 1, 2), level="level2"),
    )
    return replace(whole, **changes)


def monthly(parts: Month | None = None, **changes: Any) -> Content:
    return paper(
        kind="month",
        period=OCTOBER,
        as_of=OCTOBER.end + 9 * HOUR,
        parts=parts or month(),
        sections=SECTIONS,
        **changes,
    )


def tables(made: Any) -> dict[str, Table]:
    return {part.title: part for part in made.parts if isinstance(part, Table)}


def test_every_section_in_its_order_and_the_appendix_on_a_new_page() -> None:
    made = document(monthly())
    assert [part.text for part in made.parts if isinstance(part, Heading) and part.level == 1] == [
        "1. Overall",
        "2. Assessment",
        "3. Map of scores",
        "4. Ranks by group",
        "5. Change against the month before",
        "6. Twelve months",
        "7. Hot matters",
        "8. Last month's laggards",
        "9. Method",
        "Appendix 1: the four rates by level-1 grid",
        "Appendix 2: the four rates by level-2 grid",
    ]
    assert (made.template, made.contents) == ("month", True)
    assert sum(isinstance(part, Break) for part in made.parts) == 2
    assert made.title == ("October 2026:", "Monthly Bulletin on Grid Performance")
    assert tables(made)["The four rates by level-2 grid (1)"].size == "small"


def test_ranks_are_within_the_group_and_too_few_have_none() -> None:
    found = tables(document(monthly()))
    others, townships = found["Scores of other grids"], found["Scores of townships"]
    assert [row[:2] for row in others.rows] == [("1", "A"), ("2", "B"), ("3", "C"), (NO_DATA, "D")]
    assert [row[:2] for row in townships.rows] == [("1", "T")]
    a, b, c, d = others.rows
    assert a[2:] == ("95.35", "84.93", "+10.42", "2")
    assert (b[2:4], b[4]) == (("84.93", "95.35"), "−10.42")
    assert c[4] == "level"
    assert d[3:] == ("93.23", "−10.38", NO_DATA)


@given(st.integers(0, 40), st.integers(10, 40), st.integers(0, 30))
def test_the_arithmetic_can_be_redone(on_time: int, due: int, rated: int) -> None:
    rows = (assessed_grid("A", min(on_time, due), due, rated),)
    made = assessment(rows, rows)
    with speaking("en"):
        _, table, steps = scores.arithmetic(monthly(), made)
        assert isinstance(table, Table)
        assert isinstance(steps, Table)
        ((name, worked, printed),) = table.rows
    terms = re.findall(r"(\d+) × ([\d.]+)", worked)
    weight = re.search(r"÷ (\d+)$", worked)
    assert weight is not None
    assert sum(int(one) for one, _ in terms) == int(weight[1])
    total = sum((int(one) * Fraction(points) for one, points in terms), Fraction(0))
    assert name == "A"
    # Points are printed with three decimals: the last digit of the score may differ by one.
    assert abs(total / int(weight[1]) - Fraction(printed)) <= Fraction(1, 100)
    assert len(terms) == (4 if rated else 3), "a dimension without cases is left out"
    by_dimension = {row[0]: row for row in steps.rows}
    assert by_dimension["handling timeliness"][1] == f"{min(on_time, due)}/{due}"
    assert by_dimension["rating (satisfaction)"][5] == ("100.000" if rated else "none due")
    assert by_dimension["dispatching"][5] == "no record, no mark"


def test_what_moved_is_counted_and_named() -> None:
    text = " ".join(texts_of(document(monthly()).parts))
    assert (
        "Scores of level-1 grids against the month before: 1 rose, 2 fell, 2 level, 0 not comparable. "
        "They rose most: A +10.42 (84.93 → 95.35). "
        "They fell most: B −10.42 (95.35 → 84.93), D −10.38 (93.23 → 82.85)."
    ) in text
    assert "acceptance timeliness, handling timeliness, completion, rating (satisfaction) were judged" in text
    assert "The weights are defaults of this program" in text


def test_last_months_last_are_followed() -> None:
    found = tables(document(monthly(top=1)))["Last month's last: other grids"]
    assert [row[:5] for row in found.rows] == [("C", "66.02", "3", "66.02", "3")]
    none = month(assessment=assessment(NOW, ()))
    assert "No grid was ranked in the month before." in texts_of(document(monthly(none)).parts)


def test_the_map_has_a_class_for_every_score() -> None:
    (drawn,) = [part for part in document(monthly()).parts if isinstance(part, GridMap)]
    assert set(drawn.values) == set(drawn.names) == {row.code for row in NOW}
    assert len(drawn.class_labels) == len(drawn.bounds) + 1
    assert list(drawn.bounds) == sorted(drawn.bounds)
    level = assessment((assessed_grid("A", 10, 10), assessed_grid("B", 10, 10)), ())
    with speaking("en"):
        _, same = scores.score_map(monthly(), level)
        assert isinstance(same, GridMap)
        assert (same.bounds, same.class_labels) == ((), ("one score for all",))
        (none,) = scores.score_map(monthly(), assessment((), ()))
        assert texts_of([none]) == ["No level-1 grid has a score."]


def test_the_trend_shows_no_data_as_none() -> None:
    made = document(monthly())
    (chart,) = [part for part in made.parts if isinstance(part, Chart)]
    assert (chart.kind, chart.percent, chart.labels) == ("lines", True, ("2026-09", "2026-10"))
    assert [one.values[0] for one in chart.series] == [None] * 4
    assert tables(made)["The four rates of twelve months"].rows[0] == ("2026-09", "0", *(NO_DATA, "0") * 4)


def test_hot_matters_and_their_follow_up() -> None:
    found = tables(document(monthly()))
    assert found["Categories that rose most"].rows == (("noise", "90", "40", "50"),)
    assert found["Last month's hot matters"].rows == (("Category", "light", "10", "50", "20", "30 fewer"),)
    calm = month(hot=Hot(QUERY, (QUERY,), "level2", (), ()), followed_categories=())
    told = texts_of(document(monthly(calm)).parts)
    assert "Against the month before, no category and no grid rose." in told
    assert "Nothing was hot in the month before." in told


def test_a_leaf_has_no_assessment() -> None:
    alone = month(assessment=None, groups=(), appendix=None)
    made = document(monthly(alone))
    assert "Jinshui, Zheng has no grids below: there is no assessment." in texts_of(made.parts)
    assert not any(isinstance(part, GridMap | Break) for part in made.parts)


def test_the_sum_of_an_appendix_is_that_of_the_scope() -> None:
    appendix: Grids = grids(assessed_grid("a", 1, 2), level="level2")
    found = tables(document(monthly(month(appendix=appendix))))["The four rates by level-2 grid (1)"]
    assert found.rows[-1][1:3] == ("Total", "1,234")

"""A daily bulletin's sentences and tables: who is first and last, who is on a list, what adds up, what is to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from data.indicators import NO_DATA
from data.words import speaking
from reports.content.parts import Grids, Temporary
from reports.document import Heading, Paragraph, Table
from reports.wording import document
from reports.wording.grids import lists_paragraphs, ranking_text
from tests.reports.wording.papers import (
    BEFORE,
    MEASURES,
    QUERY,
    daily,
    grid,
    grids,
    paper,
    shares,
    texts_of,
    totalled,
)


def tables(parts: tuple[Any, ...]) -> dict[str, Table]:
    return {part.title: part for part in parts if isinstance(part, Table)}


def said(group: Grids, **changes: Any) -> str:
    with speaking("en"):
        return ranking_text(paper(**changes), group)


def test_first_and_last_share_no_grid_and_ties_share_a_rank() -> None:
    rows = [grid("A", 10, 10), grid("B", 9, 10), grid("C", 18, 20), grid("D", 5, 10), grid("E", 4, 10)]
    assert said(grids(*rows)) == (
        "Ranked by handling timeliness: 5 level-1 grids. "
        "First: 1. A 100.0% (10/10), 2. B 90.0% (9/10), 2. C 90.0% (18/20); "
        "Last: 4. D 50.0% (5/10), 5. E 40.0% (4/10)."
    )
    tied = said(grids(*rows), top=2)
    assert "First: 1. A 100.0% (10/10), 2. B 90.0% (9/10) (2 share rank 2); Last: 4. D" in tied
    assert said(grids(*rows[:2])).endswith("First: 1. A 100.0% (10/10), 2. B 90.0% (9/10).")


def test_nobody_stands_out_where_all_are_level() -> None:
    text = said(grids(grid("A", 9, 10), grid("B", 18, 20)))
    assert text == (
        "Ranked by handling timeliness: 2 level-1 grids. "
        "All of them share rank 1 with a handling timeliness of 90.0%."
    )


def test_a_single_grid_has_no_rank() -> None:
    assert said(grids(grid("A", 9, 10))) == (
        "There is one level-1 grid alone, A: handling timeliness 90.0% (9/10), without a rank."
    )


def test_too_few_stand_apart_and_are_told() -> None:
    rows = [grid("A", 10, 10), grid("B", 10, 11), grid("C", 9, 9), grid("D", 0, 0)]
    assert said(grids(*rows)).endswith(
        "Not ranked, with fewer than 10 cases, 2 level-1 grids: C 100.0% (9/9) (1 of them with none)."
    )
    assert said(grids(grid("A", 10, 10), grid("B", 1, 11), grid("D", 0, 0))).endswith(
        "Not ranked, with fewer than 10 cases, 1 level-1 grid (none with any)."
    )
    none = said(grids(grid("A", 9, 9), grid("B", 0, 0)))
    assert none == "No level-1 grid has 10 cases for handling timeliness: none is ranked. A 100.0% (9/9)."


def test_red_and_yellow_lists_by_the_rule_of_the_wall() -> None:
    rows = [
        grid("A", 95, 100),
        grid("B", 949, 1000),
        grid("C", 90, 100),
        grid("D", 899, 1000),
        grid("E", 1, 9),
    ]
    with speaking("en"):
        rule, listed = (one.text for one in lists_paragraphs(paper(), [grids(*rows)]))
        assert (
            "The target of handling timeliness is 95.0%; a miss by over 5 points is on the red list" in rule
        )
        assert listed == (
            "Red, 1 level-1 grid: D 89.9% (899/1,000); "
            "Yellow, 2 level-1 grids: C 90.0% (90/100), B 94.9% (949/1,000)."
        )
        (none,) = lists_paragraphs(paper(targets={}), [grids(*rows)])
        assert none.text.startswith("No target is set for handling timeliness")
        long = lists_paragraphs(paper(top=1), [grids(*rows)])[1].text
        assert "Yellow, 2 level-1 grids, the lowest 1 of them: C 90.0% (90/100)." in long
        assert (
            lists_paragraphs(paper(), [grids(rows[0])])[1].text
            == "Red: no level-1 grid; Yellow: no level-1 grid."
        )


def test_the_overall_sentences() -> None:
    texts = texts_of(document(paper()).parts)
    assert texts[0] == "This bulletin reports on Jinshui, Zheng, November 26, 2026."
    assert texts[1] == (
        "On November 26 until 20:00, Jinshui, Zheng received 1,234 events, 6 fewer than the day before by the same hour"
        ", and closed 1,187 events, as many as the day before by the same hour. "
        "As of November 26, 20:00, 3 events were overdue and open, as many as the day before by the same hour. "
        "Of the four rates, acceptance timeliness was 99.8% (1,131/1,133), level with the day before by the same hour; "
        "handling timeliness was 89.9% (944/1,050), 6.2 points below the day before by the same hour; "
        "completion was 50.2% (619/1,234), 0.3 points above the day before by the same hour; "
        "satisfaction was 87.5% (77/88), level with the day before by the same hour."
    )


def test_rows_add_up_to_the_total_and_name_its_denominator() -> None:
    found = tables(document(paper()).parts)["The largest categories"]
    counts = [int(row[1].replace(",", "")) for row in found.rows]
    assert [row[0] for row in found.rows] == ["c0", "c1", "c2", "5 others", "Total"]
    assert sum(counts[:-1]) == counts[-1] == sum(100 - place for place in range(8))
    assert found.note == "Shares are of the 772 events received in the period."
    assert found.strong == (4,)


def test_the_table_of_grids_has_every_n_and_the_sum() -> None:
    rows = [grid("A", 9, 10), grid("C", 3, 5), grid("rest", 1, 2, own=True)]
    parts = daily(groups=(grids(*rows),))
    found = tables(document(paper(parts)).parts)["The four rates by level-1 grid"]
    assert [row[:2] for row in found.rows] == [
        ("1", "A"),
        (NO_DATA, "C"),
        ("", "Placed on no grid below"),
        ("", "Total"),
    ]
    place = [column.label for column in found.columns].index("Handling timeliness")
    assert [row[place : place + 2] for row in found.rows] == [
        ("90.0%", "10"),
        ("60.0%", "5"),
        ("50.0%", "2"),
        ("89.9%", "1,050"),
    ]


def test_a_level_of_many_grids_has_its_table_in_an_annex() -> None:
    rows = [grid(f"G{place}", place, 100) for place in range(70)]
    paper_parts = document(paper(daily(groups=(grids(*rows),)))).parts
    last = paper_parts[-1]
    assert isinstance(last, Table)
    assert (last.title, len(last.rows), last.size) == ("Annex: the four rates by level-1 grid", 71, "small")
    assert "The annex has the figures of every level-1 grid." in texts_of(paper_parts)


def test_what_to_do_follows_from_the_figures_alone() -> None:
    texts = texts_of(document(paper()).parts)
    assert [text for text in texts if text[:2] in ("1.", "2.", "3.", "4.")] == [
        "1. Clear what is overdue. Of the 3 events overdue and open, Unit One holds 2 events, "
        "no unit is named for 1 event: check each one and close it.",
        "2. Reach the targets. In Jinshui, Zheng, handling timeliness is 89.9% (944/1,050), "
        "5.1 points below the target of 95.0%.",
        "3. Watch what is hot. Noise 9 events, 3.75 above the average of 5.25: find out why and act early.".replace(
            "Noise", "noise"
        ),
    ]
    calm = daily(
        current=totalled({**MEASURES, "handle_on_time": 1050, "overdue_open": 0}),
        overdue=replace(_overdue(), total=0, items=(), units=()),
        hot=None,
    )
    assert texts_of(document(paper(calm)).parts)[-1] == (
        "Nothing is overdue and every target is met: keep it so."
    )


def _overdue() -> Any:
    return daily().overdue


def test_sections_are_those_of_the_plan_and_numbered_through() -> None:
    def headings(**changes: Any) -> list[str]:
        parts = document(paper(**changes)).parts
        return [one.text for one in parts if isinstance(one, Heading) and one.level == 1]

    assert headings(sections=("overall", "hot")) == ["1. Overall", "2. Hot matters"]
    assert headings(sections=("temporary",)) == []
    nothing = Temporary(QUERY, False, (), (), False, 0, 0, ())
    assert headings(parts=daily(temporary=nothing), sections=("temporary",)) == ["1. Temporary matters"]
    none = daily(groups=())
    assert "2. Channels" in headings(parts=none, sections=("overall", "rates", "channels"))


def test_unrecorded_rates_are_no_data_and_no_column() -> None:
    parts = document(paper(unrecorded=("satisfaction",))).parts
    assert any("satisfaction has no data (the sources do not record it)" in text for text in texts_of(parts))
    for table in tables(parts).values():
        assert "Satisfaction" not in [column.label for column in table.columns]


def test_nothing_received_says_so() -> None:
    nothing = daily(
        current=totalled({}), before=totalled({}), channels=shares(), categories=shares(), groups=()
    )
    texts = texts_of(document(paper(nothing)).parts)
    assert "On November 26 until 20:00, Jinshui, Zheng received, closed and owed nothing." in texts[1]
    assert "Nothing was received in the period." in texts


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_frame_of_the_document(language: Any) -> None:
    made = document(paper(is_demo=True, is_illustrative=True, language=language), "No. 7", marks=("DRAFT",))
    assert (made.template, made.number, len(made.marks), made.marks[-1]) == ("daily", "No. 7", 3, "DRAFT")
    assert (made.as_of, made.contents, made.language) == (paper().as_of, False, language)
    assert len(made.notes) == 11
    with speaking(language):
        assert made == document(
            paper(is_demo=True, is_illustrative=True, language=language), "No. 7", marks=("DRAFT",)
        )


def test_a_revision_says_what_changed_first() -> None:
    made = document(paper(), revision=2, changes=("A: 1 is now 2.",))
    assert made.marks == ("Revision 2 (corrected)",)
    first, opening, change = made.parts[:3]
    assert isinstance(first, Heading)
    assert isinstance(opening, Paragraph)
    assert first.text == "Corrections"
    assert "by the data as of November 26, 2026, 20:00" in opening.text
    assert change == Paragraph("A: 1 is now 2.")
    assert document(paper(), revision=2).parts[2] == Paragraph("No figure has changed.")


def test_the_same_hour_before_is_named_as_such() -> None:
    assert BEFORE["received"] == 1240
    morning = paper(kind="morning", as_of=paper().period.end + 8 * 3_600_000_000)
    assert "6 fewer than the day before," in texts_of(document(morning).parts)[1]

"""Temporary matters, commands and duty in words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from data.clocks import HOUR
from data.words import speaking
from reports.changes import changes
from reports.content import to_json
from reports.content.parts import Content, DutyRow, LateTask, TaskTally, Temporary
from reports.document import Paragraph
from reports.wording import document
from reports.wording.temporary import MOST_LATE, temporary_parts
from tests.reports.wording.papers import EVENING, QUERY, daily, paper

FOUND = Temporary(
    query=QUERY,
    recorded=True,
    tallies=(TaskTally("command", 3, 430, 401), TaskTally("temporary", 1, 1215, 1209)),
    late=(LateTask("command", "核查到岗", EVENING - 3 * HOUR, ("甲街道", "乙镇")),),
    on_duty=True,
    signed=412,
    owed=430,
    missed=(DutyRow("a", "甲街道", 3, 10), DutyRow("b", "乙镇", 15, 20)),
)
NOTHING = Temporary(QUERY, False, (TaskTally("command", 0, 0, 0),), (), False, 0, 0, ())


def said(found: Temporary | None, content: Content | None = None, language: str = "zh") -> list[str]:
    with speaking("zh" if language == "zh" else "en"):
        parts = temporary_parts(content or paper(), found)
    assert all(isinstance(one, Paragraph) for one in parts)
    return [one.text for one in parts if isinstance(one, Paragraph)]


def test_what_was_issued_due_done_and_is_late() -> None:
    summary, late, duty = said(FOUND)
    assert summary == (
        "本期下达指令3项、临时事项1项。按网格计，指令到期430件次，按时完成401件次，按时完成率93.3%（401/430）；"
        "临时事项到期1,215件次，按时完成1,209件次，按时完成率99.5%（1,209/1,215）。"
        "截至11月26日20时，逾期未完成的有1项、2件次。"
    )
    assert late == "1.指令“核查到岗”，时限11月26日17时，尚有2个网格未完成：甲街道、乙镇。"
    assert duty == (
        "值班应签到430班次，按时签到412班次，按时签到率95.8%（412/430）。未按时签到18班次：甲街道3班次、乙镇15班次。"
    )


def test_it_is_told_in_english() -> None:
    summary, late, duty = said(FOUND, language="en")
    assert summary.startswith(
        "Issued: 3 commands, 1 temporary matters. By grid, 430 commands were due, 401 of them"
    )
    assert "93.3% (401/430)" in summary
    assert late.endswith("not done by 2 grids: 甲街道, 乙镇.")
    assert duty.startswith("Of 430 shifts of duty, 412 were signed in for in time, 95.8% (412/430).")


def test_many_late_ones_are_counted() -> None:
    many = replace(FOUND, late=FOUND.late * (MOST_LATE + 3))
    told = said(many)
    assert len(told) == MOST_LATE + 3
    assert told[-2] == "另有3项逾期未完成。"


def test_what_there_is_none_of_is_said() -> None:
    assert said(None) == []
    assert said(NOTHING) == ["本范围没有下达过临时事项和指令，本市也未作值班记录，本期无可报事项。"]
    assert len(said(NOTHING, language="en")) == 1
    assert said(replace(NOTHING, on_duty=True)) == ["本期没有临时事项、指令和值班记录可报。"]
    quiet = replace(NOTHING, recorded=True)
    assert said(quiet) == [
        "本期未下达临时事项和指令。本期没有到期的临时事项和指令。截至11月26日20时，没有逾期未完成的事项。",
        "本市未作值班记录。",
    ]
    assert said(replace(quiet, on_duty=True))[-1] == "本期没有应签到的值班班次。"


def test_the_document_has_it_and_a_revision_says_what_changed() -> None:
    first = paper(daily(temporary=FOUND), sections=("temporary",))
    assert any("401/430" in one.text for one in document(first).parts if isinstance(one, Paragraph))
    later = replace(FOUND, tallies=(TaskTally("command", 3, 430, 402), FOUND.tallies[1]), late=(), signed=413)
    told = changes(kept(first), kept(paper(daily(temporary=later), sections=("temporary",))))
    assert told == (
        "Commands, done on time: 401/430 is now 402/430.",
        "Duty, signed in in time: 412/430 is now 413/430.",
        "Tasks, overdue and open, by grid: 2 is now —.",
    )
    assert changes(kept(first), kept(first)) == ()


def kept(made: Content) -> Any:
    return json.loads(json.dumps(to_json(made)))

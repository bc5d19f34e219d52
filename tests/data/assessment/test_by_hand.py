"""The whole arithmetic against a spreadsheet that was written by hand and calculated by LibreOffice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from data.assessment.arithmetic import Cases, Given, score
from data.assessment.keeping import ranked
from data.assessment.kept import given_from, given_json, rules_from, rules_json
from data.assessment.lifting import lifts
from data.assessment.measuring import GridScore, with_peers
from data.assessment.rules import KEYS, rules_of

RULES = rules_of(
    {
        "version": "by hand",
        "targets": {"acceptance": 0.98},
        "curves": {"handling": [[0.6, 0], [0.95, 90], [1, 100]]},
        "prior_cases": 10,
        "mark_share": 0.25,
    }
)
MARKED = ("centre", "dispatching", "temporary")


@dataclass(frozen=True)
class Sheet:
    groups: Mapping[str, str]
    given: Mapping[str, Mapping[str, Given]]
    work: Mapping[str, Mapping[str, Any]]


@cache
def sheet() -> Sheet:
    book = CalamineWorkbook.from_path(Path(__file__).with_name("by_hand.xlsx"))
    grids, work = (rows(book.get_sheet_by_name(name).to_python()) for name in ("grids", "work"))
    return Sheet(
        {row["grid"]: row["group"] for row in grids},
        {row["grid"]: {key: given(row, key) for key in KEYS} for row in grids},
        {row["grid"]: row for row in work},
    )


def rows(table: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    head, *body = table
    return [dict(zip(map(str, head), row, strict=True)) for row in body]


def given(row: Mapping[str, Any], key: str) -> Given:
    due, met = row[f"{key} due"], row[f"{key} met"]
    mark = row.get(f"{key} mark", "")
    # An empty cell is a float's absence; LibreOffice gives "".
    return Given(
        Cases(int(met), int(due)) if due else None,
        mark=Fraction(str(mark)) if mark != "" else None,
    )


def scored() -> list[GridScore]:
    peers = with_peers(RULES, sheet().given, sheet().groups)
    return [
        GridScore(code, code, 2, group, score(RULES, peers[code])) for code, group in sheet().groups.items()
    ]


def test_every_step_is_that_of_the_spreadsheet() -> None:
    seen = 0
    for one in scored():
        work = sheet().work[one.code]
        for part in one.score.parts:
            for value, cell in ((part.evened, "evened"), (part.points, "points")):
                told = work[f"{part.key} {cell}"]
                assert (value is None) == (told == ""), (one.code, part.key, cell)
                if value is not None:
                    assert float(value) == pytest.approx(told, rel=1e-12, abs=1e-12)
                    seen += 1
        assert one.score.weight == work["weight"]
        assert (None if one.score.value is None else float(one.score.value)) == (work["score"] or None)
    assert seen == 84, "so many cells of the spreadsheet hold a number"


def test_ranks_are_those_of_the_spreadsheet() -> None:
    ranks = ranked(scored())
    assert {code: rank for code, (rank, _) in ranks.items()} == {
        code: int(row["rank"]) if row["rank"] != "" else None for code, row in sheet().work.items()
    }
    assert ranks["A"] == (2, 3)
    assert ranks["C"] == (None, 3), "six cases of handling are too few for a rank"
    assert ranks["E"] == (None, 3), "nothing was due and nothing entered: no score out of nothing"


def test_what_was_kept_as_json_is_worked_to_the_same() -> None:
    assert rules_from(rules_json(RULES)) == RULES
    for one in scored():
        kept = given_json({part.key: part.given for part in one.score.parts})
        assert score(rules_from(rules_json(RULES)), given_from(kept)) == one.score


def test_what_would_lift_a_score_is_what_the_score_then_is() -> None:
    peers = with_peers(RULES, sheet().given, sheet().groups)
    (found,) = (one.score for one in scored() if one.code == "B")
    best, *_ = given_lifts = lifts(RULES, found)
    assert (best.key, best.cases) == ("handling", 120)
    all_in_time = score(RULES, {**peers["B"], "handling": given_of(peers["B"]["handling"], 400)})
    one_more = score(RULES, {**peers["B"], "handling": given_of(peers["B"]["handling"], 281)})
    assert found.value is not None
    assert all_in_time.value is not None
    assert one_more.value is not None
    assert best.gain == all_in_time.value - found.value
    assert best.gain_of_one == one_more.value - found.value
    assert [one.gain for one in given_lifts] == sorted((one.gain for one in given_lifts), reverse=True)
    assert "centre" in {one.key for one in given_lifts}, "every shift was kept, but the mark is not full"
    assert lifts(RULES, next(one.score for one in scored() if one.code == "E")) == ()


def given_of(before: Given, met: int) -> Given:
    assert before.cases is not None
    return Given(Cases(met, before.cases.due), peers=before.peers, mark=before.mark)

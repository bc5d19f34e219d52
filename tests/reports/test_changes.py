"""What a revision changed: late facts are told figure by figure, and nothing where nothing is printed otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from reports.changes import MOST_TOLD, changes
from reports.content import Content, to_json
from tests.reports.wording.papers import BEFORE, MEASURES, daily, grid, grids, paper, shares, totalled


def kept(made: Content) -> Any:
    return json.loads(json.dumps(to_json(made)))


def test_nothing_has_changed() -> None:
    assert changes(kept(paper()), kept(paper(as_of=paper().as_of + 1))) == ()


def test_the_scope_first_then_grids_and_channels() -> None:
    late = daily(
        current=totalled({**MEASURES, "received": 1235, "handle_on_time": 945}),
        groups=(grids(grid("A", 10, 10), grid("B", 19, 20), grid("C", 3, 5)),),
        channels=shares(("hotline", 1001, 1000), ("patrol", 234, 240)),
    )
    assert changes(kept(paper()), kept(paper(late))) == (
        "Received: 1,234 is now 1,235.",
        "Handling timeliness: 89.9% (944/1,050) is now 90.0% (945/1,050).",
        "Completion: 50.2% (619/1,234) is now 50.1% (619/1,235).",
        "A, handling timeliness: 90.0% (9/10) is now 100.0% (10/10).",
        "Hotline, received: 1,000 is now 1,001.",
    )


def test_a_grid_that_only_one_of_them_has_is_told_with_a_dash() -> None:
    less = daily(groups=(grids(grid("A", 9, 10), grid("B", 19, 20)),))
    told = changes(kept(paper(less)), kept(paper()))
    assert "C, handling timeliness: — is now 60.0% (3/5)." in told
    assert changes(kept(paper()), kept(paper(less)))[0].endswith("is now —.")


def test_many_changes_are_counted() -> None:
    before = tuple(grid(f"G{place}", 1, 10) for place in range(30))
    after = tuple(grid(f"G{place}", 2, 10) for place in range(30))
    told = changes(kept(paper(daily(groups=(grids(*before),)))), kept(paper(daily(groups=(grids(*after),)))))
    assert len(told) == MOST_TOLD + 1
    assert told[-1] == "Further figures that changed with them: 10."


def test_what_is_compared_with_changes_too_and_in_the_language_of_the_new_one() -> None:
    late = daily(before=totalled({**BEFORE, "received": 1250}))
    (first, _) = changes(kept(paper()), kept(paper(late)))
    assert first == "The period before, received: 1,240 is now 1,250."
    (chinese, _) = changes(kept(paper()), kept(replace(paper(late), language="zh")))
    assert "1,240" in chinese
    assert "now" not in chinese

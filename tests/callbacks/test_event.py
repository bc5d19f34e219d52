from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from callbacks import state
from callbacks.event import holders, verdicts
from callbacks.state import parse
from data.answers import STEP_COLUMNS, Trace
from data.clocks import HOUR
from data.words import word
from layouts import ids
from maps.place import place_svg
from tests.support.fakes import FakeCity, boston_shapes, code_of
from tests.support.screens import app_of, run

AT = 1_772_672_400_000_000


def shown(path: str, **given: Any) -> Any:
    fake = FakeCity()
    view = state.stored(parse("?").view, fake.reads().now(), True)
    client = app_of(fake).server.test_client()
    return run(
        client,
        ids.EVENT_BODY,
        **{ids.EVENT_HEAD.view: view, f"{ids.URL}.pathname": path, ids.URL: path, **given},
    )


def trace(*steps: tuple[str, int, dict[str, Any]], unit: str = "街道执法队", **event: Any) -> Trace:
    rows = [
        (number, kind, AT + hours * HOUR, AT + hours * HOUR, "", "", detail)
        for number, (kind, hours, detail) in enumerate(steps, start=1)
    ]
    frame = pd.DataFrame(rows, columns=list(STEP_COLUMNS))
    return Trace({"unit": unit, "closed_at": None, "withdrawn_at": None, **event}, frame)


def test_the_page_says_who_holds_the_event_and_what_lay_near() -> None:
    text = json.dumps(shown("/event/1"), ensure_ascii=False)
    assert "Public Works" in text or "PWD" in text
    assert word("one.holder_now") in text
    assert word("one.clocks_working") in text
    assert "/event/2" in text


@pytest.mark.parametrize(
    "path", ["/event/999999", "/event/x", "/event/", "/event/1%27", "/event/" + "9" * 40]
)
def test_an_event_that_is_none_of_ones_own_is_not_there(path: str) -> None:
    told = shown(path)
    assert word("one.back") in json.dumps(told, ensure_ascii=False)
    assert told[ids.EVENT_ASKED]["hidden"] is True


def test_the_intake_holds_an_event_until_a_unit_does() -> None:
    told = holders(trace(("report", 0, {}), ("accept", 1, {}), ("dispatch", 2, {})), AT + 9 * HOUR)
    assert [(span.who, span.until and (span.until - span.start) // HOUR) for span in told] == [
        (word("one.intake"), 2),
        ("街道执法队", None),
    ]


def test_a_step_that_names_another_unit_hands_the_event_on() -> None:
    moved = {"changes": {"unit": ["环卫所", "执法队"]}}
    told = holders(
        trace(
            ("report", 0, {}),
            ("dispatch", 1, {}),
            ("return", 4, moved),
            unit="执法队",
            closed_at=AT + 6 * HOUR,
        ),
        AT + 6 * HOUR,
    )
    assert [(span.who, span.until and (span.until - span.start) // HOUR) for span in told] == [
        (word("one.intake"), 1),
        ("环卫所", 3),
        ("执法队", 2),
    ]


@pytest.mark.parametrize(
    ("handled", "as_of", "kind"),
    [(5, 9, "good"), (4, 9, "good"), (6, 9, "bad"), (None, 6, "bad"), (None, 5, "open"), (None, 4, "open")],
)
def test_a_deadline_is_judged_exactly(handled: int | None, as_of: int, kind: str) -> None:
    event = {
        "handle_due_at": AT + 5 * HOUR,
        "handled_at": None if handled is None else AT + handled * HOUR,
        "closed_at": None,
        "exempted_at": None,
    }
    told = verdicts(event, AT + as_of * HOUR, str)[1]
    assert told.kind == kind


def test_a_picture_holds_the_grid_and_the_point_and_no_markup() -> None:
    shapes = boston_shapes([code_of("Roxbury"), code_of("Dorchester")])
    drawn = place_svg(shapes, code_of("Roxbury"), (-71.1, 42.3), "<script>&")
    assert drawn is not None
    assert drawn.count("<path") == len(shapes)
    assert drawn.count("<circle") == 2
    assert "<script>" not in drawn
    assert place_svg(shapes, "nowhere", None, "") is None

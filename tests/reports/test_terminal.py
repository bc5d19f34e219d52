"""Tables that line up and progress that is seen."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.indicators import figures
from reports.terminal import ProgressBar, table, totals_table, width


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("abc", 3), ("受理数", 6), ("A座", 3), ("e\u0301", 1)]
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


def test_a_table_lines_up() -> None:
    assert table(("key", "名称", "n"), [("a", "受理数", 5), ("bb", "办结", None)], ("n",)) == (
        "key  名称    n\na    受理数  5\nbb   办结    —"
    )
    assert table(("key", "n"), []) == "key  n"


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=6))
def test_a_row_is_a_line_and_obeys_nothing(rows: list[tuple[str, str]]) -> None:
    printed = table(("left", "right"), rows)
    assert len(printed.split("\n")) == len(rows) + 1
    assert all(character.isprintable() for line in printed.split("\n") for character in line)


def test_no_data_is_a_dash() -> None:
    lines = totals_table(figures({"received": 1075, "handle_due": 4, "handle_on_time": 3})).split("\n")
    shown = {line.split()[0]: line.split()[2:] for line in lines}
    assert shown["received"] == ["1,075", "1075", "—"]
    assert shown["handling_timeliness"] == ["75.0%", "3", "4"]
    assert shown["satisfaction"] == ["—", "0", "0"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_in_a_pipe_is_a_line_for_each_stage() -> None:
    stream = io.StringIO()
    with ProgressBar(stream) as progress:
        for what, share in (("reading", 0.0), ("reading", 0.5), ("counting", 0.2), ("counting", 1.0)):
            progress(what, share)
    assert stream.getvalue() == "  reading …\n  counting …\n"


def test_progress_on_a_terminal_is_a_bar_that_goes_away() -> None:
    stream = Terminal()
    with ProgressBar(stream) as progress:
        progress("reading", 0.5)
        drawn = stream.getvalue()
        progress("counting", 2.0)
    assert drawn == f"  reading                [{'#' * 15}{'.' * 15}]  50%"
    assert "100%" in stream.getvalue()
    *_, last = stream.getvalue().split("\r")
    assert last == ""

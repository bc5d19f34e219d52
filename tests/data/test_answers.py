"""The shapes of answers."""

from __future__ import annotations

import pytest

from data import answers

COLUMNS = [value for name, value in vars(answers).items() if name.endswith("_COLUMNS")]


@pytest.mark.parametrize("columns", COLUMNS)
def test_an_empty_answer_keeps_its_columns_and_their_types(columns: dict[str, str]) -> None:
    frame = answers.empty(columns)
    assert frame.empty
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == columns

from __future__ import annotations

import pytest

from data.texts import storable


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("清理积水点 😀\n\t第二行", "清理积水点 😀\n\t第二行"),
        ("a\x00b\r\n\x1b[31m\x7f\x9fc", "ab\n[31mc"),
        ("a\ud83db\udc00", "ab"),
    ],
)
def test_what_no_database_keeps_is_left_out(typed: str, kept: str) -> None:
    assert storable(typed) == kept

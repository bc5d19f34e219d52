from __future__ import annotations

from pathlib import Path

import pytest

from reports.glyphs import printable
from reports.render import set_pdf
from tests.reports import poppler, samples


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("小区门口污水外溢", "小区门口污水外溢"),
        (samples.RARE, samples.RARE),
        ("路灯坏了😀😀👨‍👩‍👧！", "路灯坏了〓！"),
        ("한글 和 ไทย", "〓 和 〓"),
        ("左\u202e右\u200b中\ufe0f", "左右中"),
        ("一\x00二\x1b[31m\n三\t四\r\n五", "一二[31m 三 四 五"),
        ("cafe\u0301", "café"),
        ("\ud800坏", "坏"),
        ("  \n ", ""),
        ("", ""),
    ],
)
def test_what_can_be_set_stays_and_the_rest_is_marked(given: str, shown: str) -> None:
    assert printable(given) == shown


def test_what_is_printable_can_be_set(tmp_path: Path) -> None:
    odd = "😀 한 \x00\x1b \ue000 \ud83d \u0e01 \U0001f9d1 ①→㎡ \u2028 沄"
    set_pdf(samples.text_alone(printable(odd)), tmp_path / "odd.pdf")
    assert "〓" in poppler.text(tmp_path / "odd.pdf")

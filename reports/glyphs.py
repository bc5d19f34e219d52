"""What can be set of words that anybody may have written: an emoji in a citizen's words must not hold up a bulletin."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont

LACKING: Final = "〓"
"""What Chinese printers set in the place of a type that they lack."""

_MANY: Final = re.compile(f"{LACKING}+")
_DROPPED: Final = ("Cc", "Cf", "Cs", "Mn")
"""Controls, marks of direction, halves of characters and what only changes the character before."""


def printable(text: str) -> str:
    """The text with one 〓 for each run of characters that the packaged faces lack, and without invisible ones.

    For the words of citizens only: in the name of a place an unknown character is an error, not a gap. The packaged
    faces decide on every machine, so that the same words are printed everywhere.
    """
    known = _known()
    shown = "".join(
        one if ord(one) in known else LACKING
        for one in " ".join(unicodedata.normalize("NFC", text).split())
        if unicodedata.category(one) not in _DROPPED
    )
    return _MANY.sub(LACKING, shown).strip()


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    faces = (pylopdf_fonts_zh_cn.sans_path(), pylopdf_fonts_zh_cn.serif_path())
    maps = []
    for path in faces:
        with TTFont(path, lazy=True) as font:
            maps.append(frozenset(font.getBestCmap()))
    return maps[0] & maps[1]

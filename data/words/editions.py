"""The words of editions: how their numbers read, and what becomes of them."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "edition.number.morning": ("{word}早报〔{year}〕{number}号", "{word} morning bulletin {year}/{number}"),
    "edition.number.evening": ("{word}晚报〔{year}〕{number}号", "{word} evening bulletin {year}/{number}"),
    "edition.number.month": ("{word}网格通报〔{year}〕{number}号", "{word} monthly bulletin {year}/{number}"),
    "edition.draft": ("送审稿", "Draft for approval"),
}

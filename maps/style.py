"""Colours and type of every figure, as plain data; the same values stand as tokens in assets/tokens.css."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

FONT: Final = (
    '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", '
    '"Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "Yiping Sans", sans-serif'
)
INK: Final = "#17222e"
INK_SOFT: Final = "#4a5866"
RULE: Final = "#dfe3e8"
PAPER: Final = "#ffffff"
ACCENT: Final = "#1d5a94"
ACCENT_SOFT: Final = "#a9c3dc"
QUIET: Final = "#c3ccd6"
TARGET: Final = "#a6461d"
NO_DATA: Final = "#e6e8eb"
TOO_FEW: Final = "#cdbfd9"
CONTEXT: Final = "#f3f4f6"
FOCUS: Final = "#17222e"

SEQUENCE: Final = ("#f4f1b5", "#c9e3a8", "#86cbb0", "#44a9b8", "#2a7fae", "#2a5696", "#1f2f6e")
"""Light to dark in even steps of lightness, yellow to blue: told apart with every common kind of colour blindness."""


def colorscale(colors: Sequence[str]) -> list[list[Any]]:
    """Plotly's form of an evenly spaced scale."""
    return [[index / (len(colors) - 1), color] for index, color in enumerate(colors)]


def hover(scale: float) -> dict[str, Any]:
    """Plotly's hover label in our colours and type."""
    return {
        "bgcolor": INK,
        "bordercolor": INK,
        "font": {"family": FONT, "size": 13 * scale, "color": "#ffffff"},
        "align": "left",
    }

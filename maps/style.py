"""Colours and type of every figure, as plain data; the same values stand as tokens in assets/tokens.css."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
YEARS: Final = ("#a6461d", "#6b4a94", "#0b6b6b", "#4a5866")
"""Lines of other years, in order."""

NO_DATA: Final = "#e6e8eb"
TOO_FEW: Final = "#cdbfd9"
CONTEXT: Final = "#f3f4f6"
FOCUS: Final = "#17222e"

SEQUENCE: Final = ("#f7f2b0", "#bbdd9b", "#80c8a8", "#45a8b3", "#2a80ad", "#285793", "#1d2d69")
"""Light to dark in even steps of lightness, yellow to blue: told apart with every common kind of colour blindness."""

MAP_THEMES: Final[Mapping[str, Mapping[str, Any]]] = {
    "light": {
        "sequence": SEQUENCE,
        "diverging": ("#8f4a12", "#c98544", "#ecd0a4", "#8fcdc6", "#4da8a3", "#12665f"),
        "none": "#e6e8ea",
        "few": "#dcd5e3",
        "unranked": "#c3b1d4",
        "hatch": "#a9b2bb",
        "context": "#eff1f3",
        "ground": "#f7f8f9",
        "line": "#ffffff",
        "border": "#3b4a58",
        "ink": "#17222e",
        "halo": "#ffffff",
        "focus": "#0f1d2a",
        "area": "#7a4f9b",
        "overdue": "#c2410c",
        "newest": "#1d5a94",
        "dedicated": "#6b4a94",
        "heat": ("rgba(66,31,110,0)", "#a58cc4", "#7d4d9e", "#c0503f", "#f0923b", "#ffe08a"),
    },
    "dark": {
        "sequence": ("#17395e", "#1b527a", "#226f90", "#349199", "#63b397", "#a6d488", "#f2efa0"),
        "diverging": ("#f5ae6c", "#bf7a42", "#6f4f3a", "#2b5659", "#3a9490", "#86ded4"),
        "none": "#242b33",
        "few": "#41364f",
        "unranked": "#554569",
        "hatch": "#4a5866",
        "context": "#161c23",
        "ground": "#0e151d",
        "line": "#0e151d",
        "border": "#9fb2c4",
        "ink": "#f2f6f9",
        "halo": "#0b1219",
        "focus": "#ffffff",
        "area": "#c9a5ea",
        "overdue": "#ff8a5c",
        "newest": "#7cc0ff",
        "dedicated": "#c3a6ee",
        "heat": ("rgba(20,30,60,0)", "#3b3a86", "#7a3f97", "#c5506f", "#f48d4a", "#ffe9a0"),
    },
}
"""What the big map is drawn with. Low values are near the ground, high ones far from it, in even steps of lightness; a
scale with a target has its weakest colours where both sides meet."""


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

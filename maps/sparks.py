"""Small pictures of a few numbers, as SVG without a script: the course of a score, and a curve of points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

LINE: Final = "#3d86c6"
REST: Final = "#8592a0"
"""Seen on light and on dark paper alike."""

_WIDTH, _HEIGHT, _MARGIN = 240, 56, 6


def course(values: Sequence[float | None], *, low: float, high: float, rising: bool = True) -> str:
    """A line through the values from the left to the right, broken where there is none, as the address of a picture;
    `low` and `high` are its lower and upper edge, exchanged where less stands higher (`rising` False)."""
    spread = (high - low) or 1.0
    step = (_WIDTH - 2 * _MARGIN) / max(1, len(values) - 1)
    places: list[tuple[float, float] | None] = []
    for number, value in enumerate(values):
        if value is None:
            places.append(None)
            continue
        share = (value - low) / spread
        places.append(
            (
                _MARGIN + number * step,
                _MARGIN + (_HEIGHT - 2 * _MARGIN) * ((1 - share) if rising else share),
            )
        )
    drawn, pen = [], "M"
    for place in places:
        if place is None:
            pen = "M"
            continue
        drawn.append(f"{pen}{place[0]:.1f} {place[1]:.1f}")
        pen = "L"
    dots = "".join(
        f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="3" fill="{LINE}"/>' for place in places if place
    )
    return _picture(f'<path d="{" ".join(drawn)}" fill="none" stroke="{LINE}" stroke-width="2"/>{dots}')


def corners(points: Sequence[tuple[float, float]]) -> str:
    """A curve of points (0 to 100) by rate (0 to 1) through its corners, level beyond them, as the address of a
    picture."""
    first, last = points[0], points[-1]
    line = [(0.0, first[1]), *points, (1.0, last[1])]
    at = [
        f"{_MARGIN + (_WIDTH - 2 * _MARGIN) * rate:.1f} {_HEIGHT - _MARGIN - (_HEIGHT - 2 * _MARGIN) * had / 100:.1f}"
        for rate, had in line
    ]
    base = _HEIGHT - _MARGIN
    axis = f'<path d="M{_MARGIN} {base}H{_WIDTH - _MARGIN}" stroke="{REST}" stroke-width="1"/>'
    return _picture(f'{axis}<path d="M{" L".join(at)}" fill="none" stroke="{LINE}" stroke-width="2"/>')


def _picture(body: str) -> str:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}">{body}</svg>'
    )
    return f"data:image/svg+xml;utf8,{quote(svg)}"

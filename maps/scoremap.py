"""The map of scores: every grid in the colour of its class, those without a score or a rank in colours of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from maps import scales, style
from maps.choropleth import Outlines, geo_layout, names, outlined

FOCUS_AT: Final = 2
"""The place of the trace that outlines the grid in view among those of the figure."""

DECIMALS: Final = 2
"""Of the bounds of classes, as of the scores themselves."""

_DENSE: Final = 600
"""From so many grids on borders are thin."""

_NO_SCORE, _FEW = 0, 1
_FIRST = 2


@dataclass(frozen=True)
class ScoreCell:
    """A grid on the map: its points of 100, None without any, whether it has a rank, and four lines about it."""

    code: str
    points: float | None
    is_ranked: bool
    told: tuple[str, str, str, str]


@dataclass(frozen=True)
class ScoreClass:
    """What a colour stands for, and how many grids wear it. A class has bounds, None at its open ends."""

    color: str
    kind: Literal["class", "few", "none"]
    count: int
    low: float | None = None
    high: float | None = None


def score_classes(cells: Sequence[ScoreCell], theme: str) -> tuple[ScoreClass, ...]:
    """The classes of the grids that have a rank, the weakest first, about as many in each; then those without a rank
    and those without a score, where there are any."""
    colors = style.MAP_THEMES[theme]
    found, placed = _placed(cells)
    sizes = scales.sizes(placed, len(found.colors))
    ends = [None, *found.breaks, None]
    if len(found.colors) == 1:
        ends = [found.low, found.high]
    made = [
        ScoreClass(colors["diverging"][color], "class", sizes[place], ends[place], ends[place + 1])
        for place, color in enumerate(found.colors)
    ]
    few, none = (int(np.count_nonzero(placed == each)) for each in (scales.TOO_FEW, scales.NO_DATA))
    if few:
        made.append(ScoreClass(colors["unranked"], "few", few))
    if none:
        made.append(ScoreClass(colors["none"], "none", none))
    return tuple(made)


def score_map(
    cells: Sequence[ScoreCell], outlines: Outlines, theme: str, *, focus: str | None, scale: float
) -> dict[str, Any]:
    """The map as a plain figure. Every polygon is a grid code in `location`; outlines without a cell are quiet context,
    and FOCUS_AT is the trace of the outline round `focus`."""
    colors = style.MAP_THEMES[theme]
    found, placed = _placed(cells)
    pairs = [pair for pair in zip(cells, placed.tolist(), strict=True) if pair[0].code in outlines.codes]
    drawn = [cell for cell, _ in pairs]
    known = {cell.code for cell in drawn}
    worn = [colors["none"], colors["unranked"], *(colors["diverging"][color] for color in found.colors)]
    special = {scales.NO_DATA: _NO_SCORE, scales.TOO_FEW: _FEW}
    width = (1.0 if len(drawn) < _DENSE else 0.4) * scale
    graded = _polygons([cell.code for cell in drawn], outlines, worn, colors["line"], width) | {
        "z": [special.get(place, place + _FIRST) for _, place in pairs],
        "customdata": [list(cell.told) for cell in drawn],
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}<br>%{customdata[3]}"
        "<extra></extra>",
        "hoverlabel": style.hover(scale),
    }
    others = sorted(outlines.codes - known)
    context = _polygons(others, outlines, [colors["context"]] * 2, colors["hatch"], 0.8 * scale) | {
        "z": [0] * len(others),
        "hoverinfo": "none",
    }
    return {
        "data": [
            context,
            graded,
            outlined([focus] if focus in known else [], outlines, colors["focus"], scale),
            names(outlines.labels, colors["ink"], scale),
        ],
        "layout": geo_layout(outlines.bounds, scale),
    }


def _placed(cells: Sequence[ScoreCell]) -> tuple[scales.Scale, NDArray[np.uint8]]:
    values = np.array([np.nan if cell.points is None else cell.points for cell in cells], dtype=np.float64)
    few = np.array([not cell.is_ranked for cell in cells], dtype=bool)
    found = scales.parted(values[~few & ~np.isnan(values)], DECIMALS)
    return found, scales.classes(found, values, few)


def _polygons(
    codes: Sequence[str], outlines: Outlines, worn: Sequence[str], line: str, width: float
) -> dict[str, Any]:
    return {
        "type": "choropleth",
        "geojson": outlines.address,
        "featureidkey": "id",
        "locations": list(codes),
        "zmin": 0,
        "zmax": len(worn) - 1,
        "colorscale": style.colorscale(worn),
        "marker": {"line": {"color": line, "width": width}},
        "showscale": False,
    }

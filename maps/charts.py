"""Charts over time as plain figures: dictionaries are ten times as quick to make as Plotly's own objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.indicators import INDICATORS, shown
from data.words import word
from maps import style
from maps.choropleth import blank_layout, count_text


@dataclass(frozen=True)
class Point:
    """One bucket of time: its full label, a short one for the axis, and its figure; `partial` when it is not over."""

    label: str
    short: str
    value: float | None
    numerator: int
    denominator: int | None
    partial: bool = False


def trend(
    key: str, points: Sequence[Point], *, target: float | None = None, scale: float = 1.0
) -> dict[str, Any]:
    """The course of an indicator: bars for a count; for a rate a line above bars of its n, broken at no data.

    An empty sequence gives a figure that says so.
    """
    if not points or all(point.value is None for point in points):
        return {"data": [], "layout": blank_layout(word("data.none"), scale)}
    if INDICATORS[key].kind == "count":
        return _count(key, points, scale)
    return _rate(key, points, target, scale)


def _count(key: str, points: Sequence[Point], scale: float) -> dict[str, Any]:
    bars = _bars(points, [point.value or 0 for point in points], style.ACCENT, "y") | {
        "customdata": _told(key, points),
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        "hoverlabel": style.hover(scale),
    }
    layout = _layout(points, scale)
    layout["yaxis"] = _axis(scale) | {"rangemode": "tozero", "tickformat": ",d"}
    return {"data": [bars], "layout": layout}


def _rate(key: str, points: Sequence[Point], target: float | None, scale: float) -> dict[str, Any]:
    values = [point.value for point in points]
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(points))),
        "y": values,
        "yaxis": "y",
        "line": {"color": style.ACCENT, "width": 2.2 * scale},
        "marker": {
            "size": (6 if len(points) <= 45 else 3) * scale,
            "color": [style.PAPER if point.partial else style.ACCENT for point in points],
            "line": {"color": style.ACCENT, "width": 1.6 * scale},
        },
        "cliponaxis": False,
        "connectgaps": False,
        "customdata": _told(key, points),
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
        "hoverlabel": style.hover(scale),
    }
    counts = _bars(points, [point.denominator or 0 for point in points], style.QUIET, "y2") | {
        "hoverinfo": "skip"
    }
    layout = _layout(points, scale)
    layout["yaxis"] = _axis(scale) | {
        "domain": [0.36, 1],
        "tickformat": ".0%",
        "range": _rate_range([value for value in values if value is not None], target),
    }
    layout["yaxis2"] = _axis(scale) | {
        "domain": [0, 0.24],
        "rangemode": "tozero",
        "nticks": 3,
        "tickformat": ",d",
    }
    layout["xaxis"]["anchor"] = "y2"
    layout["annotations"] = [
        {
            "text": word("trend.n"),
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": 0.305,
            "xanchor": "left",
            "yanchor": "middle",
            "showarrow": False,
            "font": {"family": style.FONT, "size": 11 * scale, "color": style.INK_SOFT},
        }
    ]
    if target is not None:
        layout["shapes"] = [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "yref": "y",
                "y0": target,
                "y1": target,
                "line": {"color": style.TARGET, "width": 1.2 * scale, "dash": "dot"},
            }
        ]
        layout["annotations"].append(
            {
                "text": word("trend.target").format(target=shown(key, target)),
                "xref": "paper",
                "yref": "y",
                "x": 1,
                "y": target,
                "xanchor": "right",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"family": style.FONT, "size": 11 * scale, "color": style.TARGET},
            }
        )
    return {"data": [counts, line], "layout": layout}


def overlay(
    key: str,
    first: Sequence[Point],
    second: Sequence[Point],
    names: tuple[str, str],
    *,
    scale: float = 1.0,
) -> dict[str, Any]:
    """Two courses of an indicator above each other, part by part; the second one is dashed.

    Two empty sequences give a figure that says so.
    """
    known = [point.value for point in (*first, *second) if point.value is not None]
    if not known:
        return {"data": [], "layout": blank_layout(word("data.none"), scale)}
    longer = first if len(first) >= len(second) else second
    layout = _layout(longer, scale)
    layout["showlegend"] = True
    layout["legend"] = {"orientation": "h", "x": 0, "y": 1.14, "font": {"size": 11 * scale}}
    layout["margin"]["t"] = 34 * scale
    rate = INDICATORS[key].kind == "rate"
    layout["yaxis"] = _axis(scale) | (
        {"tickformat": ".0%", "range": _rate_range(known, None)}
        if rate
        else {"rangemode": "tozero", "tickformat": ",d"}
    )
    lines = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": list(range(len(points))),
            "y": [point.value for point in points],
            "line": {"color": color, "width": 2.2 * scale, "dash": dash},
            "marker": {"size": 5 * scale, "color": color},
            "connectgaps": False,
            "cliponaxis": False,
            "customdata": _told(key, points),
            "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
            "hoverlabel": style.hover(scale),
        }
        for points, name, color, dash in (
            (first, names[0], style.ACCENT, "solid"),
            (second, names[1], style.TARGET, "dot"),
        )
    ]
    return {"data": lines, "layout": layout}


def matter(
    points: Sequence[Point],
    marked: range,
    expected: float | None,
    told: tuple[str, str],
    *,
    scale: float = 1.0,
) -> dict[str, Any]:
    """The daily counts of a matter as bars, the `marked` ones apart; `expected` a day is a dashed line above those.
    `told` says what the line is and what begins at the first of them. Without a count the figure says so."""
    if not points or all(point.value is None for point in points):
        return {"data": [], "layout": blank_layout(word("data.none"), scale)}
    inside = [place in marked for place in range(len(points))]
    data: list[dict[str, Any]] = []
    for color, chosen in ((style.ACCENT_SOFT, False), (style.ACCENT, True)):
        heights = [
            (point.value or 0) if now is chosen else 0 for point, now in zip(points, inside, strict=True)
        ]
        data.append(
            _bars(points, heights, color, "y")
            | {
                "customdata": _told("received", points),
                "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
                "hoverlabel": style.hover(scale),
            }
        )
    layout = _layout(points, scale)
    layout |= {"barmode": "overlay", "hovermode": "closest", "shapes": [], "annotations": []}
    layout["margin"]["t"] = 26 * scale
    layout["yaxis"] = _axis(scale) | {"rangemode": "tozero", "tickformat": ",d"}
    if max(point.value or 0 for point in points) < 5:
        # A few events have no halves between them.
        layout["yaxis"]["dtick"] = 1
    if len(marked):
        start, end = marked[0] - 0.5, marked[-1] + 0.5
        layout["shapes"].append(_line(start, start, 0, 1, "paper", style.INK_SOFT, 1.0 * scale, "solid"))
        layout["annotations"].append(_note(told[1], start, 1, "paper", "right", scale))
        if expected is not None:
            layout["shapes"].append(
                _line(start, end, expected, expected, "y", style.TARGET, 2.0 * scale, "dash")
            )
            layout["annotations"].append(_note(told[0], 0, 1, "paper", "left", scale) | {"xref": "paper"})
    return {"data": data, "layout": layout}


def seasons(years: Sequence[tuple[str, Sequence[Point]]], *, scale: float = 1.0) -> dict[str, Any]:
    """The same weeks of several years above each other, this year's first and strongest; a line each. Without a count
    the figure says so."""
    if not any(point.value is not None for _, points in years for point in points):
        return {"data": [], "layout": blank_layout(word("data.none"), scale)}
    longest = max((points for _, points in years), key=len)
    layout = _layout(longest, scale)
    layout["showlegend"] = True
    layout["legend"] = {"orientation": "h", "x": 0, "y": 1.14, "font": {"size": 11 * scale}}
    layout["margin"]["t"] = 34 * scale
    layout["yaxis"] = _axis(scale) | {"rangemode": "tozero", "tickformat": ",d"}
    lines = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": list(range(len(points))),
            "y": [point.value for point in points],
            "line": {
                "color": style.ACCENT if place == 0 else style.YEARS[(place - 1) % len(style.YEARS)],
                "width": (2.6 if place == 0 else 1.6) * scale,
                "dash": "solid" if place == 0 else ("dot", "dash", "dashdot", "longdash")[(place - 1) % 4],
            },
            "marker": {"size": 5 * scale},
            "connectgaps": False,
            "cliponaxis": False,
            "customdata": _told("received", points),
            "hovertemplate": f"<b>{name}</b> %{{customdata[0]}}<br>%{{customdata[1]}}<extra></extra>",
            "hoverlabel": style.hover(scale),
        }
        for place, (name, points) in enumerate(years)
    ]
    return {"data": lines, "layout": layout}


def _line(
    x0: float, x1: float, y0: float, y1: float, against: str, color: str, width: float, dash: str
) -> dict[str, Any]:
    line = {"color": color, "width": width, "dash": dash}
    return {
        "type": "line",
        "xref": "x",
        "x0": x0,
        "x1": x1,
        "yref": against,
        "y0": y0,
        "y1": y1,
        "line": line,
    }


def _note(text: str, x: float, y: float, against: str, anchor: str, scale: float) -> dict[str, Any]:
    return {
        "text": text,
        "xref": "x",
        "yref": against,
        "x": x,
        "y": y,
        "xanchor": anchor,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"family": style.FONT, "size": 11 * scale, "color": style.INK_SOFT},
    }


def _bars(points: Sequence[Point], heights: Sequence[float], color: str, axis: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": list(range(len(points))),
        "y": list(heights),
        "yaxis": axis,
        "marker": {"color": color, "opacity": [0.5 if point.partial else 1 for point in points]},
    }


def _told(key: str, points: Sequence[Point]) -> list[list[str]]:
    label = INDICATORS[key].label
    return [
        [
            point.label,
            f"{label} {shown(key, point.value)}",
            word("figure.n").format(n=count_text(point.numerator, point.denominator)),
        ]
        for point in points
    ]


def _rate_range(values: Sequence[float], target: float | None) -> list[float]:
    """A little more than the data and the target span, within 0 and 100 %, so that small moves stay visible."""
    known = [*values, *([] if target is None else [target])]
    low, high = min(known), max(known)
    air = max((high - low) * 0.12, 0.01)
    return [max(low - air, -0.005), min(high + air, 1.012)]


def _axis(scale: float) -> dict[str, Any]:
    return {
        "gridcolor": style.RULE,
        "zeroline": False,
        "nticks": 5,
        "tickfont": {"family": style.FONT, "size": 11 * scale, "color": style.INK_SOFT},
        "fixedrange": True,
    }


def _layout(points: Sequence[Point], scale: float) -> dict[str, Any]:
    step = max(1, -(-len(points) // 8))
    ticks = list(range(0, len(points), step))
    return {
        "margin": {"l": 46 * scale, "r": 10 * scale, "t": 8 * scale, "b": 26 * scale},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": style.FONT, "size": 12 * scale, "color": style.INK},
        "showlegend": False,
        "hovermode": "x" if len(points) > 3 else "closest",
        "bargap": 0.25,
        "dragmode": False,
        "xaxis": {
            "tickvals": ticks,
            "ticktext": [points[index].short for index in ticks],
            "range": [-0.6, len(points) - 0.4],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "linecolor": style.QUIET,
            "tickangle": 0,
            "tickfont": {"family": style.FONT, "size": 11 * scale, "color": style.INK_SOFT},
        },
    }

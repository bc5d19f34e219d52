"""The map of a scope's child grids: an SVG choropleth whose geometry the browser fetches once, by its own address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.indicators import INDICATORS, shown
from data.words import word
from maps import style
from maps.geometry import Label


@dataclass(frozen=True)
class Cell:
    """One grid's figure on the map; `value` is None where there is no data, `too_few` where n is too small to judge."""

    code: str
    name: str
    value: float | None
    numerator: int
    denominator: int | None
    too_few: bool = False


@dataclass(frozen=True)
class Outlines:
    """Where the browser finds the outlines, and what the figure has to know of them."""

    address: str
    bounds: tuple[float, float, float, float]
    labels: tuple[Label, ...]
    codes: frozenset[str]


@dataclass(frozen=True)
class Legend:
    """What the colours mean: ends and middle of the scale as text (None: nothing coloured), and what else is shown."""

    low: str | None
    middle: str | None
    high: str | None
    colors: tuple[str, ...]
    no_data: bool
    too_few: bool


def count_text(numerator: int, denominator: int | None) -> str:
    """The n of a figure: "3,257 / 5,390", or the count alone."""
    return f"{numerator:,}" if denominator is None else f"{numerator:,} / {denominator:,}"


def legend(key: str, cells: Sequence[Cell]) -> Legend:
    """The legend of a map that colours `cells` by the indicator `key`; one grid alone needs no scale."""
    coloured = _coloured(cells)
    others = [cell for cell in cells if cell not in coloured]
    scaled = len(coloured) > 1
    low, high = _limits(key, coloured)
    return Legend(
        low=shown(key, low) if scaled else None,
        middle=shown(key, (low + high) / 2) if scaled else None,
        high=shown(key, high) if scaled else None,
        colors=style.SEQUENCE,
        no_data=any(cell.value is None for cell in others),
        too_few=any(cell.value is not None for cell in others),
    )


def choropleth(
    key: str,
    cells: Sequence[Cell],
    outlines: Outlines | None,
    *,
    focus: str | None = None,
    scale: float = 1.0,
) -> dict[str, Any]:
    """The map as a plain figure. Every polygon is a grid code in `location`; `focus` gets a strong outline.

    Outlines without a cell are drawn as quiet context. Without outlines the figure is empty and says so.
    """
    if outlines is None:
        return _nothing(scale)
    drawn = [cell for cell in cells if cell.code in outlines.codes]
    coloured = _coloured(drawn)
    low, high = _limits(key, coloured)
    known = {cell.code for cell in drawn}
    few = [cell for cell in drawn if cell not in coloured and cell.value is not None]
    blank = [cell for cell in drawn if cell not in coloured and cell.value is None]
    named = {label.code: label.name for label in outlines.labels}
    context = [
        Cell(code, named.get(code, ""), None, 0, None) for code in sorted(outlines.codes) if code not in known
    ]
    data: list[dict[str, Any]] = []
    if context:
        data.append(_flat(key, context, outlines, style.CONTEXT, scale, silent=True))
    if blank:
        data.append(_flat(key, blank, outlines, style.NO_DATA, scale))
    if few:
        data.append(_flat(key, few, outlines, style.TOO_FEW, scale))
    if coloured:
        data.append(
            _trace(key, coloured, outlines, scale)
            | {
                "z": [cell.value for cell in coloured],
                "zmin": low,
                "zmax": high,
                "colorscale": style.colorscale(style.SEQUENCE),
            }
        )
    if focus is not None and focus in known:
        data.append(outlined([focus], outlines, style.FOCUS, scale))
    if len(outlines.labels) > 0:
        data.append(names(outlines.labels, style.INK, scale))
    return {"data": data, "layout": geo_layout(outlines.bounds, scale)}


def _coloured(cells: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.value is not None and not cell.too_few]


def _limits(key: str, cells: Sequence[Cell]) -> tuple[float, float]:
    """The ends of the scale: the data's own, widened where they meet, a rate never beyond 0 and 100 %."""
    values = [cell.value for cell in cells if cell.value is not None]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    if INDICATORS[key].kind == "count":
        return 0.0, max(high, 1.0)
    if high - low < 0.02:
        low, high = low - 0.01, high + 0.01
    return max(low, 0.0), min(high, 1.0)


def _trace(key: str, cells: Sequence[Cell], outlines: Outlines, scale: float) -> dict[str, Any]:
    return {
        "type": "choropleth",
        "geojson": outlines.address,
        "featureidkey": "id",
        "locations": [cell.code for cell in cells],
        "customdata": [_told(key, cell) for cell in cells],
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
        "hoverlabel": style.hover(scale),
        "marker": {"line": {"color": style.PAPER, "width": 1.0 * scale}},
        "showscale": False,
    }


def _flat(
    key: str, cells: Sequence[Cell], outlines: Outlines, color: str, scale: float, *, silent: bool = False
) -> dict[str, Any]:
    flat = _trace(key, cells, outlines, scale) | {
        "z": [0.0] * len(cells),
        "zmin": 0.0,
        "zmax": 1.0,
        "colorscale": [[0, color], [1, color]],
    }
    if silent:
        flat["marker"] = {"line": {"color": style.QUIET, "width": 0.8 * scale}}
        flat["hovertemplate"] = None
        flat["hoverinfo"] = "none"
    return flat


def outlined(codes: Sequence[str], outlines: Outlines, color: str, scale: float) -> dict[str, Any]:
    """A strong border round grids, and nothing in them."""
    return {
        "type": "choropleth",
        "geojson": outlines.address,
        "featureidkey": "id",
        "locations": list(codes),
        "z": [0.0] * len(codes),
        "colorscale": [[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]],
        "marker": {"line": {"color": color, "width": 2.4 * scale}},
        "hoverinfo": "skip",
        "showscale": False,
    }


def names(labels: Sequence[Label], color: str, scale: float) -> dict[str, Any]:
    """The names of grids where their labels stand."""
    return {
        "type": "scattergeo",
        "mode": "text",
        "lon": [label.longitude for label in labels],
        "lat": [label.latitude for label in labels],
        "text": [label.name for label in labels],
        "textfont": {"family": style.FONT, "size": 11 * scale, "color": color},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _told(key: str, cell: Cell) -> list[str]:
    definition = INDICATORS[key]
    value = f"{definition.label} {shown(key, cell.value)}"
    n = word("figure.n").format(n=count_text(cell.numerator, cell.denominator))
    if cell.value is None:
        return [cell.name, f"{definition.label} {word('data.none')}", n]
    return [cell.name, value, f"{n}（{word('rank.few_short')}）" if cell.too_few else n]


def geo_layout(bounds: tuple[float, float, float, float], scale: float) -> dict[str, Any]:
    """The layout of a map of outlines within these bounds."""
    west, south, east, north = bounds
    air_x, air_y = (east - west) * 0.015, (north - south) * 0.015
    return {
        "geo": {
            "visible": False,
            "projection": {"type": "mercator"},
            "lonaxis": {"range": [west - air_x, east + air_x]},
            "lataxis": {"range": [south - air_y, north + air_y]},
            "bgcolor": "rgba(0,0,0,0)",
            "domain": {"x": [0, 1], "y": [0, 1]},
        },
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "dragmode": False,
        "font": {"family": style.FONT, "size": 12 * scale, "color": style.INK},
        "showlegend": False,
    }


def _nothing(scale: float) -> dict[str, Any]:
    return {"data": [], "layout": blank_layout(word("map.none"), scale)}


def blank_layout(text: str, scale: float) -> Mapping[str, Any]:
    """The layout of a figure that has nothing to show but a sentence."""
    return {
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "annotations": [
            {
                "text": text,
                "showarrow": False,
                "xref": "paper",
                "yref": "paper",
                "x": 0.5,
                "y": 0.5,
                "font": {"family": style.FONT, "size": 14 * scale, "color": style.INK_SOFT},
            }
        ],
    }


@dataclass(frozen=True)
class Spot:
    """A grid on a map of counts: how many of something it has, and what is told of it."""

    code: str
    name: str
    count: int
    told: str


def spots(
    counted: Sequence[Spot],
    outlines: Outlines | None,
    *,
    marks: Sequence[Label] = (),
    focus: str | None = None,
    scale: float = 1.0,
) -> dict[str, Any]:
    """A map that colours the grids by how many of something each has; grids without any stay quiet, and so do outlines
    that are not `counted`. `marks` are dots with a name. Without outlines the figure is empty and says so."""
    if outlines is None:
        return _nothing(scale)
    drawn = [spot for spot in counted if spot.code in outlines.codes]
    known = {spot.code for spot in drawn}
    named = {label.code: label.name for label in outlines.labels}
    others = [Spot(code, named.get(code, ""), 0, "") for code in sorted(outlines.codes - known)]
    some, none = [spot for spot in drawn if spot.count], [spot for spot in drawn if not spot.count]
    data: list[dict[str, Any]] = []
    if others:
        data.append(_spotted(others, outlines, scale) | _level(len(others), style.CONTEXT, silent=True))
    if none:
        data.append(_spotted(none, outlines, scale) | _level(len(none), style.NO_DATA))
    if some:
        most = max(spot.count for spot in some)
        data.append(
            _spotted(some, outlines, scale)
            | {
                "z": [spot.count for spot in some],
                "zmin": 0,
                "zmax": max(most, 2),
                "colorscale": style.colorscale(style.SEQUENCE[:-1]),
            }
        )
    if focus is not None and focus in outlines.codes:
        data.append(outlined([focus], outlines, style.FOCUS, scale))
    if marks:
        data.append(_dots(marks, scale))
    if len(outlines.labels) > 0:
        data.append(names(outlines.labels, style.INK, scale))
    return {"data": data, "layout": geo_layout(outlines.bounds, scale)}


def _spotted(counted: Sequence[Spot], outlines: Outlines, scale: float) -> dict[str, Any]:
    return {
        "type": "choropleth",
        "geojson": outlines.address,
        "featureidkey": "id",
        "locations": [spot.code for spot in counted],
        "customdata": [[spot.name, spot.told] for spot in counted],
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        "hoverlabel": style.hover(scale),
        "marker": {"line": {"color": style.PAPER, "width": 1.0 * scale}},
        "showscale": False,
    }


def _level(count: int, color: str, *, silent: bool = False) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "z": [0.0] * count,
        "zmin": 0.0,
        "zmax": 1.0,
        "colorscale": [[0, color], [1, color]],
    }
    return plain | {"hovertemplate": None, "hoverinfo": "none"} if silent else plain


def _dots(marks: Sequence[Label], scale: float) -> dict[str, Any]:
    return {
        "type": "scattergeo",
        "mode": "markers",
        "lon": [mark.longitude for mark in marks],
        "lat": [mark.latitude for mark in marks],
        "customdata": [[mark.name] for mark in marks],
        "hovertemplate": "%{customdata[0]}<extra></extra>",
        "hoverlabel": style.hover(scale),
        "marker": {
            "size": 11 * scale,
            "color": style.TARGET,
            "line": {"color": style.PAPER, "width": 1.6 * scale},
        },
        "showlegend": False,
    }

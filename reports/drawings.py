"""The charts and maps of a document as vector images, in the size in which they are printed.

Text stays text, in a Chinese face that is always there; a character that it lacks is an error, never a box. Everything
can be told apart in greyscale and with any colour blindness: lines by dash and marker, bars and classes by lightness.
The same document and outlines give the same bytes.
"""

from __future__ import annotations

import io
import re
import threading
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import matplotlib as mpl
import pylopdf_fonts_zh_cn
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from data.grids import Tree
from data.words import speaking, word
from maps.style import INK, INK_SOFT
from reports.document import Chart, Document, Drawing, GridMap, Language, Part
from reports.gridmaps import draw_map
from reports.render import TypesetError

WIDTH_MM: Final = 156.0
"""The width of the type area."""

FAMILY: Final = "Noto Sans SC"
SIZE_PT: Final = 8.5

_INCH_MM: Final = 25.4
_EM_MM: Final = SIZE_PT * _INCH_MM / 72
_RULE: Final = "#c9ced4"
_MUTED: Final = "#b9c0c8"
_LINES: Final = (
    ("#1d5a94", "solid", "o"),
    ("#a6461d", (0, (5, 1.6)), "s"),
    ("#12665f", (0, (5, 1.4, 1, 1.4)), "^"),
    ("#4f2a7f", (0, (1.2, 1.2)), "D"),
    (INK, (0, (8, 2)), "v"),
)
_BARS: Final = ("#1d5a94", "#8fb3d4", "#0f2f52", "#c7d6e4")
_LABELLED_BARS: Final = 32
"""Up to so many bars have their value written beside them."""

_drawing: Final = threading.Lock()

_NO_DATA: Final = "—"
_LONG_NUMBER: Final = re.compile(r"(?<![\w#])(-?\d+\.\d{3,})")


def drawn(document: Document, shapes: gpd.GeoDataFrame) -> Document:
    """The document with every chart and map as a Drawing.

    `shapes` [code, name, geometry in EPSG:4326] holds the outlines of each map's grids and of its scope; what else
    it holds and has grids of the map inside, such as districts, is drawn as a border with its name. Raises
    TypesetError for a map without any outline and for a character that the face lacks.
    """

    def picture(part: Part) -> Part:
        if isinstance(part, Chart):
            return _chart(part, document.language)
        if isinstance(part, GridMap):
            return _map(part, shapes)
        return part

    return replace(document, parts=tuple(picture(part) for part in document.parts))


def outlined(document: Document, tree: Tree) -> tuple[str, ...]:
    """The codes of the grids whose outlines `drawn` needs: of each map its scope, its grids and what lies between;
    () for a document without maps. Codes that the tree does not know any more are left out."""
    codes: dict[str, None] = {}
    for one in document.parts:
        if isinstance(one, GridMap):
            known = [code for code in one.values if code in tree]
            above = (
                grid.code
                for code in known
                for grid in tree.ancestors(code)
                if tree.contains(one.scope, grid.code)
            )
            codes.update(dict.fromkeys((one.scope, *known, *above)))
    return tuple(codes)


def width_em(text: str) -> float:
    """About the width of a text in its own size."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.56 for one in text)


_SETTINGS: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "yiping",
    "font.family": [FAMILY],
    "font.size": SIZE_PT,
    "text.parse_math": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK_SOFT,
    "ytick.color": INK_SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.edgecolor": INK_SOFT,
    "axes.linewidth": 0.5,
}


@contextmanager
def _style() -> Iterator[None]:
    """matplotlib as it is delivered, with our settings: they are the whole process's, so one thread draws at a time."""
    with _drawing, mpl.rc_context():
        mpl.rcdefaults()
        font_manager.fontManager.addfont(pylopdf_fonts_zh_cn.sans_path())
        mpl.rcParams.update(_SETTINGS)
        yield


def _saved(figure: Figure, title: str) -> str:
    FigureCanvasSVG(figure)
    held = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing")
        try:
            figure.savefig(held, format="svg", metadata={"Date": None, "Creator": None})
        except UserWarning as lacking:
            raise TypesetError(
                f"the picture {title!r} has a character that {FAMILY} lacks: {lacking}: mend the text"
            ) from None
    svg = held.getvalue().decode()
    # A hundredth of a point is finer than any printer: the rest would be two thirds of the bytes.
    return _LONG_NUMBER.sub(lambda found: f"{float(found[1]):.2f}", svg)


def _figure(height_mm: float) -> Figure:
    return Figure(figsize=(WIDTH_MM / _INCH_MM, height_mm / _INCH_MM))


def _axes(figure: Figure, height_mm: float, left: float, right: float, top: float, bottom: float) -> Axes:
    """Axes with these margins in mm."""
    return figure.add_axes(
        (
            left / WIDTH_MM,
            bottom / height_mm,
            (WIDTH_MM - left - right) / WIDTH_MM,
            (height_mm - top - bottom) / height_mm,
        )
    )


def _chart(chart: Chart, language: Language) -> Drawing:
    with speaking(language):
        unit = word("print.unit").format(unit=chart.unit) if chart.unit else ""
    with _style():
        if chart.kind == "lines":
            height = 66.0
            figure = _figure(height)
            _lines(figure, height, chart, unit)
        elif _upright(chart):
            height = 62.0
            figure = _figure(height)
            _upright_bars(figure, height, chart, unit)
        else:
            each = 4.6 if len(chart.series) > 1 else 5.6
            head = 8.0 if len(chart.series) > 1 or unit else 2.0
            height = head + 3.0 + len(chart.labels) * (each * len(chart.series) + 2.4)
            figure = _figure(height)
            _lying_bars(figure, height, head, chart, unit)
        svg = _saved(figure, chart.title)
    return Drawing(chart.title, svg, WIDTH_MM, height, chart.alt, chart.note)


def _map(asked: GridMap, shapes: gpd.GeoDataFrame) -> Drawing:
    with _style():
        figure, height = draw_map(asked, shapes, WIDTH_MM)
        svg = _saved(figure, asked.title)
    return Drawing(asked.title, svg, WIDTH_MM, height, asked.alt, asked.note)


def _upright(chart: Chart) -> bool:
    """Whether bars stand: many of them, as over hours and days, or names that are short enough side by side."""
    room = (WIDTH_MM - 20) / _EM_MM
    return len(chart.labels) > 16 or sum(width_em(label) + 1.2 for label in chart.labels) <= room


def _numbers(chart: Chart) -> list[float]:
    return [value for series in chart.series for value in series.values if value is not None]


def _text(value: float | None, percent: bool) -> str:
    if value is None:
        return _NO_DATA
    return f"{value * 100:.1f}%" if percent else f"{value:,.10g}"


def _tick(chart: Chart) -> FuncFormatter:
    if chart.percent:
        return FuncFormatter(lambda value, _: f"{value * 100:.10g}%")
    return FuncFormatter(lambda value, _: f"{value:,.10g}")


def _legend(axes: Axes, chart: Chart, unit: str) -> None:
    if len(chart.series) > 1:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1.0),
            ncols=len(chart.series),
            frameon=False,
            borderaxespad=0.3,
            borderpad=0,
            handlelength=2.6 if chart.kind == "lines" else 1.2,
            columnspacing=1.6,
        )
    if unit:
        axes.annotate(
            unit,
            (1, 1),
            xytext=(0, 4),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            va="bottom",
            color=INK_SOFT,
        )


def _plain(axes: Axes, *, grid: str) -> None:
    for side in ("top", "right", "left" if grid == "y" else "bottom"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y" if grid == "y" else "x", color=_RULE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, pad=3)


def _thinned(labels: Sequence[str], room_mm: float) -> list[int]:
    """The places whose labels stand side by side in the room, evenly, from the last one backwards."""
    widest = max((width_em(label) for label in labels), default=0.0) * _EM_MM + 1.5
    step = 1
    while len(labels) / step * widest > room_mm:
        step += 1
    return sorted(range(len(labels) - 1, -1, -step))


def _value_margin(chart: Chart) -> float:
    return max((width_em(_text(value, chart.percent)) for value in _numbers(chart)), default=2.0) * _EM_MM + 3


def _lines(figure: Figure, height: float, chart: Chart, unit: str) -> None:
    left = _value_margin(chart)
    axes = _axes(figure, height, left, 4, 9, 7)
    _plain(axes, grid="y")
    for place, series in enumerate(chart.series):
        color, dash, marker = _LINES[place % len(_LINES)]
        shown = [float("nan") if value is None else value for value in series.values]
        axes.plot(
            range(len(shown)),
            shown,
            color=_MUTED if series.muted else color,
            linestyle=dash,
            linewidth=1.3,
            marker=marker,
            markersize=3.6,
            markerfacecolor="#ffffff" if place % 2 else (_MUTED if series.muted else color),
            markeredgewidth=0.9,
            label=series.name,
            clip_on=False,
        )
    found = _numbers(chart)
    if found:
        low, high = min(found), max(found)
        room = max((high - low) * 0.12, 0.005 if chart.percent else 0.5)
        top = min(high + room, max(1.0, high)) if chart.percent else high + room
        axes.set_ylim(max(low - room, 0) if low >= 0 else low - room, top)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=not chart.percent and high - low >= 4))
    else:
        axes.set_yticks([])
        axes.text(0.5, 0.5, _NO_DATA, transform=axes.transAxes, ha="center", va="center")
    axes.yaxis.set_major_formatter(_tick(chart))
    axes.set_xlim(-0.3, max(len(chart.labels) - 0.7, 0.3))
    places = _thinned(chart.labels, WIDTH_MM - left - 4)
    axes.set_xticks(places, [chart.labels[place] for place in places])
    _legend(axes, chart, unit)


def _bar_style(place: int, muted: bool, series: int) -> dict[str, Any]:
    if muted:
        return {"color": "#ffffff", "edgecolor": INK_SOFT, "linewidth": 0.6}
    return {"color": _BARS[place % len(_BARS)], "linewidth": 0}


def _upright_bars(figure: Figure, height: float, chart: Chart, unit: str) -> None:
    left = _value_margin(chart)
    axes = _axes(figure, height, left, 2, 10, 7)
    _plain(axes, grid="y")
    count = len(chart.series)
    each = 0.76 / max(count, 1)
    written = len(chart.labels) * count <= _LABELLED_BARS
    top = max(_numbers(chart), default=1.0) or 1.0
    for place, series in enumerate(chart.series):
        at = [turn - 0.38 + each * (place + 0.5) for turn in range(len(chart.labels))]
        axes.bar(
            at,
            [value or 0 for value in series.values],
            width=each * 0.92,
            label=series.name,
            **_bar_style(place, series.muted, count),
        )
        for where, value in zip(at, series.values, strict=True) if written else ():
            axes.text(where, value or 0, _text(value, chart.percent), ha="center", va="bottom", fontsize=7)
    axes.set_ylim(0, top * 1.1)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=not chart.percent))
    axes.yaxis.set_major_formatter(_tick(chart))
    axes.set_xlim(-0.6, len(chart.labels) - 0.4)
    places = _thinned(chart.labels, WIDTH_MM - left - 2)
    axes.set_xticks(places, [chart.labels[place] for place in places])
    _legend(axes, chart, unit)


def _lying_bars(figure: Figure, height: float, head: float, chart: Chart, unit: str) -> None:
    longest = max(width_em(label) for label in chart.labels)
    left = min(longest * _EM_MM + 3, 60.0)
    axes = _axes(figure, height, left, _value_margin(chart) + 1, head, 3)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, pad=3)
    axes.set_xticks([])
    count = len(chart.series)
    each = 0.8 / max(count, 1)
    top = max(_numbers(chart), default=1.0) or 1.0
    for place, series in enumerate(chart.series):
        at = [turn - 0.4 + each * (place + 0.5) for turn in range(len(chart.labels))]
        axes.barh(
            at,
            [value or 0 for value in series.values],
            height=each * 0.9,
            label=series.name,
            **_bar_style(place, series.muted, count),
        )
        for where, value in zip(at, series.values, strict=True):
            axes.annotate(
                _text(value, chart.percent),
                (value or 0, where),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
    axes.set_xlim(0, top)
    axes.set_ylim(len(chart.labels) - 0.5, -0.5)
    axes.set_yticks(range(len(chart.labels)), list(chart.labels))
    _legend(axes, chart, unit)

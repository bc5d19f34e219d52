"""Figures of many grids as the browser draws them: display-ready texts, with plain numbers where it sorts or plots."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from data.indicators import INDICATORS, NO_DATA, Figure, shown
from data.queries.counted import FigureTable
from data.queries.figures import Courses, GridsCompared
from data.ranking import MINIMUM_DUE, ranks
from data.shifts import missed
from data.words import word
from layouts import text
from layouts.text import change
from maps.charts import Point
from maps.choropleth import count_text

HEARD_BY = ("received", "closed")
"""The indicators that tell whether a period had any data."""


def figures_of(table: FigureTable, row: int) -> dict[str, Figure]:
    """One grid's figures by indicator."""
    made = {}
    for column, key in enumerate(table.keys):
        value = float(table.value[row, column])
        made[key] = Figure(
            key,
            None if math.isnan(value) else value,
            int(table.numerator[row, column]),
            None if INDICATORS[key].denominator is None else int(table.denominator[row, column]),
        )
    return made


def heard(table: FigureTable) -> bool:
    """Whether anything was reported or closed in the table's period at all."""
    columns = [table.keys.index(key) for key in HEARD_BY if key in table.keys]
    return bool(table.numerator[:, columns].any()) if columns else True


def board(
    compared: GridsCompared,
    targets: Mapping[str, float],
    above: Callable[[str], str],
    behind: Mapping[str, str],
) -> dict[str, Any]:
    """A ranking's table. `columns` are the indicators, each with what an address asks for to list the events behind it,
    None where no list holds them; each row has the grid's code, name and what stands above it, and a cell for each
    indicator: text, n, change, verdict, rank (0: none), how it stands to its target, and the numbers by which it is
    sorted."""
    now = compared.current
    listed = np.flatnonzero(~now.groups.own).tolist()
    rank_of = {
        key: ranks(INDICATORS[key], now.value[listed, column], now.denominator[listed, column])
        for column, key in enumerate(now.keys)
    }
    before_row = (
        {code: row for row, code in enumerate(compared.before.groups.codes)} if heard(compared.before) else {}
    )
    rows = []
    for place, row in enumerate(listed):
        code = now.groups.codes[row]
        current = figures_of(now, row)
        before = figures_of(compared.before, before_row[code]) if code in before_row else {}
        cells = [
            _cell(figure, before.get(key), int(rank_of[key][place]), targets.get(key))
            for key, figure in current.items()
        ]
        rows.append([code, now.groups.names[row], above(code), cells])
    return {
        "columns": [
            {
                "key": key,
                "label": INDICATORS[key].label,
                "formula": INDICATORS[key].formula,
                "target": word("board.target").format(target=shown(key, targets[key]))
                if key in targets
                else "",
                "better": INDICATORS[key].better,
                "behind": behind.get(key),
            }
            for key in now.keys
        ],
        "rows": rows,
    }


def _cell(figure: Figure, before: Figure | None, rank: int, target: float | None) -> list[Any]:
    moved = change(figure.key, figure, before)
    few = INDICATORS[figure.key].kind == "rate" and (figure.denominator or 0) < MINIMUM_DUE
    met = 0 if target is None or figure.value is None or few else -1 if missed(figure, target) else 1
    worsened = 0.0
    if before is not None and figure.value is not None and before.value is not None:
        difference = figure.value - before.value
        worsened = difference if INDICATORS[figure.key].better == "down" else -difference
    return [
        shown(figure.key, figure.value),
        "" if figure.denominator is None else count_text(figure.numerator, figure.denominator),
        "" if moved.verdict == "none" else text.arrowed(figure.key, moved),
        moved.verdict,
        rank,
        met,
        round(figure.value, 6) if figure.value is not None else None,
        0.0 if few else round(worsened, 6),
    ]


def small_multiples(found: Courses, key: str, labels: Sequence[str]) -> dict[str, Any]:
    """A course for each grid on one common scale: `low` and `high` as numbers and texts, `labels` of the parts, and for
    each grid its values (null where there is no data or too little) and their texts."""
    rate = INDICATORS[key].kind == "rate"
    judged = (found.denominator >= MINIMUM_DUE) if rate else np.ones_like(found.value, dtype=bool)
    values = np.where(judged, found.value, np.nan)
    known = values[~np.isnan(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    low = low if rate else 0.0
    rows = []
    for row, code in enumerate(found.codes):
        numbers = values[row].tolist()
        rows.append(
            [
                code,
                found.names[row],
                [None if number != number else round(number, 5) for number in numbers],
                [
                    _told(
                        key,
                        found.value[row, place],
                        found.numerator[row, place],
                        found.denominator[row, place],
                    )
                    for place in range(len(labels))
                ],
            ]
        )
    return {
        "low": low,
        "high": high if high > low else low + 1e-9,
        "low_text": shown(key, low if known.size else None),
        "high_text": shown(key, high if known.size else None),
        "labels": list(labels),
        "rows": rows,
    }


def courses_of_grid(points: Mapping[str, Sequence[Point]]) -> dict[str, Any]:
    """A course for each indicator of one grid, each on its own scale: as `small_multiples`, with the indicator in place
    of a grid's code, and its scale behind its texts."""
    rows = []
    labels: list[str] = []
    for key, course in points.items():
        labels = [point.short for point in course]
        rate = INDICATORS[key].kind == "rate"
        values = [
            None if point.value is None or (rate and (point.denominator or 0) < MINIMUM_DUE) else point.value
            for point in course
        ]
        known = [value for value in values if value is not None]
        low = (min(known) if rate else 0.0) if known else 0.0
        high = max(known) if known else 0.0
        told = [
            _told(
                key, math.nan if point.value is None else point.value, point.numerator, point.denominator or 0
            )
            for point in course
        ]
        rows.append([key, INDICATORS[key].label, values, told, low, high if high > low else low + 1e-9])
    return {"low": 0.0, "high": 1.0, "labels": labels, "rows": rows}


def _told(key: str, value: float, numerator: int, denominator: int) -> str:
    if value != value:
        return NO_DATA
    if INDICATORS[key].denominator is None:
        return shown(key, float(value))
    return f"{shown(key, float(value))} ({count_text(int(numerator), int(denominator))})"

"""The marks that the demonstration's operators give its centres near the end of each month: a function of the seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import insert, select

from data.assessment.months import month, month_text, months_between
from data.assessment.tables import entry
from data.clocks import DAY, HOUR, Instant
from data.demo.draws import digests, normal, uniform
from data.reference import Reference
from data.store import Store

_STREETS = 2
_BEFORE_END = 4 * DAY - 10 * HOUR
"""How long before the end of a month marks are given: in the morning of its fourth day from the end."""


def fill_marks(
    store: Store, city: Reference, seed: int, words: dict[str, Any], start_at: Instant, until: Instant
) -> None:
    """Gives the marks of every month from an instant on that are due by another; those that were given stay."""
    wanted = months_between(month_text(city, start_at), month_text(city, until))
    with store.keeping() as connection:
        done = set(connection.execute(select(entry.c.month).distinct()).scalars())
        rows = [
            row
            for text in wanted
            if text not in done and (at := month(city, text).period.end - _BEFORE_END) <= until
            for row in _marks(city, seed, words, text, at)
        ]
        if rows:
            connection.execute(insert(entry), rows)


def _marks(
    city: Reference, seed: int, words: dict[str, Any], text: str, at: Instant
) -> Iterator[dict[str, Any]]:
    """Every street's centre has a mark, and the dispatching of about one in four."""
    streets = [one.code for one in city.tree.at_depth(city.tree.root.code, _STREETS) if one.kind is None]
    numbers = digests(streets)
    turn = digests([text])[0] >> 8
    level = 88 + 5 * normal(seed, "mark of a centre", numbers)
    marks = {
        "centre": level + 2.5 * normal(seed, "mark of a month", numbers ^ turn),
        "dispatching": level + 4 * normal(seed, "mark of dispatching", numbers ^ turn),
    }
    marked = {
        "centre": np.ones(len(streets), dtype=bool),
        "dispatching": uniform(seed, "dispatching is marked", numbers ^ turn) < 0.25,
    }
    for dimension, values in marks.items():
        for place in np.flatnonzero(marked[dimension]).tolist():
            half_points = round(2 * float(np.clip(values[place], 55, 100)))
            reasons = words["reasons"]
            yield {
                "month": text,
                "grid": streets[place],
                "dimension": dimension,
                "mark_hundredths": 50 * half_points,
                "author": words["author"],
                "reason": reasons[half_points % len(reasons)],
                "evidence": words["evidence"].format(month=text, number=place + 1),
                "at": at,
            }

"""False discovery: of tens of thousands of series some look strange by chance every day; how many of what is reported
may be such is held to a share (Benjamini and Hochberg 1995)."""

from __future__ import annotations

import numpy as np

from data.hotspots.arrays import Floats

SHARE = 0.05
"""The share of false ones among what is reported that is taken into account."""


def discoveries(chances: Floats, tests: int | None = None) -> Floats:
    """For each chance the smallest share of false discoveries at which it is reported, in the order given.

    `tests` is how many were tried, where those that are plainly nothing were left out; None for as many as given.
    ValueError for chances outside 0 to 1 or fewer tests than chances.
    """
    values = np.asarray(chances, dtype=np.float64)
    count = len(values) if tests is None else tests
    if count < len(values):
        raise ValueError(f"expected at least {len(values)} tests, one for each chance, found {count}")
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(
            "expected chances from 0 to 1; a series that cannot be judged has none and is left out"
        )
    order = np.argsort(values, kind="stable")
    shares = values[order] * count / np.arange(1, len(values) + 1)
    running = np.minimum.accumulate(shares[::-1])[::-1]
    found = np.empty(len(values))
    found[order] = np.minimum(running, 1.0)
    return found

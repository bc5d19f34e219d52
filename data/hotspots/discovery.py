"""False discovery: of tens of thousands of series some look strange by chance every day; how many of what is reported
may be such is held to a share (Benjamini and Hochberg 1995).

What is told of one matter once must count once, too. A surge stands out in its grid and in every grid above it, and a
concentration may be a surge that is told already: counted one by one, such true ones would excuse false ones that are
told beside them. So the share is that among what is told (Focused BH: Katsevich, Sabatti and Bogomolov 2023).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data.hotspots.arrays import Floats, Ints

SHARE = 0.05
"""The share of false ones among what is reported that is taken into account."""

_LOOKS = 64
"""How many prefixes of what stands out are told to see what remains of them: in a wave thousands stand out."""


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


def focused(chances: Floats, tests: int, told: Callable[[Ints], int], share: float = SHARE) -> Floats:
    """For each chance the smallest share of false ones among what is told at which it is reported, in the order given;
    1 for those that are not discoveries even when each is told by itself.

    `told` says how many matters are told of some of the chances, given as their places in the order of `chances`.
    """
    plain = discoveries(chances, tests)
    order = np.argsort(chances, kind="stable")
    order = order[: int((plain <= share).sum())]
    found = np.ones(len(plain))
    if not len(order):
        return found
    ranked = np.asarray(chances, dtype=np.float64)[order]
    ends = np.unique(np.linspace(1, len(order), min(len(order), _LOOKS)).astype(np.int64))
    ends = np.unique(np.searchsorted(ranked, ranked[ends - 1], side="right"))
    shares = np.array([ranked[end - 1] * tests / max(told(order[:end]), 1) for end in ends.tolist()])
    least = np.minimum.accumulate(shares[::-1])[::-1]
    found[order] = np.minimum(least[np.searchsorted(ends, np.arange(1, len(order) + 1))], 1.0)
    return found

"""One matter, reported many times: reports of one category, close in place and time, whose texts say the same.

A hundred calls about one burst pipe are one matter with a hundred reports. What lies at an unknown place is never taken
for the same as anything, and neither is what has no text.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.clocks import HOUR
from data.hotspots.arrays import Floats, Ints

SIMILAR = 0.88
"""The cosine of two texts from which they say the same."""

REACH_METRES = 300.0
APART = 48 * HOUR
"""Two reports further apart in time than this are not compared: a matter may last longer by reports in between."""

_METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True)
class Reports:
    """Reports as columns: `lon` and `lat` in degrees, NaN where unknown; `texts` empty where nothing is said."""

    ids: Ints
    category: Ints
    reported_at: Ints
    lon: Floats
    lat: Floats
    texts: Sequence[str]

    def __len__(self) -> int:
        return len(self.ids)


def matters(reports: Reports, *, similar: float = SIMILAR) -> tuple[tuple[int, ...], ...]:
    """The matters that were reported more than once, as rows of the reports in order of time; the largest first.

    Two reports are of one matter when they match, or when a chain of matches links them.
    """
    first, second = candidates(reports)
    bags: dict[int, tuple[Counter[str], float]] = {}

    def bag(row: int) -> tuple[Counter[str], float]:
        if row not in bags:
            bags[row] = ngrams(reports.texts[row])
        return bags[row]

    leader = list(range(len(reports)))

    def head(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        here, there = head(one), head(other)
        if here != there and cosine(bag(one), bag(other)) >= similar:
            leader[max(here, there)] = min(here, there)
    groups: dict[int, list[int]] = {}
    for row in range(len(reports)):
        groups.setdefault(head(row), []).append(row)
    at = reports.reported_at
    found = [tuple(sorted(rows, key=lambda row: (at[row], row))) for rows in groups.values() if len(rows) > 1]
    return tuple(sorted(found, key=lambda rows: (-len(rows), at[rows[0]], rows[0])))


def candidates(reports: Reports) -> tuple[Ints, Ints]:
    """Pairs of rows of one category within REACH_METRES and APART whose places and texts are known, each once."""
    said = np.array([bool(text.strip()) for text in reports.texts], dtype=bool)
    known = np.flatnonzero(np.isfinite(reports.lon) & np.isfinite(reports.lat) & said)
    none = np.zeros(0, dtype=np.int64)
    if len(known) < 2:
        return none, none
    lat0 = float(np.median(reports.lat[known]))
    x = reports.lon[known] * _METRES_A_DEGREE * math.cos(math.radians(lat0))
    y = reports.lat[known] * _METRES_A_DEGREE
    across, up = np.floor(x / REACH_METRES).astype(np.int64), np.floor(y / REACH_METRES).astype(np.int64)
    across, up = across - across.min() + 1, up - up.min() + 1
    wide = int(across.max()) + 2
    cells = (reports.category[known].astype(np.int64) * (int(up.max()) + 2) + up) * wide + across
    order = np.argsort(cells, kind="stable")
    ranked = cells[order]
    pairs: list[tuple[Ints, Ints]] = []
    # Each cell is held against itself and the four neighbours on one side, so no pair comes twice.
    for step in (0, 1, wide - 1, wide, wide + 1):
        low = np.searchsorted(ranked, cells + step, side="left")
        high = np.searchsorted(ranked, cells + step, side="right")
        sizes = high - low
        mine = np.repeat(np.arange(len(known)), sizes)
        ends = np.cumsum(sizes)
        theirs = order[np.arange(ends[-1]) - np.repeat(ends - sizes, sizes) + np.repeat(low, sizes)]
        if step == 0:
            once = mine < theirs
            mine, theirs = mine[once], theirs[once]
        close = np.hypot(x[mine] - x[theirs], y[mine] - y[theirs]) <= REACH_METRES
        at = reports.reported_at[known]
        close &= np.abs(at[mine] - at[theirs]) <= APART
        pairs.append((known[mine[close]], known[theirs[close]]))
    return np.concatenate([one for one, _ in pairs]), np.concatenate([other for _, other in pairs])


def ngrams(text: str) -> tuple[Counter[str], float]:
    """Single characters and pairs of a text without blanks and punctuation, and the length of that vector."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKC", text).lower() if unicodedata.category(sign)[0] in "LN"
    )
    counts = Counter(plain) + Counter(plain[place : place + 2] for place in range(len(plain) - 1))
    return counts, math.sqrt(sum(number * number for number in counts.values()))


def cosine(one: tuple[Counter[str], float], other: tuple[Counter[str], float]) -> float:
    """How alike two texts are: 1 for the same characters in the same order, 0 for none in common or nothing said."""
    (mine, length), (theirs, their_length) = one, other
    if not length or not their_length:
        return 0.0
    few, many = (mine, theirs) if len(mine) <= len(theirs) else (theirs, mine)
    return sum(number * many[gram] for gram, number in few.items() if gram in many) / (length * their_length)

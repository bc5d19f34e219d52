"""Random numbers that belong to a number and a name: what an event draws depends on nothing drawn before or beside it.

So a history can be made in any order and in parts, and whoever carries it on draws what its maker would have drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from data.demo.chance import Floats, Ints

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def uniform(seed: int, name: str, numbers: Ints) -> Floats:
    """A number in (0, 1) for each of the numbers, independent by name (splitmix64)."""
    start = np.uint64(digest(f"{seed}:{name}"))
    state = numbers.astype(np.uint64) * _GOLDEN + start
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    state ^= state >> np.uint64(31)
    found: Floats = ((state >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    return found


def normal(seed: int, name: str, numbers: Ints) -> Floats:
    """A standard normal number for each of the numbers (Box-Muller)."""
    radius = np.sqrt(-2.0 * np.log(uniform(seed, f"{name}/radius", numbers)))
    found: Floats = radius * np.cos(2.0 * np.pi * uniform(seed, f"{name}/angle", numbers))
    return found


def exponential(seed: int, name: str, numbers: Ints) -> Floats:
    """An exponential number of mean 1 for each of the numbers."""
    found: Floats = -np.log(uniform(seed, name, numbers))
    return found


def early(chances: Floats, shape: Floats | float) -> Floats:
    """Shares in (0, 1) from uniform ones that crowd near 0, the more the larger the shape."""
    found: Floats = 1.0 - (1.0 - chances) ** (1.0 / shape)
    return found


def digest(text: str) -> int:
    """63 bits of a text, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def digests(texts: Iterable[str]) -> Ints:
    """`digest` of each text, to draw by a code instead of an id."""
    return np.array([digest(text) for text in texts], dtype=np.int64)


def cumulated(weights: Floats) -> Floats:
    """Rows of cumulated shares, each ending at exactly 1, for `pick`; a row without weight is uniform."""
    table = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    sums = table.sum(axis=1, keepdims=True)
    table = np.where(sums > 0, table, 1.0)
    shares = np.cumsum(table, axis=1)
    shares /= shares[:, -1:]
    shares[:, -1] = 1.0
    return shares


def pick(table: Floats, rows: Ints, chances: Floats) -> Ints:
    """The column that each chance falls into, in the row of the cumulated table that goes with it."""
    width = table.shape[1]
    flat = (table + np.arange(len(table))[:, None]).ravel()
    found = np.searchsorted(flat, rows + chances, side="right") - rows * width
    column: Ints = np.clip(found, 0, width - 1).astype(np.int64)
    return column

"""Numbers that a seed determines, and totals that are met exactly."""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


def dice(seed: int, key: str) -> np.random.Generator:
    """Random numbers for one piece of work: what another piece draws does not change them."""
    digest = hashlib.sha256(f"{seed}:{key}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def apportion(weights: ArrayLike, total: int, least: int = 0) -> Ints:
    """Whole numbers that sum to `total`, in proportion to the weights beyond `least` each (largest remainders).

    ValueError when the total is less than `least` each, or there is nobody to have it.
    """
    shares = np.asarray(weights, dtype=np.float64)
    spare = total - least * len(shares)
    if spare < 0 or (spare and not shares.sum() > 0):
        raise ValueError(f"expected at least {least} for each of {len(shares)}, found {total} in all")
    if not spare:
        return np.full(len(shares), least, dtype=np.int64)
    exact = shares / shares.sum() * spare
    parts: Ints = np.floor(exact).astype(np.int64)
    behind = np.argsort(parts - exact, kind="stable")[: spare - int(parts.sum())]
    parts[behind] += 1
    parts += least
    return parts

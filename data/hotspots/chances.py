"""How likely so many are by chance: upper tails of the laws that the detectors judge counts by, in plain numpy."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from data.hotspots.arrays import Floats, Ints

_EXACT = 1e-14
"""A series of terms is added up until one no longer matters."""

_LONGEST = 200_000

_log_gamma = np.vectorize(math.lgamma, otypes=[np.float64])
_erfc = np.vectorize(math.erfc, otypes=[np.float64])


def count_tail(count: Ints, mean: Floats, spread: Floats) -> Floats:
    """P(X >= count) of a count with this mean and a variance of `spread` times it.

    A spread of 1 is the Poisson law, a larger one the negative binomial. 1 for a count of 0; a mean of 0 gives 0 for
    any other. ValueError for a spread below 1 or a mean below 0.
    """
    number, middle, wide = (np.asarray(each, dtype=np.float64) for each in (count, mean, spread))
    number, middle, wide = (each.ravel() for each in np.broadcast_arrays(number, middle, wide))
    if (wide < 1).any() or (middle < 0).any():
        raise ValueError(
            "expected means of 0 or more and spreads of 1 or more: a count varies at least so much"
        )
    found = np.where(number <= 0, 1.0, 0.0)
    open_ = np.flatnonzero((number > 0) & (middle > 0))
    above = open_[number[open_] > middle[open_]]
    below = open_[number[open_] <= middle[open_]]
    found[above] = _upward(number[above], middle[above], wide[above])
    found[below] = 1.0 - _downward(number[below] - 1, middle[below], wide[below])
    result: Floats = np.clip(found, 0.0, 1.0).reshape(
        np.broadcast_shapes(np.shape(count), np.shape(mean), np.shape(spread))
    )
    return result


def normal_tail(values: Floats) -> Floats:
    """P(Z >= value) of a standard normal number; NaN stays NaN."""
    found: Floats = 0.5 * _erfc(np.asarray(values, dtype=np.float64) / math.sqrt(2))
    return found


def normal_quantile(chance: float) -> float:
    """The number above which a standard normal one lies with this chance."""
    return NormalDist().inv_cdf(1.0 - chance)


def student_tail(values: Floats) -> Floats:
    """P(T >= value) of Student's law with six degrees of freedom, those of a deviation taken from seven days."""
    angle = np.arctan(np.asarray(values, dtype=np.float64) / math.sqrt(6))
    square = np.cos(angle) ** 2
    found: Floats = 0.5 * (1.0 - np.sin(angle) * (1.0 + 0.5 * square + 0.375 * square**2))
    return found


def _log_pmf(number: Floats, mean: Floats, spread: Floats) -> Floats:
    log = number * np.log(mean) - mean - _log_gamma(number + 1)
    wide = np.flatnonzero(spread > 1 + 1e-9)
    if len(wide):
        size = mean[wide] / (spread[wide] - 1)
        log[wide] = (
            _log_gamma(number[wide] + size)
            - _log_gamma(size)
            - _log_gamma(number[wide] + 1)
            - size * np.log(spread[wide])
            + number[wide] * (np.log(spread[wide] - 1) - np.log(spread[wide]))
        )
    found: Floats = log
    return found


def _upward(number: Floats, mean: Floats, spread: Floats) -> Floats:
    """The sum of the probabilities from a number on, which lies above the mean: each term is smaller than the last."""
    term, at = np.ones(len(number)), number.copy()
    total, left = np.ones(len(number)), np.arange(len(number))
    for _ in range(_LONGEST):
        if not len(left):
            break
        term[left] *= _ratio(at[left], mean[left], spread[left])
        at[left] += 1
        total[left] += term[left]
        left = left[term[left] > _EXACT * total[left]]
    found: Floats = np.exp(_log_pmf(number, mean, spread) + np.log(total))
    return found


def _downward(number: Floats, mean: Floats, spread: Floats) -> Floats:
    """The sum of the probabilities down from a number below the mean."""
    term, at = np.ones(len(number)), number.copy()
    total, left = np.ones(len(number)), np.arange(len(number))
    for _ in range(_LONGEST):
        left = left[at[left] > 0]
        if not len(left):
            break
        term[left] /= _ratio(at[left] - 1, mean[left], spread[left])
        at[left] -= 1
        total[left] += term[left]
        left = left[term[left] > _EXACT * total[left]]
    found: Floats = np.exp(_log_pmf(number, mean, spread) + np.log(total))
    return found


def _ratio(number: Floats, mean: Floats, spread: Floats) -> Floats:
    """P(number + 1) / P(number)."""
    found: Floats = (number * (spread - 1) + mean) / (spread * (number + 1))
    return found

"""The space-time permutation scan: where and since when a matter crowds together beyond what its places and its days
explain each by themselves (Kulldorff, Heffernan, Hartman, Assunção and Mostashari 2005).

It asks for nothing but the cases. A place that always has many expects many, and so does a day on which all places have
many; what is left is that these places have them on these days. The windows are cylinders: a circle of places about
one of them, and the last days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data.hotspots.arrays import Bools, Floats, Ints

_MOST = 20
"""Clusters of one matter that are looked at: who has more has no concentration."""

_RANKED = 10
"""A rank among the permutations is a chance when ten of them were as strong; rarer ones are read from a law."""

_RAREST = 1e-300
_EQUAL = 1e-9


@dataclass(frozen=True)
class Zones:
    """Circles as prefixes: row i lists the places nearest to place i, itself first, and -1 behind the last within
    reach."""

    nearest: Ints


@dataclass(frozen=True)
class Cluster:
    """A cylinder: its places, the days it lasts (counted back from the end), what was observed and expected in it, the
    logarithm of its likelihood ratio, and the chance of one as strong anywhere by permutation."""

    places: tuple[int, ...]
    days: int
    observed: int
    expected: float
    ratio_log: float
    chance: float


def circles(x: Floats, y: Floats, nearest: int, reach: float) -> Zones:
    """The circles about each place: at most `nearest` places, none farther than `reach` in the unit of the
    coordinates. ValueError for coordinates that are not finite."""
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("expected coordinates for every place: leave out those without")
    count = len(x)
    width = min(nearest, count)
    found = np.full((count, width), -1, dtype=np.int64)
    for start in range(0, count, 256):
        part = slice(start, min(start + 256, count))
        away = np.hypot(x[part, None] - x[None, :], y[part, None] - y[None, :])
        # The place itself first, even where another lies upon it.
        away[np.arange(away.shape[0]), np.arange(part.start, part.stop)] = -1.0
        few = np.sort(np.argpartition(away, width - 1, axis=1)[:, :width], axis=1)
        order = np.take_along_axis(
            few, np.argsort(np.take_along_axis(away, few, axis=1), axis=1, kind="stable"), axis=1
        )
        near = np.take_along_axis(away, order, axis=1) <= reach
        found[part] = np.where(near, order, -1)
    return Zones(found)


def scan(
    place: Ints,
    age: Ints,
    zones: Zones,
    longest: int,
    permutations: int,
    seed: int,
    *,
    enough: int | None = None,
    least: int = 3,
    significant: float = 0.05,
) -> tuple[Cluster, ...]:
    """The clusters that last until the end of the period, the strongest first, no two sharing a place.

    A case happened at a place (a row of `zones`) so many days before the end (`age` 0 is the last day). Cylinders last
    1 to `longest` days, have at least `least` cases and at most half of all. The chance is (1 + permutations at least
    as strong) / (1 + permutations); with `enough`, permuting ends when so many were (Besag and Clifford 1991), since
    what is plainly nothing need not be known exactly. When fewer than ten were, it is the tail of the Gumbel law
    through the strongest cylinders of all permutations (Abrams, Kleinman and Kulldorff 2010): a thousand of them say
    nothing of one in a hundred thousand. Only clusters up to the `significant` chance come back, () for none and for
    fewer than two cases. The same seed gives the same chances.
    """
    total = len(place)
    if total < 2 or not len(zones.nearest):
        return ()
    search = _Search(
        zones, np.bincount(place, minlength=len(zones.nearest)), _cumulated_days(age, longest), total, least
    )
    counts = _by_place_and_day(place, age, len(zones.nearest), longest)
    ratios, inside = search.ratios(counts)
    found = search.apart(ratios, inside)
    if not found:
        return ()
    dice = np.random.default_rng(seed)
    strongest: list[float] = []
    beaten = 0
    while len(strongest) < permutations and (enough is None or beaten < enough):
        again = _by_place_and_day(place, dice.permutation(age), len(zones.nearest), longest)
        strongest.append(search.strongest(again))
        beaten += strongest[-1] >= found[0].ratio_log - _EQUAL
    made = np.array(strongest)
    judged = [replace(each, chance=_chance(each, made)) for each in found]
    return tuple(each for each in judged if each.chance <= significant)


def _chance(cluster: Cluster, strongest: Floats) -> float:
    beaten = int((strongest >= cluster.ratio_log - _EQUAL).sum())
    if beaten >= _RANKED or len(strongest) < 2 or np.ptp(strongest) == 0:
        return (1 + beaten) / (1 + len(strongest))
    return gumbel_tail(cluster.ratio_log, strongest)


def gumbel_tail(value: float, maxima: Floats) -> float:
    """P(X >= value) by the Gumbel law with the mean and the deviation of some maxima, which are not all the same.

    By moments and not by likelihood: where many permutations have no cylinder at all, the likeliest law has too short a
    tail, and this one a longer one than is there.
    """
    scale = float(maxima.std()) * math.sqrt(6) / math.pi
    mode = float(maxima.mean()) - float(np.euler_gamma) * scale
    return max(-math.expm1(-math.exp(min((mode - value) / scale, 700.0))), _RAREST)


def _cumulated_days(age: Ints, longest: int) -> Ints:
    """How many cases fall into the last 1, 2 … days."""
    found: Ints = np.cumsum(np.bincount(age, minlength=longest)[:longest])
    return found


def _by_place_and_day(place: Ints, age: Ints, places: int, longest: int) -> Ints:
    """Cases of each place in the last 1, 2 … days."""
    recent = age < longest
    table = np.bincount(place[recent] * longest + age[recent], minlength=places * longest)
    found: Ints = np.cumsum(table.reshape(places, longest), axis=1)
    return found


@dataclass(frozen=True)
class _Table:
    """What cylinders keep under every permutation, by days, number of places and centre: the places that each circle
    takes in one after another, and how many cases are an excess. The ratio of n of N cases is n log n + (N - n)
    log (N - n), which `logs` holds by n, less `slope` times n, less `level`."""

    nearest: Ints
    fewest: NDArray[np.int32]
    logs: Floats
    slope: Floats
    level: Floats


@dataclass(frozen=True)
class _Search:
    """What stays the same under every permutation: the zones, and what each cylinder expects."""

    zones: Zones
    by_place: Ints
    by_days: Ints
    total: int
    least: int

    @cached_property
    def known(self) -> Bools:
        """By centre and number of places: whether there is such a circle."""
        return self.zones.nearest >= 0

    @cached_property
    def expected(self) -> Floats:
        """By centre, number of places and days: the cases that places and days explain."""
        sizes = np.cumsum(np.where(self.known, self.by_place[self.zones.nearest], 0), axis=1)
        found: Floats = sizes[:, :, None] * self.by_days[None, None, :] / float(self.total)
        return found

    def counts(self, table: Ints) -> Ints:
        """Cases of each cylinder: by centre, number of places and days."""
        found: Ints = np.cumsum(np.where(self.known[:, :, None], table[self.zones.nearest], 0), axis=1)
        return found

    def ratios(self, table: Ints) -> tuple[Floats, Ints]:
        """The log likelihood ratio of each cylinder, 0 where it is no excess, and the cases in it."""
        inside = self.counts(table)
        more = (inside > self.expected) & (inside >= self.least) & (2 * inside <= self.total)
        more &= self.known[:, :, None]
        found = np.zeros(inside.shape)
        found[more] = ratio_log(inside[more].astype(np.float64), self.expected[more], self.total)
        return found, inside

    @cached_property
    def table(self) -> _Table:
        """The cylinders as `strongest` wants them."""
        nearest = np.where(self.known, self.zones.nearest, len(self.zones.nearest)).T.copy()
        expected = np.ascontiguousarray(self.expected.transpose(2, 1, 0))
        fewest = np.maximum(np.floor(expected).astype(np.int64) + 1, self.least)
        fewest = np.where(self.known.T[None], fewest, self.total + 1)
        cases = np.arange(self.total + 1, dtype=np.float64)
        log = cases * np.log(np.maximum(cases, 1.0))
        mean = np.maximum(expected, 1e-300).ravel()
        rest_log = np.log(np.maximum(self.total - mean, 1e-300))
        return _Table(
            nearest.astype(np.int64),
            fewest.astype(np.int32),
            np.where(2 * cases <= self.total, log + log[::-1], -np.inf),
            np.log(mean) - rest_log,
            self.total * rest_log,
        )

    def strongest(self, table: Ints) -> float:
        """The largest ratio of all cylinders, 0 where none has an excess: what `ratios` finds, at a third of the cost,
        since it is asked a thousand times."""
        known = self.table
        counts = np.zeros((table.shape[1], table.shape[0] + 1), dtype=np.int32)
        counts[:, :-1] = table.T
        inside = counts.take(known.nearest, axis=1)
        for size in range(1, inside.shape[1]):
            inside[:, size] += inside[:, size - 1]
        more = np.flatnonzero(inside >= known.fewest)
        cases = inside.ravel()[more]
        ratios = known.logs[cases] - cases * known.slope[more] - known.level[more]
        return float(ratios.max(initial=0.0))

    def apart(self, ratios: Floats, inside: Ints) -> list[Cluster]:
        """The strongest cylinder, and further ones that share no place with a stronger one."""
        best_days = ratios.argmax(axis=2)
        best = np.take_along_axis(ratios, best_days[:, :, None], axis=2)[:, :, 0]
        size = best.argmax(axis=1)
        strength = np.take_along_axis(best, size[:, None], axis=1)[:, 0]
        taken: set[int] = set()
        found: list[Cluster] = []
        for centre in np.argsort(-strength, kind="stable").tolist():
            if strength[centre] <= 0 or len(found) == _MOST:
                break
            width, days = int(size[centre]), int(best_days[centre, size[centre]])
            places = [number for number in self.zones.nearest[centre, : width + 1].tolist() if number >= 0]
            if taken.isdisjoint(places):
                taken.update(places)
                found.append(
                    Cluster(
                        tuple(sorted(places)),
                        days + 1,
                        int(inside[centre, width, days]),
                        float(self.expected[centre, width, days]),
                        float(strength[centre]),
                        1.0,
                    )
                )
        return found


def ratio_log(inside: Floats, expected: Floats, total: int) -> Floats:
    """The logarithm of the likelihood ratio of cylinders with more cases than expected, out of `total`."""
    rest = total - inside
    outside = np.where(rest > 0, rest * np.log(np.maximum(rest, 1.0) / (total - expected)), 0.0)
    found: Floats = inside * np.log(inside / expected) + outside
    return found

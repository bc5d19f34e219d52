"""Where the streets of a county lie: power cells around their anchors, as large as the sources say they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from data.demo.chance import Bools, Floats, Ints
from data.demo.tessellation.points import sample, squared_distances

_SAMPLES = 30_000
"""Points that stand for the county's area while the cells are weighed."""

_CANDIDATES = 1_500
"""Places among which a street without an anchor finds its own."""

_TOWN_REACH, _VILLAGE_REACH = 6_000.0, 15_000.0
"""How far, in metres, such a street strays from the others of its unit."""

_APART = 350.0
"""Metres that two anchors keep between them at least."""

_BELIEVED = 0.6
"""How much the areas of the sources count against the cells that the anchors alone would give."""

_SMALLEST = 0.0015
"""The least share of a county's area for a street."""

_ROUNDS = 300


def street_cells(
    county: shapely.Polygon, streets: pd.DataFrame, anchors: Floats, rng: np.random.Generator
) -> tuple[Floats, list[shapely.Polygon]]:
    """The anchor (metres) and the cell of each street of a county. `anchors` are NaN where unknown. Cells are pieces
    of convex ones, so what a bend of the county cuts off them belongs to nobody here."""
    urban = streets["urban"].to_numpy(dtype=np.bool_)
    areas = _areas(streets["approx_area_m2"].to_numpy(dtype=np.float64), urban, county)
    placed = _placed(county, anchors, areas, urban, streets["area_code"].to_numpy(dtype=object), rng)
    placed = _spread(placed)
    points = sample(county, _SAMPLES, rng)
    weights = _weights(squared_distances(points, placed), areas, county.area)
    return placed, _power_cells(county, placed, weights)


def _areas(known: Floats, urban: Bools, county: shapely.Polygon) -> Floats:
    """The areas of the sources; where there is none, the median of the county's towns or villages."""
    areas = known.copy()
    for kind in (urban, ~urban):
        told = kind & ~np.isnan(known)
        areas[kind & np.isnan(known)] = np.median(known[told]) if told.any() else county.area / len(known)
    return areas


def _placed(
    county: shapely.Polygon,
    anchors: Floats,
    areas: Floats,
    urban: Bools,
    units: np.ndarray[tuple[int], np.dtype[np.object_]],
    rng: np.random.Generator,
) -> Floats:
    """The anchors, those unknown at the emptiest place near the others of their unit."""
    placed = anchors.copy()
    known = ~np.isnan(anchors[:, 0])
    for street in np.flatnonzero(~known):
        candidates = sample(county, _CANDIDATES, rng)
        alike = known & (units == units[street]) & (urban == urban[street])
        core = placed[alike if alike.any() else known].mean(axis=0)
        radii = np.sqrt(areas[known] / np.pi)
        emptiness = (np.sqrt(squared_distances(candidates, placed[known])) / radii).min(axis=1)
        reach = _TOWN_REACH if urban[street] else _VILLAGE_REACH
        nearness = np.exp(-np.sqrt(squared_distances(candidates, core[None])[:, 0]) / reach)
        placed[street] = candidates[(np.minimum(emptiness, 2.0) * nearness).argmax()]
        known[street] = True
    return placed


def _spread(anchors: Floats) -> Floats:
    """The anchors, pushed apart where they stand too close for streets between them."""
    spread = anchors.copy()
    for _ in range(20):
        gaps = np.sqrt(squared_distances(spread, spread)) + np.diag(np.full(len(spread), np.inf))
        first, second = np.nonzero(gaps < _APART)
        if not len(first):
            break
        # The turn by the row number pulls apart two that stand on one spot.
        away = spread[first] - spread[second] + np.stack([np.cos(first * 2.4), np.sin(first * 2.4)], axis=1)
        np.add.at(spread, first, away / (gaps[first, second] + 1)[:, None] * 60)
    return spread


def _weights(distances: Floats, areas: Floats, total: float) -> Floats:
    """Weights of the power cells that give each street its area (damped, so that no cell dies on the way)."""
    count = distances.shape[1]

    def shares(weights: Floats) -> Floats:
        owners: Ints = (distances - weights).argmin(axis=1)
        return np.bincount(owners, minlength=count) / len(distances)

    weights = np.zeros(count)
    now = shares(weights)
    wanted = np.maximum(_BELIEVED * areas / areas.sum() + (1 - _BELIEVED) * now, _SMALLEST)
    wanted /= wanted.sum()
    step = 0.4
    for _ in range(_ROUNDS):
        tried = weights + step * (wanted - now) * total / np.pi
        then = shares(tried)
        dying = ((then < 0.35 * wanted) & (then <= now)).any()
        if dying or np.abs(then - wanted).sum() > np.abs(now - wanted).sum():
            step *= 0.6
        else:
            weights, now, step = tried, then, min(step * 1.2, 0.6)
        if step < 1e-3:
            break
    return weights


def _power_cells(county: shapely.Polygon, anchors: Floats, weights: Floats) -> list[shapely.Polygon]:
    west, south, east, north = county.buffer(5000).bounds
    frame = np.array([(west, south), (east, south), (east, north), (west, north)])
    cells = []
    for own, anchor in enumerate(anchors):
        ring = frame
        for other in range(len(anchors)):
            if other != own and len(ring):
                normal = 2 * (anchors[other] - anchor)
                limit = anchors[other] @ anchors[other] - anchor @ anchor - weights[other] + weights[own]
                ring = _clipped(ring, normal, limit)
        cells.append(_largest_piece(county.intersection(shapely.Polygon(ring))))
    return cells


def _clipped(ring: Floats, normal: Floats, limit: float) -> Floats:
    """What of a convex ring lies on the side normal · point <= limit."""
    beyond = ring @ normal - limit
    kept = []
    for here, there in enumerate(np.roll(np.arange(len(ring)), -1)):
        if beyond[here] <= 0:
            kept.append(ring[here])
        if (beyond[here] < 0) != (beyond[there] < 0):
            share = beyond[here] / (beyond[here] - beyond[there])
            kept.append(ring[here] + share * (ring[there] - ring[here]))
    return np.array(kept) if len(kept) > 2 else np.empty((0, 2))


def _largest_piece(shape: shapely.Geometry) -> shapely.Polygon:
    pieces = [piece for piece in shapely.get_parts(shape) if piece.geom_type == "Polygon"]
    if not pieces:
        raise ValueError("expected room for every street in its county, found none for one: mend its anchor")
    return max(pieces, key=lambda piece: float(piece.area))

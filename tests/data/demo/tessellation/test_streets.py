"""Power cells: every street has room, near its anchor, about as large as the sources say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import Polygon, box

from data.demo.chance import dice
from data.demo.tessellation.points import clusters, sample
from data.demo.tessellation.streets import street_cells

COUNTY = box(0, 0, 20_000, 10_000)


def streets(areas: list[float], units: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "approx_area_m2": areas,
            "urban": [True] * len(areas),
            "area_code": units or ["1"] * len(areas),
        }
    )


def test_cells_tile_the_county_and_have_their_size() -> None:
    anchors = np.array([(2_000.0, 5_000.0), (6_000.0, 5_000.0), (15_000.0, 5_000.0)])
    placed, cells = street_cells(COUNTY, streets([20e6, 60e6, 120e6]), anchors, dice(1, "x"))
    assert placed.tolist() == anchors.tolist()
    assert sum(cell.area for cell in cells) == pytest.approx(COUNTY.area)
    assert shapely.union_all(cells).area == pytest.approx(COUNTY.area)
    assert cells[0].area < cells[1].area < cells[2].area
    assert all(cell.covers(shapely.Point(*anchor)) for cell, anchor in zip(cells, anchors, strict=True))


def test_streets_on_one_spot_are_pushed_apart() -> None:
    anchors = np.array([(5_000.0, 5_000.0)] * 3)
    placed, cells = street_cells(COUNTY, streets([np.nan] * 3), anchors, dice(1, "x"))
    gaps = [np.hypot(*(placed[one] - placed[other])) for one, other in ((0, 1), (0, 2), (1, 2))]
    assert min(gaps) >= 350
    assert min(cell.area for cell in cells) > 1e6


def test_a_street_without_an_anchor_lies_inside_near_its_unit() -> None:
    anchors = np.array([(2_000.0, 5_000.0), (18_000.0, 5_000.0), (np.nan, np.nan)])
    known = streets([10e6, 10e6, np.nan], ["1", "2", "2"])
    placed, cells = street_cells(COUNTY, known, anchors, dice(1, "x"))
    assert COUNTY.contains(shapely.Point(*placed[2]))
    assert placed[2][0] > 10_000
    assert cells[2].area > 1e6


def test_points_follow_the_density_and_lie_inside() -> None:
    triangle = Polygon([(0, 0), (100, 0), (0, 100)])
    points = sample(triangle, 2_000, dice(1, "x"), density=lambda p: np.where(p[:, 0] < 20, 1.0, 0.1))
    assert points.shape == (2_000, 2)
    assert shapely.contains_xy(triangle, points[:, 0], points[:, 1]).all()
    assert (points[:, 0] < 20).mean() > 0.7


def test_clusters_find_heaps() -> None:
    rng = dice(1, "x")
    heaps = np.array([(0.0, 0.0), (50.0, 0.0), (0.0, 50.0)])
    points = np.concatenate([heap + rng.normal(0, 1, (40, 2)) for heap in heaps])
    middles, own = clusters(points, 3, dice(4, "x"), 12)
    assert sorted(np.bincount(own, minlength=3)) == [40, 40, 40]
    assert np.sort(middles.round(-1), axis=0).tolist() == np.sort(heaps, axis=0).tolist()

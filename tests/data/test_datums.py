"""Datums: known points, and there and back again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.datums import to_wgs84, wgs84_to_gcj02


def _one(value: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([value], dtype=np.float64)


def test_a_known_point_moves_as_published() -> None:
    lon, lat = wgs84_to_gcj02(_one(116.404), _one(39.915))
    assert (float(lon[0]), float(lat[0])) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)


def test_bd09_goes_by_way_of_gcj02() -> None:
    direct = to_wgs84("gcj02", _one(116.39762729119315), _one(39.90865673957631))
    by_way = to_wgs84("bd09", _one(116.404), _one(39.915))
    assert np.allclose(direct, by_way, atol=1e-9)


@settings(deadline=None)
@given(lon=st.floats(74, 134), lat=st.floats(5, 53))
def test_gcj02_there_and_back_is_the_same_to_a_centimetre(lon: float, lat: float) -> None:
    back = to_wgs84("gcj02", *wgs84_to_gcj02(_one(lon), _one(lat)))
    assert np.allclose([back[0][0], back[1][0]], [lon, lat], atol=1e-7)


def test_nothing_moves_outside_china() -> None:
    lon, lat = to_wgs84("gcj02", _one(-71.06), _one(42.36))
    assert (lon[0], lat[0]) == (-71.06, 42.36)


def test_an_unknown_datum_is_refused() -> None:
    with pytest.raises(ValueError, match="wgs84, gcj02 or bd09"):
        to_wgs84("wgs72", _one(1), _one(1))

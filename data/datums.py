"""The two shifted datums of Chinese web maps. No EPSG code tells them from WGS-84, so they have to be
declared.

GCJ-02 is WGS-84 moved by a smooth, published-by-use distortion of up to 700 m inside China; BD-09 moves
GCJ-02 once more. Outside China's rectangle neither moves anything. The inverse is found by fixed-point
iteration, to a centimetre.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_AXIS = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
_BAIDU = np.pi * 3000.0 / 180.0
_ROUNDS = 6


def to_wgs84(datum: str, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Longitudes and latitudes in degrees on WGS-84, from `datum` (wgs84, gcj02 or bd09). Raises ValueError
    otherwise.
    """
    if datum == "wgs84":
        return lon, lat
    if datum == "gcj02":
        return _unshift(lon, lat)
    if datum == "bd09":
        return _unshift(*_baidu_to_gcj(lon, lat))
    raise ValueError(f"the datum must be wgs84, gcj02 or bd09; found {datum!r}")


def wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS-84 degrees as GCJ-02 degrees; unchanged outside China's rectangle."""
    east, north = lon - 105.0, lat - 35.0
    wave = (20.0 * np.sin(6.0 * east * np.pi) + 20.0 * np.sin(2.0 * east * np.pi)) * 2.0 / 3.0
    d_lat = (
        -100.0 + 2.0 * east + 3.0 * north + 0.2 * north**2 + 0.1 * east * north + 0.2 * np.sqrt(np.abs(east))
    )
    d_lat += wave + (20.0 * np.sin(north * np.pi) + 40.0 * np.sin(north / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(north / 12.0 * np.pi) + 320.0 * np.sin(north * np.pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + east + 2.0 * north + 0.1 * east**2 + 0.1 * east * north + 0.1 * np.sqrt(np.abs(east))
    d_lon += wave + (20.0 * np.sin(east * np.pi) + 40.0 * np.sin(east / 3.0 * np.pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(east / 12.0 * np.pi) + 300.0 * np.sin(east / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY * np.sin(radians) ** 2
    root = np.sqrt(magic)
    d_lat = np.degrees(d_lat / (_AXIS * (1.0 - _ECCENTRICITY) / (magic * root)))
    d_lon = np.degrees(d_lon / (_AXIS / root * np.cos(radians)))
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def _unshift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    guess_lon, guess_lat = lon, lat
    for _ in range(_ROUNDS):
        there_lon, there_lat = wgs84_to_gcj02(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + (lon - there_lon), guess_lat + (lat - there_lat)
    return guess_lon, guess_lat


def _baidu_to_gcj(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 0.0065, lat - 0.006
    distance = np.hypot(x, y) - 0.00002 * np.sin(y * _BAIDU)
    angle = np.arctan2(y, x) - 0.000003 * np.cos(x * _BAIDU)
    return distance * np.cos(angle), distance * np.sin(angle)

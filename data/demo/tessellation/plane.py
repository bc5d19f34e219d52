"""A flat map of the city in metres, and the fine mesh of degrees on which every corner of a grid lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike

from data.demo.chance import Floats

MESH = 1_000_000
"""Mesh lines to the degree: a corner every ten centimetres, and the outlines of the counties lie on it as they are."""

_METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True)
class Plane:
    """Metres east and north of a middle. Only stretches, so straight lines stay straight and nothing has to be split;
    areas are true to half a percent within a degree."""

    lon: float
    lat: float

    @classmethod
    def of(cls, geometries: ArrayLike) -> Plane:
        """The plane around the middle of some geometries in degrees."""
        west, south, east, north = shapely.total_bounds(geometries)
        return cls((west + east) / 2, (south + north) / 2)

    @property
    def _scale(self) -> Floats:
        return np.array([_METRES_A_DEGREE * np.cos(np.radians(self.lat)), _METRES_A_DEGREE])

    def metres(self, degrees: Floats) -> Floats:
        """Points in metres, one row each."""
        flat: Floats = (degrees - (self.lon, self.lat)) * self._scale
        return flat

    def degrees(self, metres: Floats) -> Floats:
        """Points in degrees, one row each."""
        round_: Floats = metres / self._scale + (self.lon, self.lat)
        return round_

    def to_mesh(self, metres: Floats) -> Floats:
        """Points in mesh units, between the lines where they happen to be."""
        return self.degrees(metres) * MESH

    def from_mesh(self, mesh: Floats) -> Floats:
        """Points on the mesh in metres."""
        return self.metres(mesh / MESH)


def on_mesh(degrees: Floats) -> Floats:
    """Points in degrees, in mesh units and on its lines."""
    return np.round(degrees * MESH)


def off_mesh(mesh: Floats) -> Floats:
    """Points on the mesh in degrees, six decimals."""
    return np.round(mesh / MESH, 6)


def moved(geometries: Any, move: Callable[[Floats], Floats]) -> Any:
    """Geometries with every corner moved."""
    return shapely.transform(geometries, move)

"""Where events come from: how busy each grid is, how well its units work, and points within its outline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from sqlalchemy import select

from data.demo.chance import Bools, Floats, Ints
from data.demo.draws import cumulated, digest, digests, normal, pick, uniform
from data.demo.model import Model
from data.grids import Grid, Tree
from data.reference import Reference
from data.schema import grid_shape
from data.store import Store

_DISTRICT, _STREET = 1, 2
"""The depths at which districts and streets stand."""

_HOT_SHARE = 0.004
"""The share of ordinary grids in which something always is: many times the mean."""


@dataclass(frozen=True, eq=False)
class Places:
    """The grids that have no grids below, in the order of the tree, and what the demonstration thinks of them."""

    seed: int
    model: Model
    tree: Tree

    @cached_property
    def leaves(self) -> tuple[Grid, ...]:
        """The grids in which events are reported."""
        return tuple(grid for grid in self.tree if grid.id == grid.last_id)

    @cached_property
    def ids(self) -> Ints:
        """Their ids."""
        return np.array([grid.id for grid in self.leaves], dtype=np.int64)

    @cached_property
    def numbers(self) -> Ints:
        """What each draws by: its code's digest, so that a change elsewhere in the tree changes nothing here."""
        return digests(grid.code for grid in self.leaves)

    def choose(self, happening: Ints, chances: Floats) -> Ints:
        """A leaf for each happening, as places in `leaves`."""
        return pick(self._tables, self._table_of[happening], chances)

    def within(self, code: str) -> Bools:
        """Which leaves lie within a scope; none where the city has no such grid."""
        if code not in self.tree:
            return np.zeros(len(self.ids), dtype=bool)
        scope = self.tree.get(code)
        return (self.ids >= scope.id) & (self.ids <= scope.last_id)

    def quality(self, leaf: Ints, happening: Ints) -> Floats:
        """How well the unit that answers works, about a standard normal number: of its district, its street, the
        holder in that street and the community, and the same for ever."""
        holder = self._holders[happening]
        found: Floats = self._ground_quality[leaf] + 0.5 * normal(
            self.seed, "holder", self._street_numbers[leaf] // 1000 + holder
        )
        return found

    @cached_property
    def rural(self) -> Bools:
        """Which leaves lie in a village."""
        ending = self.model.texts["rural_ending"]
        return np.array([self.community(grid).name.endswith(ending) for grid in self.leaves], dtype=bool)

    def community(self, grid: Grid) -> Grid:
        """The grid that a leaf belongs to: its parent, or itself in a city of one grid."""
        return self.tree.get(grid.parent) if grid.parent else grid

    @cached_property
    def streets(self) -> Ints:
        """The ids of the streets of the leaves."""
        found: Ints = self.tree.ancestor_ids(_STREET)[self.ids]
        return found

    @cached_property
    def districts(self) -> Ints:
        """The ids of the districts of the leaves."""
        found: Ints = self.tree.ancestor_ids(_DISTRICT)[self.ids]
        return found

    @cached_property
    def _street_numbers(self) -> Ints:
        by_id = {id: digest(self.tree.by_id(id).code) for id in np.unique(self.streets).tolist()}
        return np.array([by_id[id] for id in self.streets.tolist()], dtype=np.int64)

    @cached_property
    def _community_numbers(self) -> Ints:
        return digests(self.community(grid).code for grid in self.leaves)

    @cached_property
    def _holders(self) -> Ints:
        tops = [happening.top_code for happening in self.model.happenings]
        return np.array([digest(self.model.holders.get(top, top)) // 1000 for top in tops], dtype=np.int64)

    def _of_district(self, name: str, otherwise: float) -> Floats:
        told = {
            id: float(self.model.districts.get(self.tree.by_id(id).code, {}).get(name, otherwise))
            for id in np.unique(self.districts).tolist()
        }
        return np.array([told[id] for id in self.districts.tolist()])

    @cached_property
    def _ground_quality(self) -> Floats:
        found: Floats = (
            self._of_district("quality", 0.0)
            + 0.65 * normal(self.seed, "street", self._street_numbers)
            + 0.3 * normal(self.seed, "community", self._community_numbers)
        )
        return found

    @cached_property
    def _volume(self) -> Floats:
        """How busy each leaf is before it is asked for what."""
        heat = uniform(self.seed, "hot", self.numbers)
        hot = np.where(heat < _HOT_SHARE, 4.0 + 14.0 * heat / _HOT_SHARE, 1.0)
        found: Floats = (
            self._of_district("volume", 1.0)
            * np.exp(0.32 * normal(self.seed, "busy street", self._street_numbers))
            * np.exp(0.4 * normal(self.seed, "busy community", self._community_numbers))
            * np.exp(0.7 * normal(self.seed, "busy", self.numbers))
            * hot
        )
        return found

    @cached_property
    def _tables(self) -> Floats:
        return cumulated(np.array([self._weights(rule) for rule in self.model.places.values()]))

    def _weights(self, rule: Mapping[str, Any]) -> Floats:
        kinds = rule.get("kinds", {})
        dedicated = np.array(
            [kinds.get(grid.kind, rule["dedicated"]) if grid.kind else 0.0 for grid in self.leaves]
        )
        ordinary = np.where(self.rural, rule["rural"], rule["urban"])
        found: Floats = self._volume * np.where(dedicated > 0, dedicated, ordinary)
        return found

    @cached_property
    def _table_of(self) -> Ints:
        names = list(self.model.places)
        return np.array([names.index(each.places) for each in self.model.happenings], dtype=np.int64)


@dataclass(frozen=True)
class Outlines:
    """The leaves' outlines cut into triangles, so that a point within one is drawn without looking whether it is."""

    first: Floats
    area: Floats
    steps: Floats
    corners: Floats

    def points(self, seed: int, numbers: Ints, leaf: Ints) -> tuple[Floats, Floats]:
        """Longitude and latitude of a point in each leaf, to a tenth of a metre; NaN in one without an outline."""
        if not len(self.steps):
            nowhere = np.full(len(leaf), np.nan)
            return nowhere, nowhere
        target = self.first[leaf] + uniform(seed, "triangle", numbers) * self.area[leaf]
        triangle = np.clip(np.searchsorted(self.steps, target, side="right"), 0, len(self.steps) - 1)
        along = np.sqrt(uniform(seed, "along", numbers))
        across = uniform(seed, "across", numbers)
        a, b, c = (self.corners[triangle, corner] for corner in range(3))
        point = a + along[:, None] * (b - a + across[:, None] * (c - b))
        point[~(self.area[leaf] > 0)] = np.nan
        return np.round(point[:, 0], 6), np.round(point[:, 1], 6)


def outlines(store: Store, places: Places) -> Outlines:
    """The outlines of the leaves as the store has them."""
    with store.reading() as connection:
        known = {row.grid_id: bytes(row.wkb) for row in connection.execute(select(grid_shape))}
    drawn = [place for place, grid in enumerate(places.leaves) if grid.id in known]
    nothing = np.zeros(len(places.leaves))
    if not drawn:
        return Outlines(nothing, nothing, np.zeros(0), np.zeros((0, 3, 2)))
    polygons = shapely.from_wkb([known[places.leaves[place].id] for place in drawn])
    triangles, owner = shapely.get_parts(shapely.constrained_delaunay_triangles(polygons), return_index=True)
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    sizes: Floats = shapely.area(triangles)
    steps = np.cumsum(sizes)
    leaf: Ints = np.array(drawn, dtype=np.int64)[owner]
    areas = np.bincount(leaf, weights=sizes, minlength=len(places.leaves)).astype(np.float64)
    first = np.zeros(len(places.leaves))
    starts = np.flatnonzero(np.diff(leaf, prepend=-1))
    first[leaf[starts]] = steps[starts] - sizes[starts]
    return Outlines(first, areas, steps, corners)


def places_of(seed: int, model: Model, city: Reference) -> Places:
    """The places of a city."""
    return Places(seed, model, city.tree)

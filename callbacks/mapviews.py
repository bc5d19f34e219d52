"""What the map asks the server for: its levels, where a view lies, and the values of a level as bytes.

A request is the query string of the page with the level that is to be coloured. Equal requests of one version have one
answer, whoever asks: live views are counted as of the last full five minutes and all that was reported since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qsl

import numpy as np
import shapely

from callbacks import state
from callbacks.reads import City, Reads, targets
from callbacks.state import Scene, ViewState
from data.clocks import MINUTE, ZoneClock, iso
from data.grids import Tree, UnknownGrid
from data.indicators import INDICATORS, shown
from data.words import language, word
from layouts.rows import MINIMUM
from maps import scales, wire
from maps.atlas import Atlas, LevelFile, atlas
from maps.levels import levels_of

POINTS: Final = 20_000
"""So many events are shown singly; beyond it the map says that there are more."""

_HEAT: Final = "received"
_STEP: Final = 5 * MINUTE
_WHOLE: Final = 0.9
"""A level that covers less of the city than this is not chosen by the zoom: it would leave holes."""


class BadRequest(ValueError):
    """A request that no page makes; the message is a plain sentence."""


@dataclass(frozen=True)
class Wanted:
    """A request that has met the city: what is asked, of which level, and the name under which its answer is kept."""

    city: City
    tree: Tree
    scene: Scene
    file: LevelFile
    places: slice
    key: str


class MapViews:
    """The answers for the map. Safe for several threads.

    Figures come from `reads`, which are bounded by whoever asks; outlines, which everybody shares, from `whole`.
    """

    def __init__(self, reads: Reads, folder: Path | None = None, whole: Reads | None = None) -> None:
        self._reads = reads
        self._whole = whole or reads
        self._folder = folder
        self._made: tuple[str, Atlas] | None = None
        self._areas: tuple[str, tuple[str, bytes] | None] | None = None
        self._lock = Lock()

    def atlas(self) -> Atlas | None:
        """The levels of the loaded city, made when it is first asked for; None without a city."""
        city = self._whole.city()
        if city is None:
            return None
        with self._lock:
            if self._made is None or self._made[0] != city.revision:
                tree = self._whole.tree()
                levels = levels_of(tree, city.levels, word("level.dedicated"))
                outlines = self._whole.shapes([grid.code for grid in tree])
                self._made = (city.revision, atlas(levels, outlines, self._folder))
            return self._made[1]

    def asker(self) -> tuple[str, str]:
        """What an answer depends on besides its query and the token: the scope of whoever asks, and the language."""
        return self._reads.viewer().scope, language()

    def token(self) -> str:
        """Changes when any answer may."""
        city = self._reads.city()
        version = state.version_token(self._reads.version(), self._reads.now())
        return f"{city.revision if city else ''}.{version}"

    def scene(self, view: ViewState) -> tuple[City, Tree, Scene, tuple[str, ...]] | None:
        """A view met with the city as of the present, and what could not be followed; None without a city."""
        city = self._reads.city()
        if city is None:
            return None
        try:
            tree = self._reads.tree()
        except UnknownGrid:
            return None
        now = self._reads.now()
        as_of = state.present(view, self._reads.freshness(), now - now % _STEP)
        live = view.as_of is None and as_of == now - now % _STEP
        found, problems = state.scene(view, tree, ZoneClock.of(city.zone), as_of, live, city)
        return city, tree, found, problems

    def wanted(self, query: str) -> Wanted:
        """The request of a query string. Raises BadRequest."""
        given = dict(parse_qsl(query))
        met = self.scene(state.parse(query).view)
        book = self.atlas()
        if met is None or book is None:
            raise BadRequest("expected a city, found none: run `python app.py city load DIR`")
        city, tree, found, _ = met
        file = book.by_key.get(given.get("level", ""))
        if file is None:
            known = ", ".join(book.by_key)
            raise BadRequest(f"expected level={known}, found {given.get('level', '')[:40]!r}")
        view = replace(found.view, level=file.level.key, layers=(), theme=state.THEMES[0], event=None)
        view = view.listed(state.LISTINGS[0])
        return Wanted(city, tree, found, file, file.level.within(found.grid), state.to_search(view))

    def values(self, wanted: Wanted) -> bytes:
        """A class for each grid of the level within the scope, behind a header that says what the classes are."""
        found, key = wanted.scene, wanted.scene.view.indicator
        numerator, denominator, value = self._figures(wanted, key)
        few = _few(key, numerator, denominator)
        judged = ~few & ~np.isnan(value)
        target = targets(wanted.city).get(key)
        made = scales.scale(key, value[judged], target)
        placed = scales.classes(made, value, few)
        header = {
            "key": key,
            "level": wanted.file.level.key,
            "scope": found.grid.code,
            "first": wanted.places.start,
            "count": len(placed),
            "asOf": iso(found.as_of),
            "kind": made.kind,
            "colors": list(made.colors),
            "labels": labels(key, made),
            "aim": None if made.target is None else 1 + made.breaks.index(made.target),
            "how": _how(key, made),
            "sizes": list(scales.sizes(placed, len(made.colors))),
            "few": int(np.count_nonzero(placed == scales.TOO_FEW)),
            "none": int(np.count_nonzero(placed == scales.NO_DATA)),
            "total": int(numerator.sum()),
        }
        return wire.packed(header, placed.tobytes())

    def figures(self, wanted: Wanted) -> bytes:
        """Numerator, denominator (0 for a count) and rank (0 where too few or no data) of the same grids, as int32."""
        key = wanted.scene.view.indicator
        numerator, denominator, value = self._figures(wanted, key)
        ranks = ranked(key, value, _few(key, numerator, denominator))
        header = {
            "key": key,
            "level": wanted.file.level.key,
            "scope": wanted.scene.grid.code,
            "first": wanted.places.start,
            "count": len(value),
            "ranked": int(np.count_nonzero(ranks)),
            "blank": bool(np.isnan(value).all()),
        }
        columns = (numerator, denominator if denominator is not None else np.zeros(len(value)), ranks)
        return wire.packed(header, b"".join(column.astype("<i4").tobytes() for column in columns))

    def weights(self, wanted: Wanted) -> bytes:
        """How many events each grid of the level received: what a heat map is made of."""
        numerator, _, _ = self._figures(wanted, _HEAT)
        header = {
            "level": wanted.file.level.key,
            "first": wanted.places.start,
            "count": len(numerator),
            "total": int(numerator.sum()),
            "most": int(numerator.max(initial=0)),
        }
        return wire.packed(header, wire.varints(numerator))

    def points(self, wanted: Wanted, kind: str) -> bytes:
        """Where single events lie: differences of ids, longitudes and latitudes."""
        found = self._reads.points(wanted.scene.question, kind, POINTS)
        header = {
            "kind": kind,
            "count": len(found.ids),
            "perDegree": wire.PER_DEGREE,
            "unplaced": found.unplaced,
            "more": found.more,
        }
        places = [np.round(axis * wire.PER_DEGREE).astype(np.int64) for axis in (found.lon, found.lat)]
        columns = [found.ids, *places]
        return wire.packed(header, b"".join(wire.varints(wire.differences(column)) for column in columns))

    def areas(self) -> tuple[str, bytes] | None:
        """The outlines of management areas as GeoJSON with their digest; None where the city has none."""
        city = self._whole.city()
        revision = city.revision if city else ""
        with self._lock:
            if self._areas is None or self._areas[0] != revision:
                self._areas = (revision, self._packed_areas())
            return self._areas[1]

    def _packed_areas(self) -> tuple[str, bytes] | None:
        outlines = self._whole.areas()
        if outlines.empty:
            return None
        simple = shapely.simplify(np.asarray(outlines.geometry.array, dtype=object), 2e-5)
        spots = shapely.get_coordinates(shapely.point_on_surface(simple))
        outlines = outlines.set_geometry(wire.quantised(simple), crs=outlines.crs)
        outlines["lon"], outlines["lat"] = spots[:, 0].round(5), spots[:, 1].round(5)
        body = outlines.to_json(drop_id=True, ensure_ascii=False, separators=(",", ":")).encode()
        return wire.digest(body), body

    def answer(self, kind: str, query: str) -> bytes:
        """The bytes of an address for a query string. Raises BadRequest."""
        wanted = self.wanted(query)
        if kind in ("overdue", "newest"):
            return self.points(wanted, kind)
        made = {"values": self.values, "figures": self.figures, "weights": self.weights}
        return made[kind](wanted)

    def geometry(self, name: str) -> tuple[bytes, bytes] | None:
        """A level by the last part of its address, in brotli and gzip; None where there is no such content."""
        book = self.atlas()
        found = None if book is None else book.named(name)
        return None if found is None else (found.brotli, found.gzip)

    def manifest(self) -> dict[str, Any] | None:
        """What a map has to know before it draws: the levels with their addresses, and where the city lies."""
        city, book = self._reads.city(), self.atlas()
        if city is None or book is None:
            return None
        areas = self.areas()
        widest = max((file.area for file in book.files if not file.level.dedicated), default=0.0)
        return {
            "revision": city.revision,
            "bounds": book.bounds(self._reads.tree().root),
            "levels": [
                {
                    "key": file.level.key,
                    "name": file.level.name,
                    "depth": file.level.depth,
                    "dedicated": file.level.dedicated,
                    "count": len(file.level),
                    "drawn": file.drawn,
                    "width": file.width,
                    "whole": file.area >= _WHOLE * widest,
                    "address": f"/geometry/{file.name}",
                }
                for file in book.files
            ],
            "areas": None if areas is None else f"/geometry/areas-{areas[0]}",
        }

    def _figures(self, wanted: Wanted, key: str) -> tuple[Any, Any, Any]:
        """Numerator, denominator (None for a count) and value of the level's grids within the scope."""
        level = wanted.file.level
        answer = self._reads.level_values(wanted.scene.question, level.depth, key)
        places = np.searchsorted(answer.grid_ids, level.ids[wanted.places])
        below = None if answer.denominator is None else answer.denominator[places]
        return answer.numerator[places], below, answer.value[places]


def labels(key: str, made: scales.Scale) -> list[str]:
    """What the classes of a scale hold, as a legend says it; counts by their first and last number."""
    if not made.colors:
        return []
    if not made.breaks:
        low, high = shown(key, made.low), shown(key, made.high)
        return [low if low == high else word("map.between").format(low=low, high=high)]
    told = [shown(key, value) for value in made.breaks]
    first = word("map.below").format(value=told[0])
    last = word("map.above").format(value=told[-1])
    if INDICATORS[key].kind == "rate":
        between = [word("map.between").format(low=low, high=high) for low, high in pairwise(told)]
        return [first, *between, last]
    ends = [int(made.low or 0), *(int(value) for value in made.breaks)]
    spans = [(shown(key, low), shown(key, high - 1)) for low, high in pairwise(ends)]
    between = [low if low == high else word("map.between").format(low=low, high=high) for low, high in spans]
    return [*between, last]


def _how(key: str, made: scales.Scale) -> str:
    """How the breaks were found, in words."""
    if made.target is not None:
        return word("map.diverging").format(target=shown(key, made.target))
    return word("map.quantiles") if made.breaks else ""


def ranked(key: str, value: Any, few: Any) -> Any:
    """The rank of each grid, best first, ties sharing one; 0 where there is nothing to rank. As in figures.rank."""
    ranks = np.zeros(len(value), dtype=np.int64)
    rest = np.flatnonzero(~few & ~np.isnan(value))
    worse = value[rest] if INDICATORS[key].better == "down" else -value[rest]
    ranks[rest] = 1 + np.searchsorted(np.sort(worse), worse)
    return ranks


def _few(key: str, numerator: Any, denominator: Any) -> Any:
    """Where a rate has too few events to judge a grid by it."""
    return np.zeros(len(numerator), dtype=bool) if denominator is None else denominator < MINIMUM

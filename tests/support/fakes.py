"""Reads of a city that does not exist: Boston's 26 neighbourhoods with figures that follow from their names alone."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry import box

from callbacks.reads import City, Part, Reads
from data.access import Viewer
from data.answers import (
    EVENT_COLUMNS,
    FIGURE_COLUMNS,
    FRESHNESS_COLUMNS,
    RANK_COLUMNS,
    Compared,
    Page,
    Question,
    Trace,
    empty,
)
from data.clocks import DAY, HOUR, MINUTE, ZoneClock, instant
from data.grids import Node, Tree, plant
from data.indicators import INDICATORS, Figure, figures
from data.periods import Period, Unit, previous, same_last_year, split
from data.queries.figures import Courses, GridsCompared
from data.queries.filters import FOUND_COLUMNS, Filter, Found, Total
from data.queries.levels import LevelValues
from data.queries.people import People
from data.queries.points import Points
from tests.support.boards import courses_of, figure_table

ZONE = "America/New_York"
NOW = instant(datetime(2026, 2, 10, 23, 0, tzinfo=UTC))
OVERDUE = 137
MAYOR = Viewer("mayor", "operator", "boston")
"""Whoever looks at the fake city: the whole of it is theirs."""

NEIGHBOURHOODS = (
    "Allston", "Back Bay", "Bay Village", "Beacon Hill", "Brighton", "Charlestown", "Chinatown", "Dorchester",
    "Downtown", "East Boston", "Fenway", "Harbor Islands", "Hyde Park", "Jamaica Plain", "Leather District",
    "Longwood Medical Area", "Mattapan", "Mission Hill", "North End", "Roslindale", "Roxbury", "South Boston",
    "South Boston Waterfront", "South End", "West End", "West Roxbury",
)  # fmt: skip
_CATEGORIES = (
    "Requests for Street Cleaning", "Parking Enforcement", "Missed Trash", "Needle Pickup", "Pothole", "Graffiti",
    "Street Light Outage", "Tree Maintenance", "Abandoned Vehicle", "Sidewalk Repair", "Sign Repair", "Rodent Activity",
)  # fmt: skip
_CHANNELS = ("Citizens Connect App", "Call", "Self Service", "Employee Generated", "City Worker App")
_TINY = {"boston-harbor-islands": 0, "boston-leather-district": 3, "boston-bay-village": 6}


def code_of(name: str) -> str:
    """The grid code of a neighbourhood."""
    return "boston-" + name.lower().replace(" ", "-")


@dataclass
class FakeCity:
    """A city whose reads are counted; change `version`, `now` or `loaded` to see the page follow."""

    loaded: bool = True
    events: bool = True
    version: int = 1
    now: int = NOW
    broken: bool = False
    asked: list[str] = field(default_factory=list)
    tree: Tree = field(default_factory=lambda: boston_tree())

    def reads(self) -> Reads:
        """The reads that the screens take."""
        clock = ZoneClock.of(ZONE)

        def noted(name: str, answer: Callable[..., Any]) -> Callable[..., Any]:
            def read(*given: Any) -> Any:
                self.asked.append(name)
                if self.broken:
                    raise RuntimeError("the fake store is broken")
                return answer(*given)

            return read

        return Reads(
            now=lambda: self.now,
            viewer=lambda: MAYOR,
            version=lambda: self.version,
            city=lambda: _CITY if self.loaded else None,
            tree=lambda: self.tree,
            compare=noted("compare", lambda q: self._compare(clock, q)),
            compare_some=noted("compare_some", lambda q, keys: self._compare(clock, q)),
            totals=noted("totals", lambda q, keys: self._totals(q, keys)),
            compare_grids=noted(
                "compare_grids", lambda q, depth, keys: self._compare_grids(clock, q, depth, keys)
            ),
            courses=noted("courses", lambda q, unit, key, depth: self._courses(clock, q, unit, key, depth)),
            people=noted("people", lambda scope: People({"worker": 12, "head": 1}, {"police": 2})),
            by_grid=noted("by_grid", lambda q, keys: self._by_grid(q)),
            by_time=noted("by_time", lambda q, unit, keys: self._by_time(clock, q, unit)),
            by_category=noted("by_category", lambda q, keys: self._by_part(q, _CATEGORIES)),
            by_channel=noted("by_channel", lambda q, keys: self._by_part(q, _CHANNELS)),
            rank=noted("rank", self._rank),
            events=noted("events", self._events),
            found=noted("found", self._found),
            found_total=noted("found_total", lambda q, wanted: self._found_total(q)),
            nearby=noted("nearby", self._nearby),
            worked=lambda start, end: (end - start) // 3,
            sessions=lambda: "08:30–12:00",
            trace=noted("trace", self._trace),
            unmask=noted("unmask", lambda scope, number, as_of, reason: self._trace(scope, number, as_of)),
            freshness=noted("freshness", self._freshness),
            shapes=noted("shapes", boston_shapes),
            level_values=noted("level_values", self._level_values),
            points=noted("points", self._points),
            areas=no_areas,
        )

    def _level_values(self, q: Question, depth: int, key: str) -> LevelValues:
        level = self.tree.level(q.scope, depth)
        made = [figures(self._measures(code, q.period))[key] for code in level.codes]
        count = INDICATORS[key].denominator is None
        return LevelValues(
            level.ids,
            np.array([one.numerator for one in made], dtype=np.int64),
            None if count else np.array([one.denominator for one in made], dtype=np.int64),
            np.array([np.nan if one.value is None else one.value for one in made], dtype=np.float64),
        )

    def _points(self, q: Question, kind: str, limit: int) -> Points:
        count = min(limit, OVERDUE if kind == "overdue" else 40)
        places = np.arange(count, dtype=np.int64)
        lon: NDArray[np.float64] = -71.18 + 0.03 * (places % 6).astype(np.float64)
        lat: NDArray[np.float64] = 42.24 + 0.03 * (places % 5).astype(np.float64)
        return Points(1 + places, lon, lat, unplaced=3, more=False)

    def _measures(self, scope: str, period: Period, part: str = "", weight: float = 1.0) -> dict[str, int]:
        children = self.tree.children(scope)
        if children:
            own = self._measures_of(scope + "/own", period, part, 0.04 * weight)
            below = [self._measures(child.code, period, part, weight) for child in children]
            return {key: own[key] + sum(one[key] for one in below) for key in own}
        return self._measures_of(scope, period, part, weight)

    def _measures_of(self, scope: str, period: Period, part: str, weight: float) -> dict[str, int]:
        days = max((min(period.end, self.now) - period.start) / DAY, 0.0)
        noise = zlib.crc32(f"{scope}|{part}|{period.start // HOUR}".encode()) % 1000 / 1000
        quality = 0.45 + 0.5 * (zlib.crc32(scope.encode()) % 1000 / 1000)
        received = int(
            weight
            * days
            * (1.2 + 2.4 * (zlib.crc32(scope[::-1].encode()) % 1000 / 1000))
            * (0.6 + 0.8 * noise)
        )
        if scope in _TINY:
            received = min(received, _TINY[scope])
        if not self.events:
            received = 0
        closed = int(received * min(1.0, quality + 0.12))
        on_time = int(received * min(0.99, quality * (0.85 + 0.3 * noise)))
        return {
            "received": received,
            "accepted": 0,
            "closed": closed,
            "accept_on_time": 0,
            "accept_due": 0,
            "handle_on_time": on_time,
            "handle_due": received,
            "received_closed": closed,
            "closed_on_time": min(on_time, closed),
            "closed_judged": closed,
            "received_closed_on_time": min(on_time, closed),
            "received_closed_judged": closed,
            "satisfied": 0,
            "rated": 0,
            "closed_rated": 0,
            "closed_reworked": closed // 40,
            "closed_false": 0,
            "overdue_open": received // 5,
        }

    def _compare(self, clock: ZoneClock, q: Question) -> Compared:
        before, last_year = previous(clock, q.period), same_last_year(clock, q.period)
        nothing = figures({}) | {"received": Figure("received", 0.0, 0, None)}
        return Compared(
            figures(self._measures(q.scope, q.period)),
            figures(self._measures(q.scope, before)),
            nothing,
            before,
            last_year,
        )

    def _totals(self, q: Question, keys: Sequence[str]) -> dict[str, Figure]:
        every = figures(self._measures(q.scope, q.period))
        return {key: every[key] for key in keys}

    def _compare_grids(
        self, clock: ZoneClock, q: Question, depth: int | None, keys: Sequence[str]
    ) -> GridsCompared:
        scope = self.tree.get(q.scope)
        grids = self.tree.at_depth(q.scope, scope.depth + 1 if depth is None else depth)
        before = previous(clock, q.period)
        tables = []
        for period in (q.period, before):
            told = [self._measures(grid.code, period) for grid in grids]
            told.append(self._measures_of(f"{q.scope}/own", period, "", 0.04))
            tables.append(figure_table([*grids, scope], [False] * len(grids) + [True], told, keys))
        return GridsCompared(tables[0], tables[1], before)

    def _courses(self, clock: ZoneClock, q: Question, unit: Unit, key: str, depth: int | None) -> Courses:
        scope = self.tree.get(q.scope)
        grids = self.tree.at_depth(q.scope, scope.depth + 1 if depth is None else depth)
        return courses_of(
            grids, split(clock, q.period, unit), key, lambda code, part: self._measures(code, part)
        )

    def _frame(self, groups: Sequence[tuple[str, str, bool, dict[str, int]]]) -> pd.DataFrame:
        rows = [
            (group, name, own, figure.key, figure.numerator, figure.denominator, figure.value)
            for group, name, own, measures in groups
            for figure in figures(measures).values()
        ]
        if not rows:
            return empty(FIGURE_COLUMNS)
        return pd.DataFrame(rows, columns=list(FIGURE_COLUMNS)).astype(dict(FIGURE_COLUMNS))

    def _by_grid(self, q: Question) -> pd.DataFrame:
        children = self.tree.children(q.scope)
        found = [(child.code, child.name, False, self._measures(child.code, q.period)) for child in children]
        own = self._measures_of(f"{q.scope}/own", q.period, "", 0.04)
        own = own if children else self._measures(q.scope, q.period)
        return self._frame([*found, (q.scope, self.tree.get(q.scope).name, True, own)])

    def _by_time(self, clock: ZoneClock, q: Question, unit: Unit) -> pd.DataFrame:
        cut = split(clock, q.period, unit)
        return self._frame([(label, label, False, self._measures(q.scope, bucket)) for label, bucket in cut])

    def _by_part(self, q: Question, names: Sequence[str]) -> pd.DataFrame:
        return self._frame(
            [
                (name.lower(), name, False, self._measures(q.scope, q.period, name, 0.5 / (1 + number)))
                for number, name in enumerate(names)
            ]
        )

    def _rank(self, q: Question, key: str, minimum: int = 10) -> pd.DataFrame:
        frame = self._by_grid(q)
        frame = frame[(frame["key"] == key) & ~frame["own"]]
        if frame.empty:
            return empty(RANK_COLUMNS)
        frame = frame.rename(columns={"group": "code"})
        frame["too_few"] = frame["denominator"].fillna(minimum) < minimum
        sign = 1 if INDICATORS[key].better == "down" else -1
        frame["order"] = frame["value"].fillna(0.0) * sign
        frame = frame.sort_values(["too_few", "order", "code"])
        ranked = frame.loc[~frame["too_few"], "order"].rank(method="min").astype("Int64")
        frame["rank"] = ranked.reindex(frame.index)
        return frame[list(RANK_COLUMNS)].astype(dict(RANK_COLUMNS)).reset_index(drop=True)

    def _events(self, q: Question, kind: str, limit: int, after: str | None) -> Page:
        count = OVERDUE if self.tree.get(q.scope).parent is None else 12
        if not self.events:
            count = 0
        first = int(after or 0)
        scope = self.tree.get(q.scope)
        grids = self.tree.children(q.scope) or (scope,)
        rows = []
        for number in range(first, min(first + limit, count)):
            grid = grids[number % len(grids)]
            category = _CATEGORIES[number % len(_CATEGORIES)]
            due = q.as_of - (count - number) * 7 * HOUR
            rows.append(
                (
                    number + 1,
                    "boston-311",
                    f"BCS-{number + 1:08d}",
                    category if number % 3 else "",
                    category.lower(),
                    category,
                    "call",
                    "Call",
                    grid.code,
                    grid.name,
                    "dispatched",
                    due - 3 * DAY,
                    due,
                    (q.as_of - due) / MINUTE if kind != "newest" else None,
                )
            )
        frame = (
            pd.DataFrame(rows, columns=list(EVENT_COLUMNS)).astype(dict(EVENT_COLUMNS))
            if rows
            else empty(EVENT_COLUMNS)
        )
        end = first + len(rows)
        return Page(frame, str(end) if end < count else None)

    def _found(self, q: Question, wanted: Filter, limit: int, after: str | None) -> Found:
        page = self._events(q, "overdue", limit, after)
        rows = page.rows.assign(
            closed_at=pd.array([None] * len(page.rows), dtype="Int64"),
            rating=pd.array([None] * len(page.rows), dtype="Int64"),
            unit="Public Works",
            address="Ceylon St",
            description="",
        )
        if wanted.text:
            rows = rows[rows["title"].str.contains(wanted.text, regex=False)]
        return Found(rows.astype(dict(FOUND_COLUMNS)), page.next)

    def _found_total(self, q: Question) -> Total:
        return Total(OVERDUE if self.tree.get(q.scope).parent is None else 12, True)

    def _nearby(self, scope: str, number: int, as_of: int) -> pd.DataFrame:
        found = self._found(Question("boston", Period(0, 1), self.now), Filter(), 3, str(number)).rows
        return found.assign(metres=[float(10 * (place + 1)) for place in range(len(found))])

    def _trace(self, scope: str, number: int, as_of: int) -> Trace | None:
        if not 1 <= number <= OVERDUE:
            return None
        row = self._events(
            Question("boston", Period(0, 1), self.now), "overdue", 1, str(number - 1)
        ).rows.iloc[0]
        at = int(row["reported_at"])
        steps = pd.DataFrame(
            [
                (1, "report", at, at, "Call", "", {}),
                (
                    2,
                    "dispatch",
                    at + 20 * MINUTE,
                    at + 25 * MINUTE,
                    "Public Works",
                    "",
                    {"unit": "Public Works"},
                ),
                (
                    3,
                    "extend",
                    at + DAY,
                    at + 3 * DAY,
                    "Public Works",
                    "Crew not available.",
                    {"due_at": at + 3 * DAY},
                ),
            ],
            columns=["seq", "kind", "at", "recorded_at", "actor", "note", "detail"],
        )
        return Trace(
            {str(key): value for key, value in row.items()} | {"address": "Ceylon St", "unit": "PWD"}, steps
        )

    def _freshness(self) -> pd.DataFrame:
        if not self.events:
            return empty(FRESHNESS_COLUMNS)
        rows = [("boston-311", NOW - 6 * MINUTE, NOW - 5 * MINUTE)]
        return pd.DataFrame(rows, columns=list(FRESHNESS_COLUMNS)).astype(dict(FRESHNESS_COLUMNS))


_CITY = City(
    "boston",
    "波士顿",
    ZONE,
    {"handling_timeliness": 0.75, "completion": 0.9},
    "1",
    levels={"city": "全市", "neighbourhood": "社区", "part": "片"},
    channels=tuple(Part(name.lower(), name) for name in _CHANNELS),
    categories=tuple(Part(name.lower(), name, "top", "All of them") for name in _CATEGORIES),
)


def no_areas() -> gpd.GeoDataFrame:
    """A city without management areas."""
    return gpd.GeoDataFrame({"code": [], "name": [], "kind": []}, geometry=[], crs="EPSG:4326")


def boston_tree() -> Tree:
    """The city and its 26 neighbourhoods; Dorchester has two made-up grids below it."""
    nodes = [Node("boston", "波士顿", None, "city")]
    nodes += [Node(code_of(name), name, "boston", "neighbourhood") for name in NEIGHBOURHOODS]
    nodes += [
        Node(f"boston-dorchester-{side}", f"Dorchester {side}", "boston-dorchester", "part") for side in "NS"
    ]
    return plant(nodes)


def boston_shapes(codes: Sequence[str]) -> gpd.GeoDataFrame:
    """Boxes in place of outlines, a lattice of six by five; the two parts of Dorchester share its box."""
    rows = []
    for code in codes:
        places = [index for index, name in enumerate(NEIGHBOURHOODS) if code.startswith(code_of(name))]
        if not places:
            continue
        place = max(places, key=lambda index: len(NEIGHBOURHOODS[index]))
        west, south = -71.19 + 0.03 * (place % 6), 42.23 + 0.03 * (place // 6)
        low, high = {"N": (0.5, 1.0), "S": (0.0, 0.5)}.get(code[-1], (0.0, 1.0))
        rows.append((code, code, box(west, south + 0.03 * low, west + 0.03, south + 0.03 * high)))
    frame = pd.DataFrame(rows, columns=["code", "name", "geometry"])
    names = {code_of(name): name for name in NEIGHBOURHOODS}
    frame["name"] = frame["code"].map(names).fillna(frame["code"])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326")


def with_shapes(reads: Reads, shapes: Callable[[Sequence[str]], gpd.GeoDataFrame]) -> Reads:
    """The same reads on other outlines."""
    return replace(reads, shapes=shapes)

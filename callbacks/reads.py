"""What the screens may ask for, as functions that app.py binds to a store; tests bind them to fakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from data.access import Viewer
from data.answers import Compared, Page, Question, Trace
from data.clocks import Instant
from data.grids import Tree
from data.indicators import INDICATORS, Figure
from data.periods import Unit
from data.queries.figures import Courses, GridsCompared
from data.queries.filters import Filter, Found, Total
from data.queries.levels import LevelValues
from data.queries.people import People
from data.queries.points import Points


@dataclass(frozen=True)
class Part:
    """A channel or a category: its code, its name, and for a category the large one (大类) above it."""

    code: str
    name: str
    top_code: str = ""
    top_name: str = ""


@dataclass(frozen=True)
class City:
    """The loaded city as a screen needs it.

    `targets` are the city's own, by indicator key. `revision` differs after its pack was loaded again.
    `illustrative` marks outlines that are not surveyed: every map of them says so; `demo` marks invented events.
    `levels` are the names of the levels by key, `credit` says whose the data are.
    """

    code: str
    name: str
    zone: str
    targets: Mapping[str, float] = field(default_factory=dict)
    revision: str = ""
    illustrative: bool = False
    demo: bool = False
    credit: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[Part, ...] = ()
    categories: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Reads:
    """Every read of the screens, each within the scope of viewer(): the tree has that grid as its root, and a question
    about another one raises UnknownGrid.

    city() is None, and tree() may raise UnknownGrid, as long as no city is loaded; nothing else is called then.
    compare_some answers as compare does, for some indicators. compare_grids(question, depth, indicators) and
    courses(question, unit, indicator, depth) answer for every grid at a depth, None for the children. by_grid,
    by_time, by_category and by_channel answer with FIGURE_COLUMNS for the indicators of their last argument, rank
    with RANK_COLUMNS, freshness with FRESHNESS_COLUMNS. events(question, kind, limit, after) is a keyset page, and so
    is found(question, filter, limit, after) of all events; found_total(question, filter) counts them. nearby(scope, id,
    as_of) has earlier events of the same category near an event (NEARBY_COLUMNS). worked(start, end) is the
    city's working time between two instants, sessions() its working hours in words.
    trace(scope, id, as_of) is None when the scope has no such event; personal data in its texts are hidden.
    unmask(scope, id, as_of, reason) is the same with them, recorded in the audit; None where the viewer may not, or
    gives no reason. shapes(codes) has [code, name, geometry] in EPSG:4326 and leaves out the grids without an
    outline. level_values(question, depth, indicator) has every grid at a depth within the scope, points(question,
    kind, limit) the places of single events, and areas() the management areas beside the tree [code, name, kind,
    geometry], empty where the city has none.
    """

    now: Callable[[], Instant]
    viewer: Callable[[], Viewer]
    version: Callable[[], int]
    city: Callable[[], City | None]
    tree: Callable[[], Tree]
    compare: Callable[[Question], Compared]
    compare_some: Callable[[Question, Sequence[str]], Compared]
    totals: Callable[[Question, Sequence[str]], Mapping[str, Figure]]
    by_grid: Callable[[Question, Sequence[str]], pd.DataFrame]
    compare_grids: Callable[[Question, int | None, Sequence[str]], GridsCompared]
    courses: Callable[[Question, Unit, str, int | None], Courses]
    people: Callable[[str], People]
    by_time: Callable[[Question, Unit, Sequence[str]], pd.DataFrame]
    by_category: Callable[[Question, Sequence[str]], pd.DataFrame]
    by_channel: Callable[[Question, Sequence[str]], pd.DataFrame]
    rank: Callable[[Question, str], pd.DataFrame]
    events: Callable[[Question, str, int, str | None], Page]
    found: Callable[[Question, Filter, int, str | None], Found]
    found_total: Callable[[Question, Filter], Total]
    nearby: Callable[[str, int, Instant], pd.DataFrame]
    worked: Callable[[Instant, Instant], int]
    sessions: Callable[[], str]
    trace: Callable[[str, int, Instant], Trace | None]
    unmask: Callable[[str, int, Instant, str], Trace | None]
    freshness: Callable[[], pd.DataFrame]
    shapes: Callable[[Sequence[str]], gpd.GeoDataFrame]
    level_values: Callable[[Question, int, str], LevelValues]
    points: Callable[[Question, str, int], Points]
    areas: Callable[[], gpd.GeoDataFrame]


def targets(city: City | None) -> Mapping[str, float]:
    """The targets of the definitions, the city's own before them."""
    general = {key: item.target for key, item in INDICATORS.items() if item.target is not None}
    return general | dict(city.targets if city else {})

"""What the screens may ask for, as functions that app.py binds to a store; tests bind them to fakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from data.answers import Compared, Page, Question, Trace
from data.clocks import Instant
from data.grids import Tree
from data.periods import Unit


@dataclass(frozen=True)
class City:
    """The loaded city as a screen needs it.

    `targets` are the city's own, by indicator key. `revision` differs after its pack was loaded again.
    `illustrative` marks outlines that are not surveyed: every map of them says so.
    """

    code: str
    name: str
    zone: str
    targets: Mapping[str, float] = field(default_factory=dict)
    revision: str = ""
    illustrative: bool = False


@dataclass(frozen=True)
class Reads:
    """Every read of the screens.

    city() is None, and tree() may raise UnknownGrid, as long as no city is loaded; nothing else is called then.
    by_grid, by_time, by_category and by_channel answer with FIGURE_COLUMNS for the indicators of their last argument,
    rank with RANK_COLUMNS, freshness with FRESHNESS_COLUMNS. events(question, kind, limit, after) is a keyset page.
    trace(scope, id, as_of) is None when the scope has no such event. shapes(codes) has [code, name, geometry] in
    EPSG:4326 and leaves out the grids without an outline.
    """

    now: Callable[[], Instant]
    version: Callable[[], int]
    city: Callable[[], City | None]
    tree: Callable[[], Tree]
    compare: Callable[[Question], Compared]
    by_grid: Callable[[Question, Sequence[str]], pd.DataFrame]
    by_time: Callable[[Question, Unit, Sequence[str]], pd.DataFrame]
    by_category: Callable[[Question, Sequence[str]], pd.DataFrame]
    by_channel: Callable[[Question, Sequence[str]], pd.DataFrame]
    rank: Callable[[Question, str], pd.DataFrame]
    events: Callable[[Question, str, int, str | None], Page]
    trace: Callable[[str, int, Instant], Trace | None]
    freshness: Callable[[], pd.DataFrame]
    shapes: Callable[[Sequence[str]], gpd.GeoDataFrame]

"""Every component id. Layouts and callbacks take them from here, and a test holds the one against the other."""

from __future__ import annotations

from typing import Final

URL: Final = "url"
ROOT: Final = "overview"
VERSION: Final = "version"
VIEW: Final = "view"
SCALE: Final = "scale"

CITY: Final = "city"
CRUMBS: Final = "crumbs"
AS_OF: Final = "as-of"
FRESHNESS: Final = "freshness"
NOTICES: Final = "notices"
EMPTY: Final = "empty"
PANELS: Final = "panels"

GRID_SEARCH: Final = "grid-search"
GRID_RESULTS: Final = "grid-results"
PERIODS: Final = "periods"
RANGE_FIRST: Final = "range-first"
RANGE_LAST: Final = "range-last"
RANGE_APPLY: Final = "range-apply"
RANGE_PROBLEM: Final = "range-problem"

CARDS: Final = "cards"
MAP: Final = "map"
MAP_TITLE: Final = "map-title"
MAP_NOTE: Final = "map-note"
MAP_LEGEND: Final = "map-legend"
RANK_TITLE: Final = "rank-title"
RANK: Final = "rank"
TREND: Final = "trend"
TREND_TITLE: Final = "trend-title"
CATEGORIES: Final = "categories"
CATEGORIES_TITLE: Final = "categories-title"
CHANNELS: Final = "channels"
CHANNELS_TITLE: Final = "channels-title"

EVENTS_TABS: Final = "events-tabs"
EVENTS_ROWS: Final = "events-rows"
EVENTS_PAGE: Final = "events-page"
EVENTS_MORE: Final = "events-more"
EVENTS_COUNT: Final = "events-count"

DRAWER: Final = "drawer"
DRAWER_BODY: Final = "drawer-body"
DRAWER_CLOSE: Final = "drawer-close"

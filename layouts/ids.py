"""Every component id. Layouts and callbacks take them from here, and a test holds the one against the other."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

SHELL: Final = "shell"
URL: Final = "url"
VERSION: Final = "version"
SCALE: Final = "scale"
PAGE: Final = "page"
PROBLEM: Final = "problem"
NAV: Final = "nav"
DRESS: Final = "dress"

ROOT: Final = "overview"
VIEW: Final = "view"

CITY: Final = "city"
CRUMBS: Final = "crumbs"
AS_OF: Final = "as-of"
FRESHNESS: Final = "freshness"
LATEST_BULLETIN: Final = "latest-bulletin"
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

ATTENTION_OVERDUE: Final = "attention-overdue"
ATTENTION_FALLS: Final = "attention-falls"
ATTENTION_MISSED: Final = "attention-missed"
ATTENTION_HOT: Final = "attention-hot"
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

MAP_ROOT: Final = "map-page"
MAP_SCENE: Final = "map-scene"
MAP_SHOWN: Final = "map-shown"
MAP_WITHOUT_GL: Final = "map-without-gl"
MAP_CITY: Final = "map-city"
MAP_CRUMBS: Final = "map-crumbs"
MAP_BADGES: Final = "map-badges"
MAP_AS_OF: Final = "map-as-of"
MAP_NOTICES: Final = "map-notices"
MAP_EMPTY: Final = "map-empty"
MAP_BODY: Final = "map-body"
MAP_MENUS: Final = "map-menus"
MAP_LEVELS: Final = "map-levels"
MAP_LAYERS: Final = "map-layers"
MAP_BOX: Final = "map-box"
MAP_PLAIN: Final = "map-plain"
MAP_PLAIN_GRAPH: Final = "map-plain-graph"
MAP_CARD: Final = "map-card"
MAP_CHILDREN: Final = "map-children"
MAP_CHILDREN_TITLE: Final = "map-children-title"
MAP_EVENTS: Final = "map-events"
MAP_EVENTS_TITLE: Final = "map-events-title"
MAP_FOOT: Final = "map-foot"

DRAWER: Final = "drawer"
DRAWER_BODY: Final = "drawer-body"
DRAWER_CLOSE: Final = "drawer-close"


@dataclass(frozen=True)
class Head:
    """The ids of a page's head. `view` keeps all that the page shows, `figures` that part of it on which the figures of
    all indicators depend, so that another indicator or order fetches them no second time."""

    view: str
    figures: str
    city: str
    crumbs: str
    as_of: str
    controls: str
    notices: str
    empty: str
    body: str

    @classmethod
    def of(cls, page: str) -> Head:
        """The ids of a page."""
        return cls(*(f"{page}-{one.name.replace('_', '-')}" for one in fields(cls)))


RANK_HEAD: Final = Head.of("ranking")
RANK_LEVELS: Final = "ranking-levels"
RANK_HEADING: Final = "ranking-heading"
RANK_NOTE: Final = "ranking-note"
RANK_EXPORT: Final = "ranking-export"
RANK_DATA: Final = "ranking-data"
RANK_BOARD: Final = "ranking-board"
RANK_COURSES: Final = "ranking-courses"
RANK_COURSES_TITLE: Final = "ranking-courses-title"
RANK_COURSES_NOTE: Final = "ranking-courses-note"
RANK_SMALL: Final = "ranking-small"
RANK_DRAWN: Final = "ranking-drawn"

REMOTE_SEEN: Final = "remote-seen"
REMOTE_TICK: Final = "remote-tick"
REMOTE_NOTICE: Final = "remote-notice"
REMOTE_STALE: Final = "remote-stale"
REMOTE_BODY: Final = "remote-body"
REMOTE_WALL: Final = "remote-wall"
REMOTE_STATUS: Final = "remote-status"
REMOTE_OPEN: Final = "remote-open"
REMOTE_PREVIOUS: Final = "remote-previous"
REMOTE_NEXT: Final = "remote-next"
REMOTE_FREEZE: Final = "remote-freeze"
REMOTE_RESUME: Final = "remote-resume"
REMOTE_SCENES: Final = "remote-scenes"
REMOTE_INDICATOR: Final = "remote-indicator"
REMOTE_LEVEL: Final = "remote-level"
REMOTE_EVENT: Final = "remote-event"
REMOTE_EVENT_SHOW: Final = "remote-event-show"
REMOTE_RESPONSE: Final = "remote-response"
REMOTE_FORM: Final = "remote-form"
REMOTE_SCOPE: Final = "remote-scope"
REMOTE_CATEGORY: Final = "remote-category"
REMOTE_SINCE: Final = "remote-since"
REMOTE_REASON: Final = "remote-reason"
REMOTE_DECLARE: Final = "remote-declare"
REMOTE_END: Final = "remote-end"
REMOTE_HISTORY: Final = "remote-history"


def remote_scene(key: str | object) -> dict[str, object]:
    """The id of the button that holds a scene; `dash.ALL` as the key stands for all of them."""
    return {"type": "remote-scene", "key": key}


GRID_HEAD: Final = Head.of("grid")
GRID_NOTE: Final = "grid-note"
GRID_EXPORT: Final = "grid-export"
GRID_CARDS: Final = "grid-cards"
GRID_TREND: Final = "grid-trend"
GRID_TREND_TITLE: Final = "grid-trend-title"
GRID_TREND_TABLE: Final = "grid-trend-table"
GRID_SIBLINGS: Final = "grid-siblings"
GRID_SIBLINGS_TITLE: Final = "grid-siblings-title"
GRID_EVENTS: Final = "grid-events"
GRID_EVENTS_TABS: Final = "grid-events-tabs"
GRID_EVENTS_MORE: Final = "grid-events-more"
GRID_TEAM: Final = "grid-team"
GRID_MAP: Final = "grid-map"
GRID_MAP_LINK: Final = "grid-map-link"
GRID_BELOW: Final = "grid-below"
GRID_BELOW_TITLE: Final = "grid-below-title"
GRID_COURSES: Final = "grid-courses"
GRID_COURSES_NOTE: Final = "grid-courses-note"
GRID_SMALL: Final = "grid-small"
GRID_DRAWN: Final = "grid-drawn"

AUDIT: Final = "audit"
AUDIT_VERIFY: Final = "audit-verify"
AUDIT_VERDICT: Final = "audit-verdict"

COMPARE_HEAD: Final = Head.of("compare")
COMPARE_FIRST: Final = "compare-first"
COMPARE_FIRST_SEARCH: Final = "compare-first-search"
COMPARE_FIRST_RESULTS: Final = "compare-first-results"
COMPARE_FIRST_PERIODS: Final = "compare-first-periods"
COMPARE_SECOND: Final = "compare-second"
COMPARE_SECOND_SEARCH: Final = "compare-second-search"
COMPARE_SECOND_RESULTS: Final = "compare-second-results"
COMPARE_SECOND_PERIODS: Final = "compare-second-periods"
COMPARE_SWAP: Final = "compare-swap"
COMPARE_EXPORT: Final = "compare-export"
COMPARE_NOTE: Final = "compare-note"
COMPARE_TABLE: Final = "compare-table"
COMPARE_TREND: Final = "compare-trend"
COMPARE_TREND_TITLE: Final = "compare-trend-title"
COMPARE_TREND_TABLE: Final = "compare-trend-table"
COMPARE_CATEGORIES: Final = "compare-categories"
COMPARE_CATEGORIES_TITLE: Final = "compare-categories-title"


EVENTS_HEAD: Final = Head.of("events")
FOUND_PAGE: Final = "found-page"
FOUND_TOTAL: Final = "found-total"
FOUND_BASIS: Final = "found-basis"
FOUND_EXPORT: Final = "found-export"
FOUND_FORM: Final = "found-form"
FOUND_COLUMNS: Final = "found-columns"
FOUND_ROWS: Final = "found-rows"
FOUND_SAID: Final = "found-said"
FOUND_MORE: Final = "found-more"
SAVED_VIEWS: Final = "saved-views"
SAVED_NAME: Final = "saved-name"
SAVED_SAVE: Final = "saved-save"
SAVED_SAID: Final = "saved-said"

EVENT_HEAD: Final = Head.of("event-page")
EVENT_BODY: Final = "event-page-parts"
EVENT_REASON: Final = "event-page-reason"
EVENT_UNMASK: Final = "event-page-unmask"
EVENT_ASKED: Final = "event-page-asked"

EXPORTS_HEAD: Final = Head.of("exports")
EXPORTS_ROWS: Final = "exports-rows"
EXPORTS_TICK: Final = "exports-tick"


def saved_forget(number: int | object) -> dict[str, object]:
    """The id of the button that deletes a saved view; `dash.ALL` as the number stands for all of them."""
    return {"type": "saved-forget", "number": number}


def export_cancel(job: str | object) -> dict[str, object]:
    """The id of the button that ends an export; `dash.ALL` as the job stands for all of them."""
    return {"type": "export-cancel", "job": job}


ADMIN_TURN: Final = "admin-turn"
ADMIN_PENDING: Final = "admin-pending"
ADMIN_CHANGED: Final = "admin-changed"
ADMIN_SURE: Final = "admin-sure"
ADMIN_NOTICE: Final = "admin-notice"
ADMIN_BODY: Final = "admin-body"
ADMIN_COUNT: Final = "admin-count"
ADMIN_PEOPLE: Final = "admin-people"
ADMIN_FORM: Final = "admin-form"
ADMIN_FORM_TITLE: Final = "admin-form-title"
ADMIN_NAME: Final = "admin-name"
ADMIN_DISPLAY: Final = "admin-display"
ADMIN_SCOPE: Final = "admin-scope"
ADMIN_SUBJECT: Final = "admin-subject"
ADMIN_ROLE: Final = "admin-role"
ADMIN_SAVE: Final = "admin-save"
ADMIN_CANCEL: Final = "admin-cancel"
ADMIN_WALLS: Final = "admin-walls"
ADMIN_WALL_NAME: Final = "admin-wall-name"
ADMIN_WALL_SCOPE: Final = "admin-wall-scope"
ADMIN_WALL_ADD: Final = "admin-wall-add"
ADMIN_GRIDS: Final = "admin-grids"
ADMIN_SOURCES: Final = "admin-sources"
ADMIN_JOBS: Final = "admin-jobs"
ADMIN_BULLETINS: Final = "admin-bulletins"
ADMIN_CITY: Final = "admin-city"
ADMIN_SETTINGS: Final = "admin-settings"


def admin_do(action: str | object, name: str | object) -> dict[str, object]:
    """The id of the button that does something to an account or a wall; `dash.ALL` stands for all of them."""
    return {"type": "admin-do", "action": action, "name": name}


BULLETINS_TICK: Final = "bulletins-tick"
BULLETINS_TURN: Final = "bulletins-turn"
BULLETINS_SEEN: Final = "bulletins-seen"
BULLETINS_PENDING: Final = "bulletins-pending"
BULLETINS_SURE: Final = "bulletins-sure"
BULLETINS_PLACE: Final = "bulletins-place"
BULLETINS_CONTROLS: Final = "bulletins-controls"
BULLETINS_NOTICE: Final = "bulletins-notice"
BULLETINS_BODY: Final = "bulletins-body"
BULLETINS_STATE: Final = "bulletins-state"
BULLETINS_LIST: Final = "bulletins-list"
BULLETINS_OPEN: Final = "bulletins-open"
BULLETINS_DEMAND: Final = "bulletins-demand"

ASSESS_PLACE: Final = "assess-place"
ASSESS_CONTROLS: Final = "assess-controls"
ASSESS_NOTICE: Final = "assess-notice"
ASSESS_BODY: Final = "assess-body"
ASSESS_TURN: Final = "assess-turn"
ASSESS_BOARD: Final = "assess-board"
ASSESS_SHEET: Final = "assess-sheet"
ASSESS_MAP: Final = "assess-map"
ASSESS_MAP_FOLD: Final = "assess-map-fold"
ASSESS_MAP_TITLE: Final = "assess-map-title"
ASSESS_MAP_SHADES: Final = "assess-map-shades"
ASSESS_MAP_GRAPH: Final = "assess-map-graph"
ASSESS_MAP_KEY: Final = "assess-map-key"
ASSESS_MAP_SEEN: Final = "assess-map-seen"
ASSESS_MARKS: Final = "assess-marks"
ASSESS_MARK_FORM: Final = "assess-mark-form"
ASSESS_MARK_STATE: Final = "assess-mark-state"
ASSESS_MARK_GRID: Final = "assess-mark-grid"
ASSESS_MARK_DIMENSION: Final = "assess-mark-dimension"
ASSESS_MARK_VALUE: Final = "assess-mark-value"
ASSESS_MARK_REASON: Final = "assess-mark-reason"
ASSESS_MARK_EVIDENCE: Final = "assess-mark-evidence"
ASSESS_MARK_SAVE: Final = "assess-mark-save"
ASSESS_GRIDS: Final = "assess-grids"
ASSESS_TEMPLATE: Final = "assess-template"
ASSESS_UPLOAD: Final = "assess-upload"
ASSESS_TAKEN: Final = "assess-taken"
ASSESS_APPEALS: Final = "assess-appeals"
ASSESS_APPEAL_FORM: Final = "assess-appeal-form"
ASSESS_APPEAL_STATE: Final = "assess-appeal-state"
ASSESS_APPEAL_GRID: Final = "assess-appeal-grid"
ASSESS_APPEAL_DIMENSION: Final = "assess-appeal-dimension"
ASSESS_APPEAL_EVENTS: Final = "assess-appeal-events"
ASSESS_APPEAL_REASON: Final = "assess-appeal-reason"
ASSESS_APPEAL_EVIDENCE: Final = "assess-appeal-evidence"
ASSESS_APPEAL_SAVE: Final = "assess-appeal-save"
ASSESS_DECIDE: Final = "assess-decide"
ASSESS_DECIDE_ABOUT: Final = "assess-decide-about"
ASSESS_DECIDE_NOTE: Final = "assess-decide-note"
ASSESS_DECIDE_EXCUSED: Final = "assess-decide-excused"
ASSESS_DECIDE_MARK: Final = "assess-decide-mark"
ASSESS_DECIDE_MARKS: Final = "assess-decide-marks"
ASSESS_ALLOW: Final = "assess-allow"
ASSESS_REFUSE: Final = "assess-refuse"
ASSESS_RULES: Final = "assess-rules"
ASSESS_BRIEF: Final = "assess-brief"


TASKS_TICK: Final = "tasks-tick"
TASKS_TURN: Final = "tasks-turn"
TASKS_SEEN: Final = "tasks-seen"
TASKS_DUTY_SEEN: Final = "tasks-duty-seen"
TASKS_OPEN_SEEN: Final = "tasks-open-seen"
TASKS_PENDING: Final = "tasks-pending"
TASKS_PLACE: Final = "tasks-place"
TASKS_CONTROLS: Final = "tasks-controls"
TASKS_NOTICE: Final = "tasks-notice"
TASKS_BODY: Final = "tasks-body"
TASKS_LIST: Final = "tasks-list"
TASKS_OPEN: Final = "tasks-open"
TASKS_DUTY: Final = "tasks-duty"
TASKS_ACT: Final = "tasks-act"
TASKS_ACT_TITLE: Final = "tasks-act-title"
TASKS_NOTE: Final = "tasks-note"
TASKS_EVIDENCE: Final = "tasks-evidence"
TASKS_EVIDENCE_PART: Final = "tasks-evidence-part"
TASKS_UNTIL_DAY: Final = "tasks-until-day"
TASKS_UNTIL_TIME: Final = "tasks-until-time"
TASKS_UNTIL_PART: Final = "tasks-until-part"
TASKS_SURE: Final = "tasks-sure"
TASKS_CANCEL: Final = "tasks-cancel"
TASKS_FORM: Final = "tasks-form"
TASKS_KIND: Final = "tasks-kind"
TASKS_TITLE: Final = "tasks-title"
TASKS_TEXT: Final = "tasks-text"
TASKS_GRIDS: Final = "tasks-grids"
TASKS_DUE_DAY: Final = "tasks-due-day"
TASKS_DUE_TIME: Final = "tasks-due-time"
TASKS_ISSUE: Final = "tasks-issue"
TASKS_FILE_DUTY: Final = "tasks-file-duty"
TASKS_FILE_DONE: Final = "tasks-file-done"
TASKS_FILE_TOLD: Final = "tasks-file-told"


def task_do(action: str | object, number: int | object, grid: str | object) -> dict[str, object]:
    """The id of the button that does something to a task, or to one grid's share of it; `dash.ALL` stands for all."""
    return {"type": "task-do", "action": action, "number": number, "grid": grid}


def bulletin_do(action: str | object, number: int | object) -> dict[str, object]:
    """The id of the button that does something to a bulletin or a delivery; `dash.ALL` stands for all of them."""
    return {"type": "bulletin-do", "action": action, "number": number}


HOT_TICK: Final = "hot-tick"
HOT_TURN: Final = "hot-turn"
HOT_SEEN: Final = "hot-seen"
HOT_HELD: Final = "hot-held"
HOT_PLACE: Final = "hot-place"
HOT_CONTROLS: Final = "hot-controls"
HOT_NOTICE: Final = "hot-notice"
HOT_BODY: Final = "hot-body"
HOT_VIEW: Final = "hot-view"
HOT_MAP: Final = "hot-map"
HOT_SIDE: Final = "hot-side"
HOT_STEPS: Final = "hot-steps"
HOT_FORM: Final = "hot-form"
HOT_TO: Final = "hot-to"
HOT_NOTE: Final = "hot-note"
HOT_ACKNOWLEDGE: Final = "hot-acknowledge"
HOT_ASSIGN: Final = "hot-assign"
HOT_CLOSE: Final = "hot-close"
HOT_MORE: Final = "hot-more"

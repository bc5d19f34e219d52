"""What an export holds: the tables of a view, and the cover that says which view it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, get_args

import pandas as pd

from callbacks import compare, events, rank, scenery, state
from callbacks.reads import City, Reads, targets
from callbacks.state import Scene
from data.access import Viewer
from data.answers import Question
from data.clocks import SECOND, Instant, ZoneClock
from data.grids import Tree
from data.indicators import INDICATORS, Figure
from data.queries.filters import Filter
from data.words import word
from layouts import text
from layouts.parts.export import ExportKind
from reports.sheets import Cell, Cover, Head, Report, Sheet

KINDS: Final[tuple[ExportKind, ...]] = get_args(ExportKind)

Every = Callable[[Question, Filter], Iterator[list[dict[str, Any]]]]
"""Every event of a list, chunk by chunk."""


class UnknownExport(ValueError):
    """There is no export of that kind, or no city to export from."""


def report(reads: Reads, every: Every, kind: str, search: str) -> Report:
    """What is exported of a view. Raises UnknownExport."""
    city = reads.city()
    if kind not in KINDS or city is None:
        raise UnknownExport(word("export.unknown").format(kind=kind[:40]))
    now, tree, clock = reads.now(), reads.tree(), ZoneClock.of(city.zone)
    view = state.parse(search).view
    as_of = state.present(view, reads.freshness(), now)
    found, _ = state.scene(view, tree, clock, as_of, as_of == now, city)
    if kind == "events":
        wanted, _ = events.followed(found)
        found = replace(found, view=replace(found.view, wanted=wanted))
    stem = f"{word(f'export.kind_{kind}')}_{found.grid.name}_{clock.local(as_of):%Y%m%d_%H%M}"
    made = Cover(
        word("export.cover"),
        word("export.title").format(city=city.name, kind=word(f"export.kind_{kind}")),
        _cover(reads, city, tree, found, kind, now),
        word("export.rows"),
    )
    if kind == "events":
        total = events.total(reads, found)
        rows = total.n if total.exact else None
        return Report(_plain(stem), made, lambda: [_events(every, found)], rows)
    tables = _TABLES[kind]
    return Report(_plain(stem), made, lambda: tables(reads, city, tree, found), 0)


def _plain(stem: str) -> str:
    """A name that any file system takes."""
    return "".join(one if one.isalnum() or one in "-_." else "_" for one in stem)[:120]


def _cover(
    reads: Reads, city: City, tree: Tree, found: Scene, kind: str, now: Instant
) -> list[tuple[str, str]]:
    """The lines of the cover: everything that the tables depend on, and who asked for them."""
    clock, view = found.clock, found.view
    way = " › ".join(grid.name for grid in (*tree.ancestors(found.grid.code), found.grid))
    period = text.span(clock, found.period)
    if kind == "events" and view.wanted.by == "any":
        period = word("export.any_time")
    lines = [
        (word("export.scope"), f"{way} ({found.grid.code})"),
        (word("export.period"), period),
        (word("export.as_of"), f"{text.moment(clock, found.as_of)} {city.zone}"),
        (word("export.filters"), "; ".join(_filters(city, found, kind)) or word("export.filters_none")),
    ]
    if kind == "events":
        lines += [
            (word("export.order"), events.basis(found)),
            (word("export.formula"), word("explore.formula")),
        ]
    else:
        lines += [(one.label, one.formula) for one in INDICATORS.values()]
    return [
        *lines,
        (word("export.by"), _who(reads.viewer())),
        (word("export.at"), f"{text.moment(clock, now)} {city.zone}"),
        (word("export.note"), word("export.note_masked")),
    ]


def _who(viewer: Viewer) -> str:
    if viewer.demo:
        return word("export.by_demo")
    return viewer.name if viewer.shown_name == viewer.name else f"{viewer.shown_name} ({viewer.name})"


def _filters(city: City, found: Scene, kind: str) -> list[str]:
    view, wanted = found.view, found.view.wanted
    told = []
    for code, parts, label in (
        (view.channel, city.channels, "group.channel"),
        (view.category, city.categories, "group.category"),
    ):
        if code:
            name = next((part.name for part in parts if part.code == code), "")
            name = name or next((part.top_name for part in parts if part.top_code == code), code)
            told.append(f"{word(label)}: {name}")
    if kind != "events":
        return told
    for name, label in (("by", "explore.by"), ("state", "explore.state"), ("overdue", "explore.overdue")):
        chosen = getattr(wanted, name)
        if chosen != getattr(Filter(), name):
            told.append(f"{word(label)}: {word(f'explore.{name}_{chosen}')}")
    if wanted.rating:
        key = f"rating.{wanted.rating}" if wanted.rating.isdigit() else f"explore.rating_{wanted.rating}"
        told.append(f"{word('explore.rating')}: {word(key)}")
    if wanted.text.strip():
        told.append(f"{word('explore.find')}: {wanted.text.strip()}")
    return told


_EVENT_HEADS: Final = (
    ("key", 14),
    ("title", 36),
    ("category", 18),
    ("channel", 12),
    ("grid_code", 18),
    ("grid", 18),
    ("address", 34),
    ("description", 50),
    ("unit", 22),
    ("status", 10),
    ("reported", 19),
    ("due", 19),
    ("closed", 19),
    ("overdue", 12),
    ("rating", 10),
    ("source", 14),
)


def _events(every: Every, found: Scene) -> Sheet:
    heads = [
        Head(word(f"export.column_{name}"), width, "0.0" if name == "overdue" else "")
        for name, width in _EVENT_HEADS
    ]
    # Words are looked up once, not for each of a million rows.
    ratings = {number: word(f"rating.{number}") for number in range(1, 6)}
    statuses: dict[str, str] = {}

    def moment(at: Instant | None) -> str | None:
        return None if at is None else f"{found.clock.local(at // SECOND * SECOND):%Y-%m-%d %H:%M:%S}"

    def rows() -> Iterator[Sequence[Cell]]:
        for chunk in every(found.question, found.view.wanted):
            for row in chunk:
                status = row["status"]
                if status not in statuses:
                    statuses[status] = word(f"status.{status}")
                late = row["overdue_minutes"]
                yield (
                    row["key"],
                    row["title"],
                    row["category_name"],
                    row["channel_name"],
                    row["grid"],
                    row["grid_name"],
                    row["address"],
                    row["description"],
                    row["unit"],
                    statuses[status],
                    moment(row["reported_at"]),
                    moment(row["handle_due_at"]),
                    moment(row["closed_at"]),
                    None if late is None else round(late / 60, 1),
                    ratings.get(row["rating"], ""),
                    row["source"],
                )

    return Sheet(word("export.kind_events"), heads, rows())


def _form(key: str) -> str:
    definition = INDICATORS[key]
    return f"0.{'0' * definition.decimals}%" if definition.kind == "rate" else "#,##0"


def _figure_heads(keys: Sequence[str]) -> list[Head]:
    heads = []
    for key in keys:
        label = INDICATORS[key].label
        heads.append(Head(label, 14, _form(key)))
        if INDICATORS[key].kind == "rate":
            heads.append(Head(word("export.column_numerator").format(name=label), 14, "#,##0"))
            heads.append(Head(word("export.column_denominator").format(name=label), 14, "#,##0"))
    return heads


def _cells(figure: Mapping[Any, Any] | None, key: str) -> list[Cell]:
    rate = INDICATORS[key].kind == "rate"
    if figure is None:
        return [None] * (3 if rate else 1)
    value = None if pd.isna(figure["value"]) else float(figure["value"])
    if not rate:
        return [value]
    n, of = figure["numerator"], figure["denominator"]
    return [value, int(n), None if pd.isna(of) else int(of)]


def _grouped(name: str, firsts: Sequence[str], frame: pd.DataFrame, names: Mapping[str, str]) -> Sheet:
    """A table with a row for each group of FIGURE_COLUMNS and every indicator in it."""
    keys = [key for key in INDICATORS if key in set(frame["key"])]
    groups: dict[tuple[str, bool], dict[str, Mapping[Any, Any]]] = {}
    told: dict[tuple[str, bool], str] = {}
    for row in frame.to_dict("records"):
        place = (row["group"], bool(row["own"]))
        groups.setdefault(place, {})[row["key"]] = row
        told[place] = word("export.column_own") if row["own"] else row["name"]
    rows = [
        [
            place[0],
            names.get(place[0], told[place]) if not place[1] else told[place],
            *[cell for key in keys for cell in _cells(figures.get(key), key)],
        ]
        for place, figures in groups.items()
    ]
    heads = [Head(first, 18) for first in firsts] + _figure_heads(keys)
    return Sheet(name, heads, rows)


def _rank(reads: Reads, city: City, tree: Tree, found: Scene) -> list[Sheet]:
    depth = rank.depth_of(tree, found)
    if depth is None:
        return _indicators(reads, city, tree, found)
    answer = reads.compare_grids(found.question, depth, tuple(INDICATORS))
    firsts = (word("export.column_grid_code"), word("export.column_grid"))
    current = _grouped(word("export.kind_rank"), firsts, answer.current.frame(), {})
    before = _grouped(word("export.column_before"), firsts, answer.before.frame(), {})
    return [current, before]


def _indicators(reads: Reads, city: City, tree: Tree, found: Scene) -> list[Sheet]:
    answer = reads.compare(found.question)
    aims = targets(city)
    before, last_year = scenery.heard(answer.before), scenery.heard(answer.last_year)
    heads = [
        Head(word("export.column_indicator"), 20),
        Head(word("export.column_value"), 12, "0.0000"),
        Head(word("export.column_n"), 12, "#,##0"),
        Head(word("export.column_of"), 12, "#,##0"),
        Head(word("export.column_before"), 12, "0.0000"),
        Head(word("export.column_last_year"), 12, "0.0000"),
        Head(word("export.column_target"), 12, "0.0000"),
        Head(word("export.formula"), 60),
    ]
    rows = [
        [
            INDICATORS[key].label,
            figure.value,
            figure.numerator,
            figure.denominator,
            _value(before.get(key)),
            _value(last_year.get(key)),
            aims.get(key),
            INDICATORS[key].formula,
        ]
        for key, figure in answer.current.items()
    ]
    return [Sheet(word("export.kind_indicators"), heads, rows)]


def _value(figure: Figure | None) -> float | None:
    return None if figure is None else figure.value


def _categories(reads: Reads, city: City, tree: Tree, found: Scene) -> list[Sheet]:
    frame = reads.by_category(found.question, tuple(INDICATORS))
    return [_grouped(word("export.kind_categories"), ("", word("group.category")), frame, {})]


def _channels(reads: Reads, city: City, tree: Tree, found: Scene) -> list[Sheet]:
    frame = reads.by_channel(found.question, tuple(INDICATORS))
    return [_grouped(word("export.kind_channels"), ("", word("group.channel")), frame, {})]


def _grid(reads: Reads, city: City, tree: Tree, found: Scene) -> list[Sheet]:
    unit = state.unit_of(found.period)
    course = reads.by_time(found.question, unit, tuple(INDICATORS))
    sheets = _indicators(reads, city, tree, found)
    sheets.append(
        _grouped(word("export.sheet_course"), (word(f"unit.{unit}"), word("export.period")), course, {})
    )
    if tree.children(found.grid.code):
        below = reads.by_grid(found.question, tuple(INDICATORS))
        firsts = (word("export.column_grid_code"), word("export.column_grid"))
        sheets.append(_grouped(word("export.sheet_children"), firsts, below, {}))
    return sheets


def _compare(reads: Reads, city: City, tree: Tree, found: Scene) -> list[Sheet]:
    other = compare.beside(tree, found)
    sheets = []
    for number, side in enumerate((found, other), start=1):
        (sheet,) = _indicators(reads, city, tree, side)
        sheets.append(
            replace(sheet, name=f"{number} {side.grid.name} {text.span(side.clock, side.period)}"[:26])
        )
    return sheets


Tables = Callable[[Reads, City, Tree, Scene], Sequence[Sheet]]

_TABLES: Final[Mapping[str, Tables]] = {
    "rank": _rank,
    "indicators": _indicators,
    "categories": _categories,
    "channels": _channels,
    "grid": _grid,
    "compare": _compare,
}

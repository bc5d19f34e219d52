"""One grid's page: its callbacks. The grid stands in the address; every other choice is the view's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import dash
from dash import ClientsideFunction, Input, Output, html

from callbacks import heads, rank, scenery, state
from callbacks.behind import all_listed
from callbacks.navigation import GRID, event_page, grid_page
from callbacks.outlines import OutlinesOf
from callbacks.reads import City, Reads, targets
from callbacks.state import Scene, ViewState, to_search
from data.grids import Grid, Tree
from data.indicators import INDICATORS, shown
from data.words import word
from layouts import boards, ids, rows
from layouts import grid as page
from layouts.parts import header, tables
from layouts.parts.export import export_links
from layouts.parts.header import Choice
from layouts.parts.menus import menu
from layouts.parts.pages import chart_table
from maps.charts import trend
from maps.choropleth import choropleth, count_text

EVENTS: Final = 12
MOST_BELOW: Final = 300


def register(app: dash.Dash, reads: Reads, outlines: OutlinesOf) -> None:
    """Adds every callback of a grid's page to the app."""
    failed = heads.register(app, reads, ids.GRID_HEAD, _controls, beginning=GRID, href=_way)
    _register_figures(app, reads, outlines, failed)
    _register_lists(app, reads, failed)


def _register_figures(app: dash.Dash, reads: Reads, outlines: OutlinesOf, failed: Any) -> None:
    @app.callback(
        Output(ids.GRID_CARDS, "children"),
        Output(ids.GRID_NOTE, "children"),
        Output(ids.GRID_EXPORT, "children"),
        Input(ids.GRID_HEAD.view, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def cards(data: Mapping[str, Any] | None) -> tuple[Any, Any, Any]:
        city, _, found = heads.met(reads, data)
        definition = INDICATORS[found.view.indicator]
        note = [
            html.P(rank.periods_said(found)),
            html.P(word("board.formula").format(label=definition.label, formula=definition.formula)),
        ]
        made = scenery.cards(reads.compare(found.question), found, targets(city), _here(found))
        return made, note, export_links("grid", to_search(found.view))

    @app.callback(
        Output(ids.GRID_TREND, "figure"),
        Output(ids.GRID_TREND_TITLE, "children"),
        Output(ids.GRID_TREND_TABLE, "children"),
        Input(ids.GRID_HEAD.view, "data"),
        Input(ids.SCALE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def course(data: Mapping[str, Any] | None, scale: float | None) -> tuple[Any, str, Any]:
        city, _, found = heads.met(reads, data)
        key = found.view.indicator
        frame = reads.by_time(found.question, found.unit, (key,))
        points = rows.points(frame, key, found.clock, state.buckets(found), found.unit, found.as_of)
        title = word("trend.title").format(label=INDICATORS[key].label, unit=word(f"unit.{found.unit}"))
        figure = trend(key, points, target=targets(city).get(key), scale=scenery.scaled(scale))
        lines = [
            (point.label, shown(key, point.value), count_text(point.numerator, point.denominator))
            for point in points
        ]
        heading = (word("chart.when"), INDICATORS[key].label, word("figure.n_head"))
        return figure, title, chart_table(heading, lines)

    @app.callback(
        Output(ids.GRID_COURSES, "data"),
        Output(ids.GRID_COURSES_NOTE, "children"),
        Input(ids.GRID_HEAD.figures, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def courses(data: Mapping[str, Any] | None) -> tuple[Any, str]:
        _, _, found = heads.met(reads, data)
        frame = reads.by_time(found.question, found.unit, tuple(INDICATORS))
        cut = state.buckets(found)
        made = boards.courses_of_grid(
            {key: rows.points(frame, key, found.clock, cut, found.unit, found.as_of) for key in INDICATORS}
        )
        return made, word("grid.courses_note").format(unit=word(f"unit.{found.unit}"))

    @app.callback(
        Output(ids.GRID_MAP, "figure"),
        Output(ids.GRID_MAP_LINK, "href"),
        Input(ids.GRID_HEAD.view, "data"),
        Input(ids.SCALE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def cut_out(data: Mapping[str, Any] | None, scale: float | None) -> tuple[Any, str]:
        _, tree, found = heads.met(reads, data)
        key, code, leaf = found.view.indicator, found.grid.code, not tree.children(found.grid.code)
        frame = reads.by_grid(found.question, (key,))
        cells = [rows.leaf_cell(frame, key, code, found.grid.name)] if leaf else rows.cells(frame, key)
        focus = code if leaf else None
        figure = choropleth(key, cells, outlines(tree, code), focus=focus, scale=scenery.scaled(scale))
        return figure, "/map" + to_search(found.view)

    app.clientside_callback(
        ClientsideFunction("board", "courses"),
        Output(ids.GRID_DRAWN, "data"),
        Input(ids.GRID_COURSES, "data"),
        Input(ids.URL, "search"),
        prevent_initial_call=True,
    )


def _register_lists(app: dash.Dash, reads: Reads, failed: Any) -> None:
    @app.callback(
        Output(ids.GRID_SIBLINGS, "children"),
        Output(ids.GRID_SIBLINGS_TITLE, "children"),
        Input(ids.GRID_HEAD.view, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def siblings(data: Mapping[str, Any] | None) -> tuple[Any, str]:
        _, tree, found = heads.met(reads, data)
        key, parent = found.view.indicator, found.grid.parent
        title = word("grid.place").format(label=INDICATORS[key].label)
        if parent is None or parent not in tree:
            # Whose scope this grid is sees nothing of those beside it.
            return [html.P(word("grid.alone"), className="quiet")], title
        above = scenery.scene_of(found, tree.get(parent))
        ranked, few = rows.rank_rows(
            reads.rank(above.question, key), key, found.grid.code, lambda code: grid_page(found.view, code)
        )
        few_text = word("rank.few").format(n=len(few), minimum=rows.MINIMUM)
        made = tables.ranking(ranked, few, few_text, None, INDICATORS[key].label)
        mine = next((row for row in ranked if row.current), None)
        if mine is not None:
            said = word("grid.ranked").format(rank=mine.rank, n=len(ranked), parent=tree.get(parent).name)
            made = [html.P(said, className="place-said"), *made]
        return made, title

    @app.callback(
        Output(ids.GRID_EVENTS, "children"),
        Output(ids.GRID_EVENTS_TABS, "children"),
        Output(ids.GRID_EVENTS_MORE, "children"),
        Input(ids.GRID_HEAD.view, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def events(data: Mapping[str, Any] | None) -> tuple[Any, Any, Any]:
        _, _, found = heads.met(reads, data)
        listing, here = found.view.listing, _here(found)
        listed = reads.events(found.question, listing, EVENTS, None)
        made = tables.event_rows(
            rows.event_list(
                listed.rows, found.clock, found.as_of, lambda number: event_page(found.view, number)
            )
        )
        tabs = [
            Choice(word(f"list.{kind}"), to_search(here.listed(kind)), kind == listing)
            for kind in state.LISTINGS
        ]
        href = all_listed(found.view)
        more = [
            html.A(word("grid.all_events"), href=href, className="go"),
            export_links("events", href.removeprefix("/events")),
        ]
        return made or tables.no_events(), header.segments(tabs), more

    @app.callback(
        Output(ids.GRID_TEAM, "children"),
        Output(ids.GRID_BELOW, "children"),
        Output(ids.GRID_BELOW_TITLE, "children"),
        Input(ids.GRID_HEAD.figures, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def about(data: Mapping[str, Any] | None) -> tuple[Any, Any, str]:
        city, tree, found = heads.met(reads, data)
        people = reads.people(found.grid.code)
        children = tree.children(found.grid.code)
        title = word("grid.below").format(n=f"{len(children):,}")
        return page.team(people.staff, people.organisations), page.below(_below(city, found, children)), title


def _below(city: City, found: Scene, children: tuple[Grid, ...]) -> list[tuple[str, list[Choice]]]:
    """The grids below by level, the dedicated ones with their kind beside them."""
    groups: dict[str, list[Choice]] = {}
    for grid in children[:MOST_BELOW]:
        name = city.levels.get(grid.level, grid.level)
        groups.setdefault(name, []).append(
            Choice(grid.name, grid_page(found.view, grid.code), note=grid.kind or "")
        )
    return list(groups.items())


def _here(found: Scene) -> ViewState:
    """The view without the grid, which the address holds."""
    return found.view.within("")


def _way(view: ViewState, grid: Grid) -> str:
    return grid_page(view, grid.code)


def _controls(city: City, _tree: Tree, found: Scene) -> list[Any]:
    links = [
        html.A(word(name), href=path + to_search(scenery.scene_of(found, found.grid).view), className="go")
        for path, name in (
            ("/", "grid.as_overview"),
            ("/rank", "grid.as_rank"),
            ("/compare", "grid.as_compare"),
        )
    ]
    return [
        html.Div([menu(one) for one in scenery.menus(found, city)], className="menus"),
        html.Nav(links, className="page-links"),
    ]

"""The map page's callbacks. Each one reads the view, fetches, and draws; the map itself is drawn by assets/map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import dash
from dash import ClientsideFunction, Input, Output, State, html, no_update
from dash.exceptions import PreventUpdate

from callbacks import scenery, state
from callbacks.failing import noticed_in
from callbacks.mapviews import MapViews
from callbacks.outlines import OutlinesOf
from callbacks.reads import City, Reads, targets
from callbacks.state import Scene, to_search
from data.clocks import iso
from data.grids import Tree
from data.indicators import INDICATORS, NO_DATA, shown
from data.words import word
from layouts import ids, rows, text
from layouts import map as page
from layouts.parts import header, tables
from layouts.parts.header import Choice
from layouts.parts.menus import menu
from maps.atlas import Atlas
from maps.choropleth import choropleth, count_text

PATH: Final = "/map"
EVENTS: Final = 6

failed: Final = noticed_in(ids.MAP_NOTICES)
"""What the map page's callbacks do with an error."""


def register(app: dash.Dash, reads: Reads, views: MapViews, outlines: OutlinesOf) -> None:
    """Adds every callback of the map page to the app."""
    _register_scene(app, reads, views)
    _register_side(app, reads, views)
    _register_plain(app, reads, views, outlines)
    app.clientside_callback(
        ClientsideFunction("map", "show"),
        Output(ids.MAP_SHOWN, "data"),
        Input(ids.MAP_SCENE, "data"),
        prevent_initial_call=True,
    )


def _register_scene(app: dash.Dash, reads: Reads, views: MapViews) -> None:
    @app.callback(
        Output(ids.MAP_SCENE, "data"),
        Output(ids.MAP_CITY, "children"),
        Output(ids.MAP_CRUMBS, "children"),
        Output(ids.MAP_BADGES, "children"),
        Output(ids.MAP_AS_OF, "children"),
        Output(ids.MAP_NOTICES, "children"),
        Output(ids.MAP_EMPTY, "children"),
        Output(ids.MAP_EMPTY, "hidden"),
        Output(ids.MAP_BODY, "hidden"),
        Output(ids.MAP_MENUS, "children"),
        Output(ids.MAP_LEVELS, "children"),
        Output(ids.MAP_LAYERS, "children"),
        Output(ids.MAP_FOOT, "children"),
        Input(ids.URL, "search"),
        Input(ids.VERSION, "data"),
        State(ids.MAP_SCENE, "data"),
        on_error=failed,
    )
    def arrive(search: str | None, _version: str, before: Mapping[str, Any] | None) -> tuple[Any, ...]:
        if search is None:
            raise PreventUpdate
        parsed = state.parse(search)
        met, book = views.scene(parsed.view), views.atlas()
        if met is None or book is None:
            empty = header.empty_store([(word("empty.city"), "python app.py city load data/cities/boston")])
            return (None, "", [], [], [], [], empty, False, True, [], [], [], "")
        city, tree, found, unfollowed = met
        found, unknown_level = _at_known_level(found, book)
        kept = _scene_data(city, tree, found, book, views.token())
        problems = [*parsed.problems, *unfollowed, *unknown_level]
        return (
            no_update if kept == before else kept,
            city.name,
            header.breadcrumb(scenery.crumbs(tree, found)),
            page.badges(city.illustrative, city.demo),
            header.as_of_line(
                text.moment(found.clock, found.as_of),
                city.zone,
                scenery.why(found),
                to_search(found.view.now()),
            ),
            [*header.notices(problems), *scenery.filters(found, city)],
            [],
            True,
            False,
            [menu(one) for one in scenery.menus(found, city)],
            header.segments(_levels(found, book)),
            page.layer_links(_layers(found, book, views.areas() is not None)),
            _foot(city, found, reads.freshness()),
        )


def _register_side(app: dash.Dash, reads: Reads, views: MapViews) -> None:
    @app.callback(
        Output(ids.MAP_CARD, "children"),
        Input(ids.MAP_SCENE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def card(data: Mapping[str, Any] | None) -> Any:
        city, _, found = _met(views, data)
        key = found.view.indicator
        compared = reads.compare_some(found.question, (key, *scenery.HEARD_BY))
        figure = compared.current[key]
        moved = text.change(key, figure, scenery.heard(compared.before).get(key))
        change = html.Span(moved.text, className=f"change-text is-{moved.verdict}")
        target = targets(city).get(key)
        return page.card(
            INDICATORS[key].label,
            shown(key, figure.value),
            "" if figure.denominator is None else count_text(figure.numerator, figure.denominator),
            [word("change.before"), " ", change],
            "" if target is None else word("card.target").format(target=shown(key, target)),
            INDICATORS[key].formula,
            text.span(found.clock, found.period),
        )

    @app.callback(
        Output(ids.MAP_CHILDREN, "children"),
        Output(ids.MAP_CHILDREN_TITLE, "children"),
        Input(ids.MAP_SCENE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def children(data: Mapping[str, Any] | None) -> tuple[Any, str]:
        _, tree, found = _met(views, data)
        key = found.view.indicator
        if not tree.children(found.grid.code):
            return [html.P(word("rank.leaf"), className="quiet rank-leaf")], found.grid.name
        ranked, few = rows.rank_rows(
            reads.rank(found.question, key),
            key,
            found.grid.code,
            lambda code: to_search(found.view.within(code)),
        )
        few_text = word("rank.few").format(n=len(few), minimum=rows.MINIMUM)
        own = rows.own_row(reads.by_grid(found.question, (key,)), key)
        made = tables.ranking(ranked, few, few_text, own, INDICATORS[key].label)
        return made, word("map.children").format(grid=found.grid.name)

    @app.callback(
        Output(ids.MAP_EVENTS, "children"),
        Output(ids.MAP_EVENTS_TITLE, "children"),
        Input(ids.MAP_SCENE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def events(data: Mapping[str, Any] | None) -> tuple[Any, str]:
        _, _, found = _met(views, data)
        listing = found.view.listing
        listed = reads.events(found.question, listing, EVENTS, None)
        lines = [
            (
                row.title,
                f"{row.grid}\u2003{row.reported}",
                row.overdue if listing == "overdue" and row.overdue != NO_DATA else row.status,
                row.href,
            )
            for row in rows.event_list(
                listed.rows,
                found.clock,
                found.as_of,
                lambda number: to_search(found.view.opened(number)),
            )
        ]
        more = Choice(word("map.all_events").format(grid=found.grid.name), "/" + to_search(found.view))
        title = word("map.events").format(kind=word(f"list.{listing}"))
        return page.event_lines(lines, more), title


def _register_plain(app: dash.Dash, reads: Reads, views: MapViews, outlines: OutlinesOf) -> None:
    @app.callback(
        Output(ids.MAP_PLAIN, "children"),
        Output(ids.MAP_PLAIN, "hidden"),
        Input(ids.MAP_SCENE, "data"),
        Input(ids.MAP_WITHOUT_GL, "data"),
        Input(ids.SCALE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def plain(data: Mapping[str, Any] | None, without: bool | None, scale: float | None) -> tuple[Any, bool]:
        if not without:
            return [], True
        _, tree, found = _met(views, data)
        key, code = found.view.indicator, found.grid.code
        leaf = not tree.children(code)
        frame = reads.by_grid(found.question, (key,))
        cells = [rows.leaf_cell(frame, key, code, found.grid.name)] if leaf else rows.cells(frame, key)
        focus = code if leaf else None
        figure = choropleth(key, cells, outlines(tree, code), focus=focus, scale=scenery.scaled(scale))
        return [html.P(word("map.without_gl"), className="notice"), page.plain_map(figure)], False

    app.clientside_callback(
        ClientsideFunction("overview", "drill"),
        Output(ids.URL, "search", allow_duplicate=True),
        Output(ids.MAP_PLAIN_GRAPH, "clickData"),
        Input(ids.MAP_PLAIN_GRAPH, "clickData"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
    )


def _met(views: MapViews, data: Mapping[str, Any] | None) -> tuple[City, Tree, Scene]:
    """The view that all panels share; they stay as they are while no city is loaded."""
    met = None if data is None else views.scene(state.parse(str(data.get("search", ""))).view)
    if met is None:
        raise PreventUpdate
    return met[0], met[1], met[2]


def _scene_data(city: City, tree: Tree, found: Scene, book: Atlas, token: str) -> dict[str, Any]:
    """What the browser's part has to know of the view."""
    definition = INDICATORS[found.view.indicator]
    place = book.of(found.grid)
    return {
        "search": to_search(found.view.opened(None)),
        "token": token,
        "asOf": iso(found.as_of),
        "revision": city.revision,
        "scope": {
            "code": found.grid.code,
            "name": found.grid.name,
            "depth": found.grid.depth,
            "level": place[0].level.key if place else "",
            "place": place[1] if place else -1,
            "bounds": list(book.bounds(found.grid) or book.bounds(tree.root) or ()),
            "leaf": not tree.children(found.grid.code),
        },
        "up": _up(tree, found),
        "level": found.view.level,
        "layers": list(found.view.layers),
        "theme": found.view.theme,
        "indicator": {
            "key": definition.key,
            "label": definition.label,
            "kind": definition.kind,
            "decimals": definition.decimals,
        },
        "period": text.span(found.clock, found.period),
    }


def _up(tree: Tree, found: Scene) -> str | None:
    """The scope above, "" for the whole city; None where there is nothing above."""
    parent = found.grid.parent
    if parent is None:
        return None
    return "" if tree.get(parent).parent is None else parent


def _at_known_level(found: Scene, book: Atlas) -> tuple[Scene, tuple[str, ...]]:
    """The scene at a level that the city has; a level that it lacks is told and left to the zoom."""
    level = found.view.level
    if not level or level in book.by_key:
        return found, ()
    told = word("problem.value").format(name="level", value=level[:40])
    return state.relevelled(found, ""), (told,)


def _levels(found: Scene, book: Atlas) -> list[Choice]:
    """The level that follows the zoom, and each one below the scope."""
    view = found.view
    below = [
        file.level
        for file in book.files
        if not file.level.dedicated and file.drawn and file.level.depth > found.grid.depth
    ]
    if len(below) < 2:
        return []
    fixed = view.level if view.level in {level.key for level in below} else ""
    return [
        Choice(word("map.by_zoom"), to_search(view.at_level("")), not fixed),
        *(Choice(level.name, to_search(view.at_level(level.key)), fixed == level.key) for level in below),
    ]


def _layers(found: Scene, book: Atlas, areas: bool) -> list[Choice]:
    there = {
        "areas": areas,
        "dedicated": any(file.level.dedicated and file.drawn for file in book.files),
    }
    return [
        Choice(
            word(f"map.layer_{layer}"),
            to_search(found.view.with_layer(layer, layer not in found.view.layers)),
            layer in found.view.layers,
        )
        for layer in state.LAYERS
        if there.get(layer, True)
    ]


def _foot(city: City, found: Scene, freshness: Any) -> str:
    """Whose data, how fresh, and what is not surveyed."""
    ages = rows.source_ages(freshness, found.clock, found.as_of)
    told = [word("map.source").format(source=age.source, at=age.newest) for age in ages[:3]]
    if city.illustrative:
        told.append(word("map.illustrative_foot"))
    if city.demo:
        told.append(word("map.demo_foot"))
    if city.credit:
        told.append(city.credit)
    return " · ".join(told)

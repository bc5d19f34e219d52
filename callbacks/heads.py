"""The head of the pages beside the first screen: where, which period, as of when, and what was not understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

import dash
from dash import Input, Output, State, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks import scenery, state
from callbacks.failing import noticed_in
from callbacks.reads import City, Reads
from callbacks.state import Scene, ViewState, to_search
from data.clocks import ZoneClock
from data.grids import Grid, Tree
from data.words import word
from layouts import ids, text
from layouts.parts import header
from layouts.parts.header import Choice

COMMANDS: Final = (
    ("empty.city", "python app.py city load data/cities/boston"),
    ("empty.import", "python app.py import FILE --mapping NAME"),
)
"""What to run when there is nothing to show: a word and a command each."""

Controls = Callable[[City, Tree, Scene], list[Component]]
Href = Callable[[ViewState, Grid], str]


def register(
    app: dash.Dash,
    reads: Reads,
    head: ids.Head,
    controls: Controls,
    *,
    beginning: str = "",
    href: Href = scenery.grid_href,
) -> Callable[[Exception], None]:
    """Adds the callback of a page's head; gives what its other callbacks do with an error.

    With a `beginning` such as "/grid/" the grid stands behind it in the address. `href` leads from the way to the grid
    to one of its grids.
    """

    failed = noticed_in(head.notices)

    @app.callback(
        Output(head.view, "data"),
        Output(head.figures, "data"),
        Output(head.city, "children"),
        Output(head.crumbs, "children"),
        Output(head.as_of, "children"),
        Output(head.controls, "children"),
        Output(head.notices, "children"),
        Output(head.empty, "children"),
        Output(head.empty, "hidden"),
        Output(head.body, "hidden"),
        Input(ids.URL, "pathname"),
        Input(ids.URL, "search"),
        Input(ids.VERSION, "data"),
        State(head.view, "data"),
        State(head.figures, "data"),
        on_error=failed,
    )
    def arrive(
        pathname: str | None,
        search: str | None,
        _version: str,
        before: Mapping[str, Any] | None,
        figures_before: Mapping[str, Any] | None,
    ) -> tuple[Any, ...]:
        if search is None or pathname is None or not pathname.startswith(beginning):
            raise PreventUpdate
        city = reads.city()
        if city is None:
            empty = header.empty_store([(word(what), command) for what, command in COMMANDS])
            return None, None, "", [], [], [], [], empty, False, True
        parsed = state.parse(search)
        view = parsed.view
        if beginning:
            view = view.within(unquote(pathname.removeprefix(beginning).rstrip("/")))
        now, clock, tree, freshness = reads.now(), ZoneClock.of(city.zone), reads.tree(), reads.freshness()
        as_of = state.present(view, freshness, now)
        found, unfollowed = state.scene(view, tree, clock, as_of, as_of == now, city)
        problems = [*parsed.problems, *unfollowed]
        if view.as_of is not None and view.as_of > now:
            problems.append(word("problem.future"))
        if freshness["last_reported_at"].isna().all():
            problems.append(word("empty.events").format(command=COMMANDS[1][1]))
        kept = state.stored(found.view, as_of, as_of == now)
        figures = state.stored(bare(found.view), as_of, as_of == now)
        by_address = str(ctx.triggered_id) == ids.URL
        # Where the address holds the grid, the view's links need not.
        shown = replace(found, view=found.view.within("")) if beginning else found
        above = tree.ancestors(found.grid.code)
        way = [Choice(grid.name, href(found.view, grid), grid is found.grid) for grid in (*above, found.grid)]
        return (
            no_update if by_address and _same(before, kept) else kept,
            no_update if by_address and _same(figures_before, figures) else figures,
            header.city_name(found.grid.name, city.demo),
            header.breadcrumb(way if above else []),
            header.as_of_line(
                text.moment(clock, as_of),
                city.zone,
                scenery.why(found),
                to_search(shown.view.now()),
            ),
            controls(city, tree, shown),
            [*header.notices(problems), *scenery.filters(shown, city)],
            [],
            True,
            False,
        )

    return failed


def bare(view: ViewState) -> ViewState:
    """What the figures of all indicators depend on."""
    plain = ViewState()
    return replace(
        view,
        indicator=plain.indicator,
        order=plain.order,
        listing=plain.listing,
        layers=plain.layers,
        theme=plain.theme,
        event=None,
    )


def _same(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    return before is not None and before.get("search") == after["search"]


def met(reads: Reads, data: Mapping[str, Any] | None) -> tuple[City, Tree, Scene]:
    """The view that all parts of a page share; they stay as they are while no city is loaded."""
    city = reads.city()
    if data is None or city is None:
        raise PreventUpdate
    view, as_of, live = state.restored(data, reads.now())
    tree = reads.tree()
    found, _ = state.scene(view, tree, ZoneClock.of(city.zone), as_of, live, city)
    return city, tree, found

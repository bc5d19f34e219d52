"""The overview's callbacks. Each one reads the view, fetches, and draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import dash
from dash import ClientsideFunction, Input, Output, Patch, State, ctx, no_update
from dash.exceptions import PreventUpdate

from callbacks import attention, scenery, state
from callbacks.failing import noticed_in
from callbacks.outlines import OutlinesOf
from callbacks.reads import City, Reads, targets
from callbacks.state import Scene, to_search
from data.clocks import ZoneClock
from data.grids import Tree
from data.indicators import INDICATORS
from data.words import word
from layouts import ids, rows, text
from layouts.parts import attention as attention_parts
from layouts.parts import header, tables
from layouts.parts.legend import map_legend
from maps.charts import trend
from maps.choropleth import choropleth, legend

PAGE_ROWS: Final = 25
MOST_ROWS: Final = 500

_COMMANDS: Final = (
    ("empty.city", "python app.py city load data/cities/boston"),
    ("empty.import", "python app.py import FILE --mapping NAME"),
)

failed: Final = noticed_in(ids.NOTICES)
"""What the overview's callbacks do with an error."""


def register(app: dash.Dash, reads: Reads, outlines: OutlinesOf) -> None:
    """Adds every callback of the overview to the app."""
    _register_view(app, reads)
    _register_panels(app, reads, outlines)
    _register_events(app, reads)
    _register_browser(app)


def _register_view(app: dash.Dash, reads: Reads) -> None:
    @app.callback(
        Output(ids.VIEW, "data"),
        Output(ids.CITY, "children"),
        Output(ids.CRUMBS, "children"),
        Output(ids.AS_OF, "children"),
        Output(ids.FRESHNESS, "children"),
        Output(ids.NOTICES, "children"),
        Output(ids.EMPTY, "children"),
        Output(ids.EMPTY, "hidden"),
        Output(ids.PANELS, "hidden"),
        Output(ids.PERIODS, "children"),
        Output(ids.RANGE_FIRST, "value"),
        Output(ids.RANGE_LAST, "value"),
        Input(ids.URL, "search"),
        Input(ids.VERSION, "data"),
        State(ids.VIEW, "data"),
        on_error=failed,
    )
    def arrive(search: str | None, _version: str, before: Mapping[str, Any] | None) -> tuple[Any, ...]:
        if search is None:
            raise PreventUpdate
        city = reads.city()
        if city is None:
            commands = [(word(what), command) for what, command in _COMMANDS]
            empty = header.empty_store(commands)
            return (None, "", [], [], [], [], empty, False, True, [], None, None)
        return _arrived(reads, city, search, before)

    @app.callback(
        Output(ids.GRID_RESULTS, "children"),
        Input(ids.GRID_SEARCH, "value"),
        Input(ids.VIEW, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def pick(wanted: str | None, data: Mapping[str, Any] | None) -> Any:
        tree, found = _scene(reads, data)
        return scenery.picks(tree, found.grid, wanted, lambda grid: scenery.grid_href(found.view, grid))

    @app.callback(
        Output(ids.URL, "search"),
        Output(ids.RANGE_PROBLEM, "children"),
        Input(ids.RANGE_APPLY, "n_clicks"),
        State(ids.RANGE_FIRST, "value"),
        State(ids.RANGE_LAST, "value"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def range_applied(
        clicks: int, first: str | None, last: str | None, search: str | None
    ) -> tuple[Any, str]:
        if not clicks:
            # The page has just been put in its place.
            raise PreventUpdate
        chosen = state.between(state.parse(search).view, first, last)
        return (
            (no_update, chosen.problems[0]) if chosen.problems else (to_search(chosen.view.opened(None)), "")
        )


def _register_panels(app: dash.Dash, reads: Reads, outlines: OutlinesOf) -> None:
    @app.callback(
        Output(ids.ATTENTION_OVERDUE, "children"),
        Output(ids.ATTENTION_MISSED, "children"),
        Input(ids.VIEW, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def first(data: Mapping[str, Any] | None) -> tuple[Any, Any]:
        tree, found = _scene(reads, data)
        city = reads.city()
        assert city is not None
        below = reads.by_grid(found.question, attention.keys_below(city))
        late = attention.overdue(reads, city, tree, found, below)
        missed = attention.below_target(found, below, targets(city))
        return attention_parts.overdue(late), attention_parts.missed(missed, attention.rule_of_targets())

    @app.callback(
        Output(ids.CARDS, "children"),
        Output(ids.EVENTS_COUNT, "children"),
        Output(ids.ATTENTION_FALLS, "children"),
        Input(ids.VIEW, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def cards(data: Mapping[str, Any] | None) -> tuple[Any, str, Any]:
        _, found = _scene(reads, data)
        compared = reads.compare(found.question)
        made = scenery.cards(compared, found, targets(reads.city()), found.view)
        overdue = compared.current["overdue_open"].numerator
        fallen = attention_parts.falls(
            attention.falls(found, compared, scenery.heard(compared.before)),
            attention.rule_of_falls(text.span(found.clock, compared.before_period)),
        )
        return made, word("event.count").format(n=f"{overdue:,}"), fallen

    @app.callback(
        Output(ids.MAP, "figure"),
        Output(ids.MAP_LEGEND, "children"),
        Output(ids.MAP_TITLE, "children"),
        Output(ids.MAP_NOTE, "children"),
        Output(ids.RANK, "children"),
        Output(ids.RANK_TITLE, "children"),
        Input(ids.VIEW, "data"),
        Input(ids.SCALE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def map_and_rank(data: Mapping[str, Any] | None, scale: float | None) -> tuple[Any, ...]:
        tree, found = _scene(reads, data)
        key, code, leaf = found.view.indicator, found.grid.code, not tree.children(found.grid.code)
        frame = reads.by_grid(found.question, (key,))
        cells = [rows.leaf_cell(frame, key, code, found.grid.name)] if leaf else rows.cells(frame, key)
        definition = INDICATORS[key]
        figure = choropleth(
            key, cells, outlines(tree, code), focus=code if leaf else None, scale=scenery.scaled(scale)
        )
        ranked, few = (
            rows.rank_rows(reads.rank(found.question, key), key, code, _within(found))
            if not leaf
            else ([], [])
        )
        few_text = word("rank.few").format(n=len(few), minimum=rows.MINIMUM)
        return (
            figure,
            map_legend(legend(key, cells)),
            word("map.title").format(grid=found.grid.name, label=definition.label),
            definition.formula + (word("map.illustrative") if _illustrative(reads) else ""),
            tables.ranking(
                ranked, few, few_text, None if leaf else rows.own_row(frame, key), definition.label
            ),
            word("rank.title").format(label=definition.label),
        )

    @app.callback(
        Output(ids.TREND, "figure"),
        Output(ids.TREND_TITLE, "children"),
        Input(ids.VIEW, "data"),
        Input(ids.SCALE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def course(data: Mapping[str, Any] | None, scale: float | None) -> tuple[Any, str]:
        _, found = _scene(reads, data)
        key = found.view.indicator
        frame = reads.by_time(found.question, found.unit, (key,))
        points = rows.points(frame, key, found.clock, state.buckets(found), found.unit, found.as_of)
        title = word("trend.title").format(label=INDICATORS[key].label, unit=word(f"unit.{found.unit}"))
        return trend(key, points, target=targets(reads.city()).get(key), scale=scenery.scaled(scale)), title

    @app.callback(
        Output(ids.CATEGORIES, "children"),
        Output(ids.CATEGORIES_TITLE, "children"),
        Input(ids.VIEW, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def categories(data: Mapping[str, Any] | None) -> tuple[Any, str]:
        _, found = _scene(reads, data)
        key = _beside_received(found.view.indicator)
        made = rows.group_rows(reads.by_category(found.question, ("received", key)), key)
        title = word("group.categories").format(n=len(made))
        return tables.groups(made, word("group.category"), INDICATORS[key].label), title

    @app.callback(
        Output(ids.CHANNELS, "children"),
        Output(ids.CHANNELS_TITLE, "children"),
        Input(ids.VIEW, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def channels(data: Mapping[str, Any] | None) -> tuple[Any, str]:
        _, found = _scene(reads, data)
        key = _beside_received(found.view.indicator)
        made = rows.group_rows(reads.by_channel(found.question, ("received", key)), key)
        title = word("group.channels").format(n=len(made))
        return tables.groups(made, word("group.channel"), INDICATORS[key].label), title


def _register_events(app: dash.Dash, reads: Reads) -> None:
    @app.callback(
        Output(ids.EVENTS_ROWS, "children"),
        Output(ids.EVENTS_PAGE, "data"),
        Output(ids.EVENTS_MORE, "hidden"),
        Output(ids.EVENTS_TABS, "children"),
        Input(ids.VIEW, "data"),
        State(ids.EVENTS_PAGE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def listed(data: Mapping[str, Any] | None, shown: Mapping[str, Any] | None) -> tuple[Any, ...]:
        _, found = _scene(reads, data)
        listing = found.view.listing
        # A refresh keeps the pages that a viewer has already opened; another grid or list starts from its first.
        same = shown is not None and shown.get("of") == [found.grid.code, listing]
        limit = min(max(int(shown["rows"]), PAGE_ROWS), MOST_ROWS) if same and shown else PAGE_ROWS
        page = reads.events(found.question, listing, limit, None)
        made = tables.event_rows(rows.event_list(page.rows, found.clock, found.as_of, _opened(found)))
        kept = {"of": [found.grid.code, listing], "rows": len(page.rows), "next": page.next}
        tabs = [
            header.Choice(word(f"list.{kind}"), to_search(found.view.listed(kind)), kind == listing)
            for kind in state.LISTINGS
        ]
        return made or tables.no_events(), kept, page.next is None, header.segments(tabs)

    @app.callback(
        Output(ids.EVENTS_ROWS, "children", allow_duplicate=True),
        Output(ids.EVENTS_PAGE, "data", allow_duplicate=True),
        Output(ids.EVENTS_MORE, "hidden", allow_duplicate=True),
        Input(ids.EVENTS_MORE, "n_clicks"),
        State(ids.VIEW, "data"),
        State(ids.EVENTS_PAGE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def more(
        _clicks: int, data: Mapping[str, Any] | None, shown: Mapping[str, Any] | None
    ) -> tuple[Any, ...]:
        _, found = _scene(reads, data)
        if shown is None or shown.get("next") is None:
            raise PreventUpdate
        page = reads.events(found.question, found.view.listing, PAGE_ROWS, str(shown["next"]))
        added = Patch()
        added.extend(tables.event_rows(rows.event_list(page.rows, found.clock, found.as_of, _opened(found))))
        kept = {"of": shown["of"], "rows": int(shown["rows"]) + len(page.rows), "next": page.next}
        return added, kept, page.next is None


def _register_browser(app: dash.Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("overview", "drill"),
        Output(ids.URL, "search", allow_duplicate=True),
        Output(ids.MAP, "clickData"),
        Input(ids.MAP, "clickData"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
    )


def _arrived(reads: Reads, city: City, search: str, before: Mapping[str, Any] | None) -> tuple[Any, ...]:
    now = reads.now()
    clock = ZoneClock.of(city.zone)
    parsed = state.parse(search)
    freshness = reads.freshness()
    tree = reads.tree()
    as_of = state.present(parsed.view, freshness, now)
    found, unfollowed = state.scene(parsed.view, tree, clock, as_of, as_of == now, city)
    problems = [*parsed.problems, *unfollowed]
    if parsed.view.as_of is not None and parsed.view.as_of > now:
        problems.append(word("problem.future"))
    if freshness["last_reported_at"].isna().all():
        problems.append(word("empty.events").format(command=_COMMANDS[1][1]))
    kept = state.stored(found.view, as_of, as_of == now)
    # An event that opens or closes changes the address and nothing else: the panels need not be fetched again.
    same = before is not None and before.get("search") == kept["search"] and ctx.triggered_id == ids.URL
    last = clock.local(max(found.period.start, found.period.end - 1)).date()
    return (
        no_update if same else kept,
        header.city_name(city.name, city.demo),
        header.breadcrumb(scenery.crumbs(tree, found)),
        header.as_of_line(
            text.moment(clock, as_of), city.zone, scenery.why(found), to_search(found.view.now())
        ),
        header.freshness_list(rows.source_ages(freshness, clock, now)),
        [*header.notices(problems), *scenery.filters(found, city)],
        [],
        True,
        False,
        header.segments(scenery.periods(found)),
        clock.local(found.period.start).date().isoformat(),
        last.isoformat(),
    )


def _scene(reads: Reads, data: Mapping[str, Any] | None) -> tuple[Tree, Scene]:
    """The view that all panels share; they stay as they are while no city is loaded."""
    city = reads.city()
    if data is None or city is None:
        raise PreventUpdate
    view, as_of, live = state.restored(data, reads.now())
    tree = reads.tree()
    found, _ = state.scene(view, tree, ZoneClock.of(city.zone), as_of, live, city)
    return tree, found


def _within(found: Scene) -> Any:
    return lambda code: to_search(found.view.within(code))


def _opened(found: Scene) -> Any:
    return lambda number: to_search(found.view.opened(number))


def _beside_received(key: str) -> str:
    """Tables by group always show the received; beside them stands the chosen indicator, or the default."""
    return state.DEFAULT_INDICATOR if key == "received" else key


def _illustrative(reads: Reads) -> bool:
    city = reads.city()
    return city is not None and city.illustrative

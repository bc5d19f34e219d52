"""The callbacks of the page of warnings: what stands in a grid, one warning in view, and what is done with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final

import dash
from dash import ClientsideFunction, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks import hotlines, matter, scenery, shell, state
from callbacks.gridpage import At, below, placed, scope_of, way
from callbacks.heads import COMMANDS
from callbacks.hotlines import Told
from callbacks.hotview import KINDS_OF, PATH, STATUSES, STEPS, Asked, asked
from callbacks.lookout import Lookout
from callbacks.outlines import OutlinesOf
from callbacks.reads import City, Reads
from data.access import may
from data.alerting.keeping import Alert, AlertError, AlertStep, acts_of
from data.alerting.looks import Looks
from data.alerting.standing import HOT
from data.bulletinstates import Refused
from data.clocks import ZoneClock
from data.grids import Grid, Tree
from data.indicators import NO_DATA
from data.words import word
from layouts import hot as page
from layouts import ids, looked
from layouts import matter as matter_layout
from layouts.hot import Listed, Mapped
from layouts.parts.attention import HotLine, hot_column
from layouts.parts.header import Choice, place
from layouts.parts.menus import Menu
from maps.choropleth import Spot, spots

PAGE_ROWS: Final = 30
LATEST: Final = 4
"""So many hot warnings the first screen names."""

LOOK: Final = "python app.py alerts watch"

NIGHTLY_TABS: Final = ("hot", "recheck")
"""The groups with kinds that only the night's look finds."""


@dataclass(frozen=True)
class Met:
    """What every part of the page needs."""

    city: City
    found: Asked
    grid: Grid
    tree: Tree
    problems: tuple[str, ...]
    told: Told


def register(app: dash.Dash, reads: Reads, lookout: Lookout, outlines: OutlinesOf) -> None:
    """Adds every callback of the page, and the one of the first screen's warnings, to the app."""
    _register_page(app, reads, lookout, outlines)
    _register_acts(app, lookout, reads)

    @app.callback(
        Output(ids.ATTENTION_HOT, "children"),
        Input(ids.VIEW, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def first(data: Mapping[str, Any] | None) -> Any:
        city = reads.city()
        if data is None or city is None:
            raise PreventUpdate
        view, tree = state.restored(data, reads.now())[0], reads.tree()
        grid = tree.get(view.scope) if view.scope in tree else tree.root
        return attention(reads, lookout, city, tree, Asked(view.within(scope_of(grid))), grid)


def _register_page(app: dash.Dash, reads: Reads, lookout: Lookout, outlines: OutlinesOf) -> None:
    @app.callback(
        Output(ids.HOT_PLACE, "children"),
        Output(ids.HOT_CONTROLS, "children"),
        Output(ids.HOT_NOTICE, "children"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        on_error=shell.failed,
    )
    def arrived(search: str | None, pathname: str | None) -> tuple[Any, ...]:
        met = _met(reads, search, pathname)
        if met is None:
            return [], [], page.wrong(word("empty.title"))
        return (
            place(met.grid.name, way(met.tree, met.grid, _at(met)), word("hot.page"), demo=met.city.demo),
            page.controls(_menus(met)),
            [node for one in met.problems for node in page.wrong(one)],
        )

    @app.callback(
        Output(ids.HOT_VIEW, "children"),
        Output(ids.HOT_MORE, "children"),
        Output(ids.HOT_STEPS, "children"),
        Output(ids.HOT_SIDE, "hidden"),
        Output(ids.HOT_FORM, "hidden"),
        Output(ids.HOT_ACKNOWLEDGE, "disabled"),
        Output(ids.HOT_BODY, "className"),
        Output(ids.HOT_HELD, "data"),
        Output(ids.HOT_SEEN, "data"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.HOT_TICK, "n_intervals"),
        Input(ids.HOT_TURN, "data"),
        Input(ids.SCALE, "data"),
        State(ids.HOT_SEEN, "data"),
        on_error=shell.failed,
    )
    def shown(
        search: str | None,
        pathname: str | None,
        _ticks: int | None,
        _turn: int | None,
        scale: float | None,
        seen: str | None,
    ) -> tuple[Any, ...]:
        met = _met(reads, search, pathname)
        if met is None:
            return [], [], [], True, True, True, "panels hot-body", None, None
        mark = _mark(reads, lookout, met, search, scale)
        if mark == seen:
            # Whoever reads or has the focus in it is not disturbed.
            return (no_update,) * 9
        if met.found.warning is None:
            made = _overview(reads, lookout, outlines, met, scale)
            return made, [], [], True, True, True, "panels hot-body", None, mark
        return (*_in_view(reads, lookout, outlines, met, scale), mark)

    app.clientside_callback(
        ClientsideFunction("overview", "drill"),
        Output(ids.URL, "search", allow_duplicate=True),
        Output(ids.HOT_MAP, "clickData"),
        Input(ids.HOT_MAP, "clickData"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.HOT_TO, "value"),
        Output(ids.HOT_NOTE, "value"),
        Input(ids.URL, "search"),
        on_error=shell.failed,
    )
    def left(_search: str | None) -> tuple[str, str]:
        # What was written about one warning is not for the next.
        return "", ""


def _register_acts(app: dash.Dash, lookout: Lookout, reads: Reads) -> None:
    def act(button: str, name: str) -> None:
        @app.callback(
            Output(ids.HOT_NOTICE, "children", allow_duplicate=True),
            Output(ids.HOT_TURN, "data", allow_duplicate=True),
            Output(ids.HOT_TO, "value", allow_duplicate=True),
            Output(ids.HOT_NOTE, "value", allow_duplicate=True),
            Input(button, "n_clicks"),
            State(ids.HOT_HELD, "data"),
            State(ids.HOT_TO, "value"),
            State(ids.HOT_NOTE, "value"),
            State(ids.HOT_TURN, "data"),
            prevent_initial_call=True,
            on_error=shell.failed,
        )
        def pressed(clicks: int | None, held: Any, to: Any, note: Any, turn: Any) -> tuple[Any, ...]:
            city = reads.city()
            if not clicks or city is None or not isinstance(held, Mapping):
                raise PreventUpdate
            number, seen = _whole(held.get("id")), _whole(held.get("acts"))
            texts = (to if isinstance(to, str) else "", note if isinstance(note, str) else "")
            said, is_done = follow(lookout, ZoneClock.of(city.zone), name, number, seen, *texts)
            cleared = "" if is_done else no_update
            return said, _whole(turn) + 1, cleared, cleared

    for button, name in (
        (ids.HOT_ACKNOWLEDGE, "acknowledge"),
        (ids.HOT_ASSIGN, "assign"),
        (ids.HOT_CLOSE, "close"),
    ):
        act(button, name)


def follow(
    lookout: Lookout, clock: ZoneClock, name: str, number: int, seen: int, to: str, note: str
) -> tuple[list[Any], bool]:
    """Does what was asked for; gives what the page says then, and whether it was done."""
    acts: Mapping[str, Callable[[], None]] = {
        "acknowledge": lambda: lookout.acknowledge(number, seen),
        "assign": lambda: lookout.assign(number, to, note, seen),
        "close": lambda: lookout.close(number, note, seen),
    }
    try:
        acts[name]()
    except Refused as error:
        return page.wrong(word(str(error))), False
    except AlertError as error:
        by = "" if error.step is None else _by(clock, error.step)
        return page.wrong(word(f"hot.fault_{error.fault}"), by), False
    return page.done(word(f"hot.done_{name}").format(name=to.strip())), True


def _by(clock: ZoneClock, step: AlertStep) -> str:
    told = matter.step(clock, step)
    return word("hot.fault_by").format(
        who=told.who, at=told.at, what=" ".join((told.what, told.note)).strip()
    )


def _met(reads: Reads, search: str | None, pathname: str | None) -> Met | None:
    met = placed(reads, PATH, pathname, asked, search)
    if met is None:
        return None
    city, found, grid, tree, problems = met
    told = Told(city, tree, ZoneClock.of(city.zone), reads.now(), lambda number: found.search(warning=number))
    return Met(city, found, grid, tree, problems, told)


def _mark(reads: Reads, lookout: Lookout, met: Met, search: str | None, scale: float | None) -> str:
    """Changes with everything that the page shows: the address, the warnings of the grid, and the events' version where
    one of them is in view; and each hour, for "today" is in it."""
    steps = () if met.found.warning is None else _steps(lookout, met.found.warning)
    hour = met.told.clock.local(met.told.now).strftime("%Y-%m-%dT%H")
    looks = lookout.looks()
    known = (looks, looks.state(met.told.clock, met.told.now))
    told = (
        search,
        met.grid.code,
        lookout.stamp(met.grid.code),
        steps,
        scale,
        hour,
        known,
        reads.viewer().role,
    )
    return blake2b(repr(told).encode(), digest_size=12).hexdigest()


def _steps(lookout: Lookout, number: int) -> Sequence[AlertStep]:
    found = lookout.one(number)
    return () if found is None else tuple(found[1])


def _at(met: Met) -> At:
    return lambda scope: met.found.search(view=met.found.view.within(scope), warning=None, page=0)


def _menus(met: Met) -> list[Menu]:
    plain = replace(met.found, page=0, warning=None)
    chosen = met.found.status
    statuses = [Choice(word("hot.status_every"), plain.search(status=""), not chosen)]
    statuses += [
        Choice(word(f"hot.status_{one}"), plain.search(status=one), one == chosen) for one in STATUSES
    ]
    named = word(f"hot.status_{chosen or 'every'}")
    menus = [Menu(word("hot.statuses"), named, statuses, narrowed=bool(chosen))]
    return [*menus, *below(word("hot.children"), met.tree.children(met.grid.code), _at(met))]


def _overview(
    reads: Reads, lookout: Lookout, outlines: OutlinesOf, met: Met, scale: float | None
) -> list[Any]:
    found = met.found
    every = lookout.closed(met.grid.code) if found.status == "closed" else lookout.standing(met.grid.code)
    if found.status:
        every = [one for one in every if one.state == found.status]
    allowed = lookout.kinds()
    tabs = {tab: [one for one in every if one.kind in kinds] for tab, kinds in KINDS_OF.items()}
    plain = replace(found, page=0, warning=None)
    looks = lookout.looks()
    choices = [
        Choice(
            f"{word(f'hot.tab_{tab}')} {_count(looks, len(some))}",
            plain.search(tab=tab, kind="", step=""),
            tab == found.tab,
        )
        for tab, some in tabs.items()
        if any(kind in allowed for kind in KINDS_OF[tab])
    ]
    mine = tabs[found.tab]
    kinds = _kinds(plain, mine)
    chosen = [one for one in mine if _fits(found, one)]
    return page.overview(
        choices, kinds, _mapped(outlines, met, chosen, looks, scale), _listed(reads, looks, met, chosen)
    )


def _count(looks: Looks, count: int) -> str:
    """How many there are; "—" where nobody has looked, for then none is no number."""
    return f"{count:,}" if count or looks.at is not None else NO_DATA


def _fits(found: Asked, alert: Alert) -> bool:
    if found.tab == "hot" and found.kind:
        return alert.kind == found.kind
    return not (found.tab == "due" and found.step) or str(alert.step) == found.step


def _kinds(found: Asked, alerts: Sequence[Alert]) -> list[Choice]:
    """The ways to narrow a list: hot events by kind, deadlines by step, each with how many there are."""
    if found.tab == "hot":
        count = Counter(str(one.kind) for one in alerts)
        offered = [kind for kind in HOT if count[kind] or kind == found.kind]
        choices = [Choice(word("hot.kind_every"), found.search(kind=""), not found.kind)]
        choices += [
            Choice(f"{word(f'hot.kind_{kind}')} {count[kind]:,}", found.search(kind=kind), kind == found.kind)
            for kind in offered
        ]
        return choices if len(offered) > 1 or found.kind else []
    if found.tab == "due" and alerts:
        count = Counter(str(one.step) for one in alerts)
        return [
            Choice(word("hot.step_every"), found.search(step=""), not found.step),
            *(
                Choice(f"{word(f'hot.step_{one}')} {count[one]:,}", found.search(step=one), one == found.step)
                for one in STEPS
            ),
        ]
    return []


def _mapped(
    outlines: OutlinesOf, met: Met, alerts: Sequence[Alert], looks: Looks, scale: float | None
) -> Mapped:
    tree, grid = met.tree, met.grid
    children = tree.children(grid.code)
    held: Counter[str] = Counter()
    whole = 0
    for one in alerts:
        above = one.grid if one.grid in tree else ""
        while above and above != grid.code and (parent := tree.get(above).parent) != grid.code:
            above = parent or ""
        if above and above != grid.code:
            held[above] += 1
        else:
            whole += 1
    shown = children or (grid,)
    counted = [
        Spot(one.code, one.name, count, word("hot.map_count").format(n=_count(looks, count)))
        for one in shown
        for count in (held[one.code] if children else whole,)
    ]
    notes = [word("hot.map_drill")] if children else []
    if whole and children:
        notes.insert(0, word("hot.map_whole").format(n=f"{whole:,}", grid=grid.name))
    if looks.at is None:
        notes.insert(0, word("looked.never"))
    if met.city.illustrative:
        notes.append(word("map.illustrative_foot"))
    title = word("hot.map" if children else "hot.map_leaf").format(
        grid=grid.name, tab=word(f"hot.tab_{met.found.tab}")
    )
    focus = None if children else grid.code
    figure = spots(counted, outlines(tree, grid.code), focus=focus, scale=scenery.scaled(scale))
    return Mapped(title, figure, notes)


def _listed(reads: Reads, looks: Looks, met: Met, alerts: Sequence[Alert]) -> Listed:
    found = met.found
    every = hotlines.ordered(met.tree, found.tab, alerts)
    start = found.page * PAGE_ROWS
    some = every[start : start + PAGE_ROWS]
    shown = word("hot.count").format(n=f"{len(every):,}") if every or looks.at is not None else ""
    if len(every) > PAGE_ROWS and some:
        shown = word("hot.shown").format(first=start + 1, last=start + len(some), n=f"{len(every):,}")
    note = word(f"hot.{found.tab}_note") if found.tab in ("due", "recheck") else ""
    clock, now = met.told.clock, met.told.now
    nightly = found.tab in NIGHTLY_TABS
    late = looked.notice(looks, clock, now, nightly=nightly)
    return Listed(
        word("hot.column_holder" if found.tab in ("due", "recheck") else "hot.column_what"),
        hotlines.COLUMNS[found.tab],
        hotlines.groups(met.told, found.tab, some, every),
        shown,
        note,
        [] if some else _empty(reads, looks, met),
        found.search(page=found.page - 1) if found.page else None,
        found.search(page=found.page + 1) if start + PAGE_ROWS < len(every) else None,
        (looked.full_line if nightly else looked.line)(looks, clock, now),
        (f"{late}{word('looked.now')}", LOOK) if late else None,
    )


def _empty(reads: Reads, looks: Looks, met: Met) -> list[tuple[str, str]]:
    """Why there is nothing: sentences, each with the command that helps."""
    freshness = reads.freshness()
    if freshness.empty or bool(freshness["last_reported_at"].isna().all()):
        return [(word("hot.none_events"), COMMANDS[1][1])]
    if looks.at is None:
        return []
    if met.found.status or met.found.kind or met.found.step or met.found.page:
        return [(word("hot.none_filtered"), "")]
    none = word(f"hot.none_{met.found.tab}").format(grid=met.grid.name)
    clock, now = met.told.clock, met.told.now
    if looks.state(clock, now) == "late":
        # What is so now is not known.
        none = word("looked.none_then").format(at=looked.moment(clock, looks.at, now), grid=met.grid.name)
    return [(none, "")]


def _in_view(
    reads: Reads, lookout: Lookout, outlines: OutlinesOf, met: Met, scale: float | None
) -> tuple[Any, ...]:
    number = met.found.warning or 0
    told = lookout.one(number)
    if told is None:
        gone = page.gone(word("hot.gone"), met.found.search(warning=None))
        return gone, [], [], True, True, True, "panels hot-body", None
    alert, taken = told
    view = met.found.view
    numbers = [int(each) for each in alert.body.get("events", ())]
    frame = lookout.events(numbers[: matter.MOST_EVENTS], met.told.now)
    rows = matter.events(met.told, frame, view)
    note = word("hot.events_note").format(n=f"{len(rows):,}", of=f"{alert.observed:,}") if rows else ""
    where = matter.where(met.told, reads, outlines, view, alert, scale)
    handles = may(reads.viewer(), "handle") and alert.state != "closed"
    return (
        matter_layout.matter(matter.in_view(met.told, reads, met.found, alert, scale)),
        matter_layout.more(where, rows, note, matter.behind(met.told, alert, view)),
        matter_layout.steps(matter.steps(met.told.clock, taken)),
        False,
        not handles,
        alert.state != "open",
        "panels hot-body has-matter",
        {"id": number, "acts": acts_of(taken)},
    )


def attention(reads: Reads, lookout: Lookout, city: City, tree: Tree, found: Asked, grid: Grid) -> list[Any]:
    """The warnings of a grid for the first screen: the latest hot ones, and how many deadlines at each step."""
    told = Told(
        city, tree, ZoneClock.of(city.zone), reads.now(), lambda number: PATH + found.search(warning=number)
    )
    every = lookout.standing(grid.code)
    hot = hotlines.ordered(tree, "hot", [one for one in every if one.kind in HOT])
    steps = Counter(str(one.step) for one in every if one.kind == "due")
    lines = [
        HotLine(
            word("attention.event").format(title=hotlines.title(told, one), grid=told.grid(one.grid)),
            told.href(one.id),
            word(f"hot.kind_{one.kind}"),
            hotlines.counts(one),
        )
        for one in hot[:LATEST]
    ]
    due = [
        (word(f"hot.step_{step}"), f"{steps[step]:,}", PATH + found.search(tab="due", step=step))
        for step in STEPS
        if steps[step]
    ]
    whole = (word("attention.hot_all").format(n=f"{len(hot):,}"), PATH + found.search())
    looks, clock, now = lookout.looks(), told.clock, told.now
    late = looked.notice(looks, clock, now)
    none = "" if late else word("attention.hot_none")
    return hot_column(lines, due, whole, none, looked.line(looks, clock, now), late)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18 else 0

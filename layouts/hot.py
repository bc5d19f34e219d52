"""What is hot and who is late: the warnings of a grid on its map and in lists, and the frame of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.parts.header import Choice, segments
from layouts.parts.menus import Menu, menu

TICK_SECONDS = 10
"""How often the page asks what has become of its warnings."""

GRAPH: Any = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False, "doubleClick": False}


@dataclass(frozen=True)
class WarningLine:
    """A warning as a row of text: its name with what stands under it, and a text for each further column of its list.
    `state` is the key of its state."""

    name: str
    under: str
    href: str
    cells: Mapping[str, str]
    state: str
    state_text: str
    assigned: str = ""
    badge: str = ""


@dataclass(frozen=True)
class WarningGroup:
    """Some rows under one heading; none for ""."""

    heading: str
    note: str
    lines: Sequence[WarningLine]


@dataclass(frozen=True)
class Listed:
    """The list in view: what its first column is called, which further ones it has, its
    rows, what to say where there are none, where its pages are, when was looked last, and what to say (a sentence and
    the command that helps) where that was not in time."""

    first: str
    columns: Sequence[str]
    groups: Sequence[WarningGroup]
    shown: str
    note: str
    empty: Sequence[tuple[str, str]]
    newer: str | None
    older: str | None
    looked: str = ""
    late: tuple[str, str] | None = None


@dataclass(frozen=True)
class Mapped:
    """The map in view: the figure, its title, and what has to be said beside it."""

    title: str
    figure: Mapping[str, Any]
    notes: Sequence[str]


def layout() -> Component:
    """The page with every id of it and nothing in it yet."""
    return html.Div(
        [
            dcc.Interval(id=ids.HOT_TICK, interval=TICK_SECONDS * 1000),
            dcc.Store(id=ids.HOT_TURN, data=0),
            dcc.Store(id=ids.HOT_SEEN),
            dcc.Store(id=ids.HOT_HELD),
            html.A(word("page.skip"), href=f"#{ids.HOT_BODY}", className="skip"),
            html.Header(
                [
                    html.Div(id=ids.HOT_PLACE, className="head-row"),
                    html.Div(id=ids.HOT_CONTROLS, className="head-row controls"),
                ],
                className="head",
            ),
            html.Div(id=ids.HOT_NOTICE, className="notices", role="status"),
            html.Main(
                [
                    html.Div(id=ids.HOT_VIEW, className="hot-view"),
                    html.Section(
                        [
                            html.Div(html.H2(word("hot.acts")), className="panel-head"),
                            html.Div(id=ids.HOT_STEPS),
                            _form(),
                        ],
                        id=ids.HOT_SIDE,
                        className="panel hot-side",
                        hidden=True,
                    ),
                    html.Div(id=ids.HOT_MORE, className="hot-more"),
                ],
                id=ids.HOT_BODY,
                className="panels hot-body",
                tabIndex=-1,
            ),
        ],
        className="page hot-page",
    )


def later() -> list[Component]:
    """What the callbacks put into the page."""
    return [dcc.Graph(id=ids.HOT_MAP)]


def _form() -> Component:
    def act(number: str, name: str, main: bool = False) -> Component:
        return html.Button(
            word(f"hot.act_{name}"),
            id=number,
            type="button",
            n_clicks=0,
            className="button is-main" if main else "button",
        )

    return html.Div(
        [
            html.P(act(ids.HOT_ACKNOWLEDGE, "acknowledge", main=True)),
            html.Label(word("hot.to"), htmlFor=ids.HOT_TO),
            dcc.Input(id=ids.HOT_TO, type="text", value="", maxLength=128, autoComplete="off"),
            html.Label(word("hot.note"), htmlFor=ids.HOT_NOTE),
            dcc.Textarea(id=ids.HOT_NOTE, value="", maxLength=360, rows=3),
            html.P([act(ids.HOT_ASSIGN, "assign"), act(ids.HOT_CLOSE, "close")], className="hot-acts"),
        ],
        id=ids.HOT_FORM,
        className="hot-form",
        hidden=True,
    )


def controls(menus: Sequence[Menu]) -> list[Component]:
    """What may be chosen."""
    return [html.Div([menu(one) for one in menus], className="menus")]


def overview(
    tabs: Sequence[Choice],
    kinds: Sequence[Choice],
    mapped: Mapped,
    listed: Listed,
    *,
    topology: str = "/assets/geo/",
) -> list[Component]:
    """The groups of warnings, the map of the one in view, and its list."""
    return [
        html.Nav(
            segments(tabs), className="segments hot-tabs", **attributes({"aria-label": word("hot.tabs")})
        ),
        html.Div([_map(mapped, topology), _list(kinds, listed)], className="hot-row"),
    ]


def _map(mapped: Mapped, topology: str) -> Component:
    return html.Section(
        [
            html.Div(html.H2(mapped.title), className="panel-head"),
            dcc.Graph(
                id=ids.HOT_MAP,
                figure=dict(mapped.figure),
                config=GRAPH | {"topojsonURL": topology},
                responsive=True,
                className="map",
            ),
            *[html.P(note, className="panel-note") for note in mapped.notes],
        ],
        className="panel hot-map",
    )


def _list(kinds: Sequence[Choice], listed: Listed) -> Component:
    head: list[Component] = [html.H2(word("hot.list")), html.Span(listed.shown, className="panel-note")]
    if listed.looked:
        head.append(html.Span(listed.looked, className="panel-note hot-looked"))
    if kinds:
        head.append(
            html.Nav(
                segments(kinds),
                className="segments small hot-kinds",
                **attributes({"aria-label": word("hot.kinds")}),
            )
        )
    body: list[Component] = []
    if listed.late is not None:
        body.append(html.P(_told(*listed.late), className="notice is-late", role="status"))
    if listed.note:
        body.append(html.P(listed.note, className="panel-note hot-note"))
    if listed.groups:
        body.append(
            html.Div(
                [_table(listed)],
                className="hot-scroll",
                tabIndex=0,
                role="region",
                **attributes({"aria-label": word("hot.list")}),
            )
        )
    for sentence, command in listed.empty:
        body.append(html.P(_told(sentence, command), className="quiet hot-none"))
    ways = [
        html.A(word(name), href=href, className="button")
        for name, href in (("hot.newer", listed.newer), ("hot.older", listed.older))
        if href is not None
    ]
    if ways:
        body.append(html.P(ways, className="bulletin-ways"))
    return html.Section([html.Div(head, className="panel-head"), *body], className="panel hot-list")


def _told(sentence: str, command: str) -> list[Component | str]:
    before, _, after = sentence.partition("{command}")
    return [before, *([html.Code(command)] if command else []), after]


def _table(listed: Listed) -> Component:
    names = [word(f"hot.column_{name}") for name in listed.columns]
    heads = [listed.first, *names, word("hot.column_state")]
    bodies: list[Component] = []
    for group in listed.groups:
        rows = [_row(line, listed.columns, names) for line in group.lines]
        if group.heading:
            told = [html.Strong(group.heading), html.Span(group.note, className="panel-note")]
            rows.insert(
                0,
                html.Tr(
                    html.Th(told, scope="colgroup", colSpan=len(heads), className="hot-group"),
                    className="hot-group-row",
                ),
            )
        bodies.append(html.Tbody(rows))
    return html.Table(
        [html.Thead(html.Tr([html.Th(text, scope="col") for text in heads])), *bodies],
        className="table hot-table",
    )


def _row(line: WarningLine, columns: Sequence[str], names: Sequence[str]) -> Component:
    badge = [html.Span(line.badge, className="hot-badge")] if line.badge else []
    first = html.Th(
        [
            *badge,
            html.A(line.name, href=line.href, className="go hot-link"),
            *([html.Span(line.under, className="event-sub")] if line.under else []),
        ],
        scope="row",
        className="hot-what",
    )
    cells = [
        html.Td(line.cells.get(column, ""), className=f"hot-{column}", **attributes({"data-label": name}))
        for column, name in zip(columns, names, strict=True)
    ]
    state = html.Td(
        [
            html.Span(line.state_text, className=f"hot-state is-{line.state}"),
            *([html.Span(line.assigned, className="event-sub")] if line.assigned else []),
        ],
        **attributes({"data-label": word("hot.column_state")}),
    )
    return html.Tr([first, *cells, state])


def done(sentence: str) -> list[Component]:
    """What was done."""
    return [html.P(sentence, className="notice is-done")]


def gone(sentence: str, href: str) -> list[Component]:
    """What stands in place of a warning that is not there, with the way to the list."""
    return [*wrong(sentence), html.P(html.A(word("hot.back"), href=href, className="button go"))]


def wrong(*sentences: str) -> list[Component]:
    """Why it was not done, or what is not there."""
    return [html.P(" ".join(filter(None, sentences)), className="notice", role="alert")]

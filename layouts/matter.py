"""One warning: what it is and what it rests on, its course, where it is, its events, and what was done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts.attributes import attributes
from layouts.hot import GRAPH
from layouts.parts.pages import chart_table, panel
from layouts.parts.tables import EventRow, event_rows, events_head


@dataclass(frozen=True)
class Course:
    """A figure over time with its title, what has to be said of it, and the same as a table."""

    title: str
    note: str
    figure: Mapping[str, Any]
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Where:
    """A map of the grids that a matter concerns: its figure, a note, and the grids by name with their pages."""

    title: str
    note: str
    figure: Mapping[str, Any]
    grids: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Matter:
    """A warning in view. `facts` are pairs of a name and a text; `caution` has to be read before them."""

    title: str
    badge: str
    meaning: str
    caution: bool
    state: str
    state_text: str
    back: str
    facts: Sequence[tuple[str, str]]
    course: Course | None


@dataclass(frozen=True)
class MatterStep:
    """Something that was done: when, by whom, what, and the note."""

    at: str
    who: str
    what: str
    note: str


def matter(given: Matter) -> list[Component]:
    """What it is, what it rests on, and its course."""
    facts = [node for name, value in given.facts for node in (html.Dt(name), html.Dd(value))]
    made: list[Component] = [
        html.Section(
            [
                html.Div(
                    [
                        html.Span(given.badge, className="hot-badge"),
                        html.H2(given.title, className="open-title"),
                        html.Span(given.state_text, className=f"hot-state is-{given.state}"),
                        html.A(word("hot.back"), href=given.back, className="button go panel-tools"),
                    ],
                    className="panel-head",
                ),
                html.P(given.meaning, className="notice hot-caution" if given.caution else "hot-meaning"),
                html.Dl(facts, className="facts open-facts"),
            ],
            className="panel hot-facts",
            **attributes({"aria-label": word("hot.facts")}),
        )
    ]
    if given.course is not None:
        made.append(
            panel(
                "hot-course",
                [html.H2(given.course.title), html.P(given.course.note, className="panel-note")],
                [
                    dcc.Graph(
                        figure=dict(given.course.figure), config=GRAPH, responsive=True, className="trend"
                    ),
                    chart_table(given.course.heads, given.course.rows),
                ],
            )
        )
    return made


def more(
    where: Where | None,
    events: Sequence[EventRow],
    note: str,
    href: str | None,
    *,
    topology: str = "/assets/geo/",
) -> list[Component]:
    """Where it is, and its events; `href` leads to all of them."""
    made: list[Component] = []
    if where is not None:
        made.append(
            panel(
                "hot-circle",
                [html.H2(where.title), html.P(where.note, className="panel-note")],
                [
                    dcc.Graph(
                        figure=dict(where.figure),
                        config=GRAPH | {"topojsonURL": topology},
                        responsive=True,
                        className="map",
                    ),
                    html.Ul(
                        [html.Li(html.A(name, href=page, className="go")) for name, page in where.grids],
                        className="hot-grids",
                    ),
                ],
            )
        )
    head: list[Component] = [html.H2(word("hot.events")), html.Span(note, className="panel-note")]
    if href is not None:
        head.append(html.A(word("hot.events_all"), href=href, className="go panel-tools"))
    body: Component = html.P(word("hot.events_none"), className="quiet")
    if events:
        body = html.Div(
            html.Table([events_head(), html.Tbody(event_rows(events))], className="table events-table"),
            className="hot-scroll",
            tabIndex=0,
            role="region",
            **attributes({"aria-label": word("hot.events")}),
        )
    made.append(panel("hot-events", head, [body]))
    return made


def steps(taken: Sequence[MatterStep]) -> list[Component]:
    """What was done, in order."""
    return [
        html.Ol(
            [
                html.Li(
                    [
                        html.Span(one.what, className="step-name"),
                        html.Span(f"{one.who} · {one.at}", className="event-sub"),
                        *([html.P(one.note, className="hot-step-note")] if one.note else []),
                    ]
                )
                for one in taken
            ],
            className="hot-steps",
        )
    ]

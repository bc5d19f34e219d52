"""The page of one event: what it is, where it is, who held it how long, and what happened near it before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.parts.pages import page
from layouts.parts.trace import StepLine


@dataclass(frozen=True)
class Verdict:
    """A deadline as text: what is due, when, when it was done, and how that is judged (`kind`: good, bad, open)."""

    what: str
    due: str
    done: str
    said: str
    kind: str


@dataclass(frozen=True)
class Held:
    """Who held the event from a step on, how long by both clocks, and whether they still do."""

    text: str
    now: bool = False


@dataclass(frozen=True)
class Near:
    """An earlier event nearby, as text."""

    href: str
    title: str
    key: str
    distance: str
    reported: str
    status: str


@dataclass(frozen=True)
class EventFacts:
    """Everything that the page says of an event, as text."""

    title: str
    key: str
    status: str
    status_key: str
    holder_label: str
    holder: str
    facts: Sequence[tuple[str, str]]
    verdicts: Sequence[Verdict]
    clocks: Sequence[tuple[str, str]]
    clocks_note: str
    steps: Sequence[tuple[StepLine, Held | None]]
    ratings: Sequence[str]
    near: Sequence[Near]
    near_note: str
    picture: str
    picture_note: str
    picture_alt: str
    map_href: str
    back_href: str
    masked: str


def layout() -> Component:
    """The page with every id of the screen and nothing in it yet."""
    return page(
        ids.EVENT_HEAD,
        "event-page",
        word("nav.event"),
        [
            html.Div(id=ids.EVENT_BODY),
            html.Section(
                [
                    dcc.Input(
                        id=ids.EVENT_REASON,
                        type="text",
                        placeholder=word("one.unmask_reason"),
                        maxLength=200,
                        value="",
                        debounce=False,
                    ),
                    html.Button(word("one.unmask"), id=ids.EVENT_UNMASK, className="button", n_clicks=0),
                ],
                id=ids.EVENT_ASKED,
                className="unmask-row",
                hidden=True,
                **attributes({"aria-label": word("one.unmask")}),
            ),
        ],
    )


def event_parts(given: EventFacts) -> list[Component]:
    """The event's page but for its head."""
    return [
        html.Div(
            [
                html.A(word("one.back"), href=given.back_href, className="go button"),
                html.A(word("one.map"), href=given.map_href, className="go button"),
                html.Button(
                    word("one.print"), className="button", type="button", **attributes({"data-print": "true"})
                ),
            ],
            className="event-tools",
        ),
        html.Div(
            [
                html.P(
                    [
                        html.Span(given.key, className="event-key"),
                        html.Span(given.status, className=f"status is-{given.status_key}"),
                    ],
                    className="trace-key",
                ),
                html.H2(given.title, className="one-title"),
                html.P(
                    [html.Span(given.holder_label), " ", html.Strong(given.holder)], className="one-holder"
                ),
            ],
            className="panel one-head",
        ),
        html.Div(
            [
                _panel(
                    "one.facts",
                    html.Dl(
                        [html.Div([html.Dt(name), html.Dd(text)]) for name, text in given.facts],
                        className="facts",
                    ),
                    html.P(given.masked, className="panel-note"),
                ),
                _panel("one.place", *_picture(given)),
                _panel("one.deadlines", _verdicts(given.verdicts), *_clocks(given)),
                _panel("one.trace", html.Ol([_step(*one) for one in given.steps], className="steps")),
                _panel("one.ratings", *_ratings(given.ratings)),
                _panel("one.nearby", *_near(given)),
            ],
            className="one-grid",
        ),
    ]


def unknown(number: str, href: str) -> list[Component]:
    """What stands there when the viewer has no such event."""
    return [
        html.Div(
            [
                html.P(word("one.unknown").format(id=number)),
                html.P(html.A(word("one.back"), href=href, className="go")),
            ],
            className="panel",
        )
    ]


def _panel(title: str, *body: Component) -> Component:
    name = f"panel {title.replace('.', '-')}"
    return html.Section([html.Div(html.H2(word(title)), className="panel-head"), *body], className=name)


def _picture(given: EventFacts) -> list[Component]:
    if not given.picture:
        return [html.P(given.picture_note, className="quiet")]
    return [
        html.Img(src=given.picture, alt=given.picture_alt, className="one-map"),
        html.P(given.picture_note, className="panel-note"),
    ]


def _verdicts(given: Sequence[Verdict]) -> Component:
    heads = ("one.deadline", "one.deadline_at", "one.done_at", "one.verdict")
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(word(key), scope="col") for key in heads])),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(each.what, scope="row"),
                            html.Td(each.due),
                            html.Td(each.done),
                            html.Td(each.said, className=f"verdict is-{each.kind}"),
                        ]
                    )
                    for each in given
                ]
            ),
        ],
        className="table",
    )


def _clocks(given: EventFacts) -> list[Component]:
    return [
        html.Dl(
            [html.Div([html.Dt(name), html.Dd(text)]) for name, text in given.clocks],
            className="facts one-clocks",
        ),
        html.P(given.clocks_note, className="panel-note"),
    ]


def _step(step: StepLine, held: Held | None) -> Component:
    body: list[Component] = [
        html.Div(
            [html.Span(step.name, className="step-name"), html.Time(step.at, className="step-time")],
            className="step-head",
        )
    ]
    for text, name in ((step.actor, "step-actor"), (step.note, "step-note")):
        if text:
            body.append(html.Div(text, className=name))
    if step.details:
        body.append(
            html.Dl([html.Div([html.Dt(n), html.Dd(t)]) for n, t in step.details], className="step-details")
        )
    if step.late:
        body.append(html.Div(step.late, className="step-late"))
    if held is not None:
        body.append(html.Div(held.text, className="step-held is-now" if held.now else "step-held"))
    return html.Li(body, className=f"step is-{step.kind}")


def _ratings(given: Sequence[str]) -> list[Component]:
    if not given:
        return [html.P(word("one.ratings_none"), className="quiet")]
    return [html.Ul([html.Li(one) for one in given], className="one-ratings")]


def _near(given: EventFacts) -> list[Component]:
    if not given.near:
        return [html.P(given.near_note, className="quiet")]
    heads = ("event.title", "one.distance", "event.reported", "event.status")
    return [
        html.P(given.near_note, className="panel-note"),
        html.Table(
            [
                html.Thead(html.Tr([html.Th(word(key), scope="col") for key in heads])),
                html.Tbody(
                    [
                        html.Tr(
                            [
                                html.Td(
                                    [
                                        html.A(each.title, href=each.href, className="go"),
                                        html.Span(each.key, className="event-sub"),
                                    ]
                                ),
                                html.Td(each.distance, className="num"),
                                html.Td(each.reported),
                                html.Td(each.status),
                            ]
                        )
                        for each in given.near
                    ]
                ),
            ],
            className="table",
        ),
    ]

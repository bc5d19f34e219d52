"""One event's trace: what it is, its deadlines, and every step in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data.words import word


@dataclass(frozen=True)
class StepLine:
    """One step as text; `late` says how much later it was recorded, where that is worth saying."""

    name: str
    kind: str
    at: str
    actor: str
    note: str
    details: Sequence[tuple[str, str]]
    late: str = ""


def event_trace(
    title: str, key: str, status: str, facts: Sequence[tuple[str, str]], steps: Sequence[StepLine], href: str
) -> list[Component]:
    """The event's facts as pairs of a label and a text, its steps, and the link to its own page."""
    return [
        html.P(
            [html.Span(key, className="event-key"), html.Span(status, className="status")],
            className="trace-key",
        ),
        html.H2(title, className="trace-title"),
        html.P(html.A(word("one.page"), href=href, className="go")),
        html.Dl(
            [html.Div([html.Dt(name), html.Dd(text)]) for name, text in facts],
            className="facts",
        ),
        html.H3(word("trace.steps").format(n=len(steps))),
        html.Ol([_step(step) for step in steps], className="steps"),
    ]


def unknown_event(number: str) -> list[Component]:
    """What stands in the panel when no event has this number."""
    return [html.P(word("trace.unknown").format(id=number), className="quiet")]


def _step(step: StepLine) -> Component:
    body: list[Component] = [
        html.Div(
            [html.Span(step.name, className="step-name"), html.Time(step.at, className="step-time")],
            className="step-head",
        )
    ]
    if step.actor:
        body.append(html.Div(step.actor, className="step-actor"))
    if step.note:
        body.append(html.Div(step.note, className="step-note"))
    if step.details:
        body.append(
            html.Dl([html.Div([html.Dt(n), html.Dd(t)]) for n, t in step.details], className="step-details")
        )
    if step.late:
        body.append(html.Div(step.late, className="step-late"))
    return html.Li(body, className=f"step is-{step.kind}")

"""How one score was made: every dimension step by step, the sum, what would lift it, its months and revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data.words import word
from layouts.assesstext import Step
from layouts.attributes import attributes


@dataclass(frozen=True)
class PartLine:
    """A dimension: its name, weight and what it brought, its steps, and the list of its events ("" for none). `judged`
    False: it counts nothing, and `told` says why."""

    name: str
    weight: str
    told: str
    steps: Sequence[Step]
    events: str = ""
    judged: bool = True


@dataclass(frozen=True)
class MonthLine:
    """A frozen month: score, rank, weight judged, and where its arithmetic is."""

    month: str
    score: str
    rank: str
    weight: str
    href: str


@dataclass(frozen=True)
class RevisionLine:
    """A revision of the score: what it is called, its score, when, and by whom and what."""

    name: str
    score: str
    at: str
    why: str
    href: str = ""


@dataclass(frozen=True)
class Course:
    """The months as two pictures with what they show in words."""

    score: str
    rank: str
    alt: str


@dataclass(frozen=True)
class Sheet:
    """All that is told of one grid's month; `appeal` is where it can be objected to, "" where it cannot."""

    title: str
    state: str
    frozen: bool
    score: str
    rank: str
    parts: Sequence[PartLine]
    total: str
    lifts: Sequence[str]
    months: Sequence[MonthLine]
    course: Course | None
    revisions: Sequence[RevisionLine]
    close: str
    appeal: str = ""


def sheet(given: Sheet) -> list[Component]:
    """One grid's month."""
    made: list[Component] = [
        html.Div(
            [
                html.H2(given.title),
                html.A(word("assess.close"), href=given.close, className="button panel-tools"),
            ],
            className="panel-head",
        ),
        html.P(
            [
                html.Strong(given.score, className="assess-total"),
                html.Span(given.rank, className="assess-total-rank"),
            ],
            className="assess-line",
        ),
        html.P(
            html.Span(given.state, className="assess-frozen" if given.frozen else "assess-open"),
            className="panel-note",
        ),
    ]
    made += [_part(one) for one in given.parts]
    made.append(html.P(given.total, className="assess-sum"))
    if given.appeal:
        made.append(html.P(html.A(word("assess.object"), href=given.appeal, className="button")))
    if given.lifts:
        made += [
            html.H3(word("assess.lifts"), className="state-heading"),
            html.Ul([html.Li(one) for one in given.lifts], className="assess-lifts"),
        ]
    made += _revisions(given.revisions)
    made += _months(given)
    return made


def _part(one: PartLine) -> Component:
    told = [
        html.Span(one.name, className="assess-part-name"),
        html.Span(one.weight, className="assess-part-weight"),
        html.Span(one.told, className="assess-part-told"),
    ]
    if not one.steps:
        return html.Div(told, className="assess-dimension is-off is-plain")
    steps = [node for step in one.steps for node in (html.Dt(step.label), html.Dd(step.text))]
    events = [html.P(html.A(word("assess.events"), href=one.events, className="go"))] if one.events else []
    return html.Details(
        [
            html.Summary(told),
            html.Div([html.Dl(steps, className="assess-steps"), *events], className="assess-part-body"),
        ],
        open=one.judged,
        className="assess-dimension" if one.judged else "assess-dimension is-off",
    )


def _revisions(lines: Sequence[RevisionLine]) -> list[Component]:
    if len(lines) < 2:
        return []
    items = [
        html.Li(
            [
                html.Strong(line.name),
                html.Span(f" · {line.score} · {line.at} · "),
                html.A(line.why, href=line.href) if line.href else html.Span(line.why),
            ]
        )
        for line in lines
    ]
    return [html.H3(word("assess.revisions"), className="state-heading"), html.Ol(items, className="history")]


def _months(given: Sheet) -> list[Component]:
    heading = html.H3(word("assess.history"), className="state-heading")
    if not given.months:
        return [heading, html.P(word("assess.history_none"), className="quiet")]
    made: list[Component] = [heading]
    if given.course is not None:
        made.append(
            html.Div(
                [
                    html.Figure(
                        [
                            html.Figcaption(word("assess.history_score")),
                            html.Img(src=given.course.score, alt=given.course.alt),
                        ]
                    ),
                    html.Figure(
                        [
                            html.Figcaption(word("assess.history_rank")),
                            html.Img(src=given.course.rank, alt=""),
                        ]
                    ),
                ],
                className="assess-courses",
            )
        )
    heads = ("month", "score", "rank", "weight")
    made.append(
        html.Div(
            html.Table(
                [
                    html.Thead(
                        html.Tr(
                            [
                                html.Th(
                                    word(f"assess.{name}"),
                                    scope="col",
                                    className=None if name == "month" else "num",
                                )
                                for name in heads
                            ]
                        )
                    ),
                    html.Tbody(
                        [
                            html.Tr(
                                [
                                    html.Th(html.A(line.month, href=line.href), scope="row"),
                                    *[
                                        html.Td(text, className="num")
                                        for text in (line.score, line.rank, line.weight)
                                    ],
                                ]
                            )
                            for line in given.months
                        ]
                    ),
                ],
                className="table assess-months",
            ),
            className="assess-scroll",
            tabIndex=0,
            role="region",
            **attributes({"aria-label": word("assess.history")}),
        )
    )
    return made


def gone(sentence: str, close: str) -> list[Component]:
    """What stands in place of a grid that has no score here."""
    return [
        html.Div(
            [
                html.H2(word("assess.score")),
                html.A(word("assess.close"), href=close, className="button panel-tools"),
            ],
            className="panel-head",
        ),
        html.P(sentence, className="notice"),
    ]

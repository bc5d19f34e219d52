"""What people add to the assessment: the marks they entered, the appeals they filed; and the rules in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data.words import word
from layouts.attributes import attributes
from layouts.parts.pager import Pages, pager


@dataclass(frozen=True)
class EntryLine:
    """A mark as text; `earlier`: another one has taken its place."""

    grid: str
    href: str
    dimension: str
    mark: str
    author: str
    at: str
    reason: str
    evidence: str
    earlier: bool


@dataclass(frozen=True)
class AppealLine:
    """An appeal as text: what it is about, its state as key and text, its events as (text, address), what became of it;
    `decide` leads to the form that decides it, "" where its viewer may not."""

    name: str
    about: str
    href: str
    filed: str
    reason: str
    evidence: str
    state: str
    told: str
    events: Sequence[tuple[str, str]]
    decided: Sequence[str]
    decide: str = ""
    current: bool = False


@dataclass(frozen=True)
class RuleLine:
    """A dimension of the rules: its name, weight, what measures it, and its curve as words and a picture."""

    name: str
    weight: str
    measured: str
    curve: str
    picture: str
    alt: str


def entries(lines: Sequence[EntryLine], pages: Pages, count: str, empty: str) -> list[Component]:
    """The marks of a month, the latest first, and the pages of the list."""
    head = html.Div(
        [html.H2(word("assess.entries")), html.Span(count, className="panel-note")], className="panel-head"
    )
    if not lines:
        return [head, html.P(empty, className="quiet assess-none")]
    names = [
        word(f"assess.{key}")
        for key in ("grid", "field_dimension", "column_mark", "column_author", "column_at", "field_reason")
    ]
    evidence = word("assess.field_evidence")
    rows = [
        html.Tr(
            [
                html.Th(html.A(line.grid, href=line.href), scope="row"),
                _cell(line.dimension, names[1]),
                html.Td(
                    [
                        line.mark,
                        *([html.Span(word("assess.earlier"), className="badge")] if line.earlier else []),
                    ],
                    className="num",
                    **attributes({"data-label": names[2]}),
                ),
                _cell(line.author, names[3]),
                _cell(line.at, names[4]),
                _cell(line.reason, names[5]),
                _cell(line.evidence, evidence),
            ],
            className="is-earlier" if line.earlier else None,
        )
        for line in lines
    ]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(name, scope="col") for name in (*names, evidence)])), html.Tbody(rows)],
        className="table assess-entries",
    )
    return [
        head,
        *pager(pages),
        html.Div(
            table,
            className="assess-scroll",
            tabIndex=0,
            role="region",
            **attributes({"aria-label": word("assess.entries")}),
        ),
    ]


def _cell(text: str, label: str) -> Component:
    return html.Td(text, **attributes({"data-label": label}))


def appeals(lines: Sequence[AppealLine], count: str) -> list[Component]:
    """The appeals, the latest first, each with its trace."""
    head = html.Div(
        [html.H2(word("assess.appeals")), html.Span(count, className="panel-note")], className="panel-head"
    )
    if not lines:
        return [head, html.P(word("assess.appeals_none"), className="quiet assess-none")]
    return [head, html.Ol([_appeal(line) for line in lines], className="assess-appeals")]


def _appeal(line: AppealLine) -> Component:
    body: list[Component] = [
        html.Div(
            [
                html.Strong(line.name),
                html.A(line.about, href=line.href),
                html.Span(line.told, className=f"assess-verdict is-{line.state}"),
                *(
                    [html.A(word("assess.decide"), href=line.decide, className="button")]
                    if line.decide
                    else []
                ),
            ],
            className="assess-appeal-head",
        ),
        html.P(line.filed, className="quiet-line"),
        html.P(_said("field_reason", line.reason)),
        html.P(_said("field_evidence", line.evidence)),
    ]
    if line.events:
        links: list[Component | str] = [_said("appeal_events", "")]
        for text, href in line.events:
            links += [html.A(text, href=href), " "]
        body.append(html.P(links))
    body += [html.P(text, className="assess-decided") for text in line.decided]
    return html.Li(body, className="is-current" if line.current else None)


def _said(key: str, text: str) -> str:
    return word("assess.said").format(label=word(f"assess.{key}"), text=text)


def about(title: str, line: AppealLine, note: str) -> list[Component]:
    """What is decided by the form below it."""
    return [
        html.Div(html.H2(title), className="panel-head"),
        html.P([html.A(line.about, href=line.href), f" · {line.filed}"]),
        html.P(_said("field_reason", line.reason)),
        html.P(note, className="panel-note"),
    ]


def rules(title: str, sentences: Sequence[str], lines: Sequence[RuleLine]) -> list[Component]:
    """The rules: plain sentences, and a row a dimension."""
    heads = ("field_dimension", "rules_weight", "rules_measure", "rules_curve")
    names = [word(f"assess.{key}") for key in heads]
    rows = [
        html.Tr(
            [
                html.Th(line.name, scope="row"),
                html.Td(line.weight, className="num", **attributes({"data-label": names[1]})),
                _cell(line.measured, names[2]),
                html.Td(
                    [
                        html.Img(src=line.picture, alt=line.alt, className="assess-curve"),
                        html.Span(line.curve),
                    ],
                    className="assess-curve-cell",
                    **attributes({"data-label": names[3]}),
                ),
            ]
        )
        for line in lines
    ]
    return [
        html.Div(html.H2(title), className="panel-head"),
        html.Ul([html.Li(one) for one in sentences], className="assess-sentences"),
        html.Div(
            html.Table(
                [html.Thead(html.Tr([html.Th(name, scope="col") for name in names])), html.Tbody(rows)],
                className="table assess-rule-table",
            ),
            className="assess-scroll",
            tabIndex=0,
            role="region",
            **attributes({"aria-label": title}),
        ),
    ]

"""What needs attention first: a few lines each on what is overdue, what has fallen, and who misses a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data.words import word
from layouts.text import Change


@dataclass(frozen=True)
class Link:
    """A text that leads somewhere, and a number beside it."""

    text: str
    href: str
    note: str = ""


@dataclass(frozen=True)
class Overdue:
    """The stock of overdue events: the number with its list, how it moved, the worst grids by level (its name and
    the grids), and the oldest events."""

    number: Link
    moved: Change | None
    worst: Sequence[tuple[str, Sequence[Link]]]
    oldest: Sequence[Link]


@dataclass(frozen=True)
class Fall:
    """An indicator that has fallen: its name and where it leads, its value, its n, and the change."""

    indicator: Link
    n: str
    moved: Change


@dataclass(frozen=True)
class Missed:
    """A target that some grids miss: the indicator with its target, how many of how many miss it, and the worst."""

    indicator: Link
    share: str
    worst: Sequence[Link]


def overdue(found: Overdue) -> list[Component]:
    """The first column."""
    head: list[Component] = [
        html.A(found.number.text, href=found.number.href, className="go attention-number"),
        html.Span(word("card.count"), className="attention-unit"),
    ]
    if found.moved is not None:
        head.append(_moved(found.moved))
    lines: list[Component] = [html.P(head, className="attention-lead")]
    for level, grids in found.worst:
        if grids:
            lines.append(html.P([html.Span(level, className="attention-what"), *_links(grids)]))
    if found.oldest:
        lines.append(html.P(html.Span(word("attention.oldest"), className="attention-what")))
        lines.append(
            html.Ol(
                [
                    html.Li(
                        [
                            html.A(one.text, href=one.href, className="go attention-event"),
                            html.Span(one.note, className="attention-late"),
                        ]
                    )
                    for one in found.oldest
                ],
                className="attention-events",
            )
        )
    return lines


def falls(found: Sequence[Fall], rule: str) -> list[Component]:
    """The second column; `rule` says what counts as a fall."""
    if not found:
        return [html.P(word("attention.no_falls"), className="attention-calm"), _rule(rule)]
    rows = [
        html.Li(
            [
                html.A(one.indicator.text, href=one.indicator.href, className="go attention-name"),
                html.Span(one.indicator.note, className="attention-value"),
                _moved(one.moved),
                html.Span(one.n, className="attention-n"),
            ]
        )
        for one in found
    ]
    return [html.Ol(rows, className="attention-falls"), _rule(rule)]


def missed(found: Sequence[Missed], rule: str) -> list[Component]:
    """The third column; `rule` says who is judged."""
    if not found:
        return [html.P(word("attention.no_missed"), className="attention-calm"), _rule(rule)]
    rows = [
        html.Li(
            [
                html.P(
                    [
                        html.A(one.indicator.text, href=one.indicator.href, className="go attention-name"),
                        html.Span(one.indicator.note, className="attention-n"),
                        html.Span(one.share, className="attention-share"),
                    ]
                ),
                html.P(_links(one.worst), className="attention-worst"),
            ]
        )
        for one in found
    ]
    return [html.Ol(rows, className="attention-missed"), _rule(rule)]


@dataclass(frozen=True)
class HotLine:
    """A hot warning: its name and where it leads, its kind, and observed against expected."""

    text: str
    href: str
    kind: str
    counts: str


def hot_column(
    found: Sequence[HotLine],
    due: Sequence[tuple[str, str, str]],
    whole: tuple[str, str],
    none: str,
    looked: str = "",
    late: str = "",
) -> list[Component]:
    """The fourth column: the latest hot warnings with the link to all of them, or that there are `none`; how many
    deadlines stand at each step (its name, the number, where it leads); when was `looked` last, and what is not known
    where that was too `late`."""
    made: list[Component] = [html.P(late, className="notice is-late attention-late")] if late else []
    if found:
        rows = [
            html.Li(
                [
                    html.A(one.text, href=one.href, className="go attention-event"),
                    html.Span(f"{one.kind} · {one.counts}", className="attention-n"),
                ]
            )
            for one in found
        ]
        made.append(html.Ol(rows, className="attention-hot"))
        made.append(html.P(html.A(whole[0], href=whole[1], className="go")))
    elif none:
        made.append(html.P(none, className="quiet attention-none"))
    if due:
        made.append(
            html.P(
                [
                    html.Span(word("attention.hot_due"), className="attention-what"),
                    *_links([Link(name, href, number) for name, number, href in due]),
                ]
            )
        )
    if looked:
        made.append(html.P(looked, className="attention-looked"))
    return made


def _links(links: Sequence[Link]) -> list[Component]:
    return [
        html.Span(
            [html.A(one.text, href=one.href, className="go"), html.Span(one.note, className="attention-n")],
            className="attention-grid",
        )
        for one in links
    ]


def _moved(moved: Change) -> Component:
    return html.Span(moved.text, className=f"attention-moved is-{moved.verdict}")


def _rule(rule: str) -> Component:
    return html.Details([html.Summary(word("attention.rule")), html.P(rule)], className="attention-rule")

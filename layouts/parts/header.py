"""The head of a screen: where we are, as of when, and how fresh each source is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data.words import word
from layouts.attributes import attributes


@dataclass(frozen=True)
class Choice:
    """A link that changes the view; `current` marks the one in force."""

    text: str
    href: str
    current: bool = False
    note: str = ""


@dataclass(frozen=True)
class SourceAge:
    """One source: its newest report as local text, how long ago that is, and whether that is too long."""

    source: str
    newest: str
    age: str
    stale: bool


def place_row(city_id: str, crumbs_id: str, as_of_id: str, *more: Component) -> Component:
    """The first row of a page's head: city, way to the scope, whatever else names the place; and the as-of."""
    return html.Div(
        [
            html.Div(
                [
                    html.H1(id=city_id, className="city"),
                    html.Nav(
                        id=crumbs_id, className="crumbs", **attributes({"aria-label": word("page.crumbs")})
                    ),
                    *more,
                ],
                className="place",
            ),
            html.Div(id=as_of_id, className="as-of"),
        ],
        className="head-row",
    )


def city_name(name: str, demo: bool) -> list[Component]:
    """The city's name; made-up events are said to be made up wherever it stands."""
    named: list[Component] = [html.Span(name)]
    return [*named, html.Span(word("data.demo"), className="badge")] if demo else named


def breadcrumb(choices: Sequence[Choice]) -> list[Component]:
    """The way from the city down to the grid; the last one is where we are. None of it for the city itself."""
    if not choices:
        return []
    items: list[Component] = []
    for choice in choices:
        if choice.current:
            items.append(html.Li(html.Span(choice.text, **attributes({"aria-current": "page"}))))
        else:
            items.append(html.Li(html.A(choice.text, href=choice.href)))
    return [html.Ol(items, className="crumbs-list")]


def place(name: str, way: Sequence[Choice], page: str, *, demo: bool) -> list[Component]:
    """Where a page about a grid stands: the grid, the way to it, and which page it is."""
    crumbs = html.Nav(breadcrumb(way), className="crumbs", **attributes({"aria-label": word("page.crumbs")}))
    return [
        html.Div(
            [
                html.H1(city_name(name, demo), className="city"),
                crumbs,
                html.Span(page, className="page-name"),
            ],
            className="place",
        )
    ]


def segments(choices: Sequence[Choice]) -> list[Component]:
    """A row of links of which one is in force."""
    return [
        html.A(
            choice.text,
            href=choice.href,
            className="segment is-current" if choice.current else "segment",
            **attributes({"aria-current": "true"} if choice.current else {}),
        )
        for choice in choices
    ]


def grid_results(choices: Sequence[Choice], more: int, heading: str) -> list[Component]:
    """What the grid picker offers, and how many more there are."""
    found: list[Component] = [html.P(heading, className="picker-heading")]
    found += [
        html.A(
            choice.text,
            href=choice.href,
            className="picker-item is-current" if choice.current else "picker-item",
            **attributes({"data-note": choice.note}),
        )
        for choice in choices
    ]
    if not choices:
        found.append(html.P(word("picker.none"), className="picker-more"))
    if more > 0:
        found.append(html.P(word("picker.more").format(n=f"{more:,}"), className="picker-more"))
    return found


def as_of_line(at: str, zone: str, anchored: str | None, href: str) -> list[Component]:
    """The instant that every figure holds for; `anchored` says why it is not the present, with a link to it."""
    line: list[Component] = [
        html.Span(word("as_of.label"), className="as-of-label"),
        html.Time(at, className="as-of-time"),
        html.Span(zone, className="as-of-zone"),
    ]
    if anchored is not None:
        line.append(html.Span(anchored, className="as-of-why"))
        line.append(html.A(word("as_of.live"), href=href, className="as-of-live"))
    return line


def freshness_list(sources: Sequence[SourceAge]) -> list[Component]:
    """Each source with its newest report and that report's age."""
    if not sources:
        return [html.Span(word("fresh.none"), className="fresh-none")]
    shown: list[Component] = [html.Span(word("fresh.label"), className="fresh-label")]
    shown += [
        html.Span(
            [
                html.Span(className="fresh-dot", **attributes({"aria-hidden": "true"})),
                html.Span(source.source, className="fresh-source"),
                html.Span(word("fresh.newest").format(at=source.newest), className="fresh-newest"),
                html.Span(source.age, className="fresh-age"),
            ],
            className="fresh is-stale" if source.stale else "fresh",
        )
        for source in sources
    ]
    return shown


def notices(texts: Sequence[str]) -> list[Component]:
    """What was not understood or has to be known, one line each."""
    return [html.P(text, className="notice") for text in texts]


def filter_note(text: str, clear: str, href: str) -> Component:
    """A filter that is in force, with the link that takes it away."""
    return html.P([text, " ", html.A(clear, href=href)], className="filter-note")


def empty_store(commands: Sequence[tuple[str, str]]) -> list[Component]:
    """What to run when there is nothing to show: pairs of a purpose and its command."""
    return [
        html.H2(word("empty.title")),
        html.P(word("empty.text")),
        html.Dl(
            [node for what, command in commands for node in (html.Dt(what), html.Dd(html.Code(command)))]
        ),
    ]

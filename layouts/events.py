"""The page of all events: what is asked for, how many there are, and the list itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.parts.pages import page, panel


@dataclass(frozen=True)
class Column:
    """A column of the list: its name, the address that sorts by it ("" where nothing does), and how it is sorted now
    ("ascending", "descending" or "")."""

    key: str
    name: str
    href: str = ""
    sorted: str = ""
    number: bool = False


@dataclass(frozen=True)
class Line:
    """An event of the list, as text."""

    href: str
    title: str
    key: str
    category: str
    channel: str
    grid: str
    unit: str
    reported: str
    due: str
    overdue: str
    closed: str
    rating: str
    status: str
    status_key: str
    late: bool


def layout() -> Component:
    """The page with every id of the screen and nothing in it yet."""
    return page(
        ids.EVENTS_HEAD,
        "events-page",
        word("nav.events"),
        [
            dcc.Store(id=ids.FOUND_PAGE),
            panel(
                "found-panel",
                [
                    html.H2(word("explore.heading")),
                    html.Span(id=ids.FOUND_TOTAL, className="found-total", role="status"),
                    html.Div(id=ids.FOUND_EXPORT, className="panel-tools"),
                    html.P(id=ids.FOUND_BASIS, className="panel-note"),
                ],
                [
                    html.Div(id=ids.FOUND_FORM, className="finder"),
                    html.Div(_views(), className="saved-views"),
                    html.Div(
                        html.Table(
                            [html.Thead(id=ids.FOUND_COLUMNS), html.Tbody(id=ids.FOUND_ROWS)],
                            className="table events-table found-table",
                        ),
                        className="found-scroll",
                        tabIndex=0,
                        role="region",
                        **attributes({"aria-label": word("explore.heading")}),
                    ),
                    html.Div(
                        [
                            html.Span(id=ids.FOUND_SAID, className="quiet-line", role="status"),
                            html.Button(
                                word("explore.more"),
                                id=ids.FOUND_MORE,
                                className="button",
                                n_clicks=0,
                                hidden=True,
                                **attributes({"data-goes-on": "true"}),
                            ),
                        ],
                        className="found-foot",
                    ),
                    html.P(word("explore.formula"), className="panel-note"),
                ],
            ),
        ],
    )


def _views() -> list[Component]:
    return [
        html.Details(
            [
                html.Summary(word("explore.saved")),
                html.Div(
                    [
                        html.Div(id=ids.SAVED_VIEWS),
                        html.Div(
                            [
                                dcc.Input(
                                    id=ids.SAVED_NAME,
                                    type="text",
                                    placeholder=word("explore.save_name"),
                                    maxLength=40,
                                    value="",
                                    debounce=True,
                                ),
                                html.Button(
                                    word("explore.save"), id=ids.SAVED_SAVE, className="button", n_clicks=0
                                ),
                            ],
                            className="save-row",
                        ),
                        html.P(id=ids.SAVED_SAID, className="quiet-line", role="status"),
                        html.P(word("explore.share"), className="panel-note"),
                    ],
                    className="saved-body",
                ),
            ],
            className="saved-menu",
        )
    ]


def find_form(wanted: str, clear: str) -> Component:
    """The form that looks for a text: an ordinary one, whose address the browser's part follows."""
    parts: list[Component] = [
        html.Label(
            [
                html.Span(word("explore.find_label"), className="unseen"),
                dcc.Input(
                    name="q",
                    type="search",
                    value=wanted,
                    placeholder=word("explore.find_hint"),
                    maxLength=100,
                    debounce=True,
                    className="find-input",
                ),
            ],
            className="find-label",
        ),
        html.Button(word("explore.find"), type="submit", className="button"),
    ]
    if wanted:
        parts.append(html.A(word("explore.find_clear"), href=clear, className="find-clear"))
    return html.Form(
        parts,
        method="get",
        className="find-form",
        role="search",
        **attributes({"data-view-form": "true", "aria-label": word("explore.find_label")}),
    )


def columns(given: Sequence[Column]) -> Component:
    """The head of the list; a column's name sorts by it, and once more the other way round."""
    return html.Tr(
        [
            html.Th(
                html.A(each.name, href=each.href, className="sort-link") if each.href else each.name,
                scope="col",
                className="num" if each.number else None,
                **attributes({"aria-sort": each.sorted} if each.sorted else {}),
            )
            for each in given
        ]
    )


def lines(given: Sequence[Line], names: Sequence[str]) -> list[Component]:
    """The rows of the list; on a narrow screen each is a card whose parts are named by `names`."""
    return [html.Tr(_cells(each, names), className="event-row") for each in given]


def _cells(line: Line, names: Sequence[str]) -> list[Component]:
    under = "\u2003".join(part for part in (line.key, line.category, line.channel) if part)
    rest = (
        (line.grid, "event-grid"),
        (line.unit, "event-unit"),
        (line.reported, "event-time"),
        (line.due, "event-time"),
        (line.overdue, "num event-overdue" + (" is-late" if line.late else "")),
        (line.closed, "event-time"),
        (line.rating, "event-rating"),
        (line.status, f"event-status is-{line.status_key}"),
    )
    return [
        html.Td(
            [
                html.A(line.title, href=line.href, className="event-link go"),
                html.Span(under, className="event-sub"),
            ],
            className="event-title",
        ),
        *[
            html.Td(text, className=name, **attributes({"data-name": label}))
            for (text, name), label in zip(rest, names[1:], strict=True)
        ],
    ]


def no_lines(text: str) -> list[Component]:
    """The one row of an empty list."""
    return [html.Tr(html.Td(text, colSpan=9, className="quiet"))]


def saved_views(given: Sequence[tuple[int, str, str, bool]]) -> list[Component]:
    """The saved views: number, name, address, and whether it is the one in view."""
    if not given:
        return [html.P(word("explore.saved_none"), className="quiet-line")]
    return [
        html.Ul(
            [
                html.Li(
                    [
                        html.A(name, href=href, className="go is-current" if here else "go"),
                        html.Button(
                            "×",
                            id=ids.saved_forget(number),
                            className="forget",
                            n_clicks=0,
                            **attributes({"aria-label": word("explore.forget").format(name=name)}),
                        ),
                    ]
                )
                for number, name, href, here in given
            ],
            className="saved-list",
        )
    ]


def later() -> list[Component]:
    """What the page brings later, with its ids."""
    return [saved_views([(0, "", "?", False)])[0]]

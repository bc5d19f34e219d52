"""What the pages beside the first screen share: their head, the dates of a period, and a chart's table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts.attributes import attributes
from layouts.ids import Head
from layouts.parts.header import place_row


def page(head: Head, name: str, title: str, body: Sequence[Component]) -> Component:
    """A page with every id of its head and nothing in it yet; `title` says in the head which page it is."""
    return html.Div(
        [
            dcc.Store(id=head.view),
            dcc.Store(id=head.figures),
            html.A(word("page.skip"), href=f"#{head.body}", className="skip"),
            html.Header(
                [
                    place_row(head.city, head.crumbs, head.as_of, html.Span(title, className="page-name")),
                    html.Div(id=head.controls, className="head-row controls"),
                ],
                className="head",
            ),
            html.Div(id=head.notices, className="notices", role="status"),
            html.Div(id=head.empty, className="empty", hidden=True),
            html.Main(list(body), id=head.body, className="panels", hidden=True, tabIndex=-1),
        ],
        className=f"page {name}",
    )


def dates_form(first: date, last: date, names: tuple[str, str], drops: str) -> Component:
    """Two dates that go into the address under `names`, in place of what it `drops`; the browser's part follows it
    without a reload."""
    return html.Form(
        [
            # The browser's own calendar; Dash names no "date" in its list of types, yet hands it to the element.
            _date(names[0], first, word("range.first")),
            html.Span(word("range.to"), className="range-to"),
            _date(names[1], last, word("range.last")),
            html.Button(word("range.apply"), className="button", type="submit"),
        ],
        method="get",
        className="range dates-form",
        **attributes({"data-view-form": "true", "data-drops": drops, "aria-label": word("range.own")}),
    )


def _date(name: str, value: date, label: str) -> Component:
    return html.Label(
        [
            html.Span(label, className="unseen"),
            dcc.Input(name=name, type="date", value=value.isoformat(), className="range-date"),  # type: ignore[arg-type]
        ]
    )


def chart_table(heads: Sequence[str], rows: Sequence[Sequence[str]], summary: str | None = None) -> Component:
    """What a chart shows as a table that unfolds; the first column names the row."""
    head = html.Tr(
        [
            html.Th(text, scope="col", className=None if place == 0 else "num")
            for place, text in enumerate(heads)
        ]
    )
    lines = [
        html.Tr(
            [
                html.Th(cell, scope="row") if place == 0 else html.Td(cell, className="num")
                for place, cell in enumerate(row)
            ]
        )
        for row in rows
    ]
    return html.Details(
        [
            html.Summary(summary or word("chart.table")),
            html.Div(
                html.Table([html.Thead(head), html.Tbody(lines)], className="table"),
                className="chart-table-scroll",
                tabIndex=0,
            ),
        ],
        className="chart-table",
    )


def panel(name: str, title: Sequence[Component], body: Sequence[Component]) -> Component:
    """A titled part of a page."""
    return html.Section([html.Div(list(title), className="panel-head"), *body], className=f"panel {name}")

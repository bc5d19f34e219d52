"""Tables of grids, of groups and of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data.words import word


@dataclass(frozen=True)
class RankRow:
    """One grid of a ranking, as text; `share` (0 to 1) is the length of its bar."""

    rank: str
    name: str
    href: str
    value: str
    n: str
    share: float
    current: bool = False


@dataclass(frozen=True)
class GroupRow:
    """One category or channel: how many, what part of all, and the chosen indicator with its n."""

    name: str
    received: str
    share_text: str
    share: float
    value: str
    n: str


@dataclass(frozen=True)
class EventRow:
    """One event of a list, as text, and the address that opens its trace."""

    key: str
    title: str
    category: str
    grid: str
    reported: str
    due: str
    overdue: str
    status: str
    href: str


def _bar(share: float) -> Component:
    return html.Span(html.Span(style={"width": f"{100 * min(max(share, 0.0), 1.0):.1f}%"}), className="bar")


def ranking(
    ranked: Sequence[RankRow], too_few: Sequence[RankRow], few_text: str, own: RankRow | None, value_name: str
) -> list[Component]:
    """The ranked grids, then those with too few due events apart under a line that says so, then the scope's own row."""
    if not ranked and not too_few and own is None:
        return [html.P(word("rank.leaf"), className="quiet")]
    rows = [_rank_row(row, "rank-row") for row in ranked]
    if too_few:
        rows.append(html.Tr(html.Td(few_text, colSpan=4), className="rank-divider"))
        rows += [_rank_row(row, "rank-row is-few") for row in too_few]
    if own is not None:
        rows.append(html.Tr(html.Td(word("rank.own_note"), colSpan=4), className="rank-divider"))
        rows.append(_rank_row(own, "rank-row is-own"))
    head = html.Tr(
        [
            html.Th(word("rank.place"), scope="col", className="num"),
            html.Th(word("rank.grid"), scope="col"),
            html.Th(value_name, scope="col", className="num"),
            html.Th(word("figure.n_head"), scope="col", className="num"),
        ]
    )
    return [html.Table([html.Thead(head), html.Tbody(rows)], className="table rank-table")]


def _rank_row(row: RankRow, name: str) -> Component:
    grid = html.A(row.name, href=row.href) if row.href else html.Span(row.name)
    return html.Tr(
        [
            html.Td(row.rank, className="num rank-place"),
            html.Td([grid, _bar(row.share)], className="rank-name"),
            html.Td(row.value, className="num strong"),
            html.Td(row.n, className="num soft"),
        ],
        className=f"{name} is-current" if row.current else name,
    )


def groups(rows: Sequence[GroupRow], name: str, value_name: str | None) -> list[Component]:
    """Categories or channels, most received first; `value_name` None leaves the column of the chosen indicator out."""
    if not rows:
        return [html.P(word("data.none"), className="quiet")]
    head = [
        html.Th(name, scope="col"),
        html.Th(word("group.received"), scope="col", className="num"),
        html.Th(word("group.share"), scope="col", className="num"),
    ]
    if value_name is not None:
        head += [
            html.Th(value_name, scope="col", className="num"),
            html.Th(word("figure.n_head"), scope="col", className="num"),
        ]
    body = []
    for row in rows:
        cells = [
            html.Td([html.Span(row.name), _bar(row.share)], className="group-name"),
            html.Td(row.received, className="num strong"),
            html.Td(row.share_text, className="num soft"),
        ]
        if value_name is not None:
            cells += [html.Td(row.value, className="num strong"), html.Td(row.n, className="num soft")]
        body.append(html.Tr(cells))
    return [html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="table group-table")]


def events_head() -> Component:
    """The head of the event list; its rows come from `event_rows`."""
    heads = ("event.title", "event.grid", "event.reported", "event.due", "event.overdue", "event.status")
    return html.Thead(
        html.Tr(
            [html.Th(word(key), scope="col", className="num" if key == "event.overdue" else None) for key in heads]
        )
    )


def event_rows(rows: Sequence[EventRow]) -> list[Component]:
    """The rows of the event list; the first cell carries the link, and a click anywhere in the row follows it."""
    return [
        html.Tr(
            [
                html.Td(
                    [
                        html.A(row.title, href=row.href, className="event-link"),
                        html.Span([html.Span(row.key, className="event-key"), row.category], className="event-sub"),
                    ],
                    className="event-title",
                ),
                html.Td(row.grid, className="event-grid"),
                html.Td(row.reported, className="event-time"),
                html.Td(row.due, className="event-time"),
                html.Td(row.overdue, className="num event-overdue"),
                html.Td(html.Span(row.status, className="status")),
            ],
            className="event-row",
        )
        for row in rows
    ]


def no_events() -> list[Component]:
    """The one row of an empty list."""
    return [html.Tr(html.Td(word("event.none"), colSpan=6, className="quiet"))]

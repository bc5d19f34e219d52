"""Tables of grids, of groups and of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data.words import word

GROUPS = 25


@dataclass(frozen=True)
class RankRow:
    """One grid of a ranking, as text; `n` is None for a count, `share` (0 to 1) the length of the bar."""

    rank: str
    name: str
    href: str
    value: str
    n: str | None
    share: float
    current: bool = False


@dataclass(frozen=True)
class GroupRow:
    """One category or channel: how many, what part of all, and the chosen indicator with its n (None: a count)."""

    name: str
    received: str
    share_text: str
    share: float
    value: str
    n: str | None


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


def _bar(share: float) -> dict[str, str]:
    """The style of a cell with a bar at its foot: a style, not an element, for each element costs the browser."""
    return {"--share": f"{100 * min(max(share, 0.0), 1.0):.1f}%"}


def ranking(
    ranked: Sequence[RankRow], too_few: Sequence[RankRow], few_text: str, own: RankRow | None, value_name: str
) -> list[Component]:
    """The ranked grids, those with too few due events apart under a line that says so, and the scope's own row."""
    if not ranked and not too_few and own is None:
        return [html.P(word("rank.leaf"), className="quiet rank-leaf")]
    bare = all(row.n is None for row in [*ranked, *too_few])
    rows = [_rank_row(row, "rank-row") for row in ranked]
    if too_few:
        rows.append(html.Tr(html.Td(few_text, colSpan=3 if bare else 4), className="rank-divider"))
        rows += [_rank_row(row, "rank-row is-few") for row in too_few]
    if own is not None:
        rows.append(
            html.Tr(html.Td(word("rank.own_note"), colSpan=3 if bare else 4), className="rank-divider")
        )
        rows.append(_rank_row(own, "rank-row is-own"))
    head = html.Tr(
        [
            html.Th(word("rank.place"), scope="col", className="num"),
            html.Th(word("rank.grid"), scope="col"),
            html.Th(value_name, scope="col", className="num"),
            *_n_head(bare),
        ]
    )
    return [html.Table([html.Thead(head), html.Tbody(rows)], className="table rank-table")]


def _rank_row(row: RankRow, name: str) -> Component:
    grid = html.A(row.name, href=row.href) if row.href else row.name
    return html.Tr(
        [
            html.Td(row.rank, className="num rank-place"),
            html.Td(grid, className="rank-name bar", style=_bar(row.share)),
            html.Td(row.value, className="num strong"),
            *_n_cell(row.n),
        ],
        className=f"{name} is-current" if row.current else name,
    )


def _n_head(bare: bool) -> list[html.Th]:
    return [] if bare else [html.Th(word("figure.n_head"), scope="col", className="num")]


def _n_cell(n: str | None) -> list[html.Td]:
    return [] if n is None else [html.Td(n, className="num soft")]


def groups(rows: Sequence[GroupRow], name: str, value_name: str) -> list[Component]:
    """Categories or channels, most received first, the first GROUPS of them; a last line says how many are left out."""
    if not rows:
        return [html.P(word("data.none"), className="quiet")]
    head = [
        html.Th(name, scope="col"),
        html.Th(word("group.received"), scope="col", className="num"),
        html.Th(word("group.share"), scope="col", className="num"),
    ]
    head += [html.Th(value_name, scope="col", className="num"), *_n_head(all(row.n is None for row in rows))]
    body = []
    for row in rows[:GROUPS]:
        cells = [
            html.Td(row.name, className="group-name bar", style=_bar(row.share)),
            html.Td(row.received, className="num strong"),
            html.Td(row.share_text, className="num soft"),
        ]
        cells += [html.Td(row.value, className="num strong"), *_n_cell(row.n)]
        body.append(html.Tr(cells))
    if len(rows) > GROUPS:
        left = word("group.more").format(n=len(rows) - GROUPS)
        body.append(html.Tr(html.Td(left, colSpan=len(head), className="rank-divider")))
    return [html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="table group-table")]


def events_head() -> Component:
    """The head of the event list; its rows come from `event_rows`."""
    heads = ("event.title", "event.grid", "event.reported", "event.due", "event.overdue", "event.status")
    return html.Thead(
        html.Tr(
            [
                html.Th(word(key), scope="col", className="num" if key == "event.overdue" else None)
                for key in heads
            ]
        )
    )


def event_rows(rows: Sequence[EventRow]) -> list[Component]:
    """The rows of the event list; the first cell carries the link, and a click anywhere in the row follows it."""
    return [
        html.Tr(
            [
                html.Td(
                    [
                        html.A(row.title, href=row.href, className="event-link go"),
                        html.Span(f"{row.key}\u2003{row.category}", className="event-sub"),
                    ],
                    className="event-title",
                ),
                html.Td(row.grid, className="event-grid"),
                html.Td(row.reported, className="event-time"),
                html.Td(row.due, className="event-time"),
                html.Td(row.overdue, className="num event-overdue"),
                html.Td(row.status, className="event-status"),
            ],
            className="event-row",
        )
        for row in rows
    ]


def no_events() -> list[Component]:
    """The one row of an empty list."""
    return [html.Tr(html.Td(word("event.none"), colSpan=6, className="quiet"))]

"""The board of the assessment: a row a grid with its rank, score, change, and seven dimensions with their n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from data.words import word
from layouts.attributes import attributes
from layouts.parts.pager import Pages, pager
from layouts.text import Change


@dataclass(frozen=True)
class Figure:
    """A dimension of a grid as text: its value, and what it is of (the n, or why there is none)."""

    value: str
    n: str
    judged: bool = True


@dataclass(frozen=True)
class RankLine:
    """A grid as text. `why` says why it has no rank, `revised` that an appeal was allowed; `note` is where it lies and
    which group it is of."""

    rank: str
    name: str
    note: str
    href: str
    score: str
    change: Change
    weight: str
    figures: Sequence[Figure]
    revised: str = ""
    why: str = ""
    current: bool = False


@dataclass(frozen=True)
class Column:
    """A column that can be sorted by: its name, where that leads, and "ascending", "descending" or "" for not now."""

    key: str
    name: str
    href: str
    sorted: str = ""


@dataclass(frozen=True)
class Group:
    """Grids under one heading, "" for none."""

    name: str
    lines: Sequence[RankLine]


@dataclass(frozen=True)
class BoardShown:
    """All of the board. `frozen` and `state` say how the scores stand, `few` are the grids without a rank; `empty` says
    why there is no row."""

    title: str
    frozen: bool
    state: str
    columns: Sequence[Column]
    groups: Sequence[Group]
    few: Sequence[RankLine]
    empty: str = ""
    change_note: str = ""
    pages: Pages = ()


def board(given: BoardShown) -> list[Component]:
    """The board, and the grids without a rank below it."""
    made: list[Component] = [
        html.Div(html.H2(given.title), className="panel-head"),
        html.P(
            [html.Span(given.state, className="assess-frozen" if given.frozen else "assess-open")],
            className="panel-note",
        ),
        html.P([word("assess.board_note"), " ", given.change_note], className="panel-note"),
    ]
    if given.empty:
        return [*made, html.P(given.empty, className="quiet assess-none")]
    made += pager(given.pages)
    if given.groups:
        made.append(_scroll(_table(given.columns, given.groups), given.title))
    if given.few:
        heading = word("assess.few").format(n=f"{len(given.few):,}")
        made += [
            html.H3(heading, className="state-heading"),
            _scroll(_table(given.columns, [Group("", given.few)], unranked=True), heading),
        ]
    return made


def _scroll(inside: Component, label: str) -> Component:
    return html.Div(
        inside, className="assess-scroll", tabIndex=0, role="region", **attributes({"aria-label": label})
    )


def _table(columns: Sequence[Column], groups: Sequence[Group], *, unranked: bool = False) -> Component:
    body = []
    for group in groups:
        rows: list[Component] = []
        if group.name:
            rows.append(
                html.Tr(html.Th(group.name, colSpan=len(columns), scope="rowgroup", className="assess-group"))
            )
        rows += [_row(line, columns, unranked=unranked) for line in group.lines]
        body.append(html.Tbody(rows))
    return html.Table(
        [html.Thead(html.Tr([_head(one) for one in columns])), *body], className="table assess-table"
    )


def _head(column: Column) -> Component:
    label = word("assess.sort_by").format(column=column.name)
    return html.Th(
        html.A(column.name, href=column.href, **attributes({"aria-label": label})),
        scope="col",
        className=f"assess-{column.key}" + (" is-sorted" if column.sorted else ""),
        **attributes({"aria-sort": column.sorted} if column.sorted else {}),
    )


def _row(line: RankLine, columns: Sequence[Column], *, unranked: bool) -> Component:
    names = [column.name for column in columns]
    why = [html.Span(line.why, className="event-sub")] if unranked and line.why else []
    badge = [html.Span(line.revised, className="badge")] if line.revised else []
    cells: list[Component] = [
        html.Td(line.rank, className="num assess-rank", **_label(names[0])),
        html.Th(
            [html.A(line.name, href=line.href), *badge, html.Span(line.note, className="event-sub"), *why],
            scope="row",
            className="assess-name",
        ),
        html.Td(line.score, className="num assess-score", **_label(names[2])),
        html.Td(
            line.change.text, className=f"num assess-change is-{line.change.verdict}", **_label(names[3])
        ),
        html.Td(line.weight, className="num assess-weight", **_label(names[4])),
    ]
    # The n is part of the cell's own text: an element of its own for each would cost the browser.
    cells += [
        html.Td(
            f"{one.value}\n{one.n}",
            className="num assess-figure" if one.judged else "num assess-figure is-off",
            **_label(name),
        )
        for one, name in zip(line.figures, names[5:], strict=True)
    ]
    return html.Tr(cells, className="is-current" if line.current else None)


def _label(name: str) -> Any:
    return attributes({"data-label": name})


def brief(
    title: str, note: str, href: str, lists: Sequence[tuple[str, Sequence[tuple[str, str, str, str]]]]
) -> list[Component]:
    """The panel of the overview: under a heading each a few grids as (rank, name, score, address)."""
    return [
        html.Div(
            [
                html.H2(title),
                html.Span(note, className="panel-note"),
                html.A(word("assess.brief_all"), href=href, className="button panel-tools"),
            ],
            className="panel-head",
        ),
        html.Div(
            [
                html.Div(
                    [
                        html.H3(heading),
                        html.Ol(
                            [
                                html.Li(
                                    [
                                        html.Span(rank, className="assess-brief-rank"),
                                        html.A(name, href=to, className="go"),
                                        html.Span(score, className="assess-brief-score"),
                                    ]
                                )
                                for rank, name, score, to in rows
                            ]
                        ),
                    ]
                )
                for heading, rows in lists
                if rows
            ],
            className="assess-brief-lists",
        ),
    ]


def brief_nothing(sentence: str, href: str) -> list[Component]:
    """The same where there is nothing to tell."""
    return [html.P(html.A(sentence, href=href), className="quiet assess-brief-none")]

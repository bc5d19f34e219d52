"""The page of the audit: who did what, when, from where, and whether it was allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dash import html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.parts.menus import Menu, menu
from layouts.parts.pages import dates_form


@dataclass(frozen=True)
class AuditRow:
    """An entry as the table shows it; `result` is a key of `audit.result_*`, `detail` pairs of a name and a value."""

    number: int
    at: str
    who: str
    role: str
    scope: str
    address: str
    action: str
    subject: str
    result: str
    detail: Sequence[tuple[str, str]]
    proof: str


def layout() -> Component:
    """The page with every id of it and nothing in it yet."""
    return html.Div(
        [
            html.A(word("page.skip"), href=f"#{ids.AUDIT}", className="skip"),
            html.Header(
                html.Div(
                    [html.H1(word("audit.title"), className="audit-title"), html.P(word("audit.lead"))],
                    className="head-row",
                ),
                className="head",
            ),
            html.Div(
                [
                    html.Button(word("audit.verify"), id=ids.AUDIT_VERIFY, className="button", n_clicks=0),
                    html.Span(id=ids.AUDIT_VERDICT, className="audit-verdict", role="status"),
                ],
                className="audit-check",
            ),
            html.Main(id=ids.AUDIT, className="audit-body", tabIndex=-1),
        ],
        className="page audit-page",
    )


def refused() -> list[Component]:
    """What somebody sees whose role may not read the audit."""
    return [html.P(word("audit.refused"), className="notice", role="alert")]


def entries(
    menus: Sequence[Menu],
    dates: tuple[date, date],
    rows: Sequence[AuditRow],
    problems: Sequence[str],
    *,
    older: str | None,
    newest: str | None,
    clear: str | None,
    export: str,
) -> list[Component]:
    """The filters, a page of entries, and the ways to the next and to the file."""
    ways = [
        html.A(word(name), href=href, className="button")
        for name, href in (("audit.newest", newest), ("audit.older", older))
        if href is not None
    ]
    return [
        html.Div(
            [
                *[menu(one) for one in menus],
                dates_form(*dates, ("from", "to"), word("audit.apply")),
                *([html.A(word("audit.clear"), href=clear, className="button")] if clear else []),
                html.A(word("audit.export"), href=export, className="button export-link", rel="nofollow"),
            ],
            className="controls audit-controls",
        ),
        *[html.P(problem, className="notice", role="alert") for problem in problems],
        html.Div(
            _table(rows) if rows else html.P(word("audit.none"), className="audit-none"),
            className="panel audit-panel",
            tabIndex=0,
            role="region",
            **attributes({"aria-label": word("audit.title")}),
        ),
        html.P(
            [html.Span(word("audit.shown").format(n=len(rows)), className="audit-count"), *ways],
            className="audit-ways",
        ),
    ]


def verdict(text: str, *, holds: bool) -> Component:
    """What a check of the chain found."""
    return html.Span(text, className="is-sound" if holds else "is-broken")


def _table(rows: Sequence[AuditRow]) -> Component:
    heads = ("number", "at", "who", "action", "subject", "result", "address", "scope", "detail")
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(word(f"audit.{name}"), scope="col") for name in heads])),
            html.Tbody([_row(row) for row in rows]),
        ],
        className="table audit-table",
    )


def _row(row: AuditRow) -> Component:
    role = [html.Span(row.role, className="audit-role")] if row.role else []
    told = [
        html.Span([html.Span(f"{name} ", className="audit-name"), value], className="audit-pair")
        for name, value in row.detail
    ]
    cells: list[tuple[str, Sequence[Component | str]]] = [
        ("number", [html.Span(str(row.number), title=row.proof)]),
        ("at", [row.at]),
        ("who", [row.who, *role]),
        ("action", [row.action]),
        ("subject", [row.subject]),
        (
            "result",
            [html.Span(word(f"audit.result_{row.result}"), className=f"audit-result is-{row.result}")],
        ),
        ("address", [row.address]),
        ("scope", [row.scope]),
        ("detail", told),
    ]
    return html.Tr(
        [
            html.Td(
                list(content), className=f"audit-{name}", **attributes({"data-label": word(f"audit.{name}")})
            )
            for name, content in cells
        ]
    )

"""The way to take a list or a table along, as Excel or as CSV."""

from __future__ import annotations

from typing import Final, Literal

from dash import html
from dash.development.base_component import Component

from data.words import word
from layouts.attributes import attributes

ExportKind = Literal["events", "rank", "indicators", "categories", "channels", "compare", "grid"]
FORMATS: Final = ("xlsx", "csv")


def export_href(kind: ExportKind, form: str, search: str) -> str:
    """The address that gives a list or table of a view as a file; `search` is the page's own query string."""
    query = search.lstrip("?")
    return f"/export/{kind}.{form}" + (f"?{query}" if query else "")


def export_links(kind: ExportKind, search: str) -> Component:
    """Links to the files of a list or table. The server's answer is a download, or the page of exports for a long one,
    so the browser follows them itself, not the page's own navigation."""
    return html.Span(
        [
            html.Span(word("export.label"), className="export-label"),
            *[
                html.A(
                    word(f"export.{form}"),
                    href=export_href(kind, form, search),
                    className="button export-link",
                    rel="nofollow",
                    **attributes({"data-export": kind}),
                )
                for form in FORMATS
            ],
        ],
        className="export-links",
        role="group",
        **attributes({"aria-label": word("export.label")}),
    )

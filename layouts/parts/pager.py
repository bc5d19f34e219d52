"""The pages of a long list, as links."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from data.words import word
from layouts.attributes import attributes
from layouts.parts.header import Choice, segments

Pages = Sequence[Choice | None]
"""Pages of which one is in force; None stands where some are left out."""


def pager(pages: Pages) -> list[Component]:
    """The pages of a long list; nothing for one of a single page."""
    if not pages:
        return []
    made: list[Component] = []
    for one in pages:
        made += segments([one]) if one is not None else [html.Span("…", className="pager-gap")]
    return [
        html.Nav(
            made, className="segments small pager", **attributes({"aria-label": word("page.rows_label")})
        )
    ]

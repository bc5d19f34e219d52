"""The legend of the map as text and swatches, so that it is as sharp as the page and read by a screen reader."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from data.words import word
from maps import style
from maps.choropleth import Legend


def map_legend(legend: Legend) -> list[Component]:
    """The scale with its ends, and a swatch for what is shown without it."""
    parts: list[Component] = []
    if legend.low is not None:
        parts.append(
            html.Div(
                [
                    html.Span(
                        className="scale-band",
                        style={"background": f"linear-gradient(to right, {', '.join(legend.colors)})"},
                    ),
                    html.Span(
                        [html.Span(legend.low), html.Span(legend.middle), html.Span(legend.high)],
                        className="scale-ends",
                    ),
                ],
                className="scale",
            )
        )
    if legend.too_few:
        parts.append(swatch(style.TOO_FEW, word("rank.few_short")))
    if legend.no_data:
        parts.append(swatch(style.NO_DATA, word("data.none")))
    return parts


def swatch(color: str, text: str) -> Component:
    """A colour and what it stands for."""
    return html.Span(
        [html.Span(className="swatch", style={"background": color}), html.Span(text)],
        className="swatch-entry",
    )

"""Choices that take more room than a row: a summary that unfolds a list of links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts.attributes import attributes
from layouts.parts.header import Choice


@dataclass(frozen=True)
class Menu:
    """What is chosen by it, what is chosen now, and the choices; a choice whose note differs begins a new group."""

    label: str
    current: str
    choices: Sequence[Choice]
    narrowed: bool = False


def menu(given: Menu) -> Component:
    """A menu of links of which one is in force."""
    items: list[Component] = []
    group = ""
    for choice in given.choices:
        if choice.note != group:
            group = choice.note
            items.append(html.P(group, className="menu-group"))
        items.append(
            html.A(
                choice.text,
                href=choice.href,
                className="menu-item is-current" if choice.current else "menu-item",
                **attributes({"aria-current": "true"} if choice.current else {}),
            )
        )
    return html.Details(
        [
            html.Summary(
                [
                    html.Span(given.label, className="menu-label"),
                    html.Span(given.current, className="menu-value"),
                ]
            ),
            html.Div(items, className="menu-list"),
        ],
        className="menu is-narrowed" if given.narrowed else "menu",
    )

"""The bar above every page: product, pages, language, theme and who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data.words import word
from layouts.attributes import attributes


@dataclass(frozen=True)
class NavItem:
    """A page of the bar; `inside` is followed without loading the document anew."""

    text: str
    href: str
    current: bool = False
    inside: bool = True


@dataclass(frozen=True)
class NavUser:
    """Who is signed in, and their own page; a visitor of the demonstration is marked, and may sign in."""

    name: str
    href: str
    demo: bool = False


def nav(
    items: Sequence[NavItem], language: NavItem, language_code: str, theme: NavItem, user: NavUser | None
) -> list[Component]:
    """The bar: on a narrow screen its pages fold into one menu that is named after the page in view."""
    here = next((item.text for item in items if item.current), word("nav.menu"))
    return [
        html.A(word("product.name"), href=items[0].href if items else "/", className="brand go"),
        html.Nav(_links(items), className="nav-pages", **attributes({"aria-label": word("nav.label")})),
        html.Details(
            [
                html.Summary(here, **attributes({"aria-label": f"{word('nav.menu')}: {here}"})),
                html.Nav(
                    _links(items), className="menu-list", **attributes({"aria-label": word("nav.label")})
                ),
            ],
            className="menu nav-folded",
        ),
        html.Div(
            [
                html.A(
                    theme.text,
                    href=theme.href,
                    className="nav-switch",
                    **attributes({"aria-label": word("nav.theme_label").format(theme=theme.text)}),
                ),
                html.A(language.text, href=language.href, className="nav-switch", lang=language_code),
                *(_user(user) if user else []),
            ],
            className="nav-tools",
        ),
    ]


def _links(items: Sequence[NavItem]) -> list[Component]:
    return [
        html.A(
            item.text,
            href=item.href,
            className=" ".join(
                ["nav-item", *(["go"] if item.inside else []), *(["is-current"] if item.current else [])]
            ),
            **attributes({"aria-current": "page"} if item.current else {}),
        )
        for item in items
    ]


def _user(user: NavUser) -> list[Component]:
    if user.demo:
        return [
            html.Span(user.name, className="nav-user badge"),
            html.A(word("nav.sign_in"), href=user.href, className="nav-switch"),
        ]
    return [
        html.A(
            user.name,
            href=user.href,
            className="nav-user nav-switch",
            **attributes({"title": word("nav.account"), "aria-label": f"{word('nav.account')}: {user.name}"}),
        )
    ]

"""The bar above every page, and the title of the page: what leads where for the viewer of a view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from callbacks.state import THEMES, ViewState, to_search
from data.access import Action, Viewer, may
from data.grids import Tree
from data.words import LANGUAGES, Language, language, word
from data.words.nav import LANGUAGE_NAMES
from layouts.parts.nav import NavItem, NavUser

GRID: Final = "/grid/"
EVENT: Final = "/event/"


@dataclass(frozen=True)
class Place:
    """An entry of the bar: its address, its word, and what its viewer has to be allowed."""

    path: str
    word: str
    action: Action = "read"


PLACES: Final = (
    Place("/", "nav.overview"),
    Place("/map", "nav.map"),
    Place("/rank", "nav.rank"),
    Place("/events", "nav.events"),
    Place("/compare", "nav.compare"),
    Place("/hot", "nav.hot"),
    Place("/tasks", "tasks.nav"),
    Place("/assess", "assess.page"),
    Place("/bulletins", "archive.page"),
    Place("/exports", "export.page", "export"),
    Place("/audit", "nav.audit", "audit"),
    Place("/admin", "nav.admin", "administer"),
    Place("/remote", "nav.remote", "control_wall"),
)


def items(path: str, view: ViewState, viewer: Viewer | None, known: frozenset[str]) -> list[NavItem]:
    """The pages that the viewer may see and that are there, each with the view that is in force.

    `known` are the addresses of the shell's pages; another address is followed by a whole load.
    """
    search = to_search(scoped(path, view).opened(None))
    return [
        NavItem(
            word(place.word),
            place.path + (search if search != "?" else ""),
            place.path == path,
            inside=place.path in known,
        )
        for place in PLACES
        if place.path in known and (place.action == "read" or (viewer and may(viewer, place.action)))
    ]


def scoped(path: str, view: ViewState) -> ViewState:
    """The view of a page: a grid's own page shows that grid."""
    return view.within(unquote(path.removeprefix(GRID))) if path.startswith(GRID) else view


def theme_switch(view: ViewState) -> NavItem:
    """The link to the same page in the other theme."""
    other = THEMES[1] if view.theme == THEMES[0] else THEMES[0]
    return NavItem(word(f"nav.theme_{other}"), to_search(view.themed(other)))


def language_switch(path: str, view: ViewState) -> tuple[NavItem, Language]:
    """The plain address that changes the language and comes back, and the language it changes to."""
    other = next(one for one in LANGUAGES if one != language())
    back = path + to_search(view)
    return NavItem(LANGUAGE_NAMES[other], f"/language/{other}?next={quote(back, safe='')}"), other


def user(path: str, view: ViewState, viewer: Viewer | None) -> NavUser | None:
    """Who is signed in; a visitor of the demonstration is called one, and comes back here when they sign in."""
    if viewer is None:
        return None
    if viewer.demo:
        back = path + to_search(view)
        return NavUser(word("nav.demo_user"), f"/sign-in?next={quote(back, safe='')}", demo=True)
    return NavUser(viewer.shown_name, "/account")


def title(path: str, view: ViewState, tree: Tree | None) -> str:
    """The title of the document: the page and the grid it shows."""
    page = word(_page_word(path))
    scope = scoped(path, view).scope
    if tree is None:
        return word("nav.title_bare").format(page=page)
    name = tree.get(scope).name if scope in tree else tree.root.name
    return word("nav.title").format(page=page, grid=name)


def _page_word(path: str) -> str:
    if path.startswith(GRID):
        return "nav.grid"
    if path.startswith(EVENT):
        return "nav.event"
    return next((place.word for place in PLACES if place.path == path), "nav.unknown")


def event_page(view: ViewState, number: int) -> str:
    """The address of an event's own page, with the view that leads back."""
    search = to_search(view.opened(None))
    return f"{EVENT}{number}" + (search if search != "?" else "")


def grid_page(view: ViewState, code: str) -> str:
    """The address of a grid's own page, with the rest of the view."""
    search = to_search(view.within(""))
    return GRID + quote(code, safe="") + (search if search != "?" else "")

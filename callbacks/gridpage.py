"""Pages about one grid: which grid an address asks for, the way to it, and the grids below to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

from dash.exceptions import PreventUpdate

from callbacks.reads import City, Reads
from callbacks.state import ViewState
from data.grids import Grid, Tree
from data.words import word
from layouts.parts.header import Choice
from layouts.parts.menus import Menu


class Viewing(Protocol):
    """What an address asks for: a dataclass with a view among its fields."""

    @property
    def view(self) -> ViewState:
        """The grid, the period and the rest that all pages share."""


Asked = TypeVar("Asked", bound=Viewing)
At = Callable[[str], str]
"""The address of the same page about another grid, by its code; "" is the topmost that the viewer sees."""


class Placed(NamedTuple, Generic[Asked]):
    """An address that has met a city: the grid in view, and what of the address was not understood."""

    city: City
    found: Asked
    grid: Grid
    tree: Tree
    problems: tuple[str, ...]


def placed(
    reads: Reads,
    path: str,
    pathname: str | None,
    asked: Callable[[str | None], tuple[Asked, tuple[str, ...]]],
    search: str | None,
) -> Placed[Asked] | None:
    """Where a page stands; None without a city. Raises PreventUpdate at another path. A grid that is none, or lies
    beyond the viewer's scope, is told as a problem, and the topmost one is shown."""
    if (pathname or "").rstrip("/") != path:
        raise PreventUpdate
    city = reads.city()
    if city is None:
        return None
    tree = reads.tree()
    found, problems = asked(search)
    scope = found.view.scope
    if not scope:
        return Placed(city, found, tree.root, tree, problems)
    if scope in tree:
        return Placed(city, found, tree.get(scope), tree, problems)
    told = word("problem.beyond" if tree.bounded else "problem.scope")
    within = replace(cast(Any, found), view=found.view.within(""))
    return Placed(
        city, within, tree.root, tree, (*problems, told.format(value=scope[:40], city=tree.root.name))
    )


def scope_of(grid: Grid) -> str:
    """The code of a grid as addresses have it."""
    return "" if grid.parent is None else grid.code


def way(tree: Tree, grid: Grid, at: At) -> list[Choice]:
    """The grids from the topmost one down to a grid; none of them for the topmost itself."""
    above = tree.ancestors(grid.code)
    return [Choice(one.name, at(scope_of(one)), one is grid) for one in ([*above, grid] if above else [])]


def below(name: str, grids: Iterable[Grid], at: At) -> list[Menu]:
    """A menu of the ordinary ones of some grids, named and with their number; none where there are none."""
    choices = [Choice(one.name, at(scope_of(one))) for one in grids if one.kind is None]
    return [Menu(name, f"{len(choices):,}", choices)] if choices else []

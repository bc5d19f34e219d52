"""What every page says of its view: the way to its scope, its period, its filters, and why it is not the present."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callbacks.reads import City
from callbacks.state import Scene, ViewState, to_search
from data.grids import Grid, Tree
from data.indicators import Figure
from data.periods import PERIOD_KEYS
from data.words import word
from layouts.parts import header
from layouts.parts.header import Choice


def crumbs(tree: Tree, found: Scene) -> list[Choice]:
    """The grids from the city down to the scope; [] for the city itself."""
    above = tree.ancestors(found.grid.code)
    way = [*above, found.grid] if above else []
    return [Choice(grid.name, grid_href(found.view, grid), grid is found.grid) for grid in way]


def grid_href(view: ViewState, grid: Grid) -> str:
    """The same view of a grid; the whole city goes without a scope."""
    return to_search(view.within("" if grid.parent is None else grid.code))


def periods(found: Scene) -> list[Choice]:
    """The named periods, the one in force marked."""
    view = found.view
    return [
        Choice(word(f"period.{key}"), to_search(view.during(key)), view.first is None and view.period == key)
        for key in PERIOD_KEYS
    ]


def filters(found: Scene, city: City) -> list[Any]:
    """What the figures are narrowed to, each with a link that takes the filter away."""
    made = []
    for code, parts, label, plain in (
        (found.view.channel, city.channels, "group.channel", found.view.by_channel("")),
        (found.view.category, city.categories, "group.category", found.view.by_category("")),
    ):
        if code:
            name = next((part.name for part in parts if part.code == code), "")
            name = name or next((part.top_name for part in parts if part.top_code == code), code)
            said = word("filter.only").format(what=word(label), name=name)
            made.append(header.filter_note(said, word("filter.clear"), to_search(plain)))
    return made


def why(found: Scene) -> str | None:
    """Why the figures hold for a past instant, or None when they hold for the present."""
    if found.live:
        return None
    return word("as_of.chosen") if found.view.as_of is not None else word("as_of.stale")


def heard(figures: Mapping[str, Figure]) -> Mapping[str, Figure]:
    """The figures of a period to compare with; none where nothing was reported or closed in it.

    Such a period lies before the city's first data: a rise from zero would be an artefact.
    """
    told = [figures[key].numerator for key in HEARD_BY if key in figures]
    return figures if any(told) else {}


HEARD_BY = ("received", "closed")
"""The indicators that tell whether a period had any data."""


def scaled(scale: float | None) -> float:
    """The screen's scale as figures take it, between 1 and 3."""
    return min(max(float(scale or 1.0), 1.0), 3.0)

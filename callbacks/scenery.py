"""What every page says of its view: the way to its scope, its period, its filters, and why it is not the present."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from dash.development.base_component import Component

from callbacks.behind import events_behind
from callbacks.reads import City
from callbacks.state import Scene, ViewState, to_search
from data.answers import Compared
from data.grids import Grid, Tree
from data.indicators import INDICATORS, Figure
from data.periods import PERIOD_KEYS
from data.words import word
from layouts import text
from layouts.parts import cards as card_parts
from layouts.parts import header
from layouts.parts.cards import Card
from layouts.parts.header import Choice
from layouts.parts.menus import Menu

PICKED: Final = 30
"""So many grids a picker offers at once."""


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


def menus(found: Scene, city: City, *, indicator: bool = True) -> list[Menu]:
    """What may be chosen of every view: the indicator, the period, a channel and a category."""
    view = found.view
    choices = [
        Choice(one.label, to_search(view.of(one.key)), one.key == view.indicator)
        for one in INDICATORS.values()
    ]
    period = word(f"period.{view.period}") if view.first is None else text.span(found.clock, found.period)
    made = [Menu(word("map.menu_period"), period, periods(found))]
    if indicator:
        made.insert(0, Menu(word("map.menu_indicator"), INDICATORS[view.indicator].label, choices))
    for label, every, parts, chosen, with_code in (
        ("group.channel", "map.every_channel", city.channels, view.channel, view.by_channel),
        ("group.category", "map.every_category", city.categories, view.category, view.by_category),
    ):
        if not parts:
            continue
        choices = [Choice(word(every), to_search(with_code("")), not chosen)]
        current = word(every)
        seen: set[str] = set()
        for part in parts:
            if part.top_code and part.top_code not in seen:
                seen.add(part.top_code)
                whole = word("map.whole_category").format(name=part.top_name)
                choices.append(
                    Choice(whole, to_search(with_code(part.top_code)), chosen == part.top_code, part.top_name)
                )
                current = part.top_name if chosen == part.top_code else current
            choices.append(
                Choice(part.name, to_search(with_code(part.code)), chosen == part.code, part.top_name)
            )
            current = part.name if chosen == part.code else current
        made.append(Menu(word(label), current, choices, narrowed=bool(chosen)))
    return made


def picks(tree: Tree, base: Grid, wanted: str | None, href: Callable[[Grid], str]) -> list[Component]:
    """The grids whose name or code holds `wanted`; without it those below (or beside) the grid in view."""
    folded = (wanted or "").strip().casefold()
    if folded:
        hits = [grid for grid in tree if folded in grid.name.casefold() or folded in grid.code.casefold()]
        hits.sort(key=lambda grid: (not grid.name.casefold().startswith(folded), grid.depth, grid.id))
        heading = word("picker.found").format(n=f"{len(hits):,}")
    else:
        above = base if tree.children(base.code) else tree.get(base.parent or base.code)
        hits = [above, *tree.children(above.code)]
        heading = word("picker.below").format(grid=above.name)
    shown = [
        Choice(grid.name, href(grid), grid.code == base.code, beneath(tree, grid)) for grid in hits[:PICKED]
    ]
    return header.grid_results(shown, len(hits) - len(shown), heading)


def beneath(tree: Tree, grid: Grid) -> str:
    """The name of the grid above, which tells two grids of one name apart."""
    return "" if grid.parent is None else tree.get(grid.parent).name


def why(found: Scene) -> str | None:
    """Why the figures hold for a past instant, or None when they hold for the present."""
    if found.live:
        return None
    return word("as_of.chosen") if found.view.as_of is not None else word("as_of.stale")


def scene_of(found: Scene, grid: Grid) -> Scene:
    """The same view of another grid, at the same instant."""
    view = found.view.within("" if grid.parent is None else grid.code)
    return replace(found, view=view, grid=grid)


def cards(compared: Compared, found: Scene, aims: Mapping[str, float], here: ViewState) -> list[Component]:
    """The cards of every indicator; each chooses its indicator in the view `here`."""
    before, last_year = heard(compared.before), heard(compared.last_year)
    made = [
        Card(
            figure=compared.current[key],
            before=before.get(key),
            last_year=last_year.get(key),
            target=aims.get(key),
            href=to_search(here.of(key)),
            behind=events_behind(found.view, key),
            chosen=key == found.view.indicator,
        )
        for key in INDICATORS
        if key in compared.current
    ]
    return card_parts.cards(
        made,
        text.span(found.clock, compared.before_period),
        text.span(found.clock, compared.last_year_period),
    )


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

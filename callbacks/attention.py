"""What needs attention first, picked out of the figures of a view: pure, but for the reads that are handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from callbacks.behind import overdue_behind
from callbacks.navigation import event_page, grid_page
from callbacks.reads import City, Reads, targets
from callbacks.state import Scene, to_search
from data.answers import Compared
from data.grids import Tree
from data.indicators import INDICATORS, OVERDUE_OPEN, Figure, shown
from data.shifts import CERTAINTY, LEAST_POINTS, MINIMUM, missed, shift
from data.words import word
from layouts import rows, text
from layouts.parts.attention import Fall, Link, Missed, Overdue
from layouts.text import Change
from maps.choropleth import count_text

WORST = 3
OLDEST = 3
MOST_FALLS = 5
MOST_MISSED = 4


def _most(city: City, tree: Tree, depth: int, scope: str) -> str:
    """The heading of the worst grids of a depth: a depth is called after its ordinary grids."""
    grids = tree.at_depth(scope, depth)
    level = next((grid.level for grid in grids if grid.kind is None), grids[0].level if grids else "")
    return word("attention.worst").format(level=city.levels.get(level, level))


def overdue(reads: Reads, city: City, tree: Tree, found: Scene, children: pd.DataFrame) -> Overdue:
    """The stock of overdue events of a view; `children` are FIGURE_COLUMNS of the grids below with the stock among
    them. Where those have grids below themselves, the worst of these are named too."""
    view = found.view.of(OVERDUE_OPEN)
    total = reads.totals(found.question, (OVERDUE_OPEN,))[OVERDUE_OPEN].numerator
    cells = [cell for cell in rows.cells(children, OVERDUE_OPEN) if cell.numerator]
    cells.sort(key=lambda cell: -cell.numerator)
    worst = [
        (
            _most(city, tree, found.grid.depth + 1, found.grid.code),
            [Link(cell.name, grid_page(view, cell.code), f"{cell.numerator:,}") for cell in cells[:WORST]],
        )
    ]
    depth = found.grid.depth + 2
    level = tree.level(found.grid.code, depth)
    if cells and len(level.ids):
        values = reads.level_values(found.question, depth, OVERDUE_OPEN).numerator
        order = np.argsort(-values, kind="stable")[:WORST]
        worst.append(
            (
                _most(city, tree, depth, found.grid.code),
                [
                    Link(level.names[at], grid_page(view, level.codes[at]), f"{int(values[at]):,}")
                    for at in order.tolist()
                    if values[at]
                ],
            )
        )
    listed = reads.events(found.question, "overdue", OLDEST, None)
    shown_rows = rows.event_list(
        listed.rows, found.clock, found.as_of, lambda number: event_page(found.view, number)
    )
    # What was handled in time and is not closed is overdue too: here it counts since its deadline.
    oldest = [
        Link(
            word("attention.event").format(title=row.title, grid=row.grid),
            row.href,
            text.length(found.as_of - int(due)),
        )
        for row, due in zip(shown_rows, listed.rows["handle_due_at"], strict=True)
    ]
    return Overdue(Link(f"{total:,}", overdue_behind(found.view)), None, worst, oldest)


def falls(found: Scene, compared: Compared, before: Mapping[str, Figure]) -> list[Fall]:
    """The indicators that became worse against the period before by more than chance, the clearest first."""
    moved = [shift(figure, before.get(key)) for key, figure in compared.current.items()]
    worse = sorted(
        (one for one in moved if one is not None and one.direction == "worse"), key=lambda one: -one.times
    )
    made = []
    for one in worse[:MOST_FALLS]:
        figure = compared.current[one.key]
        change = text.change(one.key, figure, before[one.key])
        made.append(
            Fall(
                Link(
                    INDICATORS[one.key].label,
                    "/rank" + to_search(found.view.of(one.key).ordered("change")),
                    shown(one.key, figure.value),
                ),
                "" if figure.denominator is None else count_text(figure.numerator, figure.denominator),
                Change(text.arrowed(one.key, change), change.verdict),
            )
        )
    return made


def below_target(found: Scene, children: pd.DataFrame, aims: Mapping[str, float]) -> list[Missed]:
    """The targets that grids below miss, those that most grids miss first."""
    made: list[tuple[float, Missed]] = []
    for key, target in aims.items():
        cells = [cell for cell in rows.cells(children, key) if cell.value is not None and not cell.too_few]
        gaps = [
            (gap, cell)
            for cell in cells
            if (gap := missed(Figure(key, cell.value, cell.numerator, cell.denominator), target)) is not None
        ]
        if not gaps:
            continue
        gaps.sort(key=lambda pair: -pair[0])
        view = found.view.of(key)
        made.append(
            (
                len(gaps) / len(cells),
                Missed(
                    Link(
                        INDICATORS[key].label,
                        "/rank" + to_search(view.ordered("worst")),
                        word("card.target").format(target=shown(key, target)),
                    ),
                    word("attention.share").format(missed=len(gaps), judged=len(cells)),
                    [
                        Link(cell.name, grid_page(view, cell.code), shown(key, cell.value))
                        for _, cell in gaps[:WORST]
                    ],
                ),
            )
        )
    made.sort(key=lambda pair: -pair[0])
    return [one for _, one in made[:MOST_MISSED]]


def keys_below(city: City) -> Sequence[str]:
    """The indicators that are asked of the grids below: the stock, and all with a target."""
    return (OVERDUE_OPEN, *(key for key in targets(city) if key != OVERDUE_OPEN))


def rule_of_falls(period: str) -> str:
    """What counts as a fall, in words."""
    return word("attention.rule_falls").format(
        period=period, points=f"{100 * LEAST_POINTS:.1f}", minimum=MINIMUM, times=f"{CERTAINTY:.2f}"
    )


def rule_of_targets() -> str:
    """Which grids are judged by a target, in words."""
    return word("attention.rule_targets").format(minimum=MINIMUM)

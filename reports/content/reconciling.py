"""Whether the sums of a bulletin are those of their parts: what is read in several looks may have moved meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from data.indicators import OVERDUE_OPEN
from reports.content.parts import Content, Grids, Shares, Temporary, Totals


def unreconciled(content: Content) -> list[str]:
    """A phrase for each sum that is not that of its parts; none where all agree."""
    parts = content.parts
    whole = parts.current
    found = [text for group in parts.groups for text in _grids(whole, group)]
    for name, each in (("channels", parts.channels), ("categories", parts.categories)):
        if each is not None:
            found += _shares(name, whole, parts.before, each)
    if parts.overdue is not None:
        counts = (
            whole.figures[OVERDUE_OPEN].numerator,
            parts.overdue.total,
            sum(unit.count for unit in parts.overdue.units),
        )
        if len(set(counts)) > 1:
            found.append(f"{OVERDUE_OPEN} {counts}")
    if parts.temporary is not None:
        found += _temporary(parts.temporary)
    return found


def _temporary(told: Temporary) -> Iterator[str]:
    missed = sum(row.missed for row in told.missed)
    if missed != told.owed - told.signed:
        yield f"duty {told.signed}/{told.owed} and {missed} missed"
    for one in told.tallies:
        if one.on_time > one.due:
            yield f"{one.kind} {one.on_time}/{one.due}"


def _grids(whole: Totals, group: Grids) -> Iterator[str]:
    for key, figure in whole.figures.items():
        told = [row.figures[key] for row in group.rows if key in row.figures]
        if not told:
            continue
        above = sum(one.numerator for one in told)
        below = None if figure.denominator is None else sum(one.denominator or 0 for one in told)
        if (above, below) != (figure.numerator, figure.denominator):
            yield f"{key} {figure.numerator}/{figure.denominator} and {above}/{below} by grid"


def _shares(name: str, now: Totals, then: Totals, shares: Shares) -> Iterator[str]:
    for whole, total in ((now, shares.total), (then, shares.before_total)):
        received = whole.figures["received"].numerator
        if received != total:
            yield f"received {received} and {total} by {name}"

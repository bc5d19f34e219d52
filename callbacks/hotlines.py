"""Warnings as lines of text: what, where, since when, observed against expected, how sure, and in which hands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from callbacks.reads import City
from data.alerting.keeping import CENTRE, Alert
from data.clocks import DAY, Instant, ZoneClock
from data.grids import Tree
from data.words import word
from layouts import text
from layouts.hot import WarningGroup, WarningLine

COLUMNS: Final = {
    "hot": ("where", "since", "counts", "sure"),
    "due": ("where", "events", "first"),
    "whistle": ("where", "waited", "step"),
    "recheck": ("where", "reason", "of", "sure"),
}
"""The columns of each group's list, beside what it is and its state."""

_SURE_VERY: Final = 0.001


@dataclass(frozen=True)
class Told:
    """What all lines of a page share: the city, its grids, its clock, now, and where a warning is opened."""

    city: City
    tree: Tree
    clock: ZoneClock
    now: Instant
    href: Callable[[int], str]

    def grid(self, code: str) -> str:
        """The name of a grid, or its code where it is no longer there."""
        return self.tree.get(code).name if code in self.tree else code

    def where(self, code: str) -> str:
        """The name of a grid with the one above it."""
        if code not in self.tree:
            return code
        grid = self.tree.get(code)
        above = grid.parent is not None and grid.parent in self.tree and grid.parent != self.tree.root.code
        return f"{self.tree.get(grid.parent).name} · {grid.name}" if above and grid.parent else grid.name

    def category(self, code: str) -> str:
        """The name of a category."""
        return next((one.name for one in self.city.categories if one.code == code), code)


def title(told: Told, alert: Alert) -> str:
    """What a warning is about."""
    if alert.kind in ("due", "recheck"):
        return alert.holder or word("hot.unnamed")
    return told.category(alert.category)


def line(told: Told, alert: Alert) -> WarningLine:
    """A warning as a row."""
    cells = {
        "where": told.where(alert.grid),
        "since": since(told, alert),
        "counts": counts(alert),
        "sure": sure(alert),
        "events": _held(alert),
        "first": text.short_moment(told.clock, int(alert.body.get("first_due_at", alert.since_at)), told.now),
        "waited": text.short_moment(told.clock, alert.since_at, told.now),
        "step": word(f"hot.step_{min(max(alert.step, 0), CENTRE)}"),
        "reason": reason(alert),
        "of": _of(alert),
    }
    hot = alert.kind not in ("due", "whistle", "recheck")
    return WarningLine(
        title(told, alert),
        alert.holder if alert.kind == "whistle" else "",
        told.href(alert.id),
        cells,
        alert.state,
        word(f"hot.status_{alert.state}"),
        word("hot.assigned_to").format(name=alert.assigned_to) if alert.assigned_to else "",
        word(f"hot.kind_{alert.kind}") if hot else "",
    )


def groups(told: Told, tab: str, alerts: Sequence[Alert], every: Sequence[Alert]) -> list[WarningGroup]:
    """The rows of a page; deadlines under their step, with how many `every` page has of it."""
    if tab != "due":
        return [WarningGroup("", "", [line(told, one) for one in alerts])] if alerts else []
    made = []
    for step, some in groupby(alerts, key=lambda one: one.step):
        count = sum(1 for one in every if one.step == step)
        heading = word("hot.step_head").format(step=word(f"hot.step_{step}"), n=f"{count:,}")
        made.append(WarningGroup(heading, "", [line(told, one) for one in some]))
    return made


def ordered(tree: Tree, tab: str, alerts: Sequence[Alert]) -> list[Alert]:
    """The order of a group's list: deadlines by step, grid and holder; others the latest first, and of those of one
    look the least likely by chance."""
    if tab != "due":
        return sorted(alerts, key=_latest)
    return sorted(alerts, key=lambda one: (-one.step, _place(tree, one.grid), one.holder, one.id))


def _place(tree: Tree, code: str) -> int:
    return tree.get(code).id if code in tree else -1


def _latest(alert: Alert) -> tuple[int, float, int]:
    return (-alert.opened_at, 1.0 if alert.chance is None else alert.chance, alert.id)


def since(told: Told, alert: Alert) -> str:
    """When it began, or will."""
    return text.short_moment(told.clock, alert.since_at, told.now)


def counts(alert: Alert) -> str:
    """Observed against expected."""
    if alert.kind == "ahead":
        observed = word("hot.foretold").format(n=f"{alert.observed:,}")
    elif alert.body.get("days"):
        observed = word("hot.observed_days").format(n=f"{alert.observed:,}", days=alert.body["days"])
    else:
        observed = word("hot.observed").format(n=f"{alert.observed:,}")
    return observed if alert.expected is None else f"{observed} / {expected(alert)}"


def expected(alert: Alert) -> str:
    """How many were to be expected."""
    if alert.expected is None:
        return word("hot.expected_none")
    return word("hot.expected").format(n=number(alert.expected))


def number(value: float) -> str:
    """A number of events that need not be whole."""
    if value and value < 0.05:
        return "<0.05"
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def sure(alert: Alert) -> str:
    """How many of the warnings that are as sure as this one are false ones."""
    if alert.kind == "duplicates":
        return word("hot.sure_alike")
    if alert.share is None:
        return ""
    if alert.share < _SURE_VERY:
        return word("hot.sure_very")
    return word("hot.sure").format(share=f"{100 * alert.share:.1f}%")


def reason(alert: Alert) -> str:
    """What was seen of what is to be checked once more."""
    key = alert.body.get("reason")
    if not key:
        return ""
    said = word(f"hot.reason_{key}")
    times = alert.body.get("times")
    if not times:
        return said
    return word("hot.told").format(what=said, more=word("hot.returned_times").format(n=times))


def days(alert: Alert) -> int:
    """How many days it is counted over."""
    told = alert.body.get("days")
    return int(told) if told else max(1, (alert.seen_at - alert.since_at + DAY - 1) // DAY)


def _held(alert: Alert) -> str:
    parts = [word("hot.observed").format(n=f"{alert.observed:,}")]
    if alert.body.get("overdue"):
        parts.append(word("hot.late").format(n=f"{alert.body['overdue']:,}"))
    if alert.body.get("urgent"):
        parts.append(word("hot.urgent"))
    return " · ".join(parts)


def _of(alert: Alert) -> str:
    of = alert.body.get("of")
    said = word("hot.of").format(n=f"{alert.observed:,}", of=f"{of:,}") if of else f"{alert.observed:,}"
    if alert.expected is None:
        return said
    return f"{said} · {word('hot.usual').format(n=number(alert.expected))}"

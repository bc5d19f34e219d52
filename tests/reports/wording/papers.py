"""Contents for the tests of this room: figures of one's choice, as a bulletin holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from data.clocks import HOUR, ZoneClock, parse_instant
from data.indicators import FOUR_RATES, OVERDUE_OPEN, figure
from data.periods import Period
from reports.content.parts import (
    Content,
    Daily,
    GridRow,
    Grids,
    Hot,
    Month,
    Overdue,
    OverdueItem,
    OverdueUnit,
    Place,
    Query,
    Rise,
    Share,
    Shares,
    Source,
    Totals,
)

CLOCK: Final = ZoneClock.of("Asia/Shanghai")
DAY: Final = Period(parse_instant("2026-11-25T16:00:00Z"), parse_instant("2026-11-26T16:00:00Z"))
EVENING: Final = DAY.start + 20 * HOUR
KEYS: Final = ("received", "closed", *FOUR_RATES, OVERDUE_OPEN)
QUERY: Final = Query("4101", DAY, EVENING)

MEASURES: Final = {
    "received": 1234,
    "closed": 1187,
    "accept_on_time": 1131,
    "accept_due": 1133,
    "handle_on_time": 944,
    "handle_due": 1050,
    "received_closed": 619,
    "satisfied": 77,
    "rated": 88,
    "overdue_open": 3,
}
BEFORE: Final = {**MEASURES, "received": 1240, "handle_on_time": 1009, "satisfied": 70, "rated": 80}


def totalled(measures: Mapping[str, int], query: Query = QUERY) -> Totals:
    return Totals(query, {key: figure(key, measures) for key in KEYS})


def grid(name: str, on_time: int, due: int, *, own: bool = False) -> GridRow:
    """A grid with so many handled on time of those due."""
    measures = {"handle_on_time": on_time, "handle_due": due}
    return GridRow(f"code-{name}", name, own, {key: figure(key, measures) for key in KEYS})


def grids(*rows: GridRow, level: str = "level1") -> Grids:
    return Grids(replace(QUERY, by="grid", depth=1), level, rows, {})


def shares(*rows: tuple[str, int, int]) -> Shares:
    made = tuple(Share(name, name, count, before) for name, count, before in rows)
    return Shares(QUERY, QUERY, sum(one.count for one in made), sum(one.before for one in made), made)


def daily(**changes: Any) -> Daily:
    whole = Daily(
        current=totalled(MEASURES),
        before=totalled(BEFORE),
        cumulative=totalled(MEASURES),
        cumulative_before=totalled(BEFORE),
        groups=(grids(grid("A", 9, 10), grid("B", 19, 20), grid("C", 3, 5)),),
        channels=shares(("hotline", 1000, 1000), ("patrol", 234, 240)),
        categories=shares(*((f"c{place}", 100 - place, 90) for place in range(8))),
        overdue=Overdue(
            QUERY,
            3,
            (OverdueItem("k1", "a title", "noise", "Grid 7", "Unit One", EVENING - 49 * HOUR, 49 * 60.0),),
            (OverdueUnit("Unit One", 2, 49 * 60.0), OverdueUnit("", 1, 30.5)),
        ),
        hot=Hot(QUERY, (QUERY,) * 4, "level2", (Rise("n", "noise", 9, (4, 5, 6, 6)),), ()),
    )
    return replace(whole, **changes)


def paper(parts: Daily | Month | None = None, **changes: Any) -> Content:
    """An evening's bulletin of a district, with changes."""
    whole = Content(
        kind="evening",
        scope=Place("4101", "Jinshui", "district", 1, ("Zheng",)),
        city="Zheng",
        city_code="41",
        zone="Asia/Shanghai",
        period=DAY,
        as_of=EVENING,
        issuer="",
        addressee="",
        copies="",
        language="en",
        levels={},
        below="level1",
        targets={"handling_timeliness": 0.95},
        ranked_by="handling_timeliness",
        minimum=10,
        top=3,
        margin=0.05,
        sections=(
            "overall",
            "cumulative",
            "rates",
            "lists",
            "channels",
            "categories",
            "overdue",
            "hot",
            "measures",
        ),
        unrecorded=(),
        sources=(Source("hotline", EVENING - HOUR), Source("patrol", None)),
        is_demo=False,
        is_illustrative=False,
        credit="",
        parts=parts or daily(),
    )
    return replace(whole, **changes)


def texts_of(parts: Sequence[Any]) -> list[str]:
    """The text of every paragraph."""
    return [part.text for part in parts if type(part).__name__ == "Paragraph"]

"""Facts of a bulletin for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from data.clocks import parse_instant
from data.indicators import figures
from reports.evening import EveningFacts, RankRow, SourceState

NEIGHBOURHOODS = (
    "Dorchester",
    "Roxbury",
    "South Boston / South Boston Waterfront",
    "Fenway / Kenmore / Audubon Circle / Longwood",
    "Allston",
    "Brighton",
    "Charlestown",
    "East Boston",
    "Hyde Park",
    "Jamaica Plain",
    "Mattapan",
    "Mission Hill",
    "North End",
    "Roslindale",
    "South End",
    "West Roxbury",
)
TODAY = {
    "received": 1234,
    "closed": 1187,
    "accept_on_time": 1131,
    "accept_due": 1133,
    "handle_on_time": 944,
    "handle_due": 1050,
    "received_closed": 619,
    "satisfied": 77,
    "rated": 88,
    "overdue_open": 1348,
}
DAY_BEFORE = {
    **TODAY,
    "received": 1240,
    "handle_on_time": 1009,
    "satisfied": 70,
    "rated": 80,
    "overdue_open": 1340,
}


def ranked(*names: str) -> tuple[RankRow, ...]:
    """A row for each name with strictly falling values."""
    return tuple(
        RankRow(place, name, (400 - place) / 401, 400 - place, 401) for place, name in enumerate(names, 1)
    )


def too_few(*names: str, denominator: int = 9) -> tuple[RankRow, ...]:
    """A row without rank for each name."""
    return tuple(
        RankRow(None, name, 1 / denominator if denominator else None, min(1, denominator), denominator)
        for name in names
    )


def facts(
    today: Mapping[str, int] = TODAY, day_before: Mapping[str, int] = DAY_BEFORE, **changes: Any
) -> EveningFacts:
    """The bulletin of Boston on 10 February 2026 at 18:00 local time, with changes."""
    whole = EveningFacts(
        city="Boston",
        scope="Boston",
        date=date(2026, 2, 10),
        as_of=parse_instant("2026-02-10T23:00:00Z"),
        zone="America/New_York",
        organisation="Boston 311",
        number="B 41",
        current=figures(today),
        before=figures(day_before),
        ranking=ranked(*NEIGHBOURHOODS) + too_few("Bay Village", "West End"),
        sources=(SourceState("boston_311", parse_instant("2026-02-10T22:58:01Z")),),
    )
    return replace(whole, **changes)
